"""Training against the goals of its issue: direct ascent, the paper's recipe, and the step itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from benchmarks.measure import Row, timed
from empirics.configuration import AscentSettings, Configuration, TaskName
from empirics.forward import Problem
from empirics.networks import Activation, NetworkStack, initialise
from empirics.objectives import least_margins, smoothed_margin
from empirics.presets import preset
from empirics.runs import make_trainer
from empirics.tasks import GroupTask, Task, group_task
from empirics.trainer import Trainer
from theory.characters.library import character_table
from theory.margins.exact import solve

__all__ = ["main", "naive_step", "rows"]

HEADING = "training on two cores"
STEP = "one step, quadratic"
MEMORY = "one step, quadratic: peak memory above the start"
RECIPE_STEPS = 500  # over which the recipe's time per step is taken
CROSSED = 0.99
RECIPE_RUN = Path(__file__).parent.parent / "results" / "cpu" / "paper-z71" / "metrics.jsonl"
QUICK = AscentSettings(320, 0.15, 4.0, 25.0, 1_000.0)  # a short schedule: it need not reach 0.999
SIZES = {"Z71": 500, "S5": 2_000}  # widths of the single step
SHARPNESS = 100.0


def rows() -> list[Row]:
    """A5 to .999; Z71 to .99 against the recipe, where its full run is stored; one step against a naive one.

    A row for the recipe is left out where `results/` holds no full run that crossed .99: no other number of
    steps would be a measurement.
    """
    seconds = _seconds_to(0.999, _ascent("A5", 400))
    found = [Row(HEADING, "A5 (m = 400) to 0.999 of gamma*", seconds, 60.0, "goal", seconds)]
    crossing = recipe_crossing(RECIPE_RUN)
    if crossing is not None:
        ours = _seconds_to(CROSSED, replace(_ascent("Z71", 500), settings=QUICK))
        theirs = crossing * _seconds_per_step(_recipe("z71"))
        found.append(Row(HEADING, "Z71 (m = 500) to 0.99 of gamma*", ours, theirs, "the recipe", ours))
    for group, width in SIZES.items():
        name = f"{group}, m = {width}"
        fast, naive, products = (timed(_step_in(kind, group)) for kind in ("ours", "naive", "products"))
        found.append(Row(STEP, name, fast.median, naive.median, "naive", fast.first))
        found.append(Row(STEP, name, fast.median, products.median, "its three products", fast.first))
        ours, theirs = (_peak(kind, group) for kind in ("ours", "naive"))
        found.append(Row(MEMORY, name, ours, theirs, "naive", ours, "GB"))
    return sorted(found, key=lambda row: (row.group, row.peer))


def recipe_crossing(metrics: Path) -> int | None:
    """The first evaluated step at which a stored run reached 0.99 of `gamma*`; None: none did."""
    if not metrics.is_file():
        return None
    for line in metrics.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if max(record["fraction"], default=0.0) >= CROSSED:
            return int(record["step"])
    return None


def _ascent(expression: str, width: int) -> Configuration:
    return replace(_of_preset("ascent", expression), width=width)


def _recipe(name: str) -> Configuration:
    return _of_preset(name, name.upper())


def _of_preset(name: str, expression: str) -> Configuration:
    found = preset(name, TaskName("group", expression, 2))
    method = "ascent" if name == "ascent" else "paper"
    return Configuration(
        found.task, found.activation, found.width, (0,), method, found.settings, "cpu", _threads(), 1, 1, name
    )  # fmt: skip


def _threads() -> int:
    return min(2, os.cpu_count() or 1)


def _trainer(configuration: Configuration) -> tuple[Task, Trainer]:
    torch.set_num_threads(configuration.threads)
    task = configuration.task.build()
    return task, make_trainer(task, configuration)


def _seconds_to(fraction: float, configuration: Configuration) -> float:
    """Training time, evaluations left out, until the exact margin first reaches a fraction of `gamma*`."""
    task, trainer = _trainer(configuration)
    problem = Problem.of(task, configuration.activation, dtype=torch.float64)
    gamma_star = solve(character_table(configuration.task.expression)).gamma_star
    spent = 0.0
    while trainer.step < trainer.total_steps:
        started = time.perf_counter()
        trainer.advance(10)
        spent += time.perf_counter() - started
        stack = trainer.network()
        double = NetworkStack(stack.input_weights.double(), stack.output_weights.double())
        if float(least_margins(problem, double)[0]) >= fraction * gamma_star:
            return spent
    return float("inf")


def _seconds_per_step(configuration: Configuration) -> float:
    _, trainer = _trainer(configuration)
    started = time.perf_counter()
    trainer.advance(RECIPE_STEPS)
    return (time.perf_counter() - started) / RECIPE_STEPS


def _step_in(kind: str, group: str) -> Callable[[], object]:
    """A step; `products` is what no quadratic step can do without: logits, and both factors' gradients."""
    torch.set_num_threads(_threads())
    task, width = group_task(group), SIZES[group]
    problem, stack = Problem.of(task, Activation.POWER), initialise(task, width, (0,))
    sharpness = torch.tensor([SHARPNESS])
    if kind == "products":
        n = task.group.order
        hidden, slope, outer = torch.randn(n * n, width), torch.randn(n * n, n), stack.output_weights[0]
        return lambda: (hidden @ outer, hidden.t() @ slope, slope @ outer.t())
    if kind == "ours":
        return lambda: smoothed_margin(problem, stack, sharpness)
    return lambda: naive_step(problem, stack, sharpness)


def naive_step(problem: Problem, stack: NetworkStack, sharpness: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """The same objective of one network by `(u + v)**2`, an einsum and automatic differentiation."""
    assert isinstance(problem.task, GroupTask)
    inner = stack.input_weights[0].clone().requires_grad_()
    outer = stack.output_weights[0].clone().requires_grad_()
    sums = inner[0][:, :, None] + inner[1][:, None, :]
    logits = torch.einsum("mgh,mc->ghc", sums**2, outer)
    place = problem.inputs[..., None]
    norm = (inner.square().sum((0, 2)) + outer.square().sum(1)).pow(1.5).sum()
    exponents = sharpness * (logits - logits.gather(2, place)) / norm
    value = torch.logsumexp(exponents.scatter(2, place, -torch.inf).flatten(), 0) / sharpness
    return (value.detach(), *torch.autograd.grad(value.sum(), [inner, outer]))


def _peak(kind: str, group: str) -> float:
    """Gigabytes that a step adds to the peak of a fresh process that holds the task and the weights."""
    command = [sys.executable, "-m", "benchmarks.training", kind, group]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main(kind: str, group: str) -> None:
    """Print the memory of one step: in a process of its own, so that no freed memory is used again."""
    step = _step_in(kind, group)
    torch.ones(64, 64) @ torch.ones(64, 64)  # the library's own buffers
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak falls to the present use
    before = _high_water()
    step()
    print((_high_water() - before) / 2**20)


def _high_water() -> int:
    """Peak resident memory of this process in kB; Linux only."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
