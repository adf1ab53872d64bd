"""Use of irreps beside the prediction; the p-value of its permutations."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from checkpoints import checkpoint

from empirics.circuits.irreps import network_group
from empirics.circuits.theory_comparison import compare_with_theory, permutation_p_value
from theory.groups.naming import resolve


def _table(expression: str) -> np.ndarray:
    group = resolve(expression).build()
    elements = np.arange(group.order)
    return np.asarray(group.multiply(elements[:, None], elements[None, :]))


def test_a5_excludes_its_irrep_of_degree_5() -> None:
    """design.md, reference values: shares .36104, .36104, .27793, 0."""
    group = network_group(_table("A5"))
    power = np.zeros(len(group.irreps))
    power[[group.irreps.degrees.index(5), 0]] = 0.5
    found = compare_with_theory(group, power, power > 0, np.random.default_rng(0))
    by_degree = dict(zip(group.irreps.degrees, found.statuses, strict=True))
    assert by_degree == {1: None, 3: "required", 4: "required", 5: "excluded"}
    assert len(found.excluded_used) == 1
    assert len(found.required_unused) == 3
    assert found.p_value is None
    assert found.power[group.irreps.degrees.index(5)] == 1


def test_p_value_is_the_share_of_all_permutations() -> None:
    """Five irreps of one degree have 120 orders: all of them are counted, by another way."""
    used, predicted = np.array([0.5, 0.2, 0.15, 0.1, 0.05]), np.array([0.3, 0.25, 0.2, 0.05, 0.2])
    orders = [np.array(order) for order in permutations(range(5))]
    exact = np.mean([used[order] @ predicted >= used @ predicted - 1e-12 for order in orders])
    degrees = np.full(5, 2)
    found, reason = permutation_p_value(used, predicted, degrees, np.random.default_rng(1))
    assert found == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 10_000))
    assert "10,000 permutations" in reason


def test_degrees_are_not_mixed() -> None:
    used, predicted = np.array([0.9, 0.1]), np.array([0.8, 0.2])
    found, _ = permutation_p_value(used, predicted, np.array([2, 3]), np.random.default_rng(1))
    assert found is None
    found, _ = permutation_p_value(used, predicted, np.array([2, 2]), np.random.default_rng(1))
    assert found == pytest.approx(0.5, abs=0.03)


def test_the_smallest_groups() -> None:
    trivial = compare_with_theory(
        network_group(_table("Z1")), np.ones(1), np.zeros(1, dtype=bool), np.random.default_rng(0)
    )
    assert trivial.gamma_star is None
    two = compare_with_theory(
        network_group(_table("Z2")), np.array([0.0, 1.0]), np.array([False, True]), np.random.default_rng(0)
    )
    assert two.statuses == (None, "required")


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", ["S5_MLP_seed4", "D61_MLP_seed1", "no_wd"])
def test_real_networks_use_fewer_irreps_than_the_maximum_margin(data: Path, name: str) -> None:
    found = checkpoint(data, name)
    embedding = found.network.embeddings[0]
    power = np.array(
        [np.linalg.norm(found.group.projector(r) @ embedding) ** 2 for r in range(len(found.group.irreps))]
    )
    power /= power.sum()
    compared = compare_with_theory(found.group, power, power > 0.05, np.random.default_rng(0))
    assert set(compared.statuses[1:]) == {"required"}
    assert len(compared.required_unused) > 0
    assert compared.excluded_used == ()
    assert compared.p_value is None
    assert "no test applies" in compared.reason
