"""How the energy of weights is spread over the irreps, from the characters alone."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from empirics.networks import NetworkStack
from empirics.tasks import GroupTask
from theory.margins.solution import MarginSolution
from theory.representations.fourier import energies

__all__ = ["row_energies", "vector_energies", "vectors"]


def vectors(network: NetworkStack) -> Float[np.ndarray, "m k1 n"]:
    """The weight vectors of the neurons of one network, in double precision: `u_1, ..., u_k, w`.

    Args:
        network: a stack of one, on a group.
    """
    assert len(network) == 1
    inner = network.input_weights[0].detach().cpu().double().numpy()
    outer = network.output_weights[0].detach().cpu().double().numpy()
    return np.concatenate([inner.transpose(1, 0, 2), outer[:, None]], axis=1)


def vector_energies(
    task: GroupTask, solution: MarginSolution, functions: Float[np.ndarray, "m k1 n"]
) -> tuple[Float[np.ndarray, "m k1 r"], Float[np.ndarray, "m k1"]]:
    """`||f_R||^2` of every weight vector on the rows of the program, and on the trivial irrep.

    A complex irrep and its conjugate are one row: their energies are added. Rows and trivial irrep together
    make `||f||^2` (Plancherel).

    Args:
        task: the group.
        solution: its rows are the order of the last axis.
        functions: weight vectors.

    Cost: `O(m k n^2)`.
    """
    found = energies(functions, task.group, solution.table)
    rows = [
        found[..., row.index] + (found[..., row.conjugate] if row.conjugate != row.index else 0.0)
        for row in solution.rows
    ]
    used = {place for row in solution.rows for place in (row.index, row.conjugate)}
    (trivial,) = set(range(found.shape[-1])) - used
    return np.stack(rows, axis=-1), found[..., trivial]


def row_energies(
    by_vector: Float[np.ndarray, "m k1 r"], trivial: Float[np.ndarray, "m k1"]
) -> tuple[Float[np.ndarray, "m r"], Float[np.ndarray, " m"]]:
    """`z_iR`, the fraction of neuron `i`'s energy on row `R`, and the same on the trivial irrep.

    Zero for neurons without weights.
    """
    total = by_vector.sum((1, 2)) + trivial.sum(1)
    safe = np.where(total > 0, total, 1.0)
    return by_vector.sum(1) / safe[:, None], trivial.sum(1) / safe
