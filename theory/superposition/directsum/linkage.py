"""Single linkage of features: the maximum spanning tree of a similarity, and its cuts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

__all__ = ["FLOOR", "Linkage", "connected", "gaps", "single_linkage"]

FLOOR = 1e-9  # similarities below it are rounding


@dataclass(frozen=True, eq=False)
class Linkage:
    """The maximum spanning tree, strongest edges first: what single linkage joins, in order.

    Args:
        size: number of features.
        edges: `size - 1` pairs.
        strengths: their similarities, descending.
    """

    size: int
    edges: tuple[tuple[int, int], ...]
    strengths: Float[np.ndarray, " e"]

    def blocks(self, joined: int) -> tuple[tuple[int, ...], ...]:
        """Connected components of the strongest edges, as many as said."""
        return connected(self.size, self.edges[:joined])


def single_linkage(similarity: Float[np.ndarray, "n n"]) -> Linkage:
    """The maximum spanning tree by Prim's algorithm, in time `n^2`.

    Args:
        similarity: symmetric, from 0 to 1; the diagonal is not used.
    """
    n = len(similarity)
    best, nearest = similarity[0].copy(), np.zeros(n, dtype=np.intp)
    outside = np.ones(n, dtype=bool)
    outside[0] = False
    edges: list[tuple[float, int, int]] = []
    for _ in range(n - 1):
        new = int(np.where(outside, best, -1.0).argmax())
        edges.append((float(best[new]), int(nearest[new]), new))
        outside[new] = False
        closer = similarity[new] > best
        best, nearest = np.where(closer, similarity[new], best), np.where(closer, new, nearest)
    edges.sort(key=lambda edge: (-edge[0], edge[1:]))
    return Linkage(n, tuple(edge[1:] for edge in edges), np.array([edge[0] for edge in edges]))


def gaps(linkage: Linkage, factor: float) -> list[tuple[int, float]]:
    """Cuts at gaps between successive strengths, as (edges to keep, ratio), largest ratio first.

    Before the first edge stands 1, what a feature has with itself: the cut there leaves every feature alone.

    Args:
        linkage: of the features.
        factor: least ratio that counts as a gap.
    """
    strengths = np.maximum(np.concatenate([[1.0], linkage.strengths]), FLOOR)
    ratios = strengths[:-1] / strengths[1:]
    order = np.argsort(-ratios, kind="stable")
    return [(int(place), float(ratios[place])) for place in order if ratios[place] >= factor]


def connected(size: int, groups: Iterable[Iterable[int]]) -> tuple[tuple[int, ...], ...]:
    """Components of `0..size-1` when all members of every group belong together.

    >>> connected(5, [(0, 3), (3, 4)])
    ((0, 3, 4), (1,), (2,))
    """
    parent = list(range(size))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for group in groups:
        first, *rest = group
        for other in rest:
            low, high = sorted((root(first), root(other)))
            parent[high] = low
    members: dict[int, list[int]] = {}
    for node in range(size):
        members.setdefault(root(node), []).append(node)
    return tuple(tuple(block) for _, block in sorted(members.items()))
