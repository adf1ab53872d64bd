"""Hyperplanes of a layer and the chambers that they cut: lines in the plane, planes in a cube."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from empirics.figures.palette import INK, MUTED, PAPER, POSSIBLE, REQUIRED, RULE
from empirics.figures.stills import canvas, plain, png
from theory.superposition.arrangement import Arrangement, Characteristic

__all__ = ["arrangement_figure"]

PIXELS = 500
PANELS = 4
VIEW = (24.0, 32.0)  # elevation and azimuth, degrees
SHADES = LinearSegmentedColormap.from_list("active", [PAPER, "#a9c1d6"])


def arrangement_figure(parts: list[tuple[Arrangement, Characteristic]], title: str = "") -> bytes:
    """A panel for each arrangement of rank up to 3, at most four; a PNG.

    In the plane a chamber is the darker the more features are positive in it.

    Args:
        parts: arrangements with their characteristic polynomials: a whole one, or the summands of one.
        title: of all.
    """
    shown = parts[:PANELS]
    figure, axes = canvas(3.9 * max(1, len(shown)), 4.2, 1, max(1, len(shown)))
    for axis, (arranged, found) in zip(axes, shown, strict=False):
        draw = {1: _line, 2: _plane, 3: _space}.get(arranged.rank)
        if draw is None:
            axis.axis("off")
            axis.text(0.5, 0.5, f"rank {arranged.rank}", transform=axis.transAxes, ha="center", color=MUTED)
        else:
            draw(axis, arranged)
        axis.set_title(f"{found.regions} chambers, {found.bounded} bounded")
    if len(parts) > PANELS:
        title = f"{title} (the first {PANELS} of {len(parts)} summands)"
    if title:
        figure.suptitle(title, color=INK, fontsize=10)
    return png(figure)


def _reach(arranged: Arrangement) -> float:
    """A radius that holds all vertices, or twice the farthest hyperplane."""
    farthest = 2 * float(np.abs(arranged.offsets).max(initial=0.0))
    for chosen in combinations(range(arranged.count), arranged.rank):
        matrix = arranged.normals[list(chosen)]
        if abs(np.linalg.det(matrix)) > 1e-3:
            vertex = np.linalg.solve(matrix, -arranged.offsets[list(chosen)])
            farthest = max(farthest, float(np.abs(vertex).max()))
    return 1.35 * farthest if farthest > 0 else 1.0


def _line(axis: Axes, arranged: Arrangement) -> None:
    places = -arranged.offsets / arranged.normals[:, 0]
    reach = 1.8 * max(float(np.abs(places).max()), 1e-9)
    axis.axhline(0, color=MUTED, linewidth=1)
    axis.plot(places, np.zeros(len(places)), "o", color=REQUIRED, markersize=7)
    axis.set_xlim(-reach, reach)
    axis.set_ylim(-1, 1)
    axis.set_yticks([])
    axis.spines["left"].set_visible(False)


def _plane(axis: Axes, arranged: Arrangement) -> None:
    reach = _reach(arranged)
    ticks = np.linspace(-reach, reach, PIXELS)
    grid = np.stack(np.meshgrid(ticks, ticks), -1)
    active = (grid @ arranged.normals.T + arranged.offsets > 0).sum(-1)
    axis.imshow(
        active,
        extent=(-reach, reach, -reach, reach),
        origin="lower",
        cmap=SHADES,
        vmin=0,
        vmax=arranged.count,
        interpolation="nearest",
    )
    for normal, offset in zip(arranged.normals, arranged.offsets, strict=True):
        along = np.array([-normal[1], normal[0]])
        ends = -offset * normal + np.array([[-3.0], [3.0]]) * reach * along
        axis.plot(ends[:, 0], ends[:, 1], color=REQUIRED, linewidth=1.3)
        start, tip = -offset * normal, (-offset + 0.12 * reach) * normal
        axis.annotate(
            "", tip, start, arrowprops={"arrowstyle": "-|>", "color": POSSIBLE, "linewidth": 1}
        )  # to the side where the feature is on
    axis.set_xlim(-reach, reach)
    axis.set_ylim(-reach, reach)
    axis.set_aspect("equal")
    plain(axis)


def _space(axis: Axes, arranged: Arrangement) -> None:
    """Planes in a cube, in orthogonal projection, from far to near."""
    reach = _reach(arranged)
    camera = _camera()
    corners = reach * np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=float)
    for first, second in combinations(range(8), 2):
        if np.isclose(np.abs(corners[first] - corners[second]).sum(), 2 * reach):
            ends = corners[[first, second]] @ camera
            axis.plot(ends[:, 0], ends[:, 1], color=RULE, linewidth=0.8, zorder=1)
    faces = [
        _cut_cube(normal, offset, corners)
        for normal, offset in zip(arranged.normals, arranged.offsets, strict=True)
    ]
    kept = [face @ camera for face in faces if len(face) > 2]
    for face in sorted(kept, key=lambda face: float(face[:, 2].mean())):
        axis.fill(face[:, 0], face[:, 1], facecolor=REQUIRED, alpha=0.10, zorder=2)
        axis.fill(face[:, 0], face[:, 1], facecolor="none", edgecolor=REQUIRED, linewidth=1.0, zorder=3)
    for first, second in combinations(range(arranged.count), 2):
        ends = _meeting(arranged, first, second, reach)
        if ends is not None:
            flat = ends @ camera
            axis.plot(flat[:, 0], flat[:, 1], color=POSSIBLE, linewidth=0.9, zorder=4)
    axis.set_aspect("equal")
    axis.axis("off")


def _camera() -> Float[np.ndarray, "3 3"]:
    elevation, azimuth = np.radians(VIEW)
    eye = np.array(
        [np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)]
    )
    right = np.array([-np.sin(azimuth), np.cos(azimuth), 0.0])
    return np.stack([right, np.cross(eye, right), eye], 1)


def _cut_cube(
    normal: Float[np.ndarray, " 3"], offset: float, corners: Float[np.ndarray, "8 3"]
) -> Float[np.ndarray, "k 3"]:
    """The polygon in which a plane meets a cube, its corners in order."""
    heights = corners @ normal + offset
    side = np.abs(corners[0] - corners[1]).sum()
    found = []
    for first, second in combinations(range(8), 2):
        is_edge = np.isclose(np.abs(corners[first] - corners[second]).sum(), side)
        if is_edge and heights[first] * heights[second] < 0:
            share = heights[first] / (heights[first] - heights[second])
            found.append(corners[first] + share * (corners[second] - corners[first]))
    points = np.array(found).reshape(-1, 3)
    if len(points) < 3:
        return points
    across = np.linalg.svd(normal[None])[2][1:]
    flat = (points - points.mean(0)) @ across.T
    return points[np.argsort(np.arctan2(flat[:, 1], flat[:, 0]))]


def _meeting(arranged: Arrangement, first: int, second: int, reach: float) -> Float[np.ndarray, "2 3"] | None:
    """The segment in a cube that two planes have in common."""
    matrix = arranged.normals[[first, second]]
    along = np.cross(*matrix)
    if np.linalg.norm(along) < 1e-9:
        return None
    along /= np.linalg.norm(along)
    point = np.linalg.lstsq(matrix, -arranged.offsets[[first, second]], rcond=None)[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(along != 0, (-reach * np.sign(along) - point) / along, -np.inf).max()
        high = np.where(along != 0, (reach * np.sign(along) - point) / along, np.inf).min()
    if not low < high or (np.abs(point[along == 0]) > reach).any():
        return None
    return point + np.array([[low], [high]]) * along
