"""How a circuit formed, as picture, plot and JSON, and by the command on a run's folder."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageSequence
from tables import cayley_table

from certificates.report.plots.progress import progress_plot
from empirics.circuits.irreps import network_group
from empirics.circuits.loading import load_network
from empirics.circuits.losses import split_torch
from empirics.circuits.progress import Progress, progress
from empirics.circuits.progress_animation import animate_progress
from empirics.circuits.progress_still import draw_progress
from empirics.circuits.summary import progress_summary
from tests.meta.test_command_line import refused, run


def _series() -> tuple[Progress, tuple[str, ...]]:
    """Waves modulo 5 that emerge from noise."""
    rng = np.random.default_rng(0)
    k, left, right = rng.integers(1, 3, (80, 1)), *rng.uniform(0, 2 * np.pi, (2, 80, 1))
    angle = 2 * np.pi * k * np.arange(5) / 5
    inner = np.concatenate([np.cos(angle + left), np.cos(angle + right)], axis=1)
    outer = np.cos(angle + left + right).T
    noise = rng.standard_normal((80, 10)), rng.standard_normal((5, 80))
    networks = [
        (
            step,
            load_network(
                {
                    "W_in": torch.from_numpy(part * inner + (1 - part) * noise[0]),
                    "W_out": torch.from_numpy(part * outer + (1 - part) * noise[1]),
                }
            ),
        )
        for step, part in ((0, 0.0), (10, 0.4), (100, 0.8), (1000, 1.0))
    ]
    group = network_group(cayley_table("Z5"))
    return progress(networks, group, split_torch(5, 0, 0.5)), group.irreps.labels


def test_picture_plot_and_json(tmp_path: Path) -> None:
    series, labels = _series()
    path = draw_progress(series, labels, tmp_path / "progress.png")
    with Image.open(path) as image:
        assert np.asarray(image.convert("L")).std() > 5
    moving = animate_progress(series, labels, tmp_path / "progress.gif")
    with Image.open(moving) as image:
        assert image.n_frames == 4  # type: ignore[attr-defined]
        shown = [np.asarray(frame.convert("L")).astype(int) for frame in ImageSequence.Iterator(image)]
    assert np.abs(shown[0] - shown[-1]).max() > 100
    plot = json.loads(progress_plot(series, labels).plot)
    assert [trace["name"] for trace in plot["data"][:4]] == [
        "train", "test", "key irreps alone", "without key irreps, train",
    ]  # fmt: skip
    assert plot["data"][1]["y"][-1] == pytest.approx(series.test_loss[-1], rel=1e-3)
    found = progress_summary(series, labels)
    assert found["key"] == ["k=1", "k=2"]
    assert found["steps"] == [0, 10, 100, 1000]
    assert found["similarities"]["k=1"][-1] == series.similarities[-1, labels.index("k=1")]
    assert found["excluded"][-1] > found["excluded"][0] or found["test_loss"][-1] < found["test_loss"][0]
    json.dumps(found, allow_nan=False)


def test_the_command_needs_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--architecture", "mlp", "--steps", "20", "--width", "8", "--threads", "1", "--json")
    code, out, _ = run(capsys, "train", "S3", *options, "-o", str(tmp_path / "run"))
    checkpoint = json.loads(out)["checkpoint"]
    assert code == 0
    code, out, _ = run(capsys, "explain", str(tmp_path / "run"), "--progress", "--json", "--no-report",
                       "-o", str(tmp_path / "a"))  # fmt: skip
    assert code == 0
    assert ("progress" in json.loads(out)) == json.loads(out)["group"]["valid"]
    message = refused_after_progress(capsys, checkpoint, tmp_path / "b")
    assert "--progress needs the folder of a run" in message


def refused_after_progress(capsys: pytest.CaptureFixture[str], checkpoint: str, folder: Path) -> str:
    """The last line of a command that ends with exit code 2."""
    code, out, err = run(capsys, "explain", checkpoint, "--progress", "-o", str(folder))
    assert (code, out) == (2, "")
    return err.strip().splitlines()[-1]


def test_no_folder_no_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "holds no run" in refused(capsys, "explain", str(tmp_path), "-o", str(tmp_path / "x"))
