"""Learning dynamics: what is recorded of a run, where its loss drops, and whether geometry jumps with it.

Source: Elhage et al., Toy Models of Superposition (2022), "Superposition and learning dynamics". That loss
drops and jumps of dimensionality coincide is tested here against events shifted in time, not assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from empirics.superposition.samplers import Sampler
from empirics.superposition.training import Recipe, TrainedModels, batch_losses, initial_weights, train
from theory.errors import InputError
from theory.superposition.geometry import dimensionality

__all__ = [
    "Coincidence",
    "Events",
    "Jump",
    "Trajectory",
    "aligned",
    "coincidence",
    "events",
    "principal_coordinates",
    "record",
    "set_cosines",
    "trajectory",
]

EVERY = 20  # steps
EVALUATED = 20_000  # inputs of the fixed batch
LOSS_WINDOW, LEAST_DROP, MEDIANS = 100, 0.02, 4
JUMP_WINDOW, LEAST_JUMP, LEAST_NORM = 200, 0.1, 0.5
NEAR = 150  # steps within which a drop and a jump coincide
SHIFTS = 2000
FEWEST_FRAMES = 10


@dataclass(frozen=True, eq=False)
class Trajectory:
    """One run: `trajectory` checks it.

    Args:
        steps: increasing, evenly spaced.
        losses: on one fixed batch.
        weights: `W` at each.
        dimensionalities: `D_i` at each.
        norms: `||w_i||` at each.
    """

    steps: Int[np.ndarray, " t"]
    losses: Float[np.ndarray, " t"]
    weights: Float[np.ndarray, "t m n"]
    dimensionalities: Float[np.ndarray, "t n"]
    norms: Float[np.ndarray, "t n"]


@dataclass(frozen=True)
class Jump:
    """A feature's dimensionality moves by more than .1 within 200 steps."""

    feature: int
    step: int
    change: float


@dataclass(frozen=True)
class Events:
    """What happens in a run.

    Args:
        drops: steps in the middle of a sudden drop of the loss.
        sizes: of these drops, in log-loss over 100 steps.
        threshold: above which a drop counts.
        jumps: of dimensionalities.
    """

    drops: tuple[int, ...]
    sizes: tuple[float, ...]
    threshold: float
    jumps: tuple[Jump, ...]


@dataclass(frozen=True)
class Coincidence:
    """How many drops have a jump nearby, and how many have one if all drops of a run are shifted in time.

    Args:
        drops: of all runs.
        near: those with a jump within `NEAR` steps.
        expected: mean number when shifted.
        p_value: `(1 + #{shifted >= near}) / (1 + shifts)`.
    """

    drops: int
    near: int
    expected: float
    p_value: float

    @property
    def rate(self) -> float:
        """Share of drops with a jump nearby."""
        return self.near / self.drops if self.drops else float("nan")


def trajectory(
    steps: Sequence[int] | Int[np.ndarray, " s"],
    losses: Float[np.ndarray, " l"],
    weights: Float[np.ndarray, "w m n"],
) -> Trajectory:
    """A run from what was recorded; dimensionalities and norms are computed.

    Raises:
        InputError: fewer than 10 frames, steps that do not increase or are unevenly spaced, numbers of frames
            that do not agree.
    """
    times = np.asarray(steps)
    if len(times) < FEWEST_FRAMES:
        raise InputError(f"trajectory: {len(times)} frames; at least {FEWEST_FRAMES} would be right")
    if not len(times) == len(losses) == len(weights):
        raise InputError(
            f"trajectory: {len(times)} steps, {len(losses)} losses, {len(weights)} weights; "
            "one of each a frame would be right"
        )
    gaps = np.diff(times)
    if (gaps <= 0).any():
        place = int(np.flatnonzero(gaps <= 0)[0])
        raise InputError(
            f"trajectory: step {times[place + 1]} comes after step {times[place]}; increasing would be right"
        )
    if (gaps != gaps[0]).any():
        place = int(np.flatnonzero(gaps != gaps[0])[0])
        raise InputError(
            f"trajectory: {gaps[place]} steps between frames {place} and {place + 1}, {gaps[0]} before; "
            "even spacing would be right"
        )
    found = [dimensionality(frame) for frame in weights]
    return Trajectory(
        times,
        np.asarray(losses, dtype=np.float64),
        weights,
        np.stack([one.values for one in found]),
        np.stack([one.norms for one in found]),
    )


