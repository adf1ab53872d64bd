"""The map from hidden neurons to logits in the irrep basis: who writes which irrep, and what is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from empirics.circuits.clusters import NeuronClusters
from empirics.circuits.irreps import NetworkGroup
from empirics.circuits.networks import WeightNetwork
from empirics.circuits.power import column_power

__all__ = ["OutputUse", "output_map_use", "real_basis"]


@dataclass(frozen=True)
class OutputUse:
    """An irrep in the output map `W` (neurons to logits).

    Args:
        irrep: number of the real irrep.
        power: `||W P_r||^2 / ||W||^2`.
        in_cluster: part of `||W P_r||^2` in the rows of the irrep's own neurons.
        cosine: of what the network writes, `H W P_r`, with functions `rho_r(ab)`: over the whole component.
        cosines: the same for every function of the basis, cosine before sine for a frequency.
    """

    irrep: int
    power: float
    in_cluster: float
    cosine: float
    cosines: tuple[float, ...]


def real_basis(group: NetworkGroup, irrep: int) -> Float[np.ndarray, "n d"]:
    """An orthonormal basis of an isotypic component: `cos`, `sin` for a frequency of a cyclic group.

    The first vector is the character `chi_r`, normalised; the others follow by the Gram-Schmidt process from
    the projector's columns.
    """
    projector = group.projector(irrep)
    dimension = group.irreps.dimensions[irrep]
    found = [projector[:, group.identity] / np.linalg.norm(projector[:, group.identity])]
    for column in projector.T:
        if len(found) == dimension:
            break
        left = column.copy()
        for _ in range(2):  # twice, for orthogonality to rounding
            for vector in found:
                left -= (vector @ left) * vector
        size = float(np.linalg.norm(left))
        # far from dependent, so that no rounding is blown up
        if size > 0.25 * np.linalg.norm(column) / dimension**0.5:
            found.append(left / size)
    return np.stack(found, axis=1)


def output_map_use(
    network: WeightNetwork,
    hidden: Float[np.ndarray, "n n m"],
    clusters: NeuronClusters,
    irreps: Sequence[int],
) -> tuple[OutputUse, ...]:
    """How some irreps are written.

    Args:
        network: whose output map is read.
        hidden: its activations.
        clusters: of its neurons.
        irreps: to look at.
    """
    group, output = clusters.group, network.output_map
    by_neuron = column_power(output.T, group)
    total = by_neuron.sum()
    centred = hidden - hidden.mean((0, 1))
    found = []
    for r in irreps:
        basis = real_basis(group, r)
        written = centred @ (output @ basis)
        targets = basis[group.table]
        inner = (written * targets).sum((0, 1))
        sizes = (written**2).sum((0, 1))
        with np.errstate(invalid="ignore", divide="ignore"):
            cosines = inner / np.sqrt(sizes * group.order)
            cosine = inner.sum() / np.sqrt(sizes.sum() * group.order * basis.shape[1])
            in_cluster = by_neuron[r, clusters.label == r].sum() / by_neuron[r].sum()
        found.append(
            OutputUse(
                r,
                float(by_neuron[r].sum() / total),
                float(in_cluster),
                float(cosine),
                tuple(cosines.tolist()),
            )
        )
    return tuple(found)
