"""The figures of a run as PNG and GIF files, drawn by matplotlib's objects, without its global state."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from empirics.figures.animation import draw_frame, evolution_gif
from empirics.figures.data import CoefficientMap, RunFigures
from empirics.figures.palette import EXCLUDED, INK, MARGIN, MUTED, PAPER, POSSIBLE, REQUIRED, RULE
from empirics.files import write_bytes

__all__ = [
    "budget_figure",
    "canvas",
    "coefficient_figure",
    "draw_all",
    "margin_figure",
    "neurons_figure",
    "plain",
    "png",
    "power_figure",
    "weights_figure",
]

DOTS = 150  # an inch
LONGEST_LABELS = 30  # names below an axis
BINS = np.linspace(0, 1, 41)


def canvas(width: float, height: float, rows: int = 1, columns: int = 1) -> tuple[Figure, list[Axes]]:
    """A figure of so many inches and its axes, row by row."""
    figure = Figure(figsize=(width, height), layout="constrained", facecolor=PAPER)
    FigureCanvasAgg(figure)
    axes = figure.subplots(rows, columns, squeeze=False)
    for axis in axes.flat:
        plain(axis)
    return figure, list(axes.flat)


def plain(axis: Axes) -> None:
    """Thin rules, no frame."""
    axis.set_facecolor(PAPER)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)
    for side in ("bottom", "left"):
        axis.spines[side].set_color(RULE)
    axis.tick_params(colors=MUTED, labelsize=8)
    axis.xaxis.label.set_color(MUTED)
    axis.yaxis.label.set_color(MUTED)
    axis.title.set_color(INK)
    axis.title.set_fontsize(10)


def draw_all(
    figures: RunFigures, directory: Path, progress: Callable[[str], None] | None = None
) -> tuple[Path, ...]:
    """Write every figure of a run.

    Args:
        figures: what to draw.
        directory: where to; made if it is not there.
        progress: called with the name of each file before it is drawn.

    Returns:
        the files, in the order in which a reader would look at them.
    """
    drawers: dict[str, Callable[[RunFigures], bytes]] = {
        "margin.png": lambda data: png(margin_figure(data)),
        "budget.png": lambda data: png(budget_figure(data)),
        "power.png": lambda data: png(power_figure(data)),
        "neurons.png": lambda data: png(neurons_figure(data)),
        "weights.png": lambda data: png(weights_figure(data)),
        "weights.gif": lambda data: evolution_gif(data.frames, data.title),
    }
    if figures.coefficient is not None:
        coefficient = figures.coefficient
        drawers["coefficient.png"] = lambda data: png(coefficient_figure(coefficient))
    paths = []
    for name, draw in drawers.items():
        if progress is not None:
            progress(name)
        write_bytes(directory / name, draw(figures))
        paths.append(directory / name)
    return tuple(paths)


def png(figure: Figure) -> bytes:
    """A figure as the bytes of a PNG file."""
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=DOTS, facecolor=PAPER, metadata={"Software": None})
    return buffer.getvalue()


def margin_figure(data: RunFigures) -> Figure:
    """Normalised margin against steps; with `gamma*`, what is missing to it on a logarithmic axis below."""
    figure, axes = canvas(6.4, 4.6 if data.is_fraction else 3.0, 2 if data.is_fraction else 1)
    top = axes[0]
    top.plot(data.steps, data.margins, color=REQUIRED, linewidth=1.5)
    top.set_title(data.title)
    if not data.is_fraction:
        top.set_ylabel("normalised margin")
        top.set_xlabel("step")
        return figure
    top.axhline(1, color=MARGIN, linewidth=1)
    top.annotate("γ*", (data.steps[-1], 1), (4, 0), textcoords="offset points", color=MARGIN, va="center")
    top.set_ylim(max(-0.5, float(data.margins.min())), 1.08)
    top.set_ylabel("margin / γ*")
    gap = axes[1]
    gap.semilogy(data.steps, np.maximum(1 - data.margins, 1e-7), color=REQUIRED, linewidth=1.5)
    gap.set_ylabel("1 − margin / γ*")
    gap.set_xlabel("step")
    gap.grid(axis="y", color=RULE, linewidth=0.6)
    return figure


def budget_figure(data: RunFigures) -> Figure:
    """Measured shares of the norm budget beside the interval of all max-margin networks."""
    uses = data.comparison.irreps
    figure, (axis,) = canvas(6.4, max(2.2, 0.32 * min(len(uses), 40) + 1))
    shown = uses[:40]
    places = np.arange(len(shown))
    for place, use in zip(places, shown, strict=True):
        lower, upper = use.predicted
        axis.barh(place - 0.18, 100 * upper, 0.32, color=PAPER, edgecolor=REQUIRED, linewidth=1)
        axis.barh(place - 0.18, 100 * lower, 0.32, color=REQUIRED)
        axis.barh(place + 0.18, 100 * use.share, 0.32, color=POSSIBLE)
        if use.certified is not None and not data.comparison.is_vacuous:
            ends = [100 * end for end in use.certified]
            axis.plot(ends, [place + 0.18] * 2, color=INK, linewidth=1, marker="|", markersize=6)
    axis.set_yticks(places, [use.label for use in shown])
    axis.invert_yaxis()
    axis.set_xlabel("share of the norm budget, %")
    axis.set_title("predicted (blue), measured (ochre), certified by the margin (line)")
    return figure


def power_figure(data: RunFigures) -> Figure:
    """Histograms of the maximum normalised power of all weight vectors, before and after training."""
    figure, axes = canvas(6.4, 2.8, 1, 2)
    for axis, values, title in zip(
        axes, (data.start_power, data.final_power), ("before training", "after training"), strict=True
    ):
        axis.hist(np.clip(values, 0, 1), BINS.tolist(), color=REQUIRED)
        axis.set_title(title)
        axis.set_xlabel("largest fraction of energy on one irrep")
    axes[0].set_ylabel("weight vectors")
    return figure


def neurons_figure(data: RunFigures) -> Figure:
    """How many neurons live on each irrep, or frequency of `Z_n`."""
    figure, (axis,) = canvas(6.4, 2.8)
    places = np.arange(len(data.groups))
    axis.bar(places, data.counts, color=[REQUIRED if count else EXCLUDED for count in data.counts])
    step = -(-len(places) // LONGEST_LABELS)
    axis.set_xticks(places[::step], data.groups[::step])
    axis.set_xlabel("frequency" if data.groups_are_frequencies else "irrep")
    axis.set_ylabel("neurons")
    return figure


def weights_figure(data: RunFigures) -> Figure:
    """Weights and power spectra of a few neurons at the start, in the middle and at the end."""
    frames = data.frames
    half = int(np.searchsorted(frames.steps, frames.steps[-1] / 8))
    chosen = (0, half, len(frames.steps) - 1)
    figure, axes = canvas(9.0, 1.5 * len(chosen) + 0.6, len(chosen), 2)
    for line, frame in enumerate(chosen):
        draw_frame(axes[2 * line], axes[2 * line + 1], frames, frame, 0)
        axes[2 * line].set_title(f"neuron {frames.neurons[0]}, step {frames.steps[frame]}")
    axes[-2].set_xlabel("element")
    axes[-1].set_xlabel("frequency" if frames.is_cyclic else "irrep")
    return figure


def coefficient_figure(data: CoefficientMap) -> Figure:
    """A learned matrix coefficient as a matrix of low rank."""
    figure, (axis,) = canvas(4.6, 4.4)
    largest = float(np.abs(data.values).max())
    image = axis.imshow(data.values, cmap="PuOr", vmin=-largest, vmax=largest, interpolation="nearest")
    axis.set_title(f"neuron {data.neuron} on {data.label}: u(g h⁻¹), rank {data.rank}")
    axis.set_xlabel("h, sorted")
    axis.set_ylabel("g, sorted")
    axis.set_xticks([])
    axis.set_yticks([])
    colours = figure.colorbar(image, ax=axis, shrink=0.8)
    colours.ax.tick_params(colors=MUTED, labelsize=8)
    colours.outline.set_visible(False)
    return figure
