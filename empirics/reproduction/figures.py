"""One picture an experiment, from what its folder holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from empirics.comparison import compare
from empirics.figures.data import collect
from empirics.figures.palette import INK, MARGIN, REQUIRED
from empirics.figures.stills import (
    budget_figure,
    canvas,
    margin_figure,
    neurons_figure,
    png,
    power_figure,
    weights_figure,
)
from empirics.files import write_bytes
from empirics.reproduction.experiments import Experiment
from empirics.runs import load_run
from empirics.tasks import GroupTask
from theory.characters.library import character_table
from theory.margins.exact import solve

__all__ = ["draw_reproduction"]


def draw_reproduction(
    experiments: Sequence[Experiment], directory: Path, progress: Callable[[str], None] | None = None
) -> dict[str, dict[str, bytes]]:
    """The pictures of every experiment, by its name and theirs; those drawn before are read.

    Args:
        experiments: whose folders are in `directory`.
        directory: of the reproduction.
        progress: called with each experiment's name.
    """
    found = {}
    for experiment in experiments:
        folder = directory / experiment.name
        kept = {path.stem: path.read_bytes() for path in sorted(folder.glob("*.png"))}
        if not kept:
            if progress is not None:
                progress(experiment.name)
            kept = _draw(experiment, folder)
            for name, content in kept.items():
                write_bytes(folder / f"{name}.png", content)
        found[experiment.name] = kept
    return found


def _draw(experiment: Experiment, folder: Path) -> dict[str, bytes]:
    if experiment.topic == "regularisation":
        return {"path": _path_picture(folder)}
    run = load_run(folder)
    if not isinstance(run.task, GroupTask):
        figure, (axis,) = canvas(6.4, 2.8)
        steps = [line.step for line in run.measurements]
        axis.plot(steps, [line.fraction[0] for line in run.measurements], color=REQUIRED)
        axis.axhline(1, color=MARGIN, linewidth=1)
        axis.set_xlabel("step")
        axis.set_ylabel("margin / γ*")
        return {"margin": png(figure)}
    solution = solve(character_table(run.task.expression), run.task.arity)
    compared = compare(run.task, run.final.member(0), solution, run.configuration.activation)
    data = collect(run, 0, compared, solution)
    drawn = {"margin": margin_figure, "budget": budget_figure, "power": power_figure}
    if experiment.topic in ("cyclic", "relu"):
        drawn |= {"weights": weights_figure, "neurons": neurons_figure}
    return {name: png(draw(data)) for name, draw in drawn.items()}


def _path_picture(folder: Path) -> bytes:
    points = json.loads((folder / "outcome.json").read_text(encoding="utf-8"))["details"]["points"]
    figure, (axis,) = canvas(6.4, 3.0)
    rates = [point["regularisation"] for point in points]
    axis.semilogx(rates, [point["predicted_fraction"] for point in points], color=INK, linewidth=1,
                  label="predicted minimum")  # fmt: skip
    axis.semilogx(rates, [point["fraction"] for point in points], "o", color=REQUIRED, label="trained")
    axis.axhline(1, color=MARGIN, linewidth=1)
    axis.invert_xaxis()
    axis.set_xlabel("λ")
    axis.set_ylabel("margin / γ*")
    axis.legend(frameon=False, fontsize=8)
    return png(figure)
