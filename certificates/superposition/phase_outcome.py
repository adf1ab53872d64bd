"""What `gammastar superposition phase` found, as an outcome."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from certificates.cli_progress import Progress
from certificates.superposition.outcome import Outcome
from theory.errors import InputError

if TYPE_CHECKING:
    from empirics.superposition.phase import PhaseCell
    from empirics.superposition.phase_training import Agreement, TrainedCell
    from theory.superposition.phase.survey import SurveyRow, TransitionSurvey

__all__ = ["diagram_outcome", "survey_outcome"]

CHUNK = 50  # cells that run at once and share a generator
CELLS_SCHEMA = "gammastar-superposition-phase-cells-1"


def diagram_outcome(
    features: int,
    dimensions: int,
    size: int,
    starts: int,
    with_trained: bool,
    file: Path | None,
    seed: int,
    draw: bool,
    progress: Progress,
) -> Outcome:
    """The exact diagram of a grid, beside the closed forms and perhaps trained models.

    Args:
        features: `n`.
        dimensions: `m`.
        size: cells a side.
        starts: random ones, a cell.
        with_trained: train models too.
        file: of finished cells.
        seed: of starts and samples.
        draw: make the figure.
        progress: tells stages.

    Raises:
        InputError: what `exact_optimum` refuses, or a file of other cells.
    """
    from empirics.superposition.phase import grid

    places = grid(size)
    with progress.stage("exact optimum") as stage:
        cells = _exact(places, features, dimensions, starts, seed, file, stage.tell)
        unconverged = [[cell.importance, cell.density] for cell in cells if cell.is_unconverged]
        stage.detail = f"{len(cells)} cells, {len(unconverged)} unconverged"
    trained = _trained(places, features, dimensions, seed, progress) if with_trained else None
    numbers = _numbers(cells, trained)
    if (features, dimensions) == (3, 2):
        with progress.stage("triangle") as stage:
            numbers |= _triangle()
            stage.detail = f"better than a digon from p = {numbers['triangle_from']:.4f}"
    return Outcome(
        verb="phase",
        verdict=_verdict(numbers, len(cells)),
        numbers={**numbers, "unconverged": unconverged},
        parameters={
            "features": features,
            "dimensions": dimensions,
            "grid": size,
            "starts": starts,
            "trained": with_trained,
        },
        seed=seed,
        lines=tuple(f"{count:4d} cells  {label}" for label, count in numbers["classes"].items()),
        figures=_diagram(cells, trained) if draw else {},
        documents={"cells.json": {"schema": CELLS_SCHEMA, "cells": [cell.document() for cell in cells]}},
    )


def _diagram(cells: Sequence[PhaseCell], trained: Sequence[TrainedCell] | None) -> dict[str, bytes]:
    from empirics.superposition.figures_phase import diagram_figure

    return {"phase.png": diagram_figure(cells, trained)}


def _trained(
    places: Sequence[tuple[float, float]], features: int, dimensions: int, seed: int, progress: Progress
) -> tuple[TrainedCell, ...]:
    import numpy as np

    from empirics.superposition.phase_training import trained

    with progress.stage("training") as stage:
        generator = np.random.default_rng([seed, 2**20])
        return trained(places, features, dimensions, generator, progress=stage.tell)


def survey_outcome(features: int, dimensions: int, draw: bool, progress: Progress) -> Outcome:
    """Where the transition of two features in one dimension changes its order.

    Args:
        features: 2.
        dimensions: 1.
        draw: make the figure.
        progress: tells stages.

    Raises:
        InputError: other features or dimensions.
    """
    if (features, dimensions) != (2, 1):
        raise InputError(f"--tricritical: n = {features}, m = {dimensions}; it is known for n = 2, m = 1")
    from theory.superposition.phase.survey import survey

    with progress.stage("transitions") as stage:
        found = survey(tell=stage.tell)
        stage.detail = f"{len(found.rows)} importances"
    figures = {}
    if draw:
        from empirics.superposition.figures_phase import transition_figure

        figures["transitions.png"] = transition_figure(found)
    return Outcome(
        verb="phase",
        verdict=(
            f"tricritical at r = {found.lower.importance.middle:.6f}: dedication stops losing by "
            f"a jump; jumps return at r = {found.upper.importance.middle:.6f}"
        ),
        numbers=_survey_numbers(found),
        parameters={"features": 2, "dimensions": 1, "tricritical": True},
        lines=tuple(_line(row) for row in found.rows),
        figures=figures,
    )


def _exact(
    places: tuple[tuple[float, float], ...],
    features: int,
    dimensions: int,
    starts: int,
    seed: int,
    file: Path | None,
    tell: Any,
) -> tuple[PhaseCell, ...]:
    """Chunk by chunk; each has its own generator, so that going on from a file changes nothing."""
    import numpy as np

    from empirics.superposition.phase import exact_optimum

    key = {"features": features, "dimensions": dimensions, "starts": starts, "seed": seed}
    key["cells"] = len(places)
    done = list(_read(file, key, places)) if file is not None else []
    for start in range(len(done), len(places), CHUNK):
        tell(f"{start} of {len(places)} cells")
        generator = np.random.default_rng([seed, start])
        done.extend(exact_optimum(places[start : start + CHUNK], features, dimensions, generator, starts))
        if file is not None:
            _write(file, key, done)
    return tuple(done)


def _read(file: Path, key: dict[str, int], places: tuple[tuple[float, float], ...]) -> tuple[PhaseCell, ...]:
    """Finished cells, whole chunks of them.

    Raises:
        InputError: the file holds something else.
    """
    from empirics.superposition.phase import cell_of

    if not file.exists():
        return ()
    try:
        document = json.loads(file.read_text())
        schema, found, cells = document["schema"], document["parameters"], document["cells"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{file}: no file of cells: {error}; another name would be right") from None
    if schema != CELLS_SCHEMA or found != key:
        raise InputError(f"{file}: cells of {found}; {key} was asked for. Another name would be right")
    done = tuple(cell_of(cell) for cell in cells)
    if [(cell.importance, cell.density) for cell in done] != list(places[: len(done)]):
        raise InputError(f"{file}: its cells are not the first of this grid; another name would be right")
    return done[: len(done) // CHUNK * CHUNK] if len(done) < len(places) else done


def _write(file: Path, key: dict[str, int], cells: list[PhaseCell]) -> None:
    from certificates.files import write_text

    document = {"schema": CELLS_SCHEMA, "parameters": key, "cells": [cell.document() for cell in cells]}
    write_text(file, json.dumps(document) + "\n")


def _numbers(cells: tuple[PhaseCell, ...], trained: tuple[TrainedCell, ...] | None) -> dict[str, Any]:
    from empirics.superposition.phase_training import agreement

    dimensions, features = cells[0].weights.shape
    numbers: dict[str, Any] = {}
    if features == dimensions + 1:
        numbers["candidates"] = _agreement(agreement(cells))
    if trained is not None:
        numbers["trained"] = _agreement(agreement(cells, trained))
        numbers["single_run"] = _agreement(agreement(cells, trained, single=True))
    counts = Counter(" = ".join(cell.labels) or "unconverged" for cell in cells)
    return {
        **numbers,
        "classes": dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))),
        "ties": [[cell.importance, cell.density] for cell in cells if len(cell.labels) > 1],
        "cells_with_several_minima": sum(len(cell.minima) > 1 for cell in cells),
        "largest_gradient": max(cell.gradient for cell in cells),
    }


def _triangle() -> dict[str, Any]:
    """At `r = 1`: from which density all three share the plane, and both losses at some."""
    from empirics.superposition.phase_triangle import three_features, triangle_crossover

    rows = [vars(row) for row in three_features((0.4, 0.5, 0.55, 0.7, 0.9, 1.0))]
    return {"triangle_from": triangle_crossover(), "three_features": rows}


def _agreement(found: Agreement) -> dict[str, Any]:
    return {
        "agreement": found.share,
        "cells": found.cells,
        "agreeing": found.agreeing,
        "agreeing_without_ties": found.strictly,
        "ties": found.ties,
        "unconverged": found.unconverged,
        "largest_excess_loss": found.largest_excess,
        "median_excess_loss": found.median_excess,
    }


def _verdict(numbers: dict[str, Any], cells: int) -> str:
    parts = [f"{cells} cells"]
    for key, words in (
        ("candidates", "closed forms agree with the exact optimum in"),
        ("trained", "trained models in"),
        ("single_run", "single runs in"),
    ):
        if key in numbers:
            parts.append(f"{words} {100 * numbers[key]['agreement']:.1f}%")
    return ", ".join(parts) if len(parts) > 1 else f"{parts[0]}: {len(numbers['classes'])} classes"


def _survey_numbers(found: TransitionSurvey) -> dict[str, Any]:
    lower, upper = found.lower, found.upper
    return {
        "r_tric": [float(lower.importance.low), float(lower.importance.high)],
        "p_tric": [float(lower.density.low), float(lower.density.high)],
        "quartic": [float(lower.quartic.low), float(lower.quartic.high)],
        "r_tric_upper": [float(upper.importance.low), float(upper.importance.high)],
        "p_tric_upper": [float(upper.density.low), float(upper.density.high)],
        "quartic_upper": [float(upper.quartic.low), float(upper.quartic.high)],
        "r_critical_end": found.end,
        "r_never_dedicated": found.saturation,
        "rows": [
            {
                "importance": row.transition.importance,
                "density": row.transition.density,
                "candidate": row.candidate,
                "instability": row.transition.instability,
                "order": row.transition.order,
                "weights_below": row.transition.below.weights,
                "inner": None if row.inner is None else vars(row.inner),
            }
            for row in found.rows
        ],
    }


def _line(row: SurveyRow) -> str:
    found = row.transition
    density = "none  " if found.density is None else f"{found.density:.4f}"
    inner = "" if row.inner is None else f"; strong to weak superposition at p = {row.inner.density:.4f}"
    return (
        f"r = {found.importance:.3f}  p* = {density}  closed form {row.candidate:.4f}  "
        f"unstable below {found.instability:.4f}  {found.order}{inner}"
    )
