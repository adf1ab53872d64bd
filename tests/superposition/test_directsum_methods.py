"""Gram matrix, row space and the talk's subsets: against scipy's clustering, and where each one ends."""

from __future__ import annotations

import sys
from itertools import combinations

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from theory.errors import InputError, LimitError, UnknownNameError
from theory.superposition.configurations import (
    add_noise,
    add_summand_noise,
    configuration,
    polygon,
    random_rotation,
    rotate,
    simplex,
)
from theory.superposition.directsum.certificate import certified
from theory.superposition.directsum.gram import cosines, gram_gap, gram_rank
from theory.superposition.directsum.linkage import connected, gaps, single_linkage
from theory.superposition.directsum.row_space import row_space_gap, row_space_similarity
from theory.superposition.directsum.talk import talk

FIVE = ["5+5", "oct", "3+3", "tetra+3+2", "7+6"]


def set_partitions(items: list[int]) -> list[list[list[int]]]:
    """All of them."""
    if not items:
        return [[]]
    first, *rest = items
    found = []
    for partition in set_partitions(rest):
        found.append([[first], *partition])
        for number, block in enumerate(partition):
            found.append([*partition[:number], [first, *block], *partition[number + 1 :]])
    return found


@pytest.mark.parametrize("seed", range(5))
def test_single_linkage_against_scipy(seed: int) -> None:
    similarity = cosines(np.random.default_rng(seed).standard_normal((4, 12)))
    tree = single_linkage(similarity)
    distances = 1 - similarity
    np.fill_diagonal(distances, 0)
    theirs = linkage(squareform(distances, checks=False), "single")
    assert np.allclose(1 - theirs[:, 2], tree.strengths)
    for joined in range(12):
        labels = fcluster(theirs, 12 - joined, "maxclust")
        groups = [np.flatnonzero(labels == label).tolist() for label in set(labels)]
        assert tree.blocks(joined) == connected(12, groups)


def test_gaps() -> None:
    """Strengths 1, .5, .4, .01: the cut at .4/.01 = 40; none before the first edge, since 1/1 is no gap."""
    similarity = np.zeros((5, 5))
    for (i, j), value in {(0, 1): 1.0, (1, 2): 0.5, (3, 4): 0.4, (0, 4): 0.01}.items():
        similarity[i, j] = similarity[j, i] = value
    tree = single_linkage(similarity)
    assert gaps(tree, 3.0) == [(3, pytest.approx(40))]
    assert tree.blocks(3) == ((0, 1, 2), (3, 4))
    assert [place for place, _ in gaps(tree, 1.2)] == [3, 1, 2]
    alone = single_linkage(np.eye(3))
    assert gaps(alone, 3.0)[0][0] == 0
    assert alone.blocks(0) == ((0,), (1,), (2,))


@pytest.mark.parametrize("name", ["3+2", "oct", "3+3", "5+2", "2+2+1"])
def test_ranks_along_the_gram_matrix_are_the_finest(name: str) -> None:
    """Against all partitions of the features: no finer one is certified at the same tolerance."""
    made = configuration(name)
    weights = rotate(add_noise(made.points, 0.02, np.random.default_rng(0)), np.random.default_rng(1))
    found = gram_rank(weights, noise=0.02)
    assert found.blocks == tuple(sorted(made.blocks))
    for partition in set_partitions(list(range(weights.shape[1]))):
        if len(partition) > len(found.blocks):
            assert not certified(weights, partition, "test", tau=found.tau).certified


def test_the_row_space_is_the_projector() -> None:
    weights = np.random.default_rng(2).standard_normal((4, 9))
    units = weights / np.linalg.norm(weights, axis=0)
    projector = np.linalg.pinv(units) @ units
    diagonal = np.sqrt(np.diag(projector))
    assert np.allclose(row_space_similarity(weights), np.abs(projector) / np.outer(diagonal, diagonal))


def test_distortion_blinds_the_gram_matrix_and_not_the_row_space() -> None:
    """Pentagon and triangle under maps with condition number 24 (spec, item 4)."""
    generator = np.random.default_rng(3)
    points, truth = configuration("5+3").points, ((0, 1, 2, 3, 4), (5, 6, 7))
    gram = row = 0
    for _ in range(30):
        stretch = (
            random_rotation(4, generator) @ np.diag(np.geomspace(1, 24, 4)) @ random_rotation(4, generator)
        )
        gram += gram_gap(stretch @ points).blocks == truth
        row += row_space_gap(stretch @ points).blocks == truth
    assert gram <= 1
    assert row == 30


