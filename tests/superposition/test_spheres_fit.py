"""Spheres through points, fitted to points, and the Lorentz product between them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from theory.errors import InputError
from theory.superposition.configurations import random_rotation
from theory.superposition.spheres import Sphere, cluster, distance, family, family_distance, fit, through

RNG = np.random.default_rng


def on_sphere(generator: np.random.Generator, centre: np.ndarray, radius: float, count: int) -> np.ndarray:
    directions = generator.standard_normal((count, len(centre)))
    return centre + radius * directions / np.linalg.norm(directions, axis=1, keepdims=True)


@pytest.mark.parametrize("m", [2, 3, 4, 6])
def test_through_random_points(m: int) -> None:
    for seed in range(5):
        generator = RNG(seed)
        centre, radius = generator.standard_normal(m), float(generator.uniform(0.5, 3))
        found = through(on_sphere(generator, centre, radius, m + 1))
        assert not found.flat
        assert found.centre is not None
        assert np.allclose(found.centre, centre, rtol=0, atol=1e-9)
        assert found.radius == pytest.approx(radius, abs=1e-9)


def test_errors_on_quadruples_are_rounding() -> None:
    """Points on the sphere that was found, not the sphere that they were made from: conditioning apart."""
    worst = 0.0
    for seed in range(50):
        points = RNG(seed).standard_normal((4, 3))
        found = through(points)
        assert found.centre is not None
        lengths = np.linalg.norm(points - found.centre, axis=1)
        worst = max(worst, float(np.abs(lengths - found.radius).max()) / found.radius)
    assert worst < 2e-15


def test_centre_and_radius_as_the_talk_has_them() -> None:
    """`c = -(c_x, c_y, c_z) / 2 c_0`, `R^2 = |c|^2 - c_last / c_0`, from any multiple of the vector."""
    vector = np.array([2.0, -4.0, 8.0, 0.0, -6.0])
    found = Sphere.of(vector)
    assert found.centre is not None
    assert np.allclose(found.centre, [1, -2, 0])
    assert found.radius**2 == pytest.approx(1 + 4 + 3)
    again = Sphere.of(-5 * vector)
    assert np.allclose(again.vector, found.vector)
    made = Sphere.at(np.array([1.0, -2.0, 0.0]), math.sqrt(8))
    assert np.allclose(made.vector, found.vector)


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
def test_points_of_a_plane_give_a_plane(size: float) -> None:
    """Whatever the scale of the points, and wherever they are."""
    generator = RNG(1)
    basis = random_rotation(3, generator)
    points = size * (np.array([[0.0, 0, 5], [1, 0, 5], [0.2, 1, 5], [-0.7, 0.4, 5]]) @ basis)
    found = through(points)
    assert found.flat
    assert found.centre is None
    assert found.radius == math.inf
    assert found.normal is not None
    assert found.offset is not None
    assert abs(found.normal @ basis[2]) == pytest.approx(1)
    assert np.abs(points @ found.normal + found.offset).max() < 1e-12 * size
    lifted = points.copy()
    lifted[0] += 1e-3 * size * basis[2]
    assert not through(lifted).flat


def test_a_nearly_flat_sphere_is_a_plane() -> None:
    across = np.array([[1.0, 0.3], [0.2, 1.0], [-1.0, -0.5], [0.4, -1.0]])
    depth = np.array([1.0, -0.5, 0.3, 0.8])
    assert through(np.column_stack([across, 1e-10 * depth])).flat
    assert not through(np.column_stack([across, 1e-7 * depth])).flat


def test_fit_recovers_a_sphere_from_many_points() -> None:
    generator = RNG(2)
    centre = np.array([10.0, -3, 4])
    points = on_sphere(generator, centre, 2.0, 60)
    exact = fit(points)
    assert np.allclose(exact.centre, centre, atol=1e-10)  # type: ignore[arg-type]
    assert exact.radius == pytest.approx(2, abs=1e-10)
    assert exact.residual < 1e-12
    noisy = fit(points + 0.01 * generator.standard_normal(points.shape))
    assert np.allclose(noisy.centre, centre, atol=0.02)  # type: ignore[arg-type]
    assert noisy.radius == pytest.approx(2, abs=0.02)
    assert noisy.residual == pytest.approx(0.01, rel=0.3)  # the radial part of the noise


def test_fit_of_as_many_points_as_needed_is_through() -> None:
    points = RNG(3).standard_normal((5, 4))
    assert np.allclose(fit(points).vector, through(points).vector)
    assert fit(np.array([[0.0, 0], [1, 1], [2, 2], [5, 5.0], [-3, -3]])).flat


def test_products_are_cosines() -> None:
    """Two unit circles with centres at distance `d`: the cosine is `1 - d^2 / 2`."""
    one = Sphere.at(np.zeros(2), 1.0)
    for d, relation in (
        (0.5, "intersecting"),
        (math.sqrt(2), "orthogonal"),
        (2.0, "tangent"),
        (3.0, "disjoint"),
    ):
        found = distance(one, Sphere.at(np.array([d, 0.0]), 1.0))
        assert found.product == pytest.approx(abs(1 - d**2 / 2))
        assert found.relation == relation
    assert distance(one, one).relation == "equal"
    assert distance(one, Sphere.at(np.zeros(2), 2.0)).inversive == pytest.approx(math.log(2))
    inner = distance(one, Sphere.at(np.array([0.5, 0.0]), 0.5))
    assert inner.relation == "tangent"
    assert inner.chordal > 0.1  # where the product alone would say "equal"
    assert inner.angle == 0
    plane = Sphere.of(np.array([0.0, 1.0, 0.0, -0.5]), flat=True)
    crossing = distance(one, plane)
    assert crossing.angle == pytest.approx(math.pi / 3)
    assert distance(one, Sphere.of(np.array([0.0, 1.0, 0.0, -3.0]), flat=True)).angle is None


def test_moebius_transformations_keep_the_product() -> None:
    """Inversion in a sphere far from points of two spheres, through points only."""
    generator = RNG(4)
    spheres = [(generator.standard_normal(3), 1.5), (generator.standard_normal(3), 0.8)]
    clouds = [on_sphere(generator, centre, radius, 12) for centre, radius in spheres]
    pole = np.array([5.0, 4, -3])
    moved = [pole + 7 * (x - pole) / ((x - pole) ** 2).sum(1, keepdims=True) for x in clouds]
    before = distance(fit(clouds[0]), fit(clouds[1]))
    after = distance(fit(moved[0]), fit(moved[1]))
    assert after.product == pytest.approx(before.product, abs=1e-9)
    assert after.chordal != pytest.approx(before.chordal, abs=1e-3)
    through_pole = pole + np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [-0.6, 0.8, 0]])
    centre_on_sphere = pole - [0.0, 0, 1]
    image = centre_on_sphere + (through_pole - centre_on_sphere) / (
        ((through_pole - centre_on_sphere) ** 2).sum(1, keepdims=True)
    )
    assert through(through_pole[[0, 1, 2, 3]]).radius == pytest.approx(1)
    assert through(image).flat


def test_circles_in_space_are_families() -> None:
    angles = np.linspace(0, 2 * math.pi, 9)[:-1]
    circle = np.stack([np.cos(angles), np.sin(angles), np.zeros(8)], 1)
    rotation = random_rotation(3, RNG(5))
    found = family(circle)
    assert found.dimension == 1
    assert found.basis.shape == (2, 5)
    assert family_distance(found, family(circle[::-1])) < 1e-12
    turned = family(circle @ rotation)
    cosine = abs(rotation[2, 2])  # of the planes; both circles lie on the unit sphere
    assert family_distance(found, turned) == pytest.approx(math.sqrt(1 - cosine**2))
    assert family(on_sphere(RNG(0), np.zeros(3), 1.0, 9)).dimension == 2
    with pytest.raises(InputError, match="no sphere goes through them"):
        family(RNG(0).standard_normal((9, 3)))
    with pytest.raises(InputError, match="families of shapes"):
        family_distance(found, family(on_sphere(RNG(0), np.zeros(3), 1.0, 9)))


def test_spheres_cluster() -> None:
    generator = RNG(6)
    centres = [np.zeros(3), np.array([3.0, 0, 0]), np.array([0.0, 0, 0])]
    radii = [1.0, 1.0, 2.0]
    spheres = [
        fit(on_sphere(generator, centre, radius, 20) + 1e-4 * generator.standard_normal((20, 3)))
        for centre, radius in zip(centres, radii, strict=True)
        for _ in range(4)
    ]
    assert cluster(spheres, 0.01).tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert cluster(spheres, 0.0).tolist() == list(range(12))


def test_bad_input() -> None:
    with pytest.raises(InputError, match="points: 0 and 2 coincide"):
        through(np.array([[1.0, 1], [0, 2], [1, 1]]))
    with pytest.raises(InputError, match="3 points in 3 dimensions; 4 would be right"):
        through(np.eye(3))
    with pytest.raises(InputError, match="at least 4 would be right"):
        fit(np.eye(3))
    with pytest.raises(InputError, match=r"shape \[2, 1\]; two points in two dimensions"):
        through(np.array([[0.0], [1.0]]))
    with pytest.raises(InputError, match=r"shape \[1, 2\]"):
        family(np.array([[0.0, 1.0]]))
    with pytest.raises(InputError, match=r"coordinate \[1, 1\] is not finite"):
        fit(np.array([[0.0, 1], [1, math.inf], [2, 2]]))
    line = np.arange(4)[:, None] * np.array([1.0, 2, 3])
    with pytest.raises(InputError, match="more than one sphere goes through"):
        through(line)
    with pytest.raises(InputError, match="more than one sphere goes through"):
        fit(line)
    with pytest.raises(InputError, match="<s, s> = -4"):
        Sphere.of(np.array([1.0, 0, 0, 1.0]))
    with pytest.raises(InputError, match="radius 0"):
        Sphere.at(np.zeros(2), 0.0)
    with pytest.raises(InputError, match=r"for m = \[2, 3\]"):
        distance(Sphere.at(np.zeros(2), 1.0), Sphere.at(np.zeros(3), 1.0))
