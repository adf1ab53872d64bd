"""Minimising many small functions at once: Adam from many starts, then BFGS, one inverse Hessian an item."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

__all__ = ["Descent", "adam", "bfgs"]

Losses = Callable[[Float[Tensor, "b k"], Tensor], Float[Tensor, " b"]]
SUFFICIENT = 1e-4  # of the decrease that the slope promises
SHORTEST = 2.0**-30
ROUNDING = 2.0**-40  # of a loss: no step is shortened for a decrease that rounding hides


@dataclass(frozen=True, eq=False)
class Descent:
    """Where each item ended.

    Args:
        points: parameters.
        losses: there.
        gradients: the largest entry of each item's gradient.
    """

    points: Float[Tensor, "b k"]
    losses: Float[Tensor, " b"]
    gradients: Float[Tensor, " b"]


def adam(
    losses: Losses, points: Float[Tensor, "b k"], steps: int, rate: float = 0.02
) -> Float[Tensor, "b k"]:
    """Full-gradient Adam with the step size falling to 0 as a cosine.

    Args:
        losses: of some items, called with their parameters and their numbers.
        points: starts.
        steps: how many.
        rate: step size at the start.
    """
    moving = points.clone().requires_grad_(True)
    numbers = torch.arange(len(points))
    optimiser = torch.optim.Adam([moving], lr=rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, max(steps, 1))
    for _ in range(steps):
        optimiser.zero_grad()
        losses(moving, numbers).sum().backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    return moving.detach()


def bfgs(losses: Losses, points: Float[Tensor, "b k"], tolerance: float = 1e-8, steps: int = 300) -> Descent:
    """BFGS with backtracking; an item rests when its gradient is small or no step lowers its loss.

    Args:
        losses: of some items, called with their parameters and their numbers.
        points: starts.
        tolerance: of the largest entry of a gradient.
        steps: at most.
    """
    items, size = points.shape
    points = points.clone()
    everyone = torch.arange(items)
    values, gradients = _evaluate(losses, points, everyone)
    identity = torch.eye(size, dtype=points.dtype)
    inverse = identity.repeat(items, 1, 1)
    fresh = torch.ones(items, dtype=torch.bool)
    active = everyone[gradients.abs().amax(1) > tolerance]
    for _ in range(steps):
        if not len(active):
            break
        direction = -(inverse[active] @ gradients[active][..., None])[..., 0]
        slope = (direction * gradients[active]).sum(1)
        uphill = slope >= 0
        direction[uphill] = -gradients[active][uphill]
        slope[uphill] = -gradients[active][uphill].square().sum(1)
        new, new_values, new_gradients, moved = _search(
            losses, active, points[active], values[active], direction, slope
        )
        step, change = new - points[active], new_gradients - gradients[active]
        inverse[active] = torch.where(
            moved[:, None, None], _updated(inverse[active], step, change, fresh[active]), identity
        )
        # a failed step may be the fault of an old inverse Hessian: steepest descent has to fail too
        done = ~moved & fresh[active]
        fresh[active] = ~moved
        points[active], values[active], gradients[active] = new, new_values, new_gradients
        active = active[~done & (new_gradients.abs().amax(1) > tolerance)]
    return Descent(points, values, gradients.abs().amax(1))


def _search(
    losses: Losses,
    numbers: Tensor,
    points: Float[Tensor, "b k"],
    values: Float[Tensor, " b"],
    direction: Float[Tensor, "b k"],
    slope: Float[Tensor, " b"],
) -> tuple[Float[Tensor, "b k"], Float[Tensor, " b"], Float[Tensor, "b k"], Bool[Tensor, " b"]]:
    """The first of the steps 1, 1/4, 1/16, … that lowers the loss enough; the old point if there is none."""
    length = torch.ones_like(values)
    best, best_values = points.clone(), values.clone()
    best_gradients = torch.zeros_like(points)
    waiting = torch.arange(len(points))
    moved = torch.zeros(len(points), dtype=torch.bool)
    while len(waiting):
        trial = points[waiting] + length[waiting, None] * direction[waiting]
        trial_values, trial_gradients = _evaluate(losses, trial, numbers[waiting])
        enough = trial_values < values[waiting] + SUFFICIENT * length[waiting] * slope[waiting]
        accepted = waiting[enough]
        best[accepted], best_values[accepted] = trial[enough], trial_values[enough]
        best_gradients[accepted] = trial_gradients[enough]
        moved[accepted] = True
        waiting = waiting[~enough]
        length[waiting] /= 4
        promised = -length[waiting] * slope[waiting]
        hopeful = promised > ROUNDING * values[waiting].abs()
        waiting = waiting[hopeful & (length[waiting] > SHORTEST)]
    still = ~moved
    if still.any():
        best_gradients[still] = _evaluate(losses, points[still], numbers[still])[1]
    return best, best_values, best_gradients, moved


def _updated(
    inverse: Float[Tensor, "b k k"],
    step: Float[Tensor, "b k"],
    change: Float[Tensor, "b k"],
    fresh: Bool[Tensor, " b"],
) -> Float[Tensor, "b k k"]:
    """The inverse Hessians after a step; unchanged where the curvature along it is not positive."""
    curvature = (step * change).sum(1)
    useful = curvature > 1e-12 * step.norm(dim=1) * change.norm(dim=1)
    rho = torch.where(useful, 1 / torch.where(useful, curvature, torch.ones_like(curvature)), 0.0)
    scale = torch.where(fresh & useful, curvature / change.square().sum(1).clamp(min=1e-300), 1.0)
    inverse = inverse * scale[:, None, None]
    left = (
        torch.eye(step.shape[1], dtype=step.dtype)
        - rho[:, None, None] * step[:, :, None] * change[:, None, :]
    )
    return left @ inverse @ left.mT + rho[:, None, None] * step[:, :, None] * step[:, None, :]


def _evaluate(
    losses: Losses, points: Float[Tensor, "b k"], numbers: Tensor
) -> tuple[Float[Tensor, " b"], Float[Tensor, "b k"]]:
    moving = points.detach().requires_grad_(True)
    values = losses(moving, numbers)
    (gradients,) = torch.autograd.grad(values.sum(), moving)
    return values.detach(), gradients
