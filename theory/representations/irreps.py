"""Explicit irreducible representations of a finite group: orthogonal, unitary or quaternionic matrices."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import factorial, sqrt
from typing import Literal

import numpy as np
from jaxtyping import Complex, Inexact, Int

from theory.characters.table import CharacterTable
from theory.errors import InputError, LimitError
from theory.groups.conjugacy import conjugacy_classes
from theory.groups.finite_group import FiniteGroup
from theory.representations.alignment import columns_of_elements, complex_values
from theory.representations.decomposition import (
    compress,
    invariant_basis,
    least_multiple_eigenvalue,
    matrix_coefficient,
)
from theory.representations.quaternionic import quaternionic_form, standard_structure
from theory.representations.words import ShortWords, short_words, spread
from theory.representations.young import degree_of_shape, orthogonal_form, shapes

__all__ = ["MEMORY_LIMIT", "Irrep", "check_memory", "explicit_irreps", "homomorphism_residual"]

MEMORY_LIMIT = 2**31  # bytes of all matrices together
ALL_PAIRS_LIMIT = 256  # up to this order the residual is taken over all pairs
CACHED = 2**17  # matrix entries multiplied at a time
CHARACTER_TOLERANCE = 1e-10  # of |tr R(g) - chi(g)|, times d


@dataclass(frozen=True, eq=False)
class Irrep:
    """Matrices of one irreducible representation.

    - `R(g) R(h) = R(gh)` up to `residual` in every entry, and `R(1) = 1`.
    - `R(g)` is orthogonal for indicator +1 (real dtype), unitary otherwise (complex dtype).
    - Indicator -1: `J conj(R(g)) J^-1 = R(g)` exactly and `J conj(J) = -1`, with `J = structure`.
    - `tr R(g) = chi_R(g)`, checked for every element before the irrep is returned.

    Args:
        row: row of the character table.
        degree: `d_R`.
        indicator: Frobenius–Schur indicator, +1, 0 or -1.
        matrices: `R(g)` for all elements in index order.
        residual: `max |R(g) R(h) - R(gh)|` over the entries and over `residual_over`.
        residual_over: "all pairs", or "letters": all `g` and all `h` among `word_length`'s letters.
        word_length: every element is a product of at most so many letters, so that over all pairs the
            operator norm of `R(g) R(h) - R(gh)` is at most about `(2 word_length - 1) d residual`.
        structure: `J` for indicator -1, else None.
    """

    row: int
    degree: int
    indicator: int
    matrices: Inexact[np.ndarray, "n d d"]
    residual: float
    residual_over: Literal["all pairs", "letters"]
    word_length: int
    structure: Complex[np.ndarray, "d d"] | None = None

    @property
    def norm_residual(self) -> float:
        """A bound on the operator norm of `R(g) R(h) - R(gh)` over all pairs."""
        # R(g) R(s_1...s_l) and R(g s_1...s_l) are l - 1 and l single steps away from R(g) R(s_1)...R(s_l)
        steps = 1 if self.residual_over == "all pairs" else max(2 * self.word_length - 1, 1)
        rounding = 4 * self.degree * 2.0**-53  # of the products that `residual` was measured with
        return 1.01 * steps * self.degree * (self.residual + rounding)


def explicit_irreps(
    group: FiniteGroup,
    table: CharacterTable,
    rows: Iterable[int] | None = None,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Irrep, ...]:
    """Matrices of the irreps in the given rows of the character table (all rows if None), in that order.

    Linear characters are their own matrices, symmetric groups get Young's orthogonal form, everything else
    the general method of `decomposition`. The result depends on the group, the table, the row and the seed
    only.

    Args:
        group: of any order whose matrices fit into `MEMORY_LIMIT`.
        table: its character table; the columns may be in any order.
        rows: rows of the table.
        seed: of the random choices.
        progress: called with (irreps done, irreps in all).

    Raises:
        LimitError: if the matrices of all rows would take more than `MEMORY_LIMIT` bytes.
        InputError: if the table is not the group's.
    """
    chosen = tuple(range(len(table.values))) if rows is None else tuple(rows)
    check_memory(table, chosen)
    columns = columns_of_elements(group, table)
    values = complex_values(table)
    words = short_words(group, np.random.default_rng(seed))
    right = np.arange(group.order) if group.order <= ALL_PAIRS_LIMIT else words.letters
    products = _products(group, right)
    found = []
    for number, row in enumerate(chosen):
        found.append(_irrep(group, table, row, values[row][columns], words, right, products, seed))
        if progress is not None:
            progress(number + 1, len(chosen))
    return tuple(found)


def check_memory(table: CharacterTable, rows: Iterable[int]) -> None:
    """Raise LimitError if the matrices of these irreps would take more than `MEMORY_LIMIT` bytes."""
    entries = sum(table.degrees[row] ** 2 * (1 if table.indicators[row] == 1 else 2) for row in rows)
    size = 8 * table.order * entries
    if size > MEMORY_LIMIT:
        raise LimitError(
            f"{table.name}: explicit matrices for {table.order:,} elements take {size / 2**30:,.1f} GiB, "
            f"the limit is {MEMORY_LIMIT / 2**30:.0f} GiB"
        )


def _irrep(
    group: FiniteGroup,
    table: CharacterTable,
    row: int,
    character: Complex[np.ndarray, " n"],
    words: ShortWords,
    right: Int[np.ndarray, " s"],
    products: Int[np.ndarray, "n s"],
    seed: int,
) -> Irrep:
    degree, indicator = table.degrees[row], table.indicators[row]
    matrices = _matrices(group, character, degree, indicator, words, np.random.default_rng((seed, row)))
    error = float(np.abs(np.trace(matrices, axis1=1, axis2=2) - character).max())
    if error > CHARACTER_TOLERANCE * degree:
        raise InputError(
            f"{table.name}: row {table.labels[row]} is no irreducible character of {group.name}: "
            f"traces differ from it by {error:.1e}"
        )
    everywhere = len(right) == group.order
    return Irrep(
        row,
        degree,
        indicator,
        matrices,
        _residual(matrices, right, products),
        "all pairs" if everywhere else "letters",
        words.longest,
        standard_structure(degree) if indicator == -1 else None,
    )


def _matrices(
    group: FiniteGroup,
    character: Complex[np.ndarray, " n"],
    degree: int,
    indicator: int,
    words: ShortWords,
    generator: np.random.Generator,
) -> Inexact[np.ndarray, "n d d"]:
    real = indicator == 1
    if degree == 1:  # a linear character is its own matrix
        return (np.rint(character.real) if real else character).reshape(-1, 1, 1)
    shape = _shape_of(group, character, degree)
    if shape is not None:
        return orthogonal_form(shape, group.permutations(np.arange(group.order)).astype(np.int64))
    eigenvalue = least_multiple_eigenvalue(group, character, real)
    coefficient = matrix_coefficient(group, character, eigenvalue, real, generator)
    basis = invariant_basis(group, coefficient, degree)
    matrices = spread(words, compress(group, basis, words.letters))
    return quaternionic_form(matrices, generator) if indicator == -1 else matrices


def _shape_of(
    group: FiniteGroup, character: Complex[np.ndarray, " n"], degree: int
) -> tuple[int, ...] | None:
    """The partition whose Young form has this character, if the group is given as a full symmetric group."""
    points = group.permutations(np.zeros(1, dtype=np.int64)).shape[1]
    if points < 3 or points > 12 or factorial(points) != group.order:
        return None
    representatives = np.asarray(conjugacy_classes(group).representatives)
    permutations = group.permutations(representatives).astype(np.int64)
    for shape in shapes(points):
        if degree_of_shape(shape) == degree:
            traces = np.trace(orthogonal_form(shape, permutations), axis1=1, axis2=2)
            if np.allclose(traces, character[representatives], atol=1e-6):
                return shape
    return None


def homomorphism_residual(
    group: FiniteGroup, matrices: Inexact[np.ndarray, "n d d"], right: Int[np.ndarray, " s"]
) -> float:
    """`max |R(g) R(h) - R(gh)|` over all entries, all `g`, and the given `h`; at least `max |R(1) - 1|`."""
    return _residual(matrices, right, _products(group, right))


def _products(group: FiniteGroup, right: Int[np.ndarray, " s"]) -> Int[np.ndarray, "n s"]:
    return np.asarray(group.multiply(np.arange(group.order)[:, None], right[None, :]))


def _residual(
    matrices: Inexact[np.ndarray, "n d d"], right: Int[np.ndarray, " s"], products: Int[np.ndarray, "n s"]
) -> float:
    n, degree, _ = matrices.shape
    worst = float((np.abs(matrices[0] - np.eye(degree)) ** 2).max())
    step = max(1, CACHED // (degree**2 * right.size)) if right.size else n
    for start in range(0, n if right.size else 0, step):
        part = slice(start, start + step)
        # stacks of small products: BLAS threads would gain nothing here, and stall on a busy machine
        error = matrices[part, None] @ matrices[right]
        error -= matrices[products[part]]
        squares = error.real**2 + error.imag**2 if np.iscomplexobj(error) else error**2
        worst = max(worst, float(squares.max()))
    return sqrt(worst)
