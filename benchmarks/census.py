"""The census of all groups of order at most 100, against GAP computing only their character tables.

Ours is the whole census, by two processes: GAP's export of each group, its structure description and its own
table for comparison, then our table, the maximum margin for two factors, the certificate, and its check.
GAP's side is one process that computes `Irr` of each group of the Small Groups Library. Once each: the
repetitions are the 1,048 groups.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from benchmarks.measure import Row
from certificates.atlas.census import Plan, counted, run_census
from theory.groups.gap import run

__all__ = ["GOAL", "rows"]

GOAL = "at most 600 s on two cores"
HEADING = "census of the groups of order at most 100"
MAX_ORDER = 100
WORKERS = 2
TIMEOUT = 3600.0

_PROGRAM = """
Started := NanosecondsSinceEpoch();;
for n in [1..%d] do for i in [1..NumberSmallGroups(n)] do Irr(SmallGroup(n,i)); od; od;
Emit(NanosecondsSinceEpoch() - Started);
"""


def rows() -> list[Row]:
    """One row: seconds of the census, and of GAP's tables."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="gammastar-census-") as folder:
        found = run_census(Plan(MAX_ORDER, (), (2,), True), Path(folder), workers=WORKERS)
    seconds = time.perf_counter() - start
    numbers = counted(found)
    if numbers["failed"] or numbers["checked"] != numbers["groups"]:
        raise RuntimeError(f"the census failed: {numbers}")
    tables = run(_PROGRAM % MAX_ORDER, timeout=TIMEOUT) / 1e9
    name = f"{numbers['groups']} groups, tables, margins, certificates, checks"
    return [Row(HEADING, name, seconds, tables, "GAP, tables only", seconds)]
