"""Random cosines and random matrix coefficients: the spec's accuracies, exact means, literal networks."""

from __future__ import annotations

import numpy as np
import pytest
from tables import cayley_table

from empirics.circuits.irreps import NetworkGroup, network_group
from empirics.circuits.random_features import (
    RandomFeatures,
    matrix_coefficient_accuracy,
    random_cosine_accuracy,
    random_cosines,
    random_matrix_coefficients,
)
from theory.errors import InputError
from theory.representations.irreps import Irrep, explicit_irreps

DRAWS = 20


def _accuracies(neurons: int, activation: str) -> np.ndarray:
    return np.array(
        [
            random_cosine_accuracy(113, neurons, np.random.default_rng(seed), activation)  # type: ignore[arg-type]
            for seed in range(DRAWS)
        ]
    )


@pytest.mark.parametrize(
    ("neurons", "activation", "mean"),
    [
        (64, "relu", 0.336),
        (128, "relu", 0.729),
        (256, "relu", 0.976),
        (64, "square", 0.944),
        (128, "square", 0.9997),
    ],
)
def test_accuracy_of_random_cosines(neurons: int, activation: str, mean: float) -> None:
    """Spec 2.12, check 3: means of 20 draws, within 3 standard errors (deviation of our 20 over sqrt 20)."""
    found = _accuracies(neurons, activation)
    error = found.std(ddof=1) / DRAWS**0.5
    rounding = 0.5 * 10.0 ** -len(str(mean).split(".")[1])
    assert abs(found.mean() - mean) < 3 * error + rounding
    assert (found == 1).sum() < DRAWS / 2


@pytest.mark.slow
def test_accuracy_of_many_random_cosines() -> None:
    """Spec 2.12, check 3: .9999 at 512, 9 of 20 draws perfect; all at 1024, and at 256 with squares."""
    found = _accuracies(512, "relu")
    assert abs(found.mean() - 0.9999) < 3 * found.std(ddof=1) / DRAWS**0.5 + 5e-5
    # binomial: 20 draws at 9/20 have a deviation of 2.2
    assert 2 <= (found == 1).sum() <= 16
    assert (_accuracies(1024, "relu") == 1).all()
    assert (_accuracies(256, "square") == 1).all()


