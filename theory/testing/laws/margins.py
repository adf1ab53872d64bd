"""Laws of a solved margin program: duality, complementarity, symmetry and bounds, all decided exactly.

`s_R = (d_R nu_R)^((k-1)/2)` is the cost of an irrep, `X_R(C) = Re chi_R(C)/d_R`, sums over `R` run over the
nontrivial irreps up to complex conjugation unless all complex irreps are meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from math import factorial, gcd, ulp
from typing import Any

import hypothesis.strategies as st
from flint import arb, ctx
from hypothesis.strategies import SearchStrategy

from theory.characters.cyclotomic import Value, ball
from theory.characters.table import CharacterTable
from theory.margins.radicals import ZERO, RadicalSum, half_power
from theory.margins.solution import IrrepStatus, MarginSolution
from theory.testing.law_search import Law, law
from theory.testing.laws.tabled_groups import TabledGroup
from theory.testing.programs import (
    PRECISION,
    DefinedProgram,
    costs_by_definition,
    feasible_duals,
    feasible_pairs,
    feasible_primals,
    program_by_definition,
)

__all__ = [
    "MARGIN_LAWS",
    "Solved",
    "arity_monotone",
    "class_statuses",
    "cyclic_subgroups",
    "galois_invariance",
    "irrep_statuses",
    "memorising_network",
    "no_better_dual",
    "no_better_primal",
    "plancherel_bounds",
    "proven_structure",
    "rounded_gamma",
    "stability",
    "strong_duality",
    "weak_duality",
]

Primal = tuple[Fraction, ...]
Dual = tuple[Fraction, ...]
ENERGY_COEFFICIENTS = 2_000  # of the programs behind the energy intervals, two of which are solved a row


@dataclass(frozen=True, eq=False)
class Solved:
    """A solution under test.

    Args:
        solution: what `theory.margins.exact.solve` returned.
        tabled: the group with a table whose columns are its classes; None where there is no (small) group.
    """

    solution: MarginSolution
    tabled: TabledGroup | None = None

    @cached_property
    def program(self) -> DefinedProgram:
        """The program the solution is of, by definition."""
        return program_by_definition(self.solution.table, self.solution.arity)

    @property
    def table(self) -> CharacterTable:
        return self.solution.table

    def label(self, row: int) -> str:
        """Name of an irrep by its place among the program's rows."""
        return self.table.labels[self.program.rows[row]]


@lru_cache(maxsize=256)
def cyclic_cost(order: int, arity: int) -> RadicalSum:
    """`cost*(Z_n, k)`, solved; zero for the trivial group, which has no constraint."""
    from theory.characters.library import character_table
    from theory.margins.exact import solve

    return solve(character_table(f"Z{order}"), arity).cost if order > 1 else ZERO


def _sign(value: Value) -> int:
    """The sign of a real number: an irrational one is not zero, so some ball decides."""
    if isinstance(value, int | Fraction):
        return (value > 0) - (value < 0)
    precision = 64
    while True:
        with ctx.workprec(precision):
            enclosure = ball(value)
            if enclosure > 0 or enclosure < 0:
                return 1 if enclosure > 0 else -1
        precision *= 2


def _separation(subject: Solved, column: int) -> Value:
    """`sum_R a_R (1 - X_R(C))`, exactly, for a column other than 0."""
    total: Value = 0
    for a, gaps in zip(subject.solution.primal, subject.program.gaps, strict=True):
        if a:
            total = total + gaps[column - 1] * a
    return total


def _slack(subject: Solved, row: int) -> RadicalSum | None:
    """`s_R - sum_C y_C (1 - X_R(C))`, exactly; None if it is no radical sum, as for no `y` constant on Galois
    orbits.
    """
    sums: dict[RadicalSum, Value] = {}
    for y, gap in zip(subject.solution.dual[1:], subject.program.gaps[row], strict=True):
        if y:
            sums[y] = sums.get(y, 0) + gap
    total = subject.program.costs[row]
    for y, gaps in sums.items():
        if not isinstance(gaps, int | Fraction):
            return None
        total -= y * Fraction(gaps)
    return total


