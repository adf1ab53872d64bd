"""Which groups of small order share a character table, by GAP alone: `python -m tests.oracle.equal_tables`.

Writes results/atlas/equal_tables.json. Two groups are compared by GAP's `TransformingPermutations`, which
finds permutations of rows and columns that make one matrix the other, or proves that there are none.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from theory.groups.gap import run

FILE = Path(__file__).resolve().parents[2] / "results" / "atlas" / "equal_tables.json"
WHAT = (
    "SmallGroup(order, number), orders up to 100, as [order, numbers]. values: equal matrices of irreducible "
    "characters; program: equal with the Frobenius-Schur indicators, hence one linear program. "
    "Computed by GAP: python -m tests.oracle.equal_tables"
)

# the indicator is one more column, of values that no character takes
_PROGRAM = r"""
Matrices := function(n, i) local t, rows, nu;
  t := CharacterTable(SmallGroup(n, i)); rows := List(Irr(t), ValuesOfClassFunction);
  nu := Indicator(t, 2);
  return [i, rows, List([1..Length(rows)], j -> Concatenation(rows[j], [1000 + nu[j]]))];
end;;
Print1 := rows -> [SortedList(List(rows, SortedList)), SortedList(List(TransposedMat(rows), SortedList))];;
Classes := function(all, place) local prints, found, k, class;
  prints := List(all, entry -> Print1(entry[place])); found := [];
  for k in [1..Length(all)] do
    class := First(found, c -> prints[c[1]] = prints[k] and
      TransformingPermutations(all[c[1]][place], all[k][place]) <> fail);
    if class = fail then Add(found, [k]); else Add(class, k); fi;
  od;
  return List(Filtered(found, c -> Length(c) > 1), c -> List(c, k -> all[k][1]));
end;;
Equal := function(n) local all;
  all := List([1..NrSmallGroups(n)], i -> Matrices(n, i));
  return [n, Classes(all, 2), Classes(all, 3)];
end;;
"""


def equal_tables(orders: list[int]) -> dict[str, list[list[object]]]:
    """Classes of groups with equal values, and of those with equal indicators too, of more than one group."""
    answers = run(f"{_PROGRAM} Emit(List({orders}, Equal));", timeout=3600.0)
    return {
        kind: [[answer[0], numbers] for answer in answers for numbers in answer[place]]
        for place, kind in ((1, "values"), (2, "program"))
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--max-order", type=int, default=100)
    found = equal_tables(list(range(1, parser.parse_args().max_order + 1)))
    text = f'{{\n"what": {json.dumps(WHAT)}'
    for kind, classes in found.items():
        text += f',\n"{kind}": [\n' + ",\n".join(map(json.dumps, classes)) + "\n]"
    FILE.write_text(text + "\n}\n", encoding="utf-8")
    print(f"{len(found['values'])} classes of values, {len(found['program'])} of programs", file=sys.stderr)


if __name__ == "__main__":
    main()
