"""The measurements along a run: one JSON object a line, and what is read back from them."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from theory.errors import InputError

__all__ = ["Measurement", "append", "read", "truncate"]


@dataclass(frozen=True)
class Measurement:
    """What was measured after some step; lists have one number a network.

    Args:
        step: steps done.
        seconds: of training so far, over all sittings.
        loss: what the trainer minimises, one step earlier.
        margin: normalised margin over all inputs, an estimate in the precision of training.
        fraction: `margin / gamma*`; empty where there is no `gamma*`.
        extra: further numbers of the trainer.
        precision: in which `margin` was computed.
    """

    step: int
    seconds: float
    loss: tuple[float, ...]
    margin: tuple[float, ...]
    fraction: tuple[float, ...]
    extra: dict[str, float]
    precision: str = "float32"


def append(path: Path, measurement: Measurement) -> None:
    """Add a line."""
    with path.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(asdict(measurement)) + "\n")
        stream.flush()
        os.fsync(stream.fileno())


def read(path: Path) -> tuple[Measurement, ...]:
    """All whole lines; what a kill left of the last one is passed over.

    Raises:
        InputError: a line before the last one is no measurement.
    """
    if not path.exists():
        return ()
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    found = []
    for number, line in enumerate(lines):
        try:
            values = json.loads(line)
            for name in ("loss", "margin", "fraction"):
                values[name] = tuple(values[name])
            found.append(Measurement(**values))
        except (ValueError, TypeError, KeyError):
            if number + 1 < len(lines):
                raise InputError(f"{path}: line {number + 1} is no measurement") from None
    return tuple(found)


def truncate(path: Path, step: int) -> None:
    """Drop what was measured after a step: it will be measured again."""
    kept = [measurement for measurement in read(path) if measurement.step <= step]
    temporary = path.with_suffix(".part")
    temporary.write_text("".join(json.dumps(asdict(line)) + "\n" for line in kept), encoding="utf-8")
    os.replace(temporary, path)
