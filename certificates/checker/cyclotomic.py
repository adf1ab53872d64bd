"""Exact sums of roots of unity: zero tests, real balls, Galois conjugates, images modulo split primes.

A value is an integer, a rational `fmpq`, or a `RootSum`. Nothing is kept in a normal form. A linear
combination is collected in a dictionary `exponent of zeta_e -> coefficient` and reduced once at the end,
modulo the cyclotomic polynomial `Phi_e`: the powers `1, zeta, ..., zeta^(phi(e)-1)` are a basis of
`Q(zeta_e)` over `Q`, so the number is zero exactly if the remainder is, and rational exactly if the
remainder is constant.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import lcm
from typing import Any, TypeAlias

from flint import arb, ctx, fmpq, fmpq_poly, fmpz, fmpz_poly

from certificates.checker.errors import CertificateLimitError, Falsehood

__all__ = [
    "CONDUCTOR_LIMIT",
    "Embedding",
    "RootSum",
    "Value",
    "accumulate",
    "accumulate_product",
    "ball",
    "common_field",
    "conductor",
    "conjugate",
    "cyclotomic_polynomial",
    "galois",
    "integral_coordinates",
    "is_real",
    "is_zero",
    "prime_divisors",
    "rational",
    "sign",
    "sign_of_nonzero",
    "split_prime",
    "unit_generators",
]

CONDUCTOR_LIMIT = 20_000  # of the fields in which sums are reduced: a reduction costs about its square
FIRST_PRECISION = 128  # bits
LAST_PRECISION = 1 << 16  # bits; a nonzero number of a genuine certificate is told from zero long before


@dataclass(frozen=True)
class RootSum:
    """`sum_t c_t zeta_f^t` for the terms `(t, c_t)`, distinct `0 <= t < f`."""

    conductor: int
    terms: tuple[tuple[int, Any], ...]


Value: TypeAlias = Any  # int | fmpq | RootSum; flint has no types
Collected: TypeAlias = "dict[int, Any]"


def conductor(value: Value) -> int:
    """An `f` with the value in `Q(zeta_f)`: the stated one, 1 for a rational."""
    return value.conductor if isinstance(value, RootSum) else 1


def common_field(conductors: Iterable[int]) -> int:
    """The least common multiple, within the limit."""
    e = lcm(*conductors)
    if e > CONDUCTOR_LIMIT:
        raise CertificateLimitError(
            f"needs the {e}-th roots of unity; the checker's limit is {CONDUCTOR_LIMIT}"
        )
    return e


def accumulate(collected: Collected, e: int, value: Value, factor: Any = 1, k: int = 1) -> None:
    """Add `factor * sigma_k(value)`; `e` is a multiple of the value's conductor, `k` prime to it."""
    if isinstance(value, RootSum):
        step = e // value.conductor
        for t, c in value.terms:
            place = t * step * k % e
            collected[place] = collected.get(place, 0) + factor * c
    else:
        collected[0] = collected.get(0, 0) + factor * value


def accumulate_product(collected: Collected, e: int, left: Value, right: Value, factor: Any = 1) -> None:
    """Add `factor * left * right`; `e` is a multiple of both conductors."""
    if not isinstance(left, RootSum):
        accumulate(collected, e, right, factor * left)
        return
    step = e // left.conductor
    for t, c in left.terms:
        shifted: Collected = {}
        accumulate(shifted, e, right, factor * c)
        for place, value in shifted.items():
            target = (place + t * step) % e
            collected[target] = collected.get(target, 0) + value


@cache
def cyclotomic_polynomial(e: int) -> Any:
    """`Phi_e` over the rationals."""
    return fmpq_poly(fmpz_poly.cyclotomic(e))


def reduced(e: int, collected: Collected) -> Any:
    """The number as a polynomial in `zeta_e` of degree below `phi(e)`: zero exactly if the number is."""
    if not collected:
        return fmpq_poly([])
    coefficients = [fmpq(0)] * (max(collected) + 1)
    for t, c in collected.items():
        coefficients[t] = fmpq(c)
    return fmpq_poly(coefficients) % cyclotomic_polynomial(e)


def rational(e: int, collected: Collected) -> Any:
    """The number as `fmpq` if it is rational, else None."""
    if all(2 * t % e == 0 for t in collected):  # only +1 and -1 occur: no reduction needed
        return sum((c if t == 0 else -c for t, c in collected.items()), fmpq(0))
    remainder = reduced(e, collected)
    return remainder[0] if remainder.degree() < 1 else None


def is_zero(e: int, collected: Collected) -> bool:
    """Whether the number is zero, exactly."""
    return rational(e, collected) == 0  # None for an irrational number


def is_real(value: Value) -> bool:
    """Whether a value equals its complex conjugate, exactly."""
    difference: Collected = {}
    accumulate(difference, conductor(value), value)
    accumulate(difference, conductor(value), value, -1, -1)
    return is_zero(conductor(value), difference)


def galois(value: Value, k: int) -> Value:
    """`sigma_k(value)`, `sigma_k: zeta -> zeta^k`, for `k` prime to the conductor."""
    if not isinstance(value, RootSum):
        return value
    f = value.conductor
    return RootSum(f, tuple(sorted((t * k % f, c) for t, c in value.terms)))