def _rows(subject: Solved) -> SearchStrategy[int]:
    return st.integers(0, len(subject.program.rows) - 1)


def _columns(subject: Solved) -> SearchStrategy[int]:
    return st.integers(1, len(subject.table.class_sizes) - 1)


def _once(subject: Solved) -> SearchStrategy[None]:
    return st.none()


@law(
    "strong duality",
    "a and y are feasible and Σ a_R s_R = Σ y_C = cost*",
    source="linear programming duality: together these prove that cost* is the optimum",
    cases=_once,
    most=1,
)
def strong_duality(subject: Solved, case: None) -> str | None:
    solution, program = subject.solution, subject.program
    if any(a < 0 for a in solution.primal) or any(y < 0 for y in solution.dual):
        return "a weight is negative"
    primal, dual = program.cost(solution.primal), sum(solution.dual, ZERO)
    if not primal == dual == solution.cost:
        return f"Σ a s = {primal}, Σ y = {dual}, cost* = {solution.cost}"
    for column in range(1, len(subject.table.class_sizes)):
        if _sign(_separation(subject, column) - 1) < 0:
            found = _separation(subject, column)
            return f"class {subject.table.class_names[column]} is separated by {found} only"
    for row in range(len(program.rows)):
        slack = _slack(subject, row)
        if slack is None or slack < 0:
            return f"irrep {subject.label(row)} is overloaded: s − Σ y (1 − X) = {slack}"
    return None


def _primals(subject: Solved) -> SearchStrategy[Primal]:
    return feasible_primals(subject.program, subject.solution)


def _duals(subject: Solved) -> SearchStrategy[Dual]:
    return feasible_duals(subject.program, subject.solution)


def _pairs(subject: Solved) -> SearchStrategy[tuple[Primal, Dual]]:
    return feasible_pairs(subject.program, subject.solution)


@law("weak duality", "Σ a_R s_R >= Σ y_C for every feasible a and y", source="below", cases=_pairs)
def weak_duality(subject: Solved, case: tuple[Primal, Dual]) -> str | None:
    """`Σ_R a_R s_R >= Σ_R a_R Σ_C y_C (1 − X_R(C)) = Σ_C y_C Σ_R a_R (1 − X_R(C)) >= Σ_C y_C`."""
    a, y = case
    if subject.program.cost(a) >= sum(y, Fraction(0)):
        return None
    return f"a = {_written(a)} costs less than y = {_written(y)} is worth"


def _written(weights: tuple[Fraction, ...]) -> str:
    return "(" + ", ".join(f"{float(w):.6g}" for w in weights) + ")"


@law(
    "no cheaper network",
    "cost* <= Σ a_R s_R for every feasible a",
    source="weak duality",
    cases=_primals,
)
def no_better_primal(subject: Solved, case: Primal) -> str | None:
    cost = subject.program.cost(case)
    if subject.solution.cost <= cost:
        return None
    return f"a = {_written(case)} is feasible and costs {float(cost)}, less than {subject.solution.cost}"


@law(
    "no better weighting of classes",
    "Σ y_C <= cost* for every feasible y",
    source="weak duality",
    cases=_duals,
)
def no_better_dual(subject: Solved, case: Dual) -> str | None:
    value = sum(case, Fraction(0))
    if subject.solution.cost >= value:
        return None
    return f"y = {_written(case)} is feasible and worth {float(value)}, more than {subject.solution.cost}"


