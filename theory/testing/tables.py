"""Strategies for Cayley tables: honest ones in any labelling, and ones that are subtly no group.

Every strategy returns numpy arrays with entries `0, ..., n - 1`; row `g`, column `h` holds `gh`. All of them
shrink towards small orders and few changes. The tables are made by their definitions here, not by
`theory.groups`, so that they can be used to test it.
"""

from __future__ import annotations

from itertools import permutations
from math import gcd

import hypothesis.strategies as st
import numpy as np
from hypothesis.strategies import DrawFn, SearchStrategy
from jaxtyping import Int

from theory.testing.subgroups import generated, normal_closure, quotient_table, subgroup_table

__all__ = [
    "broken_cell_tables",
    "cayley_tables",
    "corrupted_tables",
    "identityless_tables",
    "loop_tables",
    "product_table",
    "relabelled",
    "relabelled_tables",
    "semidirect_table",
    "swapped_cell_tables",
    "symmetric_table",
]

Table = Int[np.ndarray, "n n"]


def product_table(left: Int[np.ndarray, "n n"], right: Int[np.ndarray, "m m"]) -> Int[np.ndarray, "nm nm"]:
    """The direct product; `(g, h)` has number `g m + h`."""
    n, m = len(left), len(right)
    both: Int[np.ndarray, "n m n m"] = left[:, None, :, None] * m + right[None, :, None, :]
    return both.reshape(n * m, n * m)


def semidirect_table(n: int, m: int, unit: int) -> Int[np.ndarray, "nm nm"]:
    """`Z_n : Z_m`, the generator of `Z_m` acting on `Z_n` by `x -> unit x`; `(x, i)` has number `x m + i`.

    Raises:
        ValueError: `unit^m` is not 1 modulo `n`, so that this is no action.
    """
    if pow(unit, m, n) != 1 % n:
        raise ValueError(f"{unit}^{m} is not 1 modulo {n}: Z_{m} cannot act on Z_{n} by x -> {unit} x")
    x, i = np.divmod(np.arange(n * m), m)
    powers = np.array([pow(unit, j, n) for j in range(m)])
    # (x, i)(y, j) = (x + unit^i y, i + j)
    table: Table = (x[:, None] + powers[i][:, None] * x[None, :]) % n * m + (i[:, None] + i[None, :]) % m
    return table


def symmetric_table(degree: int) -> Int[np.ndarray, "n n"]:
    """`S_degree`, permutations in lexicographic order; `gh` acts by `g` first."""
    images = np.array(list(permutations(range(degree))), dtype=np.int64)
    weights = degree ** np.arange(degree)[::-1]
    products = images[:, images].swapaxes(0, 1)  # (gh)[i] = h[g[i]]
    return np.searchsorted(images @ weights, products @ weights)


def relabelled(table: Table, names: Int[np.ndarray, " n"]) -> Table:
    """The same operation after element `g` is renamed `names[g]`."""
    renamed = np.empty_like(table)
    renamed[np.ix_(names, names)] = names[table]
    return renamed


def _cyclic(order: int) -> Table:
    return np.add.outer(np.arange(order), np.arange(order)) % order


