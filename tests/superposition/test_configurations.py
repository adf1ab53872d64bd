"""Named configurations: their angles, their construction as sums, and what noise leaves alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy

from theory.errors import InputError, LimitError, UnknownNameError
from theory.superposition.configurations import (
    NAMES,
    add_noise,
    add_summand_noise,
    configuration,
    cross_polytope,
    direct_sum,
    polygon,
    random_rotation,
    rotate,
    simplex,
    square_antiprism,
)


@pytest.mark.parametrize("n", [3, 4, 5, 6, 7, 8, 12, 13])
def test_polygons_against_sympy(n: int) -> None:
    angles = [2 * sympy.pi * k / n for k in range(n)]
    expected = np.array([[float(part(a).evalf(30)) for a in angles] for part in (sympy.cos, sympy.sin)])
    assert np.abs(polygon(n) - expected).max() < 1e-15
    axes = np.isclose(polygon(n), 0, atol=1e-9) | np.isclose(np.abs(polygon(n)), 0.5, atol=1e-9)
    assert np.isin(np.abs(polygon(n))[axes], [0.0, 0.5]).all()  # exactly, not nearly


def test_small_polygons() -> None:
    assert polygon(1).tolist() == [[1.0]]
    assert polygon(2).tolist() == [[1.0, -1.0]]
    assert polygon(4).tolist() == [[1.0, 0.0, -1.0, 0.0], [0.0, 1.0, 0.0, -1.0]]


@pytest.mark.parametrize("d", range(1, 9))
def test_simplices(d: int) -> None:
    """Unit vectors with cosine -1/d."""
    gram = simplex(d).T @ simplex(d)
    assert np.abs(gram - (np.eye(d + 1) * (1 + 1 / d) - 1 / d)).max() < 1e-15


def test_cross_polytopes() -> None:
    assert np.array_equal(cross_polytope(3) @ cross_polytope(3).T, 2 * np.eye(3))
    assert np.array_equal(np.sort(cross_polytope(2).T.tolist(), axis=0), np.sort(polygon(4).T, axis=0))


@pytest.mark.parametrize("name", NAMES)
def test_all_names_are_unit_vectors_and_partitioned(name: str) -> None:
    made = configuration(name)
    assert np.abs(np.linalg.norm(made.points, axis=0) - 1).max() < 1e-15
    assert sorted(column for block in made.blocks for column in block) == list(range(made.points.shape[1]))
    assert sum(made.dimensions) == made.points.shape[0]


def test_published_angles() -> None:
    """Smallest angles: twisted cube (spec, item 3), cube, icosahedron, Tammes' antiprism."""

    def smallest(points: np.ndarray) -> float:
        cosines = points.T @ points - 2 * np.eye(points.shape[1])
        return math.degrees(math.acos(cosines.max()))

    assert smallest(configuration("twisted-cube").points) == pytest.approx(70.528779, abs=1e-5)
    assert smallest(configuration("cube").points) == pytest.approx(70.528779, abs=1e-5)
    assert smallest(configuration("icosahedron").points) == pytest.approx(63.434949, abs=1e-5)
    # the best antiprism, which solves Tammes' problem for 8 points
    best = max(smallest(square_antiprism(height)) for height in np.linspace(0.4, 0.7, 3001))
    assert best == pytest.approx(74.8585, abs=2e-3)


def test_only_the_twisted_cube_is_a_tight_frame() -> None:
    """`D_i = |w_i|^4 / (w_i^T W W^T w_i)` is 3/8; .3636 and .3734 at heights .5 and .55 (spec, item 3)."""

    def dimensionality(points: np.ndarray) -> float:
        return float(1 / (points[:, 0] @ points @ points.T @ points[:, 0]))

    twisted = square_antiprism()
    assert np.abs(twisted @ twisted.T - np.eye(3) * 8 / 3).max() < 1e-14
    assert dimensionality(twisted) == pytest.approx(3 / 8, abs=1e-15)
    assert dimensionality(square_antiprism(0.5)) == pytest.approx(0.3636, abs=5e-5)
    assert dimensionality(square_antiprism(0.55)) == pytest.approx(0.3734, abs=5e-5)


