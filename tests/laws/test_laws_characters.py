"""Every law of character tables holds on tables of groups and refuses a forged one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.characters.library import character_table
from theory.characters.table import CharacterTable
from theory.testing import assert_drawn, character_tables, search
from theory.testing.law_search import Law
from theory.testing.laws.characters import (
    CHARACTER_LAWS,
    central_characters,
    columns_orthogonal,
    conjugation_character,
    degrees,
    fourier_inversion,
    inner,
    power_congruence,
    roots_of_one,
    rows_orthonormal,
    square_roots,
    symmetric_squares,
    tensor_products,
    vanishing,
)

table_of = cache(character_table)


@settings(max_examples=15)
@given(character_tables(24), st.data())
def test_the_laws_hold_on_drawn_groups(table: CharacterTable, data: st.DataObject) -> None:
    for law in CHARACTER_LAWS:
        assert_drawn(law, table, data)


@pytest.mark.parametrize("name", ["Z1", "Z12", "Q8", "A5", "S7", "M11"])
def test_the_laws_hold_on_named_groups(name: str) -> None:
    for law in CHARACTER_LAWS:
        assert search(law, table_of(name), max_examples=10).counterexample is None, law.name


def with_value(name: str, row: int, column: int, value: int) -> CharacterTable:
    table = table_of(name)
    values = [list(line) for line in table.values]
    values[row][column] = value
    return replace(table, values=tuple(map(tuple, values)))


def with_power_map(name: str, p: int, image: tuple[int, ...]) -> CharacterTable:
    table = table_of(name)
    return replace(table, power_maps={**table.power_maps, p: image})


# S3: classes 1, (1,2), (1,2,3) of sizes 1, 3, 2; rows 1, sign, the one of degree 2: 2, 0, -1


def frobenius_orders() -> CharacterTable:
    """S3 with the orders of its two nontrivial classes exchanged: g² = 1 gets 3 solutions."""
    return replace(table_of("S3"), element_orders=(1, 3, 2))


def impossible_degree() -> CharacterTable:
    """1² + 3² = 10, but 3 does not divide 10."""
    return replace(
        table_of("Z2"), order=10, class_sizes=(1, 9), values=((1, 1), (3, 0)), element_orders=(1, 2)
    )


FORGERIES: list[tuple[Law[CharacterTable, Any], Callable[[], CharacterTable], str]] = [
    (degrees, lambda: with_value("S3", 1, 0, 2), "the squares of the degrees sum to 9, not to 6"),
    (degrees, impossible_degree, "3 does not divide [G : Z(G)] = 10"),
    (rows_orthonormal, lambda: with_value("S3", 2, 2, 1), "⟨χ[1a], χ[2a]⟩ = 2/3, not 0"),
    (columns_orthogonal, lambda: with_value("S3", 2, 2, 1), "Σ χ(C) conj χ(D) = 4, not 0"),
    (tensor_products, lambda: with_value("S3", 2, 2, 1), "χ[1a]·χ[1a] holds χ[2a] 2/3 times"),
    (symmetric_squares, lambda: with_power_map("S3", 2, (0, 2, 0)), "square of χ[2a] holds"),
    (central_characters, lambda: with_value("S3", 2, 1, 1), "χ[2a]: |C| χ(C)/χ(1) = 3/2 on class (1,2)"),
    (power_congruence, lambda: with_power_map("S3", 2, (0, 0, 0)), "χ(g^2) = 2, χ(g)^2 = -1 modulo 2"),
    (square_roots, lambda: with_power_map("S3", 2, (0, 2, 0)), "but its elements have"),
    (roots_of_one, frobenius_orders, "g^2 = 1 has 3 solutions, no multiple of 2"),
    (conjugation_character, lambda: with_value("S3", 2, 1, -3), "the values of χ[2a] sum to -2"),
    (vanishing, lambda: with_value("S3", 2, 1, 1), "χ[2a] is nowhere 0"),
    (fourier_inversion, lambda: with_value("S3", 2, 2, 1), "n Σ ⟨f, χ⟩ χ is"),
]


@pytest.mark.parametrize(("law", "forged", "reason"), FORGERIES, ids=lambda value: getattr(value, "name", ""))
def test_a_law_refuses_a_forged_table(
    law: Law[CharacterTable, Any], forged: Callable[[], CharacterTable], reason: str
) -> None:
    found = search(law, forged()).counterexample
    assert found is not None
    assert reason in found
    assert search(law, table_of("S3")).counterexample is None


def test_every_law_is_forged_once() -> None:
    assert {law.name for law, _, _ in FORGERIES} == {law.name for law in CHARACTER_LAWS}


def test_a_wrong_indicator_is_refused() -> None:
    """D4 and Q8 have equal tables but for the power map of 2, which the indicators come from."""
    dihedral, quaternion = table_of("D4"), table_of("Q8")
    assert search(symmetric_squares, quaternion).counterexample is None
    forged = replace(quaternion)
    forged.__dict__["indicators"] = dihedral.indicators  # a cached property, overruled
    found = search(symmetric_squares, forged).counterexample
    assert found == "χ[2a]: ⟨Sym², 1⟩ − ⟨Ext², 1⟩ = -1, but ν = 1"


def test_counterexamples_shrink_to_the_first_rows() -> None:
    """The wrong value in the last row is found with the trivial character as its partner."""
    found = search(rows_orthonormal, with_value("S7", 14, 14, 99)).counterexample
    assert found is not None
    assert found.startswith("⟨χ[1a], χ[")


def test_the_inner_product_is_hermitian() -> None:
    table = table_of("Z5")
    f, h = table.values[1], table.values[2]
    assert inner(table, f, h) == 0
    assert inner(table, [1, 0, 0, 0, 0], f) == inner(table, f, [1, 0, 0, 0, 0])
