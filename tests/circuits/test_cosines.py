"""Cosine fits, replacement by them, the ReLU to second order: exact cosines, literal fits, a real network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from one_hot_training import train_adder

from empirics.circuits.cosines import cosine_fit, neuron_cosines, replacement_curve
from empirics.circuits.loading import load_network
from empirics.circuits.perceptrons import OneHotPerceptron
from empirics.circuits.relu_fit import relu_second_order_fit
from theory.errors import InputError


def _waves(n: int, frequency: np.ndarray, phase: np.ndarray) -> np.ndarray:
    return np.cos(2 * np.pi * frequency[:, None] * np.arange(n) / n + phase[:, None])


def _network(left: np.ndarray, right: np.ndarray, output: np.ndarray, bias: float = 0.0) -> OneHotPerceptron:
    """Of weights with a row a neuron."""
    m, n = left.shape
    state = {
        "W_in": torch.from_numpy(np.concatenate([left, right], axis=1)),
        "b_in": torch.full((m,), bias, dtype=torch.float64),
        "W_out": torch.from_numpy(output.T.copy()),
        "b_out": torch.from_numpy(np.linspace(0, bias, n)),
    }
    found = load_network(state)
    assert isinstance(found, OneHotPerceptron)
    return found


def _cosine_network(
    n: int, m: int, seed: int, noise: float = 0.0, phase_errors: np.ndarray | float = 0.0
) -> OneHotPerceptron:
    """Every frequency in turn, phases that add up but for errors, and noise on all weights."""
    generator = np.random.default_rng(seed)
    frequency = 1 + np.arange(m) % (n // 2)
    first, second = generator.uniform(-np.pi, np.pi, (2, m))
    first[2 * frequency == n] = second[2 * frequency == n] = 0.0  # no sine
    phases = (first, second, first + second + phase_errors)
    weights = [_waves(n, frequency, phase) + noise * generator.standard_normal((m, n)) for phase in phases]
    return _network(weights[0], weights[1], weights[2], bias=0.1)


@pytest.mark.parametrize("n", [2, 3, 7, 8, 113])
def test_exact_cosines_are_recovered(n: int) -> None:
    """All frequencies: (n-1)/2 too, which others leave out (trap 1), and n/2, which has no sine (trap 2)."""
    generator = np.random.default_rng(n)
    frequency = np.arange(1, n // 2 + 1)
    phase = generator.uniform(-np.pi, np.pi, len(frequency))
    phase[2 * frequency == n] = 0.0
    amplitude, offset = generator.uniform(0.5, 2, (2, len(frequency)))
    weights = amplitude[:, None] * _waves(n, frequency, phase) + offset[:, None]
    found = cosine_fit(weights)
    assert found.frequency.tolist() == frequency.tolist()
    assert found.amplitude == pytest.approx(amplitude)
    assert found.phase == pytest.approx(phase, abs=1e-9)
    assert found.offset == pytest.approx(offset)
    assert found.r_squared == pytest.approx(np.ones(len(frequency)))
    assert found.values() == pytest.approx(weights)


def test_alternating_signs() -> None:
    """At n/2 the phase is 0 or pi and the amplitude is not doubled."""
    found = cosine_fit(np.array([[3.0, -3.0] * 3, [-1.0, 1.0] * 3]))
    assert found.frequency.tolist() == [3, 3]
    assert found.amplitude == pytest.approx([3, 1])
    assert np.abs(found.phase) == pytest.approx([0, np.pi])


@given(st.integers(2, 12), st.integers(0, 2**32 - 1))
def test_best_of_all_least_squares(n: int, seed: int) -> None:
    """Against a regression on offset, cosine and sine for each frequency."""
    row = np.random.default_rng(seed).standard_normal(n)
    found = cosine_fit(row[None])
    fitted = {}
    for k in range(1, n // 2 + 1):
        angles = 2 * np.pi * k * np.arange(n) / n
        terms = [np.ones(n), np.cos(angles)] + ([np.sin(angles)] if 2 * k < n else [])
        design = np.stack(terms, axis=1)
        fitted[k] = design @ np.linalg.lstsq(design, row, rcond=None)[0]
    errors = {k: float(((row - values) ** 2).sum()) for k, values in fitted.items()}
    best = min(errors, key=lambda k: errors[k])
    assert found.frequency[0] == best
    assert found.values()[0] == pytest.approx(fitted[best])
    assert found.r_squared[0] == pytest.approx(1 - errors[best] / ((row - row.mean()) ** 2).sum())


def test_constant_rows_have_no_frequency() -> None:
    found = cosine_fit(np.array([[0.1] * 7, [0.0] * 7]))
    assert (found.frequency.tolist(), found.amplitude.tolist()) == ([0, 0], [0, 0])
    assert np.isnan(found.r_squared).all()
    assert found.values() == pytest.approx(np.array([[0.1] * 7, [0.0] * 7]))


def test_phases_that_add_up() -> None:
    """Check 1: errors that were put in are read off, wrapped; amplitudes and frequencies compared."""
    errors = np.array([0.0, 0.3, -0.3, 3.1, -3.1, 2 * np.pi + 0.2])
    network = _cosine_network(13, 6, 0, phase_errors=errors)
    found = neuron_cosines(replace(network, left=network.left * 1.5))
    assert found.same_frequency.all()
    assert found.phase_error == pytest.approx([0, 0.3, 0.3, 3.1, 3.1, 0.2], abs=1e-9)
    assert found.amplitude_ratio == pytest.approx([1.5] * 6)


@pytest.mark.parametrize("n", [113, 60])
def test_noisy_cosines(n: int) -> None:
    """Errors of phases under noise of deviation s: sqrt(2/n) s each, in the sum of three sqrt(6/n) s."""
    noise = 0.2
    found = neuron_cosines(_cosine_network(n, 400, 1, noise))
    assert found.same_frequency.all()
    expected = (6 / n) ** 0.5 * noise
    # 400 half-normal errors: their mean has a relative standard error of sqrt(pi/2 - 1)/20
    assert found.phase_error.mean() == pytest.approx(expected * (2 / np.pi) ** 0.5, rel=3 * 0.756 / 20)
    share = 0.5 / (0.5 + noise**2)
    assert np.median(found.left.r_squared) == pytest.approx(share, abs=0.02)


def test_neurons_that_do_not_match() -> None:
    """Another frequency at the output; and a dead neuron, whose three frequencies are all none."""
    network = _cosine_network(13, 3, 2)
    output = network.unembedding.clone()
    output[0] = output[1]
    left, right = network.left.clone(), network.right.clone()
    left[:, 2] = right[:, 2] = output[2] = 0.5
    found = neuron_cosines(replace(network, left=left, right=right, unembedding=output))
    assert found.same_frequency.tolist() == [False, True, False]
    assert np.isnan(found.phase_error).tolist() == [True, False, True]
    assert np.isnan(found.amplitude_ratio[2])


@pytest.mark.parametrize("n", [12, 13])
def test_replacing_cosines_changes_nothing(n: int) -> None:
    network = _cosine_network(n, 60, 3)
    assert neuron_cosines(network).phase_error == pytest.approx(np.zeros(60), abs=1e-9)
    curve = replacement_curve(network, np.random.default_rng(0), orders=2)
    assert [point.part for point in curve] == [0, 0.25, 0.5, 0.8, 0.9, 1]
    assert curve[0].accuracy[0] > 0.5
    assert {value for point in curve for value in point.accuracy} == {curve[0].accuracy[0]}
    assert all(point.held_out is None for point in curve)


def _accuracies(network: OneHotPerceptron, neurons: np.ndarray, test: np.ndarray) -> tuple[float, float]:
    """With some neurons replaced by regressions on the wave of their largest Fourier bin, pair by pair."""
    n = network.order
    weights = [
        network.left.numpy().T.copy(),
        network.right.numpy().T.copy(),
        network.unembedding.numpy().copy(),
    ]
    for rows in weights:
        for i in neurons:
            k = 1 + int(np.argmax(np.abs(np.fft.fft(rows[i])[1 : n // 2 + 1])))
            angles = 2 * np.pi * k * np.arange(n) / n
            design = np.stack([np.ones(n), np.cos(angles), np.sin(angles)], axis=1)
            rows[i] = design @ np.linalg.lstsq(design, rows[i], rcond=None)[0]
    right = np.zeros((n, n), dtype=bool)
    for a in range(n):
        for b in range(n):
            hidden = np.maximum(weights[0][:, a] + weights[1][:, b] + network.input_bias.numpy(), 0)
            right[a, b] = np.argmax(hidden @ weights[2] + network.bias.numpy()) == (a + b) % n
    return float(right.mean()), float(right[test].mean())


def test_replacement_against_literal_networks() -> None:
    n, m = 11, 40
    network = _cosine_network(n, m, 4, noise=0.6)
    train = np.random.default_rng(5).uniform(size=(n, n)) < 0.7
    curve = replacement_curve(network, np.random.default_rng(6), (0.0, 0.4, 1.0), orders=3, train=train)
    generator = np.random.default_rng(6)
    orders = [generator.permutation(m) for _ in range(3)]
    for point in curve:
        count = round(point.part * m)
        expected = [_accuracies(network, order[:count], ~train) for order in orders]
        assert point.held_out is not None
        found = np.array([point.accuracy, point.held_out]).T
        assert found == pytest.approx(np.array(expected))
    assert len(set(curve[1].accuracy)) > 1
    assert curve[0].accuracy != curve[2].accuracy


def test_bad_input() -> None:
    network, generator = _cosine_network(7, 5, 7), np.random.default_rng(0)
    with pytest.raises(InputError, match="weights over 1 integers: a cosine needs at least 2"):
        cosine_fit(np.ones((2, 1)))
    with pytest.raises(InputError, match="weights: they hold NaN or infinite values"):
        cosine_fit(np.full((1, 4), np.nan))
    with pytest.raises(InputError, match=r"part 1\.5 of the neurons: a number in 0\.\.1 would be right"):
        replacement_curve(network, generator, (0.5, 1.5))
    with pytest.raises(InputError, match="orders 0: at least 1 would be right"):
        replacement_curve(network, generator, orders=0)
    with pytest.raises(InputError, match="train mask: all pairs are for training"):
        replacement_curve(network, generator, train=np.ones((7, 7), dtype=bool))
    with pytest.raises(InputError, match=r"train mask: shape \[6, 7\]; \[7, 7\] would be right"):
        replacement_curve(network, generator, train=np.ones((6, 7), dtype=bool))


def test_published_relu_fit() -> None:
    """Spec, end of 2.12 (ARENA, p 113, k 42): `relu` of .5 of the constant and of the unit cosines."""
    n, k = 113, 42
    wave = (2 / n) ** 0.5 * np.cos(2 * np.pi * k * np.arange(n) / n)
    found = relu_second_order_fit(np.maximum(0.5 * n**-0.5 + np.add.outer(wave, wave), 0), k)
    assert found.coefficients == pytest.approx((9.190, 6.807, 6.807, 3.566), abs=6e-4)
    assert found.r_squared == pytest.approx(0.9659, abs=6e-5)
    assert found.r_squared_linear == pytest.approx(0.8494, abs=6e-5)


@pytest.mark.parametrize(("n", "k"), [(9, 2), (10, 3), (10, 5)])
def test_relu_fit_against_a_regression(n: int, k: int) -> None:
    activation = np.maximum(np.random.default_rng(n).standard_normal((n, n)), 0)
    phases = (0.3, -1.1)
    found = relu_second_order_fit(activation, k, phases)
    left, right = (np.cos(2 * np.pi * k * np.arange(n) / n + phase) for phase in phases)
    design = np.array([[1, left[a], right[b], left[a] * right[b]] for a in range(n) for b in range(n)])
    design /= np.linalg.norm(design, axis=0)
    target = activation.ravel()
    for columns, share in ((4, found.r_squared), (3, found.r_squared_linear)):
        coefficients = np.linalg.lstsq(design[:, :columns], target, rcond=None)[0]
        assert found.coefficients[:columns] == pytest.approx(coefficients)
        error = target - design[:, :columns] @ coefficients
        assert share == pytest.approx(1 - (error**2).sum() / ((target - target.mean()) ** 2).sum())


def test_relu_fit_bad_input() -> None:
    constant = relu_second_order_fit(np.full((5, 5), 0.1), 1)
    assert np.isnan([constant.r_squared, constant.r_squared_linear]).all()
    assert constant.coefficients == pytest.approx((0.5, 0, 0, 0), abs=1e-12)
    with pytest.raises(InputError, match=r"frequency 3: a number in 1\.\.2 would be right for 5 elements"):
        relu_second_order_fit(np.ones((5, 5)), 3)
    with pytest.raises(InputError, match="one of the cosines is zero"):
        relu_second_order_fit(np.ones((6, 6)), 3, (np.pi / 2, 0.0))


@pytest.mark.slow
def test_a_trained_network() -> None:
    """Checks 1 and 2 on Bussmann's network (seed 1, 500 epochs), with the spec's acceptance figures."""
    trained = train_adder()
    network = trained.network
    fits = neuron_cosines(network)
    assert fits.same_frequency.sum() >= 95
    assert np.degrees(np.nanmedian(fits.phase_error)) < 6
    assert np.nanmedian(fits.amplitude_ratio) == pytest.approx(1, abs=0.02)
    curve = replacement_curve(network, np.random.default_rng(0), (0.0, 0.9), train=trained.train)
    assert curve[0].held_out is not None
    assert curve[0].held_out[0] > 0.99
    assert np.mean(curve[1].accuracy) > 0.8
