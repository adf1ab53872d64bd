"""Young's orthogonal form against the general method, which knows nothing of tableaux."""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest

from theory.characters.library import character_table
from theory.groups.naming import resolve
from theory.representations.alignment import columns_of_elements, complex_values
from theory.representations.decomposition import (
    compress,
    invariant_basis,
    least_multiple_eigenvalue,
    matrix_coefficient,
)
from theory.representations.irreps import explicit_irreps, homomorphism_residual
from theory.representations.words import short_words, spread
from theory.representations.young import (
    adjacent_transpositions,
    degree_of_shape,
    orthogonal_form,
    shapes,
)


@pytest.mark.parametrize("size", [3, 4, 5])
def test_both_give_the_same_irreps(size: int) -> None:
    group, table = resolve(f"S{size}").build(), character_table(resolve(f"S{size}"))
    everything = np.arange(group.order)
    permutations = group.permutations(everything).astype(np.int64)
    values = complex_values(table)[:, columns_of_elements(group, table)]
    words = short_words(group, np.random.default_rng(0))
    unused = set(range(len(table.values)))
    for shape in shapes(size):
        young = orthogonal_form(shape, permutations)
        assert homomorphism_residual(group, young, everything) < 1e-13
        traces = np.trace(young, axis1=1, axis2=2)
        (row,) = [row for row in unused if np.abs(values[row] - traces).max() < 1e-9]
        unused.remove(row)
        eigenvalue = least_multiple_eigenvalue(group, values[row], real=True)
        coefficient = matrix_coefficient(group, values[row], eigenvalue, True, np.random.default_rng(1))
        basis = invariant_basis(group, coefficient, table.degrees[row])
        general = spread(words, compress(group, basis, words.letters))
        assert homomorphism_residual(group, general, everything) < 1e-13
        assert np.abs(np.trace(general, axis1=1, axis2=2) - traces).max() < 1e-11
        # the two are equivalent: the average of Y(g) M X(g)^T intertwines them, and scaled it is orthogonal
        middle = np.random.default_rng(2).standard_normal((len(young[0]), len(young[0])))
        between = np.einsum("gab,bc,gdc->ad", young, middle, general) / group.order
        between /= np.sqrt(np.trace(between @ between.T) / len(between))
        assert np.abs(between @ between.T - np.eye(len(between))).max() < 1e-9
        assert np.abs(between @ general - young @ between).max() < 1e-9
    assert not unused


def test_symmetric_groups_get_youngs_form() -> None:
    """In the basis of tableaux, and in no random one, the first adjacent transposition is diagonal."""
    group, table = resolve("S5").build(), character_table(resolve("S5"))
    permutations = group.permutations(np.arange(group.order))
    first = int(np.flatnonzero((permutations == [1, 0, 2, 3, 4]).all(axis=1))[0])
    for irrep in explicit_irreps(group, table):
        if irrep.degree > 1:
            matrix = irrep.matrices[first]
            assert np.array_equal(np.abs(matrix), np.eye(irrep.degree))


@pytest.mark.parametrize("size", range(1, 8))
def test_degrees_square_to_the_order(size: int) -> None:
    assert sum(degree_of_shape(shape) ** 2 for shape in shapes(size)) == factorial(size)


def coxeter_defect(s: np.ndarray) -> float:
    """`max |(s_i s_j)^m - 1|` with `m = 1` for `i = j`, 3 for neighbours, else 2."""
    one = np.eye(s.shape[-1])
    pairs = [(i, j) for i in range(len(s)) for j in range(i, len(s))]
    exponents = [1 if i == j else 3 if j == i + 1 else 2 for i, j in pairs]
    powers = [np.linalg.matrix_power(s[i] @ s[j], m) for (i, j), m in zip(pairs, exponents, strict=True)]
    return max(float(np.abs(power - one).max()) for power in powers)


@pytest.mark.parametrize("shape", shapes(6))
def test_coxeter_relations(shape: tuple[int, ...]) -> None:
    assert coxeter_defect(adjacent_transpositions(shape)) < 1e-13


def test_coxeter_relations_can_fail() -> None:
    s = adjacent_transpositions((3, 2, 1))
    assert coxeter_defect(s[[1, 0, 2, 3, 4]]) > 0.1
    assert coxeter_defect(0.999 * s) > 1e-4
