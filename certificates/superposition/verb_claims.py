"""`gammastar superposition claims`."""

from __future__ import annotations

from typing import Annotated

import typer

from certificates.superposition.options import AsJson, Force, Output, Seed

__all__ = ["register"]

Only = Annotated[
    list[str] | None, typer.Option("--only", metavar="KEY", help="E1, E2, …; may be given more than once.")
]


def claims(
    only: Only = None, seed: Seed = 0, output: Output = None, force: Force = False, as_json: AsJson = False
) -> None:
    """What is said of superposition, claim by claim: true, corrected or open, with the numbers.

    With -o a page, report.html, has a section for each.
    """
    from certificates.cli_progress import Progress
    from certificates.superposition.claims_outcome import outcome_of
    from certificates.superposition.outcome import begin, finish
    from empirics.superposition.claims.catalogue import examine

    started = begin(output, force)

    with Progress(verbose=True) as progress, progress.stage("claims") as stage:
        found = examine(seed, only, stage.tell)
        stage.detail = f"{len(found)} of them"
    finish(outcome_of(found, seed, only), started, as_json, output)


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog="Example:\n\ngammastar superposition claims -o claims")(claims)
