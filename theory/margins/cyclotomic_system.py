"""Linear systems over the real subfield of a cyclotomic field, solved exactly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm

from flint import arb, arb_mat, ctx, fmpq, fmpq_mat

from theory.characters.cyclotomic import Cyclotomic, Value, conductor, from_terms, terms_of

__all__ = ["as_fmpq", "as_fraction", "real_ball", "simplest_between", "solve_exactly"]

FIRST_PRECISION = 128
LAST_PRECISION = 1 << 15


def as_fmpq(value: int | Fraction) -> fmpq:
    """A rational number for flint."""
    return fmpq(value.numerator, value.denominator)


def as_fraction(value: fmpq) -> Fraction:
    """A rational number from flint."""
    return Fraction(int(value.p), int(value.q))


def real_ball(value: Value, unit: int = 1) -> arb:
    """A ball around the real part of the conjugate under `zeta -> zeta^unit`, at the current precision."""
    if not isinstance(value, Cyclotomic):
        return arb(as_fmpq(value))
    total = arb(0)
    for exponent, coefficient in terms_of(value):
        angle = fmpq(2 * exponent * unit, value.conductor)
        total += arb.cos_pi_fmpq(angle) * as_fmpq(coefficient)
    return total


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


def solve_exactly(matrix: Sequence[Sequence[Value]], side: Sequence[Value]) -> tuple[Value, ...]:
    """The solution `x` of `matrix * x = side`, for a regular matrix of real cyclotomic numbers.

    With `N` the least common conductor, `x` lies in `Q(zeta_N)`. The conjugates `sigma_u(x)` solve the
    conjugate systems, and for any `f` in `Q(zeta_N)`

        f = sum_(j < N) g_j zeta_N^j,   g_j = tr(f zeta_N^-j) / N = (1/N) sum_u sigma_u(f) zeta_N^(-u j),

    since summing `zeta^(j (1 - u))` over `j` leaves `u = 1` only. The rational `g_j` are read off from
    balls, and the solution is checked in exact arithmetic, at doubling precision until it holds.

    Raises:
        ZeroDivisionError: the matrix is singular.
    """
    n = lcm(*(conductor(value) for row in matrix for value in row), *(conductor(value) for value in side))
    size = len(side)
    if n == 1:
        entries = [as_fmpq(value) for row in matrix for value in row if not isinstance(value, Cyclotomic)]
        right = [as_fmpq(value) for value in side if not isinstance(value, Cyclotomic)]
        found = fmpq_mat(size, size, entries).solve(fmpq_mat(size, 1, right))
        return tuple(as_fraction(value) for value in found.entries())
    precision = FIRST_PRECISION
    while precision <= LAST_PRECISION:
        with ctx.workprec(precision):
            guess = _from_conjugates(matrix, side, n, precision)
        if guess is not None and all(
            sum((a * x for a, x in zip(row, guess, strict=True)), Fraction(0)) == b
            for row, b in zip(matrix, side, strict=True)
        ):
            return guess
        precision *= 2
    raise ZeroDivisionError(f"no solution over Q(zeta_{n}) at {LAST_PRECISION} bits: the matrix is singular")


def _from_conjugates(
    matrix: Sequence[Sequence[Value]], side: Sequence[Value], n: int, precision: int
) -> tuple[Value, ...] | None:
    size = len(side)
    # real numbers: sigma_u and sigma_-u agree, so half of the units will do
    units = [u for u in range(1, n // 2 + 1) if gcd(u, n) == 1]
    conjugates: list[list[arb]] = []
    for unit in units:
        balls = {id(value): real_ball(value, unit) for row in (*matrix, side) for value in row}
        try:
            solution = arb_mat([[balls[id(value)] for value in row] for row in matrix]).solve(
                arb_mat([[balls[id(value)]] for value in side])
            )
        except ZeroDivisionError:
            return None
        conjugates.append(solution.entries())
    cosines = [arb.cos_pi_fmpq(fmpq(2 * j, n)) for j in range(n)]
    result: list[Value] = []
    for unknown in range(size):
        terms: dict[int, int | Fraction] = {}
        for j in range(n // 2 + 1):
            trace = arb(0)
            for unit, solution in zip(units, conjugates, strict=True):
                trace += solution[unknown] * cosines[unit * j % n]
            rational = _rational_in(trace * 2 / n, precision)
            if rational is None:
                return None
            terms[j] = terms[-j % n] = rational
        result.append(from_terms(n, terms))
    return tuple(result)


def _rational_in(ball: arb, precision: int) -> Fraction | None:
    """The simplest rational number in a ball, None if the ball is too wide to single one out."""
    if not ball.is_finite():
        return None
    low, high = as_fraction(dyadic(ball.lower())), as_fraction(dyadic(ball.upper()))
    guess = simplest_between(low, high)
    # two fractions with denominators up to D differ by at least 1/D^2
    return guess if (high - low) * guess.denominator**2 * 2 < 1 else None


def dyadic(exact: arb) -> fmpq:
    """The rational value of a ball of radius zero."""
    mantissa, exponent = exact.man_exp()
    return fmpq(mantissa) * fmpq(2) ** int(exponent)
