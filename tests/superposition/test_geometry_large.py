"""The stored sweep with n = 200 and m = 20, and four of its models, measured again."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from empirics.superposition.sweep import PRESETS, sweep, sweep_document
from theory.superposition.directsum.find import find
from theory.superposition.exact import loss
from theory.superposition.geometry import frame_report
from theory.superposition.model import ToyModel, load_model
from theory.superposition.monte_carlo import monte_carlo_loss

# the specification's D*, item 3, at 1/(1 - S) = 1 to 20
PUBLISHED = (1.004, 0.978, 0.750, 0.521, 0.505, 0.482, 0.355, 0.288, 0.231, 0.195, 0.165, 0.136)
FIGURES = {  # 1/(1 - S): how many blocks of so many features and such a rank
    "1.72": {(2, 1): 13, (3, 2): 2, (9, 3): 1},
    "2.26": {(2, 1): 19},
    "2.97": {(2, 1): 19, (1, 1): 1},
    "3.90": {(2, 1): 16, (5, 2): 2},
}


def rows_of(root: Path) -> list[dict[str, Any]]:
    document = json.loads((root / "results" / "superposition" / "geometry_slow.json").read_text())
    rows: list[dict[str, Any]] = document["numbers"]["models"]
    return rows


def stored_model(root: Path, name: str) -> tuple[ToyModel, dict[str, Any]]:
    (row,) = (row for row in rows_of(root) if f"{row['inverse_density']:.2f}" == name)
    return load_model(root / "results" / "superposition" / "geometry_slow" / f"model-{name}.safetensors"), row


def check_large(rows: list[dict[str, Any]]) -> None:
    """What must hold of every density but that of dense inputs, where no feature is preferred."""
    for row in rows:
        if row["density"] == 1:
            continue
        assert row["total"] == pytest.approx(20, abs=0.05)
        assert row["mean_direction"]["residual"] < 0.01
        held = row["plateaus"]
        assert not held["tetrahedron"]
        assert not held["triangle"] or row["density"] > 0.5
        if 2.2 < row["inverse_density"] < 3:
            assert held["digon"] == 38


def test_the_stored_sweep(root: Path) -> None:
    rows = rows_of(root)
    assert [row["density"] for row in rows] == pytest.approx(PRESETS["slow"].densities)
    check_large(rows)
    for row, published in zip(rows, PUBLISHED, strict=True):
        assert abs(row["star"] - published) < (0.07 if 0.5 < row["density"] < 0.6 else 0.02)
    held = {f"{row['inverse_density']:.2f}": Counter(row["plateaus"]) for row in rows}
    assert held["1.72"] == Counter(triangle=6, digon=26)
    assert held["3.90"] == Counter(digon=32, pentagon=10)
    # the specification has 27 at 3/8 and 14 at 2/5 here
    assert held["5.12"] == Counter({"square antiprism": 3})
    assert not any(held[name].total() for name in list(held)[7:])


def test_weak_features_take_the_last_dimension_together(root: Path) -> None:
    """At 1/(1 - S) = 2.26: 19 digons, and 162 features that share the twentieth dimension."""
    row = stored_model(root, "2.26")[1]
    weak = row["mean_direction"]
    assert (weak["features"], row["represented"]) == (162, 38)
    assert weak["alignment"] > 0.85
    assert weak["off_sum"] + weak["bias"] == pytest.approx(0.2209, abs=2e-4)
    assert weak["half_density"] == pytest.approx(0.2209, abs=5e-5)


@pytest.mark.parametrize("name", FIGURES)
def test_a_stored_model_has_its_row(root: Path, name: str) -> None:
    model, row = stored_model(root, name)
    report = frame_report(model.weights, model.bias, row["density"])
    found = report.dimensionalities
    assert found.values == pytest.approx(row["values"], abs=1e-4)
    assert found.norms == pytest.approx(row["norms"], abs=1e-4)
    assert (found.star, found.total) == pytest.approx((row["star"], row["total"]), abs=1e-4)
    assert report.plateaus == row["plateaus"]


@pytest.mark.parametrize(("name", "blocks"), FIGURES.items(), ids=FIGURES)
def test_direct_sums_of_trained_models(root: Path, name: str, blocks: dict[tuple[int, int], int]) -> None:
    """Item 4: 19 digons at 2.26 and 2.97; here 16 digons and two pentagons at 3.90, all certified."""
    found = find(stored_model(root, name)[0].weights).partition
    assert found.certified
    assert Counter(zip(map(len, found.blocks), found.ranks, strict=True)) == blocks


@pytest.mark.parametrize("name", ["2.26", "2.97", "3.90"])
def test_hybrid_losses_of_trained_models(root: Path, name: str) -> None:
    """Item 1: within 3 standard errors; the sweep's own loss is an estimate over 20,000 inputs."""
    model, row = stored_model(root, name)
    found = loss(model, 1 - row["density"])
    assert found.method == "hybrid"
    drawn = monte_carlo_loss(model, 1 - row["density"], np.random.default_rng(0), 30_000)
    assert abs(found.total - drawn.total) < 3 * drawn.standard_error
    error = drawn.standard_error * np.sqrt(30_000 / 20_000)
    assert abs(row["loss"] - found.total) < 3 * error


@pytest.mark.slow
def test_digons_are_trained_again() -> None:
    """The same training at two of the twelve densities, from other weights and inputs."""
    preset = PRESETS["slow"]
    made = sweep(replace(preset, densities=preset.densities[3:5]), 2)
    rows = sweep_document(made)["models"]
    check_large(rows)
    assert [row["star"] for row in rows] == pytest.approx([0.521, 0.505], abs=0.01)
