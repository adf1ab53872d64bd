"""`gammastar superposition correlation`: where correlated and anticorrelated features go."""

from __future__ import annotations

from typing import Annotated

import typer

from certificates.superposition.options import AsJson, Force, Output, Seed

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(correlation)


def correlation(
    sets: Annotated[int | None, typer.Option(help="How many; all five configurations by default.")] = None,
    size: Annotated[int | None, typer.Option(help="Features of each set.")] = None,
    dimensions: Annotated[int | None, typer.Option("-m", help="Dimensions.")] = None,
    features: Annotated[int | None, typer.Option("-n", help="Checked against sets and size.")] = None,
    mode: Annotated[str, typer.Option(help="indep, corr, anti, mixed, or all: the first three.")] = "all",
    density: Annotated[float, typer.Option("--density", "-p", help="Of every feature.")] = 0.2,
    seeds: Annotated[int, typer.Option(help="Models; the better half counts.")] = 16,
    steps: Annotated[int, typer.Option(help="Of training.")] = 1500,
    rho: Annotated[
        list[float] | None, typer.Option(help="Gaussian copulas of these correlations, in place of modes.")
    ] = None,
    seed: Seed = 1,
    as_json: AsJson = False,
    output: Output = None,
    force: Force = False,
) -> None:
    """Angles inside and between sets, antipodal pairs against chance, summands against sets."""
    from certificates.cli_progress import Progress
    from certificates.superposition.outcome import Outcome, begin, finish
    from empirics.superposition.correlation import (
        correlation_table,
        statistics_line,
        statistics_row,
        table_verdict,
    )
    from empirics.superposition.figures_correlation import correlation_figure

    started = begin(output, force)

    with Progress(verbose=False) as progress, progress.stage("training") as stage:
        found = correlation_table(
            (sets, size, dimensions),
            mode,
            density,
            seed,
            seeds,
            steps,
            tuple(rho or ()),
            features,
            stage.tell,
        )
    figures = {"correlation.png": correlation_figure(found)} if output is not None else {}
    parameters = {"mode": mode, "density": density, "seeds": seeds, "steps": steps, "rho": rho}
    outcome = Outcome(
        "correlation",
        table_verdict(found),
        {"rows": [statistics_row(*one) for one in found]},
        {"sets": sets, "size": size, "dimensions": dimensions, **parameters},
        seed,
        tuple(statistics_line(*one) for one in found),
        figures,
    )
    finish(outcome, started, as_json, output)
