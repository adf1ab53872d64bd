"""What `gammastar train --architecture` does: networks of the classic analyses, on part of a table."""

from __future__ import annotations

import shlex
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from certificates import files
from certificates.cli_output import _console
from certificates.cli_progress import Progress, Stage, interruptible
from certificates.cli_train import TOLD_EVERY, TrainOptions
from certificates.result import dump

if TYPE_CHECKING:
    from empirics.circuits.recipes import Configuration
    from empirics.circuits.training_record import Measurement, TrainingRecord

__all__ = ["print_trained", "train"]

NAMES = {"transformer": "transformer", "mlp": "onehot_mlp", "bilinear": "bilinear"}
UNRELATED = ("method", "preset", "activation", "seeds")
LEARNED = 0.99  # of the test pairs


def train(
    expression: str,
    arity: int,
    architecture: str,
    options: TrainOptions,
    output: Path | None,
    *,
    resume: bool,
    force: bool,
) -> dict[str, Any]:
    """Train a transformer, a two-layer perceptron or a bilinear network; the command's JSON object.

    Raises:
        InputError: options that do not belong to it, or a run that cannot be gone on with.
    """
    from theory.errors import InputError, UnknownNameError

    if arity != 2:
        raise InputError(f"--arity {arity}: --architecture takes two factors")
    if architecture not in NAMES:
        raise UnknownNameError(f"architecture {architecture!r}: known are {', '.join(NAMES)}")
    for name in UNRELATED:
        if getattr(options, name) is not None:
            raise InputError(
                f"--{name}: belongs to the networks of the theory; leave out --architecture or it"
            )
    directory = files.default_directory(f"{expression}-{architecture}", "train") if output is None else output
    files.prepare_directory(directory, force=force or resume)
    configuration = _configuration(expression, NAMES[architecture], options, directory, resume)
    with Progress(verbose=True) as progress, progress.stage("training") as stage:
        from empirics.circuits.training import train as train_network

        command = f"gammastar train {shlex.quote(expression)} --architecture {architecture}"
        with interruptible(f"go on with: {command} -o {shlex.quote(str(directory))} --resume"):
            record = train_network(configuration, directory, resume=resume, progress=_Watch(stage).tell)
        stage.detail = (
            f"{configuration.steps} steps, test accuracy {record.measurements[-1].test_accuracy:.4f}"
        )
    result = _result(expression, architecture, record)
    files.write_all(directory, {"result.json": dump(result) + "\n"})
    return result


def _configuration(
    expression: str, architecture: str, options: TrainOptions, directory: Path, resume: bool
) -> Configuration:
    from empirics.circuits.recipes import configure
    from empirics.circuits.training_record import stored_configuration

    changes: dict[str, Any] = {
        "neurons": options.width, "seed": options.seed, "steps": options.steps, "batch": options.batch,
        "learning_rate": options.learning_rate, "device": options.device, "threads": options.threads,
        "fraction": options.fraction, "weight_decay": options.weight_decay,
    }  # fmt: skip
    if resume and (directory / "config.json").exists():
        asked = {name: value for name, value in changes.items() if value is not None}
        same = {"architecture": architecture, "group": expression}
        return replace(stored_configuration(directory), **(same | asked))
    return configure(architecture, expression, **changes)  # type: ignore[arg-type]


class _Watch:
    """Tells how training goes: all the time on a terminal, now and then elsewhere."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._told = stage, time.perf_counter()

    def tell(self, measurement: Measurement, total: int) -> None:
        left = measurement.seconds / max(1, measurement.step) * (total - measurement.step)
        text = (
            f"step {measurement.step} of {total}, train {measurement.train_loss:.3g}, "
            f"test {measurement.test_loss:.3g} ({100 * measurement.test_accuracy:.1f} %), {left:.0f} s left"
        )
        if sys.stderr.isatty():
            self._stage.tell(text)
        elif time.perf_counter() - self._told >= TOLD_EVERY:
            self._told = time.perf_counter()
            print(f"  training: {text}", file=sys.stderr, flush=True)


def _result(expression: str, architecture: str, record: TrainingRecord) -> dict[str, Any]:
    last, configuration = record.measurements[-1], record.configuration
    learned = [one.step for one in record.measurements if one.test_accuracy >= LEARNED]
    return {
        "group": expression,
        "architecture": architecture,
        "order": len(record.table),
        "neurons": configuration.neurons,
        "train_fraction": configuration.fraction,
        "train_loss": last.train_loss,
        "test_loss": last.test_loss,
        "train_accuracy": last.train_accuracy,
        "test_accuracy": last.test_accuracy,
        "generalised_at": learned[0] if learned else None,
        "steps": configuration.steps,
        "seconds": last.seconds,
        "device": configuration.device,
        "seed": configuration.seed,
        "checkpoints": len(record.measurements),
        "checkpoint": str(record.checkpoint(last.step)),
        "run": str(record.directory),
    }


def print_trained(result: dict[str, Any]) -> None:
    """Losses, when it generalised, and what to do next."""
    console = _console()
    head = f"{result['group']}: {result['architecture']}, {result['steps']} steps, {result['seconds']:.1f} s"
    console.print(Text(head, style="bold"), soft_wrap=True)
    for side in ("train", "test"):
        accuracy = 100 * result[f"{side}_accuracy"]
        console.print(f"  {side:5} loss {result[f'{side}_loss']:.4g}, accuracy {accuracy:.2f} %")
    when = result["generalised_at"]
    text = f"test accuracy reached 99 % by step {when}" if when is not None else "test accuracy is below 99 %"
    console.print(f"  {text}; {result['checkpoints']} checkpoints")
    console.print()
    console.print(f"run     {result['run']}", soft_wrap=True)
    console.print(f"next    gammastar explain {shlex.quote(result['run'])}", soft_wrap=True)
