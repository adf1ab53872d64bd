"""Which column of a character table each element of a group belongs to.

A table may come from a closed form or from elsewhere, with its classes in another order than the group's
own. Any bijection of the classes under which the table's rows are the group's irreducible characters will
do: two of them differ by a symmetry of the table, and whatever is computed from the table is invariant
under it.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from jaxtyping import Complex, Int

from theory.characters.cyclotomic import to_complex
from theory.characters.table import CharacterTable
from theory.errors import InputError
from theory.groups.conjugacy import ConjugacyClasses, conjugacy_classes
from theory.groups.finite_group import FiniteGroup

__all__ = ["columns_of_elements", "complex_values"]

TOLERANCE = 1e-7  # relative; a wrong column changes an algebraic integer, so it shows up far above this
SAMPLE = 12  # classes on which a bijection is tried, beside those of the generators
ROWS = 200


def complex_values(table: CharacterTable) -> Complex[np.ndarray, "r c"]:
    """The character table in floats."""
    alphabet = np.array([to_complex(value) for value in table.alphabet], dtype=complex)
    return alphabet[np.array(table.codes, dtype=np.int64)]


def columns_of_elements(group: FiniteGroup, table: CharacterTable) -> Int[np.ndarray, " n"]:
    """For every element of the group the column of its conjugacy class, checked on a sample of the class
    algebra.

    Raises:
        InputError: if the table is not a character table of the group.

    Cost: `O(n r)` for each class of the sample and, if the columns are not in the group's own order,
        another character table.
    """
    classes = conjugacy_classes(group)
    if table.order != group.order or len(table.class_sizes) != len(classes.sizes):
        raise InputError(
            f"{table.name}: a table of order {table.order} with {len(table.class_sizes)} classes is none of "
            f"{group.name} of order {group.order} with {len(classes.sizes)} classes"
        )
    own = tuple(zip(classes.sizes, classes.orders, strict=True))
    if own == tuple(zip(table.class_sizes, table.element_orders, strict=True)):
        identity = np.arange(len(own))
        if _fits(group, classes, table, identity):
            return classes.class_of
    from theory.characters.burnside_dixon import character_table_of

    columns = _isomorphism(character_table_of(group), table)
    if columns is None or not _fits(group, classes, table, columns):
        raise InputError(f"{table.name}: this is not the character table of {group.name}")
    return np.asarray(columns[classes.class_of])


def _fits(
    group: FiniteGroup, classes: ConjugacyClasses, table: CharacterTable, columns: Int[np.ndarray, " c"]
) -> bool:
    """Whether the rows, their columns permuted, behave like characters of the group with the stated
    indicators.

    Tried on the classes of the generators, on `SAMPLE` more, and on at most `ROWS` rows: enough to choose
    between bijections. The trace check of an explicit irrep is what proves its row.
    """
    values = complex_values(table)[:, columns]
    degrees = np.array(table.degrees, dtype=float)
    sizes = np.array(classes.sizes, dtype=float)
    own: np.ndarray[Any, Any] = np.asarray(classes.class_of)
    squares = own[group.multiply(classes.representatives, classes.representatives)]
    indicators = (values[:, squares] @ sizes).real / group.order
    if not np.allclose(indicators, table.indicators, atol=TOLERANCE):
        return False
    generator = np.random.default_rng(0)
    rows = np.sort(generator.permutation(len(degrees))[:ROWS])
    tried = {*own[list(group.generators)].tolist(), *generator.permutation(len(sizes))[:SAMPLE].tolist()}
    values, degrees = values[rows], degrees[rows]
    elements = np.arange(group.order)
    by_class = np.argsort(own, kind="stable")
    starts = np.searchsorted(own[by_class], np.arange(len(sizes)))
    for i in sorted(tried):
        # omega_R is a homomorphism of the class algebra: sum_(y in C) chi(x y) = |C| chi(x) chi(C) / d
        products = own[group.multiply(classes.representatives[i : i + 1], elements)]
        left = np.add.reduceat(values[:, products[by_class]], starts, axis=1)
        right = sizes * values[:, i : i + 1] * values / degrees[:, None]
        if np.abs(left - right).max() > TOLERANCE * group.order:
            return False
    return True


def _isomorphism(source: CharacterTable, target: CharacterTable) -> Int[np.ndarray, " c"] | None:
    """Columns of `target`, one for each column of `source`, that turn the rows of one table into those of
    the other.

    Backtracking over columns: the rows on both sides carry the values of the columns placed so far, and the
    multisets of these labels must agree. As soon as they tell all rows apart, the other columns are
    determined.
    """
    number: dict[Any, int] = {value: code for code, value in enumerate(source.alphabet)}
    if set(number) != set(target.alphabet):
        return None
    here = np.array(source.codes, dtype=np.int64)
    there = np.array([number[value] for value in target.alphabet], dtype=np.int64)[np.array(target.codes)]
    kinds = _kinds(source, here), _kinds(target, there)
    rarity = Counter(kinds[0])
    count = len(kinds[0])
    # columns with many distinct values tell the most rows apart
    order = sorted(range(count), key=lambda c: (-len(kinds[0][c][2]), rarity[kinds[0][c]], c))
    placed: list[int] = []

    def place(labels: Int[np.ndarray, " r"], images: Int[np.ndarray, " r"]) -> Int[np.ndarray, " c"] | None:
        if np.unique(labels).size == labels.size:
            return _matching_columns(here[np.argsort(labels)], there[np.argsort(images)])
        column = order[len(placed)]
        for candidate in range(count):
            if candidate in placed or kinds[1][candidate] != kinds[0][column]:
                continue
            values = np.concatenate([here[:, column], there[:, candidate]])
            pairs = np.stack([np.concatenate([labels, images]), values], axis=1)
            refined = np.unique(pairs, axis=0, return_inverse=True)[1].reshape(2, -1)
            if np.array_equal(np.sort(refined[0]), np.sort(refined[1])):
                placed.append(candidate)
                if (found := place(refined[0], refined[1])) is not None:
                    return found
                placed.pop()
        return None

    marks = np.array(source.indicators), np.array(target.indicators)
    return place(*marks) if sorted(source.indicators) == sorted(target.indicators) else None


def _kinds(
    table: CharacterTable, codes: Int[np.ndarray, "r c"]
) -> list[tuple[int, int, tuple[tuple[int, int], ...]]]:
    """What an isomorphism keeps of a column: element order, class size, and how often each value occurs."""
    return [
        (order, size, tuple(sorted(Counter(column.tolist()).items())))
        for order, size, column in zip(table.element_orders, table.class_sizes, codes.T, strict=True)
    ]


def _matching_columns(
    here: Int[np.ndarray, "r c"], there: Int[np.ndarray, "r c"]
) -> Int[np.ndarray, " c"] | None:
    """For each column on the left the equal one on the right; None if there is none."""
    place = {column.tobytes(): index for index, column in enumerate(np.ascontiguousarray(there.T))}
    columns = [place.get(column.tobytes(), -1) for column in np.ascontiguousarray(here.T)]
    return None if -1 in columns else np.array(columns, dtype=np.int64)
