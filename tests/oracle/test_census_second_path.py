"""The census by another road: GAP's characters, averaged over Galois orbits by GAP, and sympy's simplex.

It shares no code with ours: neither tables, nor orbits, nor program. For odd numbers of factors the costs are
rational and the two values must be equal; for even ones the square roots are cut off after 40 digits, which
brackets the true value.
"""

from __future__ import annotations

import random
from fractions import Fraction
from math import isqrt
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from sympy import Matrix, Rational, sympify
from sympy.solvers.simplex import linprog

from theory.groups.gap import run

TABLE = Path(__file__).parents[2] / "results" / "atlas" / "census.parquet"
DIGITS = 40

# a row: degree, indicator, and the character's mean over its Galois orbit, on each class but the identity
_PROGRAM = r"""
AsPair := x -> [NumeratorRat(x), DenominatorRat(x)];;
RationalRows := function(group) local t, irr, field, indicators;
  t := CharacterTable(group); irr := Irr(t); indicators := Indicator(t, 2);
  field := CF(Lcm(List(irr, chi -> Conductor(ValuesOfClassFunction(chi)))));
  return Set(List([2..Length(irr)], i -> Concatenation([irr[i][1], indicators[i]],
    Concatenation(List([2..Length(irr)],
      c -> AsPair(Trace(field, Rationals, irr[i][c]) / Dimension(field)))))));
end;;
Emit(List([%s], RationalRows));
"""


def least_cost(rows: list[list[int]], arity: int) -> Fraction:
    """`max sum y_C` under `sum_C y_C (1 - X_R(C)) <= s_R`, costs rounded down; equal columns are one."""
    columns, costs = [], []
    for degree, indicator, *values in rows:
        pairs = zip(values[::2], values[1::2], strict=True)
        columns.append([1 - Fraction(n, m) / degree for n, m in pairs])
        square = (degree * (1 if indicator == 1 else 2)) ** (arity - 1)
        costs.append(Fraction(isqrt(square * 10 ** (2 * DIGITS)), 10**DIGITS))
    lines = sorted(set(zip(*columns, strict=True)))
    matrix = Matrix(len(rows), len(lines), lambda r, c: rational(lines[c][r]))
    value, _ = linprog([-1] * len(lines), matrix, Matrix([rational(cost) for cost in costs]))
    return Fraction(-int(value.p), int(value.q))


def rational(value: Fraction) -> Any:
    return Rational(value.numerator, value.denominator)


@pytest.mark.requires("gap")
@pytest.mark.parametrize("entries", [20, pytest.param(100, marks=pytest.mark.slow)])
def test_random_entries_by_gap_and_sympy(entries: int) -> None:
    table = pq.read_table(TABLE, columns=["collection", "order", "expression", "arity", "cost_exact"])
    rows = [row for row in table.to_pylist() if row["collection"] == "small groups" and row["order"] != "1"]
    chosen = random.Random(20260101).sample(rows, entries)
    groups = ",".join(row["expression"].removeprefix("gap:") for row in chosen)
    for row, answer in zip(chosen, run(_PROGRAM % groups, timeout=600.0), strict=True):
        found = least_cost(answer, row["arity"])
        exact = sympify(row["cost_exact"])
        if row["arity"] % 2:
            assert exact == rational(found), row["expression"]
        else:
            least = rational(found)
            # costs are at least 1, so each was cut by less than one part in 10^40
            assert least <= exact.evalf(3 * DIGITS) <= least * (1 + Rational(1, 10 ** (DIGITS - 1)))
