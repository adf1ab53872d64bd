"""Direct sums by missing faces: tegum factors of the convex hull, without a threshold.

The boundary of a direct sum (tegum product) `P + Q` of polytopes with 0 inside is the join of their
boundaries: its facets are the pairs of a facet of `P` and one of `Q`. So a set of vertices lies in no facet
exactly if its part in `P` or its part in `Q` does, and minimal such sets, the missing faces, never cross from
`P` to `Q`. Connected components of the missing faces are the finest such sum; they do not change under
`W -> A W`. Facets may have more vertices than a simplex.
"""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
from jaxtyping import Float, Int

from theory.errors import InputError, LimitError
from theory.superposition.directsum.certificate import certified, tau_rank, unit_columns
from theory.superposition.directsum.linkage import connected
from theory.superposition.directsum.partition import Partition

__all__ = ["boundary_facets", "face_bound", "facet_bound", "join_components", "missing_faces"]

COPLANAR = 1e-7  # hyperplanes of facets that are as near as this are one
COINCIDENT = 1e-9  # unit columns that are as near as this are one vertex
INSIDE = 1e-9  # least distance of 0 from the facets
FACES, POINTS = 2**24, 2000


def missing_faces(
    weights: Float[np.ndarray, "m n"], tau: float | None = None, noise: float | None = None
) -> Partition:
    """The finest join decomposition of the hull of the unit columns.

    Args:
        weights: `W`.
        tau, noise: of the certificate.

    Raises:
        InputError: `W` has rank less than `m`, or 0 is not inside the hull: the theorem does not apply.
        LimitError: more than 2000 columns, or so many that the hull could have more than 2^24 faces.
    """
    vertices, owner = _distinct(unit_columns(weights))
    m, n = vertices.shape
    facets, notes = boundary_facets(vertices)
    components = join_components(n, m, facets)
    blocks = [[int(c) for c in np.flatnonzero(np.isin(owner, component))] for component in components]
    if n < weights.shape[1]:
        notes = (*notes, f"{weights.shape[1] - n} columns coincide with others")
    return certified(weights, blocks, "missing-faces", tau, noise, notes)


def boundary_facets(
    vertices: Float[np.ndarray, "m n"],
) -> tuple[frozenset[int], tuple[str, ...]]:
    """Facets of the hull as bit masks of their vertices, and notes.

    Args:
        vertices: distinct unit vectors in columns.

    Raises:
        InputError: rank less than `m`, or 0 not inside.
        LimitError: more than 2000 vertices, or so many that they could span more than 2^24 faces.
    """
    m, n = vertices.shape
    rank = tau_rank(vertices, 0.0)
    if rank < m:
        raise InputError(f"missing faces: W has rank {rank} of m = {m}; full rank would be right")
    if n > POINTS:
        raise LimitError(f"missing faces: {n:,} points; the limit is {POINTS:,}")
    bound = face_bound(m, n)
    if bound > FACES:
        raise LimitError(f"missing faces: up to {bound:,} faces for n = {n}, m = {m}; the limit is {FACES:,}")
    if m == 1:
        if n < 2:
            raise InputError(
                "missing faces: 0 is not inside the hull; points on all its sides would be right"
            )
        return frozenset({1, 2}), ()
    from scipy.spatial import ConvexHull, QhullError

    try:
        hull = ConvexHull(vertices.T)
    except QhullError as error:
        reason = (str(error).strip().splitlines() or ["no hull"])[0]
        raise InputError(
            f"missing faces: Qhull refuses: {reason[:100]}; points in general position"
        ) from None
    if hull.equations[:, -1].max() > -INSIDE:
        raise InputError("missing faces: 0 is not inside the hull; points on all its sides would be right")
    return _merged(hull.simplices, hull.equations, hull.neighbors)


