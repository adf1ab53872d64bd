"""The table's digest forgets the order of rows and columns and nothing else; properties of products."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.characters.invariant import table_invariant
from theory.characters.library import character_table
from theory.characters.products import product_table
from theory.characters.properties import chief_factors, properties
from theory.characters.table import CharacterTable
from theory.testing import character_tables

table_of = cache(character_table)
ZOO = ("Z1", "Z5", "Z12", "V4", "S3", "D4", "Q8", "A4", "SL(2,3)", "S4", "A5", "Heis(3)", "Z7:Z3", "Dic3")


def permuted(table: CharacterTable, rows: list[int], columns: list[int]) -> CharacterTable:
    """The same table with lines in another order, under other names."""
    place = {column: number for number, column in enumerate(columns)}
    return replace(
        table,
        name="another",
        class_names=tuple(f"class {number}" for number in range(len(columns))),
        class_sizes=tuple(table.class_sizes[column] for column in columns),
        element_orders=tuple(table.element_orders[column] for column in columns),
        power_maps={
            p: tuple(place[image[column]] for column in columns) for p, image in table.power_maps.items()
        },
        values=tuple(tuple(table.values[row][column] for column in columns) for row in rows),
        labels=tuple(f"x{number}" for number in range(len(rows))),
        realisation=None,
        source="shuffled",
    )


def shuffled(table: CharacterTable, data: st.DataObject) -> CharacterTable:
    """Lines in any order; the identity and the trivial character stay first, as in every table."""
    rows = data.draw(st.permutations(range(1, len(table.values))))
    columns = data.draw(st.permutations(range(1, len(table.class_sizes))))
    return permuted(table, [0, *rows], [0, *columns])


@settings(max_examples=25)
@given(character_tables(40), st.data())
def test_the_order_of_lines_does_not_matter(table: CharacterTable, data: st.DataObject) -> None:
    other = shuffled(table, data)
    assert table_invariant(other) == table_invariant(table)
    assert properties(other) == properties(table)


@settings(max_examples=25)
@given(st.sampled_from(ZOO[1:]), st.data())
def test_a_changed_value_or_power_map_changes_the_digest(name: str, data: st.DataObject) -> None:
    table = table_of(name)
    row = data.draw(st.integers(0, len(table.values) - 1))
    column = data.draw(st.integers(0, len(table.values) - 1))
    values = [list(line) for line in table.values]
    values[row][column] = 97
    assert table_invariant(replace(table, values=tuple(map(tuple, values)))) != table_invariant(table)
    p = data.draw(st.sampled_from(sorted(table.power_maps)))
    image = list(table.power_maps[p])
    image[column] = (image[column] + 1) % len(image)
    changed = replace(table, power_maps={**table.power_maps, p: tuple(image)})
    # the change may be undone by an automorphism of the rest of the table only where two classes look alike
    alike = len({(line, table.class_sizes[k]) for k, line in enumerate(zip(*table.values, strict=True))})
    assert alike == len(image)
    assert table_invariant(changed) != table_invariant(table)


def test_known_tables_have_different_digests() -> None:
    digests = [table_invariant(table_of(name)) for name in ZOO]
    assert all(one != other for one, other in combinations(digests, 2))  # D4 and Q8 by their squares


def test_two_ways_to_one_table() -> None:
    for one, other in [
        ("S3", "D3"),
        ("Z6", "Z2 x Z3"),
        ("A5", "PSL(2,5)"),
        ("D6", "Z2 x S3"),
        ("Q8", "Dic2"),
    ]:
        assert table_invariant(table_of(one)) == table_invariant(table_of(other))


@pytest.mark.parametrize(("one", "other"), list(combinations(["Z2", "Z3", "S3", "Q8", "A5"], 2)))
def test_products(one: str, other: str) -> None:
    factors = [table_of(one), table_of(other)]
    product = product_table(factors)
    inherited = ["abelian", "nilpotent", "solvable", "supersolvable", "perfect", "rational", "real"]
    for name in inherited:
        assert (name in properties(product)) == all(name in properties(factor) for factor in factors)
    assert "simple" not in properties(product)
    assert "Frobenius" not in properties(product)
    assert chief_factors(product) == tuple(sorted(chief_factors(factors[0]) + chief_factors(factors[1])))
