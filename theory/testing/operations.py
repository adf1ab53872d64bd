"""Finite sets with one binary operation that promise nothing: what the group axioms are tested on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Int, Shaped

from theory.errors import InputError
from theory.groups.cayley_table import check_square
from theory.groups.finite_group import FiniteGroup
from theory.testing.subgroups import cayley_table

__all__ = ["TABLE_ORDER", "Operation", "operation_of_group", "operation_of_table", "untrusted_operation"]

TABLE_ORDER = 256  # up to here an operation keeps its whole table, and the axioms are decided on it


@dataclass(frozen=True, eq=False)
class Operation:
    """Elements `0, ..., order - 1` and their products; no axiom is taken for granted.

    Args:
        name: what the user calls it.
        order: number of elements.
        multiply: indices of the products `gh`, elementwise; a product outside the set is any other integer.
        label: how the user writes an element (or a foreign product).
        products: the whole table, row `g` and column `h` holding `gh`; None if it is too large.
    """

    name: str
    order: int
    multiply: Callable[[Int[np.ndarray, "*b"], Int[np.ndarray, "*b"]], Int[np.ndarray, "*b"]]
    label: Callable[[int], str]
    products: Int[np.ndarray, "n n"] | None

    def product(self, left: int, right: int) -> int:
        """The product of two elements."""
        return int(self.multiply(np.array([left]), np.array([right]))[0])

    def written(self, left: int, right: int) -> str:
        """`g·h` in the user's labels."""
        return f"{self.label(left)}·{self.label(right)}"


def operation_of_table(
    products: Int[np.ndarray, "n n"],
    *,
    first: int = 0,
    labels: Sequence[str] | None = None,
    name: str = "table",
) -> Operation:
    """The operation that a square table of integers defines, whatever it is.

    Args:
        products: row `g`, column `h` holds `gh`, as the user wrote it.
        first: what the user calls the first element (0 or 1).
        labels: names of the elements, if the user gave some.
        name: what the user calls the table.
    """
    cells = np.asarray(products, dtype=np.int64) - first
    cells.setflags(write=False)

    def label(element: int) -> str:
        named = labels is not None and 0 <= element < len(labels)
        return labels[element] if named and labels is not None else str(element + first)

    return Operation(
        name=name,
        order=len(cells),
        multiply=lambda left, right: cells[left, right],
        label=label,
        products=cells,
    )


def untrusted_operation(
    table: Sequence[Any] | Shaped[np.ndarray, ...],
    *,
    labels: Sequence[str] | None = None,
    name: str = "Cayley table",
) -> Operation:
    """The operation of a table from a file, of which only the shape and the kind of its entries is demanded.

    Args:
        table: anything; rows of integers that count the elements from 0, or from 1 if that is the least
            entry, are an operation.
        labels: names of the elements in the order of the rows.
        name: of the file, for messages.

    Raises:
        InputError: not a square of integers.
        LimitError: more than 4,096 rows.
    """
    n = check_square(table, name)
    for number, row in enumerate(table):
        for column, entry in enumerate(row if not isinstance(row, np.ndarray) else ()):
            if type(entry) is not int or abs(entry) >= 2**62:
                shown = repr(entry) if type(entry) is not int else f"{str(entry)[:20]}..."
                raise InputError(
                    f"{name}: the entry {shown} in row {number}, column {column} is no integer that could be "
                    f"an element; write 0..{n - 1} (or 1..{n})"
                )
    if labels is not None and (len(labels) != n or len(set(labels)) != n):
        raise InputError(f"{name}: {len(set(labels))} different element names for a table of {n} rows")
    cells = np.asarray(table)
    if cells.dtype.kind not in "iu" or (cells.dtype.kind == "u" and int(cells.max()) >= 2**62):
        raise InputError(f"{name}: the entries are not integers 0..{n - 1} (or 1..{n})")
    first = 1 if int(cells.min()) == 1 else 0
    return operation_of_table(cells, first=first, labels=labels, name=name)


def operation_of_group(group: FiniteGroup) -> Operation:
    """A group as a mere operation, with its whole table up to order 256."""
    products = None
    if group.order <= TABLE_ORDER:
        products = cayley_table(group)
    return Operation(group.name, group.order, group.multiply, group.element_name, products)
