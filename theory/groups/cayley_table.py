"""Groups from Cayley tables: the table is proved to be a group's before anything is computed with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Integer

from theory.errors import InputError, LimitError
from theory.groups.finite_group import FiniteGroup
from theory.groups.permutations import point_dtype

__all__ = ["TABLE_LIMIT", "TableGroup", "check_square", "from_cayley_table"]

TABLE_LIMIT = 4096  # rows: 32 MiB of 16-bit entries
CHUNK = 2**22


@dataclass(frozen=True, eq=False, repr=False)
class TableGroup(FiniteGroup):
    """A small group with its Cayley table, `table[g, h] = gh`; `labels` are the user's names of elements."""

    name: str
    order: int
    generators: tuple[int, ...]
    table: Integer[np.ndarray, "n n"]
    inverses: Integer[np.ndarray, " n"]
    labels: tuple[str, ...]

    def multiply(
        self, left: Integer[np.ndarray, "*#b"], right: Integer[np.ndarray, "*#b"]
    ) -> Integer[np.ndarray, "*b"]:
        return np.asarray(self.table[left, right], dtype=np.int64)

    def inverse(self, elements: Integer[np.ndarray, "*b"]) -> Integer[np.ndarray, "*b"]:
        return np.asarray(self.inverses[elements])

    def permutations(self, elements: Integer[np.ndarray, " b"]) -> Integer[np.ndarray, "b degree"]:
        """By right multiplication: `g` sends `x` to `xg`, so that `gh` acts by `g` first."""
        return np.ascontiguousarray(self.table[:, elements].T)

    def element_name(self, element: int) -> str:
        return self.labels[element]


def from_cayley_table(
    table: Any,
    *,
    labels: Sequence[str] | None = None,
    name: str = "Cayley table",
) -> TableGroup:
    """The group with this table, `table[g][h] = gh`; the identity may stand anywhere and gets index 0.

    Args:
        table: `n` rows of `n` integers, as lists or an array; either `0..n-1` or `1..n` (then the row of
            element 1 comes first). It may hold anything: all of it is checked.
        labels: names of the elements in the order of the rows, for messages; by default the integers.

    Raises:
        InputError: not square, not integers in range, not a Latin square, no identity, or not associative;
            the message names the row, column, cell or triple.
        LimitError: more than 4,096 rows.

    Cost: O(n² log n), by Light's test on a generating set (Clifford and Preston, *The Algebraic Theory of
    Semigroups* I, 1.2).
    """
    entries, first = _entries(table, name)
    n = len(entries)
    names = tuple(labels) if labels is not None else tuple(str(i + first) for i in range(n))
    if len(names) != n or len(set(names)) != n:
        raise InputError(f"{name}: {len(set(names))} element names for a table of {n} rows")
    _check_latin(entries, names, name)
    identity = _identity(entries, name)
    order = np.r_[identity, np.delete(np.arange(n), identity)]
    position = np.empty(n, dtype=np.int64)
    position[order] = np.arange(n)
    entries = position[entries[np.ix_(order, order)]].astype(point_dtype(n))
    names = tuple(names[i] for i in order.tolist())
    generators = _associative_generators(entries, names, name)
    inverses = np.argmin(entries, axis=1).astype(np.int64)  # a row of a Latin square holds 0 once
    return TableGroup(name, n, generators, entries, inverses, names)


def check_square(table: Any, name: str) -> int:
    """The number of rows, each a sequence of as many entries.

    Raises:
        InputError: not square; the message names the row.
        LimitError: more than 4,096 rows.
    """
    n = len(table)
    if n == 0:
        raise InputError(f"{name}: the Cayley table is empty; the trivial group is [[0]]")
    if n > TABLE_LIMIT:
        raise LimitError(f"{name}: a Cayley table of order {n:,}; the limit is {TABLE_LIMIT:,} rows")
    for number, row in enumerate(table):
        if not isinstance(row, Sequence | np.ndarray) or isinstance(row, str):
            raise InputError(
                f"{name}: row {number} of the Cayley table is {row!r}, not a row of {n} integers"
            )
        if len(row) != n:
            raise InputError(
                f"{name}: the Cayley table is not square: row {number} has {len(row)} entries, not {n}"
            )
    return n


