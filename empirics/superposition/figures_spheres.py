"""Points on a circle or a sphere, coincident ones marked; cosines of those in higher dimensions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes

from empirics.figures.palette import INK, MARGIN, MUTED, PAPER, POSSIBLE, REQUIRED, RULE
from empirics.figures.stills import canvas, plain, png

__all__ = ["energies_figure", "points_figure"]

VIEW = (22.0, 35.0)  # elevation and azimuth, degrees
TOGETHER = 1e-3  # distance at which points are drawn as one


def points_figure(points: Float[np.ndarray, "n d"], title: str = "") -> bytes:
    """Unit vectors in 2 or 3 dimensions, coincident ones as one ring with their number; a PNG.

    In more dimensions, a histogram of the angles between them.

    Args:
        points: in rows.
        title: what they are.
    """
    dimension = points.shape[1]
    if dimension == 3:
        figure, (axis,) = canvas(5.0, 5.0)
        _on_sphere(axis, points)
        axis.set_title(title)
        return png(figure)
    figure, (axis,) = canvas(4.6, 4.6 if dimension == 2 else 2.8)
    if dimension == 2:
        _on_circle(axis, points)
    else:
        _angles(axis, points)
    axis.set_title(title)
    return png(figure)


def energies_figure(energies: Sequence[float], name: str) -> bytes:
    """The energy that every start reached, ascending; a PNG.

    Args:
        energies: ascending.
        name: of the energy.
    """
    figure, (axis,) = canvas(4.6, 2.6)
    axis.plot(range(1, len(energies) + 1), energies, "o", color=REQUIRED, markersize=4)
    axis.axhline(energies[0], color=MARGIN, linewidth=1)
    axis.set_xlabel("start, by the energy reached")
    axis.set_ylabel(name)
    axis.ticklabel_format(axis="y", useOffset=False)
    return png(figure)


def _on_circle(axis: Axes, points: Float[np.ndarray, "n d"]) -> None:
    turn = np.linspace(0, 2 * np.pi, 361)
    axis.plot(np.cos(turn), np.sin(turn), color=RULE, linewidth=1, zorder=1)
    for place, members in _places(points):
        axis.plot([0, place[0]], [0, place[1]], color=RULE, linewidth=0.8, zorder=1)
        _mark(axis, place[:2], len(members))
    axis.set_aspect("equal")
    axis.set_xlim(-1.3, 1.3)
    axis.set_ylim(-1.3, 1.3)
    axis.axis("off")


def _mark(axis: Axes, place: np.ndarray, count: int, strength: float = 1.0, over: int = 3) -> None:
    """A point, or a ring with the number of those that coincide."""
    colour = REQUIRED if count == 1 else POSSIBLE
    axis.plot(
        *place, "o", color=colour, markersize=7 if count == 1 else 9, alpha=strength, zorder=over,
        markeredgecolor=PAPER, markeredgewidth=0.8,
    )  # fmt: skip
    if count > 1:
        axis.plot(
            *place, "o", markersize=16, markerfacecolor="none", markeredgecolor=colour, alpha=strength,
            zorder=over, markeredgewidth=1.3,
        )  # fmt: skip
        axis.annotate(
            f"×{count}",
            (float(place[0]), float(place[1])),
            (11, 7),
            textcoords="offset points",
            color=colour,
            fontsize=10,
            alpha=strength,
            zorder=over + 1,
        )


def _on_sphere(axis: Axes, points: Float[np.ndarray, "n d"]) -> None:
    """An orthogonal projection, drawn by hand: what is behind is paler."""
    seen = points @ _camera()
    turn = np.linspace(0, 2 * np.pi, 361)
    axis.fill(np.cos(turn), np.sin(turn), color="#f3f0e8", zorder=0)
    axis.plot(np.cos(turn), np.sin(turn), color=RULE, linewidth=1.2, zorder=1)
    for circle in _great_circles():
        drawn = circle @ _camera()
        for front, style in ((True, "-"), (False, (0, (1, 3)))):
            part = np.where(((drawn[:, 2] >= 0) == front)[:, None], drawn, np.nan)
            axis.plot(part[:, 0], part[:, 1], color=RULE, linewidth=0.8, linestyle=style, zorder=1)
    for first, second in _edges(points):
        ends = seen[[first, second]]
        is_front = ends[:, 2].mean() >= 0
        axis.plot(
            ends[:, 0], ends[:, 1], color=MUTED, linewidth=1.1 if is_front else 0.7,
            alpha=0.9 if is_front else 0.35, zorder=3 if is_front else 2,
        )  # fmt: skip
    for place, members in _places(points):
        flat = place @ _camera()
        _mark(axis, flat[:2], len(members), 1.0 if flat[2] >= 0 else 0.4, 5 if flat[2] >= 0 else 2)
    axis.set_aspect("equal")
    axis.set_xlim(-1.2, 1.2)
    axis.set_ylim(-1.2, 1.2)
    axis.axis("off")


def _angles(axis: Axes, points: Float[np.ndarray, "n d"]) -> None:
    unit = points / np.linalg.norm(points, axis=1, keepdims=True)
    upper = np.triu_indices(len(points), 1)
    angles = np.degrees(np.arccos(np.clip((unit @ unit.T)[upper], -1, 1)))
    axis.hist(angles, np.linspace(-1.5, 181.5, 62).tolist(), color=REQUIRED)
    axis.axvline(90, color=INK, linewidth=0.8, linestyle=(0, (2, 2)))
    axis.set_xticks([0, 45, 90, 135, 180])
    axis.set_xlabel("angle between two points, degrees")
    axis.set_ylabel("pairs")
    plain(axis)


def _camera() -> Float[np.ndarray, "3 3"]:
    """Columns: to the right, up, and towards the eye."""
    elevation, azimuth = np.radians(VIEW)
    eye = np.array(
        [np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)]
    )
    right = np.array([-np.sin(azimuth), np.cos(azimuth), 0.0])
    return np.stack([right, np.cross(eye, right), eye], 1)


def _great_circles() -> list[Float[np.ndarray, "k 3"]]:
    turn = np.linspace(0, 2 * np.pi, 181)
    cosine, sine, zero = np.cos(turn), np.sin(turn), np.zeros(181)
    return [np.stack(axes, 1) for axes in ((cosine, sine, zero), (cosine, zero, sine), (zero, cosine, sine))]


def _edges(points: Float[np.ndarray, "n d"]) -> set[tuple[int, int]]:
    """Of the convex hull, those between coplanar facets left out."""
    from scipy.spatial import ConvexHull, QhullError

    kept = [members[0] for _, members in _places(points)]
    if len(kept) < 4:
        return set()
    try:
        hull = ConvexHull(points[kept])
    except QhullError:  # all in one plane
        return set()
    normals: dict[tuple[int, int], list[np.ndarray]] = {}
    for facet, equation in zip(hull.simplices, hull.equations, strict=True):
        for one, other in ((0, 1), (0, 2), (1, 2)):
            ends = sorted((kept[facet[one]], kept[facet[other]]))
            normals.setdefault((ends[0], ends[1]), []).append(equation[:3])
    return {edge for edge, sides in normals.items() if len(sides) < 2 or sides[0] @ sides[1] < 1 - 1e-9}


def _places(points: Float[np.ndarray, "n d"]) -> list[tuple[Float[np.ndarray, " d"], list[int]]]:
    """Distinct places with the points there."""
    found: list[tuple[np.ndarray, list[int]]] = []
    for number, point in enumerate(points):
        for place, members in found:
            if np.linalg.norm(place - point) < TOGETHER:
                members.append(number)
                break
        else:
            found.append((point, [number]))
    return found
