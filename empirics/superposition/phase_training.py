"""Trained models over a phase diagram, and how far they, the closed forms and the exact optimum agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from empirics.superposition.exact_loss import exact_losses
from empirics.superposition.phase import PhaseCell
from theory.errors import InputError
from theory.superposition.phase.candidates import best_candidates
from theory.superposition.phase.classify import classify
from theory.superposition.phase.pair import check_pair

__all__ = ["Agreement", "TrainedCell", "agreement", "trained"]

SEEDS, STEPS, BATCH, RATE = 4, 2500, 512, 0.01
REPORTS = 10  # of progress


@dataclass(frozen=True, eq=False)
class TrainedCell:
    """The best of some trained models, by exact loss, and the first of them.

    Args:
        importance: `r`.
        density: `p`.
        weights: `W` of the best.
        bias: `b`.
        loss: its exact `L`.
        label: its class.
        single_label: class of the first model.
        single_loss: exact `L` of the first model.
    """

    importance: float
    density: float
    weights: Float[np.ndarray, "m n"]
    bias: Float[np.ndarray, " n"]
    loss: float
    label: str
    single_label: str
    single_loss: float


@dataclass(frozen=True)
class Agreement:
    """Two diagrams side by side.

    Args:
        cells: compared: those with a class on both sides.
        agreeing: of these; a tie agrees with each of its classes.
        strictly: of these; with the same class and no tie on either side.
        ties: cells where a side has several classes.
        unconverged: cells left out.
        largest_excess: of the first side's loss over the second's, relative.
        median_excess: likewise.
    """

    cells: int
    agreeing: int
    strictly: int
    ties: int
    unconverged: int
    largest_excess: float
    median_excess: float

    @property
    def share(self) -> float:
        """Of cells that agree."""
        return self.agreeing / self.cells if self.cells else float("nan")


def trained(
    cells: Sequence[tuple[float, float]],
    features: int,
    dimensions: int,
    generator: np.random.Generator,
    seeds: int = SEEDS,
    steps: int = STEPS,
    progress: Callable[[str], None] | None = None,
) -> tuple[TrainedCell, ...]:
    """Models trained by Adam on fresh samples, some in each cell, all at once.

    Models with the same seed see the same uniform numbers in every cell; batches of different seeds and
    steps are independent. Of each cell the model of least exact loss is kept.

    Args:
        cells: `(r, p)` each.
        features: `n`.
        dimensions: `m`.
        generator: of starts and samples.
        seeds: models a cell.
        steps: of Adam, with cosine decay.
        progress: called with a line now and then.

    Raises:
        InputError: no cells, `r` or `p` out of range, no models or no steps.
    """
    if not cells or seeds < 1 or steps < 1:
        raise InputError(
            f"training: {len(cells)} cells, {seeds} models, {steps} steps; all have to be 1 or more"
        )
    for importance, active in cells:
        check_pair(importance, active)
    torch_generator = torch.Generator().manual_seed(int(generator.integers(2**62)))
    weight = torch.ones(len(cells), 1, features)
    weight[:, 0, -1] = torch.tensor([importance for importance, _ in cells])
    density = torch.tensor([p for _, p in cells])[:, None, None, None]
    shape = (len(cells), seeds, dimensions, features)
    matrix = (0.5 * torch.randn(shape, generator=torch_generator)).requires_grad_(True)
    bias = torch.zeros(len(cells), seeds, features, requires_grad=True)
    optimiser = torch.optim.Adam([matrix, bias], lr=RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for step in range(steps):
        loss = _batch_loss(matrix, bias, weight, density, torch_generator)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        if progress is not None and (step + 1) % max(1, steps // REPORTS) == 0:
            progress(f"step {step + 1:,} of {steps:,}")
    return _read(cells, matrix.detach().double(), bias.detach().double())


def _batch_loss(
    matrix: Float[Tensor, "c s m n"],
    bias: Float[Tensor, "c s n"],
    weight: Float[Tensor, "c 1 n"],
    density: Float[Tensor, "c 1 1 1"],
    generator: torch.Generator,
) -> Float[Tensor, ""]:
    """Sum over cells of losses divided by `p`, so that no cell is drowned by another."""
    seeds, features = bias.shape[1:]
    values = torch.rand(seeds, BATCH, features, generator=generator)
    mask = torch.rand(seeds, BATCH, features, generator=generator)
    inputs = values * (mask < density)
    outputs = torch.relu((inputs @ matrix.mT) @ matrix + bias[:, :, None])
    errors = (inputs - outputs).square().mean(2) * weight
    return (errors.sum(-1) / density[:, :, 0, 0]).sum()


def _read(
    cells: Sequence[tuple[float, float]], matrix: Float[Tensor, "c s m n"], bias: Float[Tensor, "c s n"]
) -> tuple[TrainedCell, ...]:
    """Exact losses of all models; the best of each cell."""
    found = []
    for place, (importance, density) in enumerate(cells):
        weight = torch.ones(bias.shape[2], dtype=torch.float64)
        weight[-1] = importance
        losses = exact_losses(matrix[place], bias[place], 1 - density, weight)
        best = int(losses.argmin())
        found.append(
            TrainedCell(
                importance,
                density,
                matrix[place, best].numpy(),
                bias[place, best].numpy(),
                float(losses[best]),
                classify(matrix[place, best].numpy()).label,
                classify(matrix[place, 0].numpy()).label,
                float(losses[0]),
            )
        )
    return tuple(found)


def agreement(
    exact: Sequence[PhaseCell], others: Sequence[TrainedCell] | None = None, single: bool = False
) -> Agreement:
    """How often the exact optimum has the class of the trained model, or of the best candidate.

    Args:
        exact: cells of the exact diagram.
        others: trained models of the same cells; None for the closed forms of `n = m + 1`.
        single: of each cell the first model instead of the best.

    Raises:
        InputError: other cells, or closed forms that do not exist.
    """
    if others is not None and [(a.importance, a.density) for a in exact] != [
        (b.importance, b.density) for b in others
    ]:
        raise InputError("agreement: the two diagrams have different cells")
    agreeing = strictly = ties = unconverged = compared = 0
    excess = []
    for place, cell in enumerate(exact):
        if cell.is_unconverged:
            unconverged += 1
            continue
        labels, loss = _other_side(cell, None if others is None else others[place], single)
        compared += 1
        agreeing += bool(set(labels) & set(cell.labels))
        strictly += len(labels) == 1 and tuple(labels) == cell.labels
        ties += len(labels) > 1 or len(cell.labels) > 1
        excess.append(loss / cell.loss - 1)
    return Agreement(
        compared,
        agreeing,
        strictly,
        ties,
        unconverged,
        float(np.max(excess)) if excess else float("nan"),
        float(np.median(excess)) if excess else float("nan"),
    )


def _other_side(cell: PhaseCell, other: TrainedCell | None, single: bool) -> tuple[tuple[str, ...], float]:
    if other is None:
        dimensions, features = cell.weights.shape
        best = best_candidates(features, dimensions, cell.importance, cell.density)
        return tuple(one.label for one in best), best[0].loss
    return ((other.single_label,), other.single_loss) if single else ((other.label,), other.loss)
