"""What a report shows, as plain records of strings and floats; nothing is computed after this point."""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from theory.margins.solution import MarginSolution

__all__ = ["LARGEST_TABLE", "Characters", "ClassLine", "IrrepLine", "ReportData", "Statement", "collect"]

LARGEST_TABLE = 60  # irreps; a larger character table is neither drawn nor listed


@dataclass(frozen=True)
class IrrepLine:
    """A nontrivial irrep, or a pair of complex conjugate ones.

    `weight` is its coefficient in the network the report describes; `share` and `orbit_share` are the
    extremes over all max-margin networks.
    """

    label: str
    conjugate: str | None  # label of the complex conjugate, where that is another irrep
    degree: int
    indicator: int
    cost: str  # s_R, exact
    weight: str  # a_R, exact
    status: str
    share: tuple[float, float]
    orbit: int
    orbit_size: int
    orbit_share: tuple[float, float]


@dataclass(frozen=True)
class ClassLine:
    """A conjugacy class; the identity has no status and no dual weight.

    `logit` is `f(C) = sum_R a_R X_R(C)`; the margin of a wrong label in `C` is `f(1) - f(C)` in units of
    `gamma*`.
    """

    name: str
    size: str
    order: str
    status: str | None
    logit: str  # exact
    logit_decimal: float
    dual: str  # y_C, exact
    dual_decimal: float


@dataclass(frozen=True)
class Characters:
    """The character table: rows are irreps, columns are classes."""

    labels: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]  # exact
    ratios: tuple[tuple[float, ...], ...]  # Re chi(C) / d


@dataclass(frozen=True)
class Statement:
    """A closed form that covers this group, as MathML that our own code wrote."""

    title: str
    mathml: str
    values: str  # of its symbols at this group
    hypothesis: str
    source: str


@dataclass(frozen=True)
class ReportData:
    """Everything on the page; `result` is the object of `gammastar verify --json`."""

    result: dict[str, Any]
    irreps: tuple[IrrepLine, ...]
    classes: tuple[ClassLine, ...]
    characters: Characters | None
    statements: tuple[Statement, ...] = ()


def collect(solution: MarginSolution, result: dict[str, Any]) -> ReportData:
    """Gather what the report shows from the records of a verification."""
    return ReportData(
        result=result,
        irreps=_irreps(solution, result),
        classes=_classes(solution),
        characters=_characters(solution),
        statements=_statements(solution),
    )


def _irreps(solution: MarginSolution, result: dict[str, Any]) -> tuple[IrrepLine, ...]:
    orbits = [row.orbit for row in solution.rows]
    return tuple(
        IrrepLine(
            label=row.label,
            conjugate=None if row.conjugate == row.index else solution.table.labels[row.conjugate],
            degree=row.degree,
            indicator=row.indicator,
            cost=str(row.cost),
            weight=str(weight),
            status=shown["status"],
            share=(shown["share"][0], shown["share"][1]),
            orbit=row.orbit,
            orbit_size=orbits.count(row.orbit),
            orbit_share=(shown["orbit_share"][0], shown["orbit_share"][1]),
        )
        for row, weight, shown in zip(solution.rows, solution.primal, result["irreps"], strict=True)
    )


def _classes(solution: MarginSolution) -> tuple[ClassLine, ...]:
    from theory.margins.class_functions import class_function

    table = solution.table
    return tuple(
        ClassLine(
            name=table.class_names[column],
            size=str(table.class_sizes[column]),
            order=str(table.element_orders[column]),
            status=None if status is None else status.value,
            logit=str(logit),
            logit_decimal=float(logit),
            dual=str(solution.dual[column]),
            dual_decimal=float(solution.dual[column]),
        )
        for column, (status, logit) in enumerate(
            zip(solution.structure.classes, class_function(solution), strict=True)
        )
    )


def _characters(solution: MarginSolution) -> Characters | None:
    from theory.characters.cyclotomic import to_complex

    table = solution.table
    if len(table.labels) > LARGEST_TABLE:
        return None
    return Characters(
        labels=table.labels,
        values=tuple(tuple(str(value) for value in row) for row in table.values),
        ratios=tuple(
            tuple(to_complex(value).real / degree for value in row)
            for row, degree in zip(table.values, table.degrees, strict=True)
        ),
    )


def _statements(solution: MarginSolution) -> tuple[Statement, ...]:
    from theory.margins.statements import statements_for

    found = statements_for(solution.table, solution.arity)
    if len(solution.table.labels) <= LARGEST_TABLE:
        for statement in found:  # the page prints them as facts about this group
            value = float(statement.value)
            known = (float(solution.cost), solution.gamma_star)
            assert any(isclose(value, number, rel_tol=1e-12) for number in known), (
                f"{statement.name}: {value}"
            )
    return tuple(
        Statement(
            title=statement.name,
            mathml=statement.mathml,
            values=", ".join(
                f"{name} = {value}" for name, value in statement.values if isinstance(value, int)
            ),
            hypothesis=statement.hypothesis,
            source=statement.source,
        )
        for statement in found
    )
