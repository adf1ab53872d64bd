"""Strategies for small groups in every form that `theory.groups` has; all shrink towards small orders."""

from __future__ import annotations

from math import gcd

import hypothesis.strategies as st
import numpy as np
from hypothesis.strategies import DrawFn, SearchStrategy

from theory.groups.construct import direct_product, from_cayley_table, from_permutations, semidirect_product
from theory.groups.finite_group import FiniteGroup
from theory.groups.naming import parse
from theory.testing.subgroups import cayley_table, normal_closure, quotient_table
from theory.testing.tables import relabelled_tables

__all__ = [
    "groups",
    "named_groups",
    "permutation_groups",
    "product_groups",
    "quotient_groups",
    "semidirect_groups",
    "table_groups",
]

# All three indicator types, irrational characters, pairs with equal tables (D4 and Q8, the two of order 27).
NAMES = (
    "Z1 Z2 Z3 Z4 V4 Z5 Z6 S3 Z7 Z8 D4 Q8 Z9 Z10 D5 Z11 Z12 A4 AGL(1,5) Z7:Z3 SL(2,3) S4 Heis(3) "
    "Ex(3^(1+2),-) A5"
).split()


def named_groups(max_order: int = 48) -> SearchStrategy[FiniteGroup]:
    """Groups of the zoo, by name."""
    atoms = [parse(name) for name in NAMES]
    return st.sampled_from([atom for atom in atoms if atom.order <= max_order]).map(lambda atom: atom.build())


@st.composite
def permutation_groups(draw: DrawFn, degree: int = 4) -> FiniteGroup:
    """Subgroups of `S_degree`, from one or two generators."""
    images = st.permutations(range(degree)).map(list)
    return from_permutations(draw(st.lists(images, min_size=1, max_size=2)))


def table_groups(max_order: int = 48) -> SearchStrategy[FiniteGroup]:
    """Groups from a Cayley table whose elements come in any order."""
    return relabelled_tables(max_order).map(from_cayley_table)


@st.composite
def product_groups(draw: DrawFn, max_order: int = 48) -> FiniteGroup:
    """Direct products of two or three groups.

    Args:
        max_order: at least 4.
    """
    factors = [draw(named_groups(max_order // 2))]
    while len(factors) < 3:
        room = max_order // int(np.prod([factor.order for factor in factors]))
        if room < 2 or (len(factors) == 2 and not draw(st.booleans())):
            break
        factors.append(draw(named_groups(room)))
    return direct_product(*factors)


@st.composite
def semidirect_groups(draw: DrawFn, max_order: int = 48) -> FiniteGroup:
    """`Z_n : Z_m`, the generator acting as `x -> u x`, or `N : Z_m`, acting as conjugation by `g` in `N`.

    Args:
        max_order: at least 6.
    """
    if draw(st.booleans()):
        normal = draw(named_groups(max_order // 2))
        acting = draw(st.integers(0, normal.order - 1))
        images = normal.conjugation(acting)
        room = max_order // normal.order
        orders = [m for m in range(1, room + 1) if _is_trivial(normal, acting, m)]
    else:
        n = draw(st.integers(3, max_order // 2))
        unit = draw(st.sampled_from([u for u in range(1, n) if gcd(u, n) == 1]))
        elements = np.arange(n)
        normal, images = from_cayley_table(np.add.outer(elements, elements) % n), unit * elements % n
        orders = [m for m in range(1, max_order // n + 1) if pow(unit, m, n) == 1]
    if not orders:
        return normal
    order = draw(st.sampled_from(orders))
    complement = from_permutations([[*range(1, order), 0]])
    generators = len(complement.generators)
    return semidirect_product(normal, complement, [images.tolist()] * generators)


def _is_trivial(group: FiniteGroup, element: int, exponent: int) -> bool:
    """Whether conjugation by `element^exponent` is trivial."""
    power = int(group.power(np.array([element]), exponent)[0])
    return np.array_equal(group.conjugation(power), np.arange(group.order))


@st.composite
def quotient_groups(draw: DrawFn, max_order: int = 48) -> FiniteGroup:
    """Quotients of other groups by the normal closure of an element."""
    table = cayley_table(draw(st.one_of(named_groups(max_order), permutation_groups(4))))
    return from_cayley_table(
        quotient_table(table, normal_closure(table, [draw(st.integers(0, len(table) - 1))]))
    )


def groups(max_order: int = 48) -> SearchStrategy[FiniteGroup]:
    """Small groups: named, in `S_4`, tables in any labelling, direct and semidirect products, quotients.

    Args:
        max_order: at least 24.
    """
    return st.one_of(
        named_groups(max_order),
        permutation_groups(4),
        table_groups(max_order),
        product_groups(max_order),
        semidirect_groups(max_order),
        quotient_groups(max_order),
    )
