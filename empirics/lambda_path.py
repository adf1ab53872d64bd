"""Regularised minima as `lambda -> 0`: their normalised margin climbs to `gamma*`.

The theorem (Wei, Lee, Liu and Ma, arXiv:1810.05369, Theorem 4.1): minima of cross-entropy +
`lambda ||theta||_(2, k+1)^(k+1)` have normalised margins that tend to the maximum as `lambda -> 0`. Here the
path is followed with warm starts, from large `lambda` to small, and set beside what theory says of every
point of it: averaged over the group, a network of budgets `z_R` has margins `K sum_R z_R (1 - X_R(C)) / s_R`
at most, and cross-entropy is convex and falls with each margin, so a wide network's minimum is that of
(docs/theory.md, Proposition 44)

    log(1 + sum_C |C| exp(-K sum_R z_R (1 - X_R(C)) / s_R)) + lambda sum_R z_R,    z >= 0,  K = gamma* cost*.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from scipy.optimize import minimize

from empirics.forward import Problem
from empirics.margins import measure_margin
from empirics.networks import NetworkStack, initialise
from empirics.objectives import cross_entropy
from empirics.tasks import GroupTask
from theory.errors import InputError
from theory.margins.program import margin_matrix
from theory.margins.reduction import margin_program
from theory.margins.solution import MarginSolution

__all__ = ["LambdaPath", "LambdaPoint", "PredictedMinimum", "follow", "predicted_minimum"]

SMALLEST = 1e-11  # lambda / largest useful lambda: below, double precision cannot tell the loss from zero
MEMORY = 30  # pairs that L-BFGS keeps


@dataclass(frozen=True)
class LambdaPoint:
    """A minimum found by training, beside the predicted one.

    Args:
        regularisation: `lambda`.
        loss: cross-entropy + `lambda ||theta||^degree` that training reached.
        predicted_loss: no network is below it.
        norm: `||theta||^degree` reached.
        fraction: normalised margin over `gamma*`.
        predicted_fraction: the same at the predicted minimum.
        steps: evaluations of loss and gradient.
    """

    regularisation: float
    loss: float
    predicted_loss: float
    norm: float
    fraction: float
    predicted_fraction: float
    steps: int


@dataclass(frozen=True)
class LambdaPath:
    """Minima along decreasing `lambda`.

    Args:
        group: the group as typed.
        arity: number of factors.
        gamma_star: the maximum margin.
        critical: from this `lambda` on, the zero network is the minimum.
        width: number of neurons.
        seed: of the initial weights.
        points: in decreasing order of `lambda`.
    """

    group: str
    arity: int
    gamma_star: float
    critical: float
    width: int
    seed: int
    points: tuple[LambdaPoint, ...]

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class PredictedMinimum:
    """The regularised minimum over all networks, averaged over the group.

    Args:
        loss: no network is below it.
        fraction: its normalised margin over `gamma*`; 0 for the zero network.
        shares: budgets `z_R / sum z`, in the order of the solution's rows; zeros for the zero network.
    """

    loss: float
    fraction: float
    shares: Float[np.ndarray, " r"]


@dataclass(frozen=True, eq=False)
class _Budgets:
    """The convex program: margins `gains.T @ z` on classes of these sizes."""

    gains: Float[np.ndarray, "r c"]
    sizes: Float[np.ndarray, " c"]

    @property
    def critical(self) -> float:
        # at z = 0 the cross-entropy falls along z_R by K sum_C |C| (1 - X_R(C)) / (n s_R)
        return float((self.gains @ self.sizes).max() / (1 + self.sizes.sum()))

    def minimum(self, regularisation: float) -> tuple[float, Float[np.ndarray, " r"]]:
        def scaled(z: Float[np.ndarray, " r"]) -> tuple[float, Float[np.ndarray, " r"]]:
            # divided by lambda, so that the stopping rule sees numbers near one
            terms = self.sizes * np.exp(-(self.gains.T @ z))
            total = terms.sum()
            slope = 1 - self.gains @ terms / (1 + total) / regularisation
            return float(np.log1p(total) / regularisation + z.sum()), slope

        # all alike, with the least margin at which cross-entropy / lambda is of the order of one
        least = max(1.0, np.log(self.sizes.sum() / regularisation))
        start = np.full(len(self.gains), least / self.gains.sum(0).min())
        best = minimize(
            scaled, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(start),
            options={"maxiter": 10_000, "maxfun": 20_000, "maxcor": MEMORY, "ftol": 1e-16, "gtol": 1e-11},
        )  # fmt: skip
        return float(best.fun) * regularisation, np.asarray(best.x)


def _budgets(solution: MarginSolution) -> _Budgets:
    matrix = margin_matrix(solution.table, solution.arity, merged=False)
    scale = solution.gamma_star * float(solution.cost)
    columns = margin_program(solution.table, solution.arity).classes
    sizes = np.array([float(solution.table.class_sizes[column]) for column in columns])
    return _Budgets(scale * matrix.entries, sizes)


def predicted_minimum(solution: MarginSolution, regularisation: float) -> PredictedMinimum:
    """The minimum of Proposition 44, by L-BFGS in double precision: an estimate, good to about six digits.

    Args:
        solution: of the group.
        regularisation: `lambda > 0`.
    """
    budgets = _budgets(solution)
    loss, z = budgets.minimum(regularisation)
    total = float(z.sum())
    if total <= 0:
        return PredictedMinimum(loss, 0.0, np.zeros_like(z))
    margin = float((budgets.gains.T @ z).min())
    return PredictedMinimum(loss, margin / total / solution.gamma_star, z / total)


def follow(
    task: GroupTask,
    solution: MarginSolution,
    *,
    width: int,
    seed: int = 0,
    regularisations: tuple[float, ...] | None = None,
    iterations: int = 3_000,
) -> LambdaPath:
    """Minimise the paper's loss for one `lambda` after the other, each from the minimum before.

    L-BFGS in double precision on the CPU; the first start is random, and neither irreps nor the program are
    seen. Deterministic for a fixed number of threads.

    Args:
        task: a small group.
        solution: of the same group and arity.
        width: number of neurons.
        seed: of the initial weights.
        regularisations: values of `lambda`, decreasing; None for eleven from a third of the critical value
            down to `1e-10` of it.
        iterations: of L-BFGS, at most, for each.

    Raises:
        InputError: the values do not decrease, reach the critical one, or are too small for double precision.
    """
    critical = _budgets(solution).critical
    chosen = regularisations or tuple(
        float(value) for value in np.geomspace(critical / 3, critical * 1e-10, 11)
    )
    if list(chosen) != sorted(set(chosen), reverse=True) or not SMALLEST * critical <= chosen[-1]:
        raise InputError(
            f"lambda {list(chosen)}: decreasing values, none below {SMALLEST * critical:.3g}, are right"
        )
    if chosen[0] >= critical:
        raise InputError(
            f"lambda {chosen[0]:g}: from {critical:.6g} on the zero network is the minimum; start below it"
        )
    problem = Problem.of(task, dtype=torch.float64)
    stack = initialise(task, width, (seed,), dtype=torch.float64)
    points = []
    for regularisation in chosen:
        stack, loss, steps = _minimise(problem, stack, regularisation, iterations)
        predicted = predicted_minimum(solution, regularisation)
        points.append(
            LambdaPoint(
                regularisation=regularisation,
                loss=loss,
                predicted_loss=predicted.loss,
                norm=float(stack.norm(problem.degree)),
                fraction=measure_margin(task, stack).normalised / solution.gamma_star,
                predicted_fraction=predicted.fraction,
                steps=steps,
            )
        )
    return LambdaPath(task.expression, task.arity, solution.gamma_star, critical, width, seed, tuple(points))


def _minimise(
    problem: Problem, start: NetworkStack, regularisation: float, iterations: int
) -> tuple[NetworkStack, float, int]:
    shapes = start.input_weights.shape, start.output_weights.shape
    split = start.input_weights.numel()

    def unpack(point: Float[np.ndarray, " p"]) -> NetworkStack:
        flat = torch.from_numpy(point.copy())
        return NetworkStack(flat[:split].view(shapes[0]), flat[split:].view(shapes[1]))

    def pack(stack: NetworkStack) -> Float[np.ndarray, " p"]:
        return torch.cat([stack.input_weights.flatten(), stack.output_weights.flatten()]).numpy()

    def scaled(point: Float[np.ndarray, " p"]) -> tuple[float, Float[np.ndarray, " p"]]:
        found = cross_entropy(problem, unpack(point), regularisation)
        return float(found.value) / regularisation, pack(found.gradient) / regularisation

    best = minimize(
        scaled, pack(start), jac=True, method="L-BFGS-B",
        options={
            "maxiter": iterations, "maxfun": 2 * iterations, "maxcor": MEMORY, "ftol": 1e-13, "gtol": 1e-7,
        },
    )  # fmt: skip
    return unpack(np.asarray(best.x)), float(best.fun) * regularisation, int(best.nfev)
