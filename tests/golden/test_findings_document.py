"""docs/findings.md shows what the table of the census holds, and the numbers in its proofs are right."""

from __future__ import annotations

import importlib.util
import re
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "findings.md"
HOSTILE = re.compile(r"\\[,;!:{}|_#%&]|\\operatorname|\\newcommand|\\def\b")


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    specification = importlib.util.spec_from_file_location("findings_writer", ROOT / "docs" / "findings.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.path.insert(0, str(ROOT / "docs"))  # where its parts are
    try:
        specification.loader.exec_module(module)
    finally:
        sys.path.remove(str(ROOT / "docs"))
    return module


def parts(writer: ModuleType) -> tuple[Any, Any]:
    """Degrees and partitions, from the module that the writer of the page has loaded."""
    module = sys.modules["findings_partitions"]
    return module.degree, module.partitions


@pytest.fixture(scope="module")
def census(writer: ModuleType) -> Any:
    return writer.load([writer.TABLE])


def test_the_page_shows_the_census(writer: ModuleType, census: Any) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert writer.page(text, census) == text
    assert "DISAGREE" not in text
    assert "THIS IS NOT" not in text
    assert set(writer.MARKED.findall(text)) == set(writer.EVIDENCE)


def test_a_changed_row_is_noticed(writer: ModuleType, census: Any) -> None:
    text = PAGE.read_text(encoding="utf-8")
    place = next(number for number, row in enumerate(census.rows) if row.key == "sg-60-5" and row.arity == 2)
    row = census.rows[place]
    forged = replace(row, plancherel_optimal=True, cost_exact="1")
    changed = type(census)((*census.rows[:place], forged, *census.rows[place + 1 :]))
    for name in ("dichotomy", "weight", "kinds", "theorem9", "least"):
        assert writer.EVIDENCE[name](census) in text
        assert writer.EVIDENCE[name](changed) not in text
    assert "THIS IS NOT" in writer.EVIDENCE["weight"](changed)


def test_formulas_survive_on_github() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert HOSTILE.findall(text) == []
    assert all((ROOT / "docs" / name).exists() for name in re.findall(r"!\[.*?\]\((.+?)\)", text))


def test_references_to_the_theory_exist() -> None:
    kinds = "Definition|Lemma|Theorem|Corollary|Proposition"
    theory = (ROOT / "docs" / "theory.md").read_text(encoding="utf-8")
    known = set(re.findall(rf"^\*\*({kinds}) (\d+)\*\*", theory, re.MULTILINE))
    text = PAGE.read_text(encoding="utf-8").replace("Theorem 9 of arXiv", "")
    found = set(re.findall(rf"\b({kinds}) (\d+)", text))
    assert len(found) > 5
    assert found <= known


def test_every_finding_has_a_status_and_proofs_end() -> None:
    text = PAGE.read_text(encoding="utf-8")
    numbers = [int(number) for number in re.findall(r"^\*\*Finding (\d+) \(", text, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [int(number) for number in re.findall(r"^\| (\d+) \| .+\? \|", text, re.MULTILINE)] == numbers
    heads = re.findall(r"^\*\*Finding \d+ \((.*)\)", text, re.MULTILINE)
    assert all("proved" in head or "checked" in head for head in heads)
    assert text.count("*Proof.*") == text.count(r"\blacksquare")


@pytest.mark.parametrize("n", [20, 21])
def test_the_base_of_the_induction_in_finding_10(writer: ModuleType, n: int) -> None:
    degree, partitions = parts(writer)
    inner = [p for p in partitions(n) if p[0] <= n - 4 and len(p) <= n - 4]
    assert min(2 * degree(p) for p in inner) > (n - 1) ** 3
    assert sum(degree(p) ** 2 for p in partitions(n)) == np.prod(np.arange(1, n + 1, dtype=object))


def test_the_base_cannot_begin_one_earlier(writer: ModuleType) -> None:
    degree, partitions = parts(writer)
    inner = [p for p in partitions(19) if p[0] <= 15 and len(p) <= 15]
    assert min(2 * degree(p) for p in inner) <= 18**3


def test_the_inequalities_of_finding_10() -> None:
    for n in range(20, 400):
        assert 8 * (n - 1) ** 5 < n**3 * (n - 3) * (n - 2) ** 2
        assert 54 * (n - 1) ** 4 < n**3 * (n - 5) * (n - 2) ** 2
        assert (n - 1) * (n - 2) * (n - 6) >= 3 * ((n - 1) ** 3 - (n - 2) ** 3)
        assert 2 * (n - 3) ** 3 >= (n - 1) ** 3


def test_the_inequality_of_finding_12() -> None:
    for q in [8, 11, 16, 19, 23, 27, 31, 32, 43, 64, 127, 1024, 10007]:
        torus, split = (q + 1, q - 1) if q % 2 == 0 else ((q + 1) // 2, (q - 1) // 2)
        delta, epsilon = Fraction(2, (q - 1) * (torus - 1)), Fraction(2, (split - 1) * (q + 1))
        assert epsilon * (q - 1) + delta * q <= 2  # h = 1
        assert (
            epsilon + delta * Fraction(3, 4)
        ) * q <= 1 or q == 8  # h = 1/2, both sides times the root of q
    assert (Fraction(2, 54) * 7**0.5 + Fraction(2, 56) * Fraction(3, 4) * 8**0.5) < 3 - 7**0.5  # q = 8


def test_finding_10_on_the_census(census: Any) -> None:
    from theory.margins.radicals import half_power

    least_arity = {7: 3, 8: 4, 9: 3, 10: 3, 11: 2, 12: 3}
    groups = census.groups()
    for n in range(7, 21):
        for k in (2, 3, 4):
            expected = str(half_power(n - 1, k + 1) * Fraction(1, 3))
            claimed = k >= least_arity.get(n, 2)
            row, other = groups[f"a{n}"][k], groups[f"s{n}"][k]
            assert (row.cost_exact == expected) == claimed
            if claimed:
                assert other.cost_exact == expected
                assert [irrep.degree for irrep in row.used] == [n - 1]
                assert [irrep.degree for irrep in other.used] == [n - 1, n - 1]
                assert sorted(irrep.status for irrep in other.used) == ["possible", "required"]


@pytest.mark.slow
@pytest.mark.requires("gap")
def test_groups_of_odd_order_in_finding_5() -> None:
    from tests.oracle.small_groups import exported
    from theory.characters.burnside_dixon import character_table_of
    from theory.groups.gap import run
    from theory.groups.permutation_group import permutation_group
    from theory.margins.plancherel import plancherel_optimal

    orders = [*range(101, 442, 2), 625]
    chosen = "i -> not IsAbelian(SmallGroup(n, i))"
    names = run(
        f"Emit(Concatenation(List({orders}, n -> List(Filtered([1..NrSmallGroups(n)], {chosen}), "
        "i -> [n, i]))));",
        timeout=600.0,
    )
    failing = set()
    for order, number, generators, *_ in exported([(n, i) for n, i in names]):
        table = character_table_of(permutation_group(np.array(generators, dtype=np.int64), str(number)))
        failing |= {(order, number, k) for k in (2, 3, 4) if not plancherel_optimal(table, k)}
    assert failing == {(441, 9, k) for k in (2, 3, 4)}
