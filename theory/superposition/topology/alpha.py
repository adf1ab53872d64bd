"""Alpha complexes: the Delaunay triangulation, filtered as the union of balls about its vertices grows.

Source: Edelsbrunner and Mücke, Three-dimensional Alpha Shapes (1994). The triangulation is Qhull's, by scipy.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from jaxtyping import Float, Int

from theory.errors import InputError, LimitError
from theory.superposition.topology.persistence import LARGEST, Bar, Simplex, persistence
from theory.superposition.topology.points import check_points, distances

__all__ = ["JOGGLE", "alpha", "alpha_complex", "circumsphere"]

JOGGLE = 1e-8  # of the diameter
HIGHEST_DIMENSION = 8  # Delaunay triangulations of n points have up to n^(d/2) cells
Balls = dict[Simplex, tuple[np.ndarray, float]]


def alpha(
    points: Float[np.ndarray, "n m"],
    highest: int | None = None,
    joggle: float = JOGGLE,
    generator: np.random.Generator | None = None,
) -> tuple[Bar, ...]:
    """The barcode of the union of balls about the points; scales are radii.

    Points of one sphere have no unique Delaunay triangulation, so every point is moved by up to `joggle`
    diameters first. That moves the ends of bars by no more (Cohen-Steiner, Edelsbrunner and Harer, Stability
    of Persistence Diagrams, 2007); bars that are not longer than a hundred times that are left out.

    Args:
        points: in rows; coincident points count once.
        highest: degree; None for all.
        joggle: in diameters; 0 for points in general position.
        generator: of the moves; a fixed one by default.

    Raises:
        InputError: no points, or points on which Qhull fails.
        LimitError: more than 200,000 simplices, or points that span more than 8 dimensions.
    """
    scales = alpha_complex(points, joggle, generator)
    diameter = float(distances(points).max()) if len(points) else 0.0
    return persistence(scales, highest, 100 * max(joggle, 1e-11) * diameter)


def alpha_complex(
    points: Float[np.ndarray, "n m"], joggle: float = JOGGLE, generator: np.random.Generator | None = None
) -> dict[Simplex, float]:
    """Simplices of the Delaunay triangulation with the radius from which their points' balls meet in them.

    Args, Raises: as `alpha`. Coincident points are left out: of each set the first is kept.
    """
    kept = check_points(points)[_first_of_each(points)]
    flat = _affine_coordinates(kept)
    dimension = flat.shape[1]
    if dimension > HIGHEST_DIMENSION:
        raise LimitError(
            f"alpha complex: points span {dimension} dimensions; the limit is {HIGHEST_DIMENSION}"
        )
    if joggle and dimension:
        generator = np.random.default_rng(0) if generator is None else generator
        flat = flat + joggle * distances(flat).max() * generator.uniform(-0.5, 0.5, flat.shape)
    return _radii(flat, _faces(_cells(flat)))


def circumsphere(points: Float[np.ndarray, "k d"]) -> tuple[Float[np.ndarray, " d"], float]:
    """Centre and radius of the least sphere through affinely independent points."""
    edges = points[1:] - points[0]
    if not len(edges):
        return points[0], 0.0
    # |c - p_i|^2 = |c - p_0|^2 is linear in c; lstsq returns the solution in the span of the edges
    offset = np.linalg.lstsq(edges, (edges**2).sum(1) / 2, rcond=None)[0]
    return points[0] + offset, float(np.linalg.norm(offset))


def _first_of_each(points: Float[np.ndarray, "n m"]) -> list[int]:
    """Numbers of points that differ from all earlier ones by more than rounding."""
    lengths = distances(points)
    same = lengths <= 1e-12 * max(1.0, float(np.abs(points).max(initial=0.0)))
    return [i for i in range(len(points)) if not same[i, :i].any()]


def _affine_coordinates(points: Float[np.ndarray, "n m"]) -> Float[np.ndarray, "n d"]:
    """The same points in coordinates of the affine space that they span."""
    centred = points - points.mean(0)
    left, values, _ = np.linalg.svd(centred, full_matrices=False)
    rank = int((values > 1e-10 * max(values[0], 1e-300)).sum()) if len(values) else 0
    return left[:, :rank] * values[:rank]


def _cells(points: Float[np.ndarray, "n d"]) -> Int[np.ndarray, "c v"]:
    """The cells of the Delaunay triangulation, vertices ascending."""
    from scipy.spatial import Delaunay, QhullError

    n, dimension = points.shape
    if n == dimension + 1:
        return np.arange(n)[None]
    if dimension == 1:
        order = np.argsort(points[:, 0], kind="stable")
        return np.sort(np.stack([order[:-1], order[1:]], 1), 1)
    try:
        found = Delaunay(points, qhull_options="Qbb Qc Qz Q12")
    except QhullError as error:
        reason = (str(error).splitlines() or ["no reason given"])[0][:120]
        raise InputError(f"alpha complex: Qhull cannot triangulate the {n} points: {reason}") from None
    return np.unique(np.sort(found.simplices, 1), axis=0)


def _faces(cells: Int[np.ndarray, "c v"]) -> list[set[Simplex]]:
    """All faces of the cells, by dimension."""
    layers: list[set[Simplex]] = [{tuple(cell) for cell in cells.tolist()}]
    while len(next(iter(layers[0]))) > 1:
        size = len(next(iter(layers[0]))) - 1
        layers.insert(0, {face for simplex in layers[0] for face in combinations(simplex, size)})
        count = sum(map(len, layers))
        if count > LARGEST:
            raise LimitError(f"alpha complex: more than {count:,} simplices; the limit is {LARGEST:,}")
    return layers


def _radii(points: Float[np.ndarray, "n d"], layers: list[set[Simplex]]) -> dict[Simplex, float]:
    """The radius of every simplex: its circumradius, unless a point lies within its smallest circumsphere.

    Then no point of the space is nearest to all its vertices at that radius, and it is the least radius of a
    simplex that it bounds.
    """
    scales: dict[Simplex, float] = {}
    balls: Balls = {}
    above: dict[Simplex, float] = {}  # the least radius of a simplex that it bounds
    for layer in reversed(layers):
        for simplex in sorted(layer):
            if len(simplex) == 1:
                scales[simplex] = 0.0
                continue
            if simplex not in scales:
                # no circumradius exceeds that of a coface, save by rounding, and faces must come first
                radius = _ball(points, simplex, balls)[1]
                scales[simplex] = min(radius, above.get(simplex, radius))
            for facet in combinations(simplex, len(simplex) - 1):
                above[facet] = min(above.get(facet, scales[simplex]), scales[simplex])
                if facet in scales or _holds_a_point(points, facet, simplex, balls):
                    scales[facet] = above[facet]
    return scales


def _holds_a_point(points: Float[np.ndarray, "n d"], facet: Simplex, simplex: Simplex, balls: Balls) -> bool:
    """Whether the vertex opposite to a facet lies within the facet's smallest circumsphere."""
    (opposite,) = set(simplex) - set(facet)
    centre, radius = _ball(points, facet, balls)
    return bool(np.linalg.norm(points[opposite] - centre) < radius)


def _ball(points: Float[np.ndarray, "n d"], simplex: Simplex, balls: Balls) -> tuple[np.ndarray, float]:
    """The circumsphere of a simplex, computed once."""
    if simplex not in balls:
        balls[simplex] = circumsphere(points[list(simplex)])
    return balls[simplex]
