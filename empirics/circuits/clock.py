"""Clock or pizza: two measures of how a network adds, and circularity of its embedding.

A clock multiplies the embeddings: the right logit depends on `a + b` alone and gradients with respect to the
two elements differ. A pizza adds them first: the right logit depends on `a - b` too, the gradients agree.
Source: Zhong, Liu, Tegmark, Andreas, arXiv:2306.17844, sections 3 and 4.
"""

from __future__ import annotations

import random
from array import array
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int

from empirics.circuits.circularity import circularity, cyclic_arrangement
from empirics.circuits.irreps import NetworkGroup
from empirics.circuits.networks import TrainedNetwork, UnavailableError, WeightNetwork
from theory.errors import InputError

__all__ = [
    "ClockReading",
    "clock_reading",
    "distance_irrelevance",
    "gradient_symmetricity",
    "product_spread",
    "published_triples",
]

IRRELEVANT, SYMMETRIC = 0.4, 0.98
PUBLISHED_SEED, PUBLISHED_DRAWS = 42, 100
PUBLISHED_ORDER = 200  # up to here the published shuffle of all n^3 triples takes seconds and 64 MB
CHUNK = 500  # triples that are differentiated at once
ROUNDING = 1e-12  # deviations below this part of the largest value are rounding


@dataclass(frozen=True)
class ClockReading:
    """The reading.

    Args:
        distance_irrelevance: see `distance_irrelevance`; None for groups of even order.
        product_spread: see `product_spread`, which is defined for every group.
        gradient_symmetricity: mean cosine of the gradients of `L_c` with respect to `E_a` and `E_b`, 100
            published triples; None for separate embeddings, for which it is not defined.
        symmetricity_many, symmetricity_error: the same over 5,000 triples, and its standard error.
        circularity: see `circularity`, of the left embedding; None unless the group is cyclic.
        label: `clock`, `pizza` or `mixed`; None where one of the two measures is not defined.
        notes: why what is missing is missing, a sentence each.
    """

    distance_irrelevance: float | None
    product_spread: float
    gradient_symmetricity: float | None
    symmetricity_many: float | None
    symmetricity_error: float | None
    circularity: float | None
    label: str | None
    notes: tuple[str, ...] = ()


def _right_logits(network: TrainedNetwork, group: NetworkGroup) -> Float[np.ndarray, "n n"]:
    """`L[a, b, ab]` at `[a, b]`."""
    right = np.empty((group.order, group.order))
    for rows in network.row_chunks():
        right[rows] = np.take_along_axis(network.logits(rows), group.table[rows][..., None], 2)[..., 0]
    return right


def distance_irrelevance(right: Float[np.ndarray, "_ _"], group: NetworkGroup) -> float | None:
    """With `M[ab, a b^-1] = L[a, b, ab]`: mean over columns of the deviation over rows, over that of all `M`.

    Near 1 the right logit is a function of `ab`, near 0 of `a b^-1`. `ab` and `a b^-1` name the pair exactly
    in odd order, abelian or not: they give `b^2 = (a b^-1)^-1 ab`, and squaring is a bijection exactly then.
    None for even order; nan where the right logits are constant. Source: arXiv:2306.17844.

    Args:
        right: `L[a, b, ab]` at `[a, b]`.
        group: of the network.

    Raises:
        InputError: `right` has another shape than the group's table.
    """
    _check_pairs(right, group)
    if group.order % 2 == 0:
        return None
    arranged = np.empty_like(right)
    arranged[group.quotients, group.table] = right
    return _relative_spread(arranged)


def product_spread(right: Float[np.ndarray, "_ _"], group: NetworkGroup) -> float:
    """Mean over products `g` of the deviation of `L[a, b, g]` within `ab = g`, over that of all right logits.

    What takes the place of distance irrelevance where `(ab, a b^-1)` does not name the pair; it runs the
    other way: 0 where the right logit is a function of `ab`. nan where the right logits are constant.

    Args:
        right: `L[a, b, ab]` at `[a, b]`.
        group: of the network.

    Raises:
        InputError: `right` has another shape than the group's table.
    """
    _check_pairs(right, group)
    by_product = np.empty_like(right)
    by_product[group.table, np.arange(group.order)[:, None]] = right  # ab and a name the pair
    return _relative_spread(by_product)


def _check_pairs(right: Float[np.ndarray, "_ _"], group: NetworkGroup) -> None:
    n = group.order
    if right.shape != (n, n):
        raise InputError(f"right logits: shape {list(right.shape)}; [{n}, {n}] would be right")


def _relative_spread(lines: Float[np.ndarray, "n n"]) -> float:
    """Mean standard deviation within lines over that of everything."""
    whole = float(lines.std())
    if whole <= ROUNDING * float(np.abs(lines).max()):
        return float("nan")
    return float(lines.std(1).mean()) / whole


