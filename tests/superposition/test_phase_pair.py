"""The loss of two features in one dimension against Fractions, torch and differences; its minima."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
import torch

from empirics.superposition.exact_loss import exact_losses
from theory.errors import InputError
from theory.superposition.model import feature_variance
from theory.superposition.phase.constrained import constrained_loss
from theory.superposition.phase.pair import dedicated_loss, local_minima, pair_loss, row_loss
from theory.superposition.rational import rational_gram, rational_loss


def fraction_loss(weights: np.ndarray, bias: np.ndarray, importance: float, density: float) -> Fraction:
    """Floats are taken at their value."""
    gram = rational_gram([[Fraction(value) for value in weights]])
    shift, weight = [Fraction(value) for value in bias], [Fraction(1), Fraction(importance)]
    return rational_loss(gram, shift, 1 - Fraction(density), weight).total


def loss_and_gradient(
    weights: Sequence[float], bias: Sequence[float], importance: float, density: float
) -> tuple[float, np.ndarray]:
    losses, gradients = pair_loss(np.array([weights]), np.array([bias]), importance, density)
    return float(losses[0]), gradients[0]


@pytest.mark.parametrize("seed", range(8))
def test_against_fractions(seed: int) -> None:
    generator = np.random.default_rng(seed)
    weights, bias = generator.normal(0, 0.8, 2), generator.uniform(-0.5, 0.6, 2)
    importance, density = generator.uniform(0.1, 3), generator.uniform(0.05, 1)
    expected = float(fraction_loss(weights, bias, importance, density))
    assert loss_and_gradient(weights, bias, importance, density)[0] == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize("small", [0.0, 1e-12, 1e-7, 1e-4])
def test_small_interference_costs_no_digits(small: float) -> None:
    weights, bias = np.array([1.0, -small]), np.array([small / 3, 0.25])
    expected = float(fraction_loss(weights, bias, 0.6, 0.5))
    assert loss_and_gradient(weights, bias, 0.6, 0.5)[0] == pytest.approx(expected, rel=1e-14)


def test_against_torch_and_its_gradient() -> None:
    generator = np.random.default_rng(3)
    weights, bias = generator.normal(0, 0.8, (40, 2)), generator.uniform(-0.5, 0.6, (40, 2))
    ours, gradient = pair_loss(weights, bias, 1.7, 0.4)
    matrix = torch.from_numpy(weights)[:, None].clone().requires_grad_(True)
    shift = torch.from_numpy(bias).clone().requires_grad_(True)
    theirs = exact_losses(matrix, shift, 0.6, torch.tensor([1.0, 1.7], dtype=torch.float64))
    by_weights, by_bias = torch.autograd.grad(theirs.sum(), (matrix, shift))
    assert np.allclose(ours, theirs.detach().numpy(), atol=1e-13)
    assert np.allclose(gradient[:, :2], by_weights[:, 0].numpy(), atol=1e-11)
    assert np.allclose(gradient[:, 2:], by_bias.numpy(), atol=1e-11)


def test_gradient_of_a_row_by_differences() -> None:
    generator = np.random.default_rng(5)
    own, other, bias = generator.uniform(0.1, 1.3, 30), *generator.normal(0, 0.6, (2, 30))
    point = np.stack([own, other, bias])
    _, gradient = row_loss(*point, 0.45)
    for axis in range(3):
        step = np.zeros((3, 1))
        step[axis] = 1e-6
        difference = (row_loss(*(point + step), 0.45)[0] - row_loss(*(point - step), 0.45)[0]) / 2e-6
        assert np.allclose(gradient[:, axis], difference, atol=1e-8)


def test_dedication_is_stationary_and_has_its_closed_form() -> None:
    loss, gradient = loss_and_gradient([1.0, 0.0], [0.0, 0.2], 0.7, 0.4)
    assert loss == pytest.approx(dedicated_loss(0.7, 0.4), abs=1e-16)
    assert np.abs(gradient).max() < 1e-15
    assert feature_variance(0.4) == pytest.approx(0.4 / 3 - 0.04)


def test_two_minima_coexist() -> None:
    """At r = p = .3; the specification's third value, .2583, is the saddle with the second feature only."""
    found = local_minima(0.3, 0.3)
    assert [one.loss / 0.3 for one in found[:2]] == pytest.approx([0.0609, 0.0775], abs=5e-5)
    assert found[0].interference > 0.8
    assert abs(found[1].interference) < 1e-6
    saddle, slopes = loss_and_gradient([0.0, 1.0], [0.15, 0.0], 0.3, 0.3)
    assert saddle / 0.3 == pytest.approx(0.2583, abs=5e-5)
    assert np.abs(slopes).max() < 1e-15
    lower = loss_and_gradient([-0.1, 1.0], [0.165, 0.002], 0.3, 0.3)[0]
    assert lower < saddle


def test_dense_inputs_of_equal_importance_are_not_dedicated() -> None:
    best = local_minima(1.0, 1.0)[0]
    assert best.loss == pytest.approx(0.0832542, abs=1e-7)
    order = np.argsort(-np.abs(best.weights))
    assert best.weights[order] * np.sign(best.weights[order[0]]) == pytest.approx([0.9356, -0.3675], abs=1e-4)
    assert best.bias[order] == pytest.approx([0.2325, 0.6044], abs=1e-4)
    assert fraction_loss(best.weights, best.bias, 1.0, 1.0) < Fraction(1, 12)


def test_constrained_minima_bound_the_free_ones() -> None:
    best = local_minima(0.5, 0.45)[0]
    assert constrained_loss(0.5, 0.45, best.interference) == pytest.approx(best.loss, rel=1e-9)
    assert constrained_loss(0.5, 0.45, 0.4) > best.loss


@pytest.mark.parametrize(
    ("importance", "density"), [(-0.1, 0.5), (float("nan"), 0.5), (0.5, 0.0), (0.5, 1.2)]
)
def test_bad_places_are_refused(importance: float, density: float) -> None:
    with pytest.raises(InputError, match=r"^[rp] = .*would be right$"):
        local_minima(importance, density)
    with pytest.raises(InputError):
        constrained_loss(importance, density, 0.3)


def test_interference_has_to_be_positive() -> None:
    with pytest.raises(InputError, match="k = 0"):
        constrained_loss(0.5, 0.5, 0.0)
