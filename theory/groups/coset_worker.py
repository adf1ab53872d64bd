"""`python -m theory.groups.coset_worker`: enumerate cosets of the trivial subgroup, JSON in and out.

It runs in a process of its own because sympy's enumeration cannot be interrupted: the caller kills it.
"""

from __future__ import annotations

import json
import sys
from typing import Any

__all__ = ["enumerate_cosets"]


def enumerate_cosets(count: int, relators: list[list[int]], limit: int) -> list[list[int]] | None:
    """Images of the cosets under each of `count` generators, coset 0 the subgroup; None beyond the limit."""
    from sympy.combinatorics.coset_table import CosetTable
    from sympy.combinatorics.fp_groups import FpGroup
    from sympy.combinatorics.free_groups import free_group

    free, *_ = free_group([f"x{i}" for i in range(count)])
    table = CosetTable(FpGroup(free, []), [], max_cosets=limit)
    # sympy's columns are x0, x0^-1, x1, x1^-1, ... Here their numbers are the letters, since sympy's own
    # letters and words are slow to hash and to index.
    table.A = list(range(2 * count))
    table.A_dict = {column: column for column in table.A}
    table.A_dict_inv = {column: column ^ 1 for column in table.A}
    words = [tuple(2 * i - 2 if i > 0 else -2 * i - 1 for i in word) for word in relators if word]
    if not _fill(table, words, limit):
        return None
    _compress(table)
    return [[row[2 * i] for row in table.table] for i in range(count)]


def _fill(table: Any, words: list[tuple[int, ...]], limit: int) -> bool:
    """Todd–Coxeter enumeration, relator based (HLT) with lookahead; False when the limit is reached.

    Holt, Eick and O'Brien, *Handbook of Computational Group Theory* (2005), 5.2.
    """
    words = sorted(words, key=len)
    coset = 0
    while coset < len(table.table):
        try:
            if table.p[coset] == coset:
                _scan_coset(table, words, coset)
        except ValueError:  # the table is full: look for coincidences without new definitions
            for other in range(len(table.table)):
                for word in words:
                    if table.p[other] == other:
                        table.scan(other, word)
            coset = sum(table.p[other] == other for other in range(coset))
            _compress(table)
            if len(table.table) > 0.9 * limit:
                return False
            continue
        coset += 1
    return True


def _compress(table: Any) -> None:
    """Renumber the live cosets in order; sympy's own method needs a complete table."""
    live = [coset for coset in range(len(table.table)) if table.p[coset] == coset]
    number = {coset: i for i, coset in enumerate(live)}
    table.table = [[None if e is None else number[e] for e in table.table[coset]] for coset in live]
    table.p = list(range(len(live)))


def _scan_coset(table: Any, words: list[tuple[int, ...]], coset: int) -> None:
    for word in words:
        table.scan_and_fill(coset, word)
        if table.p[coset] < coset:
            return
    for column in table.A:
        if table.table[coset][column] is None:
            table.define(coset, column)


def main() -> None:
    request = json.load(sys.stdin)
    json.dump(enumerate_cosets(request["generators"], request["relators"], request["limit"]), sys.stdout)


if __name__ == "__main__":
    main()
