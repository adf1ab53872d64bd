"""docs/property-tests.md: its programs run, and it lists every law as it is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import theory.testing
from theory.testing.laws.catalogue import LAWS


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "property-tests.md").read_text()


def test_the_programs_of_the_page_run(page: str) -> None:
    names: dict[str, Any] = {}
    for program in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(compile(program, "docs/property-tests.md", "exec"), names)
    tests = [value for name, value in names.items() if name.startswith("test_")]
    assert len(tests) == 2
    for test in tests:
        test()


def test_the_page_lists_every_law_with_its_statement(page: str) -> None:
    listed = re.findall(r"^- \*\*(.+?)\*\*: (.+?)\. \(", page, re.MULTILINE)
    assert listed == [(law.name, law.statement) for laws in LAWS.values() for law in laws]


def test_names_of_laws_are_unique() -> None:
    names = [law.name for laws in LAWS.values() for law in laws]
    assert len(names) == len(set(names))


def test_every_law_has_a_source_and_a_proof_where_it_says_so() -> None:
    for laws in LAWS.values():
        for law in laws:
            assert law.source
            assert law.proof or not law.source.startswith("below"), law.name


def test_the_page_names_every_strategy(page: str) -> None:
    strategies = {name for name in theory.testing.__all__ if name.endswith(("groups", "tables"))}
    strategies |= {"representations", "class_functions", "class_weightings"}
    strategies |= {"feasible_primals", "feasible_duals", "feasible_pairs"}
    assert {name for name in strategies if f"`{name}`" not in page} == set()


def test_exported_names_exist_and_are_no_modules(page: str) -> None:
    """A submodule of the same name would hide an exported function once it is imported."""
    for name in theory.testing.__all__:
        assert callable(getattr(theory.testing, name)), name
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = theory.testing.nonsense
