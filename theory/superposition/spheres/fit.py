"""Spheres that fit more points than they need, and all spheres through points of a smaller one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from theory.errors import InputError
from theory.superposition.spheres.sphere import FLAT, Frame, Sphere, normalising_frame

__all__ = ["SphereFamily", "described", "family", "fit"]


class NoSphere(InputError):
    """No sphere goes through the points."""


@dataclass(frozen=True, eq=False)
class SphereFamily:
    """The spheres of R^m that go through points: what a `k`-sphere is, an intersection of `m - k` of them.

    Args:
        basis: orthonormal rows, vectors `(c_0, c, c_last)`.
        dimension: `k`, of the sphere (or flat) that they share; -1 is two points or none.
        values: singular values of the rows `(|y|^2, y, 1)` in normalised coordinates, over `sqrt n`.
    """

    basis: Float[np.ndarray, "f v"]
    dimension: int
    values: Float[np.ndarray, " v"]


def fit(points: Float[np.ndarray, "n m"]) -> Sphere:
    """The sphere of least algebraic residual: the last right singular vector of the rows `(|x|^2, x, 1)`.

    Args:
        points: at least `m + 1`, in rows.

    Raises:
        InputError: fewer points, coincident points, fewer than 2 dimensions, or points that more than one
            sphere fits equally well, such as those of a circle in R^3; `family` is for these.
    """
    n, m = points.shape
    if n < m + 1:
        raise InputError(f"points: {n} points in {m} dimensions; at least {m + 1} would be right")
    frame = normalising_frame(points)
    values, axes = _singular(frame)
    if values[-2] < 1e-9:
        raise InputError("points: more than one sphere goes through them; spheres.family would be right")
    vector = axes[-1].copy()
    flat = abs(float(vector[0])) < FLAT
    if flat:
        vector[0] = 0.0
    return Sphere.of(frame.back(vector), flat, float(values[-1]))


def family(points: Float[np.ndarray, "n m"], tolerance: float = 1e-9) -> SphereFamily:
    """All spheres through points, and the dimension of the sphere that those have in common.

    Args:
        points: in rows.
        tolerance: singular values below it count as 0; the points have size 1.

    Raises:
        InputError: coincident points, fewer than 2 dimensions, or points that no sphere goes through.
    """
    frame = normalising_frame(points)
    values, axes = _singular(frame)
    kept = values < tolerance
    if not kept.any():
        raise NoSphere(
            f"points: no sphere goes through them (smallest singular value {values[-1]:.3g}, tolerance "
            f"{tolerance:g}); spheres.fit would be right"
        )
    vectors = np.stack([frame.back(axis) for axis in axes[kept]])
    basis = np.linalg.qr(vectors.T)[0].T
    return SphereFamily(basis, points.shape[1] - int(kept.sum()), values)


def described(points: Float[np.ndarray, "n m"]) -> tuple[SphereFamily | None, Sphere | None]:
    """What is known of points: the spheres through all of them, if there are any, and the one that fits best.

    Returns:
        the family, None if no sphere goes through all points; and the sphere, None if more than one does.

    Raises:
        InputError: coincident points, or fewer than 2 dimensions.
    """
    try:
        shared = family(points)
    except NoSphere:
        return None, fit(points)
    return shared, fit(points) if len(shared.basis) == 1 else None


def _singular(frame: Frame) -> tuple[Float[np.ndarray, " v"], Float[np.ndarray, "v v"]]:
    """Singular values over `sqrt n`, as many as columns, and all right singular vectors."""
    n, columns = frame.rows.shape
    _, found, axes = np.linalg.svd(frame.rows, full_matrices=True)
    values = np.zeros(columns)
    values[: len(found)] = found / np.sqrt(n)
    return values, axes
