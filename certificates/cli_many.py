"""`gammastar sweep` and `gammastar census`: many jobs, on this machine's processes or a Dask cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certificates.cli_options import AsJson, Workers, application, worker_count

__all__ = ["census", "sweep"]

FALSE = 1  # a job failed

sweep, census = application(), application()

Directory = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="DIR", help="Folder of the results.", show_default=False),
]
Scheduler = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="A Dask scheduler instead, such as tcp://10.0.0.1:8786.")
]


@sweep.command(
    epilog="Examples:\n\ngammastar sweep Q8 S4 A5 --seeds 8\n\n"
    "gammastar sweep S5 --scheduler tcp://10.0.0.1:8786 -o s5"
)
def _sweep(
    groups: Annotated[
        list[str],
        typer.Argument(metavar="GROUP...", help="Expressions, files, or gap:EXPRESSION.", show_default=False),
    ],
    arity: Annotated[
        int, typer.Option("--arity", "-k", metavar="K", help="Number of factors, 2 to 100.")
    ] = 2,
    preset: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Named settings; may be given again.")
    ] = None,
    seeds: Annotated[int, typer.Option(metavar="COUNT", help="Seeds 0, 1, … of each group.")] = 4,
    steps: Annotated[int | None, typer.Option(metavar="N", help="Number of steps.")] = None,
    width: Annotated[int | None, typer.Option(metavar="M", help="Number of neurons.")] = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    output: Directory = None,
    as_json: AsJson = False,
) -> None:
    """Train many networks, one table of all; exit 1 if a job fails twice. The same command goes on."""
    from certificates import cli_output, cli_sweep

    options = cli_sweep.SweepOptions(
        tuple(groups),
        arity,
        tuple(preset or ["ascent"]),
        seeds,
        steps,
        width,
        worker_count(workers),
        scheduler,
    )
    result = cli_sweep.sweep(options, output)
    if as_json:
        cli_output.print_json(result)
    else:
        cli_sweep.print_sweep(result)
    if result["failures"]:
        raise typer.Exit(FALSE)


@census.command(
    epilog="Examples:\n\ngammastar census --max-order 30\n\n"
    "gammastar census --max-order 100 --families all --arity 2,3,4 -o census\n\n"
    "gammastar census --families symmetric,sporadic"
)
def _census(
    max_order: Annotated[
        int, typer.Option("--max-order", metavar="N", min=0, help="All groups up to this order.")
    ] = 0,
    families: Annotated[
        str | None, typer.Option(metavar="LIST", help="Families too: all, or names with commas between.")
    ] = None,
    arity: Annotated[str, typer.Option("--arity", "-k", metavar="LIST", help="Numbers of factors.")] = "2",
    output: Directory = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    no_reference: Annotated[
        bool, typer.Option("--no-reference", metavar="", help="Do not ask GAP about families.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """A census of maximum margins: all groups up to an order, and families.

    Every certificate passes the checker, every table is compared with
    GAP's. The same command goes on where it was interrupted. Exit code 1
    if a group failed.
    """
    from certificates import cli_output
    from certificates.atlas import cli_census

    options = cli_census.CensusOptions(
        max_order, families, arity, worker_count(workers), scheduler, not no_reference
    )
    result = cli_census.census(options, Path("gammastar-census") if output is None else output)
    if as_json:
        cli_output.print_json(result)
    else:
        cli_census.print_census(result)
    if result["failed"]:
        raise typer.Exit(FALSE)
