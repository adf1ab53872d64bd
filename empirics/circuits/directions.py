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

__all__ = ["ProductMeans", "product_means"]


@dataclass(frozen=True, eq=False)
class ProductMeans:
    """What is kept of the logits.

    Args:
        group: that the network computes.
        means: `M[g, c]`, the mean of `L[a, b, c]` over the pairs with `ab = g`.
        square_over_c: `||L - mean_c L||^2`.
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
        """`||L - mean_c - mean_ab + mean||^2`, the logits centred twice."""
        centred = self.bias - self.bias.mean()
        return self.square_over_c - self.group.order**2 * float(centred @ centred)

    def direction(self, irreps: Sequence[int]) -> Float[np.ndarray, "n n"]:
        """`sum_r P_r M`, at `[g, c]`."""
        return self._projector(irreps) @ self.means

    def share(self, irreps: Sequence[int]) -> float:
        """Part of the variance of the logits, centred twice, on the product directions of some irreps."""
        found = self.direction([r for r in irreps if r])  # the trivial one is centred away
        found = found - found.mean(1, keepdims=True)
        return _ratio(self.group.order * float((found**2).sum()), self.square_twice)

    @cached_property
    def product_share(self) -> float:
        """Part of the variance, centred twice, that any function of `(ab, c)` holds."""
        return self.share(range(len(self.group.irreps)))

    def _projector(self, irreps: Sequence[int]) -> Float[np.ndarray, "n n"]:
        group = self.group
        if not len(irreps):
            return np.zeros((group.order, group.order))
        degrees = np.array(group.irreps.degrees, dtype=np.float64)[list(irreps)]
        values = degrees / group.order @ group.irreps.characters[list(irreps)]
        return values[group.quotients]


def _ratio(part: float, whole: float) -> float:
    """nan, not an error, for logits that do not depend on the input."""
    return part / whole if whole > 0 else float("nan")


def product_means(network: TrainedNetwork, group: NetworkGroup) -> ProductMeans:
    """The mean logits at every product, in one pass over the rows.

    Args:
        network: any.
        group: on its elements.
    """
    n = group.order
    total, square = np.zeros((n, n)), 0.0
    for rows in network.row_chunks():
        for a, logits in enumerate(network.logits(rows), rows.start):
            total[group.table[a]] += logits  # a row of the table holds every product once
            square += float(((logits - logits.mean(1, keepdims=True)) ** 2).sum())
    return ProductMeans(group, total / n, square)