def record(
    sampler: Sampler,
    dimensions: int,
    features: int,
    recipe: Recipe,
    seed: int,
    models: int,
    every: int = EVERY,
    progress: Callable[[int, float], None] | None = None,
) -> tuple[TrainedModels, tuple[Trajectory, ...]]:
    """Train models and keep `W` and the loss on one fixed batch every few steps.

    Args:
        sampler: of the inputs of all models.
        dimensions: `m`.
        features: `n`.
        recipe: of training; a multiple of `every` steps.
        seed: of everything.
        models: how many.
        every: steps between frames.
        progress: called with the step and the mean loss.

    Raises:
        InputError: fewer than 10 frames, or a last one out of step.
    """
    if recipe.steps % every or recipe.steps // every + 1 < FEWEST_FRAMES:
        raise InputError(
            f"record: {recipe.steps} steps, one frame every {every}: a multiple of {every} and at least "
            f"{every * (FEWEST_FRAMES - 1)} steps would be right"
        )
    generator = torch.Generator().manual_seed(seed)
    fixed = sampler(EVALUATED, generator)
    steps: list[int] = []
    losses: list[Tensor] = []
    frames: list[Tensor] = []

    def keep(step: int, weights: Tensor, bias: Tensor) -> None:
        steps.append(step)
        losses.append(batch_losses(weights, bias, fixed))
        frames.append(weights.clone())

    first = initial_weights(models, dimensions, features, generator, recipe.scale)
    made = train(sampler, first, recipe, generator, watch=keep, every=every, progress=progress)
    all_losses, all_frames = torch.stack(losses).double().numpy(), torch.stack(frames).double().numpy()
    runs = (trajectory(steps, all_losses[:, k], all_frames[:, k]) for k in range(models))
    return made, tuple(runs)


