"""The exact solver against slow or independent ones: all vertices, cvxpy, HiGHS, a linear program a claim."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import combinations

import numpy as np
import pytest
from flint import fmpq, fmpq_mat

from theory.characters.library import character_table
from theory.errors import LimitError
from theory.margins import simplex
from theory.margins.exact import solve
from theory.margins.program import margin_matrix, reference_cost, solve_in_floats
from theory.margins.radicals import ZERO
from theory.margins.reduction import apply, margin_program
from theory.margins.solution import ClassStatus, IrrepStatus

ZOO = [
    *[f"Z{n}" for n in range(2, 13)],
    *["V4", "S3", "D4", "Q8", "A4", "D5", "SL(2,3)", "S4", "A5", "AGL(1,5)", "Heis(3)", "Z7:Z3"],
]
DEGENERATE = ["S6", "S8", "SL(2,5)", "A5 x S3", "SL(2,5) x Z3"]


@cache
def table_of(group):
    return character_table(group)


@cache
def solution_of(group, arity=2):
    return solve(table_of(group), arity)


def cheapest_vertex(program):
    """The least cost over all vertices of the merged primal, by trying every basis."""
    rows, columns = range(len(program.irreps)), range(len(program.classes))
    matrix = [[program.coefficient(i, j) for j in columns] for i in rows]
    best = None
    for size in range(1, min(len(matrix), len(matrix[0])) + 1):
        for support in combinations(rows, size):
            for tight in combinations(columns, size):
                entries = [
                    fmpq(matrix[i][j].numerator, matrix[i][j].denominator) for j in tight for i in support
                ]
                try:
                    found = fmpq_mat(size, size, entries).solve(fmpq_mat(size, 1, [1] * size)).entries()
                except ZeroDivisionError:
                    continue
                weights = [Fraction(int(q.p), int(q.q)) for q in found]
                if min(weights) < 0:
                    continue
                covers = (
                    sum(w * matrix[i][j] for i, w in zip(support, weights, strict=True)) for j in columns
                )
                if all(cover >= 1 for cover in covers):
                    cost = sum((program.costs[i] * w for i, w in zip(support, weights, strict=True)), ZERO)
                    best = cost if best is None or cost < best else best
    return best


@pytest.mark.parametrize("arity", [2, 3])
@pytest.mark.parametrize("group", [*(g for g in ZOO if g not in ("SL(2,3)", "Heis(3)")), "A6", "S3 x Z3"])
def test_cost_is_the_cheapest_of_all_vertices(group, arity):
    merged, _ = apply(margin_program(table_of(group), arity))
    assert solution_of(group, arity).cost == cheapest_vertex(merged)


@pytest.mark.parametrize("group", [*ZOO, *DEGENERATE])
@pytest.mark.parametrize("merged", [True, False])
def test_cvxpy_finds_the_same_cost_on_both_sides(group, merged):
    exact = float(solution_of(group).cost)
    found = solve_in_floats(margin_matrix(table_of(group), merged=merged))
    assert found.primal_value == pytest.approx(exact, rel=1e-9)
    assert found.dual_value == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("group", ["A5", "S6", "SL(2,5)"])
@pytest.mark.parametrize("arity", [3, 4, 5])
def test_cvxpy_agrees_for_more_factors(group, arity):
    assert reference_cost(table_of(group), arity) == pytest.approx(
        float(solution_of(group, arity).cost), rel=1e-9
    )


@pytest.mark.parametrize("patience", [0, 10**9])
@pytest.mark.parametrize("group", ["A5", "S6", "S8", "SL(2,5)", "M11", "A5 x S3"])
def test_starting_from_highs_and_pivoting_alone_agree(group, patience, monkeypatch):
    expected = solution_of(group)
    monkeypatch.setattr(simplex, "PATIENCE", patience)
    found = solve(table_of(group))
    assert found.cost == expected.cost
    assert found.structure.irreps == expected.structure.irreps
    assert found.structure.classes == expected.structure.classes
    ends = [(share.lower, share.upper) for share in found.structure.shares]
    assert ends == [(share.lower, share.upper) for share in expected.structure.shares]


def test_a_wrong_basis_from_highs_is_repaired(monkeypatch):
    expected = solution_of("S6").cost
    monkeypatch.setattr(simplex, "PATIENCE", 0)
    for lie in (None, ((0,), (0,)), ((0, 1), (0, 1)), ((3,), (5,))):
        monkeypatch.setattr(simplex, "float_basis", lambda program, lie=lie: lie)
        assert solve(table_of("S6")).cost == expected


@pytest.mark.parametrize("group", ["A5", "Z7", "S4", *DEGENERATE])
def test_structure_agrees_with_float_programs_on_the_unmerged_face(group):
    """Each share's extremes, each orbit's, and each class's least slack, by HiGHS on irreps and classes."""
    from scipy.optimize import linprog

    solution = solution_of(group)
    matrix = margin_matrix(table_of(group), merged=False)
    cost, shares = float(solution.cost), len(matrix.costs)
    # b_R = a_R s_R / cost*: the optimal face up to rounding
    cover = -matrix.entries.T * cost
    bounds, room = [(0, None)] * shares, np.full(len(cover), -1 + 1e-11)

    def extreme(functional):
        found = linprog(
            functional, A_ub=np.vstack([cover, np.ones(shares)]), b_ub=[*room, 1 + 1e-11], bounds=bounds
        )
        assert found.status == 0
        return found.fun

    for row in range(shares):
        unit = np.eye(shares)[row]
        share, status = solution.structure.shares[row], solution.structure.irreps[row]
        assert share.lower == pytest.approx(extreme(unit), abs=1e-6)
        assert share.upper == pytest.approx(-extreme(-unit), abs=1e-6)
        assert (status is IrrepStatus.EXCLUDED) == (share.upper < 1e-6)
        assert (status is IrrepStatus.REQUIRED) == (share.lower > 1e-6)
    orbits = np.array([row.orbit for row in solution.rows])
    for orbit, share in enumerate(solution.structure.orbit_shares):
        total = (orbits == orbit).astype(float)
        assert share.lower == pytest.approx(extreme(total), abs=1e-6)
        assert share.upper == pytest.approx(-extreme(-total), abs=1e-6)
    for column, status in enumerate(solution.structure.classes[1:]):
        least, most = extreme(-cover[column]) - 1, -extreme(cover[column]) - 1
        assert (status is ClassStatus.NONE) == (least > 1e-6)
        assert (status is ClassStatus.EVERY) == (most < 1e-6)


def test_reference_refuses_what_is_too_large(monkeypatch):
    monkeypatch.setattr("theory.margins.program.ENTRY_LIMIT", 400)
    margin_matrix(table_of("M12"))
    with pytest.raises(LimitError, match=r"S8: the float reference takes up to 400 .* has 21 x 21"):
        margin_matrix(table_of("S8"))
