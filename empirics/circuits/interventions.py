"""Causal tests on clusters and irreps: what the loss becomes when parts are projected, ablated or kept alone.

All losses are over all pairs, in double precision. What is linear in the logits is ablated by its mean: a
bias is added that leaves the mean logits of the network. Zero ablation, without that bias, and resample
ablation, which puts in what is written at another pair, are given beside it. After Nanda et al.
(arXiv:2301.05217) and the ARENA exercises on modular addition.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from empirics.circuits.clusters import NeuronClusters, isotypic_basis
from empirics.circuits.irreps import NetworkGroup
from empirics.circuits.losses import network_loss, pair_losses
from empirics.circuits.networks import WeightNetwork
from theory.errors import InputError

__all__ = [
    "UNCLUSTERED",
    "ClusterLosses",
    "ablate_irreps",
    "cluster_losses",
    "keep_irreps",
    "remove_irreps",
]

UNCLUSTERED = -1  # stands for the active neurons of no cluster where losses are by irrep
NUMBERS = 2**23  # in the activations, or the replacement logits of one kind, that are held at once

_Chunk = tuple[slice, Float[np.ndarray, "a n m"], Float[np.ndarray, "a n n"]]


@dataclass(frozen=True, eq=False)
class ClusterLosses:
    """Losses after interventions on clusters; those by irrep have `UNCLUSTERED` for the other neurons.

    Args:
        path: of the hidden layer alone, every neuron as it is; the path beside it dropped.
        projected: every clustered neuron replaced by `A_r H A_r` (`H` not centred), the others kept; the path
            beside the hidden layer dropped.
        projected_alone: the same without the others.
        ablated_projected: `projected` minus one cluster.
        ablated: the network itself minus one cluster, `L - H W_out_eff + mean(H) W_out_eff`.
        zero_ablated: the same without the last term.
        resampled: the last term instead what the cluster writes at `(s(a), t(b))`, for one draw of random
            permutations `s`, `t` of the elements.
    """

    path: float
    projected: float
    projected_alone: float
    ablated_projected: dict[int, float]
    ablated: dict[int, float]
    zero_ablated: dict[int, float]
    resampled: dict[int, float]


@dataclass(frozen=True, eq=False)
class _Cluster:
    """What one cluster writes to the logits.

    Args:
        neurons: numbers of its neurons.
        output: their rows of the output map.
        mean: of what they write, over all pairs.
        vectors: an orthonormal basis `V` of the image of `A_r`; None where nothing is projected.
        coefficients: `V^T H V`.
    """

    neurons: Int[np.ndarray, " c"]
    output: Float[np.ndarray, "c n"]
    mean: Float[np.ndarray, " n"]
    vectors: Float[np.ndarray, "n k"] | None
    coefficients: Float[np.ndarray, "k k c"] | None

    def written(self, hidden: Float[np.ndarray, "a n m"]) -> Float[np.ndarray, "a n n"]:
        return hidden[:, :, self.neurons] @ self.output

    def projected(self, hidden: Float[np.ndarray, "a n m"], rows: slice) -> Float[np.ndarray, "a n n"]:
        """`A_r H A_r W_out_eff` on some rows; what is written where nothing is projected."""
        if self.vectors is None or self.coefficients is None:
            return self.written(hidden)
        left = np.tensordot(self.vectors[rows], self.coefficients, 1)
        return (self.vectors @ left) @ self.output


def cluster_losses(
    network: WeightNetwork, clusters: NeuronClusters, generator: np.random.Generator
) -> ClusterLosses:
    """All losses of interventions on clusters, in two passes over the network's rows.

    Args:
        network: whose `output_map` reads the neurons out.
        clusters: of its neurons.
        generator: of the pairs that are resampled.

    Raises:
        InputError: the clusters are of another network's neurons or of another order.
    """
    _check_order(network, clusters.group)
    neurons, labelled = len(network.output_map), len(clusters.label)
    if neurons != labelled:
        raise InputError(f"{network.source}: {neurons} neurons; the clusters are of {labelled} neurons")
    passes = _passes(network)
    parts, bias = _clusters_of(network, clusters, passes())
    sums: defaultdict[tuple[str, int], float] = defaultdict(float)
    first, second = (generator.permutation(network.order) for _ in range(2))
    for chunk in passes():
        elsewhere = network.hidden(first[chunk[0]])[:, second]
        for key, replacement in _replacements(network, clusters, parts, bias, chunk, elsewhere):
            sums[key] += float(pair_losses(replacement, clusters.group.table[chunk[0]]).sum())
    losses = {key: total / network.order**2 for key, total in sums.items()}

    def by_irrep(name: str) -> dict[int, float]:
        return {r: losses[name, r] for r in parts}

    return ClusterLosses(
        path=losses["path", 0],
        projected=losses["projected", 0],
        projected_alone=losses["projected alone", 0],
        ablated_projected=by_irrep("projected"),
        ablated=by_irrep("mean"),
        zero_ablated=by_irrep("zero"),
        resampled=by_irrep("resampled"),
    )


def _replacements(
    network: WeightNetwork,
    clusters: NeuronClusters,
    parts: dict[int, _Cluster],
    bias: Float[np.ndarray, " n"],
    chunk: _Chunk,
    elsewhere: Float[np.ndarray, "a n m"],
) -> Iterator[tuple[tuple[str, int], Float[np.ndarray, "a n n"]]]:
    """Replacement logits on some rows, corrected to the mean logits `bias` but for zero ablation.

    The means of what is left are known: a projection `A_r H A_r` has the mean of `H`.
    """
    (rows, hidden, logits), output = chunk, network.output_map
    yield ("path", 0), hidden @ output + (bias - clusters.mean @ output)
    projected = {r: part.projected(hidden, rows) for r, part in parts.items()}
    # all with the mean logits, so that a part is taken away without its mean
    total = sum((projected[r] - part.mean for r, part in parts.items()), np.zeros_like(logits)) + bias
    yield ("projected", 0), total
    loose = parts.get(UNCLUSTERED)
    yield ("projected alone", 0), total if loose is None else total - (projected[UNCLUSTERED] - loose.mean)
    for r, part in parts.items():
        written = part.written(hidden)
        yield ("projected", r), total - (projected[r] - part.mean)
        yield ("mean", r), logits - (written - part.mean)
        yield ("zero", r), logits - written
        yield ("resampled", r), logits - written + part.written(elsewhere)


def _passes(network: WeightNetwork) -> Callable[[], Iterator[_Chunk]]:
    """Passes over the rows with activations and logits; a network that fits in one chunk is run once."""
    n, widest = network.order, max(network.output_map.shape)
    step = max(1, NUMBERS // (n * widest))

    def chunks() -> Iterator[_Chunk]:
        for start in range(0, n, step):
            rows = slice(start, min(start + step, n))
            yield rows, network.hidden(rows), network.logits(rows)

    held = list(chunks()) if step >= n else None
    return chunks if held is None else lambda: iter(held)


def _clusters_of(
    network: WeightNetwork, clusters: NeuronClusters, chunks: Iterator[_Chunk]
) -> tuple[dict[int, _Cluster], Float[np.ndarray, " n"]]:
    """Every cluster with its projected activations in the irrep's basis, and the mean logits."""
    group, output = clusters.group, network.output_map
    chosen = {r: np.flatnonzero(clusters.label == r) for r in clusters.counts()}
    basis = isotypic_basis(group)
    vectors = {r: np.concatenate([basis.of(0), basis.of(r)], 1) for r in chosen}
    coefficients = {r: np.zeros((v.shape[1],) * 2 + (len(chosen[r]),)) for r, v in vectors.items()}
    total = np.zeros(network.order)
    for rows, hidden, logits in chunks:
        total += logits.sum((0, 1))
        for r, v in vectors.items():
            # first over b, then over a: no array is wider than the activations
            right = v.T @ hidden[:, :, chosen[r]]
            coefficients[r] += np.tensordot(v[rows].T, right, 1)
    rest = np.flatnonzero((clusters.label == -1) & ~clusters.inactive)
    if len(rest):
        chosen[UNCLUSTERED] = rest
    parts = {}
    for r, neurons in chosen.items():
        mean = clusters.mean[neurons] @ output[neurons]
        parts[r] = _Cluster(neurons, output[neurons], mean, vectors.get(r), coefficients.get(r))
    return parts, total / network.order**2


