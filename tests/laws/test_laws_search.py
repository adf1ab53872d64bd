"""The search for counterexamples: it finds, it shrinks, it repeats, and it leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import hypothesis.strategies as st
import pytest

from theory.testing.law_search import Decision, Finding, Law, assert_law, law, search


def integers(limit: int) -> st.SearchStrategy[int]:
    return st.integers(0, limit)


@law("small", "every number is below 17", source="made up", cases=integers)
def small(limit: int, case: int) -> str | None:
    return None if case < 17 else f"{case} is not below 17"


@law("any", "every number is a number", source="made up", cases=integers)
def anything(limit: int, case: int) -> str | None:
    """Nothing to show."""
    return None


def test_a_counterexample_is_shrunk() -> None:
    assert search(small, 1000).counterexample == "17 is not below 17"


def test_a_law_that_holds_is_tried_as_often_as_asked() -> None:
    assert search(anything, 10**6, max_examples=37) == Finding(cases=37, exhaustive=False)
    assert search(small, 16).counterexample is None


def test_costly_laws_are_tried_less_often() -> None:
    costly = Law("costly", "s", "made up", integers, anything.refute, most=5)
    assert search(costly, 10**6, max_examples=100).cases == 5
    assert search(costly, 10**6, max_examples=3).cases == 3


def test_the_same_seed_draws_the_same_cases() -> None:
    def drawn(seed: int) -> list[int]:
        seen: list[int] = []
        spy = Law("spy", "s", "made up", integers, lambda limit, case: seen.append(case))
        search(spy, 10**9, max_examples=20, seed=seed)
        return seen

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_a_decision_replaces_the_draws() -> None:
    decided = Law("d", "s", "made up", integers, small.refute, decide=lambda limit: Decision(limit, (99,)))
    assert search(decided, 200) == Finding(200, exhaustive=True, counterexample="99 is not below 17")
    holds = Law("d", "s", "made up", integers, small.refute, decide=lambda limit: Decision(limit))
    assert search(holds, 200) == Finding(200, exhaustive=True)
    undecided = Law("d", "s", "made up", integers, small.refute, decide=lambda limit: None)
    assert search(undecided, 200).counterexample == "17 is not below 17"


def test_a_decision_must_agree_with_the_law() -> None:
    wrong = Law("d", "s", "made up", integers, small.refute, decide=lambda limit: Decision(limit, (3,)))
    with pytest.raises(AssertionError, match="disagree about 3"):
        search(wrong, 200)


def test_assert_law_names_law_statement_and_counterexample() -> None:
    assert_law(small, 16)
    with pytest.raises(AssertionError, match=r"^small \(every number is below 17\): 17 is not below 17$"):
        assert_law(small, 1000)
    silent = Law("silent", "s", "made up", integers, small.refute, unless=lambda limit: "no numbers here")
    with pytest.raises(AssertionError, match="silent says nothing here: no numbers here"):
        assert_law(silent, 1000)


def test_no_examples_is_an_error() -> None:
    with pytest.raises(ValueError, match="0 examples can refute nothing"):
        search(small, 1000, max_examples=0)


def test_an_error_in_a_law_is_not_a_counterexample() -> None:
    def broken(limit: int, case: int) -> str | None:
        raise KeyError(case)

    with pytest.raises(KeyError):
        search(Law("broken", "s", "made up", integers, broken), 10)


def test_a_law_carries_its_proof() -> None:
    assert anything.proof == "Nothing to show."
    assert small.proof == ""


def test_searching_leaves_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    search(small, 1000)
    assert list(tmp_path.iterdir()) == []
