"""Test every law we know on one group: the engine of `gammastar property-test`.

A file with a Cayley table is not trusted: its cells are read as they are and the group axioms are tested on
them, so that a table that is no group gets a counterexample instead of a refusal. Everything else is built
the way other commands build it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from theory.errors import GapError, InputError, LimitError

if TYPE_CHECKING:
    from theory.characters.table import CharacterTable
    from theory.groups.finite_group import FiniteGroup
    from theory.groups.naming import GroupSource
    from theory.margins.solution import MarginSolution
    from theory.testing.law_search import Law
    from theory.testing.laws.tabled_groups import TabledGroup
    from theory.testing.operations import Operation

__all__ = ["LawResult", "LawStatus", "PropertyReport", "run"]

GROUP_ORDER = 100_000  # of a group whose elements are listed to test laws on them
TABLED_ORDER = 10_000  # of a group that is also tabled by Burnside–Dixon
REPRESENTED_ORDER = 200  # of a group whose irreps are all made explicit
MARGIN_CLASSES = 150  # of a table whose margin program is written out in balls


class LawStatus(Enum):
    """What came out of testing a law."""

    HOLDS = "holds"
    FAILS = "fails"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class LawResult:
    """One law and what came out.

    Args:
        section: "axioms", "group", "characters", "elements and characters", "margins" or "groups derived from
            it".
        name: of the law.
        statement: the law in one line.
        status: see `LawStatus`.
        examples: how many cases were looked at.
        exhaustive: whether these were all cases.
        counterexample: the smallest refuting case found, in the user's labels.
        reason: why the law was skipped.
    """

    section: str
    name: str
    statement: str
    status: LawStatus
    examples: int = 0
    exhaustive: bool = False
    counterexample: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class PropertyReport:
    """All laws on one group.

    Args:
        group: as typed.
        order: number of elements; None if no group was built and no table says it.
        seed: of the drawn cases.
        max_examples: drawn for each law, unless its cases are costly.
        laws: in the order in which they were tested.
    """

    group: str
    order: int | None
    seed: int
    max_examples: int
    laws: tuple[LawResult, ...]

    @property
    def passed(self) -> bool:
        """Whether no law was refuted."""
        return all(law.status is not LawStatus.FAILS for law in self.laws)

    def lines(self) -> tuple[str, ...]:
        """The report as text, a line a law; a counterexample or a reason follows its law."""
        found = []
        for law in self.laws:
            cases = f"all {law.examples:,} cases" if law.exhaustive else f"{law.examples:,} drawn cases"
            said = {
                LawStatus.HOLDS: cases,
                LawStatus.FAILS: law.counterexample,
                LawStatus.SKIPPED: law.reason,
            }[law.status]
            found.append(f"{law.status.value:<7}  {law.name}: {said}")
        return tuple(found)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON."""
        record = asdict(self)
        record["passed"] = self.passed
        for law in record["laws"]:
            law["status"] = law["status"].value
        record["laws"] = list(record["laws"])
        return record


class _Run:
    """The laws tested so far in one run."""

    def __init__(self, max_examples: int, seed: int, progress: Callable[[str], None] | None) -> None:
        self.max_examples, self.seed, self.progress = max_examples, seed, progress
        self.results: list[LawResult] = []

    @property
    def refuted(self) -> bool:
        return any(result.status is LawStatus.FAILS for result in self.results)

    def skip(self, section: str, laws: Sequence[Law[Any, Any]], reason: str) -> None:
        self.results += [
            LawResult(section, law.name, law.statement, LawStatus.SKIPPED, reason=reason) for law in laws
        ]

    def test(self, section: str, laws: Sequence[Law[Any, Any]], subject: object) -> None:
        from theory.testing.law_search import search

        for law in laws:
            reason = law.unless(subject) if law.unless is not None else None
            if reason is not None:
                self.skip(section, [law], reason)
                continue
            if self.progress is not None:
                self.progress(law.name)
            finding = search(law, subject, max_examples=self.max_examples, seed=self.seed)
            self.results.append(
                LawResult(
                    section=section,
                    name=law.name,
                    statement=law.statement,
                    status=LawStatus.HOLDS if finding.counterexample is None else LawStatus.FAILS,
                    examples=finding.cases,
                    exhaustive=finding.exhaustive,
                    counterexample=finding.counterexample,
                )
            )


