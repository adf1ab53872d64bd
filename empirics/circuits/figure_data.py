"""What the figures of an explanation show, collected once for pictures and page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from empirics.circuits.clusters import NeuronClusters, isotypic_basis
from empirics.circuits.cosines import NeuronCosines, ReplacementPoint, neuron_cosines, replacement_curve
from empirics.circuits.explain import Analysis, Explanation
from empirics.circuits.networks import TrainedNetwork, WeightNetwork
from empirics.circuits.output_map import real_basis
from empirics.circuits.perceptrons import OneHotPerceptron
from empirics.circuits.power import column_power
from empirics.circuits.random_features import random_cosine_accuracy

__all__ = ["CircuitFigures", "CosineFigures", "NeuronFigures", "PowerMap", "collect"]

LARGEST = 2**28  # numbers in the activations; above, the figures that need them are left out
MAPS = 4
WIDTHS = (32, 64, 128, 256, 512)
DRAWS = 3


@dataclass(frozen=True, eq=False)
class PowerMap:
    """Mean power of a cluster's neurons, or of the logits, by pairs of irreps.

    Args:
        name: of the cluster.
        power: share of the centred power on (irrep of the left element, irrep of the right one).
    """

    name: str
    power: Float[np.ndarray, "r r"]


@dataclass(frozen=True, eq=False)
class NeuronFigures:
    """Of the hidden layer.

    Args:
        irrep: with the largest fraction, by neuron.
        fraction: that fraction.
        firing: part of the pairs with a positive activation.
        label: irrep of clustered neurons, else -1.
        inactive: neurons that do nothing.
        threshold: of the fraction.
        maps: of the largest clusters.
        writing: `||W[i] P_r||` of every neuron and key irrep, neurons sorted by cluster.
        writing_irreps: columns of `writing`.
    """

    irrep: Int[np.ndarray, " m"]
    fraction: Float[np.ndarray, " m"]
    firing: Float[np.ndarray, " m"]
    label: Int[np.ndarray, " m"]
    inactive: Bool[np.ndarray, " m"]
    threshold: float
    maps: tuple[PowerMap, ...]
    writing: Float[np.ndarray, "m k"]
    writing_irreps: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class CosineFigures:
    """Of two-layer networks on the integers modulo `n`.

    Args:
        fits: of every neuron's weights.
        curve: accuracy with neurons replaced by their fits.
        widths, random_accuracy: of random cosine networks, mean over three draws.
    """

    fits: NeuronCosines
    curve: tuple[ReplacementPoint, ...]
    widths: tuple[int, ...]
    random_accuracy: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class CircuitFigures:
    """Everything that is drawn.

    Args:
        title: of the network.
        labels: of the real irreps, the trivial one first.
        key: of the irreps.
        harmonic: of the irreps.
        similarities: of the logits with characters.
        power: of the embeddings, left and right; None without embeddings.
        embedding: squared weights of the left embedding in an orthonormal basis of the isotypic components,
            by basis function and column; None without embeddings.
        embedding_irrep: irrep of every basis function.
        fitted, measured: mean logit at every `a b c^-1`, from key characters and in fact.
        logits: power of the mean logits by pairs of irreps.
        losses: name and cross-entropy, in the order of the bars; the first is the network's own.
        neurons: None without a hidden layer (or for one that is too large).
        cosines: None unless the network is a two-layer one on the integers modulo `n`.
    """

    title: str
    labels: tuple[str, ...]
    key: Bool[np.ndarray, " r"]
    harmonic: Bool[np.ndarray, " r"]
    similarities: Float[np.ndarray, " r"]
    power: Float[np.ndarray, "2 r"] | None
    embedding: Float[np.ndarray, "n d"] | None
    embedding_irrep: Int[np.ndarray, " n"] | None
    fitted: Float[np.ndarray, " n"]
    measured: Float[np.ndarray, " n"]
    logits: PowerMap
    losses: tuple[tuple[str, float], ...]
    neurons: NeuronFigures | None
    cosines: CosineFigures | None


def collect(found: Explanation, seed: int = 0) -> CircuitFigures:
    """Collect what is drawn of an explained network.

    Args:
        found: with an analysis.
        seed: of random orders and random cosines.
    """
    analysis = found.analysis
    assert analysis is not None
    group, means = analysis.group, analysis.means
    n, key = group.order, list(analysis.key)
    is_key = np.zeros(len(group.irreps), dtype=bool)
    is_key[key] = True
    centred = means.means - means.means.mean(1, keepdims=True)
    measured = np.bincount(group.quotients.ravel(), centred.ravel(), n) / n
    embedding, embedding_irrep = _embedding(found.network, analysis)
    return CircuitFigures(
        title=found.network.source,
        labels=group.irreps.labels,
        key=is_key,
        harmonic=analysis.harmonic,
        similarities=analysis.fit.similarities,
        power=None if analysis.power is None else np.stack(analysis.power),
        embedding=embedding,
        embedding_irrep=embedding_irrep,
        fitted=analysis.fit.coefficients[key] @ group.irreps.characters[key],
        measured=measured,
        logits=PowerMap("logits", _logit_map(analysis, centred)),
        losses=_losses(analysis),
        neurons=_neurons(found.network, analysis),
        cosines=_cosines(found.network, analysis, seed),
    )


def _embedding(
    network: TrainedNetwork, analysis: Analysis
) -> tuple[Float[np.ndarray, "n d"] | None, Int[np.ndarray, " n"] | None]:
    if not isinstance(network, WeightNetwork):
        return None, None
    group = analysis.group
    bases = [real_basis(group, r) for r in range(len(group.irreps))]
    basis = np.concatenate(bases, axis=1)
    irrep = np.repeat(np.arange(len(bases)), [part.shape[1] for part in bases])
    return (basis.T @ network.embeddings[0]) ** 2, irrep


def _logit_map(analysis: Analysis, centred: Float[np.ndarray, "n n"]) -> Float[np.ndarray, "r r"]:
    """Shares of `||P_r M P_s||^2`, `M` the mean logits at every product, centred over `c`."""
    basis = isotypic_basis(analysis.group)
    blocks = np.add.reduceat(
        np.add.reduceat((basis.vectors.T @ centred @ basis.vectors) ** 2, basis.starts, 0), basis.starts, 1
    )
    total = blocks.sum()
    return blocks / total if total > 0 else blocks


def _losses(analysis: Analysis) -> tuple[tuple[str, float], ...]:
    labels, found = analysis.group.irreps.labels, [("network", analysis.loss)]
    found.append(("key irreps alone", analysis.restricted.product))
    found.append(("key characters alone", analysis.restricted.characters))
    found.append(("without key irreps", analysis.excluded.every_key))
    losses = analysis.cluster_losses
    if losses is not None:
        found.append(("clusters projected", losses.projected))
        found.append(("… unclustered left out", losses.projected_alone))
        for r, loss in losses.ablated.items():
            found.append((f"without {'the unclustered' if r < 0 else f'cluster {labels[r]}'}", loss))
    if analysis.coset_tests is not None:
        found.append(("coset means", analysis.coset_tests.own))
        found.append(("… left and right exchanged", analysis.coset_tests.swapped))
    return tuple(found)


def _neurons(network: TrainedNetwork, analysis: Analysis) -> NeuronFigures | None:
    clusters = analysis.clusters
    if clusters is None or network.order**2 * len(clusters.irrep) > LARGEST:
        return None
    hidden = network.hidden()
    key = list(analysis.key)
    order = np.lexsort((-clusters.fraction, np.where(clusters.label < 0, 10**6, clusters.label)))
    writing = np.zeros((len(order), len(key)))
    if isinstance(network, WeightNetwork):
        writing = np.sqrt(column_power(network.output_map.T, analysis.group)[key].T[order])
    return NeuronFigures(
        irrep=clusters.irrep,
        fraction=clusters.fraction,
        firing=(hidden > 0).mean((0, 1)),
        label=clusters.label,
        inactive=clusters.inactive,
        threshold=clusters.threshold,
        maps=_maps(hidden, clusters),
        writing=writing,
        writing_irreps=tuple(analysis.group.irreps.labels[r] for r in key),
    )


def _maps(hidden: Float[np.ndarray, "n n m"], clusters: NeuronClusters) -> tuple[PowerMap, ...]:
    group = clusters.group
    basis = isotypic_basis(group)
    found = []
    for r in list(clusters.counts())[:MAPS]:
        part = np.moveaxis(hidden[:, :, clusters.label == r], 2, 0)
        part = part - part.mean((1, 2), keepdims=True)
        power = ((basis.vectors.T @ part @ basis.vectors) ** 2).mean(0)
        blocks = np.add.reduceat(np.add.reduceat(power, basis.starts, 0), basis.starts, 1)
        found.append(PowerMap(group.irreps.labels[r], blocks / blocks.sum()))
    return tuple(found)


def _cosines(network: TrainedNetwork, analysis: Analysis, seed: int) -> CosineFigures | None:
    n = network.order
    integers = np.add.outer(np.arange(n), np.arange(n)) % n
    if (
        not isinstance(network, OneHotPerceptron)
        or n < 3
        or not np.array_equal(analysis.group.table, integers)
    ):
        return None
    generator = np.random.default_rng(seed)
    accuracy = [
        float(np.mean([random_cosine_accuracy(n, width, generator) for _ in range(DRAWS)]))
        for width in WIDTHS
    ]
    return CosineFigures(
        neuron_cosines(network), replacement_curve(network, generator), WIDTHS, tuple(accuracy)
    )
