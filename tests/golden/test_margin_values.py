"""Published and reference values of maximum margins.

Sources: the reference table of the design (an independent prototype in floats);
Morwani et al., arXiv:2311.07568, Theorems 7 and 9; Li et al., arXiv:2402.09469, for k factors on Z_p.
"""

from __future__ import annotations

from fractions import Fraction
from math import factorial

import pytest
import sympy

from theory.characters.library import character_table
from theory.errors import InputError
from theory.margins.exact import gamma_star, solve
from theory.margins.plancherel import plancherel_optimal, plancherel_pair, theorem9_condition
from theory.margins.radicals import ONE, ZERO, parse
from theory.margins.reduction import apply, margin_program
from theory.margins.solution import IrrepStatus

REQUIRED, POSSIBLE, EXCLUDED = IrrepStatus.REQUIRED, IrrepStatus.POSSIBLE, IrrepStatus.EXCLUDED

# group, cost, gamma* to 16 digits
VALUES = [
    ("Z12", "1/12 + 5/6*sqrt(2)", 0.007337875836812368),
    ("Z71", "70/71*sqrt(2)", 0.0004614300791538183),
    ("S3", "1/6 + 2/3*sqrt(2)", 0.02360496931049070),
    ("D4", "3/8 + 1/2*sqrt(2)", 0.01571965515024513),
    ("Q8", "11/8", 0.01237116031708676),
    ("S4", "1/24 + 1/6*sqrt(2) + 3/4*sqrt(3)", 0.002076647996048120),
    ("SL(2,3)", "1 + 1/12*sqrt(2) + 3/8*sqrt(3)", 0.001852267587693276),
    ("S5", "13/24 + 5/12*sqrt(5) + 3/10*sqrt(6)", 0.0001325977490024288),
    ("A5", "8/15 + 4/5*sqrt(3)", 0.0004315708987694850),
    ("M11", "5/9*sqrt(5) + 25/36*sqrt(10) + 11/72*sqrt(11)", 1.384248739382793e-7),
]

# group, arity -> (label, status, share to five places) for every irrep that some optimum uses
SHARES = [
    ("S3", {"1b": 0.15022, "2a": 0.84978}),
    ("Q8", {"1b": 0.09091, "1c": 0.09091, "1d": 0.09091, "2a": 0.72727}),
    (
        "S5",
        {"1b": 0.00377, "4a": 0.12076, "4b": 0.12076, "5a": 0.21096, "5b": 0.21096, "6a": 0.33278},
    ),
    ("A5", {"3a": 0.36104, "3b": 0.36104, "4a": 0.27793}),
    ("M11", {"10a": 0.55666, "10b": 0.31490, "11a": 0.12844}),
]


@pytest.mark.parametrize(("group", "cost", "value"), VALUES)
def test_reference_value(group, cost, value):
    solution = solve(character_table(group))
    assert str(solution.cost) == cost
    assert solution.gamma_star == pytest.approx(value, rel=3e-16)


@pytest.mark.parametrize(("group", "shares"), SHARES)
def test_reference_shares(group, shares):
    solution = solve(character_table(group))
    found = {}
    for row, status, share in zip(
        solution.rows, solution.structure.irreps, solution.structure.shares, strict=True
    ):
        assert share.lower == share.upper
        assert (status is EXCLUDED) == (share.upper == 0.0)
        if status is not EXCLUDED:
            assert status is REQUIRED
            found[row.label] = round(share.lower, 5)
    assert found == shares


@pytest.mark.parametrize(
    ("group", "arity"),
    [("A5", 2), ("Z12", 2), ("Q8", 3), ("SL(2,3)", 4), ("M11", 2), ("Z7", 5), ("S4", 6), ("S4", 7)],
)
def test_exact_value_reads_as_sympy_and_rounds_to_the_float(group, arity):
    solution = solve(character_table(group), arity)
    order, cost = solution.table.order, sympy.sympify(str(solution.cost))
    exact = sympy.sympify(solution.gamma_star_exact)
    half = sympy.Rational(arity + 1, 2)
    formula = factorial(arity) / (sympy.Integer(arity + 1) * order) ** half / cost
    # agreement to 60 digits, and the float is the nearest one
    digits = sympy.N(formula, 60)
    assert abs(sympy.N(exact, 60) / digits - 1) < sympy.Float("1e-55", 60)
    error = abs(sympy.Float(solution.gamma_star, 60) - digits)
    assert error <= abs(digits) * sympy.Float(2, 60) ** -53


def test_exact_value_of_a5():
    assert solve(character_table("A5")).gamma_star_exact == "1/2700*sqrt(5)/(8/15 + 4/5*sqrt(3))"


@pytest.mark.parametrize("p", [3, 5, 7, 11, 13, 31])
def test_theorem_7_on_cyclic_groups_of_prime_order(p):
    # arXiv:2311.07568, Theorem 7: sqrt(2/27) / (sqrt(p) (p - 1))
    expected = sympy.sqrt(sympy.Rational(2, 27)) / (sympy.sqrt(p) * (p - 1))
    found = sympy.sympify(solve(character_table(f"Z{p}")).gamma_star_exact)
    assert sympy.simplify(found - expected) == 0


