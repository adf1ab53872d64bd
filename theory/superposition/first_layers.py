"""The losses of inputs with no and with one active feature, for models of any width."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from theory.superposition.model import ToyModel

__all__ = ["first_layers", "mean_square"]


def first_layers(model: ToyModel) -> tuple[float, float]:
    """`L_0 = sum_i I_i ReLU(b_i)^2` and `L_1`, which sums over the one active feature. Cost: `n^2`.

    `L_1 = sum_i I_i (int (u - (G_ii u + b_i)_+)^2 du + sum_(j != i) int (G_ij u + b_i)_+^2 du)`: interference
    has its square.

    Args:
        model: its weights.
    """
    bias, own = model.bias, model.gram.diagonal()
    squares = mean_square(np.broadcast_to(bias[:, None], model.gram.shape), bias[:, None] + model.gram).sum(1)
    # int u (a u + b)_+ over [t, 1], where a u + b >= 0
    start = np.clip(np.divide(-bias, own, out=np.where(bias > 0, 0.0, 1.0), where=own > 0), 0, 1)
    product = own * (1 - start**3) / 3 + bias * (1 - start**2) / 2
    first = model.importance @ (squares + 1 / 3 - 2 * product)
    return float(model.importance @ np.maximum(bias, 0) ** 2), max(0.0, float(first))


def mean_square(
    left: Float[np.ndarray, "*shape"], right: Float[np.ndarray, "*shape"]
) -> Float[np.ndarray, "*shape"]:
    """`E z_+^2` of a `z` uniform between two ends, which may be equal.

    Args:
        left, right: the ends.
    """
    high, low = np.maximum(left, right), np.minimum(left, right)
    crossed = (low < 0) & (high > 0)
    # high^3 / (high - low) / 3 where the kink is inside, and no difference of cubes elsewhere
    inside = high**2 * (high / np.where(crossed, high - low, 1)) / 3
    return np.where(crossed, inside, np.where(low >= 0, (high**2 + high * low + low**2) / 3, 0))
