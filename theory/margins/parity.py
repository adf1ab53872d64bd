r"""Sparse parity: the maximum margin, a network that attains it, and what a measured margin proves.

Inputs `x` in `{+1, -1}^n`, label `chi(x) = x_1 ... x_k`, activation `x^k`. With

    eta = k! u_1 ... u_k (w(+) - w(-)) / (gamma* ||omega||^(k+1)) <= 1

for every neuron, the mean margin of a network over uniform inputs is `gamma*` times the weighted mean of
`eta`; docs/theory.md, Proposition 32, proves this and the cases of equality.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import factorial

import numpy as np
from jaxtyping import Float

from theory.errors import InputError
from theory.margins.radicals import RadicalSum, half_power

__all__ = ["alignment", "attaining_weights", "maximum_margin", "support_energy", "support_energy_bound"]


def maximum_margin(arity: int) -> RadicalSum:
    """`gamma* = k! sqrt(2 (k+1)^-(k+1))`, whatever the number of bits (arXiv:2311.07568, Theorem 8).

    Raises:
        InputError: `arity < 1`.

    >>> str(maximum_margin(2)), str(maximum_margin(4))
    ('2/9*sqrt(6)', '24/125*sqrt(10)')
    """
    if arity < 1:
        raise InputError(f"arity {arity}: parity of at least one bit is right")
    # sqrt(2 (k+1)^-(k+1)) = sqrt(2 (k+1)^(k+1)) / (k+1)^(k+1)
    power = (arity + 1) ** (arity + 1)
    return half_power(2 * power, 1) * Fraction(factorial(arity), power)


def attaining_weights(bits: int, arity: int) -> tuple[Float[np.ndarray, "m n"], Float[np.ndarray, "m 2"]]:
    """The network of `2^(k-1)` neurons that attains `gamma*` on every input, each neuron of norm one.

    By polarisation `sum_eps eps_2 ... eps_k (x_1 + eps_2 x_2 + ... + eps_k x_k)^k = 2^(k-1) k! x_1 ... x_k`.

    Args:
        bits: `n`.
        arity: `k`, at most `n`; the support is the first `k` bits.

    Returns:
        `u_i` and `w_i`, column 0 of `w` for the label of parity +1.
    """
    signs = np.array([(1, *rest) for rest in product((1, -1), repeat=arity - 1)], dtype=float)
    inner = np.zeros((len(signs), bits))
    inner[:, :arity] = signs / np.sqrt(arity + 1)  # ||u||^2 = k/(k+1), ||w||^2 = 1/(k+1)
    outer = signs.prod(axis=1)[:, None] * np.array([1.0, -1.0]) / np.sqrt(2 * (arity + 1))
    return inner, outer


def alignment(
    inner: Float[np.ndarray, "m n"], outer: Float[np.ndarray, "m 2"], arity: int
) -> Float[np.ndarray, " m"]:
    """`eta` of every neuron, at most one; 0 for neurons without weights."""
    norms = (inner**2).sum(axis=1) + (outer**2).sum(axis=1)
    value = factorial(arity) * inner[:, :arity].prod(axis=1) * (outer[:, 0] - outer[:, 1])
    scale = float(maximum_margin(arity)) * norms ** ((arity + 1) / 2)
    return np.asarray(np.divide(value, scale, out=np.zeros(len(inner)), where=scale > 0))


def support_energy(inner: Float[np.ndarray, "m n"], arity: int) -> Float[np.ndarray, " m"]:
    """`z = (u_1^2 + ... + u_k^2) / ||u||^2` of every neuron; 0 for neurons without weights."""
    total = (inner**2).sum(axis=1)
    on_support = (inner[:, :arity] ** 2).sum(axis=1)
    return np.asarray(np.divide(on_support, total, out=np.zeros(len(inner)), where=total > 0))


def support_energy_bound(ratio: float) -> float:
    """Lower bound on the weighted mean of `z`, from `margin / gamma* >= ratio`: the ratio itself.

    `eta <= z^(k/2) <= z` for `k >= 2` (docs/theory.md, Proposition 32).
    """
    return min(1.0, max(0.0, ratio))
