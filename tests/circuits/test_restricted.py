"""Restricted and excluded losses: published figures, literal sums, and why accuracy alone proves nothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from checkpoints import CHUGHTAI, FILES, checkpoint, fitted, train_mask
from reference_figures import RESTRICTED
from tables import cayley_table

from empirics.circuits.character_fit import character_fit
from empirics.circuits.directions import product_means
from empirics.circuits.irreps import network_group
from empirics.circuits.losses import (
    bias_corrected,
    check_mask,
    cross_entropy,
    pair_losses,
    split_nanda,
    split_of_pairs,
    split_torch,
)
from empirics.circuits.networks import CallableNetwork
from empirics.circuits.restricted import (
    excluded_losses,
    faithfulness,
    hidden_restricted_loss,
    restricted_losses,
)
from theory.errors import InputError

# summary_metrics.json; C113's published 9.84e-03 is wrong: shared/specs/circuits.md, 2.7
HIDDEN = {
    "S5_MLP_seed1": 1.52001e-07,
    "D61_MLP_seed1": 1.75694e-06,
    "S5_T_seed1": 1.77634e-09,
    "C113_MLP_seed1": 2.1906e-06,
}


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", FILES)
def test_published_losses(data: Path, name: str) -> None:
    found = checkpoint(data, name)
    means, fit, key = fitted(data, name)
    mask = train_mask(data, name)
    kept = restricted_losses(found.network, means, fit, key, mask)
    left = excluded_losses(found.network, means, fit, key, mask)
    measured = (
        kept.product,
        kept.product_uncorrected,
        kept.characters,
        left.every_key,
        left.every_key_characters,
    )
    for value, expected in zip(measured, RESTRICTED[name], strict=True):
        if expected is not None:
            assert value == pytest.approx(expected, rel=1e-4)
    assert kept.product_test is not None
    agreement = 1 - 7 / 113**2 if name == "low_precision" else 1.0
    assert kept.faithfulness.agreement == pytest.approx(agreement, abs=1e-12)
    assert kept.faithfulness.variance_explained == pytest.approx(means.share(key))
    assert kept.character_faithfulness.variance_explained == pytest.approx(fit.share(key))


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", CHUGHTAI)
def test_summary_metrics(data: Path, name: str) -> None:
    summary = json.loads((data / name / "summary_metrics.json").read_text())
    found = checkpoint(data, name)
    means, fit, key = fitted(data, name)
    mask = train_mask(data, name)
    kept = restricted_losses(found.network, means, fit, key, mask)
    left = excluded_losses(found.network, means, fit, key, mask)
    assert kept.characters == pytest.approx(summary["total_logit_restricted_loss"], rel=1e-5)
    assert left.every_key_characters == pytest.approx(summary["total_logit_excluded_loss"], rel=1e-5)


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", HIDDEN)
def test_hidden_restricted(data: Path, name: str) -> None:
    """Trap 4: QR of dependent matrix entries makes 9.84e-03 of C113's 2.19e-06."""
    means, _, key = fitted(data, name)
    found = hidden_restricted_loss(checkpoint(data, name).network, means, key)
    assert found == pytest.approx(HIDDEN[name], rel=1e-5 if name != "C113_MLP_seed1" else 1e-4)


@pytest.mark.requires("data")
def test_cluster_keys_of_the_transformers(data: Path) -> None:
    """Data README: x+y directions of the cluster frequencies, bias-corrected, and not."""
    for name, keys, corrected, plain in (
        ("low_precision", (6, 23, 39), 2.1119e-01, 11.044),
        ("no_wd", (36, 52), 1.1287e-08, 2.0940),
    ):
        found = checkpoint(data, name)
        means, fit, _ = fitted(data, name)
        irreps = [found.group.irreps.index(f"k={k}") for k in keys]
        kept = restricted_losses(found.network, means, fit, irreps)
        assert (kept.product, kept.product_uncorrected) == pytest.approx((corrected, plain), rel=1e-4)


