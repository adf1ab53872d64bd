"""All subgroups of a small group, by cyclic extension.

Every subgroup is the join of a smaller one with a cyclic group of prime power order, so that joining
representatives of the conjugacy classes found so far with all of these, and adding conjugates, finds them all
(J. Neubüser, Numer. Math. 2 (1960) 280-292).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Int

from theory.arithmetic import factorised, is_prime
from theory.errors import LimitError
from theory.groups.finite_group import FiniteGroup

__all__ = ["ORDER_LIMIT", "SUBGROUP_LIMIT", "Subgroups", "all_subgroups"]

SUBGROUP_LIMIT = 20_000
ORDER_LIMIT = 2_000  # elements: conjugation is held as a table


@dataclass(frozen=True, eq=False)
class Subgroups:
    """The subgroups of a group, by order, then by class.

    Args:
        members: a row a subgroup, true at its elements.
        conjugacy_class: number of the class of conjugate subgroups, in order of appearance.
    """

    members: Bool[np.ndarray, "s n"]
    conjugacy_class: Int[np.ndarray, " s"]

    def __len__(self) -> int:
        return len(self.members)

    @cached_property
    def orders(self) -> Int[np.ndarray, " s"]:
        """The order of each subgroup."""
        return self.members.sum(1)

    @cached_property
    def normal(self) -> Bool[np.ndarray, " s"]:
        """Whether each subgroup is normal: alone in its class."""
        return np.bincount(self.conjugacy_class)[self.conjugacy_class] == 1


def all_subgroups(group: FiniteGroup, limit: int = SUBGROUP_LIMIT) -> Subgroups:
    """All subgroups, the trivial one and the group itself among them.

    Args:
        group: of order at most 2,000.
        limit: number of subgroups beyond which the search is given up.

    Raises:
        LimitError: the group is too large, or has too many subgroups.
    """
    n = group.order
    if n > ORDER_LIMIT:
        raise LimitError(f"{group.name}: order {n:,}; subgroups are listed for orders up to {ORDER_LIMIT:,}")
    elements = np.arange(n)
    table = np.asarray(group.multiply(elements[:, None], elements[None, :]))
    conjugates = _conjugation(table, np.asarray(group.inverse(elements)))
    cyclic = _cyclic_generators(group, table)
    trivial = np.zeros(n, dtype=bool)
    trivial[0] = True
    classes = [trivial[None]]
    known = {np.packbits(trivial).tobytes()}
    todo: list[tuple[Bool[np.ndarray, " n"], tuple[int, ...]]] = [(trivial, ())]
    while todo:
        subgroup, generators = todo.pop()
        normaliser = conjugates[subgroup[conjugates[:, subgroup]].all(1)]
        tried = subgroup.copy()
        for generator in cyclic:
            if tried[generator]:
                continue
            joined = _join(subgroup, (*generators, generator), table)
            tried[normaliser[:, generator]] = True
            _mark_same_join(tried, subgroup, generator, joined, table)
            if np.packbits(joined).tobytes() in known:
                continue
            found = _conjugates(joined, conjugates)
            known.update(row.tobytes() for row in np.packbits(found, axis=1))
            if len(known) > limit:
                raise LimitError(
                    f"{group.name}: more than {limit:,} subgroups, which is the limit of this list"
                )
            classes.append(found)
            todo.append((joined, (*generators, generator)))
    classes.sort(key=lambda rows: int(rows[0].sum()))
    sizes = [len(rows) for rows in classes]
    return Subgroups(np.concatenate(classes), np.repeat(np.arange(len(classes)), sizes))


def _conjugation(table: Int[np.ndarray, "n n"], inverses: Int[np.ndarray, " n"]) -> Int[np.ndarray, "g n"]:
    """`g^-1 x g` at `[g, x]`, one `g` for every coset of the centre."""
    central = np.flatnonzero((table == table.T).all(1))
    representatives = np.unique(table[:, central].min(1))
    return table[table[inverses[representatives]], representatives[:, None]]


def _cyclic_generators(group: FiniteGroup, table: Int[np.ndarray, "n n"]) -> list[int]:
    """One generator of every cyclic subgroup of prime power order above one."""
    orders = group.element_orders(np.arange(group.order))
    found, covered = [], np.zeros(group.order, dtype=bool)
    for element in range(1, group.order):
        order = int(orders[element])
        if covered[element] or len(factorised(order)) != 1:
            continue
        found.append(element)
        power = element
        while power != 0:
            covered[power] |= orders[power] == order  # another generator of the same subgroup
            power = int(table[power, element])
    return found


def _join(
    subgroup: Bool[np.ndarray, " n"], generators: tuple[int, ...], table: Int[np.ndarray, "n n"]
) -> Bool[np.ndarray, " n"]:
    """The subgroup that generators make, given that it contains `H`: the orbit of `H` among cosets `xH`."""
    inside = np.flatnonzero(subgroup)
    factors = np.array(generators)[:, None]
    result = subgroup.copy()
    frontier = np.zeros(1, dtype=np.int64)
    while len(frontier):
        products = table[factors, frontier]
        cosets = table[products[~result[products]][:, None], inside]
        frontier = np.unique(cosets.min(1))
        result[cosets] = True
    return result


def _mark_same_join(
    tried: Bool[np.ndarray, " n"],
    subgroup: Bool[np.ndarray, " n"],
    generator: int,
    joined: Bool[np.ndarray, " n"],
    table: Int[np.ndarray, "n n"],
) -> None:
    """Mark elements that make the same join with `H` as `x`: `Hx`, `xH`, and all of it at a prime index."""
    inside = np.flatnonzero(subgroup)
    tried[table[inside, generator]] = True
    tried[table[generator, inside]] = True
    if is_prime(int(joined.sum()) // len(inside)):
        tried |= joined


def _conjugates(
    subgroup: Bool[np.ndarray, " n"], conjugates: Int[np.ndarray, "g n"]
) -> Bool[np.ndarray, "c n"]:
    """The distinct conjugates of a subgroup, in lexicographic order."""
    moved = np.zeros(conjugates.shape, dtype=bool)
    moved[np.arange(len(conjugates))[:, None], conjugates[:, np.flatnonzero(subgroup)]] = True
    packed = np.packbits(moved, axis=1)
    # rows of bytes as single values: np.unique(axis=0) takes ten times as long
    rows = packed.view(np.dtype((np.void, packed.shape[1])))[:, 0]
    return moved[np.unique(rows, return_index=True)[1]]
