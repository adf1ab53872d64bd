"""Which `n`, `m`, density and optimiser show triangles (2/3) and tetrahedra (3/4): a table of cells.

A cell is a size, a density, an optimiser and a start; a few models of different seeds are trained for it, all
cells of a size in one tensor. Beside what was found stands the cheapest direct sum of regular simplices
(`theory.superposition.block_costs`). `D = m/n` on every tight frame, so that a value near 2/3 is no triangle
yet: three features must also span a plane of their own.

The committed table: `gammastar superposition plateaus --table results/superposition/plateaus.json`; it goes
on where it stopped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from empirics.files import write_bytes
from empirics.superposition.samplers import independent
from empirics.superposition.training import Recipe, TrainedModels, evaluated_losses, initial_weights, train
from theory.errors import InputError, UnknownNameError
from theory.superposition.block_costs import Block, DirectSum, cheapest_sum, simplex_block
from theory.superposition.configurations import simplex
from theory.superposition.geometry import FrameReport, frame_report

__all__ = ["GROUPS", "Cells", "Group", "cell_line", "filled_table", "group_of", "summary", "trained_cells"]

DENSITIES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8)
SIZES = ((3, 2), (6, 4), (9, 6), (12, 8), (4, 3), (8, 6), (12, 9), (8, 4), (12, 4), (16, 4), (20, 4), (30, 6))
RECIPES: Mapping[str, Recipe] = {
    "adam": Recipe(steps=2200, batch=256, learning_rate=5e-3),
    "sgd": Recipe(steps=2200, batch=256, learning_rate=0.05, optimiser="sgd"),
}
STARTS = ("random", "digon", "triangle", "tetrahedron")
LARGEST_SIMPLEX = 6
SEEDS = 4
EVALUATED = 40_000
PLANTED_NOISE = 0.02


@dataclass(frozen=True)
class Group:
    """The cells of one size, optimiser and start.

    Args:
        features: `n`.
        dimensions: `m`.
        optimiser: a name in `RECIPES`.
        start: `random`, or the block whose direct sum, with a little noise, the models begin at.
        densities: `p`, one a cell.
    """

    features: int
    dimensions: int
    optimiser: str = "adam"
    start: str = "random"
    densities: tuple[float, ...] = DENSITIES

    def __post_init__(self) -> None:
        if not 1 <= self.dimensions < self.features:
            raise InputError(f"n = {self.features}, m = {self.dimensions}: 1 <= m < n would be right")
        if self.optimiser not in RECIPES:
            raise UnknownNameError(f"optimiser {self.optimiser!r}: known are {', '.join(RECIPES)}")
        if self.start not in STARTS:
            raise UnknownNameError(f"start {self.start!r}: known are {', '.join(STARTS)}")


GROUPS = (
    *(Group(n, m, optimiser) for n, m in SIZES for optimiser in RECIPES),
    *(Group(12, 4, "adam", start) for start in ("digon", "triangle")),
    Group(30, 6, "adam", "triangle"),
)


@dataclass(frozen=True, eq=False)
class Cells:
    """The rows of one group, as they stand in the table."""

    group: Group
    rows: tuple[dict[str, Any], ...] = field(default=())


def trained_cells(
    group: Group,
    seed: int,
    seeds: int = SEEDS,
    recipe: Recipe | None = None,
    progress: Callable[[int, float], None] | None = None,
) -> Cells:
    """Train and read the cells of a group.

    Args:
        group: size, optimiser, start, densities.
        seed: of weights and inputs.
        seeds: models a cell.
        recipe: in place of the optimiser's own.
        progress: called with the step and the mean loss.

    Raises:
        InputError: no models.
        DivergenceError: a run diverged.
    """
    if seeds < 1:
        raise InputError(f"{seeds} seeds: at least 1 would be right")
    generator = torch.Generator().manual_seed(seed)
    repeated = [density for density in group.densities for _ in range(seeds)]
    weights, bias = _start(group, repeated, generator)
    sampler = independent(repeated, group.features)
    ours = RECIPES[group.optimiser] if recipe is None else recipe
    models = train(sampler, weights, ours, generator, progress=progress, bias=bias)
    losses = evaluated_losses(models, sampler, generator, EVALUATED).reshape(-1, seeds)
    rows = []
    for place, density in enumerate(group.densities):
        chosen = range(place * seeds, (place + 1) * seeds)
        rows.append(_row(group, density, models, chosen, losses[place]))
    return Cells(group, tuple(rows))


def _blocks(density: float, dimensions: int) -> tuple[Block, ...]:
    return tuple(simplex_block(size, density) for size in range(1, min(LARGEST_SIMPLEX, dimensions) + 1))


def _start(group: Group, densities: Sequence[float], generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """First weights and biases: random and zero, or as many blocks as fit and points in what room is left."""
    n, m = group.features, group.dimensions
    weights = initial_weights(len(densities), m, n, generator)
    bias = torch.zeros(len(densities), n)
    if group.start == "random":
        return weights, bias
    weights = PLANTED_NOISE * torch.randn(weights.shape, generator=generator)
    size = STARTS.index(group.start)
    for model, density in enumerate(densities):
        block = simplex_block(size, density)
        bias[model] = density / 2
        shape = torch.tensor(simplex(size) * np.sqrt(block.scale), dtype=torch.float32)
        count = min(n // (size + 1), m // size)
        for number in range(count):
            rows = slice(number * size, (number + 1) * size)
            columns = slice(number * (size + 1), (number + 1) * (size + 1))
            weights[model, rows, columns] += shape
            bias[model, columns] = block.bias
    return weights, bias


def _row(
    group: Group,
    density: float,
    models: TrainedModels,
    chosen: range,
    losses: Float[np.ndarray, " r"],
) -> dict[str, Any]:
    reports = [frame_report(models.weights[k], models.bias[k], density) for k in chosen]
    best = int(losses.argmin())
    expected = cheapest_sum(group.features, group.dimensions, density, _blocks(density, group.dimensions))
    found = [_simplices(report) for report in reports]
    return {
        "features": group.features,
        "dimensions": group.dimensions,
        "density": density,
        "optimiser": group.optimiser,
        "start": group.start,
        "seeds": len(losses),
        "loss": round(float(losses[best]), 5),
        "predicted_loss": round(expected.loss, 5),
        "predicted": _counts(expected),
        "plateaus": {name: count for name, count in reports[best].plateaus.items() if count},
        "simplices": found[best],
        "seeds_with_triangle": sum(one["triangle"] > 0 for one in found),
        "seeds_with_tetrahedron": sum(one["tetrahedron"] > 0 for one in found),
        "total": round(reports[best].dimensionalities.total, 3),
    }


def _counts(expected: DirectSum) -> dict[str, int]:
    held = {name: count for name, count in expected.counts.items() if count}
    return {**held, "none": expected.unrepresented} if expected.unrepresented else held


def _simplices(report: FrameReport) -> dict[str, int]:
    """Summands that are regular simplices: `d + 1` features in `d` dimensions, all at the plateau."""
    names = [summand.plateau for summand in report.summands if summand.is_simplex]
    return {name: names.count(name) for name in ("digon", "triangle", "tetrahedron")}


def summary(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the table says: where triangles and tetrahedra are, and how often they stand where predicted."""
    shown: dict[str, Any] = {"cells": len(rows)}
    random = [row for row in rows if row["start"] == "random"]
    for name in ("digon", "triangle", "tetrahedron"):
        cells = [row for row in random if row["simplices"][name]]
        expected = [row for row in random if row["predicted"].get(name)]
        both = [row for row in cells if row["predicted"].get(name)]
        shown[name] = {
            "cells": len(cells),
            "predicted": len(expected),
            "both": len(both),
            "where": sorted({(row["features"], row["dimensions"], row["density"]) for row in cells}),
        }
    plenty = [row for row in random if row["features"] >= 2 * row["dimensions"]]
    few = [row for row in random if row["features"] < 2 * row["dimensions"]]
    for key, part in (("plenty", plenty), ("few", few)):
        shown[key] = {
            "cells": len(part),
            "with_triangle_or_tetrahedron": sum(
                bool(row["simplices"]["triangle"] or row["simplices"]["tetrahedron"]) for row in part
            ),
        }
    return shown


