"""The map from hidden neurons to logits in the irrep basis: who writes which irrep, and what is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.linalg import qr

from empirics.circuits.clusters import NeuronClusters
from empirics.circuits.irreps import NetworkGroup
from empirics.circuits.networks import WeightNetwork
from empirics.circuits.power import column_power
from theory.errors import InputError

__all__ = ["OutputUse", "output_map_use", "real_basis"]


@dataclass(frozen=True)
class OutputUse:
    """An irrep in the output map `W` (neurons to logits); nan where a quotient has no power below it.

    Args:
        irrep: number of the real irrep.
        power: `||W P_r||^2 / ||W||^2`.
        in_cluster: part of `||W P_r||^2` in the rows of the irrep's own neurons.
        cosine: of what the network writes, `H W P_r`, with functions `rho_r(ab)`: over the whole component.
        cosines: the same for every function of `real_basis`, cosine before sine for a frequency.
    """

    irrep: int
    power: float
    in_cluster: float
    cosine: float
    cosines: tuple[float, ...]


def real_basis(group: NetworkGroup, irrep: int) -> Float[np.ndarray, "n d"]:
    """An orthonormal basis of an isotypic component: `cos`, `sin` for a frequency of a cyclic group.

    The first vector is the character `chi_r`, normalised; the others span the rest of the projector's image,
    by QR with pivoting. At `n/2` in an even cyclic group there is no sine, and none is made of rounding.
    """
    projector = group.projector(irrep)
    character = projector[:, group.identity] / np.linalg.norm(projector[:, group.identity])
    rest, _, _ = qr(projector - np.outer(character, character), pivoting=True, check_finite=False)
    # a component is as wide as its dimension says: no rank is guessed
    return np.column_stack([character, rest[:, : group.irreps.dimensions[irrep] - 1]])


def output_map_use(
    network: WeightNetwork, clusters: NeuronClusters, irreps: Sequence[int]
) -> tuple[OutputUse, ...]:
    """How some irreps are written.

    Args:
        network: whose output map is read, and whose activations are streamed.
        clusters: of its neurons.
        irreps: to look at.

    Raises:
        InputError: the clusters are of other neurons, or there is no such irrep.
    """
    group, output = clusters.group, network.output_map
    if output.shape != (len(clusters.label), group.order):
        raise InputError(
            f"{network.source}: an output map of shape {list(output.shape)}; the clusters are of "
            f"{len(clusters.label)} neurons on {group.order} elements"
        )
    wrong = [r for r in irreps if not 0 <= r < len(group.irreps)]
    if wrong:
        raise InputError(f"irrep {wrong[0]}: a number in 0..{len(group.irreps) - 1} would be right")
    by_neuron = column_power(output.T, group)
    bases = [real_basis(group, r) for r in irreps]
    inner = [np.zeros(basis.shape[1]) for basis in bases]
    squares = [np.zeros(basis.shape[1]) for basis in bases]
    for rows in network.row_chunks():
        centred = network.hidden(rows) - clusters.mean
        for number, basis in enumerate(bases):
            written = centred @ (output @ basis)
            inner[number] += np.einsum("abd,abd->d", written, basis[group.table[rows]])
            squares[number] += np.einsum("abd,abd->d", written, written)
    found = []
    with np.errstate(invalid="ignore", divide="ignore"):
        for r, product, square in zip(irreps, inner, squares, strict=True):
            # every function of ab in the basis has the squared norm n over all pairs
            n, dimension = group.order, len(product)
            found.append(
                OutputUse(
                    irrep=r,
                    power=float(by_neuron[r].sum() / by_neuron.sum()),
                    in_cluster=float(by_neuron[r, clusters.label == r].sum() / by_neuron[r].sum()),
                    cosine=float(product.sum() / np.sqrt(square.sum() * n * dimension)),
                    cosines=tuple((product / np.sqrt(square * n)).tolist()),
                )
            )
    return tuple(found)