@pytest.mark.parametrize("expression", ["Z7", "S3", "Q8"])
def test_against_literal_cubes(expression: str) -> None:
    group = network_group(cayley_table(expression))
    n = group.order
    generator = np.random.default_rng(8)
    logits = generator.standard_normal((n, n, n)) + 2 * np.eye(n)[group.table]
    network = CallableNetwork(n, lambda a, b: logits[a, b])
    means = product_means(network, group)
    fit = character_fit(means)
    key = [1, 2]
    mask = generator.random((n, n)) < 0.5
    cube = sum(group.projector(r) for r in key) @ np.array(
        [logits[group.table == g].mean(0) for g in range(n)]
    )
    replaced = bias_corrected(logits, cube[group.table])
    kept = restricted_losses(network, means, fit, key, mask)
    assert kept.product == pytest.approx(cross_entropy(replaced, group.table))
    assert kept.product_test == pytest.approx(cross_entropy(replaced, group.table, ~mask))
    left = excluded_losses(network, means, fit, key, mask)
    assert left.every_key == pytest.approx(cross_entropy(logits - cube[group.table], group.table, mask))
    assert left.pairs == "train"

    def log_softmax(values: np.ndarray) -> np.ndarray:
        return values - np.log(np.exp(values).sum(-1, keepdims=True))

    original, other = log_softmax(logits), log_softmax(replaced)
    divergence = (np.exp(original) * (original - other)).sum(-1).mean()
    assert kept.faithfulness.divergence == pytest.approx(divergence)

    def twice(values: np.ndarray) -> np.ndarray:
        centred = values - values.mean(-1, keepdims=True)
        return centred - centred.mean((0, 1))

    explained = 1 - (twice(logits - replaced) ** 2).sum() / (twice(logits) ** 2).sum()
    assert kept.faithfulness.variance_explained == pytest.approx(explained)
    agreement = (logits.argmax(-1) == replaced.argmax(-1)).mean()
    assert kept.faithfulness.agreement == pytest.approx(agreement)


def test_restricted_accuracy_proves_nothing() -> None:
    """Trap 10: a character buried in noise answers every product rightly, and explains almost nothing."""
    group = network_group(cayley_table("A5"))
    n = group.order
    generator = np.random.default_rng(0)
    character = group.irreps.characters[1][group.quotients]
    logits = 0.1 * character[group.table] + 3 * generator.standard_normal((n, n, n))
    network = CallableNetwork(n, lambda a, b: logits[a, b])
    means = product_means(network, group)
    fit = character_fit(means)
    kept = restricted_losses(network, means, fit, [1])
    scores = fit.coefficients[1] * character
    assert (scores.argmax(1) == np.arange(n)).all()
    assert kept.character_faithfulness.variance_explained < 0.01
    assert kept.character_faithfulness.agreement < 0.1
    assert faithfulness(network, means, scores).agreement == kept.character_faithfulness.agreement


def test_bias_correction_is_a_choice_of_a_constant() -> None:
    generator = np.random.default_rng(2)
    logits, other = generator.standard_normal((2, 4, 4, 4))
    corrected = bias_corrected(logits, other)
    assert np.allclose(corrected.mean((0, 1)), logits.mean((0, 1)))
    assert np.ptp((corrected - other).reshape(16, 4), axis=0) == pytest.approx(0, abs=1e-12)


def test_losses_far_below_single_precision() -> None:
    """Trap 3: a loss of 1e-12 is not zero."""
    logits = np.zeros((1, 1, 2))
    logits[0, 0, 0] = 27.0
    assert pair_losses(logits, np.array([[0]]))[0, 0] == pytest.approx(np.log1p(np.exp(-27.0)), rel=1e-3)


def test_splits() -> None:
    import random

    import torch

    for order, seed, fraction in ((7, 0, 0.3), (12, 5, 0.4)):
        pairs = [(i, j, order) for i in range(order) for j in range(order)]
        random.seed(seed)
        random.shuffle(pairs)
        chosen = {(i, j) for i, j, _ in pairs[: int(fraction * len(pairs))]}
        assert {tuple(p) for p in np.argwhere(split_nanda(order, seed, fraction)).tolist()} == chosen
        torch.manual_seed(seed)
        numbers = torch.randperm(order * order)[: int(fraction * order * order)].tolist()
        assert np.flatnonzero(split_torch(order, seed, fraction)).tolist() == sorted(numbers)
    with pytest.raises(InputError, match=r"pair 9 is outside of 0\.\.8"):
        split_of_pairs([9], 3)
    with pytest.raises(InputError, match="between 0 and 1"):
        split_torch(3, 0, 1.0)


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (np.ones((2, 3), dtype=bool), r"shape \[2, 3\]; \[3, 3\] would be right"),
        (np.ones((3, 3), dtype=bool), "no test pairs"),
        (np.zeros((3, 3), dtype=bool), "no train pairs"),
    ],
)
def test_bad_masks(mask: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_mask(mask, 3)
