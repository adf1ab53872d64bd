"""Phase diagrams: classes over importance and density, and the lines on which they change."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, NullFormatter

from empirics.figures.palette import (
    EXCLUDED,
    FAINT_POSSIBLE,
    INK,
    MARGIN,
    MUTED,
    POSSIBLE,
    REQUIRED,
    RULE,
)
from empirics.figures.stills import canvas, png
from empirics.superposition.phase import PhaseCell
from empirics.superposition.phase_training import TrainedCell
from theory.superposition.phase.candidates import boundary
from theory.superposition.phase.classify import LABELS
from theory.superposition.phase.instability import instability_density, instability_importance
from theory.superposition.phase.survey import TransitionSurvey
from theory.superposition.phase.transitions import profile

__all__ = ["diagram_figure", "transition_figure"]

COLOURS = (REQUIRED, EXCLUDED, POSSIBLE, FAINT_POSSIBLE, MARGIN, MUTED)
SPECIAL = (RULE, INK)  # ties, unconverged
TIED, UNCONVERGED = len(LABELS), len(LABELS) + 1
INTERFERENCES = tuple(np.linspace(0.01, 1.0, 100).tolist())


def diagram_figure(cells: Sequence[PhaseCell], others: Sequence[TrainedCell] | None = None) -> bytes:
    """The class of every cell of a grid, exact and perhaps trained, with the candidates' boundary; a PNG.

    Args:
        cells: of the exact optimum; a grid, rows of equal importance.
        others: trained models of the same cells.
    """
    size, features = len({cell.density for cell in cells}), cells[0].weights.shape[1]
    codes = [_code(cell.labels) for cell in cells]
    panels = [("exact optimum", codes)]
    if others is not None:
        panels.append(("trained, best of several", [LABELS.index(one.label) for one in others]))
    figure, axes = canvas(4.6 * len(panels) + 0.4, 4.9, 1, len(panels))
    importances, densities = (
        sorted({getattr(cell, name) for cell in cells}) for name in ("importance", "density")
    )
    for axis, (title, values) in zip(axes, panels, strict=True):
        image = np.array(values).reshape(-1, size).T
        colours = ListedColormap([*COLOURS, *SPECIAL])
        norm = BoundaryNorm(np.arange(len(LABELS) + 3) - 0.5, colours.N)
        axis.pcolormesh(_edges(importances), _edges(densities), image, cmap=colours, norm=norm)
        rows = np.geomspace(importances[0], importances[-1], 200)
        line = [boundary(float(row), max(features, 2)) for row in rows]
        axis.plot(rows, line, color=INK, linewidth=1.2, linestyle=(0, (3, 2)), label="closed forms")
        _logarithmic(axis, title)
    present = sorted({code for _, values in panels for code in values})
    names = [*LABELS, "tie", "unconverged"]
    fills = [*COLOURS, *SPECIAL]
    handles = [
        Patch(facecolor=fills[code], edgecolor=MUTED, linewidth=0.5, label=names[code]) for code in present
    ]
    line_handle = axes[0].lines[0]
    figure.legend(
        handles=[*handles, line_handle],
        loc="outside lower center",
        ncols=3,
        fontsize=8,
        frameon=False,
        labelcolor=MUTED,
    )
    return png(figure)


def transition_figure(found: TransitionSurvey) -> bytes:
    """Left the transition lines of two features in one dimension, right losses at given interference; a PNG.

    Args:
        found: tricritical points, the critical end point and transitions.
    """
    figure, (left, right) = canvas(10.4, 4.4, 1, 2)
    reached = [row.transition for row in found.rows]
    points = [(one.importance, one.density) for one in reached if one.density is not None]
    grid = np.linspace(0.02, 1, 200).tolist()
    unstable = [instability_importance(density) for density in grid]
    left.plot(unstable, grid, color=EXCLUDED, linewidth=1.0, label="dedication unstable below")
    dashes = (0, (3, 2))
    closed = [boundary(importance) for importance in grid]
    left.plot(grid, closed, color=MUTED, linewidth=0.9, linestyle=dashes, label="closed forms")
    left.plot(*zip(*points, strict=True), color=REQUIRED, linewidth=1.8, label="p*: dedicated above")
    inner = [(row.transition.importance, row.inner.density) for row in found.rows if row.inner is not None]
    end = (found.end, instability_density(found.end))
    line = [end, *(point for point in inner if point[0] > found.end)]
    left.plot(
        *zip(*line, strict=True),
        color=POSSIBLE,
        linewidth=1.8,
        label="jump from strong to weak superposition",
    )
    for change, offset, side in ((found.lower, (-8, 10), "right"), (found.upper, (8, -8), "left")):
        place = change.importance.middle, change.density.middle
        left.plot(*([value] for value in place), "o", color=INK, markersize=5)
        text = f"tricritical\nr = {place[0]:.4f}"
        left.annotate(
            text, place, offset, textcoords="offset points", ha=side, va="center", fontsize=8, color=INK
        )
    left.plot(*([value] for value in end), "s", color=POSSIBLE, markersize=5)
    text = f"end point r = {found.end:.4f}"
    left.annotate(text, end, (10, -12), textcoords="offset points", fontsize=8, color=POSSIBLE)
    left.set_xlabel("importance r of the second feature")
    left.set_ylabel("density p")
    left.set_title("two features in one dimension")
    left.legend(fontsize=7.5, frameon=False, labelcolor=MUTED, loc="upper left")
    _profiles(right, found)
    return png(figure)


def _profiles(axis: Axes, found: TransitionSurvey) -> None:
    """`(L - r V) / p k^2` on the instability line: below 0 somewhere means that the optimum has jumped."""
    tricritical = found.lower.importance.middle
    chosen = ((0.5, REQUIRED), (found.end, POSSIBLE), (tricritical, INK), (0.7, MARGIN), (0.95, EXCLUDED))
    for importance, colour in chosen:
        density = instability_density(importance)
        points = profile(importance, density, INTERFERENCES)
        values = [loss / (density * k**2) for k, loss in points]
        axis.plot(INTERFERENCES, values, color=colour, linewidth=1.5, label=f"r = {importance:.4g}")
    axis.axhline(0, color=INK, linewidth=0.8)
    axis.set_ylim(-0.02, 0.02)
    axis.set_xlabel("interference k = −w₁ w₂")
    axis.set_ylabel("(L − L dedicated) / (p k²)")
    axis.set_title("loss at given interference, at the point of instability")
    axis.legend(fontsize=7.5, frameon=False, labelcolor=MUTED)


def _code(labels: tuple[str, ...]) -> int:
    if not labels:
        return UNCONVERGED
    return TIED if len(labels) > 1 else LABELS.index(labels[0])


def _edges(values: Sequence[float]) -> np.ndarray:
    """Of cells about equally spaced logarithms."""
    logs = np.log(np.array(values))
    half = (logs[1] - logs[0]) / 2
    return np.exp(np.r_[logs - half, logs[-1] + half])


def _logarithmic(axis: Axes, title: str) -> None:
    axis.set_xscale("log")
    axis.set_yscale("log")
    for side in (axis.xaxis, axis.yaxis):
        side.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        side.set_minor_formatter(NullFormatter())
    axis.set_xlabel("importance r of the last feature")
    axis.set_ylabel("density p")
    axis.set_title(title)
