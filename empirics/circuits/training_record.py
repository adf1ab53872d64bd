"""A training run as its folder tells it.

config.json                    the configuration
metrics.jsonl                  losses and accuracies, a line a checkpoint
checkpoints/STEP.safetensors   weights under the names of a known layout
state.safetensors              weights, moments and generator, to go on with
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Int

from empirics.circuits.loading import load_network
from empirics.circuits.losses import split_torch
from empirics.circuits.networks import WeightNetwork
from empirics.circuits.recipes import Configuration, configuration_of
from empirics.tasks import group_task
from theory.errors import InputError

__all__ = [
    "Measurement",
    "TrainingRecord",
    "checkpoint_path",
    "load_record",
    "read_measurements",
    "stored_configuration",
]

FILE_LIMIT = 2**24  # bytes of config.json and of metrics.jsonl


@dataclass(frozen=True)
class Measurement:
    """What was measured at a checkpoint: the softmax in double precision, logits in that of training.

    Args:
        step: steps done.
        seconds: of training so far, over all sittings.
        train_loss, test_loss: mean cross-entropy over the pairs of each side.
        train_accuracy, test_accuracy: part of the pairs whose largest logit is the product's.
        squared_weights: sum over all weights.
    """

    step: int
    seconds: float
    train_loss: float
    test_loss: float
    train_accuracy: float
    test_accuracy: float
    squared_weights: float


@dataclass(frozen=True, eq=False)
class TrainingRecord:
    """A run as its folder tells it.

    Args:
        directory: where it is.
        configuration: what it was asked to do.
        measurements: in the order of steps, one a checkpoint.
    """

    directory: Path
    configuration: Configuration
    measurements: tuple[Measurement, ...]

    @property
    def over(self) -> bool:
        """Whether the last step is done."""
        return bool(self.measurements) and self.measurements[-1].step == self.configuration.steps

    @property
    def steps(self) -> tuple[int, ...]:
        """Steps at which there is a checkpoint."""
        return tuple(measurement.step for measurement in self.measurements)

    @cached_property
    def table(self) -> Int[np.ndarray, "n n"]:
        """`ab` at `[a, b]`, in the numbering of the network."""
        return group_task(self.configuration.group).multiplication_table()

    @cached_property
    def train_mask(self) -> Bool[np.ndarray, "n n"]:
        """The pairs it was trained on."""
        return split_torch(len(self.table), self.configuration.seed, self.configuration.fraction)

    def checkpoint(self, step: int) -> Path:
        """The file of the weights after some steps."""
        return checkpoint_path(self.directory, step)

    def network(self, step: int | None = None) -> WeightNetwork:
        """The network at a checkpoint, by default the last one.

        Raises:
            InputError: there is no checkpoint at this step.
        """
        chosen = self.steps[-1] if step is None else step
        if chosen not in self.steps:
            raise InputError(
                f"{self.directory}: no checkpoint at step {chosen}; {self.steps[0]}..{self.steps[-1]} has "
                f"{len(self.steps)} of them, see metrics.jsonl"
            )
        return load_network(self.checkpoint(chosen))


def checkpoint_path(directory: Path, step: int) -> Path:
    """Where a run keeps the weights after some steps."""
    return directory / "checkpoints" / f"{step:08d}.safetensors"


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > FILE_LIMIT:
            raise InputError(f"{path}: more than {FILE_LIMIT:,} bytes are no file of a run")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"{path.parent}: holds no run: there is no {path.name}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None


def stored_configuration(directory: Path) -> Configuration:
    """What a folder's run was asked to do.

    Raises:
        InputError: there is no `config.json`, or it is no configuration.
    """
    path = directory / "config.json"
    text = _read_text(path)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON: {error}") from None
    try:
        return configuration_of(document)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def read_measurements(directory: Path) -> list[Measurement]:
    """The measurements of a folder's run, in the order of steps.

    Raises:
        InputError: there is no `metrics.jsonl`, or a line of it is no measurement.
    """
    path = directory / "metrics.jsonl"
    found = []
    for number, line in enumerate(_read_text(path).splitlines(), 1):
        try:
            found.append(Measurement(**json.loads(line)))
        except (ValueError, TypeError):
            raise InputError(f"{path}: line {number} is no measurement") from None
    return found


def load_record(directory: Path) -> TrainingRecord:
    """Read a run, also one that is not over.

    Args:
        directory: the run's.

    Raises:
        InputError: it holds no run, or one whose files are damaged or missing.
    """
    configuration = stored_configuration(directory)
    measurements = tuple(read_measurements(directory))
    for measurement in measurements:
        if not checkpoint_path(directory, measurement.step).is_file():
            raise InputError(
                f"{directory}: the checkpoint of step {measurement.step} is missing; train again elsewhere"
            )
    return TrainingRecord(directory, configuration, measurements)
