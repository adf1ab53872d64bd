"""The table of docs/circuits.md is what `explain` finds on the networks of the data pack."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from checkpoints import FILES, checkpoint, train_mask

from empirics.circuits.explain import explain
from empirics.circuits.identification import identify
from empirics.circuits.summary import summary

PAGE = Path(__file__).resolve().parents[2] / "docs" / "circuits.md"


def _rows() -> dict[str, list[str]]:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("| checkpoint | group |"))
    rows = {}
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        rows[cells[0].split()[0]] = cells
    return rows


def test_every_network_has_a_row() -> None:
    assert set(_rows()) == set(FILES)


@pytest.mark.slow
@pytest.mark.requires("data")
@pytest.mark.parametrize("name", FILES)
def test_row(data: Path, name: str) -> None:
    _, group, irreps, share, losses, cosets, verdict = _rows()[name]
    found = explain(checkpoint(data, name).network, repair=True, train=train_mask(data, name))
    assert found.report.group is not None
    document = summary(found, identify(found.report.group))
    assert group.split()[0] == document["group"]["identified"]
    assert f"{document['product_share']:.3f}" == share
    measured = (document["loss"], document["restricted_loss"], document["excluded_loss"])
    for shown, value in zip(losses.split(", "), measured, strict=True):
        assert float(shown) == pytest.approx(value, rel=0.05)
    counted = document["cosets"]
    assert cosets == ("–" if counted is None else f"{counted['neurons']} of {counted['active']}")
    assert document["verdict"].startswith(verdict.split()[0])
    embedded = [line for line in document["irreps"] if line["key"] and not line["harmonic"]]
    harmonic = sum(line["harmonic"] for line in document["irreps"])
    if match := re.search(r"(\d+) harmonics", irreps):
        assert harmonic == int(match.group(1))
    for word in re.findall(r"\b(\d[ab]|\d\d)\b", irreps):
        assert any(line["label"] in (word, f"k={word}") for line in embedded)
