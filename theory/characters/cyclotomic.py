"""Exact numbers in cyclotomic fields, each sparse and at its own minimal conductor.

A value is an `int`, a `Fraction`, or a `Cyclotomic`: an irrational number written in the Zumbroich basis of
`Q(zeta_n)`, `n` its conductor (the least `n` with the value in `Q(zeta_n)`), so that equality is equality of
coefficients. `zeta_n` is `exp(2 pi i / n)`. The functions below take any of the three.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm
from typing import TYPE_CHECKING, TypeAlias

from theory.characters.zumbroich import Scalar, reduced, simplest, to_basis

if TYPE_CHECKING:
    import flint

__all__ = [
    "Cyclotomic",
    "Scalar",
    "Value",
    "ball",
    "complex_ball",
    "conductor",
    "conjugate",
    "from_terms",
    "galois",
    "inverse",
    "is_integral",
    "is_real",
    "order_key",
    "rational_mean",
    "real_part",
    "residue",
    "root",
    "terms_of",
    "to_complex",
]


@dataclass(frozen=True, slots=True)
class Cyclotomic:
    """An irrational number of a cyclotomic field; rational results collapse to `int` or `Fraction`.

    Build one with `from_terms` or `root`, which normalise; the constructor trusts its arguments.

    - equal numbers have equal fields, hence equal hashes;
    - `+`, `-`, `*` with each other and with rationals, `/` by rationals, `**` with exponents >= 0.

    Args:
        conductor: least `n` with the number in `Q(zeta_n)`; never 1 nor 2 modulo 4.
        terms: (exponent, nonzero coefficient) in the Zumbroich basis of the conductor, by ascending exponent.
    """

    conductor: int
    terms: tuple[tuple[int, Scalar], ...]

    def __add__(self, other: object) -> Value:
        return _combine(self, other, 1) if isinstance(other, int | Fraction | Cyclotomic) else NotImplemented

    __radd__ = __add__

    def __neg__(self) -> Cyclotomic:
        return Cyclotomic(self.conductor, tuple((i, -c) for i, c in self.terms))

    def __sub__(self, other: object) -> Value:
        return _combine(self, other, -1) if isinstance(other, int | Fraction | Cyclotomic) else NotImplemented

    def __rsub__(self, other: object) -> Value:
        return _combine(-self, other, 1) if isinstance(other, int | Fraction) else NotImplemented

    def __mul__(self, other: object) -> Value:
        if isinstance(other, int | Fraction):
            if not other:
                return 0
            return Cyclotomic(self.conductor, tuple((i, simplest(c * other)) for i, c in self.terms))
        if not isinstance(other, Cyclotomic):
            return NotImplemented
        n = lcm(self.conductor, other.conductor)
        left, right = n // self.conductor, n // other.conductor
        product: dict[int, Scalar] = {}
        for i, c in self.terms:
            for j, d in other.terms:
                exponent = (left * i + right * j) % n
                product[exponent] = product.get(exponent, 0) + c * d
        return from_terms(n, product)

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> Value:
        if isinstance(other, int | Fraction | Cyclotomic):
            return self * inverse(other)
        return NotImplemented

    def __rtruediv__(self, other: object) -> Value:
        return inverse(self) * other if isinstance(other, int | Fraction) else NotImplemented

    def __pow__(self, exponent: int) -> Value:
        if exponent < 0:
            raise ValueError(f"a cyclotomic number to the power {exponent}: the exponent must be >= 0")
        result: Value = 1
        for digit in f"{exponent:b}":
            result = result * result
            if digit == "1":
                result = result * self
        return result

    def __str__(self) -> str:
        """GAP's notation: `E(5)+E(5)^4`, `-1/2*E(3)`."""
        text = ""
        for i, c in self.terms:
            base = f"E({self.conductor})" + (f"^{i}" if i != 1 else "")
            # zeta^0 = 1 belongs to the basis where the conductor is a power of two
            body = str(c) if i == 0 else base if c == 1 else f"-{base}" if c == -1 else f"{c}*{base}"
            text += f"+{body}" if text and not body.startswith("-") else body
        return text


Value: TypeAlias = int | Fraction | Cyclotomic


def conductor(value: Value) -> int:
    """The least `n` with the value in `Q(zeta_n)`; 1 for a rational."""
    return value.conductor if isinstance(value, Cyclotomic) else 1


def terms_of(value: Value) -> tuple[tuple[int, Scalar], ...]:
    """(exponent, coefficient) in the Zumbroich basis of the conductor; a rational has none but 0."""
    if isinstance(value, Cyclotomic):
        return value.terms
    return ((0, value if type(value) is int else simplest(value)),) if value else ()


@lru_cache(maxsize=65536)
def root(n: int, exponent: int = 1) -> Value:
    """`zeta_n^exponent`.

    >>> str(root(6)), str(root(4, 2))
    ('-E(3)^2', '-1')
    """
    return from_terms(n, {exponent: 1})


def from_terms(n: int, coefficients: Mapping[int, Scalar]) -> Value:
    """The number `sum_i coefficients[i] zeta_n^i`, for any `n >= 1` and any integer exponents.

    Cost: the number of terms times the product of `p - 1` over the odd primes `p` that divide `n`, at worst.

    >>> from_terms(5, {1: 1, 2: 1, 3: 1, 4: 1})
    -1
    """
    if n < 1:
        raise ValueError(f"zeta_{n} is not defined: n must be >= 1")
    terms: dict[int, Scalar] = {}
    for i, c in coefficients.items():
        terms[i % n] = terms.get(i % n, 0) + c
    m, basis = reduced(n, to_basis(n, terms))
    if m == 1:
        return basis.get(0, 0)
    return Cyclotomic(m, tuple(sorted(basis.items())))


