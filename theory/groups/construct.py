"""Groups from what a user writes down: tables, permutations, matrices, presentations, products."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from theory.arithmetic import prime_power
from theory.errors import InputError, LimitError
from theory.groups.cayley_table import from_cayley_table
from theory.groups.families import product_of
from theory.groups.finite_field import FiniteField, finite_field
from theory.groups.finite_group import ELEMENT_LIMIT, FiniteGroup
from theory.groups.matrix_action import vector_action
from theory.groups.permutation_group import PermutationGroup, permutation_group
from theory.groups.permutations import MAX_DEGREE, parse_cycles, validated
from theory.groups.presentation import from_presentation
from theory.groups.semidirect_group import semidirect_product

__all__ = [
    "direct_product",
    "from_cayley_table",
    "from_matrices",
    "from_permutations",
    "from_presentation",
    "semidirect_product",
]

DIMENSION_LIMIT = 100


def from_permutations(generators: Sequence[Any], *, name: str = "permutation group") -> PermutationGroup:
    """The group that permutations generate.

    Args:
        generators: each a list of images that counts points from 0 (`[1, 0, 2]` swaps the first two), or a
            string of cycles that counts from 1 as GAP does (`"(1,2)(3,4)"`).

    Raises:
        InputError: not a permutation, or lists of unequal length.
        LimitError: the order is above 5,000,000, or too many points.

    >>> from_permutations(["(1,2)", "(1,2,3,4,5)"]).order
    120
    """
    if not len(generators):
        raise InputError(f"{name}: 'permutations' is empty; give at least one generator")
    strings = [isinstance(generator, str) for generator in generators]
    if any(strings) and not all(strings):
        raise InputError(f"{name}: give all permutations as lists of images or all as strings of cycles")
    if all(strings):
        moved = [parse_cycles(str(g), f"{name}: generator {i}") for i, g in enumerate(generators)]
        degree = max((max(m, default=0) + 1 for m in moved), default=1)
        rows = [[m.get(point, point) for point in range(degree)] for m in moved]
    else:
        rows = [_images(generators[0], 0, None, name)]
        rows += [_images(g, i, len(rows[0]), name) for i, g in enumerate(generators[1:], start=1)]
    return permutation_group(np.array(rows, dtype=np.int64), name)


def _images(generator: Any, number: int, degree: int | None, name: str) -> list[int]:
    where = f"{name}: generator {number}"
    if not isinstance(generator, Sequence | np.ndarray) or not len(generator):
        raise InputError(
            f"{where} is {generator!r}; give a list of images such as [1, 0, 2] or cycles '(1,2)'"
        )
    images: list[Any] = generator.tolist() if isinstance(generator, np.ndarray) else list(generator)
    if len(images) > MAX_DEGREE:
        raise LimitError(f"{where} moves {len(images):,} points, the limit is {MAX_DEGREE:,}")
    for point, image in enumerate(images):
        if type(image) is not int:
            raise InputError(f"{where}: the image of {point} is {image!r}, not an integer")
    if degree is not None and len(images) != degree:
        raise InputError(
            f"{where} has degree {len(images)}, generator 0 has degree {degree}; they must be equal"
        )
    if min(images) == 1 and max(images) == len(images):
        raise InputError(f"{where} counts points from 1; lists of images count from 0, cycles '(1,2)' from 1")
    return validated(images, where)


def from_matrices(matrices: Sequence[Any], field: Any, *, name: str = "matrix group") -> PermutationGroup:
    """The group that invertible matrices over GF(q) generate, acting on row vectors.

    Args:
        matrices: square, of one size. Entries over a prime field are any integers, taken modulo `q`; over
            GF(p^k) the integers `0..q-1` of galois: base `p` digits are the coefficients of a polynomial in
            a root of its default (Conway) polynomial.
        field: `q`.

    Raises:
        InputError: `q` is no prime power, a matrix is not square or is singular, or entries are out of range.
        LimitError: the order is above 5,000,000, or too many vectors are moved.
    """
    if type(field) is not int:
        raise InputError(f"{name}: 'field' is {field!r}; give the number of elements, a prime power")
    gf = _galois_field(field, name)
    if not len(matrices):
        raise InputError(f"{name}: 'matrices' is empty; give at least one generator")
    size = len(matrices[0]) if hasattr(matrices[0], "__len__") else 0
    if not 1 <= size <= DIMENSION_LIMIT:
        raise InputError(f"{name}: matrix 0 has {size} rows; give 1 to {DIMENSION_LIMIT}")
    arrays = []
    for number, matrix in enumerate(matrices):
        where = f"{name}: matrix {number}"
        array = np.array(_matrix_entries(matrix, size, gf, where), dtype=np.int64)
        rank = gf.rank(array)
        if rank < size:
            raise InputError(f"{where} is singular over GF({field}): rank {rank}, not {size}")
        arrays.append(array)
    return permutation_group(vector_action(gf, arrays, name), name)


def _galois_field(order: int, name: str) -> FiniteField:
    """The field with galois' numbering of its elements."""
    power = prime_power(order) if 2 <= order < 2**17 else None
    if power is None or power[1] == 1:
        return finite_field(order, name)
    import galois

    coefficients = galois.conway_poly(*power).coeffs  # the leading one first
    return finite_field(order, name, tuple(int(c) for c in coefficients[:0:-1]))


def _matrix_entries(matrix: Any, size: int, field: FiniteField, where: str) -> list[list[int]]:
    rows = matrix.tolist() if isinstance(matrix, np.ndarray) else matrix
    if not isinstance(rows, Sequence) or isinstance(rows, str) or len(rows) != size:
        raise InputError(f"{where} is not a list of {size} rows like matrix 0")
    for i, row in enumerate(rows):
        if not isinstance(row, Sequence) or isinstance(row, str) or len(row) != size:
            raise InputError(f"{where}: row {i} is not a list of {size} entries; matrices are square")
        for j, entry in enumerate(row):
            if type(entry) is not int:
                raise InputError(f"{where}: the entry {entry!r} in row {i}, column {j} is not an integer")
            if field.degree > 1 and not 0 <= entry < field.order:
                raise InputError(
                    f"{where}: the entry {str(entry)[:40]} in row {i}, column {j} "
                    f"is outside 0..{field.order - 1}"
                )
    return [[entry % field.order for entry in row] for row in rows]


def direct_product(*factors: FiniteGroup, name: str | None = None) -> FiniteGroup:
    """The direct product; the component in the first factor runs fastest through the indices.

    Raises:
        LimitError: the order is above 5,000,000.
    """
    if not factors:
        raise InputError("direct_product: no factors; give at least one group")
    name = name or "x".join(factor.name for factor in factors)
    order = prod(factor.order for factor in factors)
    if order > ELEMENT_LIMIT:
        raise LimitError(f"{name}: order {order:,} is beyond the limit of {ELEMENT_LIMIT:,} elements")
    return product_of(factors, name)