@law(
    "status of irreps",
    "κ_R = 1 exactly for the irreps that some max-margin network uses, and these have a_R > 0",
    source="strict complementarity: Goldman and Tucker 1956",
    cases=_rows,
)
def irrep_statuses(subject: Solved, case: int) -> str | None:
    slack, status = _slack(subject, case), subject.solution.structure.irreps[case]
    share, a = subject.solution.structure.shares[case], subject.solution.primal[case]
    excluded = status is IrrepStatus.EXCLUDED
    if (slack != 0) != excluded or (a == 0) != excluded:
        return f"irrep {subject.label(case)} is {status.value}, but s − Σ y (1 − X) = {slack} and a = {a}"
    if (share.upper == 0) != excluded or (share.lower > 0) != (status is IrrepStatus.REQUIRED):
        return (
            f"irrep {subject.label(case)} is {status.value}, but its share is [{share.lower}, {share.upper}]"
        )
    spent = float(subject.program.costs[case] * a) / float(subject.solution.cost)
    if not share.lower - 1e-9 <= spent <= share.upper + 1e-9:
        return f"irrep {subject.label(case)} spends {spent}, outside [{share.lower}, {share.upper}]"
    return None


@law(
    "status of classes",
    "Σ a_R (1 − X_R(C)) = 1 exactly where y_C > 0, and then C is on every max-margin network's margin",
    source="strict complementarity: Goldman and Tucker 1956",
    cases=_columns,
)
def class_statuses(subject: Solved, case: int) -> str | None:
    gap, y = _separation(subject, case) - 1, subject.solution.dual[case]
    status = subject.solution.structure.classes[case]
    every = status is not None and status.value == "every"
    if (gap == 0) == every and (y > 0) == every:
        return None
    name = subject.table.class_names[case]
    return f"class {name}: status {status and status.value}, Σ a (1 − X) − 1 = {gap}, y = {y}"


def _units(subject: Solved) -> SearchStrategy[int]:
    conductor = subject.table.conductor
    return st.integers(1, max(1, conductor)).filter(lambda k: gcd(k, conductor) == 1)


@law(
    "Galois invariance",
    "a, y and the statuses are constant on Galois orbits; y(C) = y(C^-1)",
    source="Galois automorphisms permute rows and columns of the program and keep the costs",
    cases=_units,
)
def galois_invariance(subject: Solved, case: int) -> str | None:
    solution, table = subject.solution, subject.table
    place = {row: i for i, row in enumerate(subject.program.rows)}
    image_rows, image_columns = table.galois_rows(case), table.galois_columns(case)
    for i, row in enumerate(subject.program.rows):
        image = image_rows[row]
        j = place[min(image, table.conjugate_rows[image])]
        if solution.primal[i] != solution.primal[j]:
            return f"irreps {subject.label(i)} and {subject.label(j)} are conjugate, but their a differ"
        if solution.structure.irreps[i] is not solution.structure.irreps[j]:
            return (
                f"irreps {subject.label(i)} and {subject.label(j)} are conjugate, but their statuses differ"
            )
    for column, y in enumerate(solution.dual):
        for other in (image_columns[column], table.inverse_classes[column]):
            if solution.dual[other] != y:
                names = f"{table.class_names[column]} and {table.class_names[other]}"
                return f"classes {names} are conjugate, but their y differ"
    return None


