"""How a circuit formed, as an animation: losses so far, and the irreps of embedding and logits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from empirics.circuits.progress import Progress
from empirics.circuits.progress_still import LOSSES, SMALLEST_LOSS
from empirics.figures.animation import DOTS, chosen_frames, moving_gif
from empirics.figures.palette import INK, MUTED, PAPER, REQUIRED, RULE
from empirics.figures.stills import plain
from empirics.files import write_bytes

__all__ = ["animate_progress"]

LONGEST_LABELS = 28


def animate_progress(series: Progress, labels: tuple[str, ...], path: Path) -> Path:
    """Write a GIF: on the left losses up to a step, on the right the two spectra at that step.

    Args:
        series: of a run.
        labels: of the real irreps.
        path: of the file.
    """
    figure = Figure(figsize=(10, 4.6), facecolor=PAPER, dpi=DOTS)
    drawing = FigureCanvasAgg(figure)
    grid = figure.add_gridspec(2, 2, width_ratios=(1, 1.15), hspace=0.42, wspace=0.18)
    figure.subplots_adjust(0.065, 0.11, 0.99, 0.86)
    losses = figure.add_subplot(grid[:, 0])
    spectra = [figure.add_subplot(grid[row, 1]) for row in (0, 1)]
    for axis in (losses, *spectra):
        plain(axis)
    lines = _losses(losses, series)
    bars = [
        _bars(spectra[0], labels, series.left_power, "share of the embedding's power"),
        _bars(spectra[1], labels, series.similarities, "cosine of the logits with its characters"),
    ]
    heading = figure.text(0.5, 0.945, "", ha="center", va="center", fontsize=11, color=INK)

    def show(frame: int) -> None:
        accuracy = 100 * series.test_accuracy[frame]
        heading.set_text(f"step {int(series.steps[frame]):,}: {accuracy:.1f} % of the test pairs are right")
        for line, (name, _, _) in zip(lines, LOSSES, strict=True):
            line.set_data(*_so_far(series, name, frame))
        for drawn, values in zip(bars, (series.left_power, series.similarities), strict=True):
            for bar, height in zip(drawn, values[frame, 1:], strict=True):
                bar.set_height(height)

    moving = [*lines, *(bar for drawn in bars for bar in drawn), heading]
    write_bytes(path, moving_gif(figure, drawing, moving, show, chosen_frames(len(series.steps))))
    return path


def _so_far(series: Progress, name: str, frame: int) -> tuple[np.ndarray, np.ndarray]:
    values = np.maximum(getattr(series, name)[: frame + 1], SMALLEST_LOSS)
    return np.maximum(series.steps[: frame + 1], 1), values


def _losses(axis: Axes, series: Progress) -> list[Any]:
    """Empty lines on an axis that has room for all of them."""
    every = np.concatenate([np.maximum(getattr(series, name), SMALLEST_LOSS) for name, _, _ in LOSSES])
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xlim(1, max(2, int(series.steps[-1])))
    axis.set_ylim(np.nanmin(every) / 2, np.nanmax(every) * 2)
    axis.set_xlabel("step", fontsize=8)
    axis.set_title("cross-entropy", loc="left")
    axis.grid(color=RULE, linewidth=0.5)
    lines = [axis.plot([], [], color=colour, label=label)[0] for _, label, colour in LOSSES]
    axis.legend(frameon=False, fontsize=8, labelcolor=MUTED, loc="lower left")
    return lines


def _bars(axis: Axes, labels: tuple[str, ...], values: np.ndarray, title: str) -> list[Any]:
    """Bars of all irreps but the trivial one."""
    places = np.arange(1, len(labels))
    largest = np.nanmax(values[:, 1:], initial=0.0)
    axis.set_ylim(min(0.0, np.nanmin(values[:, 1:], initial=0.0)), 1.05 * largest if largest > 0 else 1.0)
    axis.set_xlim(0.2, len(labels) - 0.2)
    every = -(-len(places) // LONGEST_LABELS)
    names = [label.removeprefix("k=") for label in labels[1:]]
    axis.set_xticks(places[::every], names[::every])
    axis.tick_params(labelsize=7)
    axis.set_title(title, loc="left")
    return list(axis.bar(places, np.zeros(len(places)), color=REQUIRED))
