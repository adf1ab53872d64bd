"""Coset neurons: published counts and losses, a network made of cosets, random and prime-order ones."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from checkpoints import checkpoint, clusters
from random_networks import random_perceptron
from tables import cayley_table

from empirics.circuits.clusters import neuron_clusters
from empirics.circuits.coset_ablation import described_sums, descriptions, induced_dimensions
from empirics.circuits.cosets import coset_reading, logits_of_sums, proper_subgroups
from empirics.circuits.irreps import network_group
from empirics.circuits.losses import cross_entropy
from empirics.circuits.perceptrons import SharedHiddenPerceptron
from theory.errors import InputError

# shared/specs/circuits.md, 2.9: neurons by |H|, others, loss after the replacement
PUBLISHED = {
    # 102 of 102 active neurons there; neuron 118 is the one other: test_a_nearly_inactive_neuron
    "S5_MLP_seed4": ({24: 83, 12: 6, 60: 13}, 1, 2.0320e-06),
    "S5_MLP_seed1": ({24: 31, 12: 56, 20: 30, 60: 3}, 8, 1.9947e-05),
    "D61_MLP_seed1": ({2: 122, 61: 6}, 0, 1.6044e-05),
}
# Not in the spec, recorded here on the first run: loss with the means on each neuron's own Hg and gH, the
# same on the wrong sides, and how many neurons take fewer numbers by cosets, by irreps, as many by both.
RECORDED = {
    "S5_MLP_seed4": (2.0320e-06, 6.258, {"cosets": 89, "irreps": 1, "equal": 13}),
    "S5_MLP_seed1": (2.0186e-05, 5.213, {"cosets": 118, "irreps": 7, "equal": 3}),
    "D61_MLP_seed1": (1.6521e-05, 2.791, {"irreps": 122, "equal": 6}),
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
@pytest.mark.parametrize("name", RECORDED)
def test_means_on_the_own_cosets(data: Path, name: str) -> None:
    """The loss hardly moves, and as many numbers on the wrong sides ruin the network (chance: log n)."""
    found = checkpoint(data, name)
    assert isinstance(found.network, SharedHiddenPerceptron)
    sums = found.network.pre_activations
    reading = coset_reading(*sums, found.group, ~clusters(data, name).inactive)
    assert reading is not None
    own, wrong, fewer = RECORDED[name]
    for expected, swapped in ((own, False), (wrong, True)):
        logits = logits_of_sums(found.network, *described_sums(reading, *sums, swapped=swapped))
        assert cross_entropy(logits, found.group.table) == pytest.approx(expected, rel=1e-3)
    assert Counter(one.fewer for one in descriptions(reading, *sums)) == fewer


@pytest.mark.requires("data")
@pytest.mark.parametrize("seed", [0, 1])
def test_random_networks_have_no_coset_neurons(data: Path, seed: int) -> None:
    group = checkpoint(data, "S5_MLP_seed1").group
    reading = coset_reading(
        *random_perceptron(120, 256, 128, seed).pre_activations, group, np.ones(128, dtype=bool)
    )
    assert reading is not None
    assert reading.neurons == ()
    assert min(reading.left_ratios.min(), reading.right_ratios.min()) > 0.25


@pytest.mark.requires("data")
def test_a_random_network_sees_no_cosets(data: Path) -> None:
    """Spec 2.9: none below .05; smallest ratio .285, median .37: of `X` on either side, torch seed 0.

    Over `X` and `Y` the smallest is .274, and .269 with seed 1.
    """
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


@pytest.mark.parametrize("expression", ["Z12", "S4", "Q8", "SL(2,3)", "D9"])
def test_induced_dimensions_are_ranks(expression: str) -> None:
    """Of the functions constant on cosets, on either side, projected on every component."""
    group = network_group(cayley_table(expression))
    for members in proper_subgroups(group).members:
        inside = np.flatnonzero(members).tolist()
        found = induced_dimensions(members, group)
        assert found.sum() == group.order // len(inside)
        for right in (True, False):
            cosets = set(_cosets_by_hand(group.table, inside, right))
            indicators = np.array([[g in coset for coset in cosets] for g in range(group.order)], dtype=float)
            ranks = [
                np.linalg.matrix_rank(group.projector(r) @ indicators, tol=1e-9) for r in range(len(found))
            ]
            assert found.tolist() == ranks


def test_point_stabilisers_of_s5_induce_the_standard_irrep() -> None:
    """Spec 2.9: S4 < S5 gives trivial and standard; the other class of order 24 does not exist in S5."""
    group = network_group(cayley_table("S5"))
    subgroups = proper_subgroups(group)
    degrees = np.array(group.irreps.degrees)
    stabilisers = subgroups.members[subgroups.orders == 24]
    assert len(stabilisers) == 5
    for members in stabilisers:
        dimensions = induced_dimensions(members, group)
        assert sorted(zip(degrees[dimensions > 0], dimensions[dimensions > 0], strict=True)) == [
            (1, 1),
            (4, 4),
        ]


def _random_coset_sums(expression: str, number: int, seed: int = 0):  # type: ignore[no-untyped-def]
    group = network_group(cayley_table(expression))
    inside = np.flatnonzero(proper_subgroups(group).members[number]).tolist()
    generator = np.random.default_rng(seed)
    sums = []
    for right in (True, False):
        cosets = _cosets_by_hand(group.table, inside, right)
        values = {coset: generator.standard_normal() for coset in set(cosets)}
        noise = 0.02 * generator.standard_normal(group.order)
        sums.append((np.array([values[coset] for coset in cosets]) + noise)[:, None])
    return group, sums[0], sums[1]


@pytest.mark.parametrize("expression", ["S4", "SL(2,3)", "D9"])
def test_described_sums_are_means_by_hand(expression: str) -> None:
    """Against sums over sets, and without power outside of the induced representation."""
    group, left, right = _random_coset_sums(expression, 0)
    reading = coset_reading(left, right, group, np.array([True]))
    assert reading is not None
    (neuron,) = reading.neurons
    members = reading.subgroups.members
    for swapped in (False, True):
        replaced = described_sums(reading, left, right, swapped=swapped)
        numbers = (neuron.left_subgroup, neuron.right_subgroup)
        for values, found, number, side in zip((left, right), replaced, numbers, (True, False), strict=True):
            inside = np.flatnonzero(members[number]).tolist()
            cosets = _cosets_by_hand(group.table, inside, side != swapped)
            expected = [[values[sorted(coset), 0].mean()] for coset in cosets]
            assert np.allclose(found, expected, atol=1e-12)
            outside = np.flatnonzero(induced_dimensions(members[number], group) == 0).tolist()
            assert all(np.abs(group.projector(r) @ found).max() < 1e-12 for r in outside)


def test_descriptions_count_numbers() -> None:
    """S3 < S4: 4 cosets on either side against 1 + 2 * 9; every count by hand."""
    group = network_group(cayley_table("S4"))
    number = int(np.flatnonzero(proper_subgroups(group).orders == 6)[0])
    _, left, right = _random_coset_sums("S4", number)
    reading = coset_reading(left, right, group, np.array([True]))
    assert reading is not None
    (found,) = descriptions(reading, left, right)
    assert (found.cosets, found.irreps, found.fewer, found.ties) == (7, 19, "cosets", (0, 0))
    assert [group.irreps.degrees[r] for r in (*found.left_irreps, *found.right_irreps)] == [3, 3]


def test_a_dihedral_irrep_neuron_is_always_a_coset_neuron() -> None:
    """`u^T rho(g) v` turns by at most pi/61 until a reflection fixes it: the coset view adds nothing there.

    In degree 2 the part within cosets of a reflection at the angle t is sin^2 t, so that 8 or 9 of the 61
    reflections are below .05, and 121 numbers describe what 9 do. No training is needed.
    """
    m, neurons = 61, 12
    turns, flips = np.tile(np.arange(m), 2), np.repeat([0, 1], m)
    signs = 1 - 2 * flips
    table = (turns[:, None] + signs[:, None] * turns) % m + m * (flips[:, None] ^ flips)
    cosine, sine = np.cos(2 * np.pi * 5 * turns / m), np.sin(2 * np.pi * 5 * turns / m)
    rho = np.array([[cosine, -sine * signs], [sine, cosine * signs]])
    generator = np.random.default_rng(5)
    u, v = generator.standard_normal((2, 2, neurons))
    left = np.einsum("im,ijg,jm->gm", u, rho, v)
    right = np.einsum("im,ijg,jm->gm", v, rho, u)
    group = network_group(table)
    reading = coset_reading(left, right, group, np.ones(neurons, dtype=bool))
    assert reading is not None
    assert reading.by_order == {2: neurons}
    for one in descriptions(reading, left, right):
        assert (one.cosets, one.irreps, one.fewer) == (121, 9, "irreps")
        assert {tie + 1 for tie in one.ties} <= {8, 9}


def test_bad_sums_and_tolerance_of_descriptions() -> None:
    group, left, right = _random_coset_sums("S4", 0)
    reading = coset_reading(left, right, group, np.array([True]))
    assert reading is not None
    with pytest.raises(
        InputError, match=r"summands of shapes \(24, 2\) and \(24, 2\): \(24, 1\), as of those"
    ):
        described_sums(reading, np.hstack([left, left]), np.hstack([right, right]))
    with pytest.raises(InputError, match="tolerance 0: a number between 0 and 1 is right"):
        descriptions(reading, left, right, tolerance=0.0)


def test_bad_tolerance() -> None:
    group = network_group(cayley_table("S3"))
    with pytest.raises(InputError, match="tolerance 1: a number between 0 and 1 is right"):
        coset_reading(np.ones((6, 1)), np.ones((6, 1)), group, np.array([True]), tolerance=1.0)
