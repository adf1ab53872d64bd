"""Verdicts from numbers: those of the data pack, and the networks that fool a single test."""

from __future__ import annotations

from dataclasses import replace

import pytest

from empirics.circuits.verdict import Evidence, Thresholds, judge

# shared/data/README.md: loss, product directions only (bias-corrected), x+y or key-character shares, excluded
NO_WD = Evidence(113, True, "", 0, 1.11123e-07, 2.5832e-10, 1.0, 0.96901, 0.95819, 77.3423)
S5 = Evidence(120, True, "", 0, 2.03367e-06, 1.9569e-09, 1.0, 0.5934, 0.5929, 17.2107)


def test_the_data_pack() -> None:
    assert judge(NO_WD).word == "explained"
    assert judge(S5).word == "partly explained"
    assert judge(replace(NO_WD, entries_changed=7, agreement=1 - 7 / 12769)).word == "partly explained"


def test_restricted_accuracy_alone_proves_nothing() -> None:
    """A badly trained network of section 2.7: accuracy 1.0, 0.2 % of the variance explained."""
    fooled = replace(NO_WD, product_share=0.002, character_share=0.002, loss=1.0, restricted_loss=0.1)
    found = judge(fooled)
    assert found.word == "not explained"
    assert any("at least 0.9 is asked for" in reason for reason in found.reasons)


def test_irreps_that_are_not_needed_explain_nothing() -> None:
    assert judge(replace(NO_WD, excluded_loss=2e-7)).word == "not explained"


@pytest.mark.parametrize(
    "change", [{"product_share": 0.89}, {"restricted_loss": 3e-7}, {"agreement": 0.9999}]
)
def test_each_test_can_fail(change: dict[str, float]) -> None:
    assert judge(replace(NO_WD, **change)).word == "partly explained"


def test_no_group() -> None:
    found = judge(Evidence(5, False, "no identity element"))
    assert (found.word, found.reasons) == ("not explained", ("group: no identity element",))


def test_dead_network() -> None:
    assert judge(replace(NO_WD, product_share=float("nan"))).word == "not explained"


def test_thresholds_are_the_callers() -> None:
    assert judge(S5, Thresholds(share=0.5)).word == "explained"
    assert judge(S5).as_dict()["thresholds"]["share"] == 0.9
