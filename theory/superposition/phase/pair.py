"""The exact loss of two features in one dimension, by its own closed form, and its local minima.

Row `i` of `x' = ReLU(G x + b)` needs `(G_ii, G_ij, b_i)` alone. For fixed `y` its integral over `x` is a
cubic in `s = G_ij y + b_i` on each side of `s = 0` and `s = -G_ii`, so that two Gauss points a piece are
exact, and nothing is divided by `G_ij`: small interference costs no digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Float
from scipy.optimize import minimize

from theory.errors import InputError
from theory.superposition.model import feature_variance

__all__ = ["PairMinimum", "check_pair", "dedicated_loss", "local_minima", "pair_loss", "row_loss"]

GAUSS = (0.5 - np.sqrt(3) / 6, 0.5 + np.sqrt(3) / 6)
GRADIENT = 1e-9  # of L/p, at a minimum
SAME = 1e-5  # between two minima that count as one
STARTS = (  # antipodal, symmetric, asymmetric, barely superposed, reversed, each feature alone
    (1.0, -0.8, 0.0, 0.0),
    (0.75, -0.75, 0.2, 0.2),
    (0.9, -0.4, 0.2, 0.5),
    (1.0, -0.15, 0.03, 0.3),
    (0.4, -0.9, 0.5, 0.2),
    (1.0, 0.0, 0.0, 0.25),
    (0.0, -1.0, 0.25, 0.0),
)


@dataclass(frozen=True, eq=False)
class PairMinimum:
    """A local minimum.

    Args:
        weights: `w_1 >= 0` and `w_2`.
        bias: `b`.
        loss: `L`.
        gradient: its largest entry, of `L/p`.
    """

    weights: Float[np.ndarray, " 2"]
    bias: Float[np.ndarray, " 2"]
    loss: float
    gradient: float

    @property
    def interference(self) -> float:
        """`-w_1 w_2`; positive if antipodal, 0 if a feature has the dimension to itself."""
        return float(-self.weights[0] * self.weights[1])


def dedicated_loss(importance: float, density: float) -> float:
    """`r V(p)`: the first feature is recovered, of the second the mean."""
    return importance * feature_variance(density)


def check_pair(importance: float, density: float) -> None:
    """Importance `r` of the last feature and density `p`.

    Raises:
        InputError: `r` is negative or not finite, or `p` is not in (0, 1].
    """
    if not 0 <= importance < float("inf"):
        raise InputError(f"r = {importance:g}: an importance of 0 or more would be right")
    if not 0 < density <= 1:
        raise InputError(f"p = {density:g}: a density in (0, 1] would be right")


def row_loss(
    own: Float[np.ndarray, " b"],
    other: Float[np.ndarray, " b"],
    bias: Float[np.ndarray, " b"],
    density: float,
) -> tuple[Float[np.ndarray, " b"], Float[np.ndarray, "b 3"]]:
    """`E (x - (a x + c y + b)_+)^2` for independent features `x`, `y`, and its gradient.

    Args:
        own: `a >= 0`.
        other: `c`.
        bias: `b`.
        density: `p`.

    Returns:
        values, and derivatives by `a`, `c`, `b`.
    """
    silent = 1 - density
    safe = np.where(other == 0, 1, other)
    kinks = [np.clip(np.where(other == 0, 0, -level / safe), 0, 1) for level in (bias, bias + own)]
    ends = np.sort(np.stack([np.zeros_like(own), *kinks, np.ones_like(own)]), axis=0)
    value, (by_own, by_shift) = _given_other(own, bias, density)
    value = silent * value
    gradient = silent * np.stack([by_own, np.zeros_like(own), by_shift], axis=-1)
    for left, right in pairwise(ends):
        for node in GAUSS:
            place = left + (right - left) * node
            part, (by_own, by_shift) = _given_other(own, other * place + bias, density)
            weight = density * (right - left) / 2
            value = value + weight * part
            gradient = gradient + weight[..., None] * np.stack([by_own, place * by_shift, by_shift], axis=-1)
    return value, gradient


def _given_other(
    own: Float[np.ndarray, " b"], shift: Float[np.ndarray, " b"], density: float
) -> tuple[Float[np.ndarray, " b"], tuple[Float[np.ndarray, " b"], Float[np.ndarray, " b"]]]:
    """`E (x - (a x + s)_+)^2` over `x` alone, and its derivatives by `a` and `s`."""
    silent, open_ = 1 - density, np.maximum(shift, 0)
    safe = np.where(own > 0, own, 1)
    start = np.clip(np.where(own > 0, -shift / safe, np.where(shift >= 0, 0, 1)), 0, 1)
    # moments of u on [start, 1], where the unit is active
    zeroth, first, second = 1 - start, (1 - start**2) / 2, (1 - start**3) / 3
    active = (own**2 - 2 * own) * second + 2 * (own - 1) * shift * first + shift**2 * zeroth
    value = silent * open_**2 + density * (1 / 3 + active)
    by_own = 2 * density * ((own - 1) * second + shift * first)
    by_shift = 2 * silent * open_ + 2 * density * ((own - 1) * first + shift * zeroth)
    return value, (by_own, by_shift)


def pair_loss(
    weights: Float[np.ndarray, "b 2"], bias: Float[np.ndarray, "b 2"], importance: float, density: float
) -> tuple[Float[np.ndarray, " b"], Float[np.ndarray, "b 4"]]:
    """`L` of two features in one dimension, importances 1 and `r`, and its gradient.

    Args:
        weights: `w_1`, `w_2`.
        bias: `b_1`, `b_2`.
        importance: `r`.
        density: `p`.

    Returns:
        values, and derivatives by `w_1`, `w_2`, `b_1`, `b_2`.
    """
    first, second = weights[:, 0], weights[:, 1]
    product = first * second
    own, products = np.concatenate([first**2, second**2]), np.concatenate([product, product])
    losses, slopes = row_loss(own, products, bias.T.ravel(), density)
    (loss, other), (by_row, by_other) = np.split(losses, 2), np.split(slopes, 2)
    by_product = by_row[..., 1] + importance * by_other[..., 1]
    gradient = [
        2 * first * by_row[..., 0] + second * by_product,
        2 * importance * second * by_other[..., 0] + first * by_product,
        by_row[..., 2],
        importance * by_other[..., 2],
    ]
    return loss + importance * other, np.stack(gradient, axis=-1)


def local_minima(
    importance: float, density: float, starts: tuple[tuple[float, ...], ...] = STARTS
) -> tuple[PairMinimum, ...]:
    """Distinct stationary points where BFGS ends from each start, lowest first.

    Args:
        importance: `r`.
        density: `p`.
        starts: `(w_1, w_2, b_1, b_2)` each.

    Raises:
        InputError: `r` or `p` out of range.
    """
    check_pair(importance, density)

    def scaled(point: np.ndarray) -> tuple[float, np.ndarray]:
        losses, gradients = pair_loss(point[None, :2], point[None, 2:], importance, density)
        return float(losses[0]) / density, gradients[0] / density

    found: list[PairMinimum] = []
    for start in starts:
        result = minimize(scaled, start, jac=True, method="BFGS", options={"gtol": GRADIENT, "maxiter": 400})
        point = result.x * np.array([np.sign(result.x[0]) or 1.0] * 2 + [1.0, 1.0])
        value, gradient = scaled(point)
        new = PairMinimum(point[:2], point[2:], value * density, float(np.abs(gradient).max()))
        if all(np.abs(np.r_[new.weights - one.weights, new.bias - one.bias]).max() > SAME for one in found):
            found.append(new)
    return tuple(sorted(found, key=lambda one: one.loss))
