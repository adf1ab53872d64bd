"""Proofs of what a character table must satisfy, with no group at hand: one named fact after the other."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

import numpy as np
from jaxtyping import Int

from theory.arithmetic import prime_factors, unit_generators
from theory.characters.cyclotomic import Cyclotomic, conductor, from_terms, is_integral, terms_of
from theory.characters.orthogonality import column_defect, split_primes
from theory.characters.table import CharacterTable, GaloisError, Verdict
from theory.errors import InputError

__all__ = ["verify"]


def verify(table: CharacterTable) -> tuple[Verdict, ...]:
    """One verdict a fact, in the order of proof; see `CharacterTable.verify`."""
    return (
        _shape(table),
        _classes(table),
        _integrality(table),
        _galois(table),
        _degrees(table),
        *_orthogonality(table),
        _power_maps(table),
        _indicators(table),
    )


def _refuse(table: CharacterTable, fact: str, place: str) -> InputError:
    return InputError(f"{table.name}: not a character table: {fact}: {place}")


def _class(table: CharacterTable, column: int) -> str:
    return f"class {table.class_names[column]} (column {column})"


def _shape(table: CharacterTable) -> Verdict:
    c = len(table.class_sizes)
    for what, length in (
        ("class names", len(table.class_names)),
        ("element orders", len(table.element_orders)),
        ("labels", len(table.labels)),
        ("rows", len(table.values)),
    ):
        if length != c:
            raise _refuse(table, "square", f"{c} classes but {length} {what}")
    for number, row in enumerate(table.values):
        if len(row) != c:
            raise _refuse(table, "square", f"row {number} holds {len(row)} values for {c} classes")
    if not c or table.class_sizes[0] != 1 or table.element_orders[0] != 1:
        raise _refuse(table, "identity", "column 0 must be the class of size 1 and element order 1")
    if any(value != 1 for value in table.values[0]):
        raise _refuse(table, "trivial character", "row 0 must be all ones")
    return Verdict(
        "square", f"{c} irreducible characters on {c} classes, the trivial one and the identity first"
    )


def _classes(table: CharacterTable) -> Verdict:
    n = table.order
    for column, (size, m) in enumerate(zip(table.class_sizes, table.element_orders, strict=True)):
        if size < 1 or n % size:
            raise _refuse(
                table, "class sizes", f"{_class(table, column)} has size {size}, which does not divide {n}"
            )
        if m < 1 or (n // size) % m:  # g lies in its centraliser
            raise _refuse(
                table,
                "element orders",
                f"{_class(table, column)}: {m} does not divide the centraliser order {n // size}",
            )
        if m == 1 and column:
            raise _refuse(
                table, "element orders", f"{_class(table, column)} is a second class of element order 1"
            )
    if sum(table.class_sizes) != n:
        raise _refuse(table, "class sizes", f"they sum to {sum(table.class_sizes)}, not to the order {n}")
    for p in prime_factors(n):
        if p not in table.element_orders:
            raise _refuse(
                table, "element orders", f"no class has element order {p}, a prime that divides {n} (Cauchy)"
            )
    return Verdict("class sizes", f"divisors of the order that sum to it: {n}")


def _integrality(table: CharacterTable) -> Verdict:
    for row in table.values:
        if not isinstance(row[0], int) or row[0] < 1 or table.order % row[0]:
            raise _refuse(table, "degrees", f"{row[0]} is no positive divisor of {table.order}")
    strange = {kind.__name__ for row in table.values for kind in set(map(type, row))} - {"int", "Cyclotomic"}
    if strange:
        raise _refuse(
            table, "integrality", f"values must be int or Cyclotomic, not {', '.join(sorted(strange))}"
        )
    if table.is_rational:
        return Verdict("integrality", "every value is an integer")
    for value in table.alphabet:
        if not is_integral(value):
            raise _refuse(table, "integrality", f"{value} is no algebraic integer")
    conductors = np.array([conductor(value) for value in table.alphabet])
    # a value on a class of element order m is a sum of m-th roots of unity
    outside = np.argwhere(np.array(table.element_orders) % conductors[table.codes])
    if outside.size:
        row, column = outside[0].tolist()
        m = table.element_orders[column]
        raise _refuse(
            table,
            "integrality",
            f"{table.values[row][column]} in {_class(table, column)} is not in Q(zeta_{m})",
        )
    return Verdict(
        "integrality", "every value is a cyclotomic integer of conductor dividing the element order"
    )


def _galois(table: CharacterTable) -> Verdict:
    """Rows and columns are permuted; sizes and element orders are constant on the orbits of classes."""
    if not table.is_rational and len({line.tobytes() for line in table.codes}) < len(table.values):
        raise _refuse(table, "Galois action", "two rows are equal")  # else it need not permute them
    try:
        for k in unit_generators(table.conductor):
            table.galois_rows(k)
            for column, image in enumerate(table.galois_columns(k)):
                if (table.class_sizes[column], table.element_orders[column]) != (
                    table.class_sizes[image],
                    table.element_orders[image],
                ):
                    raise _refuse(
                        table,
                        "Galois action",
                        f"{_class(table, column)} and its conjugate {image} differ in size or order",
                    )
    except GaloisError as error:
        raise _refuse(table, "Galois action", str(error)) from None
    return Verdict(
        "Galois action", f"the automorphisms of Q(zeta_{table.conductor}) permute rows and columns"
    )


def _degrees(table: CharacterTable) -> Verdict:
    total = sum(d * d for d in table.degrees)
    if total != table.order:
        raise _refuse(table, "degrees", f"their squares sum to {total}, not to the order {table.order}")
    return Verdict("degrees", "divisors of the order whose squares sum to it")


def _orthogonality(table: CharacterTable) -> tuple[Verdict, Verdict]:
    """See `orthogonality`; the rows follow: a left inverse of a square matrix is a right inverse."""
    primes = split_primes(table)
    defect = column_defect(table, primes)
    if defect is not None:
        first, second = (_class(table, column) for column in defect)
        if first == second:
            norm = table.centraliser_orders[defect[0]]
            raise _refuse(table, "column orthogonality", f"sum |chi|^2 over {first} is not {norm}")
        raise _refuse(table, "column orthogonality", f"{first} and {second} are not orthogonal")
    count = "one split prime" if len(primes) == 1 else f"{len(primes)} split primes"
    return (
        Verdict("column orthogonality", f"modulo {count}, beyond the size of every entry"),
        Verdict("row orthogonality", "the inverse of a square matrix is two-sided"),
    )


def _power_maps(table: CharacterTable) -> Verdict:
    primes = list(prime_factors(table.order))
    if sorted(table.power_maps) != primes:
        raise _refuse(
            table,
            "power maps",
            f"they are given for {sorted(table.power_maps)}, the primes dividing the order are {primes}",
        )
    c = len(table.class_sizes)
    for p in primes:
        image = table.power_maps[p]
        if len(image) != c or any(not 0 <= target < c for target in image):
            raise _refuse(table, "power maps", f"that of {p} does not list one of {c} columns for each class")
        for column, target in enumerate(image):
            _power_fits(table, p, column, target)
        _power_congruence(table, p)
    _power_maps_commute(table, primes)
    return Verdict(
        "power maps", f"of {', '.join(map(str, primes))}: orders, centralisers, chi(g^p) = chi(g)^p mod p"
    )


def _power_maps_commute(table: CharacterTable, primes: list[int]) -> None:
    """`(g^p)^q = (g^q)^p`, and `(g^p)^k = (g^k)^p` for the Galois action of the units `k`."""
    maps = [(f"that of {p}", table.power_maps[p]) for p in primes]
    maps += [(f"the Galois action of {k}", table.galois_columns(k)) for k in unit_generators(table.conductor)]
    for number, p in enumerate(primes):
        image = table.power_maps[p]
        for other, moved in maps[number + 1 :]:
            for column in range(len(image)):
                if image[moved[column]] != moved[image[column]]:
                    place = _class(table, column)
                    raise _refuse(table, "power maps", f"that of {p} and {other} do not commute on {place}")


def _power_fits(table: CharacterTable, p: int, column: int, target: int) -> None:
    m = table.element_orders[column]
    if table.element_orders[target] != m // gcd(m, p):
        raise _refuse(
            table,
            "power maps",
            f"{p}-th power of {_class(table, column)} must have order {m // gcd(m, p)}, see column {target}",
        )
    # the centraliser of g is a subgroup of the centraliser of g^p
    if table.centraliser_orders[target] % table.centraliser_orders[column]:
        raise _refuse(
            table,
            "power maps",
            f"{p}-th power of {_class(table, column)}: its centraliser is no multiple, see column {target}",
        )
    if m % p and table.power(column, p) != target:  # then g -> g^p is the Galois action
        raise _refuse(
            table, "power maps", f"{p}-th power of {_class(table, column)} is not its Galois conjugate"
        )


def _power_congruence(table: CharacterTable, p: int) -> None:
    """`chi(g^p) = chi(g)^p mod p`; and `(sum c_i zeta^i)^p = sum c_i zeta^(ip) mod p` for integers `c_i`."""
    columns = [column for column, m in enumerate(table.element_orders) if m % p == 0]
    images = [table.power_maps[p][column] for column in columns]
    if table.is_rational:
        residues = table.integers % p
        differs = residues[:, columns] != residues[:, images]
    else:
        # rational values by their residues, the others by their pairs
        rational = table.rational_values
        residues = np.array([v % p if isinstance(v, int) else 0 for v in table.alphabet])
        here, there = table.codes[:, columns].astype(np.int64), table.codes[:, images].astype(np.int64)
        differs = residues[here] != residues[there]
        irrational = (here >= rational) | (there >= rational)
        size = len(table.alphabet)
        pairs, where = np.unique(here[irrational] * size + there[irrational], return_inverse=True)
        wrong = [
            not _frobenius_congruent(table.alphabet[a], table.alphabet[b], p)
            for a, b in _divided(pairs, size)
        ]
        differs[irrational] = np.array(wrong, dtype=bool)[where]
    if differs.any():
        column = columns[int(np.argmax(differs.any(axis=0)))]
        raise _refuse(
            table, "power maps", f"chi(g^{p}) differs from chi(g)^{p} mod {p} on {_class(table, column)}"
        )


def _divided(pairs: Int[np.ndarray, " k"], size: int) -> list[tuple[int, int]]:
    return [divmod(pair, size) for pair in pairs.tolist()]


def _frobenius_congruent(value: int | Cyclotomic, power: int | Cyclotomic, p: int) -> bool:
    n = conductor(value)
    total: dict[int, int | Fraction] = {}
    for i, c in terms_of(value):
        total[i * p % n] = total.get(i * p % n, 0) + c
    return all(c % p == 0 for _, c in terms_of(from_terms(n, total) - power))


def _indicators(table: CharacterTable) -> Verdict:
    for row, indicator in enumerate(table.indicators):
        real = table.conjugate_rows[row] == row
        if indicator not in ((1, -1) if real else (0,)):
            raise _refuse(
                table,
                "indicators",
                f"that of {table.labels[row]} must be {'+1 or -1' if real else '0'}: see the squares",
            )
    roots = sum(size for column, size in enumerate(table.class_sizes) if table.element_orders[column] <= 2)
    total = sum(nu * d for nu, d in zip(table.indicators, table.degrees, strict=True))
    if total != roots:  # sum_R nu_R d_R counts the solutions of g^2 = 1
        raise _refuse(table, "indicators", f"sum nu d = {total}, but {roots} elements have g^2 = 1")
    return Verdict("indicators", f"sum nu d = {roots}, the number of solutions of g^2 = 1")
