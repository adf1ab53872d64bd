"""Linear systems over the real subfield of a cyclotomic field, solved exactly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate, count
from math import gcd, isqrt, lcm

from flint import arb, ctx, fmpq, fmpq_mat, fmpz, nmod_mat

from theory.arithmetic import prime_factors
from theory.characters.cyclotomic import Cyclotomic, Value, conductor, from_terms, terms_of

__all__ = [
    "as_fmpq",
    "as_fraction",
    "common_fractions",
    "element_of_order",
    "real_ball",
    "root_modulo",
    "simplest_between",
    "solve_exactly",
]

LARGEST_MODULUS = 1 << 62
PATIENCE = 3  # primes modulo which a matrix may look singular before it is given up


def as_fmpq(value: int | Fraction) -> fmpq:
    """A rational number for flint."""
    return fmpq(value.numerator, value.denominator)


def as_fraction(value: fmpq) -> Fraction:
    """A rational number from flint."""
    return Fraction(int(value.p), int(value.q))


def real_ball(value: Value) -> arb:
    """A ball around the real part, at flint's current precision."""
    if not isinstance(value, Cyclotomic):
        return arb(as_fmpq(value))
    total = arb(0)
    for exponent, coefficient in terms_of(value):
        total += _cosine(exponent, value.conductor, ctx.prec) * as_fmpq(coefficient)
    return total


@lru_cache(maxsize=8192)
def _cosine(exponent: int, n: int, precision: int) -> arb:
    """`cos(2 pi exponent / n)` at the current precision, which is named so that no wider ball is returned."""
    return arb.cos_pi_fmpq(fmpq(2 * exponent, n))


