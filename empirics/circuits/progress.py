"""How a circuit forms: the measures of a finished network, taken at every checkpoint of its training.

Key irreps are those of the last checkpoint, at all of them: before a circuit has formed nothing tells its
irreps from noise. Source: Nanda et al., arXiv:2301.05217, section 5; shared/specs/circuits.md, 2.11.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from itertools import pairwise
from math import log
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int
from torch import Tensor

from empirics.circuits.character_fit import KEY, character_fit, key_irreps
from empirics.circuits.clusters import THRESHOLD, neuron_clusters
from empirics.circuits.directions import product_means
from empirics.circuits.irreps import NetworkGroup
from empirics.circuits.losses import check_mask, pair_losses
from empirics.circuits.networks import (
    TrainedNetwork,
    UnavailableError,
    WeightNetwork,
    with_known_logits,
)
from empirics.circuits.power import irrep_power
from empirics.circuits.restricted import excluded_losses, restricted_losses
from theory.errors import InputError

__all__ = ["PHASE_RULE", "Phases", "Progress", "progress", "squared_weights"]

APPEARS = 0.05  # similarity from which a key irrep is there
NEEDED = 0.5  # of log n
BEGUN = 0.1  # of the largest excess of the excluded loss
FALLEN = 0.5  # of the largest test loss
LEARNED = 0.99  # accuracy

PHASE_RULE = (
    f"circuit formation begins when the excluded loss exceeds the train loss by {BEGUN:g} of the most that "
    f"it ever does, if that is {NEEDED:g} log n; clean-up when the test loss is below {FALLEN:g} of its "
    f"highest value before, and ends at a test accuracy of {LEARNED:g}; memorisation comes before both"
)


@dataclass(frozen=True)
class Phases:
    """Steps of the checkpoints at which phases begin, by `PHASE_RULE`; None for what does not happen.

    Nothing forces their order: the test loss may fall because what was learned by heart fades.

    Args:
        memorisation: the first checkpoint.
        circuit_formation: train pairs begin to depend on the key irreps.
        clean_up: test pairs begin to be answered.
        over: they are.
        rule: in words.
    """

    memorisation: int
    circuit_formation: int | None
    clean_up: int | None
    over: int | None
    rule: str = PHASE_RULE


@dataclass(frozen=True, eq=False)
class Progress:
    """A value a checkpoint, in the order of steps; nan where the network does not have what is measured.

    Args:
        key: key irreps of the last checkpoint.
        appeared: key irreps with the first step at which their similarity exceeds 0.05, in the order of these
            steps; None, at the end, for those that stay below.
        phases: of the training.
        steps: of the checkpoints.
        train_loss, test_loss, train_accuracy, test_accuracy: of the network.
        restricted: loss of the key irreps' product directions, bias-corrected, over all pairs.
        restricted_characters: loss of their characters, over all pairs.
        variance_explained: by these product directions; see `Faithfulness`.
        agreement: of the answers by these product directions with the network's.
        excluded: loss without these product directions, over the train pairs.
        similarities: `s_r` of every irrep.
        left_power, right_power: shares of the embeddings' power, by irrep.
        clustered: neurons at or above the threshold of their irrep's fraction.
        squared_weights: sum over all weights.
    """

    key: tuple[int, ...]
    appeared: tuple[tuple[int, int | None], ...]
    phases: Phases
    steps: Int[np.ndarray, " t"]
    train_loss: Float[np.ndarray, " t"]
    test_loss: Float[np.ndarray, " t"]
    train_accuracy: Float[np.ndarray, " t"]
    test_accuracy: Float[np.ndarray, " t"]
    restricted: Float[np.ndarray, " t"]
    restricted_characters: Float[np.ndarray, " t"]
    variance_explained: Float[np.ndarray, " t"]
    agreement: Float[np.ndarray, " t"]
    excluded: Float[np.ndarray, " t"]
    similarities: Float[np.ndarray, "t r"]
    left_power: Float[np.ndarray, "t r"]
    right_power: Float[np.ndarray, "t r"]
    clustered: Float[np.ndarray, " t"]
    squared_weights: Float[np.ndarray, " t"]


def progress(
    networks: Iterable[tuple[int, TrainedNetwork]],
    group: NetworkGroup,
    train: Bool[np.ndarray, "*_"],
    key_threshold: float = KEY,
    threshold: float = THRESHOLD,
) -> Progress:
    """Measure every checkpoint of a training.

    Args:
        networks: step and network, in the order of steps; all are held, since the last one is read first.
        group: that is learned.
        train: mask of the train pairs.
        key_threshold: similarity above which an irrep of the last checkpoint is a key one.
        threshold: of neurons' fractions.

    Raises:
        InputError: there is no checkpoint, steps do not increase, a network has another order than the group,
            or the mask has another shape or leaves one side empty.
    """
    series = list(networks)
    steps = [step for step, _ in series]
    if not series:
        raise InputError("checkpoints: there are none; at least one would be right")
    for before, after in pairwise(steps):
        if before >= after:
            raise InputError(f"checkpoints: step {after} after step {before}; increasing would be right")
    mask = check_mask(train, group.order)
    key = key_irreps(character_fit(product_means(series[-1][1], group)), key_threshold)
    rows = [_measure(network, group, mask, key, threshold) for _, network in series]
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return Progress(
        key=tuple(key),
        appeared=_appeared(steps, columns["similarities"], key),
        phases=_phases(np.array(steps), columns, group.order),
        steps=np.array(steps),
        **columns,
    )


def _measure(
    network: TrainedNetwork,
    group: NetworkGroup,
    train: Bool[np.ndarray, "n n"],
    key: list[int],
    threshold: float,
) -> dict[str, Any]:
    """One checkpoint: the fields of `Progress` that have a value a checkpoint."""
    known = with_known_logits(network)
    means = product_means(known, group)
    fit = character_fit(means)
    kept = restricted_losses(known, means, fit, key)
    losses, right = np.empty(group.table.shape), np.empty(group.table.shape, dtype=bool)
    for rows in known.row_chunks():
        logits = known.logits(rows)
        losses[rows] = pair_losses(logits, group.table[rows])
        right[rows] = logits.argmax(-1) == group.table[rows]
    power = [np.full(len(group.irreps), np.nan)] * 2
    if isinstance(network, WeightNetwork):
        power = [irrep_power(matrix, group) for matrix in network.embeddings]
    return {
        "train_loss": losses[train].mean(),
        "test_loss": losses[~train].mean(),
        "train_accuracy": right[train].mean(),
        "test_accuracy": right[~train].mean(),
        "restricted": kept.product,
        "restricted_characters": kept.characters,
        "variance_explained": kept.faithfulness.variance_explained,
        "agreement": kept.faithfulness.agreement,
        "excluded": excluded_losses(known, means, fit, key, train, irreps=[]).every_key,
        "similarities": fit.similarities,
        "left_power": power[0],
        "right_power": power[1],
        "clustered": _clustered(network, group, threshold),
        "squared_weights": squared_weights(network),
    }


def _clustered(network: TrainedNetwork, group: NetworkGroup, threshold: float) -> float:
    try:
        return float((neuron_clusters(network, group, threshold).label >= 0).sum())
    except UnavailableError:
        return float("nan")


def squared_weights(network: TrainedNetwork) -> float:
    """The sum of squares of all weights that are read; nan for a callable.

    One embedding of both elements counts once; the logits of tokens that are no elements do not count.
    """
    if not isinstance(network, WeightNetwork) or not is_dataclass(network):
        return float("nan")
    total = 0.0
    for field in fields(network):
        if field.name == "right" and network.shared_embedding:
            continue
        value = getattr(network, field.name)
        parts = value if isinstance(value, tuple) else (value,)
        total += sum(float(part.square().sum()) for part in parts if isinstance(part, Tensor))
    return total


def _appeared(
    steps: list[int], similarities: Float[np.ndarray, "t r"], key: list[int]
) -> tuple[tuple[int, int | None], ...]:
    found = []
    for r in key:
        above = np.flatnonzero(similarities[:, r] > APPEARS)
        found.append((r, int(above[0]) if len(above) else len(steps)))
    # the larger at the end comes first among those that one checkpoint shows at once
    found.sort(key=lambda one: (one[1], -similarities[-1, one[0]]))
    return tuple((r, steps[place] if place < len(steps) else None) for r, place in found)


def _phases(steps: Int[np.ndarray, " t"], columns: Mapping[str, np.ndarray], order: int) -> Phases:
    """`PHASE_RULE`."""
    excess = columns["excluded"] - columns["train_loss"]
    needed = excess.max() >= NEEDED * log(order)
    formation = _first(steps, excess > BEGUN * excess.max()) if needed else None
    test_loss = columns["test_loss"]
    clean_up = _first(steps, test_loss < FALLEN * np.maximum.accumulate(test_loss))
    learned = columns["test_accuracy"] >= LEARNED
    over = None if clean_up is None else _first(steps, learned & (steps >= clean_up))
    return Phases(int(steps[0]), formation, clean_up, over)


def _first(steps: Int[np.ndarray, " t"], holds: Bool[np.ndarray, " t"]) -> int | None:
    return int(steps[holds.argmax()]) if holds.any() else None
