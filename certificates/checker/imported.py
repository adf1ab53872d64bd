"""A character table that came without its group: taken on trust, after every check that a table allows.

No finite computation with the table alone proves that a group has it. What is shown of the numbers:

- class sizes add up to `n`, degrees and centraliser orders divide as they must, values lie in the right fields;
- rows and columns are closed under the Galois group;
- both orthogonality relations (`check_orthogonality`);
- power maps: element orders, `chi(g^p) = chi(g)^p mod p`, `chi(g^p) = sigma_p(chi(g))` where `p` does not divide the order
  of `g`, and `chi(g^p)`, as a function of `g`, is an integral combination of the rows.

Orthogonality modulo one prime. Let `D_RS = sum_C |C| chi_R(C) conj chi_S(C) - n [R = S]`, an algebraic integer in
`Q(zeta_e)`, each of whose conjugates is at most `b = n L^2 + n` in absolute value, `L` the largest sum of absolute
coefficients of a value. Take a prime `p > b`, `p = 1 mod e`, and one homomorphism `phi: Z[zeta_e] -> F_p`. The others
are the `phi sigma`, `sigma` in the Galois group, which permutes the stated rows (shown exactly); so if all
`phi(D_RS)` vanish, then all `phi(sigma D_RS) = phi(D_(sigma R)(sigma S))` do. So `D_RS` lies in every prime over `p`,
and `p` is unramified: `D_RS / p` is an algebraic integer all of whose conjugates are below 1 in absolute value. Its norm
is an integer below 1: `D_RS = 0`. A square matrix with orthogonal rows has orthogonal columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd
from typing import Any

from flint import fmpz_mod_ctx, fmpz_mod_mat

from certificates.checker.cyclotomic import (
    Embedding,
    RootSum,
    accumulate,
    common_field,
    conductor,
    integral_coordinates,
    is_zero,
    split_prime,
    unit_generators,
)
from certificates.checker.document import Certificate
from certificates.checker.errors import Falsehood
from certificates.checker.tables import ValueTable

__all__ = ["check_classes", "check_orthogonality", "check_power_maps", "squares"]


def check_classes(table: ValueTable, certificate: Certificate) -> str:
    """Sizes, orders, degrees and fields are those of a group of order `n`."""
    n = certificate.order
    if n == 1:
        raise Falsehood("the group is trivial: no label is wrong, and no margin is defined")
    if sum(table.sizes) != n:
        raise Falsehood(f"the class sizes add up to {sum(table.sizes)}, not {n}")
    rest = n
    for p in certificate.primes:
        if n % p or any(p % q == 0 for q in certificate.primes if q < p):
            raise Falsehood(f"the power maps name {p}, which is no prime divisor of {n}")
        while rest % p == 0:
            rest //= p
    if rest != 1:
        raise Falsehood(f"the power maps' primes {list(certificate.primes)} leave the factor {rest} of the order")
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
        for row in range(table.classes):
            if order % conductor(table.value(row, column)):
                raise Falsehood(f"row {row} on class {column} lies outside the field of {order}-th roots of unity")
    if table.sizes[0] != 1:
        raise Falsehood(f"class 0 has {table.sizes[0]} elements; it is the identity alone")
    return f"{table.classes} sizes add up to the order; fields, degrees and centralisers fit"


def _matrix(rows: Sequence[Sequence[int]], prime: int) -> Any:
    flat = [entry for row in rows for entry in row]
    return fmpz_mod_mat(len(rows), len(rows[0]), flat, fmpz_mod_ctx(prime))


def check_orthogonality(table: ValueTable, n: int) -> str:
    """Both orthogonality relations; see the module's docstring."""
    for k in (-1, *unit_generators(table.conductor)):
        table.galois_rows(k)
        table.galois_columns(k)
    distinct = {value for row in table.values for value in row}
    largest = max(sum(abs(c) for _, c in v.terms) if isinstance(v, RootSum) else abs(v) for v in distinct)
    bound = n * largest * largest + n
    embedding = Embedding(table.conductor, split_prime(table.conductor, int(bound)))
    product = _inner_products(table, embedding, range(table.classes))
    c = table.classes
    scalar = _matrix([[n if i == j else 0 for j in range(c)] for i in range(c)], embedding.prime)
    if product != scalar:
        i, j = next((i, j) for i in range(c) for j in range(c) if product[i, j] != scalar[i, j])
        raise Falsehood(f"rows {i} and {j} do not satisfy the orthogonality relation")
    return f"shown modulo a prime of {embedding.prime.bit_length()} bits for all Galois conjugates"


def _inner_products(table: ValueTable, embedding: Embedding, columns: Sequence[int]) -> Any:
    """`sum_C |C| chi_R(columns[C]) conj chi_S(C)` modulo the prime."""
    images = [[embedding(value) for value in row] for row in table.values]
    conjugates = [[embedding(value, -1) for value in row] for row in table.values]
    left = [[row[image] * size for image, size in zip(columns, table.sizes, strict=True)] for row in images]
    return _matrix(left, embedding.prime) * _matrix(list(zip(*conjugates, strict=True)), embedding.prime)


def check_power_maps(table: ValueTable, certificate: Certificate) -> str:
    """The power maps are what the values and the element orders allow."""
    n = certificate.order
    # |<chi(g^p), chi_S>| <= chi(1): above twice that, a residue names its integer
    bound = 2 * n * max(table.degree(row) for row in range(table.classes))
    embedding = Embedding(table.conductor, split_prime(table.conductor, bound))
    for p, powers in certificate.power_maps.items():
        for column, image in enumerate(powers):
            order = table.orders[column]
            if table.orders[image] != order // gcd(order, p):
                raise Falsehood(f"power map {p} sends class {column} of order {order} to order {table.orders[image]}")
            for row in range(table.classes):
                if not _congruent(table, row, column, image, p, exactly=order % p != 0):
                    raise Falsehood(f"power map {p} on class {column} contradicts the values of row {row}")
        products = _inner_products(table, embedding, powers)
        inverse = pow(n, -1, embedding.prime)
        for row in range(table.classes):
            for other in range(table.classes):
                multiplicity = int(products[row, other]) * inverse % embedding.prime
                if min(multiplicity, embedding.prime - multiplicity) > table.degree(row):
                    raise Falsehood(f"row {row} after power map {p} is no integral combination of the rows")
    return f"for the primes {', '.join(map(str, certificate.primes))}: orders, congruences, integrality"


def _congruent(table: ValueTable, row: int, column: int, image: int, p: int, *, exactly: bool) -> bool:
    """`chi(g)^p = chi(g^p) mod p`, or `sigma_p(chi(g)) = chi(g^p)`.

    Modulo `p`, `(sum_t c_t zeta^t)^p = sum_t c_t zeta^(pt)`: one linear test serves both.
    """
    value, power = table.value(row, column), table.value(row, image)
    if not isinstance(value, RootSum) and not isinstance(power, RootSum):
        return value == power if exactly else (value - power) % p == 0
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
