"""`gammastar superposition plateaus`: which sizes, densities and optimisers show 2/3 and 3/4."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certificates.superposition.options import AsJson, Force, Output, Seed

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(plateaus)


def plateaus(
    features: Annotated[int | None, typer.Option("-n", help="Features; all of the table by default.")] = None,
    dimensions: Annotated[int | None, typer.Option("-m", help="Dimensions.")] = None,
    optimiser: Annotated[str, typer.Option(help="adam or sgd; with -n and -m.")] = "sgd",
    start: Annotated[
        str, typer.Option(help="random, or digon, triangle, tetrahedron: sums of them, with noise.")
    ] = "random",
    table: Annotated[
        Path | None, typer.Option(help="Go on with a table in this file, and write it there.", metavar="FILE")
    ] = None,
    seed: Seed = 1,
    as_json: AsJson = False,
    output: Output = None,
    force: Force = False,
) -> None:
    """Triangles and tetrahedra: trained cells beside the cheapest direct sum of simplices."""
    from certificates.cli_progress import Progress
    from certificates.superposition.outcome import Outcome, begin, finish
    from empirics.superposition.figures_geometry import plateaus_figure
    from empirics.superposition.plateaus import GROUPS, cell_line, filled_table, group_of, summary

    started = begin(output, force)

    groups = GROUPS if features is None and dimensions is None else (
        group_of(features, dimensions, optimiser, start),
    )  # fmt: skip
    with Progress(verbose=False) as progress, progress.stage("cells") as stage:
        rows = filled_table(groups, seed, table, stage.tell)
    found = summary(rows)
    verdict = (
        f"{found['cells']} cells: triangles in {found['triangle']['cells']} and tetrahedra in "
        f"{found['tetrahedron']['cells']} of those that start at random"
    )
    figures = {"plateaus.png": plateaus_figure(rows)} if output is not None else {}
    lines = tuple(cell_line(row) for row in rows) if len(groups) == 1 else ()
    parameters = {"features": features, "dimensions": dimensions, "optimiser": optimiser, "start": start}
    documents = {"plateaus.json": {"rows": rows, "summary": found}} if output is not None else {}
    outcome = Outcome(
        "plateaus", verdict, {**found, "rows": rows}, parameters, seed, lines, figures, documents
    )
    finish(outcome, started, as_json, output)
