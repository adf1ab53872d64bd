"""Power of weights by isotypic component: published figures, projectors, Fourier bases."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from checkpoints import EACH, checkpoint, irrep_of
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_figures import EMBEDDING_POWER
from tables import cayley_table

from empirics.circuits.irreps import network_group
from empirics.circuits.power import column_power, irrep_power
from theory.errors import InputError


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", EACH)
def test_embedding_power(data: Path, name: str) -> None:
    found = checkpoint(data, name)
    power = irrep_power(found.network.embeddings[0], found.group)
    assert power.sum() == pytest.approx(1, abs=1e-12)
    for word, value in EMBEDDING_POWER[name].items():
        assert power[irrep_of(data, name, word)] == pytest.approx(value, abs=1e-4)


def _fourier_rows(n: int) -> dict[int, np.ndarray]:
    """Orthonormal cosines and sines by frequency, up to `n // 2`; no sine at `n / 2`."""
    x = np.arange(n)
    rows = {}
    for k in range(n // 2 + 1):
        waves = [np.cos(2 * np.pi * k * x / n)]
        if 0 < 2 * k < n:
            waves.append(np.sin(2 * np.pi * k * x / n))
        rows[k] = np.array([wave / np.linalg.norm(wave) for wave in waves])
    return rows


@pytest.mark.parametrize("n", [1, 2, 6, 7, 113])
def test_power_is_the_fourier_basis(n: int) -> None:
    """`(fourier_basis @ W_E)^2`, the rows of a frequency added."""
    x = np.arange(n)
    group = network_group(np.add.outer(x, x) % n)
    weights = np.random.default_rng(6).standard_normal((n, 4))
    power, columns = irrep_power(weights, group), column_power(weights, group)
    rows = _fourier_rows(n)
    assert len(power) == len(rows)
    for k, waves in rows.items():
        irrep = group.irreps.index(f"k={k}") if k else 0
        expected = ((waves @ weights) ** 2).sum(0)
        assert columns[irrep] == pytest.approx(expected)
        assert power[irrep] == pytest.approx(expected.sum() / (weights**2).sum())


@pytest.mark.parametrize(("n", "k"), [(113, 56), (12, 6), (12, 5)])
def test_the_largest_frequencies_are_not_forgotten(n: int, k: int) -> None:
    """shared/specs/circuits.md, 4: (p - 1)/2 is skipped by range(1, p // 2), n/2 has no sine."""
    x = np.arange(n)
    group = network_group(np.add.outer(x, x) % n)
    power = irrep_power(np.cos(2 * np.pi * k * x / n)[:, None], group)
    assert power[group.irreps.index(f"k={k}")] == pytest.approx(1, abs=1e-12)
    assert power.sum() == pytest.approx(1, abs=1e-12)


GROUPS = ["Z2", "Z8", "D4", "Q8", "A4", "Z7:Z3", "SL(2,3)"]


@settings(max_examples=20)
@given(st.sampled_from(GROUPS), st.integers(0, 2**16))
def test_power_is_that_of_projections(expression: str, seed: int) -> None:
    """`||P_r E||^2 / ||E||^2` with every projector built; the parts make the whole."""
    group = network_group(cayley_table(expression))
    generator = np.random.default_rng(seed)
    weights = generator.standard_normal((group.order, 3)) * 10.0 ** generator.integers(-6, 6)
    power, columns = irrep_power(weights, group), column_power(weights, group)
    assert power.sum() == pytest.approx(1, abs=1e-12)
    assert columns.sum(0) == pytest.approx((weights**2).sum(0))
    for r in range(len(group.irreps)):
        projected = group.projector(r) @ weights
        assert columns[r] == pytest.approx((projected**2).sum(0))
        assert power[r] == pytest.approx((projected**2).sum() / (weights**2).sum())


@settings(max_examples=15)
@given(st.sampled_from(GROUPS), st.integers(0, 2**16))
def test_power_is_blind_to_translation_and_rotation(expression: str, seed: int) -> None:
    group = network_group(cayley_table(expression))
    generator = np.random.default_rng(seed)
    weights = generator.standard_normal((group.order, 3))
    element = int(generator.integers(group.order))
    turned = weights @ np.linalg.qr(generator.standard_normal((3, 3)))[0]
    power = irrep_power(weights, group)
    for other in (weights[group.table[element]], weights[group.table[:, element]], turned):
        assert irrep_power(other, group) == pytest.approx(power)


@pytest.mark.parametrize("expression", GROUPS)
def test_matrix_coefficients_lie_in_one_component(expression: str) -> None:
    """Rows of a projector are functions of its own irrep; a constant is trivial."""
    group = network_group(cayley_table(expression))
    for r in range(len(group.irreps)):
        power = irrep_power(group.projector(r), group)
        assert power == pytest.approx(np.eye(len(group.irreps))[r], abs=1e-12)
    assert irrep_power(np.full((group.order, 1), 3.0), group)[0] == pytest.approx(1, abs=1e-12)


def test_bad_weights() -> None:
    group = network_group(cayley_table("S3"))
    for rows in (1, 5, 7):
        with pytest.raises(InputError, match=f"{rows} rows; the group has 6 elements, so 6 rows are right"):
            irrep_power(np.ones((rows, 2)), group)
    assert np.isnan(irrep_power(np.zeros((6, 2)), group)).all()


def test_half_precision_is_computed_with_in_double() -> None:
    """300^2 is beyond half precision."""
    group = network_group(cayley_table("S3"))
    weights = (300 * np.random.default_rng(9).standard_normal((6, 2))).astype(np.float16)
    assert irrep_power(weights, group) == pytest.approx(irrep_power(weights.astype(np.float64), group))