def run(
    text: str,
    max_examples: int = 100,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> PropertyReport:
    """Test every law on the group that the user named.

    Args:
        text: an expression, a file, or `gap:EXPR`, as every command takes it.
        max_examples: cases drawn for each law, at least 1.
        seed: the same seed gives the same report.
        progress: called with the name of each law before it is tested.

    Raises:
        InputError: the input cannot be read as a group or as a square table of integers.
    """
    from theory.groups.naming import resolve

    if max_examples < 1:
        raise InputError(f"--max-examples {max_examples}: no law can be tested on fewer than 1 example")
    source = resolve(text)
    session = _Run(max_examples, seed, progress)
    operation = _untrusted_operation(source)
    if operation is not None:
        order: int | None = operation.order
        _axioms(session, operation)
        if session.refuted:
            for section, laws in _after("axioms").items():
                session.skip(section, laws, "the axioms fail: not a group")
        else:
            order = _group_and_beyond(session, source, axioms=False)
    else:
        order = _group_and_beyond(session, source, axioms=True)
    return PropertyReport(text, order, seed, max_examples, tuple(session.results))


def _axioms(session: _Run, operation: Operation) -> None:
    """The axioms in order; those that make no sense once an earlier one fails are skipped."""
    from theory.testing.laws.axioms import AXIOMS, closure, identity, inverses

    session.test("axioms", [closure], operation)
    if session.refuted:
        session.skip("axioms", AXIOMS[1:], "closure fails: some products are no elements")
        return
    for law in AXIOMS[1:]:
        failed = [result.name for result in session.results if result.status is LawStatus.FAILS]
        if law is inverses and identity.name in failed:
            session.skip("axioms", [law], "there is no identity")
        else:
            session.test("axioms", [law], operation)


def _untrusted_operation(source: GroupSource) -> Operation | None:
    """The operation of a file that holds a Cayley table, with nothing checked but that it is a square of
    integers.
    """
    from theory.groups.files import read
    from theory.groups.naming import GroupFile
    from theory.testing.operations import Operation, untrusted_operation

    if not isinstance(source, GroupFile):
        return None
    found = read(source.path, untrusted_operation)
    return found if isinstance(found, Operation) else None


def _group_and_beyond(session: _Run, source: GroupSource, *, axioms: bool) -> int | None:
    from theory.characters.library import character_table
    from theory.testing.laws.catalogue import LAWS

    group, reason = _group(source)
    if group is None:
        session.skip("axioms", LAWS["axioms"] if axioms else (), reason)
        session.skip("group", LAWS["group"], reason)
    else:
        if axioms:
            from theory.testing.operations import operation_of_group

            _axioms(session, operation_of_group(group))
        session.test("group", LAWS["group"], group)
    try:
        table = character_table(source)
    except LimitError as error:
        for section, laws in _after("group").items():
            session.skip(section, laws, str(error))
        return group.order if group is not None else None
    session.test("characters", LAWS["characters"], table)
    tabled, reason = _tabled(group, reason)
    if tabled is None:
        session.skip("elements and characters", LAWS["elements and characters"], reason)
    else:
        session.test("elements and characters", LAWS["elements and characters"], tabled)
    solution = _margins(session, table, tabled)
    _representations(session, tabled, solution, reason)
    return table.order


def _after(section: str) -> dict[str, Sequence[Law[Any, Any]]]:
    """The laws of the sections after this one."""
    from theory.testing.laws.catalogue import LAWS

    names = list(LAWS)
    return {name: LAWS[name] for name in names[names.index(section) + 1 :]}


def _group(source: GroupSource) -> tuple[FiniteGroup | None, str]:
    """The group with its elements, or why there is none."""
    from theory.groups.naming import GapExpression, GroupExpression

    limit = f"beyond the limit of {GROUP_ORDER:,} for laws on elements"
    if isinstance(source, GroupExpression) and source.order > GROUP_ORDER:
        return None, f"order {source.order:,} is {limit}"
    try:
        group = source.build()
    except LimitError as error:
        return None, str(error)
    except GapError as error:
        if isinstance(source, GapExpression):  # it may still name a character table
            return None, str(error)
        raise
    if group.order > GROUP_ORDER:
        return None, f"order {group.order:,} is {limit}"
    return group, ""


def _tabled(group: FiniteGroup | None, reason: str) -> tuple[TabledGroup | None, str]:
    if group is None:
        return None, reason
    if group.order > TABLED_ORDER:
        return (
            None,
            f"order {group.order:,} is beyond the limit of {TABLED_ORDER:,} for tabling from the elements",
        )
    from theory.characters.burnside_dixon import character_table_of
    from theory.groups.conjugacy import conjugacy_classes
    from theory.testing.laws.tabled_groups import TabledGroup

    return TabledGroup(group, conjugacy_classes(group), character_table_of(group)), ""


def _margins(session: _Run, table: CharacterTable, tabled: TabledGroup | None) -> MarginSolution | None:
    """Test the margin's laws; the solution if there is one."""
    from theory.margins.exact import solve
    from theory.testing.laws.catalogue import LAWS
    from theory.testing.laws.margins import Solved

    sections = ("margins", "groups derived from it")
    reason = ""
    if table.order == 1:
        reason = "the trivial group has no wrong label, hence no margin"
    elif len(table.class_sizes) > MARGIN_CLASSES:
        reason = f"{len(table.class_sizes):,} classes are beyond the limit of {MARGIN_CLASSES}"
    if reason:
        for section in sections:
            session.skip(section, LAWS[section], reason)
        return None
    subject = Solved(solve(table), tabled)
    for section in sections:
        session.test(section, LAWS[section], subject)
    return subject.solution


def _representations(
    session: _Run, tabled: TabledGroup | None, solution: MarginSolution | None, reason: str
) -> None:
    from theory.representations.irreps import explicit_irreps
    from theory.testing.laws.representations import REPRESENTATION_LAWS, Represented

    if tabled is not None and tabled.group.order > REPRESENTED_ORDER:
        order = tabled.group.order
        reason = f"order {order:,} is beyond the limit of {REPRESENTED_ORDER} for making all irreps explicit"
    if tabled is None or reason:
        session.skip("representations", REPRESENTATION_LAWS, reason)
        return
    irreps = explicit_irreps(tabled.group, tabled.table)
    session.test("representations", REPRESENTATION_LAWS, Represented(tabled, irreps, solution))
