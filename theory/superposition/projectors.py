"""Subspaces as points: orthogonal projectors, column-reduced matrices, and Plücker coordinates.

What is true of them, and was said otherwise (shared/specs/superposition.md, E1 to E3):

- `P = A A^T` is the same for every orthonormal basis `A` of a subspace, since `(AQ)(AQ)^T = A A^T`; no column
  reduction is needed for that. The column-reduced matrix is unique, too, but it jumps where a pivot vanishes.
- Plücker coordinates lie in the real projective space of dimension `C(m, k) - 1`.
- All projectors lie on the sphere with centre `I/2` and radius `sqrt(m)/2`, for every `k`.
"""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
from jaxtyping import Float

from theory.errors import InputError, LimitError

__all__ = [
    "chordal_distance",
    "column_reduced",
    "orthonormal_basis",
    "plucker_coordinates",
    "plucker_dimension",
    "principal_sines",
    "projector_radius",
    "span_projector",
]

RANK_TOLERANCE = 1e-10
MINORS = 200_000


def orthonormal_basis(
    spanning: Float[np.ndarray, "m k"], tolerance: float = RANK_TOLERANCE
) -> Float[np.ndarray, "m r"]:
    """An orthonormal basis of the span of some columns, by singular values.

    Args:
        spanning: columns, perhaps dependent.
        tolerance: singular values below it, relative to the largest, count as 0.
    """
    vectors, values, _ = np.linalg.svd(spanning, full_matrices=False)
    return vectors[:, values > tolerance * max(values.max(initial=0.0), np.finfo(float).tiny)]


def span_projector(
    spanning: Float[np.ndarray, "m k"], tolerance: float = RANK_TOLERANCE
) -> Float[np.ndarray, "m m"]:
    """The orthogonal projector `P = A A^T` to the span of some columns.

    Args:
        spanning: columns, perhaps dependent.
        tolerance: as for `orthonormal_basis`.
    """
    basis = orthonormal_basis(spanning, tolerance)
    return basis @ basis.T


def column_reduced(
    spanning: Float[np.ndarray, "*batch m k"], tolerance: float = RANK_TOLERANCE
) -> Float[np.ndarray, "*batch m k"]:
    """The reduced column echelon form: the one matrix of its kind with a given span.

    Pivots are 1, each alone in its row, in the first rows that allow it; columns beyond the rank are 0. A
    perturbation of size `e` that turns a 0 above a pivot into `e` moves it by `1/e`: see `span_projector`.

    Args:
        spanning: columns; further axes in front are independent cases.
        tolerance: entries below it, relative to the largest of a case, are no pivots.
    """
    reduced = np.array(spanning, dtype=np.float64).reshape(-1, *spanning.shape[-2:])
    cases, rows, columns = reduced.shape
    least = tolerance * np.abs(reduced).max((1, 2), initial=0.0)
    done = np.zeros(cases, dtype=np.intp)  # pivots found so far, by case
    places = np.arange(columns)
    for row in range(rows):
        candidates = np.where(places >= done[:, None], np.abs(reduced[:, row]), -1.0)
        best = candidates.argmax(1)
        active = np.flatnonzero((done < columns) & (candidates.max(1) > least))
        goal, source = done[active], best[active]
        pivots = reduced[active, :, source] / reduced[active, row, source][:, None]
        reduced[active, :, source] = reduced[active, :, goal]
        others = reduced[active, row]
        others[np.arange(len(active)), goal] = 0.0
        reduced[active] -= pivots[:, :, None] * others[:, None, :]
        reduced[active, :, goal] = pivots
        done[active] += 1
    reduced[np.broadcast_to(places >= done[:, None], (cases, columns))[:, None, :].repeat(rows, 1)] = 0.0
    return reduced.reshape(spanning.shape)


def chordal_distance(first: Float[np.ndarray, "m m"], second: Float[np.ndarray, "m m"]) -> float:
    """`|P - Q|_F / sqrt(2)`, for subspaces of one dimension the root of the sum of squared principal sines.

    Args:
        first, second: orthogonal projectors.
    """
    return float(np.linalg.norm(first - second) / math.sqrt(2))


def principal_sines(
    first: Float[np.ndarray, "m k"], second: Float[np.ndarray, "m k"]
) -> Float[np.ndarray, " k"]:
    """Sines of the principal angles between two subspaces, largest first.

    Args:
        first, second: orthonormal bases.
    """
    # the part of the second outside of the first: accurate for small angles, where cosines are not
    return np.linalg.svd(second - first @ (first.T @ second), compute_uv=False)


def projector_radius(projector: Float[np.ndarray, "m m"]) -> float:
    """`|P - I/2|_F`, which is `sqrt(m)/2` for every orthogonal projector: `2P - I` is orthogonal.

    Args:
        projector: `P`.
    """
    return float(np.linalg.norm(projector - np.eye(len(projector)) / 2))


def plucker_dimension(m: int, k: int) -> int:
    """The dimension `C(m, k) - 1` of the projective space that holds the `k`-spaces of `R^m`.

    Args:
        m: dimension of the space.
        k: dimension of its subspaces.

    Raises:
        InputError: not `0 <= k <= m`.
    """
    if not 0 <= k <= m:
        raise InputError(f"Plücker coordinates: k = {k} of m = {m}; 0 <= k <= m would be right")
    return math.comb(m, k) - 1


def plucker_coordinates(spanning: Float[np.ndarray, "m k"]) -> Float[np.ndarray, " c"]:
    """All `k` by `k` minors, rows in lexicographic order, scaled to length 1, the first large one positive.

    Args:
        spanning: independent columns.

    Raises:
        InputError: dependent columns.
        LimitError: more than 200,000 minors.
    """
    m, k = spanning.shape
    count = plucker_dimension(m, k) + 1
    if count > MINORS:
        raise LimitError(f"Plücker coordinates: {count:,} minors; the limit is {MINORS:,}")
    rows = np.array(list(combinations(range(m), k)), dtype=np.intp).reshape(count, k)
    minors = np.linalg.det(_independent(spanning)[rows])
    largest = np.abs(minors).max()
    sign = np.sign(minors[int((np.abs(minors) > largest / 2).argmax())])
    return sign * minors / np.linalg.norm(minors)


def _independent(spanning: Float[np.ndarray, "m k"]) -> Float[np.ndarray, "m k"]:
    """An orthonormal basis with as many columns as were given.

    Raises:
        InputError: dependent columns.
    """
    basis = orthonormal_basis(spanning)
    if basis.shape != spanning.shape:
        raise InputError(
            f"subspace: {spanning.shape[1]} columns of rank {basis.shape[1]}; independent ones would be right"
        )
    return basis
