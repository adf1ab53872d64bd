"""Restricted and excluded losses: published figures, literal sums, traps of the classic analyses."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from checkpoints import CHUGHTAI, EACH, checkpoint, fitted, irrep_of, train_mask
from random_networks import random_perceptron
from reference_figures import RESTRICTED, SHARES
from tables import cayley_table

from empirics.circuits.character_fit import CharacterFit, character_fit
from empirics.circuits.directions import ProductMeans, product_means
from empirics.circuits.irreps import NetworkGroup, network_group
from empirics.circuits.losses import bias_corrected, cross_entropy
from empirics.circuits.networks import CallableNetwork
from empirics.circuits.restricted import (
    ExcludedLosses,
    RestrictedLosses,
    excluded_losses,
    hidden_restricted_loss,
    hidden_restriction,
    restricted_losses,
)
from theory.errors import InputError

# shared/specs/circuits.md, 2.7; the JSON beside C113 says 9.84e-03, which is wrong
HIDDEN = {
    "S5_MLP_seed1": 1.52001e-07,
    "D61_MLP_seed1": 1.75694e-06,
    "S5_T_seed1": 1.77634e-09,
    "C113_MLP_seed1": 2.1906e-06,
}
# of the x+y directions of similarity keys, centred twice: shared/data/README.md
VARIANCE = {"low_precision": (0.96526, 0.63409), "no_wd": (0.96901, 0.95819)}


@cache
def losses(data: Path, name: str) -> tuple[RestrictedLosses, ExcludedLosses]:
    """With the logits looked up: a transformer takes a second a pass."""
    found = checkpoint(data, name)
    logits = found.logits
    network = CallableNetwork(found.group.order, lambda a, b: logits[a, b])
    means, fit, key = fitted(data, name)
    mask = train_mask(data, name)
    return (
        restricted_losses(network, means, fit, key, mask),
        excluded_losses(network, means, fit, key, mask),
    )


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", EACH)
def test_published_losses(data: Path, name: str) -> None:
    """The rows of shared/data/README.md, to the five or six digits that it prints."""
    kept, left = losses(data, name)
    measured = (
        kept.product,
        kept.product_uncorrected,
        kept.characters,
        left.every_key,
        left.every_key_characters,
    )
    for value, expected in zip(measured, RESTRICTED[name], strict=True):
        if expected is not None:
            assert value == pytest.approx(expected, rel=5e-5)
    assert left.pairs == "train"
    # the restricted logits answer all pairs, also the 7 on which low_precision is wrong
    agreement = 1 - 7 / 113**2 if name == "low_precision" else 1.0
    faithful = (kept.faithfulness, kept.character_faithfulness)
    assert [one.agreement for one in faithful] == pytest.approx([agreement, agreement], abs=1e-12)
    if name in VARIANCE:
        assert [one.variance_explained for one in faithful] == pytest.approx(VARIANCE[name], abs=6e-6)
    else:
        assert faithful[1].variance_explained == pytest.approx(SHARES[name][0], abs=6e-6)
    assert kept.uncorrected_faithfulness.variance_explained == pytest.approx(
        kept.faithfulness.variance_explained
    )


@pytest.mark.requires("data")
def test_a_missing_bias_shows_beside_its_loss(data: Path) -> None:
    """Without bias correction no_wd keeps .969 of the variance at a loss of 1.8: its answers are not kept."""
    kept, _ = losses(data, "no_wd")
    assert kept.uncorrected_faithfulness.agreement < 0.9
    assert kept.faithfulness.agreement == 1


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", EACH)
def test_test_pairs(data: Path, name: str) -> None:
    """Replacement cubes by hand, over the pairs that were not for training."""
    kept, _ = losses(data, name)
    means, fit, key = fitted(data, name)
    group, logits = means.group, checkpoint(data, name).logits
    test = ~train_mask(data, name)
    directions = sum(group.projector(r) for r in key) @ means.means
    character = sum(fit.coefficients[r] * group.irreps.characters[r] for r in key)
    found = (kept.product_uncorrected_test, kept.characters_test, kept.product_test)
    replaced = (directions[group.table], character[group.quotients][group.table])
    assert found[:2] == pytest.approx([cross_entropy(one, group.table, test) for one in replaced])
    corrected = bias_corrected(logits, replaced[0])
    assert found[2] == pytest.approx(cross_entropy(corrected, group.table, test))


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", CHUGHTAI)
def test_summary_metrics(data: Path, name: str) -> None:
    """Totals, and the losses by irrep, of summary_metrics.json to 1e-5."""
    summary = json.loads((data / name / "summary_metrics.json").read_text())
    kept, left = losses(data, name)
    assert kept.characters == pytest.approx(summary["total_logit_restricted_loss"], rel=1e-5)
    assert left.every_key_characters == pytest.approx(summary["total_logit_excluded_loss"], rel=1e-5)
    found = checkpoint(data, name)
    words = [key.removeprefix("logit_excluded_loss_") for key in summary if "logit_excluded_loss_" in key]
    words.remove("total") if "total" in words else None
    compared = 0
    for word in words:
        plain = word.removesuffix("_rep").replace("freq_", "k=").removeprefix("s5_")
        irrep = irrep_of(data, name, plain)
        if irrep in left.by_irrep_characters:
            compared += 1
            expected = summary[f"logit_excluded_loss_{word}"]
            assert left.by_irrep_characters[irrep] == pytest.approx(expected, rel=1e-5)
            # an MLP's logits are linear in its hidden layer, so that both have the same product directions
            if name in ("S5_MLP_seed1", "S5_MLP_seed4", "D61_MLP_seed1"):
                expected = summary[f"hidden_excluded_loss_{word}"]
                assert left.by_irrep[irrep] == pytest.approx(expected, rel=1e-5)
    assert compared == len(kept.irreps)
    if name in ("S5_MLP_seed1", "S5_MLP_seed4", "D61_MLP_seed1"):
        assert left.every_key == pytest.approx(summary["total_hidden_excluded_loss"], rel=1e-5)
    assert found.group.order == len(found.logits)


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", CHUGHTAI)
def test_hidden_restricted(data: Path, name: str) -> None:
    """Trap 4: an orthonormal basis of dependent matrix entries makes 9.84e-03 of C113's 2.1906e-06."""
    summary = json.loads((data / name / "summary_metrics.json").read_text())
    network = checkpoint(data, name).network
    means, _, key = fitted(data, name)
    found = hidden_restricted_loss(network, means, key)
    if name == "C113_MLP_seed1":
        assert found == pytest.approx(HIDDEN[name], rel=3e-5)
        assert summary["total_hidden_restricted_loss"] == pytest.approx(9.84e-3, rel=1e-3)
    else:
        assert found == pytest.approx(summary["total_hidden_restricted_loss"], rel=1e-5)
        if name in HIDDEN:
            assert found == pytest.approx(HIDDEN[name], rel=1e-5)


