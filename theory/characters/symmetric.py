"""Character tables of symmetric groups by the Murnaghan–Nakayama rule, without enumerating the group.

A partition `lambda` with at most `n` parts is written as its beta set `{lambda_i + n - i}`, a bit mask.
Removing a rim hook of length `k` moves one bead from `b` to a free `b - k`; its leg length is the number of
beads jumped over:

    chi_lambda(k, mu) = sum_(rim hooks of length k) (-1)^leg chi_(lambda minus the hook)(mu)

Peeling parts of the cycle type from the largest gives, for every `n`, one column of the table of `S_n` from
one column of that of `S_(n-k)`: all columns of `S_25` come from those of smaller symmetric groups, each
computed once.

Source: G. James, A. Kerber, The Representation Theory of the Symmetric Group, section 2.4 and 2.7.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import factorial, lcm, prod

import numpy as np
from jaxtyping import Int

from theory.arithmetic import prime_factors
from theory.characters.assembly import assemble
from theory.characters.table import CharacterTable
from theory.errors import LimitError
from theory.groups.finite_group import PermutationRealisation

__all__ = ["MAX_DEGREE", "cycle_type_power", "partitions", "symmetric"]

MAX_DEGREE = 25


def partitions(n: int, largest: int | None = None) -> Iterator[tuple[int, ...]]:
    """Partitions of `n` with parts at most `largest`, each descending; in descending lexicographic order.

    >>> list(partitions(4))
    [(4,), (3, 1), (2, 2), (2, 1, 1), (1, 1, 1, 1)]
    """
    if n == 0:
        yield ()
        return
    for part in range(min(n, largest or n), 0, -1):
        for rest in partitions(n - part, part):
            yield (part, *rest)


def centraliser_order(cycle_type: tuple[int, ...]) -> int:
    """`prod_k k^(m_k) m_k!`, where `m_k` is the number of cycles of length `k`."""
    return prod(k ** cycle_type.count(k) * factorial(cycle_type.count(k)) for k in set(cycle_type))


def cycle_type_power(cycle_type: tuple[int, ...], p: int) -> tuple[int, ...]:
    """The cycle type of `g^p`, `p` prime: a cycle of length divisible by `p` falls into `p` cycles."""
    powered: list[int] = []
    for k in cycle_type:
        powered += [k // p] * p if k % p == 0 else [k]
    return tuple(sorted(powered, reverse=True))


def representative(cycle_type: tuple[int, ...]) -> tuple[int, ...]:
    """The permutation with cycles of these lengths, in this order, on consecutive points."""
    images: list[int] = []
    for k in cycle_type:
        start = len(images)
        images += [start + (i + 1) % k for i in range(k)]
    return tuple(images)


def cycle_name(cycle_type: tuple[int, ...]) -> str:
    """Disjoint cycles on the points `1, 2, ...`; `()` for the identity.

    >>> cycle_name((2, 2, 1))
    '(1,2)(3,4)'
    """
    text, start = "", 1
    for k in cycle_type:
        if k > 1:
            text += "(" + ",".join(str(start + i) for i in range(k)) + ")"
        start += k
    return text or "()"


def cycle_types(n: int) -> list[tuple[int, ...]]:
    """The classes of `S_n` by (element order, size, name), the identity first."""
    return sorted(partitions(n), key=lambda mu: (lcm(*mu), factorial(n) // centraliser_order(mu), mu))


@lru_cache(maxsize=64)
def _beta_sets(n: int) -> dict[int, int]:
    """Beta sets of length `n` of the partitions of `n`, as bit masks: mask -> place in `partitions(n)`."""
    masks = {}
    for place, partition in enumerate(partitions(n)):
        parts = partition + (0,) * (n - len(partition))
        masks[sum(1 << (part + n - 1 - i) for i, part in enumerate(parts))] = place
    return masks


@dataclass(frozen=True, eq=False)
class _Removals:
    """All ways to remove a rim k-hook from a partition of `n`, those from one partition after the other.

    Args:
        signs: `(-1)^leg`.
        places: where the remainder stands among the partitions of `n - k`.
        ends: for each partition of `n`, preceded by 0, where its hooks end.
    """

    signs: Int[np.ndarray, " h"]
    places: Int[np.ndarray, " h"]
    ends: Int[np.ndarray, " parts_plus_one"]


@lru_cache(maxsize=1024)
def _hook_removals(n: int, k: int) -> _Removals:
    smaller = _beta_sets(n - k)
    signs, places, ends = [], [], [0]
    for mask in _beta_sets(n):
        movable = mask & ~(mask << k) & ~((1 << k) - 1)  # beads b >= k with b - k free
        while movable:
            bead = movable & -movable
            movable ^= bead
            target = bead >> k
            jumped = (mask & (bead - 1) & ~(2 * target - 1)).bit_count()
            # the partition of n - k has at most n - k parts: its last k beads are 0..k-1
            signs.append(-1 if jumped % 2 else 1)
            places.append(smaller[(mask ^ bead ^ target) >> k])
        ends.append(len(signs))
    return _Removals(
        np.array(signs, dtype=np.int64), np.array(places, dtype=np.int64), np.array(ends, dtype=np.int64)
    )


@lru_cache(maxsize=4096)
def character_column(cycle_type: tuple[int, ...]) -> Int[np.ndarray, " parts"]:
    """`chi_lambda(cycle_type)` for all partitions `lambda` in the order of `partitions`.

    int64 is wide enough: `|chi(g)| <= d` and `d^2 <= 25! < 2^84`; the running sums may wrap around, their
    differences are right modulo `2^64`.
    """
    if not cycle_type:
        return np.ones(1, dtype=np.int64)
    n, k = sum(cycle_type), cycle_type[0]
    assert n <= MAX_DEGREE
    removals = _hook_removals(n, k)
    signed = removals.signs * character_column(cycle_type[1:])[removals.places]
    running = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(signed)])[removals.ends]
    return np.diff(running)


def symmetric(n: int, name: str | None = None) -> CharacterTable:
    """The table of `S_n`, `1 <= n <= 25`, verified.

    Raises:
        LimitError: `n` is above 25.
    """
    name = name or f"S{n}"
    if n > MAX_DEGREE:
        raise LimitError(f"{name}: symmetric groups are supported up to S{MAX_DEGREE}")
    types = cycle_types(n)
    place = {mu: column for column, mu in enumerate(types)}
    order = factorial(n)
    transposition, cycle = (1, 0, *range(2, n)), (*range(1, n), 0)
    table = assemble(
        name=name,
        order=order,
        class_names=[cycle_name(mu) for mu in types],
        class_sizes=[order // centraliser_order(mu) for mu in types],
        element_orders=[lcm(*mu) for mu in types],
        power_maps={p: [place[cycle_type_power(mu, p)] for mu in types] for p in prime_factors(order)},
        rows=map(tuple, np.stack([character_column(mu) for mu in types], axis=1).tolist()),
        realisation=PermutationRealisation(
            n,
            tuple(dict.fromkeys([transposition, cycle])) if n > 1 else ((0,),),
            tuple(representative(mu) for mu in types),
        ),
        source="Murnaghan–Nakayama",
    )
    table.verify()
    return table
