"""The linear characters of a group, from its commutator quotient."""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm

import numpy as np
from jaxtyping import Int

from theory.groups.conjugacy import ConjugacyClasses, commutator_subgroup
from theory.groups.finite_group import FiniteGroup

__all__ = ["LinearCharacters", "linear_characters"]


@dataclass(frozen=True)
class LinearCharacters:
    """The `q` linear characters `chi_i(C) = zeta_e^exponents[i, C]`.

    Args:
        e: the exponent of `Q = G/G'`.
        exponents: one row a character, the trivial one first.
        derived: the classes that make up the commutator subgroup `G'`.
    """

    e: int
    exponents: Int[np.ndarray, "q c"]
    derived: Int[np.ndarray, " d"]


def linear_characters(group: FiniteGroup, classes: ConjugacyClasses) -> LinearCharacters:
    """All of them, built up one generator `g` at a time.

    A character of a subgroup `H` of `Q` has `m` extensions to `<H, g>`, where `m` is least with `g^m` in `H`:
    `chi(g)` runs through the `m`-th roots of `chi(g^m)`.
    """
    derived = np.unique(classes.class_of[commutator_subgroup(group, classes)])
    coset_of_class, elements = _cosets(group, classes, derived)
    q = len(elements)
    assert q * int(np.array(classes.sizes)[derived].sum()) == group.order
    # how each generator moves the cosets
    moves = [
        coset_of_class[classes.class_of[group.multiply(elements, np.array(g))]].tolist()
        for g in group.generators
    ]
    e = lcm(*(_cycle_length(move) for move in moves))
    exponents = np.zeros((1, q), dtype=np.int64)
    subgroup = [0]
    for move in moves:
        layers = [subgroup]
        members = set(subgroup)
        while (landed := move[layers[-1][0]]) not in members:
            layers.append([move[coset] for coset in layers[-1]])
        m = len(layers)
        if m == 1:
            continue
        at_power = exponents[:, landed]  # chi(g^m); the first coset of each layer is g^i, as subgroup[0] is 1
        assert not (at_power % m).any()
        assert e % m == 0
        values = (at_power[:, None] // m + np.arange(m) * (e // m)).ravel()
        extended = np.zeros((len(values), q), dtype=np.int64)
        old = np.repeat(exponents[:, subgroup], m, axis=0)
        for i, layer in enumerate(layers):
            extended[:, layer] = (old + i * values[:, None]) % e
        exponents = extended
        subgroup = [coset for layer in layers for coset in layer]
    assert len(exponents) == len(subgroup) == q
    return LinearCharacters(e, exponents[:, coset_of_class], derived)


def _cosets(
    group: FiniteGroup, classes: ConjugacyClasses, derived: Int[np.ndarray, " d"]
) -> tuple[Int[np.ndarray, " c"], Int[np.ndarray, " q"]]:
    """The coset of `G'` that holds each class, and an element of each coset; `G'` itself is coset 0."""
    c = len(classes.sizes)
    if len(derived) == 1:
        return np.arange(c), classes.representatives
    inner = np.zeros(c, dtype=bool)
    inner[derived] = True
    coset_of_class = np.full(c, -1, dtype=np.int64)
    elements: list[int] = []
    while (open_classes := np.flatnonzero(coset_of_class < 0)).size:
        first = classes.representatives[open_classes[0]]
        # z_C lies in x G' iff x^-1 z_C lies in G', a union of classes
        ratios = group.multiply(group.inverse(np.asarray(first)), classes.representatives[open_classes])
        coset_of_class[open_classes[inner[classes.class_of[ratios]]]] = len(elements)
        elements.append(int(first))
    return coset_of_class, np.array(elements)


def _cycle_length(move: list[int]) -> int:
    length, coset = 1, move[0]
    while coset:
        length, coset = length + 1, move[coset]
    return length
