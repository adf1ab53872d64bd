"""`gammastar train | compare | parity`: keys of the JSON objects, bad input in one line, runs that go on."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from signals import interruptible

from empirics import metrics
from empirics.runs import load_run
from tests.meta.test_command_line import modules_after, refused, run

CONTRACT = [
    "group", "arity", "gamma_star", "normalised_margin", "fraction", "margin_error", "mean_purity",
    "certified_mean_purity", "irreps", "steps", "seconds", "device", "seed", "run",
]  # fmt: skip
IRREP = ["label", "degree", "indicator", "status", "share", "predicted", "certified", "neurons"]
FEW = ("--device", "cpu", "--no-report", "--threads", "1")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A short run of two networks on Q8, by the command."""
    directory = tmp_path_factory.mktemp("q8") / "run"
    command = ["train", "Q8", "--steps", "120", "--width", "40", "--seeds", "2", "--seed", "3", "--json"]
    finished = subprocess.run(
        [sys.executable, "-m", "certificates.cli", *command, *FEW, "-o", str(directory)],
        capture_output=True,
        text=True,
        check=True,
    )
    return directory, json.loads(finished.stdout)  # stdout holds nothing else


def test_keys_are_the_contract(trained: tuple[Path, dict[str, Any]]) -> None:
    directory, found = trained
    assert set(CONTRACT) <= set(found)
    assert all(list(irrep) == IRREP for irrep in found["irreps"])
    assert (found["group"], found["arity"], found["steps"], found["device"]) == ("Q8", 2, 120, "cpu")
    assert found["fraction"] == pytest.approx(found["normalised_margin"] / found["gamma_star"], rel=1e-12)
    assert [line["seed"] for line in found["seeds"]] == [3, 4]
    assert found["fraction"] == max(line["fraction"] for line in found["seeds"])
    assert found["run"] == str(directory)
    assert sum(irrep["share"] for irrep in found["irreps"]) + found["trivial_share"] == pytest.approx(1)
    assert sum(irrep["neurons"] for irrep in found["irreps"]) == 40
    assert json.loads((directory / "result.json").read_text()) == found


