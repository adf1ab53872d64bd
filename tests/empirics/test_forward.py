"""Logits, objectives and their gradients against the literal definition and automatic differentiation."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy as torch_cross_entropy

from empirics.forward import Problem, batch_pass, passes, zero_gradient
from empirics.networks import Activation, NetworkStack, initialise
from empirics.objectives import cross_entropy, least_margins, smoothed_margin
from empirics.tasks import GroupTask, Task, group_task, parity_task

TASKS = [group_task("S3", 2), group_task("S3", 3), group_task("Z3", 4), parity_task(5, 3)]
SMALL, LARGE = 3_000, 2**28  # bytes a chunk: many chunks, one chunk
EPSILON = 1e-12  # double precision, numbers of the order of one


def definition(problem: Problem, stack: NetworkStack) -> tuple[Tensor, Tensor]:
    """Logits at `[b, x, c]` and right labels, for automatic differentiation."""
    task = problem.task
    if isinstance(task, GroupTask):
        factors = torch.cartesian_prod(*[torch.arange(task.group.order)] * task.arity)
        sums = sum(stack.input_weights[:, j][:, :, factors[:, j]] for j in range(task.arity))
        targets = problem.products(factors)
    else:
        sums, targets = stack.input_weights[:, 0] @ problem.inputs.T, problem.targets
    active = sums.clamp(min=0) if problem.activation is Activation.RELU else sums**task.arity
    return torch.einsum("bmx,bmc->bxc", active, stack.output_weights), targets


def case(task: Task, activation: Activation, budget: int) -> tuple[Problem, NetworkStack, list[Tensor]]:
    problem = Problem.of(task, activation, dtype=torch.float64, budget=budget)
    stack = initialise(task, 7, (0, 3), dtype=torch.float64)
    weights = [stack.input_weights.clone().requires_grad_(), stack.output_weights.clone().requires_grad_()]
    return problem, stack, weights


every_case = pytest.mark.parametrize(
    ("task", "activation", "budget"),
    [(task, activation, budget) for task in TASKS for activation in Activation for budget in (SMALL, LARGE)],
)


def close(found: Tensor, wanted: Tensor) -> bool:
    return bool((found - wanted).abs().max() < EPSILON)


@every_case
def test_cross_entropy_and_its_gradient(task: Task, activation: Activation, budget: int) -> None:
    problem, stack, weights = case(task, activation, budget)
    logits, targets = definition(problem, NetworkStack(*weights))
    losses = torch_cross_entropy(logits.transpose(1, 2), targets.expand(2, -1), reduction="none").mean(
        1
    ) + 0.3 * NetworkStack(*weights).norm(problem.degree)
    slopes = torch.autograd.grad(losses.sum(), weights)
    found = cross_entropy(problem, stack, 0.3)
    assert close(found.value, losses.detach())
    assert close(found.gradient.input_weights, slopes[0])
    assert close(found.gradient.output_weights, slopes[1])


@every_case
def test_smoothed_margin_and_its_gradient(task: Task, activation: Activation, budget: int) -> None:
    problem, stack, weights = case(task, activation, budget)
    sharpness = torch.tensor([5.0, 90.0], dtype=torch.float64)
    logits, targets = definition(problem, NetworkStack(*weights))
    right = logits.gather(2, targets[None, :, None].expand(2, -1, 1))
    margins = (right - logits) / NetworkStack(*weights).norm(problem.degree)[:, None, None]
    wrong = torch.nn.functional.one_hot(targets, task.labels) == 0
    chosen = margins[:, wrong]
    values = torch.logsumexp(-sharpness[:, None] * chosen, 1) / sharpness
    slopes = torch.autograd.grad(values.sum(), weights)
    found = smoothed_margin(problem, stack, sharpness)
    assert close(found.value, values.detach())
    assert close(found.margin, chosen.detach().amin(1))
    assert close(found.mean_margin, chosen.detach().abs().mean(1))
    assert close(least_margins(problem, stack), found.margin)
    assert close(found.gradient.input_weights, slopes[0])
    assert close(found.gradient.output_weights, slopes[1])
    # log sum exp of `count` numbers lies between the largest one and that plus log(count)
    bias = found.value + found.margin
    assert bool((bias >= -EPSILON).all() and (bias <= chosen[0].numel() / sharpness).all())


@pytest.mark.parametrize("task", TASKS)
def test_a_batch_of_all_inputs_is_all_inputs(task: Task) -> None:
    problem, stack, _ = case(task, Activation.POWER, LARGE)
    numbers = torch.arange(task.inputs)
    batched = batch_pass(problem, stack, zero_gradient(stack), numbers)
    (whole,) = passes(problem, stack, zero_gradient(stack))
    assert torch.equal(batched.targets, whole.targets)
    assert close(batched.logits, whole.logits)
    slopes = [cross_entropy(problem, stack, 0.0, batch).gradient for batch in (None, numbers)]
    assert close(slopes[0].input_weights, slopes[1].input_weights)


def test_networks_of_a_stack_do_not_see_each_other() -> None:
    problem, stack, _ = case(TASKS[0], Activation.POWER, LARGE)
    together, alone = cross_entropy(problem, stack, 0.1), cross_entropy(problem, stack.member(1), 0.1)
    assert close(together.gradient.input_weights[1], alone.gradient.input_weights[0])
    assert torch.equal(
        initialise(TASKS[0], 7, (3,)).input_weights, initialise(TASKS[0], 7, (0, 3)).member(1).input_weights
    )


def test_a_wrong_gradient_is_seen() -> None:
    problem, stack, weights = case(TASKS[0], Activation.POWER, LARGE)
    logits, targets = definition(problem, NetworkStack(*weights))
    loss = torch_cross_entropy(logits.transpose(1, 2), targets.roll(1).expand(2, -1))
    (slope, _) = torch.autograd.grad(loss, weights)
    assert not close(cross_entropy(problem, stack, 0.0).gradient.input_weights, slope)
