"""The theorems of docs/findings.md on drawn and chosen groups, by the exact program."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.characters.library import character_table
from theory.characters.products import product_table
from theory.characters.table import CharacterTable
from theory.margins.exact import solve
from theory.margins.plancherel import plancherel_optimal
from theory.margins.radicals import RadicalSum, half_power
from theory.margins.solution import IrrepStatus, MarginSolution
from theory.testing import character_tables

ARITIES = st.sampled_from([2, 3, 4, 5])


@cache
def solved(name: str, arity: int = 2) -> MarginSolution:
    return solve(character_table(name), arity)


@cache
def holds(name: str, arity: int = 2) -> bool:
    return plancherel_optimal(character_table(name), arity)


def cheapest(table: CharacterTable, arity: int) -> RadicalSum:
    """The first bound of Finding 7."""
    real = sum(d == 1 and nu == 1 for d, nu in zip(table.degrees, table.indicators, strict=True))
    return (RadicalSum.of(real - 1) + half_power(2, arity - 1) * (table.order - real)) / table.order


@settings(max_examples=15)
@given(character_tables(60), ARITIES)
def test_the_condition_in_three_ways_and_the_bounds(table: CharacterTable, arity: int) -> None:
    if table.order == 1:
        return
    solution = solve(table, arity)
    condition = plancherel_optimal(table, arity)
    assert condition == (IrrepStatus.EXCLUDED not in solution.structure.irreps)  # Finding 1
    total = sum(solution.primal)
    assert total == 1 - Fraction(1, table.order) if condition else total >= 1
    least = cheapest(table, arity)  # Finding 7
    small = all(row.degree * (1 if row.indicator == 1 else 2) <= 2 for row in solution.rows)
    assert (solution.cost == least) == small
    assert not solution.cost < least
    assert condition or not small
    gain = table.order ** ((arity - 1) / 2) / float(solution.cost)  # Finding 8
    assert (table.order**0.5 / 2) ** ((arity - 1) / 2) < gain


def test_finding_1_has_both_cases() -> None:
    assert holds("S5")
    assert not holds("A5")
    assert sum(solved("A5").primal) == Fraction(16, 15)
    assert sum(solved("S5").primal) == 1 - Fraction(1, 120)


@pytest.mark.parametrize(
    ("kernel", "complement", "group", "nu"),
    [
        (9, "Z2", "D9", 1),
        (25, "Z2", "D25", 1),
        (5, "Z4", "AGL(1,5)", 1),
        (13, "Z6", "Z13:Z6", 1),
        (7, "Z3", "Z7:Z3", 2),
        (8, "Z7", "AGL(1,8)", 1),
    ],
)
@pytest.mark.parametrize("arity", [2, 3])
def test_frobenius_groups(kernel: int, complement: str, group: str, nu: int, arity: int) -> None:
    h = solved(complement, arity)
    own = half_power(h.table.order * nu, arity - 1) * Fraction(kernel - 1, kernel)
    assert solved(group, arity).cost == own + h.cost / kernel


@pytest.mark.requires("gap")
def test_a_frobenius_group_with_quaternion_complement() -> None:
    group = solve(character_table("gap:SmallGroup(72,41)"))
    assert group.cost == half_power(8, 1) * Fraction(8, 9) + solved("Q8").cost / 9


def test_counterexamples() -> None:
    assert holds("Dic3", 2)
    assert not any(holds("Dic3", k) for k in (3, 4, 5))
    assert not holds("SL(2,5)")
    assert holds("Z7:Z3")
    assert not any(holds("Z7:Z3 x Z7:Z3", k) for k in (2, 3, 4, 5))
    assert holds("S3 x S3")
    assert not holds("S3 x S3 x S3")
    assert all(holds("Z3 x Z4 x Z6", k) for k in (2, 3, 4))


@pytest.mark.parametrize(
    ("name", "arity"), [("A5", 2), ("A5", 3), ("Dic3", 3), ("S3", 2), ("Q8", 2), ("Z7:Z3", 3)]
)
def test_a_factor_of_two_is_free_iff_the_condition_fails(name: str, arity: int) -> None:
    cost = solved(name, arity).cost
    assert (solved(f"{name} x Z2", arity).cost == cost) == (not holds(name, arity))
    assert (solved(f"{name} x Z2 x Z2", arity).cost == cost) == (not holds(name, arity))


def test_costs_of_products() -> None:
    assert solved("A5 x A5", 3).cost == solved("A5", 3).cost * 2
    assert solved("A5 x A5", 2).cost < solved("A5", 2).cost * 2  # 3 < 2 sqrt(3)
    for name, other in [("S3", "S3"), ("S3", "Z5"), ("D4", "Z7:Z3"), ("S4", "S3"), ("S4", "S4")]:
        first, second = solved(name), solved(other)
        bound = (first.cost + Fraction(1, first.table.order)) * (
            second.cost + Fraction(1, second.table.order)
        )
        product = solved(f"{name} x {other}")
        value = product.cost + Fraction(1, product.table.order)
        assert not bound < value
        assert (value == bound) == holds(f"{name} x {other}")


@pytest.mark.slow
def test_powers_of_m11_add_up() -> None:
    assert solved("M11 x M11").cost == solved("M11").cost * 2


@pytest.mark.parametrize("name", ["A5", "SL(2,3)", "S5", "M11"])
def test_large_arity_leaves_small_degrees(name: str) -> None:
    solution = solved(name, 12)
    sizes = [row.degree * (1 if row.indicator == 1 else 2) for row in solution.rows]
    bound = {"A5": 3, "SL(2,3)": 4, "S5": 4, "M11": 10}[name]
    used = {
        s
        for s, status in zip(sizes, solution.structure.irreps, strict=True)
        if status is not IrrepStatus.EXCLUDED
    }
    assert max(used) == bound


@pytest.mark.requires("gap")
@pytest.mark.slow
def test_finding_4_a_frobenius_complement_of_odd_order_that_fails() -> None:
    """(Z7:Z9) x (Z11:Z25), by GAP's numbers; each of the two factors satisfies the condition."""
    factors = [character_table(f"gap:SmallGroup({order},1)") for order in (63, 275)]
    product = product_table(factors, "H")
    assert [len(table.class_sizes) for table in factors] == [15, 35]  # neither is abelian
    for arity in (2, 3, 4):
        assert all(plancherel_optimal(table, arity) for table in factors)
        assert not plancherel_optimal(product, arity)
