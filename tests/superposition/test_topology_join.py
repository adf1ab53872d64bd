"""The barcode of a direct sum is a function of those of its summands, and what noise does to that."""

from __future__ import annotations

import math

import numpy as np
import pytest

from theory.errors import InputError
from theory.superposition.configurations import add_noise, configuration, rotate
from theory.superposition.topology import Bar, bottleneck, join_signature, predicted_bars, rips
from theory.superposition.topology.join_signature import surrounds_origin

NAMES = ("oct", "5+2", "16-cell", "5+5", "8+8", "3+2", "3+3", "7+6", "5+3+2", "3*3", "tetra+3+2", "9+2")


@pytest.mark.parametrize("name", NAMES)
def test_barcodes_of_direct_sums_are_predicted(name: str) -> None:
    made = configuration(name)
    found = join_signature(made.points, made.blocks)
    assert found.predicted is not None
    assert found.rips is not None
    assert [bar.degree for bar in found.predicted] == [bar.degree for bar in found.rips]
    assert found.difference == pytest.approx(0, abs=1e-12)
    assert found.defect == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ["oct", "5+2", "5+5", "3+3", "5+3+2"])
def test_noise_moves_bars_by_no_more_than_distances(name: str, seed: int) -> None:
    generator = np.random.default_rng(seed)
    made = configuration(name)
    found = join_signature(add_noise(made.points, 0.08, generator), made.blocks)
    assert found.difference is not None
    assert found.defect is not None
    assert 0 < found.difference <= found.defect + 1e-12
    wrong = [list(range(made.points.shape[1]))[::2], list(range(made.points.shape[1]))[1::2]]
    assert join_signature(made.points, wrong).defect > 0.3  # type: ignore[operator]


def test_joins_of_spheres_by_hand() -> None:
    """S^0 * S^1 = S^2; a class in common to all scales, one on [1.5, 1.8) and one that dies too early."""
    pair = (Bar(0, 0.0, 2.0), Bar(0, 0.0, math.inf))
    circle = (Bar(0, 0.0, 1.0), Bar(0, 0.0, math.inf), Bar(1, 1.0, 1.7), Bar(1, 1.5, 1.8), Bar(1, 0.2, 0.3))
    root = math.sqrt(2)
    assert predicted_bars([pair, circle], 2) == (
        Bar(0, 0.0, 1.0),
        Bar(0, 0.0, root),
        Bar(0, 0.0, root),
        Bar(0, 0.0, math.inf),
        Bar(1, 0.2, 0.3),
        Bar(1, 1.0, root),
        Bar(2, root, 1.7),
        Bar(2, 1.5, 1.8),
    )
    assert predicted_bars([circle], 0) == circle[:2]


@pytest.mark.parametrize("name", ["oct", "5+2", "3+2", "3+3", "5+5", "8+8", "tetra+3+2", "icosahedron", "3"])
def test_the_sphere_is_born_at_the_largest_facet(name: str) -> None:
    points = rotate(configuration(name).points, np.random.default_rng(1))
    found = join_signature(points)
    assert found.dimension == len(points)
    assert found.sphere is not None
    assert found.facet_radius is not None
    assert found.sphere.birth == pytest.approx(found.facet_radius, abs=1e-6)
    assert found.sphere.death == pytest.approx(1, abs=1e-6)


def test_noise_does_not_end_the_sphere_of_directions() -> None:
    """Of directions there is one whatever the noise, as long as the origin is within their hull."""
    for name in ("oct", "3+2", "5+2", "3+3", "5+5", "tetra+3+2"):
        for seed in range(2):
            found = join_signature(add_noise(configuration(name).points, 0.05, np.random.default_rng(seed)))
            assert found.sphere is not None
            assert found.sphere.birth == pytest.approx(found.facet_radius, abs=1e-6)
            assert found.sphere.death == pytest.approx(1, abs=1e-6)


def test_directions_on_one_side_have_no_sphere() -> None:
    half = np.array([[1.0, 1.0, 1.0, 1.0], [0.3, -0.3, 0.0, 0.0], [0.0, 0.0, 0.3, -0.3]])
    found = join_signature(half)
    assert found.sphere is None
    assert found.facet_radius is None
    assert not found.surrounds
    assert join_signature(np.array([[1.0, 2.0]])).facet_radius is None


@pytest.mark.parametrize(("name", "components"), [("5+5", 2), ("8+8", 2), ("5+2", 3), ("oct", 6), ("3+3", 6)])
def test_components_below_the_crossing(name: str, components: int) -> None:
    """A polygon of 5 or more is one component; a digon or a triangle falls apart."""
    assert join_signature(configuration(name).points).components() == components


def test_simplices_hide_a_join_from_rips() -> None:
    found = join_signature(configuration("3+2").points)
    assert found.join is None
    assert found.sphere is not None
    assert join_signature(configuration("5+2").points).join is not None


def test_lengths_do_not_matter() -> None:
    made = configuration("5+5").points
    found = join_signature(3 * made).rips
    assert found is not None
    assert bottleneck(found, rips(made.T, 3)) < 1e-12


def test_refusals_are_said() -> None:
    many = np.random.default_rng(0).standard_normal((9, 60))
    found = join_signature(many)
    assert found.rips is None
    assert found.alpha is None
    assert [line.split(":")[0] for line in found.refusals] == ["Rips complex", "alpha complex"]
    assert found.components() is None
    assert found.surrounds


def test_bad_partitions() -> None:
    points = configuration("3+2").points
    for partition in ([[0, 1, 2]], [[0, 1, 2], [3, 3]], [[0, 1, 2, 3, 4], []]):
        with pytest.raises(InputError, match=r"each of the columns 0\.\.4 once"):
            join_signature(points, partition)
    with pytest.raises(InputError, match="2 columns are 0"):
        join_signature(np.concatenate([points, np.zeros((3, 2))], 1), [[0, 1, 2], [3, 4, 5, 6]])
    with pytest.raises(InputError, match="no column is longer than 0"):
        join_signature(np.zeros((2, 2)))


@pytest.mark.parametrize("seed", range(12))
def test_whether_directions_surround_the_origin(seed: int) -> None:
    """A linear program, the hull, and homology: about half of these do (Wendel, 1962)."""
    found = join_signature(np.random.default_rng(seed).standard_normal((3, 6)))
    assert found.surrounds == (found.facet_radius is not None) == (found.sphere is not None)


def test_wendels_probability() -> None:
    """`2^(1 - n) sum_(k < m) C(n - 1, k)` that `n` random directions of R^m do not surround the origin."""
    clouds = np.random.default_rng(0).standard_normal((400, 6, 3))
    missed = sum(not surrounds_origin(cloud) for cloud in clouds)
    expected = 2**-5 * (1 + 5 + 10)
    assert abs(missed - 400 * expected) < 4 * math.sqrt(400 * expected * (1 - expected))