@law(
    "Plancherel bounds",
    "(1 − 1/n) min s_R <= cost* <= Σ d² s_R/n over all complex R ≠ 1; cost* = 1 − 1/n iff g² = 1 for all g",
    source="below; docs/theory.md, Proposition 33",
    cases=_once,
    most=1,
)
def plancherel_bounds(subject: Solved, case: None) -> str | None:
    """Upper: `a_R = d_R²/n` (twice that for a complex pair) is feasible. For `C ≠ 1` column orthogonality
    with the identity gives `Σ_R d_R χ_R(C) = 0` over all complex `R`, so `Σ_R (d_R²/n) (1 − χ_R(C)/d_R) = Σ_R
    d_R²/n = 1`; the trivial irrep contributes nothing.

    Lower: `y_C = |C| min s/n` is feasible. Row orthogonality with the trivial irrep gives `Σ_C |C| X_R(C) =
    0`, so `Σ_C |C| (1 − X_R(C)) = n`, to which `C = 1` contributes nothing. Its value is `(n − 1) min s/n`.

    Equality with `1 − 1/n`: then that `y` is optimal and positive everywhere, so the Plancherel weights,
    which are positive, are optimal, too, and `s_R = 1` for all `R` by complementary slackness.
    """
    n, cost = subject.table.order, subject.solution.cost
    upper = ZERO
    for row, s in zip(subject.program.rows, subject.program.costs, strict=True):
        copies = 1 if subject.table.conjugate_rows[row] == row else 2
        upper += s * Fraction(copies * subject.table.degrees[row] ** 2, n)
    lower = min(subject.program.costs) * Fraction(n - 1, n)
    if not lower <= cost <= upper:
        return f"cost* = {cost} is not between {lower} and {upper}"
    elementary = all(order <= 2 for order in subject.table.element_orders)
    if (cost == Fraction(n - 1, n)) == elementary:
        return None
    return f"cost* = {cost}, but g² = 1 holds {'' if elementary else 'not '}for all g"


@law(
    "memorising network",
    "cost* <= (1 − 1/n) (n − 1)^((k−1)/2): gamma* is at least the margin of the centred memorising network",
    source="below; docs/theory.md, Proposition 33; the network is in arXiv:2311.07568, Appendix D",
    cases=_once,
    most=1,
)
def memorising_network(subject: Solved, case: None) -> str | None:
    """By the Plancherel bound `cost* <= (1 − 1/n) max s_R`, since `Σ_(R ≠ 1) d_R² = n − 1`; and `d_R ν_R <= n
    − 1`:

    real `R`: `d² <= n − 1`. Complex: both of the pair count, `2 d² <= n − 1`, and `2d <= 2d²`. Quaternionic:
    `d` is even, so `2d <= d² <= n − 1`.

    For `k = 2` the bound is `√n (1 − 1/n)^(3/2)`, that is `gamma* >= 2/(3√3 n²) (1 − 1/n)^(−3/2)`.
    """
    n, k = subject.table.order, subject.solution.arity
    bound = half_power(n - 1, k - 1) * Fraction(n - 1, n)
    return None if subject.solution.cost <= bound else f"cost* = {subject.solution.cost} exceeds {bound}"


@law(
    "more factors cost more",
    "cost*(G,k) <= cost*(G,k+1) <= cost*(G,k) max (d_R ν_R)^(1/2)",
    source="below; docs/theory.md, Proposition 33",
    cases=_once,
    most=1,
)
def arity_monotone(subject: Solved, case: None) -> str | None:
    """The constraints on `a` do not depend on `k`, and `s_R(k+1) = s_R(k) (d_R ν_R)^(1/2)` with `d_R ν_R >=
    1`. So every feasible `a` costs at least as much at `k + 1`, and at most `max (d_R ν_R)^(1/2)` times as
    much.
    """
    from theory.margins.exact import solve

    now, arity = subject.solution.cost, subject.solution.arity + 1
    later = solve(subject.table, arity).cost
    costs = costs_by_definition(subject.table, arity)
    upper = now * max(after / before for before, after in zip(subject.program.costs, costs, strict=True))
    return None if now <= later <= upper else f"cost* = {now}, with one factor more {later}, bound {upper}"


@law(
    "cyclic subgroups",
    "cost*(⟨g⟩) <= cost*(G)",
    source="the law of subgroups, for the group that one element generates",
    cases=_columns,
)
def cyclic_subgroups(subject: Solved, case: int) -> str | None:
    order = subject.table.element_orders[case]
    if order > 200:
        return None
    cost = cyclic_cost(order, subject.solution.arity)
    if cost <= subject.solution.cost:
        return None
    name = subject.table.class_names[case]
    return (
        f"{name} has order {order}, and cost*(Z{order}) = {cost} exceeds cost*(G) = {subject.solution.cost}"
    )