def test_compare_says_the_same(
    trained: tuple[Path, dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    directory, found = trained
    code, out, err = run(capsys, "compare", str(directory), "--no-report", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == found
    code, out, _ = run(capsys, "compare", str(directory), "--no-report")
    assert code == 0
    assert out.splitlines()[0].startswith("Q8: 40 neurons, 120 steps")


def test_parity_and_its_comparison(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["parity", "5", "2", "--steps", "60", "--threads", "1", "-o", str(tmp_path), "--json"]
    code, out, _ = run(capsys, *arguments)
    found = json.loads(out)
    assert code == 0
    assert {"bits", "arity", "gamma_star", "normalised_margin", "fraction", "margin_error"} < set(found)
    code, out, _ = run(capsys, "compare", str(tmp_path), "--json")
    assert json.loads(out) == found
    assert run(capsys, "compare", str(tmp_path))[1].startswith("(5, 2)-parity: ")
    code, out, _ = run(capsys, "check", found["certificate"], "--json")
    assert code == 0
    assert [fact["status"] for fact in json.loads(out)["facts"]] == ["proved"] * 4


BAD = {
    "group": (("Q9",), "a power of 2 from 8 on"),
    "preset": (("Q8", "--preset", "z17"), "did you mean z71"),
    "method": (("Q8", "--method", "adam"), "ascent or paper is right"),
    "preset of another method": (("Q8", "--preset", "z71", "--method", "ascent"), "leave one of the two out"),
    "batch for ascent": (("Q8", "--batch", "5"), "--method paper"),
    "width": (("Q8", "--width", "0"), "width 0: at least 1"),
    "steps": (("Q8", "--steps", "-3"), "steps -3: at least 1"),
    "seeds": (("Q8", "--seeds", "0"), "seeds 0: at least 1"),
    "learning rate": (("Q8", "--learning-rate", "nan"), "a positive number"),
    "activation": (("Q8", "--activation", "tanh"), "power or relu"),
    "device": (("Q8", "--device", "tpu"), "auto, cpu or cuda"),
    "trivial group": (("Z1",), "trivial group"),
    "arity": (("Q8", "--arity", "1"), "at least 2"),
    "order": (("S7",), "order 5,040: its table of products needs 291 MiB"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments, reason = BAD[case]
    assert reason in refused(capsys, "train", *arguments, "-o", str(tmp_path / "new"))
    assert not (tmp_path / "new").exists()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is one")
def test_a_missing_device(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    message = refused(capsys, "train", "Q8", "--device", "cuda", "-o", str(tmp_path / "new"))
    assert "no CUDA device" in message


def test_a_changed_configuration_is_shown(
    trained: tuple[Path, dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    directory, _ = trained
    before = {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}
    code, out, err = run(capsys, "train", "Q8", "-o", str(directory), "--resume", "--width", "41")
    assert (code, out) == (2, "")
    assert "width: 40 in the run, 41 wanted" in err.splitlines()[-1]
    assert "holds files already" in refused(capsys, "train", "Q8", "-o", str(directory))
    assert before == {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def test_foreign_weights(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "holds no run" in refused(capsys, "compare", str(tmp_path))
    (tmp_path / "config.json").write_text("[]")
    assert "no JSON object" in refused(capsys, "compare", str(tmp_path))
    save_file({"layer": torch.zeros(2)}, tmp_path / "weights.safetensors")
    assert "config.json" in refused(capsys, "compare", str(tmp_path))


def test_too_narrow_and_too_long_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "train", "Q8", "--width", "2", "--steps", "2", *FEW, "-o", str(tmp_path / "a"))
    assert code == 0
    assert "warning: 2 neurons cannot attain γ*" in err
    from certificates.cli_train import TrainOptions, configure
    from certificates.cli_train_warnings import warn
    from empirics.configuration import TaskName
    from theory.characters.library import character_table
    from theory.margins.exact import solve

    options = TrainOptions(device="cpu", width=2000)
    warn(configure(TaskName("group", "S6", 2), options, None), solve(character_table("S6")))
    assert "--batch 1000 takes shorter steps" in capsys.readouterr().err
    warn(configure(TaskName("group", "S3", 2), options, None), solve(character_table("S3")))
    assert capsys.readouterr().err == ""


def test_divergence_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "run"
    steep = ["--method", "paper", "--learning-rate", "1e9", "--steps", "40", "--width", "20"]
    code, out, err = run(capsys, "train", "Q8", *steep, *FEW, "-o", str(folder))
    assert (code, out) == (2, "")
    assert "start with less than 1e+09" in err.splitlines()[-1]
    assert "Traceback" not in err
    assert not (folder / "weights.safetensors").exists()


def test_tensorboard(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tensorboard")
    arguments = ["train", "Z5", "--steps", "20", "--width", "20", *FEW, "--tensorboard", "-o", str(tmp_path)]
    assert run(capsys, *arguments)[0] == 0
    (written,) = (tmp_path / "tensorboard").iterdir()
    assert b"fraction/seed 0" in written.read_bytes()


def digest(directory: Path) -> str:
    final = load_run(directory).final
    weights = final.input_weights.numpy().tobytes() + final.output_weights.numpy().tobytes()
    return hashlib.sha256(weights).hexdigest()


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize(
    "kills", [pytest.param(2, id="2 kills"), pytest.param(20, id="20 kills", marks=pytest.mark.slow)]
)
def test_the_command_survives_kills(kills: int, tmp_path: Path) -> None:
    """Killed at random moments, first by Ctrl-C, then by SIGKILL; `--resume` ends in the same weights."""
    generator = random.Random(kills)
    options = ["--steps", "900", "--width", "64", *FEW]
    command = [sys.executable, "-m", "certificates.cli", "train", "Q8", *options]
    subprocess.run([*command, "-o", str(tmp_path / "whole")], check=True, capture_output=True)
    folder = tmp_path / "killed"
    lines, hits = folder / "metrics.jsonl", 0
    for number in range(kills):
        again = [*command, "-o", str(folder), *["--resume"] * (number > 0)]
        before = len(metrics.read(lines))
        with interruptible():
            started = subprocess.Popen(again, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        with started as process:
            wanted = before + 1 + generator.randrange(200 // kills)
            while process.poll() is None and len(metrics.read(lines)) < wanted:
                time.sleep(0.001)
            if process.poll() is None:
                process.send_signal(signal.SIGINT if number == 0 else signal.SIGKILL)
                hits += 1
            _, err = process.communicate(timeout=60)
        if number == 0:
            assert process.returncode == 130
            assert err.splitlines()[-1].endswith(
                f"go on with: gammastar train Q8 --arity 2 -o {folder} --resume"
            )
            assert "Traceback" not in err
    assert hits >= kills // 2
    subprocess.run([*command, "-o", str(folder), "--resume"], check=True, capture_output=True)
    assert digest(folder) == digest(tmp_path / "whole")


def test_margin_still_loads_no_torch() -> None:
    loaded = modules_after("from certificates.cli import main; main(['margin', 'S5'])")
    assert loaded & {"torch", "cvxpy", "matplotlib", "safetensors"} == set()
