"""Each verification inside the margin solver refuses the input it is there for."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb, ctx

from theory.characters.cyclotomic import root
from theory.characters.library import character_table
from theory.margins import exact, face
from theory.margins.cyclotomic_system import simplest_between, solve_exactly
from theory.margins.exact import solve, strict_pair
from theory.margins.optimality import cost_slack_signs, cover_slacks, failures
from theory.margins.radicals import ONE, ZERO
from theory.margins.reduction import apply, invert, margin_program
from theory.margins.simplex import Basis, LinearProgram, PrecisionError, UnboundedError, maximise
from theory.margins.structure import full_rank_prime


@pytest.fixture(scope="module")
def a5():
    program, _ = apply(margin_program(character_table("A5")))
    return program, strict_pair(program)


def test_the_optimum_passes(a5):
    program, pair = a5
    assert failures(program, pair.primal, pair.dual, strict=True) == ()


@pytest.mark.parametrize("index", [0, 1, 2])
@pytest.mark.parametrize("sense", [1, -1])
def test_a_perturbed_primal_fails(a5, index, sense):
    program, pair = a5
    primal = list(pair.primal)
    primal[index] += Fraction(sense, 10**30)
    found = failures(program, primal, pair.dual)
    assert "the values of both sides differ" in found
    if sense < 0:
        assert any("a does not separate" in text or "a is negative" in text for text in found)


@pytest.mark.parametrize("index", [0, 1, 2])
@pytest.mark.parametrize("sense", [1, -1])
def test_a_perturbed_dual_fails(a5, index, sense):
    program, pair = a5
    dual = list(pair.dual)
    dual[index] += Fraction(sense, 10**30)
    found = failures(program, pair.primal, dual)
    assert "the values of both sides differ" in found
    if sense > 0:
        assert any("y costs more than irrep" in text for text in found)
    elif not pair.dual[index]:
        assert any("y is negative" in text for text in found)


def test_a_wrong_value_with_feasible_sides_fails(a5):
    program, pair = a5
    double = [2 * a for a in pair.primal]
    assert failures(program, double, pair.dual) == ("the values of both sides differ",)
    half = [y * Fraction(1, 2) for y in pair.dual]
    assert failures(program, pair.primal, half) == ("the values of both sides differ",)


def test_the_trivial_forgery_fails(a5):
    program, pair = a5
    nothing, nowhere = [Fraction(0)] * len(pair.primal), [ZERO] * len(pair.dual)
    found = failures(program, nothing, nowhere)
    assert all(f"a does not separate class {name}" in found for name in program.table.class_names[1:3])
    # zeros on both sides have equal values: only feasibility refuses them
    assert "the values of both sides differ" not in found


def test_an_optimum_that_is_not_strictly_complementary_is_named():
    program, _ = apply(margin_program(character_table("S6")))
    _, primal, dual = exact._optimum(program)
    assert failures(program, primal, dual) == ()
    assert any("not strictly complementary" in text for text in failures(program, primal, dual, strict=True))


def test_signs_of_slacks_are_exact_at_zero(a5):
    program, pair = a5
    assert cost_slack_signs(program, pair.dual) == (0, 0, 1)
    assert [slack > 0 for slack in cover_slacks(program, pair.primal)] == [True, False, False]
    assert cost_slack_signs(program, [y * 2 for y in pair.dual]) == (-1, -1, -1)


def test_reduction_round_trip():
    unmerged = margin_program(character_table("SL(2,5)"))
    merged, orbits = apply(unmerged)
    pair = strict_pair(merged)
    primal, dual = invert(pair.primal, pair.dual, orbits)
    assert tuple(sum(primal[row] for row in orbit) for orbit in orbits.rows) == pair.primal
    assert tuple(sum((dual[c] for c in orbit), ZERO) for orbit in orbits.classes) == pair.dual
    assert dual[0] == ZERO
    assert sorted(row for orbit in orbits.rows for row in orbit) == list(range(len(unmerged.rows)))
    # the coefficient of an orbit is the mean over its rows, whichever class of the orbit is taken
    for i, rows in enumerate(orbits.rows):
        for j, classes in enumerate(orbits.classes):
            for column in classes:
                total = sum((unmerged.coefficient(row, column) for row in rows), Fraction(0))
                assert total == merged.coefficient(i, j) * len(rows)


def lp(matrix, bounds, objective, **fixed):
    return LinearProgram(
        len(matrix),
        len(matrix[0]),
        lambda i, j: arb(matrix[i][j]),
        lambda i: arb(bounds[i]),
        lambda j: arb(objective[j]),
        **fixed,
    )


def test_pivoting_on_textbook_programs():
    # Chvátal, Linear Programming (1983), chapter 2: optimum at x = (2, 0, 1)
    chvatal = lp([[2, 3, 1], [4, 1, 2], [3, 4, 2]], [5, 11, 8], [5, 4, 3])
    assert maximise(chvatal).basic == (0, 2)
    # Beale's example cycles under the largest-coefficient rule
    quarter, half = Fraction(1, 4), Fraction(1, 2)
    matrix = [[quarter, -60, Fraction(-1, 25), 9], [half, -90, Fraction(-1, 50), 3], [0, 0, 1, 0]]
    scaled = [[int(100 * x) for x in row] for row in matrix]
    beale = lp(scaled, [0, 0, 100], [75, -15000, 2, -600])
    assert maximise(beale).basic == (0, 2)


def test_fixed_columns_and_equalities_are_kept():
    # max x + y, x + y <= 2, x <= 1
    free = lp([[1, 1], [1, 0]], [2, 1], [2, 1])
    assert maximise(free).basic == (0, 1)
    assert maximise(lp([[1, 1], [1, 0]], [2, 1], [2, 1], fixed_columns=frozenset({0}))).basic == (1,)
    # with the first row an equality, start from its vertex: min x still keeps x + y = 2
    held = lp([[1, 1], [1, 0]], [2, 1], [-1, -1], equalities=frozenset({0}))
    assert maximise(held, Basis((0,), (1,))).tight == (0,)


def test_an_unbounded_program_is_named():
    with pytest.raises(UnboundedError):
        maximise(lp([[-1]], [1], [1]))


def test_wide_balls_decide_nothing():
    vague = LinearProgram(1, 1, lambda i, j: arb(1), lambda i: arb(1), lambda j: arb(0, 1))
    with pytest.raises(PrecisionError, match="decides nothing"):
        maximise(vague)


def test_a_solver_that_never_proves_its_optimum_says_so(monkeypatch):
    monkeypatch.setattr(exact, "LAST_PRECISION", 400)
    monkeypatch.setattr(exact, "failures", lambda *a, **k: ("broken",))
    with pytest.raises(ArithmeticError, match="no optimum found its proof"):
        solve(character_table("A5"))


def test_systems_over_cyclotomic_fields():
    golden = root(5) + root(5, 4)
    cosine = root(7) + root(7, 6)
    matrix = [[1, golden, Fraction(2, 3)], [cosine, 2, golden * cosine], [golden, cosine, 1]]
    side = [1, cosine, golden]
    found = solve_exactly(matrix, side)
    for row, target in zip(matrix, side, strict=True):
        assert sum((a * x for a, x in zip(row, found, strict=True)), 0) == target
    assert solve_exactly([[2, 1], [1, 3]], [1, 1]) == (Fraction(2, 5), Fraction(1, 5))


def test_equations_beyond_a_square_system_must_hold_as_well():
    golden = root(5) + root(5, 4)
    assert solve_exactly([[golden, 0], [0, 1], [1, 1]], [golden, golden, 1 + golden]) == (1, golden)
    assert solve_exactly([[golden, 0], [0, 1], [1, 1]], [golden, golden, golden]) is None
    assert solve_exactly([[2], [4]], [1, 2]) == (Fraction(1, 2),)
    assert solve_exactly([[2], [4]], [1, 3]) is None


def test_large_numbers_take_several_primes():
    golden = root(5) + root(5, 4)
    large = 10**90 + 7
    assert solve_exactly([[large * golden]], [large + golden]) == ((large + golden) / (large * golden),)


def test_a_singular_system_is_refused():
    golden = root(5) + root(5, 4)
    with pytest.raises(ZeroDivisionError, match="singular"):
        solve_exactly([[1, golden], [golden, golden * golden]], [1, 1])
    with pytest.raises(ZeroDivisionError):
        solve_exactly([[1, 2], [2, 4]], [1, 1])


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (Fraction(3141, 1000), Fraction(3143, 1000), Fraction(22, 7)),
        (Fraction(-1, 3), Fraction(1, 5), Fraction(0)),
        (Fraction(-7, 2), Fraction(-10, 3), Fraction(-7, 2)),
        (Fraction(5, 7), Fraction(5, 7), Fraction(5, 7)),
        (Fraction(3, 2), Fraction(5), Fraction(2)),
    ],
)
def test_simplest_fraction(low, high, expected):
    assert simplest_between(low, high) == expected


def test_multipliers_that_break_a_bound_are_refused():
    golden = (root(5) + root(5, 4)) * Fraction(1, 4)
    rows = ((1 - golden, Fraction(1)), (Fraction(1), 1 + golden))
    small = face.Face(rows, (ONE, ONE), (ONE, ZERO), ONE)
    with ctx.workprec(128):
        face._check_multipliers(small, [1, 1], [Fraction(1, 2), Fraction(1, 3)])
        with pytest.raises(PrecisionError, match="break the bound at row 0"):
            face._check_multipliers(small, [1, 1], [Fraction(1), Fraction(1, 3)])
        with pytest.raises(PrecisionError, match="off T is negative"):
            face._check_multipliers(small, [1, 1], [Fraction(1, 2), Fraction(-1, 3)])


def test_a_point_off_the_face_is_refused():
    # the only solution on the tight column is a = 1, which violates the other column
    small = face.Face(((Fraction(1), Fraction(1, 2)),), (ONE,), (ONE, ZERO), ONE)
    with ctx.workprec(128), pytest.raises(PrecisionError, match="leaves the face at column 1"):
        face._point(small, Basis((0,), (0,)))


def test_rank_is_not_claimed_where_the_face_is_no_point():
    for group, point in [("A5", True), ("S6", False), ("M12", False), ("Z12", True), ("SL(2,5)", False)]:
        table = character_table(group)
        solution = solve(table)
        rows = [row for row, a in enumerate(solution.primal) if a]
        columns = [column for column, y in enumerate(solution.dual) if y]
        prime = full_rank_prime(margin_program(table), rows, columns)
        assert (prime is not None) == point
        if prime is not None:
            # claims about fewer classes than irreps are refused
            assert full_rank_prime(margin_program(table), rows, columns[: len(rows) - 1]) is None
