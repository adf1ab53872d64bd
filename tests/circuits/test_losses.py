"""Losses to the last digit, masks of pairs, and the splits that the networks of others were trained on."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from checkpoints import EACH, checkpoint, train_mask
from hypothesis import given
from hypothesis import strategies as st
from tables import cayley_table

from empirics.circuits import networks
from empirics.circuits.losses import (
    bias_corrected,
    check_mask,
    cross_entropy,
    network_loss,
    pair_losses,
    product_losses,
    split_nanda,
    split_of_pairs,
    split_torch,
)
from empirics.circuits.networks import CallableNetwork
from theory.errors import InputError

# shared/data/README.md: all, train and test pairs
LOSSES = {
    "low_precision": (2.88805e-03, 3.0452e-04, 3.9950e-03),
    "no_wd": (1.11123e-07, 1.6677e-10, 1.5866e-07),
    "S5_MLP_seed1": (1.96804e-05, 2.10382e-06, 3.13982e-05),
    "S5_MLP_seed4": (2.03367e-06, 1.70830e-06, 2.25058e-06),
    "S5_T_seed1": (1.25837e-07, 1.14728e-07, 1.42499e-07),
    "C113_MLP_seed1": (2.05262e-05, 1.60595e-06, 2.86328e-05),
    "D61_MLP_seed1": (1.67753e-05, 1.66470e-06, 2.32509e-05),
}


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", EACH)
def test_published_losses(data: Path, name: str) -> None:
    found = checkpoint(data, name)
    train = check_mask(train_mask(data, name), found.group.order)
    measured = [cross_entropy(found.logits, found.group.table, mask) for mask in (None, train, ~train)]
    assert measured == pytest.approx(LOSSES[name], rel=5e-5)


@pytest.mark.requires("data")
def test_single_precision_is_not_enough(data: Path) -> None:
    """Trap 3: the log-softmax of S5_T_seed1 in float32 loses half of the loss."""
    found = checkpoint(data, "S5_T_seed1")
    logits = torch.from_numpy(found.logits).float().flatten(0, 1)
    single = torch.nn.functional.cross_entropy(logits, torch.from_numpy(found.group.table).flatten()).item()
    double = cross_entropy(found.logits, found.group.table)
    assert abs(single / double - 1) > 0.1
    assert double == pytest.approx(LOSSES["S5_T_seed1"][0], rel=1e-5)


@given(
    seed=st.integers(0, 2**32 - 1), n=st.integers(1, 6), scale=st.sampled_from([0.0, 1e-3, 1.0, 30.0, 1e3])
)
def test_against_torch(seed: int, n: int, scale: float) -> None:
    generator = np.random.default_rng(seed)
    logits = scale * generator.standard_normal((n, n, n)) + generator.standard_normal() * 1e3
    table = generator.integers(0, n, (n, n))
    expected = torch.nn.functional.cross_entropy(
        torch.from_numpy(logits).flatten(0, 1), torch.from_numpy(table).flatten(), reduction="none"
    )
    assert pair_losses(logits, table).ravel() == pytest.approx(expected.numpy(), rel=1e-9, abs=1e-12)
    mask = generator.random((n, n)) < 0.5
    if mask.any():
        chosen = expected.numpy().reshape(n, n)[mask]
        assert cross_entropy(logits, table, mask) == pytest.approx(chosen.mean(), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("gap", [20.0, 40.0, 300.0])
def test_losses_below_the_rounding_unit(gap: float) -> None:
    """Three equal others at a distance: `log(1 + 3 exp(-gap))`, to all digits."""
    logits = np.full((1, 1, 4), -gap)
    logits[0, 0, 2] = 0.0
    expected = np.log1p(3 * np.exp(-gap))
    assert pair_losses(logits, np.array([[2]]))[0, 0] == pytest.approx(expected, rel=1e-13, abs=0)
    assert pair_losses(logits, np.array([[1]]))[0, 0] == pytest.approx(gap + expected, rel=1e-13)


def test_product_losses() -> None:
    table = cayley_table("S3")
    scores = np.random.default_rng(3).standard_normal((6, 6))
    assert product_losses(scores)[table] == pytest.approx(pair_losses(scores[table], table))


def test_chunks_of_unequal_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trap 5: the mean over chunks of their means weighs the pairs of the short one more."""
    table = cayley_table("Z7")
    logits = np.random.default_rng(0).standard_normal((7, 7, 7))
    logits[-1] *= 9
    network = CallableNetwork(7, lambda a, b: logits[a, b])
    monkeypatch.setattr(networks, "ROWS_BUDGET", 3 * 49)
    parts = list(network.row_chunks())
    assert [part.stop - part.start for part in parts] == [3, 3, 1]
    expected = cross_entropy(logits, table)
    assert network_loss(network, table) == pytest.approx(expected)
    means = [pair_losses(logits[part], table[part]).mean() for part in parts]
    assert np.mean(means) != pytest.approx(expected, rel=0.05)
    mask = np.random.default_rng(1).random((7, 7)) < 0.4
    assert network_loss(network, table, mask) == pytest.approx(cross_entropy(logits, table, mask))


