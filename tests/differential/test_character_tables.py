"""Closed forms, Murnaghan–Nakayama and products against Burnside–Dixon on the same permutations."""

from __future__ import annotations

from itertools import product
from math import prod

import numpy as np
import pytest

from theory.characters.alternating import alternating
from theory.characters.burnside_dixon import character_table_of
from theory.characters.closed_forms import abelian, cyclic, dicyclic, dihedral
from theory.characters.cyclotomic import conjugate
from theory.characters.library import character_table
from theory.characters.products import product_table
from theory.characters.realisation import as_permutations
from theory.characters.symmetric import character_column, partitions, symmetric
from theory.characters.table import CharacterTable
from theory.errors import LimitError
from theory.groups.conjugacy import conjugacy_classes
from theory.groups.naming import resolve
from theory.groups.permutation_group import permutation_group

TABLES = {
    "Z1": lambda: cyclic(1),
    "Z12": lambda: cyclic(12),
    "Z2 x Z4 x Z3": lambda: abelian((2, 4, 3)),
    "Z6 x Z10": lambda: abelian((6, 10)),
    "D2": lambda: dihedral(2),
    "D5": lambda: dihedral(5),
    "D12": lambda: dihedral(12),
    "Dic1": lambda: dicyclic(1),
    "Dic3": lambda: dicyclic(3),
    "Dic4": lambda: dicyclic(4),
    "Dic6": lambda: dicyclic(6),
    "S1": lambda: symmetric(1),
    "S2": lambda: symmetric(2),
    "S5": lambda: symmetric(5),
    "S6": lambda: symmetric(6),
    "S7": lambda: symmetric(7),
    "A2": lambda: alternating(2),
    "A3": lambda: alternating(3),
    "A4": lambda: alternating(4),
    "A5": lambda: alternating(5),
    "A6": lambda: alternating(6),
    "A7": lambda: alternating(7),
    "S3 x Q8": lambda: product_table([symmetric(3), dicyclic(2)]),
    "S4 x Z5": lambda: product_table([symmetric(4), cyclic(5)]),
    "A4 x A4": lambda: product_table([alternating(4), alternating(4)]),
}


@pytest.mark.parametrize("name", TABLES)
def test_agrees_with_burnside_dixon(name: str) -> None:
    """The classes are matched through the representatives that the closed form carries, not by values."""
    table = TABLES[name]()
    assert table.realisation is not None
    realisation = as_permutations(table.realisation)
    group = permutation_group(np.array(realisation.generators, dtype=np.int64), name)
    other = character_table_of(group)
    classes = conjugacy_classes(group)
    column_of = classes.class_of[group.index_of(np.array(realisation.representatives))].tolist()

    assert sorted(column_of) == list(range(len(other.class_sizes)))
    assert table.order == other.order
    assert table.class_sizes == tuple(other.class_sizes[column] for column in column_of)
    assert table.element_orders == tuple(other.element_orders[column] for column in column_of)
    for p, image in table.power_maps.items():
        assert [column_of[target] for target in image] == [
            other.power_maps[p][column] for column in column_of
        ]
    row_of = {tuple(row[column] for column in column_of): number for number, row in enumerate(other.values)}
    assert {row_of[row] for row in table.values} == set(range(len(other.values)))
    assert table.indicators == tuple(other.indicators[row_of[row]] for row in table.values)
    assert table.degrees == other.degrees
    assert table.labels == other.labels


@pytest.mark.parametrize(
    "name", ["M11", "PSL(2,7)", "SL(2,5)", "Heis(3)", "GL(2,3)", "AGL(1,8)", "Z7:Z3", "Ex(2^(1+4),-)"]
)
def test_powers_of_elements_are_powers_of_classes(name: str) -> None:
    """`power`, from power maps and the Galois action, against powers of representatives in the group."""
    group = resolve(name).build()
    table = character_table_of(group)
    classes = conjugacy_classes(group)
    for k in range(-2, 14):
        expected = classes.class_of[group.power(classes.representatives, k)].tolist()
        assert [table.power(column, k) for column in range(len(classes.sizes))] == expected
    assert table.inverse_classes == classes.inverse


