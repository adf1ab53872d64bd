"""AdamW on the cross-entropy of some pairs of a group's table; it can be interrupted between any two steps.

Weights are in single precision, the softmax is in double: in single precision a loss below 1e-7 is rounding,
and its gradient throws a memorised network back.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy

from empirics.circuits.recipes import Configuration
from empirics.trainer import TrainerState
from theory.errors import InputError, LimitError

__all__ = ["Optimisation"]

STEP_BUDGET = 2**26  # numbers in the largest array of a step
MOMENTS = ("exp_avg", "exp_avg_sq")


class Optimisation:
    """Weights, moments and the order of batches; all weights are one vector, which saves time in AdamW.

    Attributes:
        step: steps done.
    """

    def __init__(
        self, configuration: Configuration, table: Int[np.ndarray, "n n"], train_mask: Bool[np.ndarray, "n n"]
    ) -> None:
        n = len(table)
        pairs = torch.from_numpy(np.flatnonzero(train_mask))
        _check_pairs(configuration, n, len(pairs))
        self.step = 0
        self._configuration, self._network, self._order = configuration, configuration.network(), n
        self._generator = torch.Generator().manual_seed(configuration.seed)
        torch.randperm(n * n, generator=self._generator)  # these draws made the split; weights get others
        initial = self._network.initial(n, self._generator)
        flat = torch.cat([tensor.flatten() for tensor in initial.values()])
        self._vector = flat.to(configuration.device).requires_grad_()
        self._optimiser = torch.optim.AdamW(
            [self._vector], weight_decay=configuration.weight_decay, betas=configuration.betas
        )
        self._labels = torch.from_numpy(table.astype(np.int64)).flatten()[pairs].to(configuration.device)
        self._first, self._second = (part.to(configuration.device) for part in (pairs // n, pairs % n))
        self._batch = min(configuration.batch or len(pairs), len(pairs))
        self._loss = torch.zeros(())
        self._before_epoch = self._generator.get_state()
        self._shuffled = torch.arange(len(pairs))

    @property
    def _epoch(self) -> int:
        """Steps that make an epoch."""
        return -(-len(self._labels) // self._batch)

    def weights(self) -> dict[str, Tensor]:
        """The current weights by name, on the CPU."""
        return {name: tensor.detach().cpu() for name, tensor in self._tensors().items()}

    def _tensors(self) -> dict[str, Tensor]:
        shapes = self._network.shapes(self._order)
        parts = torch.split(self._vector, [int(np.prod(shape)) for shape in shapes.values()])
        return {name: part.view(shape) for (name, shape), part in zip(shapes.items(), parts, strict=True)}

    def advance(self, steps: int) -> None:
        """Take so many steps."""
        settings = self._configuration
        for _ in range(steps):
            chosen = self._next_batch()
            ramp = min(self.step / settings.warmup, 1.0) if settings.warmup else 1.0
            self._optimiser.param_groups[0]["lr"] = settings.learning_rate * ramp
            self._optimiser.zero_grad()
            logits = self._network.logits(self._tensors(), self._first[chosen], self._second[chosen])
            loss = cross_entropy(logits.double(), self._labels[chosen])
            loss.backward()  # type: ignore[no-untyped-call]
            self._optimiser.step()
            self._loss = loss.detach()
            self.step += 1

    def _next_batch(self) -> slice | Tensor:
        if self._epoch == 1:
            return slice(None)
        place = self.step % self._epoch
        if place == 0:
            self._shuffle()
        return self._shuffled[place * self._batch : (place + 1) * self._batch].to(self._vector.device)

    def _shuffle(self) -> None:
        self._before_epoch = self._generator.get_state()
        self._shuffled = torch.randperm(len(self._labels), generator=self._generator)

    def is_finite(self) -> bool:
        """Whether the last loss and all weights are finite numbers."""
        return bool(self._loss.isfinite() and self._vector.isfinite().all())

    def row_logits(self, rows: slice) -> Float[np.ndarray, "a n n"]:
        """`L[a, b, c]` for some `a`, all `b` and `c`."""
        n = self._order
        chosen = torch.arange(n, device=self._vector.device)[rows]
        first, second = chosen.repeat_interleave(n), torch.arange(n, device=chosen.device).repeat(len(chosen))
        with torch.no_grad():
            found = self._network.logits(self._tensors(), first, second)
        return found.double().view(len(chosen), n, n).cpu().numpy()

    def state(self, seconds: float) -> TrainerState:
        """Everything needed to go on; within an epoch the generator is as it was when the epoch began."""
        moments = self._optimiser.state.get(self._vector, {})
        tensors = {name: moments.get(name, torch.zeros_like(self._vector)).detach() for name in MOMENTS}
        begun = self.step % self._epoch != 0
        tensors["generator"] = self._before_epoch if begun else self._generator.get_state()
        tensors["weights"] = self._vector.detach()
        return TrainerState(tensors, {"step": self.step, "seconds": seconds})

    def restore(self, state: TrainerState, source: Path) -> None:
        """Take up a stored state.

        Args:
            state: of an optimisation of the same configuration, with tensors of the right shapes.
            source: its file, for messages.

        Raises:
            InputError: it is no state of this run.
        """
        step = state.numbers["step"]
        if not 0 <= step <= self._configuration.steps:
            raise InputError(f"{source}: a state of another run: step {step} of {self._configuration.steps}")
        try:
            self._generator.set_state(state.tensors["generator"])
        except RuntimeError as error:
            raise InputError(f"{source}: a state of another run: {error}") from None
        self.step = step
        with torch.no_grad():
            self._vector.copy_(state.tensors["weights"])
        if step:
            moments = {name: state.tensors[name].to(self._vector.device) for name in MOMENTS}
            self._optimiser.state[self._vector] = {"step": torch.tensor(float(step)), **moments}
        if step % self._epoch:
            self._shuffle()


def _check_pairs(configuration: Configuration, order: int, pairs: int) -> None:
    if not 0 < pairs < order**2:
        side = "train" if pairs == 0 else "test"
        raise InputError(
            f"fraction {configuration.fraction:g}: no {side} pair is left of {order**2}; another one is right"
        )
    widest = max(order, configuration.neurons)
    rows = min(configuration.batch or pairs, pairs)
    if rows * widest > STEP_BUDGET:
        raise LimitError(
            f"{configuration.group}: {rows:,} pairs a step, {widest:,} numbers each, are beyond the limit of "
            f"{STEP_BUDGET:,}; a batch of at most {STEP_BUDGET // widest:,} pairs is right"
        )
