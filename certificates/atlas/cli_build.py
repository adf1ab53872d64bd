"""What `gammastar atlas build` does between its options and its output."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from certificates.cli_progress import Progress, Stage

__all__ = ["build", "print_built"]


def build(census: Path | None, output: Path, force: bool, workers: int) -> dict[str, Any]:
    """Build the site of a census; the JSON object of `gammastar atlas build`.

    Args:
        census: folder of a census; None for the published one.
        output: folder of the site.
        force: replace a site that is there.
        workers: processes.

    Raises:
        InputError: no census is there, it cannot be read, or the folder cannot take the site.
    """
    from certificates.files import prepare_directory

    start = time.perf_counter()
    prepare_directory(output, force=force)
    with Progress(verbose=True) as progress:
        with progress.stage("rows") as stage:
            from certificates.atlas.store import Store, check_pyarrow, read_table

            check_pyarrow()
            folder = _folder(census)
            table = folder / "census.parquet"
            rows = read_table(table)
            stage.detail = f"{len(rows)} from {table}"
        with progress.stage("site") as stage:
            from importlib.metadata import version

            from certificates.atlas.site.build import build_site

            summary = build_site(
                rows,
                Store(folder, ()).certificates(),
                output,
                workers=workers,
                version=version("gammastar"),
                table=table,
                programs={"python": sys.version.split()[0], "plotly": version("plotly")},
                progress=_teller(stage),
            )
            stage.detail = f"{summary.pages} pages, {summary.certificates} certificates"
    return {
        "directory": str(output),
        **asdict(summary),
        "seconds": round(time.perf_counter() - start, 3),
    }


def _folder(census: Path | None) -> Path:
    from theory.errors import InputError

    if census is not None:
        if not census.is_dir():
            raise InputError(f"{census}: no such folder; `gammastar census -o {census}` makes a census there")
        return census
    from certificates.atlas.publish import published

    folder = published()
    if folder is None:
        raise InputError(
            "no census: this installation holds none; make one with `gammastar census` and name its folder "
            "with --census"
        )
    return folder


def _teller(stage: Stage) -> Any:
    """Tell on a terminal at once, elsewhere every five seconds."""
    last = time.perf_counter()

    def tell(text: str) -> None:
        nonlocal last
        stage.tell(text)
        if not sys.stderr.isatty() and time.perf_counter() - last > 5:
            last = time.perf_counter()
            print(f"  site: {text}", file=sys.stderr, flush=True)

    return tell


def print_built(result: dict[str, Any]) -> None:
    """Where the site is, and what it holds."""
    from certificates.cli_output import _console

    console = _console()
    console.print(
        f"{result['groups']} groups on {result['pages']} pages, {result['certificates']} certificates, "
        f"{result['bytes'] / 1e6:.0f} MB",
        style="bold",
    )
    console.print(f"open  {Path(os.path.abspath(result['directory'])) / 'index.html'}", soft_wrap=True)