def galois(value: Value, k: int) -> Value:
    """The image under `zeta -> zeta^k`, for `k` coprime to the conductor."""
    if not isinstance(value, Cyclotomic):
        return value
    n = value.conductor
    if gcd(k, n) != 1:
        raise ValueError(f"zeta_{n} -> zeta_{n}^{k} is no automorphism: {k} and {n} are not coprime")
    image = to_basis(n, {i * k % n: c for i, c in value.terms})  # an automorphism preserves the conductor
    return Cyclotomic(n, tuple(sorted(image.items())))


def conjugate(value: Value) -> Value:
    """The complex conjugate."""
    return galois(value, -1)


def is_real(value: Value) -> bool:
    """Whether the value equals its complex conjugate."""
    return conjugate(value) == value


def is_integral(value: Value) -> bool:
    """Whether the value is an algebraic integer: the Zumbroich basis is a basis of `Z[zeta_n]` over `Z`."""
    return all(isinstance(c, int) for _, c in terms_of(value))


def real_part(value: Value) -> Value:
    """`(v + conj(v)) / 2`."""
    if not isinstance(value, Cyclotomic):
        return value
    other = conjugate(value)
    return value if other == value else (value + other) * Fraction(1, 2)


def rational_mean(value: Value) -> Fraction:
    """The mean over the Galois group, `tr(v) / phi(n)`.

    A primitive `m`-th root of unity has mean `mu(m) / phi(m)`.
    """
    total = Fraction(0)
    n = conductor(value)
    for i, c in terms_of(value):
        total += c * _mean_of_root(n // gcd(n, i))
    return total


@lru_cache(maxsize=4096)
def _mean_of_root(m: int) -> Fraction:
    mean, p = Fraction(1), 2
    while m > 1:
        if m % p == 0:
            m //= p
            if m % p == 0:
                return Fraction(0)
            mean /= 1 - p
        p += 1
    return mean


def inverse(value: Value) -> Value:
    """`1/v`, through the extended Euclidean algorithm modulo the cyclotomic polynomial of the conductor."""
    if not value:
        raise ZeroDivisionError("0 has no inverse")
    if not isinstance(value, Cyclotomic):
        return simplest(1 / Fraction(value))
    from flint import fmpq, fmpq_poly, fmpz_poly

    n = value.conductor
    coefficients = [fmpq(0)] * n
    for i, c in value.terms:
        coefficients[i] = fmpq(c.numerator, c.denominator)
    one, cofactor, _ = fmpq_poly(coefficients).xgcd(fmpq_poly(fmpz_poly.cyclotomic(n)))
    assert one == 1
    found = from_terms(n, {i: Fraction(int(c.p), int(c.q)) for i, c in enumerate(cofactor.coeffs())})
    assert value * found == 1
    return found


def ball(value: Value) -> flint.arb:
    """A ball that holds the real value, at flint's current precision; a value that is not real is refused."""
    if not is_real(value):
        raise ValueError(f"{value} is not real: take real_part first")
    from flint import arb, fmpq

    n = conductor(value)
    total = arb(0)
    for i, c in terms_of(value):  # the sines cancel
        total += arb.cos_pi_fmpq(fmpq(2 * i, n)) * fmpq(c.numerator, c.denominator)
    return total


def complex_ball(value: Value) -> flint.acb:
    """A complex ball that holds the value, at flint's current precision."""
    from flint import acb, arb, fmpq

    n = conductor(value)
    real, imaginary = arb(0), arb(0)
    for i, c in terms_of(value):
        angle, scale = fmpq(2 * i, n), fmpq(c.numerator, c.denominator)
        real += arb.cos_pi_fmpq(angle) * scale
        imaginary += arb.sin_pi_fmpq(angle) * scale
    return acb(real, imaginary)


def to_complex(value: Value) -> complex:
    """The nearest complex float, or one next to it."""
    from flint import ctx

    with ctx.workprec(106):
        found = complex_ball(value)
        return complex(float(found.real), float(found.imag))


def residue(value: Value, prime: int, root: int, exponent: int) -> int:
    """The image in `GF(prime)` under `zeta_exponent -> root`, an element of order exactly `exponent`.

    The conductor must divide `exponent`, and the prime must divide no denominator.
    """
    n = conductor(value)
    if exponent % n:
        raise ValueError(f"{value} has conductor {n}, which does not divide {exponent}")
    zeta = pow(root, exponent // n, prime)
    total = 0
    for i, c in terms_of(value):
        scale = c if isinstance(c, int) else c.numerator * pow(c.denominator, -1, prime)
        total += scale * pow(zeta, i, prime)
    return total % prime


def order_key(value: Value) -> tuple[int, tuple[tuple[int, Scalar], ...]]:
    """Sorts values: rationals first, descending; then by conductor, exponents, descending coefficients."""
    return conductor(value), tuple((i, -c) for i, c in terms_of(value)) or ((0, 0),)


def _combine(left: Cyclotomic, right: Value, sign: int) -> Value:
    if not isinstance(right, Cyclotomic) and not right:
        return left
    other = conductor(right)
    n = lcm(left.conductor, other)
    scale = n // left.conductor
    total: dict[int, Scalar] = {i * scale: c for i, c in left.terms}
    scale = n // other
    for i, c in terms_of(right):
        total[i * scale] = total.get(i * scale, 0) + sign * c
    return from_terms(n, total)
