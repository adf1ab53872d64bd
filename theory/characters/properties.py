"""Properties of a group that its character table decides, and the least degree of a faithful irrep.

Normal subgroups are the intersections of kernels of irreps, for the irreps of `G/N` have no common kernel but
`N` (Isaacs, *Character Theory of Finite Groups*, Lemmas 2.21 and 2.22); the smallest one that contains given
classes is the intersection of the kernels that contain them. A set of classes is a Boolean array over the
columns.
"""

from __future__ import annotations

from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool

from theory.arithmetic import factorised, prime_factors

if TYPE_CHECKING:
    from theory.characters.table import CharacterTable

__all__ = ["PROPERTIES", "chief_factors", "faithful_degree", "properties"]

PROPERTIES = (
    "abelian",
    "nilpotent",
    "solvable",
    "supersolvable",
    "perfect",
    "simple",
    "p-group",
    "Frobenius",
    "rational",
    "real",
)


def properties(table: CharacterTable) -> tuple[str, ...]:
    """Those of `PROPERTIES` that hold, in that order; the trivial group counts as a p-group, not as simple.

    Each is read off the table by a theorem:

    - abelian: every degree is 1;
    - nilpotent: for every prime `p` as many elements of `p`-power order as a Sylow `p`-subgroup has, that is,
      each Sylow subgroup is normal;
    - solvable, supersolvable: every chief factor has the order of a prime power, of a prime;
    - perfect: one character of degree 1;
    - simple: a chief series has one factor;
    - Frobenius: a normal subgroup `1 < N < G` contains the centraliser of each of its nontrivial elements
      (Isaacs, Chapter 7; see `_frobenius_kernel`);
    - rational: every value is rational; real: every value is real.

    Args:
        table: a true character table; cost `O(c^3)` for each chief factor, 0.02 s for 600 classes.

    >>> from theory.characters.library import character_table
    >>> properties(character_table("S3"))
    ('solvable', 'supersolvable', 'Frobenius', 'rational', 'real')
    """
    kernels = _kernels(table)
    factors = _chief_series(kernels, table)[0]
    linear = table.degrees.count(1)
    holds = {
        "abelian": linear == len(table.degrees),
        "nilpotent": all(
            _count(table, p_elements) == p**multiplicity
            for p, multiplicity, p_elements in _elements_of_prime_power_order(table)
        ),
        "solvable": all(len(factorised(factor)) == 1 for factor in factors),
        "supersolvable": all(sum(e for _, e in factorised(factor)) == 1 for factor in factors),
        "perfect": linear == 1,
        "simple": len(factors) == 1,
        "p-group": len(prime_factors(table.order)) <= 1,
        "Frobenius": _frobenius_kernel(table, kernels) is not None,
        "rational": table.is_rational,
        "real": 0 not in table.indicators,
    }
    return tuple(name for name in PROPERTIES if holds[name])


def faithful_degree(table: CharacterTable) -> int | None:
    """The least degree of a faithful irrep; None where none is faithful (then the centre is not cyclic).

    >>> from theory.characters.library import character_table
    >>> [faithful_degree(character_table(name)) for name in ("Z5", "V4", "S4", "Q8")]
    [1, None, 3, 2]
    """
    faithful = _kernels(table).sum(axis=1) == 1
    return min((degree for degree, holds in zip(table.degrees, faithful, strict=True) if holds), default=None)


def chief_factors(table: CharacterTable) -> tuple[int, ...]:
    """Orders of the factors of a chief series, sorted; by Jordan and Hölder they depend on the group alone.

    >>> from theory.characters.library import character_table
    >>> chief_factors(character_table("S4"))
    (2, 3, 4)
    """
    return _chief_series(_kernels(table), table)[0]


def _kernels(table: CharacterTable) -> Bool[np.ndarray, "r c"]:
    """Row `r`: the kernel of irrep `r`, the classes with `chi(C) = chi(1)` (Isaacs, Lemma 2.19)."""
    return table.codes == table.codes[:, :1]


def _count(table: CharacterTable, classes: Bool[np.ndarray, " c"]) -> int:
    """Number of elements; Python integers, for orders beyond 64 bits."""
    return sum(table.class_sizes[column] for column in np.flatnonzero(classes).tolist())


def _chief_series(
    kernels: Bool[np.ndarray, "r c"], table: CharacterTable
) -> tuple[tuple[int, ...], Bool[np.ndarray, " c"]]:
    """Sorted orders of chief factors, and the first term, a minimal normal subgroup (empty if `G = 1`)."""
    orders = [1]
    below = np.zeros(kernels.shape[1], dtype=bool)
    below[0] = True
    first = np.zeros_like(below)
    while not below.all():
        above = kernels[kernels[:, below].all(axis=1)]  # the irreps of G/N
        inside = above.astype(np.float32)
        # classes C, D: the number of kernels with C but not D; 0 if D lies in each normal subgroup with C
        closures = inside.T @ (1 - inside) == 0
        # least as a set of classes, so nothing normal lies between it and N
        sizes = np.where(below, kernels.shape[1] + 1, closures.sum(axis=1))
        below = closures[int(sizes.argmin())]
        if len(orders) == 1:
            first = below
        orders.append(_count(table, below))
    factors = (upper // lower for lower, upper in pairwise(orders))
    return tuple(sorted(factors)), first


def _elements_of_prime_power_order(
    table: CharacterTable,
) -> list[tuple[int, int, Bool[np.ndarray, " c"]]]:
    """`p`, its multiplicity in the order, and the classes of elements of `p`-power order."""
    found = []
    for p, multiplicity in factorised(table.order):
        powers = {p**e for e in range(multiplicity + 1)}
        found.append((p, multiplicity, np.array([m in powers for m in table.element_orders])))
    return found


def _frobenius_kernel(
    table: CharacterTable, kernels: Bool[np.ndarray, "r c"]
) -> Bool[np.ndarray, " c"] | None:
    """The kernel of a Frobenius group; None if the group is none.

    A kernel `N` is nilpotent (Thompson) and a normal Hall subgroup, and every normal subgroup lies in `N` or
    contains it; so a minimal one lies in it. For `1 != x` in `N` the primes of `|C_G(x)|` are those of `|N|`:
    the centraliser lies in `N` and meets every Sylow subgroup of the nilpotent group `N`. So `N` can only be
    the set of all elements whose order is a product of these primes. The check of what is found needs none of
    this: where `N` is a normal Hall subgroup and `|C_G(x)|` divides `|N|` for `1 != x` in `N`, `C_G(x)` lies
    in `N`, and a complement (Schur and Zassenhaus) acts on `N` without fixed points, which defines Frobenius
    groups.
    """
    _, minimal = _chief_series(kernels, table)
    inner = np.flatnonzero(minimal)[1:]  # column 0 is the identity
    if not inner.size:
        return None
    primes = prime_factors(table.centraliser_orders[int(inner[0])])
    hall = prod(p**e for p, e in factorised(table.order) if p in primes)
    kernel = np.array([set(prime_factors(m)) <= set(primes) for m in table.element_orders])
    if hall == table.order or _count(table, kernel) != hall:
        return None
    smallest_normal = kernels[kernels[:, kernel].all(axis=1)].all(axis=0)
    if not (smallest_normal == kernel).all():
        return None
    nontrivial = np.flatnonzero(kernel)[1:].tolist()
    return kernel if all(hall % table.centraliser_orders[column] == 0 for column in nontrivial) else None
