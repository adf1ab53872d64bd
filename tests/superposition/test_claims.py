"""Statements E1 to E10 of shared/specs/superposition.md, and the page that shows them.

Every claim's verdict follows from its numbers alone; here each is also held to a second way of getting there.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from certificates.report.superposition_page import render_claims
from empirics.superposition.claims import shapes
from empirics.superposition.claims.catalogue import CLAIMS, examine
from empirics.superposition.claims.claim import Claim, Measured, judge
from tests.meta.test_command_line import run
from theory.errors import UnknownNameError


def claim(key: str, seed: int = 0) -> Claim:
    (found,) = examine(seed, [key])
    return found


def values(found: Claim) -> list[float]:
    return [one.value for one in found.measured]


def test_column_reduction() -> None:
    """E1, with the plane span(e2, e4) and a nudge in one entry, by hand: the pivot 0.001 becomes 1/0.001."""
    found = claim("E1")
    assert found.verdict == "corrected"
    nudged = np.eye(5)[:, [1, 3]]
    nudged[0, 0] = 1e-3
    by_hand = nudged / np.array([1e-3, 1.0])  # the first pivot moves to row 0
    from theory.superposition.projectors import column_reduced, span_projector

    assert np.allclose(column_reduced(nudged), by_hand)
    moved = np.linalg.norm(by_hand @ by_hand.T - np.diag([0, 1, 0, 1, 0]))
    assert moved == pytest.approx(1e6, rel=1e-2)
    turned = np.linalg.norm(span_projector(nudged) - np.diag([0, 1, 0, 1, 0]))
    assert turned == pytest.approx(math.sqrt(2) * 1e-3, rel=1e-3)


def test_plucker_space() -> None:
    found = claim("E2")
    assert found.verdict == "corrected"
    assert values(found) == [10, 10, 9]


def test_radius_of_projectors() -> None:
    assert [claim("E3", seed).verdict for seed in range(5)] == ["true"] * 5


def test_what_superposition_is() -> None:
    found = claim("E4")
    assert found.verdict == "corrected"
    assert values(found) == [2, 0, 4, 4]


def test_one_active_feature() -> None:
    assert [claim("E5", seed).verdict for seed in range(3)] == ["corrected"] * 3


def test_importance_enters_once() -> None:
    """The weights 1/10 and 1/100 are exact."""
    found = claim("E6")
    assert found.verdict == "corrected"
    assert values(found) == [0.1, 0.01]


@pytest.mark.parametrize("starts", [(6, 30), pytest.param(shapes.STARTS, marks=pytest.mark.slow)], ids=str)
def test_thomson_problem(starts: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """E7; the energies of spec 6.3."""
    monkeypatch.setattr(shapes, "STARTS", starts)
    found = claim("E7")
    assert found.verdict == "corrected"
    assert values(found)[4] == pytest.approx(3.699137, abs=1e-5)
    assert values(found)[2] == pytest.approx(0.681956 - 0.681278, abs=2e-6)


def test_linear_model() -> None:
    assert [claim("E10", seed).verdict for seed in range(3)] == ["corrected"] * 3


def test_topology_and_arrangements() -> None:
    assert claim("T1").verdict == "corrected"
    assert claim("T2").verdict == "true"


@pytest.mark.slow
def test_correlated_features() -> None:
    """E8."""
    found = claim("E8")
    assert found.verdict == "corrected"
    assert values(found)[0] == 0


def test_three_in_superposition() -> None:
    """E9; the crossing of spec 2.4."""
    found = claim("E9")
    assert found.verdict == "corrected"
    assert values(found)[3] == pytest.approx(0.5217, abs=3e-4)


@pytest.mark.slow
def test_order_of_the_transition() -> None:
    """The values of spec 2.2 at r = 0.5 and 0.7."""
    found = claim("T5")
    assert found.verdict == "corrected"
    assert values(found)[4] == pytest.approx(0.4846, abs=1e-4)
    assert values(found)[6] == pytest.approx(0.6312, abs=1e-4)


@pytest.mark.slow
def test_plateaus() -> None:
    """The crossing of triangle and digon is that of spec 2.4, 0.5217 ± 0.0003."""
    found = claim("P1")
    assert found.verdict == "corrected"
    assert values(found)[0] == pytest.approx(0.5217, abs=3e-4)


def test_direct_sums() -> None:
    assert claim("T3").verdict == "corrected"
    assert claim("T4").verdict == "true"


def test_a_verdict_stands_on_its_numbers() -> None:
    good, bad = Measured("a", 1.0, 0.0, 2.0), Measured("b", 3.0, most=2.0)
    assert judge((good,), "true") == "true"
    assert judge((good, bad), "true") == "open"
    assert judge((), "true") == "open"
    assert not Measured("nan", math.nan).holds


def test_claims_do_not_depend_on_their_neighbours() -> None:
    alone, together = claim("E2"), examine(0, ["E1", "E2"])[1]
    assert values(alone) == values(together)
    with pytest.raises(UnknownNameError, match="claim 'E99': known are E1, E2"):
        examine(0, ["E99"])


def test_the_page_shows_what_does_not_hold() -> None:
    found = claim("E2")
    failed = replace(found, measured=(Measured("<b>", 3.0, most=2.0),), verdict="open")
    page = render_claims((found, failed), 0, {"python": "3"})
    assert "does not hold" in page
    assert "&lt;b&gt;" in page
    assert "0 true, 1 corrected, 1 open" in page


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(
        capsys, "superposition", "claims", "--only", "E1", "--only", "T2", "-o", str(tmp_path), "--json"
    )
    assert code == 0
    found = json.loads(out)
    assert list(found) == ["schema", "verb", "verdict", "numbers", "parameters", "seed", "seconds"]
    assert found["verdict"] == "1 claims true, 1 corrected, 0 open"
    assert json.loads((tmp_path / "result.json").read_text()) == found
    assert "data:image/png" in (tmp_path / "report.html").read_text()
    code, out, err = run(capsys, "superposition", "claims", "--only", "E0")
    assert (code, out) == (2, "")
    assert "claim 'E0': known are E1" in err.splitlines()[-1]


def test_every_statement_has_a_claim() -> None:
    assert {f"E{number}" for number in range(1, 11)} <= set(CLAIMS)
