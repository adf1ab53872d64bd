"""Budget shares `a_R s_R / cost*`: the part of `||theta||^(k+1)` that an irrep takes."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from theory.characters.cyclotomic import Value
from theory.margins.cyclotomic_system import real_ball
from theory.margins.radicals import RadicalSum, correctly_rounded
from theory.margins.reduction import MarginProgram
from theory.margins.solution import ShareInterval

__all__ = ["budget_share", "orbit_sums", "point_interval"]


def budget_share(weight: Value, row_cost: RadicalSum, cost: RadicalSum) -> float:
    """`a_R s_R / cost*`, correctly rounded."""
    if not weight:
        return 0.0
    if isinstance(weight, int | Fraction) and len(cost.terms) == 1:
        return float(row_cost * weight / cost)
    return correctly_rounded(lambda: real_ball(weight) * row_cost.ball() / cost.ball())


def orbit_sums(program: MarginProgram, primal: Sequence[Fraction]) -> list[Fraction]:
    """`sum of a_R` over each Galois orbit."""
    sums = [Fraction(0)] * (1 + max(row.orbit for row in program.rows))
    for a, row in zip(primal, program.rows, strict=True):
        sums[row.orbit] += a
    return sums


def point_interval(weight: Fraction, row_cost: RadicalSum, cost: RadicalSum) -> ShareInterval:
    """The interval of a weight that is the same in every optimum."""
    share = budget_share(weight, row_cost, cost)
    return ShareInterval(share, share)
