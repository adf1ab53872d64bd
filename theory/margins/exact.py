"""The maximum margin of a group, exactly: optimal basis, rational vertex, proof of optimality, structure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import factorial
from typing import TypeVar

from flint import arb, fmpq, fmpq_mat

from theory.characters.table import CharacterTable
from theory.margins.optimality import cost_slack_signs, cover_slacks, failures, value
from theory.margins.plancherel import plancherel_pair
from theory.margins.quotient import quotient
from theory.margins.radicals import ZERO, RadicalSum, correctly_rounded, half_power
from theory.margins.reduction import MergedProgram, apply, invert, margin_program
from theory.margins.simplex import EMPTY, Basis, LinearProgram, PrecisionError, maximise
from theory.margins.solution import MarginSolution
from theory.margins.structure import structure

__all__ = ["StrictPair", "gamma_ball", "gamma_star", "least_dual_loads", "solve", "strict_pair"]

FIRST_PRECISION = 192
LAST_PRECISION = 1 << 16

_T = TypeVar("_T")


def solve(table: CharacterTable, arity: int = 2) -> MarginSolution:
    """The maximum margin of a group with all its structure, proven on the way.

    Args:
        table: character table of `G`.
        arity: number of factors `k >= 2`.

    Raises:
        InputError: for the trivial group and for `arity < 2`.

    Source: arXiv:2311.07568 for the problem, docs/theory.md for the program. Cost: a few solves of systems as
    large as the number of irreps in the optimum, plus one pass over rows and columns of the table.
    """
    program = margin_program(table, arity)
    merged, orbits = apply(program)
    pair = strict_pair(merged)
    cost = value(merged, pair.primal)
    primal, dual = invert(pair.primal, pair.dual, orbits)
    decimal, exact = gamma_star(table.order, arity, cost)
    return MarginSolution(
        table=table,
        arity=arity,
        rows=program.rows,
        primal=primal,
        dual=dual,
        cost=cost,
        gamma_star=decimal,
        gamma_star_exact=exact,
        structure=structure(program, primal, dual, cost),
    )


def gamma_star(order: int, arity: int, cost: RadicalSum) -> tuple[float, str]:
    """`k! (k+1)^(-(k+1)/2) n^(-(k+1)/2) / cost`, correctly rounded and as a string.

    >>> from theory.margins.radicals import parse
    >>> gamma_star(60, 2, parse("8/15 + 4/5*sqrt(3)"))
    (0.000431570898769485, '1/2700*sqrt(5)/(8/15 + 4/5*sqrt(3))')
    """
    numerator = _gamma_numerator(order, arity)
    if len(cost.terms) == 1:
        quotient = numerator / cost
        return float(quotient), str(quotient)
    # numerator = q sqrt(n) with one term and cost with several: the quotient is irrational, hence no tie of
    # rounding
    return correctly_rounded(lambda: gamma_ball(order, arity, cost)), f"{numerator}/({cost})"


def gamma_ball(order: int, arity: int, cost: RadicalSum) -> arb:
    """A ball around `gamma*` at flint's current precision."""
    return _gamma_numerator(order, arity).ball() / cost.ball()


def _gamma_numerator(order: int, arity: int) -> RadicalSum:
    """`k! ((k+1) n)^(-(k+1)/2)`."""
    return half_power((arity + 1) * order, -(arity + 1)) * factorial(arity)


def least_dual_loads(table: CharacterTable, arity: int, orbits: Sequence[int]) -> tuple[RadicalSum, ...]:
    """The least `sum_C y_C (1 - X_R(C))` over optimal duals that are constant on Galois orbits, for each `R`.

    Args:
        table: the character table.
        arity: number of factors.
        orbits: the Galois orbits of the irreps `R`, as `IrrepRow.orbit` numbers them.
    """
    program, _ = apply(margin_program(table, arity))
    if not orbits:
        return ()
    basis, _, _ = _optimum(program)
    pair = strict_pair(program)
    covers = cover_slacks(program, pair.primal)
    loads = []
    for orbit in orbits:
        vertex = _dual_vertex(program, basis, pair.primal, covers, (orbit,), ())
        terms = (y * program.coefficient(orbit, column) for column, y in enumerate(vertex) if y)
        loads.append(sum(terms, ZERO))
    return tuple(loads)


