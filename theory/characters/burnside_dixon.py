"""The character table of any group that can be enumerated: Burnside–Dixon–Schneider.

1. Linear characters from the commutator quotient.
2. The other primitive idempotents of the class algebra over GF(p), `p = 1 mod exponent` (`class_algebra`).
3. Degrees and values lifted to exact cyclotomic integers (`lift`).
4. Every fact about the table proved before it is returned (`CharacterTable.verify`).

No closed forms are used. Sources: J. D. Dixon, Numer. Math. 10 (1967) 446-450; G. J. A. Schneider, J. Symb.
Comput. 9 (1990) 601-606.
"""

from __future__ import annotations

from math import isqrt, lcm

import numpy as np
from jaxtyping import Int

from theory.characters.assembly import CodedRows, assemble
from theory.characters.class_algebra import split
from theory.characters.closed_forms import check_size
from theory.characters.cyclotomic import Cyclotomic, Value, root
from theory.characters.lift import cyclic_orbits, lifted_rows
from theory.characters.linear_characters import LinearCharacters, linear_characters
from theory.characters.orthogonality import root_of_unity
from theory.characters.table import CharacterTable
from theory.groups.conjugacy import ConjugacyClasses, conjugacy_classes
from theory.groups.finite_group import FiniteGroup, PermutationRealisation

__all__ = ["character_table_of"]


def character_table_of(group: FiniteGroup) -> CharacterTable:
    """The verified character table of a group, with columns in the order of `conjugacy_classes(group)`.

    Raises:
        LimitError: the group is too large to enumerate, or has more than 2,500 classes.
    """
    classes = conjugacy_classes(group)
    c = len(classes.sizes)
    check_size(group.name, c)
    linear = linear_characters(group, classes)
    q = len(linear.exponents)
    roots = [root(linear.e, k) for k in range(linear.e)]
    rows: CodedRows | list[tuple[Value, ...]] = CodedRows(linear.exponents, roots)
    if q < c:
        rows = [tuple([roots[k] for k in line]) for line in linear.exponents.tolist()]
        rows += _nonlinear_rows(group, classes, linear)
    table = assemble(
        name=group.name,
        order=group.order,
        class_names=[group.element_name(int(z)) for z in classes.representatives],
        class_sizes=classes.sizes,
        element_orders=classes.orders,
        power_maps=classes.power_maps,
        rows=rows,
        realisation=_realisation(group, classes),
        source="Burnside–Dixon",
    )
    table.verify()
    return table


def _nonlinear_rows(
    group: FiniteGroup, classes: ConjugacyClasses, linear: LinearCharacters
) -> list[tuple[int | Cyclotomic, ...]]:
    n, c, q = group.order, len(classes.sizes), len(linear.exponents)
    exponent = lcm(*classes.orders)
    p = _prime(exponent, n)
    # sum_(chi nonlinear) e_chi = 1 - sum_(lambda linear) e_lambda, and sum_lambda lambda(g^-1) = q on G', 0
    # elsewhere
    start = np.zeros(c, dtype=np.int64)
    start[linear.derived] = -q * pow(n, -1, p) % p
    start[0] = (start[0] + 1) % p
    idempotents = split(group, classes, start, c - q, p)
    return lifted_rows(
        _characters_modulo(idempotents, classes, n, p),
        cyclic_orbits(group, classes),
        p,
        root_of_unity(exponent, p),
        exponent,
    )


def _prime(exponent: int, n: int) -> int:
    """The least prime `p = 1 mod exponent` above `2n` and `2^20`.

    Dixon's bound is `p > 2 sqrt(n)`, for the lift of the values. Above `n` the degrees show themselves as
    well, and a larger prime makes it unlikely that distinct eigenvalues agree modulo `p` (which costs time,
    never correctness).
    """
    from flint import fmpz

    least = max(2 * n, 2**20)
    p = least + 1 + (-least) % exponent
    while not fmpz(p).is_prime():
        p += exponent
    assert p > 2 * n
    assert p % exponent == 1 % exponent
    return p


def _characters_modulo(
    idempotents: Int[np.ndarray, "r c"], classes: ConjugacyClasses, n: int, p: int
) -> Int[np.ndarray, "r c"]:
    """`chi(C) mod p` from `e_chi = (d / n) sum_C chi(C^-1) K_C`."""
    rows = np.empty_like(idempotents)
    for number, idempotent in enumerate(idempotents):
        square = int(idempotent[0]) * n % p  # d^2 <= n < p
        d = isqrt(square)
        assert d * d == square
        rows[number] = idempotent[list(classes.inverse)] * (n * pow(d, -1, p) % p) % p
    return rows


def _realisation(group: FiniteGroup, classes: ConjugacyClasses) -> PermutationRealisation:
    generators = group.permutations(np.array(group.generators, dtype=np.int64))
    representatives = group.permutations(classes.representatives)
    return PermutationRealisation(
        degree=representatives.shape[1],
        generators=tuple(map(tuple, generators.tolist())),
        representatives=tuple(map(tuple, representatives.tolist())),
    )
