"""Laws that tie a group to its classes and characters; every one is checked on elements of the group."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import gcd
from typing import Any

import hypothesis.strategies as st
import numpy as np
from hypothesis.strategies import SearchStrategy
from jaxtyping import Int

from theory.characters.cyclotomic import Value, galois
from theory.characters.table import CharacterTable
from theory.groups.conjugacy import ConjugacyClasses
from theory.groups.finite_group import FiniteGroup
from theory.testing.law_search import Law, law

__all__ = [
    "GROUP_LAWS",
    "TABLED_GROUP_LAWS",
    "TabledGroup",
    "centralisers",
    "class_algebra",
    "class_functions_are",
    "counted_square_roots",
    "faithful_action",
    "galois_action",
    "generation",
    "inverse_of_product",
    "lagrange",
    "power_classes",
]

Pair = tuple[int, int]


@dataclass(frozen=True, eq=False)
class TabledGroup:
    """A group with its classes and its character table, whose columns are these classes in this order."""

    group: FiniteGroup
    classes: ConjugacyClasses
    table: CharacterTable

    @cached_property
    def square_root_counts(self) -> Int[np.ndarray, " n"]:
        """For each element the number of its square roots, by squaring all elements."""
        elements = np.arange(self.group.order)
        return np.bincount(self.group.multiply(elements, elements), minlength=self.group.order)

    def class_of(self, element: int) -> int:
        """The column of an element."""
        return int(self.classes.class_of[element])


def _product(group: FiniteGroup, *factors: int) -> int:
    product = np.array([factors[0]])
    for factor in factors[1:]:
        product = group.multiply(product, np.array([factor]))
    return int(product[0])


def _inverse(group: FiniteGroup, element: int) -> int:
    return int(group.inverse(np.array([element]))[0])


def _power(group: FiniteGroup, element: int, exponent: int) -> int:
    if exponent < 0:
        element, exponent = _inverse(group, element), -exponent
    result = 0
    for digit in f"{exponent:b}":
        result = _product(group, result, result)
        if digit == "1":
            result = _product(group, result, element)
    return result


def _elements(group: FiniteGroup) -> SearchStrategy[int]:
    return st.integers(0, group.order - 1)


def _pairs(group: FiniteGroup) -> SearchStrategy[Pair]:
    return st.tuples(_elements(group), _elements(group))


@law("inverse of a product", "(gh)^-1 = h^-1 g^-1", source="from the axioms", cases=_pairs)
def inverse_of_product(group: FiniteGroup, case: Pair) -> str | None:
    g, h = case
    left, right = (
        _inverse(group, _product(group, g, h)),
        _product(group, _inverse(group, h), _inverse(group, g)),
    )
    if left == right and _product(group, g, _inverse(group, g)) == 0:
        return None
    a, b = group.element_name(g), group.element_name(h)
    return f"g = {a}, h = {b}: (gh)^-1 = {group.element_name(left)}, h^-1 g^-1 = {group.element_name(right)}"


@law("Lagrange", "g^n = 1", source="Lagrange 1771", cases=_elements)
def lagrange(group: FiniteGroup, case: int) -> str | None:
    found = _power(group, case, group.order)
    if found == 0:
        return None
    return f"g = {group.element_name(case)}: g^{group.order} = {group.element_name(found)}"


@law(
    "permutation action",
    "the permutations of gh are those of g followed by those of h, and only 1 acts as 1",
    source="Cayley 1854",
    cases=_pairs,
)
def faithful_action(group: FiniteGroup, case: Pair) -> str | None:
    g, h = case
    one, first, second, both = group.permutations(np.array([0, g, h, _product(group, g, h)]))
    names = f"g = {group.element_name(g)}, h = {group.element_name(h)}"
    if not np.array_equal(second[first], both):  # (gh)[i] = h[g[i]]
        return f"{names}: gh acts as {both.tolist()}, g and then h as {second[first].tolist()}"
    if g != 0 and np.array_equal(first, one):
        return f"{group.element_name(g)} acts as the identity"
    return None


@law(
    "generation",
    "every element is a product of generators",
    source="definition of generators",
    cases=_elements,
)
def generation(group: FiniteGroup, case: int) -> str | None:
    # The elements reached from g by right multiplication are the coset g⟨S⟩: it holds 1 iff g lies in ⟨S⟩.
    generators = np.array(group.generators, dtype=np.int64)
    reached = np.zeros(group.order, dtype=bool)
    reached[case] = True
    fresh = np.array([case])
    while len(fresh) and len(generators) and not reached[0]:
        images = np.zeros_like(reached)
        images[group.multiply(fresh[:, None], generators[None, :]).ravel()] = True
        fresh = np.flatnonzero(images & ~reached)
        reached |= images
    return None if reached[0] else f"{group.element_name(case)} is no product of the generators"


GROUP_LAWS: tuple[Law[FiniteGroup, Any], ...] = (inverse_of_product, lagrange, faithful_action, generation)


def _element_pairs(subject: TabledGroup) -> SearchStrategy[Pair]:
    return _pairs(subject.group)


def _one_element(subject: TabledGroup) -> SearchStrategy[int]:
    return _elements(subject.group)


def _row_and_element(subject: TabledGroup) -> SearchStrategy[Pair]:
    return st.tuples(st.integers(0, len(subject.table.values) - 1), _elements(subject.group))


def _row_element_and_unit(subject: TabledGroup) -> SearchStrategy[tuple[Pair, int]]:
    return st.tuples(_row_and_element(subject), st.integers(1, 2 * subject.table.exponent))


def _column_pairs(subject: TabledGroup) -> SearchStrategy[Pair]:
    column = st.integers(0, len(subject.table.class_sizes) - 1)
    return st.tuples(column, column)


@law(
    "class functions",
    "χ(h^-1 g h) = χ(g)",
    source="the trace is invariant under conjugation",
    cases=_element_pairs,
)
def class_functions_are(subject: TabledGroup, case: Pair) -> str | None:
    g, h = case
    group = subject.group
    image = _product(group, _inverse(group, h), g, h)
    if subject.class_of(g) == subject.class_of(image):
        return None
    return f"{group.element_name(g)} and its conjugate {group.element_name(image)} are put into two classes"


@law(
    "centralisers",
    "|C| |C_G(g)| = n for g in C",
    source="orbits and stabilisers of conjugation",
    cases=_one_element,
)
def centralisers(subject: TabledGroup, case: int) -> str | None:
    group, elements = subject.group, np.arange(subject.group.order)
    g = np.full(group.order, case)
    commuting = int((group.multiply(elements, g) == group.multiply(g, elements)).sum())
    size = subject.table.class_sizes[subject.class_of(case)]
    if size * commuting == group.order:
        return None
    return (
        f"{group.element_name(case)} commutes with {commuting} elements, but its class is said to hold {size}"
    )


def _element_and_exponent(subject: TabledGroup) -> SearchStrategy[Pair]:
    return st.tuples(
        _elements(subject.group), st.integers(-2 * subject.table.exponent, 2 * subject.table.exponent)
    )


@law(
    "power maps",
    "the table's power maps give the class of g^e for every integer e",
    source="definition of power maps",
    cases=_element_and_exponent,
)
def power_classes(subject: TabledGroup, case: Pair) -> str | None:
    g, e = case
    expected = subject.class_of(_power(subject.group, g, e))
    found = subject.table.power(subject.class_of(g), e)
    if found == expected:
        return None
    names = subject.table.class_names
    return f"g = {subject.group.element_name(g)}: g^{e} is in class {names[expected]}, not {names[found]}"


@law(
    "Galois action",
    "χ(g^k) = σ_k χ(g) for k prime to the exponent, σ_k: ζ → ζ^k",
    source="σ_k raises the eigenvalues of R(g), which are roots of unity, to the k-th power",
    cases=_row_element_and_unit,
)
def galois_action(subject: TabledGroup, case: tuple[Pair, int]) -> str | None:
    (row, g), k = case
    table = subject.table
    while gcd(k, table.exponent) > 1:
        k += 1
    value: Value = table.values[row][subject.class_of(g)]
    found = table.values[row][subject.class_of(_power(subject.group, g, k))]
    if found == galois(value, k):
        return None
    name = subject.group.element_name(g)
    return f"χ[{table.labels[row]}], g = {name}: χ(g^{k}) = {found}, but σ_{k} χ(g) = {galois(value, k)}"


@law(
    "class algebra",
    "ω(C) ω(D) = Σ_E a_CDE ω(E) with ω(C) = |C| χ(C)/χ(1) and a_CDE = #{x in C, y in D: xy = e}, e in E",
    source="Burnside; Isaacs, Character Theory of Finite Groups, chapter 3",
    cases=_column_pairs,
)
def class_algebra(subject: TabledGroup, case: Pair) -> str | None:
    first, second = case
    group, table = subject.group, subject.table
    members = np.flatnonzero(subject.classes.class_of == second)
    x = np.full(len(members), subject.classes.representatives[first])
    # By conjugation each x in C has equally many y in D with xy in E, so |E| a_CDE = |C| #{y in D: xy in E}.
    landed = np.bincount(
        subject.classes.class_of[group.multiply(x, members)], minlength=len(table.class_sizes)
    )
    for row, label in zip(table.values, table.labels, strict=True):
        # ω(C) ω(D) = |C| Σ_E #{y in D: xy in E} χ(E)/χ(1); both sides times χ(1)²/|C|
        left = row[first] * row[second] * table.class_sizes[second]
        right: Value = 0
        for column in np.flatnonzero(landed):
            right = right + row[int(column)] * int(landed[column])
        right = right * row[0]
        if left != right:
            names = f"{table.class_names[first]} and {table.class_names[second]}"
            return f"χ[{label}] is no homomorphism of the class algebra on the classes of {names}"
    return None


@law(
    "counted square roots",
    "Σ_χ ν(χ) χ(g) = #{h: h² = g}, counted in the group",
    source="Frobenius and Schur 1906",
    cases=_one_element,
)
def counted_square_roots(subject: TabledGroup, case: int) -> str | None:
    column, table = subject.class_of(case), subject.table
    found: Value = 0
    for row, indicator in zip(table.values, table.indicators, strict=True):
        found = found + row[column] * indicator
    roots = int(subject.square_root_counts[case])
    if found == roots:
        return None
    return f"g = {subject.group.element_name(case)}: Σ ν χ(g) = {found}, but g has {roots} square roots"


TABLED_GROUP_LAWS: tuple[Law[TabledGroup, Any], ...] = (
    class_functions_are,
    centralisers,
    power_classes,
    galois_action,
    class_algebra,
    counted_square_roots,
)
