"""Weak duality for any feasible pair, and what follows from it for the maximum margin."""

from __future__ import annotations

import itertools
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from theory.characters.library import character_table
from theory.margins.exact import solve, strict_pair
from theory.margins.optimality import cost_slack_signs, cover_slacks, failures, value
from theory.margins.radicals import ZERO, RadicalSum
from theory.margins.reduction import apply, margin_program

GROUPS = ["Z2", "Z7", "Z12", "V4", "S3", "Q8", "A4", "SL(2,3)", "A5", "Heis(3)", "SL(2,5)", "S6"]
weights = st.lists(st.fractions(0, 3, max_denominator=20), min_size=10, max_size=10)


@cache
def program_of(group, arity=2):
    return apply(margin_program(character_table(group), arity))[0]


@cache
def pair_of(group, arity=2):
    return strict_pair(program_of(group, arity))


def feasible_primal(program, seed):
    """A multiple of any nonzero weighting that separates every class from the identity."""
    rough = [seed[i % len(seed)] for i in range(len(program.irreps))]
    least = min(slack + 1 for slack in cover_slacks(program, rough))
    assume(least > 0)
    return [a / least for a in rough]


def feasible_dual(program, seed):
    """A multiple of any weighting of classes that costs at most `s_R` everywhere."""
    rough = [RadicalSum.of(seed[i % len(seed)]) for i in range(len(program.classes))]
    scale = Fraction(1)
    while min(cost_slack_signs(program, [y * scale for y in rough])) < 0:
        scale /= 2
    return [y * scale for y in rough]


@settings(max_examples=50)
@given(st.sampled_from(GROUPS), weights, weights)
def test_every_dual_value_is_at_most_every_primal_value(group, a_seed, y_seed):
    program = program_of(group)
    primal, dual = feasible_primal(program, a_seed), feasible_dual(program, y_seed)
    lower, cost, upper = sum(dual, ZERO), value(program, pair_of(group).primal), value(program, primal)
    assert lower <= cost <= upper
    # feasible pairs of different values fail in nothing but the values
    if lower != upper:
        assert failures(program, primal, dual) == ("the values of both sides differ",)


@settings(max_examples=50)
@given(st.sampled_from(GROUPS), weights)
def test_complementary_slackness_of_the_optimum(group, seed):
    """A feasible `a` of optimal cost is zero off B and tight on T."""
    program, pair = program_of(group), pair_of(group)
    primal = feasible_primal(program, seed)
    mixed = [(a + b) / 2 for a, b in zip(primal, pair.primal, strict=True)]
    off = any(a and not b for a, b in zip(mixed, pair.primal, strict=True))
    loose = any(y and slack for y, slack in zip(pair.dual, cover_slacks(program, mixed), strict=True))
    assert (value(program, mixed) > value(program, pair.primal)) == (off or loose)


@pytest.mark.parametrize("group", ["S3", "Q8", "A5", "SL(2,3)", "Z7:Z3"])
def test_cost_grows_with_the_number_of_factors(group):
    # s_R is at least one and grows with k, so every feasible a costs more
    costs = [solve(character_table(group), arity).cost for arity in range(2, 7)]
    assert all(low < high for low, high in itertools.pairwise(costs))


@pytest.mark.parametrize("abelian", ["Z2", "Z5", "V4", "Z12", "Z3^2"])
def test_abelian_groups_use_every_irrep(abelian):
    solution = solve(character_table(abelian))
    assert all(solution.primal)
    assert all(solution.dual[1:])
    # cost* = (number of real irreps + sqrt 2 times the others) / n
    reals = sum(indicator == 1 for indicator in solution.table.indicators[1:])
    others = len(solution.table.values) - 1 - reals
    expected = RadicalSum.of_terms(
        {1: Fraction(reals, solution.table.order), 2: Fraction(others, solution.table.order)}
    )
    assert solution.cost == expected
