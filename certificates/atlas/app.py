"""`gammastar atlas VERB`: options in, records out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certificates.cli_options import AsJson, Force, Workers, application, worker_count

__all__ = ["atlas"]

atlas = application(
    name="atlas", help="The atlas of maximum margins, a site to browse a census.", no_args_is_help=True
)


@atlas.callback()
def _options() -> None:
    """Options of all verbs: there are none."""


@atlas.command(
    epilog="Examples:\n\ngammastar atlas build -o site\n\ngammastar atlas build --census census -o site"
)
def build(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Folder of the site.", show_default=False)
    ],
    census: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Of `gammastar census`; the published one if not said.")
    ] = None,
    workers: Workers = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Make the site: a table of all groups, a page a group, findings; opens without a network."""
    from certificates import cli_output
    from certificates.atlas import cli_build

    result = cli_build.build(census, output, force, worker_count(workers))
    if as_json:
        cli_output.print_json(result)
    else:
        cli_build.print_built(result)


@atlas.command(epilog="Example:\n\ngammastar atlas publish --census census -o results/atlas")
def publish(
    census: Annotated[Path, typer.Option(metavar="DIR", help="Of `gammastar census`.", show_default=False)],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Folder to write to.", show_default=False)
    ],
    as_json: AsJson = False,
) -> None:
    """Pack a census as reference data: the table, its data dictionary, all certificates, checksums."""
    from certificates import cli_output
    from certificates.atlas import cli_publish

    result = cli_publish.publish(census, output)
    if as_json:
        cli_output.print_json(result)
    else:
        cli_publish.print_published(result)
