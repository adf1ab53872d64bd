"""`python -m benchmarks [SUITE ...]`: tables, and `benchmarks/results/`; see SUITES."""

from __future__ import annotations

import argparse
import json
import os
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.measure import Row

SUITES = ("census", "characters", "circuits", "commands", "training")
RESULTS = Path(__file__).parent / "results"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("suite", nargs="*", help=f"{' or '.join(SUITES)}; all where none is named")
    suites = parser.parse_args().suite or SUITES
    unknown = [suite for suite in suites if suite not in SUITES]
    if unknown:
        parser.error(f"no suite {unknown[0]!r}: there are {', '.join(SUITES)}")
    console = Console()
    for suite in suites:
        rows: list[Row] = import_module(f"benchmarks.{suite}").rows()
        for (heading, _), group in groupby(rows, key=lambda row: (row.group, row.peer)):
            console.print(_table(heading, list(group)))
        _write(RESULTS / f"{suite}.json", rows)


def _table(heading: str, rows: list[Row]) -> Table:
    table = Table(title=heading)
    unit = rows[0].unit
    for column in ("", f"ours, {unit}", f"{rows[0].peer}, {unit}", "ratio", f"first run, {unit}"):
        table.add_column(column, justify="left" if not column else "right")
    for row in rows:
        table.add_row(
            row.name, f"{row.ours:.3f}", f"{row.theirs:.3f}", f"{row.ratio:.2f}", f"{row.first:.3f}"
        )
    ratios = [row.ratio for row in rows]
    table.add_section()
    table.add_row("median and worst ratio", "", "", f"{median(ratios):.2f} / {max(ratios):.2f}", "")
    return table


def _write(path: Path, rows: list[Row]) -> None:
    """The rows with the machine they were measured on, written whole or not at all."""
    document = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cpu": platform.machine(), "cores": os.cpu_count(), "system": platform.system()},
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("gammastar", "numpy", "python-flint")},
        },
        "rows": [{**asdict(row), "ratio": row.ratio} for row in rows],
    }
    path.parent.mkdir(exist_ok=True)
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    draft.replace(path)


if __name__ == "__main__":
    main()
