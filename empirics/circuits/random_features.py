"""Networks of random features of the right form: how many neurons of no training at all multiply rightly.

On `Z_n` a neuron is three cosines of one random frequency whose phases add up; on any group `u^T rho(a) v`,
`v^T rho(b) w` and `u^T rho(c) w` with random unit vectors.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from jaxtyping import Float

from theory.errors import InputError
from theory.representations.irreps import Irrep

__all__ = ["matrix_coefficient_accuracy", "random_cosine_accuracy"]

Activation = Literal["relu", "square"]


def random_cosine_accuracy(
    order: int, neurons: int, generator: np.random.Generator, activation: Activation = "relu"
) -> float:
    """Part of the pairs that a random cosine network adds rightly modulo `n`.

    `f` uniform on `1, ..., (n-1)/2`, `phi_a`, `phi_b` on `[0, 2 pi)`; weights `cos(w f a + phi_a)`,
    `cos(w f b + phi_b)`, `cos(w f c + phi_a + phi_b)`, `w = 2 pi / n`, no biases.

    Args:
        order: `n >= 3`.
        neurons: `m`.
        generator: of frequencies and phases.
        activation: of the hidden layer.

    Raises:
        InputError: `n < 3`: there is no frequency with a sine.
    """
    if order < 3:
        raise InputError(f"order {order}: random cosines need at least 3 elements")
    frequency = generator.integers(1, (order - 1) // 2 + 1, neurons)[:, None]
    phase_left, phase_right = generator.uniform(0, 2 * np.pi, (2, neurons, 1))
    angle = 2 * np.pi * frequency * np.arange(order) / order
    return _accuracy(
        np.cos(angle + phase_left),
        np.cos(angle + phase_right),
        np.cos(angle + phase_left + phase_right),
        np.add.outer(np.arange(order), np.arange(order)) % order,
        activation,
    )


def matrix_coefficient_accuracy(
    table: np.ndarray,
    irreps: tuple[Irrep, ...],
    neurons: int,
    generator: np.random.Generator,
    activation: Activation = "relu",
) -> float:
    """Part of the pairs that random real matrix coefficients multiply rightly.

    A neuron has a random irrep of those given and unit vectors `u, v, w`: left weights `Re u* rho(a) v`,
    right ones `Re v* rho(b) w`, output `Re u* rho(c) w`.

    Args:
        table: Cayley table in the numbering of the matrices.
        irreps: to draw from, each as likely as its degree squared.
        neurons: `m`.
        generator: of irreps and vectors.
        activation: of the hidden layer.
    """
    weights = np.array([irrep.degree**2 for irrep in irreps], dtype=np.float64)
    drawn = generator.choice(len(irreps), neurons, p=weights / weights.sum())
    rows = {"left": [], "right": [], "output": []}  # type: dict[str, list[np.ndarray]]
    for number in drawn:
        matrices = irreps[number].matrices
        u, v, w = (_unit(irreps[number].degree, np.iscomplexobj(matrices), generator) for _ in range(3))
        for name, first, second in (("left", u, v), ("right", v, w), ("output", u, w)):
            rows[name].append(np.einsum("i,gij,j->g", first.conj(), matrices, second).real)
    left, right, output = (np.array(rows[name]) for name in ("left", "right", "output"))
    return _accuracy(left, right, output, table, activation)


def _unit(degree: int, is_complex: bool, generator: np.random.Generator) -> np.ndarray:
    vector = generator.standard_normal(degree).astype(complex if is_complex else float)
    if is_complex:
        vector = vector + 1j * generator.standard_normal(degree)
    return vector / np.linalg.norm(vector)


def _accuracy(
    left: Float[np.ndarray, "m n"],
    right: Float[np.ndarray, "m n"],
    output: Float[np.ndarray, "m n"],
    table: np.ndarray,
    activation: Activation,
) -> float:
    correct = 0
    for a in range(left.shape[1]):
        sums = left[:, [a]] + right
        hidden = np.maximum(sums, 0.0) if activation == "relu" else sums**2
        correct += int(((hidden.T @ output).argmax(1) == table[a]).sum())
    return correct / table.size
