"""What `gammastar train` and `gammastar compare` do between their options and their output."""

from __future__ import annotations

import shlex
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from certificates import cli_steps, files
from certificates.cli_progress import Progress, Stage, interruptible
from certificates.cli_train_warnings import step_products, warn
from certificates.result import dump

if TYPE_CHECKING:
    from empirics.configuration import Configuration, TaskName
    from empirics.metrics import Measurement
    from empirics.presets import Preset
    from empirics.runs import Run
    from empirics.tasks import GroupTask
    from theory.margins.solution import MarginSolution

__all__ = [
    "TrainOptions",
    "Watch",
    "compare",
    "configure",
    "run_keys",
    "run_training",
    "train",
]

TOLD_EVERY = 10.0  # seconds between lines where stderr is no terminal
EVALUATIONS, CHECKPOINTS = 200, 20  # a run
THREADS = 8
SHORT = (
    3e7  # multiplications a step: a few milliseconds; S4 (8e6) is slower with two threads, A5 (3e8) faster
)


@dataclass(frozen=True)
class TrainOptions:
    """What the user asked for; None where nothing was said.

    Args:
        method: `ascent` or `paper`.
        preset: by name.
        activation: `power` or `relu`.
        width: number of neurons.
        seed: of the first network.
        seeds: number of networks.
        steps: number of steps.
        batch: inputs a step, for the paper's method.
        learning_rate: at the start.
        device: `auto`, `cpu` or `cuda`.
        threads: of torch.
        fraction: of the pairs that are for training, for `--architecture`.
        weight_decay: for `--architecture`.
    """

    method: str | None = None
    preset: str | None = None
    activation: str | None = None
    width: int | None = None
    seed: int | None = None
    seeds: int | None = None
    steps: int | None = None
    batch: int | None = None
    learning_rate: float | None = None
    device: str | None = None
    threads: int | None = None
    fraction: float | None = None
    weight_decay: float | None = None


