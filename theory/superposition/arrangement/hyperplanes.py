"""The hyperplanes `<w_i, h> + b_i = 0` of a layer: cleaned, merged, and in the space that they span."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from theory.errors import InputError, LimitError

__all__ = ["TOLERANCE", "Arrangement", "arrangement", "check_subsets"]

TOLERANCE = 1e-9
SUBSETS = 200_000  # of m hyperplanes: about the number of flats, and of regions


@dataclass(frozen=True, eq=False)
class Arrangement:
    """Distinct hyperplanes with unit normals, essential.

    Args:
        normals: a hyperplane a row, in an orthonormal basis of the normals' span; the given one if they span
            the space.
        offsets: `<normal, h> + offset = 0`.
        rank: of the normals, the dimension of that space.
        space: `m`, the dimension that the hyperplanes came in; more than the rank means that they have been
            made essential: `chi` is divided by `t^(m - rank)`, and regions stay the same.
        members: the hyperplane of every feature and the side that is its positive one, `+-(number + 1)`; 0
            for a feature of length 0, which has none.
        tolerance: below which numbers count as 0; normals have length 1.
    """

    normals: Float[np.ndarray, "h r"]
    offsets: Float[np.ndarray, " h"]
    rank: int
    space: int
    members: Int[np.ndarray, " n"]
    tolerance: float

    @property
    def count(self) -> int:
        """Of distinct hyperplanes."""
        return len(self.offsets)

    @property
    def generic_regions(self) -> int:
        """`sum_(i <= rank) C(count, i)`, the most that so many hyperplanes can have."""
        return sum(math.comb(self.count, size) for size in range(self.rank + 1))

    def part(self, chosen: Sequence[int]) -> Arrangement:
        """Some of the hyperplanes, in the space that those span."""
        picked = list(chosen)
        return arrangement(self.normals[picked].T, self.offsets[picked], self.tolerance)


def arrangement(
    weights: Float[np.ndarray, "m n"], bias: Float[np.ndarray, " _"], tolerance: float = TOLERANCE
) -> Arrangement:
    """The arrangement of a layer.

    Args:
        weights: `W`, normals in columns; columns of length 0 have no hyperplane.
        bias: `b`.
        tolerance: hyperplanes whose normals and offsets agree up to it are one; so are those with opposite
            ones. What is counted later depends on it.

    Raises:
        InputError: numbers that are not finite, shapes that do not fit, or a tolerance outside of [0, 1).
    """
    m, n = weights.shape
    if len(bias) != n:
        raise InputError(f"b: {len(bias)} numbers; {n}, as many as W has columns, would be right")
    if not (np.isfinite(weights).all() and np.isfinite(bias).all()):
        raise InputError("W, b: a number is not finite; finite numbers would be right")
    if not 0 <= tolerance < 1:
        raise InputError(f"tolerance {tolerance:g}: a number in [0, 1) would be right")
    norms = np.linalg.norm(weights, axis=0)
    rows: list[np.ndarray] = []
    members = np.zeros(n, dtype=np.int64)
    for column in np.flatnonzero(norms > tolerance):
        row = np.append(weights[:, column], bias[column]) / norms[column]
        for number, old in enumerate(rows):
            side = 1 if row[:-1] @ old[:-1] > 0 else -1
            if np.abs(row - side * old).max() <= tolerance:
                members[column] = side * (number + 1)
                break
        else:
            rows.append(row)
            members[column] = len(rows)
    table = np.array(rows).reshape(-1, m + 1)
    _, values, axes = np.linalg.svd(table[:, :-1], full_matrices=False)
    rank = int((values > max(tolerance, 1e-12) * max(1.0, values.max(initial=0.0))).sum())
    # the axes of the span, and the given ones where they span all
    normals = table[:, :-1] @ axes[:rank].T if rank < m else table[:, :-1]
    lengths = np.linalg.norm(normals, axis=1)  # 1 but for what the tolerance let go
    return Arrangement(normals / lengths[:, None], table[:, -1] / lengths, rank, m, members, tolerance)


def check_subsets(arranged: Arrangement, purpose: str) -> None:
    """Refuse what has too many flats or regions.

    Raises:
        LimitError: `C(count, rank)` is above 200,000.
    """
    count = math.comb(arranged.count, arranged.rank)
    if count > SUBSETS:
        raise LimitError(
            f"{purpose}: C({arranged.count}, {arranged.rank}) = {count:,} subsets of hyperplanes; the limit "
            f"is {SUBSETS:,}"
        )
