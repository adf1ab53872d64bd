"""Real irreps in a network's own numbering: projectors, dimensions and names."""

from __future__ import annotations

import numpy as np
import pytest

from empirics.circuits.irreps import NetworkGroup, network_group
from theory.errors import InputError
from theory.groups.naming import resolve

# complex characters give the dimensions: Serre, Linear Representations of Finite Groups, 5.1-5.9
DIMENSIONS = {
    "Z1": [1],
    "Z2": [1, 1],
    "Z6": [1, 1, 2, 2],
    "Z7": [1, 2, 2, 2],
    "S3": [1, 1, 4],
    "Q8": [1, 1, 1, 1, 4],
    "A4": [1, 2, 9],
    "SL(2,3)": [1, 2, 4, 8, 9],
    "A5": [1, 9, 9, 16, 25],
}


def _shuffled(expression: str, seed: int) -> NetworkGroup:
    group = resolve(expression).build()
    elements = np.arange(group.order)
    table = np.asarray(group.multiply(elements[:, None], elements[None, :]))
    order = np.random.default_rng(seed).permutation(group.order)
    back = np.argsort(order)
    return network_group(back[table[np.ix_(order, order)]], expression)


@pytest.mark.parametrize("expression", DIMENSIONS)
def test_projectors(expression: str) -> None:
    group = _shuffled(expression, 3)
    n = group.order
    assert sorted(group.irreps.dimensions) == sorted(DIMENSIONS[expression])
    total = np.zeros((n, n))
    for irrep, dimension in enumerate(group.irreps.dimensions):
        projector = group.projector(irrep)
        assert np.allclose(projector @ projector, projector, atol=1e-10)
        assert np.allclose(projector, projector.T, atol=1e-12)
        assert np.trace(projector) == pytest.approx(dimension)
        total += projector
        for g in range(n):  # commutes with both translations
            left, right = group.table[g], group.table[:, g]
            assert np.allclose(projector[np.ix_(left, left)], projector, atol=1e-10)
            assert np.allclose(projector[np.ix_(right, right)], projector, atol=1e-10)
    assert np.allclose(total, np.eye(n), atol=1e-10)
    assert np.array_equal(group.table[np.arange(n), group.inverses], np.full(n, group.identity))
    assert np.allclose(group.projector(0), 1 / n)


def test_elements_count_from_zero() -> None:
    with pytest.raises(InputError, match="elements count from 1; from 0 would be right"):
        network_group(np.array([[1, 2], [2, 1]]))


@pytest.mark.parametrize("n", [5, 8, 113])
def test_frequencies_of_cyclic_groups(n: int) -> None:
    """`k` is the frequency of `cos(2 pi k x / n)`; the last one, `floor(n/2)`, is among them."""
    x = np.arange(n)
    group = network_group(np.add.outer(x, x) % n)
    assert sorted(group.irreps.labels[1:]) == sorted(f"k={k}" for k in range(1, n // 2 + 1))
    for k in range(1, n // 2 + 1):
        irrep = group.irreps.index(f"k={k}")
        wave = np.cos(2 * np.pi * k * x / n)
        assert np.allclose(group.projector(irrep) @ wave, wave, atol=1e-10)
        assert group.irreps.dimensions[irrep] == (1 if 2 * k == n else 2)
