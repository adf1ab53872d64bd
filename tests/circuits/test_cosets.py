"""Coset neurons: published counts and losses, a network made of cosets, random and prime-order ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from checkpoints import checkpoint, clusters
from random_networks import random_perceptron
from tables import cayley_table

from empirics.circuits.clusters import neuron_clusters
from empirics.circuits.cosets import coset_reading, logits_of_sums, proper_subgroups
from empirics.circuits.irreps import network_group
from empirics.circuits.losses import cross_entropy
from empirics.circuits.networks import SharedHiddenPerceptron
from theory.errors import InputError

# shared/specs/circuits.md, 2.9: neurons by |H|, others, loss after the replacement
PUBLISHED = {
    # 102 of 102 active neurons there; neuron 118 is the one other: test_a_nearly_inactive_neuron
    "S5_MLP_seed4": ({24: 83, 12: 6, 60: 13}, 1, 2.0320e-06),
    "S5_MLP_seed1": ({24: 31, 12: 56, 20: 30, 60: 3}, 8, 1.9947e-05),
    "D61_MLP_seed1": ({2: 122, 61: 6}, 0, 1.6044e-05),
}


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", PUBLISHED)
def test_real_networks(data: Path, name: str) -> None:
    found = checkpoint(data, name)
    assert isinstance(found.network, SharedHiddenPerceptron)
    left, right = found.network.pre_activations
    reading = coset_reading(left, right, found.group, ~clusters(data, name).inactive)
    assert reading is not None
    by_order, others, loss = PUBLISHED[name]
    assert {order: reading.by_order[order] for order in by_order} == by_order
    assert len(reading.neurons) - sum(by_order.values()) == others
    assert all(one.conjugate for one in reading.neurons if one.order in by_order)
    replaced = logits_of_sums(found.network, reading.left, reading.right)
    assert cross_entropy(replaced, found.group.table) == pytest.approx(loss, rel=3e-5)
    if name == "S5_MLP_seed4":
        assert [one.neuron for one in reading.neurons if one.order not in by_order] == [118]


@pytest.mark.requires("data")
def test_a_random_network_sees_no_cosets(data: Path) -> None:
    """Spec 2.9: none below .05; smallest ratio .285, median .37."""
    group = checkpoint(data, "S5_MLP_seed1").group
    network = random_perceptron(120, 256, 128, 0)
    active = ~neuron_clusters(network.hidden(), group).inactive
    reading = coset_reading(*network.pre_activations, group, active)
    assert reading is not None
    assert reading.neurons == ()
    best = reading.left_ratios.min((0, 1))
    assert best.min() == pytest.approx(0.285, abs=6e-4)
    assert np.median(best) == pytest.approx(0.37, abs=6e-3)
    assert np.array_equal(reading.left, network.pre_activations[0])


def _cosets_by_hand(table: np.ndarray, inside: list[int], right: bool) -> list[frozenset[int]]:
    n = len(table)
    return [frozenset(int(table[h, g] if right else table[g, h]) for h in inside) for g in range(n)]


@pytest.mark.parametrize(("expression", "order"), [("S4", 6), ("D5", 2), ("Q8", 4), ("A5", 12)])
def test_a_neuron_made_of_cosets(expression: str, order: int) -> None:
    """`X` constant on `Hg`, `Y` on `g H'`: found with subgroup, values and where it is silent."""
    group = network_group(cayley_table(expression))
    subgroups = proper_subgroups(group)
    number = int(np.flatnonzero(subgroups.orders == order)[0])
    inside = np.flatnonzero(subgroups.members[number]).tolist()
    generator = np.random.default_rng(3)
    summands = []
    for right in (True, False):
        cosets = _cosets_by_hand(group.table, inside, right)
        values = {coset: generator.standard_normal() for coset in sorted(set(cosets), key=min)}
        summands.append(np.array([[values[coset]] for coset in cosets]))
    noise = 0.01 * generator.standard_normal((2, group.order, 1))
    reading = coset_reading(summands[0] + noise[0], summands[1] + noise[1], group, np.array([True]))
    assert reading is not None
    (found,) = reading.neurons
    assert found.order >= order  # a larger subgroup may fit random values by chance; never a smaller one
    assert (found.left_subgroup, found.right_subgroup) == (number, number)
    assert found.cells == 2 * group.order // order
    assert max(found.within) < 0.01
    assert sorted(found.left_values) == pytest.approx(sorted(set(summands[0][:, 0])), abs=0.02)
    assert found.silent_sum == pytest.approx(summands[0].min() + summands[1].min(), abs=0.02)
    assert np.allclose(reading.left, summands[0], atol=0.02)


def test_inactive_neurons_are_assigned_to_nothing() -> None:
    group = network_group(cayley_table("S3"))
    constant = np.ones((6, 1))
    reading = coset_reading(constant, constant, group, np.array([False]))
    assert reading is not None
    assert reading.neurons == ()
    assert np.isnan(reading.left_ratios).all()


@pytest.mark.parametrize("expression", ["Z1", "Z2", "Z7"])
def test_prime_order_has_no_cosets(expression: str) -> None:
    group = network_group(cayley_table(expression))
    values = np.random.default_rng(0).standard_normal((group.order, 3))
    assert coset_reading(values, values, group, np.ones(3, dtype=bool)) is None


def test_equal_character_tables_are_told_apart() -> None:
    """D4 and Q8: the same degrees, other indicators, other subgroups."""
    dihedral, quaternion = (network_group(cayley_table(name)) for name in ("D4", "Q8"))
    assert sorted(dihedral.irreps.degrees) == sorted(quaternion.irreps.degrees)
    assert (min(dihedral.irreps.indicators), min(quaternion.irreps.indicators)) == (1, -1)
    assert (len(proper_subgroups(dihedral)), len(proper_subgroups(quaternion))) == (8, 4)
    assert proper_subgroups(quaternion).normal.all()
    assert not proper_subgroups(dihedral).normal.all()


def test_bad_tolerance() -> None:
    group = network_group(cayley_table("S3"))
    with pytest.raises(InputError, match="tolerance 1: a number between 0 and 1 is right"):
        coset_reading(np.ones((6, 1)), np.ones((6, 1)), group, np.array([True]), tolerance=1.0)
