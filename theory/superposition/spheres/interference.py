"""The interference energy of unit features, and how it differs from a spherical code.

With `I = 1`, `|w_i| = 1` and `b = 0` the loss of one active feature is
`E = (1/3) sum_(i != j) (w_i . w_j)_+^2`. It is bounded, and 0 at every angle of 90 degrees or more: so up to
`2m - 1` points its minimum is no configuration but a family, and beyond a few points it can pay to let two of
them coincide.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

__all__ = [
    "best_biases",
    "biased_energy",
    "biased_gradient",
    "coulomb_energy",
    "coulomb_gradient",
    "relu_energy",
    "relu_gradient",
]

HALVINGS = 52  # of [0, 1]


def relu_energy(points: Float[np.ndarray, "n d"]) -> float:
    """`E = (1/3) sum_(i != j) (w_i . w_j)_+^2`, ordered pairs, so that every pair counts twice."""
    return float((_overlaps(points) ** 2).sum() / 3)


def relu_gradient(points: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n d"]:
    """`dE/dw_i = (4/3) sum_j (w_i . w_j)_+ w_j`."""
    return 4 / 3 * _overlaps(points) @ points


def best_biases(points: Float[np.ndarray, "n d"]) -> Float[np.ndarray, " n"]:
    """The biases `b_i <= 0` of least loss on inputs with one feature on.

    With `beta = -b_i`, output `i` loses `beta^2 - 2 beta^3 / 3` on its own feature and
    `(g_ij - beta)_+^3 / (3 g_ij)` on feature `j`. The derivative over `1 - beta`,
    `2 beta - sum_j (g_ij - beta)_+^2 / (g_ij (1 - beta))`, increases, so that its zero is found by halving.
    """
    overlaps = _overlaps(points)
    inverse = _inverse(overlaps)
    low, high = np.zeros(len(points)), np.ones(len(points))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        rest = np.maximum(overlaps - middle[:, None], 0.0)
        rises = 2 * middle * (1 - middle) > (rest**2 * inverse).sum(1)
        low, high = np.where(rises, low, middle), np.where(rises, middle, high)
    return -(low + high) / 2


def biased_energy(points: Float[np.ndarray, "n d"]) -> float:
    """The loss of one active feature at unit length and with the best biases; 0 where `E` is 0."""
    overlaps, own = _overlaps(points), -best_biases(points)
    rest = np.maximum(overlaps - own[:, None], 0.0)
    return float((own**2 - 2 * own**3 / 3).sum() + (rest**3 * _inverse(overlaps)).sum() / 3)


def biased_gradient(points: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n d"]:
    """With the biases held: they are stationary, so that they contribute nothing."""
    overlaps, own = _overlaps(points), -best_biases(points)
    rest, inverse = np.maximum(overlaps - own[:, None], 0.0), _inverse(overlaps)
    slopes = rest**2 * inverse - rest**3 * inverse**2 / 3
    return (slopes + slopes.T) @ points


def coulomb_energy(points: Float[np.ndarray, "n d"]) -> float:
    """`sum_(i < j) 1 / |x_i - x_j|`, Thomson's."""
    return float(_inverse_distances(points).sum() / 2)


def coulomb_gradient(points: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n d"]:
    """`-sum_j (x_i - x_j) / |x_i - x_j|^3`."""
    cubes = _inverse_distances(points) ** 3
    return cubes @ points - cubes.sum(1, keepdims=True) * points


def _overlaps(points: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n n"]:
    products = np.maximum(points @ points.T, 0.0)
    np.fill_diagonal(products, 0.0)
    return products


def _inverse(overlaps: Float[np.ndarray, "n n"]) -> Float[np.ndarray, "n n"]:
    """`1 / g`, and 0 where `g` is 0."""
    return np.divide(1.0, overlaps, out=np.zeros_like(overlaps), where=overlaps > 0)


def _inverse_distances(points: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n n"]:
    lengths = np.sqrt(((points[:, None] - points[None]) ** 2).sum(-1))
    np.fill_diagonal(lengths, np.inf)
    return 1 / np.maximum(lengths, 1e-12)
