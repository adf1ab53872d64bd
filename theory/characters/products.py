"""Character tables of direct products: classes are pairs of classes, irreps tensor products."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from math import lcm

from theory.arithmetic import prime_factors
from theory.characters.assembly import assemble
from theory.characters.closed_forms import check_size
from theory.characters.cyclotomic import Value
from theory.characters.realisation import AbelianRealisation, Realisation, as_permutations
from theory.characters.table import CharacterTable
from theory.groups.finite_group import PermutationRealisation

__all__ = ["product_table"]


def product_table(tables: Sequence[CharacterTable], name: str | None = None) -> CharacterTable:
    """The table of `G_1 x ... x G_s`, verified: `(chi x psi)(g, h) = chi(g) psi(h)`.

    It carries the group if all the factors do: the disjoint union of their actions, or the joint list of
    moduli where all of them are abelian.

    Raises:
        LimitError: more than 2,500 classes.
    """
    name = name or " x ".join(table.name for table in tables)
    classes = 1
    for table in tables:
        classes *= len(table.class_sizes)
    check_size(name, classes)
    result = reduce(_pair, tables)
    if len(tables) > 1:
        result = assemble(
            name=name,
            order=result.order,
            class_names=result.class_names,
            class_sizes=result.class_sizes,
            element_orders=result.element_orders,
            power_maps=result.power_maps,
            rows=result.values,
            realisation=result.realisation,
            source="product",
        )
        result.verify()
    return result


def _pair(first: CharacterTable, second: CharacterTable) -> CharacterTable:
    pairs = [(a, b) for a in range(len(first.class_sizes)) for b in range(len(second.class_sizes))]
    sizes = {(a, b): first.class_sizes[a] * second.class_sizes[b] for a, b in pairs}
    orders = {(a, b): lcm(first.element_orders[a], second.element_orders[b]) for a, b in pairs}
    pairs.sort(key=lambda pair: (orders[pair], sizes[pair], pair))
    place = {pair: column for column, pair in enumerate(pairs)}
    order = first.order * second.order
    return assemble(
        name=f"{first.name} x {second.name}",
        order=order,
        class_names=[_joint_name(first.class_names[a], second.class_names[b]) for a, b in pairs],
        class_sizes=[sizes[pair] for pair in pairs],
        element_orders=[orders[pair] for pair in pairs],
        power_maps={
            p: [place[first.power(a, p), second.power(b, p)] for a, b in pairs] for p in prime_factors(order)
        },
        rows=_tensor_rows(first, second, pairs),
        realisation=_joint_realisation(first, second, pairs),
        source="product",
    )


def _tensor_rows(
    first: CharacterTable, second: CharacterTable, pairs: list[tuple[int, int]]
) -> list[tuple[Value, ...]]:
    products = [[left * right for right in second.alphabet] for left in first.alphabet]
    rows = []
    for chi in first.codes.tolist():
        for psi in second.codes.tolist():
            rows.append(tuple([products[chi[a]][psi[b]] for a, b in pairs]))
    return rows


def _joint_name(first: str, second: str) -> str:
    inner = [name[1:-1] if name.startswith("[") else name for name in (first, second)]
    return "[" + "; ".join(inner) + "]"


def _joint_realisation(
    first: CharacterTable, second: CharacterTable, pairs: list[tuple[int, int]]
) -> Realisation | None:
    left, right = first.realisation, second.realisation
    if left is None or right is None:
        return None
    if isinstance(left, AbelianRealisation) and isinstance(right, AbelianRealisation):
        return AbelianRealisation(
            left.invariants + right.invariants,
            tuple(left.representatives[a] + right.representatives[b] for a, b in pairs),
        )
    left, right = as_permutations(left), as_permutations(right)
    points = tuple(range(left.degree))
    moved = [tuple(left.degree + i for i in g) for g in right.representatives]
    return PermutationRealisation(
        left.degree + right.degree,
        tuple(g + tuple(range(left.degree, left.degree + right.degree)) for g in left.generators)
        + tuple(points + tuple(left.degree + i for i in g) for g in right.generators),
        tuple(left.representatives[a] + moved[b] for a, b in pairs),
    )