def conjugate(value: Value) -> Value:
    """The complex conjugate."""
    return galois(value, -1)


@cache
def _cosine(t: int, e: int, precision: int) -> Any:
    with ctx.workprec(precision):
        return arb.cos_pi_fmpq(fmpq(2 * t, e))


def ball(e: int, collected: Collected, precision: int = FIRST_PRECISION) -> Any:
    """An enclosure of the number's real part."""
    with ctx.workprec(precision):
        return sum((arb(fmpq(c)) * _cosine(t, e, precision) for t, c in collected.items()), arb(0))


def sign(e: int, collected: Collected) -> int:
    """The sign of a real number, exactly: a zero test in the field, then balls at doubling precision."""
    value = rational(e, collected)
    if value is not None:
        return (value > 0) - (value < 0)
    return sign_of_nonzero(lambda precision: ball(e, collected, precision))


def sign_of_nonzero(enclosure: Any) -> int:
    """The sign of a real number known to be nonzero, from its enclosure at a given precision."""
    precision = FIRST_PRECISION
    while precision <= LAST_PRECISION:
        value = enclosure(precision)
        if value > 0:
            return 1
        if value < 0:
            return -1
        precision *= 2
    raise Falsehood(f"a nonzero number lies within 2^-{LAST_PRECISION // 2} of zero: its sign stays open")


def integral_coordinates(e: int, value: Value) -> list[int]:
    """Coordinates of an integral value in the basis `1, zeta_e, ..., zeta_e^(phi(e)-1)` of `Z[zeta_e]`."""
    phi = int(cyclotomic_polynomial(e).degree())
    if not isinstance(value, RootSum):
        return [int(value), *[0] * (phi - 1)]
    collected: Collected = {}
    accumulate(collected, e, value)
    coefficients = [int(c.p) for c in reduced(e, collected).coeffs()]
    return coefficients + [0] * (phi - len(coefficients))


@cache
def prime_divisors(n: int) -> tuple[int, ...]:
    """The primes that divide `n >= 1`, by trial division: for numbers made of small primes."""
    primes, p = [], 2
    while n > 1:
        if p * p > n:
            p = n
        if n % p == 0:
            primes.append(p)
            while n % p == 0:
                n //= p
        p += 1
    return tuple(primes)


def unit_generators(e: int) -> tuple[int, ...]:
    """Generators of the units modulo `e`, that is, of the Galois group of `Q(zeta_e)`."""
    generators = []
    for p in prime_divisors(e):
        q = p
        while e % (q * p) == 0:
            q *= p
        if p == 2:
            local = [-1, 5]
        else:
            order = q // p * (p - 1)
            exponents = [order // r for r in prime_divisors(order)]
            local = [next(g for g in range(2, q) if g % p and all(pow(g, x, q) != 1 for x in exponents))]
        rest = e // q
        # congruent to g modulo q and to 1 modulo e/q
        generators += [(1 + rest * ((g - 1) * pow(rest, -1, q) % q)) % e for g in local]
    return tuple(g for g in generators if g != 1)


def split_prime(e: int, above: int) -> int:
    """A proven prime `p > above` with `p = 1 mod e`, so that `p` splits completely in `Q(zeta_e)`."""
    step = e
    while step * step <= above:  # half of p - 1 is factored, so the proof that p is prime is short
        step *= 2
    p = above // step * step + 1
    while True:
        p += step
        if fmpz(p).is_probable_prime() and fmpz(p).is_prime():
            return p


class Embedding:
    """The ring homomorphism `Z[zeta_e] -> F_p` that sends `zeta_e` to an element of order exactly `e`.

    It exists since `p = 1 mod e` and the images of `zeta_e` are the roots of `Phi_e` modulo `p`. Distinct
    images prove distinct numbers; a nonzero minor of images proves a nonzero minor.
    """

    def __init__(self, e: int, prime: int) -> None:
        if (prime - 1) % e or not fmpz(prime).is_prime():
            raise Falsehood(f"{prime} is no prime congruent to 1 modulo {e}")
        self.e, self.prime = e, prime
        candidates = (pow(g, (prime - 1) // e, prime) for g in range(2, prime))
        exponents = [e // r for r in prime_divisors(e)]
        self.root = (
            1 if e == 1 else next(z for z in candidates if all(pow(z, x, prime) != 1 for x in exponents))
        )
        self._powers: dict[tuple[int, int], int] = {}

    def power(self, t: int, f: int) -> int:
        """The image of `zeta_f^t`, `f` a divisor of `e`."""
        key = (t % f, f)
        if key not in self._powers:
            self._powers[key] = pow(self.root, t % f * (self.e // f), self.prime)
        return self._powers[key]

    def __call__(self, value: Value, k: int = 1) -> int:
        """The image of `sigma_k(value)` for a value with integer coefficients."""
        if isinstance(value, RootSum):
            f = value.conductor
            return sum(int(c) * self.power(t * k, f) for t, c in value.terms) % self.prime
        return int(value) % self.prime