@pytest.mark.parametrize("n", [3, 4, 7, 8, 113])
def test_random_cosines_are_cosines(n: int) -> None:
    """One Fourier bin each, with a sine (never n/2), the same in all three; phases add up; all bins occur."""
    found = random_cosines(n, 500, np.random.default_rng(0))
    spectra = [np.fft.rfft(rows, axis=1) for rows in (found.left, found.right, found.output)]
    frequency = np.abs(spectra[0]).argmax(1)
    assert set(frequency.tolist()) == set(range(1, (n - 1) // 2 + 1))
    bins = np.stack([spectrum[np.arange(500), frequency] for spectrum in spectra])
    assert np.abs(bins) == pytest.approx(np.full((3, 500), n / 2))
    assert bins[2] == pytest.approx(bins[0] * bins[1] / (n / 2))
    assert all((rows**2).sum(1) == pytest.approx(np.full(500, n / 2)) for rows in (found.left, found.output))


@pytest.mark.parametrize("activation", ["relu", "square"])
def test_accuracy_against_a_literal_network(activation: str) -> None:
    table = cayley_table("S3")
    generator = np.random.default_rng(1)
    left, right, output = generator.standard_normal((3, 9, 6))
    correct = 0
    for a in range(6):
        for b in range(6):
            scores = []
            for c in range(6):
                sums = [left[i, a] + right[i, b] for i in range(9)]
                active = [max(s, 0.0) if activation == "relu" else s * s for s in sums]
                scores.append(sum(active[i] * output[i, c] for i in range(9)))
            correct += scores.index(max(scores)) == table[a, b]
    features = RandomFeatures(left, right, output)
    assert features.accuracy(table, activation) == correct / 36  # type: ignore[arg-type]


def _with_irreps(expression: str) -> tuple[NetworkGroup, tuple[Irrep, ...]]:
    group = network_group(cayley_table(expression))
    assert group.elements.tolist() == list(range(group.order))  # the matrices' numbering is the table's
    return group, explicit_irreps(group.group, group.characters)


@pytest.mark.parametrize("expression", ["Z5", "S3", "Q8", "A4"])
def test_mean_logits_are_characters(expression: str) -> None:
    """With squares, `sum_r 2 P_r tr_r(a b c^-1) / D_r^3`: every coefficient, for irreps of all types.

    The standard error is that of 25 independent networks.
    """
    group, irreps = _with_irreps(expression)
    real, n = group.irreps, group.order
    estimates = []
    for seed in range(25):
        features = random_matrix_coefficients(irreps, 1_000, np.random.default_rng(seed))
        logits = np.stack([features.logits(a, "square") for a in range(n)]) / 1_000
        cubes = real.characters[:, group.quotients[group.table]]
        estimates.append((cubes * logits).sum((1, 2, 3)) / (cubes**2).sum((1, 2, 3)))
    mean, error = np.mean(estimates, 0), np.std(estimates, 0, ddof=1) / 5
    for r in range(1, len(real)):
        dimension = real.degrees[r] * (1 if real.indicators[r] == 1 else 2)
        probability = len(real.constituents[r]) * real.degrees[r] ** 2 / n
        trace = dimension / real.characters[r][group.identity]  # tr_r / chi_r, 2 for quaternionic type
        expected = 2 * probability * trace / dimension**3
        assert abs(mean[r] - expected) < 5 * error[r]
        assert error[r] < expected / 10


def test_coefficients_of_a_cyclic_group_are_random_cosines() -> None:
    """Of one degree, the three weights are cosines of one frequency whose phases add up."""
    n = 7
    _, irreps = _with_irreps("Z7")
    nontrivial = [irrep for irrep in irreps if not np.allclose(irrep.matrices, 1)]
    found = random_matrix_coefficients(nontrivial, 300, np.random.default_rng(3))
    spectra = [np.fft.rfft(rows, axis=1) for rows in (found.left, found.right, found.output)]
    frequency = np.abs(spectra[0]).argmax(1)
    bins = np.stack([spectrum[np.arange(300), frequency] for spectrum in spectra])
    assert set(frequency.tolist()) == {1, 2, 3}
    assert np.abs(bins) == pytest.approx(np.full((3, 300), n / 2))
    assert bins[2] == pytest.approx(bins[0] * bins[1] / (n / 2))


@pytest.mark.parametrize(("expression", "neurons"), [("S3", 256), ("Q8", 1024), ("A4", 1024), ("S4", 1024)])
def test_enough_neurons_multiply_rightly(expression: str, neurons: int) -> None:
    group, irreps = _with_irreps(expression)
    for activation in ("relu", "square"):
        few, many = (
            matrix_coefficient_accuracy(
                group.table,
                irreps,
                count,
                np.random.default_rng(4),
                activation,  # type: ignore[arg-type]
            )
            for count in (8, neurons)
        )
        assert few < 0.9
        assert many == 1


def test_unfaithful_irreps_cannot_tell_elements_apart() -> None:
    """The sign of S3 alone: three elements with every sign, each product guessed once in three."""
    group, irreps = _with_irreps("S3")
    linear = [irrep for irrep in irreps if irrep.degree == 1]
    accuracy = matrix_coefficient_accuracy(group.table, linear, 500, np.random.default_rng(5), "square")
    assert accuracy == pytest.approx(1 / 3)


def test_a_seed_is_a_network() -> None:
    first, again, other = (random_cosines(7, 5, np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert np.array_equal(first.output, again.output)
    assert not np.array_equal(first.output, other.output)


def test_bad_input() -> None:
    generator = np.random.default_rng(0)
    _, irreps = _with_irreps("S3")
    _, others = _with_irreps("Z5")
    with pytest.raises(InputError, match="order 2: random cosines need at least 3 elements"):
        random_cosine_accuracy(2, 5, generator)
    with pytest.raises(InputError, match="neurons 0: at least 1 would be right"):
        random_cosines(5, 0, generator)
    with pytest.raises(InputError, match="neurons -1: at least 1 would be right"):
        random_matrix_coefficients(irreps, -1, generator)
    with pytest.raises(InputError, match=r"irreps: of groups of orders \[\]; irreps of one group"):
        random_matrix_coefficients([], 5, generator)
    with pytest.raises(InputError, match=r"irreps: of groups of orders \[5, 6\]"):
        random_matrix_coefficients([*irreps, *others], 5, generator)
    with pytest.raises(InputError, match=r"table: shape \[5, 5\]; \[6, 6\] would be right"):
        matrix_coefficient_accuracy(np.zeros((5, 5), dtype=np.int64), irreps, 5, generator)
