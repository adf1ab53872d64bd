"""What barcodes say about a set of directions: whether it surrounds the origin, and whether it is a join.

Directions of orthogonal summands have distance `sqrt 2`. So below that scale the Rips complex of a direct sum
is the disjoint union of those of its summands, and from there on it is their join. Over a field the reduced
homology of a join of `k` complexes is the tensor product of theirs, `k - 1` degrees up (Milnor, Construction
of Universal Bundles II, 1956), and every class of a summand dies in a join with something that is not empty.
Hence the barcode of a direct sum is a function of those of its summands: `predicted_bars`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from theory.errors import InputError, LimitError
from theory.superposition.topology.alpha import alpha
from theory.superposition.topology.bottleneck import bottleneck
from theory.superposition.topology.persistence import SHORTEST, Bar
from theory.superposition.topology.points import distances, unit_columns
from theory.superposition.topology.rips import rips

__all__ = [
    "CROSSING",
    "JoinSignature",
    "facet_radius",
    "join_signature",
    "predicted_bars",
    "surrounds_origin",
]

CROSSING = math.sqrt(2)
Partition = Sequence[Sequence[int]]


@dataclass(frozen=True)
class JoinSignature:
    """Barcodes of a set of directions beside what a sphere and a direct sum have.

    Args:
        dimension: `m`, of their span.
        rips: Vietoris-Rips bars, by default up to degree `m - 1`; scales are diameters; None if refused.
        alpha: bars of the union of balls, scales are radii; None if refused.
        refusals: why, one line each.
        surrounds: whether the origin is within their hull, by a linear program: then, and only
            then, there is an alpha bar of degree `m - 1`, whatever `m`.
        facet_radius: the largest circumradius of a facet of their convex hull, where the alpha bar of degree
            `m - 1` is born; None if the origin is not within the hull, or alpha bars were refused.
        predicted: Rips bars from those of the summands; None without a partition.
        difference: bottleneck distance of predicted and measured bars.
        defect: the largest deviation of a distance between summands from `sqrt 2`: `difference` is no more.
    """

    dimension: int
    rips: tuple[Bar, ...] | None
    alpha: tuple[Bar, ...] | None
    refusals: tuple[str, ...]
    surrounds: bool
    facet_radius: float | None
    predicted: tuple[Bar, ...] | None = None
    difference: float | None = None
    defect: float | None = None

    @property
    def sphere(self) -> Bar | None:
        """The longest alpha bar of degree `m - 1`: the directions surround the origin."""
        return _longest(self.alpha, self.dimension - 1)

    @property
    def join(self) -> Bar | None:
        """The longest Rips bar of degree `m - 1`; none if a summand is a simplex of dimension 2 or more."""
        return _longest(self.rips, self.dimension - 1)

    def components(self, scale: float = CROSSING * (1 - 1e-6)) -> int | None:
        """Components of the Rips complex at a scale, by default just below `sqrt 2`."""
        if self.rips is None:
            return None
        return sum(bar.degree == 0 and bar.birth <= scale < bar.death for bar in self.rips)


def join_signature(
    weights: Float[np.ndarray, "m n"],
    partition: Partition | None = None,
    highest: int | None = None,
    shortest: float = SHORTEST,
) -> JoinSignature:
    """Barcodes of the directions of features, and of a direct sum of given parts.

    Args:
        weights: `W`, features in columns; columns of length 0 are left out if there is no partition.
        partition: columns of each summand.
        highest: degree of Rips bars; `m - 1` by default.
        shortest: Rips bars of at most this length are left out.

    Raises:
        InputError: no column, or parts that do not hold every column once.
    """
    points = unit_columns(weights)
    if partition is not None:
        _check_partition(partition, len(points), weights.shape[1])
    dimension = int(np.linalg.matrix_rank(points, tol=1e-9))
    degree = max(dimension - 1, 0) if highest is None else highest
    refusals: list[str] = []
    bars, balls = None, None
    try:
        bars = rips(points, degree, shortest=shortest)
    except LimitError as error:
        refusals.append(str(error))
    try:
        balls = alpha(points)
    except LimitError as error:
        refusals.append(str(error))
    predicted = difference = defect = None
    if partition is not None and bars is not None:
        parts = [rips(points[list(block)], degree, shortest=shortest) for block in partition]
        predicted = predicted_bars(parts, degree, shortest)
        difference = bottleneck(predicted, bars)
        defect = _defect(points, partition)
    radius = None if balls is None else facet_radius(points)
    return JoinSignature(
        dimension,
        bars,
        balls,
        tuple(refusals),
        surrounds_origin(points),
        radius,
        predicted,
        difference,
        defect,
    )


def predicted_bars(
    parts: Sequence[tuple[Bar, ...]], highest: int, shortest: float = SHORTEST, crossing: float = CROSSING
) -> tuple[Bar, ...]:
    """The Rips barcode of points whose distance is `crossing` whenever they belong to different parts.

    Args:
        parts: the barcode of every part, up to the same degree.
        highest: degree.
        shortest: bars of at most this length are left out.
        crossing: distance between parts.
    """
    if len(parts) == 1:
        return tuple(sorted(bar for bar in parts[0] if bar.degree <= highest))
    reduced = [[bar for bar in part if math.isfinite(bar.death)] for part in parts]
    bars = [Bar(0, 0.0, crossing)] * (len(parts) - 1)
    bars += [Bar(bar.degree, bar.birth, min(bar.death, crossing)) for part in reduced for bar in part]
    # H_d(A * B) is the sum of H_i(A) tensor H_j(B) over i + j = d - 1, reduced; intervals intersect
    joined = [Bar(-1, crossing, math.inf)]
    for part in reduced:
        joined = [
            Bar(old.degree + new.degree + 1, max(old.birth, new.birth), min(old.death, new.death))
            for old in joined
            for new in part
            if min(old.death, new.death) - max(old.birth, new.birth) > shortest
        ]
    bars += joined
    kept = [bar for bar in bars if bar.length > shortest and bar.degree <= highest]
    return tuple(sorted([Bar(0, 0.0, math.inf), *kept]))


def facet_radius(points: Float[np.ndarray, "n m"]) -> float | None:
    """The largest circumradius of a facet of the hull of unit vectors; None if the origin is not within.

    A facet at distance `h` from the origin lies in a sphere of radius `sqrt(1 - h^2)`.
    """
    from scipy.spatial import ConvexHull, QhullError

    _, values, axes = np.linalg.svd(points, full_matrices=False)
    flat = points @ axes[values > 1e-9 * values[0]].T
    if flat.shape[1] == 1:
        return 0.0 if flat.min() < 0 < flat.max() else None
    if len(flat) <= flat.shape[1]:
        return None
    try:
        height = float(-ConvexHull(flat).equations[:, -1].max())
    except QhullError:  # all points in one hyperplane that misses the origin
        return None
    return math.sqrt(max(0.0, 1 - height**2)) if height > 1e-9 else None


def surrounds_origin(points: Float[np.ndarray, "n m"]) -> bool:
    """Whether the origin is within the hull of points, relative to their span.

    It is if and only if it is a mean of all of them with positive weights.
    """
    from scipy.optimize import linprog

    n, m = points.shape
    # largest t with sum_i weight_i x_i = 0, sum_i weight_i = 1 and every weight_i >= t
    equations = np.zeros((m + 1, n + 1))
    equations[:m, :n], equations[m, :n] = points.T, 1.0
    rows = np.column_stack([-np.eye(n), np.ones(n)])
    found = linprog(
        np.append(np.zeros(n), -1.0),
        rows,
        np.zeros(n),
        equations,
        np.append(np.zeros(m), 1.0),
        bounds=[(0, None)] * n + [(None, None)],
        method="highs",
    )
    return bool(found.success and found.x[-1] > 1e-9)


def _longest(bars: tuple[Bar, ...] | None, degree: int) -> Bar | None:
    found = [bar for bar in bars or () if bar.degree == degree and math.isfinite(bar.death)]
    return max(found, key=lambda bar: bar.length, default=None)


def _defect(points: Float[np.ndarray, "n m"], partition: Partition) -> float:
    labels = np.empty(len(points), dtype=np.int64)
    for number, block in enumerate(partition):
        labels[list(block)] = number
    between = distances(points)[labels[:, None] != labels[None]]
    return float(np.abs(between - CROSSING).max(initial=0.0))


def _check_partition(partition: Partition, kept: int, columns: int) -> None:
    held = sorted(column for block in partition for column in block)
    if kept != columns:
        raise InputError(f"W: {columns - kept} columns are 0; they belong to no part of a direct sum")
    if held != list(range(columns)) or not all(len(block) for block in partition):
        raise InputError(
            f"partition: parts that hold each of the columns 0..{columns - 1} once would be right"
        )
