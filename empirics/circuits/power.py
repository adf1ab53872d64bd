"""How the power of weights is spread over the isotypic components."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from empirics.circuits.irreps import NetworkGroup
from theory.errors import InputError

__all__ = ["column_power", "irrep_power"]


def column_power(weights: Float[np.ndarray, "n d"], group: NetworkGroup) -> Float[np.ndarray, "r d"]:
    """`||P_r w||^2` of every column `w`, by real irrep.

    `||P_r w||^2 = (d_r/n) sum_g chi_r(g) sum_(a b^-1 = g) w(a) w(b)`: one correlation on the group serves
    all irreps, so that no projector is built. The columns are not centred.

    Args:
        weights: a row for each element; half precision is computed with in double.
        group: on the rows.

    Raises:
        InputError: `weights` has another number of rows than the group has elements.
    """
    n = group.order
    if len(weights) != n:
        raise InputError(f"weights: {len(weights)} rows; the group has {n} elements, so {n} rows are right")
    weights = np.asarray(weights, dtype=np.float64)
    correlation = np.zeros((n, weights.shape[1]))
    inverse_rows = group.table[group.inverses]  # g^-1 a at [g, a]
    for g in range(n):
        correlation[g] = (weights * weights[inverse_rows[g]]).sum(0)  # b = g^-1 a
    scale = np.array(group.irreps.degrees)[:, None] / n
    # rounding may leave -1e-17 where there is nothing
    return np.maximum(scale * (group.irreps.characters @ correlation), 0.0)


def irrep_power(weights: Float[np.ndarray, "n d"], group: NetworkGroup) -> Float[np.ndarray, " r"]:
    """`||P_r E||_F^2 / ||E||_F^2` by real irrep; sums to one, nan for zero weights.

    For `Z_p` these are the squared rows of the Fourier basis times `E`, cosine and sine of a frequency added
    (shared/specs/circuits.md, 2.3).

    Args:
        weights: `E`, a row for each element.
        group: on the rows.

    Raises:
        InputError: `weights` has another number of rows than the group has elements.
    """
    found = column_power(weights, group).sum(1)
    total = float((np.asarray(weights, dtype=np.float64) ** 2).sum())  # not the sum of `found`
    return found / total if total > 0 else np.full(len(found), np.nan)
