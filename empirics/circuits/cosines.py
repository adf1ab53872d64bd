"""Cosine fits of a two-layer ReLU network on `Z_n`, and what is left of it when neurons become cosines.

Convention: `amplitude cos(2 pi f x / n + phase) + offset`. The three checks are Bussmann's for modular
addition by a two-layer MLP: one frequency a neuron with phases that add up, accuracy with neurons replaced by
their fits, and accuracy of random cosines (`random_features`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Float, Int

from empirics.circuits.networks import OneHotPerceptron
from theory.errors import InputError

__all__ = [
    "CosineFit",
    "NeuronCosines",
    "ReluFit",
    "ReplacementPoint",
    "cosine_fit",
    "neuron_cosines",
    "relu_second_order_fit",
    "replacement_curve",
]


@dataclass(frozen=True, eq=False)
class CosineFit:
    """The nearest single cosine of every row, and how near it is.

    Args:
        frequency: `f`, the largest bin of the real Fourier transform above zero.
        amplitude: at least zero.
        phase: in (-pi, pi].
        offset: the mean.
        r_squared: part of the variance; nan for constant rows.
        length: `n`.
    """

    frequency: Int[np.ndarray, " m"]
    amplitude: Float[np.ndarray, " m"]
    phase: Float[np.ndarray, " m"]
    offset: Float[np.ndarray, " m"]
    r_squared: Float[np.ndarray, " m"]
    length: int

    def values(self) -> Float[np.ndarray, "m n"]:
        """The fitted cosines."""
        angles = 2 * np.pi * self.frequency[:, None] * np.arange(self.length) / self.length
        waves = np.cos(angles + self.phase[:, None])
        return self.amplitude[:, None] * waves + self.offset[:, None]


def cosine_fit(weights: Float[np.ndarray, "m n"]) -> CosineFit:
    """Fit one cosine to every row.

    The amplitude is `2|F|/n`, at the frequency `n/2` of an even `n`, where there is no sine, `|F|/n`.

    Args:
        weights: rows over the integers modulo `n`.

    Raises:
        InputError: fewer than two integers: there is no frequency.
    """
    m, n = weights.shape
    if n < 2:
        raise InputError(f"{n} integers: a cosine needs at least 2")
    spectrum = np.fft.rfft(weights, axis=1)
    size = np.abs(spectrum)
    weight = np.full(size.shape[1], 2.0)
    if n % 2 == 0:
        weight[-1] = 1.0
    power = weight * size**2  # a frequency's share of n times the squared norm
    power[:, 0] = 0.0
    frequency = power.argmax(1)
    rows = np.arange(m)
    amplitude = weight[frequency] * size[rows, frequency] / n
    variance = power.sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        r_squared = power[rows, frequency] / variance
    return CosineFit(frequency, amplitude, np.angle(spectrum[rows, frequency]), weights.mean(1), r_squared, n)


@dataclass(frozen=True, eq=False)
class NeuronCosines:
    """The fits of every neuron's two inputs and its output.

    Args:
        left, right, output: fits of `x_i(a)`, `y_i(b)`, `w_i(c)`.
        same_frequency: all three have one frequency.
        phase_error: `|phase_out - phase_left - phase_right|`, wrapped, in radians.
        amplitude_ratio: left over right.
    """

    left: CosineFit
    right: CosineFit
    output: CosineFit
    same_frequency: Bool[np.ndarray, " m"]
    phase_error: Float[np.ndarray, " m"]
    amplitude_ratio: Float[np.ndarray, " m"]


def neuron_cosines(network: OneHotPerceptron) -> NeuronCosines:
    """Fit the weights of a network whose elements are the integers modulo `n` in their order."""
    left, right = (cosine_fit(part.numpy().T) for part in (network.left, network.right))
    output = cosine_fit(network.output_map)
    difference = output.phase - left.phase - right.phase
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = left.amplitude / right.amplitude
    return NeuronCosines(
        left=left,
        right=right,
        output=output,
        same_frequency=(left.frequency == right.frequency) & (left.frequency == output.frequency),
        phase_error=np.abs((difference + np.pi) % (2 * np.pi) - np.pi),
        amplitude_ratio=ratio,
    )


@dataclass(frozen=True)
class ReplacementPoint:
    """Accuracy when a part of the neurons is replaced by their fits, over several random orders.

    Args:
        part: of the neurons.
        accuracy: on all pairs, one number an order.
        held_out: on the pairs outside of training, likewise; None without a split.
    """

    part: float
    accuracy: tuple[float, ...]
    held_out: tuple[float, ...] | None


def replacement_curve(
    network: OneHotPerceptron,
    generator: np.random.Generator,
    parts: Sequence[float] = (0.0, 0.25, 0.5, 0.8, 0.9, 1.0),
    orders: int = 5,
    train: Bool[np.ndarray, "n n"] | None = None,
) -> tuple[ReplacementPoint, ...]:
    """Replace input and output weights of random neurons by their fits; biases stay.

    Args:
        network: on the integers modulo `n`.
        generator: of the orders in which neurons are replaced.
        parts: of the neurons, each in 0..1.
        orders: number of random orders.
        train: mask of the train pairs.
    """
    fits = neuron_cosines(network)
    n, m = network.order, network.output_map.shape[0]
    right_labels = np.add.outer(np.arange(n), np.arange(n)) % n
    chosen_orders = [generator.permutation(m) for _ in range(orders)]
    found = []
    for part in parts:
        accuracy, held_out = [], []
        for order in chosen_orders:
            changed = _with_fits(network, fits, order[: round(part * m)])
            right = changed.logits().argmax(-1) == right_labels
            accuracy.append(float(right.mean()))
            if train is not None:
                held_out.append(float(right[~train].mean()))
        found.append(ReplacementPoint(part, tuple(accuracy), tuple(held_out) if train is not None else None))
    return tuple(found)


def _with_fits(
    network: OneHotPerceptron, fits: NeuronCosines, neurons: Int[np.ndarray, " r"]
) -> OneHotPerceptron:
    left, right, output = network.left.clone(), network.right.clone(), network.unembedding.clone()
    left[:, neurons] = torch.from_numpy(fits.left.values()[neurons].T)
    right[:, neurons] = torch.from_numpy(fits.right.values()[neurons].T)
    output[neurons] = torch.from_numpy(fits.output.values()[neurons])
    return replace(network, left=left, right=right, unembedding=output)


@dataclass(frozen=True)
class ReluFit:
    """`relu(cos a + cos b)` on a grid of angles, by least squares.

    Args:
        coefficients: of `1`, `cos a`, `cos b`, `cos a cos b`.
        r_squared: of this fit.
        r_squared_linear: without the product.
    """

    coefficients: tuple[float, float, float, float]
    r_squared: float
    r_squared_linear: float


def relu_second_order_fit(activation: Float[np.ndarray, "n n"], frequency: int) -> ReluFit:
    """Fit `1, cos(w a), cos(w b), cos(w a) cos(w b)` to a neuron, `w = 2 pi f / n`.

    Args:
        activation: of the neuron, at every pair.
        frequency: `f`.
    """
    n = len(activation)
    wave = np.cos(2 * np.pi * frequency * np.arange(n) / n)
    left, right = np.broadcast_to(wave[:, None], (n, n)), np.broadcast_to(wave, (n, n))
    terms = np.stack([np.ones((n, n)), left, right, left * right], axis=-1).reshape(n * n, 4)
    target = activation.ravel()
    total = float(((target - target.mean()) ** 2).sum())

    def fit(columns: int) -> tuple[Float[np.ndarray, " k"], float]:
        found = np.linalg.lstsq(terms[:, :columns], target, rcond=None)[0]
        left_over = float(((target - terms[:, :columns] @ found) ** 2).sum())
        return found, 1 - left_over / total if total > 0 else float("nan")

    coefficients, r_squared = fit(4)
    a, b, c, d = coefficients.tolist()
    return ReluFit((a, b, c, d), r_squared, fit(3)[1])
