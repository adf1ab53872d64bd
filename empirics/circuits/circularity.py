"""How much of an embedding of a cyclic group lies on circles: one frequency a principal component."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from empirics.circuits.irreps import NetworkGroup

__all__ = ["circularity", "cyclic_arrangement"]

COMPONENTS = 4
ROUNDING = 1e-12  # components below this part of the embedding's norm are rounding


def cyclic_arrangement(group: NetworkGroup) -> Int[np.ndarray, " n"] | None:
    """The elements as powers `1, g, g^2, ...` of a generator; None if there is none.

    Which generator it is permutes frequencies and changes no circularity.

    Args:
        group: any.
    """
    n = group.order
    generators = np.flatnonzero(group.group.element_orders(np.arange(n)) == n)
    if not len(generators):
        return None
    powers = [group.identity]
    for _ in range(n - 1):
        powers.append(int(group.table[powers[-1], group.elements[generators[0]]]))
    return np.array(powers)


def circularity(embedding: Float[np.ndarray, "n d"]) -> float:
    """Mean over the first four principal components `v` of `max_k 2 |DFT_k(v)|^2 / (n ||v||^2)`.

    1 if every component is a cosine of one frequency; at the frequency `n/2` of an even `n`, which has no
    sine, the factor is 1. Components that are rounding do not count; nan if all are.
    Source: arXiv:2306.17844; shared/specs/circuits.md, 2.10.

    Args:
        embedding: of the integers modulo `n` in their order.
    """
    n = len(embedding)
    centred = embedding - embedding.mean(0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    real = sizes > ROUNDING * np.linalg.norm(embedding)
    components = left[:, real][:, :COMPONENTS]
    if components.shape[1] == 0:
        return float("nan")
    spectrum = 2 * np.abs(np.fft.rfft(components, axis=0)) ** 2 / n  # components are unit vectors
    if n % 2 == 0:
        spectrum[-1] /= 2
    return float(spectrum[1:].max(0).mean())
