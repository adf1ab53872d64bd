"""Finite sets with one binary operation that promise nothing: what the group axioms are tested on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from theory.groups.finite_group import FiniteGroup

__all__ = ["TABLE_ORDER", "Operation", "operation_of_group", "operation_of_table"]

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


def operation_of_table(products: Int[np.ndarray, "n n"], *, first: int = 0, name: str = "table") -> Operation:
    """The operation that a square table of integers defines, whatever it is.

    Args:
        products: row `g`, column `h` holds `gh`, as the user wrote it.
        first: what the user calls the first element (0 or 1).
        name: what the user calls the table.
    """
    cells = np.asarray(products, dtype=np.int64) - first
    cells.setflags(write=False)
    return Operation(
        name=name,
        order=len(cells),
        multiply=lambda left, right: cells[left, right],
        label=lambda element: str(element + first),
        products=cells,
    )


def operation_of_group(group: FiniteGroup) -> Operation:
    """A group as a mere operation, with its whole table up to order 256."""
    products = None
    if group.order <= TABLE_ORDER:
        elements = np.arange(group.order)
        products = group.multiply(elements[:, None], elements[None, :])
    return Operation(group.name, group.order, group.multiply, group.element_name, products)
