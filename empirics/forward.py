"""Logits of a stack of networks over all inputs, in chunks, and the gradient pulled back through them.

Nothing is recorded for automatic differentiation: a `Pass` hands out the logits of some inputs and takes
their gradient back at once, so that memory stays below `MEMORY_BUDGET` whatever the order of the group. With
factors and activation `x^2` the forward pass is the expansion

    f(g, h)[c] = sum_i u_i(g)^2 w_i(c) + sum_i v_i(h)^2 w_i(c) + 2 sum_i u_i(g) v_i(h) w_i(c),

where the first two terms cost `m n^2` and only the third needs the contraction over `m n^3`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from empirics.networks import Activation, NetworkStack
from empirics.tasks import GroupTask, Task

__all__ = ["MEMORY_BUDGET", "Pass", "Problem", "batch_pass", "passes", "zero_gradient"]

# bytes that one chunk may hold, activations, logits and their gradients together; on a CPU so few that it
# stays in the cache (Z71, m = 500: as quick as 2^28, less than a quarter of the naive form's memory)
MEMORY_BUDGET = {"cpu": 2**23, "cuda": 2**28}


@dataclass(frozen=True, eq=False)
class Problem:
    """A task on a device.

    Args:
        task: what is learned.
        activation: of the hidden layer.
        inputs: the table of products `gh` at `[g, h]` of a group, or the points of sparse parity.
        targets: labels of all points of sparse parity; None for groups.
        budget: bytes a chunk may hold.
    """

    task: Task
    activation: Activation
    inputs: Tensor
    targets: Int[Tensor, " p"] | None
    budget: int

    @classmethod
    def of(
        cls,
        task: Task,
        activation: Activation = Activation.POWER,
        device: str = "cpu",
        dtype: torch.dtype = torch.float32,
        budget: int | None = None,
    ) -> Problem:
        """Put the task's inputs on a device; without a budget, that of the kind of device."""
        budget = budget or MEMORY_BUDGET[torch.device(device).type]
        if isinstance(task, GroupTask):
            table = torch.from_numpy(task.multiplication_table().astype(np.int64)).to(device)
            return cls(task, activation, table, None, budget)
        points = torch.from_numpy(task.points()).to(device, dtype)
        return cls(task, activation, points, torch.from_numpy(task.targets()).to(device), budget)

    @property
    def exponent(self) -> int:
        """`k` of the activation `x^k`; 1 for ReLU, whose derivative is a step."""
        return self.task.arity if self.activation is Activation.POWER else 1

    @property
    def degree(self) -> int:
        """Degree of homogeneity of the networks."""
        return self.activation.degree(self.task.arity)

    def products(self, factors: Int[Tensor, "x k"]) -> Int[Tensor, " x"]:
        """The labels `g_1 ... g_k` of inputs of a group task."""
        label = factors[:, 0]
        for j in range(1, factors.shape[1]):
            label = self.inputs[label, factors[:, j]]
        return label


@dataclass(frozen=True, eq=False)
class Pass:
    """The logits of some inputs.

    Args:
        targets: the right labels.
        logits: at `[b, x, c]`; the consumer may overwrite them.
        pull: adds the gradient that belongs to a gradient of these logits to the accumulator.
    """

    targets: Int[Tensor, " x"]
    logits: Float[Tensor, "b x c"]
    pull: Callable[[Float[Tensor, "b x c"]], None]


def zero_gradient(stack: NetworkStack) -> NetworkStack:
    """An accumulator for the gradient of a stack."""
    return NetworkStack(torch.zeros_like(stack.input_weights), torch.zeros_like(stack.output_weights))


def passes(problem: Problem, stack: NetworkStack, gradient: NetworkStack) -> Iterator[Pass]:
    """The logits over all inputs, chunk after chunk.

    Args:
        problem: on the stack's device.
        stack: the networks.
        gradient: what `Pass.pull` adds to.
    """
    if not isinstance(problem.task, GroupTask):
        yield from _parity_passes(problem, stack, gradient)
    elif problem.task.arity == 2 and problem.activation is Activation.POWER:
        yield from _quadratic_passes(problem, stack, gradient)
    else:
        yield from _factor_passes(problem, stack, gradient)


