"""A missing requirement skips with its reason, and fails where GAMMASTAR_REQUIRE names it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROBE = """
import pytest

@pytest.mark.requires("data")
def test_needs_data():
    pass
"""


def run_probe(folder: Path, root: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one test that needs the data folder in a pytest of its own, with our conftest."""
    (folder / "conftest.py").write_text((root / "tests" / "conftest.py").read_text())
    (folder / "test_probe.py").write_text(PROBE)
    (folder / "pytest.ini").write_text(
        "[pytest]\nmarkers = requires(*names): x\naddopts = -ra -p no:cacheprovider\n"
    )
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GAMMASTAR", "PYTEST"))}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", str(folder)],
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_absent_requirement_is_skipped_and_named(tmp_path: Path, root: Path) -> None:
    done = run_probe(tmp_path, root, GAMMASTAR_DATA=str(tmp_path / "nowhere"))
    assert done.returncode == 0
    assert "data is absent" in done.stdout.splitlines()[-2]


def test_absent_requirement_fails_when_demanded(tmp_path: Path, root: Path) -> None:
    done = run_probe(tmp_path, root, GAMMASTAR_DATA=str(tmp_path / "nowhere"), GAMMASTAR_REQUIRE="gap,data")
    assert done.returncode == 1
    assert "GAMMASTAR_REQUIRE names it" in done.stdout


def test_present_requirement_runs(tmp_path: Path, root: Path) -> None:
    done = run_probe(tmp_path, root, GAMMASTAR_DATA=str(tmp_path), GAMMASTAR_REQUIRE="data")
    assert "1 passed" in done.stdout


@pytest.mark.parametrize("name", ["gap", "chromium", "data"])
def test_ci_demands_every_requirement(root: Path, name: str) -> None:
    line = next(
        line for line in (root / ".ci" / "run").read_text().splitlines() if "GAMMASTAR_REQUIRE" in line
    )
    assert name in line.split("=")[1].split(",")
