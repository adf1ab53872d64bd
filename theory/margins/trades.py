"""Structure of an optimal face that is no point: which irreps can be traded, with a witness a claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from flint import arb, ctx

from theory.characters.cyclotomic import Cyclotomic, Value, rational_mean
from theory.margins.cyclotomic_system import as_fmpq, as_fraction, dyadic, real_ball, simplest_between
from theory.margins.face import Extreme, Face, first_vertex, minimum, scaled_dual
from theory.margins.face_symmetry import FaceSymmetry, Transversal, transversals
from theory.margins.galois_action import GaloisAction
from theory.margins.radicals import ZERO, RadicalSum
from theory.margins.reduction import MarginProgram
from theory.margins.shares import budget_share
from theory.margins.simple_points import SimplePoints, rational_sum
from theory.margins.simplex import Basis
from theory.margins.solution import (
    ClassStatus,
    IrrepStatus,
    LinearBound,
    OptimalPoint,
    ShareInterval,
    Structure,
)

__all__ = ["trades"]

SCREEN_BITS = 64
ABSENT = ShareInterval(0.0, 0.0)


@dataclass(frozen=True, eq=False)
class _Problem:
    """The unmerged program with a strictly complementary pair that is constant on Galois orbits."""

    program: MarginProgram
    primal: tuple[Fraction, ...]
    dual: tuple[RadicalSum, ...]
    cost: RadicalSum

    @cached_property
    def used(self) -> tuple[int, ...]:
        """B, as rows of the program."""
        return tuple(row for row, a in enumerate(self.primal) if a)

    @cached_property
    def used_orbits(self) -> tuple[tuple[int, ...], ...]:
        """The Galois orbits that B consists of."""
        orbits: dict[int, list[int]] = {}
        for row in self.used:
            orbits.setdefault(self.program.rows[row].orbit, []).append(row)
        return tuple(tuple(orbit) for orbit in orbits.values())

    @cached_property
    def class_orbits(self) -> tuple[tuple[int, ...], ...]:
        """Galois orbits of nonidentity classes."""
        return tuple(orbit for orbit in self.program.table.class_orbits if orbit != (0,))


@dataclass(frozen=True, eq=False)
class _Setting:
    """A face, and how it sits in the unmerged program.

    Args:
        face: the face.
        rows: the rows of the program that share a face row's weight equally.
        columns: the columns of the table that share a face column's multiplier equally.
        height: number of rows of the program.
        simple: where to look for simple points first.
    """

    face: Face
    rows: tuple[tuple[int, ...], ...]
    columns: tuple[tuple[int, ...], ...]
    height: int
    simple: SimplePoints | None = None

    @cached_property
    def start(self) -> Basis:
        """A vertex to start from."""
        return first_vertex(self.face)

    @cached_property
    def symmetry(self) -> tuple[Transversal, Transversal]:
        """Orbits of the rows and of the columns of the face."""
        marks = [column in self.face.tight for column in range(len(self.columns))]
        return transversals(self.face.coefficients, self.face.costs, marks)

    def extreme(self, functional: Sequence[Value]) -> Extreme:
        """The minimum of a functional over the face."""
        found = minimum(self.face, self.start, functional, self.seen)
        return self.kept(found, functional)

    def kept(self, extreme: Extreme, functional: Sequence[Value]) -> Extreme:
        """An extreme with a known vertex that attains it, if there is one; else its own becomes known."""
        support = [(row, value) for row, value in enumerate(functional) if value]
        for vertex in self.seen:
            if len(support) == 1 and support[0][1] * vertex[support[0][0]] == extreme.value:
                return replace(extreme, point=vertex)
        if extreme.point not in self.seen:
            self.seen.append(extreme.point)
        return extreme

    def recorded(self, point: tuple[Value, ...] | None) -> tuple[Value, ...] | None:
        """A point of the face, which becomes known."""
        if point is not None and point not in self.seen:
            self.seen.append(point)
        return point

    def highest(self, row: int) -> Extreme:
        """The minimum of `-a_R`, found once an orbit."""
        if row not in self._highest:
            least, symmetry = self.symmetry[0][row]
            functional = [-int(other == row) for other in range(len(self.rows))]
            if least == row:
                easy = self.simple and self.simple.highest(row)
                self._highest[row] = self.kept(easy, functional) if easy else self.extreme(functional)
            else:
                self._highest[row] = self.kept(_carried(symmetry, self.highest(least)), functional)
        return self._highest[row]

    def lowest(self, row: int) -> Extreme:
        """The minimum of `a_R`, found once an orbit; for zero any known vertex will do."""
        if row not in self._lowest:
            least, symmetry = self.symmetry[0][row]
            functional = [int(other == row) for other in range(len(self.rows))]
            vertex = next((vertex for vertex in self.seen if not vertex[row]), None)
            if vertex is None and least == row and self.simple:
                vertex = self.recorded(self.simple.lowest(row))
            if vertex is not None:
                # a_R >= 0 needs no multipliers
                self._lowest[row] = Extreme(Fraction(0), vertex, (Fraction(0),) * len(self.columns))
            elif least == row:
                self._lowest[row] = self.extreme(functional)
            else:
                self._lowest[row] = self.kept(_carried(symmetry, self.lowest(least)), functional)
        return self._lowest[row]

    def closest(self, column: int) -> Extreme:
        """The least `sum_R a_R (1 - X_R(C))` for a column of the face, found once an orbit."""
        if column not in self._closest:
            least, symmetry = self.symmetry[1][column]
            functional = [line[column] for line in self.face.coefficients]
            vertex = self.touching(column)
            if vertex is None and least == column and self.simple:
                vertex = self.recorded(self.simple.touching(column))
            if vertex is not None:
                at_column = (Fraction(int(other == column)) for other in range(len(self.columns)))
                self._closest[column] = Extreme(Fraction(1), vertex, tuple(at_column))
            elif least == column:
                self._closest[column] = self.extreme(functional)
            else:
                self._closest[column] = self.kept(_carried(symmetry, self.closest(least)), functional)
        return self._closest[column]

    @cached_property
    def _highest(self) -> dict[int, Extreme]:
        return {}

    @cached_property
    def _lowest(self) -> dict[int, Extreme]:
        return {}

    @cached_property
    def _closest(self) -> dict[int, Extreme]:
        return {}

    @cached_property
    def seen(self) -> list[tuple[Value, ...]]:
        """Vertices met so far, by rows of the face: one that shows a claim saves a linear program."""
        return []

    def touching(self, column: int) -> tuple[Value, ...] | None:
        """A known vertex that is tight at a column of the face."""
        with ctx.workprec(SCREEN_BITS):
            line = [row[column] for row in self.face.coefficients]
            balls = [real_ball(value) for value in line]
            for vertex in self.seen:
                support = [(i, a) for i, a in enumerate(vertex) if a]
                if sum((balls[i] * real_ball(a) for i, a in support), arb(-1)).contains(0):
                    rational = {i: Fraction(a) for i, a in support if not isinstance(a, Cyclotomic)}
                    products = (line[i] * a for i, a in support if i not in rational)
                    if sum(products, rational_sum(line, rational)) == 1:
                        return vertex
        return None

    def point(self, vertex: Sequence[Value]) -> tuple[Value, ...]:
        """A point of the face as a row of the program."""
        values: list[Value] = [Fraction(0)] * self.height
        for members, weight in zip(self.rows, vertex, strict=True):
            share = weight * Fraction(1, len(members)) if len(members) > 1 else weight
            for row in members:
                values[row] = share
        return tuple(values)

    def bound(self, extreme: Extreme) -> LinearBound:
        """The multipliers of an extreme, by columns of the table."""
        spread = {
            column: value / len(members)
            for members, value in zip(self.columns, extreme.multipliers, strict=True)
            if value
            for column in members
        }
        return LinearBound(tuple(sorted(spread.items())))


def _carried(symmetry: FaceSymmetry, extreme: Extreme) -> Extreme:
    """What an extreme becomes: `a'_(pi R) = a_R`, `lambda'_(kappa C) = lambda_C`."""
    point, multipliers = list(extreme.point), list(extreme.multipliers)
    for image, weight in zip(symmetry.rows, extreme.point, strict=True):
        point[image] = weight
    for image, value in zip(symmetry.columns, extreme.multipliers, strict=True):
        multipliers[image] = value
    return Extreme(extreme.value, tuple(point), tuple(multipliers))


class _Points:
    """Optimal points, each kept once and known by its number."""

    def __init__(self) -> None:
        self.known: dict[tuple[Value, ...], int] = {}

    def number(self, point: tuple[Value, ...]) -> int:
        return self.known.setdefault(point, len(self.known))


def trades(
    program: MarginProgram, primal: Sequence[Fraction], dual: Sequence[RadicalSum], cost: RadicalSum
) -> Structure:
    """Statuses and intervals with their witnesses, by minimising and maximising over the optimal face.

    Args:
        program: the unmerged program.
        primal: `a_R`, a row, and
        dual: `y_C`, a column of the table: a strictly complementary pair, constant on Galois orbits.
        cost: `cost*`.
    """
    problem = _Problem(program, tuple(primal), tuple(dual), cost)
    symmetry, points = GaloisAction(program), _Points()
    screened = _screen(problem)
    binding = tuple(orbit for orbit in problem.class_orbits if orbit[0] not in screened)
    merged = _merged_setting(problem, binding)
    for number in range(len(merged.rows)):
        merged.highest(number)  # all of them first: the vertices spare most of the minima
    orbit_shares = [ABSENT] * (1 + max(row.orbit for row in program.rows))
    for number, orbit in enumerate(problem.used_orbits):
        irrep = program.rows[orbit[0]]
        orbit_shares[irrep.orbit] = _interval(problem, merged, number, irrep.cost, points)
    # where every orbit in B has one member the program on orbits is the program itself
    single = all(len(orbit) == 1 for orbit in problem.used_orbits)
    members = merged if single else _unmerged_setting(problem, binding, merged)
    shares = [ABSENT] * len(program.rows)
    if not single:
        for orbit in problem.used_orbits:
            if len(orbit) > 1:
                members.highest(members.rows.index((orbit[0],)))
    for orbit in problem.used_orbits:
        if len(orbit) == 1:
            shares[orbit[0]] = orbit_shares[program.rows[orbit[0]].orbit]
        else:
            _member_intervals(problem, members, symmetry, orbit, points, shares)
    classes, bounds, class_points = _class_statuses(problem, members, symmetry, points, screened)
    return Structure(
        irreps=tuple(
            IrrepStatus.EXCLUDED
            if not a
            else IrrepStatus.REQUIRED
            if share.lower > 0
            else IrrepStatus.POSSIBLE
            for a, share in zip(primal, shares, strict=True)
        ),
        shares=tuple(shares),
        orbit_shares=tuple(orbit_shares),
        classes=classes,
        rank_prime=None,
        points=tuple(OptimalPoint(point) for point in points.known),  # type: ignore[arg-type]
        slack_bounds=bounds,
        class_points=class_points,
    )


def _screen(problem: _Problem) -> dict[int, LinearBound]:
    """Classes whose slack a multiple of `y` proves positive on F: first member of the class orbit -> proof.

    `sum_T y_C' (1 - X_R(C')) = s_R` on B, so `t y` proves the lower bound `t cost*` on `sum_R a_R (1 -
    X_R(C))` for `t = min_B (1 - X_R(C)) / s_R`. What is left out by it never binds on F, nor does any
    member of its orbit, since B, `y` and `s` are stable under Galois automorphisms.
    """
    program = problem.program
    tight = [column for column, y in enumerate(problem.dual) if y]
    weights = scaled_dual([problem.dual[column] for column in tight], problem.cost, SCREEN_BITS)
    total = sum(weights, Fraction(0))
    found = {}
    with ctx.workprec(4 * SCREEN_BITS):
        loads = [
            sum(
                (program.ball(row, c) * as_fmpq(w) for c, w in zip(tight, weights, strict=True)),
                arb(0),
            )
            for row in problem.used
        ]
        for orbit in problem.class_orbits:
            if problem.dual[orbit[0]]:
                continue
            targets = [program.ball(row, orbit[0]) for row in problem.used]
            best = min(
                as_fraction(dyadic((x / load).lower())) for x, load in zip(targets, loads, strict=True)
            )
            room = best - 1 / total
            if room <= 0:
                continue
            scale = simplest_between(1 / total + room / 4, 1 / total + room * 3 / 4)
            if all(x > load * as_fmpq(scale) for x, load in zip(targets, loads, strict=True)):
                multipliers = zip(tight, (w * scale for w in weights), strict=True)
                found[orbit[0]] = LinearBound(tuple(multipliers))
    return found


def _merged_setting(problem: _Problem, binding: Sequence[tuple[int, ...]]) -> _Setting:
    program = problem.program
    rows = problem.used_orbits
    means: dict[Value, Fraction] = {}

    def coefficient(row: int, column: int) -> Fraction:
        value = program.table.values[program.rows[row].index][column]
        if value not in means:
            means[value] = rational_mean(value)
        return 1 - means[value] / program.rows[row].degree

    face = Face(
        tuple(tuple(coefficient(orbit[0], columns[0]) for columns in binding) for orbit in rows),
        tuple(program.rows[orbit[0]].cost for orbit in rows),
        tuple(problem.dual[columns[0]] * len(columns) for columns in binding),
        problem.cost,
    )
    return _Setting(face, rows, tuple(binding), len(program.rows))


def _unmerged_setting(problem: _Problem, binding: Sequence[tuple[int, ...]], merged: _Setting) -> _Setting:
    program = problem.program
    alike: dict[tuple[int, ...], list[int]] = {}  # C and C^-1, and more, have one column
    known: dict[Value, int] = {}
    numbers: dict[int, int] = {}  # by address: hashing a cyclotomic number is slow, and the program keeps it
    for columns in binding:
        for column in columns:
            line = [program.coefficient(row, column) for row in problem.used]
            for value in line:
                if id(value) not in numbers:
                    numbers[id(value)] = known.setdefault(value, len(known))
            alike.setdefault(tuple(numbers[id(value)] for value in line), []).append(column)
    face = Face(
        tuple(tuple(program.coefficient(row, c[0]) for c in alike.values()) for row in problem.used),
        tuple(program.rows[row].cost for row in problem.used),
        tuple(sum((problem.dual[column] for column in columns), ZERO) for columns in alike.values()),
        problem.cost,
    )
    groups = tuple(tuple(columns) for columns in alike.values())
    starts = [problem.primal, *(merged.point(vertex) for vertex in merged.seen)]
    known_points = [tuple(_rational(start[row]) for row in problem.used) for start in starts]
    simple = None if face.is_rational else SimplePoints(face, tuple(known_points))
    setting = _Setting(face, tuple((row,) for row in problem.used), groups, len(program.rows), simple)
    setting.seen.extend(known_points)
    return setting


def _rational(value: Value) -> Fraction:
    assert not isinstance(value, Cyclotomic)  # points of a program on orbits
    return Fraction(value)


def _interval(
    problem: _Problem, setting: _Setting, face_row: int, row_cost: RadicalSum, points: _Points
) -> ShareInterval:
    high, low = setting.highest(face_row), setting.lowest(face_row)
    return ShareInterval(
        lower=budget_share(low.value, row_cost, problem.cost),
        upper=budget_share(-high.value, row_cost, problem.cost),
        lower_point=points.number(setting.point(low.point)),
        upper_point=points.number(setting.point(high.point)),
        lower_bound=setting.bound(low) if low.value else LinearBound(()),
        upper_bound=setting.bound(high),
    )


def _member_intervals(
    problem: _Problem,
    setting: _Setting,
    symmetry: GaloisAction,
    orbit: Sequence[int],
    points: _Points,
    shares: list[ShareInterval],
) -> None:
    """One member is solved; automorphisms carry its witnesses to the others."""
    first = orbit[0]
    known = _interval(
        problem, setting, setting.rows.index((first,)), problem.program.rows[first].cost, points
    )
    listed = list(points.known)
    assert known.lower_point is not None
    assert known.upper_point is not None
    assert known.lower_bound is not None
    assert known.upper_bound is not None
    low, high = listed[known.lower_point], listed[known.upper_point]
    for row, unit in symmetry.units(first, of_rows=True).items():
        shares[row] = ShareInterval(
            known.lower,
            known.upper,
            points.number(symmetry.point(unit, low)),
            points.number(symmetry.point(unit, high)),
            symmetry.bound(unit, known.lower_bound),
            symmetry.bound(unit, known.upper_bound),
        )


def _class_statuses(
    problem: _Problem,
    setting: _Setting,
    symmetry: GaloisAction,
    points: _Points,
    screened: dict[int, LinearBound],
) -> tuple[tuple[ClassStatus | None, ...], tuple[tuple[int, LinearBound], ...], tuple[tuple[int, int], ...]]:
    place = {column: number for number, columns in enumerate(setting.columns) for column in columns}
    statuses: dict[int, ClassStatus] = {}
    bounds: dict[int, LinearBound] = {}
    touching: list[tuple[int, int]] = []
    for orbit in problem.class_orbits:
        first = orbit[0]
        if problem.dual[first]:
            statuses.update((column, ClassStatus.EVERY) for column in orbit)
            continue
        if first in screened:
            statuses.update((column, ClassStatus.NONE) for column in orbit)
            bounds.update((column, screened[first]) for column in orbit)
            continue
        close = setting.closest(place[first])
        vertex = close.point if close.value == 1 else None
        bound = LinearBound(()) if vertex is not None else setting.bound(close)
        point = None if vertex is None else setting.point(vertex)
        if point is not None:
            touching.append((first, points.number(point)))
        if vertex is None and bound.value <= 1:
            raise ArithmeticError(f"class {first} has slack, but its bound {bound.value} is not above 1")
        for column, unit in symmetry.units(first, of_rows=False).items():
            # the slack of `column` at a' with a'_(sigma R) = a_R is that of sigma(column) at a
            back = pow(unit, -1, problem.program.table.conductor) if unit != 1 else 1
            statuses[column] = ClassStatus.NONE if point is None else ClassStatus.SOME
            if point is not None:
                points.number(symmetry.point(back, point))
            else:
                bounds[column] = symmetry.bound(back, bound)
    columns = range(1, len(problem.program.table.class_sizes))
    return (None, *(statuses[column] for column in columns)), tuple(sorted(bounds.items())), tuple(touching)
