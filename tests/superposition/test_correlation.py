"""Pair statistics on models made by hand, the adjusted Rand index, and small experiments."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from empirics.superposition.correlation import (
    CONFIGURATIONS,
    Sets,
    _permuted_rand,
    adjusted_rand,
    copula_sweep,
    experiment,
    pair_statistics,
)
from empirics.superposition.figures_correlation import correlation_figure
from empirics.superposition.training import Recipe
from theory.errors import InputError, UnknownNameError

TWO = Sets(2, 2, 2)
CROSS = np.array([[1.0, 0, -1, 0], [0, 1, 0, -1]])  # correlated: antipodes are in the other set
DIGONS = np.array([[1.0, -1, 0, 0], [0, 0, 1, -1]])  # anticorrelated: each set a digon


def test_statistics_by_hand() -> None:
    means, pairs = pair_statistics(CROSS[None], TWO)
    assert means == {
        "cosine_same": 0,
        "linked_same": 0,
        "cosine_different": pytest.approx(-0.5),
        "linked_different": pytest.approx(0.5),
    }
    assert pairs == (2, (0, 0))
    means, pairs = pair_statistics(np.stack([DIGONS, CROSS]), TWO)
    assert means["cosine_same"] == pytest.approx(-0.5)
    assert pairs == (4, (1, 1))


def test_weak_features_have_no_angles() -> None:
    weak = DIGONS.copy()
    weak[:, 1] *= 0.1
    means, pairs = pair_statistics(weak[None], TWO)
    assert pairs == (1, (0, 1))
    assert means["cosine_same"] == pytest.approx(-1)
    means, pairs = pair_statistics(np.zeros((1, 2, 4)), TWO)
    assert pairs == (0, (0, 0))
    assert np.isnan(means["cosine_same"])


@pytest.mark.parametrize("shape", CONFIGURATIONS)
def test_chance_by_counting_pairs(shape: tuple[int, int, int]) -> None:
    sets = Sets(*shape)
    pairs = list(combinations(range(sets.features), 2))
    same = sum(sets.labels[i] == sets.labels[j] for i, j in pairs)
    assert sets.chance == pytest.approx(same / len(pairs))


def test_adjusted_rand_of_agreement_and_of_chance() -> None:
    labels = np.repeat([0, 1, 2], 4)
    renamed = (labels + 1) % 3
    assert adjusted_rand([renamed], labels, np.random.default_rng(0), 99) == (1, 0.01)
    crossing = np.tile([0, 1, 2, 3], 3)
    found, p_value = adjusted_rand([crossing], labels, np.random.default_rng(0), 99)
    assert found < 0
    assert p_value > 0.9
    shuffled = [np.random.default_rng(seed).permutation(labels) for seed in range(6)]
    assert 0.05 < adjusted_rand(shuffled, labels, np.random.default_rng(1), 99)[1] <= 1


def test_adjusted_rand_leaves_weak_features_out() -> None:
    labels = np.repeat([0, 1], 3)
    found, _ = adjusted_rand([np.array([0, 0, -1, 1, 1, -1])], labels, np.random.default_rng(0), 9)
    assert found == 1
    assert np.isnan(adjusted_rand([np.full(6, -1)], labels, np.random.default_rng(0), 9)[0])


def test_adjusted_rand_against_the_formula() -> None:
    """Hubert and Arabie (1985), from pair counts."""
    ours, theirs = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 0, 1, 1, 1])
    pairs = list(combinations(range(6), 2))
    both = sum(ours[i] == ours[j] and theirs[i] == theirs[j] for i, j in pairs)
    first, second = (sum(x[i] == x[j] for i, j in pairs) for x in (ours, theirs))
    expected = first * second / len(pairs)
    index = (both - expected) / ((first + second) / 2 - expected)
    assert adjusted_rand([ours], theirs, np.random.default_rng(0), 9)[0] == pytest.approx(index)


def test_permuted_indices_are_those_of_scikit_learn() -> None:
    from sklearn.metrics import adjusted_rand_score

    ours, labels = np.array([0, 0, 1, 1, 2, 2, 2]), np.array([0, 1, 0, 1, 1, 0, 2])
    found = _permuted_rand(ours, labels, np.random.default_rng(4), 50)
    generator = np.random.default_rng(4)
    expected = [adjusted_rand_score(labels[generator.permutation(7)], ours) for _ in range(50)]
    assert found == pytest.approx(expected)
    assert (_permuted_rand(np.zeros(4, int), np.zeros(4, int), generator, 3) == 1).all()


QUICK = Recipe(steps=600, batch=256, learning_rate=1e-2)


def test_two_sets_of_two() -> None:
    """The smallest case of the claim: antipodes in the set if anticorrelated, outside of it if correlated."""
    correlated = experiment(TWO, "corr", 0.2, 3, 16, QUICK)
    assert correlated.antipodal >= 8
    assert correlated.share <= 0.05
    anticorrelated = experiment(TWO, "anti", 0.2, 3, 16, QUICK)
    assert anticorrelated.share >= 2 * anticorrelated.chance
    assert anticorrelated.cosine_same < -0.6 < anticorrelated.cosine_different
    assert anticorrelated.z > 3
    assert anticorrelated.rand_p < 0.05
    picture = correlation_figure([(TWO, correlated), (TWO, anticorrelated)])
    assert picture.startswith(b"\x89PNG")


@pytest.mark.slow
def test_the_copula_moves_from_in_to_out_of_the_set() -> None:
    below, above = copula_sweep(TWO, 0.2, (-1.0, 0.95), 1, 16, QUICK)
    assert below.mode == "rho=-1"
    assert below.cosine_same < above.cosine_same
    assert above.share <= 0.05 < below.share


def test_mixed_sets_are_trained() -> None:
    found = experiment(TWO, "mixed", 0.2, 1, 2, Recipe(steps=50, batch=64))
    assert found.models == 1


def test_bad_input() -> None:
    with pytest.raises(InputError, match="2 sets of 2 features are 4, not n = 5; sizes that sum to n"):
        experiment(TWO, "corr", 0.1, 1, features=5)
    with pytest.raises(InputError, match=r"p size = 0\.6 \* 2 = 1\.2, above 1"):
        experiment(TWO, "anti", 0.6, 1)
    with pytest.raises(InputError, match="1 seeds: at least 2"):
        experiment(TWO, "corr", 0.1, 1, seeds=1)
    with pytest.raises(UnknownNameError, match="mode 'both'"):
        experiment(TWO, "both", 0.1, 1)
    with pytest.raises(InputError, match="1 sets of 2 features"):
        Sets(1, 2, 2)


def test_the_committed_table(root: Path) -> None:
    """Acceptance of item 8 on the stored run."""
    document = json.loads((root / "results" / "superposition" / "correlation.json").read_text())
    rows = document["numbers"]["rows"]
    modes = [(row["mode"], row) for row in rows]
    assert {mode for mode, _ in modes} >= {"indep", "corr", "anti"}
    assert len({(row["sets"], row["size"], row["dimensions"]) for row in rows}) == len(CONFIGURATIONS)
    for mode, row in modes:
        share = row["antipodal_same"] / row["antipodal"] if row["antipodal"] else 0.0
        if mode == "corr":
            assert share <= 0.05, row
        elif mode == "anti":
            assert share >= 2 * row["chance"], row
        elif mode == "indep":
            assert abs(row["z"]) <= 3, row


def stored_modes(root: Path, part: str) -> list[dict[str, Any]]:
    document = json.loads((root / "results" / "superposition" / "correlation_modes.json").read_text())
    rows: list[dict[str, Any]] = document[part]["numbers"]["rows"]
    return rows


def test_the_committed_copulas(root: Path) -> None:
    """From `rho = .3` to `.9` all antipodal pairs and links are between sets; below 0, most are inside."""
    rows = stored_modes(root, "copula")
    assert len(rows) == 6 * len(CONFIGURATIONS)
    for row in rows:
        sets = Sets(row["sets"], row["size"], row["dimensions"])
        pairs, inside, rho = row["antipodal"], row["antipodal_same"], float(row["mode"].removeprefix("rho="))
        assert sum(row["antipodal_sets"]) == inside
        if rho < 0:
            assert inside / pairs > 2 * sets.chance, row
            assert row["z"] > 4
        elif rho == 0:
            assert abs(row["z"]) <= 3, row
        else:
            assert inside == 0, row
        if 0 < rho < 1:
            assert pairs == len(row["antipodal_sets"]) * sets.size // 2 * row["models"], row
            assert row["linked_same"] == 0 < row["linked_different"]
            assert row["rand"] < 0
    for part, least in (("copula_2x2", 16), ("copula_3x2", 14)):
        assert min(row["antipodal_same"] for row in stored_modes(root, part)) >= least


def test_the_committed_mixed_sets(root: Path) -> None:
    """Each anticorrelated set has its antipodal pairs, in every model, and no correlated set has any."""
    rows = stored_modes(root, "mixed")
    assert [(row["sets"], row["size"], row["dimensions"]) for row in rows] == list(CONFIGURATIONS)
    for row in rows:
        correlated = row["sets"] // 2
        anticorrelated = row["sets"] - correlated
        each = row["size"] // 2 * row["models"]
        assert row["antipodal_sets"] == [0] * correlated + [each] * anticorrelated
        assert row["rand_p"] < 0.05
    # with one dimension left for a correlated pair, both features lie in the same direction: (1 - 1) / 2
    assert rows[0]["cosine_same"] == pytest.approx(0, abs=0.01)
    assert rows[1]["cosine_same"] == pytest.approx(-1 / 3, abs=0.01)


@pytest.mark.slow
def test_stored_rows_are_trained_again() -> None:
    (partly,) = copula_sweep(TWO, 0.2, (0.6,), 1)
    assert (partly.antipodal, partly.antipodal_sets, partly.linked_same) == (16, (0, 0), 0)
    both = experiment(TWO, "mixed", 0.2, 1)
    assert both.antipodal_sets == (0, 8)
    assert both.cosine_same == pytest.approx(0, abs=0.01)
