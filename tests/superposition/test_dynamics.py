"""Events, their null, and aligned trajectories, on made-up runs whose answer is known; a short real run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.linalg import block_diag, orthogonal_procrustes
from scipy.stats import ortho_group

from empirics.superposition.dynamics import (
    Coincidence,
    Events,
    Jump,
    Trajectory,
    aligned,
    coincidence,
    events,
    principal_coordinates,
    record,
    set_cosines,
    trajectory,
)
from empirics.superposition.dynamics_reports import run_report, stages_report
from empirics.superposition.figures_dynamics import trajectories_gif
from empirics.superposition.samplers import correlated, independent
from empirics.superposition.training import Recipe
from theory.errors import InputError

STEPS = np.arange(0, 2020, 20)


def stairs(drops: dict[int, float], turn: int | None = None) -> Trajectory:
    """A loss that falls by given factors within 40 steps; a third feature joins a digon at `turn`."""
    logs = np.zeros(len(STEPS))
    for step, size in drops.items():
        logs -= size * np.clip((STEPS - step + 20) / 40, 0, 1)
    weights = np.zeros((len(STEPS), 2, 3))
    weights[:, 0, 0], weights[:, 0, 1], weights[:, 1, 2] = 1, -1, 1
    if turn is not None:
        weights[turn <= STEPS, :, 2] = [1, 0]
    return trajectory(STEPS, np.exp(logs), weights)


def test_drops_are_found_where_they_are() -> None:
    found = events(stairs({500: 0.5, 1300: 0.2}))
    assert len(found.drops) == 2
    assert all(abs(drop - step) <= 50 for drop, step in zip(found.drops, (500, 1300), strict=True))
    assert found.sizes == pytest.approx((0.5, 0.2))
    assert found.jumps == ()


def test_small_drops_and_steady_falls_are_no_events() -> None:
    assert events(stairs({500: 0.019})).drops == ()
    assert len(events(stairs({500: 0.021})).drops) == 1
    steady = trajectory(STEPS, np.exp(-STEPS / 500), np.ones((len(STEPS), 1, 2)))
    assert events(steady).threshold == pytest.approx(0.8)
    assert events(steady).drops == ()


def test_jumps_of_a_feature() -> None:
    found = events(stairs({}, turn=800))
    # the third feature falls from 1 to 1/3, and the digon from 1/2 to 1/3 each
    assert {jump.feature for jump in found.jumps} == {0, 1, 2}
    assert {jump.feature: jump.change for jump in found.jumps} == pytest.approx(
        {0: -1 / 6, 1: -1 / 6, 2: -2 / 3}
    )
    assert all(abs(jump.step - 800) <= 100 for jump in found.jumps)


def test_weak_features_do_not_jump() -> None:
    run = stairs({}, turn=800)
    weak = trajectory(STEPS, run.losses, 0.4 * run.weights)
    assert events(weak).jumps == ()


def test_coincidence_against_the_shifted_null() -> None:
    jumps = tuple(Jump(0, step, 0.2) for step in (500, 1500))
    together = [Events((510, 1490), (0.3, 0.3), 0.02, jumps)] * 6
    found = coincidence(together, 4000, np.random.default_rng(0))
    assert (found.drops, found.near) == (12, 12)
    assert found.rate == 1
    # two drops 980 apart and jumps 1000 apart: a shift hits one jump or both over about 600 of 4000 steps
    assert found.expected == pytest.approx(12 * 602 / 4000, rel=0.1)
    assert found.p_value == pytest.approx(1 / 2001)
    crowded = coincidence(together, None, np.random.default_rng(0))
    assert found.expected < crowded.expected < 12
    apart = [Events((1000, 2500), (0.3, 0.3), 0.02, jumps)] * 6
    nowhere = coincidence(apart, 4000, np.random.default_rng(0))
    assert (nowhere.near, nowhere.p_value) == (0, 1)


def test_random_drops_do_not_beat_the_null() -> None:
    generator = np.random.default_rng(5)
    values = []
    for _ in range(40):
        runs = [
            Events(
                tuple(generator.integers(4000, size=3).tolist()),
                (0.1,) * 3,
                0.02,
                tuple(Jump(0, int(step), 0.2) for step in generator.integers(4000, size=3)),
            )
            for _ in range(4)
        ]
        values.append(coincidence(runs, 4000, generator, 100).p_value)
    # a p-value below .1 in a tenth of the cases: 4 of 40, z-score within 4
    assert sum(value < 0.1 for value in values) <= 4 + 4 * np.sqrt(40 * 0.1 * 0.9)
    assert np.mean(values) > 0.3


def test_no_drops_have_no_rate() -> None:
    found: Coincidence = coincidence([Events((), (), 0.02, ())], 100, np.random.default_rng(0), 10)
    assert np.isnan(found.rate)


def test_alignment_takes_rotations_out() -> None:
    generator = np.random.default_rng(3)
    last = generator.normal(size=(3, 5))
    frames = np.stack([ortho_group.rvs(3, random_state=k) @ last for k in range(8)])
    turned = aligned(frames)
    assert np.allclose(turned, frames[-1])
    moving = frames * np.linspace(0.5, 1, 8)[:, None, None]
    turned = aligned(moving)
    assert np.allclose(np.linalg.norm(turned, axis=1), np.linalg.norm(moving, axis=1))
    rotation, _ = orthogonal_procrustes(moving[-2].T, turned[-1].T)
    assert np.allclose(turned[-2], (moving[-2].T @ rotation).T)


def test_principal_coordinates_of_a_summand() -> None:
    weights = ortho_group.rvs(3, random_state=1) @ block_diag(np.eye(2) * [2, 1], [[1.0, -1.0]])
    run = np.stack([0.5 * weights, weights])
    shown = principal_coordinates(run, (0, 1))
    assert shown.shape == (2, 2, 2)
    assert np.abs(shown[1]) == pytest.approx(np.diag([2, 1]), abs=1e-12)
    assert np.allclose(shown[0], shown[1] / 2)
    digon = principal_coordinates(run, (2, 3))
    assert np.abs(digon[1, 0]) == pytest.approx([1, 1])
    assert np.abs(digon[1, 1]).max() < 1e-12
    assert principal_coordinates(run, (0, 1), 5).shape == (2, 3, 2)


def test_cosines_of_an_octahedron() -> None:
    octahedron = np.concatenate([np.eye(3), -np.eye(3)], axis=1)[None]
    inside, between, antipodal = set_cosines(octahedron, np.array([0, 0, 0, 1, 1, 1]))
    assert (inside[0], between[0], antipodal[0]) == (0, pytest.approx(-1 / 3), 3)


def test_bad_trajectories() -> None:
    losses, weights = np.ones(101), np.ones((101, 1, 2))
    with pytest.raises(InputError, match="9 frames; at least 10"):
        trajectory(STEPS[:9], losses[:9], weights[:9])
    with pytest.raises(InputError, match="101 steps, 100 losses"):
        trajectory(STEPS, losses[:100], weights)
    wrong = STEPS.copy()
    wrong[50] = wrong[49]
    with pytest.raises(InputError, match="step 980 comes after step 980; increasing"):
        trajectory(wrong, losses, weights)
    uneven = STEPS.copy()
    uneven[-1] += 5
    with pytest.raises(InputError, match="25 steps between frames 99 and 100, 20 before"):
        trajectory(uneven, losses, weights)
    with pytest.raises(InputError, match="30 steps between frames; a divisor of 100"):
        events(trajectory(np.arange(101) * 30, losses, weights))
    with pytest.raises(InputError, match="a loss of 0"):
        events(trajectory(STEPS, 0 * losses, weights))
    with pytest.raises(InputError, match="a multiple of 20 and at least 180 steps"):
        record(independent((0.1,), 2), 1, 2, Recipe(steps=100), 0, 1)


def test_a_short_run_is_recorded_and_drawn() -> None:
    sampler = correlated([0.1] * 2, 2, 3)
    made, runs = record(sampler, 3, 6, Recipe(steps=200, batch=64, scale=0.02), 1, 2)
    assert len(runs) == 2
    assert runs[0].steps.tolist() == list(range(0, 220, 20))
    assert np.allclose(runs[1].weights[-1], made.weights[1])
    assert runs[0].norms[0].max() < 0.2
    assert runs[0].losses[-1] < runs[0].losses[0]
    picture = trajectories_gif(runs[0], ((0, 1, 2), (3, 4, 5)), "two sets")
    assert picture[:6] == b"GIF89a"


def check_stages(rows: list[dict[str, Any]]) -> None:
    """Item 9: one direction a set, then triangles, then the octahedron."""
    at = {row["step"]: row for row in rows}
    assert at[200]["inside"] > 0.95
    assert abs(at[3000]["inside"]) < 0.05
    assert at[3000]["between"] == pytest.approx(-1 / 3, abs=0.02)
    assert at[3000]["octahedra"] >= 12
    assert at[300]["norm"] == pytest.approx(1 / np.sqrt(3), abs=0.03)


def test_the_committed_runs(root: Path) -> None:
    document = json.loads((root / "results" / "superposition" / "dynamics.json").read_text())
    check_stages(document["stages"]["numbers"]["stages"])
    numbers = document["events"]["numbers"]
    for run in numbers["runs"]:
        assert run["drops"][0] <= 120, "leaving the origin is the first event"
        # every feature at m/n, but for the one run that left a feature out
        values = np.array(run["dimensionalities"])
        assert values.sum() == pytest.approx(4, abs=0.02)
    assert numbers["drops"] == sum(len(run["drops"]) for run in numbers["runs"])
    # against the whole run they coincide; where anything happens at all, they do no better than chance
    assert numbers["p_whole"] < 0.01 < 0.05 < numbers["p_early"]


@pytest.mark.slow
def test_three_stages_of_two_correlated_sets() -> None:
    check_stages(list(stages_report(1, False).numbers["stages"]))


def test_a_report_of_a_short_run() -> None:
    report = run_report(6, 2, 0.1, 400, 2, 1, True)
    assert report.numbers["drops"] == sum(len(run["drops"]) for run in report.numbers["runs"])
    assert set(report.figures) == {"dynamics.png", "trajectory.gif"}
    assert len(report.documents["trajectory.json"]["steps"]) == 21
    with pytest.raises(InputError, match="0 models of 6 features"):
        run_report(6, 2, 0.1, 400, 0, 1, False)
