"""Cayley tables: of groups, and of a loop that is none."""

from __future__ import annotations

from functools import cache

import numpy as np

from theory.groups.naming import resolve


@cache
def cayley_table(expression: str) -> np.ndarray:
    """The table of a group in the project's numbering; not to be written to."""
    group = resolve(expression).build()
    elements = np.arange(group.order)
    table = np.asarray(group.multiply(elements[:, None], elements[None, :])).astype(np.int64)
    table.flags.writeable = False
    return table


def loop_table(order: int) -> np.ndarray:
    """A Latin square with identity 0 that is not associative."""
    generator = np.random.default_rng(order)
    while True:
        square = _random_normalised_latin_square(order, generator)
        left, right = square[square], square[:, square]  # (ab)c and a(bc) at [a, b, c]
        if (left != right).any():
            return square


def _random_normalised_latin_square(order: int, generator: np.random.Generator) -> np.ndarray:
    """By backtracking, row and column 0 in order."""
    square = np.full((order, order), -1)
    square[0] = square[:, 0] = np.arange(order)

    def fill(place: int) -> bool:
        if place == order * order:
            return True
        row, column = divmod(place, order)
        if square[row, column] >= 0:
            return fill(place + 1)
        used = {*square[row].tolist(), *square[:, column].tolist()}
        for value in generator.permutation(order).tolist():
            if value not in used:
                square[row, column] = value
                if fill(place + 1):
                    return True
        square[row, column] = -1
        return False

    assert fill(0)
    return square
