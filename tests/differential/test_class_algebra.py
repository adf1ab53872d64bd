"""The class algebra and its arithmetic modulo p against definitions."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from flint import nmod_poly
from hypothesis import given
from hypothesis import strategies as st

from theory.characters.class_algebra import class_matrix, split
from theory.characters.modular import berlekamp_massey, krylov, multiply_modulo, quotients_by_roots
from theory.groups.conjugacy import conjugacy_classes
from theory.groups.naming import resolve

LARGE_PRIME = 2**31 - 1


@given(st.integers(1, 12), st.integers(1, 40), st.integers(1, 12), st.sampled_from([2, 101, LARGE_PRIME]))
def test_products_do_not_overflow(a: int, k: int, b: int, p: int) -> None:
    """The largest residues are the ones that overflow: compare with Python's integers."""
    left = np.full((a, k), p - 1, dtype=np.int64)
    right = np.full((k, b), p - 1, dtype=np.int64)
    assert (multiply_modulo(left, right, p) == k * (p - 1) ** 2 % p).all()


@given(st.integers(1, 8), st.integers(0, 2**32))
def test_recurrence_is_found(degree: int, seed: int) -> None:
    """A matrix with distinct eigenvalues: its sequence has their product of linear factors as recurrence."""
    p = 10_007
    draw = Random(seed)
    roots = sorted(draw.sample(range(p), degree))
    weights = [draw.randrange(1, p) for _ in roots]
    sequence = [
        sum(w * pow(r, i, p) for w, r in zip(weights, roots, strict=True)) % p for i in range(2 * degree)
    ]
    found = berlekamp_massey(np.array(sequence, dtype=np.int64), p)
    expected = nmod_poly([1], p)
    for r in roots:
        expected *= nmod_poly([-r % p, 1], p)
    assert found == [int(c) for c in expected.coeffs()]

    quotients, derivative = quotients_by_roots(found, np.array(roots, dtype=np.int64), p)
    for r, quotient, slope in zip(roots, quotients.tolist(), derivative.tolist(), strict=True):
        assert nmod_poly(quotient, p) * nmod_poly([-r % p, 1], p) == expected
        assert int(expected.derivative()(r)) == slope


def test_a_number_that_is_no_root_is_refused() -> None:
    with pytest.raises(AssertionError):
        quotients_by_roots([2, 3, 1], np.array([5], dtype=np.int64), 101)


def test_krylov_rows() -> None:
    matrix = np.array([[1, 2], [3, 4]], dtype=np.int64)
    assert krylov(np.array([1, 0]), matrix, 4, 11).tolist() == [[1, 0], [1, 2], [7, 10], [4, 10]]


@pytest.mark.parametrize("name", ["S4", "SL(2,3)", "Z7:Z3"])
def test_structure_constants_count_pairs(name: str) -> None:
    group = resolve(name).build()
    classes = conjugacy_classes(group)
    c = len(classes.sizes)
    everything = np.arange(group.order)
    products = group.multiply(everything[:, None], everything[None, :])
    counts = np.zeros((c, c, c), dtype=np.int64)
    for x in range(group.order):
        for y in range(group.order):
            counts[classes.class_of[x], classes.class_of[y], classes.class_of[products[x, y]]] += 1
    for j in range(c):
        assert (class_matrix(group, classes, j) == counts[j] // np.array(classes.sizes)).all()


@pytest.mark.parametrize("name", ["S4", "SL(2,3)", "A5", "M11"])
def test_idempotents(name: str) -> None:
    """`e e = e`, `e f = 0`, and all sum to 1, in the class algebra modulo p."""
    group = resolve(name).build()
    classes = conjugacy_classes(group)
    c = len(classes.sizes)
    p = 1_003_201  # 1 mod the exponents 12, 12, 30 and 1320
    one = np.zeros(c, dtype=np.int64)
    one[0] = 1
    idempotents = split(group, classes, one, c, p)
    matrices = [class_matrix(group, classes, j) for j in range(c)]
    for number, e in enumerate(idempotents):
        by_e = sum(int(e[j]) * matrices[j] for j in range(c)) % p
        products = multiply_modulo(idempotents, by_e, p)
        expected = np.zeros_like(products)
        expected[number] = e
        assert (products == expected).all()
    assert (idempotents.sum(axis=0) % p == one).all()
