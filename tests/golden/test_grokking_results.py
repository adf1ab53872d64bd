"""The runs of results/grokking: measured twice alike, phases recomputed, the table of docs/circuits.md."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
RUNS = ("Z113-transformer", "S5-bilinear")


def series(name: str) -> dict[str, Any]:
    document = json.loads((ROOT / "results" / "grokking" / name / "result.json").read_text())
    found: dict[str, Any] = document["progress"]
    return found


@pytest.mark.parametrize("name", RUNS)
def test_training_and_measuring_agree(name: str) -> None:
    """Losses while training, in single precision, and from the stored weights, in double."""
    lines = (ROOT / "results" / "grokking" / name / "metrics.jsonl").read_text().splitlines()
    trained = [json.loads(line) for line in lines]
    found = series(name)
    assert [line["step"] for line in trained] == found["steps"]
    for key in ("train_loss", "test_loss", "squared_weights"):
        assert found[key] == pytest.approx([line[key] for line in trained], rel=1e-2, abs=2e-7)
    for key in ("train_accuracy", "test_accuracy"):
        assert found[key] == pytest.approx([line[key] for line in trained], abs=1e-3)


@pytest.mark.parametrize("name", RUNS)
def test_phases_by_their_rule(name: str) -> None:
    found = series(name)
    steps = found["steps"]
    excess = [left - train for left, train in zip(found["excluded"], found["train_loss"], strict=True)]
    formation = next(step for step, value in zip(steps, excess, strict=True) if value > 0.1 * max(excess))
    clean_up = next(
        step
        for place, step in enumerate(steps)
        if found["test_loss"][place] < 0.5 * max(found["test_loss"][: place + 1])
    )
    over = next(
        step
        for step, accuracy in zip(steps, found["test_accuracy"], strict=True)
        if step >= clean_up and accuracy >= 0.99
    )
    phases = found["phases"]
    assert (phases["circuit_formation"], phases["clean_up"], phases["over"]) == (formation, clean_up, over)


def test_the_circuit_of_the_transformer_forms_before_it_shows() -> None:
    """shared/specs/circuits.md, 2.11: restricted falls first, excluded rises before the test loss falls."""
    found = {key: np.array(value) for key, value in series("Z113-transformer").items() if key != "phases"}
    steps, halved = found["steps"], {}
    for name in ("restricted", "test_loss"):
        halved[name] = steps[(found[name] < found[name][0] / 2).argmax()]
    rises = steps[(found["excluded"] > found["train_loss"] + 1).argmax()]
    assert halved["restricted"] < rises < halved["test_loss"]
    while_worse = steps[(found["test_loss"] > np.log(113)) & (found["train_loss"] < 0.01)]
    assert np.ptp(while_worse) > 3000


def test_the_table_of_the_document() -> None:
    text = (ROOT / "docs" / "circuits.md").read_text(encoding="utf-8")
    for name in RUNS:
        (line,) = re.findall(rf"^\| \[{name}\].*$", text, re.MULTILINE)
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        found = series(name)
        steps = found["steps"]
        over = next(place for place, value in enumerate(found["test_accuracy"]) if value >= 0.99)
        by_heart = steps[next(place for place, value in enumerate(found["train_loss"]) if value < 0.01)]
        shown = [int(cell) for cell in cells[2:6]]
        assert shown == [
            by_heart,
            steps[int(np.argmin(found["excluded"]))],
            steps[int(np.argmax(found["test_loss"]))],
            steps[over],
        ]
        assert cells[6] == ", ".join(one["label"] for one in found["appeared"])
        config = json.loads((ROOT / "results" / "grokking" / name / "config.json").read_text())
        assert f"gammastar train {config['group']} --architecture" in cells[1]
        assert f"--steps {config['steps']}" in cells[1]
