"""A claim of a source, our statement, what was measured, and the verdict that follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["NOTES", "PAPER", "TALK", "Claim", "Measured", "judge"]

Verdict = Literal["true", "corrected", "open"]

TALK = "Pfeifle, talk on toy models of superposition, 2022-10-04"
NOTES = "reading notes on the same paper"
PAPER = "Elhage et al., Toy Models of Superposition, 2022"


@dataclass(frozen=True)
class Measured:
    """A number that bears on a claim.

    Args:
        name: what it is, in words.
        value: of it.
        least, most: between which it has to be for our statement to hold; None for no bound.
    """

    name: str
    value: float | int
    least: float | int | None = None
    most: float | int | None = None

    @property
    def holds(self) -> bool:
        """Whether it is between its bounds; never, if it is not a number."""
        value = float(self.value)
        above = self.least is None or value >= self.least
        return value == value and above and (self.most is None or value <= self.most)


@dataclass(frozen=True, eq=False)
class Claim:
    """A claim and its verdict.

    Args:
        key: short name, such as `E1`.
        title: what it is about.
        source: who says it.
        said: in the source's words, shortened.
        statement: what is true, in our words.
        measured: the numbers; all have to hold for a verdict other than `open`.
        verdict: `true`, `corrected` or `open`.
        evidence: the command or the test that gives the numbers.
        pictures: PNG or GIF files by caption.
    """

    key: str
    title: str
    source: str
    said: str
    statement: str
    measured: tuple[Measured, ...]
    verdict: Verdict
    evidence: str
    pictures: Mapping[str, bytes] = field(default_factory=dict)


def judge(measured: tuple[Measured, ...], otherwise: Literal["true", "corrected"]) -> Verdict:
    """`otherwise` if every number holds, else `open`: a verdict stands on its numbers alone."""
    return otherwise if measured and all(one.holds for one in measured) else "open"
