"""All subgroups: known numbers, GAP's, brute force, and the limits."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from theory.errors import LimitError
from theory.groups.cayley_table import from_cayley_table
from theory.groups.gap import emit, run
from theory.groups.naming import resolve
from theory.groups.subgroups import all_subgroups

# OEIS A005432 (S_n), A005433 (A_n), A007503 (D_n), A006116 (Z_2^n); classes: GAP's table of marks library
KNOWN = {
    "Z1": (1, 1),
    "Z113": (2, 2),
    "S3": (6, 4),
    "S4": (30, 11),
    "S5": (156, 19),
    "A5": (59, 9),
    "A6": (501, 22),
    "S6": (1455, 56),
    "D61": (64, 4),
    "Z2^4": (67, 67),
    "Z2^5": (374, 374),
}


@pytest.mark.parametrize("expression", KNOWN)
def test_known_numbers(expression: str) -> None:
    found = all_subgroups(resolve(expression).build())
    assert (len(found), len(set(found.conjugacy_class.tolist()))) == KNOWN[expression]


@pytest.mark.parametrize("expression", ["Z6", "V4", "S3", "D4", "Q8", "Z3^2", "A4"])
def test_brute_force(expression: str) -> None:
    """Subsets that are closed, of the sizes that divide the order."""
    group = resolve(expression).build()
    n = group.order
    elements = np.arange(n)
    table = np.asarray(group.multiply(elements[:, None], elements[None, :]))
    expected = {
        frozenset((0, *rest))
        for size in range(1, n + 1)
        if n % size == 0
        for rest in combinations(range(1, n), size - 1)
        if set(table[np.ix_((0, *rest), (0, *rest))].ravel().tolist()) <= {0, *rest}
    }
    found = all_subgroups(group)
    assert {frozenset(np.flatnonzero(row).tolist()) for row in found.members} == expected
    inverses = np.asarray(group.inverse(elements))
    for row, is_normal in zip(found.members, found.normal, strict=True):
        inside = np.flatnonzero(row)
        moved = {int(table[table[inverses[g], h], g]) for g in elements for h in inside}
        assert is_normal == (moved <= set(inside.tolist()))


@pytest.mark.requires("gap")
def test_numbers_of_small_groups_by_gap() -> None:
    """Number of subgroups and of classes, of all groups of order 24 and 32's first twenty."""
    names = [(24, k) for k in range(1, 16)] + [(32, k) for k in range(1, 21)]
    listed = ",".join(f"[{order},{number}]" for order, number in names)
    program = (
        f"List([{listed}],function(p) local c,g; "
        "g:=SmallGroup(p[1],p[2]); c:=ConjugacyClassesSubgroups(g); "
        "return [MultiplicationTable(g),[Sum(c,Size),Length(c)]]; end)"
    )
    for table, counts in run(emit(program)):
        found = all_subgroups(from_cayley_table(table))
        assert [len(found), len(set(found.conjugacy_class.tolist()))] == counts


def test_limits() -> None:
    with pytest.raises(LimitError, match="more than 50 subgroups"):
        all_subgroups(resolve("S5").build(), limit=50)
    with pytest.raises(LimitError, match="order 7,920; subgroups are listed for orders up to 2,000"):
        all_subgroups(resolve("M11").build())