def gradient_symmetricity(
    network: TrainedNetwork, triples: Int[np.ndarray, "x 3"]
) -> Float[np.ndarray, " x"]:
    """`cos(dL_c/dE_a, dL_c/dE_b)` at every triple `(a, b, c)`; nan where a gradient is zero.

    `E_a` and `E_b` are separate leaves, before positions are added. Source: arXiv:2306.17844.

    Args:
        network: with one embedding for both elements.
        triples: elements.

    Raises:
        UnavailableError: there are no weights, or separate embeddings, whose gradients are in two spaces.
        InputError: a triple holds no element.
    """
    if not isinstance(network, WeightNetwork):
        raise UnavailableError("gradient symmetricity: a callable has no weights to differentiate by")
    if not network.shared_embedding:
        raise UnavailableError("gradient symmetricity: not defined for separate embeddings")
    wrong = triples[(triples < 0) | (triples >= network.order)]
    if len(wrong):
        raise InputError(f"triples: entry {wrong[0]}; 0..{network.order - 1} would be right")
    found = [np.empty(0)]
    for start in range(0, len(triples), CHUNK):
        a, b, c = torch.from_numpy(triples[start : start + CHUNK].astype(np.int64)).T
        left = network.left[a].clone().requires_grad_()
        right = network.right[b].clone().requires_grad_()
        chosen = network.forward(left, right)[torch.arange(len(a)), c]
        of_left, of_right = (part.numpy() for part in torch.autograd.grad(chosen.sum(), [left, right]))
        sizes = np.linalg.norm(of_left, axis=1) * np.linalg.norm(of_right, axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            found.append((of_left * of_right).sum(1) / sizes)
    return np.concatenate(found)


def published_triples(n: int, draws: int = PUBLISHED_DRAWS) -> Int[np.ndarray, "x 3"]:
    """The first of `list(product(range(n), repeat=3))` in Python's shuffle with seed 42 (arXiv:2306.17844).

    Args:
        n: number of elements.
        draws: number of triples; all of them where there are no more.

    Raises:
        InputError: so many elements that the shuffle would take long.
    """
    if n > PUBLISHED_ORDER:
        raise InputError(f"published triples: {n} elements; at most {PUBLISHED_ORDER} would be right")
    numbers = array("q", range(n**3))  # the same swaps as a list of the triples, in a tenth of its memory
    random.Random(PUBLISHED_SEED).shuffle(numbers)
    first = np.array(numbers[:draws], dtype=np.int64)
    return np.stack([first // n**2, first // n % n, first % n], axis=1)


def clock_reading(
    network: TrainedNetwork, group: NetworkGroup, generator: np.random.Generator, draws: int = 5_000
) -> ClockReading:
    """All measures of a network, and the label: pizza below .4 and above .98, clock the other way round.

    Args:
        network: any; gradients need weights with one embedding.
        group: that it computes.
        generator: of the triples beyond the published ones.
        draws: number of these triples.

    Raises:
        InputError: network and group have different orders, or there are fewer than two draws.
    """
    n = group.order
    if network.order != n:
        raise InputError(f"group: of order {n}; the network has {network.order} elements")
    if draws < 2:
        raise InputError(f"draws {draws}: a standard error needs at least 2")
    notes = []
    right = _right_logits(network, group)
    irrelevance = distance_irrelevance(right, group)
    if irrelevance is None:
        notes.append(
            f"distance irrelevance: order {n} is even, (ab, a b^-1) names no pair; grouped by ab instead"
        )
    elif np.isnan(irrelevance):
        notes.append("distance irrelevance: the right logits are constant")
    published = many = error = round_share = None
    try:
        many, error = _mean_and_error(gradient_symmetricity(network, generator.integers(0, n, (draws, 3))))
        if n <= PUBLISHED_ORDER:
            published = _mean_and_error(gradient_symmetricity(network, published_triples(n)))[0]
        else:
            notes.append(f"gradient symmetricity: {n}^3 triples are too many for the published shuffle")
        if np.isnan(many):
            notes.append("gradient symmetricity: the gradients are zero")
    except UnavailableError as reason:
        notes.append(str(reason))
    if (arrangement := cyclic_arrangement(group)) is None:
        notes.append("circularity: the group is not cyclic")
    elif isinstance(network, WeightNetwork):
        round_share = circularity(network.embeddings[0][arrangement])
    return ClockReading(
        distance_irrelevance=irrelevance,
        product_spread=product_spread(right, group),
        gradient_symmetricity=published,
        symmetricity_many=many,
        symmetricity_error=error,
        circularity=round_share,
        label=_label(irrelevance, many if published is None else published),
        notes=tuple(notes),
    )


def _mean_and_error(values: Float[np.ndarray, " x"]) -> tuple[float, float]:
    """Over the triples where the cosine is defined."""
    defined = values[np.isfinite(values)]
    if len(defined) < 2:
        return float("nan"), float("nan")
    return float(defined.mean()), float(defined.std(ddof=1) / len(defined) ** 0.5)


def _label(irrelevance: float | None, symmetricity: float | None) -> str | None:
    if irrelevance is None or symmetricity is None or np.isnan([irrelevance, symmetricity]).any():
        return None
    if irrelevance < IRRELEVANT and symmetricity > SYMMETRIC:
        return "pizza"
    if irrelevance >= IRRELEVANT and symmetricity <= SYMMETRIC:
        return "clock"
    return "mixed"
