"""Direct sums by the Gram matrix: single linkage on `|cos(w_i, w_j)|`, cut at a gap or by ranks.

It finds orthogonal sums. For independent spans at any angle, see `row_space`.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from theory.superposition.directsum.certificate import (
    DEFAULT_TAU,
    certified,
    given_tau,
    tau_rank,
    unit_columns,
)
from theory.superposition.directsum.linkage import Linkage, gaps, single_linkage
from theory.superposition.directsum.partition import Partition

__all__ = ["GAP_FACTOR", "cosines", "cut_at_gap", "gram_gap", "gram_rank"]

GAP_FACTOR = 3.0
TIE = 1 - 1e-6  # a cut between equal strengths would depend on the order of columns


def cosines(weights: Float[np.ndarray, "m n"]) -> Float[np.ndarray, "n n"]:
    """`|cos(w_i, w_j)|`; zero columns have cosine 0 with all.

    Args:
        weights: `W`.
    """
    units = unit_columns(weights)
    return np.minimum(np.abs(units.T @ units), 1.0)


def gram_gap(
    weights: Float[np.ndarray, "m n"], tau: float | None = None, noise: float | None = None
) -> Partition:
    """The cut of `|cos|` at its largest gap of a factor of 3 or more whose blocks are certified.

    Args:
        weights: `W`.
        tau, noise: of the certificate.
    """
    return cut_at_gap(weights, cosines(weights), "gram-gap", tau, noise)


def gram_rank(
    weights: Float[np.ndarray, "m n"], tau: float | None = None, noise: float | None = None
) -> Partition:
    """The finest cut of `|cos|` whose ranks add up: of `W` at a known noise, else of its unit columns.

    Args:
        weights: `W`.
        tau: tolerance in the units of `W`; by default that of the noise, or 0.3 for unit columns.
        noise: standard deviation of the entries of `W`, if it is known.
    """
    matrix, tolerance = weights, given_tau(tau, noise, weights.shape[1])
    if tolerance is None:
        matrix, tolerance = unit_columns(weights), DEFAULT_TAU
    linkage, rank = single_linkage(cosines(weights)), tau_rank(matrix, tolerance)
    ranks: dict[tuple[int, ...], int] = {}
    for joined in range(linkage.size):
        if 0 < joined < linkage.size - 1 and linkage.strengths[joined] > TIE * linkage.strengths[joined - 1]:
            continue
        blocks = linkage.blocks(joined)
        for block in blocks:
            if block not in ranks:
                ranks[block] = tau_rank(matrix[:, list(block)], tolerance)
        if sum(ranks[block] for block in blocks) == rank:
            break
    return certified(weights, blocks, "gram-rank", tau, noise)


def cut_at_gap(
    weights: Float[np.ndarray, "m n"],
    similarity: Float[np.ndarray, "n n"],
    method: str,
    tau: float | None = None,
    noise: float | None = None,
) -> Partition:
    """Single linkage on a similarity, cut at the largest gap with a certificate.

    Without one, the cut at the largest gap, uncertified; without a gap, one block. All features alone are no
    uncertified answer: those of a simplex of high dimension are nearly orthogonal, and dependent.

    Args:
        weights: `W`.
        similarity: of its columns, from 0 to 1.
        method: name for the result.
        tau, noise: of the certificate.
    """
    linkage: Linkage = single_linkage(similarity)
    first = None
    for joined, ratio in gaps(linkage, GAP_FACTOR):
        note = f"cut at a gap of factor {ratio:.3g}"
        found = certified(weights, linkage.blocks(joined), method, tau, noise, [note])
        if found.certified:
            return found
        first = first or (found if joined else None)
    if first is not None:
        return first
    whole = [tuple(range(weights.shape[1]))]
    return certified(weights, whole, method, tau, noise, [f"no cut at a gap of factor {GAP_FACTOR:g}"])
