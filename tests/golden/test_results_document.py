"""docs/results.md shows what results/ holds: `python docs/results.py` writes its tables anew."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    specification = importlib.util.spec_from_file_location("results_writer", ROOT / "docs" / "results.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_the_page_shows_the_results(writer: ModuleType) -> None:
    text = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    assert writer.page(text) == text
    document = json.loads((ROOT / "results" / "quick" / "results.json").read_text(encoding="utf-8"))
    assert f"{document['reproduced']} of {document['claims']} claims reproduced" in text
    assert writer.page(text.replace("reproduced |", "not reproduced |")) == text  # a stale page is noticed


def test_every_picture_is_there() -> None:
    text = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    pictures = [part.split(")")[0] for part in text.split("](")[1:] if ".png" in part.split(")")[0]]
    assert len(pictures) >= 3
    assert [name for name in pictures if not (ROOT / "docs" / name).exists()] == []
