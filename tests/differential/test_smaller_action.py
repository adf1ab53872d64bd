"""A smaller action is the same group: same order, same class sizes, and the checker proves the same table."""

from __future__ import annotations

import pytest

from certificates.checker import check
from certificates.issue import issue
from certificates.smaller_action import _blocks, smaller_action
from theory.characters.library import character_table
from theory.characters.realisation import as_permutations
from theory.groups.finite_group import PermutationRealisation
from theory.margins.exact import solve


def realised(name: str) -> tuple[PermutationRealisation, int]:
    table = character_table(name)
    assert table.realisation is not None
    return as_permutations(table.realisation), table.order


@pytest.mark.parametrize(("name", "degree"), [("SL(2,7)", 16), ("SL(2,13)", 56), ("SL(2,8)", 9)])
def test_the_checker_proves_the_table_on_fewer_points(name: str, degree: int) -> None:
    realisation, order = realised(name)
    small = smaller_action(realisation, order, degree)
    assert small.degree <= degree
    document = issue(solve(character_table(name)), expression=name)
    document["group"] |= {
        "degree": small.degree,
        "generators": [list(g) for g in small.generators],
        "representatives": [list(g) for g in small.representatives],
    }
    report = check(document)
    assert [fact.name for fact in report.facts if fact.status == "failed"] == ["digest"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SL(2,37)", "SL(2,43)"])
def test_large_degrees_are_reduced_in_certificates(name: str) -> None:
    report = check(issue(solve(character_table(name)), expression=name))
    assert {fact.status for fact in report.facts} == {"proved"}


def test_without_a_smaller_action_the_given_one_is_kept() -> None:
    """Q8 has no faithful action on fewer than 8 points, S5 none on fewer than 5."""
    for name in ("Q8", "S5"):
        realisation, order = realised(name)
        assert smaller_action(realisation, order, realisation.degree - 1) is realisation


def test_blocks_are_the_finest() -> None:
    """Z12 on 12 points: the blocks through 0 and 4 are the cosets of the subgroup of order 3."""
    cycle = tuple((i + 1) % 12 for i in range(12))
    assert _blocks([cycle], 0, 4) == [i % 4 for i in range(12)]
    assert _blocks([cycle], 0, 8) == [i % 4 for i in range(12)]
    assert len(set(_blocks([cycle], 0, 5))) == 1
