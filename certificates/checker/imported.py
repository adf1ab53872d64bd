"""A character table that came without its group: taken on trust, after every check that a table allows.

No finite computation with the table alone proves that a group has it. What is shown of the numbers:

- class sizes add up to `n`, degrees and centraliser orders divide as they must;
- rows and columns are closed under the Galois group;
- both orthogonality relations (`check_orthogonality`);
- power maps: element orders, `chi(g^p) = chi(g)^p mod p`, `chi(g^p) = sigma_p(chi(g))` where `p` does not
  divide the order of `g`, and `chi(g^p)`, as a function of `g`, is an integral combination of the rows;
  the Galois group respects them.

Orthogonality modulo one prime. Let `D_RS = sum_C |C| chi_R(C) conj chi_S(C) - n [R = S]`, an algebraic
integer in `Q(zeta_e)`, each of whose conjugates is at most `b = n L^2 + n` in absolute value, `L` the
largest sum of absolute coefficients of a value. Take a prime `p > b`, `p = 1 mod e`, and one homomorphism
`phi: Z[zeta_e] -> F_p`. The others are the `phi sigma`, `sigma` in the Galois group, which permutes the
stated rows (shown exactly); so if all `phi(D_RS)` vanish, then all `phi(sigma D_RS) = phi(D_(sigma R)(sigma
S))` do. So `D_RS` lies in every prime over `p`, and `p` is unramified: `D_RS / p` is an algebraic integer
all of whose conjugates are below 1 in absolute value. Its norm is an integer below 1: `D_RS = 0`. A square
matrix with orthogonal rows has orthogonal columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd
from typing import Any

from flint import fmpz, fmpz_mat

from certificates.checker.certificate import Certificate
from certificates.checker.cyclotomic import (
    Embedding,
    RootSum,
    Value,
    accumulate,
    common_field,
    conductor,
    integral_coordinates,
    is_zero,
    split_prime,
    unit_generators,
)
from certificates.checker.errors import Falsehood
from certificates.checker.tables import ValueTable

__all__ = ["check_classes", "check_orthogonality", "check_power_maps", "squares"]


def check_classes(table: ValueTable, certificate: Certificate) -> str:
    """Sizes, orders and degrees are those of a group of order `n`."""
    n = certificate.order
    if n == 1:
        raise Falsehood("the group is trivial: no label is wrong, and no margin is defined")
    if sum(table.sizes) != n:
        raise Falsehood(f"the class sizes add up to {sum(table.sizes)}, not {n}")
    rest = n
    for p in certificate.primes:
        if n % p or not fmpz(p).is_prime():
            raise Falsehood(f"the power maps name {p}, which is no prime divisor of {n}")
        while rest % p == 0:
            rest //= p
    if rest != 1:
        raise Falsehood(
            f"the power maps' primes {list(certificate.primes)} leave the factor {rest} of the order"
        )
    if any(value != 1 for value in table.values[0]):
        raise Falsehood("row 0 is not the trivial character")
    for row in range(table.classes):
        if n % table.degree(row):
            raise Falsehood(f"the degree {table.degree(row)} of row {row} does not divide {n}")
    for column, (size, order) in enumerate(zip(table.sizes, table.orders, strict=True)):
        if n % size or n // size % order:
            raise Falsehood(f"class {column}: its element order {order} does not divide {n}/{size}")
        if (order == 1) != (column == 0):
            raise Falsehood(f"class {column} has elements of order {order}; class 0 alone is the identity")
    if table.sizes[0] != 1:
        raise Falsehood(f"class 0 has {table.sizes[0]} elements; it is the identity alone")
    return f"{table.classes} sizes add up to the order; degrees and centralisers fit"


def check_orthogonality(table: ValueTable, n: int) -> str:
    """Both orthogonality relations; see the module's docstring."""
    for k in (-1, *unit_generators(table.conductor)):
        table.galois_rows(k)
        table.galois_columns(k)
    largest = _largest(table)
    embedding = Embedding(table.conductor, split_prime(table.conductor, n * largest * largest + n))
    c, p = table.classes, embedding.prime
    for place, entry in enumerate(_InnerProducts(table, embedding)(range(c))):
        if (entry - (n if place % (c + 1) == 0 else 0)) % p:
            raise Falsehood(f"rows {place // c} and {place % c} do not satisfy the orthogonality relation")
    return f"shown modulo a prime of {p.bit_length()} bits for all Galois conjugates"


