"""Every law of solved margin programs holds on solutions, and refuses a forged one."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from flint import ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.characters.library import character_table
from theory.characters.table import CharacterTable
from theory.margins.exact import solve
from theory.margins.radicals import RadicalSum, parse
from theory.margins.solution import ClassStatus, IrrepStatus, MarginSolution
from theory.testing import (
    assert_drawn,
    character_tables,
    class_weightings,
    feasible_duals,
    feasible_primals,
    program_by_definition,
    search,
)
from theory.testing.law_search import Law
from theory.testing.laws.margins import (
    MARGIN_LAWS,
    Solved,
    arity_monotone,
    class_statuses,
    cyclic_subgroups,
    galois_invariance,
    irrep_statuses,
    memorising_network,
    no_better_dual,
    no_better_primal,
    plancherel_bounds,
    proven_structure,
    rounded_gamma,
    stability,
    strong_duality,
    weak_duality,
)


@cache
def solution_of(name: str, arity: int = 2) -> MarginSolution:
    return solve(character_table(name), arity)


@settings(max_examples=15)
@given(character_tables(24).filter(lambda table: table.order > 1), st.sampled_from([2, 3, 4]), st.data())
def test_the_laws_hold_on_drawn_groups(table: CharacterTable, arity: int, data: st.DataObject) -> None:
    subject = Solved(solve(table, arity))
    for law in MARGIN_LAWS:
        assert_drawn(law, subject, data)


@pytest.mark.parametrize(
    ("name", "arity"), [("Z2", 2), ("Z12", 3), ("Q8", 2), ("A5", 2), ("S6", 2), ("M11", 2)]
)
def test_the_laws_hold_on_named_groups(name: str, arity: int) -> None:
    for law in MARGIN_LAWS:
        finding = search(law, Solved(solution_of(name, arity)), max_examples=10)
        assert finding.counterexample is None, law.name


# A5, k = 2: cost* = 8/15 + 4/5*sqrt(3), rows 3a 3b 4a 5a, the last one excluded; five classes
A5 = "8/15 + 4/5*sqrt(3)"


def forged(**changes: Any) -> Solved:
    return Solved(replace(solution_of("A5"), **changes))


def costing(factor: Fraction | int) -> Solved:
    return forged(cost=solution_of("A5").cost * factor)


def with_weight(row: int, value: Fraction) -> Solved:
    primal = list(solution_of("A5").primal)
    primal[row] = value
    return forged(primal=tuple(primal))


def with_statuses(irreps: dict[int, IrrepStatus], classes: dict[int, ClassStatus]) -> Solved:
    structure = solution_of("A5").structure
    rows = [irreps.get(i, status) for i, status in enumerate(structure.irreps)]
    columns = [classes.get(i, status) for i, status in enumerate(structure.classes)]
    return forged(structure=replace(structure, irreps=tuple(rows), classes=tuple(columns)))


def with_share(row: int, **ends: float) -> Solved:
    structure = solution_of("A5").structure
    shares = list(structure.shares)
    shares[row] = replace(shares[row], **ends)
    return forged(structure=replace(structure, shares=tuple(shares)))


def with_dual(column: int, value: RadicalSum) -> Solved:
    dual = list(solution_of("A5").dual)
    dual[column] = value
    return forged(dual=tuple(dual))


def scaled(factor: Fraction) -> Solved:
    """Infeasible by one factor on both sides, but with equal values."""
    solution = solution_of("A5")
    return forged(
        cost=solution.cost * factor,
        primal=tuple(a * factor for a in solution.primal),
        dual=tuple(y * factor for y in solution.dual),
    )


HALF, TWICE = Fraction(1, 2), Fraction(2)
FORGERIES: list[tuple[Law[Solved, Any], Callable[[], Solved], str]] = [
    (strong_duality, lambda: costing(Fraction(101, 100)), "cost* = 202/375 + 101/125*sqrt(3)"),
    (strong_duality, lambda: scaled(HALF), "class (1,2)(3,4) is separated by 2/3 only"),
    (strong_duality, lambda: scaled(TWICE), "is overloaded"),
    (strong_duality, lambda: with_weight(3, Fraction(-1)), "a weight is negative"),
    (strong_duality, lambda: with_weight(3, Fraction(1, 1000)), "Σ a s = "),
    (
        strong_duality,
        lambda: forged(primal=(0, 0, 0, 0), dual=(RadicalSum(),) * 5, cost=RadicalSum()),
        "0 only",
    ),
    (no_better_primal, lambda: costing(Fraction(10001, 10000)), "is feasible and costs 1.91"),
    (no_better_dual, lambda: costing(Fraction(9999, 10000)), "is feasible and worth 1.91"),
    (irrep_statuses, lambda: with_statuses({3: IrrepStatus.REQUIRED}, {}), "irrep 5a is required, but s −"),
    (irrep_statuses, lambda: with_statuses({0: IrrepStatus.EXCLUDED}, {}), "irrep 3a is excluded, but s −"),
    (
        irrep_statuses,
        lambda: with_statuses({2: IrrepStatus.POSSIBLE}, {}),
        "4a is possible, but its share is [0.27",
    ),
    (irrep_statuses, lambda: with_share(1, lower=0.37, upper=0.38), "irrep 3b spends 0.361"),
    (class_statuses, lambda: with_statuses({}, {2: ClassStatus.NONE}), "status none"),
    (class_statuses, lambda: with_dual(2, RadicalSum()), "y = 0"),
    (
        galois_invariance,
        lambda: with_weight(0, Fraction(1)),
        "irreps 3a and 3b are conjugate, but their a differ",
    ),
    (galois_invariance, lambda: with_statuses({0: IrrepStatus.POSSIBLE}, {}), "but their statuses differ"),
    (galois_invariance, lambda: with_dual(3, RadicalSum.of(9)), "are conjugate, but their y differ"),
    (plancherel_bounds, lambda: costing(HALF), "is not between"),
    (plancherel_bounds, lambda: costing(TWICE), "is not between"),
    (memorising_network, lambda: costing(5), "exceeds 59/60*sqrt(59)"),
    (arity_monotone, lambda: costing(10), "with one factor more"),
    (arity_monotone, lambda: costing(Fraction(1, 10)), "with one factor more"),
    (cyclic_subgroups, lambda: costing(Fraction(1, 10)), "exceeds cost*(G)"),
    (
        stability,
        lambda: forged(dual=tuple(y * HALF for y in solution_of("A5").dual)),
        "less than cost* = 8/15",
    ),
    (rounded_gamma, lambda: forged(gamma_star=math.nextafter(solution_of("A5").gamma_star, 1)), "gamma* = ["),
]


@pytest.mark.parametrize(
    ("law", "forgery", "reason"), FORGERIES, ids=lambda value: getattr(value, "name", "")
)
def test_a_law_refuses_a_forged_solution(
    law: Law[Solved, Any], forgery: Callable[[], Solved], reason: str
) -> None:
    found = search(law, forgery()).counterexample
    assert found is not None
    assert reason in found


def test_weak_duality_refuses_an_infeasible_pair() -> None:
    subject = Solved(solution_of("A5"))
    too_light = (Fraction(1, 100),) * 4
    worth_one = (Fraction(1, 4),) * 4
    found = weak_duality.refute(subject, (too_light, worth_one))
    assert found is not None
    assert "costs less than" in found


def test_an_elementary_group_has_the_least_cost_and_no_other_has() -> None:
    klein = solution_of("V4")
    assert search(plancherel_bounds, Solved(klein)).counterexample is None
    other = Solved(replace(klein, table=replace(klein.table, element_orders=(1, 2, 4, 4))))
    assert search(plancherel_bounds, other).counterexample == "cost* = 3/4, but g² = 1 holds not for all g"


def test_energies_outside_a_proven_interval_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from theory.margins import stability as bounds

    subject = Solved(solution_of("A5"))
    assert search(proven_structure, subject).counterexample is None
    with monkeypatch.context() as patch:
        patch.setattr(bounds, "energy_intervals", lambda solution, ratio: ((0.0, 0.01),) * 4)
        found = search(proven_structure, subject).counterexample
        assert found is not None
        assert "not in [0.0, 0.01]" in found
    with monkeypatch.context() as patch:
        patch.setattr(bounds, "excluded_bounds", lambda solution, ratio: (None, None, None, -1.0))
        found = search(proven_structure, subject).counterexample
        assert found is not None
        assert "irrep 5a has energy" in found


def test_every_law_is_forged_once() -> None:
    assert {law.name for law, _, _ in FORGERIES} | {weak_duality.name, proven_structure.name} == {
        law.name for law in MARGIN_LAWS
    }


def test_a_dual_that_is_not_galois_invariant_is_refused() -> None:
    """Its slacks are no radical sums, and strong duality does not guess."""
    solution = solution_of("A5")
    dual = list(solution.dual)
    dual[3], dual[4] = dual[3] + Fraction(1, 100), dual[4] - Fraction(1, 100)
    assert solution.table.class_orbits[-1] == (3, 4)
    found = search(strong_duality, forged(dual=tuple(dual))).counterexample
    assert found is not None
    assert found.endswith("s − Σ y (1 − X) = None")


# the strategies


@settings(max_examples=30)
@given(st.sampled_from(["Z3", "S3", "Q8", "A5"]), st.sampled_from([2, 3]), st.data())
def test_drawn_points_are_feasible_and_some_constraint_is_nearly_tight(
    name: str, arity: int, data: st.DataObject
) -> None:
    program = program_by_definition(character_table(name), arity)
    near = solution_of(name, arity) if data.draw(st.booleans()) else None
    a = data.draw(feasible_primals(program, near))
    y = data.draw(feasible_duals(program, near))
    with ctx.workprec(256):
        separations, loads = program.separations(a), program.loads(y)
        assert min(a) >= 0
        assert min(y) >= 0
        assert all(separation >= 1 for separation in separations)
        assert all(load <= 1 for load in loads)
        assert any(separation < 1 + 1e-12 for separation in separations)
        assert not any(y) or any(load > 1 - 1e-12 for load in loads)


@settings(max_examples=30)
@given(st.sampled_from(["Z3", "S3", "A5"]), st.data())
def test_class_weightings_are_distributions(name: str, data: st.DataObject) -> None:
    table = character_table(name)
    weights = data.draw(class_weightings(table))
    assert sum(weights) == 1
    assert min(weights) >= 0
    assert len(weights) == len(table.class_sizes) - 1


def test_the_program_by_definition_is_the_one_of_the_design() -> None:
    program = program_by_definition(character_table("A5"))
    assert [str(s) for s in program.costs] == ["sqrt(3)", "sqrt(3)", "2", "sqrt(5)"]
    assert program.cost(solution_of("A5").primal) == parse(A5)
    with pytest.raises(ValueError, match="nontrivial group"):
        program_by_definition(character_table("Z1"))
