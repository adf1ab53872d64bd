"""How a benchmark measures, and what it reports."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

__all__ = ["REPEATS", "Row", "Timing", "timed"]

REPEATS = 5


@dataclass(frozen=True)
class Timing:
    """Seconds: the first run, which also imports and compiles, and the median of the runs after it."""

    first: float
    median: float


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Args:
        group: heading under which the row stands.
        name: what was timed.
        ours: our median, in seconds unless `unit` says otherwise.
        theirs: the peer's median or the goal, likewise.
        peer: who or what `theirs` is.
        first: our first run, which also imports and compiles.
        unit: of all three.
    """

    group: str
    name: str
    ours: float
    theirs: float
    peer: str
    first: float
    unit: str = "s"

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs


def timed(function: Callable[[], object], repeats: int = REPEATS) -> Timing:
    """One warm-up, then the median of `repeats` runs; the function must build fresh objects."""
    runs = []
    for _ in range(repeats + 1):
        started = time.perf_counter()
        function()
        runs.append(time.perf_counter() - started)
    return Timing(runs[0], median(runs[1:]))
