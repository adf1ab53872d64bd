"""Figures of geometry: dimensionalities over a sweep, a model's Gram matrix, and the table of plateaus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes

from empirics.figures.palette import EXCLUDED, INK, MARGIN, MUTED, POSSIBLE, REQUIRED, RULE
from empirics.figures.stills import canvas, png
from empirics.superposition.sweep import Sweep
from theory.superposition.geometry import PLATEAUS, WEAK_NORM, FrameReport

__all__ = ["model_figure", "plateaus_figure", "sweep_figure"]

FRACTIONS = {"dedicated": "1", **{name: str(value) for name, value in PLATEAUS.items() if value != 1}}


def sweep_figure(made: Sweep, title: str) -> bytes:
    """`D_i` of every represented feature against `1/(1 - S)`, `D*` as a line, plateaus as rules.

    Args:
        made: the sweep.
        title: of the figure.
    """
    figure, (axis,) = canvas(7.2, 4.2)
    inverse = 1 / np.array(made.preset.densities)
    _plateau_rules(axis)
    for place, report in zip(inverse, made.reports, strict=True):
        found = report.dimensionalities
        values = found.values[found.norms >= WEAK_NORM]
        spread = place * np.exp(np.linspace(-0.018, 0.018, len(values))) if len(values) else values
        axis.plot(spread, np.sort(values), "o", color=REQUIRED, markersize=2.2, alpha=0.7, linewidth=0)
    star = [report.dimensionalities.star for report in made.reports]
    axis.plot(inverse, star, color=POSSIBLE, linewidth=1.5)
    axis.annotate(
        "D* = m/‖W‖²", (inverse[-1], star[-1]), (-4, -12), textcoords="offset points", color=POSSIBLE,
        ha="right", fontsize=8,
    )  # fmt: skip
    axis.set_xscale("log")
    ticks = [tick for tick in (1, 1.5, 2, 3, 4, 6, 8, 12, 20) if tick <= inverse[-1] * 1.01]
    axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axis.minorticks_off()
    axis.set_ylim(0, 1.08)
    axis.set_xlabel("1 / (1 − S)")
    axis.set_ylabel("dimensionality of features")
    axis.set_title(title)
    return png(figure)


def model_figure(gram: Float[np.ndarray, "n n"], report: FrameReport, title: str) -> bytes:
    """The Gram matrix, features by summand, and beside it their dimensionalities.

    Args:
        gram: `W^T W`.
        report: of the same model.
        title: of the figure.
    """
    figure, (left, right) = canvas(8.0, 3.8, 1, 2)
    order = [feature for summand in report.summands for feature in summand.features]
    order += [feature for feature in range(len(gram)) if feature not in set(order)]
    largest = float(np.abs(gram).max()) or 1.0
    left.imshow(gram[np.ix_(order, order)], cmap="PuOr", vmin=-largest, vmax=largest, interpolation="nearest")
    left.set_title("WᵀW, features by summand")
    left.set_xticks([])
    left.set_yticks([])
    _plateau_rules(right)
    values = report.dimensionalities.values[order]
    weak = report.dimensionalities.norms[order] < WEAK_NORM
    right.bar(np.arange(len(order)), values, color=np.where(weak, EXCLUDED, REQUIRED).tolist())
    right.set_ylim(0, 1.08)
    right.set_xticks([])
    right.set_xlabel("feature")
    right.set_title(title)
    return png(figure)


def plateaus_figure(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The table of cells as a picture: sizes down, densities across, what was found in each as colour.

    Args:
        rows: of the table.
    """
    colours = {"tetrahedron": MARGIN, "triangle": REQUIRED, "digon": POSSIBLE}
    starts = list(dict.fromkeys(_group(row) for row in rows))
    columns = sorted({row["density"] for row in rows})
    figure, (axis,) = canvas(7.6, 0.21 * len(starts) + 1.2)
    for row in rows:
        x, y = columns.index(row["density"]), starts.index(_group(row))
        held = [name for name in colours if row["simplices"][name]]
        for place, name in enumerate(held):
            axis.barh(y, 0.9 / len(held), 0.8, x - 0.45 + 0.9 * place / len(held), color=colours[name])
        if row["predicted"].get("triangle") or row["predicted"].get("tetrahedron"):
            axis.plot(x, y, "o", color=INK, markersize=2.5)
    axis.set_xticks(range(len(columns)), [f"{density:g}" for density in columns])
    axis.set_yticks(range(len(starts)), starts, fontsize=7)
    axis.invert_yaxis()
    axis.set_xlim(-0.6, len(columns) - 0.4)
    axis.set_xlabel("density p")
    axis.grid(axis="y", color=RULE, linewidth=0.3)
    axis.set_axisbelow(True)
    axis.set_title(
        "tetrahedra (green), triangles (blue), digons (ochre), none (white); dot: 2/3 or 3/4 is cheapest",
        fontsize=9,
    )
    return png(figure)


def _group(row: Mapping[str, Any]) -> str:
    start = "" if row["start"] == "random" else f" from {row['start']}s"
    return f"n={row['features']} m={row['dimensions']} {row['optimiser']}{start}"


def _plateau_rules(axis: Axes) -> None:
    for name, height in PLATEAUS.items():
        axis.axhline(float(height), color=RULE, linewidth=0.8, zorder=0)
        lift = {"pentagon": 3, "square antiprism": -3}.get(name, 0)  # 2/5 and 3/8 are too near for two labels
        axis.annotate(
            FRACTIONS[name], (1, float(height)), (2, lift), xycoords=("axes fraction", "data"),
            textcoords="offset points", fontsize=7, color=MUTED, va="center",
        )  # fmt: skip
