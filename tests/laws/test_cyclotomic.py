"""Laws of exact cyclotomic numbers: they form a field, and every map out of it is a homomorphism."""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm

import pytest
from flint import acb, ctx, fmpq
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from theory.characters import cyclotomic
from theory.characters.cyclotomic import Cyclotomic, Value, from_terms, root

CONDUCTORS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 20, 21, 24, 25, 27, 30, 36]
few = settings(max_examples=40)
PRIME, EXPONENT = 151_201, 75_600  # p = 1 mod the least common multiple of these conductors


def _root_modulo() -> int:
    for base in range(2, PRIME):
        found = pow(base, (PRIME - 1) // EXPONENT, PRIME)
        if all(pow(found, EXPONENT // q, PRIME) != 1 for q in (2, 3, 5, 7)):
            return found
    raise AssertionError("GF(p) has a primitive root")


@st.composite
def sums(draw: st.DrawFn) -> tuple[int, dict[int, Fraction]]:
    n = draw(st.sampled_from(CONDUCTORS))
    coefficients = st.integers(-3, 3) | st.fractions(-3, 3, max_denominator=4)
    return n, draw(st.dictionaries(st.integers(0, 2 * n), coefficients, max_size=5))


values = sums().map(lambda pair: from_terms(*pair))


def _naive_ball(n: int, terms: dict[int, Fraction]) -> acb:
    total = acb(0)
    for i, c in terms.items():
        total += acb(fmpq(2 * i, n)).exp_pi_i() * fmpq(c.numerator, c.denominator)
    return total


@given(sums())
def test_normal_form_keeps_the_number(pair: tuple[int, dict[int, Fraction]]) -> None:
    n, terms = pair
    value = from_terms(n, terms)
    with ctx.workprec(200):
        assert cyclotomic.complex_ball(value).overlaps(_naive_ball(n, terms))
        assert float(abs(cyclotomic.complex_ball(value) - _naive_ball(n, terms)).upper()) < 1e-40
    assert n % cyclotomic.conductor(value) == 0


@given(sums())
def test_normal_form_is_minimal_and_fixed(pair: tuple[int, dict[int, Fraction]]) -> None:
    n, terms = pair
    value = from_terms(n, terms)
    m = cyclotomic.conductor(value)
    assert from_terms(m, dict(cyclotomic.terms_of(value))) == value
    if isinstance(value, Cyclotomic):
        assert m > 2
        assert m % 4 != 2
        for p in (2, 3, 5, 7):
            if m % p == 0:  # fixed by every automorphism over Q(zeta_(m/p)) iff it lies in that field
                over = [k for k in range(1, m) if gcd(k, m) == 1 and (k - 1) % (m // p) == 0]
                assert any(cyclotomic.galois(value, k) != value for k in over)


@few
@given(values, values, values)
def test_ring(a: Value, b: Value, c: Value) -> None:
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)
    assert a * b == b * a
    assert (a * b) * c == a * (b * c)
    assert a * (b + c) == a * b + a * c
    assert a - a == 0
    assert a - b == -(b - a) if isinstance(b - a, Cyclotomic) else a - b == -1 * (b - a)
    assert hash(a + b) == hash(b + a)


@few
@given(values)
def test_inverse(a: Value) -> None:
    assume(a != 0)
    assert a * cyclotomic.inverse(a) == 1
    assert cyclotomic.inverse(cyclotomic.inverse(a)) == a


@given(values, values, st.sampled_from([-1, 11, 13, 17, 19, 23, 29, 31]))
def test_galois_is_an_automorphism(a: Value, b: Value, k: int) -> None:
    assert cyclotomic.galois(a + b, k) == cyclotomic.galois(a, k) + cyclotomic.galois(b, k)
    assert cyclotomic.galois(a * b, k) == cyclotomic.galois(a, k) * cyclotomic.galois(b, k)


@few
@given(values)
def test_real_part_and_mean(a: Value) -> None:
    real = cyclotomic.real_part(a)
    assert cyclotomic.is_real(real)
    assert real + real == a + cyclotomic.conjugate(a)
    n = cyclotomic.conductor(a)
    units = [k for k in range(1, n + 1) if gcd(k, n) == 1]
    assert sum((cyclotomic.galois(a, k) for k in units), start=0) == cyclotomic.rational_mean(a) * len(units)


@few
@given(values, values)
def test_residue_is_a_homomorphism(a: Value, b: Value) -> None:
    root_modulo = _root_modulo()

    def image(v: Value) -> int:
        return cyclotomic.residue(v, PRIME, root_modulo, EXPONENT)

    assert image(a + b) == (image(a) + image(b)) % PRIME
    assert image(a * b) == image(a) * image(b) % PRIME


@few
@given(values)
def test_float_and_ball_agree(a: Value) -> None:
    real = cyclotomic.real_part(a)
    assert cyclotomic.ball(real).overlaps(cyclotomic.complex_ball(a).real)
    assert abs(cyclotomic.to_complex(a) - complex(cyclotomic.complex_ball(a))) < 1e-12


def test_published_values() -> None:
    golden = -(root(5, 2) + root(5, 3))
    assert golden * golden == golden + 1
    root_two = root(8) + root(8, 7)
    assert root_two * root_two == 2
    assert str(root(6)) == "-E(3)^2"
    assert root(4) * root(4) == -1
    assert root(3) / 2 - root(3) / 2 == 0
    assert lcm(cyclotomic.conductor(root(3)), cyclotomic.conductor(root(4))) == 12


def test_what_is_undefined_is_refused() -> None:
    with pytest.raises(ValueError, match="not coprime"):
        cyclotomic.galois(root(9), 3)
    with pytest.raises(ValueError, match="is not real"):
        cyclotomic.ball(root(3))
    with pytest.raises(ValueError, match="does not divide"):
        cyclotomic.residue(root(7), 13, 2, 12)
    with pytest.raises(ZeroDivisionError):
        cyclotomic.inverse(0)
    with pytest.raises(ValueError, match="n must be >= 1"):
        root(0)
