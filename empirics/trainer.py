"""What the run loop asks of a way to train: advance, tell, and be put away and taken up again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from torch import Tensor

from empirics.networks import NetworkStack
from theory.errors import InputError

__all__ = ["DivergenceError", "StepReport", "Trainer", "TrainerState"]


class DivergenceError(InputError):
    """Training left the finite numbers; the message says what to change."""


@dataclass(frozen=True)
class StepReport:
    """What a trainer measured on its way; estimates in its own precision, one number a network.

    The loss and the margin belong to the weights before the last step; empty where no step was taken.

    Args:
        step: steps done so far.
        loss: what it minimises.
        margin: least margin over the inputs seen, divided by `||theta||^degree`.
        extra: further named numbers, such as the learning rate.
    """

    step: int
    loss: tuple[float, ...]
    margin: tuple[float, ...]
    extra: dict[str, float]


@dataclass(frozen=True)
class TrainerState:
    """All of a trainer's state: with the configuration it determines every later step, bit for bit on a CPU.

    Args:
        tensors: weights, moments, generator states.
        numbers: whatever JSON holds.
    """

    tensors: dict[str, Tensor]
    numbers: dict[str, Any]


@runtime_checkable  # so that pytest can check signatures
class Trainer(Protocol):
    """One way to train a stack of networks.

    - `advance(a); advance(b)` ends where `advance(a + b)` ends, bit for bit on a CPU.
    - `restore(state())` in a new trainer of the same configuration goes on as the old one would have.
    """

    @property
    def step(self) -> int:
        """Steps done."""
        ...

    @property
    def total_steps(self) -> int:
        """Steps in all."""
        ...

    def advance(self, steps: int) -> StepReport:
        """Take up to so many steps."""
        ...

    def network(self) -> NetworkStack:
        """The current weights, detached."""
        ...

    def state(self) -> TrainerState:
        """Everything needed to go on later."""
        ...

    def restore(self, state: TrainerState) -> None:
        """Take up a stored state."""
        ...
