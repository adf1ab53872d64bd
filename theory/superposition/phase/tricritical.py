"""Where the transition from dedication to superposition changes its order, in rational interval arithmetic.

On the instability line the loss is `r V + B(p) k^3 + O(k^4)` (see `instability`). If `B < 0` it is already
below `r V` at the point of instability, so that the optimum has jumped before: a transition of first order.
If `B > 0` the new minimum starts at `k = 0`. `B` changes its sign exactly twice on (0, 1]; both places are
enclosed here by rational arithmetic with outward rounding, and the sign of `B` on all of the rest is proved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from theory.errors import InputError

__all__ = ["Interval", "SignChange", "cubic_sign", "expansion_interval", "sign_changes"]

BITS = 96  # of all enclosures
WIDTH, WIDEST = Fraction(1, 2**20), Fraction(1, 64)
HALF, THIRD = Fraction(1, 2), Fraction(1, 3)


@dataclass(frozen=True)
class Interval:
    """All real numbers from `low` to `high`; every operation encloses all results.

    Args:
        low, high: rational ends.
    """

    low: Fraction
    high: Fraction

    def __post_init__(self) -> None:
        scale = 2**BITS
        object.__setattr__(self, "low", Fraction((self.low * scale).__floor__(), scale))
        object.__setattr__(self, "high", Fraction((self.high * scale).__ceil__(), scale))

    def __add__(self, other: Interval | Fraction | int) -> Interval:
        right = _interval(other)
        return Interval(self.low + right.low, self.high + right.high)

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __sub__(self, other: Interval | Fraction | int) -> Interval:
        return self + -_interval(other)

    def __rsub__(self, other: Fraction | int) -> Interval:
        return _interval(other) - self

    def __mul__(self, other: Interval | Fraction | int) -> Interval:
        right = _interval(other)
        ends = [a * b for a in (self.low, self.high) for b in (right.low, right.high)]
        return Interval(min(ends), max(ends))

    def __truediv__(self, other: Interval) -> Interval:
        if other.low <= 0:
            raise InputError("interval: only divisors above 0 are known here")
        return self * Interval(1 / other.high, 1 / other.low)

    def __rtruediv__(self, other: Fraction | int) -> Interval:
        return _interval(other) / self

    def square(self) -> Interval:
        """`x^2`, never negative."""
        ends = sorted((self.low**2, self.high**2))
        return Interval(Fraction(0) if self.low <= 0 <= self.high else ends[0], ends[1])

    def root(self) -> Interval:
        """`sqrt(x)`, of nonnegative numbers."""
        scale = 4**BITS
        below, above = isqrt((self.low * scale).__floor__()), isqrt((self.high * scale).__ceil__())
        return Interval(Fraction(below, 2**BITS), Fraction(above + 1, 2**BITS))

    @property
    def middle(self) -> float:
        """Of both ends, rounded."""
        return float((self.low + self.high) / 2)

    @property
    def sign(self) -> int:
        """1 or -1 if all numbers have it, else 0."""
        return (self.low > 0) - (self.high < 0)


@dataclass(frozen=True)
class SignChange:
    """Densities and importances between which the order of the transition changes.

    Args:
        density: encloses `p`; the signs of the cubic coefficient at both ends are proved.
        importance: encloses `r_inst` on all of it.
        rising: from first order to continuous, with growing `r`.
        quartic: encloses the quartic coefficient there.
    """

    density: Interval
    importance: Interval
    rising: bool
    quartic: Interval


def expansion_interval(density: Interval) -> tuple[Interval, Interval, Interval]:
    """Enclosures of `r_inst`, `B / p^2` and the quartic coefficient over `p^2` on an interval of densities.

    The same formulas as in `instability.landau`, with `β = p^2 g` and `Q = p^2 q`, so that `p = 0` is
    allowed.

    Args:
        density: `p` in [0, 1].
    """
    p, silent = density, 1 - density
    linear = p * HALF + silent.square() * 2
    g = HALF / (linear + (linear.square() + silent * p * p.square()).root())
    beta, delta = p.square() * g, p * (HALF - p * g) * Fraction(3, 2)
    variance = THIRD - p * Fraction(1, 4)  # V / p
    q = variance + p * (p * g - HALF).square() * Fraction(1, 4)
    q = q + silent * p.square() * g.square() * (silent + p * p.square() * g * THIRD)
    spared = (1 - beta).square() * (1 - beta)
    cubic = q * delta * 2 - spared * (1 - beta) * Fraction(1, 6)
    by_bias, by_gain = spared * Fraction(2, 3), q * 2
    curvature = p + silent.square() + p * silent * beta  # half of H_ββ
    followed = by_bias.square() * p * Fraction(2, 3) - by_bias * by_gain * p * 2
    followed = (followed + by_gain.square() * curvature * 2) * p / (curvature * Fraction(4, 3) - p)
    quartic = q * (1 - delta.square() * 2) + spared * (1 - beta) * delta * Fraction(1, 4) - followed * HALF
    return p * q / variance, cubic, quartic


def cubic_sign(density: Interval) -> int:
    """The sign of the cubic coefficient on all of an interval of densities; 0 if that is not decided."""
    return expansion_interval(density)[1].sign


def sign_changes(width: Fraction = WIDTH) -> tuple[SignChange, ...]:
    """All places in (0, 1] where the cubic coefficient changes its sign, ascending.

    Bisects [0, 1] until the sign is proved on every piece but those narrower than `width`; a run of such
    pieces is one place.

    Args:
        width: of pieces, in the density.

    Raises:
        InputError: the width is not in (0, 1/4].
    """
    if not 0 < width <= Fraction(1, 4):
        raise InputError(f"width {float(width):g}: a number in (0, 1/4] would be right")
    found: list[SignChange] = []
    start, before = None, 0
    for low, _, sign in _pieces(Fraction(0), Fraction(1), width):
        if sign == 0:
            start = low if start is None else start
        elif start is not None:
            if sign != before:
                found.append(_change(Interval(start, low), rising=sign > 0))
            start = None
        before = sign or before
    assert start is None  # at p = 1 the sign is decided
    return tuple(found)


def _pieces(low: Fraction, high: Fraction, width: Fraction) -> Iterator[tuple[Fraction, Fraction, int]]:
    """Ascending pieces of an interval with the proved sign on each."""
    # wide intervals are split unseen: on them the divisors are not proved positive
    sign = cubic_sign(Interval(low, high)) if high - low <= WIDEST else 0
    if sign or high - low <= min(width, WIDEST):
        yield low, high, sign
        return
    middle = (low + high) / 2
    yield from _pieces(low, middle, width)
    yield from _pieces(middle, high, width)


def _change(density: Interval, rising: bool) -> SignChange:
    importance, _, quartic = expansion_interval(density)
    return SignChange(density, importance, rising, quartic * density.square())


def _interval(value: Interval | Fraction | int) -> Interval:
    return value if isinstance(value, Interval) else Interval(Fraction(value), Fraction(value))
