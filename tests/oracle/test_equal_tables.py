"""The committed list of groups with equal character tables against GAP, and against our margins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.oracle.equal_tables import FILE, equal_tables
from theory.characters.library import character_table
from theory.margins.exact import solve


def committed(orders: list[int]) -> dict[str, list[list[object]]]:
    document = json.loads(Path(FILE).read_text(encoding="utf-8"))
    return {kind: [entry for entry in document[kind] if entry[0] in orders] for kind in ("values", "program")}


@pytest.mark.requires("gap")
def test_the_list_of_some_orders() -> None:
    orders = [8, 12, 16, 27]
    found = equal_tables(orders)
    assert found == committed(orders)
    assert found["program"] == [[27, [3, 4]]]
    assert [8, [3, 4]] in found["values"]


@pytest.mark.slow
@pytest.mark.requires("gap")
def test_the_whole_list() -> None:
    orders = list(range(1, 101))
    assert equal_tables(orders) == committed(orders)


@pytest.mark.slow
@pytest.mark.requires("gap")
def test_equal_programs_have_equal_solutions() -> None:
    for order, numbers in committed([27, 32, 54])["program"]:
        assert isinstance(numbers, list)
        solutions = [solve(character_table(f"gap:SmallGroup({order},{i})")) for i in numbers]
        assert len({str(solution.cost) for solution in solutions}) == 1
