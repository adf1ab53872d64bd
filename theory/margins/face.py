"""Extremes of a linear functional over the optimal face, each with an exact point and a rational proof.

    F = { a >= 0 :  sum_R a_R (1 - X_R(C)) = 1 on T,  >= 1 off T },   R in B

Coefficients are real cyclotomic numbers (rational on the merged program). Vertices are found by pivoting on
balls, then solved exactly; lower bounds are proved by rational multipliers (docs/theory.md, Theorem 22).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TypeVar

from flint import arb, ctx

from theory.characters.cyclotomic import Cyclotomic, Value
from theory.margins.cyclotomic_system import as_fmpq, real_ball, solve_exactly
from theory.margins.radicals import RadicalSum
from theory.margins.simplex import Basis, LinearProgram, PrecisionError, Vertex, maximise, optimum

__all__ = ["Extreme", "Face", "first_vertex", "minimum", "proven_multipliers", "scaled_dual", "sign"]

FIRST_PRECISION = 256
LAST_PRECISION = 1 << 13
LARGE = 2000
SLACK_BITS = 60  # multipliers prove the extreme up to 2^-60 in units of budget shares


_T = TypeVar("_T")


@dataclass(frozen=True, eq=False)
class Face:
    """The optimal face of a program restricted to the rows B.

    Args:
        coefficients: `1 - X_R(C)`, a row in B and a column; columns off T that never bind may be left out.
        costs: `s_R`, a row.
        dual: an optimal `y`, a column: positive exactly on T.
        cost: `cost* = sum_C y_C`.
    """

    coefficients: tuple[tuple[Value, ...], ...]
    costs: tuple[RadicalSum, ...]
    dual: tuple[RadicalSum, ...]
    cost: RadicalSum

    @cached_property
    def tight(self) -> frozenset[int]:
        """T."""
        return frozenset(column for column, weight in enumerate(self.dual) if weight)

    @cached_property
    def is_rational(self) -> bool:
        """Whether no coefficient is irrational."""
        return not any(isinstance(value, Cyclotomic) for row in self.coefficients for value in row)

    def balls(self) -> list[list[arb]]:
        """The coefficients as balls at flint's current precision."""
        if ctx.prec not in self._balls:
            values = {id(value): value for row in self.coefficients for value in row}
            known = {address: real_ball(value) for address, value in values.items()}
            self._balls[ctx.prec] = [[known[id(value)] for value in row] for row in self.coefficients]
        return self._balls[ctx.prec]

    @cached_property
    def floats(self) -> tuple[float, ...]:
        """`-(1 - X_R(C))` column by column, the rows of the program that `minimum` solves."""
        with ctx.workprec(64):
            lines = zip(*self.balls(), strict=True)
            return tuple(-float(ball.mid()) for line in lines for ball in line)

    @cached_property
    def _balls(self) -> dict[int, list[list[arb]]]:
        return {}


@dataclass(frozen=True)
class Extreme:
    """The minimum of a functional over a face.

    Args:
        value: the minimum, exactly.
        point: an optimal `a` that attains it, a row of the face.
        multipliers: rational `lambda`, a column, with `sum_C lambda_C (1 - X_R(C)) <= c_R` for all rows,
            not negative off T; their sum is at most the minimum, and less by at most `2^-60` shares.
    """

    value: Value
    point: tuple[Value, ...]
    multipliers: tuple[Fraction, ...]


def sign(value: Value) -> int:
    """Sign of a real cyclotomic number, exactly: its own form says whether it is zero."""
    if not isinstance(value, Cyclotomic):
        return (value > 0) - (value < 0)
    precision = 64
    while True:
        with ctx.workprec(precision):
            ball = real_ball(value)
            if not ball.contains(0):
                return 1 if ball > 0 else -1
        precision *= 2


