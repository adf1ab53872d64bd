"""`gammastar superposition train`: a sweep over densities, all models in one tensor."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certificates.superposition.options import AsJson, Force, Output, Seed

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(train)


def train(
    preset: Annotated[
        str, typer.Option(help="ci (n=24, m=6), default (n=60, m=12) or slow (n=200, m=20).")
    ] = "default",
    features: Annotated[int | None, typer.Option("-n", help="Features, in place of the preset's.")] = None,
    dimensions: Annotated[int | None, typer.Option("-m", help="Dimensions, likewise.")] = None,
    lowest: Annotated[float | None, typer.Option(help="Of 1/(1 - S).")] = None,
    highest: Annotated[float | None, typer.Option(help="Of 1/(1 - S).")] = None,
    count: Annotated[int | None, typer.Option(help="Of densities.")] = None,
    steps: Annotated[int | None, typer.Option(help="Of training.")] = None,
    optimiser: Annotated[str | None, typer.Option(help="adam, adamw or sgd.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="The largest.")] = None,
    state: Annotated[
        Path | None, typer.Option(help="File to save the run to, and to go on from.", metavar="FILE")
    ] = None,
    seed: Seed = 1,
    as_json: AsJson = False,
    output: Output = None,
    force: Force = False,
) -> None:
    """Train models over a range of densities; dimensionalities, plateaus and weights of each."""
    from certificates.cli_progress import Progress
    from certificates.superposition.outcome import Outcome, begin, finish
    from empirics.superposition.figures_geometry import sweep_figure
    from empirics.superposition.sweep import (
        longest_plateau,
        model_files,
        preset_of,
        sweep,
        sweep_document,
        sweep_lines,
    )

    started = begin(output, force)

    chosen = preset_of(
        preset, features, dimensions, (lowest, highest, count), (steps, optimiser, learning_rate)
    )
    with Progress(verbose=False) as progress, progress.stage("training") as stage:
        made = sweep(
            chosen, seed, lambda step, loss: stage.tell(f"step {step} of {chosen.recipe.steps}"), state
        )
    document = sweep_document(made)
    longest = longest_plateau(made, "digon")
    verdict = (
        f"n = {chosen.features}, m = {chosen.dimensions}: {longest} neighbouring densities with every "
        "represented feature at 1/2"
    )
    figures: dict[str, bytes] = {}
    if output is not None:
        title = f"n = {chosen.features}, m = {chosen.dimensions}, seed {seed}"
        figures = {"sweep.png": sweep_figure(made, title), **model_files(made)}
    numbers = {"digon_densities": longest, "models": document["models"]}
    parameters = {key: document[key] for key in ("features", "dimensions", "recipe")}
    outcome = Outcome(
        "train", verdict, numbers, {"preset": preset, **parameters}, seed, sweep_lines(made), figures
    )
    finish(outcome, started, as_json, output)
