"""The networks that we train to multiply, as functions of named tensors.

The names are those of a known layout of `empirics.circuits.loading`: `tl_transformer` for the transformer,
the others' own names. All logits are those of the `n` elements.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import embedding  # its gradient is summed in a fixed order, that of indexing is not

from theory.errors import InputError

__all__ = ["Architecture", "ArchitectureName", "Bilinear", "OneHotMLP", "Transformer"]

ArchitectureName = Literal["transformer", "onehot_mlp", "bilinear"]
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Architecture(ABC):
    """A network on `n` elements, up to its weights.

    Args:
        neurons: hidden activations `m`.
    """

    neurons: int

    @abstractmethod
    def shapes(self, order: int) -> dict[str, Shape]:
        """Shape of every tensor, by name."""

    @abstractmethod
    def initial(self, order: int, generator: torch.Generator) -> dict[str, Tensor]:
        """Random weights before the first step, in single precision."""

    @abstractmethod
    def logits(
        self, weights: Mapping[str, Tensor], first: Int[Tensor, " x"], second: Int[Tensor, " x"]
    ) -> Float[Tensor, "x n"]:
        """Logits at some pairs; differentiable."""


def _normal(shape: Shape, scale: float, generator: torch.Generator) -> Tensor:
    return torch.randn(shape, generator=generator) * scale


@dataclass(frozen=True)
class Transformer(Architecture):
    """One layer of causal attention and a ReLU MLP, no LayerNorm, read at the `=` of `a b =`.

    Weights are normal with variance `1/d_model`, the unembedding's `1/(n + 1)`, MLP biases zero; there are no
    others. Source: Nanda, Chan, Lieberum, Smith, Steinhardt, arXiv:2301.05217, section 3 and published code.

    Args:
        neurons: `d_mlp`.
        model_width: `d_model`.
        heads: their number, of `d_model / heads` dimensions each.
    """

    model_width: int = 128
    heads: int = 4

    def __post_init__(self) -> None:
        if self.model_width % self.heads:
            raise InputError(f"heads {self.heads}: a divisor of the model width {self.model_width} is right")

    def shapes(self, order: int) -> dict[str, Shape]:
        d, h, m = self.model_width, self.heads, self.neurons
        return {
            "embed.W_E": (order + 1, d),
            "pos_embed.W_pos": (3, d),
            "blocks.0.attn.W_Q": (h, d, d // h),
            "blocks.0.attn.W_K": (h, d, d // h),
            "blocks.0.attn.W_V": (h, d, d // h),
            "blocks.0.attn.W_O": (h, d // h, d),
            "blocks.0.mlp.W_in": (d, m),
            "blocks.0.mlp.b_in": (m,),
            "blocks.0.mlp.W_out": (m, d),
            "blocks.0.mlp.b_out": (d,),
            "unembed.W_U": (d, order),
        }

    def initial(self, order: int, generator: torch.Generator) -> dict[str, Tensor]:
        found = {}
        for name, shape in self.shapes(order).items():
            variance = 1 / (order + 1) if name == "unembed.W_U" else 1 / self.model_width
            found[name] = torch.zeros(shape) if len(shape) == 1 else _normal(shape, sqrt(variance), generator)
        return found

    def logits(
        self, weights: Mapping[str, Tensor], first: Int[Tensor, " x"], second: Int[Tensor, " x"]
    ) -> Float[Tensor, "x n"]:
        """Keys and values are made of the `2n + 1` (token, position) pairs, not of every input's tokens.

        The last token is always `=`, so that there is one query a head.
        """
        attention = {name: weights[f"blocks.0.attn.W_{name}"] for name in "QKVO"}
        elements, equals = weights["embed.W_E"][:-1], weights["embed.W_E"][-1]
        at_left, at_right, at_last = weights["pos_embed.W_pos"]
        last = equals + at_last
        tokens = torch.cat([elements + at_left, elements + at_right, last[None]])
        query = torch.einsum("d,hde->he", last, attention["Q"]) * (self.heads / self.model_width) ** 0.5
        scores = tokens @ torch.einsum("hde,he->dh", attention["K"], query)
        values = torch.einsum("td,hde->the", tokens, attention["V"]).flatten(1)
        n, d = elements.shape
        places = [first, second + n, torch.full_like(first, 2 * n)]
        shares = torch.stack([embedding(place, scores) for place in places]).softmax(0)
        mixed = torch.zeros((), device=first.device)
        for share, place in zip(shares, places, strict=True):
            mixed = mixed + share[..., None] * embedding(place, values).view(-1, self.heads, d // self.heads)
        stream = last + mixed.flatten(1) @ attention["O"].flatten(0, 1)
        active = (stream @ weights["blocks.0.mlp.W_in"] + weights["blocks.0.mlp.b_in"]).relu()
        written = stream + active @ weights["blocks.0.mlp.W_out"] + weights["blocks.0.mlp.b_out"]
        return written @ weights["unembed.W_U"]


@dataclass(frozen=True)
class OneHotMLP(Architecture):
    """`relu(W_in [1_a, 1_b] + b_in)` and a linear layer, initialised as torch's `Linear`: uniform within
    `1/sqrt(inputs)` (Bussmann's network; shared/specs/circuits.md, 2.12)."""

    def shapes(self, order: int) -> dict[str, Shape]:
        m = self.neurons
        return {"W_in": (m, 2 * order), "b_in": (m,), "W_out": (order, m), "b_out": (order,)}

    def initial(self, order: int, generator: torch.Generator) -> dict[str, Tensor]:
        inputs = {"W_in": 2 * order, "b_in": 2 * order, "W_out": self.neurons, "b_out": self.neurons}
        return {
            name: (2 * torch.rand(shape, generator=generator) - 1) / sqrt(inputs[name])
            for name, shape in self.shapes(order).items()
        }

    def logits(
        self, weights: Mapping[str, Tensor], first: Int[Tensor, " x"], second: Int[Tensor, " x"]
    ) -> Float[Tensor, "x n"]:
        columns = weights["W_in"].t()  # of W_in, which a one-hot input picks
        n = len(columns) // 2
        sums = embedding(first, columns) + embedding(second + n, columns) + weights["b_in"]
        return sums.relu() @ weights["W_out"].t() + weights["b_out"]


@dataclass(frozen=True)
class Bilinear(Architecture):
    """`(E_x[a] * E_y[b]) W`, the product neuron by neuron; no biases. Normal weights of variance `1/m`."""

    def shapes(self, order: int) -> dict[str, Shape]:
        m = self.neurons
        return {"left_embedding": (order, m), "right_embedding": (order, m), "readout": (m, order)}

    def initial(self, order: int, generator: torch.Generator) -> dict[str, Tensor]:
        scale = 1 / sqrt(self.neurons)
        return {name: _normal(shape, scale, generator) for name, shape in self.shapes(order).items()}

    def logits(
        self, weights: Mapping[str, Tensor], first: Int[Tensor, " x"], second: Int[Tensor, " x"]
    ) -> Float[Tensor, "x n"]:
        left, right = weights["left_embedding"], weights["right_embedding"]
        return (embedding(first, left) * embedding(second, right)) @ weights["readout"]
