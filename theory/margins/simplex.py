"""Exact pivoting: the simplex method on balls, whose zero tests sharpen as the precision doubles.

    max sum_j c_j x_j   s.t.  sum_j M_ij x_j <= r_i,  x >= 0,  and some variables fixed at zero.

A vertex is kept as the pair (tight rows I, basic columns J), `|I| = |J|`, with `W = M[I, J]` invertible:
`x_J = W^-1 r_I`, all other `x` zero. Margin programs have few tight rows even when they have thousands of
rows, so `W` is small; each step solves with it afresh and loses no precision. A ball that contains zero
counts as zero. That is right once the precision exceeds what the finitely many numbers of finitely many
bases need; from there on Bland's rule forbids cycles, so a caller who verifies the final basis exactly and
doubles the precision on failure always ends (`theory.margins.exact` does).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flint import arb, arb_mat, ctx

from theory.margins.float_basis import float_basis

__all__ = ["Basis", "LinearProgram", "PrecisionError", "UnboundedError", "Vertex", "maximise", "optimum"]


class PrecisionError(ArithmeticError):
    """The balls are too wide to pivot on; double the precision."""


class UnboundedError(ArithmeticError):
    """The objective grows without bound."""


@dataclass(frozen=True)
class LinearProgram:
    """`max c.x` subject to `M x <= r`, `x >= 0`; the callables give balls at flint's current precision.

    Args:
        height: number of rows `i`.
        width: number of columns `j`.
        coefficient: `M_ij`.
        bound: `r_i`.
        objective: `c_j`.
        fixed_columns: columns with `x_j = 0`.
        equalities: rows that hold with equality.
        floats: all `M_ij`, row by row, for a caller who keeps them between programs; else they are computed.
    """

    height: int
    width: int
    coefficient: Callable[[int, int], arb]
    bound: Callable[[int], arb]
    objective: Callable[[int], arb]
    fixed_columns: frozenset[int] = frozenset()
    equalities: frozenset[int] = frozenset()
    floats: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Basis:
    """Tight rows and basic columns, equally many, both ascending."""

    tight: tuple[int, ...] = ()
    basic: tuple[int, ...] = ()

    def transpose(self) -> Basis:
        """The same vertex seen from the dual program, whose rows are our columns."""
        return Basis(self.basic, self.tight)


EMPTY = Basis()
PATIENCE = 12  # steps before HiGHS is asked: loading it costs as much as these

# A variable is numbered j (column) or width + i (slack of row i).


@dataclass(frozen=True)
class Vertex:
    """A basis with what follows from it.

    Args:
        basis: tight rows and basic columns.
        inverse: `W^-1`; None for the empty basis.
        values: of the basic variables, slacks of rows outside `tight` included.
        gains: reduced costs of the nonbasic variables.
        width: number of columns of the program.
    """

    basis: Basis
    inverse: arb_mat | None
    values: dict[int, arb]
    gains: dict[int, arb]
    width: int

    @property
    def multipliers(self) -> dict[int, arb]:
        """`u = c_J W^-1`, a tight row."""
        return {row: -self.gains[self.width + row] for row in self.basis.tight}


class _Pivoting:
    """One run at one precision; lines of the matrix are kept once they are asked for."""

    def __init__(self, program: LinearProgram) -> None:
        self.program = program
        self.bounds = [program.bound(i) for i in range(program.height)]
        self.objective = [program.objective(j) for j in range(program.width)]
        self.rows: dict[int, list[arb]] = {}
        self.columns: dict[int, list[arb]] = {}
        self.noise = arb(2) ** -(ctx.prec // 4)
        self.latest: Vertex | None = None

    def row(self, i: int) -> list[arb]:
        if i not in self.rows:
            self.rows[i] = [self.program.coefficient(i, j) for j in range(self.program.width)]
        return self.rows[i]

    def column(self, j: int) -> list[arb]:
        if j not in self.columns:
            self.columns[j] = [self.program.coefficient(i, j) for i in range(self.program.height)]
        return self.columns[j]

    def sign(self, ball: arb) -> int:
        if ball > 0:
            return 1
        if ball < 0:
            return -1
        if not ball.rad() < self.noise:
            raise PrecisionError(f"a ball of radius {ball.rad()} at {ctx.prec} bits decides nothing")
        return 0

    def is_fixed(self, variable: int) -> bool:
        width = self.program.width
        if variable < width:
            return variable in self.program.fixed_columns
        return variable - width in self.program.equalities

    def vertex(self, basis: Basis) -> Vertex:
        if self.latest is None or self.latest.basis != basis:
            self.latest = self._vertex(basis)
        return self.latest

    def _vertex(self, basis: Basis) -> Vertex:
        tight, basic, width = basis.tight, basis.basic, self.program.width
        if not basic:
            values = {width + i: bound for i, bound in enumerate(self.bounds)}
            return Vertex(basis, None, values, dict(enumerate(self.objective)), width)
        rows = arb_mat([self.row(i) for i in tight])
        columns = arb_mat([self.column(j) for j in basic]).transpose()
        try:
            inverse = arb_mat([[self.row(i)[j] for j in basic] for i in tight]).inv()
        except ZeroDivisionError:
            raise PrecisionError(
                f"a basis of {len(basic)} columns looks singular at {ctx.prec} bits"
            ) from None
        # x_J = W^-1 r_I, multipliers u = c_J W^-1, slacks r - M x, reduced costs c - u M
        solution = inverse * arb_mat([[self.bounds[i]] for i in tight])
        multipliers = arb_mat([[self.objective[j] for j in basic]]) * inverse
        loads, prices = (columns * solution).entries(), (multipliers * rows).entries()
        inside, nonbasic = set(tight), set(basic)
        values = dict(zip(basic, solution.entries(), strict=True))
        values.update(
            (width + i, self.bounds[i] - loads[i]) for i in range(self.program.height) if i not in inside
        )
        gains = {j: self.objective[j] - prices[j] for j in range(width) if j not in nonbasic}
        gains.update((width + i, -u) for i, u in zip(tight, multipliers.entries(), strict=True))
        return Vertex(basis, inverse, values, gains, width)

    def entering(self, vertex: Vertex, bland: bool) -> int | None:
        best, best_gain = None, None
        for variable, gain in vertex.gains.items():
            if self.is_fixed(variable) or self.sign(gain) <= 0:
                continue
            if bland:
                return variable if best is None else min(best, variable)
            if best_gain is None or gain.mid() > best_gain:
                best, best_gain = variable, gain.mid()
        return best

    def direction(self, vertex: Vertex, entering: int) -> dict[int, arb]:
        """Change of each basic variable as the entering one grows by one."""
        tight, basic, width = vertex.basis.tight, vertex.basis.basic, self.program.width
        own = self.column(entering) if entering < width else None
        inside = set(tight)
        if vertex.inverse is None:
            assert own is not None
            return {width + i: -own[i] for i in range(self.program.height)}
        # W dx_J = -(column of the entering variable on I), which is the unit vector of its row for a slack
        step = arb_mat([[own[i] if own else arb(int(width + i == entering))] for i in tight])
        change = vertex.inverse * step * -1
        loads = (arb_mat([self.column(j) for j in basic]).transpose() * change).entries()
        result = dict(zip(basic, change.entries(), strict=True))
        for i in range(self.program.height):
            if i not in inside:
                result[width + i] = -loads[i] - own[i] if own else -loads[i]
        return result

    def leaving(self, vertex: Vertex, direction: dict[int, arb]) -> tuple[int, bool]:
        """The variable that blocks first, least number on ties, and whether the step has length zero."""
        best, best_ratio = None, None
        for variable in sorted(direction):
            slope = self.sign(direction[variable])
            if slope == 0:
                continue
            if self.is_fixed(variable):
                return variable, True
            if slope > 0:
                continue
            value = vertex.values[variable]
            sign = self.sign(value)
            if sign < 0:
                raise PrecisionError("the basis is infeasible")
            ratio = value / -direction[variable] if sign else arb(0)
            if best_ratio is None or ratio < best_ratio:
                best, best_ratio = variable, ratio
        if best is None:
            raise UnboundedError("the objective is unbounded")
        assert best_ratio is not None
        return best, best_ratio.contains(0)

    def leap(self, basis: Basis) -> Basis:
        """The basis that HiGHS ends with, if it is feasible; else the one at hand."""
        found = float_basis(self.program)
        if found is None:
            return basis
        guess = Basis(*found)
        try:
            values = self.vertex(guess).values
            feasible = all(
                self.sign(v) >= 0 and not (self.is_fixed(k) and self.sign(v)) for k, v in values.items()
            )
        except PrecisionError:
            return basis
        return guess if feasible else basis

    def exchange(self, basis: Basis, entering: int, leaving: int) -> Basis:
        width = self.program.width
        tight, basic = set(basis.tight), set(basis.basic)
        for variable, enters in ((entering, True), (leaving, False)):
            if variable < width:
                basic ^= {variable}
            else:
                tight ^= {variable - width}
            assert enters == (variable in basic or (variable >= width and variable - width not in tight))
        return Basis(tuple(sorted(tight)), tuple(sorted(basic)))


def maximise(
    program: LinearProgram, start: Basis = EMPTY, precision: int = 192, patience: int | None = None
) -> Basis:
    """The basis of `optimum`."""
    return optimum(program, start, precision, patience).basis


def optimum(
    program: LinearProgram, start: Basis = EMPTY, precision: int = 192, patience: int | None = None
) -> Vertex:
    """An optimal vertex, as far as balls at this precision can tell.

    Args:
        program: the linear program.
        start: a feasible basis; the empty one (all slacks) is feasible when `r >= 0`.
        precision: bits.
        patience: steps before HiGHS is asked.

    Raises:
        PrecisionError: the balls do not decide; try again with twice the precision.
        UnboundedError: there is no optimum.

    The largest reduced cost enters; after a step of length zero Bland's rule takes over until the objective
    moves. A program that is not done after a few steps goes on from the basis that HiGHS finds in floats.
    """
    with ctx.workprec(precision):
        run = _Pivoting(program)
        basis, bland = start, False
        wait = PATIENCE if patience is None else min(patience, PATIENCE)
        for step in range(1000 + 50 * (program.height + program.width)):
            if step == wait:
                basis = run.leap(basis)
            vertex = run.vertex(basis)
            entering = run.entering(vertex, bland)
            if entering is None:
                return vertex
            leaving, bland = run.leaving(vertex, run.direction(vertex, entering))
            basis = run.exchange(basis, entering, leaving)
        raise PrecisionError(f"no optimum after many steps at {precision} bits")
