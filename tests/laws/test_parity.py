"""Sparse parity: the maximum margin, its network, and the bounds from a margin (docs/theory.md, Prop. 32)."""

from __future__ import annotations

from math import factorial, sqrt

import numpy as np
import pytest
import sympy
import torch
from hypothesis import given
from hypothesis import strategies as st

from empirics.networks import NetworkStack, initialise
from empirics.parity_reading import compare_parity
from empirics.tasks import parity_task
from theory.errors import InputError
from theory.margins.formulas import sparse_parity
from theory.margins.parity import alignment, attaining_weights, maximum_margin, support_energy

CASES = [(2, 2), (5, 2), (3, 3), (6, 4), (10, 4), (7, 5)]


def network(inner: np.ndarray, outer: np.ndarray) -> NetworkStack:
    return NetworkStack(torch.from_numpy(inner)[None, None], torch.from_numpy(outer)[None])


@pytest.mark.parametrize("arity", range(1, 12))
def test_the_exact_value_is_the_published_formula(arity: int) -> None:
    """Theorem 8 of arXiv:2311.07568, and its symbolic statement."""
    exact = maximum_margin(arity)
    assert float(exact) == pytest.approx(factorial(arity) * sqrt(2 * (arity + 1) ** -(arity + 1)), rel=1e-14)
    (symbol,) = sparse_parity().expression.free_symbols
    symbolic = sparse_parity().expression.subs(symbol, arity)
    assert sympy.simplify(symbolic**2 - sympy.Rational(str((exact * exact).rational))) == 0


@pytest.mark.parametrize(("bits", "arity"), CASES)
def test_the_network_attains_it_on_every_input(bits: int, arity: int) -> None:
    inner, outer = attaining_weights(bits, arity)
    assert inner.shape == (2 ** (arity - 1), bits)
    found = compare_parity(parity_task(bits, arity), network(inner, outer))
    assert found.fraction == pytest.approx(1, abs=1e-13)
    assert found.neurons.alignment == pytest.approx(1)
    for values in (found.neurons.support, found.neurons.magnitude, found.neurons.antisymmetry):
        assert values == pytest.approx(1)
    assert found.neurons.sign.all()
    assert found.certified_support > 1 - 1e-10


@pytest.mark.parametrize("change", ["support", "magnitude", "antisymmetry", "sign"])
def test_each_condition_can_fail(change: str) -> None:
    inner, outer = attaining_weights(6, 3)
    if change == "support":
        inner[:, 5] = 0.3
    elif change == "magnitude":
        inner[:, 0] *= 2
    elif change == "antisymmetry":
        outer[:, 0] *= 3
    else:
        outer[1] *= -1
    found = compare_parity(parity_task(6, 3), network(inner, outer))
    assert found.as_dict()[f"mean_{change}"] < 0.99
    assert found.fraction < 0.99


@given(st.integers(0, 2**32 - 1), st.sampled_from(CASES), st.sampled_from([0.02, 0.1, 0.5, 3.0]))
def test_the_bounds_hold_on_every_network(seed: int, case: tuple[int, int], size: float) -> None:
    """Perturbed and random ones: weighted means of `eta` and `z` at least the ratio; `eta <= z^(k/2)`."""
    bits, arity = case
    generator = np.random.default_rng(seed)
    inner, outer = attaining_weights(bits, arity)
    inner = inner + size * generator.standard_normal(inner.shape)
    outer = outer + size * generator.standard_normal(outer.shape)
    found = compare_parity(parity_task(bits, arity), network(inner, outer))
    eta, z = alignment(inner, outer, arity), support_energy(inner, arity)
    assert bool((eta <= z ** (arity / 2) + 1e-12).all())
    assert found.neurons.weight @ eta >= found.fraction - 1e-12
    assert found.neurons.weight @ z >= found.certified_support - 1e-12
    assert found.fraction <= 1 + 1e-12


def test_a_random_network_proves_nothing() -> None:
    task = parity_task(6, 3)
    found = compare_parity(task, initialise(task, 20, (0,)))
    assert found.as_dict()["proves_nothing"]
    assert found.certified_support == 0


def test_bad_tasks_are_refused() -> None:
    for bits, arity in ((3, 1), (2, 3), (4, 0)):
        with pytest.raises(InputError, match="2 <= k <= n"):
            parity_task(bits, arity)
    with pytest.raises(InputError, match=r"the limit is 2\^20"):
        parity_task(21, 2)
    with pytest.raises(InputError, match="at least one bit"):
        maximum_margin(0)
