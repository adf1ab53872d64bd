"""Animations: weights of a few neurons and their spectra over training (as in the paper's videos)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from empirics.figures.data import WeightFrames
from empirics.figures.palette import INK, MUTED, PAPER, POSSIBLE, REQUIRED, RULE

__all__ = ["DOTS", "chosen_frames", "draw_frame", "evolution_gif", "moving_gif"]

DOTS = 80  # an inch
MOST_FRAMES = 60
MILLISECONDS = 90  # a frame
LAST = 2_500  # the last one
LONGEST_LABELS = 24


@dataclass(frozen=True, eq=False)
class FrameArtists:
    """What moves when a neuron's weights change: dots, their interpolation, bars of the spectrum."""

    dots: Any
    line: Any
    bars: Any

    def show(self, frames: WeightFrames, frame: int, neuron: int) -> None:
        """Take up the weights of another step."""
        self.dots.set_ydata(frames.weights[frame, neuron])
        self.line.set_ydata(frames.interpolation[frame, neuron])
        for bar, height in zip(self.bars, frames.power[frame, neuron], strict=True):
            bar.set_height(height)

    def all(self) -> list[Any]:
        """In the order in which they are drawn."""
        return [self.line, self.dots, *self.bars]


def draw_frame(left: Axes, right: Axes, frames: WeightFrames, frame: int, neuron: int) -> FrameArtists:
    """One neuron at one step: weights, with their interpolation on `Z_n`, and the power spectrum beside."""
    n, fine = frames.weights.shape[-1], frames.interpolation.shape[-1]
    largest = float(np.abs(frames.weights[:, neuron]).max())
    if fine:
        largest = max(largest, float(np.abs(frames.interpolation[:, neuron]).max()))
    left.set_ylim(-1.1 * largest, 1.1 * largest)
    left.axhline(0, color=RULE, linewidth=0.6)
    points = np.arange(fine) * n / max(fine, 1)
    (line,) = left.plot(points, frames.interpolation[frame, neuron], color=POSSIBLE, linewidth=0.9)
    (dots,) = left.plot(np.arange(n), frames.weights[frame, neuron], "o", color=REQUIRED, markersize=3)
    places = np.arange(len(frames.names))
    bars = right.bar(places, frames.power[frame, neuron], color=REQUIRED)
    right.set_ylim(0, 1)
    step = -(-len(places) // LONGEST_LABELS)
    right.set_xticks(places[::step], frames.names[::step])
    return FrameArtists(dots, line, bars)


def evolution_gif(frames: WeightFrames, title: str) -> bytes:
    """The animation: each shown neuron a line, weights on the left and power on the right.

    The background is drawn once; a frame redraws only what moves.

    Args:
        frames: weights over training.
        title: stands above.
    """
    figure, drawing, shown, heading = _stage(frames)
    moving = [artist for artists in shown for artist in artists.all()] + [heading]

    def show(frame: int) -> None:
        heading.set_text(f"{title}, step {frames.steps[frame]}")
        for neuron, artists in enumerate(shown):
            artists.show(frames, frame, neuron)

    return moving_gif(figure, drawing, moving, show, chosen_frames(len(frames.steps)))


def chosen_frames(count: int) -> list[int]:
    """Those of `0, ..., count - 1` that are shown: evenly spaced, the first and the last among them."""
    return [int(frame) for frame in np.unique(np.linspace(0, count - 1, MOST_FRAMES).round())]


def moving_gif(
    figure: Figure,
    drawing: Any,
    moving: list[Any],
    show: Callable[[int], None],
    frames: list[int],
) -> bytes:
    """An animation of a figure of which only some artists change; the rest is drawn once.

    Args:
        figure: with everything in it.
        drawing: its canvas.
        moving: artists that change, in the order in which they are drawn.
        show: brings them to a frame.
        frames: in the order shown.
    """
    for artist in moving:
        artist.set_animated(True)
    drawing.draw()
    background = drawing.copy_from_bbox(figure.bbox)
    pictures = []
    for frame in frames:
        drawing.restore_region(background)
        show(frame)
        for artist in moving:
            figure.draw_artist(artist)
        size = drawing.get_width_height()
        picture = Image.frombytes("RGBA", size, bytes(drawing.buffer_rgba()))
        pictures.append(picture.convert("RGB").quantize(colors=128, method=Image.Quantize.MAXCOVERAGE))
    return _gif(pictures)


def _stage(frames: WeightFrames) -> tuple[Figure, Any, list[FrameArtists], Any]:
    """The figure, its canvas, what moves in it, and its heading."""
    count = len(frames.neurons)
    figure = Figure(figsize=(8, 1.35 * count + 0.7), facecolor=PAPER, dpi=DOTS)
    drawing = FigureCanvasAgg(figure)
    axes = figure.subplots(count, 2, squeeze=False, width_ratios=(1.5, 1))
    figure.subplots_adjust(0.07, 0.13, 0.98, 0.9, 0.16, 0.3)
    shown = []
    for neuron in range(count):
        left, right = axes[neuron]
        shown.append(draw_frame(left, right, frames, 0, neuron))
        for axis in (left, right):
            axis.set_facecolor(PAPER)
            axis.tick_params(colors=MUTED, labelsize=7, labelbottom=neuron == count - 1)
            for side in axis.spines.values():
                side.set_visible(False)
        left.set_ylabel(f"neuron {frames.neurons[neuron]}", color=MUTED, fontsize=8)
    axes[-1][0].set_xlabel("element", color=MUTED, fontsize=8)
    axes[-1][1].set_xlabel("frequency" if frames.is_cyclic else "irrep", color=MUTED, fontsize=8)
    heading = figure.text(0.5, 0.95, "", ha="center", va="center", fontsize=10, color=INK)
    return figure, drawing, shown, heading


def _gif(pictures: list[Image.Image]) -> bytes:
    buffer = BytesIO()
    pictures[0].save(
        buffer,
        format="GIF",
        save_all=True,
        append_images=pictures[1:],
        duration=[MILLISECONDS] * (len(pictures) - 1) + [LAST],
        loop=0,
        optimize=True,
    )
    return buffer.getvalue()
