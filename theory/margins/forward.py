r"""The margin of given weights over every input and every wrong label, with a bound on the rounding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from theory.groups.finite_group import FiniteGroup
from theory.margins.attaining import NetworkWeights

__all__ = ["ForwardPass", "forward_pass", "logits", "products", "rounding_bound"]

CHUNK = 2**21  # activations, and logits, held at a time
NEURONS = 512  # neurons summed by one product of matrices: shorter sums, smaller rounding bound
UNIT = 2.0**-53


@dataclass(frozen=True)
class ForwardPass:
    """What a forward pass over all inputs found.

    Args:
        margin: least (correct logit - wrong logit) over all inputs and wrong labels.
        norm: `||theta||^(k+1) = sum_i ||omega_i||^(k+1)`.
        error_bound: bound on the rounding error of `margin / norm`.
        inputs: number of inputs, `n^k`.
        worst: the input and the wrong label where the margin is attained.
    """

    margin: float
    norm: float
    error_bound: float
    inputs: int
    worst: tuple[int, ...]

    @property
    def normalised(self) -> float:
        """The normalised margin."""
        return self.margin / self.norm


def products(group: FiniteGroup, inputs: Int[np.ndarray, "b k"]) -> Int[np.ndarray, " b"]:
    """The labels `g_1 g_2 ... g_k`."""
    label = inputs[:, 0]
    for j in range(1, inputs.shape[1]):
        label = np.asarray(group.multiply(label, inputs[:, j]))
    return label


def logits(
    input_rows: Float[np.ndarray, "k n m"],
    output_weights: Float[np.ndarray, "m n"],
    inputs: Int[np.ndarray, "b k"],
) -> Float[np.ndarray, "b n"]:
    """`f(g_1..g_k)[c] = sum_i (u_i1(g_1) + ... + u_ik(g_k))^k w_i(c)` for a batch of inputs.

    Args:
        input_rows: `u_ij(g)` at `[j, g, i]`, so that one input reads contiguous rows.
        output_weights: `w_i(c)` at `[i, c]`.
        inputs: one input a row.
    """
    k = inputs.shape[1]
    result: np.ndarray[Any, Any] = np.zeros((len(inputs), output_weights.shape[1]))
    for start in range(0, len(output_weights), NEURONS):
        part = slice(start, start + NEURONS)
        total = input_rows[0, inputs[:, 0], part]
        for j in range(1, k):
            total += input_rows[j, inputs[:, j], part]
        result += _power(total, k) @ output_weights[part]
    return result


def _power(base: Float[np.ndarray, "b m"], exponent: int) -> Float[np.ndarray, "b m"]:
    """`base^exponent` by `exponent - 1` multiplications (numpy's power is ten times as slow)."""
    result = base * base
    for _ in range(exponent - 2):
        result *= base
    return result


def forward_pass(
    weights: NetworkWeights, group: FiniteGroup, progress: Callable[[int, int], None] | None = None
) -> ForwardPass:
    """Run the network on every input and take the least margin.

    Args:
        weights: any network with activation `x^k` on the group.
        group: the labels are its products.
        progress: called with (inputs done, inputs in all).

    Cost: `m n^(k+1)` multiplications in BLAS.
    """
    k, m, n = weights.input_weights.shape
    assert k >= 2
    assert n == group.order
    inputs = n**k
    input_rows = np.ascontiguousarray(weights.input_weights.transpose(0, 2, 1))
    step = max(1, CHUNK // max(min(m, NEURONS), n))
    least, worst = np.inf, (0,) * (k + 1)
    for start in range(0, inputs, step):
        numbers = np.arange(start, min(start + step, inputs))
        batch = np.stack(np.unravel_index(numbers, (n,) * k), axis=1)
        found = logits(input_rows, weights.output_weights, batch)
        label, place = products(group, batch), np.arange(len(batch))
        right = found[place, label]
        found[place, label] = -np.inf
        wrong = found.argmax(axis=1)
        margins = right - found[place, wrong]
        lowest = int(margins.argmin())
        if margins[lowest] < least:
            least = float(margins[lowest])
            worst = (*batch[lowest].tolist(), int(wrong[lowest]))
        if progress is not None:
            progress(int(numbers[-1]) + 1, inputs)
    squares = (weights.input_weights**2).sum(axis=(0, 2)) + (weights.output_weights**2).sum(axis=1)
    norm = float((squares ** ((k + 1) / 2)).sum())
    bound = rounding_bound(weights) / norm + 4 * (m + k * n) * UNIT * abs(least) / norm
    return ForwardPass(least, norm, bound, inputs, worst)


def rounding_bound(weights: NetworkWeights) -> float:
    r"""A bound on the rounding error of any margin of these weights, before normalising.

    One logit is `sum_i (sum_j u_ij)^k w_i`; evaluated in floats in any order of summation it is off by at
    most `gamma_N S`, `gamma_N = N eps/(1 - N eps)`, `N = k^2 + 1 +` (terms a sum, at most 512) `+` (number
    of such sums), `S = max sum_i (sum_j |u_ij(g_j)|)^k |w_i(c)|` (N. J. Higham, *Accuracy and Stability of
    Numerical Algorithms*, section 3.1). By Hölder and Minkowski in the `(k+1)`-norm over the neurons, `S <=
    (sum_j max_g ||u_j(g)||)^k max_c ||w(c)||`. A margin has two logits.
    """
    k, m, _ = weights.input_weights.shape
    p = k + 1
    inner = [float((np.abs(u) ** p).sum(axis=0).max() ** (1 / p)) for u in weights.input_weights]
    outer = float((np.abs(weights.output_weights) ** p).sum(axis=0).max() ** (1 / p))
    steps = (k * k + 1 + min(m, NEURONS) + -(-m // NEURONS)) * UNIT
    return (
        2 * steps / (1 - steps) * prod([sum(inner)] * k) * outer * 1.01
    )  # 1.01: this bound is a float itself