def filled_table(
    groups: Sequence[Group], seed: int, table: Path | None, tell: Callable[[str], None]
) -> list[dict[str, Any]]:
    """The rows of all groups; those that a table file has are read, the others trained and written to it.

    Args:
        groups: wanted.
        seed: of each group.
        table: JSON file, or None.
        tell: what is being done.

    Raises:
        InputError: the file is no table of this seed.
    """
    held = _read(table, seed) if table is not None else []
    rows: list[dict[str, Any]] = []
    for number, group in enumerate(groups):
        key = (group.features, group.dimensions, group.optimiser, group.start)
        ours = [row for row in held if _key(row) == key]
        if not ours:
            tell(f"{number + 1} of {len(groups)}: n = {group.features}, m = {group.dimensions}")
            ours = list(trained_cells(group, seed).rows)
            held += ours
            if table is not None:
                _write(table, held, seed)
        rows += ours
    return rows


def group_of(features: int | None, dimensions: int | None, optimiser: str, start: str) -> Group:
    """A group by what was asked for.

    Raises:
        InputError: only one of `n` and `m`.
        UnknownNameError: no such optimiser or start.
    """
    if features is None or dimensions is None:
        raise InputError("plateaus: -n and -m go together; both or neither would be right")
    return Group(features, dimensions, optimiser, start)


def cell_line(row: Mapping[str, Any]) -> str:
    """A row for a terminal."""
    simplices, expected = (
        ", ".join(f"{count} {name}" for name, count in row[key].items() if count) or "none"
        for key in ("simplices", "predicted")
    )
    return (
        f"p = {row['density']:<5g} loss {row['loss']:.4f}: {simplices}; "
        f"cheapest sum {row['predicted_loss']:.4f}: {expected}"
    )


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["features"], row["dimensions"], row["optimiser"], row["start"]


def _read(table: Path, seed: int) -> list[dict[str, Any]]:
    if not table.exists():
        return []
    try:
        document = json.loads(table.read_text())
        rows, theirs = document["rows"], document["seed"]
        for row in rows:
            _key(row)
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(f"{table}: no table of plateaus; another file would be right") from None
    if theirs != seed:
        raise InputError(f"{table}: made with seed {theirs}, not {seed}; that seed would be right")
    return list(rows)


def _write(table: Path, rows: list[dict[str, Any]], seed: int) -> None:
    document = {
        "command": f"gammastar superposition plateaus --seed {seed} --table {table.name}",
        "seed": seed,
        "recipes": {name: asdict(recipe) for name, recipe in RECIPES.items()},
        "evaluated": EVALUATED,
        "summary": summary(rows),
    }
    # one row a line: a table that people read, and whose changes they see
    head = json.dumps(document, indent=1)[:-2]
    body = ",\n".join("  " + json.dumps(row) for row in rows)
    write_bytes(table, f'{head},\n "rows": [\n{body}\n ]\n}}\n'.encode())
