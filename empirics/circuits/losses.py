"""Cross-entropy in double precision, the bias correction, and the train splits of the classic analyses."""

from __future__ import annotations

import random
from collections.abc import Iterable

import numpy as np
import torch
from jaxtyping import Bool, Float, Int

from empirics.circuits.networks import TrainedNetwork
from theory.errors import InputError

__all__ = [
    "bias_corrected",
    "check_mask",
    "cross_entropy",
    "network_loss",
    "pair_losses",
    "product_losses",
    "split_nanda",
    "split_of_pairs",
    "split_torch",
]


def pair_losses(
    logits: Float[np.ndarray, "a x n"], table: Int[np.ndarray, "a x"]
) -> Float[np.ndarray, "a x"]:
    """`-log softmax(L[a, b])[ab]` of every pair.

    The largest logit stays out of the sum, `log(1 + sum of the others)`: a loss below the rounding unit keeps
    all its digits.

    Args:
        logits: `L[a, b, c]`, for all rows or some.
        table: the labels `ab` of these rows.
    """
    largest = logits.argmax(-1, keepdims=True)
    highest = np.take_along_axis(logits, largest, -1)
    others = logits - highest
    np.exp(others, out=others)
    np.put_along_axis(others, largest, 0.0, -1)
    gap = highest - np.take_along_axis(logits, table[..., None], -1)
    return np.log1p(others.sum(-1)) + gap[..., 0]


def product_losses(scores: Float[np.ndarray, "g n"]) -> Float[np.ndarray, " g"]:
    """The losses of logits `scores[ab, c]` that depend on the product alone, at each product."""
    return pair_losses(scores[:, None], np.arange(len(scores))[:, None])[:, 0]


def cross_entropy(
    logits: Float[np.ndarray, "n n n"],
    table: Int[np.ndarray, "n n"],
    mask: Bool[np.ndarray, "*_"] | None = None,
) -> float:
    """Mean loss over all pairs, or over those of a mask.

    Raises:
        InputError: the mask has another shape or holds no pair.
    """
    losses = pair_losses(logits, table)
    return float(losses.mean() if mask is None else losses[_some_pairs(mask, len(table))].mean())


def network_loss(
    network: TrainedNetwork, table: Int[np.ndarray, "n n"], mask: Bool[np.ndarray, "*_"] | None = None
) -> float:
    """`cross_entropy` of a network's logits, a few rows at a time.

    The sum over pairs is divided once: a mean of means over chunks would weigh pairs of a short chunk more.

    Args:
        network: whose logits are streamed.
        table: the labels `ab`.
        mask: the pairs to take; None for all.

    Raises:
        InputError: table or mask have another shape than the network, or the mask holds no pair.
    """
    n = network.order
    if table.shape != (n, n):
        raise InputError(f"table: shape {list(table.shape)}; the network has {n} elements")
    chosen = np.ones((n, n), dtype=bool) if mask is None else _some_pairs(mask, n)
    total = 0.0
    for rows in network.row_chunks():
        total += float(pair_losses(network.logits(rows), table[rows])[chosen[rows]].sum())
    return total / int(chosen.sum())


def bias_corrected(
    original: Float[np.ndarray, "n n n"], replacement: Float[np.ndarray, "n n n"]
) -> Float[np.ndarray, "n n n"]:
    """`L' + mean_ab (L - L')`: the replacement with the original's mean logits."""
    return replacement + (original.mean((0, 1)) - replacement.mean((0, 1)))


def _some_pairs(mask: Bool[np.ndarray, "*_"], order: int) -> Bool[np.ndarray, "n n"]:
    if mask.shape != (order, order):
        raise InputError(f"mask of pairs: shape {list(mask.shape)}; [{order}, {order}] would be right")
    if not mask.any():
        raise InputError("mask of pairs: it holds none; at least one pair would be right")
    return mask


def check_mask(mask: Bool[np.ndarray, "*_"], order: int) -> Bool[np.ndarray, "n n"]:
    """A train mask that leaves pairs on both sides.

    Raises:
        InputError: another shape, or one side is empty.
    """
    if mask.shape != (order, order):
        raise InputError(f"train mask: shape {list(mask.shape)}; [{order}, {order}] would be right")
    if mask.all() or not mask.any():
        side, missing = ("all", "test") if mask.all() else ("no", "train")
        raise InputError(f"train mask: {side} pairs are for training, so there are no {missing} pairs")
    return mask


def split_of_pairs(pairs: Iterable[int], order: int) -> Bool[np.ndarray, "_ _"]:
    """The train mask of a list of pair numbers `n a + b`.

    Raises:
        InputError: a number is out of range.
    """
    chosen = np.fromiter(pairs, dtype=np.int64)
    wrong = chosen[(chosen < 0) | (chosen >= order**2)]
    if len(wrong):
        raise InputError(f"train split: pair {wrong[0]} is outside of 0..{order**2 - 1}")
    mask = np.zeros(order**2, dtype=bool)
    mask[chosen] = True
    return mask.reshape(order, order)


def split_nanda(order: int, seed: int, fraction: float) -> Bool[np.ndarray, "_ _"]:
    """The split of Nanda et al. (arXiv:2301.05217): Python's `random.shuffle` of all pairs, the first part.

    Args:
        order: number of elements.
        seed: of Python's generator.
        fraction: of the pairs that are for training.

    Raises:
        InputError: the fraction is not between 0 and 1.
    """
    _check_fraction(fraction)
    pairs = list(range(order**2))
    random.Random(seed).shuffle(pairs)
    return split_of_pairs(pairs[: int(fraction * len(pairs))], order)


def split_torch(order: int, seed: int, fraction: float) -> Bool[np.ndarray, "_ _"]:
    """The split of Chughtai et al. (arXiv:2302.03025): `torch.randperm` of all pairs, the first part.

    Args:
        order: number of elements.
        seed: of torch's generator.
        fraction: of the pairs that are for training.

    Raises:
        InputError: the fraction is not between 0 and 1.
    """
    _check_fraction(fraction)
    generator = torch.Generator().manual_seed(seed)
    pairs = torch.randperm(order**2, generator=generator).tolist()
    # their order of multiplication: another one can round to one pair more or less
    return split_of_pairs(pairs[: int(fraction * order * order)], order)


def _check_fraction(fraction: float) -> None:
    if not 0 < fraction < 1:
        raise InputError(f"train fraction {fraction:g}: a number between 0 and 1 is right")
