"""The phase diagram of the exact loss: the optimum of every cell, with ties and the other local minima.

A cell is an importance `r` of the last feature (the others have 1) and a density `p`. All starts of all
cells run at once, first by Adam and then by BFGS; losses are divided by `p`, so that sparse cells converge
like dense ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from empirics.superposition.exact_loss import FEATURES_LIMIT, exact_losses
from empirics.superposition.phase_descent import adam, bfgs
from theory.errors import InputError, LimitError
from theory.superposition.phase.candidates import candidates
from theory.superposition.phase.classify import classify, tied_labels
from theory.superposition.phase.pair import check_pair

__all__ = [
    "ADAM_STEPS",
    "GRADIENT_LIMIT",
    "STARTS",
    "LocalMinimum",
    "PhaseCell",
    "cell_of",
    "exact_optimum",
    "grid",
]

STARTS, ADAM_STEPS = 8, 300
GRADIENT_LIMIT = 1e-6  # of L/p: above it a cell is unconverged
SAME_LOSS = 1e-7  # of relative loss, within a class: closer are one minimum
NUDGE = 0.02  # of candidates, so that saddles are left


@dataclass(frozen=True)
class LocalMinimum:
    """One of the minima that descents found.

    Args:
        label: its class.
        loss: `L`.
    """

    label: str
    loss: float


@dataclass(frozen=True, eq=False)
class PhaseCell:
    """The optimum of one cell.

    Args:
        importance: `r`.
        density: `p`.
        weights: `W` of the optimum.
        bias: `b`.
        loss: `L`.
        gradient: the largest entry of the gradient of `L/p` there.
        labels: its class; several classes if they tie; none if the descent did not converge.
        gap: to the best minimum of another class, relative; None if no other was found.
        minima: all that were found, lowest first.
    """

    importance: float
    density: float
    weights: Float[np.ndarray, "m n"]
    bias: Float[np.ndarray, " n"]
    loss: float
    gradient: float
    labels: tuple[str, ...]
    gap: float | None
    minima: tuple[LocalMinimum, ...]

    @property
    def is_unconverged(self) -> bool:
        """No class was given, since the gradient is not small."""
        return not self.labels

    def document(self) -> dict[str, Any]:
        """In JSON's types, for `cell_of`."""
        return {
            "importance": self.importance,
            "density": self.density,
            "weights": self.weights.tolist(),
            "bias": self.bias.tolist(),
            "loss": self.loss,
            "gradient": self.gradient,
            "labels": list(self.labels),
            "gap": self.gap,
            "minima": [[one.label, one.loss] for one in self.minima],
        }


