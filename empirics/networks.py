"""Networks with one hidden layer and no bias, stacked: many independent ones on one device."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import torch
from jaxtyping import Float
from torch import Tensor

from empirics.tasks import GroupTask, ParityTask, Task

__all__ = ["Activation", "NetworkStack", "initialise"]


class Activation(Enum):
    """What a neuron does with the sum of its inputs."""

    POWER = "power"  # x^k, k the task's arity; the network is homogeneous of degree k + 1
    RELU = "relu"  # max(x, 0); homogeneous of degree 2

    def degree(self, arity: int) -> int:
        """Degree of homogeneity of the network, which is also the exponent of its norm `L_(2, degree)`."""
        return arity + 1 if self is Activation.POWER else 2


@dataclass(frozen=True, eq=False)
class NetworkStack:
    """`b` independent networks of `m` neurons.

    On a group `f(g_1..g_k)[c] = sum_i act(u_i1(g_1) + ... + u_ik(g_k)) w_i(c)`; on sparse parity
    `f(x)[c] = sum_i act(<u_i, x>) w_i(c)`.

    Args:
        input_weights: `u_ij(g)` at `[b, j, i, g]`; for parity `u_i` at `[b, 0, i, :]`.
        output_weights: `w_i(c)` at `[b, i, c]`.
    """

    input_weights: Float[Tensor, "b j m n"]
    output_weights: Float[Tensor, "b m c"]

    @property
    def width(self) -> int:
        """Number of neurons `m`."""
        return self.output_weights.shape[1]

    def __len__(self) -> int:
        return self.output_weights.shape[0]

    def member(self, number: int) -> NetworkStack:
        """One network, as a stack of one."""
        part = slice(number, number + 1)
        return NetworkStack(self.input_weights[part], self.output_weights[part])

    def squares(self) -> Float[Tensor, "b m"]:
        """`||omega_i||_2^2`, the squared norm of all weights of neuron `i`."""
        return self.input_weights.square().sum((1, 3)) + self.output_weights.square().sum(2)

    def norm(self, degree: int) -> Float[Tensor, " b"]:
        """`||theta||^degree = sum_i ||omega_i||_2^degree`, the norm `L_(2, degree)` to its degree."""
        return (self.squares() ** (degree / 2)).sum(1)


def initialise(
    task: Task, width: int, seeds: tuple[int, ...], scale: float = 1.0, dtype: torch.dtype = torch.float32
) -> NetworkStack:
    """Independent normal weights, each neuron of expected squared norm `scale^2`; on the CPU.

    Member `b` depends on `seeds[b]` alone, whatever the other seeds are.
    """
    match task:
        case GroupTask():
            factors, inputs = task.arity, task.group.order
        case ParityTask():
            factors, inputs = 1, task.bits
    deviation = scale / (factors * inputs + task.labels) ** 0.5
    inner, outer = [], []
    for seed in seeds:
        generator = torch.Generator().manual_seed(seed)
        inner.append(torch.randn(factors, width, inputs, generator=generator, dtype=torch.float64))
        outer.append(torch.randn(width, task.labels, generator=generator, dtype=torch.float64))
    return NetworkStack(
        (deviation * torch.stack(inner)).to(dtype), (deviation * torch.stack(outer)).to(dtype)
    )
