"""Dihedral and dicyclic groups by their definition: against permutations, against matrices, against GAP."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from issued import issued

from certificates.checker import check
from certificates.checker.certificate import Certificate
from certificates.checker.cyclotomic import Embedding, RootSum, rational, split_prime, unit_generators
from certificates.checker.document import read
from certificates.checker.inversion import InversionTable, check_characters
from certificates.checker.tables import Table, ValueTable
from theory.groups.gap import run

SMALL = [f"{family}{n}" for n in (3, 4, 5, 6, 8, 9, 12) for family in ("D", "Dic")] + ["Dic2", "Q16"]


def certificate(name: str, form: str = "own", arity: int = 2) -> Certificate:
    found = read(issued(name, arity, form).encode())
    assert isinstance(found, Certificate)
    return found


def table_of(name: str) -> InversionTable:
    return check_characters(certificate(name))


def number(value: Any) -> complex:
    if not isinstance(value, RootSum):
        return complex(value)
    return complex(sum(int(c) * np.exp(2j * np.pi * t / value.conductor) for t, c in value.terms))


@pytest.mark.parametrize(
    ("name", "arity"), [*((name, 2) for name in SMALL), ("D5", 3), ("Dic5", 3), ("Dic6", 3), ("Dic7", 4)]
)
def test_proved_like_the_permutations(name: str, arity: int) -> None:
    """Everything but the form of the group is the same; nothing is trusted."""
    own, other = json.loads(issued(name, arity)), json.loads(issued(name, arity, "permutations"))
    assert own["group"]["kind"] == "inversion"
    assert other["group"]["kind"] == "permutations"
    changed = {key for key in own if own[key] != other[key]}
    assert changed == {"group", "characters", "sha256"}
    for document in (own, other):
        assert {fact.status for fact in check(document).facts} == {"proved"}


@pytest.mark.parametrize("name", SMALL)
def test_the_table_is_that_of_the_permutations(name: str) -> None:
    """Values, Galois action and images: by formula, and from the stated values."""
    table, stated = table_of(name), certificate(name, "permutations")
    values = ValueTable(stated.values, stated.class_sizes, stated.element_orders)
    c = range(values.classes)
    assert (table.sizes, table.orders) == (values.sizes, values.orders)
    assert [table.degree(row) for row in c] == [values.degree(row) for row in c]
    for row, column in product(c, c):
        assert abs(number(table.value(row, column)) - number(values.value(row, column))) < 1e-12
    assert table.conductor % values.conductor == 0
    for k in (-1, *unit_generators(table.conductor)):
        assert table.galois_rows(k) == values.galois_rows(k)
        assert table.galois_columns(k) == values.galois_columns(k)
    assert (table.row_orbits, table.column_orbits) == (values.row_orbits, values.column_orbits)
    embedding = Embedding(table.conductor, split_prime(table.conductor, 1 << 20))
    for row in c:
        assert table.separation_images(row, c, embedding) == Table.separation_images(table, row, c, embedding)
    assert tuple(table.indicator(row) for row in c) == stated.indicators


@pytest.mark.parametrize("name", SMALL)
def test_sums_over_orbits_agree_with_the_definition(name: str) -> None:
    """By Ramanujan's formula, and root by root."""
    table = table_of(name)
    weights = {row: fmpq(orbit + 1, 3) for row, orbit in enumerate(table.row_orbits)}
    slow = [rational(*pair) for pair in Table.column_sums(table, weights)]
    assert None not in slow
    assert [rational(*pair) for pair in table.column_sums(weights)] == slow
    number_of = max(table.column_orbits) + 1
    for row in range(table.classes):
        fast = [rational(*pair) for pair in table.row_sums(row, table.column_orbits, number_of)]
        assert fast == [
            rational(*pair) for pair in table._pointwise_sums(row, table.column_orbits, number_of)
        ]


def test_sums_that_are_not_over_orbits_are_formed_term_by_term() -> None:
    """In D5 the two classes of rotations are conjugate; each alone gives golden ratios."""
    table = table_of("D5")
    rotation = next(row for row in range(table.classes) if table.degree(row) == 2)
    separate = [n if order == 5 else -1 for n, order in enumerate(table.orders)]
    columns = [n for n in separate if n >= 0]
    groups = [columns.index(n) if n >= 0 else -1 for n in separate]
    found = table.row_sums(rotation, groups, 2)
    assert [rational(*pair) for pair in found] == [None, None]
    assert rational(*table.row_sums(rotation, [min(g, 0) for g in groups], 1)[0]) == -1
    lone = table.column_sums({rotation: fmpq(1)})
    assert [rational(*lone[column]) for column in columns] == [None, None]