def first_vertex(face: Face) -> Basis:
    """A feasible basis of the face program: (tight columns, basic rows).

    Restricted to B and these columns, the margin program has the same optimum, and its optimal points are
    the face.
    """
    height, width = len(face.costs), len(face.dual)

    def attempt(precision: int) -> Basis:
        linear = LinearProgram(
            height,
            width,
            lambda row, column: face.balls()[row][column],
            lambda row: face.costs[row].ball(),
            lambda column: arb(1),
        )
        basis = maximise(linear, precision=precision, patience=_patience(face)).transpose()
        # the optimum must be the known one, or the precision was too low
        _point(face, basis)
        return basis

    return _at_rising_precision(attempt)


def minimum(
    face: Face, start: Basis, functional: Sequence[Value], known: Sequence[tuple[Value, ...]] = ()
) -> Extreme:
    """The minimum of `sum_R c_R a_R` over the face, proved.

    Args:
        face: the face.
        start: a feasible basis, as `first_vertex` gives it.
        functional: `c_R`, a row of the face; zeros off its support.
        known: vertices of the face; where one of them is the answer, no system is solved.
    """

    def attempt(precision: int) -> Extreme:
        costs = [-real_ball(value) for value in functional]
        linear = LinearProgram(
            len(face.dual),
            len(face.costs),
            lambda column, row: -face.balls()[row][column],
            lambda column: arb(-1),
            lambda row: costs[row],
            equalities=face.tight,
            floats=face.floats,
        )
        vertex = optimum(linear, start, precision, _patience(face))
        point = next((point for point in known if _is_vertex_of(face, vertex.basis, point)), None)
        point = point or _point(face, vertex.basis)
        value = sum((c * a for c, a in zip(functional, point, strict=True) if c and a), Fraction(0))
        multipliers = _multipliers(face, vertex, functional)
        _check_multipliers(face, functional, multipliers)
        gap = value - sum(multipliers, Fraction(0))
        if sign(gap) < 0:
            raise ArithmeticError(f"the proven bound exceeds the attained value by {gap}")
        return Extreme(value, point, multipliers)

    return _at_rising_precision(attempt)


def _patience(face: Face) -> int | None:
    # on a large face one step costs as much as all of HiGHS
    return 0 if len(face.costs) * len(face.dual) > LARGE else None


def _at_rising_precision(attempt: Callable[[int], _T]) -> _T:
    precision = FIRST_PRECISION
    while precision <= LAST_PRECISION:
        try:
            with ctx.workprec(precision):
                return attempt(precision)
        except (PrecisionError, ZeroDivisionError):
            precision *= 2
    raise ArithmeticError(f"the optimal face stays undecided at {LAST_PRECISION} bits")


def _is_vertex_of(face: Face, basis: Basis, point: Sequence[Value]) -> bool:
    """Whether a point of the face solves the system of a basis, which has one solution.

    Decided only for columns in T, where every point is tight; elsewhere exact sums cost as much as a system.
    """
    return set(basis.tight) <= face.tight and {row for row, a in enumerate(point) if a} <= set(basis.basic)


def _point(face: Face, basis: Basis) -> tuple[Value, ...]:
    """The exact vertex of a basis, verified to lie in the face."""
    # the other columns of T hold as well, or the vertex is none
    solved = (*basis.tight, *sorted(face.tight - set(basis.tight)))
    matrix = [[face.coefficients[row][column] for row in basis.basic] for column in solved]
    solution = solve_exactly(matrix, [1] * len(matrix))
    if solution is None:
        raise PrecisionError("the vertex leaves the face on T")
    if any(sign(value) < 0 for value in solution):
        raise PrecisionError("the vertex has a negative weight")
    support = [(row, value) for row, value in zip(basis.basic, solution, strict=True) if value]
    balls = {row: real_ball(value) for row, value in support}
    for column in sorted(set(range(len(face.dual))) - set(solved)):
        slack = sum((face.balls()[row][column] * ball for row, ball in balls.items()), arb(-1))
        if slack > 0:
            continue
        exact = sum((face.coefficients[row][column] * value for row, value in support), Fraction(-1))
        if sign(exact) < 0:
            raise PrecisionError(f"the vertex leaves the face at column {column}")
    point: list[Value] = [Fraction(0)] * len(face.costs)
    for row, value in support:
        point[row] = value
    return tuple(point)


