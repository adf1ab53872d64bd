"""Which features a model represents, and whether it has more of them than dimensions for them.

"Superposition iff `W^T W` is not invertible" says nothing: for `m < n` it never is. Here a feature is
represented if its direction is longer than a threshold, and there is superposition if the represented ones
are linearly dependent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from theory.errors import InputError

__all__ = ["Represented", "represented"]

THRESHOLD = 0.3
RANK_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Represented:
    """The represented set `R = {i : |w_i| > τ}`.

    Args:
        features: its members.
        rank: of the columns `W_R`.
        threshold: `τ`.
    """

    features: tuple[int, ...]
    rank: int
    threshold: float

    @property
    def superposition(self) -> bool:
        """`|R| > rank W_R`."""
        return len(self.features) > self.rank


def represented(
    weights: Float[np.ndarray, "m n"], threshold: float = THRESHOLD, rank_tolerance: float = RANK_TOLERANCE
) -> Represented:
    """The represented features of `W`.

    Args:
        weights: `W`, features in columns.
        threshold: `τ`, for lengths of columns.
        rank_tolerance: singular values below this part of the largest count as 0.

    Raises:
        InputError: a threshold that is negative or not finite, or a tolerance outside of (0, 1).
    """
    if not 0 <= threshold < np.inf:
        raise InputError(f"threshold {threshold:g}: a length, 0 or more, would be right")
    if not 0 < rank_tolerance < 1:
        raise InputError(f"rank tolerance {rank_tolerance:g}: a number between 0 and 1 would be right")
    chosen = np.flatnonzero(np.linalg.norm(weights, axis=0) > threshold)
    values = np.linalg.svd(weights[:, chosen], compute_uv=False) if len(chosen) else np.zeros(0)
    rank = int((values > rank_tolerance * values.max(initial=0)).sum())
    return Represented(tuple(chosen.tolist()), rank, threshold)
