"""Perceptrons with one hidden layer: the summands of the hidden sums belong to one element each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from jaxtyping import Float
from torch import Tensor

from empirics.circuits.networks import Hook, WeightNetwork, as_it_is

__all__ = ["OneHotPerceptron", "SharedHiddenPerceptron"]

INTERMEDIATES = ("from_left", "from_right", "sums", "hidden", "logits")


@dataclass(frozen=True, eq=False)
class SharedHiddenPerceptron(WeightNetwork):
    """`relu([E_x[a], E_y[b]] W) W_U`, without biases (Chughtai, Chan, Nanda, arXiv:2302.03025).

    Args:
        source: for messages.
        left: `W_x`.
        right: `W_y`.
        hidden_map: `W`, left half above the right half.
        unembedding: `W_U`.
    """

    source: str
    left: Float[Tensor, "n d"]
    right: Float[Tensor, "n d"]
    hidden_map: Float[Tensor, "d2 m"]
    unembedding: Float[Tensor, "m n"]
    layout: str = "chughtai_mlp"
    shared_embedding: bool = False
    intermediates: ClassVar[tuple[str, ...]] = INTERMEDIATES

    @property
    def output_map(self) -> Float[np.ndarray, "m n"]:
        return self.unembedding.numpy()

    @property
    def output_bias(self) -> Float[np.ndarray, " n"]:
        return np.zeros(self.order)

    @property
    def embeddings(self) -> tuple[Float[np.ndarray, "n m"], Float[np.ndarray, "n m"]]:
        return self.pre_activations

    @property
    def pre_activations(self) -> tuple[Float[np.ndarray, "n m"], Float[np.ndarray, "n m"]]:
        """`X` and `Y`, the summands of the hidden sums that belong to the left and to the right element."""
        d = self.left.shape[1]
        return (self.left @ self.hidden_map[:d]).numpy(), (self.right @ self.hidden_map[d:]).numpy()

    def activations(
        self, left: Float[Tensor, "x d"], right: Float[Tensor, "x d"], hook: Hook = as_it_is
    ) -> Float[Tensor, "x m"]:
        d = self.left.shape[1]
        from_left = hook("from_left", left @ self.hidden_map[:d])
        from_right = hook("from_right", right @ self.hidden_map[d:])
        return hook("hidden", hook("sums", from_left + from_right).relu())

    def forward(
        self, left: Float[Tensor, "x d"], right: Float[Tensor, "x d"], hook: Hook = as_it_is
    ) -> Float[Tensor, "x n"]:
        return hook("logits", self.activations(left, right, hook) @ self.unembedding)


@dataclass(frozen=True, eq=False)
class OneHotPerceptron(WeightNetwork):
    """`act(x_a + y_b + b_in) W + b_out` on one-hot inputs; columns of the input layer are the embeddings.

    Args:
        source: for messages.
        left: input weights of the left element.
        right: input weights of the right element.
        unembedding: output weights, neurons first.
        bias: of the logits.
        input_bias: of the hidden sums.
        activation: `relu`, or `square` for the networks of this project.
    """

    source: str
    left: Float[Tensor, "n m"]
    right: Float[Tensor, "n m"]
    unembedding: Float[Tensor, "m n"]
    bias: Float[Tensor, " n"]
    input_bias: Float[Tensor, " m"]
    activation: Literal["relu", "square"] = "relu"
    layout: str = "onehot_mlp"
    shared_embedding: bool = False
    intermediates: ClassVar[tuple[str, ...]] = INTERMEDIATES

    @property
    def output_map(self) -> Float[np.ndarray, "m n"]:
        return self.unembedding.numpy()

    @property
    def output_bias(self) -> Float[np.ndarray, " n"]:
        return self.bias.numpy()

    @property
    def pre_activations(self) -> tuple[Float[np.ndarray, "n m"], Float[np.ndarray, "n m"]]:
        """`X` and `Y`, the summands of the hidden sums; the input bias belongs to `X`."""
        return (self.left + self.input_bias).numpy(), self.right.numpy()

    def activations(
        self, left: Float[Tensor, "x m"], right: Float[Tensor, "x m"], hook: Hook = as_it_is
    ) -> Float[Tensor, "x m"]:
        summands = hook("from_left", left + self.input_bias), hook("from_right", right)
        sums = hook("sums", summands[0] + summands[1])
        return hook("hidden", sums.relu() if self.activation == "relu" else sums.square())

    def forward(
        self, left: Float[Tensor, "x m"], right: Float[Tensor, "x m"], hook: Hook = as_it_is
    ) -> Float[Tensor, "x n"]:
        return hook("logits", self.activations(left, right, hook) @ self.unembedding + self.bias)
