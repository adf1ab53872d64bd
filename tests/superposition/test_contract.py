"""What all verbs have in common: one JSON object, a verdict line, figures, and what they say of bad input."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import empirics.superposition.phase as phase_module
from certificates.cli import main
from empirics.superposition.phase_descent import adam
from theory.errors import InputError
from theory.superposition.configurations import configuration

KEYS = ["schema", "verb", "verdict", "numbers", "parameters", "seed", "seconds"]
SETS = ("correlation", "--sets", "2", "--size", "2", "-m", "2")
FILE_VERBS = {
    "loss": ("loss", "FILE", "--sparsity", "0.8"),
    "geometry": ("geometry", "FILE", "-p", "0.2"),
    "directsum": ("directsum", "FILE"),
    "topology": ("topology", "FILE"),
    "spheres": ("spheres", "FILE"),
    "arrangement": ("arrangement", "FILE"),
}
VERBS = FILE_VERBS | {
    "phase": ("phase", "--features", "1", "--dimensions", "1", "--grid", "2", "--starts", "1"),
    "train": ("train", "--preset", "ci", "-n", "4", "-m", "2", "--count", "1", "--steps", "20"),
    "thomson": ("spheres", "--thomson", "4", "--starts", "1"),
    "correlation": (*SETS, "--mode", "corr", "--seeds", "2", "--steps", "20"),
    "copula": (*SETS, "--rho", "0.5", "--seeds", "2", "--steps", "20"),
    "dynamics": ("dynamics", "-n", "4", "-m", "2", "--models", "1", "--steps", "180"),
    "claims": ("claims", "--only", "E2"),
}
DRAWN = {"phase", "train", "thomson", "correlation", "copula", "dynamics", "claims"}


def called(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout, stderr."""
    with pytest.raises(SystemExit) as ended:
        main(["superposition", *arguments])
    held = capsys.readouterr()
    return int(ended.value.code or 0), held.out, held.err