@pytest.mark.parametrize("p", [3, 5, 7, 13])
@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_k_factors_on_cyclic_groups_of_odd_prime_order(p, k):
    # arXiv:2402.09469: 2 k! / ((2k+2)^((k+1)/2) (p - 1) p^((k-1)/2))
    half = sympy.Rational(1, 2)
    expected = (
        2 * factorial(k) / (sympy.Integer(2 * k + 2) ** ((k + 1) * half) * (p - 1) * p ** ((k - 1) * half))
    )
    found = sympy.sympify(solve(character_table(f"Z{p}"), k).gamma_star_exact)
    assert sympy.simplify(found - expected) == 0


@pytest.mark.parametrize("group", ["Z2", "V4", "S3", "D4", "D5", "S4", "S5", "D4 x Z2"])
def test_theorem_9_where_its_condition_holds(group):
    # arXiv:2311.07568, Theorem 9: 2 / (3 sqrt(3 n)) / sum_(R != 1) d_R^2.5
    table = character_table(group)
    assert theorem9_condition(table) is True
    total = sum(sympy.Integer(d) ** sympy.Rational(5, 2) for d in table.degrees[1:])
    expected = 2 / (3 * sympy.sqrt(3 * table.order)) / total
    found = sympy.sympify(solve(table).gamma_star_exact)
    assert abs(sympy.N(found / expected - 1, 50)) < 1e-45


@pytest.mark.parametrize(
    ("group", "arity", "theorem9", "plancherel"),
    [
        ("A5", 2, False, False),
        ("S6", 2, False, False),
        ("S5", 2, True, True),
        ("S5", 3, None, False),
        ("Q8", 2, None, True),
        ("Z3", 2, None, True),
        ("SL(2,3)", 2, None, True),
        ("SL(2,5)", 2, None, False),
        ("S3", 3, None, True),
    ],
)
def test_plancherel_conditions(group, arity, theorem9, plancherel):
    table = character_table(group)
    assert theorem9_condition(table, arity) is theorem9
    assert plancherel_optimal(table, arity) is plancherel
    # optimal iff the Plancherel weights cost what the optimum costs
    solution = solve(table, arity)
    weights = [
        Fraction(row.degree**2 * (2 if row.conjugate != row.index else 1), table.order)
        for row in solution.rows
    ]
    cost = sum((row.cost * a for row, a in zip(solution.rows, weights, strict=True)), 0 * solution.cost)
    assert (cost == solution.cost) is plancherel
    assert cost >= solution.cost


def test_a_vanishing_dual_weight_tells_theorem_9_from_the_general_condition(monkeypatch):
    # no small group has a Plancherel dual with a zero, so one is put in
    weights = [ONE, ZERO]
    monkeypatch.setattr("theory.margins.plancherel._dual_weights", lambda program: iter(weights))
    table = character_table("S3")
    assert theorem9_condition(table) is False
    assert plancherel_optimal(table) is True
    merged, _ = apply(margin_program(table))
    assert plancherel_pair(merged) is None
    weights[1] = -ONE
    assert plancherel_optimal(table) is False


@pytest.mark.parametrize(
    ("group", "arity", "cost"), [("S3", 3, "3/2"), ("Q8", 3, "19/8"), ("A5", 3, "52/15")]
)
def test_three_factors_are_rational(group, arity, cost):
    assert str(solve(character_table(group), arity).cost) == cost


def test_s6_is_degenerate_and_its_face_is_no_point():
    solution = solve(character_table("S6"))
    statuses = {row.label: s for row, s in zip(solution.rows, solution.structure.irreps, strict=True)}
    used = {label: status for label, status in statuses.items() if status is not EXCLUDED}
    assert set(used) == {"5a", "5b", "5c", "5d", "10a", "10b"}
    assert list(used.values()).count(REQUIRED) == 2
    assert list(used.values()).count(POSSIBLE) == 4
    assert solution.structure.rank_prime is None


def test_sl_2_5_shares_an_orbit_between_conjugate_irreps():
    solution = solve(character_table("SL(2,5)"))
    structure = solution.structure
    assert str(solution.cost) == "1 + 3/4*sqrt(3)"
    for row, status, share in zip(solution.rows, structure.irreps, structure.shares, strict=True):
        if row.degree in (2, 3):
            orbit = structure.orbit_shares[row.orbit]
            assert status is REQUIRED
            assert 0 < share.lower < share.upper < 1
            assert orbit.lower == orbit.upper
            assert share.lower + share.upper == pytest.approx(orbit.lower, abs=1e-15)
        else:
            assert status is EXCLUDED


@pytest.mark.parametrize(("group", "arity"), [("Z1", 2), ("Z5", 1), ("S3", 0)])
def test_what_has_no_margin_is_refused(group, arity):
    with pytest.raises(InputError, match=r"no wrong label|at least two factors"):
        solve(character_table(group), arity)


def test_a_huge_order_stays_exact():
    # the order of the Monster, and a cost with one term: a single correctly rounded quotient
    order = 808017424794512875886459904961710757005754368000000000
    value, exact = gamma_star(order, 2, parse("4189/4096*sqrt(196883)"))
    assert abs(sympy.N(sympy.sympify(exact), 40) / sympy.Float(value, 40) - 1) < sympy.Float("1.2e-16", 40)
