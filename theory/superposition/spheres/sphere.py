"""Spheres and hyperplanes of R^m as vectors of R^(m+2): `c_0 |x|^2 + <c, x> + c_last = 0`."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from theory.errors import InputError

__all__ = ["FLAT", "Frame", "Sphere", "lorentz_form", "lorentz_product", "normalising_frame"]

FLAT = 1e-8  # |c_0| of a unit vector, in coordinates where the points have size 1


def lorentz_form(m: int) -> Float[np.ndarray, "v v"]:
    """The matrix `J` of `<s, t> = <c, d> - 2 (c_0 d_last + c_last d_0)`, of signature (m + 1, 1)."""
    form = np.diag([0.0, *[1.0] * m, 0.0])
    form[0, -1] = form[-1, 0] = -2.0
    return form


def lorentz_product(first: Float[np.ndarray, " v"], second: Float[np.ndarray, " v"]) -> float:
    """`<s, t>`; for spheres of `<s, s> = 1` the cosine of the angle at which they meet."""
    crossed = first[0] * second[-1] + first[-1] * second[0]
    return float(first[1:-1] @ second[1:-1] - 2 * crossed)


@dataclass(frozen=True, eq=False)
class Sphere:
    """A sphere, or a hyperplane, with `<s, s> = 1`.

    Args:
        vector: `(c_0, c, c_last)`, first nonzero of `c_0, c` positive: the sphere is not oriented.
        flat: whether it is to be read as a hyperplane: `c_0` is 0 but for rounding, in the coordinates of
            the points that it was made from.
        residual: root mean square of `c_0 |x|^2 + <c, x> + c_last` over those points: their distance from
            it, to first order.
    """

    vector: Float[np.ndarray, " v"]
    flat: bool
    residual: float = 0.0

    @property
    def dimension(self) -> int:
        """`m`, of the space."""
        return len(self.vector) - 2

    @property
    def centre(self) -> Float[np.ndarray, " m"] | None:
        """`-c / (2 c_0)`; None for a hyperplane."""
        return None if self.flat else -self.vector[1:-1] / (2 * self.vector[0])

    @property
    def radius(self) -> float:
        """`1 / (2 |c_0|)`; infinite for a hyperplane."""
        return math.inf if self.flat else 1 / (2 * abs(float(self.vector[0])))

    @property
    def normal(self) -> Float[np.ndarray, " m"] | None:
        """The unit normal of a hyperplane `<normal, x> + offset = 0`; None for a sphere."""
        return self.vector[1:-1] / np.linalg.norm(self.vector[1:-1]) if self.flat else None

    @property
    def offset(self) -> float | None:
        """Of a hyperplane; None for a sphere."""
        return float(self.vector[-1] / np.linalg.norm(self.vector[1:-1])) if self.flat else None

    @classmethod
    def of(cls, vector: Float[np.ndarray, " v"], flat: bool = False, residual: float = 0.0) -> Sphere:
        """From any multiple of its vector.

        Raises:
            InputError: `<s, s> <= 0`: a sphere of radius 0, or of none.
        """
        square = lorentz_product(vector, vector)
        if not square > 0:
            raise InputError(
                f"sphere: <s, s> = {square:.3g}; above 0, as of a real sphere of positive radius, is right"
            )
        lead = next((number for number in vector[:-1] if number != 0), 1.0)
        scale = math.copysign(math.sqrt(square), lead)
        return cls(vector / scale, flat, residual / abs(scale))

    @classmethod
    def at(cls, centre: Float[np.ndarray, " m"], radius: float) -> Sphere:
        """From centre and radius: `(1, -2a, |a|^2 - R^2) / (2R)`."""
        if not radius > 0:
            raise InputError(f"sphere: radius {radius:g}; a positive number would be right")
        return cls.of(np.array([1.0, *(-2 * centre), centre @ centre - radius**2]))


@dataclass(frozen=True, eq=False)
class Frame:
    """Coordinates `y = (x - centre) / size` in which points are about as large as 1.

    Args:
        rows: `(|y|^2, y, 1)` of every point.
        centre: mean of the points.
        size: root mean square distance from it.
    """

    rows: Float[np.ndarray, "n v"]
    centre: Float[np.ndarray, " m"]
    size: float

    def back(self, vector: Float[np.ndarray, " v"]) -> Float[np.ndarray, " v"]:
        """The vector, in the coordinates `x`, of what has this one in `y`."""
        lead, linear, constant = vector[0], vector[1:-1], vector[-1]
        # c_0 |x - a|^2 / s^2 + <c, x - a> / s + c_last, expanded in x
        return np.array(
            [
                lead / self.size**2,
                *(linear / self.size - 2 * lead * self.centre / self.size**2),
                lead * (self.centre @ self.centre) / self.size**2
                - linear @ self.centre / self.size
                + constant,
            ]
        )


def normalising_frame(points: Float[np.ndarray, "n m"]) -> Frame:
    """Coordinates in which the points have mean 0 and size 1: only there is "small" a statement about shape.

    Raises:
        InputError: fewer than 2 points, fewer than 2 dimensions, a coordinate that is not finite, or two
            coincident points.
    """
    n, m = points.shape
    if n < 2 or m < 2:
        raise InputError(f"points: shape [{n}, {m}]; two points in two dimensions at least would be right")
    if not np.isfinite(points).all():
        place = np.argwhere(~np.isfinite(points))[0].tolist()
        raise InputError(f"points: coordinate {place} is not finite")
    centre = points.mean(0)
    size = float(np.sqrt(((points - centre) ** 2).sum(1).mean()))
    near = np.sqrt(((points[:, None] - points[None]) ** 2).sum(-1)) <= 1e-12 * max(size, 1e-300)
    pair = np.argwhere(np.triu(near, 1))
    if len(pair):
        first, second = pair[0].tolist()
        raise InputError(f"points: {first} and {second} coincide; distinct points would be right")
    moved = (points - centre) / size
    return Frame(np.column_stack([(moved**2).sum(1), moved, np.ones(n)]), centre, size)