def configure(task: TaskName, options: TrainOptions, stored: Configuration | None) -> Configuration:
    """The configuration of a run; what the options leave open comes from the stored run or the preset.

    Raises:
        InputError: the options contradict each other, or name what does not exist.
    """
    from empirics.configuration import Configuration
    from empirics.networks import Activation
    from empirics.runs import resolve_device
    from theory.errors import InputError

    for name in ("fraction", "weight_decay"):
        if getattr(options, name) is not None:
            raise InputError(
                f"--{name.replace('_', '-')}: belongs to --architecture; add that, or leave it out"
            )
    if stored is not None:
        if options.method is not None or options.preset is not None:
            chosen = _chosen_preset(task, options)
            stored = replace(
                stored, method=_method(chosen), settings=chosen.settings, preset=chosen.name,
                width=chosen.width, activation=chosen.activation,
            )  # fmt: skip
        base = replace(stored, task=task)
    else:
        chosen = _chosen_preset(task, options)
        base = Configuration(
            task=task,
            activation=chosen.activation,
            width=chosen.width,
            seeds=(0,),
            method=_method(chosen),
            settings=chosen.settings,
            device=resolve_device(options.device or "auto"),
            threads=1,
            evaluate_every=0,
            checkpoint_every=0,
            preset=chosen.name,
        )
    if options.activation is not None:
        if options.activation not in ("power", "relu"):
            raise InputError(f"activation {options.activation!r}: power or relu is right")
        base = replace(base, activation=Activation(options.activation))
    base = replace(base, **_given(options, base), settings=_settings(base, options))
    steps = base.settings.steps
    if stored is None:
        base = replace(
            base,
            threads=_threads(base) if options.threads is None else base.threads,
            evaluate_every=max(1, steps // EVALUATIONS),
            checkpoint_every=max(1, steps // CHECKPOINTS),
        )
    return base


def _given(options: TrainOptions, base: Configuration) -> dict[str, Any]:
    from empirics.runs import resolve_device
    from theory.errors import InputError

    values: dict[str, Any] = {}
    for name in ("width", "threads", "seeds"):
        number = getattr(options, name)
        if number is not None and number < 1:
            raise InputError(f"{name} {number}: at least 1 is right")
    if options.width is not None:
        values["width"] = options.width
    if options.threads is not None:
        values["threads"] = options.threads
    if options.device is not None:
        values["device"] = resolve_device(options.device)
    if options.seed is not None or options.seeds is not None:
        first = base.seeds[0] if options.seed is None else options.seed
        values["seeds"] = tuple(range(first, first + (options.seeds or 1)))
    return values


def _settings(base: Configuration, options: TrainOptions) -> Any:
    from theory.errors import InputError

    changes: dict[str, Any] = {}
    if options.steps is not None:
        if options.steps < 1:
            raise InputError(f"steps {options.steps}: at least 1 is right")
        changes["steps"] = options.steps
    if options.learning_rate is not None:
        if not options.learning_rate > 0:
            raise InputError(f"learning rate {options.learning_rate:g}: a positive number is right")
        changes["learning_rate"] = options.learning_rate
    if options.batch is not None:
        if base.method != "paper":
            raise InputError("--batch: direct ascent needs all inputs; add --method paper, or leave it out")
        if options.batch < 1:
            raise InputError(f"batch {options.batch}: at least 1 is right")
        changes["batch"] = options.batch
    return replace(base.settings, **changes)


def _chosen_preset(task: TaskName, options: TrainOptions) -> Preset:
    from empirics.presets import paper_preset, preset
    from theory.errors import InputError

    if options.method not in (None, "ascent", "paper"):
        raise InputError(f"method {options.method!r}: ascent or paper is right")
    if options.preset is None:
        return paper_preset(task) if options.method == "paper" else preset("ascent", task)
    chosen = preset(options.preset, task)
    if options.method is not None and options.method != _method(chosen):
        raise InputError(
            f"preset {options.preset!r} belongs to the method {_method(chosen)}, not {options.method}; "
            "leave one of the two out"
        )
    return chosen


def _method(chosen: Preset) -> Any:
    from empirics.configuration import RecipeSettings

    return "paper" if isinstance(chosen.settings, RecipeSettings) else "ascent"


def _threads(configuration: Configuration) -> int:
    """One where a step is short: threads that wait for each other then cost more than they bring."""
    import torch

    return 1 if step_products(configuration) < SHORT else min(THREADS, torch.get_num_threads())


def run_training(
    configuration: Configuration,
    directory: Path,
    resume: bool,
    gamma_star: float | None,
    stage: Stage,
    command: str,
    tensorboard: bool = False,
) -> Run:
    """Train with progress on stderr, and on a TensorBoard if wanted.

    Raises:
        Interrupted: by Ctrl-C; what was trained so far is kept.
    """
    from empirics.runs import train as train_run
    from empirics.tensorboard import Board

    watch = Watch(stage, gamma_star is not None)
    board = Board(directory, configuration.seeds) if tensorboard else None

    def tell(measurement: Measurement, total: int) -> None:
        watch.tell(measurement, total)
        if board is not None:
            board.tell(measurement, total)

    try:
        with interruptible(f"go on with: {command} -o {shlex.quote(str(directory))} --resume"):
            return train_run(configuration, directory, resume=resume, gamma_star=gamma_star, progress=tell)
    finally:
        if board is not None:
            board.close()


class Watch:
    """Tells how training goes: all the time on a terminal, now and then elsewhere."""

    def __init__(self, stage: Stage, known: bool, prefix: str = "") -> None:
        self._prefix = prefix
        self._stage, self._known = stage, known
        self._start = self._told = time.perf_counter()
        self._first: int | None = None
        self._terminal = sys.stderr.isatty()

    def tell(self, measurement: Measurement, total: int) -> None:
        """A measurement was made."""
        now = time.perf_counter()
        if self._first is None:
            self._first, self._start = measurement.step, now
        done = measurement.step - self._first
        left = (now - self._start) / done * (total - measurement.step) if done else None
        values = measurement.fraction if self._known else measurement.margin
        best = f"{max(values):.5f}" + (" of γ*" if self._known else " margin")
        text = f"{self._prefix}step {measurement.step} of {total}, {best}"
        text += f", {left:.0f} s left" if left is not None else ""
        if self._terminal:
            self._stage.tell(text)
        elif now - self._told >= TOLD_EVERY:
            self._told = now
            print(f"  training: {text}", file=sys.stderr, flush=True)


def train(
    expression: str,
    arity: int,
    options: TrainOptions,
    output: Path | None,
    *,
    resume: bool,
    force: bool,
    report: bool,
    tensorboard: bool = False,
) -> dict[str, Any]:
    """Train on a group and measure what came out; the JSON object of `gammastar train`."""
    from empirics.configuration import TaskName
    from empirics.runs import stored_configuration
    from empirics.tasks import GroupTask
    from theory.errors import InputError

    directory = files.default_directory(expression, "train") if output is None else output
    files.prepare_directory(directory, force=force or resume)
    # what was asked for is looked at first: a typing error should not wait for the linear program
    stored = stored_configuration(directory) if resume else None
    configuration = configure(TaskName("group", expression, arity), options, stored)
    with Progress(verbose=True) as progress:
        solution = cli_steps.solve(expression, arity, progress)
        with progress.stage("training") as stage:
            gamma_star = solution.gamma_star if configuration.activation.value == "power" else None
            if gamma_star == 0.0:
                raise InputError(f"{expression}: gamma* is below the least float; nothing can be measured")
            warn(configuration, solution)
            command = f"gammastar train {shlex.quote(expression)} --arity {arity}"
            run = run_training(configuration, directory, resume, gamma_star, stage, command, tensorboard)
            stage.detail = f"{configuration.settings.steps} steps, {configuration.width} neurons"
        task = run.task
        assert isinstance(task, GroupTask)
        folder = shlex.quote(str(directory))
        with interruptible(f"it is trained, and measured by: gammastar compare {folder}"):
            return _measured(run, task, solution, progress, report)


def _measured(
    run: Run, task: GroupTask, solution: MarginSolution, progress: Progress, report: bool
) -> dict[str, Any]:
    """Compare every network of the run, write result.json and the report."""
    from empirics.comparison import compare as compare_network

    with progress.stage("comparison") as stage:
        compared = []
        for member in range(len(run.final)):
            stage.tell(f"network {member + 1} of {len(run.final)}")
            network = run.final.member(member)
            compared.append(compare_network(task, network, solution, run.configuration.activation))
        best = max(range(len(compared)), key=lambda member: compared[member].margin.normalised)
        stage.detail = f"{len(compared)} network{'s' * (len(compared) > 1)}, every input in double precision"
    result = compared[best].as_dict() | run_keys(run, best)
    result["seeds"] = [
        {
            "seed": seed,
            "normalised_margin": found.margin.normalised,
            "fraction": found.fraction,
            "mean_purity": found.mean_purity,
        }
        for seed, found in zip(run.configuration.seeds, compared, strict=True)
    ]
    texts = {"result.json": dump(result) + "\n"}
    if report:
        from certificates import run_report

        texts |= run_report.write(run, best, compared[best], solution, result, progress)
        result["report"] = str(run.directory / "report.html")
        texts["result.json"] = dump(result) + "\n"
    files.write_all(run.directory, texts)
    return result


def run_keys(run: Run, member: int) -> dict[str, Any]:
    """What the contract says of a run, whatever its task is."""
    return {
        "steps": run.configuration.settings.steps,
        "seconds": run.seconds,
        "device": run.configuration.device,
        "seed": run.configuration.seeds[member],
        "run": str(run.directory),
        "method": run.configuration.method,
        "activation": run.configuration.activation.value,
        "preset": run.configuration.preset,
    }


def compare(directory: Path, report: bool) -> dict[str, Any]:
    """Measure a stored run again; the JSON object of the command that trained it."""
    from empirics.runs import load_run
    from empirics.tasks import GroupTask

    with Progress(verbose=False) as progress:
        with progress.stage("reading"):
            run = load_run(directory)
        if not isinstance(run.task, GroupTask):
            from certificates.cli_parity import measure

            return measure(run)
        solution = cli_steps.solve(run.task.expression, run.task.arity, progress)
        return _measured(run, run.task, solution, progress, report)
