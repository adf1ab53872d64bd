"""A claim, what was measured, and the verdict, which is a function of the numbers and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, sqrt
from typing import Any, Literal

__all__ = ["Claim", "Relation", "claim", "verdict"]

Relation = Literal["at least", "at most", "equal"]
Verdict = Literal["reproduced", "not reproduced"]

# Student's t, two-sided 95 %, by degrees of freedom (any statistical table)
STUDENT = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365}


def verdict(paper: float, ours: float, tolerance: float, relation: Relation) -> Verdict:
    """Whether a measurement agrees with a claim.

    Args:
        paper: the claimed number.
        ours: the measured one.
        tolerance: by how much it may fall short ("at least"), exceed ("at most") or differ ("equal").
        relation: how the two are to be compared.

    >>> verdict(1.0, 0.978, 0.05, "at least"), verdict(11, 10, 0, "equal")
    ('reproduced', 'not reproduced')
    """
    if not isfinite(ours):
        return "not reproduced"
    holds = {
        "at least": ours >= paper - tolerance,
        "at most": ours <= paper + tolerance,
        "equal": abs(ours - paper) <= tolerance,
    }
    return "reproduced" if holds[relation] else "not reproduced"


@dataclass(frozen=True)
class Claim:
    """A claim beside its measurement.

    Args:
        statement: in words, short.
        source: paper and place, or the theorem of docs/theory.md for predictions that the paper could not
            make.
        paper: the claimed number.
        ours: the mean of what was measured, over the seeds.
        values: what was measured, one number a seed.
        tolerance: see `verdict`.
        relation: see `verdict`.
    """

    statement: str
    source: str
    paper: float
    ours: float
    values: tuple[float, ...]
    tolerance: float
    relation: Relation

    @property
    def verdict(self) -> Verdict:
        """From the numbers."""
        return verdict(self.paper, self.ours, self.tolerance, self.relation)

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % confidence interval of the mean over seeds (Student's t); None for one seed or more than 8."""
        n = len(self.values)
        if n - 1 not in STUDENT:
            return None
        spread = sqrt(sum((value - self.ours) ** 2 for value in self.values) / (n - 1))
        half = STUDENT[n - 1] * spread / sqrt(n)
        return self.ours - half, self.ours + half

    def as_dict(self) -> dict[str, Any]:
        """As JSON; the verdict can be computed from the rest."""
        interval = self.interval
        return {
            "statement": self.statement,
            "source": self.source,
            "paper": self.paper,
            "ours": self.ours,
            "values": list(self.values),
            "interval": None if interval is None else list(interval),
            "tolerance": self.tolerance,
            "relation": self.relation,
            "verdict": self.verdict,
        }


def claim(
    statement: str,
    source: str,
    paper: float,
    values: list[float],
    tolerance: float,
    relation: Relation,
) -> Claim:
    """A claim with its measurements, one a seed."""
    mean = sum(values) / len(values)
    return Claim(statement, source, paper, mean, tuple(values), tolerance, relation)