@law(
    "stability",
    "Σ_R κ_R a_R s_R >= cost* m for every a >= 0, m the least separation of a class, "
    "κ_R = Σ_C y_C (1 − X_R(C))/s_R",
    source="below; docs/theory.md, Theorem 34",
    cases=_primals,
)
def stability(subject: Solved, case: Primal) -> str | None:
    """For an optimal `y`: `Σ_R κ_R a_R s_R = Σ_C y_C Σ_R a_R (1 − X_R(C)) >= m Σ_C y_C = m cost*`. Dividing
    by `Σ_R a_R s_R` this is `Σ_R (1 − κ_R) E_R <= 1 − margin/gamma*` for the budget shares `E_R` of any
    network. The drawn `a` has `m >= 1`.
    """
    with ctx.workprec(PRECISION):
        total = arb(0)
        for a, kappa, s in zip(
            case, subject.program.loads(subject.solution.dual[1:]), subject.program.costs, strict=True
        ):
            total += arb(a.numerator) / arb(a.denominator) * kappa * s.ball()
        if not total < subject.solution.cost.ball():  # refuted only by balls that do not meet
            return None
        return f"a = {_written(case)}: Σ κ a s = {float(total)}, less than cost* = {subject.solution.cost}"


def _many_energies(subject: Solved) -> str | None:
    coefficients = len(subject.program.rows) * len(subject.table.class_sizes)
    if coefficients <= ENERGY_COEFFICIENTS:
        return None
    return (
        f"{coefficients:,} coefficients are beyond the limit of {ENERGY_COEFFICIENTS:,} for energy intervals"
    )


@law(
    "proven structure",
    "the energies of every network lie in the intervals that its margin proves",
    source="docs/theory.md, Theorem 34; every a is that of a network with margin = gamma* m cost*/Σ a s",
    cases=_primals,
    unless=_many_energies,
    most=5,
)
def proven_structure(subject: Solved, case: Primal) -> str | None:
    from theory.margins.stability import energy_intervals, excluded_bounds

    spent = float(subject.program.cost(case))
    # a little below the true ratio, since the drawn a has m >= 1 and floats round
    ratio = Fraction(min(1.0, float(subject.solution.cost) / spent * (1 - 1e-12)))
    energies = [float(s) * float(a) / spent for s, a in zip(subject.program.costs, case, strict=True)]
    intervals, excluded = energy_intervals(subject.solution, ratio), excluded_bounds(subject.solution, ratio)
    for row, (energy, (low, high), cap) in enumerate(zip(energies, intervals, excluded, strict=True)):
        if not low - 1e-9 <= energy <= min(high, 1.0 if cap is None else cap) + 1e-9:
            bounds = f"[{low}, {high}]" if cap is None else f"[{low}, {high}] and at most {cap}"
            return f"a = {_written(case)}: irrep {subject.label(row)} has energy {energy}, not in {bounds}"
    return None


@law(
    "decimals",
    "gamma* = k! (k+1)^(−(k+1)/2) n^(−(k+1)/2) / cost*, correctly rounded",
    source="docs/theory.md",
    cases=_once,
    most=1,
)
def rounded_gamma(subject: Solved, case: None) -> str | None:
    solution = subject.solution
    k, n = solution.arity, subject.table.order
    with ctx.workprec(PRECISION):
        exact = arb(factorial(k)) / (arb(k + 1) * arb(n)).sqrt() ** (k + 1) / solution.cost.ball()
        error = abs(exact - arb(solution.gamma_star))
        near = error <= arb(ulp(solution.gamma_star)) / 2
        return None if near else f"gamma* = {exact.str(20)}, not {solution.gamma_star!r}"


MARGIN_LAWS: tuple[Law[Solved, Any], ...] = (
    strong_duality,
    weak_duality,
    no_better_primal,
    no_better_dual,
    irrep_statuses,
    class_statuses,
    galois_invariance,
    plancherel_bounds,
    memorising_network,
    arity_monotone,
    cyclic_subgroups,
    stability,
    proven_structure,
    rounded_gamma,
)
