"""Sweeps over densities: models of one size, one a density, all trained in one tensor.

The committed documents in results/superposition/ are made by `gammastar superposition train`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from empirics.superposition.samplers import independent
from empirics.superposition.training import Recipe, TrainedModels, evaluated_losses, initial_weights, train
from theory.errors import InputError, UnknownNameError
from theory.superposition.geometry import WEAK_NORM, FrameReport, SummandFrame, frame_report

__all__ = [
    "PRESETS",
    "Preset",
    "Sweep",
    "densities",
    "longest_plateau",
    "model_files",
    "preset_of",
    "sweep",
    "sweep_document",
    "sweep_lines",
]

EVALUATED = 20_000  # inputs


@dataclass(frozen=True)
class Preset:
    """One model size and how it is trained.

    Args:
        features: `n`.
        dimensions: `m`.
        densities: `p`, one a model.
        recipe: of training.
    """

    features: int
    dimensions: int
    densities: tuple[float, ...]
    recipe: Recipe = field(default_factory=Recipe)


@dataclass(frozen=True, eq=False)
class Sweep:
    """What a sweep made.

    Args:
        preset: what was asked for.
        seed: of weights and inputs.
        models: trained, in the order of densities.
        losses: of each, on fresh inputs.
        reports: geometry of each.
    """

    preset: Preset
    seed: int
    models: TrainedModels
    losses: tuple[float, ...]
    reports: tuple[FrameReport, ...]


def densities(lowest: float, highest: float, count: int) -> tuple[float, ...]:
    """`p = 1 - S` from `1/lowest` to `1/highest`, evenly spaced in the logarithm.

    Args:
        lowest, highest: of `1/(1 - S)`, the axis of the plots.
        count: how many.

    Raises:
        InputError: `1/(1 - S)` below 1, or in the wrong order.
    """
    if not 1 <= lowest <= highest < np.inf or count < 1:
        raise InputError(
            f"densities: 1/(1 - S) from {lowest:g} to {highest:g}, {count} values: "
            "1 <= lowest <= highest and at least one value would be right"
        )
    return tuple(float(density) for density in 1 / np.geomspace(lowest, highest, count))


PRESETS: Mapping[str, Preset] = {
    "ci": Preset(24, 6, densities(1.0, 8.0, 8), Recipe(steps=3000, learning_rate=5e-3)),
    "default": Preset(60, 12, densities(1.0, 12.0, 24)),
    "slow": Preset(200, 20, densities(1.0, 20.0, 12), Recipe(steps=8000, batch=512, optimiser="adamw")),
}


def sweep(
    preset: Preset,
    seed: int,
    progress: Callable[[int, float], None] | None = None,
    state_file: Path | None = None,
) -> Sweep:
    """Train a model a density and read its geometry.

    Args:
        preset: size, densities, recipe.
        seed: of weights and inputs.
        progress: called with the step and the mean loss.
        state_file: gone on from if it is there.

    Raises:
        DivergenceError: a run diverged.
    """
    generator = torch.Generator().manual_seed(seed)
    weights = initial_weights(
        len(preset.densities), preset.dimensions, preset.features, generator, preset.recipe.scale
    )
    sampler = independent(preset.densities, preset.features)
    models = train(sampler, weights, preset.recipe, generator, progress=progress, state_file=state_file)
    losses = evaluated_losses(models, sampler, generator, EVALUATED)
    reports = tuple(
        frame_report(weight, bias, density)
        for weight, bias, density in zip(models.weights, models.bias, preset.densities, strict=True)
    )
    return Sweep(preset, seed, models, tuple(losses.tolist()), reports)


def longest_plateau(made: Sweep, name: str) -> int:
    """How many neighbouring densities have all their represented features at a plateau.

    A model in which nothing is represented, or which is the one of dense inputs, `S = 0`, does not count:
    there `D = m/n` says only that no feature is preferred.
    """
    longest = run = 0
    for density, report in zip(made.preset.densities, made.reports, strict=True):
        represented = int((report.dimensionalities.norms >= WEAK_NORM).sum())
        full = density < 1 and represented > 0 and report.plateaus[name] == represented
        run = run + 1 if full else 0
        longest = max(longest, run)
    return longest


def sweep_document(made: Sweep) -> dict[str, Any]:
    """The sweep as JSON: one object a density."""
    rows = zip(made.preset.densities, made.losses, made.reports, strict=True)
    return {
        "features": made.preset.features,
        "dimensions": made.preset.dimensions,
        "recipe": asdict(made.preset.recipe),
        "seed": made.seed,
        "models": [_row(density, loss, report) for density, loss, report in rows],
    }


def _row(density: float, loss: float, report: FrameReport) -> dict[str, Any]:
    found = report.dimensionalities
    weak = report.mean_direction
    return {
        "inverse_density": round(1 / density, 4),
        "density": density,
        "loss": round(loss, 6),
        "star": round(found.star, 5),
        "total": round(found.total, 4),
        "represented": int((found.norms >= WEAK_NORM).sum()),
        "plateaus": dict(report.plateaus),
        "values": np.round(found.values, 4).tolist(),
        "norms": np.round(found.norms, 4).tolist(),
        "zero": np.flatnonzero(found.zero).tolist(),
        "summands": [_summand_row(summand) for summand in report.summands],
        "mean_direction": None
        if weak is None
        else {
            "features": len(weak.features),
            "alignment": round(weak.alignment, 4),
            "off_sum": round(weak.off_sum, 4),
            "bias": round(weak.bias, 4),
            "half_density": round(density / 2, 4),
            "residual": round(weak.residual, 4),
        },
    }


def _summand_row(summand: SummandFrame) -> dict[str, Any]:
    return {
        "features": list(summand.features),
        "rank": summand.rank,
        "defect": round(summand.defect, 4),
        "leak": round(summand.leak, 4),
        "dimensionality": round(summand.dimensionality, 4),
        "plateau": summand.plateau,
    }


def preset_of(
    name: str,
    features: int | None = None,
    dimensions: int | None = None,
    axis: tuple[float | None, float | None, int | None] = (None, None, None),
    recipe: tuple[int | None, str | None, float | None] = (None, None, None),
) -> Preset:
    """A preset with some of it replaced.

    Args:
        name: in `PRESETS`.
        features, dimensions: `n`, `m`.
        axis: lowest and highest `1/(1 - S)`, and how many.
        recipe: steps, optimiser, learning rate.

    Raises:
        UnknownNameError: no such preset or optimiser.
        InputError: numbers that make no sweep.
    """
    if name not in PRESETS:
        raise UnknownNameError(f"preset {name!r}: known are {', '.join(PRESETS)}")
    found = PRESETS[name]
    n = found.features if features is None else features
    m = found.dimensions if dimensions is None else dimensions
    if n < 1 or m < 1:
        raise InputError(f"n = {n}, m = {m}: at least 1 of each would be right")
    found = replace(found, features=n, dimensions=m)
    if any(value is not None for value in axis):
        ends = 1 / found.densities[0], 1 / found.densities[-1], len(found.densities)
        lowest, highest, count = (old if new is None else new for new, old in zip(axis, ends, strict=True))
        found = replace(found, densities=densities(lowest, highest, int(count)))
    changes = dict(zip(("steps", "optimiser", "learning_rate"), recipe, strict=True))
    given = {key: value for key, value in changes.items() if value is not None}
    return replace(found, recipe=replace(found.recipe, **given))  # type: ignore[arg-type]


def model_files(made: Sweep) -> dict[str, bytes]:
    """Each model as a `.safetensors` file with `W` and `b`; its name has `1/(1 - S)` in it."""
    from safetensors.numpy import save

    rows = zip(made.preset.densities, made.models.weights, made.models.bias, strict=True)
    return {
        f"model-{1 / density:.2f}.safetensors": save(
            {"W": np.ascontiguousarray(weight), "b": np.ascontiguousarray(bias)}
        )
        for density, weight, bias in rows
    }


def sweep_lines(made: Sweep) -> tuple[str, ...]:
    """A line a density, for a terminal."""
    lines = ["1/(1-S)      D*   sum D  represented  at a plateau"]
    for density, report in zip(made.preset.densities, made.reports, strict=True):
        found = report.dimensionalities
        held = ", ".join(f"{count} {name}" for name, count in report.plateaus.items() if count)
        represented = int((found.norms >= WEAK_NORM).sum())
        lines.append(f"{1 / density:7.2f} {found.star:7.3f} {found.total:7.2f} {represented:12d}  {held}")
    return tuple(lines)
