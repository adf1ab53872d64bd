"""Arrays of numbers that carry a bound of their rounding errors.

Each operation adds the errors of its operands and the half unit in the last place of its result (the
standard model of floating point; Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., 3.3).
Underflow is left out, and so is the rounding of the bounds themselves, a relative 1e-16 an operation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

__all__ = ["ROUNDING", "Ball", "choose"]

ROUNDING = 2.0**-53


@dataclass(frozen=True, eq=False)
class Ball:
    """Numbers within `radius` of `middle`.

    Args:
        middle: what was computed.
        radius: how far off it is at most.
    """

    middle: Float[np.ndarray, "*shape"]
    radius: Float[np.ndarray, "*shape"]

    @classmethod
    def exact(cls, values: Float[np.ndarray, "*shape"]) -> Ball:
        """Numbers that are what they are."""
        return cls(values, np.zeros_like(values))

    def __add__(self, other: Ball) -> Ball:
        middle = self.middle + other.middle
        return Ball(middle, self.radius + other.radius + ROUNDING * np.abs(middle))

    def __sub__(self, other: Ball) -> Ball:
        middle = self.middle - other.middle
        return Ball(middle, self.radius + other.radius + ROUNDING * np.abs(middle))

    def __mul__(self, other: Ball) -> Ball:
        middle = self.middle * other.middle
        radius = (np.abs(self.middle) + self.radius) * other.radius + np.abs(other.middle) * self.radius
        return Ball(middle, radius + ROUNDING * np.abs(middle))

    def over(self, divisor: Float[np.ndarray, "*shape"] | float) -> Ball:
        """Divided by numbers without error."""
        middle = self.middle / divisor
        return Ball(middle, self.radius / np.abs(divisor) + ROUNDING * np.abs(middle))

    def widened(self, by: Float[np.ndarray, "*shape"]) -> Ball:
        """With a larger radius."""
        return Ball(self.middle, self.radius + by)

    def positive_part(self) -> Ball:
        """`max(x, 0)`."""
        return Ball(np.maximum(self.middle, 0), self.radius)

    def __getitem__(self, index: Any) -> Ball:
        return Ball(self.middle[index], self.radius[index])


def choose(which: Bool[np.ndarray, "*shape"], yes: Ball, no: Ball) -> Ball:
    """`yes` where true."""
    return Ball(np.where(which, yes.middle, no.middle), np.where(which, yes.radius, no.radius))
