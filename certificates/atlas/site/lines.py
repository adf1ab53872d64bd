"""What a group's page shows of one row: lines of its tables, and the records that the report's plots read."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeVar

from certificates.atlas.records import CensusRow, ClassRow, IrrepRow
from certificates.report.data import Characters, ClassLine, IrrepLine, ReportData

__all__ = [
    "ClassesTogether",
    "IrrepsTogether",
    "class_lines",
    "counted",
    "irrep_lines",
    "report_data",
    "result_of",
]

Part = TypeVar("Part", IrrepRow, ClassRow)


@dataclass(frozen=True)
class IrrepsTogether:
    """Irreps of one Galois orbit, which agree in all that the table shows.

    Args:
        first: one of them.
        labels: of all.
    """

    first: IrrepRow
    labels: tuple[str, ...]

    @property
    def share(self) -> tuple[float, float]:
        """Of each of them."""
        return self.first.share_low, self.first.share_high

    @property
    def orbit_share(self) -> tuple[float, float]:
        """Of all together."""
        return self.first.orbit_share_low, self.first.orbit_share_high


@dataclass(frozen=True)
class ClassesTogether:
    """Conjugacy classes that agree in all that the table shows.

    Args:
        first: one of them.
        names: of all.
        margin: of a wrong label in them, in units of `gamma*`.
    """

    first: ClassRow
    names: tuple[str, ...]
    margin: float


def irrep_lines(row: CensusRow) -> tuple[IrrepsTogether, ...]:
    """The table of irreps, a line a Galois orbit."""

    def alike(irrep: IrrepRow) -> Hashable:
        return (
            irrep.orbit,
            irrep.degree,
            irrep.indicator,
            irrep.conjugates,
            irrep.status,
            irrep.share_low,
            irrep.share_high,
            irrep.cost,
            irrep.weight,
        )

    return tuple(
        IrrepsTogether(group[0], tuple(irrep.label for irrep in group))
        for group in _together(row.irreps, alike)
    )


def class_lines(row: CensusRow) -> tuple[ClassesTogether, ...]:
    """The table of classes, equal ones in one line."""
    top = _top(row)

    def alike(one: ClassRow) -> Hashable:
        return one.order, one.size, one.status, one.logit, one.dual

    return tuple(
        ClassesTogether(group[0], tuple(one.name for one in group), top - group[0].logit)
        for group in _together(row.classes, alike)
    )


def _together(parts: Iterable[Part], alike: Any) -> Iterable[list[Part]]:
    """Parts with the same answer, in the order of their first ones."""
    groups: dict[Hashable, list[Part]] = {}
    for part in parts:
        groups.setdefault(alike(part), []).append(part)
    return groups.values()


def _top(row: CensusRow) -> float:
    """The logit of the correct label, `sum_R a_R`."""
    return float(sum((Fraction(irrep.weight) for irrep in row.irreps), Fraction(0)))


def report_data(row: CensusRow, characters: Characters | None = None) -> ReportData:
    """A row as the report's plots read it; the exact logits stand in the certificate only."""
    orbits = [irrep.orbit for irrep in row.irreps]
    sizes = {orbit: orbits.count(orbit) for orbit in set(orbits)}
    identity = ClassLine(
        name="identity",
        size="1",
        order="1",
        status=None,
        logit="",
        logit_decimal=_top(row),
        dual="",
        dual_decimal=0.0,
    )
    return ReportData(
        result={},
        irreps=tuple(_irrep(irrep, sizes[irrep.orbit]) for irrep in row.irreps),
        classes=(identity, *(_class(one) for one in row.classes)),
        characters=characters,
    )


def _irrep(irrep: IrrepRow, orbit_size: int) -> IrrepLine:
    return IrrepLine(
        label=f"{irrep.label} and conjugate" if irrep.conjugates == 2 else irrep.label,
        conjugate=None,
        degree=irrep.degree,
        indicator=irrep.indicator,
        cost=irrep.cost,
        weight=irrep.weight,
        status=irrep.status,
        share=(irrep.share_low, irrep.share_high),
        orbit=irrep.orbit,
        orbit_size=orbit_size,
        orbit_share=(irrep.orbit_share_low, irrep.orbit_share_high),
    )


def _class(one: ClassRow) -> ClassLine:
    return ClassLine(
        name=one.name,
        size=str(one.size),
        order=str(one.order),
        status=one.status,
        logit="",
        logit_decimal=one.logit,
        dual="",
        dual_decimal=one.dual,
    )


def result_of(row: CensusRow) -> dict[str, Any]:
    """A row as the sentences of `certificates.wording` read it."""
    return {
        "theorem9_condition": row.theorem9_condition,
        "plancherel_optimal": row.plancherel_optimal,
        "irreps": [
            {"label": irrep.label, "status": irrep.status, "conjugates": irrep.conjugates}
            for irrep in row.irreps
        ],
    }


def counted(row: CensusRow, status: str) -> int:
    """How many irreps, a complex pair counted once, have a status."""
    return sum(irrep.status == status for irrep in row.irreps)
