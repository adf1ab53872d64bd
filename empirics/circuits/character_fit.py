"""Are the logits a positive sum of characters `chi_r(a b c^-1)`, and how much of them is?

Centring: similarities use the logits minus their mean over `c`; shares of variance the logits centred twice,
also minus the mean over `(a, b)`. Source: Chughtai, Chan, Nanda, arXiv:2302.03025, section 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from empirics.circuits.directions import ProductMeans
from empirics.circuits.irreps import NetworkGroup
from theory.representations.alignment import complex_values

__all__ = ["EMBEDDED", "KEY", "CharacterFit", "VarianceShares", "character_fit", "harmonics", "key_irreps"]

KEY = 0.005  # similarity above which an irrep is called learned (arXiv:2302.03025)
EMBEDDED = 0.01  # of the embedding's power


@dataclass(frozen=True)
class VarianceShares:
    """Shares of the variance of the logits, centred twice; the first three are nested.

    Args:
        characters: of sums of characters `chi_r(a b c^-1)`.
        equivariant: of any function of `a b c^-1`.
        product: of any function of `(ab, c)`.
        rest: what is left.
    """

    characters: float
    equivariant: float
    product: float
    rest: float


@dataclass(frozen=True, eq=False)
class CharacterFit:
    """The fit, by real irrep; the trivial one has coefficient and similarity zero after centring.

    Args:
        coefficients: `C_r`, least squares on the logits minus their mean over `c`.
        similarities: `s_r`, cosine of these logits with `chi_r(a b c^-1)`; nan for a dead network.
        twice: the same cosine for the logits centred twice; nan if these vanish, as they do where the logits
            do not depend on the input.
        shares: of variance, centred twice; nan with `twice`.
    """

    coefficients: Float[np.ndarray, " r"]
    similarities: Float[np.ndarray, " r"]
    twice: Float[np.ndarray, " r"]
    shares: VarianceShares

    def share(self, irreps: list[int]) -> float:
        """Part of the variance, centred twice, on the characters of some irreps."""
        return float((self.twice[irreps] ** 2).sum())

    def share_over_c(self, irreps: list[int]) -> float:
        """The same of the logits minus their mean over `c`."""
        return float((self.similarities[irreps] ** 2).sum())


def character_fit(means: ProductMeans) -> CharacterFit:
    """Coefficients and similarities from the mean logits at every product.

    `F(g) = sum_(a b c^-1 = g) L_c[a, b, c]`, `C_r = sum_g chi_r(g) F(g) / (n^2 sum_g chi_r(g)^2)` and
    `s_r = sum_g chi_r(g) F(g) / (n ||chi_r|| ||L_c||)`.

    Args:
        means: of the logits, from `product_means(network, group)`: one pass over the rows of a network.
    """
    group = means.group
    n, characters = group.order, group.irreps.characters
    centred = means.means - means.means.mean(1, keepdims=True)
    function = n * np.bincount(group.quotients.ravel(), centred.ravel(), n)  # quotients: g c^-1 at [g, c]
    squares = (characters**2).sum(1)
    products = characters @ function
    products[0] = 0.0  # exactly zero but for rounding: F sums to zero
    # the squares are nan, not zero, where nothing is left of the logits
    similarities = products / (n * np.sqrt(squares * means.square_over_c))
    twice = products / (n * np.sqrt(squares * means.square_twice))
    equivariant = float(((function - function.mean()) ** 2).sum()) / (n**2 * means.square_twice)
    shares = VarianceShares(
        float((twice**2).sum()), equivariant, means.product_share, 1 - means.product_share
    )
    return CharacterFit(products / (n**2 * squares), similarities, twice, shares)


def key_irreps(fit: CharacterFit, threshold: float = KEY) -> list[int]:
    """The nontrivial irreps with a similarity (logits centred over `c`) above a threshold.

    Args:
        fit: of the logits; of a dead network no irrep is key.
        threshold: by default the published rule, which also counts second harmonics: see `harmonics`.
    """
    return [r for r in range(1, len(fit.similarities)) if fit.similarities[r] > threshold]


def harmonics(
    group: NetworkGroup, key: list[int], power: Float[np.ndarray, " r"], embedded: float = EMBEDDED
) -> Bool[np.ndarray, " r"]:
    """Key irreps that are not embedded, but occur in `R (x) R` of an embedded `R`.

    A second harmonic of ReLU looks like a learned irrep by its similarity. `R` runs through the
    embedded real irreps, with `chi_R` the sum over their complex constituents; the multiplicity
    `<chi_R^2, chi_S>`, an integer, is rounded from the exact character table. For `Z_n` and `D_n` the
    harmonic of frequency `k` is `2k`.

    Args:
        group: of the network.
        key: irreps by similarity.
        power: of the embedding, by irrep.
        embedded: an irrep with more power is embedded.
    """
    values = complex_values(group.characters)
    sizes = np.array(group.characters.class_sizes) / group.order
    marked = np.zeros(len(group.irreps), dtype=bool)
    sources = [r for r in range(1, len(power)) if power[r] > embedded]
    squares = [values[list(group.irreps.constituents[r])].sum(0) ** 2 for r in sources]
    for r in key:
        if power[r] > embedded:
            continue
        character = values[group.irreps.constituents[r][0]]
        marked[r] = any(round(((sizes * square) @ character.conj()).real) > 0 for square in squares)
    return marked