def _largest(table: ValueTable) -> int:
    """`L`: no conjugate of a value is larger in absolute value."""
    distinct = {value for row in table.values for value in row}
    return max(sum(abs(c) for _, c in v.terms) if isinstance(v, RootSum) else abs(v) for v in distinct)


class _InnerProducts:
    """`sum_C |C| chi_R(columns[C]) conj chi_S(C)` modulo the embedding's prime, rows `R` then `S`."""

    def __init__(self, table: ValueTable, embedding: Embedding) -> None:
        self.sizes = table.sizes

        def images(k: int) -> list[list[int]]:  # integers stay as they are: small numbers multiply faster
            return [[embedding(x, k) if isinstance(x, RootSum) else x for x in row] for row in table.values]

        self.left = images(1)
        self.right = fmpz_mat([list(line) for line in zip(*images(-1), strict=True)])

    def __call__(self, columns: Sequence[int]) -> list[int]:
        pairs = list(zip(columns, self.sizes, strict=True))
        left = fmpz_mat([[row[image] * size for image, size in pairs] for row in self.left])
        return [int(entry) for entry in (left * self.right).entries()]


def check_power_maps(table: ValueTable, certificate: Certificate) -> str:
    """The power maps are what the values and the element orders allow."""
    n, c = certificate.order, table.classes
    degrees = [table.degree(row) for row in range(c)]
    # n <chi(g^p), chi_S> is rational, as the Galois group respects the power map: an integer of at most
    # n L^2. It is n times an integer of at most chi(1) if it is so modulo a prime above n L^2 + n chi(1).
    bound = n * _largest(table) ** 2 + n * max(degrees)
    embedding = Embedding(table.conductor, split_prime(table.conductor, bound))
    actions = [table.galois_columns(k) for k in unit_generators(table.conductor)]
    products, prime, inverse = _InnerProducts(table, embedding), embedding.prime, pow(n, -1, embedding.prime)
    for p, powers in certificate.power_maps.items():
        for column, image in enumerate(powers):
            order = table.orders[column]
            if table.orders[image] != order // gcd(order, p):
                raise Falsehood(
                    f"power map {p} sends class {column} of order {order} to order {table.orders[image]}"
                )
            _check_congruences(table, column, image, p, exactly=order % p != 0)
        for action in actions:
            for column, moved in enumerate(action):
                if powers[moved] != action[powers[column]]:
                    raise Falsehood(f"power map {p} does not respect the Galois group on class {column}")
        for place, entry in enumerate(products(powers)):
            multiplicity = entry * inverse % prime
            if degrees[place // c] < multiplicity < prime - degrees[place // c]:
                raise Falsehood(
                    f"row {place // c} after power map {p} is no integral combination of the rows"
                )
    primes = ", ".join(map(str, certificate.primes))
    return f"for the primes {primes}: orders, congruences, Galois action, integrality"


def _check_congruences(table: ValueTable, column: int, image: int, p: int, *, exactly: bool) -> None:
    """`chi(g)^p = chi(g^p) mod p`, or `sigma_p(chi(g)) = chi(g^p)` if `exactly`, for every row.

    Modulo `p`, `(sum_t c_t zeta^t)^p = sum_t c_t zeta^(pt)`: one linear test serves both.
    """
    for row, line in enumerate(table.values):
        value, power = line[column], line[image]
        if isinstance(value, RootSum) or isinstance(power, RootSum):
            holds = _congruent(value, power, p, exactly=exactly)
        else:
            holds = value == power if exactly else (value - power) % p == 0
        if not holds:
            raise Falsehood(f"power map {p} on class {column} contradicts the values of row {row}")


def _congruent(value: Value, power: Value, p: int, *, exactly: bool) -> bool:
    e = common_field((conductor(value), conductor(power)))
    difference: dict[int, Any] = {}
    accumulate(difference, e, value, 1, p)
    accumulate(difference, e, power, -1)
    if exactly:
        return is_zero(e, difference)
    rest = RootSum(e, tuple((t, c) for t, c in difference.items() if c))
    return all(x % p == 0 for x in integral_coordinates(e, rest))


def squares(table: ValueTable, certificate: Certificate) -> tuple[int, ...]:
    """The class of `g^2`, a class: from the power map, or in a group of odd order from the Galois group."""
    stated = certificate.power_maps.get(2)
    return table.galois_columns(2) if stated is None else stated
