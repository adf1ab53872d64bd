"""Regions of an arrangement one by one, by linear programs: the second opinion on Zaslavsky's count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from theory.errors import LimitError
from theory.superposition.arrangement.hyperplanes import SUBSETS, Arrangement

__all__ = ["Regions", "enumerate_regions"]

WIDTH = 1e-7  # a region whose largest ball, up to radius 1, is not larger is none


@dataclass(frozen=True, eq=False)
class Regions:
    """Open regions by the sides of hyperplanes on which they lie.

    Args:
        signs: a region a row, `+-1` for each hyperplane.
        points: inside of them.
        programs: linear programs solved.
    """

    signs: Int[np.ndarray, "c h"]
    points: Float[np.ndarray, "c r"]
    programs: int

    @property
    def count(self) -> int:
        """Of regions."""
        return len(self.signs)


def enumerate_regions(arranged: Arrangement) -> Regions:
    """All regions: hyperplanes come one by one, and each splits the regions that it meets.

    Args:
        arranged: hyperplanes.

    Raises:
        LimitError: more than 200,000 regions are possible.

    Cost: a linear program for each region of each arrangement of the first hyperplanes.
    """
    if arranged.generic_regions > SUBSETS:
        raise LimitError(
            f"enumeration: {arranged.count} hyperplanes in {arranged.rank} dimensions have up to "
            f"{arranged.generic_regions:,} regions; the limit is {SUBSETS:,}"
        )
    signs = np.zeros((1, 0), dtype=np.int64)
    points = np.zeros((1, arranged.rank))
    programs = 0
    for number in range(arranged.count):
        heights = points @ arranged.normals[number] + arranged.offsets[number]
        made, inside = [], []
        for own, point, height in zip(signs, points, heights, strict=True):
            for side in (-1, 1):
                place: np.ndarray | None = point
                if side * height <= WIDTH:
                    place = _inner_point(arranged, np.append(own, side))
                    programs += 1
                if place is not None:
                    made.append(np.append(own, side))
                    inside.append(place)
        signs, points = np.array(made, dtype=np.int64), np.array(inside)
    return Regions(signs, points, programs)


def _inner_point(arranged: Arrangement, signs: Int[np.ndarray, " k"]) -> Float[np.ndarray, " r"] | None:
    """The centre of a largest ball, of radius 1 at most, on given sides of the first hyperplanes."""
    from scipy.optimize import linprog

    k = len(signs)
    # largest rho <= 1 with s_i (<n_i, h> + b_i) >= rho, where |n_i| = 1
    rows = np.column_stack([-signs[:, None] * arranged.normals[:k], np.ones(k)])
    objective = np.append(np.zeros(arranged.rank), -1.0)
    bounds = [(None, None)] * arranged.rank + [(None, 1.0)]
    found = linprog(objective, rows, signs * arranged.offsets[:k], bounds=bounds, method="highs")
    if not found.success or found.x[-1] <= WIDTH:
        return None
    return np.asarray(found.x[:-1])
