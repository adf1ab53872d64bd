"""The margin program of a group, and its reduction to Galois orbits, where every coefficient is rational.

For a nontrivial irrep `R` put `X_R(C) = Re chi_R(C) / d_R` (a complex irrep and its conjugate are one row).
The program is

    min sum_R a_R s_R   s.t.  sum_R a_R (1 - X_R(C)) >= 1 for every class C != {1},  a >= 0,
    max sum_C y_C       s.t.  sum_C y_C (1 - X_R(C)) <= s_R for every R,             y >= 0.

A Galois automorphism permutes rows and columns with `X_(sigma R)(C) = X_R(sigma C)` and keeps the costs, so
averages over orbits keep feasibility and value (docs/theory.md, Theorem 17): the program may be solved on
orbits, with `X` replaced by its mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from flint import arb, ctx, fmpq

from theory.characters.cyclotomic import Value, rational_mean, real_part
from theory.characters.table import CharacterTable
from theory.errors import InputError
from theory.margins.cyclotomic_system import real_ball
from theory.margins.radicals import RadicalSum, half_power
from theory.margins.solution import IrrepRow

__all__ = ["MarginProgram", "MergedProgram", "Orbits", "apply", "invert", "margin_program"]


@dataclass(frozen=True, eq=False)
class MarginProgram:
    """The unmerged program.

    Args:
        table: the character table.
        arity: number of factors `k >= 2`.
        rows: nontrivial irreps up to conjugation, in the table's order.
        classes: nonidentity columns of the table.
    """

    table: CharacterTable
    arity: int
    rows: tuple[IrrepRow, ...]
    classes: tuple[int, ...]

    def coefficient(self, row: int, column: int) -> Value:
        """`1 - X_R(C)`, a real cyclotomic number, for `rows[row]` and the table's column."""
        irrep = self.rows[row]
        value = self.table.values[irrep.index][column]
        # by address: hashing a cyclotomic number is slow, and the table keeps it alive; one object a number
        key = id(value), irrep.degree
        if key not in self._known:
            self._known[key] = 1 - real_part(value) * Fraction(1, irrep.degree)
        return self._known[key]

    def ball(self, row: int, column: int) -> arb:
        """`coefficient(row, column)` as a ball at flint's current precision."""
        value = self.coefficient(row, column)
        key = id(value), ctx.prec
        if key not in self._known_balls:
            self._known_balls[key] = real_ball(value)
        return self._known_balls[key]

    @cached_property
    def _known(self) -> dict[tuple[int, int], Value]:
        return {}

    @cached_property
    def _known_balls(self) -> dict[tuple[int, int], arb]:
        return {}


@dataclass(frozen=True, eq=False)
class MergedProgram:
    """The program on Galois orbits: one row an orbit of irreps, one column an orbit of nonidentity classes.

    Args:
        table: the character table.
        irreps: the least member of each row orbit, as a row of the table.
        classes: the least member of each class orbit, as a column of the table.
        costs: `s_R`, a row orbit.
        joined: for a quotient by symmetries (`theory.margins.quotient`), the irreps of all row orbits that a
            row stands for, one each and of one degree; else None.
    """

    table: CharacterTable
    irreps: tuple[int, ...]
    classes: tuple[int, ...]
    costs: tuple[RadicalSum, ...]
    joined: tuple[tuple[int, ...], ...] | None = None

    def coefficient(self, row: int, column: int) -> Fraction:
        """`1 - mean X` for row orbit `row` and class orbit `column`."""
        degree, mean = self.table.degrees[self.irreps[row]], self.mean(row, column)
        return Fraction(degree - mean, degree) if isinstance(mean, int) else 1 - mean / degree

    def ball(self, row: int, column: int) -> arb:
        """`coefficient(row, column)` as a ball at flint's current precision."""
        degree, mean = self.table.degrees[self.irreps[row]], self.mean(row, column)
        if isinstance(mean, int):
            return arb(degree - mean) / degree
        return arb(fmpq(degree * mean.denominator - mean.numerator, degree * mean.denominator))

    def mean(self, row: int, column: int) -> int | Fraction:
        """The mean of `chi` over row orbit `row` (equivalently over class orbit `column`)."""
        if self.joined is None:
            return self._galois_mean(self.irreps[row], self.classes[column])
        if (row, column) not in self._joined_means:
            members = self.joined[row]
            total = sum(Fraction(self._galois_mean(irrep, self.classes[column])) for irrep in members)
            mean = Fraction(total, len(members))
            self._joined_means[row, column] = mean.numerator if mean.denominator == 1 else mean
        return self._joined_means[row, column]

    def _galois_mean(self, irrep: int, column: int) -> int | Fraction:
        value = self.table.values[irrep][column]
        if isinstance(value, int):
            return value
        # by address: hashing a cyclotomic number costs more than its mean, and the table keeps it alive
        if id(value) not in self._means:
            mean = rational_mean(value)
            self._means[id(value)] = mean.numerator if mean.denominator == 1 else mean
        return self._means[id(value)]

    @cached_property
    def _means(self) -> dict[int, int | Fraction]:
        return {}

    @cached_property
    def _joined_means(self) -> dict[tuple[int, int], int | Fraction]:
        return {}


