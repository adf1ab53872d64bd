"""Spectra, similarities and shares of variance: published figures, exact networks, Fourier bases."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from checkpoints import CHUGHTAI, EACH, checkpoint, fitted, irrep_of
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_figures import HARMONICS, SHARES, SIMILARITIES
from tables import cayley_table

from empirics.circuits.character_fit import character_fit, harmonics, key_irreps
from empirics.circuits.directions import product_means
from empirics.circuits.irreps import network_group
from empirics.circuits.networks import CallableNetwork
from empirics.circuits.power import irrep_power

# Nanda's coefficients of cos(w_k (a + b - c)), shared/specs/circuits.md, 2.4
COEFFICIENTS = {
    "no_wd": {"k=36": 249.585, "k=52": 114.716, "k=41": 3.064},
    "low_precision": {"k=23": 21.65, "k=6": 9.188, "k=39": 8.225, "k=3": 4.165},
}


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", EACH)
def test_similarities_and_key_irreps(data: Path, name: str) -> None:
    _, fit, key = fitted(data, name)
    expected = {irrep_of(data, name, word): value for word, value in SIMILARITIES[name].items()}
    assert set(key) == set(expected)
    for irrep, value in expected.items():
        assert fit.similarities[irrep] == pytest.approx(value, abs=6e-5)


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", CHUGHTAI)
def test_published_metrics(data: Path, name: str) -> None:
    summary = json.loads((data / name / "summary_metrics.json").read_text())
    found = checkpoint(data, name)
    _, fit, _ = fitted(data, name)
    left, right = found.network.embeddings
    measured = {
        "logit_{}_trace_similarity": fit.similarities,
        "percent_x_embed_{}": irrep_power(left, found.group),
        "percent_y_embed_{}": irrep_power(right, found.group),
        "percent_unembed_{}": irrep_power(found.network.output_map.T, found.group),
    }
    words = [key.removeprefix("percent_unembed_") for key in summary if key.startswith("percent_unembed_")]
    words = [word for word in words if word not in ("trivial_rep", "explained")]
    assert len(words) == len(found.group.irreps) - 1
    for word in words:
        name_here = word.removesuffix("_rep").replace("freq_", "k=").removeprefix("s5_")
        irrep = irrep_of(data, name, name_here)
        for pattern, values in measured.items():
            if pattern.format(word) in summary:
                assert values[irrep] == pytest.approx(summary[pattern.format(word)], abs=1e-6)


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", SHARES)
def test_shares_of_variance(data: Path, name: str) -> None:
    means, fit, key = fitted(data, name)
    found = (fit.share(key), fit.shares.equivariant, means.product_share)
    assert found == pytest.approx(SHARES[name], abs=6e-6)
    shares = fit.shares
    assert shares.characters <= shares.equivariant <= shares.product <= 1
    assert shares.product + shares.rest == pytest.approx(1)


@pytest.mark.requires("data")
@pytest.mark.parametrize(
    ("name", "over_c", "twice", "directions"),
    [("low_precision", 0.47250, 0.63409, 0.96526), ("no_wd", 0.94850, 0.95819, 0.96901)],
)
def test_shares_of_the_transformers(
    data: Path, name: str, over_c: float, twice: float, directions: float
) -> None:
    means, fit, key = fitted(data, name)
    found = (fit.share_over_c(key), fit.share(key), means.share(key))
    assert found == pytest.approx((over_c, twice, directions), abs=6e-6)


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", COEFFICIENTS)
def test_nandas_coefficients(data: Path, name: str) -> None:
    _, fit, _ = fitted(data, name)
    for word, value in COEFFICIENTS[name].items():
        # the character of a frequency is 2 cos
        found = 2 * fit.coefficients[irrep_of(data, name, word)]
        assert found == pytest.approx(value, rel=6e-4)


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", HARMONICS)
def test_harmonics(data: Path, name: str) -> None:
    found = checkpoint(data, name)
    _, _, key = fitted(data, name)
    power = irrep_power(found.network.embeddings[0], found.group)
    marked = harmonics(found.group, key, power)
    assert {found.group.irreps.labels[r] for r in np.flatnonzero(marked)} == HARMONICS[name]
    assert not (marked & (power > 0.01)).any()


@pytest.mark.parametrize("expression", ["Z7", "Z8", "S4", "Q8", "SL(2,3)", "A5"])
def test_exact_characters_are_recovered(expression: str) -> None:
    group = network_group(cayley_table(expression))
    generator = np.random.default_rng(4)
    wanted = generator.uniform(0.5, 2, len(group.irreps))
    values = wanted @ group.irreps.characters
    network = CallableNetwork(
        group.order, lambda a, b: values[group.quotients[group.table[a, b]]] + 3.0 * a[:, None]
    )
    fit = character_fit(product_means(network, group))
    assert fit.coefficients[1:] == pytest.approx(wanted[1:], rel=1e-10)
    assert (fit.similarities[1:] ** 2).sum() == pytest.approx(1)
    assert (fit.shares.characters, fit.shares.equivariant, fit.shares.product) == pytest.approx((1, 1, 1))
    assert key_irreps(fit) == list(range(1, len(group.irreps)))


@pytest.mark.parametrize("expression", ["Z9", "D5", "Q8"])
def test_against_literal_sums(expression: str) -> None:
    """The formulas of section 2.4 as sums over all triples."""
    group = network_group(cayley_table(expression))
    n = group.order
    logits = np.random.default_rng(5).standard_normal((n, n, n))
    means = product_means(CallableNetwork(n, lambda a, b: logits[a, b]), group)
    fit = character_fit(means)
    centred = logits - logits.mean(-1, keepdims=True)
    for r in range(1, len(group.irreps)):
        character = group.irreps.characters[r]
        cube = character[group.quotients[group.table]]
        product = (cube * centred).sum()
        assert fit.coefficients[r] == pytest.approx(product / (cube**2).sum())
        assert fit.similarities[r] == pytest.approx(product / np.linalg.norm(cube) / np.linalg.norm(centred))
    twice = centred - centred.mean((0, 1))
    assert means.square_twice == pytest.approx((twice**2).sum())
    by_product = np.array([[centred[group.table == g, c].mean() for c in range(n)] for g in range(n)])
    by_product -= by_product.mean(0)
    assert means.product_share == pytest.approx(n * (by_product**2).sum() / (twice**2).sum())


def test_a_dead_network_is_nan_not_an_error() -> None:
    group = network_group(cayley_table("S3"))
    fit = character_fit(product_means(CallableNetwork(6, lambda a, b: np.ones((len(a), 6))), group))
    assert np.isnan(fit.similarities).all()
    assert key_irreps(fit) == []


@pytest.mark.parametrize("expression", ["S3", "Z7", "S4"])
def test_logits_that_ignore_the_input_explain_nothing(expression: str) -> None:
    """Their squares, centred twice, are rounding of either sign: the shares of it would be noise."""
    group = network_group(cayley_table(expression))
    n = group.order
    bias = 1e3 * np.random.default_rng(7).standard_normal(n)
    fit = character_fit(product_means(CallableNetwork(n, lambda a, b: np.tile(bias, (len(a), 1))), group))
    shares = fit.shares
    found = [shares.characters, shares.equivariant, shares.product, shares.rest, *fit.twice]
    assert np.isnan(found).all()
    assert key_irreps(fit) == []


def test_logits_that_ignore_c_are_dead() -> None:
    """Up to rounding: 0.1 added to everything leaves 1e-29 of the squares over c."""
    group = network_group(cayley_table("Z7"))
    function = CallableNetwork(7, lambda a, b: np.tile((a + 0.1 * b + 0.1)[:, None], 7))
    fit = character_fit(product_means(function, group))
    assert np.isnan(fit.similarities).all()


def test_small_signals_are_not_called_dead() -> None:
    group = network_group(cayley_table("S3"))
    values = 1e-9 * group.irreps.characters.sum(0)
    fit = character_fit(
        product_means(CallableNetwork(6, lambda a, b: values[group.quotients[group.table[a, b]]]), group)
    )
    assert fit.coefficients[1:] == pytest.approx(1e-9)
    assert fit.shares.characters == pytest.approx(1)


@settings(max_examples=15)
@given(st.sampled_from(["Z6", "Z7", "D4", "Q8", "A4", "Z7:Z3"]), st.integers(0, 2**16), st.floats(0, 1))
def test_shares_are_nested(expression: str, seed: int, structure: float) -> None:
    """Characters, functions of `a b c^-1`, of `(ab, c)`, everything; and blind to what is centred away."""
    group = network_group(cayley_table(expression))
    n, generator = group.order, np.random.default_rng(seed)
    by_quotient, by_product = generator.standard_normal(n), generator.standard_normal((n, n))
    logits = by_quotient[group.quotients[group.table]] + structure * by_product[group.table]
    logits = logits + structure**2 * generator.standard_normal((n, n, n))
    fit = character_fit(product_means(CallableNetwork(n, lambda a, b: logits[a, b]), group))
    shares = fit.shares
    ordered = np.array([0, shares.characters, shares.equivariant, shares.product, 1])
    assert (np.diff(ordered) >= -1e-9).all()
    everything = list(range(len(group.irreps)))
    assert fit.share(everything) == pytest.approx(shares.characters)
    assert fit.share_over_c(everything) <= fit.share(everything) + 1e-9
    shifted = logits + generator.standard_normal((n, n, 1)) + generator.standard_normal(n)
    other = character_fit(product_means(CallableNetwork(n, lambda a, b: shifted[a, b]), group))
    assert other.twice == pytest.approx(fit.twice, abs=1e-9)
    # a bias is removed only by the second centring; of it C_r sees nothing
    assert other.coefficients == pytest.approx(fit.coefficients, abs=1e-9)


@pytest.mark.parametrize(("expression", "n"), [("Z12", 12), ("Z13", 13), ("D7", 7), ("D10", 10)])
def test_harmonics_double_the_frequency(expression: str, n: int) -> None:
    group = network_group(cayley_table(expression))
    everything = list(range(1, len(group.irreps)))
    for k in range(1, (n + 1) // 2):
        power = np.zeros(len(group.irreps))
        power[group.irreps.index(f"k={k}")] = 1
        marked = {group.irreps.labels[r] for r in np.flatnonzero(harmonics(group, everything, power))}
        doubled = min(2 * k % n, -2 * k % n)
        assert {label for label in marked if label.startswith("k=")} == {f"k={doubled}"} - {
            f"k={k}",
            "k=0",
        } - ({f"k={n // 2}"} if expression.startswith("D") and 2 * doubled == n else set())


def test_harmonics_of_s4_by_hand() -> None:
    """3 (x) 3 = 1 + 2 + 3 + 3' (Fulton and Harris, *Representation Theory*, exercise 2.7)."""
    group = network_group(cayley_table("S4"))
    standard = next(r for r, d in enumerate(group.irreps.degrees) if d == 3)
    power = np.zeros(len(group.irreps))
    power[standard] = 1
    marked = np.flatnonzero(harmonics(group, list(range(1, len(group.irreps))), power))
    assert sorted(group.irreps.degrees[r] for r in marked) == [2, 3]
