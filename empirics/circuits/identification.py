"""A name for a recovered group: given only where an isomorphism has been found."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import pairwise, product
from math import factorial, isqrt, prod

import numpy as np
from jaxtyping import Int

from empirics.circuits.irreps import NetworkGroup
from theory.arithmetic import factorised
from theory.groups.conjugacy import conjugacy_classes
from theory.groups.finite_group import FiniteGroup
from theory.groups.gap import run
from theory.groups.naming import resolve

__all__ = ["identify", "is_isomorphic", "small_group_id"]

MOST_IMAGES = 200_000  # tuples of images of generators that are tried for one candidate


def identify(group: NetworkGroup) -> str | None:
    """A name in the grammar of group expressions, such as `S5` or `Z2 x Z4`; None if none was found.

    Abelian groups are named by their invariant factors, which their element orders determine. Others are
    compared with the families of their order, then with direct products of a family and an abelian group
    or another family: a name is given when images of generators were found that extend to an isomorphism.

    Args:
        group: recovered from a network.

    Source: shared/specs/circuits.md, 2.2; the families are those of `theory.groups`.
    """
    n = group.order
    orders = group.group.element_orders(np.arange(n))
    if len(group.characters.class_sizes) == n:
        return " x ".join(f"Z{factor}" for factor in _invariant_factors(orders, n)) or "Z1"
    for names in (_candidates(n), _products(n)):
        for name in names:
            if is_isomorphic(resolve(name).build(), group.group):
                return name
    return None


def small_group_id(group: NetworkGroup, timeout: float = 60.0) -> tuple[int, int] | None:
    """The number of the group in GAP's library of small groups; None without GAP or beyond the library.

    Args:
        group: recovered from a network.
        timeout: seconds for GAP, which takes one or two to start.

    Raises:
        GapError: GAP is installed but fails or does not answer in time.
    """
    if shutil.which("gap") is None:
        return None
    generators = np.array(group.group.generators, dtype=np.int64)
    images = (group.group.permutations(generators).astype(np.int64) + 1).tolist() or [[1]]
    known = f'IsBoundGlobal("IdGroupsAvailable") and ValueGlobal("IdGroupsAvailable")({group.order})'
    program = f"""if {known} then
      Emit(ValueGlobal("IdGroup")(Group(List({images}, PermList))));
    else Emit(fail); fi;"""
    match run(program, timeout):
        case [int(order), int(number)]:
            return order, number
        case _:
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


def _products(n: int) -> Iterator[str]:
    """Direct products of a family with an abelian group, or of two families, of this order."""
    sizes = [size for size in range(6, n // 2 + 1) if n % size == 0]
    for size in reversed(sizes):
        for name in _candidates(size):
            for other in (*_abelian(n // size), *_candidates(n // size)):
                yield f"{name} x {other}"


def _abelian(n: int, divisor: int = 1) -> Iterator[str]:
    """Abelian groups of this order by invariant factors, each a multiple of the one before."""
    for first in range(max(2, divisor), n + 1):
        if n % first == 0 and first % divisor == 0:
            if first == n:
                yield f"Z{n}"
            else:
                yield from (f"Z{first} x {rest}" for rest in _abelian(n // first, first))


def is_isomorphic(first: FiniteGroup, second: FiniteGroup) -> bool:
    """Whether images of the first group's generators extend to an isomorphism; False if none was found.

    All tuples of elements of the right order and class size are tried, up to a limit; the first image up to
    conjugation only, as inner automorphisms do no harm. An assignment extends to a homomorphism if
    `f(x s) = f(x) f(s)` for all elements `x` and generators `s`.

    Args:
        first, second: small groups.
    """
    n = first.order
    if n != second.order:
        return False
    elements = np.arange(n)
    kinds, other_kinds = _kinds(first), _kinds(second)
    if sorted(kinds) != sorted(other_kinds):
        return False
    choices = [[x for x in range(n) if other_kinds[x] == kinds[s]] for s in first.generators]
    if choices:
        representatives = set(conjugacy_classes(second).representatives.tolist())
        choices[0] = [x for x in choices[0] if x in representatives]
    if prod(map(len, choices)) > MOST_IMAGES:
        return False
    moves = [np.asarray(first.multiply(elements, np.array(s))) for s in first.generators]  # x s
    steps = _spanning_steps(moves, n)
    table = np.asarray(second.multiply(elements[:, None], elements[None, :]))
    return any(_extends(images, moves, steps, table) for images in product(*choices))


def _kinds(group: FiniteGroup) -> list[tuple[int, int]]:
    """Order and size of the conjugacy class of every element; isomorphisms keep them."""
    classes = conjugacy_classes(group)
    pairs = list(zip(classes.orders, classes.sizes, strict=True))
    return [pairs[number] for number in classes.class_of.tolist()]


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
