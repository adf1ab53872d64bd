"""The exact loss of two features in one dimension at a given interference, least over everything else."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.optimize import minimize

from theory.errors import InputError
from theory.superposition.phase.pair import check_pair, row_loss

__all__ = ["constrained_loss"]

BOUNDS = ((-4.0, 2.0), (-1.0, 2.0), (-1.0, 2.0))  # of log w_1^2 and both biases; steps beyond them overflow
OPTIONS = {"ftol": 1e-16, "gtol": 1e-11, "maxiter": 400}


def constrained_loss(importance: float, density: float, interference: float) -> float:
    """`min L` over `w_1`, `b_1`, `b_2` at fixed `k = -w_1 w_2`.

    Args:
        importance: `r`.
        density: `p`.
        interference: `k > 0`.

    Raises:
        InputError: `r`, `p` or `k` out of range.
    """
    check_pair(importance, density)
    if not 0 < interference < float("inf"):
        raise InputError(f"k = {interference:g}: a positive interference would be right")

    def scaled(point: Float[np.ndarray, " 3"]) -> tuple[float, Float[np.ndarray, " 3"]]:
        own = np.exp(point[0])
        rows = np.array([own, interference**2 / own])
        (loss, second), (by_row, by_other) = row_loss(rows, np.full(2, -interference), point[1:], density)
        by_log = rows[0] * by_row[0] - importance * rows[1] * by_other[0]
        gradient = np.array([by_log, by_row[2], importance * by_other[2]])
        return float(loss + importance * second) / density, gradient / density

    k, half = interference, density / 2
    starts = ((0.0, 0.1 * k, half * (1 + k)), (max(np.log(k), -4.0), 0.0, 0.0), (0.05, 0.1 * k, half / 2))
    results = [
        minimize(scaled, start, jac=True, method="L-BFGS-B", bounds=BOUNDS, options=OPTIONS)
        for start in starts
    ]
    return min(float(result.fun) for result in results) * density
