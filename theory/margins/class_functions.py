"""The class functions that networks compute: an optimal network's logits, and the cost of Plancherel's.

A symmetric network with weights `a` gives the label `c` the logit `f(C)`, where `C` is the class of
`(g_1...g_k)^-1 c`: in units of `gamma*`, for an optimal `a`,

    f(C) = sum_R a_R X_R(C),        X_R = Re chi_R / d_R,

and its margin on `C` is `f(1) - f(C)`.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm

from theory.characters.cyclotomic import rational_mean
from theory.margins.radicals import RadicalSum
from theory.margins.solution import MarginSolution

__all__ = ["class_function", "plancherel_cost"]


def class_function(solution: MarginSolution) -> tuple[Fraction, ...]:
    """`f(C)` for every class column of the table, exact.

    >>> from theory import character_table, solve
    >>> [str(value) for value in class_function(solve(character_table("S3")))]
    ['5/6', '-1/6', '-1/6']
    """
    # a is constant on Galois orbits of rows, so f(C) is rational, constant on Galois orbits of classes, and
    # equals its own Galois mean, and the mean is linear: f(C) = sum_R (a_R / d_R) mean(chi_R(C)); the mean of
    # chi and that of its complex conjugate agree.
    table = solution.table
    used = [
        (row.index, weight / row.degree)
        for row, weight in zip(solution.rows, solution.primal, strict=True)
        if weight
    ]
    means = [rational_mean(value) for value in table.alphabet]
    scale = lcm(*(weight.denominator for _, weight in used))
    unit = lcm(*(mean.denominator for mean in means))
    weights = [int(weight * scale) for _, weight in used]
    whole = [int(mean * unit) for mean in means]
    codes = table.codes[[index for index, _ in used]]
    logits = [Fraction(0)] * len(table.class_sizes)
    for orbit in table.class_orbits:
        terms = zip(weights, codes[:, orbit[0]].tolist(), strict=True)
        logit = Fraction(sum(weight * whole[code] for weight, code in terms), scale * unit)
        for column in orbit:
            logits[column] = logit
    return tuple(logits)


def plancherel_cost(solution: MarginSolution) -> RadicalSum:
    """The cost of the Plancherel weights `a_R = d_R^2 / n`, twice that for a complex pair.

    They are always feasible, by column orthogonality; Theorem 9 of arXiv:2311.07568 states the margin they
    give.

    >>> from theory import character_table, solve
    >>> solution = solve(character_table("A5"))
    >>> float(plancherel_cost(solution)) > float(solution.cost)
    True
    """
    total = RadicalSum(())
    for row in solution.rows:
        size = 1 if row.conjugate == row.index else 2
        total = total + row.cost * Fraction(size * row.degree**2, solution.table.order)
    return total
