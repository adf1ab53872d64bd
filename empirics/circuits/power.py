"""How the power of weights is spread over the isotypic components."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from empirics.circuits.irreps import NetworkGroup

__all__ = ["column_power", "irrep_power"]


def column_power(weights: Float[np.ndarray, "n d"], group: NetworkGroup) -> Float[np.ndarray, "r d"]:
    """`||P_r w||^2` of every column `w`, by real irrep.

    `||P_r w||^2 = (d_r/n) sum_g chi_r(g) sum_(a b^-1 = g) w(a) w(b)`: one correlation on the group serves
    all irreps, so that no projector is built.
    """
    n = group.order
    correlation = np.zeros((n, weights.shape[1]))
    inverse_rows = group.table[group.inverses]  # g^-1 a at [g, a]
    for g in range(n):
        correlation[g] = (weights * weights[inverse_rows[g]]).sum(0)  # b = g^-1 a
    scale = np.array(group.irreps.degrees)[:, None] / n
    # rounding may leave -1e-17 where there is nothing
    return np.maximum(scale * (group.irreps.characters @ correlation), 0.0)


def irrep_power(weights: Float[np.ndarray, "n d"], group: NetworkGroup) -> Float[np.ndarray, " r"]:
    """`||P_r E||_F^2 / ||E||_F^2` by real irrep; sums to one, nan for zero weights.

    For `Z_p` these are the squared rows of the Fourier basis times `E`, cosine and sine of a frequency added.
    """
    found = column_power(weights, group).sum(1)
    total = found.sum()
    return found / total if total > 0 else np.full(len(found), np.nan)
