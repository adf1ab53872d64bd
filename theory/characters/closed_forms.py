"""Character tables in closed form: cyclic, abelian, dihedral and dicyclic groups.

Every table is verified before it is returned, and carries its group.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import gcd, lcm, prod

import numpy as np

from theory.arithmetic import prime_factors
from theory.characters.assembly import CodedRows, assemble
from theory.characters.cyclotomic import Value, root
from theory.characters.realisation import AbelianRealisation, InversionRealisation
from theory.characters.table import CharacterTable
from theory.errors import LimitError

__all__ = ["MAX_CLASSES", "abelian", "cyclic", "dicyclic", "dihedral"]

MAX_CLASSES = 2500  # a table of 2,500 x 2,500 values takes about 100 MB


def check_size(name: str, classes: int) -> None:
    """Refuse a table that would not fit, before anything is allocated."""
    if classes > MAX_CLASSES:
        raise LimitError(
            f"{name}: a character table of {classes} classes is beyond the limit of {MAX_CLASSES}"
        )


def cyclic(n: int, name: str | None = None) -> CharacterTable:
    """The table of `Z_n`: `chi_j(k) = zeta_n^(jk)`."""
    return abelian((n,), name or f"Z{n}")


def abelian(invariants: Sequence[int], name: str | None = None) -> CharacterTable:
    """The table of `Z_(m_1) x ... x Z_(m_s)`: `chi_j(k) = prod_i zeta_(m_i)^(j_i k_i)`.

    >>> abelian((2, 2)).labels
    ('1a', '1b', '1c', '1d')
    """
    moduli = tuple(invariants)
    name = name or " x ".join(f"Z{m}" for m in moduli)
    n, exponent = prod(moduli), lcm(*moduli)
    check_size(name, n)
    elements = sorted(product(*map(range, moduli)), key=lambda k: (_additive_order(k, moduli), k))
    place = {k: column for column, k in enumerate(elements)}
    # exponents jk/m over the exponent of the group
    weights = np.array([exponent // m for m in moduli], dtype=np.int64)
    vectors = np.array(elements, dtype=np.int64)
    exponents = (vectors * weights) @ vectors.T % exponent
    return _verified(
        assemble(
            name=name,
            order=n,
            class_names=[str(k[0]) if len(k) == 1 else str(k).replace(" ", "") for k in elements],
            class_sizes=[1] * n,
            element_orders=[_additive_order(k, moduli) for k in elements],
            power_maps={
                p: [place[tuple(p * x % m for x, m in zip(k, moduli, strict=True))] for k in elements]
                for p in prime_factors(n)
            },
            rows=CodedRows(exponents, [root(exponent, k) for k in range(exponent)]),
            realisation=AbelianRealisation(moduli, tuple(elements)),
            source="closed form",
        )
    )


def _additive_order(element: tuple[int, ...], moduli: tuple[int, ...]) -> int:
    return lcm(*(m // gcd(k, m) for k, m in zip(element, moduli, strict=True)))


@dataclass(frozen=True)
class _Class:
    """A class of `a^k` (`kind` 0) or of `a^k x` (`kind` 1), `a` of order `m` and `x^-1 a x = a^-1`."""

    kind: int
    k: int
    size: int
    order: int


def dihedral(n: int, name: str | None = None) -> CharacterTable:
    """The table of the dihedral group of order `2n`: rotations `r`, reflections `s`."""
    name = name or f"D{n}"
    check_size(name, n // 2 + 3)
    if n <= 2:
        return abelian((2,) * n, name)
    classes = [_Class(0, 0, 1, 1)] + [
        _Class(0, k, 1 if 2 * k == n else 2, n // gcd(k, n)) for k in range(1, n // 2 + 1)
    ]
    classes += [_Class(1, 0, n, 2)] if n % 2 else [_Class(1, 0, n // 2, 2), _Class(1, 1, n // 2, 2)]
    linear: list[tuple[int, Value]] = [(1, 1), (1, -1)]
    if n % 2 == 0:
        linear += [(-1, 1), (-1, -1)]
    return _extended_by_inversion(
        name=name,
        m=n,
        classes=classes,
        linear=linear,
        square_of_x=0,
        letters=("r", "s"),
    )


def dicyclic(n: int, name: str | None = None) -> CharacterTable:
    """The table of the dicyclic group of order `4n`, `a^(2n) = 1, x^2 = a^n`; for `n = 2^j` quaternion."""
    name = name or f"Dic{n}"
    check_size(name, n + 3)
    if n == 1:
        return cyclic(4, name)
    m = 2 * n
    classes = [_Class(0, 0, 1, 1), _Class(0, n, 1, 2)] + [
        _Class(0, k, 2, m // gcd(k, m)) for k in range(1, n)
    ]
    classes += [_Class(1, 0, n, 4), _Class(1, 1, n, 4)]
    # x^2 = a^n: where n is odd and a -> -1, x goes to a square root of -1
    imaginary = root(4)
    linear: list[tuple[int, Value]] = [(1, 1), (1, -1)]
    linear += [(-1, 1), (-1, -1)] if n % 2 == 0 else [(-1, imaginary), (-1, -1 * imaginary)]
    return _extended_by_inversion(
        name=name,
        m=m,
        classes=classes,
        linear=linear,
        square_of_x=n,
        letters=("a", "x"),
    )


def _extended_by_inversion(
    *,
    name: str,
    m: int,
    classes: list[_Class],
    linear: Sequence[tuple[int, Value]],
    square_of_x: int,
    letters: tuple[str, str],
) -> CharacterTable:
    """The table of `<a, x | a^m, x^2 = a^square_of_x, x^-1 a x = a^-1>` from its linear characters.

    The other characters are `a^k -> zeta_m^(jk) + zeta_m^(-jk), a^k x -> 0` for `0 < j < m/2`.
    """
    classes = sorted(classes, key=lambda c: (c.order, c.size, c.kind, c.k))
    place = {(c.kind, c.k): column for column, c in enumerate(classes)}
    column_of = _column_lookup(place, m)

    def power(c: _Class, p: int) -> int:
        if not c.kind:
            return column_of(0, c.k * p)
        shift = p // 2 * square_of_x  # (a^k x)^2 = x^2 is central
        return column_of(p % 2, shift + (c.k if p % 2 else 0))

    rows: list[tuple[Value, ...]] = [tuple(a**c.k * (x if c.kind else 1) for c in classes) for a, x in linear]
    rows += [
        tuple(0 if c.kind else _two_cosines(m, j * c.k % m) for c in classes) for j in range(1, (m + 1) // 2)
    ]
    order = 2 * m
    return _verified(
        assemble(
            name=name,
            order=order,
            class_names=[_word(c, letters) for c in classes],
            class_sizes=[c.size for c in classes],
            element_orders=[c.order for c in classes],
            power_maps={p: [power(c, p) for c in classes] for p in prime_factors(order)},
            rows=rows,
            realisation=InversionRealisation(m, square_of_x, tuple((c.k, c.kind) for c in classes)),
            source="closed form",
        )
    )


def _column_lookup(place: dict[tuple[int, int], int], m: int) -> Callable[[int, int], int]:
    """The column of `a^k x^kind`: `a^k ~ a^-k`, and `a^k x ~ a^(k+2) x`."""

    def column_of(kind: int, k: int) -> int:
        k %= m
        if kind:
            return place[1, k % 2 if (1, 1) in place else 0]
        return place[0, min(k, m - k) if k else 0]

    return column_of


@lru_cache(maxsize=65536)
def _two_cosines(m: int, k: int) -> Value:
    return root(m, k) + root(m, -k)


def _word(c: _Class, letters: tuple[str, str]) -> str:
    turn = "" if not c.k else letters[0] if c.k == 1 else f"{letters[0]}^{c.k}"
    return turn + (letters[1] if c.kind else "") or "1"


def _verified(table: CharacterTable) -> CharacterTable:
    table.verify()
    return table
