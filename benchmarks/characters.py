"""Conjugacy classes and character table, against GAP's `ConjugacyClasses` and `IrrDixonSchneider`.

Both sides start from the same permutations inside a warm process and build fresh objects for each run: group,
classes, table. No closed forms: S_n goes through Burnside–Dixon as the others do. GAP picks its own algorithm
for the classes.
"""

from __future__ import annotations

import numpy as np

from benchmarks.measure import REPEATS, Row, timed
from theory.characters.burnside_dixon import character_table_of
from theory.groups.gap import run
from theory.groups.naming import resolve
from theory.groups.permutation_group import permutation_group

__all__ = ["GOAL", "GROUPS", "rows"]

GROUPS = (
    "S6", "S7", "S8", "S9", "M11", "M12", "PSL(2,31)", "PSL(3,3)", "PSp(4,3)", "Z500", "D250", "Heis(7)",
)  # fmt: skip
GOAL = "median ratio at most 1.0, worst at most 3"
HEADING = "classes and character table"
TIMEOUT = 3600.0

# GAP asks whether it has the transitive groups of a degree, and stops where the package TransGrp is not
# installed.
_PROGRAM = r"""
if not IsBound(GAPInfo.PackagesLoaded.transgrp) and IsBoundGlobal("TransitiveGroupsAvailable") then
  MakeReadWriteGlobal("TransitiveGroupsAvailable");
  TransitiveGroupsAvailable := ReturnFalse;
fi;
Timed := function(images) local gens, times, i, start, group;
  gens := List(images, PermList); times := [];
  for i in [0..%(repeats)d] do
    GASMAN("collect");
    start := NanosecondsSinceEpoch();
    group := Group(gens); ConjugacyClasses(group); IrrDixonSchneider(group);
    Add(times, NanosecondsSinceEpoch() - start);
  od;
  return times;
end;;
Emit(List([%(groups)s], Timed));
"""


def rows() -> list[Row]:
    """One row a group: seconds here and in GAP."""
    generators = {name: _generators(name) for name in GROUPS}
    ours = {name: timed(lambda images=images: _table(images)) for name, images in generators.items()}
    listed = ",".join(str((images + 1).tolist()) for images in generators.values())
    answers = run(_PROGRAM % {"repeats": REPEATS, "groups": listed}, timeout=TIMEOUT)
    return [
        Row(HEADING, name, ours[name].median, float(np.median(times[1:])) / 1e9, "GAP", ours[name].first)
        for name, times in zip(GROUPS, answers, strict=True)
    ]


def _generators(name: str) -> np.ndarray:
    group = resolve(name).build()
    return group.permutations(np.array(group.generators)).astype(np.int64)


def _table(images: np.ndarray) -> object:
    return character_table_of(permutation_group(images, "G"))
