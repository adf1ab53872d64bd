"""Which regions of hidden space sparse inputs reach: `h = W x`, `x` in [0, 1]^n with `k` entries on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from jaxtyping import Float

from theory.errors import InputError, LimitError
from theory.superposition.arrangement.hyperplanes import SUBSETS, TOLERANCE

__all__ = ["Reached", "reached"]

Pattern = tuple[int, ...]


@dataclass(frozen=True)
class Reached:
    """Sign vectors of `W^T W x + b` on almost all inputs with `k` entries on.

    Args:
        k: entries on.
        signs: of distinct inputs' features, 1, -1 or 0; sorted. A 0 is a feature whose hyperplane all inputs
            of some support lie in, as those of other summands do if `b = 0`.
        supports: how many sets of `k` entries there are.
    """

    k: int
    signs: tuple[Pattern, ...]
    supports: int

    @property
    def chambers(self) -> int:
        """Open regions met: sign vectors without a 0."""
        return sum(0 not in pattern for pattern in self.signs)

    @property
    def active(self) -> int:
        """Sets of features that are on together after ReLU."""
        return len({tuple(sign == 1 for sign in pattern) for pattern in self.signs})


def reached(
    weights: Float[np.ndarray, "m n"], bias: Float[np.ndarray, " _"], k: int, tolerance: float = TOLERANCE
) -> Reached:
    """The sign vectors that `k`-sparse inputs reach, found by cutting segments or parallelograms.

    The image of a support's inputs is convex, so an open region that meets its closure meets its interior:
    inputs with fewer entries on reach no other region.

    Args:
        weights: `W`.
        bias: `b`.
        k: entries on, 1 or 2.
        tolerance: heights below it count as 0; columns of length 0 have the sign of their bias.

    Raises:
        InputError: another `k`, more than there are features, or shapes that do not fit.
        LimitError: more than 200,000 supports.
    """
    n = weights.shape[1]
    if k not in (1, 2) or k > n:
        raise InputError(f"reached: k = {k}; 1 or 2, and no more than the {n} features, would be right")
    if len(bias) != n:
        raise InputError(f"b: {len(bias)} numbers; {n}, as many as W has columns, would be right")
    count = math.comb(n, k)
    if count > SUBSETS:
        raise LimitError(f"reached: {count:,} sets of {k} entries; the limit is {SUBSETS:,}")
    gram = weights.T @ weights
    box = np.array([[0.0], [1.0]]) if k == 1 else np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    found: set[Pattern] = set()
    for support in combinations(range(n), k):
        found |= _signs(gram[:, list(support)], bias, box, tolerance)
    return Reached(k, tuple(sorted(found)), count)


def _signs(
    slopes: Float[np.ndarray, "n k"],
    offsets: Float[np.ndarray, " n"],
    box: Float[np.ndarray, "v k"],
    tolerance: float,
) -> set[Pattern]:
    """Sign vectors of `slopes u + offsets` on the cells into which they cut a box."""
    cells: list[tuple[np.ndarray, Pattern]] = [(box, ())]
    for slope, offset in zip(slopes, offsets, strict=True):
        split = []
        for corners, signs in cells:
            heights = corners @ slope + offset
            sides = [side for side in (-1, 1) if (side * heights).max() > tolerance]
            if not sides:
                split.append((corners, (*signs, 0)))
            elif len(sides) == 1:
                split.append((corners, (*signs, sides[0])))
            else:
                split += [(_clip(corners, side * heights), (*signs, side)) for side in sides]
        cells = split
    return {signs for _, signs in cells}


def _clip(corners: Float[np.ndarray, "v k"], heights: Float[np.ndarray, " v"]) -> Float[np.ndarray, "w k"]:
    """The part of a convex polygon or segment at heights from 0 on (Sutherland and Hodgman, 1974)."""
    kept = []
    edges = len(corners) if len(corners) > 2 else len(corners) - 1
    for here in range(len(corners)):
        there = (here + 1) % len(corners)
        if heights[here] >= 0:
            kept.append(corners[here])
        if here < edges and (heights[here] < 0 < heights[there] or heights[there] < 0 < heights[here]):
            share = heights[here] / (heights[here] - heights[there])
            kept.append(corners[here] + share * (corners[there] - corners[here]))
    return np.array(kept)
