"""E4 to E6 and E10: what superposition is, and what the loss is."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
from jaxtyping import Float

from empirics.figures.palette import EXCLUDED, REQUIRED
from empirics.figures.stills import canvas, png
from empirics.superposition.claims.claim import NOTES, TALK, Claim, Measured, judge
from theory.superposition.configurations import configuration, rotate
from theory.superposition.linear import linear_loss, optimal_linear_bias
from theory.superposition.model import ToyModel, toy_model
from theory.superposition.monte_carlo import draw_inputs
from theory.superposition.rational import rational_gram, rational_loss
from theory.superposition.represented import represented

__all__ = ["importance_enters_once", "linear_model", "one_active_feature", "what_superposition_is"]

SAMPLES = 400_000


def what_superposition_is(generator: np.random.Generator) -> Claim:
    """E4: is superposition the same as a singular `W^T W`?

    Args:
        generator: of a rotation.
    """
    dedicated = np.hstack([np.eye(3), np.zeros((3, 2))])  # three features of five, each with its dimension
    pentagon = rotate(configuration("5+2").points, generator)
    found = {}
    for name, weights in (
        ("three features of five, a dimension each", dedicated),
        ("pentagon ⊕ digon", pentagon),
    ):
        gram_rank = int(np.linalg.matrix_rank(weights.T @ weights))
        kept = represented(weights)
        found[name] = (weights.shape[1] - gram_rank, len(kept.features) - kept.rank)
    (plain, crowded) = found.values()
    measured = (
        Measured("three features of five, a dimension each: n − rank WᵀW", plain[0], least=1),
        Measured("and represented features beyond their rank", plain[1], 0, 0),
        Measured("pentagon ⊕ digon: n − rank WᵀW", crowded[0], least=1),
        Measured("and represented features beyond their rank", crowded[1], 4, 4),
    )
    return Claim(
        key="E4",
        title="What superposition is",
        source=NOTES,
        said="There is superposition if and only if WᵀW is not invertible.",
        statement="For m < n the n × n matrix WᵀW is never invertible, superposition or not. With R the "
        "features of length above a threshold, there is superposition if and only if |R| > rank W_R.",
        measured=measured,
        verdict=judge(measured, "corrected"),
        evidence="tests/superposition/test_claims.py::test_what_superposition_is",
    )


def one_active_feature(generator: np.random.Generator) -> Claim:
    """E5: is the interference of one active feature squared?

    Args:
        generator: of the samples.
    """
    weights = np.array([[1.0, 0.5, -0.75], [0.0, 0.75, 0.25]])
    gram = weights.T @ weights
    exact = float(rational_loss(gram.tolist(), [0.0] * 3, 0, highest=1).layers[1])
    own = sum((1 - gram[i, i]) ** 2 / 3 for i in range(3))
    crossing = np.maximum(gram - np.diag(gram.diagonal()), 0)
    squared, plain = own + float((crossing**2).sum()) / 3, own + float(crossing.sum()) / 2
    value = generator.random(SAMPLES)
    sampled = np.zeros(SAMPLES)
    for j in range(3):
        target = np.zeros((SAMPLES, 3))
        target[:, j] = value
        sampled += ((target - np.maximum(np.outer(value, gram[j]), 0)) ** 2).sum(1)
    error = 4 * float(sampled.std()) / SAMPLES**0.5
    measured = (
        Measured("with ReLU(·)², against the exact layer L₁", abs(squared / exact - 1), most=1e-12),
        Measured("with ReLU(·) on its own, against it", abs(plain / exact - 1), least=1e-2),
        Measured(
            "a simulation, in units of four standard errors",
            abs(float(sampled.mean()) - exact) / error,
            most=1,
        ),
    )
    return Claim(
        key="E5",
        title="One active feature",
        source=TALK,
        said="L₁ has the interference ReLU(wᵢ · wⱼ) (two slides; a third has its square).",
        statement="At b = 0 the layer of one active feature is L₁ = ⅓ Σᵢ (1 − ‖wᵢ‖²)² + ⅓ Σ(i≠j) "
        "ReLU(wᵢ · wⱼ)²: with the square.",
        measured=measured,
        verdict=judge(measured, "corrected"),
        evidence="tests/superposition/test_claims.py::test_one_active_feature",
    )


def importance_enters_once() -> Claim:
    """E6: does importance enter the loss as `I` or as `I^2`?"""
    weights, importance = [[Fraction(1), Fraction(-1, 2)]], [Fraction(1), Fraction(1, 10)]
    gram = rational_gram(weights)
    ours = rational_loss(gram, [0, 0], Fraction(1, 2), importance)
    squared = rational_loss(gram, [0, 0], Fraction(1, 2), [one**2 for one in importance])
    plain = rational_loss(gram, [0, 0], Fraction(1, 2))
    parts = [one / two for one, two in zip(ours.per_output, plain.per_output, strict=True)]
    measured = (
        Measured("weight of the second feature (I = 1/10) in Σ Iᵢ (xᵢ − x′ᵢ)²", float(parts[1]), 0.1, 0.1),
        Measured("and in ∫ ‖I (x − x')‖²", float(squared.per_output[1] / plain.per_output[1]), 0.01, 0.01),
    )
    return Claim(
        key="E6",
        title="How importance enters",
        source=TALK,
        said="L = ∫ ‖I (x − x')‖² on one slide, Σ Iᵢ (xᵢ − x′ᵢ)² on another.",
        statement="The two differ: I² against I. Here importance enters once, as in the paper's text.",
        measured=measured,
        verdict=judge(measured, "corrected"),
        evidence="tests/superposition/test_claims.py::test_importance_enters_once",
    )


def linear_model(generator: np.random.Generator) -> Claim:
    """E10: what is the loss of the linear model?

    Args:
        generator: of the weights and of the samples.
    """
    n, sparsity = 5, 0.7
    model = toy_model(generator.standard_normal((2, n)) / 2, importance=0.8 ** np.arange(n))
    model = replace(model, bias=optimal_linear_bias(model, sparsity))
    exact = linear_loss(model, sparsity)
    inputs = draw_inputs(n, sparsity, SAMPLES, generator)
    sampled = _linear_errors(model, inputs)
    error = float(sampled.std()) / SAMPLES**0.5
    shifts = [
        float(_linear_errors(replace(model, bias=model.bias + 0.05 * unit), inputs).mean())
        for unit in np.eye(n)
    ]
    measured = (
        Measured("| simulation − V(p) times the formula | in standard errors",
                 abs(float(sampled.mean()) - exact) / error, most=4),
        Measured("least loss of five other biases, relative", min(shifts) / exact, least=1.0),
    )  # fmt: skip
    return Claim(
        key="E10",
        title="The linear model",
        source=f"{TALK}; {NOTES}",
        said="The loss of the linear model behaves like Σ Iᵢ (1 − ‖wᵢ‖²)² + Σ Iⱼ (wⱼ · wᵢ)².",
        statement="With the optimal bias b = (Id − G) μ it equals that sum times V(p) = p/3 − p²/4, the "
        "variance of a feature.",
        measured=measured,
        verdict=judge(measured, "corrected"),
        evidence="tests/superposition/test_claims.py::test_linear_model",
        pictures={
            "Loss of the linear model: formula and simulation, p from 0 to 1.": _line(model, generator)
        },
    )


def _linear_errors(model: ToyModel, inputs: Float[np.ndarray, "x n"]) -> Float[np.ndarray, " x"]:
    return ((inputs - (inputs @ model.gram + model.bias)) ** 2) @ model.importance


def _line(model: ToyModel, generator: np.random.Generator) -> bytes:
    """The loss at the best bias of each density, by the formula and simulated."""

    def at(density: float) -> ToyModel:
        return replace(model, bias=optimal_linear_bias(model, 1 - density))

    figure, (axis,) = canvas(5.5, 3.0)
    fine, densities = np.linspace(0, 1, 101), np.linspace(0.05, 1, 12)
    formula = [linear_loss(at(density), 1 - density) for density in fine]
    found = [
        _linear_errors(at(density), draw_inputs(model.features, 1 - density, 40_000, generator)).mean()
        for density in densities
    ]
    axis.plot(fine, formula, color=REQUIRED, label="V(p) times the formula")
    axis.plot(densities, found, "o", color=EXCLUDED, ms=4, label="simulated")
    axis.set_xlabel("density p")
    axis.set_ylabel("loss")
    axis.legend(frameon=False, fontsize=8)
    return png(figure)
