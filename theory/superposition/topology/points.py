"""Point clouds: checks, and columns of `W` as points of the unit sphere."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from theory.errors import InputError

__all__ = ["check_points", "distances", "strong_columns", "unit_columns"]


def check_points(points: Float[np.ndarray, "n m"], least: int = 1) -> Float[np.ndarray, "n m"]:
    """The points, in double precision.

    Raises:
        InputError: fewer than `least` points, no coordinates, or a coordinate that is not finite.
    """
    count, dimension = points.shape
    if count < least or dimension < 1:
        raise InputError(f"points: shape [{count}, {dimension}]; at least [{least}, 1] would be right")
    if not np.isfinite(points).all():
        place = np.argwhere(~np.isfinite(points))[0].tolist()
        raise InputError(f"points: coordinate {place} is not finite")
    return points.astype(np.float64)


def distances(points: Float[np.ndarray, "n m"]) -> Float[np.ndarray, "n n"]:
    """Euclidean distances, without the cancellation of `|x|^2 - 2xy + |y|^2`."""
    return np.sqrt(((points[:, None] - points[None]) ** 2).sum(-1))


def unit_columns(weights: Float[np.ndarray, "m n"], shortest: float = 0.0) -> Float[np.ndarray, "k m"]:
    """The directions `w_i / |w_i|` of the columns that are longer than `shortest`, as rows.

    Raises:
        InputError: there is no such column.
    """
    norms = np.linalg.norm(weights, axis=0)
    kept = norms > shortest
    if not kept.any():
        raise InputError(f"W: no column is longer than {shortest:g}; one at least would be right")
    return (weights[:, kept] / norms[kept]).T


def strong_columns(weights: Float[np.ndarray, "m n"], weak: float) -> list[int]:
    """Columns that are at least `weak` times as long as the longest, and not 0.

    Raises:
        InputError: all columns are 0.
    """
    norms = np.linalg.norm(weights, axis=0)
    if not norms.max() > 0:
        raise InputError("W: all columns are 0; a feature with a direction would be right")
    return [int(column) for column in np.flatnonzero((norms >= weak * norms.max()) & (norms > 0))]
