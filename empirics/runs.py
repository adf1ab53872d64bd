"""A training run as a folder: written while it goes on, taken up again after a kill, read back by others.

config.json               the configuration
start.safetensors         weights before the first step
checkpoint.safetensors    state of the trainer
weights.safetensors       weights after the last step; there only when the run is over
metrics.jsonl             one measurement a line
frames/STEP.safetensors   the first neurons of the first network, at about a hundred steps
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from empirics import checkpoints, metrics
from empirics.configuration import Configuration, differences
from empirics.files import write_bytes
from empirics.forward import Problem
from empirics.metrics import Measurement
from empirics.networks import NetworkStack
from empirics.objectives import least_margins
from empirics.tasks import Task
from empirics.trainer import DivergenceError, StepReport, Trainer, TrainerState
from theory.errors import InputError

__all__ = [
    "FRAME_NEURONS",
    "Run",
    "load_run",
    "make_trainer",
    "resolve_device",
    "stored_configuration",
    "train",
]

FRAME_NEURONS = 8
FRAMES = 100
CHECKPOINT_SECONDS = 60.0  # after which the next stop stores a checkpoint whatever its step
CONFIGURATION_LIMIT = 2**20  # bytes


@dataclass(frozen=True, eq=False)
class Run:
    """A run that is over.

    Args:
        directory: where it is.
        configuration: what it was asked to do.
        task: what was learned.
        start: weights before the first step.
        final: weights after the last one.
        measurements: in order of steps.
        frames: (step, first neurons of the first network), in order.
    """

    directory: Path
    configuration: Configuration
    task: Task
    start: NetworkStack
    final: NetworkStack
    measurements: tuple[Measurement, ...]
    frames: tuple[tuple[int, NetworkStack], ...]

    @property
    def seconds(self) -> float:
        """Seconds of training, over all sittings."""
        return self.measurements[-1].seconds if self.measurements else 0.0


def resolve_device(name: str) -> str:
    """`cpu` or `cuda` from `auto`, `cpu` or `cuda`.

    Raises:
        InputError: the device is not there, or unknown.
    """
    present = torch.cuda.is_available()
    if name == "auto":
        return "cuda" if present else "cpu"
    if name not in ("cpu", "cuda"):
        raise InputError(f"device {name!r}: auto, cpu or cuda is right")
    if name == "cuda" and not present:
        raise InputError("device 'cuda': torch finds no CUDA device here; --device cpu or auto is right")
    return name


def make_trainer(task: Task, configuration: Configuration) -> Trainer:
    """The trainer of a configuration, before its first step."""
    if configuration.method == "paper":
        from empirics.recipe import RecipeTrainer

        return RecipeTrainer(task, configuration)
    from empirics.ascent import AscentTrainer

    return AscentTrainer(task, configuration)


def train(
    configuration: Configuration,
    directory: Path,
    *,
    resume: bool = False,
    gamma_star: float | None = None,
    progress: Callable[[Measurement, int], None] | None = None,
) -> Run:
    """Train, or go on with a run that was interrupted.

    On a CPU the weights at the end do not depend on where the run was interrupted, nor how often.

    Args:
        configuration: everything that determines the run.
        directory: an empty folder, or one that holds the run to go on with.
        resume: whether to go on; a folder that holds no checkpoint yet is begun anew.
        gamma_star: what margins are told as a fraction of.
        progress: called with each measurement and the number of steps in all.

    Raises:
        InputError: the folder holds a run of another configuration, or something damaged.
        DivergenceError: weights or loss are no longer finite; the last checkpoint stays.
    """
    task = configuration.task.build()
    torch.set_num_threads(configuration.threads)
    trainer = make_trainer(task, configuration)
    checkpoint, lines = directory / "checkpoint.safetensors", directory / "metrics.jsonl"
    before = 0.0
    if resume:
        _check_configuration(directory, configuration)
    if resume and checkpoint.exists():
        before = _restore(trainer, checkpoint)
        metrics.truncate(lines, trainer.step)
    else:
        _begin(directory, configuration, trainer)
    problem = Problem.of(task, configuration.activation, configuration.device)
    try:
        _go_on(trainer, configuration, directory, problem, gamma_star, before, progress)
    except DivergenceError as error:
        if not checkpoint.exists():
            raise
        raise DivergenceError(f"{error}; {directory} keeps the last good checkpoint") from None
    checkpoints.save_weights(
        directory / "weights.safetensors", trainer.network(), {"configuration": configuration.as_dict()}
    )
    return load_run(directory)


def _restore(trainer: Trainer, checkpoint: Path) -> float:
    """Take up a checkpoint; seconds of training before it."""
    state = checkpoints.load_state(checkpoint, trainer.state())
    step, seconds = state.numbers["step"], state.numbers.get("seconds", 0.0)
    if not 0 <= step <= trainer.total_steps or not isinstance(seconds, float):
        raise InputError(f"{checkpoint}: a checkpoint of another run: step {step!r}, {seconds!r} seconds")
    try:
        trainer.restore(state)
    except RuntimeError as error:  # torch on the state of a generator that is none
        raise InputError(f"{checkpoint}: a checkpoint of another run: {error}") from None
    return seconds


def _begin(directory: Path, configuration: Configuration, trainer: Trainer) -> None:
    for name in ("weights.safetensors", "checkpoint.safetensors", "metrics.jsonl"):
        (directory / name).unlink(missing_ok=True)
    for path in (directory / "frames").glob("*.safetensors"):
        path.unlink()
    about = {"configuration": configuration.as_dict()}
    text = json.dumps(configuration.as_dict(), indent=2) + "\n"
    write_bytes(directory / "config.json", text.encode())
    checkpoints.save_weights(directory / "start.safetensors", trainer.network(), about)
    _save_frame(directory, trainer)


def _go_on(
    trainer: Trainer,
    configuration: Configuration,
    directory: Path,
    problem: Problem,
    gamma_star: float | None,
    before: float,
    progress: Callable[[Measurement, int], None] | None,
) -> None:
    start, frames = time.perf_counter(), frame_steps(trainer.total_steps)
    saved = start
    while trainer.step < trainer.total_steps:
        step = trainer.step
        stops = [_next(step, configuration.evaluate_every), _next(step, configuration.checkpoint_every)]
        stops += [trainer.total_steps, min((at for at in frames if at > step), default=trainer.total_steps)]
        report = trainer.advance(min(stops) - step)
        over = trainer.step == trainer.total_steps
        if trainer.step in frames:
            _save_frame(directory, trainer)
        seconds = before + time.perf_counter() - start
        if over or trainer.step % configuration.evaluate_every == 0:
            measurement = _measure(trainer, report, problem, gamma_star, seconds)
            metrics.append(directory / "metrics.jsonl", measurement)
            if progress is not None:
                progress(measurement, trainer.total_steps)
        # when it is stored has no influence on what is computed, so the clock may have a say
        late = time.perf_counter() - saved > CHECKPOINT_SECONDS
        if over or late or trainer.step % configuration.checkpoint_every == 0:
            saved = time.perf_counter()
            state = trainer.state()
            _check_finite(state)
            state.numbers["seconds"] = seconds
            checkpoints.save_state(directory / "checkpoint.safetensors", state)


def _check_finite(state: TrainerState) -> None:
    """Refuse to store what cannot be gone on with; the checkpoint before it stays."""
    for name, tensor in state.tensors.items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise DivergenceError(
                f"step {state.numbers['step']}: {name} is no longer finite; a lower learning rate keeps it so"
            )


def _next(step: int, every: int) -> int:
    return (step // every + 1) * every


def frame_steps(steps: int) -> frozenset[int]:
    """About a hundred steps: dense at the start, where features form, even later."""
    even = {round(steps * part / (FRAMES // 2)) for part in range(FRAMES // 2 + 1)}
    early = {round(steps ** (part / (FRAMES // 2))) for part in range(FRAMES // 2 + 1)}
    return frozenset(even | early)


def _save_frame(directory: Path, trainer: Trainer) -> None:
    stack = trainer.network()
    frame = NetworkStack(stack.input_weights[:1, :, :FRAME_NEURONS], stack.output_weights[:1, :FRAME_NEURONS])
    name = f"{trainer.step:08d}.safetensors"
    checkpoints.save_weights(directory / "frames" / name, frame, {"step": trainer.step})


def _measure(
    trainer: Trainer, report: StepReport, problem: Problem, gamma_star: float | None, seconds: float
) -> Measurement:
    margins = tuple(least_margins(problem, trainer.network()).tolist())
    fractions = tuple(margin / gamma_star for margin in margins) if gamma_star is not None else ()
    return Measurement(trainer.step, round(seconds, 3), report.loss, margins, fractions, report.extra)


def stored_configuration(directory: Path) -> Configuration | None:
    """What a folder's run was asked to do; None where no run has begun.

    Raises:
        InputError: its configuration cannot be read.
    """
    return _read_configuration(directory) if (directory / "config.json").exists() else None


def _check_configuration(directory: Path, configuration: Configuration) -> None:
    stored = stored_configuration(directory)
    changed = differences(stored, configuration) if stored is not None else ()
    if changed:
        raise InputError(
            f"{directory}: cannot go on with a changed configuration: {'; '.join(changed)}; "
            "ask for the same one, or train in another folder"
        )


def _read_configuration(directory: Path) -> Configuration:
    path = directory / "config.json"
    try:
        if path.stat().st_size > CONFIGURATION_LIMIT:
            raise InputError(f"{path}: more than {CONFIGURATION_LIMIT:,} bytes are no configuration")
        document: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{directory}: holds no run: there is no config.json") from None
    except NotADirectoryError:
        raise InputError(f"{directory}: is a file; the folder of a run is right") from None
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path}: not JSON: {error}") from None
    if not isinstance(document, dict):
        raise InputError(f"{path}: not the configuration of a run: it is no JSON object")
    try:
        return Configuration.from_dict(document)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def load_run(directory: Path) -> Run:
    """Read a run that is over.

    Raises:
        InputError: the folder holds none, or one that was interrupted, or something damaged.
    """
    configuration = _read_configuration(directory)
    if not (directory / "weights.safetensors").exists():
        raise InputError(f"{directory}: this run is not over; go on with --resume")
    task = configuration.task.build()
    stacks = []
    for name in ("start.safetensors", "weights.safetensors"):
        stack, _ = checkpoints.load_weights(directory / name)
        _check_shape(directory / name, stack, make_shape(task, configuration))
        stacks.append(stack)
    return Run(
        directory=directory,
        configuration=configuration,
        task=task,
        start=stacks[0],
        final=stacks[1],
        measurements=metrics.read(directory / "metrics.jsonl"),
        frames=tuple(_frames(sorted((directory / "frames").glob("*.safetensors")))),
    )


def make_shape(task: Task, configuration: Configuration) -> tuple[int, int, int, int]:
    """Shape of the input weights that a configuration asks for."""
    from empirics.tasks import GroupTask

    factors, inputs = (task.arity, task.group.order) if isinstance(task, GroupTask) else (1, task.bits)
    return len(configuration.seeds), factors, configuration.width, inputs


def _check_shape(path: Path, stack: NetworkStack, wanted: tuple[int, int, int, int]) -> None:
    if tuple(stack.input_weights.shape) != wanted:
        found = list(stack.input_weights.shape)
        raise InputError(f"{path}: input_weights are {found}, the run's configuration says {list(wanted)}")


def _frames(paths: Iterable[Path]) -> Iterable[tuple[int, NetworkStack]]:
    for path in paths:
        stack, about = checkpoints.load_weights(path)
        yield int(about["step"]), stack