def cell_of(document: Mapping[str, Any]) -> PhaseCell:
    """The cell that `document()` wrote.

    Raises:
        InputError: it is none.
    """
    try:
        return PhaseCell(
            float(document["importance"]),
            float(document["density"]),
            np.array(document["weights"], dtype=np.float64),
            np.array(document["bias"], dtype=np.float64),
            float(document["loss"]),
            float(document["gradient"]),
            tuple(document["labels"]),
            None if document["gap"] is None else float(document["gap"]),
            tuple(LocalMinimum(str(label), float(loss)) for label, loss in document["minima"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"cell: {type(error).__name__}: {error}; one that `phase` wrote is right") from None


def grid(
    size: int, importances: tuple[float, float] = (0.1, 10.0), densities: tuple[float, float] = (0.01, 1.0)
) -> tuple[tuple[float, float], ...]:
    """Cells `(r, p)`, both equally spaced in the logarithm; rows of equal `r`, ascending.

    Args:
        size: of a side.
        importances: first and last `r`.
        densities: first and last `p`.

    Raises:
        InputError: a side below 2.
    """
    if size < 2:
        raise InputError(f"grid {size}: 2 or more cells a side would be right")
    columns, rows = np.geomspace(*densities, size), np.geomspace(*importances, size)
    columns[-1], rows[-1] = densities[1], importances[1]  # 1 must not become 1 + 2e-16
    return tuple((float(r), float(p)) for r in rows for p in columns)


def exact_optimum(
    cells: Sequence[tuple[float, float]],
    features: int,
    dimensions: int,
    generator: np.random.Generator,
    starts: int = STARTS,
    steps: int = ADAM_STEPS,
) -> tuple[PhaseCell, ...]:
    """The best of all descents in every cell: from random starts and, if `n = m + 1`, from every candidate.

    Args:
        cells: `(r, p)` each.
        features: `n`.
        dimensions: `m`.
        generator: of the starts.
        starts: random ones, a cell.
        steps: of Adam, before BFGS.

    Raises:
        InputError: no cells, `r`, `p`, `n` or `m` out of range, or no start.
        LimitError: more features than the exact loss takes.
    """
    _check(cells, features, dimensions, starts)
    points, numbers, size = [], [], dimensions * features + features
    for number, (importance, active) in enumerate(cells):
        chosen = _starts(importance, active, features, dimensions, generator, starts)
        points.append(chosen)
        numbers.extend([number] * len(chosen))
    flat = torch.from_numpy(np.concatenate(points).reshape(-1, size))
    owner = torch.tensor(numbers)
    weight = torch.ones(len(cells), features, dtype=torch.float64)
    weight[:, -1] = torch.tensor([importance for importance, _ in cells], dtype=torch.float64)
    density = torch.tensor([p for _, p in cells], dtype=torch.float64)

    def losses(parameters: Tensor, items: Tensor) -> Tensor:
        cell = owner[items]
        matrix = parameters[:, : dimensions * features].reshape(-1, dimensions, features)
        bias = parameters[:, dimensions * features :]
        return exact_losses(matrix, bias, 1 - density[cell], weight[cell]) / density[cell]

    found = bfgs(losses, adam(losses, flat, steps))
    ends = found.points.numpy()
    values, slopes = found.losses.numpy(), found.gradients.numpy()
    return tuple(
        _cell(cell, ends[mine], values[mine], slopes[mine], dimensions)
        for number, cell in enumerate(cells)
        for mine in [np.flatnonzero(owner.numpy() == number)]
    )


def _cell(
    cell: tuple[float, float],
    points: Float[np.ndarray, "s k"],
    values: Float[np.ndarray, " s"],
    slopes: Float[np.ndarray, " s"],
    dimensions: int,
) -> PhaseCell:
    """The reading of all descents of one cell."""
    importance, density = cell
    features = points.shape[1] // (dimensions + 1)
    matrices = points[:, : dimensions * features].reshape(-1, dimensions, features)
    best = int(values.argmin())
    minima: list[LocalMinimum] = []
    for place in np.argsort(values, kind="stable"):
        if slopes[place] > GRADIENT_LIMIT:
            continue
        new = LocalMinimum(classify(matrices[place]).label, float(values[place] * density))
        if not any(one.label == new.label and new.loss <= one.loss * (1 + SAME_LOSS) for one in minima):
            minima.append(new)
    labels: tuple[str, ...] = ()
    gap = None
    if slopes[best] <= GRADIENT_LIMIT:
        labels = tied_labels([one.label for one in minima], [one.loss for one in minima])
        others = [one.loss for one in minima if one.label != minima[0].label]
        gap = min(others) / minima[0].loss - 1 if others else None
    return PhaseCell(
        importance,
        density,
        matrices[best],
        points[best, dimensions * features :],
        float(values[best] * density),
        float(slopes[best]),
        labels,
        gap,
        tuple(minima),
    )


def _starts(
    importance: float,
    density: float,
    features: int,
    dimensions: int,
    generator: np.random.Generator,
    starts: int,
) -> Float[np.ndarray, "s k"]:
    size = dimensions * features
    weights = generator.normal(0, 0.8 / np.sqrt(dimensions), (starts, size))
    bias = generator.uniform(-0.1, 1, (starts, features)) * density / 2
    chosen = [np.concatenate([weights, bias], axis=1)]
    if features == dimensions + 1:
        closed = candidates(features, dimensions, importance, density)
        rows = np.stack([np.r_[one.weights.ravel(), one.bias] for one in closed])
        chosen.append(
            rows
            + NUDGE * generator.normal(size=rows.shape) * np.r_[np.ones(size), np.full(features, density)]
        )
    return np.concatenate(chosen)


def _check(cells: Sequence[tuple[float, float]], features: int, dimensions: int, starts: int) -> None:
    if not cells:
        raise InputError("phase diagram: no cells; at least one would be right")
    if dimensions < 1 or features < 1:
        raise InputError(f"n = {features}, m = {dimensions}: both have to be 1 or more")
    if features > FEATURES_LIMIT:
        raise LimitError(f"n = {features}: exact losses take {FEATURES_LIMIT} features at most")
    if starts < 1:
        raise InputError(f"starts {starts}: 1 or more would be right")
    for importance, density in cells:
        check_pair(importance, density)
