"""Missing faces: against all subsets by brute force, the theorem on joins, and what is refused."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest

from theory.errors import InputError, LimitError
from theory.superposition.configurations import add_noise, configuration, polygon, random_rotation, rotate
from theory.superposition.directsum.certificate import unit_columns
from theory.superposition.directsum.linkage import connected
from theory.superposition.directsum.missing_faces import (
    boundary_facets,
    facet_bound,
    join_components,
    missing_faces,
)


def by_all_subsets(size: int, facets: frozenset[int]) -> tuple[tuple[int, ...], ...]:
    """Components of the minimal sets that lie in no facet, from the definition."""
    outside = [
        frozenset(chosen)
        for members in range(1, size + 1)
        for chosen in combinations(range(size), members)
        if not any(sum(1 << vertex for vertex in chosen) & ~facet == 0 for facet in facets)
    ]
    minimal = [one for one in outside if not any(other < one for other in outside)]
    return connected(size, minimal)


@pytest.mark.parametrize(
    "name",
    ["5+3", "oct", "3+3", "tetra+3", "tetra+3+2", "simplex(5)", "cube", "cube+2", "antiprism+2", "4+2+2"],
)
def test_components_by_brute_force(name: str) -> None:
    points = configuration(name).points
    facets, _ = boundary_facets(points)
    expected = by_all_subsets(points.shape[1], facets)
    assert join_components(points.shape[1], len(points), facets) == expected
    assert expected == tuple(sorted(configuration(name).blocks))


@pytest.mark.parametrize(("m", "n"), [(2, 7), (3, 8), (4, 8), (5, 9), (6, 10)])
def test_random_polytopes_by_brute_force(m: int, n: int) -> None:
    generator = np.random.default_rng(m)
    tried = 0
    while tried < 5:
        points = unit_columns(generator.standard_normal((m, n)))
        try:
            facets, _ = boundary_facets(points)
        except InputError:
            continue
        tried += 1
        assert join_components(n, m, facets) == by_all_subsets(n, facets)


def test_a_neighbourly_polytope_needs_large_subsets() -> None:
    """The cyclic polytope with 10 vertices in dimension 6, of Carathéodory's curve: all triples are faces,
    so that they say nothing. Its direct sum with a digon is found all the same."""
    turns = 2 * np.pi * np.arange(10) / 10
    curve = np.vstack([part(k * turns) for k in (1, 2, 3) for part in (np.cos, np.sin)])
    facets, _ = boundary_facets(unit_columns(curve))
    assert len(facets) == facet_bound(6, 10)
    for corners in combinations(range(10), 3):
        mask = sum(1 << corner for corner in corners)
        assert any(mask & ~facet == 0 for facet in facets)
    both = np.zeros((7, 12))
    both[:6, :10], both[6, 10:] = curve, [1.0, -1.0]
    assert missing_faces(both).blocks == (tuple(range(10)), (10, 11))


@pytest.mark.parametrize(
    "name", ["5+5", "oct", "3+3", "tetra+3+2", "7+6", "5+4+3", "icosahedron+3", "3*cube"]
)
def test_facets_of_a_sum_are_products(name: str) -> None:
    """The theorem: as many facets as the product of those of the summands, every one with a facet of each."""
    made = configuration(name)
    facets, _ = boundary_facets(rotate(made.points, np.random.default_rng(5)))
    expected = 1
    for block, dimension in zip(made.blocks, made.dimensions, strict=True):
        part = made.points[:, list(block)]
        own = part[np.abs(part).max(1) > 0]
        assert len(own) == dimension
        expected *= len(boundary_facets(own)[0])
    assert len(facets) == expected


def test_the_answer_does_not_change_under_invertible_maps() -> None:
    """Pentagon and triangle, condition number 24: rays change, faces through them do not (spec, item 4)."""
    generator = np.random.default_rng(6)
    points = configuration("5+3").points
    for _ in range(20):
        stretch = (
            random_rotation(4, generator) @ np.diag(np.geomspace(1, 24, 4)) @ random_rotation(4, generator)
        )
        found = missing_faces(stretch @ points)
        assert found.blocks == ((0, 1, 2, 3, 4), (5, 6, 7))
        assert found.certified


def test_faces_that_are_no_simplices_are_named() -> None:
    found = missing_faces(rotate(configuration("cube+2").points, np.random.default_rng(7)))
    assert found.blocks == (tuple(range(8)), (8, 9))
    assert "12 of 12 facets are no simplices" in found.notes[0]
    assert missing_faces(configuration("5+5").points).notes == ()


def test_noise_breaks_faces_that_are_no_simplices() -> None:
    """A finding: square faces break differently beside the two ends of the digon; the join is gone."""
    generator = np.random.default_rng(8)
    made = configuration("antiprism+2")
    found = [missing_faces(add_noise(made.points, 0.01, generator)).blocks == made.blocks for _ in range(20)]
    assert 0 < sum(found) < 20


def test_coincident_columns_are_one_vertex() -> None:
    points = configuration("3+2").points[:, [0, 1, 2, 3, 4, 1, 4]]
    found = missing_faces(points)
    assert found.blocks == ((0, 1, 2, 5), (3, 4, 6))
    assert found.notes == ("2 columns coincide with others",)


def test_one_dimension() -> None:
    assert missing_faces(np.array([[1.0, -2.0, 3.0]])).blocks == ((0, 1, 2),)
    assert join_components(2, 1, frozenset({1, 2})) == ((0, 1),)


def test_refusals_have_reasons() -> None:
    flat = np.vstack([polygon(5), np.zeros(5)])
    with pytest.raises(InputError, match="W has rank 2 of m = 3"):
        missing_faces(flat)
    with pytest.raises(InputError, match="0 is not inside the hull"):
        missing_faces(configuration("5+1").points)
    with pytest.raises(InputError, match="0 is not inside the hull"):
        missing_faces(np.array([[1.0, 2.0]]))
    with pytest.raises(LimitError, match=r"up to [\d,]+ faces for n = 60, m = 20; the limit is 16,777,216"):
        missing_faces(np.random.default_rng(0).standard_normal((20, 60)))
    with pytest.raises(LimitError, match="2,500 points; the limit is 2,000"):
        missing_faces(polygon(2500))


def test_facet_bound() -> None:
    """Attained by cyclic polytopes, and by simplices, polygons and simplicial polyhedra."""
    assert facet_bound(2, 9) == 9
    assert facet_bound(3, 12) == 2 * 12 - 4
    assert facet_bound(6, 7) == 7
    for m, n in [(4, 8), (5, 9), (6, 10)]:
        times = np.linspace(-1, 1, n)
        curve = np.array([times**power for power in range(1, m + 1)])
        from scipy.spatial import ConvexHull

        assert len(ConvexHull(curve.T).simplices) == facet_bound(m, n)
        assert facet_bound(4, n) == n * (n - 3) // 2
    assert math.comb(5, 2) > facet_bound(4, 5) == 5
