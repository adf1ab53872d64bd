"""Direct ascent of the normalised margin: Adam on its smoothed minimum, the smoothing taken away slowly.

The trainer sees the multiplication table and nothing else: neither irreps, nor the linear program, nor
`gamma*`. The sharpness `beta` of the smoothed minimum is measured in units of 1 / mean |margin|. At first it
follows the gap between the least and the mean margin, since a smoothed minimum that is sharp before anything
is learned keeps a network from learning; beyond `turning_sharpness` it grows geometrically, so as to be at
its last value in time. Curvature grows like `beta`, so from there the learning rate falls as `1 / beta`; with
that, the last stretch needs no second-order polish.

Measured on two cores. Final fraction of `gamma*` on S4 and SL(2,3) (m = 156, 3000 steps): .99965 and .99978;
.9972 and .9964 where the gap drives the sharpness beyond the turning point too, .997 and .993 where the
learning rate is doubled as well. S4, 3000 steps, cosine schedule that ignores the sharpness: .990. Decay of
the second moment .95 for .99: Z71 (m = 500) can pass .99 in 260 steps
(320 in all) instead of 1064.
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

FIRST_MOMENT, SECOND_MOMENT = 0.9, 0.95  # decay of Adam's averages (Kingma and Ba, arXiv:1412.6980)
SMALLEST = 1e-12  # added to the root of the second moment
RESCALE_EVERY = 50  # steps; the objective does not depend on the scale, Adam's step does
GAPS = 5.0  # sharpness times the relative gap between the least and the mean margin
GROWTH = 1.03  # most that the sharpness grows a step
RATIO_AVERAGE = 0.8  # decay of the running average of least margin / mean |margin|
LATEST = 0.2
NUMBERS = ("mean", "sharpness", "ratio")  # of the trainer's state, one a network
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
        self._sharpness = torch.full_like(self._mean, self._settings.first_sharpness)
        self._ratio = torch.full_like(self._mean, -9.0)  # running average of least / mean |margin|
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

    def sharpness(self) -> Float[Tensor, " b"]:
        """`beta` of the current step, in units of 1 / mean |margin|."""
        return self._sharpness.clone()

    def learning_rate(self) -> Float[Tensor, " b"]:
        """Of the current step, in units of a weight's size at the start."""
        chosen = self._settings
        left = min(1.0, (chosen.steps - self._step) / (chosen.steps * REST))
        fall = (chosen.turning_sharpness / self._sharpness).clamp(max=1.0)
        return chosen.learning_rate * left * fall

    def _sharpen(self, found: Evaluated) -> None:
        """Raise the sharpness: as the gap closes up to the turning point, then in time for the end."""
        chosen = self._settings
        ratio = (found.margin / found.mean_margin).clamp(min=-9.0)
        self._ratio = ratio if self._step == 0 else self._ratio.lerp(ratio, 1 - RATIO_AVERAGE)
        before = self._sharpness
        wanted = (GAPS / (1 - self._ratio).clamp(min=1e-4)).clamp(max=chosen.turning_sharpness)
        left = chosen.steps * (1 - REST) - self._step
        in_time = before * (chosen.last_sharpness / before) ** (1 / max(1.0, left))
        has_learned = (before >= chosen.turning_sharpness) | (self._step >= LATEST * chosen.steps)
        wanted = torch.where(has_learned, torch.maximum(wanted, in_time), wanted)
        most = (before * GROWTH).clamp(max=max(chosen.first_sharpness, chosen.last_sharpness))
        self._sharpness = torch.minimum(torch.maximum(wanted, before), most)

    def advance(self, steps: int) -> StepReport:
        """Take up to so many steps; the report is of the point before the last one."""
        found = None
        for _ in range(min(steps, self.total_steps - self._step)):
            found = self._one_step()
        extra = {
            "sharpness": float(self.sharpness().mean()),
            "learning_rate": float(self.learning_rate().mean()),
        }
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
        found = smoothed_margin(self._problem, stack, self._sharpness / self._mean)
        rate = self.learning_rate() * self._size / (1 - FIRST_MOMENT ** (self._step + 1))
        self._sharpen(found)
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
            weights.addcmul_(first / size, _along(rate, weights), value=-1)
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
        return TrainerState(
            {**tensors, **{name: getattr(self, f"_{name}") for name in NUMBERS}}, {"step": self._step}
        )

    def restore(self, state: TrainerState) -> None:
        """Take up a stored state."""
        device = self._mean.device
        for name, held in {"weights": self._weights, "first": self._first, "second": self._second}.items():
            for part in (0, 1):
                held[part] = state.tensors[f"{name}.{part}"].to(device).clone()
        for name in NUMBERS:
            setattr(self, f"_{name}", state.tensors[name].to(device).clone())
        self._step = int(state.numbers["step"])


def _along(values: Float[Tensor, " b"], other: Tensor) -> Tensor:
    """One number a network, shaped to go with a tensor of weights."""
    return values.view(-1, *[1] * (other.ndim - 1))


def default_settings(task: Task) -> tuple[int, dict[str, Any]]:
    """A width and settings that reach 0.999 of `gamma*` on small groups: (width, fields of `AscentSettings`).

    Measured, not proved. A row of degree `d` needs `d^3` neurons, up to `n^(3/2)` of them: AGL(1,5), with its
    irrep of degree 4, stays at 0.995 with `6.5 n` neurons and reaches 0.9996 with `10 n`; larger groups do
    with less, which is what their time allows.
    """
    order = task.group.order if isinstance(task, GroupTask) else 2 ** (task.arity - 1)
    width = max(96, 10 * order if order <= 40 else min(2_000, 13 * order // 2))
    steps = 3000 if order <= 24 else 4000
    return width, {
        "steps": steps,
        "learning_rate": 0.05,
        "first_sharpness": 5.0,
        "turning_sharpness": 30.0,
        "last_sharpness": 10_000.0,
    }
