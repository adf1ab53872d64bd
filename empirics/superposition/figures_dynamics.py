"""Figures of learning dynamics: losses with their events, and the features' way, as a picture that moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from empirics.figures.animation import DOTS, chosen_frames, moving_gif
from empirics.figures.palette import EXCLUDED, INK, MARGIN, MUTED, PAPER, POSSIBLE, REQUIRED, RULE
from empirics.figures.stills import canvas, plain, png
from empirics.superposition.dynamics import Events, Trajectory, aligned, principal_coordinates

__all__ = ["dynamics_figure", "stages_figure", "trajectories_gif"]

COLOURS = (REQUIRED, POSSIBLE, MARGIN, EXCLUDED)
TAIL = 12  # frames of a feature's way that stay behind it


def dynamics_figure(run: Trajectory, found: Events, title: str) -> bytes:
    """Loss above, dimensionalities below, with drops (thin lines) and jumps (dots).

    Args:
        run: recorded.
        found: its events.
        title: of the figure.
    """
    figure, (top, bottom) = canvas(6.4, 4.6, 2)
    top.semilogy(run.steps, run.losses, color=REQUIRED, linewidth=1.5)
    top.set_title(title)
    top.set_ylabel("loss")
    for axis in (top, bottom):
        for drop in found.drops:
            axis.axvline(drop, color=MARGIN, linewidth=0.8)
    for feature in range(run.dimensionalities.shape[1]):
        bottom.plot(run.steps, run.dimensionalities[:, feature], color=EXCLUDED, linewidth=0.7)
    for jump in found.jumps:
        frame = int(np.searchsorted(run.steps, jump.step))
        height = run.dimensionalities[min(frame, len(run.steps) - 1), jump.feature]
        bottom.plot(jump.step, height, "o", color=POSSIBLE, markersize=4)
    bottom.set_ylabel("dimensionality")
    bottom.set_xlabel("step")
    bottom.set_ylim(0, 1.02)
    return png(figure)


def stages_figure(
    steps: Sequence[int],
    inside: Float[np.ndarray, "t k"],
    between: Float[np.ndarray, "t k"],
    octahedra: Sequence[int],
    title: str,
) -> bytes:
    """Cosines inside and between two sets over training, and how many models are octahedra.

    Args:
        steps: of the frames.
        inside, between: mean cosines of each model at each frame.
        octahedra: models that are, at each frame.
        title: of the figure.
    """
    figure, (top, bottom) = canvas(6.4, 4.2, 2)
    top.plot(steps, inside, color=REQUIRED, linewidth=0.5, alpha=0.5)
    top.plot(steps, between, color=POSSIBLE, linewidth=0.5, alpha=0.5)
    top.plot(steps, inside.mean(1), color=REQUIRED, linewidth=2, label="inside a set")
    top.plot(steps, between.mean(1), color=POSSIBLE, linewidth=2, label="between sets")
    top.axhline(0, color=RULE, linewidth=0.6)
    top.set_ylabel("mean cosine")
    top.set_title(title)
    top.legend(frameon=False, fontsize=8, labelcolor=INK)
    bottom.plot(steps, octahedra, color=MARGIN, linewidth=1.5)
    bottom.set_ylim(0, inside.shape[1] + 0.5)
    bottom.set_ylabel("octahedra")
    bottom.set_xlabel("step")
    return png(figure)


def trajectories_gif(run: Trajectory, groups: Sequence[Sequence[int]], title: str) -> bytes:
    """The features' way over training, rotations taken out: loss on the left, features on the right.

    Args:
        run: recorded.
        groups: of features, one colour each.
        title: stands above.
    """
    features = [feature for group in groups for feature in group]
    points = _projected(principal_coordinates(aligned(run.weights), features, 3))
    figure = Figure(figsize=(8, 4.2), facecolor=PAPER, dpi=DOTS)
    drawing = FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.1))
    figure.subplots_adjust(0.09, 0.13, 0.98, 0.87, 0.12)
    plain(left)
    left.semilogy(run.steps, run.losses, color=RULE, linewidth=1.5)
    left.set_xlabel("step", fontsize=8)
    left.set_ylabel("loss", fontsize=8)
    (marker,) = left.plot(run.steps[:1], run.losses[:1], "o", color=REQUIRED, markersize=5)
    arms, dots, tails = _features(right, points, groups)
    heading = figure.text(0.5, 0.94, "", ha="center", va="center", fontsize=10, color=INK)

    def show(frame: int) -> None:
        heading.set_text(f"{title}, step {run.steps[frame]}")
        marker.set_data(run.steps[frame : frame + 1], run.losses[frame : frame + 1])
        for number in range(len(features)):
            x, y = points[frame, :, number]
            arms[number].set_data([0, x], [0, y])
            dots[number].set_data([x], [y])
            start = max(0, frame - TAIL)
            tails[number].set_data(*points[start : frame + 1, :, number].T)

    moving = [*tails, *arms, *dots, marker, heading]
    return moving_gif(figure, drawing, moving, show, chosen_frames(len(run.steps)))


def _features(
    axis: Axes, points: Float[np.ndarray, "t 2 f"], groups: Sequence[Sequence[int]]
) -> tuple[list[Any], list[Any], list[Any]]:
    """Arms from the origin, dots, and tails, one a feature, in the order of the groups."""
    reach = 1.1 * float(np.abs(points).max()) or 1.0
    axis.set_xlim(-reach, reach)
    axis.set_ylim(-reach, reach)
    axis.set_aspect("equal")
    axis.set_axis_off()
    axis.plot(0, 0, "+", color=MUTED, markersize=6)
    arms, dots, tails = [], [], []
    for number, group in enumerate(groups):
        colour = COLOURS[number % len(COLOURS)]
        for _ in group:
            tails += axis.plot([], [], color=colour, linewidth=0.8, alpha=0.5)
            arms += axis.plot([], [], color=colour, linewidth=1.5)
            dots += axis.plot([], [], "o", color=colour, markersize=6)
    return arms, dots, tails


def _projected(coordinates: Float[np.ndarray, "t c f"]) -> Float[np.ndarray, "t 2 f"]:
    """On the plane: two coordinates as they are, three as seen from an oblique angle."""
    count = coordinates.shape[1]
    if count == 1:
        return np.concatenate([coordinates, np.zeros_like(coordinates)], 1)
    if count == 2:
        return coordinates
    views = [_view(turn, tilt) for turn in np.arange(0, np.pi, 0.2) for tilt in (0.2, 0.5, 0.8)]
    view = max(views, key=lambda one: _closest(one @ coordinates[-1]))
    return np.einsum("pc,tcf->tpf", view, coordinates)


def _view(turn: float, tilt: float) -> Float[np.ndarray, "2 3"]:
    """Parallel projection, turned about the third axis and then tilted."""
    return np.array(
        [
            [np.cos(turn), np.sin(turn), 0],
            [np.sin(turn) * np.sin(tilt), -np.cos(turn) * np.sin(tilt), np.cos(tilt)],
        ]
    )


def _closest(points: Float[np.ndarray, "2 f"]) -> float:
    """Distance of the two points, or a point and the origin, that would be hardest to tell apart."""
    marked = np.concatenate([points, np.zeros((2, 1))], 1)
    distances = np.linalg.norm(marked[:, :, None] - marked[:, None], axis=0)
    return float(distances[np.triu_indices(distances.shape[0], 1)].min())
