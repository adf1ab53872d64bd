"""`gammastar superposition phase`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certificates.superposition.options import AsJson, Force, Output, Seed

__all__ = ["register"]

Features = Annotated[
    int, typer.Option("--features", metavar="N", help="n; the last has importance r.", min=1)
]
Dimensions = Annotated[int, typer.Option("--dimensions", metavar="M", help="m.", min=1)]
Grid = Annotated[
    int, typer.Option("--grid", metavar="K", help="Cells a side: r in [.1, 10], p in [.01, 1].", min=2)
]
Starts = Annotated[int, typer.Option("--starts", metavar="K", help="Random starts a cell.", min=1)]
Trained = Annotated[
    bool, typer.Option("--trained", metavar="", help="Train four models in every cell as well.")
]
Tricritical = Annotated[
    bool,
    typer.Option(
        "--tricritical", metavar="", help="For n = 2, m = 1: where the transition changes its order."
    ),
]
Cells = Annotated[
    Path | None,
    typer.Option(
        "--cells",
        metavar="FILE",
        help="Finished cells: written as they come, and gone on from if there.",
        show_default=False,
    ),
]


def phase(
    features: Features = 2,
    dimensions: Dimensions = 1,
    grid: Grid = 20,
    starts: Starts = 8,
    trained: Trained = False,
    tricritical: Tricritical = False,
    cells: Cells = None,
    seed: Seed = 0,
    output: Output = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """The phase diagram over importance r and density p: exact optimum, closed forms, and trained models.

    With --tricritical instead: the order of the transition to dedication, with proved enclosures.
    """
    from certificates.cli_progress import Progress
    from certificates.superposition.outcome import begin, finish
    from certificates.superposition.phase_outcome import diagram_outcome, survey_outcome

    started = begin(output, force)

    with Progress(verbose=True) as progress:
        if tricritical:
            found = survey_outcome(features, dimensions, output is not None, progress)
        else:
            found = diagram_outcome(
                features, dimensions, grid, starts, trained, cells, seed, output is not None, progress
            )
    finish(found, started, as_json, output)


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog="Example:\n\ngammastar superposition phase --grid 8 --trained -o phase")(phase)
