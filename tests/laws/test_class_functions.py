"""The optimal network's logits and the Plancherel network's cost, against their definitions in floats."""

from __future__ import annotations

import pytest

from theory import character_table, solve
from theory.characters.cyclotomic import to_complex
from theory.margins.class_functions import class_function, plancherel_cost
from theory.margins.plancherel import plancherel_optimal
from theory.margins.solution import ClassStatus, MarginSolution

GROUPS = ["Z2", "Z5", "Z12", "V4", "S3", "D4", "Q8", "A4", "SL(2,3)", "S4", "A5", "Z7:Z3", "S6", "Z3 x Q8"]


@pytest.fixture(scope="module", params=[(name, arity) for name in GROUPS for arity in (2, 3)], ids=str)
def solution(request: pytest.FixtureRequest) -> MarginSolution:
    name, arity = request.param
    return solve(character_table(name), arity)


def test_logits_are_the_weighted_characters(solution: MarginSolution) -> None:
    table = solution.table
    for column, logit in enumerate(class_function(solution)):
        expected = sum(
            float(weight) * to_complex(table.values[row.index][column]).real / row.degree
            for row, weight in zip(solution.rows, solution.primal, strict=True)
        )
        assert float(logit) == pytest.approx(expected, abs=1e-12)


def test_no_class_enters_the_margin(solution: MarginSolution) -> None:
    """Exactly the classes with status `every` lie on the edge: the pair is strictly complementary."""
    top, *others = class_function(solution)
    for status, logit in zip(solution.structure.classes[1:], others, strict=True):
        assert logit <= top - 1
        assert (logit == top - 1) == (status is ClassStatus.EVERY)


def test_plancherel_weights_cost_at_least_as_much(solution: MarginSolution) -> None:
    excess = plancherel_cost(solution) - solution.cost
    assert excess.sign() >= 0
    assert (excess.sign() == 0) == plancherel_optimal(solution.table, solution.arity)
