"""Everything about one network in one record, with a verdict: shared/specs/circuits.md, section 2.13.

The order is that of dependence: answers, group, spectra and characters, neurons, causal tests, cosets, clock,
theory, verdict. Parts that a layout does not have are None, with the reason in `Explanation.absent`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float, Int

from empirics.circuits.character_fit import KEY, CharacterFit, character_fit, harmonics, key_irreps
from empirics.circuits.clock import ClockReading, clock_reading
from empirics.circuits.clusters import THRESHOLD, NeuronClusters, neuron_clusters
from empirics.circuits.coset_ablation import described_sums, descriptions
from empirics.circuits.cosets import CosetReading, coset_reading, logits_of_sums
from empirics.circuits.directions import ProductMeans, product_means
from empirics.circuits.interventions import ClusterLosses, ablate_irreps, cluster_losses, keep_irreps
from empirics.circuits.irreps import NetworkGroup
from empirics.circuits.losses import network_loss, pair_losses
from empirics.circuits.networks import TrainedNetwork, UnavailableError, WeightNetwork, with_known_logits
from empirics.circuits.output_map import OutputUse, output_map_use
from empirics.circuits.perceptrons import OneHotPerceptron, SharedHiddenPerceptron
from empirics.circuits.power import irrep_power
from empirics.circuits.recovery import GroupReport, recover_group
from empirics.circuits.restricted import (
    ExcludedLosses,
    HiddenRestriction,
    RestrictedLosses,
    excluded_losses,
    hidden_restriction,
    restricted_losses,
)
from empirics.circuits.theory_comparison import TheoryComparison, compare_with_theory
from empirics.circuits.verdict import Evidence, Thresholds, Verdict, judge
from theory.errors import LimitError

__all__ = ["Analysis", "CosetTests", "EmbeddingLosses", "Explanation", "explain"]

Tell = Callable[[str], None]


@dataclass(frozen=True)
class EmbeddingLosses:
    """Losses of the network run again with other embeddings.

    Args:
        without: one key irrep taken out of both embeddings, by irrep.
        key_alone: key irreps and the trivial one kept alone.
    """

    without: dict[int, float]
    key_alone: float


@dataclass(frozen=True)
class CosetTests:
    """Losses with summands of coset neurons replaced, and which description of them is the shorter.

    Args:
        best: by means on the largest fitting subgroup of either side, each summand by itself.
        own: by means on the cosets that are reported of each neuron.
        swapped: the same with left and right cosets exchanged, a control.
        fewer: neurons by the description that takes fewer numbers: `cosets`, `irreps` or `equal`.
        coset_numbers, irrep_numbers: that the two descriptions take in all.
    """

    best: float
    own: float
    swapped: float
    fewer: dict[str, int]
    coset_numbers: int
    irrep_numbers: int


@dataclass(frozen=True, eq=False)
class Analysis:
    """What can be said once the group is known.

    Args:
        group: that the network computes.
        loss: cross-entropy over all pairs.
        power: shares of the embeddings' power by real irrep, left and right; None without embeddings.
        means: mean logits at every product.
        fit: of characters.
        key: irreps with a similarity above the threshold.
        harmonic: key irreps that are second harmonics of embedded ones.
        restricted, excluded: losses of key irreps alone, and without them.
        hidden_restricted: see `hidden_restriction`; None without a readable hidden layer.
        clusters, cluster_losses, output: of the hidden layer; None without one.
        embedding_losses: None without embeddings.
        cosets: None for prime order and for layouts without separate summands.
        coset_tests: of the coset neurons; None without `cosets`.
        clock: None where none of its measures is defined.
        theory: use of irreps beside the prediction; None without embeddings.
        absent: reasons for what is None, by name.
    """

    group: NetworkGroup
    loss: float
    power: tuple[Float[np.ndarray, " r"], Float[np.ndarray, " r"]] | None
    means: ProductMeans
    fit: CharacterFit
    key: tuple[int, ...]
    harmonic: Bool[np.ndarray, " r"]
    restricted: RestrictedLosses
    excluded: ExcludedLosses
    hidden_restricted: HiddenRestriction | None
    clusters: NeuronClusters | None
    cluster_losses: ClusterLosses | None
    output: tuple[OutputUse, ...] | None
    embedding_losses: EmbeddingLosses | None
    cosets: CosetReading | None
    coset_tests: CosetTests | None
    clock: ClockReading | None
    theory: TheoryComparison | None
    absent: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Explanation:
    """A network, explained or not.

    Args:
        network: what was looked at.
        report: its answers and the group.
        analysis: None without a group.
        verdict: with reasons.
    """

    network: TrainedNetwork
    report: GroupReport
    analysis: Analysis | None
    verdict: Verdict


def explain(
    network: TrainedNetwork,
    *,
    repair: bool = False,
    table: Int[np.ndarray, "n n"] | None = None,
    force: bool = False,
    train: Bool[np.ndarray, "n n"] | None = None,
    threshold: float = THRESHOLD,
    key_threshold: float = KEY,
    thresholds: Thresholds | None = None,
    seed: int = 0,
    tell: Tell | None = None,
) -> Explanation:
    """Recover the group, measure everything that the layout allows, and judge.

    Args:
        network: any.
        repair: see `recover_group`.
        table: see `recover_group`.
        force: see `recover_group`.
        train: mask of the train pairs, if it is known.
        threshold: of neurons' fractions.
        key_threshold: similarity above which an irrep is a key one.
        thresholds: of the verdict.
        seed: of sampled triples and permutations.
        tell: is told what is being done.

    Raises:
        InputError: by `recover_group`, and for masks of another shape.
    """
    say = tell or (lambda _: None)
    say("answers")
    known = with_known_logits(network)
    report = recover_group(known, repair=repair, table=table, force=force)
    if report.group is None:
        assert report.failure is not None
        reason = f"the answers are no group's: {report.failure.message}"
        if not repair:
            reason += f" ({report.failure.violations} such; repair may help)"
        return Explanation(network, report, None, judge(Evidence(network.order, False, reason), thresholds))
    analysis = _analysis(network, known, report.group, train, threshold, key_threshold, seed, say)
    return Explanation(network, report, analysis, judge(_evidence(report, analysis), thresholds))


def _evidence(report: GroupReport, found: Analysis) -> Evidence:
    key = list(found.key)
    return Evidence(
        order=found.group.order,
        group_valid=True,
        entries_changed=report.entries_changed,
        loss=found.loss,
        restricted_loss=found.restricted.product if key else float("nan"),
        agreement=found.restricted.faithfulness.agreement,
        product_share=found.means.share(key) if key else float("nan"),
        character_share=found.fit.share(key),
        excluded_loss=found.excluded.every_key,
    )


def _analysis(
    network: TrainedNetwork,
    known: TrainedNetwork,
    group: NetworkGroup,
    train: Bool[np.ndarray, "n n"] | None,
    threshold: float,
    key_threshold: float,
    seed: int,
    say: Tell,
) -> Analysis:
    say("characters")
    means = product_means(known, group)
    fit = character_fit(means)
    key = key_irreps(fit, key_threshold)
    power, absent = None, {}
    if isinstance(network, WeightNetwork):
        left, right = network.embeddings
        power = irrep_power(left, group), irrep_power(right, group)
    else:
        absent["embeddings"] = "the network is a callable: there are no embeddings to read or to change"
    say("restricted and excluded losses")
    restricted = restricted_losses(known, means, fit, key, train)
    excluded = excluded_losses(known, means, fit, key, train)
    say("neurons")
    clusters = _clusters(network, group, threshold, absent)
    hidden = _hidden_layer(network, means, key, clusters, np.random.default_rng(seed))
    say("cosets")
    cosets, coset_tests = _cosets(network, group, clusters, absent)
    say("clock")
    generator = np.random.default_rng(seed)
    clock = clock_reading(network, group, generator)
    if not _says_something(clock):
        absent["clock"] = "; ".join(clock.notes)
    say("theory")
    harmonic = _harmonic(group, key, power)
    used = np.isin(np.arange(len(group.irreps)), key) & ~harmonic
    return Analysis(
        group=group,
        loss=network_loss(known, group.table),
        power=power,
        means=means,
        fit=fit,
        key=tuple(key),
        harmonic=harmonic,
        restricted=restricted,
        excluded=excluded,
        hidden_restricted=hidden[0],
        clusters=clusters,
        cluster_losses=hidden[1],
        output=hidden[2],
        embedding_losses=_embedding_losses(network, group, key),
        cosets=cosets,
        coset_tests=coset_tests,
        clock=clock if _says_something(clock) else None,
        theory=power and compare_with_theory(group, (power[0] + power[1]) / 2, used, generator),
        absent=absent,
    )


def _harmonic(
    group: NetworkGroup, key: list[int], power: tuple[Float[np.ndarray, " r"], ...] | None
) -> Bool[np.ndarray, " r"]:
    if power is None:
        return np.zeros(len(group.irreps), dtype=bool)
    return harmonics(group, key, np.maximum(*power))


def _says_something(clock: ClockReading) -> bool:
    return clock.distance_irrelevance is not None or clock.gradient_symmetricity is not None


def _clusters(
    network: TrainedNetwork, group: NetworkGroup, threshold: float, absent: dict[str, str]
) -> NeuronClusters | None:
    try:
        return neuron_clusters(network, group, threshold)
    except UnavailableError as error:
        absent["neurons"] = str(error)
        return None


def _hidden_layer(
    network: TrainedNetwork,
    means: ProductMeans,
    key: list[int],
    clusters: NeuronClusters | None,
    generator: np.random.Generator,
) -> tuple[HiddenRestriction | None, ClusterLosses | None, tuple[OutputUse, ...] | None]:
    """Restricted loss, interventions and output map of the hidden layer, where it can be read out."""
    if clusters is None or not isinstance(network, WeightNetwork):
        return None, None, None
    used = sorted({*clusters.counts(), *key})
    return (
        hidden_restriction(network, means, key),
        cluster_losses(network, clusters, generator),
        output_map_use(network, clusters, used),
    )


def _embedding_losses(network: TrainedNetwork, group: NetworkGroup, key: list[int]) -> EmbeddingLosses | None:
    if not isinstance(network, WeightNetwork):
        return None
    kept = keep_irreps(network, group, key)
    return EmbeddingLosses(ablate_irreps(network, group, key), network_loss(kept, group.table))


def _cosets(
    network: TrainedNetwork, group: NetworkGroup, clusters: NeuronClusters | None, absent: dict[str, str]
) -> tuple[CosetReading | None, CosetTests | None]:
    if not isinstance(network, SharedHiddenPerceptron | OneHotPerceptron) or clusters is None:
        absent["cosets"] = "the layout has no hidden sums X[a] + Y[b]"
        return None, None
    try:
        reading = coset_reading(*network.pre_activations, group, ~clusters.inactive)
    except LimitError as error:
        absent["cosets"] = str(error)
        return None, None
    if reading is None:
        absent["cosets"] = f"order {group.order} is prime (or 1), so that there are no cosets"
        return None, None
    return reading, _coset_tests(network, reading)


def _coset_tests(network: SharedHiddenPerceptron | OneHotPerceptron, reading: CosetReading) -> CosetTests:
    table, sums = reading.group.table, network.pre_activations

    def loss(left: Float[np.ndarray, "n m"], right: Float[np.ndarray, "n m"]) -> float:
        # by rows: at order 720 all logits are 3 GiB
        parts = (
            pair_losses(logits_of_sums(network, left[rows], right), table[rows]).sum()
            for rows in network.row_chunks()
        )
        return float(sum(parts)) / table.size

    described = descriptions(reading, *sums)
    return CosetTests(
        best=loss(reading.left, reading.right),
        own=loss(*described_sums(reading, *sums)),
        swapped=loss(*described_sums(reading, *sums, swapped=True)),
        fewer=dict(Counter(one.fewer for one in described)),
        coset_numbers=sum(one.cosets for one in described),
        irrep_numbers=sum(one.irreps for one in described),
    )
