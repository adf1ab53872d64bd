"""Causal tests: published losses after projections and ablations; identities they obey; the output map."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from checkpoints import FILES, checkpoint, clusters, fitted, hidden, irrep_of
from random_networks import random_perceptron
from reference_figures import (
    ABLATED,
    ABLATED_EMBEDDING,
    ABLATED_PROJECTED,
    KEPT_EMBEDDING,
    PATH,
    PROJECTED,
)
from tables import cayley_table

from empirics.circuits.interventions import (
    ClusterLosses,
    ablate_irreps,
    cluster_losses,
    keep_irreps,
    path_loss,
    remove_irreps,
)
from empirics.circuits.irreps import network_group
from empirics.circuits.losses import cross_entropy
from empirics.circuits.output_map import output_map_use, real_basis

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


@cache
def _losses(data: Path, name: str) -> ClusterLosses:
    found = checkpoint(data, name)
    return cluster_losses(found.network, hidden(data, name), found.logits, clusters(data, name))


def _tolerance(name: str) -> float:
    return 0.02 if name == "no_wd" else 1e-3  # spec 2.6: a borderline neuron


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", FILES)
def test_projected_clusters(data: Path, name: str) -> None:
    found = _losses(data, name)
    tolerance = _tolerance(name)
    assert (found.projected, found.projected_alone) == pytest.approx(PROJECTED[name], rel=tolerance)
    for word, loss in ABLATED_PROJECTED[name].items():
        irrep = -1 if word == "none" else irrep_of(data, name, word)
        assert found.ablated_projected[irrep] == pytest.approx(loss, rel=tolerance)
    if name in PATH:
        assert found.path == pytest.approx(PATH[name], rel=tolerance)


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", ABLATED)
def test_ablated_clusters(data: Path, name: str) -> None:
    for word, loss in ABLATED[name].items():
        irrep = -1 if word == "none" else irrep_of(data, name, word)
        assert _losses(data, name).ablated[irrep] == pytest.approx(loss, rel=_tolerance(name))


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", ABLATED_EMBEDDING)
def test_irreps_taken_out_of_the_embeddings(data: Path, name: str) -> None:
    found = checkpoint(data, name)
    expected = {irrep_of(data, name, word): loss for word, loss in ABLATED_EMBEDDING[name].items()}
    assert ablate_irreps(found.network, found.group, expected) == pytest.approx(expected, rel=1e-3)
    _, _, key = fitted(data, name)
    kept = keep_irreps(found.network, found.group, key).logits()
    assert cross_entropy(kept, found.group.table) == pytest.approx(KEPT_EMBEDDING[name], rel=1e-3)


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", OUTPUT)
def test_output_map(data: Path, name: str) -> None:
    found = clusters(data, name)
    irreps = {word: irrep_of(data, name, word) for word in OUTPUT[name]}
    used = output_map_use(checkpoint(data, name).network, hidden(data, name), found, list(irreps.values()))
    for use, (power, inside, cosine, sine) in zip(used, OUTPUT[name].values(), strict=True):
        assert (use.power, use.in_cluster) == pytest.approx((power, inside), abs=1e-4)
        # the published figures have three digits
        assert use.cosines == pytest.approx((cosine, sine), abs=1e-3)


def test_removing_nothing_and_everything() -> None:
    network = random_perceptron(6, 8, 5, 3)
    group = network_group(cayley_table("S3"))
    assert np.allclose(remove_irreps(network, group, []).logits(), network.logits())
    every = range(len(group.irreps))
    assert np.allclose(keep_irreps(network, group, every).logits(), network.logits())
    assert np.allclose(remove_irreps(network, group, every).logits(), 0.0)


def test_mean_and_zero_ablation_agree_once_the_bias_is_corrected() -> None:
    group = network_group(cayley_table("S3"))
    network = random_perceptron(6, 8, 5, 3)
    activations, logits = network.hidden(), network.logits()
    part = activations[:, :, :2] @ network.output_map[:2]
    means = activations[:, :, :2].mean((0, 1)) @ network.output_map[:2]
    zeroed = logits - part
    meaned = logits - part + means
    corrected = zeroed + (logits - zeroed).mean((0, 1))
    assert np.allclose(corrected, meaned)
    assert path_loss(activations, network, group) == pytest.approx(cross_entropy(logits, group.table))


@pytest.mark.parametrize("expression", ["Z7", "Z8", "S4", "SL(2,3)"])
def test_real_basis(expression: str) -> None:
    group = network_group(cayley_table(expression))
    for r, dimension in enumerate(group.irreps.dimensions):
        basis = real_basis(group, r)
        assert basis.shape == (group.order, dimension)
        assert np.allclose(basis.T @ basis, np.eye(dimension), atol=1e-10)
        assert np.allclose(basis @ basis.T, group.projector(r), atol=1e-9)