def test_weak_noise_in_further_dimensions_does_not_part_digons() -> None:
    """Four digons in eight dimensions with noise: the row space alone would call all columns independent."""
    points = np.vstack([configuration("4*digon").points, np.zeros((4, 8))])
    weights = add_noise(points, 0.03, np.random.default_rng(4))
    assert gram_gap(weights).blocks == ((0, 1), (2, 3), (4, 5), (6, 7))
    assert row_space_gap(weights).coordinates == "row space"


def test_a_large_simplex_is_one_block() -> None:
    """Cosines of -1/12 are a gap to 1, but thirteen columns of rank 12 are no sum of lines."""
    for method in (gram_gap, row_space_gap, gram_rank):  # cuts between equal strengths are none
        assert method(simplex(12)).blocks == (tuple(range(13)),)
    assert "no cut" in gram_gap(simplex(12)).notes[0]


@pytest.mark.parametrize("representative", ["column-reduced", "projector"])
@pytest.mark.parametrize("deviation", [0.0, 0.05, 0.1])
@pytest.mark.parametrize("name", FIVE)
def test_the_talk_is_right_under_noise_within_summands(
    name: str, deviation: float, representative: str
) -> None:
    """The talk's claim: 100% for deviations up to .1 (acceptance, item 4)."""
    made, generator = configuration(name), np.random.default_rng(5)
    for _ in range(8):
        weights = rotate(add_summand_noise(made, deviation, generator), generator)
        found = talk(weights, representative)
        assert found.blocks == tuple(sorted(made.blocks))
        assert found.certified


def test_the_talk_fails_under_noise_on_the_sum() -> None:
    """At .01: at most 30% with column-reduced matrices (acceptance, item 4), all with projectors."""
    for name in FIVE:
        made, generator = configuration(name), np.random.default_rng(6)
        reduced = projector = 0
        for _ in range(20):
            weights = rotate(add_noise(made.points, 0.01, generator), generator)
            truth = tuple(sorted(made.blocks))
            reduced += talk(weights, "column-reduced").blocks == truth
            projector += talk(weights, "projector").blocks == truth
        assert reduced <= 0.3 * 20, name
        assert projector == 20, name


def test_axes_of_a_hexagon() -> None:
    """Its three axes are subspaces with two features each: taken first, they part the hexagon, at no noise at
    all. With nested flats merged, it is one block. An octahedron is three digons either way."""
    weights = rotate(configuration("7+6").points, np.random.default_rng(7))
    heptagon, hexagon = tuple(range(7)), tuple(range(7, 13))
    assert talk(weights, nested="merge").blocks == (heptagon, hexagon)
    first = talk(weights, nested="first")
    assert first.blocks == (heptagon, (7, 10), (8, 11), (9, 12))
    assert not first.certified
    for nested in ("merge", "first"):
        assert talk(configuration("oct").points, nested=nested).blocks == ((0, 1), (2, 3), (4, 5))


def test_clusters_are_flats() -> None:
    """The projector's clusters against ranks: at no noise, subsets are together if their union has rank k."""
    weights = rotate(configuration("5+3").points, np.random.default_rng(8))
    subsets = list(combinations(range(8), 2))
    flats = {
        frozenset(pair)
        for pair in combinations(subsets, 2)
        if np.linalg.matrix_rank(weights[:, sorted({*pair[0], *pair[1]})]) == 2
    }
    members = {frozenset().union(*pair) for pair in flats}
    assert set.union(*[set(member) for member in members if member <= set(range(5))]) == set(range(5))
    found = talk(weights, largest=2)
    assert found.blocks == ((0, 1, 2, 3, 4), (5, 6, 7))


def test_features_in_no_cluster_are_one_block() -> None:
    found = talk(rotate(configuration("5+1").points, np.random.default_rng(9)))
    assert found.blocks == ((0, 1, 2, 3, 4), (5,))
    assert found.notes == ("1 features in no cluster are one block",)


def test_bad_input(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = np.random.default_rng(0).standard_normal((12, 60))
    with pytest.raises(LimitError, match="487,635 subsets of 4 of 60 features; the limit is 200,000"):
        talk(wide)
    assert len(talk(wide, largest=2).blocks) == 1
    with pytest.raises(UnknownNameError, match="representative 'qr': known are column-reduced, projector"):
        talk(polygon(5), "qr")
    with pytest.raises(UnknownNameError, match="nested 'last': known are merge, first"):
        talk(polygon(5), nested="last")
    with pytest.raises(InputError, match="subsets up to 0"):
        talk(polygon(5), largest=0)
    monkeypatch.setitem(sys.modules, "sklearn.cluster", None)
    with pytest.raises(
        InputError, match=r"scikit-learn is missing; pip install 'gammastar\[superposition\]'"
    ):
        talk(polygon(5))
