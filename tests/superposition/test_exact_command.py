"""`gammastar superposition loss`: its contract, what it prints, and what it says of input it cannot use."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from certificates.cli import main
from theory.errors import InputError, LimitError
from theory.superposition.importance import with_importance
from theory.superposition.model import toy_model
from theory.superposition.rational import rational_gram, rational_loss

DIGON = np.array([[1.0, -1.0]])


def saved(path: Path, weights: np.ndarray, **arrays: np.ndarray) -> str:
    np.savez(path, W=weights, **arrays)
    return str(path)


def called(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["superposition", "loss", *arguments])
    return ended.value.code  # type: ignore[return-value]


def numbers_of(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    return json.loads(capsys.readouterr().out)["numbers"]


@pytest.mark.parametrize("method", ["auto", "float", "rational"])
def test_the_contract(method: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path / "w.npz", DIGON, b=np.zeros(2))
    assert called(path, "--sparsity", "0.75", "--method", method, "--json") == 0
    result = json.loads(capsys.readouterr().out)
    numbers = result["numbers"]
    assert (result["schema"], result["verb"]) == ("gammastar-superposition-1", "loss")
    assert numbers["loss"] == pytest.approx(1 / 48, abs=1e-15)
    assert numbers["layers"] == pytest.approx([0, 0, 1 / 3], abs=1e-15)
    assert numbers["method"] == ("rational" if method == "rational" else "float")
    assert numbers["bound"] == ("exact" if method == "rational" else "rigorous")
    assert 0 <= numbers["error_bound"] < 1e-13
    assert (numbers["error_bound"] == 0) is (method == "rational")
    assert numbers["fraction"] == ("1/48" if method == "rational" else None)
    assert (numbers["represented"], numbers["rank"], numbers["superposition"]) == ([0, 1], 1, True)
    assert result["parameters"]["sparsity"] == 0.75


def test_drawn_and_hybrid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path / "w.npz", DIGON)
    drawn = ("--sparsity", "0.75", "--method", "mc", "--samples", "50000", "--json")
    assert called(path, *drawn, "--seed", "3") == 0
    numbers = numbers_of(capsys)
    assert numbers["error_bound"] == 3 * numbers["standard_error"]  # type: ignore[operator]
    assert abs(numbers["loss"] - 1 / 48) < 4 * numbers["standard_error"]  # type: ignore[operator]
    assert called(path, *drawn, "--seed", "3") == 0
    assert numbers_of(capsys) == numbers
    assert called(path, *drawn, "--seed", "4") == 0
    assert numbers_of(capsys)["loss"] != numbers["loss"]
    wide = saved(tmp_path / "wide.npz", np.random.default_rng(0).normal(size=(3, 40)))
    assert called(wide, "--sparsity", "0.9", "--json") == 0
    numbers = numbers_of(capsys)
    assert (numbers["method"], numbers["bound"]) == ("hybrid", "estimate")
    assert len(numbers["layers"]) == 2  # type: ignore[arg-type]


def test_importances_of_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`I` of the model file, and then that of another file in its place."""
    weights, bias = np.array([[1.0, -0.5]]), np.array([0.0, 0.25])
    path = saved(tmp_path / "w.npz", weights, b=bias, I=np.array([1.0, 0.25]))
    listed = tmp_path / "i.json"
    listed.write_text("[2, 0.5]")
    np.savez(tmp_path / "i.npz", I=np.array([2.0, 0.5]))
    assert called(path, "--sparsity", "0.5", "--json") == 0
    own = numbers_of(capsys)["loss"]
    gram = rational_gram(weights.tolist())
    expected = rational_loss(gram, bias.tolist(), Fraction(1, 2), [1, Fraction(1, 4)])
    assert own == pytest.approx(float(expected.total), abs=1e-15)
    for file in (listed, tmp_path / "i.npz"):
        assert called(path, "--sparsity", "0.5", "--importance", str(file), "--json") == 0
        assert numbers_of(capsys)["loss"] == 2 * own  # type: ignore[operator]


def test_text_and_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path / "w.npz", DIGON)
    assert called(path, "--sparsity", "0.75", "--method", "rational", "-o", str(tmp_path / "out")) == 0
    text = capsys.readouterr().out
    assert text.startswith("loss 0.0208333333333\n")
    assert "layers L_0 = 0, L_1 = 0, L_2 = 0.333333" in text
    assert "2 of 2 features represented (longer than 0.3), of rank 1: superposition" in text
    assert json.loads((tmp_path / "out" / "result.json").read_text())["numbers"]["fraction"] == "1/48"
    with Image.open(tmp_path / "out" / "loss.png") as image:
        assert np.asarray(image.convert("L")).std() > 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--sparsity", "1.5"), "S = 1.5: a number in [0, 1] would be right"),
        (("--sparsity", "nan"), "S = nan"),
        (("--sparsity", "0.5", "--method", "exact"), "method 'exact': known are auto, rational, float"),
        (("--sparsity", "0.5", "--method", "float"), "w.npz: output 0 reads 18 features, and the limit"),
        (("--sparsity", "0.5", "--method", "rational"), "method rational is 10; method hybrid or mc"),
        (("--sparsity", "0.5", "--importance", "none.json"), "none.json: cannot be read"),
    ],
)
def test_bad_input(
    arguments: tuple[str, ...], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, one line, and no file."""
    path = saved(tmp_path / "w.npz", np.random.default_rng(0).normal(size=(2, 18)))
    output = tmp_path / "out"
    assert called(path, *arguments, "-o", str(output)) == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert shown.out == ""
    assert len(shown.err.strip().splitlines()) == 1
    assert not output.exists()


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"W": np.ones((1, 2)), "b": np.ones(3)}, "b has shape [3], W has 2 columns"),
        ({"W": np.array([[1.0, np.nan]])}, "W[0, 1] is not finite"),
        ({"W": np.ones((1, 2)), "I": np.array([1.0, -2.0])}, "I[1] = -2; importances are 0 or more"),
        ({"V": np.ones((1, 2))}, "no array W; it holds V"),
        ({"W": np.ones((0, 2))}, "W has shape [0, 2]"),
    ],
)
def test_bad_models(
    arrays: dict[str, np.ndarray], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.savez(tmp_path / "w.npz", **arrays)
    assert called(str(tmp_path / "w.npz"), "--sparsity", "0.5") == 2
    assert message in capsys.readouterr().err


def test_bad_importances(tmp_path: Path) -> None:
    model, path = toy_model(DIGON), tmp_path / "i.json"
    cases = (
        ("[1, 2, 3]", r"i\.json: I has shape \[3\]; \[2\] would be right"),
        ("[1, -1]", r"i\.json: I\[1\] = -1; importances are 0 or more"),
        ('{"I": 1}', r"i\.json: a JSON list of numbers would be right"),
        ('["a", "b"]', r"i\.json: I is no array of real numbers"),
        ("[1, 1e999]", r"i\.json: I\[1\] is not finite"),
        ("[1,", r"i\.json: not JSON"),
    )
    for text, message in cases:
        path.write_text(text)
        with pytest.raises(InputError, match=message):
            with_importance(model, path)
    path.write_text("[" + "1," * 2**24 + "1]")
    with pytest.raises(LimitError, match="larger than"):
        with_importance(model, path)
    np.savez(tmp_path / "i.npz", J=np.ones(2))
    with pytest.raises(InputError, match="no array I; it holds J"):
        with_importance(model, tmp_path / "i.npz")
