"""Characteristic polynomials against published ones, finite fields and linear programs; regions reached."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.errors import InputError, LimitError
from theory.superposition.arrangement import (
    Characteristic,
    arrangement,
    charpoly,
    charpoly_by_parts,
    enumerate_regions,
    flats,
    independent_parts,
    reached,
)
from theory.superposition.configurations import add_noise, configuration, random_rotation

RNG = np.random.default_rng
# name, bias, chi, regions, generic regions
TABLE = [
    ("2", -0.2, (1, -2), 3, 3),
    ("3", -0.2, (1, -3, 3), 7, 7),
    ("5", -0.2, (1, -5, 10), 16, 16),
    ("3+2", -0.2, (1, -5, 9, -6), 21, 26),
    ("5+2", -0.2, (1, -7, 20, -20), 48, 64),
    ("3*2", -0.2, (1, -6, 12, -8), 27, 42),
    ("3+3", -0.2, (1, -6, 15, -18, 9), 49, 57),
    ("5+5", -0.2, (1, -10, 45, -100, 100), 256, 386),
    ("5", 0.0, (1, -5, 4), 10, 16),
    ("2", 0.0, (1, -1), 2, 2),
]


def layer(name: str, bias: float) -> tuple[np.ndarray, np.ndarray]:
    points = configuration(name).points
    return points, np.full(points.shape[1], bias)


@pytest.mark.parametrize(("name", "bias", "coefficients", "regions", "generic"), TABLE)
def test_the_table(name: str, bias: float, coefficients: tuple[int, ...], regions: int, generic: int) -> None:
    arranged = arrangement(*layer(name, bias))
    found = charpoly(arranged)
    assert found.coefficients == coefficients
    assert found.regions == regions
    assert arranged.generic_regions == generic
    assert charpoly_by_parts(arranged) == found
    assert enumerate_regions(arranged).count == regions


def test_the_product_formula_needs_no_orthogonality() -> None:
    """Any linear change of hidden space leaves the arrangement's combinatorics."""
    points, bias = layer("3+2", -0.2)
    skewed = RNG(0).standard_normal((3, 3)) @ points
    assert np.linalg.cond(skewed) > 2
    arranged = arrangement(skewed, bias)
    assert charpoly(arranged) == Characteristic((1, -3, 3)) * Characteristic((1, -2))
    assert independent_parts(arranged) == ((0, 1, 2), (3, 4))


def test_a_perturbation_makes_it_generic() -> None:
    """256 = 16^2 regions, 386 after noise of a thousandth, 256 again at a tolerance above the noise."""
    points, bias = layer("5+5", -0.2)
    noisy = add_noise(points, 1e-3, RNG(0))
    found = charpoly(arrangement(noisy, bias))
    assert found.coefficients == (1, -10, 45, -120, 210)
    assert found.regions == 386
    assert charpoly(arrangement(noisy, bias, tolerance=1e-2)).regions == 256


def test_published_polynomials() -> None:
    """Braid, Shi and Boolean arrangements (Stanley, lectures 2 and 5), divided by t where not essential."""
    pairs = list(combinations(range(4), 2))
    differences = np.zeros((4, 6))
    for column, (first, second) in enumerate(pairs):
        differences[first, column], differences[second, column] = 1, -1
    braid = arrangement(differences, np.zeros(6))
    assert (braid.space, braid.rank) == (4, 3)
    assert charpoly(braid).coefficients == (1, -6, 11, -6)  # (t - 1)(t - 2)(t - 3)
    shi = arrangement(np.repeat(differences, 2, axis=1), np.tile([0.0, -1.0], 6))
    assert charpoly(shi).coefficients == (1, -12, 48, -64)  # (t - 4)^3
    assert charpoly(shi).regions == 5**3
    assert charpoly(shi).bounded == 3**3
    boolean = arrangement(np.eye(5), np.zeros(5))
    assert charpoly(boolean).regions == 32
    assert charpoly(boolean).bounded == 0


