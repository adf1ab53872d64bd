"""What the optimum of a group has to do with those of its subgroups and quotients, and with its writing."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.characters.library import character_table
from theory.groups.naming import parse
from theory.margins.exact import solve
from theory.margins.radicals import RadicalSum
from theory.margins.radicals import parse as number
from theory.margins.solution import ClassStatus, IrrepStatus
from theory.testing import assert_drawn, search, tabled_groups
from theory.testing.law_search import Law
from theory.testing.laws.between_groups import (
    BETWEEN_LAWS,
    DERIVED_ORDER,
    fingerprint,
    other_route,
    products,
    quotient_bounds,
    quotients,
    relabelling,
    solved_table,
    subgroups,
)
from theory.testing.laws.margins import Solved
from theory.testing.laws.tabled_groups import TabledGroup
from theory.testing.representation_strategies import tabled
from theory.testing.tables import product_table, symmetric_table


def solved(name: str, arity: int = 2) -> Solved:
    return Solved(solve(character_table(name), arity), tabled(parse(name).build()))


@settings(max_examples=15)
@given(tabled_groups(24).filter(lambda subject: subject.group.order > 1), st.sampled_from([2, 3]), st.data())
def test_the_laws_hold_on_drawn_groups(subject: TabledGroup, arity: int, data: st.DataObject) -> None:
    for law in BETWEEN_LAWS:
        assert_drawn(law, Solved(solve(subject.table, arity), subject), data)


@pytest.mark.parametrize("name", ["S4", "SL(2,3)", "Z7:Z3", "Ex(3^(1+2),-)"])
def test_the_laws_hold_on_named_groups(name: str) -> None:
    for law in BETWEEN_LAWS:
        assert search(law, solved(name), max_examples=5).counterexample is None, law.name


# must fail


def costing(factor: Fraction) -> Solved:
    subject = solved("S4")
    return replace(subject, solution=replace(subject.solution, cost=subject.solution.cost * factor))


@pytest.mark.parametrize(
    ("law", "factor", "reason"),
    [
        (subgroups, Fraction(1, 2), "more than cost*(G) = "),
        (quotients, Fraction(1, 2), "is not between"),
        (quotients, Fraction(2), "is not between"),
        (products, Fraction(1, 100), "but cost*(G x Z2) = "),
        (products, Fraction(100), "but cost*(G x Z2) = "),
        (relabelling, Fraction(2), "cost*: 1/12 + 1/3*sqrt(2) + 3/2*sqrt(3) here, 1/24 + "),
        (other_route, Fraction(2), "Murnaghan–Nakayama against Burnside–Dixon: cost*: "),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_law_refuses_a_wrong_cost(law: Law[Solved, Any], factor: Fraction, reason: str) -> None:
    found = search(law, costing(factor)).counterexample
    assert found is not None
    assert reason in found


@pytest.mark.parametrize("law", [relabelling, other_route], ids=lambda law: law.name)
def test_statuses_and_shares_must_not_depend_on_the_writing(law: Law[Solved, Any]) -> None:
    subject = solved("S4")
    structure = subject.solution.structure
    wrong = [
        replace(structure, irreps=(IrrepStatus.POSSIBLE, *structure.irreps[1:])),
        replace(structure, classes=(None, ClassStatus.SOME, *structure.classes[2:])),
        replace(structure, shares=(replace(structure.shares[0], upper=0.9), *structure.shares[1:])),
    ]
    for what, forged in zip(("irreps", "classes", "shares"), wrong, strict=True):
        found = search(
            law, replace(subject, solution=replace(subject.solution, structure=forged))
        ).counterexample
        assert found is not None
        assert what in found


def test_the_laws_say_why_they_are_silent() -> None:
    groupless = Solved(solve(character_table("S7")))
    for law in BETWEEN_LAWS:
        assert law.unless is not None
        assert law.unless(groupless) == "the table comes without a group whose elements could be listed"
    large = solved("S6")
    assert large.table.order > DERIVED_ORDER
    assert subgroups.unless is not None
    assert (
        subgroups.unless(large)
        == "order 720 is beyond the limit of 600 for tabling other groups made from it"
    )
    assert products.unless is not None
    assert products.unless(solved("A5")) is None
    assert products.unless(solved("PSL(2,7)")) == (
        "order 168 times 6 is beyond the limit of 600 for tabling other groups made from it"
    )
    assert other_route.unless is not None
    assert other_route.unless(large) is None


# the theorems at work


def test_the_quotient_bounds_meet_for_q8_and_its_centre() -> None:
    """All irreps not trivial on the centre cost the same: cost*(Q8) = (1/2) 2 + (1/2) cost*(V4)."""
    subject = tabled(parse("Q8").build())
    (central,) = (g for g in range(1, 8) if subject.table.class_sizes[subject.class_of(g)] == 1)
    lower, upper, size = quotient_bounds(subject, 2, central)
    assert (lower, upper, size) == (number("11/8"), number("11/8"), 2)


def test_the_quotient_bounds_settle_extraspecial_groups() -> None:
    """For Heis(p): cost* = (1 − 1/p) √(2p) + cost*(Z_p²)/p."""
    plane = solve(character_table("Z3xZ3")).cost
    expected = number("2/3*sqrt(6)") + plane * Fraction(1, 3)
    assert solve(character_table("Heis(3)")).cost == expected


def test_the_quotient_bounds_are_no_tautology() -> None:
    """In A5, where the Plancherel weights are not optimal, the optimum lies strictly between them."""
    subject = solved("A5")
    assert subject.tabled is not None
    lower, upper, size = quotient_bounds(subject.tabled, 2, 1)
    assert size == 60
    assert lower < subject.solution.cost < upper


def test_the_trivial_subgroup_and_quotient_cost_nothing() -> None:
    subject = tabled(parse("Z2").build())
    half = RadicalSum.of(Fraction(1, 2))
    assert quotient_bounds(subject, 2, 1) == (half, half, 2)


def test_solutions_are_equal_only_if_their_groups_may_be() -> None:
    """D4 and Q8 have the same characters, but not the same fingerprint."""
    assert fingerprint(solved("D4").solution) != fingerprint(solved("Q8").solution)
    s3 = symmetric_table(3)
    z2 = np.array([[0, 1], [1, 0]])
    one, other = solved_table(product_table(s3, z2), 2), solved_table(product_table(z2, s3), 2)
    assert fingerprint(one) == fingerprint(other) == fingerprint(solved("D6").solution)
