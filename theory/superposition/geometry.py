"""How much room each feature takes, and which shapes the features of a model make.

Dimensionality `D_i` is the share of a dimension that feature `i` has for itself; on a tight frame of `N`
equal vectors in `d` dimensions it is `d/N`. Facts that the tests hold: it does not change with a rotation,
with another orthogonal summand, or with the scale of the feature's own summand.

Source: Elhage et al., Toy Models of Superposition (2022), "The Geometry of Superposition"; the tight-frame
reading and the mean direction are this project's (shared/specs/superposition.md, item 3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from theory.errors import InputError

__all__ = [
    "PLATEAUS",
    "PLATEAU_TOLERANCE",
    "WEAK_NORM",
    "Dimensionalities",
    "FrameReport",
    "MeanDirection",
    "SummandFrame",
    "dimensionality",
    "frame_report",
    "gram_components",
    "mean_direction",
    "plateau_counts",
    "plateaus_of",
]

PLATEAUS: Mapping[str, Fraction] = {
    "dedicated": Fraction(1),
    "tetrahedron": Fraction(3, 4),
    "triangle": Fraction(2, 3),
    "digon": Fraction(1, 2),
    "pentagon": Fraction(2, 5),
    "square antiprism": Fraction(3, 8),
}
# The square antiprism with the largest smallest angle is no tight frame and lies up to .012 below 3/8.
PLATEAU_TOLERANCE = 0.012
WEAK_NORM = 0.2
LINKED = 0.15  # |cos| from which two features interfere

Partition = Sequence[Sequence[int]]


@dataclass(frozen=True, eq=False)
class Dimensionalities:
    """`D_i` of all features, and `D* = m / ||W||_F^2`.

    Args:
        values: `D_i`; 0 where the column is zero.
        zero: columns that are zero.
        norms: `||w_i||`.
        star: `D*`; infinite if `W` is zero.
    """

    values: Float[np.ndarray, " n"]
    zero: Bool[np.ndarray, " n"]
    norms: Float[np.ndarray, " n"]
    star: float

    @property
    def total(self) -> float:
        """`sum_i D_i`, at most the rank of `W`."""
        return float(self.values.sum())


@dataclass(frozen=True, eq=False)
class SummandFrame:
    """One summand, read as a frame of its own span.

    Args:
        features: its numbers.
        rank: dimensions that it spans.
        constant: `lambda`, the mean of the nonzero eigenvalues of `W_B W_B^T`.
        defect: `||W_B W_B^T - lambda P_B|| / lambda` in the spectral norm, `P_B` the projector onto the span:
            0 on a tight frame.
        leak: largest `|cos|` between a feature of the summand and one outside; 0 for orthogonal summands.
        dimensionality: mean `D_i`.
        spread: largest minus smallest `D_i`.
        plateau: the name in `PLATEAUS` that all its features lie at, or None.
    """

    features: tuple[int, ...]
    rank: int
    constant: float
    defect: float
    leak: float
    dimensionality: float
    spread: float
    plateau: str | None

    @property
    def is_simplex(self) -> bool:
        """Whether `d + 1` features span `d` dimensions, as a digon, triangle or tetrahedron does."""
        return len(self.features) == self.rank + 1


@dataclass(frozen=True, eq=False)
class MeanDirection:
    """The weak features together: they share what room is left to carry their mean.

    Args:
        features: those with norm below `WEAK_NORM`.
        alignment: `||sum w_i||^2 / (count sum ||w_i||^2)`: 1 if they are all one vector.
        off_sum: mean of `(p/2) sum_j G_ij` over them.
        bias: mean of `b_i` over them.
        residual: largest `|b_i + (p/2) sum_j G_ij - p/2|`: 0 where the output has the mean of the input.
    """

    features: tuple[int, ...]
    alignment: float
    off_sum: float
    bias: float
    residual: float


@dataclass(frozen=True, eq=False)
class FrameReport:
    """The geometry of one model: `frame_report` makes it."""

    dimensionalities: Dimensionalities
    plateaus: Mapping[str, int]
    summands: tuple[SummandFrame, ...]
    mean_direction: MeanDirection | None


def dimensionality(weights: Float[np.ndarray, "m n"]) -> Dimensionalities:
    """`D_i = ||w_i||^2 / sum_j (w_i' . w_j)^2` with `w_i' = w_i / ||w_i||`, and `D* = m / ||W||_F^2`.

    Args:
        weights: `W`, features in columns.

    Raises:
        InputError: an entry is not finite.
    """
    if not np.isfinite(weights).all():
        place = np.argwhere(~np.isfinite(weights))[0].tolist()
        raise InputError(f"W{place} is not finite: a dimensionality needs finite weights")
    # D does not change with the scale of W, so that squares can be kept from over- and underflowing
    largest = float(np.abs(weights).max(initial=0))
    if largest == 0:
        nothing = np.zeros(weights.shape[1])
        return Dimensionalities(nothing, nothing == 0, nothing, float("inf"))
    scaled = weights / largest
    squares = (scaled**2).sum(0)
    zero = squares == 0
    gram = scaled.T @ scaled
    room = (gram**2).sum(1)
    values = np.divide(squares**2, room, out=np.zeros_like(squares), where=room > 0)
    star = weights.shape[0] / float(squares.sum()) / largest**2
    return Dimensionalities(values, zero, np.sqrt(squares) * largest, star)


def plateaus_of(
    values: Float[np.ndarray, " n"], tolerance: float = PLATEAU_TOLERANCE
) -> tuple[str | None, ...]:
    """The plateau at which each `D_i` lies, the nearest one, or None.

    Args:
        values: `D_i`.
        tolerance: how far from it.
    """
    names, heights = list(PLATEAUS), np.array([float(height) for height in PLATEAUS.values()])
    distances = np.abs(values[:, None] - heights)
    nearest = distances.argmin(1)
    return tuple(
        names[place] if distance[place] <= tolerance else None
        for place, distance in zip(nearest, distances, strict=True)
    )


def plateau_counts(
    found: Dimensionalities, tolerance: float = PLATEAU_TOLERANCE, weak: float = WEAK_NORM
) -> dict[str, int]:
    """How many features lie at each plateau; features with norm below `weak` count nowhere."""
    represented = found.norms >= weak
    counts = Counter(plateaus_of(found.values[represented], tolerance))
    return {name: counts[name] for name in PLATEAUS}


def gram_components(
    weights: Float[np.ndarray, "m n"], features: Int[np.ndarray, " k"], linked: float = LINKED
) -> tuple[tuple[int, ...], ...]:
    """Features grouped by interference: components of the graph `|cos(w_i, w_j)| > linked`.

    Args:
        weights: `W`.
        features: those to be grouped; none of them zero.
        linked: the threshold.
    """
    if not len(features):
        return ()
    units = weights[:, features] / np.linalg.norm(weights[:, features], axis=0)
    edges = csr_array(np.abs(units.T @ units) > linked)
    count, labels = connected_components(edges, directed=False)
    return tuple(tuple(features[labels == label].tolist()) for label in range(count))


def mean_direction(
    weights: Float[np.ndarray, "m n"],
    bias: Float[np.ndarray, " n"],
    density: float,
    weak: float = WEAK_NORM,
) -> MeanDirection | None:
    """The weak features as one group; None if there are none.

    Args:
        weights: `W`.
        bias: `b`.
        density: `p`, so that a feature has mean `p/2`.
        weak: norm below which a feature is weak.
    """
    features = np.flatnonzero(np.linalg.norm(weights, axis=0) < weak)
    if not len(features):
        return None
    part = weights[:, features]
    power = float((part**2).sum())
    alignment = float((part.sum(1) ** 2).sum()) / (len(features) * power) if power else 0.0
    off = density / 2 * (part.T @ weights).sum(1)
    residual = float(np.abs(bias[features] + off - density / 2).max())
    return MeanDirection(
        tuple(features.tolist()), alignment, float(off.mean()), float(bias[features].mean()), residual
    )


def frame_report(
    weights: Float[np.ndarray, "m n"],
    bias: Float[np.ndarray, " n"] | None = None,
    density: float | None = None,
    partition: Callable[[Float[np.ndarray, "m n"], Int[np.ndarray, " k"]], Partition] = gram_components,
    tolerance: float = PLATEAU_TOLERANCE,
) -> FrameReport:
    """Dimensionalities, plateaus, and every summand with its tight-frame defect.

    Args:
        weights: `W`.
        bias: `b`; without it, or without a density, the weak features are not checked.
        density: `p`.
        partition: from `W` and the represented features to summands, as tuples of features.
        tolerance: of plateaus.
    """
    found = dimensionality(weights)
    represented = np.flatnonzero(found.norms >= WEAK_NORM)
    blocks = partition(weights, represented)
    summands = tuple(_summand(weights, found, tuple(block), represented, tolerance) for block in blocks)
    weak = None
    if bias is not None and density is not None:
        weak = mean_direction(weights, bias, density)
    return FrameReport(found, plateau_counts(found, tolerance), summands, weak)


def _summand(
    weights: Float[np.ndarray, "m n"],
    found: Dimensionalities,
    block: tuple[int, ...],
    represented: Int[np.ndarray, " k"],
    tolerance: float,
) -> SummandFrame:
    part = weights[:, list(block)]
    _, singular, _ = np.linalg.svd(part, full_matrices=False)
    # a direction that carries less than a tenth of the largest is noise of training, not a dimension
    rank = int((singular > 0.1 * singular[0]).sum())
    eigenvalues = singular[:rank] ** 2
    constant = float(eigenvalues.mean())
    others = np.setdiff1d(represented, block)
    units = weights / np.where(found.norms > 0, found.norms, 1)
    leak = np.abs(units[:, list(block)].T @ units[:, others]).max(initial=0)
    values = found.values[list(block)]
    names = set(plateaus_of(values, tolerance))
    return SummandFrame(
        block,
        rank,
        constant,
        float(np.abs(eigenvalues - constant).max() / constant),
        float(leak),
        float(values.mean()),
        float(np.ptp(values)),
        names.pop() if len(names) == 1 else None,
    )