@settings(max_examples=15, deadline=None)
@given(
    st.integers(1, 3).flatmap(
        lambda m: st.lists(st.tuples(*[st.integers(-2, 2)] * (m + 1)), min_size=1, max_size=6)
    )
)
def test_finite_fields_count_the_same(rows: list[tuple[int, ...]]) -> None:
    """For a large prime q, `chi(q)` counts the points of F_q^m off all hyperplanes (Athanasiadis 1996)."""
    table = np.array(rows)
    arranged = arrangement(table[:, :-1].T.astype(float), table[:, -1].astype(float))
    normals = table[(table[:, :-1] != 0).any(1)]
    if not len(normals):
        assert arranged.count == 0
        assert charpoly(arranged) == Characteristic((1,))
        return
    q, m = 101, table.shape[1] - 1
    grid = np.stack(np.meshgrid(*[np.arange(q)] * m, indexing="ij"), -1).reshape(-1, m)
    off = ((grid @ normals[:, :-1].T + normals[:, -1]) % q != 0).all(1).sum()
    assert charpoly(arranged)(q) * q ** (m - arranged.rank) == off


@pytest.mark.parametrize("seed", range(6))
def test_programs_count_the_same_on_random_arrangements(seed: int) -> None:
    """With parallel hyperplanes and common points among them."""
    generator = RNG(seed)
    m, n = int(generator.integers(1, 4)), int(generator.integers(2, 8))
    weights = generator.integers(-2, 3, (m, n)).astype(float)
    bias = generator.integers(-1, 2, n).astype(float)
    arranged = arrangement(weights, bias)
    found = enumerate_regions(arranged)
    assert found.count == charpoly(arranged).regions == charpoly_by_parts(arranged).regions
    heights = found.points @ arranged.normals.T + arranged.offsets
    assert (np.sign(heights) == found.signs).all()
    assert len(np.unique(found.signs, axis=0)) == found.count


def test_bounded_regions_by_sampling() -> None:
    """A pentagon's lines bound six regions: those that a far circle does not meet."""
    weights, bias = layer("5", -0.2)
    found = charpoly(arrangement(weights, bias))
    angles = np.linspace(0, 2 * np.pi, 20_001)
    far = 1e6 * np.stack([np.cos(angles), np.sin(angles)])
    unbounded = len(np.unique(np.sign(weights.T @ far + bias[:, None]), axis=1).T)
    assert (found.regions, found.bounded) == (16, 6)
    assert unbounded == 10


def test_flats_by_codimension() -> None:
    """Two pairs of parallel lines: a grid."""
    weights = np.array([[1.0, 1, 0, 0], [0, 0, 1, 1]])
    layers = flats(arrangement(weights, np.array([0.0, 1, 0, 1])))
    assert [len(found) for found in layers] == [1, 4, 4]
    assert sorted(flat.hyperplanes for flat in layers[2]) == [0b0101, 0b0110, 0b1001, 0b1010]


def test_cleaning() -> None:
    """A zero column has no hyperplane, a multiple has the same one, from the other side if negative."""
    weights = np.array([[1.0, 2, -3, 0, 0], [0, 0, 0, 0, 1]])
    arranged = arrangement(weights, np.array([0.5, 1, -1.5, 7, 0]))
    assert arranged.members.tolist() == [1, 1, -1, 0, 2]
    assert arranged.count == 2
    assert charpoly(arranged).regions == 4
    spread = np.concatenate([weights, np.zeros((2, 5))])
    higher = arrangement(spread, np.array([0.5, 1, -1.5, 7, 0]))
    assert (higher.space, higher.rank) == (4, 2)
    assert charpoly(higher) == charpoly(arranged)


def test_polynomials() -> None:
    chi = Characteristic((1, -5, 9, -6))
    assert [chi(t) for t in (-1, 0, 1, 2)] == [-21, -6, -1, 0]
    assert (chi.regions, chi.bounded, chi.rank) == (21, 1, 3)


