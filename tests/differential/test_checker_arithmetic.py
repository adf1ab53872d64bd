"""The checker's arithmetic against the prover's, which shares no code with it, and against definitions."""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm
from typing import Any

from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from certificates.checker import cyclotomic, radicals
from certificates.checker.cyclotomic import RootSum
from theory.characters.cyclotomic import Cyclotomic, ball, from_terms, galois
from theory.margins.radicals import RadicalSum, square_root

CONDUCTORS = st.sampled_from([3, 4, 5, 7, 8, 9, 12, 15, 16, 20, 24, 35])


@st.composite
def root_sums(draw: st.DrawFn) -> RootSum:
    f = draw(CONDUCTORS)
    terms = draw(st.dictionaries(st.integers(0, f - 1), st.integers(-3, 3).filter(bool), max_size=5))
    return RootSum(f, tuple(sorted(terms.items())))


def proved(value: RootSum) -> Any:
    """The same number in the prover's arithmetic."""
    return from_terms(value.conductor, dict(value.terms))


def collected(*parts: tuple[RootSum, int]) -> tuple[int, dict[int, Any]]:
    e = lcm(*(value.conductor for value, _ in parts))
    total: dict[int, Any] = {}
    for value, factor in parts:
        cyclotomic.accumulate(total, e, value, factor)
    return e, total


@given(root_sums(), root_sums(), st.integers(-2, 2))
def test_sums_vanish_and_are_rational_alike(left: RootSum, right: RootSum, factor: int) -> None:
    total = proved(left) + proved(right) * factor
    rational = cyclotomic.rational(*collected((left, 1), (right, factor)))
    assert (rational is None) == isinstance(total, Cyclotomic)
    if rational is not None:
        assert Fraction(int(rational.p), int(rational.q)) == total


@given(root_sums(), root_sums())
def test_products_agree(left: RootSum, right: RootSum) -> None:
    e, total = lcm(left.conductor, right.conductor), {}
    cyclotomic.accumulate_product(total, e, left, right, fmpq(1))
    product = proved(left) * proved(right)
    assert from_terms(e, {t: int(c) for t, c in total.items()}) == product


@given(root_sums(), st.integers(1, 100))
def test_conjugates_agree(value: RootSum, k: int) -> None:
    if gcd(k, value.conductor) == 1:
        assert proved(cyclotomic.galois(value, k)) == galois(proved(value), k)
    assert proved(cyclotomic.conjugate(value)) == galois(proved(value), -1)


@given(root_sums())
def test_signs_agree(value: RootSum) -> None:
    real = proved(value) + galois(proved(value), -1)
    sign = cyclotomic.sign(*collected((value, 1), (cyclotomic.conjugate(value), 1)))
    if isinstance(real, Cyclotomic):
        assert sign == (1 if ball(real) > 0 else -1)
    else:
        assert sign == (real > 0) - (real < 0)


@given(root_sums(), root_sums())
def test_an_embedding_is_a_homomorphism(left: RootSum, right: RootSum) -> None:
    e = lcm(left.conductor, right.conductor)
    image = cyclotomic.Embedding(e, cyclotomic.split_prime(e, 1 << 40))
    p, product = image.prime, {}
    cyclotomic.accumulate_product(product, e, left, right)
    assert image(RootSum(e, tuple(product.items()))) == image(left) * image(right) % p
    if cyclotomic.is_zero(*collected((left, 1), (right, -1))):
        assert image(left) == image(right)


@given(CONDUCTORS)
def test_unit_generators_generate_the_units(e: int) -> None:
    units = {1 % e}
    while True:
        larger = units | {u * g % e for u in units for g in cyclotomic.unit_generators(e)}
        if larger == units:
            break
        units = larger
    assert units == {u for u in range(e) if gcd(u, e) == 1}


RADICALS = st.dictionaries(
    st.sampled_from([1, 2, 3, 5, 6, 7, 10]), st.fractions(-4, 4, max_denominator=9).filter(bool), max_size=4
)


@given(RADICALS, RADICALS)
def test_radical_sums_agree(left: dict[int, Fraction], right: dict[int, Fraction]) -> None:
    def ours(terms: dict[int, Fraction]) -> radicals.Radical:
        return {m: fmpq(q.numerator, q.denominator) for m, q in terms.items()}

    def theirs(terms: dict[int, Fraction]) -> RadicalSum:
        return sum((square_root(m) * q for m, q in terms.items()), RadicalSum())

    total = ours(left)
    radicals.add(total, ours(right), -1)
    difference = theirs(left) - theirs(right)
    assert radicals.sign(total) == difference.sign()
    assert {m: Fraction(int(q.p), int(q.q)) for m, q in total.items()} == dict(difference.terms)


@given(st.integers(1, 400), st.integers(0, 5))
def test_half_powers_agree(base: int, exponent: int) -> None:
    power = radicals.half_power(base, exponent, cyclotomic.prime_divisors(base))
    assert power is not None
    ((m, q),) = power.items()
    assert radicals.is_squarefree(m, cyclotomic.prime_divisors(base))
    assert q * q * m == base**exponent
    if base > 1:
        assert radicals.half_power(base, exponent, cyclotomic.prime_divisors(base)[1:]) is None
