"""The hybrid loss: against drawn inputs at models with many weak features, and against exact losses."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.stats import norm

from theory.errors import InputError
from theory.superposition.closed_form import float_loss
from theory.superposition.exact import loss
from theory.superposition.hybrid import gaussian_moments, hybrid_loss
from theory.superposition.model import ToyModel, toy_model
from theory.superposition.monte_carlo import monte_carlo_loss
from theory.superposition.recurrence import row_layers

DENSITIES = (1 / 2.26, 1 / 2.97, 1 / 3.90)


def weak_model(density: float, noise: float, generator: np.random.Generator) -> ToyModel:
    """200 features in 20 dimensions as training leaves them: 19 digons, 162 weak features in the last.

    The weak features share it as one common direction, and their biases complete their mean to `p/2`.
    """
    weights, bias = np.zeros((20, 200)), np.full(200, -0.03)
    weights[np.arange(19), 2 * np.arange(19)] = 1.02
    weights[np.arange(19), 2 * np.arange(19) + 1] = -0.98
    weights[19, 38:] = generator.uniform(0.055, 0.1, 162)
    weights[:19, 38:] += noise * generator.normal(size=(19, 162))
    weights[:, :38] += noise / 3 * generator.normal(size=(20, 38))
    bias[38:] = density / 2 * (1 - (weights.T @ weights)[38:].sum(1))
    rotation = np.linalg.qr(generator.normal(size=(20, 20)))[0]
    return toy_model(rotation @ weights, bias)


def blocks_only(model: ToyModel, density: float) -> float:
    """The loss without everything outside of the digons: what the Gaussian part is there for."""
    norms = np.linalg.norm(model.weights, axis=0)
    inside = np.abs(model.gram) > 0.3 * np.outer(norms, norms)
    total = 0.0
    for row in range(model.features):
        read = [row]
        if norms[row] > 0.3:
            read += [j for j in np.flatnonzero(inside[row]) if j != row and norms[j] > 0.3]
        layers = row_layers(model.gram[row, read][None], model.bias[[row]]).middle[0]
        chances = [density**k * (1 - density) ** (len(read) - k) for k in range(len(layers))]
        total += float(layers @ chances)
    return total


@pytest.mark.parametrize("density", DENSITIES)
@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_models_with_many_weak_features(density: float, noise: float) -> None:
    """Within 3 standard errors, and wrong by a large part of itself without the Gaussian part."""
    generator = np.random.default_rng(round(1000 * density) + (noise > 0))
    model = weak_model(density, noise, generator)
    found = loss(model, 1 - density)
    assert (found.method, found.bound) == ("hybrid", "estimate")
    drawn = monte_carlo_loss(model, 1 - density, generator, 30_000)
    assert abs(found.total - drawn.total) < 3 * drawn.standard_error
    assert found.error_bound < 3 * drawn.standard_error
    if density > 0.4:
        assert blocks_only(model, density) > 1.3 * found.total


@pytest.mark.slow
def test_trained_models() -> None:
    """n = 200, m = 20, three densities, 2,000 steps: within 3 standard errors of 200,000 drawn inputs."""
    generator = torch.Generator().manual_seed(0)
    densities = torch.tensor(DENSITIES)[:, None, None]
    weights = (torch.randn(3, 20, 200, generator=generator) * (2 / 220) ** 0.5).requires_grad_()
    bias = torch.zeros(3, 1, 200, requires_grad=True)
    optimiser = torch.optim.AdamW([weights, bias], lr=3e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, 2000)
    for _ in range(2000):
        present = torch.rand(3, 512, 200, generator=generator) < densities
        inputs = torch.rand(3, 512, 200, generator=generator) * present
        outputs = torch.relu(inputs @ weights.mT @ weights + bias)
        optimiser.zero_grad()
        ((inputs - outputs) ** 2).sum(-1).mean(-1).sum().backward()
        optimiser.step()
        schedule.step()
    for number, density in enumerate(DENSITIES):
        model = toy_model(weights[number].detach().numpy(), bias[number, 0].detach().numpy())
        found = loss(model, 1 - density)
        assert found.method == "hybrid"
        drawn = monte_carlo_loss(model, 1 - density, np.random.default_rng(number), 200_000)
        assert abs(found.total - drawn.total) < 3 * drawn.standard_error
        if number == 0:
            assert blocks_only(model, density) > 1.25 * found.total


@pytest.mark.parametrize(("m", "scale"), [(3, 1.0), (6, 0.3), (1, 0.05)])
@pytest.mark.parametrize("density", [0.05, 0.3, 1.0])
def test_against_exact_losses(m: int, scale: float, density: float) -> None:
    """8 dense features, where a Gaussian is a crude guess: the error is of the size of its estimate."""
    generator = np.random.default_rng(m)
    model = toy_model(scale * generator.normal(size=(m, 8)) / np.sqrt(m), 0.05 * generator.normal(size=8))
    exact = float_loss(model, 1 - density).total
    errors = {}
    for kept in (0, 2, 5):
        found = hybrid_loss(model, 1 - density, kept)
        errors[kept] = abs(found.total - exact)
        assert errors[kept] <= 10 * found.error_estimate
        assert found.gaussian_outputs == 8
    assert errors[5] < max(errors[0], 1e-11)
    everything = hybrid_loss(model, 1 - density, 7)
    assert everything.total == pytest.approx(exact, rel=1e-3)


def test_nothing_is_left_to_a_gaussian_where_no_entry_is_small() -> None:
    model = toy_model([[1.0, -0.9, 0.3], [0.2, 0.1, 0.8]], [0.0, 0.1, -0.1], [1.0, 0.5, 2.0])
    found = hybrid_loss(model, 0.75)
    assert found.gaussian_outputs == 0
    assert found.error_estimate == 0
    assert found.total == pytest.approx(float_loss(model, 0.75).total, abs=1e-15)
    assert found.per_output == pytest.approx(float_loss(model, 0.75).per_output, abs=1e-15)


@pytest.mark.parametrize(("mean", "deviation"), [(0.3, 0.5), (-0.7, 0.2), (0.0, 1.5)])
def test_moments_of_a_gaussian(mean: float, deviation: float) -> None:
    found = gaussian_moments(np.array([mean]), np.array([deviation]))
    for power, moment in enumerate(found, start=1):
        truth, _ = quad(lambda z, power=power: z**power * norm.pdf(z, mean, deviation), 0, 20, epsabs=1e-13)
        assert moment[0] == pytest.approx(truth, abs=1e-9)


def test_moments_without_deviation() -> None:
    first, second = gaussian_moments(np.array([0.5, -0.5, 0.0]), np.zeros(3))
    assert first.tolist() == [0.5, 0, 0]
    assert second.tolist() == [0.25, 0, 0]


def test_dense_and_empty_inputs() -> None:
    model = weak_model(0.3, 0.01, np.random.default_rng(0))
    assert hybrid_loss(model, 1.0).total == pytest.approx((np.maximum(model.bias, 0) ** 2).sum(), rel=1e-12)
    drawn = monte_carlo_loss(model, 0.0, np.random.default_rng(1), 20_000)
    assert abs(hybrid_loss(model, 0.0).total - drawn.total) < 4 * drawn.standard_error


def test_bad_input() -> None:
    model = toy_model([[1.0, 0.5]])
    with pytest.raises(InputError, match=r"S = 1\.5"):
        hybrid_loss(model, 1.5)
    for kept in (-1, 16):
        with pytest.raises(InputError, match="entries kept; 0 to 15 would be right"):
            hybrid_loss(model, 0.5, kept)
