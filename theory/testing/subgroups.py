"""Subgroups and quotients of small groups as Cayley tables, by the slow definitions."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from jaxtyping import Bool, Int

from theory.groups.finite_group import FiniteGroup

__all__ = ["cayley_table", "generated", "normal_closure", "quotient_table", "subgroup_table"]


def cayley_table(group: FiniteGroup) -> Int[np.ndarray, "n n"]:
    """The table of a group of small order: row `g`, column `h` holds `gh`. Cost: n² memory."""
    elements = np.arange(group.order)
    return group.multiply(elements[:, None], elements[None, :])


def generated(table: Int[np.ndarray, "n n"], elements: Iterable[int]) -> Bool[np.ndarray, " n"]:
    """Which elements lie in the subgroup that the given ones generate; the identity is 0."""
    known = np.zeros(len(table), dtype=bool)
    known[0] = True
    generators = np.array(sorted(set(elements) - {0}), dtype=np.int64)
    fresh = np.array([0])
    while len(fresh) and len(generators):
        reached = np.zeros_like(known)
        reached[table[np.ix_(fresh, generators)].ravel()] = True
        fresh = np.flatnonzero(reached & ~known)
        known |= reached
    return known


def normal_closure(table: Int[np.ndarray, "n n"], elements: Iterable[int]) -> Bool[np.ndarray, " n"]:
    """Which elements lie in the smallest normal subgroup that holds the given ones."""
    inverse = np.argmin(table, axis=1)  # the column of the identity, 0
    conjugates: set[int] = set()
    for g in elements:
        # h^-1 g h for every h
        conjugates.update(int(x) for x in table[table[inverse, g], np.arange(len(table))])
    return generated(table, conjugates)


def subgroup_table(table: Int[np.ndarray, "n n"], members: Bool[np.ndarray, " n"]) -> Int[np.ndarray, "m m"]:
    """The table of a subgroup, its elements renumbered in ascending order."""
    inside = np.flatnonzero(members)
    number = np.full(len(table), -1)
    number[inside] = np.arange(len(inside))
    renumbered: Int[np.ndarray, "m m"] = number[table[np.ix_(inside, inside)]]
    return renumbered


def quotient_table(table: Int[np.ndarray, "n n"], normal: Bool[np.ndarray, " n"]) -> Int[np.ndarray, "m m"]:
    """The table of `G/N`; cosets are numbered by their least elements, `N` first.

    Raises:
        ValueError: `N` is not normal, so that cosets have no product.
    """
    least = table[:, normal].min(axis=1)  # the least element of gN
    representatives = np.unique(least)
    coset = np.searchsorted(representatives, least)
    quotient: Int[np.ndarray, "m m"] = coset[table[np.ix_(representatives, representatives)]]
    if not np.array_equal(coset[table], quotient[coset[:, None], coset[None, :]]):
        raise ValueError(
            "these elements are no normal subgroup: the product of two cosets depends on who is asked"
        )
    return quotient
