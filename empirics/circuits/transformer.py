"""One layer of attention and a ReLU MLP, as the analyses of modular addition train it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from empirics.circuits.networks import Hook, WeightNetwork, as_it_is

__all__ = ["TransformerNetwork"]


@dataclass(frozen=True, eq=False)
class TransformerNetwork(WeightNetwork):
    """One layer of attention and a ReLU MLP, no LayerNorm; the logits are read at the last position.

    Tokens are `a`, `b` and, where there is a third position, `=`. Attention weights are
    `attention_share * softmax(q k / sqrt(d_head)) + (1 - attention_share)`: a share below 1 is the
    interpolation of Zhong et al., arXiv:2306.17844.

    Args:
        source: for messages.
        layout: `nanda_transformer` or `tl_transformer`.
        left: embedding of the elements.
        right: the same values; another tensor, so that gradients with respect to each can be told apart.
        equals: embedding of `=`; None if there are two positions.
        positions: positional embedding, a row a position.
        query, key, value: by head, `d_model` to `d_head`.
        attention_output: by head, `d_head` to `d_model`.
        attention_biases: of query, key, value (by head) and output.
        mlp_in, mlp_in_bias, mlp_out, mlp_out_bias: of the MLP, inputs first.
        unembedding: `d_model` to the logits of the elements; the logit of `=` is dropped.
        unembedding_bias: of these logits.
        attention_share: 1 for ordinary attention.
    """

    source: str
    layout: str
    left: Float[Tensor, "n d"]
    right: Float[Tensor, "n d"]
    equals: Float[Tensor, " d"] | None
    positions: Float[Tensor, "p d"]
    query: Float[Tensor, "h d e"]
    key: Float[Tensor, "h d e"]
    value: Float[Tensor, "h d e"]
    attention_output: Float[Tensor, "h e d"]
    attention_biases: tuple[Tensor, Tensor, Tensor, Tensor]
    mlp_in: Float[Tensor, "d m"]
    mlp_in_bias: Float[Tensor, " m"]
    mlp_out: Float[Tensor, "m d"]
    mlp_out_bias: Float[Tensor, " d"]
    unembedding: Float[Tensor, "d n"]
    unembedding_bias: Float[Tensor, " n"]
    attention_share: float = 1.0
    shared_embedding: bool = True
    intermediates: ClassVar[tuple[str, ...]] = (
        "embedded", "query", "key", "value", "scores", "pattern", "mixed", "attention", "residual_middle",
        "sums", "hidden", "mlp", "residual", "logits",
    )  # fmt: skip

    @property
    def output_map(self) -> Float[np.ndarray, "m n"]:
        return (self.mlp_out @ self.unembedding).numpy()

    @property
    def output_bias(self) -> Float[np.ndarray, " n"]:
        return (self.mlp_out_bias @ self.unembedding + self.unembedding_bias).numpy()

    def residual_middle(
        self, left: Float[Tensor, "x d"], right: Float[Tensor, "x d"], hook: Hook = as_it_is
    ) -> Float[Tensor, "x d"]:
        """The residual stream at the last position after attention."""
        tokens = [left, right]
        if self.equals is not None:
            tokens.append(self.equals.expand_as(left))
        stream = hook("embedded", torch.stack(tokens, 1) + self.positions)
        last = stream[:, -1]
        bias_query, bias_key, bias_value, bias_output = self.attention_biases
        query = hook("query", torch.einsum("xd,hde->xhe", last, self.query) + bias_query)
        key = hook("key", torch.einsum("xpd,hde->xphe", stream, self.key) + bias_key)
        value = hook("value", torch.einsum("xpd,hde->xphe", stream, self.value) + bias_value)
        scores = hook("scores", torch.einsum("xhe,xphe->xhp", query, key) / self.query.shape[2] ** 0.5)
        share = self.attention_share
        weights = hook("pattern", share * scores.softmax(-1) + (1 - share))
        mixed = hook("mixed", torch.einsum("xhp,xphe->xhe", weights, value))
        written = hook("attention", torch.einsum("xhe,hed->xd", mixed, self.attention_output) + bias_output)
        return hook("residual_middle", last + written)

    def activations(
        self, left: Float[Tensor, "x d"], right: Float[Tensor, "x d"], hook: Hook = as_it_is
    ) -> Float[Tensor, "x m"]:
        return self._hidden(self.residual_middle(left, right, hook), hook)

    def forward(
        self, left: Float[Tensor, "x d"], right: Float[Tensor, "x d"], hook: Hook = as_it_is
    ) -> Float[Tensor, "x n"]:
        stream = self.residual_middle(left, right, hook)
        written = hook("mlp", self._hidden(stream, hook) @ self.mlp_out + self.mlp_out_bias)
        last = hook("residual", stream + written)
        return hook("logits", last @ self.unembedding + self.unembedding_bias)

    def _hidden(self, stream: Float[Tensor, "x d"], hook: Hook) -> Float[Tensor, "x m"]:
        return hook("hidden", hook("sums", stream @ self.mlp_in + self.mlp_in_bias).relu())
