"""A law is a statement about a subject that must hold for every case; this module searches for a case that
refutes it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from hypothesis.strategies import DataObject, SearchStrategy

__all__ = ["Decision", "Finding", "Law", "assert_drawn", "assert_law", "law", "search"]

Subject = TypeVar("Subject")
Case = TypeVar("Case")


@dataclass(frozen=True)
class Decision(Generic[Case]):
    """A law settled by looking at every case.

    Args:
        cases: how many cases that were.
        failing: some of those that refute the law, the smallest first; empty if the law holds.
    """

    cases: int
    failing: tuple[Case, ...] = ()


@dataclass(frozen=True)
class Law(Generic[Subject, Case]):
    """A named statement about a subject.

    Args:
        name: a few words.
        statement: the law in one line.
        source: where it is proved; `proof` holds the proof itself where it is ours.
        cases: the strategy that draws cases for a subject; it must shrink towards small ones.
        refute: what is wrong with the subject in this case, in its own labels; None if the law holds.
        decide: looks at every case where that is affordable, else returns None.
        unless: why the law says nothing about a subject; None if it does.
        most: cap on the number of drawn cases, for laws with expensive ones.
    """

    name: str
    statement: str
    source: str
    cases: Callable[[Subject], SearchStrategy[Case]]
    refute: Callable[[Subject, Case], str | None]
    decide: Callable[[Subject], Decision[Case] | None] | None = None
    unless: Callable[[Subject], str | None] | None = None
    most: int | None = None

    @property
    def proof(self) -> str:
        """The proof, where the law carries one."""
        return (self.refute.__doc__ or "").strip()


@dataclass(frozen=True)
class Finding:
    """What a search for a counterexample came to.

    Args:
        cases: how many cases were looked at.
        exhaustive: whether these were all cases.
        counterexample: the smallest refuting case found, in words; None if the law held each time.
    """

    cases: int
    exhaustive: bool
    counterexample: str | None = None


def law(
    name: str,
    statement: str,
    *,
    source: str,
    cases: Callable[[Subject], SearchStrategy[Case]],
    decide: Callable[[Subject], Decision[Case] | None] | None = None,
    unless: Callable[[Subject], str | None] | None = None,
    most: int | None = None,
) -> Callable[[Callable[[Subject, Case], str | None]], Law[Subject, Case]]:
    """Make a law of the function that refutes it; see `Law` for the arguments."""

    def named(refute: Callable[[Subject, Case], str | None]) -> Law[Subject, Case]:
        return Law(name, statement, source, cases, refute, decide, unless, most)

    return named


class _Refuted(Exception):
    """Carries the counterexample out of hypothesis."""


def search(law: Law[Subject, Case], subject: Subject, *, max_examples: int = 100, seed: int = 0) -> Finding:
    """Look for a case that refutes the law: all cases where `law.decide` can, else cases that hypothesis
    draws.

    Args:
        law: the law.
        subject: what it is about.
        max_examples: how many cases to draw, at least 1; `law.most` may lower it.
        seed: of the draws; the same seed gives the same cases.
    """
    if max_examples < 1:
        raise ValueError(f"{max_examples} examples can refute nothing: max_examples must be at least 1")
    decision = law.decide(subject) if law.decide is not None else None
    if decision is None:
        return _draw(law, subject, min(max_examples, law.most or max_examples), seed)
    if not decision.failing:
        return Finding(decision.cases, exhaustive=True)
    reason = law.refute(subject, decision.failing[0])
    assert reason is not None, f"{law.name}: decide and refute disagree about {decision.failing[0]!r}"
    return Finding(decision.cases, exhaustive=True, counterexample=reason)


def _draw(law: Law[Subject, Case], subject: Subject, max_examples: int, seed: int) -> Finding:
    # hypothesis caches what it reads of the source files: not in the folder where the user happens to be.
    os.environ.setdefault(
        "HYPOTHESIS_STORAGE_DIRECTORY", str(Path(tempfile.gettempdir()) / "gammastar-hypothesis")
    )
    import hypothesis
    from hypothesis import HealthCheck, Phase, Verbosity

    drawn = 0

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=max_examples,
        database=None,
        deadline=None,
        derandomize=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
        print_blob=False,
    )
    @hypothesis.given(law.cases(subject))
    def holds(case: Any) -> None:
        nonlocal drawn
        drawn += 1
        reason = law.refute(subject, case)
        if reason is not None:
            raise _Refuted(reason)

    try:
        holds()
    except _Refuted as refuted:  # hypothesis replays the shrunk case last
        return Finding(drawn, exhaustive=False, counterexample=str(refuted))
    return Finding(drawn, exhaustive=False)


def assert_law(law: Law[Subject, Case], subject: Subject, *, max_examples: int = 100, seed: int = 0) -> None:
    """For tests of one subject: AssertionError with the shrunk counterexample, or if the law says nothing.

    Under `@given` use `assert_drawn`: searches do not nest.
    """
    __tracebackhide__ = True
    reason = law.unless(subject) if law.unless is not None else None
    if reason is not None:
        raise AssertionError(f"{law.name} says nothing here: {reason}")
    finding = search(law, subject, max_examples=max_examples, seed=seed)
    if finding.counterexample is not None:
        raise AssertionError(f"{law.name} ({law.statement}): {finding.counterexample}")


def assert_drawn(law: Law[Subject, Case], subject: Subject, data: DataObject) -> None:
    """For tests that draw the subject, too: one case of the law, drawn from `st.data()` so that both shrink.

    A law that says nothing about the subject passes.
    """
    __tracebackhide__ = True
    if law.unless is not None and law.unless(subject) is not None:
        return
    reason = law.refute(subject, data.draw(law.cases(subject), label=law.name))
    if reason is not None:
        raise AssertionError(f"{law.name} ({law.statement}): {reason}")
