"""The optimality conditions of a merged margin program, each a named check that is decided exactly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from flint import ctx, fmpq, fmpq_mat

from theory.margins.radicals import FIRST_PRECISION, ZERO, RadicalSum
from theory.margins.reduction import MergedProgram

__all__ = ["cost_slack_signs", "cover_slacks", "failures", "value"]


def value(program: MergedProgram, primal: Sequence[Fraction]) -> RadicalSum:
    """`sum_R a_R s_R`."""
    return sum((cost * a for cost, a in zip(program.costs, primal, strict=True) if a), ZERO)


def cover_slacks(program: MergedProgram, primal: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """`sum_R a_R (1 - X_R(C)) - 1`, a class orbit."""
    support = [(row, program.table.degrees[program.irreps[row]], a) for row, a in enumerate(primal) if a]
    scale = lcm(*(a.denominator * degree for _, degree, a in support))
    # integers over one denominator: a sum of many fractions would reduce each partial sum
    weights = [(row, degree, a.numerator * (scale // (a.denominator * degree))) for row, degree, a in support]
    return tuple(
        Fraction(sum(weight * (degree - program.mean(row, column)) for row, degree, weight in weights))
        / scale
        - 1
        for column in range(len(program.classes))
    )


def cost_slack_signs(program: MergedProgram, dual: Sequence[RadicalSum]) -> tuple[int, ...]:
    """Signs of `s_R - sum_C y_C (1 - X_R(C))`, a row orbit: by balls, exactly where one contains zero."""
    support = [column for column, y in enumerate(dual) if y]
    if not support:
        return (1,) * len(program.costs)
    signs: list[int] = []
    unclear: dict[int, list[fmpq]] = {}  # row -> its coefficients on the support
    with ctx.workprec(2 * FIRST_PRECISION):
        balls = [dual[column].ball() for column in support]
        for row, cost in enumerate(program.costs):
            coefficients = [_fmpq(program.coefficient(row, column)) for column in support]
            slack = cost.ball()
            for coefficient, ball in zip(coefficients, balls, strict=True):
                slack -= ball * coefficient
            signs.append(1 if slack > 0 else -1)
            if slack.contains(0):
                unclear[row] = coefficients
    for row, load in zip(unclear, _loads(list(unclear.values()), [dual[c] for c in support]), strict=True):
        signs[row] = (program.costs[row] - load).sign()
    return tuple(signs)


def _loads(rows: Sequence[Sequence[fmpq]], weights: Sequence[RadicalSum]) -> list[RadicalSum]:
    """`sum_C q_C y_C` for each row of rational `q`, by one rational matrix product."""
    if not rows:
        return []
    radicands = sorted({radicand for weight in weights for radicand, _ in weight.terms})
    known = [dict(weight.terms) for weight in weights]
    terms = [_fmpq(terms.get(radicand, 0)) for terms in known for radicand in radicands]
    entries = [entry for row in rows for entry in row]
    shape = len(rows), len(weights)
    product = fmpq_mat(*shape, entries) * fmpq_mat(len(weights), len(radicands), terms)
    return [
        RadicalSum(
            tuple((n, Fraction(int(q.p), int(q.q))) for n, q in zip(radicands, line, strict=True) if q)
        )
        for line in product.tolist()
    ]


def _fmpq(value: int | Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


def failures(
    program: MergedProgram, primal: Sequence[Fraction], dual: Sequence[RadicalSum], strict: bool = False
) -> tuple[str, ...]:
    """Which optimality conditions fail, in words; none means that both sides are optimal.

    Args:
        program: the merged program.
        primal: `a`, a row orbit.
        dual: `y`, a class orbit.
        strict: whether the pair must also be strictly complementary.

    Feasibility of both sides and equality of their values prove optimality (weak duality).
    """
    found = []
    covers, costs = cover_slacks(program, primal), cost_slack_signs(program, dual)
    labels, names = program.table.labels, program.table.class_names
    for row, a in enumerate(primal):
        label = labels[program.irreps[row]]
        if a < 0:
            found.append(f"a is negative at irrep {label}")
        if costs[row] < 0:
            found.append(f"y costs more than irrep {label}")
        if strict and (a > 0) == (costs[row] > 0):
            found.append(f"not strictly complementary at irrep {label}")
    for column, y in enumerate(dual):
        name, sign = names[program.classes[column]], y.sign()
        if sign < 0:
            found.append(f"y is negative at class {name}")
        if covers[column] < 0:
            found.append(f"a does not separate class {name}")
        if strict and (sign > 0) == (covers[column] > 0):
            found.append(f"not strictly complementary at class {name}")
    if value(program, primal) != sum(dual, ZERO):
        found.append("the values of both sides differ")
    return tuple(found)