def test_dependent_matrix_entries() -> None:
    """Trap 4 at its root: QR of the four entries of a rotation of Z7 spans four dimensions, not two."""
    x = np.arange(7)
    angle = 2 * np.pi * 2 * x / 7
    entries = np.stack([np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)], axis=1)
    basis, _ = np.linalg.qr(entries)
    wrong = basis @ basis.T
    group = network_group(np.add.outer(x, x) % 7)
    right = group.projector(group.irreps.index("k=2"))
    assert np.linalg.matrix_rank(wrong) == 4
    assert np.linalg.matrix_rank(right) == 2
    assert right @ entries == pytest.approx(entries)


@pytest.mark.requires("data")
@pytest.mark.parametrize(
    ("name", "keys", "expected"),
    [
        ("low_precision", (6, 23, 39), (2.1119e-01, 11.044, 2.7226e-02)),
        ("no_wd", (36, 52), (1.1287e-08, 2.0940, 4.7402e-11)),
    ],
)
def test_cluster_keys_of_the_transformers(
    data: Path, name: str, keys: tuple[int, ...], expected: tuple[float, ...]
) -> None:
    """x+y directions of the cluster frequencies, bias-corrected and not, and their characters."""
    found = checkpoint(data, name)
    logits = found.logits
    means, fit, _ = fitted(data, name)
    irreps = [found.group.irreps.index(f"k={k}") for k in keys]
    kept = restricted_losses(CallableNetwork(113, lambda a, b: logits[a, b]), means, fit, irreps)
    assert (kept.product, kept.product_uncorrected, kept.characters) == pytest.approx(expected, rel=5e-5)


def small(expression: str, seed: int = 8) -> tuple[NetworkGroup, np.ndarray, ProductMeans, CharacterFit]:
    """Noise that answers rightly more often than not."""
    group = network_group(cayley_table(expression))
    n = group.order
    generator = np.random.default_rng(seed)
    logits = generator.standard_normal((n, n, n)) + 2 * np.eye(n)[group.table] + generator.standard_normal(n)
    means = product_means(CallableNetwork(n, lambda a, b: logits[a, b]), group)
    return group, logits, means, character_fit(means)


