"""Logits as functions of the product: `L_r[a, b, c] = (P_r M)[ab, c]`, with `M[g, c]` the mean over `ab = g`.

For `Z_p` the projection on irrep `k` is the one on `cos, sin(w_k (a + b))`. Everything that is asked of
functions of `(ab, c)` is answered by the `n x n` array `M`, which one pass over the logits gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float

from empirics.circuits.irreps import NetworkGroup
from empirics.circuits.networks import TrainedNetwork
from theory.errors import InputError

__all__ = ["ProductMeans", "check_irreps", "product_means"]

CONSTANT = 1e-26  # of the squared logits: what rounding leaves of equal ones once their mean is away
CANCELLED = 1e-10  # of `square_over_c`: what rounding leaves of logits that are a bias alone


@dataclass(frozen=True, eq=False)
class ProductMeans:
    """What is kept of the logits.

    Args:
        group: that the network computes.
        means: `M[g, c]`, the mean of `L[a, b, c]` over the pairs with `ab = g`.
        square_over_c: `||L - mean_c L||^2`; nan for logits that are equal for all `c`, so that whatever is
            divided by it is nan too, and not a ratio of two roundings.
    """

    group: NetworkGroup
    means: Float[np.ndarray, "n n"]
    square_over_c: float

    @cached_property
    def bias(self) -> Float[np.ndarray, " n"]:
        """`mean_ab L`, the logits whatever the input."""
        return self.means.mean(0)

    @cached_property
    def square_twice(self) -> float:
        """`||L - mean_c - mean_ab + mean||^2`, the logits centred twice; nan if they are a bias alone."""
        centred = self.bias - self.bias.mean()
        square = self.square_over_c - self.group.order**2 * float(centred @ centred)
        return square if square > CANCELLED * self.square_over_c else float("nan")

    def direction(self, irreps: Sequence[int]) -> Float[np.ndarray, "n n"]:
        """`sum_r P_r M`, at `[g, c]`.

        Raises:
            InputError: a number is no irrep's, or comes twice.
        """
        return self._projector(irreps) @ self.means

    def share(self, irreps: Sequence[int]) -> float:
        """Part of the variance of the logits, centred twice, on the product directions of some irreps."""
        found = self.direction([r for r in irreps if r])  # the trivial one is centred away
        found = found - found.mean(1, keepdims=True)
        return self.group.order * float((found**2).sum()) / self.square_twice

    @cached_property
    def product_share(self) -> float:
        """Part of the variance, centred twice, that any function of `(ab, c)` holds."""
        return self.share(range(len(self.group.irreps)))

    def _projector(self, irreps: Sequence[int]) -> Float[np.ndarray, "n n"]:
        group = self.group
        check_irreps(irreps, group)
        degrees = np.array(group.irreps.degrees, dtype=np.float64)[list(irreps)]
        values = degrees / group.order @ group.irreps.characters[list(irreps)]
        return values[group.quotients]


def check_irreps(irreps: Sequence[int], group: NetworkGroup) -> None:
    """Refuse what indexing would take silently: numbers from the end, and an irrep counted twice.

    Args:
        irreps: numbers of real irreps.
        group: whose irreps they are.

    Raises:
        InputError: a number is no irrep's, or comes twice.
    """
    wrong = [r for r in irreps if not 0 <= r < len(group.irreps)]
    if wrong:
        raise InputError(f"irrep {wrong[0]}: not among 0..{len(group.irreps) - 1}")
    if len(set(irreps)) < len(irreps):
        raise InputError(f"irreps {[int(r) for r in irreps]}: each may come once")


def product_means(network: TrainedNetwork, group: NetworkGroup) -> ProductMeans:
    """The mean logits at every product, in one pass over the rows.

    Args:
        network: any.
        group: on its elements.

    Raises:
        InputError: network and group have different orders.
    """
    n = group.order
    if network.order != n:
        raise InputError(f"group: of order {n}; the network has {network.order} elements")
    total, square, size = np.zeros((n, n)), 0.0, 0.0
    for rows in network.row_chunks():
        for a, logits in enumerate(network.logits(rows), rows.start):
            total[group.table[a]] += logits  # a row of the table holds every product once
            square += float(((logits - logits.mean(1, keepdims=True)) ** 2).sum())
            size += float((logits**2).sum())
    return ProductMeans(group, total / n, square if square > CONSTANT * size else float("nan"))
