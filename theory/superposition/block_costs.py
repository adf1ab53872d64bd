"""What regular blocks cost at their best scale and bias, and which sum of blocks is cheapest.

A model with `n` features in `m` dimensions that is a direct sum costs the sum of its blocks' losses, plus
`V(p) = p/3 - p^2/4` for each feature that is in none (additivity; shared/specs/superposition.md, item 1). So
which plateaus are cheapest is a knapsack: `m` dimensions, `n` features, and the cost of each block.

For a simplex of `k + 1` vectors with `G_ii = a`, `G_ij = -a/k` and one bias, only how many other features are
active matters: their sum has the Irwin-Hall law, and `E (c - w T_j)_+^q / q!` is the finite sum
`w^-j sum_i (-1)^i C(j, i) (c - w i)_+^(q + j) / (q + j)!`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.optimize import minimize

from theory.errors import InputError, LimitError
from theory.superposition.model import feature_variance

__all__ = ["Block", "DirectSum", "cheapest_sum", "simplex_block", "simplex_loss"]

LARGEST_SIMPLEX = 12  # beyond, the alternating sums lose more than half of the digits
LARGEST_SUM = 200  # features or dimensions
STARTS = ((1.0, 0.0), (0.8, 0.1), (0.6, 0.2), (0.9, -0.1))


@dataclass(frozen=True)
class Block:
    """A kind of summand.

    Args:
        name: of the shape.
        features: how many.
        dimensions: that they span.
        loss: of the whole block.
        scale: `G_ii` at which it has it.
        bias: likewise.
    """

    name: str
    features: int
    dimensions: int
    loss: float
    scale: float = 1.0
    bias: float = 0.0

    def saving(self, unrepresented: float) -> float:
        """How much less it costs than leaving its features out, a dimension."""
        return (self.features * unrepresented - self.loss) / self.dimensions


@dataclass(frozen=True)
class DirectSum:
    """How many blocks of each kind, by name; `loss` is that of the model, with all features left out."""

    counts: dict[str, int]
    unrepresented: int
    loss: float


def simplex_loss(size: int, density: float, scale: float, bias: float) -> float:
    """The loss of a regular simplex of `k + 1` features in `k` dimensions, all features together.

    Args:
        size: `k`: 1 for a digon, 2 for a triangle.
        density: `p`.
        scale: `a = G_ii`, positive.
        bias: of every output.

    Raises:
        InputError: no density or scale.
        LimitError: `k` below 1 or above 12.
    """
    if not 1 <= size <= LARGEST_SIMPLEX:
        raise LimitError(f"simplex of {size} dimensions: 1 to {LARGEST_SIMPLEX} would be right")
    if not 0 <= density <= 1 or not scale > 0:
        raise InputError(f"p = {density:g}, a = {scale:g}: p in [0, 1] and a > 0 would be right")
    slope = scale / size
    total = density / 3
    for others in range(size + 1):
        chance = math.comb(size, others) * density**others * (1 - density) ** (size - others)
        silent = _mean(2, bias, slope, others)
        total += chance * (1 - density) * 2 * silent
        # with u the own feature: E z_+^2 = 2 (E φ_3(z | u = 1) - E φ_3(z | u = 0)) / a, and one by parts
        half = (_mean(3, bias + scale, slope, others) - _mean(3, bias, slope, others)) / scale
        total += chance * density * (2 * half - 2 * (_mean(2, bias + scale, slope, others) - half) / scale)
    return (size + 1) * total


def _mean(order: int, shift: float, slope: float, count: int) -> float:
    """`E φ_order(shift - slope T)` with `φ_q(z) = z_+^q / q!` and `T` a sum of `count` uniform numbers."""
    power = order + count
    terms = ((-1) ** i * math.comb(count, i) * max(shift - slope * i, 0.0) ** power for i in range(count + 1))
    return math.fsum(terms) / slope**count / math.factorial(power)


def simplex_block(size: int, density: float) -> Block:
    """A regular simplex at the scale and bias of least loss.

    Args:
        size: `k`.
        density: `p`, above 0.

    Raises:
        InputError, LimitError: as `simplex_loss`.
    """
    if not 0 < density <= 1:
        raise InputError(f"p = {density:g}: above 0 and at most 1 would be right")

    options = {"xatol": 1e-9, "fatol": 1e-14}
    found = min(
        (
            minimize(_relative_loss, (math.log(a), b), (size, density), "Nelder-Mead", options=options)
            for a, b in STARTS
        ),
        key=lambda result: result.fun,
    )
    names = {1: "digon", 2: "triangle", 3: "tetrahedron"}
    name = names.get(size, f"{size}-simplex")
    loss = density * float(found.fun)
    return Block(name, size + 1, size, loss, float(np.exp(found.x[0])), float(found.x[1]))


def _relative_loss(values: Float[np.ndarray, " 2"], size: int, density: float) -> float:
    """`L/p`, which stays of one size where inputs are sparse, from `log a` and the bias."""
    return simplex_loss(size, density, math.exp(values[0]), float(values[1])) / density


def cheapest_sum(features: int, dimensions: int, density: float, blocks: Sequence[Block]) -> DirectSum:
    """The direct sum of blocks of least loss, with single features at no loss and the rest left out.

    An unbounded knapsack with two budgets, by dynamic programming: cost `O(n m |blocks|)`.

    Args:
        features: `n`.
        dimensions: `m`.
        density: `p`.
        blocks: kinds to choose from; the point, one feature in one dimension without loss, is always there.

    Raises:
        InputError: no features or no dimensions.
        LimitError: more than 200 features or dimensions.
    """
    if not (1 <= features and 1 <= dimensions):
        raise InputError(f"n = {features}, m = {dimensions}: at least 1 of each would be right")
    if max(features, dimensions) > LARGEST_SUM:
        raise LimitError(f"n = {features}, m = {dimensions}: the limit is {LARGEST_SUM}")
    kinds = (Block("point", 1, 1, 0.0), *blocks)
    nothing = feature_variance(density)
    # best[n, m]: largest saving with at most n features in at most m dimensions
    best = np.zeros((features + 1, dimensions + 1))
    last = np.full((features + 1, dimensions + 1), -1)
    for n in range(features + 1):
        for m in range(dimensions + 1):
            for number, kind in enumerate(kinds):
                if kind.features > n or kind.dimensions > m:
                    continue
                saving = kind.features * nothing - kind.loss
                value = best[n - kind.features, m - kind.dimensions] + saving
                if value > best[n, m] + 1e-15:
                    best[n, m], last[n, m] = value, number
    counts = {kind.name: 0 for kind in kinds}
    n, m = features, dimensions
    while last[n, m] >= 0:
        kind = kinds[last[n, m]]
        counts[kind.name] += 1
        n, m = n - kind.features, m - kind.dimensions
    return DirectSum(counts, n, features * nothing - float(best[features, dimensions]))
