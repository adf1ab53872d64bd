"""The margin program spelled out from a character table, and strategies for its feasible points.

This is the unmerged program, written down by its definition and not taken from `theory.margins.program`, so
that solutions can be tested against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import inf, nextafter
from typing import TYPE_CHECKING

import hypothesis.strategies as st
from flint import arb, arb_mat, ctx
from hypothesis.strategies import DrawFn, SearchStrategy

from theory.characters.cyclotomic import Value, ball, real_part
from theory.characters.table import CharacterTable
from theory.margins.radicals import RadicalSum, half_power

if TYPE_CHECKING:
    from theory.margins.solution import MarginSolution

__all__ = [
    "DefinedProgram",
    "class_functions",
    "class_weightings",
    "costs_by_definition",
    "feasible_duals",
    "feasible_pairs",
    "feasible_primals",
    "program_by_definition",
    "rows_up_to_conjugation",
]

PRECISION = 256  # bits of the balls that bound sums of cyclotomic numbers
LARGEST_WEIGHT = 12  # of a drawn weighting


@dataclass(frozen=True, eq=False)
class DefinedProgram:
    """`min sum_R a_R s_R` subject to `sum_R a_R (1 - X_R(C)) >= 1` for `C != 1`, `a >= 0`; and its dual.

    Args:
        table: the character table, of a nontrivial group.
        arity: number of factors `k >= 2`.
        rows: one table row for each nontrivial irrep up to complex conjugation.
        costs: `s_R = (d_R nu_R)^((k-1)/2)` in the order of `rows`.
        gaps: `1 - Re chi_R(C)/d_R`, a row of `rows` and a class other than the identity (columns `1, 2,
            ...`).
    """

    table: CharacterTable
    arity: int
    rows: tuple[int, ...]
    costs: tuple[RadicalSum, ...]
    gaps: tuple[tuple[Value, ...], ...]

    @cached_property
    def _gap_balls(self) -> arb_mat:
        with ctx.workprec(PRECISION):
            return arb_mat([[ball(gap) for gap in row] for row in self.gaps])

    def separations(self, weights: Sequence[Fraction]) -> list[arb]:
        """Balls around `sum_R a_R (1 - X_R(C))`, a class `C != 1`, for `a` in the order of `rows`."""
        with ctx.workprec(PRECISION):
            return list((arb_mat([[_ball(a) for a in weights]]) * self._gap_balls).entries())

    def loads(self, weights: Sequence[Fraction | RadicalSum]) -> list[arb]:
        """Balls around `kappa_R = sum_C y_C (1 - X_R(C)) / s_R`, for `y` on the classes `1, 2, ...`."""
        with ctx.workprec(PRECISION):
            totals = (self._gap_balls * arb_mat([[_ball(y)] for y in weights])).entries()
            return [total / cost.ball() for total, cost in zip(totals, self.costs, strict=True)]

    def cost(self, weights: Sequence[Fraction]) -> RadicalSum:
        """`sum_R a_R s_R`, exactly."""
        total = RadicalSum()
        for a, s in zip(weights, self.costs, strict=True):
            total += s * a
        return total


def _ball(value: Fraction | RadicalSum) -> arb:
    if isinstance(value, RadicalSum):
        return value.ball()
    return arb(value.numerator) / arb(value.denominator)


def rows_up_to_conjugation(table: CharacterTable) -> tuple[int, ...]:
    """The nontrivial rows, of two complex conjugate ones the first."""
    return tuple(row for row, partner in enumerate(table.conjugate_rows) if 0 < row <= partner)


def costs_by_definition(table: CharacterTable, arity: int) -> tuple[RadicalSum, ...]:
    """`s_R = (d_R nu_R)^((k-1)/2)`, `nu_R` 1 for real irreps and 2 for others, up to complex conjugation."""
    return tuple(
        half_power(table.degrees[row] * (1 if table.indicators[row] == 1 else 2), arity - 1)
        for row in rows_up_to_conjugation(table)
    )


def program_by_definition(table: CharacterTable, arity: int = 2) -> DefinedProgram:
    """The program of a table and an arity, by definition.

    Raises:
        ValueError: the group is trivial, or `arity < 2`.
    """
    if table.order == 1 or arity < 2:
        raise ValueError(f"{table.name}, arity {arity}: the program needs a nontrivial group and arity >= 2")
    rows = rows_up_to_conjugation(table)
    gaps = []
    for row in rows:
        scale = Fraction(1, table.degrees[row])
        gaps.append(tuple(1 - real_part(value) * scale for value in table.values[row][1:]))
    return DefinedProgram(table, arity, rows, costs_by_definition(table, arity), tuple(gaps))


def class_functions(table: CharacterTable, largest: int = 6) -> SearchStrategy[tuple[int, ...]]:
    """Integer class functions, one value a class."""
    size = len(table.class_sizes)
    return st.lists(st.integers(-largest, largest), min_size=size, max_size=size).map(tuple)


def _weights(size: int) -> SearchStrategy[list[int]]:
    return st.lists(st.integers(0, LARGEST_WEIGHT), min_size=size, max_size=size)


@st.composite
def class_weightings(draw: DrawFn, table: CharacterTable) -> tuple[Fraction, ...]:
    """Probability distributions on the classes other than the identity, for the columns `1, 2, ...`."""
    weights = draw(_weights(len(table.class_sizes) - 1))
    if not any(weights):
        weights = [1] * len(weights)
    return tuple(Fraction(w, sum(weights)) for w in weights)


@st.composite
def feasible_primals(
    draw: DrawFn, program: DefinedProgram, near: MarginSolution | None = None
) -> tuple[Fraction, ...]:
    """Feasible `a`, in the order of `program.rows`: any weights, scaled until every class is separated by
    one.

    Args:
        program: the program.
        near: draw around this solution's `a` as well, where a wrong optimum would show.
    """
    drawn = [Fraction(w) for w in draw(_weights(len(program.rows)))]
    if near is not None and draw(st.booleans()):
        step = Fraction(1, draw(st.sampled_from([10, 1000, 100_000])))
        drawn = [a + step * w for a, w in zip(near.primal, drawn, strict=True)]
    if not all(separation > 0 for separation in program.separations(drawn)):
        drawn = [a + 1 for a in drawn]  # all irreps together are faithful
    least = min(_below(separation) for separation in program.separations(drawn))
    return tuple(a / least for a in drawn)


@st.composite
def feasible_duals(
    draw: DrawFn, program: DefinedProgram, near: MarginSolution | None = None
) -> tuple[Fraction, ...]:
    """Feasible `y` for the classes `1, 2, ...`: any weights, scaled until no irrep is overloaded.

    Args:
        program: the program.
        near: draw around this solution's `y` as well.
    """
    drawn = [Fraction(w) for w in draw(_weights(len(program.table.class_sizes) - 1))]
    if near is not None and draw(st.booleans()):
        step = Fraction(1, draw(st.sampled_from([10, 1000, 100_000])))
        # y is irrational: a rational number nearby will do, since it is scaled below
        drawn = [Fraction(float(y)) + step * w for y, w in zip(near.dual[1:], drawn, strict=True)]
    if not any(drawn):
        return tuple(drawn)
    largest = max(_above(load) for load in program.loads(drawn))
    return tuple(y / largest for y in drawn)


def feasible_pairs(
    program: DefinedProgram, near: MarginSolution | None = None
) -> SearchStrategy[tuple[tuple[Fraction, ...], tuple[Fraction, ...]]]:
    """Feasible points of both programs, independent of each other."""
    return st.tuples(feasible_primals(program, near), feasible_duals(program, near))


def _below(number: arb) -> Fraction:
    """A rational number below a positive one, of one float's length."""
    return Fraction(nextafter(float(number.lower()), 0))


def _above(number: arb) -> Fraction:
    return Fraction(nextafter(float(number.upper()), inf))
