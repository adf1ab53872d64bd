"""Direct sums as in the talk: all subsets of `k` features, as points in a space of subspaces, clustered.

Subsets that span one subspace are one point. Source: Pfeifle, talk of 2022-10-04 on toy models of
superposition: column-reduced representatives, DBSCAN, then singletons and pyramids are dropped. A pyramid is
a cluster whose subsets all share a feature: it spans a summand and a feature of another.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations

import numpy as np
from jaxtyping import Bool, Float, Int

from theory.errors import InputError, LimitError, UnknownNameError
from theory.superposition.directsum.certificate import certified, unit_columns
from theory.superposition.directsum.partition import Partition
from theory.superposition.projectors import column_reduced

__all__ = ["SUBSETS", "talk"]

SUBSETS = 200_000
# Of DBSCAN, in chordal distance. Column-reduced matrices of subsets in one subspace agree to rounding, or are
# anywhere; projectors of a noisy one stay together.
RADII = {"column-reduced": 0.05, "projector": 0.25}
FLATTEST = 0.1  # subsets with a smaller ratio of singular values span their subspace badly
Flat = tuple[frozenset[int], int]


def talk(
    weights: Float[np.ndarray, "m n"],
    representative: str = "projector",
    largest: int | None = None,
    radius: float | None = None,
    nested: str = "merge",
    tau: float | None = None,
    noise: float | None = None,
) -> Partition:
    """Blocks from clusters of subsets that span one subspace.

    Args:
        weights: `W`; columns are scaled to length 1.
        representative: of a span: `A A^T` for the column-reduced matrix `A`, as in the talk, which jumps
            where a pivot vanishes; or the projector, without subsets that are nearly dependent.
        largest: subsets have 1 to so many members; `m - 1` by default.
        radius: of DBSCAN, with two members a cluster at least, in chordal distance; by default 0.05
            for column-reduced matrices and 0.25 for projectors.
        nested: what becomes of a flat that holds smaller ones, as a hexagon its three axes: `merge` replaces
            them unless they make it up as a direct sum; `first` keeps what was found at the smallest `k`.
        tau, noise: of the certificate.

    Raises:
        LimitError: more than 200,000 subsets of one size.
        UnknownNameError: no such representative or rule.
        InputError: scikit-learn is missing, or a radius or size that is none.
    """
    if representative not in RADII:
        raise UnknownNameError(f"representative {representative!r}: known are {', '.join(RADII)}")
    if nested not in ("merge", "first"):
        raise UnknownNameError(f"nested {nested!r}: known are merge, first")
    m, n = weights.shape
    largest = max(m - 1, 1) if largest is None else largest
    radius = RADII[representative] if radius is None else radius
    if not (largest >= 1 and radius > 0):
        raise InputError(f"talk: subsets up to {largest}, radius {radius:g}; positive numbers would be right")
    for size in range(1, min(largest, n) + 1):
        if math.comb(n, size) > SUBSETS:
            raise LimitError(
                f"talk: {math.comb(n, size):,} subsets of {size} of {n} features; the limit is {SUBSETS:,}: "
                f"a smaller largest size, or another method"
            )
    units = unit_columns(weights)
    flats = _flats(units, representative, min(largest, n), radius)
    blocks = _merged(flats) if nested == "merge" else _first(flats)
    rest = sorted(set(range(n)) - {column for block in blocks for column in block})
    notes: tuple[str, ...] = ()
    if rest:
        notes = (f"{len(rest)} features in no cluster are one block",)
    method = "talk" if representative == "column-reduced" else "talk-projector"
    return certified(weights, [*blocks, *([rest] if rest else [])], method, tau, noise, notes)


def _flats(
    units: Float[np.ndarray, "m n"], representative: str, largest: int, radius: float
) -> Iterator[Flat]:
    """The features and the rank of every cluster that is no pyramid, by rank."""
    for size in range(1, largest + 1):
        subsets = np.array(list(combinations(range(units.shape[1]), size)), dtype=np.intp)
        points, kept = _points(units[:, subsets].transpose(1, 0, 2), representative)
        subsets = subsets[kept]
        if len(subsets) < 2:
            continue
        labels = _clusters(points, radius)
        for label in range(labels.max() + 1):
            members = [set(subset.tolist()) for subset in subsets[labels == label]]
            if not set.intersection(*members):
                yield frozenset(set.union(*members)), size


def _points(
    spanning: Float[np.ndarray, "x m k"], representative: str
) -> tuple[Float[np.ndarray, "y c"], Bool[np.ndarray, " x"]]:
    """Representatives as vectors whose distance is the chordal one, and which subsets have one."""
    if representative == "column-reduced":
        reduced = column_reduced(spanning)
        kept = np.asarray(reduced[:, :, -1].any(1))
        spaces = reduced[kept] @ reduced[kept].transpose(0, 2, 1)
    else:
        vectors, values, _ = np.linalg.svd(spanning, full_matrices=False)
        kept = np.asarray(values[:, -1] >= FLATTEST * values[:, 0])
        spaces = vectors[kept] @ vectors[kept].transpose(0, 2, 1)
    return spaces.reshape(len(spaces), -1) / math.sqrt(2), kept


def _clusters(points: Float[np.ndarray, "x c"], radius: float) -> Int[np.ndarray, " x"]:
    """DBSCAN's labels; -1 for singletons."""
    try:
        from sklearn.cluster import DBSCAN
    except ImportError:
        raise InputError(
            "talk: scikit-learn is missing; pip install 'gammastar[superposition]' would be right"
        ) from None
    return DBSCAN(eps=radius, min_samples=2).fit_predict(points).astype(np.int64)


def _first(flats: Iterator[Flat]) -> list[tuple[int, ...]]:
    """Flats in the order of their rank, each if it holds no feature of one before."""
    blocks: list[tuple[int, ...]] = []
    used: set[int] = set()
    for members, _ in flats:
        if not members & used:
            blocks.append(tuple(sorted(members)))
            used |= members
    return blocks


def _merged(flats: Iterator[Flat]) -> list[tuple[int, ...]]:
    """Flats that are no direct sums of smaller ones, without those that they hold."""
    found: list[Flat] = []
    for members, rank in flats:
        inside = [flat for flat in found if flat[0] <= members]
        covered = frozenset().union(*[flat[0] for flat in inside])
        if covered == members and sum(flat[1] for flat in inside) == rank:
            continue
        if any(flat[0] & members and not flat[0] <= members for flat in found):
            continue
        found = [flat for flat in found if not flat[0] <= members] + [(members, rank)]
    return [tuple(sorted(members)) for members, _ in found]
