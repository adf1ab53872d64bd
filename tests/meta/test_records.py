"""Records show themselves in one line, however large: a debugger, a notebook and hypothesis print them."""

from __future__ import annotations

import pytest

from theory import character_table, resolve, solve


@pytest.mark.parametrize("name", ["S6", "Z60", "Dic5xS3", "Heis(3)", "Z7:Z3", "M11", "Ex(2^(1+4),-)"])
def test_records_fit_a_line(name: str) -> None:
    table = character_table(name)
    for record in (table, solve(table), resolve(name).build()):
        assert len(repr(record)) < 110
        assert str(table.order) in repr(record) or name in repr(record)
