"""Closed forms of the loss for `n = m + 1` features: who is ignored, and who shares a dimension.

The last feature has importance `r`, the others 1. With unit vectors, zero bias of the represented features
and the mean as bias of an ignored one, and `V(p) = p/3 - p^2/4`, `E min(u, v)^2 = 1/6`:

- the last ignored: `r V`; another ignored: `V`;
- the last antipodal to another: `(1 + r) p^2 / 6`; two others antipodal: `p^2 / 3`;
- for `n = 3` the triangle: `(2 + r) / 3` times `(3/8) p^2 S + p^3 / 2`. It is never the least: to be below
both antipodal ones it needs `r > 2` and `r < 2/3`.

Source: for `n = 2` the notebook of wattenberg/superposition; all are tested against the exact loss.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from theory.errors import InputError
from theory.superposition.model import feature_variance
from theory.superposition.phase.pair import check_pair

__all__ = ["TIE", "Candidate", "best_candidates", "boundary", "candidates"]

TIE = 1e-6  # of relative loss: closer are ties


@dataclass(frozen=True, eq=False)
class Candidate:
    """A model whose loss has a closed form.

    Args:
        label: its class, one of `classify.LABELS`.
        weights: `W`.
        bias: `b`.
        loss: `L`.
    """

    label: str
    weights: Float[np.ndarray, "m n"]
    bias: Float[np.ndarray, " n"]
    loss: float


def candidates(features: int, dimensions: int, importance: float, density: float) -> tuple[Candidate, ...]:
    """All candidates at a point of the diagram.

    Args:
        features: `n`.
        dimensions: `m = n - 1`.
        importance: `r`, of the last feature.
        density: `p`.

    Raises:
        InputError: `n` is not `m + 1`, or `r` or `p` is out of range.
    """
    if dimensions < 1 or features - dimensions != 1:
        raise InputError(
            f"n = {features}, m = {dimensions}: closed forms are for n = m + 1; "
            "`exact_optimum` takes every n and m"
        )
    check_pair(importance, density)
    n, r, p = features, importance, density
    last, other, third = n - 1, 0, 1
    found = [
        _ignoring("ignores last", n, last, r * feature_variance(p), p),
        _ignoring("ignores another", n, other, feature_variance(p), p),
        _sharing("antipodal with last", n, (other, last), (1 + r) * p**2 / 6),
    ]
    if n >= 3:
        found.append(_sharing("antipodal without last", n, (other, third), p**2 / 3))
    if n == 3:
        angles = 2 * np.pi * np.arange(3) / 3
        loss = (2 + r) / 3 * (3 / 8 * p**2 * (1 - p) + p**3 / 2)
        found.append(
            Candidate("all represented", np.stack([np.cos(angles), np.sin(angles)]), np.zeros(3), loss)
        )
    return tuple(found)


def best_candidates(
    features: int, dimensions: int, importance: float, density: float
) -> tuple[Candidate, ...]:
    """The candidate of least loss, and those that tie with it (relative difference below 1e-6).

    Raises:
        InputError: as `candidates`.
    """
    ranked = sorted(candidates(features, dimensions, importance, density), key=lambda one: one.loss)
    return tuple(one for one in ranked if one.loss <= ranked[0].loss * (1 + TIE))


def boundary(importance: float, features: int = 2) -> float:
    """The density below which the best candidate is a superposed one.

    Args:
        importance: `r > 0`.
        features: `n`, with `m = n - 1`.

    Raises:
        InputError: `r` is not positive, or `n` is below 2.
    """
    if not 0 < importance < float("inf"):
        raise InputError(f"r = {importance:g}: a positive importance would be right")
    if features < 2:
        raise InputError(f"n = {features}: 2 or more features would be right")
    if importance <= 1:
        return 4 * importance / (2 + 5 * importance)
    return 4 / (5 + 2 * importance) if features == 2 else 4 / 7


def _ignoring(label: str, features: int, ignored: int, loss: float, density: float) -> Candidate:
    weights = np.delete(np.eye(features), ignored, axis=0)
    bias = np.zeros(features)
    bias[ignored] = density / 2
    return Candidate(label, weights, bias, loss)


def _sharing(label: str, features: int, pair: tuple[int, int], loss: float) -> Candidate:
    weights = np.delete(np.eye(features), pair[1], axis=0)
    weights[:, pair[1]] = -weights[:, pair[0]]
    return Candidate(label, weights, np.zeros(features), loss)
