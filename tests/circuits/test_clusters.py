"""Neurons by irrep: published counts, the nine Fourier terms, networks that must not cluster."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from checkpoints import FILES, checkpoint, clusters, hidden, irrep_of
from reference_figures import CLUSTERS
from random_networks import random_perceptron
from tables import cayley_table

from empirics.circuits.clusters import isotypic_basis, neuron_clusters
from empirics.circuits.irreps import network_group
from theory.errors import InputError


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", FILES)
def test_counts(data: Path, name: str) -> None:
    found = clusters(data, name)
    counts, unclustered = CLUSTERS[name]
    # neuron 488 of no_wd has .850509, spec 2.5
    slack = 1 if name == "no_wd" else 0
    assert set(found.counts()) == {irrep_of(data, name, word) for word in counts}
    for word, count in counts.items():
        assert abs(found.counts()[irrep_of(data, name, word)] - count) <= slack
    assert abs(found.unclustered - unclustered) <= slack
    assert found.inactive.sum() == (25 if name == "S5_MLP_seed4" else 0)
    assert (found.label[found.inactive] == -1).all()
    if name == "no_wd":
        assert found.fraction[488] == pytest.approx(0.850509, abs=1e-5)
        assert found.near[488]


@pytest.mark.requires("data")
def test_a_nearly_inactive_neuron(data: Path) -> None:
    """The data pack counts 26 inactive neurons in S5_MLP_seed4; by the rule of the spec it is 25.

    Neuron 118 has 1.4e-8 of the largest power, well above 1e-12. No rule on power alone makes it inactive
    and keeps all clustered neurons of S5_T_seed1, but one that is fitted to lie between 1.4e-8 and 4.6e-8.
    """
    found = clusters(data, "S5_MLP_seed4")
    activations = hidden(data, "S5_MLP_seed4")
    power = ((activations - activations.mean((0, 1))) ** 2).sum((0, 1))
    assert power[118] / power.max() == pytest.approx(1.4e-8, rel=0.01)
    assert np.flatnonzero((found.label == -1) & ~found.inactive).tolist() == [118]
    assert found.fraction[118] < found.threshold


@pytest.mark.requires("data")
@pytest.mark.parametrize(
    ("name", "threshold", "labelled"),
    [("low_precision", 0.80, 407), ("low_precision", 0.90, 405), ("no_wd", 0.80, 342), ("no_wd", 0.90, 281)],
)
def test_other_thresholds(data: Path, name: str, threshold: float, labelled: int) -> None:
    fractions = clusters(data, name).fraction
    assert abs(int((fractions >= threshold).sum()) - labelled) <= 1


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", ["low_precision", "no_wd"])
def test_nearest_irreps(data: Path, name: str) -> None:
    """The counts by largest fraction, shared/data/README.md, "neuron argmax counts"."""
    counts = {
        "low_precision": {23: 209, 6: 110, 39: 105, 3: 88},
        "no_wd": {36: 259, 52: 196, 41: 22, 26: 18, 53: 8, 9: 4, 28: 4, 24: 1},
    }[name]
    found = clusters(data, name)
    labels = found.group.irreps.labels
    numbers, sizes = np.unique(found.irrep, return_counts=True)
    assert {int(labels[r][2:]): int(size) for r, size in zip(numbers, sizes, strict=True)} == counts


@pytest.mark.requires("data")
@pytest.mark.parametrize(
    ("name", "linear", "quadratic"), [("low_precision", 0.733, 0.236), ("no_wd", 0.767, 0.211)]
)
def test_linear_and_quadratic_power(data: Path, name: str, linear: float, quadratic: float) -> None:
    """Of all centred activations: functions of one element, and interactions within one frequency."""
    activations = hidden(data, name)
    group = checkpoint(data, name).group
    centred = np.moveaxis(activations - activations.mean((0, 1)), 2, 0)
    basis = isotypic_basis(group)
    power = (basis.vectors.T @ centred @ basis.vectors) ** 2
    blocks = (basis.membership.T @ power @ basis.membership).sum(0)
    total = blocks.sum()
    assert (blocks[0].sum() + blocks[:, 0].sum()) / total == pytest.approx(linear, abs=6e-4)
    assert np.trace(blocks[1:, 1:]) / total == pytest.approx(quadratic, abs=6e-4)


@pytest.mark.requires("data")
def test_a_random_network_has_no_clusters(data: Path) -> None:
    """Spec 2.5: none of 128 neurons above .85, largest 95 % quantile of two seeds .333."""
    group = checkpoint(data, "S5_MLP_seed1").group
    found = [neuron_clusters(random_perceptron(120, 256, 128, seed).hidden(), group) for seed in (0, 1)]
    assert [one.unclustered for one in found] == [128, 128]
    assert max(np.quantile(one.fraction, 0.95) for one in found) == pytest.approx(0.333, abs=6e-4)


@pytest.mark.parametrize("expression", ["Z7", "D4", "A4", "Q8"])
def test_fractions_are_projections(expression: str) -> None:
    """`||A_r H A_r||^2 / ||H||^2` with projectors, neuron by neuron."""
    group = network_group(cayley_table(expression))
    activations = np.random.default_rng(1).standard_normal((group.order, group.order, 5))
    found = neuron_clusters(activations, group)
    for i in range(5):
        centred = activations[:, :, i] - activations[:, :, i].mean()
        for r in range(1, len(group.irreps)):
            both = group.projector(0) + group.projector(r)
            expected = np.linalg.norm(both @ centred @ both) ** 2 / np.linalg.norm(centred) ** 2
            assert found.fractions[i, r] == pytest.approx(expected)
    split = found.split
    assert split.left + split.right + split.diagonal + split.rest == pytest.approx(1)


@pytest.mark.parametrize("n", [8, 113])
def test_the_last_frequency_is_not_forgotten(n: int) -> None:
    """Trap 1: loops over `range(1, n // 2)` never see the frequency `n // 2`; for even `n` it has no sine."""
    x = np.arange(n)
    group = network_group(np.add.outer(x, x) % n)
    k = n // 2
    wave = np.cos(2 * np.pi * k * x / n)
    activations = np.maximum(wave[:, None] + wave[None] + 0.3, 0.0)[:, :, None] * np.array([1.0, 0.0])
    found = neuron_clusters(activations, group)
    assert group.irreps.labels[found.label[0]] == f"k={k}"
    assert found.inactive.tolist() == [False, True]
    assert found.counts() == {group.irreps.index(f"k={k}"): 1}


def test_bad_input() -> None:
    group = network_group(cayley_table("Z3"))
    activations = np.ones((3, 3, 2))
    assert neuron_clusters(activations, group).inactive.all()
    for threshold in (0.0, 1.01, float("nan")):
        with pytest.raises(InputError, match="a number above 0 and at most 1 is right"):
            neuron_clusters(activations, group, threshold)


@pytest.mark.parametrize("expression", ["Z1", "Z2"])
def test_smallest_groups(expression: str) -> None:
    group = network_group(cayley_table(expression))
    activations = np.random.default_rng(0).standard_normal((group.order, group.order, 3))
    assert len(neuron_clusters(activations, group).label) == 3
