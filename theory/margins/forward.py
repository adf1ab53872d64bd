r"""The margin of given weights over every input and every wrong label, with a bound on the rounding."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from theory.groups.finite_group import FiniteGroup
from theory.margins.attaining import NetworkWeights

__all__ = ["ForwardPass", "forward_pass", "logits", "norm_error", "products", "rounding_bound"]

CHUNK = 2**18  # activations, and logits, held at a time
NEURONS = 128  # neurons summed by one product of matrices: shorter sums, smaller rounding bound
ONE_THREAD = 2**18  # multiplications that OpenBLAS does on one thread
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
    prefixes: Int[np.ndarray, "b k1"],
) -> Float[np.ndarray, "b n n"]:
    """`f(g_1..g_k)[c] = sum_i (u_i1(g_1) + ... + u_ik(g_k))^k w_i(c)` at `[b, g_k, c]`.

    Args:
        input_rows: `u_ij(g)` at `[j, g, i]`, so that one input reads contiguous rows.
        output_weights: `w_i(c)` at `[i, c]`.
        prefixes: `g_1, ..., g_(k-1)`, one prefix a row; all `g_k` are added to each.
    """
    k, n, m = input_rows.shape
    result: np.ndarray[Any, Any] = np.zeros((len(prefixes) * n, n))
    for start in range(0, m, NEURONS):
        part = slice(start, start + NEURONS)
        total = input_rows[0, prefixes[:, 0], part]
        for j in range(1, k - 1):
            total += input_rows[j, prefixes[:, j], part]
        preactivations = (total[:, None, :] + input_rows[k - 1, None, :, part]).reshape(len(result), -1)
        result += _times(_power(preactivations, k), output_weights[part])
    return result.reshape(len(prefixes), n, n)


def _times(left: Float[np.ndarray, "b m"], right: Float[np.ndarray, "m n"]) -> Float[np.ndarray, "b n"]:
    """`left @ right` in pieces that BLAS does on one thread: its own threads stall on a busy machine."""
    rows = max(1, ONE_THREAD // right.size)
    whole = len(left) // rows * rows
    stacked = left[:whole].reshape(whole // rows, rows, left.shape[1]) @ right
    return np.concatenate([stacked.reshape(whole, right.shape[1]), left[whole:] @ right])


def _power(base: Float[np.ndarray, "b m"], exponent: int) -> Float[np.ndarray, "b m"]:
    """`base^exponent` by at most `exponent - 1` multiplications (numpy's power is ten times as slow)."""
    result = base * base
    if exponent == 4:
        result *= result
        return result
    for _ in range(exponent - 2):
        result *= base
    return result


def forward_pass(
    weights: NetworkWeights,
    group: FiniteGroup,
    progress: Callable[[int, int], None] | None = None,
    threads: int = 2,
) -> ForwardPass:
    """Run the network on every input and take the least margin.

    Args:
        weights: any network with activation `x^k` on the group.
        group: the labels are its products.
        progress: called with (inputs done, inputs in all).
        threads: numpy works outside the interpreter's lock.

    Cost: `m n^(k+1)` multiplications.
    """
    k, m, n = weights.input_weights.shape
    assert k >= 2
    assert n == group.order
    input_rows = np.ascontiguousarray(weights.input_weights.transpose(0, 2, 1))
    step = max(1, CHUNK // (n * max(min(m, NEURONS), n)))
    least, worst = np.inf, (0,) * (k + 1)
    with ThreadPoolExecutor(threads) as pool:
        starts = range(0, n ** (k - 1), step)
        chunks = (np.arange(start, min(start + step, n ** (k - 1))) for start in starts)
        tasks = [pool.submit(_least_margin, input_rows, weights.output_weights, group, c) for c in chunks]
        try:
            for start, task in zip(starts, tasks, strict=True):
                margin, place = task.result()
                if margin < least:
                    least, worst = margin, place
                if progress is not None:
                    progress(min(start + step, n ** (k - 1)) * n, n**k)
        except BaseException:  # Ctrl-C, or an error in a thread: do not wait for the rest
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    squares = (weights.input_weights**2).sum(axis=(0, 2)) + (weights.output_weights**2).sum(axis=1)
    norm = float((squares ** ((k + 1) / 2)).sum())
    bound = (rounding_bound(weights) + norm_error(k + 1, m, (k + 1) * n) * abs(least)) / norm
    return ForwardPass(least, norm, bound, n**k, worst)


def _least_margin(
    input_rows: Float[np.ndarray, "k n m"],
    output_weights: Float[np.ndarray, "m n"],
    group: FiniteGroup,
    numbers: Int[np.ndarray, " b"],
) -> tuple[float, tuple[int, ...]]:
    """The least margin over the prefixes with these numbers, and the input and wrong label where it is."""
    k, n, _ = input_rows.shape
    prefixes = np.stack(np.unravel_index(numbers, (n,) * (k - 1)), axis=1)
    found = logits(input_rows, output_weights, prefixes).reshape(-1, n)
    last = np.tile(np.arange(n), len(numbers))
    batch = np.concatenate([np.repeat(prefixes, n, axis=0), last[:, None]], axis=1)
    label, place = products(group, batch), np.arange(len(batch))
    right = found[place, label]
    found[place, label] = -np.inf
    wrong = found.argmax(axis=1)
    margins = right - found[place, wrong]
    lowest = int(margins.argmin())
    return float(margins[lowest]), (*batch[lowest].tolist(), int(wrong[lowest]))


def norm_error(degree: int, neurons: int, weights: int) -> float:
    """A bound on the relative error of `1 / ||theta||^degree` and of one subtraction and division more.

    A sum of so many squares is off by `gamma_weights`, its power by `degree / 2` times that and a few units,
    the sum over the neurons by `gamma_neurons`; doubled, this covers the terms of second order.
    """
    return max(4, degree) * (neurons + weights + 8) * UNIT


def rounding_bound(weights: NetworkWeights) -> float:
    r"""A bound on the rounding error of any margin of these weights, before normalising.

    One logit is `sum_i (sum_j u_ij)^k w_i`; evaluated in floats in any order of summation it is off by at
    most `gamma_N S`, `gamma_N = N eps/(1 - N eps)`, `N = k^2 + 1 +` (terms a sum, at most 128) `+` (number
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
