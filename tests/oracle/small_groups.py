"""Every group of small order against GAP's Small Groups Library: `python -m tests.oracle.small_groups
--max-order 60`.

GAP exports permutations that generate the group, a representative of each of its conjugacy classes, its table
of irreducible characters and their Frobenius–Schur indicators. Our classes and table come from the generators
alone; the columns are matched by finding GAP's representatives among our elements, never by comparing values.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from theory.characters.burnside_dixon import character_table_of
from theory.characters.cyclotomic import Value, from_terms
from theory.groups.conjugacy import conjugacy_classes
from theory.groups.gap import run
from theory.groups.permutation_group import permutation_group

BATCH = 60  # groups a GAP process exports

_PROGRAM = r"""
Exported := function(n, i) local G, f, points, images, table, rows, values;
  G := SmallGroup(n, i);
  f := IsomorphismPermGroup(G);
  points := [1..Maximum(1, LargestMovedPoint(Image(f)))];
  images := g -> List(points, p -> p^Image(f, g) - 1);
  table := CharacterTable(G);
  rows := List(Irr(table), ValuesOfClassFunction);
  values := Set(Concatenation(rows));
  return [n, i, List(GeneratorsOfGroup(G), images),
    List(ConjugacyClasses(table), c -> images(Representative(c))),
    SizesConjugacyClasses(table), List(values, v -> [Conductor(v), CoeffsCyc(v, Conductor(v))]),
    List(rows, row -> List(row, v -> Position(values, v))), Indicator(table, 2)];
end;;
Emit(List([%s], pair -> Exported(pair[1], pair[2])));
"""


def library(max_order: int) -> list[tuple[int, int]]:
    """(order, number) of every group in the library up to an order."""
    counts = run(f"Emit(List([1..{max_order}], NrSmallGroups));")
    return [(n, i) for n, count in enumerate(counts, start=1) for i in range(1, count + 1)]


def exported(names: list[tuple[int, int]]) -> Iterator[list[Any]]:
    """What GAP knows of each group, a batch of them a process."""
    for start in range(0, len(names), BATCH):
        listed = ",".join(f"[{n},{i}]" for n, i in names[start : start + BATCH])
        yield from run(_PROGRAM % listed, timeout=600.0)


def disagreement(answer: list[Any]) -> str | None:
    """What differs between GAP's answer and ours; None if nothing does."""
    n, i, generators, representatives, sizes, alphabet, codes, indicators = answer
    rows = np.array(generators or [representatives[0]], dtype=np.int64)
    group = permutation_group(rows, f"SmallGroup({n},{i})")
    if group.order != n:
        return f"order {group.order} instead of {n}"
    classes = conjugacy_classes(group)
    column_of = classes.class_of[group.index_of(np.array(representatives, dtype=np.int64))].tolist()
    if sorted(column_of) != list(range(len(classes.sizes))):
        return "GAP's class representatives do not meet each of our classes once"
    if [classes.sizes[column] for column in column_of] != sizes:
        return "class sizes"
    table = character_table_of(group)
    if table.class_sizes != classes.sizes:
        return "class sizes of the table"
    values: list[Value] = [from_terms(m, dict(enumerate(coefficients))) for m, coefficients in alphabet]
    expected = [tuple(values[code - 1] for code in row) for row in codes]
    ours = {
        tuple(row[column] for column in column_of): indicator
        for row, indicator in zip(table.values, table.indicators, strict=True)
    }
    if len(ours) != len(expected) or set(ours) != set(expected):
        return "irreducible characters"
    if [ours[row] for row in expected] != indicators:
        return "Frobenius–Schur indicators"
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--max-order", type=int, default=60)
    names = library(parser.parse_args().max_order)
    started = time.monotonic()
    failed = []
    for done, answer in enumerate(exported(names), start=1):
        try:
            difference = disagreement(answer)
        except Exception as error:  # a crash on one group must not hide the others
            difference = f"{type(error).__name__}: {error}"
        if difference:
            failed.append(f"SmallGroup({answer[0]},{answer[1]}): {difference}")
        if done % 20 == 0 or done == len(names):
            seconds = time.monotonic() - started
            print(f"\r{done}/{len(names)} groups, {seconds:.0f} s", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    for line in failed:
        print(line)
    agreeing = len(names) - len(failed)
    print(f"{agreeing}/{len(names)} groups agree (classes, table, indicators)")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
