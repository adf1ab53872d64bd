"""Direct sums: losses add up, critical points stay critical, and minima stay minima modulo rotations."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from math import prod

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from empirics.superposition.exact_loss import exact_losses
from theory.errors import InputError
from theory.superposition.closed_form import float_loss
from theory.superposition.linear import input_variance, linear_loss, optimal_linear_bias
from theory.superposition.model import toy_model
from theory.superposition.monte_carlo import draw_inputs
from theory.superposition.rational import rational_gram, rational_loss
from theory.superposition.represented import represented

DIGON, TRIANGLE = (1, 2), (2, 3)


def polygon(m: int, n: int) -> np.ndarray:
    angles = 2 * np.pi * np.arange(n) / n
    return np.array([[1.0, -1.0]]) if m == 1 else np.stack([np.cos(angles), np.sin(angles)])


def direct_sum(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    corner = np.zeros((len(left), right.shape[1])), np.zeros((len(right), left.shape[1]))
    return np.block([[left, corner[0]], [corner[1], right]])


def loss_and_gradient(flat: np.ndarray, m: int, n: int, sparsity: float) -> tuple[float, np.ndarray]:
    point = torch.tensor(flat, requires_grad=True)
    value = exact_losses(point[: m * n].reshape(1, m, n), point[m * n :].reshape(1, n), sparsity).sum()
    value.backward()
    assert point.grad is not None
    return value.item(), point.grad.numpy()


@cache
def critical(m: int, n: int, sparsity: float) -> tuple[np.ndarray, np.ndarray]:
    """A minimum of the loss near a regular shape."""
    start = np.concatenate([polygon(m, n).ravel(), np.zeros(n)])
    found = minimize(
        loss_and_gradient, start, (m, n, sparsity), "BFGS", jac=True, options={"gtol": 1e-11, "maxiter": 2000}
    )
    return found.x[: m * n].reshape(m, n), found.x[m * n :]


def gradient(weights: np.ndarray, bias: np.ndarray, sparsity: float) -> tuple[np.ndarray, np.ndarray]:
    m, n = weights.shape
    flat = loss_and_gradient(np.concatenate([weights.ravel(), bias]), m, n, sparsity)[1]
    return flat[: m * n].reshape(m, n), flat[m * n :]


@pytest.mark.parametrize("seed", range(4))
def test_losses_of_summands_add_up_exactly(seed: int) -> None:
    """`==` between rational numbers, and not so if the summands are not orthogonal."""
    generator = np.random.default_rng(seed)

    def block(m: int, n: int) -> tuple[list[list[Fraction]], list[Fraction]]:
        draw = [
            [Fraction(int(number), 7) for number in row] for row in generator.integers(-9, 10, (m + 1, n))
        ]
        return draw[:m], draw[m]

    left, right = block(1, 2), block(2, 3)
    weights = [[*left[0][0], 0, 0, 0], *([0, 0, *row] for row in right[0])]
    sparsity, importance = Fraction(3, 11), [Fraction(k + 1, 3) for k in range(5)]
    parts = [
        rational_loss(rational_gram(one), bias, sparsity, weight)
        for (one, bias), weight in ((left, importance[:2]), (right, importance[2:]))
    ]
    whole = rational_loss(rational_gram(weights), left[1] + right[1], sparsity, importance)
    assert whole.total == parts[0].total + parts[1].total
    assert whole.per_output == parts[0].per_output + parts[1].per_output
    weights[0][2] = Fraction(1, 100)
    bent = rational_loss(rational_gram(weights), left[1] + right[1], sparsity, importance)
    assert bent.total != whole.total


@pytest.mark.parametrize("density", [0.1, 0.3, 0.6])
@pytest.mark.parametrize(
    "shapes", [(DIGON, DIGON), (DIGON, TRIANGLE)], ids=["2 digons", "digon and triangle"]
)
def test_sums_of_critical_points_are_minima(shapes: tuple[tuple[int, int], ...], density: float) -> None:
    """Gradient 0; the Hessian has `m (m - 1) / 2` zero modes, the rotations, and is positive else."""
    sparsity = 1 - density
    left, right = (critical(m, n, sparsity) for m, n in shapes)
    weights, bias = direct_sum(left[0], right[0]), np.concatenate([left[1], right[1]])
    parts = [float_loss(toy_model(*part), sparsity).total for part in (left, right)]
    assert abs(float_loss(toy_model(weights, bias), sparsity).total - sum(parts)) < 3e-16
    assert max(np.abs(part).max() for part in gradient(weights, bias, sparsity)) < 2e-8
    m, n = weights.shape
    hessian = torch.autograd.functional.hessian(
        lambda flat: exact_losses(
            flat[: m * n].reshape(1, m, n), flat[m * n :].reshape(1, n), sparsity
        ).sum(),
        torch.tensor(np.concatenate([weights.ravel(), bias])),
    ).numpy()
    values = np.sort(np.linalg.eigvalsh(hessian))
    rotations = m * (m - 1) // 2
    assert np.abs(values[:rotations]).max() < 1e-6
    assert values[rotations] > 1e-3


@pytest.mark.parametrize("density", [0.1, 0.3, 0.6])
def test_one_shifted_bias_breaks_it(density: float) -> None:
    """`dL/dG_ij = (p/2) dL/db_i` between blocks: not 0 if A is not stationary; shifting all keeps it 0."""
    sparsity = 1 - density
    left, right = critical(*DIGON, sparsity), critical(*TRIANGLE, sparsity)
    weights, bias = direct_sum(left[0], right[0]), np.concatenate([left[1], right[1]])
    shifted = bias - 0.05 * (np.arange(5) == 0)
    by_weights, by_bias = gradient(weights, shifted, sparsity)
    off_block = by_weights[1:, :2], by_weights[:1, 2:]
    size = {0.1: 5.3e-4, 0.3: 5.8e-3, 0.6: 1.5e-2}[density]
    assert max(np.abs(part).max() for part in off_block) == pytest.approx(size, rel=0.02)
    # dL/dW = W (D + D^T) for D = dL/dG, whose entries between blocks are p/2 dL/db_i
    between = density / 2 * by_bias
    mixed = between[:, None] + between[None, :]
    assert off_block[0] == pytest.approx(
        (weights @ mixed)[1:, :2] - weights[1:, :2] @ mixed[:2, :2], abs=1e-8
    )
    expected = right[0] @ mixed[2:, :2]
    assert off_block[0] == pytest.approx(expected, abs=1e-8)
    assert off_block[1] == pytest.approx(left[0] @ mixed[:2, 2:], abs=1e-8)
    alike = gradient(weights, bias - 0.05, sparsity)[0]
    assert max(np.abs(part).max() for part in (alike[1:, :2], alike[:1, 2:])) < 1e-8


def test_the_linear_loss_is_an_equality() -> None:
    """E10, against drawn inputs, with the best bias and without; the best bias is the best."""
    generator = np.random.default_rng(0)
    sparsity = 0.6
    weights, importance = generator.normal(size=(2, 4)) / 2, np.array([1.0, 0.5, 2.0, 0.25])
    model = toy_model(weights, importance=importance)
    best = toy_model(weights, optimal_linear_bias(model, sparsity), importance)
    inputs = draw_inputs(4, sparsity, 500_000, generator)
    for one in (model, best):
        losses = (inputs - inputs @ one.gram - one.bias) ** 2 @ importance
        assert abs(losses.mean() - linear_loss(one, sparsity)) < 4 * losses.std() / np.sqrt(len(losses))
    lengths = (1 - model.gram.diagonal()) ** 2
    interference = (model.gram**2).sum(1) - model.gram.diagonal() ** 2
    written = input_variance(sparsity) * (importance @ (lengths + interference))
    assert linear_loss(best, sparsity) == pytest.approx(written, rel=1e-14)
    for step in np.eye(4) * 1e-3:
        assert linear_loss(toy_model(weights, best.bias + step, importance), sparsity) > written


def test_importance_enters_once() -> None:
    """E6: `sum I_i (x_i - x'_i)^2`; with `I` inside of the norm it would be four times as much."""
    weights, bias = [[1.0, -0.5]], [0.0, 0.25]
    once = float_loss(toy_model(weights, bias), 0.5)
    twice = float_loss(toy_model(weights, bias, [2.0, 2.0]), 0.5)
    assert twice.total == 2 * once.total


def test_interference_has_its_square() -> None:
    """E5: at `W = (1, 1/2)`, `b = 0`, `L_1` is twice the mean of `(u/2)^2`, and that of `(u - u/4)^2`."""
    gram = rational_gram([[1, Fraction(1, 2)]])
    assert rational_loss(gram, [0, 0], Fraction(1, 2)).layers[1] == Fraction(2, 12) + Fraction(9, 16) / 3


def test_gram_matrices_are_always_singular_but_superposition_is_not_always() -> None:
    """E4: one feature dedicated to the one dimension, and the digon; both Gram matrices are singular."""
    dedicated, digon = np.array([[1.0, 0.0]]), np.array([[1.0, -1.0]])
    for weights, superposed in ((dedicated, False), (digon, True)):
        assert np.linalg.det(weights.T @ weights) == 0
        assert represented(weights).superposition is superposed
    three = represented(direct_sum(polygon(2, 3), np.array([[1.0, 0.1]])))
    assert (three.features, three.rank, three.superposition) == ((0, 1, 2, 3), 3, True)
    assert represented(np.array([[1.0, 0.2]]), threshold=0.1).superposition
    nothing = represented(np.zeros((2, 3)))
    assert (nothing.features, nothing.rank, nothing.superposition) == ((), 0, False)
    for threshold in (-1.0, np.nan, np.inf):
        with pytest.raises(InputError, match="a length, 0 or more"):
            represented(digon, threshold)
    with pytest.raises(InputError, match="rank tolerance 0"):
        represented(digon, rank_tolerance=0.0)


def slope_at_zero(values: Callable[[Fraction], Fraction], degree: int = 9) -> Fraction:
    """The derivative at 0 of a polynomial, by interpolation; a further node proves that it is one."""
    nodes = [Fraction(k, 2000) for k in range(1, degree + 2)]
    found = [values(node) for node in nodes]

    def interpolated(t: Fraction) -> Fraction:
        terms = (
            value * prod((t - other) / (node - other) for other in nodes if other != node)
            for node, value in zip(nodes, found, strict=True)
        )
        return sum(terms, Fraction(0))

    assert interpolated(Fraction(-1, 500)) == values(Fraction(-1, 500))
    slope = Fraction(0)
    for node, value in zip(nodes, found, strict=True):
        others = [other for other in nodes if other != node]
        whole = prod(node - other for other in others)
        inner = sum((prod(-o for o in others if o != left) for left in others), Fraction(0))
        slope += value * inner / whole
    return slope


@pytest.mark.parametrize("seed", range(3))
def test_slopes_between_blocks_are_those_of_the_bias_exactly(seed: int) -> None:
    """`dF/dG_ij = (p/2) dF/db_i` between rational numbers: the step on which Theorem 2 rests.

    No corner of output 0 is at its kink, so that its loss is a polynomial in `G_02` and in `b_0` near them.
    """
    generator = np.random.default_rng(seed)
    own, other, bias = (Fraction(int(n), 7) for n in generator.integers([3, -6, -2], [9, 0, 3]))
    shift = bias + Fraction(1, 13)
    sparsity = Fraction(int(generator.integers(1, 9)), 10)

    def loss(crossing: Fraction, moved: Fraction) -> Fraction:
        gram = [[own, other, crossing], [other, own, 0], [0, 0, Fraction(1)]]
        return rational_loss(gram, [shift + moved, Fraction(0), Fraction(0)], sparsity).per_output[0]

    crossing = slope_at_zero(lambda t: loss(t, Fraction(0)))
    biased = slope_at_zero(lambda t: loss(Fraction(0), t))
    assert biased != 0
    assert crossing == (1 - sparsity) / 2 * biased
