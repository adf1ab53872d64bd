"""Networks that somebody else trained: from two elements to logits, with every intermediate at hand.

`f(a, b)` looks up a left vector of `a` and a right one of `b`, makes hidden activations of them and reads
logits out. All arithmetic is in double precision: a loss of 3.5e-7 is off by 3 % in single.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from theory.errors import InputError

__all__ = [
    "CallableNetwork",
    "Hook",
    "TrainedNetwork",
    "UnavailableError",
    "WeightNetwork",
    "as_it_is",
    "with_known_logits",
]

# of logits and activations: which left elements
Rows = slice | Int[np.ndarray, " a"]
# is given an intermediate's name and value, and returns what takes its place
Hook = Callable[[str, Tensor], Tensor]

ROWS_BUDGET = 2**25  # numbers in the largest array that one chunk of rows makes


class UnavailableError(InputError):
    """The layout has no such part, so that a measurement does not apply to the network."""


def as_it_is(name: str, value: Tensor) -> Tensor:
    """The hook that changes nothing."""
    return value


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
    def logits(self, rows: Rows = slice(None)) -> Float[np.ndarray, "a n n"]:
        """`L[a, b, c]` for some `a`, all `b` and `c`."""

    @abstractmethod
    def hidden(self, rows: Rows = slice(None)) -> Float[np.ndarray, "a n m"]:
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
        intermediates: names of what a hook is shown, in the order in which a forward pass makes them.
    """

    intermediates: ClassVar[tuple[str, ...]]

    left: Float[Tensor, "n d"]
    right: Float[Tensor, "n d"]
    shared_embedding: bool

    @property
    def order(self) -> int:  # type: ignore[override]
        """`n`."""
        return len(self.left)

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
    def activations(
        self, left: Float[Tensor, "x d"], right: Float[Tensor, "x d"], hook: Hook = as_it_is
    ) -> Float[Tensor, "x m"]:
        """Hidden activations at embedded inputs; differentiable."""

    @abstractmethod
    def forward(
        self, left: Float[Tensor, "x d"], right: Float[Tensor, "x d"], hook: Hook = as_it_is
    ) -> Float[Tensor, "x n"]:
        """Logits at embedded inputs; differentiable."""

    def with_embeddings(
        self, left: Float[np.ndarray, "n d"], right: Float[np.ndarray, "n d"]
    ) -> WeightNetwork:
        """The same network with other embeddings."""
        changed: Any = replace(self, left=_double(left), right=_double(right))  # type: ignore[type-var]
        assert isinstance(changed, WeightNetwork)
        return changed

    def logits(self, rows: Rows = slice(None)) -> Float[np.ndarray, "a n n"]:
        return self._over_pairs(self.forward, rows)

    def hidden(self, rows: Rows = slice(None)) -> Float[np.ndarray, "a n m"]:
        return self._over_pairs(self.activations, rows)

    def _over_pairs(
        self, function: Callable[[Tensor, Tensor], Tensor], rows: Rows
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

    def logits(self, rows: Rows = slice(None)) -> Float[np.ndarray, "a n n"]:
        found = self._evaluate(self.function, rows)
        if found.shape[-1] != self.order:
            raise InputError(
                f"{self.source}: the callable returns {found.shape[-1]} logits an input, not {self.order}"
            )
        return found

    def hidden(self, rows: Rows = slice(None)) -> Float[np.ndarray, "a n m"]:
        if self.hidden_function is None:
            raise UnavailableError(f"{self.source}: the callable was given without hidden activations")
        return self._evaluate(self.hidden_function, rows)

    def _evaluate(self, function: Callable[..., Any], rows: Rows) -> Float[np.ndarray, "a n x"]:
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


def with_known_logits(network: TrainedNetwork) -> TrainedNetwork:
    """The same answers looked up, where all of them can be held: then many passes need the network run once.

    Args:
        network: any; a large one is given back as it is.
    """
    n = network.order
    if n**3 > ROWS_BUDGET:
        return network
    logits = network.logits()
    return CallableNetwork(n, lambda a, b: logits[a, b], source=network.source, layout=network.layout)