def join_components(size: int, dimension: int, facets: frozenset[int]) -> tuple[tuple[int, ...], ...]:
    """The finest partition of the vertices for which the facets are all products of facets of the blocks.

    Missing faces are looked for by size. Those found so far are in the same block of any answer; and once
    there are as many facets as combinations of the blocks' facets, the complex is their join. Sizes end at
    `m + 1`, by Helly's theorem on the dual faces.

    Args:
        size: number of vertices.
        dimension: `m`.
        facets: bit masks of vertices.
    """
    groups: list[tuple[int, ...]] = []
    smaller = {1 << vertex for vertex in range(size)}
    for members in range(2, dimension + 2):
        components = connected(size, groups)
        if _is_join(components, facets):
            return components
        block_of = {vertex: number for number, block in enumerate(components) for vertex in block}
        faces = {sum(chosen) for facet in facets for chosen in combinations(_bits(facet), members)}
        for face in smaller:
            for vertex in range(face.bit_length(), size):
                candidate = face | 1 << vertex
                if candidate in faces:
                    continue
                corners = [bit.bit_length() - 1 for bit in _bits(candidate)]
                if len({block_of[corner] for corner in corners}) == 1:
                    continue
                if all(candidate & ~(1 << corner) in smaller for corner in corners):
                    groups.append(tuple(corners))
        smaller = faces
    return connected(size, groups)


def facet_bound(m: int, n: int) -> int:
    """The most facets that `n` points can span in dimension `m` (McMullen's upper bound theorem).

    Args:
        m: dimension.
        n: number of points.
    """
    if n <= m or m < 2:
        return min(n, 2)
    return math.comb(n - (m + 1) // 2, n - m) + math.comb(n - m // 2 - 1, n - m)


def face_bound(m: int, n: int) -> int:
    """More faces of all dimensions than `n` points span in dimension `m`, if facets are simplices.

    Args:
        m: dimension.
        n: number of points.
    """
    return facet_bound(m, n) * 2**m


def _is_join(components: tuple[tuple[int, ...], ...], facets: frozenset[int]) -> bool:
    """Whether there are as many facets as combinations of their parts: every facet is one of these."""
    combinations_of_parts = 1
    for block in components:
        mask = sum(1 << vertex for vertex in block)
        combinations_of_parts *= len({facet & mask for facet in facets})
        if combinations_of_parts > len(facets):
            return False
    return True


def _bits(mask: int) -> list[int]:
    """The powers of two that add up to a mask."""
    found = []
    while mask:
        found.append(mask & -mask)
        mask &= mask - 1
    return found


def _distinct(units: Float[np.ndarray, "m n"]) -> tuple[Float[np.ndarray, "m v"], Int[np.ndarray, " n"]]:
    """Columns without repetition, and which of them each column is."""
    kept: list[int] = []
    owner = np.zeros(units.shape[1], dtype=np.int64)
    for column in range(units.shape[1]):
        distances = np.linalg.norm(units[:, kept] - units[:, [column]], axis=0)
        if len(kept) and distances.min() < COINCIDENT:
            owner[column] = int(distances.argmin())
        else:
            owner[column] = len(kept)
            kept.append(column)
    return units[:, kept], owner


def _merged(
    simplices: Int[np.ndarray, "f m"], equations: Float[np.ndarray, "f e"], neighbours: Int[np.ndarray, "f m"]
) -> tuple[frozenset[int], tuple[str, ...]]:
    """Qhull's simplices, those of one hyperplane together."""
    pairs = [
        (facet, int(other))
        for facet, others in enumerate(neighbours)
        for other in others
        if facet < other and np.abs(equations[facet] - equations[other]).max() < COPLANAR
    ]
    masks = [sum(1 << int(vertex) for vertex in simplex) for simplex in simplices]
    merged = []
    for group in connected(len(masks), pairs):
        union = 0
        for facet in group:
            union |= masks[facet]
        merged.append(union)
    facets = frozenset(merged)
    large = sum(facet.bit_count() > simplices.shape[1] for facet in facets)
    notes: tuple[str, ...] = ()
    if large:
        notes = (f"{large} of {len(facets)} facets are no simplices: a perturbation may change the answer",)
    return facets, notes
