"""Transitions of two features in one dimension by global minimisation: where they are, and their jumps.

With growing density the optimum leaves strong superposition (near the antipodal pair) and ends in dedication.
Between the two there may be weak superposition, `-w_1 w_2` small: then a second, inner transition of first
order parts it from the strong one. All numbers here are of the exact loss, in floating point, from several
starts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.errors import InputError
from theory.superposition.phase.instability import instability_density, landau
from theory.superposition.phase.pair import STARTS, PairMinimum, dedicated_loss, local_minima

__all__ = [
    "Jump",
    "Transition",
    "critical_end_importance",
    "inner_jump",
    "profile",
    "saturation_importance",
    "transition",
]

MERGED = 1e-4  # of -w_1 w_2: nearer minima are one
LOWER = 1e-14  # of L/p: how much below the dedicated solution counts
SUPERPOSED = 1e-6  # -w_1 w_2 from which a minimum counts as superposed
STRONG = 0.5  # -w_1 w_2 of strong superposition at the instability line, exceeded
INNER = 0.05  # -w_1 w_2 by which an inner transition jumps at least
BISECTIONS = 30


@dataclass(frozen=True, eq=False)
class Transition:
    """From superposition to dedication.

    Args:
        importance: `r`.
        density: `p*`: above it the dedicated solution is the optimum; None if it nowhere is.
        instability: `p_inst(r)`: below it the dedicated solution is not even a local minimum.
        below: the optimum just below `p*`; at `p = 1` if `p*` is None.
        order: `first` or `continuous`.
    """

    importance: float
    density: float | None
    instability: float
    below: PairMinimum
    order: str


@dataclass(frozen=True)
class Jump:
    """An inner transition of first order, between weak and strong superposition.

    Args:
        density: `p`.
        strong: `-w_1 w_2` below `p`.
        weak: above `p`.
    """

    density: float
    strong: float
    weak: float


def transition(importance: float) -> Transition:
    """`p*(r)`, by bisection on whether a superposed minimum is below the dedicated one.

    It is `p_inst(r)` if there is no such minimum at `p_inst(r)`; below that the dedicated solution is
    unstable.

    Args:
        importance: `r` in (0, 1].

    Raises:
        InputError: `r` is not in (0, 1].
    """
    unstable = instability_density(importance)
    lowest = _superposed(importance, unstable)
    if lowest is None:
        below = _superposed(importance, unstable * (1 - 1e-4)) or local_minima(importance, unstable)[0]
        return Transition(importance, unstable, unstable, below, "continuous")
    at_one = _superposed(importance, 1.0)
    if at_one is not None:
        return Transition(importance, None, unstable, at_one, "first")
    low, high = unstable, 1.0
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        found = _superposed(importance, middle, (STARTS[0], tuple(np.r_[lowest.weights, lowest.bias])))
        if found is None:
            high = middle
        else:
            low, lowest = middle, found
    return Transition(importance, low, unstable, lowest, "first")


def saturation_importance(low: float = 0.9, high: float = 1.0) -> float:
    """`r` above which superposition wins at every density, even at `p = 1`.

    Args:
        low, high: between which it is sought.

    Raises:
        InputError: dedication does not win at `low` and lose at `high`, both at `p = 1`.
    """
    if _superposed(low, 1.0) is not None or _superposed(high, 1.0) is None:
        raise InputError(f"r in [{low:g}, {high:g}]: at p = 1 superposition has to win at the second only")
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (low, middle) if _superposed(middle, 1.0) is not None else (middle, high)
    return (low + high) / 2


def critical_end_importance(low: float = 0.5, high: float = 0.6) -> float:
    """`r` at which the jump into strong superposition reaches the instability line.

    Below it the dedicated solution loses to strong superposition; above it weak superposition comes first.

    Args:
        low, high: between which it is sought.

    Raises:
        InputError: strong superposition does not win at `low` and lose at `high`.
    """

    def strong_wins(importance: float) -> bool:
        density = instability_density(importance)
        best = local_minima(importance, density, STARTS[:1])[0]
        return best.loss < dedicated_loss(importance, density)

    if not strong_wins(low) or strong_wins(high):
        raise InputError(f"r in [{low:g}, {high:g}]: strong superposition has to win at the first only")
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if strong_wins(middle) else (low, middle)
    return (low + high) / 2


def inner_jump(importance: float, step: float = 0.01) -> Jump | None:
    """The inner transition of an importance, below its transition to dedication; None if there is none.

    Follows the weak and the strong minimum from `p_inst(r)` down to half of it until they are level.

    Args:
        importance: `r` in (0, 1].
        step: of the descent in `p`.

    Raises:
        InputError: `r` is not in (0, 1], or the step is not positive.
    """
    if step <= 0:
        raise InputError(f"step {step:g}: a positive number would be right")
    high = instability_density(importance)
    strong = _strong(importance, high)
    if strong.interference > STRONG and strong.loss < dedicated_loss(importance, high):
        return None
    onset = high - step / 4
    superposed = [one for one in _branches(importance, onset) if one.interference > SUPERPOSED]
    weak = min(superposed, key=lambda one: one.interference)
    lowest, low = high / 2, onset
    while low > lowest:
        found = _level(importance, low, high, weak) if _strong_wins(importance, low, weak) else None
        if found is not None:
            return found
        weak = _followed(importance, low, weak)
        high, low = low, low - step
    return None


def _level(importance: float, low: float, high: float, weak: PairMinimum) -> Jump | None:
    """Where the strong minimum takes over from the weak one; None if the two are not apart."""
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        if _strong_wins(importance, middle, weak):
            low = middle
        else:
            high, weak = middle, _followed(importance, middle, weak)
    jump = Jump(low, _strong(importance, low).interference, weak.interference)
    return jump if jump.strong - jump.weak > INNER else None


def _strong_wins(importance: float, density: float, weak: PairMinimum) -> bool:
    """The strong minimum is below that to which a weak one of a near density leads, or both are one."""
    strong, followed = _strong(importance, density), _followed(importance, density, weak)
    if strong.interference - weak.interference < INNER:
        return False
    return strong.loss < followed.loss or strong.interference - followed.interference < MERGED


def _strong(importance: float, density: float) -> PairMinimum:
    """The minimum of most interference, from antipodal and symmetric starts."""
    return max(local_minima(importance, density, STARTS[:2]), key=lambda one: one.interference)


def _followed(importance: float, density: float, near: PairMinimum) -> PairMinimum:
    """The minimum of least interference near one of a near density; two starts, since BFGS may leap."""
    point = np.r_[near.weights, near.bias]
    starts = tuple(tuple(point * np.array([1, share, 1, 1])) for share in (1.0, 0.8))
    found = [one for one in local_minima(importance, density, starts) if one.interference > SUPERPOSED]
    return min(found, key=lambda one: one.interference, default=near)


def profile(
    importance: float, density: float, interferences: tuple[float, ...]
) -> tuple[tuple[float, float], ...]:
    """`(k, L - r V)` at fixed `k = -w_1 w_2`, least over `w_1`, `b_1` and `b_2`.

    Args:
        importance: `r`.
        density: `p`.
        interferences: `k > 0`.

    Raises:
        InputError: an interference is not positive.
    """
    from theory.superposition.phase.constrained import constrained_loss

    level = dedicated_loss(importance, density)
    return tuple((k, constrained_loss(importance, density, k) - level) for k in interferences)


def _superposed(
    importance: float, density: float, starts: tuple[tuple[float, ...], ...] | None = None
) -> PairMinimum | None:
    """The lowest superposed minimum, if it is below the dedicated solution."""
    level = dedicated_loss(importance, density) - LOWER * density
    minima = _branches(importance, density) if starts is None else local_minima(importance, density, starts)
    for found in minima:
        if found.interference > SUPERPOSED and found.loss < level:
            return found
    return None


def _branches(importance: float, density: float) -> tuple[PairMinimum, ...]:
    """Minima from antipodal starts and from weakly superposed ones along the unstable direction."""
    expansion = landau(density)
    weak = []
    for k in (2 * expansion.jump, 0.02, 0.1, 0.2, 0.35):
        if k > 0:
            own = np.sqrt(1 + k * expansion.gain_slope)
            weak.append((own, -k / own, k * expansion.bias_slope, density * (1 + k) / 2))
    return local_minima(importance, density, (*STARTS[:3], *weak))
