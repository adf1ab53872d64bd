r"""The normalised margin of a network over every input in double precision, with a bound on the rounding.

For activation `x^k` on a group this is `theory.margins.forward`. For ReLU and for sparse parity one logit is
`sum_i act(s_i) w_i` with `s_i` a sum of `a` terms whose absolute values add up to `S_i`. In floats, in any
order of summation, it is off by at most `gamma_N sum_i S_i^e |w_i|`, `gamma_N = N eps / (1 - N eps)`, with
`e` the exponent of the activation (1 for ReLU, which adds no error and no slope above one) and `N = e (a + 1)
+ m + 1` (N. J. Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd edition, Lemma 3.1 and section
3.1). By Hölder with exponents `(e + 1)/e` and `e + 1`, and Minkowski over the terms of `s_i`,

    sum_i S_i^e |w_i| <= (sum_j max_g ||u_j(g)||_(e+1))^e max_c ||w(c)||_(e+1),

norms over the neurons. A margin has two logits. Proof: docs/theory.md, Proposition 43.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from empirics.forward import Problem
from empirics.networks import Activation, NetworkStack
from empirics.objectives import least_margins
from empirics.tasks import GroupTask, Task
from theory.margins.attaining import NetworkWeights
from theory.margins.forward import UNIT, forward_pass, norm_error

__all__ = ["MeasuredMargin", "measure_margin", "rescaled"]

UNDERFLOW = 2.0**-900  # far above what products below 2^-1022 can lose, once the largest weight is about one


@dataclass(frozen=True)
class MeasuredMargin:
    """A normalised margin.

    Args:
        normalised: least margin over all inputs and wrong labels, divided by `||theta||^degree`; 0 for a
            network without weights.
        error_bound: how far rounding can have moved it.
        inputs: number of inputs, all of them.
    """

    normalised: float
    error_bound: float
    inputs: int

    @property
    def lower(self) -> float:
        """What the margin is at least."""
        return float(np.nextafter(self.normalised - self.error_bound, -np.inf))


def measure_margin(
    task: Task,
    network: NetworkStack,
    activation: Activation = Activation.POWER,
    progress: Callable[[int, int], None] | None = None,
) -> MeasuredMargin:
    """The margin of one network over all inputs.

    Args:
        task: what it was trained on.
        network: a stack of one.
        activation: of its hidden layer.
        progress: called with (inputs done, inputs in all), where that is many.

    Cost: `m n^(k+1)` multiplications on a group, `m n 2^n` for parity of `n` bits.
    """
    network = rescaled(network)
    inner, outer = network.input_weights[0], network.output_weights[0]
    if not bool(inner.any() or outer.any()):
        return MeasuredMargin(0.0, 0.0, task.inputs)
    if isinstance(task, GroupTask) and activation is Activation.POWER:
        found = forward_pass(NetworkWeights(inner.numpy(), outer.numpy()), task.group, progress)
        return MeasuredMargin(found.normalised, found.error_bound + UNDERFLOW, found.inputs)
    problem = Problem.of(task, activation, "cpu", torch.float64)
    normalised = float(least_margins(problem, network)[0])
    return MeasuredMargin(normalised, _error_bound(problem, network, normalised) + UNDERFLOW, task.inputs)


def rescaled(network: NetworkStack) -> NetworkStack:
    """A stack of one in double precision on the CPU, its largest weight brought into [1/2, 1).

    Nothing that is read from a network depends on its scale. A power of two scales without rounding, and no
    product of weights can then overflow, nor all of them vanish.
    """
    assert len(network) == 1
    inner, outer = (part.detach().cpu().double() for part in (network.input_weights, network.output_weights))
    _, exponent = math.frexp(max(float(inner.abs().max()), float(outer.abs().max())))
    half = -exponent // 2  # 2^-exponent itself may be no float
    first, second = math.ldexp(1.0, half), math.ldexp(1.0, -exponent - half)
    return NetworkStack(inner * first * second, outer * first * second)


def _error_bound(problem: Problem, stack: NetworkStack, normalised: float) -> float:
    e, p = problem.exponent, problem.exponent + 1
    inner, outer = stack.input_weights[0], stack.output_weights[0]
    factors, m, n = inner.shape
    lengths = inner.abs().pow(p).sum(1).pow(1 / p)  # ||u_j(g)||_p at [j, g]
    # a group's input picks one g a factor; a point of parity has all bits, each as +1 or -1
    is_group = isinstance(problem.task, GroupTask)
    terms = factors if is_group else n
    reach = float((lengths.amax(1) if is_group else lengths).sum())
    largest = float(outer.abs().pow(p).sum(0).pow(1 / p).max())
    steps = (e * (terms + 1) + m + 1) * UNIT
    norm = float(stack.norm(problem.degree)[0])
    rounding = 2 * steps / (1 - steps) * reach**e * largest / norm
    # 1.01: this bound is a float itself; the norm is a sum of m powers of sums of squares
    return 1.01 * rounding + norm_error(problem.degree, m, factors * n + problem.task.labels) * abs(
        normalised
    )
