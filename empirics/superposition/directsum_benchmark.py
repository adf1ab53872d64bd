"""How much noise the detection of direct sums stands: success rates by method, configuration and noise.

`python -m empirics.superposition.directsum_benchmark` writes `results/superposition/directsum_noise.json`,
cell by cell, and goes on where it was stopped. A trial is a named configuration with noise, in a random
basis; it is a success if the blocks found are those of the construction.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from empirics.files import write_bytes
from theory.errors import InputError, UnknownNameError
from theory.superposition.configurations import (
    add_noise,
    add_summand_noise,
    configuration,
    random_rotation,
    rotate,
)
from theory.superposition.directsum.find import find
from theory.superposition.directsum.gram import gram_gap, gram_rank
from theory.superposition.directsum.missing_faces import missing_faces
from theory.superposition.directsum.partition import Partition
from theory.superposition.directsum.row_space import row_space_gap
from theory.superposition.directsum.talk import talk

__all__ = ["CELLS", "METHODS", "Cell", "Rate", "draw", "measure", "run"]

SCHEMA = "gammastar-directsum-noise-1"
COMMAND = "python -m empirics.superposition.directsum_benchmark"
OUTPUT = Path("results/superposition/directsum_noise.json")
SEED, TRIALS = 1, 30
CONFIGURATIONS = ("5+5", "oct", "3+3", "5+2", "tetra+3+2", "7+6", "antiprism+2")
DEVIATIONS = {"summand": (0.0, 0.05, 0.1), "sum": (0.01, 0.03, 0.05, 0.1, 0.15, 0.2)}

# From W and the deviation of its noise, which only `gram-rank` is told.
METHODS: dict[str, Callable[[np.ndarray, float], Partition]] = {
    "talk": lambda weights, noise: talk(weights, "column-reduced"),
    "talk-projector": lambda weights, noise: talk(weights, "projector"),
    "talk-projector-first": lambda weights, noise: talk(weights, "projector", nested="first"),
    "gram-rank": lambda weights, noise: gram_rank(weights, noise=noise),
    "gram-rank-blind": lambda weights, noise: gram_rank(weights),
    "gram-gap": lambda weights, noise: gram_gap(weights),
    "row-space": lambda weights, noise: row_space_gap(weights),
    "missing-faces": lambda weights, noise: missing_faces(weights),
    "auto": lambda weights, noise: find(weights, weak=0.0).partition,
}


@dataclass(frozen=True)
class Cell:
    """One row of the table.

    Args:
        kind: `sum` for noise on every coordinate; `summand` for noise within each summand's span; `distorted`
            for no noise and an invertible map on the left.
        level: standard deviation of the noise, or condition number of the map.
        configuration: its name.
    """

    kind: str
    level: float
    configuration: str


@dataclass(frozen=True)
class Rate:
    """How one method did.

    Args:
        found: trials with the blocks of the construction.
        certified: trials whose answer, right or wrong, is certified.
        refused: trials without an answer.
        milliseconds: mean time of a trial.
    """

    found: int
    certified: int
    refused: int
    milliseconds: float


CELLS = (
    *(
        Cell(kind, level, name)
        for kind, levels in DEVIATIONS.items()
        for level in levels
        for name in CONFIGURATIONS
    ),
    Cell("distorted", 24.0, "5+3"),
)


def draw(cell: Cell, generator: np.random.Generator) -> Float[np.ndarray, "m n"]:
    """The weights of one trial.

    Args:
        cell: what to draw.
        generator: of everything random.

    Raises:
        UnknownNameError: no such kind of noise.
    """
    made = configuration(cell.configuration)
    if cell.kind == "sum":
        return rotate(add_noise(made.points, cell.level, generator), generator)
    if cell.kind == "summand":
        return rotate(add_summand_noise(made, cell.level, generator), generator)
    if cell.kind == "distorted":
        m = len(made.points)
        stretched = np.geomspace(1, cell.level, m)[:, None] * rotate(made.points, generator)
        return random_rotation(m, generator) @ stretched
    raise UnknownNameError(f"noise {cell.kind!r}: known are sum, summand, distorted")


def measure(
    cell: Cell, trials: int = TRIALS, seed: int = SEED, methods: Sequence[str] = tuple(METHODS)
) -> dict[str, Rate]:
    """Success rates of all methods on the same draws.

    Args:
        cell: what to draw.
        trials: how often.
        seed: with the cell's name, of the draws: a cell is the same in every table that it is part of.
        methods: some of `METHODS`.
    """
    key = zlib.crc32(f"{cell.kind} {cell.level:g} {cell.configuration}".encode())
    generator = np.random.default_rng([seed, key])
    truth = tuple(sorted(configuration(cell.configuration).blocks))
    noise = cell.level if cell.kind == "sum" else 0.0
    tally = {name: np.zeros(4) for name in methods}
    for _ in range(trials):
        weights = draw(cell, generator)
        for name in methods:
            start = time.perf_counter()
            try:
                found = METHODS[name](weights, noise)
                outcome = [found.blocks == truth, found.certified, 0]
            except InputError:
                outcome = [0, 0, 1]
            tally[name] += [*outcome, 1000 * (time.perf_counter() - start) / trials]
    return {
        name: Rate(int(found), int(certified), int(refused), round(float(took), 2))
        for name, (found, certified, refused, took) in tally.items()
    }


def run(
    output: Path = OUTPUT,
    cells: Sequence[Cell] = CELLS,
    trials: int = TRIALS,
    seed: int = SEED,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Measure the cells that a file does not hold yet, and write it after each.

    Args:
        output: JSON file.
        cells: rows of the table.
        trials: a cell.
        seed: of the draws.
        progress: called with a line a cell.

    Raises:
        InputError: a file of another table, or one that cannot be written.
    """
    rows = _held(output, trials, seed)
    document = {"schema": SCHEMA, "command": COMMAND, "seed": seed, "trials": trials, "cells": rows}
    held = {(row["kind"], row["level"], row["configuration"]) for row in rows}
    for number, cell in enumerate(cells, 1):
        if (cell.kind, cell.level, cell.configuration) in held:
            continue
        rates = measure(cell, trials, seed)
        rows.append({**asdict(cell), "rates": {name: asdict(rate) for name, rate in rates.items()}})
        write_bytes(output, (json.dumps(document, indent=1) + "\n").encode())
        if progress is not None:
            shown = ", ".join(f"{name} {rate.found / trials:.2f}" for name, rate in rates.items())
            progress(f"{number}/{len(cells)} {cell.kind} {cell.level:g} {cell.configuration}: {shown}")
    return document


def _held(output: Path, trials: int, seed: int) -> list[dict[str, Any]]:
    """Rows of a table that was begun."""
    if not output.exists():
        return []
    try:
        document = json.loads(output.read_text(encoding="utf-8"))
        same = (document["schema"], document["seed"], document["trials"]) == (SCHEMA, seed, trials)
        rows: list[dict[str, Any]] = document["cells"]
    except (ValueError, KeyError, TypeError):
        same, rows = False, []
    if not same:
        raise InputError(
            f"{output}: holds no table of {trials} trials with seed {seed}; another name is right"
        )
    return rows


def _main() -> None:
    parser = argparse.ArgumentParser(description="Success rates of direct-sum detection under noise.")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--trials", type=int, default=TRIALS)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    run(given.output, CELLS, given.trials, given.seed, lambda line: print(line, file=sys.stderr, flush=True))


if __name__ == "__main__":
    _main()