@dataclass(frozen=True)
class StrictPair:
    """Optimal `a` (a row orbit) and `y` (a class orbit), strictly complementary."""

    primal: tuple[Fraction, ...]
    dual: tuple[RadicalSum, ...]


def strict_pair(program: MergedProgram) -> StrictPair:
    """A strictly complementary pair of optima, verified exactly; it exists by Goldman and Tucker (1956).

    Averages of vertices: as long as a row has `a_R = 0` and no slack, or a class has `y_C = 0` and no
    slack, one more vertex of the optimal face on one of the two sides makes some of them positive. Symmetric
    rows and classes are solved as one.
    """
    pair = plancherel_pair(program)
    if pair is not None:
        found = StrictPair(*pair)
        assert not failures(program, found.primal, found.dual, strict=True)
        return found
    smaller = quotient(program)
    primal, dual = smaller.spread(*_averaged_vertices(smaller.program))
    wrong = failures(program, primal, dual, strict=True)
    if wrong:
        raise ArithmeticError(f"the optimum of {program.table.name} fails its proof: {'; '.join(wrong)}")
    return StrictPair(primal, dual)


def _averaged_vertices(
    program: MergedProgram,
) -> tuple[tuple[Fraction, ...], tuple[RadicalSum, ...]]:
    basis, primal_vertex, dual_vertex = _optimum(program)
    primals, duals = [primal_vertex], [dual_vertex]
    while True:
        primal, dual = _average(primals), _dual_average(duals)
        covers, costs = cover_slacks(program, primal), cost_slack_signs(program, dual)
        rows = [row for row, a in enumerate(primal) if not a and not costs[row]]
        classes = [column for column, y in enumerate(dual) if not y and not covers[column]]
        if not rows and not classes:
            return primal, dual
        primal_vertex = _primal_vertex(program, basis, dual, costs, rows, classes)
        dual_vertex = _dual_vertex(program, basis, primal, covers, rows, classes)
        if primal_vertex in primals and dual_vertex in duals:
            raise ArithmeticError(f"no strictly complementary pair: {rows} and {classes} stay undecided")
        primals += [primal_vertex] if primal_vertex not in primals else []
        duals += [dual_vertex] if dual_vertex not in duals else []


def _average(vertices: Sequence[tuple[Fraction, ...]]) -> tuple[Fraction, ...]:
    return tuple(sum(column, Fraction(0)) / len(vertices) for column in zip(*vertices, strict=True))


def _dual_average(vertices: Sequence[tuple[RadicalSum, ...]]) -> tuple[RadicalSum, ...]:
    return tuple(sum(column, ZERO) * Fraction(1, len(vertices)) for column in zip(*vertices, strict=True))


def _ball(number: Fraction | int) -> arb:
    return arb(fmpq(number.numerator, number.denominator))


def _optimum(program: MergedProgram) -> tuple[Basis, tuple[Fraction, ...], tuple[RadicalSum, ...]]:
    """An optimal basis (tight rows, basic classes) with its two vertices, verified exactly.

    The dual program starts feasible at `y = 0`, since every cost is positive.
    """
    linear = LinearProgram(
        height=len(program.irreps),
        width=len(program.classes),
        coefficient=program.ball,
        bound=lambda row: program.costs[row].ball(),
        objective=lambda column: arb(1),
    )

    def read(basis: Basis) -> tuple[Basis, tuple[Fraction, ...], tuple[RadicalSum, ...]] | None:
        primal, dual = rational_vertex(program, basis), radical_vertex(program, basis)
        return None if failures(program, primal, dual) else (basis, primal, dual)

    return _proven(linear, EMPTY, read)


def _proven(linear: LinearProgram, start: Basis, read: Callable[[Basis], _T | None]) -> _T:
    """What `read` makes of an optimal basis, at doubling precision until it is no longer None."""
    precision = FIRST_PRECISION
    while precision <= LAST_PRECISION:
        try:
            found = read(maximise(linear, start, precision))
            if found is not None:
                return found
        except (PrecisionError, ZeroDivisionError):
            pass
        precision *= 2
    raise ArithmeticError(f"no optimum found its proof at {LAST_PRECISION} bits")


