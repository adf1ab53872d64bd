"""Points on a sphere of least energy: Thomson's problem, and the interference of features beside it.

Source: Thomson (1904); minima by L-BFGS from several starts, which is no proof that they are global.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float

from theory.errors import InputError, LimitError, UnknownNameError
from theory.superposition.spheres.interference import (
    biased_energy,
    biased_gradient,
    coulomb_energy,
    coulomb_gradient,
    relu_energy,
    relu_gradient,
)

__all__ = ["COINCIDENT", "POTENTIALS", "LeastEnergy", "energies_of", "thomson"]

Energy = Callable[[np.ndarray], float]
Gradient = Callable[[np.ndarray], np.ndarray]
POTENTIALS: dict[str, tuple[Energy, Gradient]] = {
    "coulomb": (coulomb_energy, coulomb_gradient),
    "relu": (relu_energy, relu_gradient),
    "relu-bias": (biased_energy, biased_gradient),
}
COINCIDENT = 1e-3  # radians
LARGEST = 2000  # points
SAME = 1e-6  # of energies


@dataclass(frozen=True, eq=False)
class LeastEnergy:
    """The best of several minimisations.

    Args:
        points: unit vectors in rows.
        energy: theirs.
        energies: of every start, ascending.
        gradient: the largest component of the energy's gradient along the sphere, at the points.
        potential: its name.
    """

    points: Float[np.ndarray, "n d"]
    energy: float
    energies: tuple[float, ...]
    gradient: float
    potential: str

    @cached_property
    def angles(self) -> Float[np.ndarray, "n n"]:
        """Between points, in radians; accurate for small ones, as arccos is not."""
        points = self.points
        apart = np.linalg.norm(points[:, None] - points[None], axis=-1)
        opposite = np.linalg.norm(points[:, None] + points[None], axis=-1)
        return 2 * np.arctan2(apart, opposite)

    @property
    def smallest_angle(self) -> float:
        """Between two points, in degrees."""
        return float(np.degrees(self.angles[np.triu_indices(len(self.points), 1)].min()))

    @property
    def collisions(self) -> tuple[tuple[int, int], ...]:
        """Pairs of points at less than a thousandth of a radian."""
        near = np.argwhere(np.triu(self.angles < COINCIDENT, 1))
        return tuple((int(first), int(second)) for first, second in near)

    @property
    def agreeing(self) -> int:
        """How many starts reached the least energy, within a millionth."""
        return sum(energy - self.energy <= SAME * max(1.0, self.energy) for energy in self.energies)


def thomson(
    count: int,
    dimension: int,
    potential: str,
    generator: np.random.Generator,
    starts: int = 8,
) -> LeastEnergy:
    """Unit vectors of least energy among the local minima that several random starts lead to.

    The energy of `x_i / |x_i|` is minimised over all `x`: its gradient is tangent to the sphere.

    Args:
        count: `N`, of points.
        dimension: `d`, of the space.
        potential: "coulomb", `1/|x - y|`; "relu", `(1/3)(x . y)_+^2` for ordered pairs; or "relu-bias", the
            loss of one active feature with the best biases.
        generator: of the starts.
        starts: how many.

    Raises:
        InputError: fewer than 2 points or dimensions, no start, or an unknown potential.
        LimitError: more than 2000 points.
    """
    if count < 2 or dimension < 2:
        raise InputError(f"thomson: N = {count}, d = {dimension}; at least 2 of each would be right")
    if count > LARGEST:
        raise LimitError(f"thomson: N = {count:,}; the limit is {LARGEST:,}")
    if potential not in POTENTIALS:
        raise UnknownNameError(f"thomson: no potential {potential!r}; {', '.join(POTENTIALS)} are known")
    if starts < 1:
        raise InputError(f"thomson: {starts} starts; at least 1 would be right")
    energy, gradient = POTENTIALS[potential]
    found = [_descend(generator.standard_normal((count, dimension)), energy, gradient) for _ in range(starts)]
    energies = [energy(points) for points in found]
    best = found[int(np.argmin(energies))]
    along = _along(best, gradient(best))
    return LeastEnergy(best, min(energies), tuple(sorted(energies)), float(np.abs(along).max()), potential)


def energies_of(points: Float[np.ndarray, "n d"]) -> dict[str, float | None]:
    """Every potential's energy of the directions of points; Coulomb's is None if two coincide.

    Raises:
        InputError: a point is the origin.
    """
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    if not (lengths > 0).all():
        place = int(np.flatnonzero(lengths[:, 0] == 0)[0])
        raise InputError(
            f"points: {place} is the origin, which has no direction; another point would be right"
        )
    unit = points / lengths
    found = {name: energy(unit) for name, (energy, _) in POTENTIALS.items()}
    return {name: value if value < 1e9 else None for name, value in found.items()}


def _descend(start: Float[np.ndarray, "n d"], energy: Energy, gradient: Gradient) -> Float[np.ndarray, "n d"]:
    from scipy.optimize import minimize

    shape = start.shape

    def both(flat: np.ndarray) -> tuple[float, np.ndarray]:
        free = flat.reshape(shape)
        lengths = np.linalg.norm(free, axis=1, keepdims=True)
        points = free / lengths
        return energy(points), (_along(points, gradient(points)) / lengths).ravel()

    current = start / np.linalg.norm(start, axis=1, keepdims=True)
    for _ in range(3):  # L-BFGS restarted from lengths of 1: they grow on the way
        options = {"maxiter": 5000, "maxfun": 20_000, "ftol": 1e-16, "gtol": 1e-11, "maxcor": 20}
        result = minimize(both, current.ravel(), jac=True, method="L-BFGS-B", options=options)
        free = result.x.reshape(shape)
        current = free / np.linalg.norm(free, axis=1, keepdims=True)
    return current


def _along(points: Float[np.ndarray, "n d"], gradient: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n d"]:
    """The part of a gradient tangent to the sphere."""
    return gradient - (gradient * points).sum(1, keepdims=True) * points
