"""Marginals, and what goes together, within four standard errors; the same generator draws the same."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy.stats import kstest, multivariate_normal, norm

from empirics.superposition.samplers import (
    Sampler,
    anticorrelated,
    copula,
    correlated,
    independent,
    mixed,
    sampler_of,
)
from theory.errors import InputError, UnknownNameError

BATCH = 40_000
DENSITIES = (0.05, 0.3)
SAMPLERS: dict[str, Callable[[], Sampler]] = {
    "indep": lambda: independent(DENSITIES, 6),
    "indep by mode": lambda: sampler_of("indep", DENSITIES, 2, 3),
    "corr": lambda: correlated(DENSITIES, 2, 3),
    "anti": lambda: anticorrelated(DENSITIES, 2, 3),
    "mixed": lambda: mixed(DENSITIES, 3, ("corr", "anti")),
    "copula": lambda: copula(DENSITIES, 2, 3, 0.6),
    "copula below 0": lambda: copula(DENSITIES, 2, 3, -0.5),
}


def drawn(sampler: Sampler, seed: int = 0) -> np.ndarray:
    return sampler(BATCH, torch.Generator().manual_seed(seed)).double().numpy()


def z_score(hits: np.ndarray, probability: float) -> float:
    """Of a count against a binomial."""
    return float((hits.mean() - probability) / np.sqrt(probability * (1 - probability) / hits.size))


@pytest.mark.parametrize("name", SAMPLERS)
def test_every_feature_keeps_its_marginal(name: str) -> None:
    inputs = drawn(SAMPLERS[name]())
    assert inputs.shape == (2, BATCH, 6)
    assert inputs.min() >= 0
    assert inputs.max() <= 1
    for model, density in enumerate(DENSITIES):
        error = np.sqrt((density / 3 - density**2 / 4) / BATCH)
        for feature in range(6):
            values = inputs[model, :, feature]
            assert abs(values.mean() - density / 2) <= 4 * error
            assert abs(z_score(values > 0, density)) <= 4
            assert kstest(values[values > 0], "uniform").pvalue > 1e-4


def test_independent_features_are_independent() -> None:
    inputs = drawn(independent(DENSITIES, 6))
    for model, density in enumerate(DENSITIES):
        active = inputs[model] > 0
        assert abs(z_score(active[:, 0] & active[:, 1], density**2)) <= 4
        assert abs(np.corrcoef(inputs[model].T)[0, 1]) <= 4 / np.sqrt(BATCH)


def test_correlated_sets_are_active_as_one() -> None:
    inputs = drawn(correlated(DENSITIES, 2, 3))
    active = inputs > 0
    assert (active[..., :3] == active[..., :1]).all()
    assert (active[..., 3:] == active[..., 3:4]).all()
    both = active[1, :, 0] & active[1, :, 3]
    assert abs(z_score(both, 0.09)) <= 4
    alive = inputs[1][active[1, :, 0]]
    assert abs(np.corrcoef(alive[:, 0], alive[:, 1])[0, 1]) <= 4 / np.sqrt(len(alive))


def test_anticorrelated_sets_have_at_most_one_active_feature() -> None:
    active = drawn(anticorrelated(DENSITIES, 2, 3)) > 0
    assert active[..., :3].sum(-1).max() == 1
    for model, density in enumerate(DENSITIES):
        assert abs(z_score(active[model, :, :3].any(-1), 3 * density)) <= 4
        assert abs(z_score(active[model, :, 0] & active[model, :, 3], density**2)) <= 4
    full = drawn(anticorrelated((0.5,), 1, 2)) > 0
    assert (full.sum(-1) == 1).all()


def test_mixed_sets() -> None:
    active = drawn(mixed(DENSITIES, 3, ("corr", "anti", "indep"))) > 0
    assert (active[..., :3] == active[..., :1]).all()
    assert active[..., 3:6].sum(-1).max() == 1
    assert abs(z_score(active[1, :, 6] & active[1, :, 7], 0.09)) <= 4
    halves = drawn(sampler_of("mixed", (0.2,), 3, 2)) > 0
    assert (halves[..., 0] == halves[..., 1]).all()
    assert halves[..., 2:4].sum(-1).max() == 1
    assert halves[..., 4:6].sum(-1).max() == 1


@pytest.mark.parametrize("correlation", [-0.5, -0.2, 0.3, 0.8])
def test_the_copula_against_the_bivariate_normal(correlation: float) -> None:
    active = drawn(copula((0.3,), 2, 3, correlation))[0] > 0
    quantile = norm.ppf(0.3)
    both = multivariate_normal(cov=[[1, correlation], [correlation, 1]]).cdf([quantile, quantile])
    assert abs(z_score(active[:, 0] & active[:, 1], both)) <= 4
    assert abs(z_score(active[:, 0] & active[:, 3], 0.09)) <= 4


def test_the_copula_ends_at_correlated_sets() -> None:
    active = drawn(copula((0.3,), 2, 3, 1.0)) > 0
    assert (active[..., :3] == active[..., :1]).all()


@pytest.mark.parametrize("name", SAMPLERS)
def test_samplers_are_functions_of_the_generator(name: str) -> None:
    sampler = SAMPLERS[name]()
    torch.manual_seed(1)
    first = drawn(sampler, 7)
    torch.manual_seed(2)
    assert np.array_equal(first, drawn(sampler, 7))
    assert np.array_equal(first, drawn(SAMPLERS[name](), 7))
    assert not np.array_equal(first, drawn(sampler, 8))


def test_density_zero_and_one() -> None:
    inputs = drawn(independent((0.0, 1.0), 2))
    assert not inputs[0].any()
    assert (inputs[1] > 0).mean() > 0.999


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: independent((), 3), "none given"),
        (lambda: independent((0.1, 1.5), 3), r"p\[1\] = 1.5: a number in \[0, 1\]"),
        (lambda: independent((float("nan"),), 3), r"p\[0\] = nan"),
        (lambda: independent((0.1,), 0), "at least one set of one feature"),
        (lambda: correlated((0.1,), 0, 3), "0 sets of 3 features"),
        (lambda: anticorrelated((0.1, 0.4), 2, 3), r"0\.4 \* 3 = 1\.2, above 1.*p at most 0\.333"),
        (lambda: copula((0.1,), 2, 3, -0.6), r"rho = -0\.6.*\[-0\.5, 1\]"),
        (lambda: copula((0.1,), 2, 3, 1.1), r"rho = 1\.1"),
        (lambda: copula((0.1,), 2, 3, float("nan")), "rho = nan"),
        (lambda: sampler_of("mixed", (0.1,), 1, 3), "mixed: 1 set"),
    ],
)
def test_bad_input(make: Callable[[], Sampler], message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()


@pytest.mark.parametrize("make", [sampler_of, lambda mode, p, sets, size: mixed(p, size, (mode,) * sets)])
def test_unknown_modes(make: Callable[..., Sampler]) -> None:
    with pytest.raises(UnknownNameError, match="mode 'anto': known are indep, corr, anti"):
        make("anto", (0.1,), 2, 2)