@pytest.mark.parametrize(("m", "z"), [(m, z) for m in range(1, 11) for z in range(m)])
def test_the_definition_is_a_group_just_where_the_checker_says_so(m: int, z: int) -> None:
    """Associativity by brute force: it holds exactly if `2z = 0` modulo `m`."""

    def times(g: tuple[int, int], h: tuple[int, int]) -> tuple[int, int]:
        return (g[0] + (-h[0] if g[1] else h[0]) + z * g[1] * h[1]) % m, g[1] ^ h[1]

    elements = list(product(range(m), range(2)))
    associative = all(
        times(times(f, g), h) == times(f, times(g, h)) for f, g, h in product(elements, repeat=3)
    )
    assert associative == (2 * z % m == 0)
    document = json.loads(issued("D3"))
    document["group"] |= {"modulus": m, "square": z, "order": str(2 * m)}
    document["group"]["representatives"] = [[0, 0]] * 3
    document["characters"]["exponents"] = [[0, 0]] * 3
    status = {fact.name: fact.status for fact in check(document).facts}
    assert (status["group"] == "proved") == associative
    if associative:  # powers, orders and classes of all elements, from the product alone
        table = InversionTable(m, z, tuple(elements), ())
        power = {g: [(0, 0)] for g in elements}
        for g in elements:
            while (following := times(power[g][-1], g)) != (0, 0):
                power[g].append(following)
        assert table.orders == tuple(len(power[g]) for g in elements)
        inverse = {g: power[g][-1] for g in elements}
        orbit = {g: {times(times(h, g), inverse[h]) for h in elements} for g in elements}
        assert table.sizes == tuple(len(orbit[g]) for g in elements)
        for k in range(-3, 7):
            for g, place in zip(elements, table.power(k), strict=True):
                assert elements[place] in orbit[power[g][k % len(power[g])]]


@pytest.mark.slow
@pytest.mark.parametrize("arity", [2, 3, 4])
@pytest.mark.parametrize("name", ["D499", "D500", "Dic500"])
def test_the_largest_of_the_atlas(name: str, arity: int) -> None:
    text = issued(name, arity)
    assert len(text) < 110_000
    assert {fact.status for fact in check(text.encode()).facts} == {"proved"}


def _in_gap(table: InversionTable) -> str:
    """The table as a GAP record: centralisers, orders, power maps, values."""

    def value(entry: Any) -> str:
        if not isinstance(entry, RootSum):
            return str(entry)
        return "+".join(f"({c})*E({entry.conductor})^{t}" for t, c in entry.terms)

    c, n = range(table.classes), sum(table.sizes)
    irr = ",".join(f"[{','.join(value(table.value(row, column)) for column in c)}]" for row in c)
    primes = [p for p in range(2, n + 1) if n % p == 0 and all(p % q for q in range(2, p))]
    maps = [[image + 1 for image in table.power(p)] for p in primes]
    powers = f"maps:=[];; {' '.join(f'maps[{p}]:={image};;' for p, image in zip(primes, maps, strict=True))}"
    sizes = [n // size for size in table.sizes]
    return (
        f"{powers} ours:=ConvertToCharacterTable(rec(UnderlyingCharacteristic:=0,"
        f"SizesCentralizers:={sizes},OrdersClassRepresentatives:={list(table.orders)},"
        f"ComputedPowerMaps:=maps,Irr:=[{irr}]));;"
    )


@pytest.mark.requires("gap")
def test_the_generic_tables_of_gap() -> None:
    """GAP finds permutations of rows and columns that take our table, with power maps, to its own."""
    names = [*(f"D{n}" for n in (*range(3, 13), 15, 16, 21)), *(f"Dic{n}" for n in (*range(2, 10), 15))]
    program, expected = "answers:=[];;\n", []
    for name in names:
        table = table_of(name)
        family = "Quaternionic" if name.startswith("Dic") else "Dihedral"
        program += _in_gap(table) + (
            f't:=CharacterTable("{family}",{sum(table.sizes)});;'
            "Add(answers,[TransformingPermutationsCharacterTables(ours,t)<>fail,"
            "SortedList(TransposedMat([List(Irr(t),DegreeOfCharacter),Indicator(t,2)]))]);\n"
        )
        indicators = [[table.degree(row), table.indicator(row)] for row in range(table.classes)]
        expected.append([True, sorted(indicators)])
    program += _in_gap(table_of("D4")) + (
        't:=CharacterTable("Quaternionic",8);;'
        "Add(answers,TransformingPermutationsCharacterTables(ours,t)<>fail);\n"
    )
    assert run(program + "Emit(answers);") == [*expected, False]  # D4 and Q8 differ in their squares
