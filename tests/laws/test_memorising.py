"""The memorising network of the paper's Appendix D, over every input, one-hot and centred."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.characters.library import character_table
from theory.groups.naming import resolve
from theory.margins.attaining import NetworkWeights
from theory.margins.exact import solve
from theory.margins.forward import forward_pass
from theory.margins.memorising import memorising_margin, memorising_weights

CASES = [
    ("Z2", 2),
    ("Z5", 2),
    ("S3", 2),
    ("D4", 2),
    ("Q8", 2),
    ("A4", 2),
    ("Z2", 3),
    ("S3", 3),
    ("Z3", 4),
    ("V4", 3),
]


@pytest.mark.parametrize("centred", [False, True])
@pytest.mark.parametrize(("name", "arity"), CASES)
def test_margin_over_every_input(name: str, arity: int, centred: bool) -> None:
    group = resolve(name).build()
    weights = memorising_weights(group, arity, centred)
    assert weights.output_weights.shape == (2 ** (arity - 1) * group.order**arity, group.order)
    found = forward_pass(weights, group)
    assert found.inputs == group.order**arity
    assert abs(found.normalised / memorising_margin(group.order, arity, centred) - 1) < 1e-12


def test_published_value() -> None:
    """arXiv:2311.07568, Appendix D: `2/(3 sqrt(3) |G|^2)`."""
    for n in range(2, 30):
        assert np.isclose(memorising_margin(n), 2 / (3 * sqrt(3) * n**2), rtol=1e-15)


@given(st.integers(2, 500), st.integers(2, 4))
def test_centring_gains(n: int, arity: int) -> None:
    gain = memorising_margin(n, arity, centred=True) / memorising_margin(n, arity)
    assert np.isclose(gain, (n / (n - 1)) ** ((arity + 1) / 2), rtol=1e-13)


@pytest.mark.parametrize(("name", "arity"), [*CASES, ("A5", 2), ("SL(2,3)", 2), ("Z71", 2)])
def test_never_above_the_maximum(name: str, arity: int) -> None:
    table = character_table(resolve(name))
    best = solve(table, arity).gamma_star
    for centred in (False, True):
        assert memorising_margin(table.order, arity, centred) <= best * (1 + 1e-14)


def test_two_elements_centred_is_the_maximum() -> None:
    """With one nontrivial irrep, of degree 1, the centred deltas are its character: the bound is attained."""
    for arity in (2, 3, 4):
        best = solve(character_table(resolve("Z2")), arity).gamma_star
        assert np.isclose(memorising_margin(2, arity, centred=True), best, rtol=1e-14)


def test_a_wrong_label_is_noticed() -> None:
    group = resolve("S3").build()
    weights = memorising_weights(group)
    outputs = weights.output_weights.copy()
    outputs[0] = np.roll(outputs[0], 1)
    assert forward_pass(NetworkWeights(weights.input_weights, outputs), group).margin < 3.9
    assert forward_pass(weights, group).margin == 4.0
