"""What `gammastar atlas publish` does between its options and its output."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from certificates import files
from certificates.cli_output import _console, _table
from certificates.cli_progress import Progress

__all__ = ["print_published", "publish"]


def publish(census: Path, output: Path) -> dict[str, Any]:
    """Pack a census; the JSON object of `gammastar atlas publish`."""
    start = time.perf_counter()
    files.prepare_directory(output, force=True)
    with Progress(verbose=True) as progress, progress.stage("packing") as stage:
        from certificates.atlas.publish import publish as pack
        from certificates.atlas.store import existing

        store = existing(census)
        sizes = pack(store, output)
        stage.detail = f"{sum(sizes.values()):,} bytes to {output}"
    return {
        "directory": str(output),
        "files": sizes,
        "bytes": sum(sizes.values()),
        "seconds": round(time.perf_counter() - start, 3),
    }


def print_published(result: dict[str, Any]) -> None:
    """A line a file."""
    console = _console()
    table = _table("file", "<bytes")
    for name, size in result["files"].items():
        table.add_row(name, f"{size:,}")
    console.print(table)
    console.print()
    console.print(f"{result['bytes']:,} bytes in {result['directory']}", soft_wrap=True)
