"""The configuration of a training run: a value that is written beside the run and read back from it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from empirics.networks import Activation
from empirics.tasks import Task, group_task, parity_task
from theory.errors import InputError

__all__ = ["AscentSettings", "Configuration", "RecipeSettings", "TaskName", "differences"]


@dataclass(frozen=True)
class TaskName:
    """A task by name: a group expression, or `parity` with its number of bits.

    Args:
        kind: which of the two.
        expression: the group as typed; "" for parity.
        arity: `k`.
        bits: `n` of sparse parity; 0 for groups.
    """

    kind: Literal["group", "parity"]
    expression: str
    arity: int
    bits: int = 0

    def build(self) -> Task:
        """The task itself.

        Raises:
            InputError: there is no such task.
        """
        if self.kind == "group":
            return group_task(self.expression, self.arity)
        return parity_task(self.bits, self.arity)


@dataclass(frozen=True)
class RecipeSettings:
    """The paper's training: gradient descent on cross-entropy + `regularisation ||theta||_(2,d)^d`.

    Args:
        steps: number of steps.
        learning_rate: at the start.
        doublings: steps at which it doubles.
        regularisation: `lambda`.
        batch: inputs a step, drawn anew each time; None for all of them.
        scale: root of the expected squared norm of a neuron at the start.
    """

    steps: int
    learning_rate: float
    doublings: tuple[int, ...]
    regularisation: float
    batch: int | None = None
    scale: float = 1.0


@dataclass(frozen=True)
class AscentSettings:
    """Direct ascent of the smoothed normalised margin, the temperature annealed.

    Args:
        steps: number of steps.
        learning_rate: of Adam, relative to the size of a weight at the start.
        first_sharpness: `beta` of the smoothed minimum at the start, in units of 1 / mean |margin|.
        turning_sharpness: beyond it the learning rate falls as `1 / beta`.
        last_sharpness: `beta` at the end.
    """

    steps: int
    learning_rate: float
    first_sharpness: float
    turning_sharpness: float
    last_sharpness: float


@dataclass(frozen=True)
class Configuration:
    """Everything that determines a run, up to the machine.

    Args:
        task: what is learned.
        activation: of the hidden layer.
        width: number of neurons `m`.
        seeds: one network a seed, trained at once.
        method: `ascent` or `paper`, with its settings.
        settings: of the method.
        device: `cpu` or `cuda`, as resolved.
        threads: of torch on the CPU; part of the configuration because sums depend on it.
        evaluate_every: steps between evaluations of the exact margin.
        checkpoint_every: steps between checkpoints.
        preset: where the settings come from; None if chosen by hand.
    """

    task: TaskName
    activation: Activation
    width: int
    seeds: tuple[int, ...]
    method: Literal["ascent", "paper"]
    settings: AscentSettings | RecipeSettings
    device: str
    threads: int
    evaluate_every: int
    checkpoint_every: int
    preset: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The configuration as JSON."""
        document = asdict(self)
        document["activation"] = self.activation.value
        return document

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> Configuration:
        """Read it back: `from_dict(c.as_dict()) == c`, through JSON too.

        Raises:
            InputError: a key is missing, unknown, or of the wrong kind.
        """
        try:
            values = dict(document)
            settings = RecipeSettings if values["method"] == "paper" else AscentSettings
            values["task"] = TaskName(**values["task"])
            values["activation"] = Activation(values["activation"])
            values["seeds"] = tuple(values["seeds"])
            values["settings"] = settings(
                **{key: _frozen(value) for key, value in values["settings"].items()}
            )
            return cls(**values)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(f"not the configuration of a run: {error}") from None


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def differences(stored: Configuration, wanted: Configuration) -> tuple[str, ...]:
    """What differs, one phrase a field: `width: 400 in the run, 500 wanted`."""
    return tuple(
        f"{field.name}: {before} in the run, {after} wanted"
        for field in fields(Configuration)
        if (before := getattr(stored, field.name)) != (after := getattr(wanted, field.name))
    )
