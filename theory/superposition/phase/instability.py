"""Where the dedicated solution of two features in one dimension stops being a local minimum.

Put `w_1 w_2 = -k`, `w_1^2 = 1 + k δ`, `b_1 = k β` and the best `b_2`. Then, for small `k >= 0`,

    L = r V + k^2 (Q(β, δ) - r V) + k^3 (2 r V δ - p^2 (1 - β)^4 / 6) + O(k^4),
    Q(β, δ) = p E (δ u + β - x)^2 + S E (β - x)_+^2,    u uniform on [0, 1], x a feature,

so that the dedicated solution is stable if and only if `r V(p) < min Q`. The minimum is at
`δ = 3/2 (p/2 - β)` and at the nonnegative root of `S p β^2 + (p/2 + 2 S^2) β - p^2/4`. The cubic term is the
one of the ReLU: where `x_1 < k (x_2 - β)` the unit is silent, which spares the quadratic form `(2/3) k^3
(x_2 - β)^3`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from theory.errors import InputError
from theory.superposition.model import feature_variance
from theory.superposition.phase.pair import check_pair

__all__ = ["Landau", "instability_density", "instability_importance", "landau", "same_sign_cost"]


@dataclass(frozen=True)
class Landau:
    """The loss near the dedicated solution where it turns unstable, `L - r V = cubic k^3 + quartic k^4 + …`.

    It holds after minimisation over everything but the interference `k = -w_1 w_2 >= 0`.

    Args:
        density: `p`.
        importance: `r_inst(p) = min Q / V`.
        bias_slope: `β`, `b_1 = k β`.
        gain_slope: `δ`, `w_1^2 = 1 + k δ`.
        cost: `min Q`.
        cubic: its sign is the order of the transition: negative for a jump, positive for none.
        quartic: of the expansion; where the cubic term is 0, a positive one keeps the transition local.
    """

    density: float
    importance: float
    bias_slope: float
    gain_slope: float
    cost: float
    cubic: float
    quartic: float

    @property
    def jump(self) -> float:
        """`k` at which the two minima are level, to lowest order; 0 if the transition is continuous."""
        return max(0.0, -self.cubic / (2 * self.quartic))


def landau(density: float) -> Landau:
    """The expansion on the instability line.

    The quartic coefficient is that at the quadratic minimiser, less `g^T H^-1 g / 2` for what `β` and `δ`
    gain by following the cubic term, whose gradient is `g`; `H` is the Hessian of `Q`.

    Args:
        density: `p`.

    Raises:
        InputError: `p` is not in (0, 1].
    """
    check_pair(1.0, density)
    p, silent = density, 1 - density
    linear = p / 2 + 2 * silent**2
    beta = (p**2 / 2) / (linear + np.sqrt(linear**2 + silent * p**3))
    delta = 1.5 * (p / 2 - beta)
    cost = p * (feature_variance(p) + (beta - p / 2) ** 2 / 4) + silent * (silent * beta**2 + p * beta**3 / 3)
    spared = p**2 * (1 - beta) ** 3
    gradient = np.array([2 * spared / 3, 2 * cost])
    hessian = np.array([[2 * p + 2 * silent**2 + 2 * p * silent * beta, p], [p, 2 * p / 3]])
    quartic = cost * (1 - 2 * delta**2) + spared * (1 - beta) * delta / 4
    return Landau(
        density=p,
        importance=float(cost / feature_variance(p)),
        bias_slope=float(beta),
        gain_slope=float(delta),
        cost=float(cost),
        cubic=float(2 * cost * delta - spared * (1 - beta) / 6),
        quartic=float(quartic - gradient @ np.linalg.solve(hessian, gradient) / 2),
    )


def instability_importance(density: float) -> float:
    """`r_inst(p)`: above it the second feature enters, as an antipode.

    Args:
        density: `p`.

    Raises:
        InputError: `p` is not in (0, 1].
    """
    return landau(density).importance


def instability_density(importance: float) -> float:
    """`p_inst(r)`: below it the dedicated solution is no local minimum. `r_inst` increases from 0 to 1.

    Args:
        importance: `r` in (0, 1].

    Raises:
        InputError: `r` is not in (0, 1].
    """
    if not 0 < importance <= 1:
        raise InputError(f"r = {importance:g}: the line of instability has 0 < r <= 1")
    if importance == 1:
        return 1.0
    lowest = importance / 2  # r_inst(p) <= p (1 + p), since β = 0 is allowed
    return float(brentq(lambda p: instability_importance(p) - importance, lowest, 1.0, xtol=1e-15))


def same_sign_cost(density: float) -> float:
    """`min Q` for `w_1 w_2 > 0`; for `p < 1` more than for `w_1 w_2 < 0`, so that this is not the way out.

    With `b_1 = -k y` the minimum over `y` of `p (V + (y - p/2)^2 / 4) + S p (1 - y)^3 / 3`.

    Args:
        density: `p`.
    """
    check_pair(1.0, density)
    p, silent = density, 1 - density
    # (y - p/2) / 2 = S (1 - y)^2, written for z = 1 - y
    z = (1 - p / 2) if silent == 0 else (np.sqrt(0.25 + 4 * silent * (1 - p / 2) / 2) - 0.5) / (2 * silent)
    return float(p * (feature_variance(p) + (1 - z - p / 2) ** 2 / 4) + silent * p * z**3 / 3)