@dataclass(frozen=True)
class Orbits:
    """How back from orbits: the members of each orbit.

    Args:
        rows: indices into `MarginProgram.rows`, a row orbit.
        classes: columns of the table, a class orbit.
    """

    rows: tuple[tuple[int, ...], ...]
    classes: tuple[tuple[int, ...], ...]


def margin_program(table: CharacterTable, arity: int = 2) -> MarginProgram:
    """The margin program of a group with `arity` factors.

    Raises:
        InputError: for the trivial group, which has no wrong label, and for fewer than two factors.
    """
    if arity < 2:
        raise InputError(
            f"arity {arity}: a network multiplies at least two factors, so --arity must be 2 or more"
        )
    if table.order == 1:
        raise InputError(
            f"{table.name}: the trivial group has no wrong label, so no margin; "
            "name a group of order 2 or more"
        )
    orbit_of = {row: number for number, orbit in enumerate(table.row_orbits) for row in orbit}
    numbers: dict[int, int] = {}  # orbits counted from 0 in order of first appearance
    rows = []
    for index in range(1, len(table.values)):
        conjugate = table.conjugate_rows[index]
        if conjugate < index:
            continue
        indicator, degree = table.indicators[index], table.degrees[index]
        # s_R = (d_R nu_R)^((k-1)/2), nu_R = 1 for real irreps, else 2
        cost = half_power(degree if indicator == 1 else 2 * degree, arity - 1)
        orbit = numbers.setdefault(orbit_of[index], len(numbers))
        rows.append(IrrepRow(index, conjugate, table.labels[index], degree, indicator, cost, orbit))
    return MarginProgram(table, arity, tuple(rows), tuple(range(1, len(table.class_sizes))))


def apply(program: MarginProgram) -> tuple[MergedProgram, Orbits]:
    """The merged program, and how back."""
    members: dict[int, list[int]] = {}
    for row, irrep in enumerate(program.rows):
        members.setdefault(irrep.orbit, []).append(row)
    rows = tuple(tuple(orbit) for _, orbit in sorted(members.items()))
    classes = tuple(orbit for orbit in program.table.class_orbits if orbit != (0,))
    merged = MergedProgram(
        program.table,
        tuple(program.rows[orbit[0]].index for orbit in rows),
        tuple(orbit[0] for orbit in classes),
        tuple(program.rows[orbit[0]].cost for orbit in rows),
    )
    return merged, Orbits(rows, classes)


def invert(
    primal: Sequence[Fraction], dual: Sequence[RadicalSum], orbits: Orbits
) -> tuple[tuple[Fraction, ...], tuple[RadicalSum, ...]]:
    """A feasible pair of the merged program spread equally over the members of each orbit.

    Returns:
        `a_R` for each row of the unmerged program, `y_C` for each column of the table (zero at the identity).
    """
    a = [Fraction(0)] * sum(len(orbit) for orbit in orbits.rows)
    y = [RadicalSum()] * (1 + sum(len(orbit) for orbit in orbits.classes))
    for total, orbit in zip(primal, orbits.rows, strict=True):
        for row in orbit:
            a[row] = total / len(orbit)
    for weight, orbit in zip(dual, orbits.classes, strict=True):
        share = weight * Fraction(1, len(orbit))
        for column in orbit:
            y[column] = share
    return tuple(a), tuple(y)