def sampled(weights: np.ndarray, bias: np.ndarray, k: int, count: int) -> set[tuple[int, ...]]:
    n, generator = weights.shape[1], RNG(0)
    inputs = np.zeros((n, count))
    for column in range(count):
        inputs[generator.choice(n, k, replace=False), column] = generator.uniform(size=k)
    heights = weights.T @ (weights @ inputs) + bias[:, None]
    return {tuple(column) for column in np.sign(heights).astype(int).T.tolist()}


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("name", ["3", "5", "3+2", "5+2", "3*2"])
def test_reached_by_sampling(name: str, k: int) -> None:
    weights, bias = layer(name, -0.2)
    found = reached(weights, bias, k)
    assert found.supports == math.comb(len(bias), k)
    assert set(found.signs) == sampled(weights, bias, k, 20_000)


def test_what_sparse_inputs_reach() -> None:
    """All of a polygon's regions with two features on, about half of those of two pentagons."""
    counts = {}
    for name in ("3", "5", "3+2", "5+2", "3*2", "3+3", "5+5"):
        weights, bias = layer(name, -0.2)
        counts[name] = tuple(reached(weights, bias, k).chambers for k in (1, 2))
    assert counts == {
        "3": (4, 7),
        "5": (11, 16),
        "3+2": (6, 15),
        "5+2": (13, 38),
        "3*2": (7, 19),
        "3+3": (7, 22),
        "5+5": (21, 131),
    }


def test_reached_does_not_depend_on_the_basis() -> None:
    weights, bias = layer("5+2", -0.2)
    turned = random_rotation(3, RNG(1)) @ weights
    assert reached(turned, bias, 2).signs == reached(weights, bias, 2).signs


def test_hyperplanes_that_hold_all_inputs() -> None:
    """Without bias, features of the other digon are at 0 exactly: no open region, but active sets."""
    weights, bias = layer("2+2", 0.0)
    found = reached(weights, bias, 1)
    assert found.chambers == 0
    assert found.active == 4
    assert reached(weights, bias, 2).chambers == 4
    with_dead = np.concatenate([weights, np.zeros((2, 1))], 1)
    assert {signs[-1] for signs in reached(with_dead, np.array([0.0, 0, 0, 0, -1]), 2).signs} == {-1}


def test_reached_is_part_of_all_regions() -> None:
    weights, bias = layer("5+5", -0.2)
    everything = {tuple(row) for row in enumerate_regions(arrangement(weights, bias)).signs.tolist()}
    two = set(reached(weights, bias, 2).signs)
    assert set(reached(weights, bias, 1).signs) < two < everything


def test_bad_input() -> None:
    generator = RNG(0)
    wide = arrangement(generator.standard_normal((2, 17)), generator.standard_normal(17))
    with pytest.raises(LimitError, match="17 distinct hyperplanes; the limit is 16"):
        charpoly(wide)
    many = arrangement(generator.standard_normal((8, 24)), generator.standard_normal(24))
    with pytest.raises(LimitError, match="up to 1,271,626 regions; the limit is 200,000"):
        enumerate_regions(many)
    with pytest.raises(InputError, match="b: 2 numbers; 3"):
        arrangement(np.ones((2, 3)), np.ones(2))
    with pytest.raises(InputError, match="not finite"):
        arrangement(np.full((1, 1), np.nan), np.ones(1))
    with pytest.raises(InputError, match="tolerance 2"):
        arrangement(np.ones((1, 1)), np.ones(1), 2.0)
    with pytest.raises(InputError, match="k = 3; 1 or 2"):
        reached(np.eye(3), np.zeros(3), 3)
    with pytest.raises(InputError, match="the 1 features"):
        reached(np.eye(1), np.zeros(1), 2)
    with pytest.raises(InputError, match="b: 1 numbers"):
        reached(np.eye(2), np.zeros(1), 1)
    digons = arrangement(np.concatenate([np.eye(20), -np.eye(20)], 1), np.full(40, -0.2))
    assert charpoly_by_parts(digons).regions == 3**20


@pytest.mark.slow
def test_the_largest_polynomial() -> None:
    generator = RNG(0)
    arranged = arrangement(generator.standard_normal((8, 16)), generator.standard_normal(16))
    assert charpoly(arranged).regions == arranged.generic_regions == 39203


@pytest.mark.slow
def test_programs_count_a_perturbed_sum() -> None:
    points, bias = layer("5+5", -0.2)
    noisy = arrangement(add_noise(points, 1e-3, RNG(0)), bias)
    assert enumerate_regions(noisy).count == 386
