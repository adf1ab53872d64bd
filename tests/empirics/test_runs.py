"""Runs survive: kills at any moment change nothing, and what is damaged or foreign is refused in one line."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from empirics import checkpoints, metrics
from empirics.configuration import AscentSettings, Configuration, RecipeSettings, TaskName
from empirics.networks import Activation, NetworkStack
from empirics.runs import FRAME_NEURONS, load_run, make_trainer, resolve_device, train
from empirics.trainer import DivergenceError, TrainerState
from theory.errors import InputError

STEPS = 600
ASCENT = Configuration(
    TaskName("group", "Q8", 2), Activation.POWER, 96, (0, 1), "ascent",
    AscentSettings(STEPS, 0.05, 5.0, 30.0, 1e3), "cpu", 1, 10, 25,
)  # fmt: skip
RECIPE = replace(ASCENT, method="paper", settings=RecipeSettings(STEPS, 0.05, (20, 30), 1e-4, batch=32))
CHILD = """
import json, sys
from pathlib import Path
from empirics.configuration import Configuration
from empirics.runs import train
train(Configuration.from_dict(json.loads(sys.argv[1])), Path(sys.argv[2]), resume=True)
"""


def fingerprint(directory: Path) -> str:
    run = load_run(directory)
    digest = hashlib.sha256(run.final.input_weights.numpy().tobytes())
    digest.update(run.final.output_weights.numpy().tobytes())
    return digest.hexdigest()


def killed_run(configuration: Configuration, directory: Path, kills: int, seed: int) -> int:
    """Train in processes that are killed at random moments; how many kills hit a living process."""
    generator, hits = random.Random(seed), 0
    command = [sys.executable, "-c", CHILD, json.dumps(configuration.as_dict()), str(directory)]
    lines = directory / "metrics.jsonl"
    for _ in range(kills):
        before = len(metrics.read(lines))
        with subprocess.Popen(command) as process:
            wanted = before + generator.randrange(8)
            while process.poll() is None and len(metrics.read(lines)) < wanted:
                time.sleep(0.001)
            time.sleep(generator.random() * 0.05)
            if process.poll() is None:
                process.kill()
                hits += 1
    subprocess.run(command, check=True)
    return hits


@pytest.mark.parametrize(
    ("configuration", "kills"),
    [
        pytest.param(ASCENT, 2, id="ascent"),
        pytest.param(ASCENT, 20, id="ascent, 20 kills", marks=pytest.mark.slow),
        pytest.param(RECIPE, 20, id="recipe, 20 kills", marks=pytest.mark.slow),
    ],
)
def test_kills_change_nothing(configuration: Configuration, kills: int, tmp_path: Path) -> None:
    unbroken = train(configuration, tmp_path / "unbroken")
    assert killed_run(configuration, tmp_path / "killed", kills, seed=kills) >= kills // 2
    assert fingerprint(tmp_path / "killed") == fingerprint(tmp_path / "unbroken")
    killed = load_run(tmp_path / "killed")
    assert [line.step for line in killed.measurements] == [line.step for line in unbroken.measurements]
    assert [line.margin for line in killed.measurements] == [line.margin for line in unbroken.measurements]
    assert [step for step, _ in killed.frames] == [step for step, _ in unbroken.frames]
    assert list((tmp_path / "killed").rglob("*.part")) == [] or kills > 0  # a kill may leave one, never read


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("run")
    settings = replace(ASCENT.settings, steps=50)
    train(replace(ASCENT, settings=settings, width=20), directory, gamma_star=0.0123)
    return directory


@pytest.fixture
def copied(finished: Path, tmp_path: Path) -> Path:
    shutil.copytree(finished, tmp_path / "run")
    return tmp_path / "run"


def stored(directory: Path) -> Configuration:
    return Configuration.from_dict(json.loads((directory / "config.json").read_text()))


def test_a_run_is_read_back(finished: Path) -> None:
    run = load_run(finished)
    assert run.measurements[-1].step == 50
    assert run.measurements[-1].fraction == tuple(m / 0.0123 for m in run.measurements[-1].margin)
    assert (run.frames[0][0], run.frames[-1][0]) == (0, 50)
    assert run.frames[0][1].output_weights.shape == (1, FRAME_NEURONS, 8)
    assert torch.equal(run.frames[-1][1].output_weights[0], run.final.output_weights[0, :FRAME_NEURONS])
    assert run.seconds > 0


def test_a_changed_configuration_is_shown(copied: Path) -> None:
    changed = replace(stored(copied), width=21, seeds=(0,))
    with pytest.raises(InputError, match=r"width: 20 in the run, 21 wanted.*ask for the same one") as error:
        train(changed, copied, resume=True)
    assert "seeds: (0, 1) in the run, (0,) wanted" in str(error.value)


DAMAGE = {
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-8]),
    "text": lambda path: path.write_text("weights"),
    "empty": lambda path: path.write_bytes(b""),
    "huge header": lambda path: path.write_bytes((2**62).to_bytes(8, "little") + b"{}"),
    "foreign": lambda path: save_file({"layer.weight": torch.zeros(2, 2)}, path),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", ["weights.safetensors", "start.safetensors"])
def test_damaged_weights_are_refused(copied: Path, name: str, damage: str) -> None:
    DAMAGE[damage](copied / name)
    with pytest.raises(InputError, match=rf"{name}: (not a whole|says)"):
        load_run(copied)


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_checkpoints_are_refused(copied: Path, damage: str) -> None:
    DAMAGE[damage](copied / "checkpoint.safetensors")
    before = (copied / "weights.safetensors").read_bytes()
    with pytest.raises(InputError, match=r"checkpoint.safetensors: (not a whole|says)"):
        train(stored(copied), copied, resume=True)
    assert (copied / "weights.safetensors").read_bytes() == before


def test_a_checkpoint_of_another_run_is_refused(copied: Path) -> None:
    configuration = replace(stored(copied), width=7)
    other = make_trainer(configuration.task.build(), configuration).state()
    checkpoints.save_state(copied / "checkpoint.safetensors", other)
    with pytest.raises(
        InputError, match=r"a checkpoint of another run: first.0 is torch.float32 \[2, 2, 7, 8\]"
    ):
        train(stored(copied), copied, resume=True)
    state = make_trainer(configuration.task.build(), stored(copied)).state()
    checkpoints.save_state(copied / "checkpoint.safetensors", TrainerState(state.tensors, {"step": "many"}))
    with pytest.raises(InputError, match="a checkpoint of another run: step is 'many'"):
        train(stored(copied), copied, resume=True)


def test_weights_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    good = torch.zeros(1, 2, 3, 4), torch.zeros(1, 3, 4)
    for bad, reason in (
        ((good[0] * torch.nan, good[1]), "not finite"),
        ((good[0].half(), good[1].half()), "float32 or float64 is right"),
        ((good[0], torch.zeros(1, 5, 4)), "shapes"),
    ):
        checkpoints.save_weights(tmp_path / "w.safetensors", NetworkStack(*good), {})
        network = object.__new__(NetworkStack)  # what the shape checker would not let through
        object.__setattr__(network, "input_weights", bad[0])
        object.__setattr__(network, "output_weights", bad[1])
        checkpoints.save_weights(tmp_path / "w.safetensors", network, {})
        with pytest.raises(InputError, match=reason):
            checkpoints.load_weights(tmp_path / "w.safetensors")


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"task": 3}', "\udcff"])
def test_a_damaged_configuration_file_is_refused(copied: Path, text: str) -> None:
    (copied / "config.json").write_text(text, errors="surrogateescape")
    with pytest.raises(InputError, match=r"config.json: not"):
        load_run(copied)


def test_what_is_no_run_is_said(tmp_path: Path, copied: Path) -> None:
    with pytest.raises(InputError, match="holds no run"):
        load_run(tmp_path)
    (copied / "weights.safetensors").unlink()
    with pytest.raises(InputError, match="not over; go on with --resume"):
        load_run(copied)


def test_divergence_keeps_the_last_checkpoint(tmp_path: Path) -> None:
    settings = RecipeSettings(40, 0.05, tuple([20] * 100), 1e-4)
    with pytest.raises(DivergenceError, match="learning rate"):
        train(replace(RECIPE, settings=settings, checkpoint_every=10, width=20), tmp_path)
    assert metrics.read(tmp_path / "metrics.jsonl")[-1].step == 20
    assert (tmp_path / "checkpoint.safetensors").exists()
    assert not (tmp_path / "weights.safetensors").exists()


def test_a_missing_device_is_said() -> None:
    assert resolve_device("auto") in ("cpu", "cuda")
    if not torch.cuda.is_available():
        with pytest.raises(InputError, match="no CUDA device"):
            resolve_device("cuda")
    with pytest.raises(InputError, match="auto, cpu or cuda"):
        resolve_device("tpu")


def test_a_half_written_last_line_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    line = metrics.Measurement(3, 0.1, (1.0,), (0.5,), (), {})
    metrics.append(path, line)
    with path.open("a") as stream:
        stream.write('{"step": 4, "sec')
    assert metrics.read(path) == (line,)
    metrics.truncate(path, 2)
    assert metrics.read(path) == ()
    path.write_text('{"step"\n{}\n')
    with pytest.raises(InputError, match="line 1 is no measurement"):
        metrics.read(path)
