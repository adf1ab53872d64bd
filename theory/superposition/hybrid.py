"""The loss of wide models: exact in the few large entries of a row of `G`, Gaussian in the many small ones.

`z_i = b_i + sum_j G_ij x_j`. The sum over the small entries has mean `p/2 sum G_ij`, which shifts the bias,
and variance `V(p) sum G_ij^2`; by the central limit theorem it is nearly Gaussian if none of them dominates.
What is left is exact: the closed form of the large entries at Gauss-Hermite nodes, and, where no entry of a
row is large, `E z_+` and `E z_+^2` of a Gaussian at Gauss-Legendre nodes in the output's own feature.
Without the Gaussian part the loss of a model with many weak features is wrong by tens of per cent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Bool, Float

from theory.errors import InputError
from theory.superposition.closed_form import significant_entries
from theory.superposition.model import ToyModel, check_sparsity
from theory.superposition.recurrence import row_layers
from theory.superposition.supports import read_inputs

__all__ = ["HybridLoss", "gaussian_moments", "hybrid_loss"]

KEPT = 5  # large entries of a row besides its own, at most
DOMINANT = 10  # large: the square is more than the sum of squares of all smaller ones over this
HERMITE, FEWER_HERMITE = 9, 5  # what fewer nodes would change is part of the error estimate
LEGENDRE, FEWER_LEGENDRE = 6, 4


@dataclass(frozen=True, eq=False)
class HybridLoss:
    """An approximate loss.

    Args:
        total: `L`.
        per_output: `I_i E (x_i - x'_i)^2`.
        error_estimate: what skewness of the small entries' sum and fewer nodes would change, added up over
            outputs, signs aside. It is no bound: over 400 random models of 6 to 10 features the error was
            0.3 of it in the median, above it for one in five, and above 18 of it for one in a hundred.
        gaussian_outputs: how many outputs have a Gaussian part.
    """

    total: float
    per_output: Float[np.ndarray, " n"]
    error_estimate: float
    gaussian_outputs: int


@dataclass(frozen=True, eq=False)
class _Rows:
    """Rows of `G`: the entries kept, own first, and the cumulants of the rest of `z`, bias included."""

    slopes: Float[np.ndarray, "rows s"]
    mean: Float[np.ndarray, " rows"]
    deviation: Float[np.ndarray, " rows"]
    third: Float[np.ndarray, " rows"]
    fourth: Float[np.ndarray, " rows"]

    def __getitem__(self, chosen: Bool[np.ndarray, " rows"]) -> _Rows:
        return _Rows(*(getattr(self, part.name)[chosen] for part in fields(self)))


def hybrid_loss(model: ToyModel, sparsity: float, kept: int = KEPT) -> HybridLoss:
    """The loss of a model of any width. Cost: `n^2 + n 3^(kept + 1)`.

    Args:
        model: its weights.
        sparsity: `S`.
        kept: entries of a row treated exactly, at most, besides its own.

    Raises:
        InputError: sparsity outside of [0, 1], or a number of entries outside of 0..15.
    """
    off, n = check_sparsity(sparsity), model.features
    if not 0 <= kept <= 15:
        raise InputError(f"hybrid loss: {kept} entries kept; 0 to 15 would be right")
    large, _ = significant_entries(model)
    large &= _large_entries(model.gram, kept)
    sizes = large.sum(1)
    outputs, errors, gaussian = np.zeros(n), np.zeros(n), 0
    for size in np.unique(sizes).tolist():
        chosen = np.flatnonzero(sizes == size)
        rows = _split(model, chosen, large, 1 - off)
        weak = rows.deviation > (rows.slopes[:, 0] if size == 0 else np.inf)
        for part, losses in ((weak, _weak_losses), (~weak, _strong_losses)):
            if part.any():
                outputs[chosen[part]], errors[chosen[part]] = losses(rows[part], 1 - off)
        gaussian += int((rows.deviation > 0).sum())
    weighted = model.importance * outputs
    return HybridLoss(math.fsum(weighted), weighted, float(model.importance @ errors), gaussian)


def gaussian_moments(
    mean: Float[np.ndarray, "*shape"], deviation: Float[np.ndarray, "*shape"]
) -> tuple[Float[np.ndarray, "*shape"], Float[np.ndarray, "*shape"]]:
    """`E z_+` and `E z_+^2` of a Gaussian `z`; its deviation may be 0."""
    below, density = _normal(mean, deviation)
    return mean * below + deviation * density, (mean**2 + deviation**2) * below + mean * deviation * density


def _normal(
    mean: Float[np.ndarray, "*shape"], deviation: Float[np.ndarray, "*shape"]
) -> tuple[Float[np.ndarray, "*shape"], Float[np.ndarray, "*shape"]]:
    """`P(z > 0)` and the standard normal density at `mean / deviation`."""
    from scipy.special import ndtr

    with np.errstate(divide="ignore", over="ignore"):
        ratio = np.divide(mean, deviation, out=np.copysign(np.inf, mean), where=deviation > 0)
        return ndtr(ratio), np.exp(-(ratio**2) / 2) / math.sqrt(2 * math.pi)


def _large_entries(gram: Float[np.ndarray, "n n"], kept: int) -> Bool[np.ndarray, "n n"]:
    """Entries off the diagonal that are large beside the rest of their row."""
    squares = gram**2
    np.fill_diagonal(squares, 0)
    order = np.argsort(-squares, axis=1, kind="stable")[:, :kept]
    remaining, large = squares.sum(1), np.zeros(gram.shape, dtype=bool)
    going_on = np.ones(len(gram), dtype=bool)
    rows = np.arange(len(gram))
    for column in order.T:
        here = squares[rows, column]
        remaining = np.maximum(remaining - here, 0)
        going_on &= here * DOMINANT > remaining
        large[rows[going_on], column[going_on]] = True
    return large


def _split(model: ToyModel, chosen: np.ndarray, large: Bool[np.ndarray, "n n"], density: float) -> _Rows:
    slopes = np.stack([model.gram[row, read_inputs(large, row)] for row in chosen.tolist()])
    rest = np.where(large[chosen], 0, model.gram[chosen])
    rest[np.arange(len(chosen)), chosen] = 0
    one, two, three, four = (density / power for power in (2, 3, 4, 5))  # moments of an input
    third = three - 3 * two * one + 2 * one**3
    fourth = four - 4 * three * one - 3 * two**2 + 12 * two * one**2 - 6 * one**4
    return _Rows(
        slopes=slopes,
        mean=model.bias[chosen] + one * rest.sum(1),
        deviation=np.sqrt((two - one**2) * (rest**2).sum(1)),
        third=third * (rest**3).sum(1),
        fourth=fourth * (rest**4).sum(1),
    )


def _weak_losses(
    rows: _Rows, density: float
) -> tuple[Float[np.ndarray, " rows"], Float[np.ndarray, " rows"]]:
    """Losses of outputs that read one feature little and the rest as noise, and error estimates."""
    own = rows.slopes[:, 0]

    def average(count: int) -> Float[np.ndarray, " rows"]:
        nodes, weights = np.polynomial.legendre.leggauss(count)
        loss = np.zeros(len(own))
        for point, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
            first, second = gaussian_moments(rows.mean + own * point, rows.deviation)
            loss += weight * (point**2 - 2 * point * first + second)
        return loss

    active = average(LEGENDRE)
    losses = (1 - density) * gaussian_moments(rows.mean, rows.deviation)[1] + density * active
    # Edgeworth: E f(z) changes by κ_3 / 6 E f'''(z) + κ_4 / 24 E f''''(z), f''' = 2 δ(z) - 2 x δ'(z)
    peak = _normal(rows.mean, rows.deviation)[1] / rows.deviation
    skewness = np.abs(rows.third) / 6 * (2 * peak + density * np.abs(rows.mean) * peak / rows.deviation**2)
    tails = np.abs(rows.fourth) / 12 * peak / rows.deviation
    return losses, skewness + tails + density * np.abs(active - average(FEWER_LEGENDRE))


def _strong_losses(
    rows: _Rows, density: float
) -> tuple[Float[np.ndarray, " rows"], Float[np.ndarray, " rows"]]:
    """Losses of outputs with large entries, at Gauss-Hermite nodes of the rest, and error estimates."""
    size, off = rows.slopes.shape[1], 1 - density
    chances = np.array([density**k * off ** (size - k) for k in range(size + 1)])
    second = gaussian_moments(rows.mean, rows.deviation)[1]

    def average(count: int) -> Float[np.ndarray, " rows"]:
        if not rows.deviation.any():
            return row_layers(rows.slopes, rows.mean).middle @ chances
        nodes, weights = np.polynomial.hermite_e.hermegauss(count)
        shifts = rows.mean[:, None] + rows.deviation[:, None] * nodes
        layers = row_layers(np.repeat(rows.slopes, count, 0), shifts.ravel()).middle
        layers = weights / weights.sum() @ layers.reshape(-1, count, size + 1)
        layers[:, 0] = second  # the nodes would meet the kink here, and the Gaussian has it in closed form
        return layers @ chances

    losses = average(HERMITE)
    spread = np.where(rows.deviation > 0, rows.deviation, 1)
    peak = _normal(rows.mean, rows.deviation)[1] / spread
    steepest = np.abs(rows.slopes).max(1)
    steepest = np.where(steepest > 0, steepest, spread)
    skewness = np.abs(rows.third) / 3 * (chances[0] * peak + (1 - chances[0]) / steepest)
    tails = np.abs(rows.fourth) / 12 * (chances[0] * peak / spread + (1 - chances[0]) / steepest**2)
    return losses, skewness + tails + np.abs(losses - average(FEWER_HERMITE))