def events(run: Trajectory) -> Events:
    """Sudden drops of the loss, and jumps of dimensionalities.

    A drop is a local maximum of `log L(t) - log L(t + 100)`, the largest within 100 steps on either side,
    that exceeds `max(.02, 4 median)`; it is dated at `t + 50`. A jump is `|D_i(t + 200) - D_i(t)| > .1` with
    `||w_i|| > .5` at both ends, dated at the middle of where it is largest; neighbouring times are one jump.

    Args:
        run: with frames that divide 100 steps.

    Raises:
        InputError: frames too far apart, or a loss that is not positive.
    """
    gap = int(run.steps[1] - run.steps[0])
    if LOSS_WINDOW % gap:
        raise InputError(f"events: {gap} steps between frames; a divisor of {LOSS_WINDOW} would be right")
    if not (run.losses > 0).all():
        raise InputError(f"events: a loss of {run.losses.min():g}; positive ones would be right")
    width = LOSS_WINDOW // gap
    logs = np.log(run.losses)
    drops = logs[:-width] - logs[width:]
    threshold = max(LEAST_DROP, MEDIANS * float(np.median(drops))) if len(drops) else LEAST_DROP
    chosen = [
        t
        for t in np.flatnonzero(drops > threshold)
        if drops[t] == drops[max(0, t - width) : t + width + 1].max()
        and not (drops[max(0, t - width) : t] == drops[t]).any()
    ]
    times = tuple(int(run.steps[t]) + LOSS_WINDOW // 2 for t in chosen)
    return Events(times, tuple(float(drops[t]) for t in chosen), threshold, tuple(_jumps(run, gap)))


def coincidence(
    found: Sequence[Events], last: int | None, generator: np.random.Generator, shifts: int = SHIFTS
) -> Coincidence:
    """Drops with a jump nearby, against the same with each run's drops shifted around the clock.

    Args:
        found: of all runs.
        last: the last step; shifts are modulo it. None for the step of the last event of each run: a harder
            null, since drops and jumps both crowd at the start of a run.
        generator: of the shifts.
        shifts: how many.
    """
    near = sum(_near(np.array(one.drops), one) for one in found)
    null = np.zeros(shifts)
    for number in range(shifts):
        for one in found:
            end = _last_event(one) if last is None else last
            moved = (np.array(one.drops) + generator.integers(end)) % end
            null[number] += _near(moved, one)
    p_value = (1 + int((null >= near).sum())) / (1 + shifts)
    return Coincidence(sum(len(one.drops) for one in found), near, float(null.mean()), p_value)


def aligned(weights: Float[np.ndarray, "t m n"]) -> Float[np.ndarray, "t m n"]:
    """`O(t) W(t)` with orthogonal `O(t)`, each frame brought as near as can be to the next, from the last on.

    The loss does not see a rotation of the hidden space, so that one is divided out: `O = U V^T` for the SVD
    `A W^T = U S V^T`, with `A` the next aligned frame (orthogonal Procrustes).
    """
    turned = weights.copy()
    for t in range(len(weights) - 2, -1, -1):
        left, _, right = np.linalg.svd(turned[t + 1] @ weights[t].T)
        turned[t] = left @ right @ weights[t]
    return turned


def principal_coordinates(
    weights: Float[np.ndarray, "t m n"], features: Sequence[int], count: int = 2
) -> Float[np.ndarray, "t c f"]:
    """The features of a summand in its own first principal directions, at the last frame.

    Args:
        weights: aligned.
        features: of the summand.
        count: of directions; fewer if `m` is smaller.
    """
    part = weights[:, :, list(features)]
    left, _, _ = np.linalg.svd(part[-1], full_matrices=True)
    return np.einsum("mc,tmf->tcf", left[:, : min(count, weights.shape[1])], part)


def set_cosines(
    weights: Float[np.ndarray, "k m n"], labels: Int[np.ndarray, " n"]
) -> tuple[Float[np.ndarray, " k"], Float[np.ndarray, " k"], Int[np.ndarray, " k"]]:
    """Of each model: mean cosine inside sets and between them, and antipodal pairs between (`cos < -.85`)."""
    units = weights / np.maximum(np.linalg.norm(weights, axis=1, keepdims=True), 1e-12)
    cosines = units.swapaxes(1, 2) @ units
    upper = np.triu(np.ones((len(labels),) * 2, dtype=bool), 1)
    same = labels[:, None] == labels
    inside, between = cosines[:, upper & same], cosines[:, upper & ~same]
    return inside.mean(1), between.mean(1), (between < -0.85).sum(1)


def _jumps(run: Trajectory, gap: int) -> list[Jump]:
    width = JUMP_WINDOW // gap
    change = run.dimensionalities[width:] - run.dimensionalities[:-width]
    large = (run.norms[width:] > LEAST_NORM) & (run.norms[:-width] > LEAST_NORM)
    jumping = (np.abs(change) > LEAST_JUMP) & large
    found = []
    for feature in range(change.shape[1]):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], jumping[:, feature].astype(int), [0]])))
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            top = start + int(np.abs(change[start:end, feature]).argmax())
            when = int(run.steps[top]) + JUMP_WINDOW // 2
            found.append(Jump(feature, when, float(change[top, feature])))
    return sorted(found, key=lambda jump: (jump.step, jump.feature))


def _last_event(found: Events) -> int:
    return max([*found.drops, *(jump.step for jump in found.jumps), 1])


def _near(drops: Int[np.ndarray, " d"] | Float[np.ndarray, " d"], found: Events) -> int:
    if not len(drops) or not found.jumps:
        return 0
    times = np.array([jump.step for jump in found.jumps])
    return int((np.abs(drops[:, None] - times).min(1) <= NEAR).sum())
