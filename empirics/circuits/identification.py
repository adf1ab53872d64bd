"""A name for a recovered group: given only where an isomorphism has been found."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product
from math import factorial, isqrt

import numpy as np
from jaxtyping import Int

from empirics.circuits.irreps import NetworkGroup
from theory.arithmetic import factorised
from theory.groups.finite_group import FiniteGroup
from theory.groups.naming import resolve

__all__ = ["identify", "is_isomorphic"]

MOST_IMAGES = 200_000  # tuples of images of generators that are tried for one candidate


def identify(group: NetworkGroup) -> str | None:
    """A name in the grammar of group expressions, such as `S5` or `Z2 x Z4`; None if none was found.

    Abelian groups are named by their invariant factors, which their element orders determine. Others are
    compared with the families of their order: a name is given when images of generators were found that
    extend to an isomorphism.

    Args:
        group: recovered from a network.
    """
    n = group.order
    orders = group.group.element_orders(np.arange(n))
    if len(group.characters.class_sizes) == n:
        return " x ".join(f"Z{factor}" for factor in _invariant_factors(orders, n)) or "Z1"
    for name in _candidates(n):
        candidate = resolve(name).build()
        if is_isomorphic(candidate, group.group):
            return name
    return None


def _invariant_factors(orders: Int[np.ndarray, " n"], n: int) -> list[int]:
    """Of an abelian group, each dividing the next, from how many elements each power of a prime kills."""
    factors: list[int] = []
    for prime, multiplicity in factorised(n):
        # p^(r_1 + ... + r_j) elements have order dividing p^j; r_j is the number of parts of at least j
        killed = [int((prime**j % orders == 0).sum()) for j in range(multiplicity + 1)]
        parts = [round(np.log(b / a) / np.log(prime)) for a, b in pairwise(killed)]
        exponents = [sum(part > i for part in parts) for i in range(parts[0])]
        factors += [1] * (len(exponents) - len(factors))
        for i, exponent in enumerate(exponents):  # the largest first
            factors[i] *= prime**exponent
    return factors[::-1]


def _candidates(n: int) -> Iterator[str]:
    """Families of nonabelian groups with a member of this order."""
    for degree in range(3, 8):
        if n == factorial(degree):
            yield f"S{degree}"
        if degree > 3 and 2 * n == factorial(degree):
            yield f"A{degree}"
    if n % 2 == 0 and n >= 6:
        yield f"D{n // 2}"
    if n % 4 == 0 and n >= 8:
        yield f"Dic{n // 4}"
    root = isqrt(n) + 1
    if root * (root - 1) == n and len(factorised(root)) == 1:
        yield f"AGL(1,{root})"
    for q in (3, 5, 7, 8, 9, 11, 13):
        size = q * (q * q - 1)
        if n == size:
            yield f"SL(2,{q})"
        if q > 3 and n == (size if q % 2 == 0 else size // 2):
            yield f"PSL(2,{q})"
    primes = factorised(n)
    if len(primes) == 2 and all(power == 1 for _, power in primes):
        (q, _), (p, _) = primes
        if p % q == 1:
            yield f"Z{p}:Z{q}"
    for prime, power in primes:
        if power == 3 and len(primes) == 1 and prime > 2:
            yield f"Heis({prime})"


def is_isomorphic(first: FiniteGroup, second: FiniteGroup) -> bool:
    """Whether images of the first group's generators extend to an isomorphism; False if none was found.

    All tuples of elements of the right orders are tried, up to a limit. An assignment extends to a
    homomorphism if `f(x s) = f(x) f(s)` for all elements `x` and generators `s`.

    Args:
        first, second: small groups.
    """
    n = first.order
    if n != second.order:
        return False
    elements = np.arange(n)
    first_orders, second_orders = (group.element_orders(elements) for group in (first, second))
    if not np.array_equal(np.sort(first_orders), np.sort(second_orders)):
        return False
    choices = [np.flatnonzero(second_orders == first_orders[s]).tolist() for s in first.generators]
    if float(np.prod([float(len(choice)) for choice in choices])) > MOST_IMAGES:
        return False
    moves = [np.asarray(first.multiply(elements, np.array(s))) for s in first.generators]  # x s
    steps = _spanning_steps(moves, n)
    table = np.asarray(second.multiply(elements[:, None], elements[None, :]))
    return any(_extends(images, moves, steps, table) for images in product(*choices))


def _spanning_steps(moves: list[Int[np.ndarray, " n"]], n: int) -> list[tuple[int, int, int]]:
    """Every element but the identity as an earlier one times a generator: (element, earlier, generator)."""
    seen, steps, frontier = {0}, [], [0]
    while frontier:
        fresh = []
        for x in frontier:
            for s, move in enumerate(moves):
                y = int(move[x])
                if y not in seen:
                    seen.add(y)
                    steps.append((y, x, s))
                    fresh.append(y)
        frontier = fresh
    assert len(seen) == n
    return steps


def _extends(
    images: tuple[int, ...],
    moves: list[Int[np.ndarray, " n"]],
    steps: list[tuple[int, int, int]],
    table: Int[np.ndarray, "n n"],
) -> bool:
    found = np.zeros(len(table), dtype=np.int64)
    for y, x, s in steps:
        found[y] = table[found[x], images[s]]
    if len(np.unique(found)) < len(found):
        return False
    return all(
        np.array_equal(found[move], table[found, image]) for move, image in zip(moves, images, strict=True)
    )
