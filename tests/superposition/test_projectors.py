"""Subspaces as points: E1 to E3 of the specification, against sympy and identities."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
import sympy

from theory.errors import InputError, LimitError
from theory.superposition.configurations import random_rotation
from theory.superposition.projectors import (
    chordal_distance,
    column_reduced,
    orthonormal_basis,
    plucker_coordinates,
    plucker_dimension,
    principal_sines,
    projector_radius,
    span_projector,
)

SIZES = [(4, 2), (5, 1), (6, 4)]


@pytest.mark.parametrize(("m", "k"), SIZES)
def test_e1_projectors_do_not_depend_on_the_basis(m: int, k: int) -> None:
    generator = np.random.default_rng(m)
    for _ in range(20):
        spanning = generator.standard_normal((m, k))
        basis = orthonormal_basis(spanning)
        turned = basis @ random_rotation(k, generator)
        assert np.abs(turned @ turned.T - basis @ basis.T).max() < 4e-15
        # the formula by normal equations, which no basis enters
        direct = spanning @ np.linalg.solve(spanning.T @ spanning, spanning.T)
        assert np.abs(span_projector(spanning) - direct).max() < 1e-11


def test_e1_column_reduction_jumps_where_a_pivot_vanishes() -> None:
    """span(e2, e4) perturbed by 1e-3: `A A^T` moves by 1.4e6, the projector by 2.0e-3."""
    plane, moved = np.zeros((4, 2)), np.zeros((4, 2))
    plane[1, 0] = plane[3, 1] = moved[1, 0] = moved[3, 1] = 1.0
    moved[0, 0] = moved[2, 1] = 1e-3
    first, second = column_reduced(plane), column_reduced(moved)
    assert np.linalg.norm(second @ second.T - first @ first.T) == pytest.approx(1.4e6, rel=0.02)
    assert np.linalg.norm(span_projector(moved) - span_projector(plane)) == pytest.approx(2.0e-3, rel=1e-3)
    # orthonormal again after the reduction: the jump is gone
    assert np.linalg.norm(span_projector(second) - span_projector(first)) == pytest.approx(2.0e-3, rel=1e-3)


def test_column_reduction_against_sympy() -> None:
    generator = np.random.default_rng(0)
    cases = generator.integers(-2, 3, (150, 4, 3)).astype(float)
    cases[::3, :, 2] = cases[::3, :, 0] - 2 * cases[::3, :, 1]  # dependent columns, too
    cases[7] = 0
    for case, reduced in zip(cases, column_reduced(cases), strict=True):
        expected = np.array(sympy.Matrix(case.T.astype(int)).rref()[0].T, dtype=float)
        assert np.abs(reduced - expected).max() < 1e-12
    assert np.array_equal(column_reduced(cases[3]), column_reduced(cases)[3])


def test_column_reduced_matrices_do_not_depend_on_the_basis() -> None:
    generator = np.random.default_rng(1)
    spanning = generator.standard_normal((5, 2))
    mixed = spanning @ np.array([[2.0, 1.0], [-1.0, 3.0]])
    assert np.abs(column_reduced(mixed) - column_reduced(spanning)).max() < 1e-12


@pytest.mark.parametrize(("m", "k"), [(4, 2), (5, 1), (6, 4), (6, 3), (3, 3)])
def test_e2_plucker_coordinates(m: int, k: int) -> None:
    """`C(m, k)` of them, up to scale: one dimension less. The same for every basis, and for no other span."""
    generator = np.random.default_rng(2)
    spanning = generator.standard_normal((m, k))
    coordinates = plucker_coordinates(spanning)
    assert len(coordinates) - 1 == plucker_dimension(m, k) == math.comb(m, k) - 1
    minors = [np.linalg.det(spanning[list(rows)]) for rows in combinations(range(m), k)]
    ratio = coordinates[0] / minors[0]
    assert np.allclose(coordinates, ratio * np.array(minors))
    other = plucker_coordinates(spanning @ generator.standard_normal((k, k)))
    assert np.allclose(coordinates, other)
    if k < m:
        assert not np.allclose(coordinates, plucker_coordinates(generator.standard_normal((m, k))))


def test_e2_plucker_relation() -> None:
    """The planes of R^4 satisfy `p01 p23 - p02 p13 + p03 p12 = 0`; a random vector does not."""
    generator = np.random.default_rng(3)
    p01, p02, p03, p12, p13, p23 = plucker_coordinates(generator.standard_normal((4, 2)))
    assert abs(p01 * p23 - p02 * p13 + p03 * p12) < 1e-15


@pytest.mark.parametrize(("m", "k"), SIZES)
def test_e3_projectors_lie_on_a_sphere(m: int, k: int) -> None:
    """Around I/2 with radius sqrt(m)/2, for every k; and chordal distance by principal sines."""
    generator = np.random.default_rng(4)
    for _ in range(20):
        first, second = (orthonormal_basis(generator.standard_normal((m, k))) for _ in range(2))
        projectors = first @ first.T, second @ second.T
        assert abs(projector_radius(projectors[0]) - math.sqrt(m) / 2) < 2e-15
        sines = principal_sines(first, second)
        assert chordal_distance(*projectors) == pytest.approx(math.sqrt((sines**2).sum()), abs=1e-14)
        cosines = np.clip(np.linalg.svd(first.T @ second, compute_uv=False), 0, 1)
        assert np.allclose(np.sort(sines), np.sort(np.sqrt(1 - cosines**2)), atol=1e-7)


def test_e3_is_false_for_other_matrices() -> None:
    """The negative control: a symmetric matrix that is no projector is off the sphere."""
    assert abs(projector_radius(np.diag([1.0, 0.5, 0.0, 0.0])) - 1) > 0.1


def test_dependent_columns() -> None:
    dependent = np.array([[1.0, 2.0], [0.0, 0.0], [1.0, 2.0]])
    assert orthonormal_basis(dependent).shape == (3, 1)
    assert np.allclose(span_projector(dependent), np.outer([1, 0, 1], [1, 0, 1]) / 2)
    assert orthonormal_basis(np.zeros((3, 2))).shape == (3, 0)
    assert np.array_equal(span_projector(np.zeros((3, 2))), np.zeros((3, 3)))


def test_bad_input() -> None:
    with pytest.raises(InputError, match="2 columns of rank 1; independent ones"):
        plucker_coordinates(np.ones((3, 2)))
    with pytest.raises(InputError, match="k = 5 of m = 4"):
        plucker_dimension(4, 5)
    with pytest.raises(LimitError, match="155,117,520 minors"):
        plucker_coordinates(np.eye(30)[:, :15])
