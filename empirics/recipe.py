"""The paper's training: gradient descent on cross-entropy plus `lambda ||theta||_(2, k+1)^(k+1)`.

Source: Morwani et al., arXiv:2311.07568, section 2 (the norm), appendix A (full-batch or mini-batch gradient
descent whose learning rate doubles at given steps; `L_2` for ReLU).
"""

from __future__ import annotations

import torch

from empirics.configuration import Configuration, RecipeSettings
from empirics.forward import Problem
from empirics.networks import NetworkStack, initialise
from empirics.objectives import Evaluated, cross_entropy
from empirics.tasks import Task
from empirics.trainer import DivergenceError, StepReport, TrainerState

__all__ = ["RecipeTrainer"]


class RecipeTrainer:
    """Gradient descent as in the paper, on a stack of networks.

    Mini-batches are drawn with replacement, the same ones for all networks, by a generator seeded with the
    first seed.

    Args:
        task: what is learned.
        configuration: with `RecipeSettings`.

    Raises:
        DivergenceError: by `advance`, when the loss is no longer finite.
    """

    def __init__(self, task: Task, configuration: Configuration) -> None:
        assert isinstance(configuration.settings, RecipeSettings)
        self._settings = configuration.settings
        self._problem = Problem.of(task, configuration.activation, configuration.device)
        start = initialise(task, configuration.width, configuration.seeds, self._settings.scale)
        self._weights = [
            tensor.to(configuration.device) for tensor in (start.input_weights, start.output_weights)
        ]
        self._generator = torch.Generator().manual_seed(configuration.seeds[0])
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

    def learning_rate(self) -> float:
        """Of the current step."""
        doubled = sum(self._step >= step for step in self._settings.doublings)
        return float(self._settings.learning_rate * 2.0**doubled)

    def advance(self, steps: int) -> StepReport:
        """Take up to so many steps; the report is of the point before the last one, over its batch."""
        found = None
        for _ in range(min(steps, self.total_steps - self._step)):
            found = self._one_step()
        extra = {"learning_rate": self.learning_rate()}
        if found is None:
            return StepReport(self._step, (), (), extra)
        if not bool(torch.isfinite(found.value).all()):
            raise DivergenceError(
                f"step {self._step}: the loss is no longer a number at learning rate "
                f"{self.learning_rate():g}; start with less than {self._settings.learning_rate:g}, "
                "or leave out the last doublings"
            )
        return StepReport(self._step, tuple(found.value.tolist()), tuple(found.margin.tolist()), extra)

    def _one_step(self) -> Evaluated:
        batch = None
        if self._settings.batch is not None:
            inputs = self._problem.task.inputs
            batch = torch.randint(inputs, (self._settings.batch,), generator=self._generator)
            batch = batch.to(self._weights[0].device)
        stack = NetworkStack(*self._weights)
        found = cross_entropy(self._problem, stack, self._settings.regularisation, batch)
        rate = self.learning_rate()
        slopes = (found.gradient.input_weights, found.gradient.output_weights)
        for weights, slope in zip(self._weights, slopes, strict=True):
            weights.add_(slope, alpha=-rate)
        self._step += 1
        return found

    def state(self) -> TrainerState:
        """Everything needed to go on later."""
        tensors = {f"weights.{part}": self._weights[part] for part in (0, 1)}
        return TrainerState({**tensors, "generator": self._generator.get_state()}, {"step": self._step})

    def restore(self, state: TrainerState) -> None:
        """Take up a stored state."""
        device = self._weights[0].device
        for part in (0, 1):
            self._weights[part] = state.tensors[f"weights.{part}"].to(device).clone()
        self._generator.set_state(state.tensors["generator"])
        self._step = int(state.numbers["step"])
