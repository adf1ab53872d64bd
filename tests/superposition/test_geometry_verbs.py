"""The verbs geometry, train, plateaus, correlation and dynamics, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from certificates.cli import main


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, stdout, stderr."""
    with pytest.raises(SystemExit) as ended:
        main(["superposition", *words])
    held = capsys.readouterr()
    return int(ended.value.code or 0), held.out, held.err


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A triangle, a digon, and a feature that is not there."""
    angles = 2 * np.pi * np.arange(3) / 3
    weights = np.zeros((3, 6))
    weights[:2, :3] = np.cos(angles), np.sin(angles)
    weights[2, 3:5] = 1, -1
    np.savez(tmp_path / "model.npz", W=weights, b=np.array([0, 0, 0, 0, 0, 0.1]))
    return tmp_path / "model.npz"


def test_geometry(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = printed(capsys, "geometry", str(model), "-p", "0.2", "-o", str(tmp_path / "out"))
    assert code == 0
    assert out.startswith("5 of 6 features represented, sum of D = 3.000 in 3 dimensions")
    assert "zero columns, D = 0: [5]" in out
    assert (tmp_path / "out" / "geometry.png").read_bytes().startswith(b"\x89PNG")
    code, out, _ = printed(capsys, "geometry", str(model), "--json")
    numbers = json.loads(out)["numbers"]
    assert numbers["dimensionalities"] == pytest.approx([2 / 3] * 3 + [0.5] * 2 + [0])
    assert [summand["plateau"] for summand in numbers["summands"]] == ["triangle", "digon"]


def test_train(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("train", "--preset", "ci", "-n", "6", "-m", "2", "--count", "2", "--steps", "50", "--json")
    code, out, _ = printed(capsys, *words, "-o", str(tmp_path / "out"))
    result = json.loads(out)
    assert code == 0
    assert len(result["numbers"]["models"]) == 2
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "model-1.00.safetensors",
        "model-8.00.safetensors",
        "result.json",
        "sweep.png",
    }
    code, _, _ = printed(capsys, "geometry", str(tmp_path / "out" / "model-8.00.safetensors"))
    assert code == 0
    again = json.loads(printed(capsys, *words)[1])
    assert again["numbers"] == result["numbers"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("geometry", "nowhere.npz"), "nowhere.npz: cannot be read"),
        (("train", "--preset", "large"), "preset 'large': known are ci, default, slow"),
        (("train", "--preset", "ci", "--lowest", "0.5"), "densities: 1/(1 - S) from 0.5"),
        (("plateaus", "-n", "4"), "-n and -m go together"),
        (("plateaus", "-n", "4", "-m", "4"), "1 <= m < n would be right"),
        (("correlation", "--sets", "2"), "--sets, --size and -m go together"),
        (
            ("correlation", "--sets", "2", "--size", "2", "-m", "2", "--mode", "anti", "-p", "0.6"),
            "p size = 0.6 * 2 = 1.2, above 1",
        ),
        (
            ("correlation", "--sets", "2", "--size", "2", "-m", "2", "--mode", "corr", "-n", "5"),
            "2 sets of 2 features are 4, not n = 5",
        ),
        (("dynamics", "--steps", "100"), "a multiple of 20 and at least 180 steps"),
        (("dynamics", "-p", "1.5"), "p[0] = 1.5"),
    ],
)
def test_bad_input_has_exit_code_2_and_leaves_no_file(
    words: tuple[str, ...], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = printed(capsys, *words, "-o", str(tmp_path / "out"))
    assert code == 2
    assert message in err
    assert out == ""
    assert not (tmp_path / "out").exists()