def simplest_between(low: Fraction, high: Fraction) -> Fraction:
    """The fraction of least denominator in `[low, high]` (Stern and Brocot).

    >>> simplest_between(Fraction(3141, 1000), Fraction(3143, 1000))
    Fraction(22, 7)
    """
    if high < 0:
        return -simplest_between(-high, -low)
    if low <= 0:
        return Fraction(0)
    # continued fraction: the common start of both expansions, then the least admissible partial quotient
    p, q, p_next, q_next = 0, 1, 1, 0
    while True:
        ceiling = -(-low.numerator // low.denominator)
        quotient = ceiling if ceiling <= high else ceiling - 1
        p, q, p_next, q_next = p_next, q_next, quotient * p_next + p, quotient * q_next + q
        if ceiling <= high:
            return Fraction(p_next, q_next)
        low, high = 1 / (high - quotient), 1 / (low - quotient)


def solve_exactly(matrix: Sequence[Sequence[Value]], side: Sequence[Value]) -> tuple[Value, ...] | None:
    """The solution `x` of `matrix * x = side` over real cyclotomic numbers, None if there is none.

    Args:
        matrix: at least as many rows as columns; the first rows form a regular square matrix.
        side: a right-hand side, a row.

    With `N` the least common conductor, `x` has coordinates in the basis `1, zeta_N^j + zeta_N^-j` of the
    real subfield. Modulo a prime `p = 1 mod N` the system is solved under every homomorphism
    `Z[zeta_N] -> GF(p)`, coordinates are combined over several primes, and their rational values proposed.
    Those are proven by Theorem 40(a) of docs/theory.md: `matrix * x - side`, cleared of denominators,
    vanishes under all homomorphisms for all the primes, whose product exceeds the absolute values of its
    conjugates.

    Raises:
        ZeroDivisionError: the square matrix is singular, or is so modulo several primes.
    """
    n = lcm(*(conductor(value) for row in matrix for value in row), *(conductor(value) for value in side))
    if n == 1:
        return _solve_rational(matrix, side)
    system = _Integral(matrix, side, n)
    modulus, known = 1, [0] * (system.width * len(system.units))
    singular = 0
    for number in count():
        prime = _split_prime(n, number)
        if not system.scale % prime:
            continue
        try:
            found = system.coordinates(prime)
        except ZeroDivisionError:
            singular += 1
            if singular == PATIENCE:
                raise ZeroDivisionError(f"the matrix is singular modulo {PATIENCE} primes") from None
            continue
        if found is None:
            return None
        inverse = pow(modulus, -1, prime)
        known = [x + modulus * ((y - x) * inverse % prime) for x, y in zip(known, found, strict=True)]
        modulus *= prime
        solution = common_fractions(known, modulus)
        if solution is not None and system.bound(*solution) < modulus:
            return system.values(*solution)
    raise AssertionError("there is always one more prime")


def _solve_rational(matrix: Sequence[Sequence[Value]], side: Sequence[Value]) -> tuple[Value, ...] | None:
    size = len(matrix[0])
    lines = [[as_fmpq(value) for value in row if not isinstance(value, Cyclotomic)] for row in matrix]
    right = [[as_fmpq(value)] for value in side if not isinstance(value, Cyclotomic)]
    found = fmpq_mat(lines[:size]).solve(fmpq_mat(right[:size]))
    if len(lines) > size and fmpq_mat(lines[size:]) * found != fmpq_mat(right[size:]):
        return None
    return tuple(as_fraction(value) for value in found.entries())


class _Integral:
    """A system over `Q(zeta_n)`, its numbers written with integral coefficients over one denominator."""

    def __init__(self, matrix: Sequence[Sequence[Value]], side: Sequence[Value], n: int) -> None:
        self.n, self.width, self.height = n, len(matrix[0]), len(side)
        # real numbers: the homomorphisms zeta -> r^u and zeta -> r^-u agree, so half of the units will do
        self.units = [u for u in range(1, n // 2 + 1) if gcd(u, n) == 1]
        numbers = {id(value): value for row in (*matrix, side) for value in row}
        self.places = {key: place for place, key in enumerate(numbers)}
        terms = [terms_of(value) for value in numbers.values()]
        self.scale = lcm(*(c.denominator for number in terms for _, c in number))
        self.terms = [
            [(i * (n // conductor(value)), c.numerator * (self.scale // c.denominator)) for i, c in number]
            for value, number in zip(numbers.values(), terms, strict=True)
        ]
        self.entries = [self.places[id(value)] for row in matrix for value in row]
        self.side = [self.places[id(value)] for value in side]

    def coordinates(self, prime: int) -> list[int] | None:
        """Coordinates of the solution modulo a prime, a unit and an unknown; None if there is no solution."""
        n, size = self.n, self.width
        powers = _powers(n, prime)
        solutions = []
        for unit in self.units:
            images = [sum(c * powers[i * unit % n] for i, c in number) % prime for number in self.terms]
            entries = [images[place] for place in self.entries]
            right = [images[place] for place in self.side]
            square = nmod_mat(size, size, entries[: size * size], prime)
            solution = square.solve(nmod_mat(size, 1, right[:size], prime))
            if self.height > size:
                rest = nmod_mat(self.height - size, size, entries[size * size :], prime)
                if rest * solution != nmod_mat(self.height - size, 1, right[size:], prime):
                    return None
            solutions += [int(x) for x in solution.entries()]
        images_of_basis = [
            [
                (powers[j * unit % n] + powers[-j * unit % n]) % prime if j else 1
                for j in range(len(self.units))
            ]
            for unit in self.units
        ]
        values = nmod_mat(len(self.units), size, solutions, prime)
        return [int(x) for x in nmod_mat(images_of_basis, prime).solve(values).entries()]

    def bound(self, denominator: int, numerators: Sequence[int]) -> int:
        """A bound for all conjugates of `scale * denominator * (matrix * x - side)`."""
        largest = max(sum(abs(c) for _, c in number) for number in self.terms)
        return largest * (2 * sum(abs(x) for x in numerators) + denominator)

    def values(self, denominator: int, numerators: Sequence[int]) -> tuple[Value, ...]:
        """The solution from its coordinates."""
        result: list[Value] = []
        for unknown in range(self.width):
            terms = {j: x for j, x in enumerate(numerators[unknown :: self.width]) if x}
            # the basis starts with 1, not with zeta^0 + zeta^-0: the union keeps one of the two
            whole = from_terms(self.n, terms | {-j % self.n: x for j, x in terms.items()})
            result.append(whole * Fraction(1, denominator))
        return tuple(result)


@lru_cache(maxsize=1024)
def _split_prime(n: int, number: int) -> int:
    """The primes `1 mod n` from `2^62` downwards, which python-flint takes as moduli, counted from 0."""
    candidate = (LARGEST_MODULUS // n * n + 1) if not number else _split_prime(n, number - 1)
    while True:
        candidate -= n
        if fmpz(candidate).is_prime():
            return candidate


def root_modulo(n: int, number: int) -> tuple[int, int]:
    """A prime `1 mod n`, one for each number from 0 on, and an element of order `n` modulo it."""
    prime = _split_prime(n, number)
    return prime, element_of_order(n, prime)


def element_of_order(n: int, prime: int) -> int:
    """The first power `b^((p-1)/n)`, `b = 2, 3, ...`, that has order `n` modulo a prime `p = 1 mod n`."""
    factors = prime_factors(n)
    elements = (pow(base, (prime - 1) // n, prime) for base in range(2, prime))
    return next(r for r in elements if all(pow(r, n // q, prime) != 1 for q in factors))


@lru_cache(maxsize=128)
def _powers(n: int, prime: int) -> tuple[int, ...]:
    """The powers of an element of order `n` modulo a prime `1 mod n`."""
    root = element_of_order(n, prime)
    return tuple(accumulate(range(n - 1), lambda power, _: power * root % prime, initial=1))


def common_fractions(residues: Sequence[int], modulus: int) -> tuple[int, list[int]] | None:
    """Small numerators over one small denominator with these residues; None if a residue has no such form."""
    limit = isqrt(modulus // 2)
    denominator = 1
    for residue in residues:
        rest = residue * denominator % modulus
        if min(rest, modulus - rest) <= limit:
            continue
        # Wang: the first remainder below the limit, in the Euclidean algorithm
        above, below, cofactor, following = modulus, rest, 0, 1
        while below > limit:
            quotient = above // below
            above, below = below, above - quotient * below
            cofactor, following = following, cofactor - quotient * following
        denominator *= abs(following)
        if denominator > limit or gcd(denominator, modulus) != 1:
            return None
    numerators = (residue * denominator % modulus for residue in residues)
    return denominator, [x - modulus if 2 * x > modulus else x for x in numerators]


def dyadic(exact: arb) -> fmpq:
    """The rational value of a ball of radius zero."""
    mantissa, exponent = exact.man_exp()
    return fmpq(mantissa) * fmpq(2) ** int(exponent)
