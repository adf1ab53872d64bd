"""The comparison behind `make oracle`, on a few groups, and its refusal of answers that are wrong."""

from __future__ import annotations

import copy
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytestmark = pytest.mark.requires("gap")

GROUPS = [(1, 1), (2, 1), (8, 4), (12, 3), (21, 1), (24, 3), (32, 49), (54, 8)]


@pytest.fixture(scope="module")
def oracle() -> ModuleType:
    specification = importlib.util.spec_from_file_location(
        "small_groups", Path(__file__).with_name("small_groups.py")
    )
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def answers(oracle: ModuleType) -> dict[tuple[int, int], list[Any]]:
    return {(answer[0], answer[1]): answer for answer in oracle.exported(GROUPS)}


@pytest.mark.parametrize("name", GROUPS)
def test_small_group_agrees(
    oracle: ModuleType, answers: dict[tuple[int, int], list[Any]], name: tuple[int, int]
) -> None:
    assert oracle.disagreement(answers[name]) is None


def test_wrong_answers_are_noticed(oracle: ModuleType, answers: dict[tuple[int, int], list[Any]]) -> None:
    def forged(field: int, change: Any) -> str | None:
        answer = copy.deepcopy(answers[24, 3])  # SL(2,3)
        change(answer[field])
        found: str | None = oracle.disagreement(answer)
        return found

    order, representatives, sizes, values, codes, indicators = 2, 3, 4, 5, 6, 7
    assert "order" in str(forged(order, lambda generators: generators.__delitem__(slice(1, None))))
    assert "representatives" in str(forged(representatives, lambda found: found.__setitem__(1, found[0])))
    assert forged(sizes, lambda found: found.reverse()) == "class sizes"
    assert forged(values, lambda found: found[0][1].__setitem__(0, 17)) == "irreducible characters"
    assert forged(codes, lambda rows: rows.__setitem__(0, rows[1])) == "irreducible characters"
    swapped = forged(
        representatives,
        lambda found: found.sort(key=lambda images: -sum(i != p for p, i in enumerate(images))),
    )
    assert swapped in ("class sizes", "irreducible characters", "Frobenius–Schur indicators")
    assert forged(indicators, lambda found: found.__setitem__(0, -found[0])) == "Frobenius–Schur indicators"


def test_library_counts(oracle: ModuleType) -> None:
    """Besche, Eick, O'Brien, A millennium project: 312 groups of order up to 60, 1,268 up to 127."""
    names = oracle.library(127)
    assert len(names) == 1268
    assert sum(order <= 60 for order, _ in names) == 312
