"""Networks of random features of the right form: how many neurons of no training at all multiply rightly.

On `Z_n` a neuron is three cosines of one random frequency whose phases add up; on any group `u^T rho(a) v`,
`v^T rho(b) w` and `u^T rho(c) w` with random unit vectors, for which the cosines are the case of `Z_n`.
Source: Bussmann's third check; shared/specs/circuits.md, 2.12.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Inexact, Int

from theory.errors import InputError
from theory.representations.irreps import Irrep

__all__ = [
    "RandomFeatures",
    "matrix_coefficient_accuracy",
    "random_cosine_accuracy",
    "random_cosines",
    "random_matrix_coefficients",
]

Activation = Literal["relu", "square"]


@dataclass(frozen=True, eq=False)
class RandomFeatures:
    """Weights of a two-layer network without biases, a row a neuron.

    Args:
        left: `x_i(a)`.
        right: `y_i(b)`.
        output: `w_i(c)`.
    """

    left: Float[np.ndarray, "m n"]
    right: Float[np.ndarray, "m n"]
    output: Float[np.ndarray, "m n"]

    def logits(self, element: int, activation: Activation = "relu") -> Float[np.ndarray, "n n"]:
        """`L[a, b, c] = sum_i s(x_i(a) + y_i(b)) w_i(c)` for one `a`, all `b` and `c`.

        Args:
            element: `a`.
            activation: `s`.
        """
        sums = self.left[:, [element]] + self.right
        hidden = np.maximum(sums, 0.0) if activation == "relu" else sums**2
        return hidden.T @ self.output

    def accuracy(self, table: Int[np.ndarray, "n n"], activation: Activation = "relu") -> float:
        """Part of the pairs whose largest logit is at their product.

        Args:
            table: Cayley table.
            activation: `s`.

        Raises:
            InputError: the table has another order than the weights.
        """
        n = self.output.shape[1]
        if table.shape != (n, n):
            raise InputError(f"table: shape {list(table.shape)}; [{n}, {n}] would be right")
        # one row at a time: its activations stay in the cache, and memory is bounded
        right = sum(int((self.logits(a, activation).argmax(1) == table[a]).sum()) for a in range(n))
        return right / table.size


def random_cosines(order: int, neurons: int, generator: np.random.Generator) -> RandomFeatures:
    """Weights `cos(w f a + phi_a)`, `cos(w f b + phi_b)`, `cos(w f c + phi_a + phi_b)`, `w = 2 pi / n`.

    `f` is uniform on `1, ..., (n-1)/2` (rounded down), `phi_a` and `phi_b` on `[0, 2 pi)`.

    Args:
        order: `n >= 3`.
        neurons: `m`.
        generator: of frequencies and phases.

    Raises:
        InputError: `n < 3`, so that there is no frequency with a sine; or no neurons.
    """
    if order < 3:
        raise InputError(f"order {order}: random cosines need at least 3 elements")
    _check_neurons(neurons)
    frequency = generator.integers(1, (order - 1) // 2 + 1, neurons)[:, None]
    phase_left, phase_right = generator.uniform(0, 2 * np.pi, (2, neurons, 1))
    angle = 2 * np.pi * (frequency * np.arange(order) % order) / order
    return RandomFeatures(
        np.cos(angle + phase_left), np.cos(angle + phase_right), np.cos(angle + phase_left + phase_right)
    )


def random_cosine_accuracy(
    order: int, neurons: int, generator: np.random.Generator, activation: Activation = "relu"
) -> float:
    """Part of the pairs that a random cosine network adds rightly modulo `n` (check 3).

    Args:
        order: `n >= 3`.
        neurons: `m`.
        generator: of frequencies and phases.
        activation: of the hidden layer.

    Raises:
        InputError: by `random_cosines`.
    """
    integers = np.arange(order)
    features = random_cosines(order, neurons, generator)
    return features.accuracy(np.add.outer(integers, integers) % order, activation)


def random_matrix_coefficients(
    irreps: Sequence[Irrep], neurons: int, generator: np.random.Generator
) -> RandomFeatures:
    """Weights `Re u* rho(a) v`, `Re v* rho(b) w`, `Re u* rho(c) w` with unit vectors `u, v, w`.

    A complex irrep of degree `d` with uniform complex unit vectors is the real irrep of dimension `2d` with
    uniform real ones, so that the real part is the rho-set form of the latter. With squares for activation
    the mean logit of a neuron is `sum_r 2 P_r tr_r(a b c^-1) / D_r^3`, where `tr_r` is the trace, `D_r` the
    dimension and `P_r` the probability of the real irrep: largest at `c = ab`, and there alone if the irreps
    drawn from are faithful together. Source: shared/specs/circuits.md, 2.12, "rho-set form".

    Args:
        irreps: to draw from, each as likely as its degree squared.
        neurons: `m`.
        generator: of irreps and vectors.

    Raises:
        InputError: no irreps, irreps of groups of different orders, or no neurons.
    """
    _check_neurons(neurons)
    orders = {len(irrep.matrices) for irrep in irreps}
    if len(orders) != 1:
        raise InputError(f"irreps: of groups of orders {sorted(orders)}; irreps of one group would be right")
    weights = np.array([irrep.degree**2 for irrep in irreps], dtype=np.float64)
    drawn = generator.choice(len(irreps), neurons, p=weights / weights.sum())
    left, right, output = np.empty((3, neurons, orders.pop()))
    for number in np.unique(drawn):
        chosen, matrices = np.flatnonzero(drawn == number), irreps[number].matrices
        u, v, w = (_unit_vectors(len(chosen), matrices, generator) for _ in range(3))
        for target, first, second in ((left, u, v), (right, v, w), (output, u, w)):
            moved = np.einsum("gij,kj->gik", matrices, second, optimize=True)
            target[chosen] = np.einsum("ki,gik->kg", first.conj(), moved, optimize=True).real
    return RandomFeatures(left, right, output)


def matrix_coefficient_accuracy(
    table: Int[np.ndarray, "n n"],
    irreps: Sequence[Irrep],
    neurons: int,
    generator: np.random.Generator,
    activation: Activation = "relu",
) -> float:
    """Part of the pairs that random matrix coefficients multiply rightly (check 3 for any group).

    Args:
        table: Cayley table in the numbering of the matrices.
        irreps: to draw from, see `random_matrix_coefficients`.
        neurons: `m`.
        generator: of irreps and vectors.
        activation: of the hidden layer.

    Raises:
        InputError: by `random_matrix_coefficients`, or the table has another order than the irreps.
    """
    return random_matrix_coefficients(irreps, neurons, generator).accuracy(table, activation)


def _unit_vectors(
    count: int, matrices: Inexact[np.ndarray, "n d d"], generator: np.random.Generator
) -> Inexact[np.ndarray, "k d"]:
    """Uniform on the unit sphere, of the complex space where the matrices are complex."""
    parts = generator.standard_normal((2, count, matrices.shape[1]))
    vectors = parts[0] + 1j * parts[1] if np.iscomplexobj(matrices) else parts[0]
    unit: Inexact[np.ndarray, "k d"] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _check_neurons(neurons: int) -> None:
    if neurons < 1:
        raise InputError(f"neurons {neurons}: at least 1 would be right")
