"""docs/groups.md is true: orders are those it states, its files are read, its error is the one shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from theory.errors import InputError
from theory.groups.files import read_group
from theory.groups.naming import parse

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "groups.md").read_text()
ROWS = re.findall(r"^\| (`.*?) \| .*? \| ([\d, ]+) \|$", TEXT, re.MULTILINE)
FILES = re.findall(r"^`(\w+\.\w+)`\n```\w+\n(.*?)```", TEXT, re.MULTILINE | re.DOTALL)
ORDERS = {"klein.csv": 4, "signs.json": 2, "mathieu.json": 7920, "special.json": 120, "icosahedral.json": 60}


@pytest.mark.parametrize(("names", "orders"), ROWS)
def test_expressions_have_their_orders(names: str, orders: str) -> None:
    assert [parse(name).order for name in re.findall(r"`(.*?)`", names)] == [
        int(o) for o in orders.split(", ")
    ]


@pytest.mark.parametrize(("name", "content"), FILES)
def test_files_are_read_or_refused_as_shown(name: str, content: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(content)
    if name in ORDERS:
        assert read_group(path).order == ORDERS[name]
    else:
        with pytest.raises(InputError) as refused:
            read_group(path)
        assert str(refused.value) in TEXT.splitlines()


def test_every_file_of_the_page_was_found() -> None:
    assert len(ROWS) >= 12
    assert {name for name, _ in FILES} == {*ORDERS, "broken.csv"}
