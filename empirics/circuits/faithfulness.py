"""How much of a network replacement logits keep: what stands beside every restricted number.

Any positive sum of characters whose common kernel is trivial is largest exactly at `c = ab`, so that
restricted accuracy is 1 for almost any network, and a restricted loss may be low where almost nothing of the
logits is kept. Source: shared/specs/circuits.md, 2.7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from empirics.circuits.directions import ProductMeans
from empirics.circuits.networks import TrainedNetwork
from theory.errors import InputError

__all__ = ["Faithfulness", "faithfulness", "faithfulness_of_each"]


@dataclass(frozen=True)
class Faithfulness:
    """How near replacement logits `L'` are to the network's `L`.

    Args:
        variance_explained: `1 - ||L - L'||^2 / ||L||^2`, both centred twice; nan for logits that do not
            depend on the input.
        divergence: mean `KL(softmax L || softmax L')` over all pairs.
        agreement: part of the pairs with the same largest logit.
    """

    variance_explained: float
    divergence: float
    agreement: float


def faithfulness(
    network: TrainedNetwork, means: ProductMeans, scores: Float[np.ndarray, "n n"]
) -> Faithfulness:
    """Compare logits `L'[a, b, c] = scores[ab, c]` with the network's, in one pass.

    Args:
        network: streamed.
        means: of its logits.
        scores: replacement logits at every product.

    Raises:
        InputError: the scores or the network have another shape than the group.
    """
    return faithfulness_of_each(network, means, [scores])[0]


def faithfulness_of_each(
    network: TrainedNetwork, means: ProductMeans, replacements: Sequence[Float[np.ndarray, "n n"]]
) -> list[Faithfulness]:
    """`faithfulness` of several replacements, all in one pass over the network.

    Args:
        network: streamed.
        means: of its logits.
        replacements: logits at every product.

    Raises:
        InputError: the scores or the network have another shape than the group.
    """
    n = means.group.order
    for scores in replacements:
        if scores.shape != (n, n):
            raise InputError(f"replacement logits: shape {list(scores.shape)}; [{n}, {n}] would be right")
    if network.order != n:
        raise InputError(f"network: of {network.order} elements; the mean logits are of {n}")
    log_scores = [_log_softmax(scores) for scores in replacements]
    answers = [scores.argmax(1) for scores in replacements]
    divergence, agreed = np.zeros(len(replacements)), np.zeros(len(replacements))
    for rows in network.row_chunks():
        for a, logits in enumerate(network.logits(rows), rows.start):
            products = means.group.table[a]
            logs = _log_softmax(logits)
            probabilities, largest = np.exp(logs), logits.argmax(1)
            for number, (other, answer) in enumerate(zip(log_scores, answers, strict=True)):
                divergence[number] += (probabilities * (logs - other[products])).sum()
                agreed[number] += (largest == answer[products]).sum()
    # rounding may leave a mean of -1e-17
    return [
        Faithfulness(_variance_explained(means, scores), max(float(distance), 0.0), float(agreement))
        for scores, distance, agreement in zip(replacements, divergence / n**2, agreed / n**2, strict=True)
    ]


def _variance_explained(means: ProductMeans, scores: Float[np.ndarray, "n n"]) -> float:
    """`L'` depends on `(ab, c)` alone, so that `<L, L'>` needs the mean logits only."""
    centred, target = _centred_twice(scores), _centred_twice(means.means)
    distance = means.square_twice + means.group.order * float((centred * (centred - 2 * target)).sum())
    return 1 - distance / means.square_twice


def _centred_twice(scores: Float[np.ndarray, "n n"]) -> Float[np.ndarray, "n n"]:
    over_c = scores - scores.mean(1, keepdims=True)
    return over_c - over_c.mean(0)


def _log_softmax(logits: Float[np.ndarray, "x n"]) -> Float[np.ndarray, "x n"]:
    below = logits - logits.max(1, keepdims=True)
    return below - np.log(np.exp(below).sum(1, keepdims=True))
