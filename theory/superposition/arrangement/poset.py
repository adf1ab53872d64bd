"""The intersection poset of an arrangement, its characteristic polynomial, and what Zaslavsky reads from it.

Source: Stanley, An Introduction to Hyperplane Arrangements (2007), lectures 1 and 2; Zaslavsky, Facing Up to
Arrangements (1975).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Float

from theory.errors import LimitError
from theory.superposition.arrangement.hyperplanes import Arrangement, check_subsets

__all__ = ["Characteristic", "Flat", "charpoly", "charpoly_by_parts", "flats", "independent_parts"]

LARGEST = 16  # hyperplanes


@dataclass(frozen=True, eq=False)
class Flat:
    """A nonempty intersection of hyperplanes.

    Args:
        hyperplanes: all that contain it, bit `i` for hyperplane `i`.
        point: of it.
        directions: orthonormal rows along it.
    """

    hyperplanes: int
    point: Float[np.ndarray, " r"]
    directions: Float[np.ndarray, "k r"]


@dataclass(frozen=True)
class Characteristic:
    """The characteristic polynomial of an essential arrangement.

    Args:
        coefficients: integers, the highest power of `t` first.
    """

    coefficients: tuple[int, ...]

    def __call__(self, t: int) -> int:
        """`chi(t)`."""
        value = 0
        for coefficient in self.coefficients:
            value = value * t + coefficient
        return value

    @property
    def rank(self) -> int:
        """The degree."""
        return len(self.coefficients) - 1

    @property
    def regions(self) -> int:
        """`(-1)^rank chi(-1)`."""
        return abs(self(-1))

    @property
    def bounded(self) -> int:
        """`|chi(1)|`; of an arrangement that was made essential, those bounded in the normals' span."""
        return abs(self(1))

    def __mul__(self, other: Characteristic) -> Characteristic:
        """That of the direct sum."""
        product = [0] * (self.rank + other.rank + 1)
        for i, left in enumerate(self.coefficients):
            for j, right in enumerate(other.coefficients):
                product[i + j] += left * right
        return Characteristic(tuple(product))


def flats(arranged: Arrangement) -> tuple[tuple[Flat, ...], ...]:
    """All flats by codimension, the whole space first.

    Raises:
        LimitError: more than 16 hyperplanes, or `C(count, rank)` above 200,000.
    """
    if arranged.count > LARGEST:
        raise LimitError(
            f"characteristic polynomial: {arranged.count} distinct hyperplanes; the limit is {LARGEST}"
        )
    check_subsets(arranged, "characteristic polynomial")
    layers: list[tuple[Flat, ...]] = [(Flat(0, np.zeros(arranged.rank), np.eye(arranged.rank)),)]
    while layers[-1]:
        found: dict[int, Flat] = {}
        for flat in layers[-1]:
            done = flat.hyperplanes
            for number in range(arranged.count):
                if done >> number & 1:
                    continue
                deeper = _cut(arranged, flat, number)
                if deeper is not None:
                    done |= deeper.hyperplanes
                    found.setdefault(deeper.hyperplanes, deeper)
        layers.append(tuple(found.values()))
    return tuple(layers[:-1])


def charpoly(arranged: Arrangement) -> Characteristic:
    """`chi(t) = sum over flats of mu(flat) t^dim`, `mu` the Möbius function of the intersection poset.

    Raises:
        LimitError: as `flats`.
    """
    layers = flats(arranged)
    sets = [np.array([flat.hyperplanes for flat in layer], dtype=np.int64) for layer in layers]
    values = [np.array([1], dtype=np.int64)]
    for depth in range(1, len(layers)):
        below, known = np.concatenate(sets[:depth]), np.concatenate(values)
        # mu(X) = -sum of mu(Y) over flats Y that contain X properly: those in fewer hyperplanes
        values.append(np.array([-known[(below & ~own) == 0].sum() for own in sets[depth]], dtype=np.int64))
    sums = [int(found.sum()) for found in values]
    return Characteristic(tuple(sums + [0] * (arranged.rank + 1 - len(sums))))


def independent_parts(arranged: Arrangement) -> tuple[tuple[int, ...], ...]:
    """The finest linear direct sum of the normals, as numbers of hyperplanes.

    `P = N N^+`, the projector onto the normals' column space, is block diagonal exactly along it: the
    components of the matroid.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    left, _, _ = np.linalg.svd(arranged.normals, full_matrices=False)
    linked = np.abs(left[:, : arranged.rank] @ left[:, : arranged.rank].T) > max(arranged.tolerance, 1e-12)
    _, labels = connected_components(csr_matrix(linked), directed=False)
    order = np.argsort(labels, kind="stable")
    starts = [0, *(np.flatnonzero(np.diff(labels[order])) + 1), len(order)]
    parts = [tuple(sorted(order[start:end].tolist())) for start, end in pairwise(starts) if end > start]
    return tuple(sorted(parts))


def charpoly_by_parts(arranged: Arrangement) -> Characteristic:
    """`chi = product of chi_B` over the finest linear direct sum; the limits hold for each part.

    Raises:
        LimitError: a part has more than 16 hyperplanes.
    """
    product = Characteristic((1,))
    for part in independent_parts(arranged):
        product = product * charpoly(arranged.part(part))
    return product


def _cut(arranged: Arrangement, flat: Flat, number: int) -> Flat | None:
    """The intersection of a flat with a hyperplane that does not contain it; None if it is empty."""
    tolerance = max(arranged.tolerance, 1e-12)
    slope = flat.directions @ arranged.normals[number]
    steepness = float(np.linalg.norm(slope))
    if steepness <= tolerance:
        return None  # parallel, and a hyperplane that contains the flat has been met before
    height = float(arranged.normals[number] @ flat.point + arranged.offsets[number])
    # the point of the flat on the hyperplane that is nearest to the old one
    point = flat.point - height / steepness**2 * (slope @ flat.directions)
    # an orthonormal basis of what is orthogonal to the slope, within the flat's directions
    rest = np.linalg.svd(slope[None], full_matrices=True)[2][1:]
    directions = rest @ flat.directions
    along = np.linalg.norm(arranged.normals @ directions.T, axis=1)
    away = np.abs(arranged.normals @ point + arranged.offsets)
    size = max(1.0, float(np.abs(point).max(initial=0.0)))
    contains = (along <= tolerance) & (away <= tolerance * size * 10)
    bits = sum(1 << int(place) for place in np.flatnonzero(contains)) | flat.hyperplanes | 1 << number
    return Flat(bits, point, directions)
