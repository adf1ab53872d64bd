"""Dimensionality, frames and plateaus against shapes whose values are known."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy.linalg import block_diag
from scipy.stats import ortho_group

from theory.errors import InputError
from theory.superposition.geometry import (
    PLATEAUS,
    dimensionality,
    frame_report,
    gram_components,
    mean_direction,
    plateau_counts,
    plateaus_of,
)


def polygon(count: int) -> np.ndarray:
    angles = 2 * np.pi * np.arange(count) / count
    return np.stack([np.cos(angles), np.sin(angles)])


def simplex(dimensions: int) -> np.ndarray:
    """Vertices of a regular simplex: the standard basis, centred, in coordinates of its own span."""
    centred = np.eye(dimensions + 1) - 1 / (dimensions + 1)
    span = np.linalg.svd(centred)[0][:, :dimensions]
    vertices = span.T @ centred
    return vertices / np.linalg.norm(vertices, axis=0)


def antiprism(height: float) -> np.ndarray:
    """Square antiprism with vertices on the unit sphere at `z = +-height`."""
    radius = np.sqrt(1 - height**2)
    upper = np.vstack([radius * polygon(4), np.full(4, height)])
    turn = np.array([[1, -1], [1, 1]]) / np.sqrt(2)
    lower = np.vstack([radius * turn @ polygon(4), np.full(4, -height)])
    return np.hstack([upper, lower])


def brute_dimensionality(weights: np.ndarray) -> list[float]:
    """The definition, with loops."""
    found = []
    for i in range(weights.shape[1]):
        norm = float(np.sqrt(sum(entry**2 for entry in weights[:, i])))
        unit = weights[:, i] / norm
        found.append(norm**2 / sum(float(unit @ weights[:, j]) ** 2 for j in range(weights.shape[1])))
    return found


@pytest.mark.parametrize("seed", range(5))
def test_the_definition(seed: int) -> None:
    weights = np.random.default_rng(seed).normal(size=(3, 7))
    found = dimensionality(weights)
    assert found.values == pytest.approx(brute_dimensionality(weights), rel=1e-12)
    inner = [weights[:, i] @ weights @ weights.T @ weights[:, i] for i in range(7)]
    assert found.values == pytest.approx(found.norms**4 / inner, rel=1e-12)
    assert found.star == pytest.approx(3 / np.linalg.norm(weights) ** 2)
    assert found.total <= 3 + 1e-12


@pytest.mark.parametrize(
    ("weights", "value"),
    [
        (np.array([[1.0, -1.0]]), Fraction(1, 2)),
        *((polygon(count), Fraction(2, count)) for count in (3, 4, 5, 6, 7, 8)),
        *((simplex(d), Fraction(d, d + 1)) for d in (1, 2, 3, 4, 6)),
        (antiprism(1 / np.sqrt(3)), Fraction(3, 8)),
        (np.eye(4), Fraction(1)),
    ],
)
def test_tight_frames_have_d_over_n(weights: np.ndarray, value: Fraction) -> None:
    assert dimensionality(weights).values == pytest.approx(float(value), abs=1e-12)
    report = frame_report(weights, partition=lambda weights, features: [features.tolist()])
    (summand,) = report.summands
    assert summand.defect < 1e-12
    assert summand.rank == weights.shape[0]


@pytest.mark.parametrize(("height", "published"), [(0.5, 0.3636), (0.55, 0.3734)])
def test_other_antiprisms_are_no_tight_frames(height: float, published: float) -> None:
    weights = antiprism(height)
    assert dimensionality(weights).values == pytest.approx(published, abs=5e-5)
    (summand,) = frame_report(weights).summands
    assert summand.defect > 0.05


def test_the_antiprism_of_largest_smallest_angle_is_no_tight_frame() -> None:
    """Tammes for eight points: 74.86 degrees, against 70.53 of the twisted cube."""

    def smallest_angle(height: float) -> float:
        cosines = antiprism(height).T @ antiprism(height)
        return float(np.degrees(np.arccos((cosines - 2 * np.eye(8)).max())))

    assert smallest_angle(1 / np.sqrt(3)) == pytest.approx(70.53, abs=0.005)
    heights = np.linspace(0.4, 0.7, 3001)
    best = heights[np.argmax([smallest_angle(height) for height in heights])]
    assert smallest_angle(best) == pytest.approx(74.8585, abs=0.01)
    assert dimensionality(antiprism(best)).values.max() < 3 / 8 - 1e-3
    assert plateaus_of(dimensionality(antiprism(best)).values) == ("square antiprism",) * 8


def test_direct_sums_keep_the_values_of_their_parts() -> None:
    triangle_digon = block_diag(polygon(3), [[1.0, -1.0]])
    assert dimensionality(triangle_digon).values == pytest.approx([2 / 3] * 3 + [0.5] * 2)
    rotation = ortho_group.rvs(3, random_state=3)
    pentagon_digon = rotation @ block_diag(polygon(5), [[1.3, -1.3]])
    found = dimensionality(pentagon_digon)
    assert found.values == pytest.approx([0.4] * 5 + [0.5] * 2)
    assert found.total == pytest.approx(3)
    report = frame_report(pentagon_digon)
    assert [summand.features for summand in report.summands] == [(0, 1, 2, 3, 4), (5, 6)]
    assert [summand.plateau for summand in report.summands] == ["pentagon", "digon"]
    assert [summand.is_simplex for summand in report.summands] == [False, True]
    assert [summand.constant for summand in report.summands] == pytest.approx([2.5, 2 * 1.69])
    assert max(summand.leak for summand in report.summands) < 1e-12
    assert report.plateaus == {name: {"pentagon": 5, "digon": 2}.get(name, 0) for name in PLATEAUS}


def test_a_sum_that_is_not_orthogonal_does_not_keep_them() -> None:
    skewed = np.array([[1, 0, 0.3], [0, 1, 0], [0, 0, 1]]) @ block_diag(polygon(3), [[1.0, -1.0]])
    values = dimensionality(skewed).values
    assert np.abs(values[3:] - 0.5).min() > 0.02


def test_zero_columns_are_flagged() -> None:
    weights = np.array([[1.0, 0.0, -1.0], [0.0, 0.0, 0.0]])
    found = dimensionality(weights)
    assert found.zero.tolist() == [False, True, False]
    assert found.values.tolist() == [0.5, 0, 0.5]
    nothing = dimensionality(np.zeros((2, 3)))
    assert nothing.zero.all()
    assert not nothing.values.any()
    assert nothing.star == float("inf")
    assert frame_report(weights).summands[0].features == (0, 2)
    assert frame_report(np.zeros((2, 3))).summands == ()


@pytest.mark.parametrize("scale", [1e-150, 1e150])
def test_extreme_scales(scale: float) -> None:
    assert dimensionality(scale * polygon(5)).values == pytest.approx([0.4] * 5)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_refused(bad: float) -> None:
    weights = np.ones((2, 3))
    weights[1, 2] = bad
    with pytest.raises(InputError, match=r"W\[1, 2\] is not finite"):
        dimensionality(weights)


def test_plateaus_need_the_tolerance() -> None:
    values = np.array([0.5, 0.511, 0.513, 0.3869, 0.3881, 0.75, 2 / 3, 1.0, 0.0])
    names = ("digon", "digon", None, "square antiprism", "pentagon", "tetrahedron", "triangle")
    assert plateaus_of(values) == (*names, "dedicated", None)


def test_weak_features_count_at_no_plateau() -> None:
    weights = block_diag([[1.0, -1.0]], [[0.1, -0.1]])
    assert plateau_counts(dimensionality(weights))["digon"] == 2


def test_components_of_the_gram_matrix() -> None:
    weights = block_diag(polygon(3), [[1.0, -1.0]])
    assert gram_components(weights, np.arange(5)) == ((0, 1, 2), (3, 4))
    assert gram_components(weights, np.array([], dtype=int)) == ()
    assert gram_components(weights, np.arange(5), linked=0.6) == ((0,), (1,), (2,), (3, 4))


def test_the_mean_direction_by_hand() -> None:
    """Weak features all along one axis that carries their mean; the bias makes up the rest."""
    density, count = 0.4, 20
    weak = np.full(count, 0.05)
    weights = block_diag([[1.0, -1.0]], weak[None])
    carried = density / 2 * count * 0.05**2
    bias = np.concatenate([[0.0, 0.0], np.full(count, density / 2 - carried)])
    found = mean_direction(weights, bias, density)
    assert found is not None
    assert found.features == tuple(range(2, 22))
    assert found.alignment == pytest.approx(1)
    assert found.off_sum == pytest.approx(carried)
    assert found.residual < 1e-15
    assert found.off_sum + found.bias == pytest.approx(density / 2)
    wrong = mean_direction(weights, bias + 0.02, density)
    assert wrong is not None
    assert wrong.residual == pytest.approx(0.02)
    scattered = weights.copy()
    scattered[1, 2:12] *= -1
    spread = mean_direction(scattered, bias, density)
    assert spread is not None
    assert spread.alignment == pytest.approx(0)
    assert mean_direction(weights[:, :2], bias[:2], density) is None