def batch_pass(
    problem: Problem, stack: NetworkStack, gradient: NetworkStack, numbers: Int[Tensor, " x"]
) -> Pass:
    """The logits of chosen inputs.

    Args:
        problem: on the stack's device.
        stack: the networks.
        gradient: what `Pass.pull` adds to.
        numbers: of inputs: digits `g_1 ... g_k` to base `n`, highest first, or numbers of points.
    """
    if not isinstance(problem.task, GroupTask):
        assert problem.targets is not None
        return _points_pass(problem, stack, gradient, problem.inputs[numbers], problem.targets[numbers])
    n, k = problem.task.group.order, problem.task.arity
    factors = _digits(numbers, n, k)
    sums = sum(stack.input_weights[:, j, :, factors[:, j]] for j in range(k))
    assert isinstance(sums, Tensor)

    def spread(slope: Float[Tensor, "b m x"]) -> None:
        for j in range(k):
            gradient.input_weights[:, j].index_add_(2, factors[:, j], slope)

    return _activated_pass(problem, stack, gradient, sums, problem.products(factors), spread)


def _digits(numbers: Int[Tensor, " x"], base: int, count: int) -> Int[Tensor, "x k"]:
    powers = [base ** (count - 1 - j) for j in range(count)]
    return torch.stack([numbers // power % base for power in powers], dim=1)


def _quadratic_passes(problem: Problem, stack: NetworkStack, gradient: NetworkStack) -> Iterator[Pass]:
    u, v = stack.input_weights.unbind(1)
    w = stack.output_weights
    b, m, n = u.shape
    step = _step(problem.budget, u.element_size() * b * n * (2 * m + 3 * n), n)
    squares_u = u.square().transpose(1, 2) @ w
    squares_v = v.square().transpose(1, 2) @ w
    for start in range(0, n, step):
        part = slice(start, min(start + step, n))
        yield _quadratic_pass(problem, stack, gradient, part, squares_u[:, part], squares_v)


def _step(budget: int, size: int, limit: int) -> int:
    return max(1, min(limit, budget // size))


def _quadratic_pass(
    problem: Problem,
    stack: NetworkStack,
    gradient: NetworkStack,
    part: slice,
    squares_u: Float[Tensor, "b g n"],
    squares_v: Float[Tensor, "b n n"],
) -> Pass:
    """All inputs `(g, h)` with `g` in a part of the group."""
    u, v = stack.input_weights[:, 0, :, part], stack.input_weights[:, 1]
    w = stack.output_weights
    (b, m, rows), n = u.shape, v.shape[2]
    products = (2.0 * u)[..., None] * v[:, :, None, :]  # 2 u_i(g) v_i(h) at [b, i, g, h]
    products = products.view(b, m, rows * n)
    logits = (products.transpose(1, 2) @ w).view(b, rows, n, n)
    logits += squares_u[:, :, None, :]
    logits += squares_v[:, None]

    def pull(slope: Float[Tensor, "b x c"]) -> None:
        gradient.output_weights.add_(products @ slope)
        back = (w @ slope.transpose(1, 2)).view(b, m, rows, n)  # sum_c w_i(c) slope(g, h)[c]
        gradient.input_weights[:, 0, :, part].add_(torch.einsum("bmgh,bmh->bmg", back, v), alpha=2.0)
        gradient.input_weights[:, 1].add_(torch.einsum("bmgh,bmg->bmh", back, u), alpha=2.0)
        by_row = slope.view(b, rows, n, n)
        for values, place, summed in (
            (u, (0, part), by_row.sum(2)),
            (v, (1, slice(None)), by_row.sum(1)),
        ):
            gradient.output_weights.add_(values.square() @ summed)
            gradient.input_weights[:, place[0], :, place[1]].add_(
                values * (w @ summed.transpose(1, 2)), alpha=2.0
            )

    return Pass(problem.inputs[part].reshape(-1), logits.view(b, rows * n, n), pull)


def _factor_passes(problem: Problem, stack: NetworkStack, gradient: NetworkStack) -> Iterator[Pass]:
    """Any activation and number of factors: a chunk holds some prefixes `g_1, ..., g_(k-1)` and all `g_k`."""
    inner = stack.input_weights
    b, k, m, n = inner.shape
    step = _step(problem.budget, inner.element_size() * b * n * (3 * m + 3 * n), n ** (k - 1))
    for start in range(0, n ** (k - 1), step):
        numbers = torch.arange(start, min(start + step, n ** (k - 1)), device=inner.device)
        yield _prefix_pass(problem, stack, gradient, _digits(numbers, n, k - 1))


def _prefix_pass(
    problem: Problem, stack: NetworkStack, gradient: NetworkStack, prefixes: Int[Tensor, "q k1"]
) -> Pass:
    inner = stack.input_weights
    b, k, m, n = inner.shape
    total = inner[:, 0][:, :, prefixes[:, 0]]
    for j in range(1, k - 1):
        total = total + inner[:, j][:, :, prefixes[:, j]]
    sums = (total[..., None] + inner[:, k - 1][:, :, None, :]).view(b, m, -1)
    targets = problem.inputs[problem.products(prefixes)].reshape(-1)

    def spread(slope: Float[Tensor, "b m x"]) -> None:
        by_prefix = slope.view(b, m, len(prefixes), n)
        gradient.input_weights[:, k - 1].add_(by_prefix.sum(2))
        ends = by_prefix.sum(3)
        for j in range(k - 1):
            gradient.input_weights[:, j].index_add_(2, prefixes[:, j], ends)

    return _activated_pass(problem, stack, gradient, sums, targets, spread)


def _parity_passes(problem: Problem, stack: NetworkStack, gradient: NetworkStack) -> Iterator[Pass]:
    assert problem.targets is not None
    b, m, labels = stack.output_weights.shape
    size = stack.output_weights.element_size() * b * (3 * m + 3 * labels)
    step = _step(problem.budget, size, len(problem.inputs))
    for start in range(0, len(problem.inputs), step):
        part = slice(start, start + step)
        yield _points_pass(problem, stack, gradient, problem.inputs[part], problem.targets[part])


def _points_pass(
    problem: Problem,
    stack: NetworkStack,
    gradient: NetworkStack,
    points: Float[Tensor, "x n"],
    targets: Int[Tensor, " x"],
) -> Pass:
    def spread(slope: Float[Tensor, "b m x"]) -> None:
        gradient.input_weights[:, 0].add_(slope @ points)

    sums = stack.input_weights[:, 0] @ points.T
    return _activated_pass(problem, stack, gradient, sums, targets, spread)


def _activated_pass(
    problem: Problem,
    stack: NetworkStack,
    gradient: NetworkStack,
    sums: Float[Tensor, "b m x"],
    targets: Int[Tensor, " x"],
    spread: Callable[[Float[Tensor, "b m x"]], None],
) -> Pass:
    """Activate sums of inputs; `spread` adds a gradient of these sums to the input weights' accumulator."""
    if problem.activation is Activation.RELU:
        active, derivative = sums.clamp(min=0), (sums > 0).to(sums.dtype)
    else:
        k = problem.exponent
        power = sums.clone()
        for _ in range(k - 2):
            power *= sums  # x^(k-1): by multiplications, since pow is ten times as slow
        active, derivative = power * sums, power.mul_(k)

    def pull(slope: Float[Tensor, "b x c"]) -> None:
        gradient.output_weights.add_(active @ slope)
        spread((stack.output_weights @ slope.transpose(1, 2)) * derivative)

    return Pass(targets, active.transpose(1, 2) @ stack.output_weights, pull)