def _system(program: MergedProgram, basis: Basis) -> fmpq_mat:
    entries = [
        fmpq(q.numerator, q.denominator)
        for row in basis.tight
        for q in (program.coefficient(row, column) for column in basis.basic)
    ]
    return fmpq_mat(len(basis.tight), len(basis.basic), entries)


def rational_vertex(program: MergedProgram, basis: Basis) -> tuple[Fraction, ...]:
    """`a` with `sum_R a_R (1 - X_R(C)) = 1` for the basic classes `C`, zero off the tight rows."""
    size = len(basis.basic)
    solution = _system(program, basis).transpose().solve(fmpq_mat(size, 1, [1] * size))
    a = [Fraction(0)] * len(program.irreps)
    for row, entry in zip(basis.tight, solution.entries(), strict=True):
        a[row] = Fraction(int(entry.p), int(entry.q))
    return tuple(a)


def radical_vertex(program: MergedProgram, basis: Basis) -> tuple[RadicalSum, ...]:
    """`y` with `sum_C y_C (1 - X_R(C)) = s_R` for the tight rows `R`, zero off the basic classes."""
    radicands = sorted({radicand for row in basis.tight for radicand, _ in program.costs[row].terms})
    # one right-hand side a radicand: rational solves only
    sides = [dict(program.costs[row].terms) for row in basis.tight]
    entries = [
        fmpq(q.numerator, q.denominator) for side in sides for q in (side.get(n, 0) for n in radicands)
    ]
    solution = _system(program, basis).solve(fmpq_mat(len(sides), len(radicands), entries)).tolist()
    y = [ZERO] * len(program.classes)
    for column, line in zip(basis.basic, solution, strict=True):
        y[column] = RadicalSum(
            tuple((n, Fraction(int(q.p), int(q.q))) for n, q in zip(radicands, line, strict=True) if q)
        )
    return tuple(y)


def _primal_vertex(
    program: MergedProgram,
    basis: Basis,
    dual: Sequence[RadicalSum],
    costs: Sequence[int],
    rows: Sequence[int],
    classes: Sequence[int],
) -> tuple[Fraction, ...]:
    """The optimal vertex `a` with the largest sum of `a_R` over `rows` plus slacks over `classes`."""

    def gain(row: int) -> arb:
        total = sum((program.coefficient(row, column) for column in classes), Fraction(int(row in rows)))
        return _ball(total)

    linear = LinearProgram(
        height=len(program.classes),
        width=len(program.irreps),
        coefficient=lambda column, row: -program.ball(row, column),
        bound=lambda column: arb(-1),
        objective=gain,
        # complementary to the optimal dual: no weight where it has slack, tight where it is positive
        fixed_columns=frozenset(row for row, sign in enumerate(costs) if sign),
        equalities=frozenset(column for column, y in enumerate(dual) if y),
    )

    def read(found: Basis) -> tuple[Fraction, ...] | None:
        vertex = rational_vertex(program, found.transpose())
        return None if failures(program, vertex, dual) else vertex

    return _proven(linear, basis.transpose(), read)


def _dual_vertex(
    program: MergedProgram,
    basis: Basis,
    primal: Sequence[Fraction],
    covers: Sequence[Fraction],
    rows: Sequence[int],
    classes: Sequence[int],
) -> tuple[RadicalSum, ...]:
    """The optimal vertex `y` with the largest sum of `y_C` over `classes` plus slacks over `rows`."""

    def gain(column: int) -> arb:
        total = sum((-program.coefficient(row, column) for row in rows), Fraction(int(column in classes)))
        return _ball(total)

    linear = LinearProgram(
        height=len(program.irreps),
        width=len(program.classes),
        coefficient=program.ball,
        bound=lambda row: program.costs[row].ball(),
        objective=gain,
        fixed_columns=frozenset(column for column, slack in enumerate(covers) if slack),
        equalities=frozenset(row for row, a in enumerate(primal) if a),
    )

    def read(found: Basis) -> tuple[RadicalSum, ...] | None:
        vertex = radical_vertex(program, found)
        return None if failures(program, primal, vertex) else vertex

    return _proven(linear, basis, read)
