"""Restricted and excluded losses: what key irreps do alone, and what is left without them.

A restricted number never stands alone: `Faithfulness` beside it says how much of the logits is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from empirics.circuits.character_fit import CharacterFit
from empirics.circuits.directions import ProductMeans, check_irreps
from empirics.circuits.faithfulness import Faithfulness, faithfulness_of_each
from empirics.circuits.losses import check_mask, pair_losses, product_losses
from empirics.circuits.networks import TrainedNetwork, WeightNetwork

__all__ = [
    "ExcludedLosses",
    "HiddenRestriction",
    "RestrictedLosses",
    "excluded_losses",
    "hidden_restricted_loss",
    "hidden_restriction",
    "restricted_losses",
]


@dataclass(frozen=True, eq=False)
class RestrictedLosses:
    """Losses of logits that depend on the product alone, in key irreps; test losses are None without a split.

    Args:
        irreps: the key irreps.
        product: of `sum L_r` with the network's mean logits, over all pairs.
        product_uncorrected: of `sum L_r` alone.
        product_test: `product` over the test pairs.
        product_uncorrected_test: `product_uncorrected` over the test pairs.
        characters: of `sum C_r chi_r(a b c^-1)`, over all pairs.
        characters_test: the same over the test pairs.
        faithfulness: of the corrected product directions.
        uncorrected_faithfulness: of the product directions alone.
        character_faithfulness: of the characters.
    """

    irreps: tuple[int, ...]
    product: float
    product_uncorrected: float
    product_test: float | None
    product_uncorrected_test: float | None
    characters: float
    characters_test: float | None
    faithfulness: Faithfulness
    uncorrected_faithfulness: Faithfulness
    character_faithfulness: Faithfulness


@dataclass(frozen=True, eq=False)
class ExcludedLosses:
    """Losses of the network's logits without some directions, over the train pairs, no bias corrected.

    Args:
        every_key: without all key irreps' product directions.
        every_key_characters: without their characters.
        by_irrep: without one irrep's product directions.
        by_irrep_characters: without one irrep's character.
        pairs: `train`, or `all` where no split is known.
    """

    every_key: float
    every_key_characters: float
    by_irrep: dict[int, float]
    by_irrep_characters: dict[int, float]
    pairs: str


@dataclass(frozen=True)
class HiddenRestriction:
    """What hidden activations do once projected on functions of `ab` in key irreps.

    Args:
        loss: over all pairs.
        faithfulness: of the logits they make.
    """

    loss: float
    faithfulness: Faithfulness


def restricted_losses(
    network: TrainedNetwork,
    means: ProductMeans,
    fit: CharacterFit,
    key: Sequence[int],
    train: Bool[np.ndarray, "*_"] | None = None,
) -> RestrictedLosses:
    """Losses of key irreps alone, with their faithfulness; the network is passed over once.

    Bias-corrected is `L' + mean_ab (L - L')` for `L' = sum_r L_r`. Source: Nanda et al., arXiv:2301.05217
    (product directions), Chughtai, Chan, Nanda, arXiv:2302.03025 (characters).

    Args:
        network: streamed.
        means: of its logits.
        fit: coefficients of the characters.
        key: irreps to keep.
        train: mask of the train pairs.

    Raises:
        InputError: the mask has another shape or leaves one side empty, or a key irrep is none.
    """
    group = means.group
    directions = means.direction(key)
    scores = [
        directions + (means.bias - directions.mean(0)),
        directions,
        _character_scores(means, fit, key),
    ]
    test = None if train is None else group.table[~check_mask(train, group.order)]
    losses = [product_losses(one) for one in scores]
    over_all = [float(found.mean()) for found in losses]
    over_test = [None if test is None else float(found[test].mean()) for found in losses]
    faithful = faithfulness_of_each(network, means, scores)
    return RestrictedLosses(
        irreps=tuple(int(r) for r in key),
        product=over_all[0],
        product_uncorrected=over_all[1],
        product_test=over_test[0],
        product_uncorrected_test=over_test[1],
        characters=over_all[2],
        characters_test=over_test[2],
        faithfulness=faithful[0],
        uncorrected_faithfulness=faithful[1],
        character_faithfulness=faithful[2],
    )


def _character_scores(means: ProductMeans, fit: CharacterFit, key: Sequence[int]) -> Float[np.ndarray, "n n"]:
    """`sum C_r chi_r(g c^-1)` at `[g, c]`."""
    check_irreps(key, means.group)
    values = fit.coefficients[list(key)] @ means.group.irreps.characters[list(key)]
    return np.asarray(values)[means.group.quotients]


def excluded_losses(
    network: TrainedNetwork,
    means: ProductMeans,
    fit: CharacterFit,
    key: Sequence[int],
    train: Bool[np.ndarray, "*_"] | None = None,
    irreps: Sequence[int] | None = None,
) -> ExcludedLosses:
    """Losses without key irreps, and without single ones; the network is passed over once.

    Without a character the logits are `L_c - C_r chi_r`; that `L_c` is centred over `c` changes no loss.

    Args:
        network: streamed.
        means: of its logits.
        fit: coefficients of the characters.
        key: irreps that are taken away together.
        train: mask of the train pairs; None to use all pairs.
        irreps: which are taken away one by one; the key ones by default.

    Raises:
        InputError: the mask has another shape or leaves one side empty, or an irrep is none.
    """
    group = means.group
    singles = [int(r) for r in (key if irreps is None else irreps)]
    removed = [means.direction(key), *(means.direction([r]) for r in singles)]
    removed += [_character_scores(means, fit, kept) for kept in (key, *([r] for r in singles))]
    totals, count = np.zeros(len(removed)), 0
    mask = None if train is None else check_mask(train, group.order)
    for rows in network.row_chunks():
        for a, logits in enumerate(network.logits(rows), rows.start):
            chosen = slice(None) if mask is None else np.flatnonzero(mask[a])
            products, own = group.table[a][chosen], logits[chosen]
            count += len(products)
            for number, part in enumerate(removed):
                totals[number] += pair_losses((own - part[products])[None], products[None]).sum()
    product, characters = np.split(totals / count, 2)
    return ExcludedLosses(
        every_key=float(product[0]),
        every_key_characters=float(characters[0]),
        by_irrep=dict(zip(singles, product[1:].tolist(), strict=True)),
        by_irrep_characters=dict(zip(singles, characters[1:].tolist(), strict=True)),
        pairs="all" if mask is None else "train",
    )


def hidden_restricted_loss(network: WeightNetwork, means: ProductMeans, key: Sequence[int]) -> float:
    """The loss when hidden activations are projected on functions of `ab` in key irreps.

    The projector is `P_r` itself: matrix entries of a merged cyclic irrep are linearly dependent, and an
    orthonormal basis made of them holds random directions. Mean activations and, for transformers, what
    passes beside the hidden layer are dropped.

    Args:
        network: with a readable hidden layer.
        means: of its logits, for the group.
        key: irreps to keep.

    Raises:
        InputError: a key irrep is none.
    """
    return float(product_losses(_hidden_scores(network, means, key)).mean())


def hidden_restriction(network: WeightNetwork, means: ProductMeans, key: Sequence[int]) -> HiddenRestriction:
    """`hidden_restricted_loss` with its faithfulness to the network's logits.

    Args:
        network: with a readable hidden layer.
        means: of its logits, for the group.
        key: irreps to keep.

    Raises:
        InputError: a key irrep is none.
    """
    scores = _hidden_scores(network, means, key)
    (faithful,) = faithfulness_of_each(network, means, [scores])
    return HiddenRestriction(float(product_losses(scores).mean()), faithful)


def _hidden_scores(
    network: WeightNetwork, means: ProductMeans, key: Sequence[int]
) -> Float[np.ndarray, "n n"]:
    """`sum_r P_r mean_(ab = g) H[a, b] W_out_eff` at `[g, c]`."""
    group = means.group
    n = group.order
    check_irreps(key, group)
    total = np.zeros((n, network.output_map.shape[0]))
    for rows in network.row_chunks():
        for a, hidden in enumerate(network.hidden(rows), rows.start):
            total[group.table[a]] += hidden
    operator = sum((group.projector(r) for r in key), np.zeros((n, n)))
    return operator @ (total / n) @ network.output_map
