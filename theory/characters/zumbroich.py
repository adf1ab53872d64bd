"""The Zumbroich basis of a cyclotomic field: normal forms of sums of roots of unity.

`zeta_n` is `exp(2 pi i / n)`. The basis of `Q(zeta_n)` holds those `zeta_n^i` where, for every prime power
`q = p^m` that divides `n` exactly and `b = i (n/q)^-1 mod q`,

- `p = 2`: `0 <= b < q/2`,
- `p` odd: `b` is not within `(q/p - 1)/2` of `0` modulo `q`.

Source: T. Breuer, "Integral bases for subfields of cyclotomic fields", AAECC 8 (1997) 279-289; it is the
basis behind GAP's `CoeffsCyc` and `Conductor`. Nothing here has a size that depends on more than the prime
factors of `n` and the number of terms.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

__all__ = ["Scalar", "reduced", "simplest", "to_basis"]

Scalar: TypeAlias = int | Fraction


def simplest(value: Scalar) -> Scalar:
    """The same rational as an `int` where it is one."""
    if isinstance(value, Fraction) and value.denominator == 1:
        return value.numerator
    return value


@dataclass(frozen=True, slots=True)
class _Part:
    """What the basis needs to know of one prime `p`, `q = p^m` the power of it that divides `n` exactly."""

    p: int
    q: int
    unit: int  # (n/q)^-1 mod q, so that b = i * unit mod q
    step: int  # n/p


@lru_cache(maxsize=4096)
def _parts(n: int) -> tuple[_Part, ...]:
    parts, rest, p = [], n, 2
    while rest > 1:
        if p * p > rest:
            p = rest
        q = 1
        while rest % p == 0:
            rest //= p
            q *= p
        if q > 1:
            parts.append(_Part(p, q, pow(n // q, -1, q), n // p))
        p += 1
    return tuple(parts)


def to_basis(n: int, terms: dict[int, Scalar]) -> dict[int, Scalar]:
    """Basis coefficients of `sum_i terms[i] zeta_n^i`, exponents in `0..n-1`; `terms` is used up.

    One pass a prime suffices: a rewriting step for `p` changes `b` of no other prime and leads to basis
    elements.
    """
    for part in _parts(n):
        p, q = part.p, part.q
        reach = (q // p - 1) // 2
        for i in list(terms):
            b = i * part.unit % q
            if p == 2:
                if b >= q // 2:  # zeta^i = -zeta^(i + n/2)
                    c = terms.pop(i)
                    j = (i + part.step) % n
                    terms[j] = terms.get(j, 0) - c
            elif b <= reach or b >= q - reach:  # zeta^i = -sum_(j=1)^(p-1) zeta^(i + j n/p)
                c = terms.pop(i)
                for shift in range(1, p):
                    j = (i + shift * part.step) % n
                    terms[j] = terms.get(j, 0) - c
    # asking for the type costs a tenth of isinstance, which goes through Fraction's abstract base class
    return {i: c if type(c) is int else simplest(c) for i, c in terms.items() if c}


def reduced(n: int, terms: dict[int, Scalar]) -> tuple[int, dict[int, Scalar]]:
    """(conductor, basis coefficients there) of a number given by its basis coefficients at `n`."""
    if not terms:
        return 1, terms
    for part in _parts(n):
        p, q = part.p, part.q
        while q > 1 and (q > p or p == 2) and all(i % p == 0 for i in terms):
            terms = {i // p: c for i, c in terms.items()}
            n, q = n // p, q // p
        if q == p and p > 2:
            lower = _without_prime(n, p, terms)
            if lower is not None:
                n, terms = n // p, lower
    return n, terms


def _without_prime(n: int, p: int, terms: dict[int, Scalar]) -> dict[int, Scalar] | None:
    """Basis coefficients at `n/p` of a number given at `n`, `p` odd and exact in `n`; None if not there.

    The number is in `Q(zeta_(n/p))` iff the coefficients of `zeta^(i + j n/p)`, `j = 1..p-1`, agree for each
    `i` divisible by `p`; then they sum to `-c zeta^i`.
    """
    if len(terms) % (p - 1):
        return None
    step = n // p
    groups: dict[int, list[Scalar]] = {}
    for i, c in terms.items():
        groups.setdefault(i % step, []).append(c)
    lift = pow(p, -1, step) if step > 1 else 0
    lower: dict[int, Scalar] = {}
    for residue, found in groups.items():
        if len(found) != p - 1 or any(c != found[0] for c in found):
            return None
        lower[residue * lift % step] = -found[0]  # exponent i/p where i = residue mod n/p and p divides i
    return lower
