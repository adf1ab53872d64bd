"""Training of many toy models at once: one batch of shape [K, B, n] a step for `K` models.

Gradients are written out, which takes two thirds of the time that autograd takes; a test compares them.
Runs of one seed are equal bit for bit, also when they are interrupted and go on from their state file.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from empirics.files import write_bytes
from empirics.superposition.samplers import Sampler
from theory.errors import InputError, UnknownNameError

__all__ = [
    "DivergenceError",
    "Recipe",
    "TrainedModels",
    "batch_losses",
    "evaluated_losses",
    "gradients",
    "initial_weights",
    "train",
]

OPTIMISERS = ("adam", "adamw", "sgd")
SCHEDULES = ("cosine", "constant")
CHECKED_EVERY = 100  # steps
SLACK = 1e-3  # of a loss, a feature: what Adam wobbles by at inputs that are all zero
STATE_FORMAT = "gammastar superposition training state 1"


class DivergenceError(InputError):
    """A training run left the region in which a model is better than none."""


@dataclass(frozen=True)
class Recipe:
    """How models are trained.

    Args:
        steps: how many.
        batch: inputs a step.
        learning_rate: the largest.
        optimiser: `adam`, `adamw` (weight decay .01) or `sgd` (momentum .9).
        schedule: `cosine`, down to 0, or `constant`.
        scale: standard deviation of the first weights; None for `sqrt(2/(m + n))`.
    """

    steps: int = 5000
    batch: int = 384
    learning_rate: float = 3e-3
    optimiser: str = "adam"
    schedule: str = "cosine"
    scale: float | None = None

    def __post_init__(self) -> None:
        if self.steps < 1 or self.batch < 1:
            raise InputError(f"recipe: {self.steps} steps of {self.batch} inputs: at least one of each")
        if not 0 < self.learning_rate < math.inf:
            raise InputError(
                f"recipe: learning rate {self.learning_rate:g}: a positive number would be right"
            )
        if self.scale is not None and not 0 < self.scale < math.inf:
            raise InputError(f"recipe: scale {self.scale:g}: a positive number would be right")
        for kind, value, known in (
            ("optimiser", self.optimiser, OPTIMISERS),
            ("schedule", self.schedule, SCHEDULES),
        ):
            if value not in known:
                raise UnknownNameError(f"recipe: {kind} {value!r}: known are {', '.join(known)}")


@dataclass(frozen=True, eq=False)
class TrainedModels:
    """`K` models.

    Args:
        weights: `W` of each.
        bias: `b` of each.
        losses: of the last batch.
        steps: how many were made.
    """

    weights: Float[np.ndarray, "K m n"]
    bias: Float[np.ndarray, "K n"]
    losses: Float[np.ndarray, " K"]
    steps: int


@dataclass
class _Run:
    """What a step changes."""

    weights: Tensor
    bias: Tensor
    optimiser: torch.optim.Optimizer
    generator: torch.Generator
    step: int = 0


def initial_weights(
    models: int, dimensions: int, features: int, generator: torch.Generator, scale: float | None = None
) -> Float[Tensor, "K m n"]:
    """Gaussian weights of standard deviation `scale`, or `sqrt(2/(m + n))` (Glorot and Bengio 2010).

    Raises:
        InputError: a size below 1.
    """
    for name, size in (("K", models), ("m", dimensions), ("n", features)):
        if size < 1:
            raise InputError(f"{name} = {size}: at least 1 would be right")
    deviation = math.sqrt(2 / (dimensions + features)) if scale is None else scale
    return deviation * torch.randn(models, dimensions, features, generator=generator)


def gradients(
    weights: Float[Tensor, "K m n"],
    bias: Float[Tensor, "K n"],
    inputs: Float[Tensor, "K B n"],
    importance: Float[Tensor, " n"],
) -> tuple[Float[Tensor, " K"], Float[Tensor, "K m n"], Float[Tensor, "K n"]]:
    """The losses of a batch, and their gradients in `W` and `b`.

    With `z = W^T W x + b` and `d = 2 I (relu(z) - x) [z > 0] / B` it is `dL/db = sum d` and
    `dL/dW = h d^T + (W d) x^T` with `h = W x`, since `W` is used twice.
    """
    hidden = inputs @ weights.mT
    outputs = torch.baddbmm(bias[:, None, :], hidden, weights)
    error = outputs.clamp(min=0) - inputs
    losses = (error.square().mean(1) * importance).sum(-1)
    slope = torch.where(outputs > 0, error * (importance * (2 / inputs.shape[1])), 0)
    back = slope @ weights.mT
    return losses, hidden.mT @ slope + back.mT @ inputs, slope.sum(1)


def batch_losses(
    weights: Float[Tensor, "K m n"],
    bias: Float[Tensor, "K n"],
    inputs: Float[Tensor, "K B n"],
    importance: Float[Tensor, " n"] | None = None,
) -> Float[Tensor, " K"]:
    """`sum_i I_i (x_i - x'_i)^2` of each model, averaged over its batch."""
    outputs = torch.baddbmm(bias[:, None, :], inputs @ weights.mT, weights).clamp(min=0)
    squares = (outputs - inputs).square().mean(1)
    return (squares if importance is None else squares * importance).sum(-1)


def evaluated_losses(
    models: TrainedModels, sampler: Sampler, generator: torch.Generator, samples: int = 50_000
) -> Float[np.ndarray, " K"]:
    """Losses on fresh inputs, a few thousand at a time."""
    weights, bias = (torch.tensor(array, dtype=torch.float32) for array in (models.weights, models.bias))
    chunk = min(samples, 5_000)
    rounds = -(-samples // chunk)
    total = sum(batch_losses(weights, bias, sampler(chunk, generator)).double() for _ in range(rounds))
    return np.asarray(total) / rounds


def train(
    sampler: Sampler,
    weights: Float[Tensor, "K m n"],
    recipe: Recipe,
    generator: torch.Generator,
    importance: Float[np.ndarray, " n"] | None = None,
    watch: Callable[[int, Tensor, Tensor], None] | None = None,
    every: int = 20,
    progress: Callable[[int, float], None] | None = None,
    state_file: Path | None = None,
    save_every: int = 1000,
    bias: Float[Tensor, "K n"] | None = None,
) -> TrainedModels:
    """Train from given weights.

    Args:
        sampler: of the inputs of all models.
        weights: first ones; they are not changed.
        recipe: what is done.
        generator: for the inputs.
        importance: `I`; ones by default.
        watch: called with the step, `W` and `b` before step 0, every so many steps, and after the last; it
            must copy what it keeps.
        every: how many.
        progress: called every 100 steps with the step and the mean loss.
        state_file: saved to, and gone on from if it is there and of the same run.
        save_every: steps between two savings.
        bias: first one; zeros by default.

    Raises:
        DivergenceError: a loss that is not finite at any step that is looked at, or, from step 100 and a
            tenth of the steps on, above that of `W = 0`, `b = 0` on the same batch.
        InputError: a state file of another run.
    """
    run = _start(weights, bias, recipe, generator)
    if state_file is not None and state_file.exists():
        _load(state_file, run, recipe)
    importances = torch.ones(weights.shape[-1])
    if importance is not None:
        importances = torch.tensor(importance, dtype=torch.float32)
    losses = torch.full((len(weights),), math.nan)
    while run.step < recipe.steps:
        if watch is not None and run.step % every == 0:
            watch(run.step, run.weights, run.bias)
        inputs = sampler(recipe.batch, run.generator)
        losses = _step(run, inputs, importances, recipe)
        if run.step % CHECKED_EVERY == 0 or run.step == recipe.steps:
            _check(run, losses, inputs, importances, recipe)
            if progress is not None:
                progress(run.step, float(losses.mean()))
        if state_file is not None and (run.step % save_every == 0 or run.step == recipe.steps):
            _save(state_file, run, recipe)
    if watch is not None:
        watch(run.step, run.weights, run.bias)
    final, shift, last = (tensor.double().numpy().copy() for tensor in (run.weights, run.bias, losses))
    return TrainedModels(final, shift, last, run.step)


def _start(weights: Tensor, bias: Tensor | None, recipe: Recipe, generator: torch.Generator) -> _Run:
    ours = weights.to(torch.float32).clone()
    shift = torch.zeros(ours.shape[0], ours.shape[2])
    if bias is not None:
        shift.copy_(bias)
    parameters = [ours, shift]
    optimiser: torch.optim.Optimizer
    if recipe.optimiser == "adam":
        optimiser = torch.optim.Adam(parameters, lr=recipe.learning_rate)
    elif recipe.optimiser == "adamw":
        optimiser = torch.optim.AdamW(parameters, lr=recipe.learning_rate, weight_decay=0.01)
    else:
        optimiser = torch.optim.SGD(parameters, lr=recipe.learning_rate, momentum=0.9)
    return _Run(ours, shift, optimiser, generator)


def _step(run: _Run, inputs: Tensor, importance: Tensor, recipe: Recipe) -> Tensor:
    rate = recipe.learning_rate
    if recipe.schedule == "cosine":
        rate *= 0.5 * (1 + math.cos(math.pi * run.step / recipe.steps))
    for group in run.optimiser.param_groups:
        group["lr"] = rate
    losses, run.weights.grad, run.bias.grad = gradients(run.weights, run.bias, inputs, importance)
    run.optimiser.step()
    run.step += 1
    return losses


def _check(run: _Run, losses: Tensor, inputs: Tensor, importance: Tensor, recipe: Recipe) -> None:
    nothing = (inputs.square().mean(1) * importance).sum(-1) + SLACK * importance.sum()
    bad = ~torch.isfinite(losses)
    if run.step >= CHECKED_EVERY and 10 * run.step >= recipe.steps:
        bad |= losses > nothing
    if bool(bad.any()):
        model = int(bad.nonzero()[0])
        raise DivergenceError(
            f"training: model {model} diverged by step {run.step}: loss {float(losses[model]):.4g}, "
            f"{float(nothing[model]):.4g} without weights; a learning rate below "
            f"{recipe.learning_rate:g} would be right"
        )


def _state(run: _Run) -> dict[str, Tensor]:
    """Every tensor that the rest of the run depends on."""
    held = {"W": run.weights, "b": run.bias, "generator": run.generator.get_state()}
    for number, moments in run.optimiser.state_dict()["state"].items():
        held |= {f"{number}.{name}": torch.as_tensor(value) for name, value in moments.items()}
    return {name: value.detach().contiguous() for name, value in held.items()}


def _identity(run: _Run, recipe: Recipe) -> dict[str, str]:
    values: dict[str, Any] = {**asdict(recipe), "shape": list(run.weights.shape), "format": STATE_FORMAT}
    return {name: str(value) for name, value in values.items()}


def _save(path: Path, run: _Run, recipe: Recipe) -> None:
    from safetensors.torch import save

    write_bytes(path, save(_state(run), {**_identity(run, recipe), "step": str(run.step)}))


def _load(path: Path, run: _Run, recipe: Recipe) -> None:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            metadata = dict(file.metadata() or {})
            held = {name: file.get_tensor(name) for name in file.keys()}
    except (SafetensorError, OSError) as error:
        reason = (str(error).splitlines() or [""])[0][:120]
        raise InputError(f"{path}: no training state that can be read: {reason}") from None
    step = metadata.pop("step", "0")
    ours = _identity(run, recipe)
    different = [name for name in ours if metadata.get(name) != ours[name]]
    if different:
        name = different[0]
        raise InputError(
            f"{path}: state of another run: {name} {metadata.get(name)}, not {ours[name]}; "
            "another file or none would be right"
        )
    run.weights.copy_(held["W"])
    run.bias.copy_(held["b"])
    run.generator.set_state(held["generator"])
    moments: dict[int, dict[str, Tensor]] = {}
    for name, value in held.items():
        number, _, moment = name.partition(".")
        if moment:
            moments.setdefault(int(number), {})[moment] = value
    groups = run.optimiser.state_dict()["param_groups"]
    run.optimiser.load_state_dict({"state": moments, "param_groups": groups})
    run.step = int(step)
