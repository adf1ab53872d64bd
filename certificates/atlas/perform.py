"""One batch of the census: GAP's reference, our table, the maximum margins, certificates, their checks."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from certificates.atlas.catalogue import Subject
from certificates.atlas.records import CensusRow, ClassRow, IrrepRow

if TYPE_CHECKING:
    from certificates.atlas.reference import Reference
    from certificates.checker import ProvedTables
    from theory.characters.table import CharacterTable
    from theory.margins.solution import MarginSolution

__all__ = ["Batch", "BatchResult", "Failure", "perform"]

TRIVIAL = "the trivial group has no wrong label: no margin is defined"


@dataclass(frozen=True)
class Batch:
    """Groups that share one process of GAP.

    Args:
        name: of the files that hold its results.
        subjects: all of one collection.
        arities: numbers of factors.
        reference: whether GAP is asked about groups that do without it.
    """

    name: str
    subjects: tuple[Subject, ...]
    arities: tuple[int, ...]
    reference: bool


@dataclass(frozen=True)
class Failure:
    """A group of which there is no entry, and why, in one line."""

    subject: Subject
    error: str


@dataclass(frozen=True)
class BatchResult:
    """What came of a batch.

    Args:
        rows: one a group and arity, of the groups that did not fail.
        certificates: JSON text by (key, arity).
        failures: the other groups.
    """

    rows: tuple[CensusRow, ...]
    certificates: dict[tuple[str, int], bytes]
    failures: tuple[Failure, ...]


def perform(batch: Batch) -> BatchResult:
    """Do a batch; what goes wrong with one group fails this group only.

    Raises:
        GapError: GAP fails on the batch as a whole.
    """
    from certificates.atlas.reference import references

    asked: Sequence[Reference | None] = [None] * len(batch.subjects)
    if batch.reference:
        asked = references(batch.subjects)
    rows: list[CensusRow] = []
    certificates: dict[tuple[str, int], bytes] = {}
    failures = []
    for subject, reference in zip(batch.subjects, asked, strict=True):
        try:
            found = list(_entry(subject, reference, batch.arities))
        except Exception as error:
            failures.append(Failure(subject, " ".join(f"{type(error).__name__}: {error}".split())))
            continue
        rows += [row for row, _ in found]
        certificates |= {(row.key, row.arity): text for row, text in found if text is not None}
    return BatchResult(tuple(rows), certificates, tuple(failures))


def _entry(
    subject: Subject, reference: Reference | None, arities: Sequence[int]
) -> Iterator[tuple[CensusRow, bytes | None]]:
    """The rows of one group with their certificates."""
    from certificates.checker import ProvedTables

    start = time.perf_counter()
    table = _table(subject, reference)
    if reference is not None and (wrong := reference.difference(table)):
        raise ArithmeticError(f"our table of {subject.expression} and GAP's differ in the {wrong}")
    blank = _blank(subject, reference, table)
    proved = ProvedTables()
    seconds = time.perf_counter() - start
    for arity in arities:
        start = time.perf_counter()
        row, certificate = (
            (replace(blank, arity=arity, note=TRIVIAL), None)
            if table.order == 1
            else _margin(replace(blank, arity=arity), table, proved)
        )
        yield replace(row, seconds=seconds + time.perf_counter() - start), certificate
        seconds = 0.0  # the table is counted once


def _table(subject: Subject, reference: Reference | None) -> CharacterTable:
    from theory.characters.burnside_dixon import character_table_of
    from theory.characters.library import character_table
    from theory.groups.gap import received

    if reference is not None and reference.generators is not None:
        return character_table_of(received(subject.expression.removeprefix("gap:"), reference.generators))
    return character_table(subject.expression)


def _blank(subject: Subject, reference: Reference | None, table: CharacterTable) -> CensusRow:
    """What does not depend on the number of factors."""
    from theory.characters.invariant import table_invariant
    from theory.characters.properties import faithful_degree, properties

    return CensusRow(
        key=subject.key,
        collection=subject.collection,
        expression=subject.expression,
        name=subject.name or (reference.description if reference is not None else ""),
        order=table.order,
        gap_id=None if reference is None else reference.gap_id,
        also=(),
        exponent=table.exponent,
        conjugacy_classes=len(table.class_sizes),
        properties=properties(table),
        faithful_degree=faithful_degree(table),
        table_invariant=table_invariant(table),
        arity=0,
        gamma_star=None,
        gamma_star_exact="",
        cost=None,
        cost_exact="",
        structure_gain=None,
        theorem9_condition=None,
        plancherel_optimal=None,
        irreps=(),
        classes=(),
        certificate_sha256=None,
        certificate_bytes=0,
        facts_proved=0,
        facts_trusted=0,
        note="",
        gap_agrees=None if reference is None else True,
        seconds=0.0,
    )


def _margin(row: CensusRow, table: CharacterTable, proved: ProvedTables) -> tuple[CensusRow, bytes | None]:
    """The row of one arity, and its certificate, which has passed the checker."""
    from theory.margins.exact import solve
    from theory.margins.plancherel import plancherel_optimal, theorem9_condition

    solution = solve(table, row.arity)
    found = replace(
        row,
        gamma_star=solution.gamma_star,
        gamma_star_exact=solution.gamma_star_exact,
        cost=float(solution.cost),
        cost_exact=str(solution.cost),
        structure_gain=_structure_gain(solution),
        theorem9_condition=theorem9_condition(table, row.arity),
        plancherel_optimal=plancherel_optimal(table, row.arity),
        irreps=tuple(_irreps(solution)),
        classes=tuple(_classes(solution)),
    )
    return _certified(found, solution, proved)


def _structure_gain(solution: MarginSolution) -> float:
    """`|G|^((k-1)/2) / cost*`, correctly rounded."""
    from theory.margins.radicals import correctly_rounded, half_power

    numerator = half_power(solution.table.order, solution.arity - 1)
    if len(solution.cost.terms) == 1:
        return float(numerator / solution.cost)
    return correctly_rounded(
        lambda: numerator.ball() / solution.cost.ball()
    )  # irrational: no tie of rounding


def _certified(
    row: CensusRow, solution: MarginSolution, proved: ProvedTables
) -> tuple[CensusRow, bytes | None]:
    from certificates.checker import check
    from certificates.issue import canonical, issue
    from theory.errors import LimitError

    try:
        document = issue(solution, expression=row.expression)
    except LimitError as error:
        return replace(row, note=str(error)), None
    text = canonical(document).encode()
    report = check(text, proved)
    failed = [f"{fact.name}: {fact.detail}" for fact in report.facts if fact.status == "failed"]
    if not report.valid:
        raise ArithmeticError(f"the checker refutes the certificate for {row.arity} factors: {failed[0]}")
    trusted = sum(fact.status == "trusted" for fact in report.facts)
    checked = replace(
        row,
        certificate_sha256=document["sha256"],
        certificate_bytes=len(text),
        facts_proved=len(report.facts) - trusted,
        facts_trusted=trusted,
    )
    return checked, text


def _irreps(solution: MarginSolution) -> Iterator[IrrepRow]:
    structure = solution.structure
    for i, irrep in enumerate(solution.rows):
        share, orbit = structure.shares[i], structure.orbit_shares[irrep.orbit]
        yield IrrepRow(
            label=irrep.label,
            degree=irrep.degree,
            indicator=irrep.indicator,
            conjugates=1 if irrep.conjugate == irrep.index else 2,
            orbit=irrep.orbit,
            status=structure.irreps[i].value,
            share_low=share.lower,
            share_high=share.upper,
            orbit_share_low=orbit.lower,
            orbit_share_high=orbit.upper,
            cost=str(irrep.cost),
            weight=str(solution.primal[i]),
        )


def _classes(solution: MarginSolution) -> Iterator[ClassRow]:
    from theory.margins.class_functions import class_function

    table = solution.table
    logits = class_function(solution)
    for column, status in enumerate(solution.structure.classes):
        if status is not None:
            yield ClassRow(
                name=table.class_names[column],
                size=table.class_sizes[column],
                order=table.element_orders[column],
                status=status.value,
                logit=float(logits[column]),
                dual=float(solution.dual[column]),
            )
