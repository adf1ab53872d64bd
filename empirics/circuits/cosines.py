"""Cosine fits of a two-layer ReLU network on `Z_n`, and what is left of it when neurons become cosines.

Convention: `amplitude cos(2 pi f x / n + phase) + offset`. The three checks are Bussmann's for modular
addition by a two-layer MLP (shared/specs/circuits.md, 2.12): one frequency a neuron with phases that add up,
accuracy with neurons replaced by their fits, and accuracy of random cosines (`random_features`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Float, Int

from empirics.circuits.losses import check_mask
from empirics.circuits.perceptrons import OneHotPerceptron
from theory.errors import InputError

__all__ = [
    "CosineFit",
    "NeuronCosines",
    "ReplacementPoint",
    "cosine_fit",
    "neuron_cosines",
    "replacement_curve",
]

ROUNDING = 1e-12  # rows that vary by less than this part of their largest entry are constant


@dataclass(frozen=True, eq=False)
class CosineFit:
    """The nearest single cosine of every row, and how near it is.

    Args:
        frequency: `f`, the largest bin of the real Fourier transform above zero; 0 for constant rows.
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
        # f x modulo n: angles beyond a full turn would lose digits
        angles = 2 * np.pi * (self.frequency[:, None] * np.arange(self.length) % self.length) / self.length
        waves = np.cos(angles + self.phase[:, None])
        return self.amplitude[:, None] * waves + self.offset[:, None]


def cosine_fit(weights: Float[np.ndarray, "m n"]) -> CosineFit:
    """Fit one cosine to every row, the least-squares one of the best single frequency.

    With `F` the real Fourier transform: the amplitude is `2|F_f|/n`, at the frequency `n/2` of an even `n`,
    where there is no sine, `|F_f|/n`; the phase is `arg F_f`.

    Args:
        weights: rows over the integers modulo `n`.

    Raises:
        InputError: fewer than two integers, so that there is no frequency; or NaN or infinite weights.
    """
    m, n = weights.shape
    if n < 2:
        raise InputError(f"weights over {n} integers: a cosine needs at least 2")
    if not np.isfinite(weights).all():
        raise InputError("weights: they hold NaN or infinite values; finite ones would be right")
    spectrum = np.fft.rfft(weights, axis=1)
    weight = np.full(spectrum.shape[1], 2.0)
    if n % 2 == 0:
        weight[-1] = 1.0
    power = weight * np.abs(spectrum) ** 2  # n times a frequency's part of the squared norm
    power[:, 0] = 0.0
    constant = np.ptp(weights, axis=1) <= ROUNDING * np.abs(weights).max(1)
    frequency = np.where(constant, 0, power.argmax(1))
    chosen = np.where(constant, 0, spectrum[np.arange(m), frequency])
    with np.errstate(invalid="ignore", divide="ignore"):
        r_squared = np.where(constant, np.nan, power[np.arange(m), frequency] / power.sum(1))
    amplitude = weight[frequency] * np.abs(chosen) / n
    return CosineFit(frequency, amplitude, np.angle(chosen), weights.mean(1), r_squared, n)


@dataclass(frozen=True, eq=False)
class NeuronCosines:
    """The fits of every neuron's two inputs and its output.

    Args:
        left, right, output: fits of `x_i(a)`, `y_i(b)`, `w_i(c)`.
        same_frequency: all three vary, with one frequency.
        phase_error: `|phase_out - phase_left - phase_right|`, wrapped to 0..pi, in radians; nan where the
            three have no frequency in common, since phases of different frequencies do not compare.
        amplitude_ratio: left over right; nan where both are constant.
    """

    left: CosineFit
    right: CosineFit
    output: CosineFit
    same_frequency: Bool[np.ndarray, " m"]
    phase_error: Float[np.ndarray, " m"]
    amplitude_ratio: Float[np.ndarray, " m"]


def neuron_cosines(network: OneHotPerceptron) -> NeuronCosines:
    """Fit the weights of every neuron, and compare frequencies, phases and amplitudes (check 1).

    Args:
        network: whose elements are the integers modulo `n` in their order.

    Raises:
        InputError: by `cosine_fit`, for `n = 1`.
    """
    left, right = (cosine_fit(part.numpy().T) for part in (network.left, network.right))
    output = cosine_fit(network.output_map)
    same = (left.frequency == right.frequency) & (left.frequency == output.frequency) & (left.frequency > 0)
    difference = output.phase - left.phase - right.phase
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = left.amplitude / right.amplitude
    return NeuronCosines(
        left=left,
        right=right,
        output=output,
        same_frequency=same,
        phase_error=np.where(same, np.abs((difference + np.pi) % (2 * np.pi) - np.pi), np.nan),
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
    train: Bool[np.ndarray, "_ _"] | None = None,
) -> tuple[ReplacementPoint, ...]:
    """Replace input and output weights of random neurons by their fits; biases stay (check 2).

    Args:
        network: on the integers modulo `n`.
        generator: of the orders in which neurons are replaced.
        parts: of the neurons, each in 0..1.
        orders: number of random orders.
        train: mask of the train pairs.

    Raises:
        InputError: a part outside of 0..1, no order, or a mask of another shape or without test pairs.
    """
    n, m = network.order, network.output_map.shape[0]
    wrong = [part for part in parts if not 0 <= part <= 1]
    if wrong:
        raise InputError(f"part {wrong[0]:g} of the neurons: a number in 0..1 would be right")
    if orders < 1:
        raise InputError(f"orders {orders}: at least 1 would be right")
    test = None if train is None else ~check_mask(train, n)
    fits = neuron_cosines(network)
    chosen_orders = [generator.permutation(m) for _ in range(orders)]
    found = []
    for part in parts:
        count = round(part * m)
        # none or all of the neurons: the order makes no difference
        distinct = chosen_orders[:1] if count in (0, m) else chosen_orders
        right = [_right_answers(_with_fits(network, fits, order[:count])) for order in distinct]
        accuracy = [float(one.mean()) for one in right] * (orders // len(right))
        held_out = None
        if test is not None:
            held_out = tuple([float(one[test].mean()) for one in right] * (orders // len(right)))
        found.append(ReplacementPoint(part, tuple(accuracy), held_out))
    return tuple(found)


def _right_answers(network: OneHotPerceptron) -> Bool[np.ndarray, "n n"]:
    """Where the network answers `a + b`."""
    labels = np.add.outer(np.arange(network.order), np.arange(network.order)) % network.order
    return np.concatenate([network.logits(rows).argmax(-1) == labels[rows] for rows in network.row_chunks()])


def _with_fits(
    network: OneHotPerceptron, fits: NeuronCosines, neurons: Int[np.ndarray, " r"]
) -> OneHotPerceptron:
    left, right, output = network.left.clone(), network.right.clone(), network.unembedding.clone()
    left[:, neurons] = torch.from_numpy(fits.left.values()[neurons].T)
    right[:, neurons] = torch.from_numpy(fits.right.values()[neurons].T)
    output[neurons] = torch.from_numpy(fits.output.values()[neurons])
    return replace(network, left=left, right=right, unembedding=output)
