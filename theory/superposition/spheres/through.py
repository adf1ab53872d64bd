"""The sphere through `m + 1` points of R^m: a determinant, expanded by its first row."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from theory.errors import InputError
from theory.superposition.spheres.sphere import FLAT, Sphere, normalising_frame

__all__ = ["through"]


def through(points: Float[np.ndarray, "n m"]) -> Sphere:
    """The sphere through points, or the hyperplane through them if they lie in one.

    Args:
        points: `m + 1` of them, in rows.

    Raises:
        InputError: another number of points, coincident points, fewer than 2 dimensions, or points that more
            than one sphere goes through: on a line of R^3, or on a circle in R^3.

    Source: the determinant of the rows `(|x|^2, x, 1)` of a point `x` and of the points is 0 on the sphere.
    """
    n, m = points.shape
    if n != m + 1:
        raise InputError(f"points: {n} points in {m} dimensions; {m + 1} would be right, or spheres.fit")
    frame = normalising_frame(points)
    columns = range(m + 2)
    # c_j = (-1)^j det(rows without column j): the first-row expansion
    minors = [(-1) ** j * np.linalg.det(np.delete(frame.rows, j, axis=1)) for j in columns]
    vector = np.array(minors)
    largest = float(np.linalg.norm(vector))
    if largest < 1e-12:
        raise InputError(
            "points: more than one sphere goes through them; points in general position are right"
        )
    vector = vector / largest
    flat = abs(float(vector[0])) < FLAT
    if flat:
        vector[0] = 0.0
    residual = float(np.sqrt(np.mean((frame.rows @ vector) ** 2)))
    return Sphere.of(frame.back(vector), flat, residual)
