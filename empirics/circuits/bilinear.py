"""Networks whose neurons multiply: `f(a, b) = sum_i E_x[a, i] E_y[b, i] W[i]`, a trilinear form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float
from torch import Tensor

from empirics.circuits.networks import Hook, WeightNetwork, as_it_is

__all__ = ["BilinearNetwork"]


@dataclass(frozen=True, eq=False)
class BilinearNetwork(WeightNetwork):
    """`(E_x[a] * E_y[b]) W`, without biases.

    There are no summands of a hidden sum, hence no `pre_activations`.

    Args:
        source: for messages.
        left: `E_x`.
        right: `E_y`.
        readout: `W`.
    """

    source: str
    left: Float[Tensor, "n m"]
    right: Float[Tensor, "n m"]
    readout: Float[Tensor, "m n"]
    layout: str = "bilinear"
    shared_embedding: bool = False
    intermediates: ClassVar[tuple[str, ...]] = ("hidden", "logits")

    @property
    def output_map(self) -> Float[np.ndarray, "m n"]:
        return self.readout.numpy()

    @property
    def output_bias(self) -> Float[np.ndarray, " n"]:
        return np.zeros(self.order)

    def activations(
        self, left: Float[Tensor, "x m"], right: Float[Tensor, "x m"], hook: Hook = as_it_is
    ) -> Float[Tensor, "x m"]:
        return hook("hidden", left * right)

    def forward(
        self, left: Float[Tensor, "x m"], right: Float[Tensor, "x m"], hook: Hook = as_it_is
    ) -> Float[Tensor, "x n"]:
        return hook("logits", self.activations(left, right, hook) @ self.readout)