def remove_irreps(network: WeightNetwork, group: NetworkGroup, irreps: Iterable[int]) -> WeightNetwork:
    """The network with `E - P_r E` for both embeddings.

    Args:
        network: to be changed.
        group: of the network.
        irreps: to take away.

    Raises:
        InputError: there is no such irrep, or the group has another order.
    """
    return _embedded(network, group, np.eye(group.order) - _projector(group, irreps))


def keep_irreps(network: WeightNetwork, group: NetworkGroup, irreps: Iterable[int]) -> WeightNetwork:
    """The network with some irreps and the trivial one alone in both embeddings.

    Args:
        network: to be changed.
        group: of the network.
        irreps: to keep.

    Raises:
        InputError: there is no such irrep, or the group has another order.
    """
    return _embedded(network, group, _projector(group, [0, *irreps]))


def _projector(group: NetworkGroup, irreps: Iterable[int]) -> Float[np.ndarray, "n n"]:
    chosen = sorted(set(irreps))
    wrong = [r for r in chosen if not 0 <= r < len(group.irreps)]
    if wrong:
        raise InputError(f"irrep {wrong[0]}: a number in 0..{len(group.irreps) - 1} would be right")
    return sum((group.projector(r) for r in chosen), np.zeros((group.order, group.order)))


def _embedded(
    network: WeightNetwork, group: NetworkGroup, operator: Float[np.ndarray, "n n"]
) -> WeightNetwork:
    _check_order(network, group)
    return network.with_embeddings(operator @ network.left.numpy(), operator @ network.right.numpy())


def _check_order(network: WeightNetwork, group: NetworkGroup) -> None:
    if network.order != group.order:
        raise InputError(f"{network.source}: {network.order} elements; the group has {group.order}")


def ablate_irreps(network: WeightNetwork, group: NetworkGroup, irreps: Iterable[int]) -> dict[int, float]:
    """The loss when one irrep is taken out of both embeddings and the network is run again, by irrep.

    Args:
        network: to be run.
        group: of the network.
        irreps: to take away, one at a time.

    Raises:
        InputError: there is no such irrep, or the group has another order.
    """
    return {r: network_loss(remove_irreps(network, group, [r]), group.table) for r in irreps}
