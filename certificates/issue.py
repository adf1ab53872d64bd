"""From a solved program to a certificate: the document that `certificates.checker` proves."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from importlib.metadata import PackageNotFoundError, version
from math import factorial
from pathlib import Path
from typing import Any

from certificates.checker import digest
from certificates.checker.document import (
    ABELIAN_LIMIT,
    CLASS_LIMIT,
    DEGREE_LIMIT,
    FORMAT,
    INVERSION_LIMIT,
    ORDER_LIMIT,
    POINTS_LIMIT,
    TABLE_CLASS_LIMIT,
    VERSION,
)
from certificates.files import write_text
from certificates.schema import validate
from theory.characters.cyclotomic import Cyclotomic, from_terms, root
from theory.characters.realisation import AbelianRealisation, InversionRealisation
from theory.characters.table import CharacterTable
from theory.errors import InputError, LimitError
from theory.groups.finite_group import PermutationRealisation
from theory.margins.radicals import RadicalSum, squarefree_split
from theory.margins.solution import IrrepStatus, LinearBound, MarginSolution, ShareInterval, Structure

__all__ = ["canonical", "issue", "write"]


def issue(
    solution: MarginSolution, *, expression: str, provenance: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The certificate of a solved program.

    A group within the checker's limits is written down by permutations, or by the definition of an abelian,
    dihedral or dicyclic group; any other as a table without its group, which the checker then reports as
    taken on trust.

    Args:
        solution: what `theory.margins.exact.solve` returns.
        expression: the group as typed; a label.
        provenance: further entries under `provenance`, JSON without floats.

    Returns:
        the document with its digest; byte for byte the same for the same arguments.

    Raises:
        LimitError: beyond the limits of the checker, even as a table.
    """
    table = solution.table
    group, characters, reason = _group(table)
    document: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "arity": solution.arity,
        "group": group,
        "classes": [
            {"size": str(size), "order": order}
            for size, order in zip(table.class_sizes, table.element_orders, strict=True)
        ],
        "power_maps": {str(p): list(image) for p, image in sorted(table.power_maps.items())},
        "characters": characters,
        "indicators": list(table.indicators),
        "program": _program(solution),
        "structure": _structure(solution),
        "labels": _labels(solution, expression),
        "provenance": {"tool": "gammastar", "version": _version(), "table": table.source}
        | ({"without group": reason} if reason else {})
        | dict(provenance or {}),
    }
    document["sha256"] = digest(document)
    validate(document)
    return document