@st.composite
def _semidirect(draw: DrawFn, max_order: int) -> Table:
    n = draw(st.integers(3, max(3, max_order // 2)))
    m = draw(st.integers(2, max(2, max_order // n)))
    units = [u for u in range(1, n) if gcd(u, n) == 1 and pow(u, m, n) == 1]
    return semidirect_table(n, m, draw(st.sampled_from(units[::-1])))  # x -> -x, if it is there, first


@st.composite
def _subgroups(draw: DrawFn, degree: int) -> Table:
    whole = symmetric_table(degree)
    return subgroup_table(whole, generated(whole, draw(st.lists(st.integers(1, len(whole) - 1), max_size=2))))


@st.composite
def _quotients(draw: DrawFn, max_order: int) -> Table:
    table = draw(cayley_tables(max_order))
    return quotient_table(table, normal_closure(table, [draw(st.integers(0, len(table) - 1))]))


@st.composite
def _products(draw: DrawFn, max_order: int) -> Table:
    left = draw(cayley_tables(max_order // 2))
    return product_table(left, draw(cayley_tables(max_order // len(left))))


def cayley_tables(max_order: int = 24) -> SearchStrategy[Table]:
    """Cayley tables of groups with the identity at 0: cyclic groups, semidirect products `Z_n : Z_m`,
    subgroups of `S_4`, direct products and quotients of these.

    Args:
        max_order: at least 1.
    """
    kinds: list[SearchStrategy[Table]] = [st.integers(1, max_order).map(_cyclic)]
    if max_order >= 6:
        kinds.append(_semidirect(max_order))
    if max_order >= 24:
        kinds.append(_subgroups(4))
    elif max_order >= 6:
        kinds.append(_subgroups(3))
    if max_order >= 4:
        kinds.append(st.deferred(lambda: _products(max_order)))
        kinds.append(st.deferred(lambda: _quotients(max_order)))
    return st.one_of(kinds)


@st.composite
def relabelled_tables(draw: DrawFn, max_order: int = 24) -> Table:
    """Cayley tables of groups with the elements in any order, the identity anywhere."""
    table = draw(cayley_tables(max_order))
    return relabelled(table, np.array(draw(st.permutations(range(len(table))))))


@st.composite
def broken_cell_tables(draw: DrawFn, max_order: int = 24) -> Table:
    """A group's table, order at least 2, with one cell replaced by another element: no Latin square."""
    table = draw(relabelled_tables(max_order).filter(lambda table: len(table) > 1)).copy()
    cell = st.integers(0, len(table) - 1)
    row, column = draw(cell), draw(cell)
    table[row, column] = (table[row, column] + draw(st.integers(1, len(table) - 1))) % len(table)
    return table


@st.composite
def swapped_cell_tables(draw: DrawFn, max_order: int = 24) -> Table:
    """A group's table, order at least 2, with two different cells exchanged: no Latin square."""
    table = draw(relabelled_tables(max_order).filter(lambda table: len(table) > 1)).copy()
    cell = st.tuples(st.integers(0, len(table) - 1), st.integers(0, len(table) - 1))
    first, second = draw(st.tuples(cell, cell).filter(lambda pair: table[pair[0]] != table[pair[1]]))
    table[first], table[second] = table[second], table[first]
    return table


@st.composite
def identityless_tables(draw: DrawFn, max_order: int = 24) -> Table:
    """The Latin squares `g h^-1` and `g^-1 h` of groups of exponent above 2: an identity on one side only."""
    table = draw(relabelled_tables(max_order).filter(lambda table: not _is_elementary(table)))
    # row of x with x h = g, or column of x with g x = h
    return np.argsort(table, axis=draw(st.integers(0, 1)))


def _is_elementary(table: Table) -> bool:
    squares = np.diag(table)
    return bool((squares == squares[0]).all())


@st.composite
def _latin_squares(draw: DrawFn, order: int) -> Table:
    """Row by row: a Latin rectangle always extends by a row (M. Hall 1945), found by augmenting paths."""
    square = np.zeros((order, order), dtype=np.int64)
    free = [list(range(order)) for _ in range(order)]  # symbols left for each column
    for row in range(order):
        preference = draw(st.permutations(range(order)))
        holder: dict[int, int] = {}
        for column in range(order):
            _place(column, free, preference, holder, set())
        for symbol, column in holder.items():
            square[row, column] = symbol
            free[column].remove(symbol)
    return square


def _place(
    column: int, free: list[list[int]], preference: list[int], holder: dict[int, int], seen: set[int]
) -> bool:
    shifted = preference[column:] + preference[:column]
    for symbol in shifted:
        if symbol in seen or symbol not in free[column]:
            continue
        seen.add(symbol)
        if symbol not in holder or _place(holder[symbol], free, preference, holder, seen):
            holder[symbol] = column
            return True
    return False


def _is_associative(table: Table) -> bool:
    return all(np.array_equal(table[table[:, x]], table[:, table[x]]) for x in range(len(table)))


@st.composite
def _loops(draw: DrawFn, max_order: int) -> Table:
    square = draw(_latin_squares(draw(st.integers(5, max_order))))
    square = square[:, np.argsort(square[0])]
    return square[np.argsort(square[:, 0])]


def loop_tables(max_order: int = 8) -> SearchStrategy[Table]:
    """Latin squares with an identity (at 0) that are not associative.

    Args:
        max_order: at least 5; every smaller loop is a group.
    """
    return _loops(max_order).filter(lambda table: not _is_associative(table))


def corrupted_tables(max_order: int = 24) -> SearchStrategy[Table]:
    """Square tables of elements that are no group: each breaks at least one axiom.

    Args:
        max_order: at least 5.
    """
    return st.one_of(
        broken_cell_tables(max_order),
        swapped_cell_tables(max_order),
        identityless_tables(max_order),
        loop_tables(min(max_order, 8)),
    )
