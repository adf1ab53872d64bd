"""`gammastar superposition dynamics`: what happens while a model learns."""

from __future__ import annotations

from typing import Annotated

import typer

from certificates.superposition.options import AsJson, Force, Output, Seed

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(dynamics)


def dynamics(
    features: Annotated[int, typer.Option("-n", help="Features.")] = 12,
    dimensions: Annotated[int, typer.Option("-m", help="Dimensions.")] = 4,
    density: Annotated[float, typer.Option("--density", "-p", help="1 - S.")] = 0.08,
    models: Annotated[int, typer.Option(help="Seeds.")] = 8,
    steps: Annotated[int, typer.Option(help="Of training.")] = 4000,
    stages: Annotated[
        bool, typer.Option("--stages", help="Two correlated sets of three in three dimensions instead.")
    ] = False,
    seed: Seed = 1,
    as_json: AsJson = False,
    output: Output = None,
    force: Force = False,
) -> None:
    """Loss drops and jumps of dimensionality, with a null; or the three stages of two correlated sets."""
    from certificates.cli_progress import Progress
    from certificates.superposition.outcome import Outcome, begin, finish
    from empirics.superposition.dynamics_reports import run_report, stages_report

    started = begin(output, force)

    with Progress(verbose=False) as progress, progress.stage("training") as stage:
        if stages:
            report = stages_report(seed, output is not None, stage.tell)
        else:
            report = run_report(
                features, dimensions, density, steps, models, seed, output is not None, stage.tell
            )
    outcome = Outcome(
        "dynamics",
        report.verdict,
        report.numbers,
        report.parameters,
        seed,
        report.lines,
        report.figures,
        report.documents,
    )
    finish(outcome, started, as_json, output)