def scaled_dual(dual: Sequence[RadicalSum], cost: RadicalSum, bits: int) -> tuple[Fraction, ...]:
    """`y_C / cost*` rounded to so many bits after the point, a column."""
    with ctx.workprec(bits + 64):
        total = cost.ball()
        return tuple(_rounded(weight.ball() / total, bits) if weight else Fraction(0) for weight in dual)


def _rounded(ball: arb, bits: int) -> Fraction:
    scaled = (ball * arb(2) ** bits).mid()
    mantissa, exponent = scaled.man_exp()
    shift = int(exponent)
    whole = int(mantissa) << shift if shift >= 0 else (int(mantissa) + (1 << (-shift - 1))) >> -shift
    return Fraction(whole, 1 << bits)


def _multipliers(face: Face, vertex: Vertex, functional: Sequence[Value]) -> tuple[Fraction, ...]:
    """Rational multipliers: `sum_C lambda_C (1 - X_R(C)) = c_R` on the basic rows, or nearly so."""
    if face.is_rational and not any(isinstance(value, Cyclotomic) for value in functional):
        basis, result = vertex.basis, [Fraction(0)] * len(face.dual)
        side = [functional[row] for row in basis.basic]
        matrix = [[face.coefficients[row][column] for column in basis.tight] for row in basis.basic]
        solution = solve_exactly(matrix, side)
        assert solution is not None  # as many equations as unknowns
        for column, value in zip(basis.tight, solution, strict=True):
            assert isinstance(value, Fraction)
            result[column] = value
        return tuple(result)
    return _lowered(face, vertex.multipliers)


def proven_multipliers(
    face: Face, functional: Sequence[Value], balls: Mapping[int, arb]
) -> tuple[Fraction, ...]:
    """Rational multipliers near to these that prove a lower bound, less than theirs by `2^-60` shares.

    Args:
        face: the face.
        functional: `c_R`, a row of the face.
        balls: `lambda_C` with `sum_C lambda_C (1 - X_R(C)) <= c_R` on B, up to rounding, for some columns.

    Raises:
        PrecisionError: they do not prove it.
    """
    multipliers = _lowered(face, balls)
    _check_multipliers(face, functional, multipliers)
    return multipliers


def _lowered(face: Face, balls: Mapping[int, arb]) -> tuple[Fraction, ...]:
    # Irrational: round, then give up a little along -y, where every row has room: sum_C y_C (1 - X_R(C)) =
    # s_R > 0.
    result = [Fraction(0)] * len(face.dual)
    with ctx.workprec(64):
        spread = max(float((face.cost.ball() / cost.ball()).upper()) for cost in face.costs)
    bits = SLACK_BITS + 16 + int(spread * len(face.dual)).bit_length()
    for column, ball in balls.items():
        rounded = _rounded(ball, bits)
        result[column] = rounded if column in face.tight else max(rounded, Fraction(0))
    give = Fraction(1, 1 << SLACK_BITS)
    return tuple(
        value - give * y for value, y in zip(result, scaled_dual(face.dual, face.cost, bits), strict=True)
    )


def _check_multipliers(face: Face, functional: Sequence[Value], multipliers: Sequence[Fraction]) -> None:
    support = [(column, value) for column, value in enumerate(multipliers) if value]
    if any(value < 0 and column not in face.tight for column, value in support):
        raise PrecisionError("a multiplier off T is negative")
    weights = [(column, arb(as_fmpq(value))) for column, value in support]
    for row, target in enumerate(functional):
        balls = face.balls()[row]
        room = real_ball(target) - sum((balls[column] * weight for column, weight in weights), arb(0))
        if room > 0:
            continue
        exact = target - sum(
            (face.coefficients[row][column] * value for column, value in support), Fraction(0)
        )
        if sign(exact) < 0:
            raise PrecisionError(f"the multipliers break the bound at row {row}")
