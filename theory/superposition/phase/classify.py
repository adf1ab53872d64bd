"""What a model does with each feature: represents it, ignores it, or puts it opposite to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from theory.errors import InputError
from theory.superposition.phase.candidates import TIE

__all__ = ["ANTIPODAL", "LABELS", "REPRESENTED", "PhaseClass", "classify", "tied_labels"]

REPRESENTED = 0.3  # length of w_i, exceeded
ANTIPODAL = -0.9  # cosine, undercut
LABELS = (
    "ignores last",
    "ignores another",
    "antipodal with last",
    "antipodal without last",
    "all represented",
    "ignores several",
)


@dataclass(frozen=True)
class PhaseClass:
    """The reading of one model.

    Args:
        label: one of `LABELS`.
        represented: features with `||w_i|| > 0.3`.
        antipodal: pairs of these with cosine below -0.9.
    """

    label: str
    represented: tuple[int, ...]
    antipodal: tuple[tuple[int, int], ...]


def classify(weights: Float[np.ndarray, "m n"]) -> PhaseClass:
    """The class of a model by its weights.

    Antipodal pairs come first; `all represented`, without such a pair, is for `n = 3`, `m = 2` the three-way
    class.

    Args:
        weights: `W`, the feature of other importance last.

    Raises:
        InputError: entries that are not finite.
    """
    if not np.isfinite(weights).all():
        raise InputError("W: entries that are not finite have no class")
    features = weights.shape[1]
    lengths = np.linalg.norm(weights, axis=0)
    shown = tuple(np.flatnonzero(lengths > REPRESENTED).tolist())
    pairs = tuple(
        (i, j)
        for i in shown
        for j in shown
        if i < j and weights[:, i] @ weights[:, j] < ANTIPODAL * lengths[i] * lengths[j]
    )
    missing = set(range(features)) - set(shown)
    last = features - 1
    if any(last in pair for pair in pairs):
        label = "antipodal with last"
    elif pairs:
        label = "antipodal without last"
    elif not missing:
        label = "all represented"
    elif len(missing) > 1:
        label = "ignores several"
    else:
        label = "ignores last" if last in missing else "ignores another"
    return PhaseClass(label, shown, pairs)


def tied_labels(labels: Sequence[str], losses: Sequence[float], tolerance: float = TIE) -> tuple[str, ...]:
    """The class of the least loss, and every other class that comes as near as the tolerance.

    More than one class is a tie, and no class.

    Args:
        labels: of minima.
        losses: of the same minima.
        tolerance: of relative loss.

    Raises:
        InputError: no minima, or not as many losses as labels.
    """
    if len(labels) != len(losses) or not labels:
        raise InputError(
            f"ties: {len(labels)} classes with {len(losses)} losses; as many, and not none, is right"
        )
    least = min(losses)
    near = {label for label, loss in zip(labels, losses, strict=True) if loss <= least * (1 + tolerance)}
    return tuple(label for label in LABELS if label in near)
