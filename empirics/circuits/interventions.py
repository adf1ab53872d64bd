"""Causal tests on clusters and irreps: what the loss becomes when parts are projected, ablated or kept alone.

All losses are over all pairs, in double precision. Ablations that are linear in the logits are the same with
mean and with zero ablation once the bias is corrected; both losses, corrected and not, are given.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from empirics.circuits.clusters import NeuronClusters
from empirics.circuits.irreps import NetworkGroup
from empirics.circuits.losses import bias_corrected, cross_entropy
from empirics.circuits.networks import WeightNetwork

__all__ = [
    "ClusterLosses",
    "ablate_irreps",
    "cluster_losses",
    "keep_irreps",
    "path_loss",
    "remove_irreps",
]


@dataclass(frozen=True, eq=False)
class ClusterLosses:
    """Losses after interventions on clusters; those by irrep have -1 for the unclustered neurons.

    Args:
        path: of the hidden layer alone, every neuron as it is; the path beside it dropped.
        projected: every clustered neuron replaced by `A_r H A_r`, the others kept.
        projected_alone: the same without the others.
        ablated_projected: `projected` minus one cluster.
        ablated: the network itself minus one cluster.
        zero_ablated: the same without bias correction.
    """

    path: float
    projected: float
    projected_alone: float
    ablated_projected: dict[int, float]
    ablated: dict[int, float]
    zero_ablated: dict[int, float]


def path_loss(hidden: Float[np.ndarray, "n n m"], network: WeightNetwork, group: NetworkGroup) -> float:
    """The loss of `sum_i H_i W_out_eff[i]` with the original's mean logits."""
    return cross_entropy(bias_corrected(network.logits(), hidden @ network.output_map), group.table)


def cluster_losses(
    network: WeightNetwork,
    hidden: Float[np.ndarray, "n n m"],
    logits: Float[np.ndarray, "n n n"],
    clusters: NeuronClusters,
) -> ClusterLosses:
    """All losses of interventions on clusters.

    Args:
        network: whose `output_map` reads the neurons out.
        hidden: its activations.
        logits: its logits.
        clusters: of the neurons.
    """
    group, output = clusters.group, network.output_map
    table = group.table
    by_irrep = {r: np.flatnonzero(clusters.label == r) for r in clusters.counts()}
    rest = np.flatnonzero((clusters.label == -1) & ~clusters.inactive)
    loose = hidden[:, :, rest] @ output[rest]
    clustered = np.zeros_like(logits)
    for irrep, neurons in by_irrep.items():
        clustered += _projected(hidden, neurons, irrep, group) @ output[neurons]
    total = clustered + loose

    def loss(replacement: Float[np.ndarray, "n n n"]) -> float:
        return cross_entropy(bias_corrected(logits, replacement), table)

    ablated_projected, ablated, zero_ablated = {}, {}, {}
    for irrep, neurons in [*by_irrep.items(), *([(-1, rest)] if len(rest) else [])]:
        written = hidden[:, :, neurons] @ output[neurons]
        part = loose if irrep < 0 else _projected(hidden, neurons, irrep, group) @ output[neurons]
        ablated_projected[irrep] = loss(total - part)
        ablated[irrep] = loss(logits - written)
        zero_ablated[irrep] = cross_entropy(logits - written, table)
    return ClusterLosses(
        path=loss(hidden @ output),
        projected=loss(total),
        projected_alone=loss(clustered),
        ablated_projected=ablated_projected,
        ablated=ablated,
        zero_ablated=zero_ablated,
    )


def _projected(
    hidden: Float[np.ndarray, "n n m"], neurons: Int[np.ndarray, " c"], irrep: int, group: NetworkGroup
) -> Float[np.ndarray, "n n c"]:
    """`A_r H A_r` of some neurons, not centred."""
    projector = group.projector(0) + group.projector(irrep)
    part = np.moveaxis(hidden[:, :, neurons], 2, 0)
    return np.moveaxis(projector @ part @ projector, 0, 2)


def remove_irreps(network: WeightNetwork, group: NetworkGroup, irreps: Iterable[int]) -> WeightNetwork:
    """The network with `E - P_r E` for both embeddings."""
    kept = np.eye(group.order) - sum(group.projector(r) for r in irreps)
    return _embedded(network, kept)


def keep_irreps(network: WeightNetwork, group: NetworkGroup, irreps: Iterable[int]) -> WeightNetwork:
    """The network with some irreps and the trivial one alone in both embeddings."""
    chosen = sorted({0, *irreps})
    return _embedded(network, np.sum([group.projector(r) for r in chosen], axis=0))


def _embedded(network: WeightNetwork, operator: Float[np.ndarray, "n n"]) -> WeightNetwork:
    return network.with_embeddings(operator @ network.left.numpy(), operator @ network.right.numpy())


def ablate_irreps(network: WeightNetwork, group: NetworkGroup, irreps: Iterable[int]) -> dict[int, float]:
    """The loss when one irrep is taken out of both embeddings and the network is run again, by irrep."""
    return {r: cross_entropy(remove_irreps(network, group, [r]).logits(), group.table) for r in irreps}
