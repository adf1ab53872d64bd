"""Laws of radical sums: ordered ring, exact zero test, correct rounding, a printed form that reads back."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import sympy
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st

from theory.margins.radicals import (
    ONE,
    ZERO,
    RadicalSum,
    correctly_rounded,
    half_power,
    parse,
    square_root,
)

rationals = st.fractions(min_value=-50, max_value=50, max_denominator=60)
sums = st.dictionaries(st.integers(1, 60), rationals, max_size=5).map(RadicalSum.of_terms)


@given(sums, sums, sums)
def test_ring_laws(x, y, z):
    assert (x + y) + z == x + (y + z)
    assert x * y == y * x
    assert (x * y) * z == x * (y * z)
    assert x * (y + z) == x * y + x * z
    assert x - x == ZERO
    assert not (x - x)
    assert x * ONE == x
    assert x + ZERO == x
    assert x * 0 == ZERO


@given(sums, sums)
def test_agrees_with_sympy(x, y):
    product = sympy.sympify(str(x)) * sympy.sympify(str(y))
    assert sympy.expand(product - sympy.sympify(str(x * y))) == 0


@given(sums)
def test_printed_form_reads_back(x):
    assert parse(str(x)) == x


@given(sums, sums)
def test_order_is_the_order_of_the_reals(x, y):
    difference = sympy.sympify(str(x - y))
    expected = 0 if difference == 0 else (1 if difference.evalf(60) > 0 else -1)
    assert (x - y).sign() == expected
    assert (x < y) == (expected < 0)
    assert (x >= y) == (expected >= 0)


@given(sums)
def test_float_is_correctly_rounded(x):
    value = float(x)
    with ctx.workprec(400):
        error = abs(x.ball() - arb(value))
        for neighbour in (math.nextafter(value, math.inf), math.nextafter(value, -math.inf)):
            assert x == Fraction(value) or error <= abs(x.ball() - arb(neighbour))


def test_float_of_a_near_tie_is_decided_at_higher_precision():
    # 1 + 2^-53 is half-way between 1 and the next float; a hair more must round up, a hair less down
    hair = (square_root(2) - Fraction(707106781186547524400844362104849, 5 * 10**32)) * Fraction(1, 2**80)
    tie = Fraction(2**53 + 1, 2**53)
    assert 0 < abs(hair) < Fraction(1, 2**150)
    assert float(abs(hair) + tie) == 1 + 2.0**-52
    assert float(tie - abs(hair)) == 1.0


def test_sign_of_a_tiny_difference():
    # 1 + sqrt(2) has a convergent within 1e-60: the first precision does not decide
    p, q = 1, 1
    for _ in range(100):
        p, q = p + 2 * q, p + q
    assert (square_root(2) > Fraction(p, q)) == (2 * q * q > p * p)


@given(sums, rationals.filter(bool), st.integers(1, 60))
def test_division_by_a_single_term(x, q, n):
    divisor = square_root(n) * q
    assert (x / divisor) * divisor == x


@given(sums)
def test_equal_numbers_hash_alike(x):
    assert hash(x) == hash(parse(str(x)))


@given(rationals)
def test_rational_sums_hash_and_compare_as_fractions(q):
    x = RadicalSum.of(q)
    assert hash(x) == hash(q)
    assert x == q


@pytest.mark.parametrize(
    ("value", "text", "latex"),
    [
        (ZERO, "0", "0"),
        (RadicalSum.of(Fraction(-1, 2)), "-1/2", "-\\frac{1}{2}"),
        (
            Fraction(8, 15) + square_root(3) * Fraction(4, 5),
            "8/15 + 4/5*sqrt(3)",
            "\\frac{8}{15} + \\frac{4}{5}\\sqrt{3}",
        ),
        (
            square_root(2) - square_root(12),
            "sqrt(2) - 2*sqrt(3)",
            "\\sqrt{2} - 2\\sqrt{3}",
        ),
        (-square_root(5) + 3, "3 - sqrt(5)", "3 - \\sqrt{5}"),
    ],
)
def test_printed_forms(value, text, latex):
    assert str(value) == text
    assert value.latex() == latex


@pytest.mark.parametrize(("base", "halves"), [(1, 1), (12, 1), (12, 3), (7, 4), (18, -3), (5, 0)])
def test_half_power_squares_to_the_power(base, halves):
    assert half_power(base, halves) * half_power(base, halves) == Fraction(base) ** halves


def test_large_radicands_factor():
    degree = 258823477531055064045234375  # the largest degree of the Monster
    root = square_root(degree)
    assert root * root == degree


@pytest.mark.parametrize(
    "terms",
    [
        ((4, Fraction(1)),),  # not squarefree
        ((3, Fraction(1)), (2, Fraction(1))),  # not ascending
        ((2, Fraction(1)), (2, Fraction(1))),  # repeated
        ((2, Fraction(0)),),  # zero coefficient
        ((0, Fraction(1)),),  # no radicand
    ],
)
def test_unnormalised_terms_are_refused(terms):
    with pytest.raises(ValueError, match=r"of_terms normalises|no squarefree part"):
        RadicalSum(terms)


@pytest.mark.parametrize(
    "text", ["", "+", "2sqrt(3)", "*sqrt(2)", "2*", "a", "1/0", "1 + + 2", "1//2", "sqrt(-2)"]
)
def test_what_is_no_radical_sum_is_refused(text):
    with pytest.raises(ValueError, match="is not a radical sum"):
        parse(text)


def test_division_by_a_sum_of_several_terms_is_refused():
    with pytest.raises(ValueError, match="cannot divide by 1 \\+ sqrt\\(2\\)"):
        ONE / (ONE + square_root(2))
    with pytest.raises(ZeroDivisionError):
        ONE / ZERO


def test_rounding_gives_up_on_a_tie(monkeypatch):
    monkeypatch.setattr("theory.margins.radicals.LAST_PRECISION", 400)

    def tie() -> arb:
        return arb(1) + arb(2) ** -53 + arb(0, arb(2) ** (-ctx.prec))

    with pytest.raises(ArithmeticError, match="half-way between two floats"):
        correctly_rounded(tie)
