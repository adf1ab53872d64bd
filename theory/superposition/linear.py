"""The linear toy model `x' = W^T W x + b`: its loss in closed form, what the ReLU is compared with."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from theory.superposition.model import ToyModel, check_sparsity, feature_variance

__all__ = ["input_variance", "linear_loss", "optimal_linear_bias"]


def input_variance(sparsity: float) -> float:
    """`V(p) = p/3 - p^2/4`, of every input."""
    return feature_variance(1 - check_sparsity(sparsity))


def linear_loss(model: ToyModel, sparsity: float) -> float:
    """`V(p) sum_i I_i ((1 - |w_i|^2)^2 + sum_(j != i) (w_i.w_j)^2) + sum_i I_i (((Id - G) μ - b)_i)^2`.

    `μ = p/2` is the mean. With the best bias the last sum is 0, and what the talk and the paper write with
    `~` is an equality.

    Args:
        model: its weights.
        sparsity: `S`.
    """
    residual = np.eye(model.features) - model.gram
    offset = residual.sum(1) * (1 - check_sparsity(sparsity)) / 2 - model.bias
    return float(model.importance @ (input_variance(sparsity) * (residual**2).sum(1) + offset**2))


def optimal_linear_bias(model: ToyModel, sparsity: float) -> Float[np.ndarray, " n"]:
    """`b = (Id - G) μ`."""
    return (1 - check_sparsity(sparsity)) / 2 * (1 - model.gram.sum(1))
