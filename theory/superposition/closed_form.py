"""The exact loss in double precision, with a bound on its rounding errors."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from theory.superposition.balls import ROUNDING
from theory.superposition.model import ToyModel, check_sparsity
from theory.superposition.recurrence import row_layers
from theory.superposition.supports import check_support, read_inputs

__all__ = ["FLOAT_LIMIT", "FloatLoss", "float_loss", "significant_entries"]

FLOAT_LIMIT = 16  # inputs an output reads
NOISE = 8  # G_ij below so many roundings a dimension of |w_i| |w_j| is taken for 0


@dataclass(frozen=True, eq=False)
class FloatLoss:
    """A loss in double precision.

    Args:
        total: `L = sum_k p^k S^(n-k) L_k`.
        per_output: `I_i E (x_i - x'_i)^2`; they add up to the total.
        layers: `L_0`, `L_1`, ...: `L_k` sums over all sets of `k` active features.
        error_bound: of the total, for the weights as they are: rounding of `G` is included.
    """

    total: float
    per_output: Float[np.ndarray, " n"]
    layers: Float[np.ndarray, " k"]
    error_bound: float


def float_loss(model: ToyModel, sparsity: float, highest: int | None = None) -> FloatLoss:
    """The loss, its layers and a bound of its error. Cost: `3^s` for an output that reads `s` features.

    Args:
        model: its entries are taken as exact.
        sparsity: `S`.
        highest: the last layer to return; `n` by default.

    Raises:
        InputError: sparsity outside of [0, 1].
        SupportTooLarge: an output reads more than `FLOAT_LIMIT` features.
    """
    off, n = check_sparsity(sparsity), model.features
    last = n if highest is None else min(highest, n)
    nonzero, missed = significant_entries(model)
    inputs = [read_inputs(nonzero, row) for row in range(n)]
    sizes = np.array([len(read) for read in inputs])
    for row, size in enumerate(sizes.tolist()):
        check_support(size, FLOAT_LIMIT, row, "float", model.source)
    outputs, errors, layers = np.zeros(n), np.zeros(n), np.zeros(last + 1)
    for size in np.unique(sizes).tolist():
        rows = np.flatnonzero(sizes == size)
        slopes = np.stack([model.gram[row, inputs[row]] for row in rows])
        found = row_layers(slopes, model.bias[rows])
        chances = np.array([(1 - off) ** k * off ** (size - k) for k in range(size + 1)])
        outputs[rows] = found.middle @ chances
        errors[rows] = found.radius @ chances + 4 * (size + 2) * ROUNDING * outputs[rows]
        layers += _spread_layers(model.importance[rows] @ found.middle, n - size, last)
    layers = np.maximum(layers, 0)  # as they are but for rounding
    # if |z - y| <= d always, then |E (x - z_+)^2 - E (x - y_+)^2| <= 2 d sqrt(E (x - y_+)^2) + d^2
    errors += 2 * missed * np.sqrt(outputs + errors) + missed**2
    weighted = model.importance * outputs
    total = math.fsum(weighted)
    # one per cent for the rounding of the bound itself
    return FloatLoss(total, weighted, layers, 1.01 * float(model.importance @ errors + 3 * ROUNDING * total))


def significant_entries(model: ToyModel) -> tuple[Bool[np.ndarray, "n n"], Float[np.ndarray, " n"]]:
    """Entries of `G` that are no rounding noise, and by how much `z_i` may be off for what is left out.

    Orthogonal summands in general position have entries of `1e-17` between them.

    Args:
        model: with `G = W^T W` as computed.
    """
    unit = model.dimensions * ROUNDING
    norms = np.sqrt(model.gram.diagonal())
    nonzero = np.abs(model.gram) > NOISE * unit * np.outer(norms, norms)
    dropped = np.where(nonzero, 0, np.abs(model.gram)).sum(1)
    rounded = 1.01 * unit * (np.abs(model.weights).T @ np.abs(model.weights)).sum(1)
    return nonzero, rounded + dropped


def _spread_layers(found: Float[np.ndarray, " j"], others: int, last: int) -> Float[np.ndarray, " k"]:
    """`L_k` of outputs that do not read the other features: `sum_j C(others, k - j) l_j`."""
    layers = np.zeros(last + 1)
    for active, one in enumerate(found.tolist()):
        for k in range(active, min(last, active + others) + 1):
            layers[k] += float(math.comb(others, k - active)) * one
    return layers
