"""The bottleneck distance of barcodes: how far ends of bars must move to turn one into the other.

Source: Cohen-Steiner, Edelsbrunner and Harer, Stability of Persistence Diagrams (2007): it is at most the
largest change of a scale, for Rips complexes of a distance.
"""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float

from theory.superposition.topology.persistence import Bar

__all__ = ["bottleneck"]


def bottleneck(first: tuple[Bar, ...], second: tuple[Bar, ...]) -> float:
    """The bottleneck distance, the largest over degrees; infinite if infinite bars differ in number.

    Bars may be matched with each other or shrunk to nothing, which moves both ends by half the length.
    """
    worst = 0.0
    for degree in {bar.degree for bar in (*first, *second)}:
        ones, others = ([bar for bar in bars if bar.degree == degree] for bars in (first, second))
        worst = max(worst, _endless(ones, others), _finite(ones, others))
    return worst


def _endless(first: list[Bar], second: list[Bar]) -> float:
    """Infinite bars, whose births match in order."""
    births = [sorted(bar.birth for bar in bars if math.isinf(bar.death)) for bars in (first, second)]
    if len(births[0]) != len(births[1]):
        return math.inf
    return max((abs(one - other) for one, other in zip(*births, strict=True)), default=0.0)


def _finite(first: list[Bar], second: list[Bar]) -> float:
    """Finite bars: the least threshold under which all can be matched."""
    ends = [
        np.array([[bar.birth, bar.death] for bar in bars if math.isfinite(bar.death)]).reshape(-1, 2)
        for bars in (first, second)
    ]
    costs = _costs(*ends)
    candidates = np.unique(costs[np.isfinite(costs)])
    low, high = 0, len(candidates) - 1
    while low < high:
        middle = (low + high) // 2
        if _matches(costs <= candidates[middle]):
            high = middle
        else:
            low = middle + 1
    return float(candidates[low]) if len(candidates) else 0.0


def _costs(first: Float[np.ndarray, "a 2"], second: Float[np.ndarray, "b 2"]) -> Float[np.ndarray, "c c"]:
    """Bars of either, then of each the place on the diagonal that stands for every bar of the other."""
    a, b = len(first), len(second)
    costs = np.full((a + b, a + b), np.inf)
    costs[:a, :b] = np.abs(first[:, None] - second[None]).max(-1)
    costs[np.arange(a), b + np.arange(a)] = (first[:, 1] - first[:, 0]) / 2
    costs[a + np.arange(b), np.arange(b)] = (second[:, 1] - second[:, 0]) / 2
    costs[a:, b:] = 0.0
    return costs


def _matches(allowed: np.ndarray) -> bool:
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import maximum_bipartite_matching

    return bool((maximum_bipartite_matching(csr_matrix(allowed), perm_type="column") >= 0).all())
