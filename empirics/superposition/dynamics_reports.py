"""The two experiments on dynamics: independent features with events, and two correlated sets in stages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from empirics.superposition.dynamics import (
    Coincidence,
    Events,
    Trajectory,
    aligned,
    coincidence,
    events,
    record,
    set_cosines,
)
from empirics.superposition.figures_dynamics import dynamics_figure, stages_figure, trajectories_gif
from empirics.superposition.samplers import correlated, independent
from empirics.superposition.training import Recipe
from theory.errors import InputError

__all__ = ["STAGES", "DynamicsReport", "run_report", "stages_report"]

STAGES = Recipe(steps=3000, batch=1024, scale=0.02, schedule="constant")
STAGES_DENSITY, STAGES_MODELS, STAGES_SHOWN = 0.05, 16, (200, 300, 500, 1000, 1500, 3000)
LARGEST = 64  # features that a picture can tell apart


@dataclass(frozen=True, eq=False)
class DynamicsReport:
    """What the command tells: a verdict, numbers, figures and trajectories."""

    verdict: str
    numbers: Mapping[str, Any]
    parameters: Mapping[str, Any]
    lines: tuple[str, ...] = ()
    figures: Mapping[str, bytes] = field(default_factory=dict)
    documents: Mapping[str, Any] = field(default_factory=dict)


def run_report(
    features: int,
    dimensions: int,
    density: float,
    steps: int,
    models: int,
    seed: int,
    draw: bool,
    tell: Callable[[str], None] = lambda text: None,
) -> DynamicsReport:
    """Independent features from a small start: drops, jumps, and whether they coincide.

    Args:
        features, dimensions: `n`, `m`.
        density: `p`.
        steps: of training.
        models: seeds.
        seed: of everything.
        draw: whether figures and trajectories are wanted.
        tell: what is being done.

    Raises:
        InputError: sizes that make no experiment.
    """
    if models < 1 or features > LARGEST:
        raise InputError(
            f"dynamics: {models} models of {features} features: at least one, of at most {LARGEST}"
        )
    recipe = Recipe(steps=steps, batch=512, scale=0.02)
    sampler = independent([density] * models, features)
    _, runs = record(
        sampler, dimensions, features, recipe, seed, models,
        progress=lambda step, loss: tell(f"step {step} of {steps}"),
    )  # fmt: skip
    found = [events(run) for run in runs]
    generator = np.random.default_rng(seed)
    whole, early = coincidence(found, steps, generator), coincidence(found, None, generator)
    verdict = (
        f"{whole.near} of {whole.drops} loss drops have a jump of dimensionality within 150 steps; "
        f"{whole.expected:.1f} are expected if drops are shifted over the run (p = {whole.p_value:.4f}), "
        f"{early.expected:.1f} if only up to its last event (p = {early.p_value:.4f})"
    )
    numbers = _run_numbers(runs, found, whole, early)
    lines = tuple(
        f"seed {k}: drops at {list(one.drops)}, {len(one.jumps)} jumps, final loss {run.losses[-1]:.4f}, "
        f"sum of D {run.dimensionalities[-1].sum():.3f}"
        for k, (run, one) in enumerate(zip(runs, found, strict=True))
    )
    figures: dict[str, bytes] = {}
    if draw:
        tell("figures")
        title = f"n = {features}, m = {dimensions}, p = {density:g}"
        figures["dynamics.png"] = dynamics_figure(runs[0], found[0], title)
        figures["trajectory.gif"] = trajectories_gif(runs[0], _colour_groups(features), title)
    parameters = {
        "features": features, "dimensions": dimensions, "density": density, "steps": steps, "models": models,
    }  # fmt: skip
    return DynamicsReport(verdict, numbers, parameters, lines, figures, _documents(runs[0]) if draw else {})


def stages_report(seed: int, draw: bool, tell: Callable[[str], None] = lambda text: None) -> DynamicsReport:
    """Two correlated sets of three features in three dimensions: one direction a set, triangles, octahedron.

    Args:
        seed: of everything.
        draw: whether figures and trajectories are wanted.
        tell: what is being done.
    """
    labels = np.repeat([0, 1], 3)
    sampler = correlated([STAGES_DENSITY] * STAGES_MODELS, 2, 3)
    _, runs = record(
        sampler, 3, 6, STAGES, seed, STAGES_MODELS,
        progress=lambda step, loss: tell(f"step {step} of {STAGES.steps}"),
    )  # fmt: skip
    frames = np.stack([run.weights for run in runs], 1)
    steps = runs[0].steps
    inside, between, antipodal = zip(*(set_cosines(frame, labels) for frame in frames), strict=True)
    octahedra = [int((one == 3).sum()) for one in antipodal]
    shown = [int(np.searchsorted(steps, step)) for step in STAGES_SHOWN]
    rows = [
        {
            "step": int(steps[place]),
            "inside": float(inside[place].mean()),
            "between": float(between[place].mean()),
            "octahedra": octahedra[place],
            "norm": float(np.mean([run.norms[place].mean() for run in runs])),
        }
        for place in shown
    ]
    verdict = (
        f"{octahedra[-1]} of {STAGES_MODELS} models end as an octahedron; mean cosine inside a set "
        f"{rows[0]['inside']:.3f} at step 200, {rows[-1]['inside']:+.3f} at the end"
    )
    lines = tuple(
        f"step {row['step']:5d}: inside {row['inside']:+.3f}, between {row['between']:+.3f}, "
        f"norm {row['norm']:.3f}, octahedra {row['octahedra']}"
        for row in rows
    )
    figures: dict[str, bytes] = {}
    ours = runs[int(np.argmax(antipodal[-1]))]
    if draw:
        tell("figures")
        title = "two correlated sets of three features in three dimensions"
        figures["stages.png"] = stages_figure(
            steps.tolist(), np.stack(inside), np.stack(between), octahedra, title
        )
        figures["stages.gif"] = trajectories_gif(ours, ((0, 1, 2), (3, 4, 5)), "two correlated sets")
    parameters = {"density": STAGES_DENSITY, "models": STAGES_MODELS, "steps": STAGES.steps}
    documents = _documents(ours) if draw else {}
    return DynamicsReport(verdict, {"stages": rows}, parameters, lines, figures, documents)


def _run_numbers(
    runs: Sequence[Trajectory], found: Sequence[Events], whole: Coincidence, early: Coincidence
) -> dict[str, Any]:
    return {
        "drops": whole.drops,
        "near": whole.near,
        "expected_whole": whole.expected,
        "p_whole": whole.p_value,
        "expected_early": early.expected,
        "p_early": early.p_value,
        "runs": [_run_row(run, one) for run, one in zip(runs, found, strict=True)],
    }


def _run_row(run: Trajectory, found: Events) -> dict[str, Any]:
    return {
        "drops": list(found.drops),
        "sizes": [round(size, 4) for size in found.sizes],
        "threshold": round(found.threshold, 4),
        "jumps": [[jump.feature, jump.step, round(jump.change, 3)] for jump in found.jumps],
        "loss": round(float(run.losses[-1]), 5),
        "dimensionalities": np.round(run.dimensionalities[-1], 3).tolist(),
    }


def _documents(run: Trajectory) -> dict[str, Any]:
    """The way of one model, rotations taken out, for other programs."""
    return {
        "trajectory.json": {
            "steps": run.steps,
            "losses": np.round(run.losses, 6),
            "weights": np.round(aligned(run.weights), 4),
            "dimensionalities": np.round(run.dimensionalities, 4),
        }
    }


def _colour_groups(features: int) -> list[list[int]]:
    """Features in up to four groups, so that colours tell them apart a little."""
    return [list(range(start, features, min(4, features))) for start in range(min(4, features))]
