r"""The memorising network: one neuron (up to signs) for every input, as in Appendix D of arXiv:2311.07568.

For all `(a_1, ..., a_k)` and signs `eps_2, ..., eps_k`, `eps_1 = 1`,

    u_j(g) = eps_j phi(a_j^-1 g),      w(c) = eps_1...eps_k phi((a_1...a_k)^-1 c),

with `phi = delta_1` (one-hot weights) or the centred `phi = delta_1 - 1/n`. By polarisation the logit of
`c` is `2^(k-1) k! sum_a phi(a_1^-1 g_1)...phi(a_k^-1 g_k) phi((a_1...a_k)^-1 c)`. For `phi = delta_1` the
sum is `[c = g_1...g_k]`; replacing any `j >= 1` of the `k + 1` factors by the constant `1/n` leaves at most
`k` of the deltas, which are independent, so that such a sum is `n^(j-1) / n^j = 1/n`, and the centred sum
is

    [c = g_1...g_k] + (1/n) sum_(j>=1) (-1)^j binomial(k+1, j) = [c = g_1...g_k] - 1/n.

Either margin is therefore `2^(k-1) k!` on every input and wrong label, while `||omega||^2` falls from `k +
1` to `(k+1)(1 - 1/n)`: with `2^(k-1) n^k` neurons the normalised margins are

    k! (k+1)^(-(k+1)/2) n^(-k)     and, centred, that times `(1 - 1/n)^(-(k+1)/2)`.

For `k = 2` the first is the paper's `2/(3 sqrt(3) n^2)`. (docs/theory.md, Proposition 31)
"""

from __future__ import annotations

from itertools import product
from math import factorial

import numpy as np

from theory.groups.finite_group import FiniteGroup
from theory.margins.attaining import NetworkWeights
from theory.margins.forward import products

__all__ = ["memorising_margin", "memorising_weights"]


def memorising_margin(order: int, arity: int = 2, centred: bool = False) -> float:
    """The normalised margin of the memorising network, `k! (k+1)^(-(k+1)/2) n^(-k)`, centred or not.

    >>> memorising_margin(6) == 2 / (3 * 3**0.5 * 6**2)
    True
    """
    value = factorial(arity) * (arity + 1) ** (-(arity + 1) / 2) / order**arity
    return float(value * (1 - 1 / order) ** (-(arity + 1) / 2)) if centred else float(value)


def memorising_weights(group: FiniteGroup, arity: int = 2, centred: bool = False) -> NetworkWeights:
    """The network itself: `2^(k-1) n^k` neurons, `(k + 1) n` weights each; for small groups."""
    n = group.order
    centres = np.stack(np.unravel_index(np.arange(n**arity), (n,) * arity), axis=1)
    phi = np.eye(n) - (1 / n if centred else 0)  # row a is phi(a^-1 .)
    inputs = np.stack([phi[centres[:, j]] for j in range(arity)])
    outputs = phi[products(group, centres)]
    signs = [(1.0, *rest) for rest in product((1.0, -1.0), repeat=arity - 1)]
    return NetworkWeights(
        np.concatenate([np.array(eps)[:, None, None] * inputs for eps in signs], axis=1),
        np.concatenate([np.prod(eps) * outputs for eps in signs]),
    )