def _entries(table: Any, name: str) -> tuple[Integer[np.ndarray, "n n"], int]:
    """The table as 0-based integers, and the number that the user counts from."""
    n = check_square(table, name)
    if not isinstance(table, np.ndarray):
        for number, row in enumerate(table):
            for column, entry in enumerate(row):
                if type(entry) is not int:
                    raise InputError(
                        f"{name}: the entry {entry!r} in row {number}, column {column} is not an integer"
                    )
                if not 0 <= entry <= n:
                    raise InputError(_range_message(name, str(entry)[:40], number, column, n))
    array = np.asarray(table)
    if array.ndim != 2:
        raise InputError(f"{name}: the Cayley table has {array.ndim} dimensions, not 2")
    if array.dtype.kind not in "iu":
        raise InputError(f"{name}: the entries are of type {array.dtype}, not integers")
    first = 1 if int(array.min()) == 1 else 0
    outside = (array < first) | (array >= n + first)
    if outside.any():
        row, column = np.argwhere(outside)[0].tolist()
        raise InputError(_range_message(name, str(int(array[row, column])), row, column, n))
    return array.astype(np.int64) - first, first


def _range_message(name: str, entry: str, row: int, column: int, n: int) -> str:
    return f"{name}: the entry {entry} in row {row}, column {column} is outside 0..{n - 1} (or 1..{n})"


def _check_latin(table: Integer[np.ndarray, "n n"], names: Sequence[str], name: str) -> None:
    n = len(table)
    for axis, lines, word in ((1, table, "row"), (0, table.T, "column")):
        wrong = (np.sort(table, axis=axis) != (np.arange(n) if axis else np.arange(n)[:, None])).any(
            axis=axis
        )
        if wrong.any():
            line = int(np.argmax(wrong))
            counts = np.bincount(lines[line], minlength=n)
            twice = names[int(np.argmax(counts > 1))]
            raise InputError(
                f"{name}: 'cayley_table' is not a Latin square: {word} {names[line]} holds {twice} twice"
            )


def _identity(table: Integer[np.ndarray, "n n"], name: str) -> int:
    unit = np.arange(len(table))
    left = np.flatnonzero((table == unit).all(axis=1))
    both = [int(e) for e in left if (table[:, e] == unit).all()]
    if not both:
        raise InputError(f"{name}: not a group: no identity: no element e has e·x = x = x·e for all x")
    return both[0]


def _associative_generators(
    table: Integer[np.ndarray, "n n"], names: Sequence[str], name: str
) -> tuple[int, ...]:
    """Generators of the table, each of which passes Light's test.

    The elements `s` with `(x s) y = x (s y)` for all `x, y` are closed under products, so testing generators
    proves associativity.
    """
    n = len(table)
    reached = np.zeros(n, dtype=bool)
    reached[0] = True
    generators: list[int] = []
    while not reached.all():
        s = int(np.argmin(reached))
        _check_light(table, s, names, name)
        generators.append(s)
        # All left-normed products of generators.
        frontier = np.flatnonzero(reached)
        while len(frontier):
            products = np.unique(table[frontier[:, None], generators])
            frontier = products[~reached[products]]
            reached[frontier] = True
    return tuple(generators)


def _check_light(table: Integer[np.ndarray, "n n"], s: int, names: Sequence[str], name: str) -> None:
    n = len(table)
    rows = max(CHUNK // n, 1)
    for start in range(0, n, rows):
        left = table[table[start : start + rows, s]]  # (x s) y
        right = table[start : start + rows][:, table[s]]  # x (s y)
        if not np.array_equal(left, right):
            x, y = np.argwhere(left != right)[0].tolist()
            a, b, c = names[start + x], names[s], names[y]
            raise InputError(
                f"{name}: not a group: ({a}·{b})·{c} = {names[int(left[x, y])]} "
                f"but {a}·({b}·{c}) = {names[int(right[x, y])]}"
            )