@pytest.mark.parametrize(
    ("expression", "shape", "blocks"),
    [
        ("5+5", (4, 10), [(0, 1, 2, 3, 4), (5, 6, 7, 8, 9)]),
        ("tetra+3+2", (6, 9), [(0, 1, 2, 3), (4, 5, 6), (7, 8)]),
        ("oct", (3, 6), [(0, 1), (2, 3), (4, 5)]),
        ("3*digon", (3, 6), [(0, 1), (2, 3), (4, 5)]),
        ("cross(2) + 4", (4, 8), [(0, 1), (2, 3), (4, 6), (5, 7)]),
        ("Pentagon ⊕ point", (3, 6), [(0, 1, 2, 3, 4), (5,)]),
        ("antiprism(0.5)+simplex(4)", (7, 13), [tuple(range(8)), (8, 9, 10, 11, 12)]),
    ],
)
def test_expressions(expression: str, shape: tuple[int, int], blocks: list[tuple[int, ...]]) -> None:
    made = configuration(expression)
    assert made.points.shape == shape
    assert list(made.blocks) == blocks
    labels = np.zeros(shape[1], dtype=int)
    for number, block in enumerate(blocks):
        labels[list(block)] = number
        assert np.linalg.matrix_rank(made.points[:, list(block)]) == made.dimensions[number]
    gram = made.points.T @ made.points
    assert np.all(gram[labels[:, None] != labels] == 0)


def test_direct_sums_are_block_diagonal() -> None:
    made = direct_sum([polygon(5), 1.3 * polygon(2)])
    assert made.shape == (3, 7)
    assert np.array_equal(made[:2, :5], polygon(5))
    assert made[2].tolist() == [0, 0, 0, 0, 0, 1.3, -1.3]


def test_rotations_are_orthogonal_and_uniform() -> None:
    generator = np.random.default_rng(0)
    drawn = np.array([random_rotation(3, generator) for _ in range(4000)])
    assert np.abs(drawn @ drawn.transpose(0, 2, 1) - np.eye(3)).max() < 1e-14
    # entries have mean 0 and variance 1/3, squares a variance of 4/45; both signs of the determinant; z = 4
    assert np.abs(drawn.mean(0)).max() < 4 * math.sqrt(1 / 3 / 4000)
    assert abs((np.linalg.det(drawn) > 0).mean() - 0.5) < 4 * 0.5 / math.sqrt(4000)
    assert np.abs((drawn**2).mean(0) - 1 / 3).max() < 4 * math.sqrt(4 / 45 / 4000)
    points = configuration("5+3").points
    turned = rotate(points, generator)
    assert np.abs(turned.T @ turned - points.T @ points).max() < 1e-14


def test_noise() -> None:
    generator = np.random.default_rng(1)
    points = np.zeros((20, 500))
    noise = add_noise(points, 0.3, generator)
    assert noise.std() == pytest.approx(0.3, abs=4 * 0.3 / math.sqrt(2 * noise.size))
    made = configuration("oct+5")
    within = add_summand_noise(made, 0.1, generator) - made.points
    labels = np.array([0, 0, 1, 1, 2, 2, 3, 3, 3, 3, 3])
    axes = np.array([0, 1, 2, 3, 3])
    assert np.all((within != 0) == (axes[:, None] == labels))
    assert np.array_equal(add_noise(made.points, 0.0, generator), made.points)


def test_the_same_seed_draws_the_same() -> None:
    first, second = (rotate(polygon(5), np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(first, second)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("", "0 characters; parts such as 5"),
        ("5+", "no part ''"),
        ("pentagram", "no part 'pentagram'; numbers"),
        ("0", "polygon: 0; at least 1"),
        ("0*2", "at least once"),
        ("simplex(0)", "simplex: 0; at least 1"),
        ("simplex(1.5)", "no part"),
        ("antiprism(1.0)", "height 1; a number between 0 and 1"),
        ("antiprism(0)", "height 0; a number between 0 and 1"),
        ("9*9*9*2", "no part"),
        ("-3", "no part"),
        ("__import__('os')", "no part"),
    ],
)
def test_bad_expressions(expression: str, message: str) -> None:
    with pytest.raises(InputError, match=message.replace("(", r"\(").replace(")", r"\)")):
        configuration(expression)


def test_other_bad_input() -> None:
    with pytest.raises(UnknownNameError, match="pentagram"):
        configuration("pentagram")
    with pytest.raises(LimitError, match="more than 4096 points"):
        configuration("9999*9")
    with pytest.raises(LimitError, match="cross polytope: 5000; the limit"):
        configuration("cross(5000)")
    with pytest.raises(InputError, match="no parts"):
        direct_sum([])
    with pytest.raises(InputError, match="deviation -1"):
        add_noise(polygon(3), -1.0, np.random.default_rng(0))
    with pytest.raises(InputError, match="deviation nan"):
        add_summand_noise(configuration("3"), math.nan, np.random.default_rng(0))
