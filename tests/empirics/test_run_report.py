"""Figures and report of a run: they show the records' numbers, in a real browser, without a console error."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import visit
from PIL import Image

from certificates.report.run_page import render_run
from empirics.ascent import default_settings
from empirics.comparison import compare
from empirics.configuration import AscentSettings, Configuration, TaskName
from empirics.figures import RunFigures, collect, draw_all
from empirics.networks import Activation
from empirics.runs import Run, train
from theory.characters.library import character_table
from theory.margins.exact import solve


def trained(name: str, folder: Path) -> tuple[Run, RunFigures, dict[str, Any]]:
    task = TaskName("group", name, 2)
    _, settings = default_settings(task.build())
    configuration = Configuration(
        task,
        Activation.POWER,
        48,
        (0,),
        "ascent",
        AscentSettings(**settings | {"steps": 400}),
        "cpu",
        1,
        20,
        200,
    )
    solution = solve(character_table(name))
    run = train(configuration, folder, gamma_star=solution.gamma_star)
    found = compare(run.task, run.final, solution)
    result = found.as_dict() | {
        "steps": 400, "seconds": 1.0, "device": "cpu", "seed": 0, "run": "x", "method": "ascent",
        "activation": "power", "preset": "ascent",
        "seeds": [{"seed": 0, "normalised_margin": 0.1, "fraction": 0.5, "mean_purity": 0.9}],
    }  # fmt: skip
    return run, collect(run, 0, found, solution), result


@pytest.fixture(scope="module", params=["Z7", "S3"])
def example(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return trained(request.param, tmp_path_factory.mktemp("run"))


def test_the_figures_show_the_records(example: Any) -> None:
    run, figures, _ = example
    assert figures.margins[-1] == run.measurements[-1].fraction[0]
    assert figures.counts.sum() == 48
    assert figures.final_power.size == 48 * 3
    frames = figures.frames
    assert (frames.steps[0], frames.steps[-1]) == (0, 400)
    last = run.frames[-1][1].input_weights[0, 0, list(frames.neurons)].numpy()
    assert frames.weights[-1] == pytest.approx(last)
    mean = frames.weights.mean(-1) ** 2 * frames.weights.shape[-1] / (frames.weights**2).sum(-1)
    assert frames.power.sum(-1) + mean == pytest.approx(1)  # Plancherel: what is left is the trivial irrep
    if frames.is_cyclic:
        assert frames.interpolation[..., ::8] == pytest.approx(frames.weights)
        assert figures.coefficient is None
    else:
        assert figures.coefficient is not None
        squares = np.linalg.svd(figures.coefficient.values, compute_uv=False) ** 2
        assert squares[: figures.coefficient.rank].sum() / squares.sum() > 0.9


def test_the_files_are_pictures(example: Any, tmp_path: Path) -> None:
    _, figures, _ = example
    paths = draw_all(figures, tmp_path)
    assert {path.name for path in paths} >= {
        "margin.png",
        "budget.png",
        "power.png",
        "neurons.png",
        "weights.png",
    }
    for path in paths:
        with Image.open(path) as picture:
            assert min(picture.size) > 200
            assert len(np.unique(np.asarray(picture.convert("L").resize((50, 50))))) > 5  # not blank
            if path.suffix == ".gif":
                assert picture.n_frames > 20  # type: ignore[attr-defined]


@pytest.mark.requires("chromium")
def test_the_page_is_quiet_and_drawn(example: Any, browser: Any, tmp_path: Path) -> None:
    run, figures, result = example
    path = tmp_path / "report.html"
    path.write_text(
        render_run(result, figures, run.configuration.as_dict(), {"python": "3"}), encoding="utf-8"
    )
    for width, scheme in ((1200, "light"), (360, "dark")):
        found = visit(browser, path, width=width, scheme=scheme)
        assert found.troubles() == []
        assert found.page.evaluate("document.documentElement.scrollWidth") <= width
        drawn = found.page.locator(".plot svg.main-svg").count()
        assert drawn >= 5 + (figures.coefficient is not None)
    bars = found.page.locator("#plot-budget .bars .point").count()
    assert bars == 2 * len(result["irreps"])
    assert found.page.locator("#plot-weights .scatterlayer .trace").count() >= 3


def test_the_verdict_follows_the_numbers(example: Any) -> None:
    run, figures, result = example
    configuration = run.configuration.as_dict()

    def word(**changes: Any) -> str:
        page = render_run({**result, **changes}, figures, configuration, {})
        return page.split('<p class="word">')[1].split("<")[0]

    assert word(fraction=0.9995) == "Maximum margin"
    assert word(fraction=0.9) == "Below the maximum"
    assert word(proves_nothing=True, fraction=-0.1) == "Margin not positive"
    assert word(fraction=None) == "Measured"
    broken = [{"name": "purity", "measured": 0.0, "bound": 1.0, "holds": False}]
    assert word(checks=broken) == "Contradiction"


def test_names_from_outside_are_text(example: Any) -> None:
    run, figures, result = example
    hostile = "<script>alert(1)</script>"
    changed = json.loads(json.dumps({**result, "group": hostile}))
    changed["irreps"][0]["label"] = hostile
    uses = (replace(figures.comparison.irreps[0], label=hostile), *figures.comparison.irreps[1:])
    named = replace(figures, comparison=replace(figures.comparison, irreps=uses))
    page = render_run(changed, named, run.configuration.as_dict(), {"python": hostile})
    assert hostile not in page
