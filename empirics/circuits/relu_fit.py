"""A ReLU neuron to second order: how much of it constant, linear and product terms of one frequency are.

Source: the exercise of ARENA's grokking chapter; shared/specs/circuits.md, end of 2.12.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from theory.errors import InputError

__all__ = ["ReluFit", "relu_second_order_fit"]

ROUNDING = 1e-12  # what is below this part of its natural size is rounding


@dataclass(frozen=True)
class ReluFit:
    """A neuron as constant, linear and product terms of one frequency.

    Args:
        coefficients: in the orthonormal functions `1`, `cos a`, `cos b`, `cos a cos b` of two elements.
        r_squared: of this fit, part of the variance; nan for a constant neuron.
        r_squared_linear: without the product.
    """

    coefficients: tuple[float, float, float, float]
    r_squared: float
    r_squared_linear: float


def relu_second_order_fit(
    activation: Float[np.ndarray, "n n"], frequency: int, phases: tuple[float, float] = (0.0, 0.0)
) -> ReluFit:
    """Project a neuron on `1, cos(w a + phi_a), cos(w b + phi_b)` and the product of both, `w = 2 pi f / n`.

    The four functions are orthogonal and made unit vectors, as ARENA's Fourier basis is, so that coefficients
    are inner products and their squares the power.

    Args:
        activation: of the neuron, at every pair.
        frequency: `f`.
        phases: `phi_a`, `phi_b`, as of `cosine_fit`.

    Raises:
        InputError: the frequency is not in `1..n/2`, or a cosine is zero everywhere.
    """
    n = len(activation)
    if not 1 <= frequency <= n // 2:
        raise InputError(f"frequency {frequency}: a number in 1..{n // 2} would be right for {n} elements")
    ones = np.full(n, n**-0.5)
    angles = 2 * np.pi * (frequency * np.arange(n) % n) / n
    waves = [np.cos(angles + phase) for phase in phases]
    sizes = [float(np.linalg.norm(wave)) for wave in waves]
    if min(sizes) <= ROUNDING * n:
        raise InputError(f"phases {phases}: at frequency {frequency} of {n} one of the cosines is zero")
    left, right = (wave / size for wave, size in zip(waves, sizes, strict=True))
    pairs = ((ones, ones), (left, ones), (ones, right), (left, right))
    constant, of_left, of_right, product = (float(u @ activation @ v) for u, v in pairs)
    total = float(((activation - activation.mean()) ** 2).sum())
    linear = of_left**2 + of_right**2
    shares = (float("nan"), float("nan"))
    if total > (ROUNDING * n * float(np.abs(activation).max())) ** 2:
        shares = ((linear + product**2) / total, linear / total)
    return ReluFit((constant, of_left, of_right, product), *shares)
