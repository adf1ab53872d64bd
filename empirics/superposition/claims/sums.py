"""Direct sums: finding them, and whether they are minima for training."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import torch
from scipy.optimize import minimize

from empirics.figures.palette import EXCLUDED, REQUIRED
from empirics.figures.stills import canvas, png
from empirics.superposition.claims.claim import TALK, Claim, Measured, judge
from empirics.superposition.exact_loss import exact_losses
from theory.superposition.configurations import add_noise, configuration, direct_sum, rotate
from theory.superposition.directsum.missing_faces import missing_faces
from theory.superposition.directsum.talk import talk
from theory.superposition.rational import rational_gram, rational_loss

__all__ = ["clustering_of_flats", "sums_of_minima"]

TRIALS = 20
NOISE = (0.01, 0.03, 0.05)
SPARSITY = 0.7
SHIFT = 0.05


def clustering_of_flats(generator: np.random.Generator) -> Claim:
    """Does the talk's clustering of subsets find direct sums in noise?

    Args:
        generator: of rotations and noise.
    """
    made = configuration("5+5")
    rates: dict[str, list[float]] = {"the talk's clustering": [], "missing faces": []}
    for deviation in NOISE:
        found = np.zeros(2)
        for _ in range(TRIALS):
            points = add_noise(rotate(made.points, generator), deviation, generator)
            guesses = (talk(points, "column-reduced"), missing_faces(points))
            found += [set(guess.blocks) == set(made.blocks) for guess in guesses]
        for name, rate in zip(rates, found / TRIALS, strict=True):
            rates[name].append(float(rate))
    measured = (
        Measured("pentagon ⊕ pentagon, noise 0.01 on all of W: found by the clustering",
                 rates["the talk's clustering"][0], most=0.5),
        Measured("noise 0.05: found by the clustering", rates["the talk's clustering"][-1], most=0.2),
        Measured("noise 0.05: found by missing faces", rates["missing faces"][-1], least=0.95),
    )  # fmt: skip
    return Claim(
        key="T3",
        title="Finding direct sums",
        source=TALK,
        said="Cluster column-reduced spans of all k-subsets of features; clusters are the summands.",
        statement="That works for noise within summands. Noise on W as a whole moves pivots, and with them "
        "the column-reduced spans. The boundary of a direct sum is the join of the boundaries, so "
        "components of its minimal non-faces are the summands, whatever invertible map is applied.",
        measured=measured,
        verdict=judge(measured, "corrected"),
        evidence="python -m empirics.superposition.directsum_benchmark; gammastar superposition directsum",
        pictures={
            f"How often pentagon ⊕ pentagon is found in {TRIALS} trials, by noise on W.": _rates(rates)
        },
    )


def _rates(rates: dict[str, list[float]]) -> bytes:
    figure, (axis,) = canvas(5.5, 2.6)
    for (name, values), colour in zip(rates.items(), (EXCLUDED, REQUIRED), strict=True):
        axis.plot(NOISE, values, "o-", color=colour, label=name)
    axis.set_ylim(-0.05, 1.05)
    axis.set_xlabel("standard deviation of the noise")
    axis.set_ylabel("part found")
    axis.legend(frameon=False, fontsize=8, loc="center right")
    return png(figure)


def sums_of_minima() -> Claim:
    """Are direct sums minima for training?"""
    left, right = [[Fraction(9, 8), Fraction(-7, 8)]], [[Fraction(1), Fraction(-1, 2)]]
    bias, density = [Fraction(-1, 5), Fraction(1, 7)], Fraction(3, 10)
    parts = [rational_loss(rational_gram(one), bias, 1 - density).total for one in (left, right)]
    none = [Fraction(0)] * 2
    both = [left[0] + none, none + right[0]]
    whole = rational_loss(rational_gram(both), bias + bias, 1 - density).total
    digon, triangle = _minimum("2"), _minimum("3")
    weights = direct_sum([digon[0], triangle[0]])
    shift = np.concatenate([digon[1], triangle[1]])
    slope = _gradient(weights, shift)
    shifted = shift.copy()
    shifted[0] -= SHIFT
    eigenvalues = np.sort(_curvatures(weights, shift))
    measured = (
        Measured("loss of a rational direct sum − losses of its summands", float(whole - sum(parts)), 0, 0),
        Measured("gradient at digon ⊕ triangle, each trained alone", float(np.abs(slope).max()), most=1e-7),
        Measured("the same with one bias off by 0.05, between the blocks",
                 float(np.abs(_gradient(weights, shifted)[0, 2:]).max()), least=1e-3),
        Measured("fourth least curvature (three are rotations)", float(eigenvalues[3]), least=1e-3),
        Measured("least curvature", float(eigenvalues[0]), least=-1e-6),
    )  # fmt: skip
    return Claim(
        key="T4",
        title="Direct sums as minima",
        source=TALK,
        said="Are direct sums minima for training?",
        statement="Direct sums of critical points are critical points, with the losses of the summands added "
        "(both proved in docs/superposition.md). Digon ⊕ triangle is a strict local minimum but for "
        "rotations of the hidden space.",
        measured=measured,
        verdict=judge(measured, "true"),
        evidence="tests/superposition/test_theorems.py",
    )


def _loss(flat: torch.Tensor, m: int, n: int) -> torch.Tensor:
    return exact_losses(flat[: m * n].reshape(1, m, n), flat[m * n :].reshape(1, n), SPARSITY).sum()


def _minimum(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Weights and bias of the least loss near a named shape."""
    points = configuration(name).points
    m, n = points.shape

    def value_and_slope(flat: np.ndarray) -> tuple[float, np.ndarray]:
        point = torch.tensor(flat, requires_grad=True)
        value = _loss(point, m, n)
        (slope,) = torch.autograd.grad(value, point)
        return value.item(), slope.numpy()

    start = np.concatenate([points.ravel(), np.zeros(n)])
    found = minimize(value_and_slope, start, method="BFGS", jac=True, options={"gtol": 1e-11}).x
    return found[: m * n].reshape(m, n), found[m * n :]


def _gradient(weights: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """With respect to weights, a row a dimension, the bias below."""
    m, n = weights.shape
    point = torch.tensor(np.concatenate([weights.ravel(), bias]), requires_grad=True)
    (slope,) = torch.autograd.grad(_loss(point, m, n), point)
    return slope.numpy().reshape(m + 1, n)


def _curvatures(weights: np.ndarray, bias: np.ndarray) -> np.ndarray:
    m, n = weights.shape
    point = torch.tensor(np.concatenate([weights.ravel(), bias]))
    hessian = torch.func.hessian(lambda flat: _loss(flat, m, n))(point)
    return np.linalg.eigvalsh(hessian.numpy())