def words_of(name: str, file: Path) -> list[str]:
    return [str(file) if word == "FILE" else word for word in VERBS[name]]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less Adam, since BFGS ends at the minima anyhow."""
    monkeypatch.setattr(
        phase_module, "adam", lambda losses, points, steps: adam(losses, points, min(steps, 10))
    )


@pytest.fixture
def model(tmp_path: Path) -> Path:
    points = configuration("3+2").points
    np.savez(tmp_path / "w.npz", W=points, b=np.full(5, -0.1))
    return tmp_path / "w.npz"


@pytest.mark.parametrize("name", VERBS)
def test_one_object_a_verdict_and_figures(
    name: str, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words, folder = words_of(name, model), tmp_path / "out"
    code, out, _ = called(capsys, *words, "--json", "-o", str(folder))
    found = json.loads(out)
    assert code == 0
    assert list(found) == KEYS
    assert (found["schema"], found["verb"]) == ("gammastar-superposition-1", words[0])
    assert isinstance(found["numbers"], dict)
    assert found["numbers"]
    assert isinstance(found["parameters"], dict)
    assert type(found["seed"]) is (int if name in DRAWN else type(None))
    assert found["seconds"] > 0
    assert found["verdict"]
    assert "\n" not in found["verdict"]
    assert json.loads((folder / "result.json").read_text()) == found
    pictures = [file for file in folder.iterdir() if file.suffix in (".png", ".html")]
    assert pictures
    assert all(file.stat().st_size > 1000 for file in pictures)
    code, _, err = called(capsys, *words, "-o", str(folder))
    assert (code, err.count("\n")) == (2, 1), "the folder holds files"


@pytest.mark.parametrize("name", [*FILE_VERBS, "thomson", "correlation", "dynamics", "claims"])
def test_the_verdict_is_the_first_line(name: str, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = words_of(name, model)
    verdict = json.loads(called(capsys, *words, "--json")[1])["verdict"]
    code, out, _ = called(capsys, *words)
    assert (code, out.splitlines()[0]) == (0, verdict)


W = configuration("3+2").points  # 3 x 5


@pytest.mark.parametrize("name", FILE_VERBS)
@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"W": W, "b": np.zeros(3)}, "b has shape [3], W has 5 columns; it fits the rows: should W be tr"),
        ({"W": W, "b": np.zeros(4)}, "b has shape [4], W has 5 columns\n"),
        ({"W": np.ones((0, 5))}, "W has shape [0, 5]"),
        ({"W": np.ones((3, 0))}, "W has shape [3, 0]"),
        ({"W": np.where(np.arange(15).reshape(3, 5) == 7, np.nan, W)}, "W[1, 2] is not finite"),
        ({"W": W, "b": np.array([0, 0, 0, -np.inf, 0])}, "b[3] is not finite"),
        ({"W": W, "I": np.array([1, 1, -0.5, 1, 1])}, "I[2] = -0.5; importances are 0 or more"),
        ({"W": W, "I": np.ones(3)}, "I has shape [3]; [5] would be right"),
    ],
    ids=["transposed", "b", "m", "n", "W", "b infinite", "I negative", "I"],
)
def test_bad_models(
    name: str,
    arrays: dict[str, np.ndarray],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every verb that reads a model: exit code 2, one line with the file and the place, no file left."""
    np.savez(tmp_path / "bad.npz", **arrays)  # type: ignore[arg-type]
    code, out, err = called(capsys, *words_of(name, tmp_path / "bad.npz"), "-o", str(tmp_path / "out"))
    assert (code, out) == (2, "")
    assert message in err
    assert "bad.npz" in err
    assert err.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("loss", "FILE", "--sparsity", "-0.1"), "S = -0.1: a number in [0, 1]"),
        (("loss", "FILE", "--sparsity", "inf"), "S = inf"),
        (("geometry", "FILE", "-p", "1.5"), "p = 1.5: a number in [0, 1]"),
        (("train", "--preset", "ci", "--lowest", "nan"), "densities: 1/(1 - S) from nan"),
        (("train", "--preset", "ci", "-n", "0"), "n = 0, m = 6: at least 1"),
        (("train", "--preset", "ci", "-m", "0"), "n = 24, m = 0: at least 1"),
        (("phase", "--features", "0", "--grid", "2"), "'--features': 0 is not in the range"),
        ((*SETS, "-p", "1.5", "--mode", "corr"), "p[0] = 1.5: a number in [0, 1]"),
        ((*SETS, "-p", "nan", "--rho", "0.5"), "p[0] = nan: a number in [0, 1]"),
        (("dynamics", "-p", "-0.1"), "p[0] = -0.1: a number in [0, 1]"),
        (("dynamics", "-m", "0", "--steps", "180"), "m = 0: at least 1"),
    ],
)
def test_bad_numbers(
    words: tuple[str, ...], message: str, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [str(model) if word == "FILE" else word for word in words]
    code, out, err = called(capsys, *given, "-o", str(tmp_path / "out"))
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_divergence_names_the_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = (*VERBS["train"][:-1], "400", "--optimiser", "sgd", "--learning-rate", "100")
    code, out, err = called(capsys, *words, "-o", str(tmp_path / "out"))
    assert (code, out) == (2, "")
    assert "model 0 diverged by step 100" in err
    assert not any((tmp_path / "out").glob("*"))


def test_a_trained_model_of_ones_own(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`.safetensors` with n = 200: dimensionalities, the certified direct sum, and its hybrid loss."""
    file = str(root / "results" / "superposition" / "geometry_slow" / "model-3.90.safetensors")
    numbers = {}
    for words in (("geometry", file), ("directsum", file), ("loss", file, "--sparsity", "0.74377")):
        code, out, _ = called(capsys, *words, "--json")
        assert code == 0
        numbers[words[0]] = json.loads(out)["numbers"]
    assert numbers["geometry"]["plateaus"]["pentagon"] == 10
    assert max(summand["defect"] for summand in numbers["geometry"]["summands"]) < 0.01
    assert numbers["directsum"]["certified"] is True
    assert sorted(map(len, numbers["directsum"]["partition"])) == [2] * 16 + [5] * 2
    assert numbers["loss"]["method"] == "hybrid"
    assert numbers["loss"]["loss"] == pytest.approx(11.48, abs=0.01)


def test_errors_are_value_errors() -> None:
    assert issubclass(InputError, ValueError)


def test_every_stored_result_has_its_command(root: Path) -> None:
    files = sorted((root / "results" / "superposition").glob("*.json"))
    assert len(files) >= 11
    for file in files:
        document = json.loads(file.read_text())
        parts = [document] if "command" in document else list(document.values())
        for part in parts:
            command = part["command"]
            assert command.startswith(("gammastar superposition ", "python -m empirics.superposition.")), file
            if command.startswith("gammastar") and "schema" in part:
                assert command.split()[2] == part["verb"]
                assert f"--seed {part['seed']}" in command or part["seed"] in (None, 0, 1)
