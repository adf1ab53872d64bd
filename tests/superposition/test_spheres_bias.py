"""Interference with the best biases: by simulation, by a search of its own, and that points keep apart."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import check_grad, minimize_scalar

from theory.errors import InputError
from theory.superposition.configurations import configuration, polygon
from theory.superposition.spheres import (
    best_biases,
    biased_energy,
    described,
    energies_of,
    relu_energy,
    thomson,
)
from theory.superposition.spheres.interference import biased_gradient

RNG = np.random.default_rng


def row_loss(products: np.ndarray, own: int, bias: float) -> float:
    """What output `own` loses over inputs with one feature on, by quadrature on both sides of the kink."""
    nodes, weights = np.polynomial.legendre.leggauss(3)  # exact for squares of linear functions
    total = 0.0
    for feature, product in enumerate(products):
        kink = float(np.clip(-bias / product, 0, 1))
        for start, end in ((0.0, kink), (kink, 1.0)):
            values = start + (end - start) * (nodes + 1) / 2
            target = values if feature == own else 0.0
            errors = (target - np.maximum(product * values + bias, 0)) ** 2
            total += (errors * weights).sum() * (end - start) / 2
    return total


@pytest.mark.parametrize("seed", range(3))
def test_best_biases_by_a_search(seed: int) -> None:
    points = RNG(seed).standard_normal((7, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    gram, total = points @ points.T, 0.0
    for own, bias in enumerate(best_biases(points)):
        found = minimize_scalar(
            lambda b, own=own: row_loss(gram[own], own, b), bounds=(-1, 0), method="bounded",
            options={"xatol": 1e-9},
        )  # fmt: skip
        assert bias == pytest.approx(found.x, abs=1e-6)
        total += found.fun
    assert biased_energy(points) == pytest.approx(total, abs=1e-12)


def test_biases_of_coincident_points() -> None:
    """`k + 1` features in one place: `beta = k / (k + 2)`, from `2 beta = k (1 - beta)`."""
    for k in (1, 2, 5):
        points = np.tile([1.0, 0.0], (k + 1, 1))
        assert np.allclose(best_biases(points), -k / (k + 2))
    assert np.allclose(best_biases(np.eye(3)), 0, atol=1e-12)
    assert biased_energy(np.eye(3)) < 1e-12


def test_gradient_by_differences() -> None:
    points = RNG(1).standard_normal((6, 4))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    error = check_grad(
        lambda flat: biased_energy(flat.reshape(6, 4)),
        lambda flat: biased_gradient(flat.reshape(6, 4)).ravel(),
        points.ravel(),
    )
    assert error < 1e-5


@pytest.mark.parametrize(("count", "dimension"), [(7, 2), (12, 3)])
def test_bias_keeps_points_apart(count: int, dimension: int) -> None:
    """With the best biases the heptagon and the icosahedron are optimal, where points collide without."""
    found = thomson(count, dimension, "relu-bias", RNG(0), starts=4)
    regular = polygon(7).T if dimension == 2 else configuration("icosahedron").points.T
    assert found.energy == pytest.approx(biased_energy(regular), abs=1e-8)
    assert found.collisions == ()
    merged = thomson(count, dimension, "relu", RNG(2 if dimension == 3 else 0)).points
    assert relu_energy(merged) < relu_energy(regular)
    assert biased_energy(merged) > 1.2 * found.energy
    expected = {7: (0.7490017, 0.9038537), 12: (0.9639791, 1.5630523)}[count]
    assert (found.energy, biased_energy(merged)) == pytest.approx(expected, abs=1e-5)


def test_bias_does_not_keep_eight_points_of_the_plane_apart() -> None:
    found = thomson(8, 2, "relu-bias", RNG(0), starts=4)
    assert found.energy == pytest.approx(1.069707, abs=1e-5)
    assert len(found.collisions) == 2
    assert biased_energy(polygon(8).T) == pytest.approx(1.081790, abs=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("count", [8, 9, 10, 11, 13, 14])
def test_bias_keeps_points_of_space_apart(count: int) -> None:
    found = thomson(count, 3, "relu-bias", RNG(0), starts=24)
    assert found.collisions == ()
    assert found.smallest_angle > 40


def test_energies_of_directions() -> None:
    points = configuration("icosahedron").points.T
    found = energies_of(3 * points)
    assert found["relu"] == pytest.approx(4)
    assert found["coulomb"] == pytest.approx(49.165253058)
    assert energies_of(np.repeat(points, 2, axis=0))["coulomb"] is None
    with pytest.raises(InputError, match="points: 1 is the origin"):
        energies_of(np.array([[1.0, 0], [0, 0]]))


def test_what_is_known_of_points() -> None:
    circle = np.concatenate([polygon(6).T, np.ones((6, 1))], 1)
    shared, sphere = described(circle)
    assert sphere is None
    assert shared is not None
    assert shared.dimension == 1
    shared, sphere = described(configuration("5+2").points.T)
    assert shared is not None
    assert sphere is not None
    assert sphere.radius == pytest.approx(1)
    shared, sphere = described(RNG(0).standard_normal((9, 3)))
    assert shared is None
    assert sphere is not None
    assert sphere.residual > 0.01
