"""The merged program on orbits of its symmetries: a smaller program with the same optimum.

A pair of permutations of rows and columns that keeps coefficients and costs maps optima to optima, exactly as
a Galois automorphism does (docs/theory.md, Theorem 17, whose proof uses nothing else). So the program may be
solved on orbits, with the mean of the coefficients over an orbit of rows, and its strictly complementary
pairs, spread equally over orbits, are strictly complementary for the merged program: symmetric images of an
optimum that is positive at a row are positive at all rows of the orbit, and so is their average.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from theory.margins.face_symmetry import Transversal, transversals
from theory.margins.radicals import ZERO, RadicalSum
from theory.margins.reduction import MergedProgram

__all__ = ["Quotient", "quotient"]

SMALLEST, LARGEST = 400, 2_000_000  # entries: below, the program is solved at once; above, memory counts


@dataclass(frozen=True, eq=False)
class Quotient:
    """A program on orbits, and how back.

    Args:
        program: the smaller program.
        rows: the rows of the merged program in each orbit.
        columns: its columns in each orbit.
    """

    program: MergedProgram
    rows: tuple[tuple[int, ...], ...]
    columns: tuple[tuple[int, ...], ...]

    def spread(
        self, primal: Sequence[Fraction], dual: Sequence[RadicalSum]
    ) -> tuple[tuple[Fraction, ...], tuple[RadicalSum, ...]]:
        """A pair of the smaller program as a pair of the merged one, equal on each orbit."""
        a = [Fraction(0)] * sum(len(orbit) for orbit in self.rows)
        y = [ZERO] * sum(len(orbit) for orbit in self.columns)
        for total, rows in zip(primal, self.rows, strict=True):
            for row in rows:
                a[row] = total / len(rows)
        for weight, columns in zip(dual, self.columns, strict=True):
            share = weight * Fraction(1, len(columns))
            for column in columns:
                y[column] = share
        return tuple(a), tuple(y)


def quotient(program: MergedProgram) -> Quotient:
    """The program on orbits of the symmetries that are found; the program itself where there are none."""
    height, width = len(program.irreps), len(program.classes)
    rows: tuple[tuple[int, ...], ...] = tuple((row,) for row in range(height))
    columns: tuple[tuple[int, ...], ...] = tuple((column,) for column in range(width))
    if SMALLEST <= height * width <= LARGEST:
        means = [[program.mean(row, column) for column in range(width)] for row in range(height)]
        degrees = (program.table.degrees[irrep] for irrep in program.irreps)
        marks = list(zip(degrees, program.costs, strict=True))
        rows, columns = (_orbits(found) for found in transversals(means, marks, [0] * width))
    if len(rows) == height and len(columns) == width:
        return Quotient(program, rows, columns)
    smaller = replace(
        program,
        irreps=tuple(program.irreps[orbit[0]] for orbit in rows),
        classes=tuple(program.classes[orbit[0]] for orbit in columns),
        costs=tuple(program.costs[orbit[0]] for orbit in rows),
        joined=tuple(tuple(program.irreps[row] for row in orbit) for orbit in rows),
    )
    return Quotient(smaller, rows, columns)


def _orbits(transversal: Transversal) -> tuple[tuple[int, ...], ...]:
    orbits: dict[int, list[int]] = {}
    for index, (least, _) in enumerate(transversal):
        orbits.setdefault(least, []).append(index)
    return tuple(tuple(orbit) for orbit in orbits.values())
