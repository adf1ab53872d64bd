"""The loss by drawing inputs, with a standard error: for any width, and a check of every other method."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from theory.errors import InputError
from theory.superposition.model import ToyModel, check_sparsity

__all__ = ["MonteCarloLoss", "draw_inputs", "monte_carlo_loss"]

NUMBERS_BUDGET = 2**21  # at once


@dataclass(frozen=True, eq=False)
class MonteCarloLoss:
    """A loss with its standard error.

    Args:
        total: mean over the draws.
        per_output: `I_i (x_i - x'_i)^2`, the mean of it.
        standard_error: of the total.
        samples: how many inputs were drawn.
    """

    total: float
    per_output: Float[np.ndarray, " n"]
    standard_error: float
    samples: int


def draw_inputs(
    features: int, sparsity: float, samples: int, generator: np.random.Generator
) -> Float[np.ndarray, "x n"]:
    """Inputs: each entry is 0 with probability `S` and else uniform on [0, 1], independently."""
    return generator.random((samples, features)) * (generator.random((samples, features)) >= sparsity)


def monte_carlo_loss(
    model: ToyModel, sparsity: float, generator: np.random.Generator, samples: int = 1_000_000
) -> MonteCarloLoss:
    """The loss at inputs that are drawn. `G` is never formed.

    Args:
        model: its weights.
        sparsity: `S`.
        generator: of the inputs.
        samples: how many.

    Raises:
        InputError: sparsity outside of [0, 1], or less than 2 samples.
    """
    off, n = check_sparsity(sparsity), model.features
    if samples < 2:
        raise InputError(f"{samples} samples; 2 or more would be right, for a standard error")
    chunk = max(1, NUMBERS_BUDGET // n)
    outputs, sums, squares = np.zeros(n), [], []
    for start in range(0, samples, chunk):
        inputs = draw_inputs(n, off, min(chunk, samples - start), generator)
        errors = inputs - np.maximum(inputs @ model.weights.T @ model.weights + model.bias, 0)
        weighted = errors**2 * model.importance
        losses = weighted.sum(1)
        outputs += weighted.sum(0)
        sums.append(float(losses.sum()))
        squares.append(float(((losses - losses.mean()) ** 2).sum() + len(losses) * losses.mean() ** 2))
    total = math.fsum(sums) / samples
    variance = max(0.0, math.fsum(squares) / samples - total**2) * samples / (samples - 1)
    return MonteCarloLoss(total, outputs / samples, math.sqrt(variance / samples), samples)
