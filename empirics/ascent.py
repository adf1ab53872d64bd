"""Direct ascent of the normalised margin: Adam on its smoothed minimum, the smoothing taken away slowly.

The trainer sees the multiplication table and nothing else: neither irreps, nor the linear program, nor
`gamma*`. The sharpness `beta` of the smoothed minimum is measured in units of 1 / mean |margin| and grows
geometrically. Curvature grows like `beta`, so beyond `turning_sharpness` the learning rate falls as
`1 / beta`; with that, the last stretch needs no second-order polish. Measured on two cores (S4, m = 200, 3000
steps): 0.9998 of `gamma*`, against 0.990 for a cosine schedule that ignores the sharpness (A5, m = 400, 1500
steps of each: 0.9926 against 0.9924; 3000 steps: 0.9986 against 0.9937, and 0.897 where the sharpness
outruns the learning rate).
"""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from empirics.configuration import AscentSettings, Configuration
from empirics.forward import Problem
from empirics.networks import NetworkStack, initialise
from empirics.objectives import Evaluated, least_margins, smoothed_margin
from empirics.tasks import GroupTask, Task
from empirics.trainer import DivergenceError, StepReport, TrainerState

__all__ = ["AscentTrainer", "default_settings"]

FIRST_MOMENT, SECOND_MOMENT = 0.9, 0.99  # decay of Adam's averages (Kingma and Ba, arXiv:1412.6980)
SMALLEST = 1e-12  # added to the root of the second moment
RESCALE_EVERY = 50  # steps; the objective does not depend on the scale, Adam's step does
REST = 0.05  # last part of a run, in which the learning rate goes to zero


class AscentTrainer:
    """Maximises the smoothed normalised margin of a stack of networks.

    Args:
        task: what is learned.
        configuration: with `AscentSettings`.

    Raises:
        DivergenceError: by `advance`, when weights are no longer finite.
    """

    def __init__(self, task: Task, configuration: Configuration) -> None:
        assert isinstance(configuration.settings, AscentSettings)
        self._settings = configuration.settings
        self._problem = Problem.of(task, configuration.activation, configuration.device)
        start = initialise(task, configuration.width, configuration.seeds)
        tensors = [start.input_weights, start.output_weights]
        self._weights = [tensor.to(configuration.device) for tensor in tensors]
        self._first = [torch.zeros_like(tensor) for tensor in self._weights]
        self._second = [torch.zeros_like(tensor) for tensor in self._weights]
        factors, inputs = start.input_weights.shape[1], start.input_weights.shape[3]
        self._size = (factors * inputs + task.labels) ** -0.5  # of one weight at the start
        # before the first evaluation there is no mean |margin|: the least one has its size
        self._mean = least_margins(self._problem, self.network()).abs()
        self._step = 0

    @property
    def step(self) -> int:
        """Steps done."""
        return self._step

    @property
    def total_steps(self) -> int:
        """Steps in all."""
        return self._settings.steps

    def network(self) -> NetworkStack:
        """The current weights, copied."""
        return NetworkStack(self._weights[0].clone(), self._weights[1].clone())

    def sharpness(self) -> float:
        """`beta` at the current step, in units of 1 / mean |margin|."""
        chosen = self._settings
        done = min(1.0, self._step / (chosen.steps * (1 - REST)))
        return chosen.first_sharpness * (chosen.last_sharpness / chosen.first_sharpness) ** done

    def learning_rate(self) -> float:
        """Of the current step, in units of a weight's size at the start."""
        chosen = self._settings
        left = (chosen.steps - self._step) / (chosen.steps * REST)
        return chosen.learning_rate * min(1.0, chosen.turning_sharpness / self.sharpness()) * min(1.0, left)

    def advance(self, steps: int) -> StepReport:
        """Take up to so many steps; the report is of the point before the last one."""
        found = None
        for _ in range(min(steps, self.total_steps - self._step)):
            found = self._one_step()
        extra = {"sharpness": self.sharpness(), "learning_rate": self.learning_rate()}
        if found is None:
            return StepReport(self._step, (), (), extra)
        if not bool(torch.isfinite(found.value).all()):
            raise DivergenceError(
                f"step {self._step}: the smoothed margin is no longer a number; a lower learning rate than "
                f"{self._settings.learning_rate:g} keeps it one"
            )
        return StepReport(self._step, tuple(found.value.tolist()), tuple(found.margin.tolist()), extra)

    def _one_step(self) -> Evaluated:
        stack = NetworkStack(*self._weights)
        found = smoothed_margin(self._problem, stack, self.sharpness() / self._mean)
        rate = self.learning_rate() * self._size
        self._mean = found.mean_margin
        self._step += 1
        slopes = [found.gradient.input_weights, found.gradient.output_weights]
        for weights, slope, first, second in zip(
            self._weights, slopes, self._first, self._second, strict=True
        ):
            slope = slope / _along(self._mean, slope)
            first.lerp_(slope, 1 - FIRST_MOMENT)
            second.lerp_(slope.square(), 1 - SECOND_MOMENT)
            size = (second / (1 - SECOND_MOMENT**self._step)).sqrt_().add_(SMALLEST)
            weights.addcdiv_(first, size, value=-rate / (1 - FIRST_MOMENT**self._step))
        if self._step % RESCALE_EVERY == 0:
            degree = self._problem.degree
            norm = (NetworkStack(*self._weights).norm(degree) / stack.width) ** (1 / degree)
            for weights in self._weights:
                weights.div_(_along(norm, weights))
        return found

    def state(self) -> TrainerState:
        """Everything needed to go on later."""
        named = {"weights": self._weights, "first": self._first, "second": self._second}
        tensors = {f"{name}.{part}": held[part] for name, held in named.items() for part in (0, 1)}
        return TrainerState({**tensors, "mean": self._mean}, {"step": self._step})

    def restore(self, state: TrainerState) -> None:
        """Take up a stored state."""
        device = self._mean.device
        for name, held in {"weights": self._weights, "first": self._first, "second": self._second}.items():
            for part in (0, 1):
                held[part] = state.tensors[f"{name}.{part}"].to(device).clone()
        self._mean = state.tensors["mean"].to(device).clone()
        self._step = int(state.numbers["step"])


def _along(values: Float[Tensor, " b"], other: Tensor) -> Tensor:
    """One number a network, shaped to go with a tensor of weights."""
    return values.view(-1, *[1] * (other.ndim - 1))


def default_settings(task: Task) -> tuple[int, dict[str, Any]]:
    """A width and settings that reach 0.999 of `gamma*` on small groups: (width, fields of `AscentSettings`).

    Measured, not proved; a group of order `n` gets about `6.5 n` neurons, since a network that attains
    `gamma*` on every irrep needs of the order of `sum_R d_R^3 >= n` of them.
    """
    order = task.group.order if isinstance(task, GroupTask) else 2 ** (task.arity - 1)
    width = max(96, min(2000, -(-13 * order // 2) // 2 * 2))
    steps = 3000 if order <= 24 else 4000
    return width, {
        "steps": steps,
        "learning_rate": 0.05,
        "first_sharpness": 5.0,
        "turning_sharpness": 30.0,
        "last_sharpness": 10_000.0,
    }
