"""Networks that nobody trained."""

from __future__ import annotations

import torch

from empirics.circuits.loading import load_network
from empirics.circuits.perceptrons import SharedHiddenPerceptron


def random_perceptron(n: int, width: int, neurons: int, seed: int) -> SharedHiddenPerceptron:
    """An untrained network in the layout of arXiv:2302.03025."""
    torch.manual_seed(seed)
    shapes = {"W_x": (n, width), "W_y": (n, width), "W": (2 * width, neurons), "W_U": (neurons, n)}
    found = load_network({name: torch.randn(shape) / shape[0] ** 0.5 for name, shape in shapes.items()})
    assert isinstance(found, SharedHiddenPerceptron)
    return found
