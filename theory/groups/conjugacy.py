"""Conjugacy classes and power maps; exponent, centre, commutator subgroup and Galois orbits from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import lcm
from types import MappingProxyType

import numpy as np
from jaxtyping import Bool, Integer

from theory.arithmetic import factorised, unit_generators
from theory.errors import LimitError
from theory.groups.finite_group import ELEMENT_LIMIT, FiniteGroup

__all__ = [
    "ConjugacyClasses",
    "centre",
    "commutator_subgroup",
    "conjugacy_classes",
    "exponent",
    "galois_orbits",
]


@dataclass(frozen=True, eq=False)
class ConjugacyClasses:
    """The classes of a group in canonical order: by (element order, size, least index), the identity first.

    Args:
        representatives: the least index of each class.
        sizes: number of elements of each class.
        orders: element order of each class.
        class_of: the class of each element, in index order.
        power_maps: for every prime `p` that divides the order of the group, the class of `g^p` for each
            class of `g`.
        inverse: the class of `g^-1` for each class of `g`.
    """

    representatives: Integer[np.ndarray, " c"]
    sizes: tuple[int, ...]
    orders: tuple[int, ...]
    class_of: Integer[np.ndarray, " n"]
    power_maps: Mapping[int, tuple[int, ...]]
    inverse: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.sizes)


@lru_cache(maxsize=4)
def conjugacy_classes(group: FiniteGroup) -> ConjugacyClasses:
    """The conjugacy classes: the orbits of the maps `x -> s^-1 x s`, `s` running through the generators.

    Cost: one product for each element and generator, a few passes over arrays of `n` integers.

    Raises:
        LimitError: the order is above 5,000,000.
    """
    if group.order > ELEMENT_LIMIT:
        raise LimitError(
            f"{group.name}: order {group.order:,} is beyond the limit of {ELEMENT_LIMIT:,} elements "
            "for conjugacy classes by enumeration"
        )
    if _is_abelian(group):
        least = np.arange(group.order)
        sizes = np.ones(group.order, dtype=np.int64)
        label = least
    else:
        roots = orbit_minima([group.conjugation(s) for s in group.generators])
        least = np.flatnonzero(roots == np.arange(group.order))
        position = np.empty(group.order, dtype=np.int32)
        position[least] = np.arange(len(least))
        label = position[roots]
        sizes = np.bincount(label)
    orders = group.element_orders(least)
    canonical = np.lexsort((least, sizes, orders))
    rank = np.empty(len(canonical), dtype=np.int32)
    rank[canonical] = np.arange(len(canonical))
    class_of = rank[label]
    representatives = least[canonical]
    # The class equation and Lagrange, on the numbers that are returned.
    assert sizes.sum() == group.order
    assert (group.order % sizes == 0).all()
    assert class_of[0] == 0
    power_maps = {
        prime: tuple(class_of[group.power(representatives, prime)].tolist())
        for prime, _ in factorised(group.order)
    }
    return ConjugacyClasses(
        representatives=representatives,
        sizes=tuple(sizes[canonical].tolist()),
        orders=tuple(orders[canonical].tolist()),
        class_of=class_of,
        power_maps=MappingProxyType(power_maps),
        inverse=tuple(class_of[group.inverse(representatives)].tolist()),
    )


def orbit_minima(maps: list[Integer[np.ndarray, " n"]]) -> Integer[np.ndarray, " n"]:
    """For each index the least one of its orbit under the group that permutations of `0..n-1` generate.

    Union–find on whole arrays: every root is hooked to the least root that one of the maps joins it with,
    then all paths are compressed (Shiloach and Vishkin, *An O(log n) parallel connectivity algorithm*, 1982).
    """
    root = np.arange(len(maps[0]), dtype=np.int32)
    joined = True
    while joined:
        joined = False
        for images in maps:
            other = root[images]
            apart = root != other
            if not apart.any():
                continue
            joined = True
            here, other = root[apart], other[apart]
            np.minimum.at(root, np.maximum(here, other), np.minimum(here, other))
            while not np.array_equal(shorter := root[root], root):
                root = shorter
    return root


def exponent(classes: ConjugacyClasses) -> int:
    """The least `e > 0` with `g^e = 1` for all `g`."""
    return lcm(*classes.orders)


def centre(classes: ConjugacyClasses) -> Integer[np.ndarray, " z"]:
    """The elements that commute with all: the classes of one element, ascending indices."""
    return np.sort(classes.representatives[np.array(classes.sizes) == 1])


def commutator_subgroup(group: FiniteGroup, classes: ConjugacyClasses) -> Integer[np.ndarray, " m"]:
    """The elements of the commutator subgroup, ascending indices.

    It is the normal closure of the commutators of the generators. A normal subset is a union of classes, and
    `(union of K_i) g` meets the class of every product with a conjugate of `g`, so the closure is found on
    classes.
    """
    member: Bool[np.ndarray, " c"] = np.zeros(len(classes), dtype=bool)
    seeds = {int(classes.class_of[_commutator(group, s, t)]) for s, t in combinations(group.generators, 2)}
    generating = np.flatnonzero(np.isin(classes.class_of, sorted(seeds)))
    member[0] = True
    frontier = [0]
    while frontier:
        fresh: set[int] = set()
        for index in frontier:
            representative = classes.representatives[[index]]
            reached = np.unique(classes.class_of[group.multiply(generating, representative)])
            fresh.update(reached[~member[reached]].tolist())
            member[reached] = True
        frontier = sorted(fresh)
    elements = np.flatnonzero(member[classes.class_of])
    assert group.order % len(elements) == 0  # Lagrange
    return elements


def galois_orbits(group: FiniteGroup, classes: ConjugacyClasses) -> tuple[tuple[int, ...], ...]:
    """Orbits of classes under `g -> g^k`, `k` prime to the exponent, ordered by their first class."""
    maps = [
        classes.class_of[group.power(classes.representatives, k)].astype(np.int64)
        for k in unit_generators(exponent(classes))
    ]
    if not maps:
        return tuple((index,) for index in range(len(classes)))
    orbits: dict[int, list[int]] = {}
    for index, least in enumerate(orbit_minima(maps).tolist()):
        orbits.setdefault(least, []).append(index)
    return tuple(tuple(orbit) for orbit in orbits.values())


def _commutator(group: FiniteGroup, s: int, t: int) -> int:
    a, b = np.array([s]), np.array([t])
    return int(group.multiply(group.multiply(group.inverse(a), group.inverse(b)), group.multiply(a, b))[0])


def _is_abelian(group: FiniteGroup) -> bool:
    s = np.array(group.generators, dtype=np.int64)
    return bool((group.multiply(s[:, None], s[None, :]) == group.multiply(s[None, :], s[:, None])).all())
