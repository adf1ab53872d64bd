"""What training minimises, with its gradient: regularised cross-entropy, and minus the smoothed margin.

Each function returns one value a network of the stack; networks do not see each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from empirics.forward import Pass, Problem, batch_pass, passes, zero_gradient
from empirics.networks import NetworkStack

__all__ = ["Evaluated", "cross_entropy", "least_margins", "smoothed_margin"]


@dataclass(frozen=True, eq=False)
class Evaluated:
    """An objective at a point.

    Args:
        value: of the objective, one a network.
        gradient: with respect to all weights.
        margin: least margin over the inputs seen, divided by `||theta||^degree`; in the weights' precision.
        mean_margin: mean of `|margin|` over the inputs and wrong labels seen, divided likewise.
    """

    value: Float[Tensor, " b"]
    gradient: NetworkStack
    margin: Float[Tensor, " b"]
    mean_margin: Float[Tensor, " b"]


def cross_entropy(
    problem: Problem,
    stack: NetworkStack,
    regularisation: float,
    batch: Int[Tensor, " x"] | None = None,
) -> Evaluated:
    """Mean cross-entropy over the inputs plus `regularisation * ||theta||_(2, degree)^degree`.

    Args:
        problem: on the stack's device.
        stack: the networks.
        regularisation: `lambda` of arXiv:2311.07568, section 2.
        batch: numbers of the inputs to take, the same for all networks; None for all.
    """
    gradient = zero_gradient(stack)
    seen = len(batch) if batch is not None else problem.task.inputs
    loss = torch.zeros(len(stack), device=stack.output_weights.device, dtype=stack.output_weights.dtype)
    least, total = torch.full_like(loss, torch.inf), torch.zeros_like(loss)
    parts = (
        passes(problem, stack, gradient) if batch is None else [batch_pass(problem, stack, gradient, batch)]
    )
    for part in parts:
        differences, place = _wrong_minus_right(part)
        least = torch.minimum(least, -_largest_wrong(differences, place))
        total += differences.abs().sum((1, 2))
        # -log softmax_right = log sum_c exp(f_c - f_right), the right label among the c with difference 0
        log_sum = torch.logsumexp(differences, 2, keepdim=True)
        loss += log_sum.sum((1, 2)) / seen
        slope = (differences - log_sum).exp_()
        slope.scatter_add_(2, place, torch.full_like(place, -1, dtype=slope.dtype))
        part.pull(slope.div_(seen))
    norm = _add_norm(problem, stack, gradient, regularisation)
    wrong = seen * (problem.task.labels - 1)
    return Evaluated(loss + regularisation * norm, gradient, least / norm, total / wrong / norm)


def _wrong_minus_right(part: Pass) -> tuple[Float[Tensor, "b x c"], Int[Tensor, "b x 1"]]:
    """`f[c] - f[right]` for all labels, and the places of the right ones."""
    place = part.targets[None, :, None].expand(len(part.logits), -1, 1)
    return part.logits.sub_(part.logits.gather(2, place)), place


def _largest_wrong(differences: Float[Tensor, "b x c"], place: Int[Tensor, "b x 1"]) -> Float[Tensor, " b"]:
    """The largest difference at a wrong label; leaves `differences` as they were."""
    differences.scatter_(2, place, -torch.inf)
    largest = differences.amax((1, 2))
    differences.scatter_(2, place, 0.0)
    return largest


def _add_norm(
    problem: Problem, stack: NetworkStack, gradient: NetworkStack, factor: Float[Tensor, " b"] | float
) -> Float[Tensor, " b"]:
    """`||theta||^degree`, its gradient times `factor` added to the accumulator."""
    degree, squares = problem.degree, stack.squares()
    # d ||omega||^degree / d omega = degree ||omega||^(degree - 2) omega
    slope = degree * squares ** (degree / 2 - 1)
    scale = slope * (factor if isinstance(factor, float) else factor[:, None])
    gradient.input_weights.add_(stack.input_weights * scale[:, None, :, None])
    gradient.output_weights.add_(stack.output_weights * scale[:, :, None])
    return (squares ** (degree / 2)).sum(1)


def smoothed_margin(problem: Problem, stack: NetworkStack, sharpness: Float[Tensor, " b"]) -> Evaluated:
    """`(1/beta) log sum exp(-beta z)` over all inputs and wrong labels, `z` the normalised margins.

    It lies between `-min z` and `-min z + log(count)/beta`; minimising it maximises the smallest normalised
    margin as `beta` grows.

    Args:
        problem: on the stack's device.
        stack: the networks.
        sharpness: `beta`, one a network, in units of 1 / normalised margin.
    """
    gradient = zero_gradient(stack)
    norm = stack.norm(problem.degree)
    sharp = (sharpness / norm)[:, None, None]
    offset = torch.full_like(norm, -torch.inf)  # the largest exponent so far
    total, weighted, absolute = (torch.zeros_like(norm) for _ in range(3))
    for part in passes(problem, stack, gradient):
        exponents, place = _wrong_minus_right(part)
        absolute += exponents.abs().sum((1, 2))
        exponents *= sharp  # -beta z
        exponents.scatter_(2, place, -torch.inf)
        highest = torch.maximum(offset, exponents.amax((1, 2)))
        shrink = torch.exp(offset - highest)  # what was summed before, relative to the new offset
        offset = highest
        for held in (total, weighted):
            held *= shrink
        gradient.input_weights.mul_(shrink[:, None, None, None])
        gradient.output_weights.mul_(shrink[:, None, None])
        weights = torch.exp(exponents - highest[:, None, None])
        exponents.scatter_(2, place, 0.0)
        weighted += (weights * exponents).sum((1, 2))
        row_sums = weights.sum(2, keepdim=True)
        total += row_sums.sum((1, 2))
        part.pull(weights.scatter_(2, place, -row_sums))
    # d/df of (1/beta) log sum exp(beta (f_c - f_right) / norm) is weights / (total norm); with respect to the
    # norm it is -(mean of beta (f_c - f_right) / norm) / (beta norm)
    scale = 1 / (total * norm)
    gradient.input_weights.mul_(scale[:, None, None, None])
    gradient.output_weights.mul_(scale[:, None, None])
    _add_norm(problem, stack, gradient, -(weighted / total) / (sharpness * norm))
    count = problem.task.inputs * (problem.task.labels - 1)
    return Evaluated(
        (offset + total.log()) / sharpness, gradient, -offset / sharpness, absolute / count / norm
    )


def least_margins(problem: Problem, stack: NetworkStack) -> Float[Tensor, " b"]:
    """The least margin over all inputs divided by `||theta||^degree`, in the weights' precision."""
    unused = zero_gradient(stack)
    least = torch.full_like(stack.output_weights[:, 0, 0], torch.inf)
    for part in passes(problem, stack, unused):
        differences, place = _wrong_minus_right(part)
        least = torch.minimum(least, -_largest_wrong(differences, place))
    return least / stack.norm(problem.degree)
