"""Radical sums `sum_i q_i sqrt(n_i)`, rational `q_i`, squarefree `n_i`: the numbers in which margins live."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, total_ordering
from math import gcd
from typing import TypeVar

from flint import arb, ctx, fmpq, fmpz

__all__ = ["ONE", "ZERO", "RadicalSum", "correctly_rounded", "half_power", "parse", "square_root"]

FIRST_PRECISION = 96  # bits; enough for almost every sign and every rounding at the first try
LAST_PRECISION = 1 << 20  # bits; our own invariants are broken if a nonzero number needs more

_T = TypeVar("_T")


@cache
def squarefree_split(number: int) -> tuple[int, int]:
    """The pair `(m, n)` with `number = m^2 n` and `n` squarefree, for a positive integer.

    Degrees of irreps divide the order of their group, so even 27-digit ones factor at once.

    >>> squarefree_split(72)
    (6, 2)
    """
    if number < 1:
        raise ValueError(f"{number} has no squarefree part: a positive integer is needed")
    root, free = 1, 1
    for prime, exponent in fmpz(number).factor():
        root *= int(prime) ** (exponent // 2)
        free *= int(prime) ** (exponent % 2)
    return root, free


@total_ordering
@dataclass(frozen=True, eq=False)
class RadicalSum:
    """An exact real number `sum_i q_i sqrt(n_i)`.

    - equality is equality of terms, since square roots of distinct squarefree integers are linearly
      independent over Q (docs/theory.md, Theorem 18);
    - the sign of a nonzero number is decided by ball arithmetic at doubling precision, so order is exact;
    - `float(x)` is correctly rounded;
    - `parse(str(x)) == x`.

    Args:
        terms: pairs `(n_i, q_i)`: squarefree radicand, ascending, and nonzero coefficient.

    >>> str(square_root(8) * 3 + Fraction(1, 6))
    '1/6 + 6*sqrt(2)'
    """

    terms: tuple[tuple[int, Fraction], ...] = ()

    def __post_init__(self) -> None:
        previous = 0
        for radicand, coefficient in self.terms:
            if radicand <= previous or squarefree_split(radicand)[1] != radicand or coefficient == 0:
                raise ValueError(
                    f"{self.terms!r} are no terms of a radical sum: radicands must be squarefree and "
                    f"ascending, coefficients nonzero; RadicalSum.of_terms normalises"
                )
            previous = radicand

    @classmethod
    def of_terms(cls, terms: Mapping[int, Fraction | int]) -> RadicalSum:
        """The sum of `terms[n] * sqrt(n)` for any positive integers `n`."""
        collected: dict[int, Fraction] = {}
        for radicand, coefficient in terms.items():
            root, free = squarefree_split(radicand)
            collected[free] = collected.get(free, Fraction(0)) + Fraction(coefficient) * root
        return _normal(collected)

    @classmethod
    def of(cls, value: RadicalSum | Fraction | int) -> RadicalSum:
        """A rational number (or a radical sum) as a radical sum."""
        if isinstance(value, RadicalSum):
            return value
        return cls(((1, Fraction(value)),)) if value else ZERO

    @property
    def is_rational(self) -> bool:
        """Whether the number is rational, zero included."""
        return all(radicand == 1 for radicand, _ in self.terms)

    @property
    def rational(self) -> Fraction:
        """The number as a fraction; ValueError if it is irrational."""
        if not self.is_rational:
            raise ValueError(f"{self} is irrational")
        return self.terms[0][1] if self.terms else Fraction(0)

    def ball(self) -> arb:
        """A ball around the number at flint's current precision."""
        total = arb(0)
        for radicand, coefficient in self.terms:
            total += arb(fmpq(coefficient.numerator, coefficient.denominator)) * arb(radicand).sqrt()
        return total

    def sign(self) -> int:
        """-1, 0 or +1, exactly."""
        if not self.terms:
            return 0
        if len(self.terms) == 1:
            return 1 if self.terms[0][1] > 0 else -1

        # Two or more terms are never zero, so some ball excludes zero.
        def attempt() -> int | None:
            ball = self.ball()
            return 1 if ball > 0 else -1 if ball < 0 else None

        return _at_rising_precision(attempt)

    def __float__(self) -> float:
        return float(self.rational) if self.is_rational else correctly_rounded(self.ball)

    def __str__(self) -> str:
        if not self.terms:
            return "0"
        pieces = [_term(abs(coefficient), radicand) for radicand, coefficient in self.terms]
        return _with_signs(self, pieces)

    def latex(self) -> str:
        """The number in LaTeX, e.g. `\\frac{8}{15} + \\frac{4}{5}\\sqrt{3}`."""
        if not self.terms:
            return "0"
        pieces = [_latex_term(abs(coefficient), radicand) for radicand, coefficient in self.terms]
        return _with_signs(self, pieces)

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, RadicalSum):
            return self.terms == other.terms
        if isinstance(other, int | Fraction):
            return self.is_rational and self.rational == other
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self.rational) if self.is_rational else hash(self.terms)

    def __lt__(self, other: RadicalSum | Fraction | int) -> bool:
        if not isinstance(other, RadicalSum | Fraction | int):
            return NotImplemented
        return (self - other).sign() < 0

    def __neg__(self) -> RadicalSum:
        return RadicalSum(tuple((radicand, -coefficient) for radicand, coefficient in self.terms))

    def __abs__(self) -> RadicalSum:
        return -self if self.sign() < 0 else self

    def __add__(self, other: RadicalSum | Fraction | int) -> RadicalSum:
        if not isinstance(other, RadicalSum | Fraction | int):
            return NotImplemented
        collected = dict(self.terms)
        for radicand, coefficient in RadicalSum.of(other).terms:
            collected[radicand] = collected.get(radicand, Fraction(0)) + coefficient
        return _normal(collected)

    __radd__ = __add__

    def __sub__(self, other: RadicalSum | Fraction | int) -> RadicalSum:
        if not isinstance(other, RadicalSum | Fraction | int):
            return NotImplemented
        return self + (-other)

    def __rsub__(self, other: Fraction | int) -> RadicalSum:
        return (-self) + other

    def __mul__(self, other: RadicalSum | Fraction | int) -> RadicalSum:
        if isinstance(other, int | Fraction):
            if not other:
                return ZERO
            return RadicalSum(tuple((radicand, coefficient * other) for radicand, coefficient in self.terms))
        if not isinstance(other, RadicalSum):
            return NotImplemented
        collected: dict[int, Fraction] = {}
        for left, p in self.terms:
            for right, q in other.terms:
                # sqrt(l) sqrt(r) = g sqrt(l r / g^2) for squarefree l, r with greatest common divisor g
                common = gcd(left, right)
                radicand = (left // common) * (right // common)
                collected[radicand] = collected.get(radicand, Fraction(0)) + p * q * common
        return _normal(collected)

    __rmul__ = __mul__

    def __truediv__(self, other: RadicalSum | Fraction | int) -> RadicalSum:
        """Division by a rational or a single term; a longer divisor raises (its inverse may be huge)."""
        if isinstance(other, int | Fraction):
            return self * (1 / Fraction(other))
        if not isinstance(other, RadicalSum):
            return NotImplemented
        if not other.terms:
            raise ZeroDivisionError(f"{self} divided by zero")
        if len(other.terms) > 1:
            raise ValueError(f"cannot divide by {other}: a rational or a single term q*sqrt(n) is needed")
        ((radicand, coefficient),) = other.terms
        return self * RadicalSum(((radicand, 1 / (coefficient * radicand)),))  # 1/(q sqrt n) = sqrt(n)/(q n)


def _normal(collected: Mapping[int, Fraction]) -> RadicalSum:
    return RadicalSum(tuple(sorted((n, q) for n, q in collected.items() if q)))


ZERO = RadicalSum()
ONE = RadicalSum(((1, Fraction(1)),))


def half_power(base: int, halves: int) -> RadicalSum:
    """`base^(halves/2)` for a positive integer base.

    >>> str(half_power(12, 1)), str(half_power(3, -3))
    ('2*sqrt(3)', '1/9*sqrt(3)')
    """
    whole = Fraction(base) ** (halves // 2)
    return RadicalSum.of_terms({base if halves % 2 else 1: whole})


def square_root(value: int | Fraction) -> RadicalSum:
    """`sqrt(value)` of a rational number that is not negative."""
    if value < 0:
        raise ValueError(f"{value} has no real square root")
    fraction = Fraction(value)
    if not fraction:
        return ZERO
    return RadicalSum.of_terms({fraction.numerator * fraction.denominator: Fraction(1, fraction.denominator)})


def correctly_rounded(ball: Callable[[], arb]) -> float:
    """The float nearest to a real number given by balls.

    Args:
        ball: returns a ball around the number at flint's current precision. The number must not lie half-way
            between two floats (an irrational one never does).
    """

    def attempt() -> float | None:
        enclosure = ball()
        if not enclosure.is_finite():
            return None
        low, high = _float(enclosure.lower()), _float(enclosure.upper())
        return low if low == high else None

    return _at_rising_precision(attempt)


def _float(exact: arb) -> float:
    mantissa, exponent = exact.man_exp()
    # int / int and float(int) round correctly, subnormal results included
    if exponent >= 0:
        return float(int(mantissa) << int(exponent))
    return int(mantissa) / (1 << -int(exponent))


def _at_rising_precision(attempt: Callable[[], _T | None]) -> _T:
    precision = FIRST_PRECISION
    while precision <= LAST_PRECISION:
        with ctx.workprec(precision):
            result = attempt()
        if result is not None:
            return result
        precision *= 2
    raise ArithmeticError(
        f"undecided at {LAST_PRECISION} bits: the number is zero, or half-way between two floats"
    )


def _term(size: Fraction, radicand: int) -> str:
    if radicand == 1:
        return str(size)
    return f"sqrt({radicand})" if size == 1 else f"{size}*sqrt({radicand})"


def _latex_term(size: Fraction, radicand: int) -> str:
    plain = str(size) if size.denominator == 1 else f"\\frac{{{size.numerator}}}{{{size.denominator}}}"
    if radicand == 1:
        return plain
    return f"\\sqrt{{{radicand}}}" if size == 1 else f"{plain}\\sqrt{{{radicand}}}"


def _with_signs(value: RadicalSum, pieces: list[str]) -> str:
    text = ""
    for (_, coefficient), piece in zip(value.terms, pieces, strict=True):
        if text:
            text += f" {'-' if coefficient < 0 else '+'} {piece}"
        else:
            text = f"-{piece}" if coefficient < 0 else piece
    return text


_TERM = re.compile(r"(?P<plain>\d+(?:/\d+)?)?(?P<star>\*)?(?:sqrt\((?P<radicand>\d+)\))?")


def parse(text: str) -> RadicalSum:
    """The radical sum that `str` printed; also reads terms in any order and any radicands.

    >>> parse("1/2 - 3*sqrt(8)")
    RadicalSum(terms=((1, Fraction(1, 2)), (2, Fraction(-6, 1))))
    """
    total = ZERO
    pieces = re.split(r"\s*([+-])\s*", text.strip())
    if pieces[0] == "" and len(pieces) > 1:
        pieces = pieces[1:]
    else:
        pieces = ["+", *pieces]
    for sign, piece in zip(pieces[::2], pieces[1::2], strict=True):
        match = _TERM.fullmatch(piece)
        plain, star, radicand = match.group("plain", "star", "radicand") if match else (None, None, None)
        if (plain is None and radicand is None) or (star is None) == (
            plain is not None and radicand is not None
        ):
            raise ValueError(f"{text!r} is not a radical sum: term {piece!r} is not of the form 2/3*sqrt(5)")
        try:
            coefficient = Fraction(plain or 1)
        except ZeroDivisionError:
            raise ValueError(f"{text!r} is not a radical sum: term {piece!r} divides by zero") from None
        if radicand is not None and int(radicand) == 0:
            continue
        total += RadicalSum.of_terms({int(radicand or 1): coefficient if sign == "+" else -coefficient})
    return total
