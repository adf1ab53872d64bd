"""Laws that compare the optimum of a group with those of its subgroups, its quotients and its other
descriptions.

Each derived group is made by the slow definition (`theory.testing.subgroups`), tabled by Burnside–Dixon and
solved anew.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

import hypothesis.strategies as st
import numpy as np
from hypothesis.strategies import SearchStrategy
from jaxtyping import Int

from theory.characters.table import CharacterTable
from theory.margins.radicals import ZERO, RadicalSum
from theory.margins.solution import MarginSolution
from theory.testing.law_search import Law, law
from theory.testing.laws.margins import Solved
from theory.testing.laws.tabled_groups import TabledGroup
from theory.testing.programs import costs_by_definition, rows_up_to_conjugation
from theory.testing.subgroups import cayley_table, generated, normal_closure, quotient_table, subgroup_table
from theory.testing.tables import product_table, relabelled

__all__ = [
    "BETWEEN_LAWS",
    "fingerprint",
    "other_route",
    "products",
    "quotient_bounds",
    "quotients",
    "relabelling",
    "solved_table",
    "subgroups",
    "tabled_group",
]

DERIVED_ORDER = 600  # of a group whose subgroups and quotients are tabled and solved
TOLERANCE = 1e-9  # for interval ends, which are floats that are correct up to 1e-12


@lru_cache(maxsize=512)
def _solved(products: bytes, order: int, arity: int) -> MarginSolution:
    from theory.characters.burnside_dixon import character_table_of
    from theory.groups.construct import from_cayley_table
    from theory.margins.exact import solve

    table = np.frombuffer(products, dtype=np.int64).reshape(order, order)
    return solve(character_table_of(from_cayley_table(table)), arity)


def solved_table(products: Int[np.ndarray, "n n"], arity: int) -> MarginSolution:
    """The margin of the group with this Cayley table, through Burnside–Dixon; remembered for equal tables."""
    return _solved(np.ascontiguousarray(products, dtype=np.int64).tobytes(), len(products), arity)


@lru_cache(maxsize=512)
def _optimum(products: bytes, order: int, arity: int) -> RadicalSum:
    from theory.margins.exact import strict_pair
    from theory.margins.optimality import value
    from theory.margins.reduction import apply, margin_program

    table = np.frombuffer(products, dtype=np.int64).reshape(order, order)
    merged, _ = apply(margin_program(tabled_group(table).table, arity))
    return value(merged, strict_pair(merged).primal)


def _cost(products: Int[np.ndarray, "n n"], arity: int) -> RadicalSum:
    """`cost*` without the structure, which may take long; zero for the trivial group: no constraint."""
    if len(products) == 1:
        return ZERO
    return _optimum(np.ascontiguousarray(products, dtype=np.int64).tobytes(), len(products), arity)


def tabled_group(products: Int[np.ndarray, "n n"]) -> TabledGroup:
    """The group of a Cayley table with its classes and its character table by Burnside–Dixon."""
    from theory.characters.burnside_dixon import character_table_of
    from theory.groups.conjugacy import conjugacy_classes
    from theory.groups.construct import from_cayley_table

    group = from_cayley_table(products)
    return TabledGroup(group, conjugacy_classes(group), character_table_of(group))


def _too_large(subject: Solved) -> str | None:
    if subject.tabled is None:
        return "the table comes without a group whose elements could be listed"
    order = subject.tabled.group.order
    if order > DERIVED_ORDER:
        return f"order {order:,} is beyond the limit of {DERIVED_ORDER} for tabling other groups made from it"
    return None


def _tabled(subject: Solved) -> TabledGroup:
    assert subject.tabled is not None, "see _too_large"
    return subject.tabled


def _element(subject: Solved) -> SearchStrategy[int]:
    return st.integers(1, subject.table.order - 1)  # not the identity


def _generators(subject: Solved) -> SearchStrategy[list[int]]:
    return st.lists(_element(subject), min_size=1, max_size=2)


def _orders(subject: Solved) -> SearchStrategy[list[int]]:
    return st.permutations(range(1, subject.table.order))


def _once(subject: Solved) -> SearchStrategy[None]:
    return st.none()


def _groupless(subject: Solved) -> str | None:
    return _too_large(subject) if subject.tabled is None else None


@law(
    "subgroups",
    "cost*(H) <= cost*(G) for every subgroup H",
    source="below; docs/theory.md, Proposition 33",
    cases=_generators,
    unless=_too_large,
    most=25,
)
def subgroups(subject: Solved, case: list[int]) -> str | None:
    """Restrict a feasible `a`. With `m_RS` the multiplicity of `S` in `R|H`, `X_R = Σ_S (m_RS d_S/d_R) X_S`
    on `H`, so `b_S = Σ_R a_R m_RS d_S/d_R` for `S ≠ 1` separates every `h ≠ 1` of `H` by what `a` does. It
    costs `Σ_S b_S s_S <= Σ_R a_R s_R`, since `Σ_S m_RS d_S = d_R` and `d_S ν_S <= d_R ν_R` for every
    constituent `S` of `R|H`:

    `R` of complex or quaternionic type: `d_S ν_S <= 2 d_S <= 2 d_R`. `R` and `S` of real type: `d_S <= d_R`.
    `R` real and `S` not: a complex `S` comes with its conjugate, and a quaternionic `S` comes an even number
    of times, so `2 d_S <= d_R`.
    """
    products = cayley_table(_tabled(subject).group)
    smaller = subgroup_table(products, generated(products, case))
    cost = _cost(smaller, subject.solution.arity)
    if cost <= subject.solution.cost:
        return None
    names = ", ".join(_tabled(subject).group.element_name(g) for g in case)
    found = f"H = ⟨{names}⟩ of order {len(smaller)} has cost*(H) = {cost}"
    return f"{found}, more than cost*(G) = {subject.solution.cost}"


def quotient_bounds(subject: TabledGroup, arity: int, case: int) -> tuple[RadicalSum, RadicalSum, int]:
    """The two bounds of the law `quotients` for the normal closure `N` of an element, and `|N|`."""
    products = cayley_table(subject.group)
    normal = normal_closure(products, [case])
    size, n = int(normal.sum()), subject.group.order
    inside = {int(column) for column in subject.classes.class_of[normal]}
    table = subject.table
    # the irreps that are not trivial on N: some element of N does not act as 1
    moved = [
        (table.degrees[row], s, 1 if table.conjugate_rows[row] == row else 2)
        for row, s in zip(rows_up_to_conjugation(table), costs_by_definition(table, arity), strict=True)
        if any(table.values[row][column] != table.degrees[row] for column in inside)
    ]
    below = _cost(quotient_table(products, normal), arity)
    cheapest = min(s for _, s, _ in moved)
    lower = cheapest * (1 - Fraction(1, size)) + min(cheapest, below) * Fraction(1, size)
    upper = below * Fraction(1, size)
    for degree, s, copies in moved:
        upper += s * Fraction(copies * degree**2, n)
    return lower, upper, size


@law(
    "quotients",
    "(1 − 1/|N|) t + (1/|N|) min(t, cost*(G/N)) <= cost*(G) <= cost*(G/N)/|N| + (1/n) Σ d_R² s_R, "
    "t = min s_R and Σ over the complex R that are not trivial on N",
    source="below",
    cases=_element,
    unless=_too_large,
    most=25,
)
def quotients(subject: Solved, case: int) -> str | None:
    """`N` normal, not trivial. The irreps trivial on `N` are those of `G/N`, with the same degrees, types and
    costs; put `cost* = 0` for the trivial group. On the others, `R`, the mean of `X_R` over a coset of `N` is
    0, since the vectors fixed by `N` form a proper invariant subspace.

    Lower: let `a` be feasible and `A` its total weight on the others. Averaging the constraints over `N`
    without 1, where the mean of `X_R` is `−1/(|N| − 1)` on the others and 1 else: `A (1 + 1/(|N| − 1)) >= 1`,
    so `A >= 1 − 1/|N|`. Averaging over a coset `≠ N`: the rest of `a` separates it by at least `1 − A`, so if
    `A < 1` it costs at least `(1 − A) cost*(G/N)`. Hence `a` costs at least `A t + max(0, 1 − A) cost*(G/N)`;
    on `1 − 1/|N| <= A <= 1` this is linear, and its ends are the two cases of the minimum.

    Upper: let `b` be optimal for `G/N`. Take `b/|N|` and `d_R²/n` on the others. As `Σ d_R χ_R` over the
    others is the regular character of `G` minus that of `G/N`, `n [g = 1] − (n/|N|) [g in N]`, the others
    separate `g` in `N`, `g ≠ 1`, by `1 − 1/|N| + 1/|N|`, and `g` outside `N` by `1 − 1/|N|`, to which `b/|N|`
    adds at least `1/|N|`.

    Where all irreps not trivial on `N` cost the same and at least `cost*(G/N)`, the bounds agree: for Q8 and
    its centre `(1/2) 2 + (1/2) (3/4) = 11/8`.
    """
    lower, upper, size = quotient_bounds(_tabled(subject), subject.solution.arity, case)
    cost = subject.solution.cost
    if lower <= cost <= upper:
        return None
    name = _tabled(subject).group.element_name(case)
    return f"N = normal closure of {name}, order {size}: cost* = {cost} is not between {lower} and {upper}"


FACTORS = ("Z2", "Z3", "V4", "S3")


def _factors(subject: Solved) -> SearchStrategy[str]:
    return st.sampled_from(FACTORS)


def _too_large_with_factor(subject: Solved) -> str | None:
    if subject.tabled is not None and subject.tabled.group.order * 6 > DERIVED_ORDER:
        order = f"order {subject.tabled.group.order:,} times 6"
        return f"{order} is beyond the limit of {DERIVED_ORDER} for tabling other groups made from it"
    return _too_large(subject)


@law(
    "direct products",
    "max(cost*(G), cost*(H)) <= cost*(G x H) <= cost*(G) + cost*(H)",
    source="below; docs/theory.md, Proposition 33",
    cases=_factors,
    unless=_too_large_with_factor,
    most=len(FACTORS),
)
def products(subject: Solved, case: str) -> str | None:
    """Left: both factors are subgroups. Right: irreps of the factors are irreps of the product, with the same
    degrees and types; an optimal `a` for `G` and one for `H`, together, separate `(g, h) ≠ 1` by the sum of
    two nonnegative numbers of which one is at least 1.
    """
    from theory.groups.naming import parse

    factor = cayley_table(parse(case).build())
    whole = product_table(cayley_table(_tabled(subject).group), factor)
    arity = subject.solution.arity
    here, there, both = subject.solution.cost, _cost(factor, arity), _cost(whole, arity)
    if max(here, there) <= both <= here + there:
        return None
    return f"cost*(G) = {here}, cost*({case}) = {there}, but cost*(G x {case}) = {both}"


def fingerprint(solution: MarginSolution) -> tuple[Any, ...]:
    """What does not depend on how the group is written: exact values, and sorted rows and classes with their
    statuses.
    """
    structure, table = solution.structure, solution.table
    rows = sorted(
        (row.degree, row.indicator, row.index != row.conjugate, status.value)
        for row, status in zip(solution.rows, structure.irreps, strict=True)
    )
    classes = sorted(
        (order, size, status.value if status else "")
        for order, size, status in zip(
            table.element_orders, table.class_sizes, structure.classes, strict=True
        )
    )
    return str(solution.cost), solution.gamma_star_exact, solution.gamma_star, rows, classes


def _shares(solution: MarginSolution) -> list[tuple[int, int, float, float]]:
    return sorted(
        (row.degree, row.indicator, share.lower, share.upper)
        for row, share in zip(solution.rows, solution.structure.shares, strict=True)
    )


def _difference(first: MarginSolution, second: MarginSolution) -> str | None:
    one, other = fingerprint(first), fingerprint(second)
    for what, left, right in zip(("cost*", "gamma*", "gamma*", "irreps", "classes"), one, other, strict=True):
        if left != right:
            return f"{what}: {left} here, {right} there"
    for left_share, right_share in zip(_shares(first), _shares(second), strict=True):
        if any(abs(x - y) > TOLERANCE for x, y in zip(left_share, right_share, strict=True)):
            return f"shares: {left_share} here, {right_share} there"
    return None


@law(
    "relabelling",
    "renaming the elements changes neither the values nor the statuses",
    source="isomorphic groups have the same table up to the order of rows and columns",
    cases=_orders,
    unless=_too_large,
    most=3,
)
def relabelling(subject: Solved, case: list[int]) -> str | None:
    products = relabelled(cayley_table(_tabled(subject).group), np.array([0, *case]))
    difference = _difference(subject.solution, solved_table(products, subject.solution.arity))
    if difference is None:
        return None
    return f"with the elements in the order 0, {', '.join(map(str, case))}: {difference}"


@law(
    "two routes",
    "the table by Burnside–Dixon gives the same values and statuses",
    source="a group has one character table up to the order of rows and columns",
    cases=_once,
    unless=_groupless,
    most=1,
)
def other_route(subject: Solved, case: None) -> str | None:
    from theory.margins.exact import solve

    other: CharacterTable = _tabled(subject).table
    difference = _difference(subject.solution, solve(other, subject.solution.arity))
    return None if difference is None else f"{subject.table.source} against {other.source}: {difference}"


BETWEEN_LAWS: tuple[Law[Solved, Any], ...] = (other_route, relabelling, subgroups, quotients, products)
