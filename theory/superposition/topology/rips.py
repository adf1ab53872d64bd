"""Vietoris-Rips barcodes: a set of points is a simplex from the scale of its diameter on."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float

from theory.errors import InputError, LimitError
from theory.superposition.topology.persistence import LARGEST, SHORTEST, Bar, Simplex, persistence
from theory.superposition.topology.points import check_points, distances

__all__ = ["rips", "rips_complex"]


def rips(
    points: Float[np.ndarray, "n m"],
    highest: int = 2,
    longest: float | None = None,
    shortest: float = SHORTEST,
) -> tuple[Bar, ...]:
    """The Vietoris-Rips barcode up to a degree; scales are diameters.

    Args:
        points: in rows; coincident points are allowed.
        highest: degree.
        longest: classes that live at this scale are infinite; None for no bound.
        shortest: bars of at most this length are left out.

    Raises:
        InputError: no points, or a negative degree.
        LimitError: more than 200,000 simplices.
    """
    return persistence(rips_complex(points, highest + 1, longest), highest, shortest)


def rips_complex(
    points: Float[np.ndarray, "n m"], dimension: int, longest: float | None = None
) -> dict[Simplex, float]:
    """Simplices up to a dimension with their diameters.

    Beyond the least radius about a point that holds all points the complex is a cone: nothing is born or
    dies there, and it is cut off at that scale.

    Raises:
        InputError, LimitError: as `rips`.
    """
    if dimension < 1:
        raise InputError(f"degree {dimension - 1}: 0 or more would be right")
    lengths = distances(check_points(points))
    n = len(lengths)
    reach = float(lengths.max(1).min())
    if longest is not None:
        reach = min(reach, longest)
    joined = lengths <= reach
    later = [sum(1 << j for j in range(i + 1, n) if joined[i, j]) for i in range(n)]
    scales: dict[Simplex, float] = {(i,): 0.0 for i in range(n)}
    layer: list[tuple[Simplex, float, int]] = [((i,), 0.0, later[i]) for i in range(n)]
    for _ in range(dimension):
        grown: list[tuple[Simplex, float, int]] = []
        for simplex, scale, common in layer:
            rest = common
            while rest:
                vertex = (rest & -rest).bit_length() - 1
                rest &= rest - 1
                diameter = max(scale, max(float(lengths[old, vertex]) for old in simplex))
                bigger = (*simplex, vertex)
                scales[bigger] = diameter
                grown.append((bigger, diameter, common & later[vertex]))
            if len(scales) > LARGEST:
                _refuse(n, dimension, reach)
        layer = grown
    return scales


def _refuse(n: int, dimension: int, reach: float) -> None:
    count = sum(math.comb(n, size) for size in range(1, dimension + 2))
    raise LimitError(
        f"Rips complex: more than {LARGEST:,} simplices up to dimension {dimension} at scale {reach:.4g} "
        f"({count:,} if all {n} points are joined); a lower degree, fewer points or a shorter longest edge "
        "would be right"
    )
