"""Restricted and excluded losses: what key irreps do alone, and what is left without them.

A restricted number never stands alone. Any positive sum of characters whose common kernel is trivial is
largest exactly at `c = ab`, so that restricted accuracy is 1 for almost any network; `Faithfulness` says how
much of the logits is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from empirics.circuits.character_fit import CharacterFit
from empirics.circuits.directions import ProductMeans
from empirics.circuits.losses import check_mask, pair_losses, product_losses
from empirics.circuits.networks import TrainedNetwork, WeightNetwork

__all__ = [
    "ExcludedLosses",
    "Faithfulness",
    "RestrictedLosses",
    "excluded_losses",
    "faithfulness",
    "hidden_restricted_loss",
    "restricted_losses",
]


@dataclass(frozen=True)
class Faithfulness:
    """How near replacement logits `L'` are to the network's `L`.

    Args:
        variance_explained: `1 - ||L - L'||^2 / ||L||^2`, both centred twice.
        divergence: mean `KL(softmax L || softmax L')` over all pairs.
        agreement: part of the pairs with the same largest logit.
    """

    variance_explained: float
    divergence: float
    agreement: float


@dataclass(frozen=True, eq=False)
class RestrictedLosses:
    """Losses of logits that depend on the product alone, in key irreps.

    Args:
        irreps: the key irreps.
        product: of `sum L_r` with the network's mean logits, over all pairs.
        product_uncorrected: of `sum L_r` alone.
        product_test: `product` over the test pairs; None without a split.
        characters: of `sum C_r chi_r(a b c^-1)`, over all pairs.
        characters_test: the same over the test pairs; None without a split.
        faithfulness: of the corrected product directions.
        character_faithfulness: of the characters.
    """

    irreps: tuple[int, ...]
    product: float
    product_uncorrected: float
    product_test: float | None
    characters: float
    characters_test: float | None
    faithfulness: Faithfulness
    character_faithfulness: Faithfulness


@dataclass(frozen=True, eq=False)
class ExcludedLosses:
    """Losses of the network's logits without some directions, over the train pairs, no bias corrected.

    Args:
        every_key: without all key irreps' product directions.
        every_key_characters: without their characters.
        by_irrep: without one irrep's product directions.
        pairs: `train`, or `all` where no split is known.
    """

    every_key: float
    every_key_characters: float
    by_irrep: dict[int, float]
    pairs: str


def faithfulness(
    network: TrainedNetwork, means: ProductMeans, scores: Float[np.ndarray, "n n"]
) -> Faithfulness:
    """Compare logits `scores[ab, c]` with the network's, in one pass.

    Args:
        network: streamed.
        means: of its logits.
        scores: replacement logits at every product.
    """
    group = means.group
    n = group.order
    centred = scores - scores.mean(1, keepdims=True)
    centred = centred - centred.mean(0)
    target = means.means - means.means.mean(1, keepdims=True)
    target = target - target.mean(0)
    # L' depends on (ab, c) alone, so that <L, L'> needs the mean logits only
    distance = means.square_twice + n * float((centred * (centred - 2 * target)).sum())
    explained = 1 - distance / means.square_twice if means.square_twice > 0 else float("nan")
    log_scores = scores - _log_sum(scores)[:, None]
    answers = scores.argmax(1)
    divergence, agreed = 0.0, 0
    for rows in network.row_chunks():
        for a, logits in enumerate(network.logits(rows), rows.start):
            products = group.table[a]
            logs = logits - _log_sum(logits)[:, None]
            divergence += float((np.exp(logs) * (logs - log_scores[products])).sum())
            agreed += int((logits.argmax(1) == answers[products]).sum())
    return Faithfulness(explained, max(divergence / n**2, 0.0), agreed / n**2)


def _log_sum(logits: Float[np.ndarray, "x n"]) -> Float[np.ndarray, " x"]:
    highest = logits.max(1)
    return highest + np.log(np.exp(logits - highest[:, None]).sum(1))


def restricted_losses(
    network: TrainedNetwork,
    means: ProductMeans,
    fit: CharacterFit,
    key: Sequence[int],
    train: Bool[np.ndarray, "n n"] | None = None,
) -> RestrictedLosses:
    """Losses of key irreps alone, with their faithfulness.

    Args:
        network: streamed.
        means: of its logits.
        fit: coefficients of the characters.
        key: irreps to keep.
        train: mask of the train pairs.

    Raises:
        InputError: the mask has another shape or leaves one side empty.
    """
    group = means.group
    directions = means.direction(key)
    corrected = directions + means.bias
    characters = _character_scores(means, fit, key)
    by_product, by_character = product_losses(corrected), product_losses(characters)
    test = None if train is None else group.table[~check_mask(train, group.order)]
    return RestrictedLosses(
        irreps=tuple(key),
        product=float(by_product.mean()),
        product_uncorrected=float(product_losses(directions).mean()),
        product_test=None if test is None else float(by_product[test].mean()),
        characters=float(by_character.mean()),
        characters_test=None if test is None else float(by_character[test].mean()),
        faithfulness=faithfulness(network, means, corrected),
        character_faithfulness=faithfulness(network, means, characters),
    )


def _character_scores(means: ProductMeans, fit: CharacterFit, key: Sequence[int]) -> Float[np.ndarray, "n n"]:
    """`sum C_r chi_r(g c^-1)` at `[g, c]`."""
    values = fit.coefficients[list(key)] @ means.group.irreps.characters[list(key)]
    return np.asarray(values)[means.group.quotients]


def excluded_losses(
    network: TrainedNetwork,
    means: ProductMeans,
    fit: CharacterFit,
    key: Sequence[int],
    train: Bool[np.ndarray, "n n"] | None = None,
    irreps: Sequence[int] | None = None,
) -> ExcludedLosses:
    """Losses without key irreps, and without single ones.

    Args:
        network: streamed.
        means: of its logits.
        fit: coefficients of the characters.
        key: irreps that are taken away together.
        train: mask of the train pairs; None to use all pairs.
        irreps: which are taken away one by one; the key ones by default.
    """
    group = means.group
    singles = list(key if irreps is None else irreps)
    removed = [means.direction(key), _character_scores(means, fit, key)]
    removed += [means.direction([r]) for r in singles]
    totals, count = np.zeros(len(removed)), 0
    mask = None if train is None else check_mask(train, group.order)
    for rows in network.row_chunks():
        for a, logits in enumerate(network.logits(rows), rows.start):
            chosen = slice(None) if mask is None else np.flatnonzero(mask[a])
            products = group.table[a][chosen]
            count += len(products)
            if not len(products):
                continue
            for number, part in enumerate(removed):
                left = logits[chosen] - part[products]
                totals[number] += pair_losses(left[None], products[None]).sum()
    losses = totals / count
    by_irrep = {r: float(loss) for r, loss in zip(singles, losses[2:], strict=True)}
    return ExcludedLosses(float(losses[0]), float(losses[1]), by_irrep, "all" if mask is None else "train")


def hidden_restricted_loss(network: WeightNetwork, means: ProductMeans, key: Sequence[int]) -> float:
    """The loss when hidden activations are projected on functions of `ab` in key irreps.

    The projector is `P_r` itself: matrix entries of a merged cyclic irrep are linearly dependent, and an
    orthonormal basis made of them holds random directions. Mean activations and, for transformers, what
    passes beside the hidden layer are dropped.

    Args:
        network: with a readable hidden layer.
        means: of its logits, for the group.
        key: irreps to keep.
    """
    group = means.group
    n = group.order
    total = np.zeros((n, network.output_map.shape[0]))
    for rows in network.row_chunks():
        for a, hidden in enumerate(network.hidden(rows), rows.start):
            total[group.table[a]] += hidden
    operator = sum((group.projector(r) for r in key), np.zeros((n, n)))
    return float(product_losses(operator @ (total / n) @ network.output_map).mean())
