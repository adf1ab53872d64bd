"""Classes, Schreier–Sims, field arithmetic and extraspecial cocycles against slow definitions."""

from __future__ import annotations

import numpy as np
import pytest

from theory.arithmetic import factorised, is_prime, prime_power, unit_generators
from theory.groups.conjugacy import conjugacy_classes, orbit_minima
from theory.groups.construct import from_matrices
from theory.groups.finite_field import finite_field
from theory.groups.finite_group import FiniteGroup
from theory.groups.naming import parse


def brute_force_classes(group: FiniteGroup) -> list[tuple[int, int, int]]:
    """(order, size, least element) of each class, by conjugating with all elements of a Cayley table."""
    n = group.order
    table = group.multiply(np.arange(n)[:, None], np.arange(n)[None, :]).tolist()
    inverse = [row.index(0) for row in table]
    found = []
    seen: set[int] = set()
    for x in range(n):
        if x in seen:
            continue
        orbit = {table[table[inverse[g]][x]][g] for g in range(n)}
        seen |= orbit
        order, power = 1, x
        while power:
            order, power = order + 1, table[power][x]
        found.append((order, len(orbit), min(orbit)))
    return sorted(found)


@pytest.mark.parametrize(
    "name",
    (
        "Z12 V4 S4 Q16 D9 Dic5 SL(2,3) A5 AGL(1,9) Heis(3) Z7:Z3 Ex(2^(1+4),-) Ex(3^(1+2),-) PSL(2,7) "
        "GL(2,4) Z2xS4"
    ).split(),
)
def test_classes(name: str) -> None:
    group = parse(name).build()
    classes = conjugacy_classes(group)
    fast = list(zip(classes.orders, classes.sizes, classes.representatives.tolist(), strict=True))
    assert fast == brute_force_classes(group)


@pytest.mark.parametrize("name", ["S7", "M11", "PSL(3,3)", "PSp(4,3)", "GL(2,9)", "Z2^10", "S3xS4", "Q8xA5"])
def test_conjugation_is_the_generic_one(name: str) -> None:
    """The fast maps of permutation and product groups against two products an element."""
    group = parse(name).build()
    for s in group.generators:
        assert np.array_equal(group.conjugation(s), FiniteGroup.conjugation(group, s))
    g = np.random.default_rng(2).integers(0, group.order, 100)
    assert np.array_equal(group.element_orders(g), FiniteGroup.element_orders(group, g))
    for exponent in (0, 1, 5, -3):
        assert np.array_equal(group.power(g, exponent), FiniteGroup.power(group, g, exponent))


def test_large_products_are_cut_into_pieces() -> None:
    """One array of more products than are formed at a time, against the same row by row."""
    group = parse("S6").build()
    elements = np.arange(group.order)
    whole = group.multiply(elements[:, None], elements[None, :])
    assert np.array_equal(whole[700], group.multiply(np.array(700), elements))
    many = np.random.default_rng(3).integers(0, group.order, 300_000)
    assert np.array_equal(group.multiply(many, np.array([5]))[:9], group.multiply(many[:9], np.array([5])))
    assert np.array_equal(group.multiply(many, many[::-1])[-9:], group.multiply(many[-9:], many[:9][::-1]))
    assert not group.multiply(many, group.inverse(many)).any()


def test_orbits_of_permutations() -> None:
    rng = np.random.default_rng(4)
    for n in (1, 2, 50, 3000):
        # Few large cycles are broken up, so that there are many orbits.
        maps = []
        for _ in range(2):
            image = np.arange(n)
            for start in range(0, n, 7):
                image[start : start + 7] = rng.permutation(image[start : start + 7])
            maps.append(image)
        least = list(range(n))
        changed = True
        while changed:
            changed = False
            for image in maps:
                for x in range(n):
                    low = min(least[x], least[image[x]])
                    changed |= low != least[x] or low != least[image[x]]
                    least[x] = least[image[x]] = low
        assert orbit_minima(maps).tolist() == least


def test_a_path_is_joined_end_to_end() -> None:
    n = 4096
    cycle = np.roll(np.arange(n), 1)
    assert not orbit_minima([cycle]).any()


@pytest.mark.parametrize("q", [2, 3, 4, 5, 8, 9, 25, 27])
def test_field_arithmetic_is_galois(q: int) -> None:
    import galois

    field_of_galois = galois.GF(q, compile="python-calculate")
    coefficients = tuple(int(c) for c in field_of_galois.irreducible_poly.coeffs[:0:-1])
    field = finite_field(q, "test", coefficients if len(coefficients) > 1 else None)
    a, b = np.divmod(np.arange(q * q), q)
    if q > 10:
        a, b = np.random.default_rng(q).integers(0, q, (2, 100))
    x, y = field_of_galois(a), field_of_galois(b)
    assert np.array_equal(field.add(a, b), np.array(x + y))
    assert np.array_equal(field.multiply(a, b), np.array(x * y))
    assert np.array_equal(field.inverse(a[a > 0]), np.array(x[a > 0] ** -1))
    for minus in range(q):
        assert field.add(np.array([minus]), np.array([field.negative(minus)])) == 0


def test_ranks_are_those_of_galois() -> None:
    import galois

    rng = np.random.default_rng(8)
    for q in (3, 4):
        field_of_galois = galois.GF(q, compile="python-calculate")
        field = finite_field(q, "test", (1, 1) if q == 4 else None)
        for _ in range(40):
            matrix = rng.integers(0, q, (3, 3)) * rng.integers(0, 2, (3, 3))
            assert field.rank(matrix) == np.linalg.matrix_rank(field_of_galois(matrix))


def test_matrices_over_gf4_multiply_as_in_galois() -> None:
    import galois

    gf4 = galois.GF(4, compile="python-calculate")
    a, b = gf4([[2, 1], [0, 1]]), gf4([[0, 1], [1, 3]])
    group = from_matrices([np.array(a).tolist(), np.array(b).tolist()], 4)
    seen = {gf4.Identity(2).tobytes()}
    frontier = [gf4.Identity(2)]
    while frontier:
        products = [m @ s for m in frontier for s in (a, b)]
        frontier = [m for m in products if not (m.tobytes() in seen or seen.add(m.tobytes()))]
    assert group.order == len(seen)


def test_arithmetic() -> None:
    sieve = [n for n in range(2, 2000) if all(n % d for d in range(2, int(n**0.5) + 1))]
    assert [n for n in range(2000) if is_prime(n)] == sieve
    assert not is_prime(3_215_031_751)  # a strong pseudoprime to the bases 2, 3, 5, 7
    powers = {p**k: (p, k) for p in sieve for k in range(1, 11) if p**k < 2000}
    assert {n: prime_power(n) for n in range(1, 2000) if prime_power(n)} == powers
    for n in range(1, 300):
        assert np.prod([p**k for p, k in factorised(n)], initial=1) == n
        units = {1 % n}
        frontier = list(units)
        while frontier:
            fresh = {u * g % n for u in frontier for g in unit_generators(n)} - units
            units |= fresh
            frontier = list(fresh)
        assert len(units) == sum(np.gcd(np.arange(1, n + 1), n) == 1)