def test_bias_correction() -> None:
    """It adds one constant a logit, gives the original's mean, and undoes any constant."""
    logits, other = np.random.default_rng(2).standard_normal((2, 4, 4, 4))
    corrected = bias_corrected(logits, other)
    assert np.allclose(corrected.mean((0, 1)), logits.mean((0, 1)))
    assert np.ptp((corrected - other).reshape(16, 4), axis=0) == pytest.approx(0, abs=1e-12)
    assert np.allclose(bias_corrected(logits, logits + np.arange(4.0)), logits)


@pytest.mark.parametrize(("order", "seed", "fraction"), [(7, 0, 0.3), (12, 5, 0.4), (113, 1, 0.3)])
def test_splits_are_those_of_the_original_code(order: int, seed: int, fraction: float) -> None:
    pairs = [(i, j, order) for i in range(order) for j in range(order)]
    state = random.getstate()
    random.seed(seed)
    random.shuffle(pairs)
    random.setstate(state)
    chosen = {(i, j) for i, j, _ in pairs[: int(fraction * len(pairs))]}
    assert {(i, j) for i, j in np.argwhere(split_nanda(order, seed, fraction)).tolist()} == chosen
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        numbers = torch.randperm(order * order)[: int(fraction * order * order)].tolist()
    assert np.flatnonzero(split_torch(order, seed, fraction)).tolist() == sorted(numbers)


@pytest.mark.parametrize("split", [split_nanda, split_torch])
def test_splits_leave_global_generators_alone(split: Callable[[int, int, float], np.ndarray]) -> None:
    assert np.array_equal(split(9, 3, 0.5), split(9, 3, 0.5))
    assert not np.array_equal(split(9, 3, 0.5), split(9, 4, 0.5))
    # beartype draws from `random`, so that states cannot be compared; a reseeded generator forgets them
    state, drawn = random.getstate(), []
    with torch.random.fork_rng():
        for seed in (1, 2):
            random.seed(seed)
            torch.manual_seed(seed)
            split(9, 3, 0.5)
            drawn.append((random.random(), torch.rand(1).item()))
    random.setstate(state)
    assert drawn[0][0] != drawn[1][0]
    assert drawn[0][1] != drawn[1][1]


def test_bad_splits() -> None:
    for fraction in (0.0, 1.0, -0.1, float("nan")):
        with pytest.raises(InputError, match="a number between 0 and 1 is right"):
            split_nanda(5, 0, fraction)
        with pytest.raises(InputError, match="a number between 0 and 1 is right"):
            split_torch(5, 0, fraction)
    for pair in (-1, 9):
        with pytest.raises(InputError, match=rf"pair {pair} is outside of 0\.\.8"):
            split_of_pairs([0, pair], 3)


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (np.ones((2, 3), dtype=bool), r"shape \[2, 3\]; \[3, 3\] would be right"),
        (np.ones(9, dtype=bool), r"shape \[9\]; \[3, 3\] would be right"),
        (np.ones((3, 3), dtype=bool), "all pairs are for training, so there are no test pairs"),
        (np.zeros((3, 3), dtype=bool), "no pairs are for training, so there are no train pairs"),
    ],
)
def test_bad_train_masks(mask: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_mask(mask, 3)


def test_bad_masks_of_a_loss() -> None:
    logits, table = np.zeros((3, 3, 3)), np.asarray(cayley_table("Z3"))
    network = CallableNetwork(3, lambda a, b: np.zeros((len(a), 3)))
    assert network_loss(network, table) == pytest.approx(np.log(3))
    with pytest.raises(InputError, match=r"mask of pairs: shape \[9\]; \[3, 3\] would be right"):
        cross_entropy(logits, table, np.ones(9, dtype=bool))
    with pytest.raises(InputError, match="it holds none"):
        network_loss(network, table, np.zeros((3, 3), dtype=bool))
    with pytest.raises(InputError, match=r"table: shape \[2, 2\]; the network has 3 elements"):
        network_loss(network, np.zeros((2, 2), dtype=np.int64))
