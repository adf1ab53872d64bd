r"""Young's orthogonal form of the irreps of a symmetric group.

In the basis of standard tableaux `t` of shape `lambda`, with `r = c(i+1) - c(i)` the axial distance of the
contents (column - row) of the boxes of `i+1` and `i`, the adjacent transposition `s_i = (i, i+1)` acts by

    s_i t = (1/r) t + sqrt(1 - 1/r^2) s_i(t)        (s_i(t): the two entries swapped, if that is standard).

Source: G. James, A. Kerber, *The Representation Theory of the Symmetric Group*, section 3.4.
"""

from __future__ import annotations

from math import factorial, prod, sqrt
from typing import Any

import numpy as np
from jaxtyping import Float, Int

__all__ = ["adjacent_transpositions", "degree_of_shape", "orthogonal_form", "shapes"]


def shapes(size: int, largest: int | None = None) -> tuple[tuple[int, ...], ...]:
    """The partitions of `size` in reverse lexicographic order, starting with `(size,)`."""
    if size == 0:
        return ((),)
    first = size if largest is None else min(size, largest)
    return tuple((part, *rest) for part in range(first, 0, -1) for rest in shapes(size - part, part))


def degree_of_shape(shape: tuple[int, ...]) -> int:
    """The number of standard tableaux, by the hook length formula."""
    conjugate = [sum(1 for part in shape if part > column) for column in range(shape[0] if shape else 0)]
    hooks = prod(part - c + conjugate[c] - r - 1 for r, part in enumerate(shape) for c in range(part))
    return factorial(sum(shape)) // hooks


def _standard_tableaux(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Each tableau as the row of every entry, in lexicographic order."""
    size = sum(shape)
    found: list[tuple[int, ...]] = []

    def extend(rows: tuple[int, ...], filled: tuple[int, ...]) -> None:
        if len(rows) == size:
            found.append(rows)
            return
        for row, length in enumerate(shape):
            if filled[row] < length and (row == 0 or filled[row - 1] > filled[row]):
                extend((*rows, row), (*filled[:row], filled[row] + 1, *filled[row + 1 :]))

    extend((), (0,) * len(shape))
    return found


def adjacent_transpositions(shape: tuple[int, ...]) -> Float[np.ndarray, "s d d"]:
    """The matrices of `s_0, ..., s_(size-2)` in Young's orthogonal form.

    >>> adjacent_transpositions((2, 1))[0].tolist()
    [[1.0, 0.0], [0.0, -1.0]]
    """
    tableaux = _standard_tableaux(shape)
    number = {tableau: index for index, tableau in enumerate(tableaux)}
    size = sum(shape)
    matrices = np.zeros((size - 1, len(tableaux), len(tableaux)))
    for index, rows in enumerate(tableaux):
        contents = [
            sum(1 for earlier in rows[:entry] if earlier == row) - row for entry, row in enumerate(rows)
        ]
        for i in range(size - 1):
            distance = contents[i + 1] - contents[i]
            matrices[i, index, index] = 1 / distance
            swapped = (*rows[:i], rows[i + 1], rows[i], *rows[i + 2 :])
            if abs(distance) > 1:
                matrices[i, number[swapped], index] = sqrt(1 - 1 / distance**2)
    return matrices


def orthogonal_form(
    shape: tuple[int, ...], permutations: Int[np.ndarray, "n points"]
) -> Float[np.ndarray, "n d d"]:
    """The matrices of the given permutations, a homomorphism for the product `(gh)[i] = h[g[i]]`.

    Sorting `g` from the left by adjacent transpositions writes `g = s_i1 s_i2 ...`; all permutations are
    sorted at once, one position at a time.
    """
    current = permutations.copy()
    degree = degree_of_shape(shape)
    matrices: np.ndarray[Any, Any] = np.broadcast_to(np.eye(degree), (len(current), degree, degree)).copy()
    letters = adjacent_transpositions(shape)
    # (s_i g)[i] = g[i+1]: multiplying by s_i on the left swaps neighbouring images, so bubble sort finds
    # the word
    for end in range(sum(shape) - 1, 0, -1):
        for i in range(end):
            out_of_order = current[:, i] > current[:, i + 1]
            current[out_of_order, i : i + 2] = current[out_of_order, i : i + 2][:, ::-1]
            matrices[out_of_order] = matrices[out_of_order] @ letters[i]
    return matrices
