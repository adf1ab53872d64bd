"""Every claim of a solution follows from its witnesses by arithmetic that shares nothing with the solver."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pytest
from flint import ctx

from theory.characters import cyclotomic
from theory.characters.cyclotomic import Cyclotomic
from theory.characters.library import character_table
from theory.margins.exact import solve
from theory.margins.radicals import ZERO
from theory.margins.solution import ClassStatus, IrrepStatus, LinearBound

GROUPS = [
    "S5",
    "S6",
    "S8",
    "S9",
    "A5",
    "SL(2,5)",
    "M12",
    "Z7:Z3",
    "Heis(3)",
    "A5 x S3",
    "SL(2,5) x Z3",
    "Z30",
    "Z2^2 x S6",
]
LOOSE = Fraction(1, 1 << 59)


@cache
def solution_of(group, arity=2):
    return solve(character_table(group), arity)


def coefficient(solution, row, column):
    irrep = solution.rows[row]
    return 1 - cyclotomic.real_part(solution.table.values[irrep.index][column]) * Fraction(1, irrep.degree)


def sign(value):
    if not isinstance(value, Cyclotomic):
        return (value > 0) - (value < 0)
    with ctx.workprec(512):
        ball = cyclotomic.ball(value)
        assert not ball.contains(0)
        return 1 if ball > 0 else -1


def slack(solution, point, column):
    return sum((a * coefficient(solution, r, column) for r, a in enumerate(point) if a), Fraction(-1))


def used(solution):
    return [row for row, a in enumerate(solution.primal) if a]


def tight(solution):
    return {column for column, y in enumerate(solution.dual) if y}


def is_optimal(solution, point):
    """In F: supported on B, tight on T, at least one elsewhere, not negative."""
    supported = all(not a or solution.primal[row] for row, a in enumerate(point))
    signs = [sign(slack(solution, point, c)) for c in range(1, len(solution.dual))]
    inside = all(s == 0 if c in tight(solution) else s >= 0 for c, s in enumerate(signs, 1))
    return supported and inside and all(sign(a) >= 0 for a in point)


def proves(solution, bound, functional):
    """Whether the multipliers of a bound are admissible for `sum_R c_R a_R >= bound.value` on F."""
    admissible = all(value >= 0 or column in tight(solution) for column, value in bound.multipliers)
    rows = all(
        sign(
            functional.get(row, 0)
            - sum((v * coefficient(solution, row, c) for c, v in bound.multipliers), Fraction(0))
        )
        >= 0
        for row in used(solution)
    )
    return admissible and rows


@pytest.mark.parametrize("group", GROUPS)
def test_primal_and_dual_prove_the_cost(group):
    solution = solution_of(group)
    assert is_optimal(solution, solution.primal)
    assert (
        sum((row.cost * a for row, a in zip(solution.rows, solution.primal, strict=True)), ZERO)
        == solution.cost
    )
    assert sum(solution.dual, ZERO) == solution.cost
    assert all(y >= 0 for y in solution.dual)
    assert not solution.dual[0]
    with ctx.workprec(256):
        for number, row in enumerate(solution.rows):
            load = sum(
                (
                    y.ball() * cyclotomic.ball(coefficient(solution, number, c))
                    for c, y in enumerate(solution.dual)
                    if y
                ),
                ZERO.ball(),
            )
            room = row.cost.ball() - load
            # strict complementarity: no room exactly for the rows in B
            assert room.contains(0) if solution.primal[number] else room > 0
    for column, y in enumerate(solution.dual[1:], 1):
        assert bool(y) == (slack(solution, solution.primal, column) == 0)


@pytest.mark.parametrize("group", GROUPS)
def test_pair_is_constant_on_orbits(group):
    solution = solution_of(group)
    weights = {}
    for row, a in zip(solution.rows, solution.primal, strict=True):
        assert weights.setdefault(row.orbit, a) == a
    for orbit in solution.table.class_orbits:
        assert len({solution.dual[column] for column in orbit}) == 1


@pytest.mark.parametrize("group", GROUPS)
def test_every_point_is_optimal(group):
    solution = solution_of(group)
    for point in solution.structure.points:
        assert is_optimal(solution, point.values)


@pytest.mark.parametrize("group", GROUPS)
def test_intervals_are_attained_and_proved(group):
    solution, structure = solution_of(group), solution_of(group).structure
    orbits = {row.orbit for row in solution.rows}
    claims = [(structure.shares[r], [r]) for r in range(len(solution.rows))]
    claims += [
        (structure.orbit_shares[o], [r for r, x in enumerate(solution.rows) if x.orbit == o]) for o in orbits
    ]
    for share, members in claims:
        if not solution.primal[members[0]]:
            assert (share.lower, share.upper) == (0.0, 0.0)
            continue
        if structure.rank_prime is not None:
            weight = sum(solution.primal[row] for row in members)
            low = high = weight
        else:
            low = sum((structure.points[share.lower_point].values[row] for row in members), Fraction(0))
            high = sum((structure.points[share.upper_point].values[row] for row in members), Fraction(0))
            assert proves(solution, share.lower_bound, dict.fromkeys(members, 1))
            assert proves(solution, share.upper_bound, dict.fromkeys(members, -1))
            scale = Fraction(float(solution.cost / 1)) / Fraction(float(solution.rows[members[0]].cost))
            assert 0 <= sign(low - share.lower_bound.value)
            assert sign(low - share.lower_bound.value - LOOSE * scale) <= 0
            assert sign(-high - share.upper_bound.value - LOOSE * scale) <= 0
        with ctx.workprec(200):
            ratio = solution.rows[members[0]].cost.ball() / solution.cost.ball()
            for end, weight in ((share.lower, low), (share.upper, high)):
                assert float((cyclotomic.ball(weight) * ratio).mid()) == end


@pytest.mark.parametrize("group", GROUPS)
def test_statuses_follow_from_witnesses(group):
    solution, structure = solution_of(group), solution_of(group).structure
    bounds = dict(structure.slack_bounds)
    for row, status in enumerate(structure.irreps):
        if status is IrrepStatus.EXCLUDED:
            assert not solution.primal[row]
        elif status is IrrepStatus.POSSIBLE:
            share = structure.shares[row]
            assert structure.points[share.lower_point].values[row] == 0
            assert sign(structure.points[share.upper_point].values[row]) > 0
        elif structure.rank_prime is None:
            assert structure.shares[row].lower_bound.value > 0
    for column, status in enumerate(structure.classes):
        if column == 0:
            assert status is None
        elif status is ClassStatus.EVERY:
            assert solution.dual[column] > 0
        elif status is ClassStatus.SOME:
            assert any(slack(solution, point.values, column) == 0 for point in structure.points)
        elif structure.rank_prime is None:
            functional = {row: coefficient(solution, row, column) for row in used(solution)}
            assert bounds[column].value > 1
            assert proves(solution, bounds[column], functional)
        else:
            assert sign(slack(solution, solution.primal, column)) > 0


def test_the_checks_above_refuse_forgeries():
    solution = solution_of("SL(2,5)")
    point = solution.structure.points[0].values
    row = next(r for r, a in enumerate(point) if a)
    assert not is_optimal(solution, (*point[:row], point[row] + Fraction(1, 10**9), *point[row + 1 :]))
    assert not is_optimal(solution, (Fraction(0),) * len(point))
    row = used(solution)[0]
    bound = solution.structure.shares[row].lower_bound
    assert proves(solution, bound, {row: 1})
    (column, value), *rest = bound.multipliers
    inflated = LinearBound(((column, value + Fraction(1, 2)), *rest))
    assert not proves(solution, inflated, {row: 1})
    outside = next(c for c in range(1, len(solution.dual)) if c not in tight(solution))
    assert not proves(solution, LinearBound(((outside, Fraction(-1)),)), {row: 1})