def canonical(document: Mapping[str, Any]) -> str:
    """The text of the file: a line for each entry of the upper levels, to be read and compared."""
    lines = []
    for key, value in document.items():
        if isinstance(value, dict) and value:
            inner = ",\n".join(f"  {json.dumps(name)}: {_inner(entry)}" for name, entry in value.items())
            lines.append(f" {json.dumps(key)}: {{\n{inner}\n }}")
        else:
            lines.append(f" {json.dumps(key)}: {_inner(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _inner(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], list | dict):
        return "[\n" + ",\n".join(f"   {json.dumps(entry, allow_nan=False)}" for entry in value) + "\n  ]"
    return json.dumps(value, allow_nan=False)


def write(document: Mapping[str, Any], path: str | Path) -> None:
    """Write the document to a file, whole or not at all.

    Raises:
        InputError: the file cannot be written.
    """
    write_text(Path(path), canonical(document))


def _version() -> str:
    try:
        return version("gammastar")
    except PackageNotFoundError:
        return "uninstalled"


def _group(table: CharacterTable) -> tuple[dict[str, Any], dict[str, Any], str]:
    """The entries `group` and `characters`, and why the group itself is missing, if it is."""
    realisation, order, c = table.realisation, table.order, len(table.class_sizes)
    group: dict[str, Any] = {"kind": "table", "order": str(order)}
    reason = "the table came without its group"
    if isinstance(realisation, AbelianRealisation):
        reason = f"abelian of order {order}; the checker's limit is {ABELIAN_LIMIT}"
        if order <= ABELIAN_LIMIT:
            elements = [list(vector) for vector in realisation.representatives]
            group |= {
                "kind": "abelian",
                "invariants": list(realisation.invariants),
                "representatives": elements,
            }
            return group, {"exponents": _exponents(table, realisation)}, ""
    elif isinstance(realisation, InversionRealisation):
        reason = f"a cyclic subgroup of order {realisation.modulus}; the checker's limit is {INVERSION_LIMIT}"
        if realisation.modulus <= INVERSION_LIMIT:
            group |= {
                "kind": "inversion",
                "modulus": realisation.modulus,
                "square": realisation.square,
                "representatives": [list(element) for element in realisation.representatives],
            }
            return group, {"exponents": _descriptors(table, realisation)}, ""
    elif isinstance(realisation, PermutationRealisation):
        reason = _beyond(realisation, order, c)
        if reason and order <= ORDER_LIMIT and c <= CLASS_LIMIT:
            from certificates.smaller_action import smaller_action

            # best where a point is a byte; else few enough points
            for fitting in (min(POINTS_LIMIT), min(DEGREE_LIMIT, POINTS_LIMIT[DEGREE_LIMIT] // order)):
                if _beyond(realisation, order, c):
                    realisation = smaller_action(realisation, order, fitting)
            reason = _beyond(realisation, order, c)
        if not reason:
            group |= {
                "kind": "permutations",
                "degree": realisation.degree,
                "generators": [list(g) for g in realisation.generators],
                "representatives": [list(g) for g in realisation.representatives],
            }
    if c > TABLE_CLASS_LIMIT:
        limit = f"certificates hold tables of at most {TABLE_CLASS_LIMIT}"
        raise LimitError(f"{table.name}: {c} classes, {reason}; {limit}")
    return group, {"values": [[_value(value) for value in row] for row in table.values]}, reason


def _beyond(realisation: PermutationRealisation, order: int, c: int) -> str:
    """Which limit of the checker rules out proving the table from these permutations, if any."""
    degree = realisation.degree
    if len(realisation.representatives) != c:
        return "no representatives of its classes are known"
    points = next((limit for up_to, limit in POINTS_LIMIT.items() if degree <= up_to), 0)
    for number, limit, what in (
        (order, ORDER_LIMIT, "order"),
        (c, CLASS_LIMIT, "number of classes"),
        (degree, DEGREE_LIMIT, "degree"),
        (order * degree, points, "order times degree"),
    ):
        if number > limit:
            return f"{what} {number}; the checker's limit is {limit}"
    return ""


def _exponents(table: CharacterTable, realisation: AbelianRealisation) -> list[list[int]]:
    """The vector of exponents of each row, read off its values at the generators of the cyclic factors."""
    place = {vector: column for column, vector in enumerate(realisation.representatives)}
    rows: list[list[int]] = [[] for _ in table.values]
    for axis, d in enumerate(realisation.invariants):
        unit = tuple(int(i == axis and d > 1) for i in range(len(realisation.invariants)))
        column = place[unit]
        exponent_of = {from_terms(d, {r: 1}): r for r in range(d)}
        for vector, row in zip(rows, table.values, strict=True):
            vector.append(exponent_of[row[column]])
    return rows


def _descriptors(table: CharacterTable, realisation: InversionRealisation) -> list[list[int]]:
    """`[r, v]` or `[r]` for each row, read off its values at `a` and `t`: see `certificates.checker`."""
    m = realisation.modulus
    a, t = (realisation.representatives.index(element) for element in ((1, 0), (0, 1)))
    sign_of, power_of = {1: 0, -1: m // 2}, {root(4, v): v for v in range(4)}
    cosine_of = {root(m, r) + root(m, -r): r for r in range(1, (m + 1) // 2)}
    return [
        [sign_of[row[a]], power_of[row[t]]] if row[0] == 1 else [cosine_of[row[a]]]  # type: ignore[index]
        for row in table.values
    ]


def _value(value: int | Fraction | Cyclotomic) -> Any:
    if isinstance(value, Cyclotomic):
        return {"conductor": value.conductor, "terms": [[t, str(c)] for t, c in value.terms]}
    return str(value)


def _radical(value: RadicalSum) -> list[list[str]]:
    return [[str(m), str(q)] for m, q in value.terms]


def _program(solution: MarginSolution) -> dict[str, Any]:
    k, n = solution.arity, solution.table.order
    # gamma* = k! N^(-(k+1)/2) / cost* with N = (k+1) n = root^2 m; 1/sqrt(m) = sqrt(m)/m
    base = (k + 1) * n
    if k % 2:
        coefficient, radicand = Fraction(factorial(k), base ** ((k + 1) // 2)), 1
    else:
        root, radicand = squarefree_split(base)
        coefficient = Fraction(factorial(k), base ** (k // 2) * root * radicand)
    return {
        "rows": [
            {"character": row.index, "conjugate": row.conjugate, "orbit": row.orbit, "a": str(weight)}
            for row, weight in zip(solution.rows, solution.primal, strict=True)
        ],
        "dual": [_radical(y) for y in solution.dual],
        "cost": _radical(solution.cost),
        "gamma_star": {"coefficient": str(coefficient), "radicand": str(radicand)},
    }


def _structure(solution: MarginSolution) -> dict[str, Any]:
    structure = solution.structure
    unique = structure.rank_prime is not None
    members: dict[int, list[int]] = {}
    for number, row in enumerate(solution.rows):
        members.setdefault(row.orbit, []).append(number)
    orbits, numbers = [], _witnesses(structure, members)
    for orbit, rows in members.items():
        share, status = structure.shares[rows[0]], structure.irreps[rows[0]]
        total = structure.orbit_shares[orbit] if len(rows) > 1 else share
        proven = unique or status is IrrepStatus.EXCLUDED
        orbits.append(
            {
                "rows": rows,
                "status": status.value,
                "share": [_decimal(share.lower), _decimal(share.upper)],
                "orbit_share": [_decimal(total.lower), _decimal(total.upper)],
                "share_witness": None if proven else _witness(share, numbers),
                "orbit_witness": None if proven or len(rows) == 1 else _witness(total, numbers),
            }
        )
    slack_bounds = () if unique else structure.slack_bounds
    return {
        "unique": unique,
        "points": [[_value(value) for value in structure.points[number].values] for number in numbers],
        "orbits": orbits,
        "classes": [status and status.value for status in structure.classes],
        "slack_bounds": [{"class": column, "multipliers": _bound(bound)} for column, bound in slack_bounds],
    }


def _witnesses(structure: Structure, members: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """The points that the certificate needs, with their numbers there: one member speaks for its orbit."""
    if structure.rank_prime is not None:
        return {}
    used = {number for _, number in structure.class_points}
    for orbit, rows in members.items():
        for interval in (structure.shares[rows[0]], structure.orbit_shares[orbit]):
            ends = (interval.lower_point, interval.upper_point)
            used |= {number for number in ends if number is not None}
    return {number: place for place, number in enumerate(sorted(used))}


def _witness(interval: ShareInterval, numbers: Mapping[int, int]) -> dict[str, Any]:
    if interval.lower_bound is None or interval.upper_bound is None:
        raise InputError("the solution holds no bounds for a share, though its optimum is not unique")
    if interval.lower_point is None or interval.upper_point is None:
        raise InputError("the solution holds no points for a share, though its optimum is not unique")
    return {
        "lower_point": numbers[interval.lower_point],
        "upper_point": numbers[interval.upper_point],
        "lower_bound": _bound(interval.lower_bound),
        "upper_bound": _bound(interval.upper_bound),
    }


def _bound(bound: LinearBound) -> list[list[Any]]:
    return [[column, str(multiplier)] for column, multiplier in sorted(bound.multipliers)]


def _decimal(share: float) -> str:
    return f"{share:.17f}".rstrip("0").rstrip(".")


def _labels(solution: MarginSolution, expression: str) -> dict[str, Any]:
    table = solution.table
    return {
        "expression": expression,
        "name": table.name,
        "classes": list(table.class_names),
        "characters": list(table.labels),
        "cost": str(solution.cost),
        "gamma_star": solution.gamma_star_exact,
        "latex": {"cost": _latex(solution.cost)},
        "decimals": {"cost": repr(float(solution.cost)), "gamma_star": repr(solution.gamma_star)},
    }


def _latex(radical: RadicalSum) -> str:
    def fraction(q: Fraction) -> str:
        return str(q.numerator) if q.denominator == 1 else rf"\frac{{{q.numerator}}}{{{q.denominator}}}"

    parts: Sequence[str] = [fraction(q) + ("" if m == 1 else rf"\sqrt{{{m}}}") for m, q in radical.terms]
    return " + ".join(parts).replace("+ -", "- ") or "0"
