"""Three equal features in two dimensions: when all three share the plane, and when two share a line.

With importance 1 for all, the minima that compete are the triangle and a digon beside a point (one feature
dedicated, the other two antipodal). This answers why nobody "considers all three in superposition".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from scipy.optimize import brentq
from torch import Tensor

from empirics.superposition.exact_loss import exact_losses
from empirics.superposition.phase_descent import bfgs
from theory.errors import InputError
from theory.superposition.model import feature_variance
from theory.superposition.phase.classify import classify
from theory.superposition.phase.pair import STARTS, PairMinimum, check_pair, local_minima

__all__ = ["ThreeFeatures", "three_features", "triangle_crossover"]

PRECISION = 2e-6  # of the crossing
SAME = 1e-7  # of relative loss
SUPERPOSED = 0.05  # -w_1 w_2, exceeded


@dataclass(frozen=True)
class ThreeFeatures:
    """Losses divided by `p`, at importances 1.

    Args:
        density: `p`.
        triangle: of the best minimum with all represented and no antipodal pair; None if none was found.
        digon: of the best antipodal pair beside a dedicated feature; by additivity that of the pair alone.
        digon_is_minimum: descent from there, slightly disturbed, comes back; else it is a saddle.
        ignore: of one feature ignored, `V(p)/p`.
    """

    density: float
    triangle: float | None
    digon: float
    digon_is_minimum: bool
    ignore: float


def three_features(densities: Sequence[float]) -> tuple[ThreeFeatures, ...]:
    """Both minima at some densities, by BFGS from a triangle and from a digon beside a point.

    Args:
        densities: `p` each.

    Raises:
        InputError: no densities, or one that is not in (0, 1].
    """
    if not densities:
        raise InputError("three features: no densities; at least one would be right")
    for density in densities:
        check_pair(1.0, density)
    pairs = [_pair(density) for density in densities]
    starts = np.stack([start for pair in pairs for start in _starts(pair)])
    each = len(starts) // len(densities)
    given = torch.tensor(densities, dtype=torch.float64).repeat_interleave(each)

    def losses(parameters: Tensor, items: Tensor) -> Tensor:
        matrix, bias = parameters[:, :6].reshape(-1, 2, 3), parameters[:, 6:]
        return exact_losses(matrix, bias, 1 - given[items]) / given[items]

    found = bfgs(losses, torch.from_numpy(starts))
    values = found.losses.reshape(-1, each).numpy()
    ends = found.points[:, :6].reshape(-1, each, 2, 3).numpy()
    result = []
    for density, pair, ended, value in zip(densities, pairs, ends, values, strict=True):
        triangles = [
            float(loss)
            for matrix, loss in zip(ended, value, strict=True)
            if classify(matrix).label == "all represented"
        ]
        digon = pair.loss / density
        stays = abs(value[-1] - digon) < SAME * digon
        best = min(triangles, default=None)
        result.append(ThreeFeatures(density, best, digon, bool(stays), feature_variance(density) / density))
    return tuple(result)


def triangle_crossover(low: float = 0.45, high: float = 0.6) -> float:
    """The density from which the triangle is better than a digon beside a point.

    Args:
        low, high: between which it is sought, by Brent's method, to 2e-6.

    Raises:
        InputError: the triangle does not lose at `low` and win at `high`.
    """
    first, last = (_lead(one) for one in three_features((low, high)))
    if first <= 0 or last > 0:
        raise InputError(
            f"p in [{low:g}, {high:g}]: the triangle has to lose at the first, win at the second"
        )
    known = {low: first, high: last}
    return float(
        brentq(
            lambda p: known[p] if p in known else _lead(three_features((p,))[0]), low, high, xtol=PRECISION
        )
    )


def _lead(found: ThreeFeatures) -> float:
    """Of the digon over the triangle, in losses divided by `p`; 1, more than any loss, without a triangle."""
    return 1.0 if found.triangle is None else found.triangle - found.digon


def _pair(density: float) -> PairMinimum:
    """The best antipodal pair in one dimension."""
    return next(one for one in local_minima(1.0, density, STARTS[:3]) if one.interference > SUPERPOSED)


def _starts(pair: PairMinimum) -> list[Float[np.ndarray, " 9"]]:
    """Triangles of three sizes, and last the pair beside a point; slightly off, to leave saddles."""
    angles = 2 * np.pi * np.arange(3) / 3
    triangle = np.stack([np.cos(angles), np.sin(angles)])
    nudge = 0.01 * np.array([[1.0, -0.5, 0.2], [-0.3, 0.8, 0.4]])
    level = float(pair.bias.mean())
    starts = [np.r_[(size * triangle + nudge).ravel(), np.full(3, level)] for size in (0.7, 0.85, 1.0)]
    digon = np.array([[*pair.weights, 0.0], [0.0, 0.0, 1.0]])
    return [*starts, np.r_[(digon + 0.1 * nudge).ravel(), pair.bias, 0.0]]
