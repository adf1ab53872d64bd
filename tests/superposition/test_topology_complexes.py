"""Rips and alpha barcodes against gudhi, and against the table of named configurations."""

from __future__ import annotations

import math

import gudhi
import numpy as np
import pytest

from theory.errors import InputError, LimitError
from theory.superposition.configurations import add_noise, configuration
from theory.superposition.topology import Bar, alpha, bottleneck, rips
from theory.superposition.topology.alpha import alpha_complex, circumsphere
from theory.superposition.topology.rips import rips_complex

RNG = np.random.default_rng


def points(name: str) -> np.ndarray:
    return configuration(name).points.T


def above(bars: tuple[Bar, ...], degree: int = 1) -> list[tuple[int, float, float]]:
    return [(bar.degree, round(bar.birth, 3), round(bar.death, 3)) for bar in bars if bar.degree >= degree]


RIPS = {
    "oct": [(2, 1.414, 2.0)],
    "5+2": [(1, 1.176, 1.414), (2, 1.414, 1.902)],
    "4+2": [(2, 1.414, 2.0)],
    "16-cell": [(3, 1.414, 2.0)],
    "5+5": [(1, 1.176, 1.414)] * 2 + [(3, 1.414, 1.902)],
    "8+8": [(1, 0.765, 1.414)] * 2 + [(3, 1.414, 1.848)],
    "3+2": [(1, 1.414, 1.732)] * 2,
    "3+3": [(1, 1.414, 1.732)] * 4,
}
ALPHA = {"oct": 0.816, "3+2": 0.894, "5+2": 0.777, "3+3": 0.935, "5+5": 0.820, "tetra+3+2": 0.964}


@pytest.mark.parametrize(("name", "expected"), RIPS.items(), ids=list(RIPS))
def test_rips_bars_of_the_table(name: str, expected: list[tuple[int, float, float]]) -> None:
    assert above(rips(points(name), 3)) == expected


def test_components_of_two_octagons() -> None:
    """The two numbers on the talk's slides: 2 sin(pi/8) and sqrt 2."""
    deaths = [bar.death for bar in rips(points("8+8"), 0)]
    assert np.allclose(deaths, [2 * math.sin(math.pi / 8)] * 14 + [math.sqrt(2), math.inf])


def test_two_octagons_under_noise() -> None:
    """Means over draws of the H3 bar; at 0.10 the bar is short, but not gone."""

    def mean(deviation: float) -> np.ndarray:
        ends = []
        for seed in range(8):
            bars = rips(add_noise(configuration("8+8").points, deviation, RNG(seed)).T, 3)
            longest = max((bar for bar in bars if bar.degree == 3), key=lambda bar: bar.length)
            ends.append((longest.birth, longest.death))
        return np.mean(ends, 0)

    assert np.allclose(mean(0.02), [1.442, 1.817], atol=0.02)
    assert np.allclose(mean(0.05), [1.491, 1.777], atol=0.03)
    birth, death = mean(0.10)
    assert 0.05 < death - birth < 0.25


@pytest.mark.parametrize("seed", range(4))
def test_rips_of_random_points_as_gudhi_has_them(seed: int) -> None:
    cloud = RNG(seed).standard_normal((14, 3))
    tree = gudhi.RipsComplex(points=cloud).create_simplex_tree(max_dimension=4)
    tree.compute_persistence(homology_coeff_field=2)
    expected = sorted(
        (degree, *ends)
        for degree in range(4)
        for ends in tree.persistence_intervals_in_dimension(degree).tolist()
    )
    found = [(bar.degree, bar.birth, bar.death) for bar in rips(cloud, 3)]
    assert [bar[0] for bar in found] == [bar[0] for bar in expected]
    assert np.allclose(np.array(found), np.array(expected))


def test_rips_cut_off_at_a_scale() -> None:
    cloud = points("5+5")
    assert above(rips(cloud, 1, longest=1.3)) == [(1, 1.176, math.inf)] * 2
    assert max(rips_complex(cloud, 2, longest=1.3).values()) < 1.3


def test_coincident_points_make_no_bars() -> None:
    cloud = points("5+2")
    twice = np.concatenate([cloud, cloud])
    assert above(rips(twice, 2)) == RIPS["5+2"]
    assert sum(bar.degree == 0 for bar in rips(twice, 0)) == 7
    assert bottleneck(alpha(twice), alpha(cloud)) < 1e-7


