"""Networks that somebody else trained: from two elements to logits, with every intermediate at hand.

`f(a, b)` looks up a left vector of `a` and a right one of `b`, makes hidden activations of them and reads
logits out. All arithmetic is in double precision: a loss of 3.5e-7 is off by 3 % in single.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from theory.errors import InputError

__all__ = [
    "CallableNetwork",
    "OneHotPerceptron",
    "SharedHiddenPerceptron",
    "TrainedNetwork",
    "TransformerNetwork",
    "UnavailableError",
    "WeightNetwork",
]

ROWS_BUDGET = 2**25  # numbers in the largest array that one chunk of rows makes


class UnavailableError(InputError):
    """The layout has no such part, so that a measurement does not apply to the network."""


class TrainedNetwork(ABC):
    """A network with logits `L[a, b, c]` over the elements `0, ..., n - 1`.

    Attributes:
        layout: which of the known layouts it has.
        source: file or name, for messages.
        order: `n`.
    """

    layout: str
    source: str
    order: int

    @abstractmethod
    def logits(self, rows: slice = slice(None)) -> Float[np.ndarray, "a n n"]:
        """`L[a, b, c]` for some `a`, all `b` and `c`."""

    @abstractmethod
    def hidden(self, rows: slice = slice(None)) -> Float[np.ndarray, "a n m"]:
        """Hidden activations `H[a, b, i]` for some `a` and all `b`.

        Raises:
            UnavailableError: the network does not show them.
        """

    def row_chunks(self) -> Iterator[slice]:
        """Slices of rows that cover the group, each small enough to hold at once."""
        step = max(1, ROWS_BUDGET // (self.order**2))
        for start in range(0, self.order, step):
            yield slice(start, min(start + step, self.order))


class WeightNetwork(TrainedNetwork):
    """A network given by weights, so that parts of it can be replaced and run again.

    Attributes:
        left: embedding `E_x` of the left element.
        right: embedding `E_y` of the right element; for transformers the same values as `left`.
        output_map: `W_out_eff`, from hidden activations to logits.
        output_bias: what is added to the logits whatever the input, as far as it is a constant.
    """

    left: Float[Tensor, "n d"]
    right: Float[Tensor, "n d"]
    shared_embedding: bool

    @property
    def embeddings(self) -> tuple[Float[np.ndarray, "n d"], Float[np.ndarray, "n d"]]:
        """`E_x` and `E_y`, whose spectra are read: for MLPs up to the hidden sums, as all of it is linear."""
        return self.left.numpy(), self.right.numpy()

    @property
    @abstractmethod
    def output_map(self) -> Float[np.ndarray, "m n"]: ...

    @property
    @abstractmethod
    def output_bias(self) -> Float[np.ndarray, " n"]: ...

    @abstractmethod
    def activations(self, left: Float[Tensor, "x d"], right: Float[Tensor, "x d"]) -> Float[Tensor, "x m"]:
        """Hidden activations at embedded inputs; differentiable."""

    @abstractmethod
    def forward(self, left: Float[Tensor, "x d"], right: Float[Tensor, "x d"]) -> Float[Tensor, "x n"]:
        """Logits at embedded inputs; differentiable."""

    def with_embeddings(
        self, left: Float[np.ndarray, "n d"], right: Float[np.ndarray, "n d"]
    ) -> WeightNetwork:
        """The same network with other embeddings."""
        changed: Any = replace(self, left=_double(left), right=_double(right))  # type: ignore[type-var]
        assert isinstance(changed, WeightNetwork)
        return changed

    def logits(self, rows: slice = slice(None)) -> Float[np.ndarray, "a n n"]:
        return self._over_pairs(self.forward, rows)

    def hidden(self, rows: slice = slice(None)) -> Float[np.ndarray, "a n m"]:
        return self._over_pairs(self.activations, rows)

    def _over_pairs(
        self, function: Callable[[Tensor, Tensor], Tensor], rows: slice
    ) -> Float[np.ndarray, "a n x"]:
        chosen = torch.arange(self.order)[rows]
        step = max(1, ROWS_BUDGET // (self.order * self._widest()))
        found = []
        with torch.no_grad():
            for part in torch.split(chosen, step):
                first = part.repeat_interleave(self.order)
                second = torch.arange(self.order).repeat(len(part))
                values = function(self.left[first], self.right[second])
                found.append(values.view(len(part), self.order, -1).numpy())
        return np.concatenate(found)

    def _widest(self) -> int:
        return max(self.order, self.output_map.shape[0])


def _double(values: Any) -> Tensor:
    return torch.as_tensor(np.asarray(values, dtype=np.float64))


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

    @property
    def order(self) -> int:  # type: ignore[override]
        """`n`."""
        return len(self.left)

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

    def activations(self, left: Float[Tensor, "x d"], right: Float[Tensor, "x d"]) -> Float[Tensor, "x m"]:
        d = self.left.shape[1]
        return (left @ self.hidden_map[:d] + right @ self.hidden_map[d:]).relu()

    def forward(self, left: Float[Tensor, "x d"], right: Float[Tensor, "x d"]) -> Float[Tensor, "x n"]:
        return self.activations(left, right) @ self.unembedding


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

    @property
    def order(self) -> int:  # type: ignore[override]
        """`n`."""
        return len(self.left)

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

    def activations(self, left: Float[Tensor, "x m"], right: Float[Tensor, "x m"]) -> Float[Tensor, "x m"]:
        sums = left + right + self.input_bias
        return sums.relu() if self.activation == "relu" else sums.square()

    def forward(self, left: Float[Tensor, "x m"], right: Float[Tensor, "x m"]) -> Float[Tensor, "x n"]:
        return self.activations(left, right) @ self.unembedding + self.bias


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

    @property
    def order(self) -> int:  # type: ignore[override]
        """`n`."""
        return len(self.left)

    @property
    def output_map(self) -> Float[np.ndarray, "m n"]:
        return (self.mlp_out @ self.unembedding).numpy()

    @property
    def output_bias(self) -> Float[np.ndarray, " n"]:
        return (self.mlp_out_bias @ self.unembedding + self.unembedding_bias).numpy()

    def residual(self, left: Float[Tensor, "x d"], right: Float[Tensor, "x d"]) -> Float[Tensor, "x d"]:
        """The residual stream at the last position after attention."""
        tokens = [left, right]
        if self.equals is not None:
            tokens.append(self.equals.expand_as(left))
        stream = torch.stack(tokens, 1) + self.positions
        last = stream[:, -1]
        bias_query, bias_key, bias_value, bias_output = self.attention_biases
        query = torch.einsum("xd,hde->xhe", last, self.query) + bias_query
        key = torch.einsum("xpd,hde->xphe", stream, self.key) + bias_key
        value = torch.einsum("xpd,hde->xphe", stream, self.value) + bias_value
        scores = torch.einsum("xhe,xphe->xhp", query, key) / self.query.shape[2] ** 0.5
        weights = self.attention_share * scores.softmax(-1) + (1 - self.attention_share)
        mixed = torch.einsum("xhp,xphe->xhe", weights, value)
        return last + torch.einsum("xhe,hed->xd", mixed, self.attention_output) + bias_output

    def activations(self, left: Float[Tensor, "x d"], right: Float[Tensor, "x d"]) -> Float[Tensor, "x m"]:
        return (self.residual(left, right) @ self.mlp_in + self.mlp_in_bias).relu()

    def forward(self, left: Float[Tensor, "x d"], right: Float[Tensor, "x d"]) -> Float[Tensor, "x n"]:
        stream = self.residual(left, right)
        active = (stream @ self.mlp_in + self.mlp_in_bias).relu()
        written = stream + active @ self.mlp_out + self.mlp_out_bias
        return written @ self.unembedding + self.unembedding_bias


@dataclass(frozen=True, eq=False)
class CallableNetwork(TrainedNetwork):
    """A network known by what it answers.

    Args:
        order: `n`.
        function: `f(a, b)`, integer arrays of one length `x` to logits `[x, n]`.
        hidden_function: the same for hidden activations; None if it does not show them.
        source: for messages.
    """

    order: int
    function: Callable[[Int[np.ndarray, " x"], Int[np.ndarray, " x"]], Any]
    hidden_function: Callable[[Int[np.ndarray, " x"], Int[np.ndarray, " x"]], Any] | None = None
    source: str = "callable"
    layout: str = "callable"

    def logits(self, rows: slice = slice(None)) -> Float[np.ndarray, "a n n"]:
        found = self._evaluate(self.function, rows)
        if found.shape[-1] != self.order:
            raise InputError(
                f"{self.source}: the callable returns {found.shape[-1]} logits an input, not {self.order}"
            )
        return found

    def hidden(self, rows: slice = slice(None)) -> Float[np.ndarray, "a n m"]:
        if self.hidden_function is None:
            raise UnavailableError(f"{self.source}: the callable was given without hidden activations")
        return self._evaluate(self.hidden_function, rows)

    def _evaluate(self, function: Callable[..., Any], rows: slice) -> Float[np.ndarray, "a n x"]:
        chosen = np.arange(self.order)[rows]
        first = np.repeat(chosen, self.order)
        second = np.tile(np.arange(self.order), len(chosen))
        values = np.asarray(function(first, second), dtype=np.float64)
        if values.ndim != 2 or len(values) != len(first):
            raise InputError(
                f"{self.source}: the callable returns an array of shape {values.shape} for {len(first)} "
                f"inputs; [{len(first)}, x] would be right"
            )
        if not np.isfinite(values).all():
            raise InputError(f"{self.source}: the callable returns NaN or infinite values")
        return values.reshape(len(chosen), self.order, -1)
