"""`gammastar superposition phase`: its contract, going on from a file, what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import empirics.superposition.phase as phase_module
from certificates.cli import main
from empirics.superposition.phase_descent import adam


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less Adam, since BFGS ends at the minima anyhow."""
    monkeypatch.setattr(
        phase_module, "adam", lambda losses, points, steps: adam(losses, points, min(steps, 10))
    )


def called(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["superposition", "phase", *arguments])
    return ended.value.code  # type: ignore[return-value]


@pytest.mark.usefixtures("quick")
def test_the_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--grid", "2", "--starts", "1", "--json", "--seed", "3")
    assert called(*arguments, "-o", str(tmp_path / "out")) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["schema"], result["verb"], result["seed"]) == ("gammastar-superposition-1", "phase", 3)
    numbers = result["numbers"]
    assert numbers["unconverged"] == []
    assert numbers["candidates"]["cells"] == sum(numbers["classes"].values()) == 4
    assert numbers["candidates"]["agreement"] >= 0.8
    cells = json.loads((tmp_path / "out" / "cells.json").read_text())["cells"]
    assert len(cells) == 4
    assert (tmp_path / "out" / "phase.png").read_bytes()[:4] == b"\x89PNG"
    assert called(*arguments) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["numbers"] == numbers


@pytest.mark.usefixtures("quick")
def test_goes_on_from_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut off after the first chunk, it ends with the same cells as when it is not."""
    monkeypatch.setattr("certificates.superposition.phase_outcome.CHUNK", 2)
    file, whole = tmp_path / "cells.json", tmp_path / "whole.json"
    arguments = ("--grid", "2", "--starts", "1", "--json")
    assert called(*arguments, "--cells", str(whole)) == 0
    document = json.loads(whole.read_text())
    file.write_text(json.dumps({**document, "cells": document["cells"][:2]}))
    assert called(*arguments, "--cells", str(file)) == 0
    assert json.loads(file.read_text()) == document
    capsys.readouterr()
    assert called("--grid", "2", "--starts", "3", "--cells", str(file)) == 2
    assert "was asked for" in capsys.readouterr().err
    file.write_text("{}")
    assert called(*arguments, "--cells", str(file)) == 2
    assert "no file of cells" in capsys.readouterr().err


@pytest.mark.slow
def test_tricritical(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("theory.superposition.phase.survey.IMPORTANCES", (0.5, 0.6, 0.7, 0.95))
    assert called("--tricritical", "--json", "-o", str(tmp_path / "out")) == 0
    numbers = json.loads(capsys.readouterr().out)["numbers"]
    low, high = numbers["r_tric"]
    assert high - low <= 1e-3
    assert low < 0.5740419 < high
    assert (tmp_path / "out" / "transitions.png").read_bytes()[:4] == b"\x89PNG"
    orders = {row["importance"]: row["order"] for row in numbers["rows"]}
    assert {r: orders[r] for r in (0.5, 0.6, 0.7, 0.95)} == {
        0.5: "first",
        0.6: "continuous",
        0.7: "continuous",
        0.95: "first",
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--tricritical", "--features", "3", "--dimensions", "2"), "n = 2, m = 1"),
        (("--grid", "1"), "grid"),
        (("--features", "40", "--dimensions", "3", "--grid", "2"), "10 features at most"),
        (("--dimensions", "0"), "dimensions"),
    ],
)
def test_refusals(arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert called(*arguments) == 2
    captured = capsys.readouterr()
    assert words in captured.err
    assert captured.out == ""


@pytest.mark.slow
def test_other_shapes_have_no_closed_forms(capsys: pytest.CaptureFixture[str]) -> None:
    assert called("--features", "4", "--dimensions", "2", "--grid", "2", "--starts", "2", "--json") == 0
    numbers = json.loads(capsys.readouterr().out)["numbers"]
    assert "candidates" not in numbers
    assert sum(numbers["classes"].values()) == 4
