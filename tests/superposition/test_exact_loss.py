"""The exact loss: rational numbers against published values and quadrature, floats against those."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
import torch

from empirics.superposition.exact_loss import exact_losses, exact_output_losses
from theory.errors import InputError, LimitError, UnknownNameError
from theory.superposition.closed_form import float_loss, significant_entries
from theory.superposition.exact import loss
from theory.superposition.first_layers import first_layers
from theory.superposition.model import ToyModel, toy_model
from theory.superposition.monte_carlo import draw_inputs, monte_carlo_loss
from theory.superposition.rational import RationalLoss, rational_gram, rational_loss
from theory.superposition.supports import SupportTooLarge

HALF = Fraction(1, 2)
DIGON = [[1, -1], [-1, 1]]
TRIANGLE = [[1, -HALF, -HALF], [-HALF, 1, -HALF], [-HALF, -HALF, 1]]
DIGON_AND_POINT = [[1, -1, 0], [-1, 1, 0], [0, 0, 1]]


def rational(model: ToyModel, sparsity: float) -> RationalLoss:
    gram = rational_gram(model.weights.tolist())
    return rational_loss(gram, model.bias.tolist(), sparsity, model.importance.tolist())


def random_models(
    count: int, seed: int, shapes: tuple[tuple[int, int], ...]
) -> Iterator[tuple[ToyModel, float]]:
    """Half of them with some columns tiny, and half of them without a bias."""
    generator = np.random.default_rng(seed)
    for number in range(count):
        m, n = shapes[number % len(shapes)]
        weights = generator.normal(size=(m, n))
        if number % 2:
            weights *= 10.0 ** -generator.integers(0, 7, size=n)
        bias = 0.3 * generator.normal(size=n) * (number // 2 % 2)
        yield toy_model(weights, bias, generator.uniform(size=n)), float(generator.uniform())


@pytest.mark.parametrize(
    ("gram", "layers"),
    [
        (DIGON, (0, 0, Fraction(1, 3))),
        (TRIANGLE, (0, 0, Fraction(3, 8), HALF)),
        (DIGON_AND_POINT, (0, 0, Fraction(1, 3), Fraction(1, 3))),
    ],
    ids=["digon", "triangle", "digon and point"],
)
def test_layers_of_small_shapes(gram: list[list[Fraction]], layers: tuple[Fraction, ...]) -> None:
    found = rational_loss(gram, [0] * len(gram), HALF)
    assert found.layers == layers
    assert found.total == sum(HALF ** len(gram) * layer for layer in layers) == sum(found.per_output)


@pytest.mark.parametrize(
    ("corners", "first", "second"),
    [
        (3, 0, 0.375),
        (4, 0, 0.6667),
        (5, 0.3183050094, 2.235310),
        (6, 1, 5.125),
        (7, 1.8141178207, 10.010328),
    ],
)
def test_layers_of_regular_polygons(corners: int, first: float, second: float) -> None:
    angles = 2 * np.pi * np.arange(corners) / corners
    model = toy_model([np.cos(angles), np.sin(angles)])
    exact, floats = rational(model, 0.5), float_loss(model, 0.5)
    for layers in (list(map(float, exact.layers)), floats.layers):
        assert layers[0] == pytest.approx(0, abs=1e-15)
        assert layers[1] == pytest.approx(first, abs=1e-10)
        assert layers[2] == pytest.approx(second, abs=5e-5 if corners == 4 else 1e-6)


def test_rational_layers_against_quadrature() -> None:
    """Patterns by hand: Gauss-Legendre on a fine grid of [0, 1]^2, and the loss from the layers."""
    weights, bias = np.array([[0.75, -0.5, 0.25], [0.0, 0.5, 1.0]]), np.array([0.125, -0.25, 0.0])
    importance, sparsity = np.array([1.0, 2.0, 0.5]), 0.375
    nodes, quadrature = np.polynomial.legendre.leggauss(6)
    cells = 60
    points = ((nodes + 1) / 2 + np.arange(cells)[:, None]).ravel() / cells
    masses = np.tile(quadrature / 2 / cells, cells)
    layers = [0.0, 0.0, 0.0]
    for count in range(3):
        for active in combinations(range(3), count):
            grid = np.array(list(product(points, repeat=count)))
            mass = np.ones(1)
            for _ in active:
                mass = np.outer(mass, masses).ravel()
            inputs = np.zeros((len(mass), 3))
            inputs[:, list(active)] = grid
            errors = inputs - np.maximum(inputs @ weights.T @ weights + bias, 0)
            layers[count] += float(mass @ errors**2 @ importance)
    found = rational(toy_model(weights, bias, importance), sparsity)
    assert list(map(float, found.layers[:3])) == pytest.approx(layers, abs=1e-6)
    summed = sum(
        Fraction(1 - sparsity) ** k * Fraction(sparsity) ** (3 - k) * layer
        for k, layer in enumerate(found.layers)
    )
    assert found.total == summed


def test_two_features_by_hand() -> None:
    """`L_1 = I_i int (u - (G_ii u + b_i)_+)^2 + I_i ((G_ij + b_i)_+^3 - (b_i)_+^3) / (3 G_ij)`."""
    # w = (1, 1/2), b = (1/4, -1/4): G = [[1, 1/2], [1/2, 1/4]]
    found = rational_loss([[1, HALF], [HALF, Fraction(1, 4)]], [Fraction(1, 4), -Fraction(1, 4)], 0, [1, 3])
    first = Fraction(1, 16) + ((HALF + Fraction(1, 4)) ** 3 - Fraction(1, 64)) * Fraction(2, 3)
    second = Fraction(1, 3) + Fraction(1, 4) ** 3 * Fraction(2, 3) * 2 / 2
    # output 2: feature 2 alone never lifts z above 0; feature 1 alone does for u > 1/2
    assert found.layers[0] == Fraction(1, 16)
    assert found.layers[1] == first + 3 * second


@pytest.mark.parametrize("seed", range(5))
def test_floats_against_monte_carlo(seed: int) -> None:
    generator = np.random.default_rng(seed)
    n = int(generator.integers(2, 9))
    m = int(generator.integers(1, n + 1))
    weights, bias = generator.normal(size=(m, n)) / np.sqrt(m), 0.2 * generator.normal(size=n)
    model, sparsity = (
        toy_model(weights, bias, generator.uniform(0.2, 2, n)),
        float(generator.uniform(0.05, 0.95)),
    )
    drawn = monte_carlo_loss(model, sparsity, generator, 400_000)
    assert abs(float_loss(model, sparsity).total - drawn.total) < 4 * drawn.standard_error


def test_torch_and_floats_against_fractions() -> None:
    """60 models with some tiny columns: the acceptance is 1e-11 for ordinary ones."""
    for model, sparsity in random_models(60, 1, ((1, 2), (2, 3), (3, 4))):
        exact = rational(model, sparsity)
        floats = float_loss(model, sparsity)
        assert abs(exact.total - Fraction(floats.total)) <= floats.error_bound < 1e-11
        assert floats.layers == pytest.approx(list(map(float, exact.layers)), abs=1e-12)
        assert floats.per_output == pytest.approx(list(map(float, exact.per_output)), abs=1e-12)
        weights, bias, importance = (
            torch.tensor(part) for part in (model.weights, model.bias, model.importance)
        )
        by_torch = exact_losses(weights[None], bias[None], sparsity, importance)[0].item()
        assert abs(exact.total - Fraction(by_torch)) < 1e-12


@pytest.mark.parametrize("least", [1e-1, 1e-2, 1e-3, 1e-4, 1e-9])
def test_small_entries_cost_no_digits(least: float) -> None:
    """Six inputs, all entries small but one: the sum over corners has an error of 0.35 here at 1e-4."""
    generator = np.random.default_rng(3)
    for k in (2, 3, 4, 6):
        weights = np.zeros((2, k))
        weights[:, 0] = 1, 0.2
        weights[:, 1:] = least * generator.choice([-1, 1], (2, k - 1)) * generator.uniform(1, 2, (2, k - 1))
        model = toy_model(weights, -least / 3 * np.ones(k))
        found = float_loss(model, 0.3)
        assert abs(rational(model, 0.3).total - Fraction(found.total)) <= found.error_bound < 1e-13


def test_corner_sums_in_floats_do_lose_digits() -> None:
    """Why no sum over corners in floats: at `k = 6` and 1e-4 nothing is left of `E z_+^2 = 1/3`."""

    def by_corners(slopes: list[float] | list[Fraction]) -> float | Fraction:
        total = 0 * slopes[0]
        for corner in range(2 ** len(slopes)):
            z = sum(slope for j, slope in enumerate(slopes) if corner >> j & 1)
            total += (-1) ** (len(slopes) - corner.bit_count()) * max(z, 0) ** (len(slopes) + 2)
        return 2 * total / math.factorial(len(slopes) + 2) / math.prod(slopes)

    slopes = [1.0, *(1e-4 * factor for factor in (1.1, -1.3, 1.7, -1.2, 1.9))]
    exact = by_corners([Fraction(slope) for slope in slopes])
    assert float(exact) == pytest.approx(1 / 3, abs=1e-3)
    assert abs(by_corners(slopes) - exact) > 0.05


@pytest.mark.parametrize("n", [7, 9])
def test_wide_rows_against_fractions(n: int) -> None:
    generator = np.random.default_rng(n)
    model = toy_model(generator.normal(size=(4, n)), 0.3 * generator.normal(size=n))
    row = rational_gram(model.weights.tolist())
    exact = rational_loss([row[0], *[[0] * n] * (n - 1)], model.bias.tolist(), 0.5)
    floats = float_loss(model, 0.5)
    assert abs(exact.per_output[0] - Fraction(floats.per_output[0])) < floats.error_bound < 1e-10


def test_error_bound_is_of_some_use_and_no_constant() -> None:
    """It grows with the numbers: at weights of 1e3 the loss of 1e12 is not known to 1e-11."""
    model = toy_model(1e3 * np.random.default_rng(0).normal(size=(2, 4)))
    found = float_loss(model, 0.5)
    exact = rational(model, 0.5).total
    assert 1e-8 < found.error_bound < 1e-10 * found.total
    assert abs(exact - Fraction(found.total)) <= found.error_bound


def test_gradients() -> None:
    generator = torch.Generator().manual_seed(0)
    for m, n in ((1, 2), (2, 3)):
        weights = torch.randn(2, m, n, generator=generator, dtype=torch.float64, requires_grad=True)
        bias = (0.3 * torch.randn(2, n, generator=generator, dtype=torch.float64)).requires_grad_()
        sparsity = torch.tensor([0.3, 0.8], dtype=torch.float64, requires_grad=True)
        assert torch.autograd.gradcheck(exact_losses, (weights, bias, sparsity))
        inputs = weights[:1], bias[:1]
        assert n > 2 or torch.autograd.gradgradcheck(lambda *parts: exact_losses(*parts, 0.4), inputs)


def test_gradient_at_entries_that_are_zero() -> None:
    """At orthogonal features: `dL/dW` against differences of rational losses."""
    weights, bias = np.array([[1.0, -0.75, 0.0], [0.0, 0.0, 0.5]]), np.array([0.125, 0.25, -0.0625])
    inputs = [torch.tensor(part[None], requires_grad=True) for part in (weights, bias)]
    exact_losses(*inputs, 0.5).sum().backward()
    step = Fraction(1, 2**12)
    for row in range(2):
        for column in range(3):
            ends = []
            for sign in (1, -1):
                moved = [[Fraction(entry) for entry in line] for line in weights.tolist()]
                moved[row][column] += sign * step
                ends.append(rational_loss(rational_gram(moved), bias.tolist(), HALF).total)
            assert inputs[0].grad[0, row, column].item() == pytest.approx(
                float((ends[0] - ends[1]) / 2 / step), abs=1e-6
            )


def test_all_zero_model_has_a_gradient_without_nan() -> None:
    weights = torch.zeros(1, 2, 3, dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(1, 3, dtype=torch.float64, requires_grad=True)
    value = exact_losses(weights, bias, 0.25)
    assert value.item() == pytest.approx(3 * 0.75 / 3)
    value.sum().backward()
    assert torch.isfinite(weights.grad).all()
    assert torch.isfinite(bias.grad).all()


def test_dense_and_empty_inputs() -> None:
    """`S = 1` is `L_0`, `S = 0` is `L_n`."""
    for model, _ in random_models(6, 5, ((2, 3), (3, 4))):
        for method in ("rational", "float"):
            assert loss(model, 1.0, method).total == pytest.approx(
                loss(model, 0.5, method).layers[0], abs=1e-14
            )
            assert loss(model, 0.0, method).total == pytest.approx(
                loss(model, 0.5, method).layers[-1], abs=1e-13
            )
        weights, bias = torch.tensor(model.weights[None]), torch.tensor(model.bias[None])
        empty = exact_output_losses(weights, bias, 1.0)[0].numpy()
        assert empty == pytest.approx(np.maximum(model.bias, 0) ** 2)


def test_orthogonal_summands_in_general_position_stay_cheap() -> None:
    """200 features, rotated: `G` has entries of 1e-17 between blocks, but no row reads more than 2."""
    generator = np.random.default_rng(0)
    weights = np.zeros((100, 200))
    weights[np.arange(100), 2 * np.arange(100)] = 1
    weights[np.arange(100), 2 * np.arange(100) + 1] = -1
    rotation = np.linalg.qr(generator.normal(size=(100, 100)))[0]
    model = toy_model(rotation @ weights)
    assert (model.gram != 0).sum() > 20_000
    assert significant_entries(model)[0].sum() == 400
    found = loss(model, 0.7)
    assert found.method == "float"
    assert found.error_bound < 1e-9
    assert found.total == pytest.approx(100 * 0.3**2 / 3, abs=found.error_bound)
    assert found.layers[2] == pytest.approx(100 / 3, rel=1e-9)
    assert len(found.layers) == 65


def test_methods_agree_and_say_what_they_know() -> None:
    model = toy_model([[1.0, -0.9, 0.1], [0.2, 0.1, 0.8]], [0.0, 0.1, -0.1], [1.0, 0.5, 2.0])
    exact = loss(model, 0.75, "rational")
    assert (exact.bound, exact.error_bound) == ("exact", 0)
    assert exact.fractions is not None
    assert exact.total == float(exact.fractions.total)
    floats = loss(model, 0.75)
    assert (floats.method, floats.bound) == ("float", "rigorous")
    assert abs(floats.total - exact.total) <= floats.error_bound
    hybrid = loss(model, 0.75, "hybrid")
    assert hybrid.bound == "estimate"
    assert hybrid.layers == pytest.approx(exact.layers[:2], abs=1e-15)
    assert hybrid.total == pytest.approx(exact.total, abs=1e-14)  # nothing here is left to a Gaussian
    drawn = loss(model, 0.75, "mc", np.random.default_rng(0), 200_000)
    assert drawn.bound == "estimate"
    assert drawn.error_bound == 3 * drawn.standard_error
    assert abs(drawn.total - exact.total) < 4 * drawn.standard_error
    again = loss(model, 0.75, "mc", np.random.default_rng(0), 200_000)
    assert again.total == drawn.total


def test_first_layers_of_any_width() -> None:
    """`L_0` and `L_1` against rational numbers, also where rows of `G` are 0."""
    for model, _ in random_models(30, 8, ((1, 2), (2, 3), (3, 5))):
        weights = model.weights * (np.arange(model.features) != 1)
        for one in (model, toy_model(weights, model.bias, model.importance)):
            assert first_layers(one) == pytest.approx(
                list(map(float, rational(one, 0.5).layers[:2])), abs=1e-14
            )


def test_drawn_inputs_are_what_they_should_be() -> None:
    """Mean `p/2` and second moment `p/3` within 4 standard errors, and a part `S` of zeros."""
    inputs = draw_inputs(5, 0.7, 100_000, np.random.default_rng(2))
    assert abs(inputs.mean() - 0.15) < 4 * inputs.std() / np.sqrt(inputs.size)
    assert abs((inputs**2).mean() - 0.1) < 4 * (inputs**2).std() / np.sqrt(inputs.size)
    assert abs((inputs == 0).mean() - 0.7) < 4 * np.sqrt(0.21 / inputs.size)


def test_standard_error_covers() -> None:
    """Over 60 seeds the z-scores have mean square 1; with the variance wrong by a factor 2 they would not."""
    model = toy_model([[1.0, -0.7]], [0.0, 0.1])
    truth = float_loss(model, 0.5).total
    scores = [
        (drawn.total - truth) / drawn.standard_error
        for drawn in (monte_carlo_loss(model, 0.5, np.random.default_rng(seed), 2_000) for seed in range(60))
    ]
    assert 0.6 < np.mean(np.square(scores)) < 1.5


def test_bad_input() -> None:
    wide = toy_model(np.random.default_rng(0).normal(size=(2, 18)), source="w.npz")
    with pytest.raises(
        SupportTooLarge, match=r"w\.npz: output 0 reads 18 features, and the limit of method float"
    ):
        loss(wide, 0.5, "float")
    with pytest.raises(
        SupportTooLarge, match=r"output 0 reads 18 .* limit of method rational is 10; method hybrid or mc"
    ):
        loss(wide, 0.5, "rational")
    assert issubclass(SupportTooLarge, LimitError)
    assert loss(wide, 0.5).method == "hybrid"
    small = toy_model([[1.0, 0.5]])
    for sparsity in (-0.1, 1.5, math.nan, math.inf):
        for method in ("rational", "float", "hybrid", "mc"):
            with pytest.raises(InputError, match=r"a number in \[0, 1\] would be right"):
                loss(small, sparsity, method, np.random.default_rng(0))
    with pytest.raises(UnknownNameError, match="method 'exact': known are auto, rational, float, hybrid, mc"):
        loss(small, 0.5, "exact")
    with pytest.raises(InputError, match="method mc: a generator would be right"):
        loss(small, 0.5, "mc")
    with pytest.raises(InputError, match="1 samples; 2 or more"):
        loss(small, 0.5, "mc", np.random.default_rng(0), 1)
    with pytest.raises(LimitError, match="11 features; the limit is 10"):
        exact_losses(torch.zeros(1, 2, 11, dtype=torch.float64), torch.zeros(1, 11, dtype=torch.float64), 0.5)
    with pytest.raises(InputError, match=r"S = 1\.5"):
        exact_losses(torch.zeros(1, 2, 2, dtype=torch.float64), torch.zeros(1, 2, dtype=torch.float64), 1.5)
