"""Clock or pizza: two measures of how a network adds, and circularity of its embedding.

Source: Zhong, Liu, Tegmark, Andreas, arXiv:2306.17844, sections 3 and 4. A clock multiplies, so that its
logits depend on `a - b` as little as on nothing (high gradient asymmetry); a pizza adds embeddings first.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int

from empirics.circuits.irreps import NetworkGroup
from empirics.circuits.networks import TrainedNetwork, WeightNetwork

__all__ = [
    "ClockReading",
    "circularity",
    "clock_reading",
    "distance_irrelevance",
    "gradient_symmetricity",
]

IRRELEVANT, SYMMETRIC = 0.4, 0.98
PUBLISHED_SEED, PUBLISHED_DRAWS = 42, 100
COMPONENTS = 4
CHUNK = 500  # triples that are differentiated at once


@dataclass(frozen=True)
class ClockReading:
    """The reading.

    Args:
        distance_irrelevance: see `distance_irrelevance`; None where `(ab, a b^-1)` does not name the pair.
        product_spread: mean standard deviation of the right logit at fixed `ab`, over all of its deviation.
        gradient_symmetricity: mean cosine of the gradients of `L_c` with respect to `E_a` and `E_b`, 100
            published triples; None for separate embeddings, for which it is not defined.
        symmetricity_many: the same over 5,000 triples.
        symmetricity_error: standard error of the latter.
        circularity: see `circularity`; None unless the elements are the integers modulo `n` in their order.
        label: `clock`, `pizza` or `mixed`; None where one of the two measures is not defined.
    """

    distance_irrelevance: float | None
    product_spread: float
    gradient_symmetricity: float | None
    symmetricity_many: float | None
    symmetricity_error: float | None
    circularity: float | None
    label: str | None


def _right_logits(network: TrainedNetwork, group: NetworkGroup) -> Float[np.ndarray, "n n"]:
    """`L[a, b, ab]` at `[a, b]`."""
    right = np.empty((group.order, group.order))
    for rows in network.row_chunks():
        right[rows] = np.take_along_axis(network.logits(rows), group.table[rows][..., None], 2)[..., 0]
    return right


def distance_irrelevance(right: Float[np.ndarray, "n n"], group: NetworkGroup) -> float | None:
    """With `M[ab, a b^-1] = L[a, b, ab]`: mean over columns of the deviation over rows, over that of all `M`.

    None unless `(a, b) -> (ab, a b^-1)` is a bijection, as it is for abelian groups of odd order; nan where
    the right logits are constant.

    Args:
        right: `L[a, b, ab]` at `[a, b]`.
        group: of the network.
    """
    n = group.order
    places = group.table * n + group.quotients
    if len(np.unique(places)) < n * n:
        return None
    arranged = np.empty(n * n)
    arranged[places.ravel()] = right.ravel()
    return _relative_spread(arranged.reshape(n, n).T)


def _relative_spread(lines: Float[np.ndarray, "n n"]) -> float:
    """Mean standard deviation within lines over that of everything."""
    whole = float(lines.std())
    return float(lines.std(1).mean() / whole) if whole > 0 else float("nan")


def gradient_symmetricity(network: WeightNetwork, triples: Int[np.ndarray, "x 3"]) -> Float[np.ndarray, " x"]:
    """`cos(dL_c/dE_a, dL_c/dE_b)` at every triple `(a, b, c)`.

    Args:
        network: with one embedding for both elements; `E_a` and `E_b` are separate leaves.
        triples: elements.
    """
    found = []
    for part in np.array_split(triples, max(1, len(triples) // CHUNK)):
        a, b, c = torch.from_numpy(part.astype(np.int64)).T
        left = network.left[a].clone().requires_grad_()
        right = network.right[b].clone().requires_grad_()
        chosen = network.forward(left, right)[torch.arange(len(part)), c]
        of_left, of_right = torch.autograd.grad(chosen.sum(), [left, right])
        found.append(torch.nn.functional.cosine_similarity(of_left, of_right, dim=1).numpy())
    return np.concatenate(found)


def _published_triples(n: int, draws: int) -> Int[np.ndarray, "x 3"]:
    """The first of all triples in Python's shuffle with seed 42, as published."""
    numbers = list(range(n**3))  # the same swaps as a list of the triples themselves
    random.Random(PUBLISHED_SEED).shuffle(numbers)
    first = np.array(numbers[:draws])
    return np.stack([first // n**2, first // n % n, first % n], axis=1)


def circularity(embedding: Float[np.ndarray, "n d"]) -> float:
    """Mean over the first four principal components of `max_k 2 |DFT_k|^2 / (n ||v||^2)`.

    Args:
        embedding: of the integers modulo `n` in their order.
    """
    centred = embedding - embedding.mean(0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    components = (left * sizes)[:, :COMPONENTS].T
    spectrum = np.abs(np.fft.fft(components, axis=1)) ** 2
    n = len(embedding)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = 2 * spectrum[:, 1:].max(1) / (n * (components**2).sum(1))
    return float(shares.mean())


def clock_reading(
    network: TrainedNetwork, group: NetworkGroup, generator: np.random.Generator, draws: int = 5_000
) -> ClockReading:
    """All measures of a network, and the label: pizza below .4 and above .98, clock the other way round.

    Args:
        network: any; gradients need weights with one embedding.
        group: that it computes.
        generator: of the triples beyond the published ones.
        draws: number of these triples.
    """
    n = group.order
    right = _right_logits(network, group)
    irrelevance = distance_irrelevance(right, group)
    by_product = np.empty((n, n))
    by_product[group.table, np.arange(n)[:, None]] = right  # ab and a name the pair
    published = many = error = round_share = label = None
    if isinstance(network, WeightNetwork):
        if np.array_equal(group.table, np.add.outer(np.arange(n), np.arange(n)) % n):
            round_share = circularity(network.embeddings[0])
        if network.shared_embedding:
            published = float(gradient_symmetricity(network, _published_triples(n, PUBLISHED_DRAWS)).mean())
            values = gradient_symmetricity(network, generator.integers(0, n, (draws, 3)))
            many, error = float(values.mean()), float(values.std(ddof=1) / draws**0.5)
            label = None if irrelevance is None else _label(irrelevance, published)
    spread = _relative_spread(by_product)
    return ClockReading(irrelevance, spread, published, many, error, round_share, label)


def _label(irrelevance: float, symmetricity: float) -> str:
    if irrelevance < IRRELEVANT and symmetricity > SYMMETRIC:
        return "pizza"
    if irrelevance >= IRRELEVANT and symmetricity <= SYMMETRIC:
        return "clock"
    return "mixed"
