"""`gammastar train --architecture`: keys, going on, what explains it, options that do not belong to it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from empirics.circuits.loading import load_network
from empirics.circuits.training_record import load_record
from tests.meta.test_command_line import refused, run

KEYS = [
    "group", "architecture", "order", "neurons", "train_fraction", "train_loss", "test_loss",
    "train_accuracy", "test_accuracy", "generalised_at", "steps", "seconds", "device", "seed",
    "checkpoints", "checkpoint", "run",
]  # fmt: skip


def _hash(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


@pytest.mark.parametrize("architecture", ["mlp", "transformer", "bilinear"])
def test_train_and_explain(architecture: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Trained twice: the same weights. What is explained is the last checkpoint, with its own split."""
    options = ("--architecture", architecture, "--steps", "40", "--width", "16", "--threads", "1", "--json")
    hashes = []
    for name in ("first", "second"):
        code, out, _ = run(capsys, "train", "S3", *options, "-o", str(tmp_path / name))
        found = json.loads(out)
        assert code == 0
        assert list(found) == KEYS
        hashes.append(_hash(found["checkpoint"]))
    assert hashes[0] == hashes[1]
    code, out, _ = run(
        capsys, "explain", str(tmp_path / "first"), "-o", str(tmp_path / "report"), "--no-report", "--json"
    )
    explained = json.loads(out)
    assert code == 0
    assert explained["order"] == 6
    assert explained["verdict"] in ("explained", "partly explained", "not explained")


def test_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A transformer goes to TransformerLens' names with the same logits; another network is refused."""
    options = ("--steps", "20", "--width", "8", "--threads", "1", "--json")
    for architecture in ("transformer", "mlp"):
        folder = str(tmp_path / architecture)
        assert run(capsys, "train", "Z5", "--architecture", architecture, *options, "-o", folder)[0] == 0
    target = tmp_path / "lens.safetensors"
    explain = (
        "explain",
        str(tmp_path / "transformer"),
        "--no-report",
        "--json",
        "--export",
        str(target),
        "-o",
    )
    code, out, _ = run(capsys, *explain, str(tmp_path / "a"))
    assert code == 0
    assert json.loads(out)["export"] == str(target)
    exported = load_network(target)
    assert exported.layout == "tl_transformer"
    assert np.array_equal(exported.logits(), load_record(tmp_path / "transformer").network().logits())
    assert "another name, or --force" in refused_last_line(capsys, *explain, str(tmp_path / "b"))
    folder = str(tmp_path / "mlp")
    message = refused_last_line(
        capsys, "explain", folder, "--export", f"{folder}.safetensors", "-o", f"{folder}-x"
    )
    assert "has the layout onehot_mlp; TransformerLens takes transformers" in message


def test_a_finished_run_is_gone_on_with_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ("train", "S3", "--architecture", "mlp", "-o", str(tmp_path), "--json")
    _, out, _ = run(capsys, *options, "--steps", "30", "--width", "8", "--threads", "1")
    before = json.loads(out)
    code, out, _ = run(capsys, *options, "--resume")
    assert code == 0
    assert json.loads(out) == before
    message = refused_last_line(capsys, *options, "--resume", "--steps", "50")
    assert "steps: 30 in the run, 50 wanted" in message


def refused_last_line(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The message of a command that has begun to tell of its progress."""
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    return err.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--architecture", "cnn"), "architecture 'cnn': known are transformer, mlp, bilinear"),
        (("--architecture", "mlp", "--seeds", "3"), "--seeds: belongs to the networks of the theory"),
        (("--architecture", "mlp", "--method", "paper"), "--method: belongs to the networks of the theory"),
        (("--architecture", "mlp", "--arity", "3"), "--arity 3: --architecture takes two factors"),
        (("--fraction", "0.5"), "--fraction: belongs to --architecture; add that, or leave it out"),
        (("--architecture", "mlp", "--fraction", "1"), "fraction 1.0: a number between 0 and 1 is right"),
        (("--architecture", "mlp", "--steps", "0"), "steps 0: an integer in 1..1000000000 is right"),
        (("--architecture", "mlp", "--learning-rate", "-1"), "learning_rate -1.0: a number above 0"),
    ],
)
def test_bad_options(
    options: tuple[str, ...], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in refused(capsys, "train", "S3", *options, "-o", str(tmp_path / "x"))
    assert not (tmp_path / "x").exists()
