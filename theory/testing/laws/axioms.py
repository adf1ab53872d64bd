"""The group axioms, on any finite set with a binary operation.

With a table the axioms are decided on all cases and the counterexample is the smallest one there is; without
a table (`order > 256`, given by an algorithm) cases are drawn.
"""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
from hypothesis.strategies import SearchStrategy
from jaxtyping import Int

from theory.testing.law_search import Decision, Law, law
from theory.testing.operations import Operation

__all__ = ["AXIOMS", "associativity", "cancellation", "closure", "identity", "inverses", "magma_generators"]

ALL_TRIPLES = 1 << 24  # up to this many triples each is looked at; beyond, those that decide (Light's test)
MIDDLES = (
    64  # a Latin square of order n has at most log2(n) generators; where there are more, cases are drawn
)
CHUNK = 1 << 22  # products compared at a time
KEPT = 8  # failing cases a decision returns

Pair = tuple[int, int]
Triple = tuple[int, int, int]
Line = tuple[str, int]  # row or column, of which element


def _elements(operation: Operation) -> SearchStrategy[int]:
    return st.integers(0, operation.order - 1)


def _pairs(operation: Operation) -> SearchStrategy[Pair]:
    return st.tuples(_elements(operation), _elements(operation))


def _triples(operation: Operation) -> SearchStrategy[Triple]:
    return st.tuples(_elements(operation), _elements(operation), _elements(operation))


def _smallest(cases: Int[np.ndarray, "m w"]) -> tuple[tuple[int, ...], ...]:
    """The first few cases by (largest element, sum, lexicographic order)."""
    keys = (*cases.T[::-1], cases.sum(axis=1), cases.max(axis=1))
    return tuple(tuple(int(x) for x in cases[i]) for i in np.lexsort(keys)[:KEPT])


def _all_cells(operation: Operation) -> Decision[Pair] | None:
    table = operation.products
    if table is None:
        return None
    foreign = np.argwhere((table < 0) | (table >= operation.order))
    return Decision(table.size, _smallest(foreign) if len(foreign) else ())  # type: ignore[arg-type]


@law("closure", "gh is an element", source="definition of a group", cases=_pairs, decide=_all_cells)
def closure(operation: Operation, case: Pair) -> str | None:
    g, h = case
    product = operation.product(g, h)
    if 0 <= product < operation.order:
        return None
    last = operation.label(operation.order - 1)
    return (
        f"{operation.written(g, h)} = {operation.label(product)} is none of the elements "
        f"{operation.label(0)}, ..., {last}"
    )


def _lines(operation: Operation) -> SearchStrategy[Line]:
    # rows first, so that a reader of the file finds the cell
    return st.tuples(st.sampled_from(["row", "column"]), _elements(operation))


def _all_lines(operation: Operation) -> Decision[Line] | None:
    table = operation.products
    if table is None:
        return None
    failing: list[Line] = []
    for kind, lines in (("row", table), ("column", table.T)):
        sorted_lines = np.sort(lines, axis=1)
        twice = (sorted_lines[:, 1:] == sorted_lines[:, :-1]).any(axis=1)
        failing += [(kind, int(g)) for g in np.flatnonzero(twice)]
    return Decision(2 * operation.order, tuple(failing[:KEPT]))


@law(
    "Latin square",
    "gh = gk only if h = k, and hg = kg only if h = k",
    source="cancellation: multiply by the inverse of g",
    cases=_lines,
    decide=_all_lines,
)
def cancellation(operation: Operation, case: Line) -> str | None:
    kind, g = case
    elements, fixed = np.arange(operation.order), np.full(operation.order, g)
    line = operation.multiply(fixed, elements) if kind == "row" else operation.multiply(elements, fixed)
    order = np.argsort(line, kind="stable")
    again = np.flatnonzero(line[order][1:] == line[order][:-1])
    if not len(again):
        return None
    h, k = min(((int(order[i]), int(order[i + 1])) for i in again), key=lambda pair: (pair[1], pair[0]))
    first, second = ((g, h), (g, k)) if kind == "row" else ((h, g), (k, g))
    product = operation.label(int(line[h]))
    place = f"{kind} {operation.label(g)} holds {product} twice"
    return f"{operation.written(*first)} = {operation.written(*second)} = {product}: {place}"


def nearest_identity(operation: Operation) -> int:
    """The element that satisfies most of `e g = g = g e`; the first of them."""
    table = operation.products
    if table is None:
        return 0  # a FiniteGroup promises its identity at index 0
    elements = np.arange(operation.order)
    fixed = (table == elements[None, :]).sum(axis=1) + (table.T == elements[None, :]).sum(axis=1)
    return int(np.argmax(fixed))


def _with_identity(operation: Operation) -> SearchStrategy[Pair]:
    return st.tuples(st.just(nearest_identity(operation)), _elements(operation))