@pytest.mark.parametrize("name", ["S4", "SL(2,3)", "Z7:Z3", "Heis(3)", "A5"])
def test_indicators_count_square_roots(name: str) -> None:
    """`sum_R nu_R chi_R(g)` is the number of square roots of `g`, counted in the group."""
    group = resolve(name).build()
    table = character_table_of(group)
    classes = conjugacy_classes(group)
    squares = np.bincount(group.power(np.arange(group.order), 2), minlength=group.order)
    for column, representative in enumerate(classes.representatives):
        total = sum(
            (nu * row[column] for nu, row in zip(table.indicators, table.values, strict=True)), start=0
        )
        assert total == squares[representative]


@pytest.mark.parametrize("name", ["Z12", "S4", "Q8", "SL(2,3)", "A5", "Z7:Z3", "Dic3", "Heis(3)", "M11"])
def test_both_orthogonality_relations_in_exact_arithmetic(name: str) -> None:
    """What `verify` proves modulo primes, recomputed with cyclotomic numbers."""
    table = character_table(name)
    c = len(table.class_sizes)
    bars = [[conjugate(value) for value in row] for row in table.values]
    for i, j in product(range(c), repeat=2):
        rows = sum(
            (size * a * b for size, a, b in zip(table.class_sizes, table.values[i], bars[j], strict=True)),
            start=0,
        )
        assert rows == (table.order if i == j else 0)
        columns = sum((row[i] * bar[j] for row, bar in zip(table.values, bars, strict=True)), start=0)
        assert columns == (table.centraliser_orders[i] if i == j else 0)


def _hook_length_degree(shape: tuple[int, ...]) -> int:
    columns = [sum(part > i for part in shape) for i in range(shape[0])]
    hooks = [part - j + columns[j] - i - 1 for i, part in enumerate(shape) for j in range(part)]
    return prod(range(1, sum(shape) + 1)) // prod(hooks)


@pytest.mark.parametrize("n", [4, 10, 25])
def test_degrees_are_hook_length_numbers(n: int) -> None:
    """Frame, Robinson and Thrall: `n!` over the product of the hook lengths."""
    assert character_column((1,) * n).tolist() == list(map(_hook_length_degree, partitions(n)))


@pytest.mark.slow
@pytest.mark.parametrize("make", [symmetric, alternating])
def test_largest_table(make: type) -> None:
    table: CharacterTable = make(25)  # verified inside: both orthogonality relations
    assert set(table.indicators) <= {-1, 0, 1}


def test_library_takes_every_form() -> None:
    assert character_table("Z2^3").class_names[1] == "(0,0,1)"
    assert character_table("S3 x Q8").source == "product"
    assert character_table("M11").source == "Burnside–Dixon"
    group = resolve("Heis(3)").build()
    assert character_table(group).degrees == (1,) * 9 + (3, 3)
    assert character_table(resolve("Q16")).degrees == (1, 1, 1, 1, 2, 2, 2)


@pytest.mark.parametrize("name", ["Z3000", "Z2^12", "S20xS20"])
def test_tables_beyond_memory_are_refused(name: str) -> None:
    with pytest.raises(LimitError, match="beyond the limit of 2500"):
        character_table(name)


def test_irreps_come_in_atlas_order() -> None:
    """Degrees ascend, the trivial character first; letters count equal degrees."""
    assert character_table("A5").labels == ("1a", "3a", "3b", "4a", "5a")
    assert character_table("M11").labels == (
        "1a",
        "10a",
        "10b",
        "10c",
        "11a",
        "16a",
        "16b",
        "44a",
        "45a",
        "55a",
    )
    assert character_table("Z30").labels[25:] == ("1z", "1aa", "1ab", "1ac", "1ad")
