"""The output map in the irrep basis: published figures, literal projections, a network nobody trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from checkpoints import checkpoint, clusters, irrep_of
from random_networks import random_perceptron
from tables import cayley_table

from empirics.circuits import networks
from empirics.circuits.clusters import neuron_clusters
from empirics.circuits.irreps import network_group
from empirics.circuits.loading import load_network
from empirics.circuits.output_map import output_map_use, real_basis
from theory.errors import InputError

# shared/specs/circuits.md, 2.8: share of the power, in-cluster share, cosines with cos and sin
OUTPUT = {
    "no_wd": {
        "k=36": (0.5141, 0.7296, 0.986, 0.983),
        "k=52": (0.3195, 0.7191, 0.972, 0.964),
    },
    "low_precision": {
        "k=6": (0.0823, 0.9347, 0.925, 0.898),
        "k=23": (0.1707, 0.7593, 0.762, 0.884),
        "k=39": (0.2444, 0.9921, 0.962, 0.965),
    },
}


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", OUTPUT)
def test_published_figures(data: Path, name: str) -> None:
    """To the digits that the spec prints."""
    irreps = [irrep_of(data, name, word) for word in OUTPUT[name]]
    used = output_map_use(checkpoint(data, name).network, clusters(data, name), irreps)
    for use, (power, inside, cosine, sine) in zip(used, OUTPUT[name].values(), strict=True):
        assert (use.power, use.in_cluster) == pytest.approx((power, inside), abs=6e-5)
        assert use.cosines == pytest.approx((cosine, sine), abs=6e-4)


@pytest.mark.requires("data")
def test_a_random_network_writes_no_products(data: Path) -> None:
    """Power by dimension alone, no neuron's own, no cosine."""
    group = checkpoint(data, "S5_MLP_seed1").group
    network = random_perceptron(120, 256, 128, 0)
    used = output_map_use(network, neuron_clusters(network, group), range(1, len(group.irreps)))
    for use in used:
        assert use.power == pytest.approx(group.irreps.dimensions[use.irrep] / 120, rel=0.05)
        assert use.in_cluster == 0
        assert abs(use.cosine) < 0.01


@pytest.mark.parametrize("expression", ["Z7", "Z8", "S4", "SL(2,3)"])
def test_real_basis(expression: str) -> None:
    group = network_group(cayley_table(expression))
    for r, dimension in enumerate(group.irreps.dimensions):
        basis = real_basis(group, r)
        assert basis.shape == (group.order, dimension)
        assert np.allclose(basis.T @ basis, np.eye(dimension), atol=1e-12)
        assert np.allclose(basis @ basis.T, group.projector(r), atol=1e-12)


@pytest.mark.parametrize("n", [7, 8])
def test_basis_of_a_frequency_is_cosine_and_sine(n: int) -> None:
    """Trap 2: for even `n` the frequency `n/2` has no sine, and none is made of rounding."""
    x = np.arange(n)
    group = network_group(np.add.outer(x, x) % n)
    for k in range(1, n // 2 + 1):
        basis = real_basis(group, group.irreps.index(f"k={k}"))
        waves = [np.cos(2 * np.pi * k * x / n)]
        waves += [np.sin(2 * np.pi * k * x / n)] if 2 * k < n else []
        units = np.stack([wave / np.linalg.norm(wave) for wave in waves], axis=1)
        assert np.allclose(np.abs(basis.T @ units), np.eye(len(waves)))


@pytest.mark.parametrize("expression", ["Z8", "D4", "A4"])
def test_against_literal_projections(expression: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `W P_r` and whole arrays; rows in chunks."""
    group = network_group(cayley_table(expression))
    n = group.order
    network = random_perceptron(n, 5, 16, 2)
    monkeypatch.setattr(networks, "ROWS_BUDGET", 3 * n**2)
    found = neuron_clusters(network, group, 0.4)
    assert found.counts()
    hidden, output = network.hidden(), network.output_map
    centred = hidden - hidden.mean((0, 1))
    irreps = list(range(1, len(group.irreps)))
    for use in output_map_use(network, found, irreps):
        projector = group.projector(use.irrep)
        part = output @ projector
        assert use.power == pytest.approx((part**2).sum() / (output**2).sum())
        inside = (part[found.label == use.irrep] ** 2).sum() / (part**2).sum()
        assert use.in_cluster == pytest.approx(inside, abs=1e-12)
        # rows of the projector at ab are all functions rho_r(ab), in a frame that needs no basis
        written, target = centred @ part, projector[group.table]
        expected = (written * target).sum() / np.linalg.norm(written) / np.linalg.norm(target)
        assert use.cosine == pytest.approx(expected)
        assert len(use.cosines) == group.irreps.dimensions[use.irrep]


def test_a_network_that_writes_products() -> None:
    """`relu` of `X + Y` made to be the indicator of `(a, b)`, written to `ab`: every cosine is 1."""
    group = network_group(cayley_table("S3"))
    table = group.table
    pairs = [(a, b) for a in range(6) for b in range(6)]
    left = np.array([[1.0 if a == x else 0.0 for a, _ in pairs] for x in range(6)])
    right = np.array([[1.0 if b == y else 0.0 for _, b in pairs] for y in range(6)])
    output = np.array([np.eye(6)[table[a, b]] for a, b in pairs])
    state = {
        "W_in": torch.from_numpy(np.concatenate([left, right]).T.copy()),
        "b_in": torch.full((36,), -1.0, dtype=torch.float64),
        "W_out": torch.from_numpy(output.T.copy()),
        "b_out": torch.zeros(6, dtype=torch.float64),
    }
    network = load_network(state)
    assert (network.logits().argmax(-1) == table).all()
    used = output_map_use(network, neuron_clusters(network, group), [1, 2])
    for use in used:
        assert use.cosine == pytest.approx(1)
        assert use.cosines == pytest.approx([1] * group.irreps.dimensions[use.irrep])


def test_bad_input() -> None:
    group = network_group(cayley_table("S3"))
    found = neuron_clusters(random_perceptron(6, 8, 5, 3), group)
    with pytest.raises(InputError, match="clusters are of 5 neurons on 6 elements"):
        output_map_use(random_perceptron(6, 8, 4, 3), found, [1])
    with pytest.raises(InputError, match=r"irrep -1: a number in 0\.\.2 would be right"):
        output_map_use(random_perceptron(6, 8, 5, 3), found, [-1])