@pytest.mark.parametrize("expression", ["Z6", "Z7", "S3", "Q8", "A4"])
@pytest.mark.parametrize("key", [[], [1], [1, 2], [0, 2]])
def test_against_literal_cubes(expression: str, key: list[int]) -> None:
    """Every loss from whole cubes; coefficients of characters by least squares on all triples."""
    group, logits, means, fit = small(expression)
    n, table = group.order, group.table
    network = CallableNetwork(n, lambda a, b: logits[a, b])
    mask = np.random.default_rng(1).random((n, n)) < 0.5
    by_product = np.array([logits[table == g].mean(0) for g in range(n)])
    centred = logits - logits.mean(2, keepdims=True)

    def product(irreps: list[int]) -> np.ndarray:
        return np.asarray(sum((group.projector(r) @ by_product for r in irreps), np.zeros((n, n))))[table]

    def character(irreps: list[int]) -> np.ndarray:
        total = np.zeros((n, n, n))
        for r in irreps:
            cube = group.irreps.characters[r][group.quotients[table]]
            total += cube * ((cube * centred).sum() / (cube**2).sum() if r else 0.0)
        return total

    kept = restricted_losses(network, means, fit, key, mask)
    corrected = bias_corrected(logits, product(key))
    expected = {
        "product": (corrected, None),
        "product_test": (corrected, ~mask),
        "product_uncorrected": (product(key), None),
        "product_uncorrected_test": (product(key), ~mask),
        "characters": (character(key), None),
        "characters_test": (character(key), ~mask),
    }
    for name, (cube, pairs) in expected.items():
        assert getattr(kept, name) == pytest.approx(cross_entropy(cube, table, pairs)), name
    answers = logits.argmax(2)
    for faithful, cube in (
        (kept.faithfulness, corrected),
        (kept.uncorrected_faithfulness, product(key)),
        (kept.character_faithfulness, character(key)),
    ):
        assert faithful.agreement == pytest.approx((cube.argmax(2) == answers).mean())
    left = excluded_losses(network, means, fit, key, mask, irreps=[1, 2])
    assert left.every_key == pytest.approx(cross_entropy(logits - product(key), table, mask))
    assert left.every_key_characters == pytest.approx(cross_entropy(centred - character(key), table, mask))
    for r in (1, 2):
        assert left.by_irrep[r] == pytest.approx(cross_entropy(logits - product([r]), table, mask))
        assert left.by_irrep_characters[r] == pytest.approx(
            cross_entropy(centred - character([r]), table, mask)
        )
    whole = excluded_losses(network, means, fit, key)
    assert (whole.pairs, whole.every_key) == (
        "all",
        pytest.approx(cross_entropy(logits - product(key), table)),
    )
    assert list(whole.by_irrep) == list(whole.by_irrep_characters) == key
    without_split = restricted_losses(network, means, fit, key)
    assert without_split.product == kept.product
    assert without_split.product_test is None
    assert without_split.product_uncorrected_test is None
    assert without_split.characters_test is None


def test_rows_without_train_pairs() -> None:
    """Trap 5: a pair counts once, however few of its row are for training."""
    group, logits, means, fit = small("S3")
    mask = np.zeros((6, 6), dtype=bool)
    mask[0, :5] = mask[3, 2] = True
    network = CallableNetwork(6, lambda a, b: logits[a, b])
    left = excluded_losses(network, means, fit, [2], mask)
    without = logits - (group.projector(2) @ means.means)[group.table]
    assert left.every_key == pytest.approx(cross_entropy(without, group.table, mask))


@pytest.mark.parametrize("expression", ["Z7", "S3", "Q8"])
def test_hidden_projection_against_literal_cubes(expression: str) -> None:
    group = network_group(cayley_table(expression))
    n = group.order
    network = random_perceptron(n, 8, 6, 1)
    means = product_means(network, group)
    hidden = network.hidden()
    by_product = np.array([hidden[group.table == g].mean(0) for g in range(n)])
    projected = (group.projector(1) + group.projector(2)) @ by_product
    logits = (projected @ network.output_map)[group.table]
    expected = cross_entropy(logits, group.table)
    assert hidden_restricted_loss(network, means, [1, 2]) == pytest.approx(expected)
    found = hidden_restriction(network, means, [1, 2])
    assert found.loss == pytest.approx(expected)
    assert found.faithfulness.agreement == pytest.approx(
        (logits.argmax(2) == network.logits().argmax(2)).mean()
    )
    # without biases or a path beside it, the layer's product directions are those of the logits
    fit = character_fit(means)
    kept = restricted_losses(network, means, fit, [1, 2])
    assert found.loss == pytest.approx(kept.product_uncorrected)
    assert found.faithfulness.variance_explained == pytest.approx(kept.faithfulness.variance_explained)


def test_bad_input() -> None:
    group, logits, means, fit = small("S3")
    network = CallableNetwork(6, lambda a, b: logits[a, b])
    perceptron = random_perceptron(6, 4, 3, 0)
    masks = [
        (np.ones((6, 6), dtype=bool), "no test pairs"),
        (np.zeros((6, 6), dtype=bool), "no train pairs"),
        (np.ones(36, dtype=bool), r"train mask: shape \[36\]; \[6, 6\] would be right"),
    ]
    for mask, message in masks:
        with pytest.raises(InputError, match=message):
            restricted_losses(network, means, fit, [1], mask)
        with pytest.raises(InputError, match=message):
            excluded_losses(network, means, fit, [1], mask)
    for wrong in (-1, 3):
        message = rf"irrep {wrong}: not among 0\.\.2"
        with pytest.raises(InputError, match=message):
            restricted_losses(network, means, fit, [wrong])
        with pytest.raises(InputError, match=message):
            excluded_losses(network, means, fit, [1], irreps=[wrong])
        with pytest.raises(InputError, match=message):
            hidden_restricted_loss(perceptron, means, [wrong])
    with pytest.raises(InputError, match="each may come once"):
        restricted_losses(network, means, fit, [2, 2])
    assert group.order == 6
