"""From a measured margin to a proven structure: what a network close to `gamma*` must look like.

Let `rho = max(0, margin / gamma*)` for a network's normalised margin, and `delta = 1 - rho`. Neuron `i` has
the weight `||omega_i||^(k+1) / ||theta||^(k+1)` and the fraction `z_iR` of its energy on row `R`; `E_R` is
the weighted mean. The class-averaged margin of a neuron of norm one is at most
`gamma* sum_R z_R^((k+1)/2) cost* (1 - X_R(C)) / s_R`, hence

    sum_R E_R cost* (1 - X_R(C)) / s_R >= rho   for every class C != {1}.   (1)

Against an optimal dual, with `kappa_R = sum_C y_C (1 - X_R(C)) / s_R <= 1`, this sums to
`sum_(R != 1) (1 - kappa_R) E_R + E_trivial <= delta`. And `sum_i weight_i sum_R z_iR^((k+1)/2) >= rho`
bounds the mean purity, purity being `max_R z_R`: for k = 2 the inner sum is at most the root of the purity,
for k >= 3 at most the purity.

Proofs: docs/theory.md, Theorem 34. Every bound here is rounded outwards. A margin that is not positive
proves nothing (`is_vacuous`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, nextafter

from flint import arb, ctx

from theory.errors import LimitError
from theory.margins.cyclotomic_system import as_fmpq, as_fraction, dyadic, real_ball
from theory.margins.exact import gamma_ball, least_dual_loads
from theory.margins.float_basis import float_multipliers
from theory.margins.reduction import MarginProgram, margin_program
from theory.margins.simplex import LinearProgram
from theory.margins.solution import IrrepStatus, MarginSolution

__all__ = [
    "StabilityBounds",
    "energy_intervals",
    "excluded_bounds",
    "margin_ratio",
    "purity_bound",
    "stability",
]

PRECISION = 128
ENTRY_LIMIT = 100_000  # coefficients of the energy programs, of which two are solved a row


@dataclass(frozen=True)
class StabilityBounds:
    """What a normalised margin proves about the neurons of any network that has it.

    Args:
        ratio: `rho`, a lower bound on `margin / gamma*`, at least 0.
        is_vacuous: whether the margin is not positive, so that nothing is proved.
        purity: lower bound on the weighted mean of `max_R z_R`.
        trivial: upper bound on the weighted mean energy of the trivial irrep.
        excluded: upper bound on `E_R` for excluded irreps, None for the others; a row.
        energies: bounds on `E_R`, a row.
    """

    ratio: Fraction
    is_vacuous: bool
    purity: float
    trivial: float
    excluded: tuple[float | None, ...]
    energies: tuple[tuple[float, float], ...]


def stability(solution: MarginSolution, margin: float | Fraction) -> StabilityBounds:
    """All bounds from one measured margin.

    Args:
        solution: the exact solution for the network's group and arity.
        margin: a lower bound on the network's normalised margin.

    Raises:
        LimitError: for more than `ENTRY_LIMIT` coefficients.
    """
    ratio = margin_ratio(solution, margin)
    energies = energy_intervals(solution, ratio)  # first, since it refuses what is too large
    return StabilityBounds(
        ratio=ratio,
        is_vacuous=ratio == 0,
        purity=purity_bound(ratio, solution.arity),
        trivial=_up(1 - ratio),
        excluded=excluded_bounds(solution, ratio),
        energies=energies,
    )


def margin_ratio(solution: MarginSolution, margin: float | Fraction) -> Fraction:
    """A lower bound on `rho = max(0, margin / gamma*)`, at most 1 as the theorem says.

    Raises:
        ValueError: the margin exceeds `gamma*`, which no network's does.
    """
    if margin <= 0:
        return Fraction(0)
    exact = Fraction(margin)
    with ctx.workprec(PRECISION):
        quotient = arb(as_fmpq(exact)) / gamma_ball(solution.table.order, solution.arity, solution.cost)
        if quotient > 1:
            raise ValueError(
                f"{solution.table.name}: margin {float(margin)!r} exceeds gamma* = {solution.gamma_star!r}; "
                "no network has it, so subtract the bound on the rounding error first"
            )
        return as_fraction(dyadic(quotient.lower()))


def purity_bound(ratio: Fraction, arity: int) -> float:
    """Lower bound on the weighted mean purity: `rho^2` for two factors (tight), `rho` for more.

    >>> purity_bound(Fraction(1, 2), 2), purity_bound(Fraction(1, 2), 3)
    (0.25, 0.5)
    """
    return _down(ratio * ratio if arity == 2 else ratio)


def excluded_bounds(solution: MarginSolution, ratio: Fraction) -> tuple[float | None, ...]:
    """Upper bounds `delta / (1 - kappa_R)` on the mean energy of excluded irreps, None for the others; a row.

    The dual is the optimal one, constant on Galois orbits, with the least `kappa_R`.
    """
    statuses = list(zip(solution.rows, solution.structure.irreps, strict=True))
    excluded = {row.orbit: row.cost for row, status in statuses if status is IrrepStatus.EXCLUDED}
    loads = least_dual_loads(solution.table, solution.arity, list(excluded))
    bounds: dict[int, float] = {}
    with ctx.workprec(PRECISION):
        for (orbit, cost), load in zip(excluded.items(), loads, strict=True):
            room = 1 - load.ball() / cost.ball()  # kappa_R s_R = sum_C y_C (1 - X_R(C)) < s_R
            assert room > 0
            bound = arb(as_fmpq(1 - ratio)) / room
            bounds[orbit] = min(1.0, _up(as_fraction(dyadic(bound.upper()))))
    return tuple(bounds.get(row.orbit) for row in solution.rows)


def energy_intervals(solution: MarginSolution, ratio: Fraction) -> tuple[tuple[float, float], ...]:
    """Bounds on `E_R`, a row: extremes of (1) with `sum_R E_R <= 1`, `E >= 0`.

    HiGHS proposes multipliers `lambda >= 0` of (1); any such `lambda` proves, with balls for all
    coefficients,

        E_R' <= mu - rho sum lambda,   mu = max(0, max_R ([R = R'] + sum_C lambda_C g_RC)),
        g_RC = cost* (1 - X_R(C)) / s_R,

    and the same for `-E_R'`, with `-[R = R']`. So the bounds hold whatever the floats did; these only decide
    how sharp they are.

    Raises:
        LimitError: for more than `ENTRY_LIMIT` coefficients.
    """
    program = margin_program(solution.table, solution.arity)
    classes = _one_of_each_pair(program)
    if len(program.rows) * len(classes) > ENTRY_LIMIT:
        raise LimitError(
            f"{solution.table.name}: energy intervals take up to {ENTRY_LIMIT} coefficients, "
            f"this program has {len(program.rows)} x {len(classes)}"
        )
    with ctx.workprec(PRECISION):
        cost = solution.cost.ball()
        gains = []
        for number, row in enumerate(program.rows):
            scale = cost / row.cost.ball()
            gains.append([real_ball(program.coefficient(number, column)) * scale for column in classes])
        intervals = []
        for target in range(len(program.rows)):
            upper = _proven_maximum(gains, ratio, target, 1)
            lower = -_proven_maximum(gains, ratio, target, -1)
            intervals.append((max(0.0, _down(lower)), min(1.0, _up(upper))))
        return tuple(intervals)


def _one_of_each_pair(program: MarginProgram) -> list[int]:
    inverse = program.table.inverse_classes
    return [column for column in program.classes if column <= inverse[column]]


def _proven_maximum(gains: Sequence[Sequence[arb]], ratio: Fraction, target: int, sense: int) -> Fraction:
    """An upper bound on `sense * E_target`."""
    width, classes = len(gains), len(gains[0])
    rho = arb(as_fmpq(ratio))
    linear = LinearProgram(
        height=classes + 1,
        width=width,
        coefficient=lambda i, row: -gains[row][i] if i < classes else arb(1),
        bound=lambda i: -rho if i < classes else arb(1),
        objective=lambda row: arb(sense if row == target else 0),
    )
    found = float_multipliers(linear) or (0.0,) * (classes + 1)
    weights = [arb(max(0.0, value)) for value in found[:classes]]
    support = [column for column, weight in enumerate(weights) if not weight.is_zero()]
    bound = arb(0)
    for row, line in enumerate(gains):
        load = sum((weights[column] * line[column] for column in support), arb(sense if row == target else 0))
        bound = bound.max(load)
    total = bound - rho * sum((weights[column] for column in support), arb(0))
    return as_fraction(dyadic(total.upper()))


def _up(value: Fraction) -> float:
    nearest = float(value)
    return nearest if Fraction(nearest) >= value else nextafter(nearest, inf)


def _down(value: Fraction) -> float:
    return -_up(-value) if value else 0.0
