"""Transitions by global minimisation: published densities, orders, the end point, the inner transition."""

from __future__ import annotations

import pytest

from theory.errors import InputError
from theory.superposition.phase.instability import instability_density
from theory.superposition.phase.pair import dedicated_loss, local_minima
from theory.superposition.phase.survey import survey
from theory.superposition.phase.transitions import (
    critical_end_importance,
    inner_jump,
    profile,
    saturation_importance,
    transition,
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("importance", "density", "weights"),
    [
        (0.1, 0.1812, (1.025, -0.638)),
        (0.2, 0.2956, (1.039, -0.690)),
        (0.3, 0.3757, (1.045, -0.725)),
        (0.5, 0.4846, (1.035, -0.756)),
    ],
)
def test_published_jumps(importance: float, density: float, weights: tuple[float, float]) -> None:
    found = transition(importance)
    assert found.order == "first"
    assert found.density == pytest.approx(density, abs=5e-5)
    assert tuple(found.below.weights) == pytest.approx(weights, abs=1e-3)
    assert found.density > found.instability


def test_a_continuous_transition_is_at_the_instability() -> None:
    """The specification bisects to .6305 with a threshold of 1e-8, and has .6312 for the instability."""
    found = transition(0.7)
    assert found.order == "continuous"
    assert found.density == found.instability == pytest.approx(0.6312, abs=5e-5)
    assert 0 < found.below.interference < 0.01


def test_equal_importance_is_never_dedicated() -> None:
    found = transition(1.0)
    assert found.density is None
    assert found.below.loss < dedicated_loss(1.0, 1.0) - 7e-5


@pytest.mark.parametrize(("density", "weights"), [(0.70, (0.759, -0.759)), (0.75, (0.927, -0.472))])
def test_published_optima_of_equal_importance(density: float, weights: tuple[float, float]) -> None:
    best = local_minima(1.0, density)[0]
    assert sorted(abs(best.weights)) == pytest.approx(sorted(map(abs, weights)), abs=1e-3)


def test_the_end_point() -> None:
    """There strong superposition and dedication are level at the density where dedication turns unstable."""
    end = critical_end_importance()
    assert end == pytest.approx(0.564140, abs=2e-6)
    density = instability_density(end)
    strong = local_minima(end, density, ((1.0, -0.8, 0.0, 0.0),))[0]
    assert strong.interference > 0.7
    assert strong.loss == pytest.approx(dedicated_loss(end, density), abs=1e-10)
    with pytest.raises(InputError, match="win at the first only"):
        critical_end_importance(0.57, 0.6)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("importance", "density"), [(0.57, 0.514112), (0.6, 0.525890), (0.8, 0.597183), (1.0, 0.706404)]
)
def test_the_inner_transition_is_level_and_jumps(importance: float, density: float) -> None:
    found = inner_jump(importance)
    assert found is not None
    assert found.density == pytest.approx(density, abs=2e-6)
    assert found.strong - found.weak > 0.09
    below, above = (
        max(one.interference for one in local_minima(importance, found.density + shift)[:1])
        for shift in (-2e-4, 2e-4)
    )
    assert below - above > 0.05


def test_no_inner_transition_where_strong_superposition_ends_in_dedication() -> None:
    assert inner_jump(0.4) is None


@pytest.mark.slow
def test_saturation() -> None:
    assert saturation_importance() == pytest.approx(0.988846, abs=2e-6)
    assert transition(0.985).density is not None
    with pytest.raises(InputError, match="at p = 1"):
        saturation_importance(0.9, 0.95)


@pytest.mark.slow
def test_survey_between_both_tricritical_points() -> None:
    told: list[str] = []
    found = survey((0.5, 0.7, 0.95), told.append)
    assert [row.transition.order for row in found.rows] == ["first", "continuous", "first"]
    assert found.lower.importance.high - found.lower.importance.low < 1e-4
    assert found.end < found.lower.importance.low < found.upper.importance.high < found.saturation
    assert told[0] == "signs of the cubic coefficient"
    assert told[-1] == "r = 0.95"


def test_profiles_show_the_jump() -> None:
    density = instability_density(0.5)
    values = dict(profile(0.5, density, (0.2, 0.75)))
    assert values[0.2] > 0 > values[0.75]


def test_bad_input() -> None:
    with pytest.raises(InputError, match="0 < r <= 1"):
        transition(1.2)
    with pytest.raises(InputError, match="step 0"):
        inner_jump(0.7, 0.0)