@pytest.mark.parametrize(("name", "radius"), ALPHA.items(), ids=list(ALPHA))
def test_alpha_finds_the_sphere(name: str, radius: float) -> None:
    """One class of degree m - 1, from the largest circumradius of a facet of the hull to 1."""
    cloud = points(name)
    assert above(alpha(cloud), cloud.shape[1] - 1) == [(cloud.shape[1] - 1, radius, 1.0)]


@pytest.mark.parametrize("name", ["oct", "3+2", "5+2", "3+3", "5+5", "8+8", "cube", "antiprism"])
def test_alpha_of_configurations_as_gudhi_has_them(name: str) -> None:
    """Points of one sphere: the triangulation is not unique, the barcode is."""
    cloud = points(name)
    ours, theirs = alpha(cloud), gudhi_alpha(cloud)
    assert bottleneck(ours, theirs) < 1e-7
    assert [bar.degree for bar in ours] == [bar.degree for bar in theirs]


@pytest.mark.parametrize(("count", "dimension"), [(9, 1), (12, 2), (15, 3), (14, 4)])
def test_alpha_of_random_points_as_gudhi_has_them(count: int, dimension: int) -> None:
    for seed in range(2):
        cloud = RNG(seed).standard_normal((count, dimension))
        theirs = gudhi_alpha(cloud)
        ours = tuple(bar for bar in alpha(cloud, joggle=0.0) if bar.length > 1e-6)
        assert len(ours) == len(theirs)
        assert bottleneck(ours, theirs) < 1e-9
        diameter = np.linalg.norm(cloud[:, None] - cloud, axis=-1).max()
        # the joggle moves ends by 1e-8 diameters, and bars of up to 1e-6 diameters are left out
        assert bottleneck(alpha(cloud), theirs) < (1e-6 / 2 + 1e-8) * diameter


def gudhi_alpha(cloud: np.ndarray) -> tuple[Bar, ...]:
    tree = gudhi.AlphaComplex(points=cloud, precision="exact").create_simplex_tree()
    tree.compute_persistence(homology_coeff_field=2, persistence_dim_max=True)
    bars = [
        Bar(degree, math.sqrt(birth), math.sqrt(death))
        for degree in range(cloud.shape[1])
        for birth, death in tree.persistence_intervals_in_dimension(degree).tolist()
    ]
    return tuple(sorted(bar for bar in bars if bar.length > 1e-6))


def test_alpha_of_points_that_span_less() -> None:
    flat = np.concatenate([points("5"), np.full((5, 2), 3.0)], 1)
    assert bottleneck(alpha(flat), alpha(points("5"))) < 1e-7
    assert alpha(np.array([[1.0, 2.0]])) == (Bar(0, 0.0, math.inf),)
    assert above(alpha(np.array([[0.0, 0.0], [3.0, 4.0]])), 0) == [(0, 0, 2.5), (0, 0, math.inf)]


def test_every_alpha_radius_is_that_of_an_empty_ball() -> None:
    """By definition: the least radius of a ball with the simplex on its boundary and no point within."""
    cloud = RNG(5).standard_normal((9, 2))
    scales = alpha_complex(cloud, joggle=0.0)
    for (first, second), radius in ((edge, scale) for edge, scale in scales.items() if len(edge) == 2):
        middle = (cloud[first] + cloud[second]) / 2
        across = cloud[second] - cloud[first]
        normal = np.array([-across[1], across[0]])
        reach = np.linspace(-20, 20, 40_001)  # centres on the bisector
        centres = middle + reach[:, None] * normal
        own = np.linalg.norm(centres - cloud[first], axis=1)
        empty = np.ones(len(reach), bool)
        for other in range(9):
            if other not in (first, second):
                empty &= np.linalg.norm(centres - cloud[other], axis=1) >= own
        assert own[empty].min() == pytest.approx(radius, rel=1e-3)
    centre, radius = circumsphere(np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0]]))
    assert np.allclose(centre, 1)
    assert radius == pytest.approx(math.sqrt(2))


def test_bad_input() -> None:
    with pytest.raises(
        LimitError, match=r"more than 200,000 simplices up to dimension 3 .*\(1,285,825 if all"
    ):
        rips(RNG(0).standard_normal((75, 60)), 2)
    with pytest.raises(InputError, match=r"shape \[0, 2\]"):
        rips(np.zeros((0, 2)))
    with pytest.raises(InputError, match="degree -1"):
        rips(np.zeros((2, 2)), -1)
    with pytest.raises(InputError, match=r"coordinate \[1, 0\] is not finite"):
        alpha(np.array([[0.0], [math.nan]]))
    with pytest.raises(LimitError, match="span 9 dimensions; the limit is 8"):
        alpha(np.eye(10))
