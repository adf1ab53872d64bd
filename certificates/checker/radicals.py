"""Radical sums `sum_m q_m sqrt(m)`, squarefree `m`, as dictionaries `m -> q_m` without zeros.

Square roots of distinct squarefree positive integers are linearly independent over the rationals
(Besicovitch, On the linear independence of fractional powers of integers, 1940): a sum is zero exactly if
its dictionary is empty, and the sign of any other is found by balls at doubling precision.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeAlias

from flint import arb, ctx, fmpq

from certificates.checker.cyclotomic import FIRST_PRECISION, sign_of_nonzero

__all__ = ["Radical", "add", "ball", "half_power", "is_squarefree", "sign", "text"]

Radical: TypeAlias = "dict[int, Any]"


def add(total: Radical, other: Radical, factor: Any = 1) -> None:
    """`total += factor * other`, zeros dropped."""
    for m, q in other.items():
        value = total.get(m, 0) + factor * q
        if value == 0:
            total.pop(m, None)
        else:
            total[m] = value


def is_squarefree(m: int, primes: Sequence[int]) -> bool:
    """Whether `m` is a product of distinct primes of the list: no factoring of untrusted numbers."""
    for p in primes:
        if m % p == 0:
            m //= p
    return m == 1


def half_power(base: int, exponent: int, primes: Sequence[int]) -> Radical | None:
    """`base^(exponent/2)`; None if `base` has a prime factor outside the list.

    >>> half_power(12, 3, (2, 3))
    {3: 24}
    """
    root, free, rest = 1, 1, base
    for p in primes:
        power = 0
        while rest % p == 0:
            rest //= p
            power += 1
        root *= p ** (power // 2)
        free *= p ** (power % 2)
    if rest != 1:
        return None
    # base = root^2 free, so base^(x/2) = base^((x-1)/2) root sqrt(free) for odd x
    return {1: base ** (exponent // 2)} if exponent % 2 == 0 else {free: base ** (exponent // 2) * root}


@cache
def _root(m: int, precision: int) -> Any:
    with ctx.workprec(precision):
        return arb(m).sqrt()


def ball(radical: Radical, precision: int = FIRST_PRECISION) -> Any:
    """An enclosure of the sum."""
    with ctx.workprec(precision):
        return sum((arb(fmpq(q)) * _root(m, precision) for m, q in radical.items()), arb(0))


def sign(radical: Radical) -> int:
    """The sign, exactly."""
    if not radical:
        return 0
    signs = {(q > 0) - (q < 0) for q in radical.values()}
    if len(signs) == 1:
        return signs.pop()
    return sign_of_nonzero(lambda precision: ball(radical, precision))


def text(radical: Radical) -> str:
    """The sum as a mathematician writes it: `1/6 + 2/3*sqrt(2)`."""
    parts = [str(q) if m == 1 else f"{q}*sqrt({m})" for m, q in sorted(radical.items())]
    return " + ".join(parts).replace("+ -", "- ") or "0"