def _every_element(operation: Operation) -> Decision[Pair] | None:
    table = operation.products
    if table is None:
        return None
    e, elements = nearest_identity(operation), np.arange(operation.order)
    moved = np.flatnonzero((table[e] != elements) | (table[:, e] != elements))
    return Decision(operation.order, tuple((e, int(g)) for g in moved[:KEPT]))


@law(
    "identity",
    "some e has eg = g = ge for every g",
    source="definition of a group",
    cases=_with_identity,
    decide=_every_element,
)
def identity(operation: Operation, case: Pair) -> str | None:
    e, g = case
    for left, right in ((e, g), (g, e)):
        product = operation.product(left, right)
        if product != g:
            found = f"{operation.written(left, right)} = {operation.label(product)}, not {operation.label(g)}"
            return f"no identity: the nearest to one is {operation.label(e)}, but {found}"
    return None


def _one_element(operation: Operation) -> SearchStrategy[Pair]:
    return st.tuples(st.just(nearest_identity(operation)), _elements(operation))


def _without_inverse(operation: Operation) -> Decision[Pair] | None:
    table = operation.products
    if table is None:
        return None
    e = nearest_identity(operation)
    two_sided = ((table == e) & (table.T == e)).any(axis=1)
    return Decision(operation.order, tuple((e, int(g)) for g in np.flatnonzero(~two_sided)[:KEPT]))


def _every_product(operation: Operation, g: int) -> Int[np.ndarray, " n"]:
    return operation.multiply(np.full(operation.order, g), np.arange(operation.order))


@law(
    "inverses",
    "every g has an h with gh = e = hg",
    source="definition of a group",
    cases=_one_element,
    decide=_without_inverse,
)
def inverses(operation: Operation, case: Pair) -> str | None:
    e, g = case
    right = np.flatnonzero(_every_product(operation, g) == e)
    if any(operation.product(int(h), g) == e for h in right):
        return None
    if not len(right):
        return f"{operation.label(g)} has no inverse: no h has {operation.label(g)}·h = {operation.label(e)}"
    h = int(right[0])
    return (
        f"{operation.label(g)} has no inverse: {operation.written(g, h)} = {operation.label(e)} but "
        f"{operation.written(h, g)} = {operation.label(operation.product(h, g))}"
    )


def magma_generators(table: Int[np.ndarray, "n n"]) -> list[int]:
    """Elements whose products, in any bracketing, give the whole set; chosen greedily."""
    known = np.zeros(len(table), dtype=bool)
    generators = []
    for g in range(len(table)):
        if known[g]:
            continue
        generators.append(g)
        known[g] = True
        fresh = np.array([g])
        while len(fresh):
            inside = np.flatnonzero(known)
            reached = np.zeros_like(known)
            reached[table[np.ix_(fresh, inside)].ravel()] = True
            reached[table[np.ix_(inside, fresh)].ravel()] = True
            fresh = np.flatnonzero(reached & ~known)
            known |= reached
    return generators


def _all_triples(operation: Operation) -> Decision[Triple] | None:
    """Every triple, or those that decide.

    Light's test: the `x` with `(g x) h = g (x h)` for all `g, h` are closed under products, so it suffices to
    look at `x` in a set that generates. (Clifford and Preston, The Algebraic Theory of Semigroups I, section
    1.2.)
    """
    table = operation.products
    if table is None:
        return None
    n = operation.order
    middles = list(range(n)) if n**3 <= ALL_TRIPLES else magma_generators(table)
    if n**3 > ALL_TRIPLES and len(middles) > MIDDLES:
        return None
    failing: tuple[tuple[int, ...], ...] = ()
    height = max(1, CHUNK // n)
    for x in middles:
        for start in range(0, n, height):
            block = table[start : start + height]
            # row g, column h: (g x) h against g (x h)
            wrong = np.argwhere(table[block[:, x]] != block[:, table[x]])
            if len(wrong):
                wrong[:, 0] += start
                triples = np.insert(wrong, 1, x, axis=1)
                failing = _smallest(
                    np.concatenate([np.array(failing, dtype=np.int64).reshape(-1, 3), triples])
                )
    return Decision(len(middles) * n * n, failing)  # type: ignore[arg-type]


@law("associativity", "(gh)k = g(hk)", source="definition of a group", cases=_triples, decide=_all_triples)
def associativity(operation: Operation, case: Triple) -> str | None:
    g, h, k = case
    left = operation.product(operation.product(g, h), k)
    right = operation.product(g, operation.product(h, k))
    if left == right:
        return None
    a, b, c = (operation.label(x) for x in case)
    return f"({a}·{b})·{c} = {operation.label(left)} but {a}·({b}·{c}) = {operation.label(right)}"


AXIOMS: tuple[Law[Operation, Any], ...] = (closure, cancellation, identity, inverses, associativity)
