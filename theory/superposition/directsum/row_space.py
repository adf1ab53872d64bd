"""Direct sums by the row space: the same for `W` and `A W`, for every invertible `A`.

`R = W^+ W` projects to the row space. It is block diagonal exactly if the blocks' spans are independent, at
any angle: orthogonal or not.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from theory.superposition.directsum.certificate import unit_columns
from theory.superposition.directsum.gram import cut_at_gap
from theory.superposition.directsum.partition import Partition

__all__ = ["CUTOFF", "row_space_gap", "row_space_similarity"]

CUTOFF = 0.01  # singular values below it, relative to the largest, are noise: inverting them would spread it


def row_space_similarity(
    weights: Float[np.ndarray, "m n"], cutoff: float = CUTOFF
) -> Float[np.ndarray, "n n"]:
    """`|R_ij| / sqrt(R_ii R_jj)` for the projector `R = W^+ W` to the row space of the unit columns.

    Args:
        weights: `W`.
        cutoff: singular values below it, relative to the largest, count as 0.
    """
    _, values, rows = np.linalg.svd(unit_columns(weights), full_matrices=False)
    basis = unit_columns(rows[values > cutoff * max(values.max(initial=0.0), np.finfo(float).tiny)])
    return np.minimum(np.abs(basis.T @ basis), 1.0)


def row_space_gap(
    weights: Float[np.ndarray, "m n"],
    tau: float | None = None,
    noise: float | None = None,
    cutoff: float = CUTOFF,
) -> Partition:
    """The cut of the row space's similarity at its largest gap of a factor of 3 or more that is certified.

    Args:
        weights: `W`.
        tau, noise: of the certificate.
        cutoff: of `row_space_similarity`.
    """
    return cut_at_gap(weights, row_space_similarity(weights, cutoff), "row-space", tau, noise)
