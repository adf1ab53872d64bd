"""The margin program as cvxpy models of both sides, solved by HiGHS in floats: the reference solver.

    min sum_R b_R         s.t.  sum_R b_R (1 - X_R(C)) / s_R >= 1 for every C != {1},  b >= 0;  b_R = a_R s_R
    max sum_C y_C         s.t.  sum_C y_C (1 - X_R(C)) / s_R <= 1 for every R,         y >= 0

The variables `b_R = a_R s_R` keep the entries near one however large the degrees are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from theory.characters.cyclotomic import Value, rational_mean, to_complex
from theory.characters.table import CharacterTable
from theory.errors import LimitError
from theory.margins.reduction import apply, margin_program

if TYPE_CHECKING:
    import cvxpy

__all__ = [
    "ENTRY_LIMIT",
    "MarginMatrix",
    "ReferenceSolution",
    "dual_model",
    "margin_matrix",
    "primal_model",
    "reference_cost",
    "solve_in_floats",
]

ENTRY_LIMIT = 500_000  # matrix entries; beyond, a cvxpy model takes longer than the exact solver


@dataclass(frozen=True)
class MarginMatrix:
    """The program in floats.

    Args:
        entries: `(1 - X_R(C)) / s_R`, shape (r, c): rows are irreps, columns classes, or their Galois orbits.
        costs: `s_R`, a row.
        merged: whether rows and columns are Galois orbits.
    """

    entries: Float[np.ndarray, "r c"]
    costs: Float[np.ndarray, " r"]
    merged: bool


@dataclass(frozen=True)
class ReferenceSolution:
    """What the float solver found.

    Args:
        primal_value: `sum_R a_R s_R`.
        dual_value: `sum_C y_C`.
        primal: `a_R`, a row.
        dual: `y_C`, a column.
    """

    primal_value: float
    dual_value: float
    primal: Float[np.ndarray, " r"]
    dual: Float[np.ndarray, " c"]


def margin_matrix(table: CharacterTable, arity: int = 2, merged: bool = True) -> MarginMatrix:
    """The coefficients of the margin program in floats.

    Args:
        table: the character table.
        arity: number of factors.
        merged: on Galois orbits (where `X` is rational), or on irreps and classes.

    Raises:
        InputError: for the trivial group and `arity < 2`.
        LimitError: for more than `ENTRY_LIMIT` entries.
    """
    program = margin_program(table, arity)
    if merged:
        orbits, _ = apply(program)
        rows, columns, costs = orbits.irreps, orbits.classes, orbits.costs
    else:
        rows, columns = tuple(row.index for row in program.rows), program.classes
        costs = tuple(row.cost for row in program.rows)
    if len(rows) * len(columns) > ENTRY_LIMIT:
        raise LimitError(
            f"{table.name}: the float reference takes up to {ENTRY_LIMIT} coefficients, "
            f"this program has {len(rows)} x {len(columns)}; use the exact solver alone"
        )
    known: dict[int, float] = {}

    def real(value: Value) -> float:
        if isinstance(value, int):
            return float(value)
        if id(value) not in known:
            known[id(value)] = float(rational_mean(value)) if merged else to_complex(value).real
        return known[id(value)]

    scale = np.array([float(cost) for cost in costs])
    characters = np.array([[real(table.values[row][column]) for column in columns] for row in rows])
    degrees = np.array([float(table.degrees[row]) for row in rows])
    entries = (1 - characters / degrees[:, None]) / scale[:, None]
    return MarginMatrix(entries, scale, merged)


def primal_model(matrix: MarginMatrix) -> tuple[cvxpy.Problem, cvxpy.Variable]:
    """The primal program and its variable `b_R = a_R s_R`."""
    import cvxpy

    shares = cvxpy.Variable(len(matrix.costs), nonneg=True, name="b")
    return cvxpy.Problem(cvxpy.Minimize(cvxpy.sum(shares)), [matrix.entries.T @ shares >= 1]), shares


def dual_model(matrix: MarginMatrix) -> tuple[cvxpy.Problem, cvxpy.Variable]:
    """The dual program and its variable `y_C`."""
    import cvxpy

    weights = cvxpy.Variable(matrix.entries.shape[1], nonneg=True, name="y")
    return cvxpy.Problem(cvxpy.Maximize(cvxpy.sum(weights)), [matrix.entries @ weights <= 1]), weights


def solve_in_floats(matrix: MarginMatrix) -> ReferenceSolution:
    """Both sides, each solved on its own by HiGHS.

    Raises:
        ArithmeticError: HiGHS found no optimum (both programs have one, so the data are damaged).
    """
    import cvxpy

    primal, shares = primal_model(matrix)
    dual, weights = dual_model(matrix)
    for problem in (primal, dual):
        problem.solve(solver=cvxpy.HIGHS)
        if problem.status != cvxpy.OPTIMAL:
            raise ArithmeticError(
                f"HiGHS ended with status {problem.status!r} on a program that has an optimum"
            )
    return ReferenceSolution(
        float(primal.value),
        float(dual.value),
        np.asarray(shares.value) / matrix.costs,
        np.asarray(weights.value),
    )


def reference_cost(table: CharacterTable, arity: int = 2) -> float:
    """`cost*` as cvxpy and HiGHS find it on Galois orbits, by the dual program.

    Raises:
        InputError: for the trivial group and `arity < 2`.
        LimitError: for more than `ENTRY_LIMIT` entries.
    """
    return solve_in_floats(margin_matrix(table, arity)).dual_value
