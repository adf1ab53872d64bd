"""Reproduction: verdicts follow from their numbers, results are kept, committed ones are consistent."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from empirics.configuration import TaskName
from empirics.reproduction.claims import Claim, claim, verdict
from empirics.reproduction.experiments import FULL, QUICK, Experiment, configuration_of
from empirics.reproduction.measure import perform, stored_outcome
from theory.errors import InputError

RESULTS = sorted((Path(__file__).parents[2] / "results").glob("*/results.json"))
SMALL = Experiment("small", "S3, a few steps", "group", TaskName("group", "S3", 2), "s3", 2, 40, 12)


def wrong_verdicts(document: dict[str, Any]) -> list[str]:
    """Claims whose verdict is not what their numbers say, and tallies that do not add up."""
    claims = [line for experiment in document["experiments"] for line in experiment["claims"]]
    wrong = [
        line["statement"]
        for line in claims
        if verdict(line["paper"], line["ours"], line["tolerance"], line["relation"]) != line["verdict"]
        or abs(sum(line["values"]) / len(line["values"]) - line["ours"]) > 1e-9
    ]
    if document["claims"] != len(claims):
        wrong.append("number of claims")
    if document["reproduced"] != sum(line["verdict"] == "reproduced" for line in claims):
        wrong.append("number reproduced")
    return wrong


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.parent.name)
def test_committed_verdicts_follow_from_their_numbers(path: Path) -> None:
    document = json.loads(path.read_text())
    assert wrong_verdicts(document) == []
    document["experiments"][0]["claims"][0]["ours"] = -5.0
    assert wrong_verdicts(document) != []  # tampering is seen


@pytest.mark.parametrize(
    ("paper", "ours", "tolerance", "relation", "holds"),
    [
        (1.0, 0.96, 0.05, "at least", True),
        (1.0, 0.94, 0.05, "at least", False),
        (0.0, 0.09, 0.1, "at most", True),
        (0.0, 0.11, 0.1, "at most", False),
        (11.0, 11.0, 0.0, "equal", True),
        (11.0, 10.0, 0.0, "equal", False),
        (0.9, 0.93, 0.05, "equal", True),
        (1.0, float("nan"), 9.0, "at most", False),
    ],
)
def test_verdicts(paper: float, ours: float, tolerance: float, relation: Any, holds: bool) -> None:
    assert (verdict(paper, ours, tolerance, relation) == "reproduced") == holds


def test_confidence_intervals() -> None:
    """Student's t: scipy's interval, which shares no code with ours."""
    from scipy.stats import t

    values = [0.91, 0.95, 0.93, 0.99]
    found = claim("x", "y", 1.0, values, 0.1, "at least")
    mean, error = sum(values) / 4, (sum((v - sum(values) / 4) ** 2 for v in values) / 3 / 4) ** 0.5
    assert found.interval == pytest.approx(t.interval(0.95, 3, mean, error), rel=1e-3)
    assert claim("x", "y", 1.0, [0.9], 0.1, "at least").interval is None


def test_an_experiment_states_claims_and_is_kept(tmp_path: Path) -> None:
    found = perform(SMALL, tmp_path, "cpu")
    assert len(found.claims) == 6
    assert all(isinstance(line, Claim) and len(line.values) == 2 for line in found.claims)
    assert stored_outcome(SMALL, tmp_path) == json.loads(json.dumps(found.as_dict()))
    assert stored_outcome(SMALL, tmp_path / "elsewhere") is None
    document = {"experiments": [found.as_dict()], "claims": 6}
    document["reproduced"] = sum(line.verdict == "reproduced" for line in found.claims)
    assert wrong_verdicts(document) == []
    with pytest.raises(InputError, match="an outcome of 2 networks, not 1; give the same --seeds"):
        stored_outcome(replace(SMALL, seeds=1), tmp_path)
    for text in ("{", "[]", '{"name": "other"}'):
        (tmp_path / "outcome.json").write_text(text)
        with pytest.raises(InputError, match="to run the experiment again"):
            stored_outcome(SMALL, tmp_path)


def test_a_parity_experiment_states_claims(tmp_path: Path) -> None:
    parity = replace(SMALL, topic="parity", task=TaskName("parity", "", 3, 4), preset="parity-10-4", seeds=1)
    assert len(perform(parity, tmp_path, "cpu").claims) == 5


def test_every_experiment_has_a_configuration() -> None:
    names = [experiment.name for experiment in FULL]
    assert len(set(names)) == len(names)
    assert set(QUICK) < set(FULL)
    for experiment in FULL:
        if experiment.topic != "regularisation" and experiment.task.expression not in ("Z71", "S5"):
            configuration = configuration_of(experiment, "cpu")
            assert len(configuration.seeds) == experiment.seeds
            assert (configuration.activation.value == "relu") == (experiment.topic == "relu")
