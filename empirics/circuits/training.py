"""Training of small networks on part of a group's table, dense checkpoints along the way.

A run is a folder (`empirics.circuits.training_record`), written while it goes on and taken up again after a
kill.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save

from empirics.checkpoints import load_state, save_state
from empirics.circuits.losses import pair_losses
from empirics.circuits.optimisation import Optimisation
from empirics.circuits.recipes import Configuration, differences
from empirics.circuits.training_record import (
    Measurement,
    TrainingRecord,
    checkpoint_path,
    load_record,
    read_measurements,
    stored_configuration,
)
from empirics.files import write_bytes
from empirics.trainer import DivergenceError
from theory.errors import InputError

__all__ = ["checkpoint_steps", "train"]

FINITE_EVERY = 50  # steps between looks at the loss
STATE_SECONDS = 60.0  # after which the state is stored between checkpoints
ROWS_BUDGET = 2**24  # numbers in the largest array of an evaluation


def checkpoint_steps(steps: int, count: int = 80) -> tuple[int, ...]:
    """At most `count` steps, 0 and the last among them: half spaced geometrically from 1, half evenly.

    Memorisation takes the first hundreds of steps, generalisation falls somewhere in the thousands after.

    Args:
        steps: in all.
        count: at least 4.
    """
    even = np.linspace(0, steps, count - count // 2)
    early = np.geomspace(1, steps, count // 2)
    return tuple(sorted({round(step) for step in (*even.tolist(), *early.tolist())}))


def train(
    configuration: Configuration,
    directory: Path,
    *,
    resume: bool = False,
    progress: Callable[[Measurement, int], None] | None = None,
) -> TrainingRecord:
    """Train a network, or go on with a run that was interrupted.

    On a CPU all files but for times are the same, bit for bit, wherever and how often it was interrupted.

    Args:
        configuration: everything that determines the run, up to the machine.
        directory: a folder without a run, or the one to go on with.
        resume: whether to go on; where nothing has begun it begins.
        progress: called with every measurement and the number of steps in all.

    Raises:
        InputError: the folder holds a run and `resume` was not asked for, or a run of another configuration,
            or something damaged.
        DivergenceError: the loss is no longer finite; the checkpoints before stay.
    """
    _check_folder(directory, configuration, resume)
    record = TrainingRecord(directory, configuration, ())
    with _threads(configuration.threads):
        optimisation = Optimisation(configuration, record.table, record.train_mask)
        before, measurements = _take_up(optimisation, directory, configuration)
        sitting = _Sitting(record, optimisation, before, measurements)
        sitting.go_on(progress)
    return load_record(directory)


def _check_folder(directory: Path, configuration: Configuration, resume: bool) -> None:
    if not (directory / "config.json").exists():
        return
    if not resume:
        raise InputError(f"{directory}: holds a run already; go on with it, or train in another folder")
    changed = differences(stored_configuration(directory), configuration)
    if changed:
        raise InputError(
            f"{directory}: cannot go on with a changed configuration: {'; '.join(changed)}; "
            "ask for the same one, or train in another folder"
        )


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Torch on so many threads of the CPU, and on as many as before afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _take_up(
    optimisation: Optimisation, directory: Path, configuration: Configuration
) -> tuple[float, list[Measurement]]:
    """Seconds and measurements of earlier sittings; what came after the stored state is written anew."""
    path = directory / "state.safetensors"
    if not path.exists():
        text = json.dumps(asdict(configuration), indent=2) + "\n"
        write_bytes(directory / "config.json", text.encode())
        return 0.0, []
    state = load_state(path, optimisation.state(0.0))
    optimisation.restore(state, path)
    return state.numbers["seconds"], [
        one for one in read_measurements(directory) if one.step <= optimisation.step
    ]


class _Sitting:
    """One run of the loop: step, look, measure, write."""

    def __init__(
        self,
        record: TrainingRecord,
        optimisation: Optimisation,
        before: float,
        measurements: list[Measurement],
    ) -> None:
        self.record, self.optimisation = record, optimisation
        self.measurements = measurements
        self.start = time.perf_counter() - before
        self.stored = time.perf_counter()

    def go_on(self, progress: Callable[[Measurement, int], None] | None) -> None:
        total = self.record.configuration.steps
        measured = self.measurements[-1].step if self.measurements else -1
        for stop in checkpoint_steps(total, self.record.configuration.checkpoints):
            if stop <= measured:
                continue
            while self.optimisation.step < stop:
                self.optimisation.advance(min(FINITE_EVERY, stop - self.optimisation.step))
                self._check_finite()
                # when it is stored has no influence on what is computed, so the clock may have a say
                if time.perf_counter() - self.stored > STATE_SECONDS:
                    self._store()
            self._checkpoint()
            if progress is not None:
                progress(self.measurements[-1], total)

    def _check_finite(self) -> None:
        if not self.optimisation.is_finite():
            rate = self.record.configuration.learning_rate
            raise DivergenceError(
                f"step {self.optimisation.step}: loss or weights are no longer finite; a learning rate below "
                f"{rate:g} keeps them so; {self.record.directory} keeps the checkpoints before"
            )

    def _store(self) -> None:
        seconds = time.perf_counter() - self.start
        save_state(self.record.directory / "state.safetensors", self.optimisation.state(seconds))
        self.stored = time.perf_counter()

    def _checkpoint(self) -> None:
        """The state goes last: what it does not know of is measured and written again."""
        directory, step = self.record.directory, self.optimisation.step
        weights = {name: tensor.contiguous() for name, tensor in self.optimisation.weights().items()}
        write_bytes(checkpoint_path(directory, step), save(weights, {"about": json.dumps({"step": step})}))
        self.measurements.append(self._measure())
        lines = "".join(json.dumps(asdict(one)) + "\n" for one in self.measurements)
        write_bytes(directory / "metrics.jsonl", lines.encode())
        self._store()

    def _measure(self) -> Measurement:
        table, mask = self.record.table, self.record.train_mask
        n = len(table)
        losses, right = np.empty((n, n)), np.empty((n, n), dtype=bool)
        rows = max(1, ROWS_BUDGET // (n * max(n, self.record.configuration.neurons)))
        for start in range(0, n, rows):
            part = slice(start, min(start + rows, n))
            logits = self.optimisation.row_logits(part)
            losses[part] = pair_losses(logits, table[part])
            right[part] = logits.argmax(-1) == table[part]
        weights = self.optimisation.weights().values()
        return Measurement(
            step=self.optimisation.step,
            seconds=round(time.perf_counter() - self.start, 3),
            train_loss=float(losses[mask].mean()),
            test_loss=float(losses[~mask].mean()),
            train_accuracy=float(right[mask].mean()),
            test_accuracy=float(right[~mask].mean()),
            squared_weights=sum(float(one.double().square().sum()) for one in weights),
        )
