"""What `gammastar census` does between its options and its output."""

from __future__ import annotations

import re
import shutil
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from certificates import files
from certificates.cli_output import _console, _table
from certificates.cli_progress import Progress, interruptible
from theory.errors import GapError, InputError

if TYPE_CHECKING:
    from certificates.atlas.census import Census, Plan

__all__ = ["CensusOptions", "census", "print_census"]

IMPORTED = ("sporadic", "simple")  # collections that exist only as tables in GAP's library


@dataclass(frozen=True)
class CensusOptions:
    """What the user asked for.

    Args:
        max_order: all groups up to this order; 0 for none.
        families: names with commas between, "all", or None.
        arity: numbers with commas between.
        workers: processes on this machine.
        scheduler: address of a Dask scheduler, or None.
        reference: whether GAP is asked about families.
    """

    max_order: int
    families: str | None
    arity: str
    workers: int
    scheduler: str | None
    reference: bool


def census(options: CensusOptions, directory: Path) -> dict[str, Any]:
    """Do what is left of a census; the JSON object of `gammastar census`."""
    start = time.perf_counter()
    files.prepare_directory(directory, force=True)
    with Progress(verbose=True) as progress, progress.stage("census") as stage:
        from certificates.atlas.census import counted, run_census

        plan = _plan(options)

        before = 0  # groups of earlier sittings

        def tell(last: str, done: int, total: int) -> None:
            nonlocal before
            if not last:
                before = done
                return
            left = _left(start, done - before, total - done)
            stage.announce(f"{done}/{total} groups, {left}, last {last}")

        with interruptible(f"the same command goes on, its results are in {directory}"):
            found = run_census(
                plan, directory, workers=options.workers, scheduler=options.scheduler, progress=tell
            )
        numbers = counted(found)
        stage.detail = f"{numbers['groups']} groups, {found.performed} done now, {numbers['failed']} failed"
    return {
        **numbers,
        "run_now": found.performed,
        "rows": len(found.rows),
        "arities": list(plan.arities),
        "collections": _collections(found),
        "failures": [
            {"group": failure.subject.expression, "error": failure.error} for failure in found.failures
        ],
        "table": str(directory / "census.parquet"),
        "seconds": round(time.perf_counter() - start, 3),
    }


def _left(start: float, done: int, left: int) -> str:
    """The time left, by what was done in this sitting."""
    seconds = (time.perf_counter() - start) * left / max(done, 1)
    return f"about {seconds:.0f} s left" if seconds < 120 else f"about {seconds / 60:.0f} min left"


def _plan(options: CensusOptions) -> Plan:
    from certificates.atlas.census import Plan

    if options.max_order == 0 and not options.families:
        raise InputError("a census of nothing; give --max-order N, --families all, or both")
    collections = _families(options.families)
    gap = shutil.which("gap") is not None
    if not gap:
        from theory.groups.gap import HOW_TO_INSTALL

        if options.max_order:
            raise GapError(
                f"--max-order {options.max_order}: the Small Groups Library needs gap, which is not "
                f"installed; {HOW_TO_INSTALL}; "
                "without it --families cyclic,dihedral,symmetric and others work"
            )
        if options.families != "all" and (imported := [name for name in collections if name in IMPORTED]):
            raise GapError(
                f"--families {imported[0]}: its tables come from gap, which is not installed; "
                f"{HOW_TO_INSTALL}"
            )
        collections = tuple(name for name in collections if name not in IMPORTED)
        print(
            f"gap is not installed: no table is compared with another program's; {HOW_TO_INSTALL}",
            file=sys.stderr,
        )
    return Plan(options.max_order, collections, _arities(options.arity), options.reference and gap)


def _families(text: str | None) -> tuple[str, ...]:
    """Names of collections; commas inside brackets are part of a name."""
    from certificates.atlas.catalogue import FAMILIES

    if text is None:
        return ()
    if text == "all":
        return tuple(FAMILIES)
    names = [name.strip() for name in re.split(r",(?![^()]*\))", text)]
    for name in names:
        if name not in FAMILIES:
            raise InputError(f"--families {name}: not known; all, or of {', '.join(FAMILIES)}")
    return tuple(dict.fromkeys(names))


def _arities(text: str) -> tuple[int, ...]:
    from certificates.checker.document import ARITY_LIMIT

    try:
        found = sorted({int(word) for word in text.split(",")})
    except ValueError:
        raise InputError(f"--arity {text}: numbers with commas between are right, such as 2,3,4") from None
    if not 2 <= found[0] <= found[-1] <= ARITY_LIMIT:
        raise InputError(f"--arity {text}: each from 2 to {ARITY_LIMIT} is right")
    return tuple(found)


def _collections(found: Census) -> list[dict[str, Any]]:
    """A line a collection and arity: how many groups, how many of them with a margin (the trivial group has
    none), and of how many of these the Plancherel weights are optimal."""
    groups: Counter[tuple[str, int]] = Counter()
    margins: Counter[tuple[str, int]] = Counter()
    plancherel: Counter[tuple[str, int]] = Counter()
    for row in found.rows:
        groups[row.collection, row.arity] += 1
        margins[row.collection, row.arity] += row.plancherel_optimal is not None
        plancherel[row.collection, row.arity] += bool(row.plancherel_optimal)
    return [
        {
            "collection": place[0],
            "arity": place[1],
            "groups": count,
            "with_margin": margins[place],
            "plancherel_optimal": plancherel[place],
        }
        for place, count in groups.items()
    ]


def print_census(result: dict[str, Any]) -> None:
    """A line a collection, then the failures."""
    console = _console()
    console.print(
        f"{result['groups']} groups: {result['checked']} checked, "
        f"{result['without_certificate']} beyond the checker's limits, {result['failed']} failed",
        style="bold",
    )
    console.print()
    table = _table("collection", "<factors", "<groups", "<Plancherel weights optimal")
    for line in result["collections"]:
        optimal, margins = line["plancherel_optimal"], line["with_margin"]
        share = f"{optimal} of {margins} ({100 * optimal / max(margins, 1):.1f} %)"
        table.add_row(line["collection"], str(line["arity"]), str(line["groups"]), share)
    console.print(table)
    for failure in result["failures"]:
        console.print(f"failed: {failure['group']}: {failure['error']}", style="red", soft_wrap=True)
    console.print()
    console.print(f"table  {result['table']}", soft_wrap=True)
