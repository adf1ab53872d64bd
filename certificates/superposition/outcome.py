"""What every verb of `gammastar superposition` ends with: a verdict, numbers, and figures."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.text import Text

__all__ = ["SCHEMA", "Outcome", "begin", "finish"]

SCHEMA = "gammastar-superposition-1"


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a verb found.

    Args:
        verb: its name.
        verdict: one line that a reader remembers, with its main number.
        numbers: what was measured; the contract's keys first. NaN becomes null.
        parameters: what was asked for.
        seed: of the generator; None if nothing is drawn.
        lines: more lines for the terminal.
        figures: PNG, GIF or SVG files by name, written into the folder given by `-o`.
        documents: further JSON documents by name, such as trajectories.
    """

    verb: str
    verdict: str
    numbers: Mapping[str, Any]
    parameters: Mapping[str, Any]
    seed: int | None = None
    lines: tuple[str, ...] = ()
    figures: Mapping[str, bytes] = field(default_factory=dict)
    documents: Mapping[str, Any] = field(default_factory=dict)


def begin(output: Path | None, force: bool) -> float:
    """Refuse a folder that cannot take the results, before any work is done; the time of the start.

    Args:
        output: folder for the results; None for none.
        force: write into a folder that holds files.

    Raises:
        InputError: the folder cannot be written to, or holds files.
    """
    from certificates import files

    if output is not None:
        files.prepare_directory(output, force=force)
    return time.perf_counter()


def finish(outcome: Outcome, started: float, as_json: bool, output: Path | None) -> None:
    """Print the verdict or the JSON object, and write figures and documents.

    Args:
        outcome: of the verb.
        started: what `begin` returned.
        as_json: print one JSON object instead of text.
        output: folder for `result.json`, figures and documents; None for none.
    """
    from certificates import files
    from certificates.cli_output import _console, print_json
    from certificates.result import dump
    from empirics.files import write_bytes

    result = plain(
        {
            "schema": SCHEMA,
            "verb": outcome.verb,
            "verdict": outcome.verdict,
            "numbers": dict(outcome.numbers),
            "parameters": dict(outcome.parameters),
            "seed": outcome.seed,
            "seconds": round(time.perf_counter() - started, 3),
        }
    )
    if output is not None:
        for name, content in outcome.figures.items():
            write_bytes(output / name, content)
        documents = {name: dump(plain(value)) + "\n" for name, value in outcome.documents.items()}
        files.write_all(output, {**documents, "result.json": dump(result) + "\n"})
    if as_json:
        print_json(result)
        return
    console = _console()
    console.print(Text(outcome.verdict, style="bold"), soft_wrap=True)
    for line in outcome.lines:
        console.print(Text(line), soft_wrap=True)
    if output is not None:
        console.print(f"\nwritten  {output}", soft_wrap=True)


def plain(value: Any) -> Any:
    """The same in JSON's types: numpy arrays as lists, NaN and infinities as null."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
