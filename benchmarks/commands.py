"""Whole commands against the goals of their issue: a fresh process each time."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Row, Timing, timed

__all__ = ["rows"]

HEADING = "whole processes"
MONSTER = 'gap:CharacterTable("M")'


def rows() -> list[Row]:
    """Seconds of `margin` for small and large groups, and of the checker on M11's certificate."""
    found = [
        _row("gammastar margin S5", 1.0, _command("margin", "S5")),
        _row("gammastar margin S20", 4.0, _command("margin", "S20")),
        _row("gammastar margin S25", 30.0, _command("margin", "S25")),
        _row("gammastar margin M, beyond GAP's own time", 2.0, _beyond_gap()),
    ]
    with tempfile.TemporaryDirectory() as folder:
        certificate = Path(folder) / "m11.json"
        _run(sys.executable, "-m", "certificates.cli", "certify", "M11", "-o", str(certificate))
        check = timed(lambda: _run(sys.executable, "-m", "certificates.checker", str(certificate)))
    return [*found, _row("checking M11's certificate", 2.0, check)]


def _row(name: str, goal: float, timing: Timing) -> Row:
    return Row(HEADING, name, timing.median, goal, "goal", timing.first)


def _command(*arguments: str) -> Timing:
    return timed(lambda: _run(sys.executable, "-m", "certificates.cli", *arguments))


def _beyond_gap() -> Timing:
    from theory.characters.gap import program
    from theory.groups.gap import run

    whole = _command("margin", MONSTER)
    inside = timed(lambda: run(program(MONSTER.removeprefix("gap:"))))
    return Timing(whole.first - inside.first, whole.median - inside.median)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
