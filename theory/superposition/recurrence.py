"""Losses of single outputs by sparsity layer, in double precision with a bound of the rounding errors.

With `z = c + a.u`, `u` uniform on the cube of the active features `T`, `k = |T|`, let `F_T(c) = E z_+^2 /
2`. From `z φ_1(z) = 2 φ_2(z)` and one integration by parts a coordinate, for any `J` in `T`,

    (k + 2) F_T(c) = (c / a_J) (F_(T-J)(c + a_J) - F_(T-J)(c)) + sum_(j in T) F_(T-j)(c + a_j),
    a_i E u_i z_+  = F_(T-i)(c + a_i) - F_T(c).

The sum over corners in `theory.superposition.rational` is this written out; it divides by the product of all
`a_j`, which loses every digit at `k = 6` and `a = 1e-4`. Here `J` is the largest `|a_j|`, and where the ReLU
has its kink in the range of `z`, `|c| <= k |a_J|`; elsewhere `F_T` is 0 or a quadratic. The one division by
a number that may be small, by `a_i = |w_i|^2`, costs no more than `max_j G_ij^2 / G_ii <= max_j |w_j|^2`. So
there is no threshold on `a`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from jaxtyping import Bool, Float, Int

from theory.superposition.balls import ROUNDING, Ball, choose

__all__ = ["row_layers"]

ROWS_BUDGET = 2**23  # integrals of one level held at once
BLOCK_BUDGET = 2**16  # of these computed at once


def row_layers(slopes: Float[np.ndarray, "rows s"], shifts: Float[np.ndarray, " rows"]) -> Ball:
    """`sum_(|T| = k) E (x_0 - z_+)^2` for `k = 0..s`, `z = c + a.x`: `[rows, s + 1]`. Cost: `3^s` a row.

    Args:
        slopes: `a`, that of the output's own feature first.
        shifts: `c`.
    """
    size = slopes.shape[1]
    # others by ascending |a_j|: the last member of a set of them is its largest
    order = np.argsort(np.abs(slopes[:, 1:]), axis=1, kind="stable")
    slopes = np.concatenate([slopes[:, :1], np.take_along_axis(slopes[:, 1:], order, 1)], 1)
    widest = max(math.comb(size, level) << (size - level) for level in range(size + 1))
    chunk = max(1, ROWS_BUDGET // widest)
    parts = [
        _layers(slopes[start : start + chunk], shifts[start : start + chunk])
        for start in range(0, len(slopes), chunk)
    ]
    return _concatenate(parts, 0)


@dataclass(frozen=True, eq=False)
class _Level:
    """All sets `T` of one size, in lexicographic order, at all corners of the coordinates outside of them.

    Args:
        integral: `F_T(c)`, `[rows, sets, corners]`; the `t`-th coordinate outside is bit `t` of the corner.
        start: `c` there.
        numbers: by bitmask, which set it is.
    """

    integral: Ball
    start: Float[np.ndarray, "rows sets corners"]
    numbers: Int[np.ndarray, " masks"]


def _layers(slopes: Float[np.ndarray, "rows s"], shifts: Float[np.ndarray, " rows"]) -> Ball:
    size = slopes.shape[1]
    start = shifts[:, None]
    for j in range(size):
        start = np.concatenate([start, start + slopes[:, j, None]], 1)
    # of every sum of c and some of the a_j, in any order
    moved = 2 * (size + 1) * ROUNDING * (np.abs(shifts) + np.abs(slopes).sum(1))
    positive = Ball(np.maximum(start, 0), np.broadcast_to(moved[:, None], start.shape))
    leaf = (positive * positive).over(2.0)
    below = _Level(leaf[:, None], start[:, None], np.zeros(2**size, dtype=np.int64))
    layers = [_sum(leaf[:, :1] + leaf[:, :1])]
    for count in range(1, size + 1):
        sets = np.array(list(combinations(range(size), count)))
        step = max(1, BLOCK_BUDGET // (len(slopes) << (size - count)))
        blocks = [
            _integrate(sets[first : first + step], slopes, moved, below)
            for first in range(0, len(sets), step)
        ]
        numbers = np.zeros(2**size, dtype=np.int64)
        numbers[(1 << sets).sum(1)] = np.arange(len(sets))
        integrals, starts, losses = zip(*blocks, strict=True)
        below = _Level(_concatenate(integrals, 1), np.concatenate(starts, 1), numbers)
        layers.append(_sum(_concatenate(losses, 1)))
    return Ball(*(np.stack([getattr(layer, name) for layer in layers], 1) for name in ("middle", "radius")))


def _integrate(
    sets: Int[np.ndarray, "sets k"],
    slopes: Float[np.ndarray, "rows s"],
    moved: Float[np.ndarray, " rows"],
    below: _Level,
) -> tuple[Ball, Float[np.ndarray, "rows sets corners"], Ball]:
    """`F_T` and `c` of some sets, and `E (x_0 - z_+)^2` with all coordinates outside at 0."""
    count, size = sets.shape[1], slopes.shape[1]
    start = _at(below.start, _child(sets, count - 1, 0, size, below))
    off = np.broadcast_to(moved[:, None, None], start.shape)
    a = slopes[:, sets]
    lowest = start + np.minimum(a, 0).sum(2)[..., None]
    highest = start + np.maximum(a, 0).sum(2)[..., None]
    linear, kinked = lowest >= 0, (lowest < 0) & (highest > 0)
    mean = Ball(start + (a.sum(2) / 2)[..., None], off)
    variance = np.broadcast_to((a**2).sum(2)[..., None] / 12, start.shape)
    quadratic = (mean * mean + Ball(variance, (count + 2) * ROUNDING * variance)).over(2.0)
    # a kink that rounding hides changes E z_+^2 / 2 by less than off^2
    integral = choose(linear, quadratic, Ball.exact(np.zeros_like(start))).widened(off**2)
    if kinked.any():
        integral = choose(kinked, _recurrence(sets, slopes, start, kinked, below, moved), integral)
    square = integral[..., 0] + integral[..., 0]
    itself = Ball.exact(np.broadcast_to(slopes[:, :1], square.middle.shape))
    straight = mean[..., 0].over(2.0) + itself.over(12.0)
    product = choose(linear[..., 0], straight, Ball.exact(np.zeros_like(square.middle))).widened(off[..., 0])
    bent = kinked[..., 0] & (slopes[:, :1] != 0)
    end = _ball_at(below.integral, _child(sets, 0, 1, size, below)[:, :1])[..., 0]
    product = choose(bent, (end - integral[..., 0]).over(np.where(bent, slopes[:, :1], 1.0)), product)
    third = Ball(np.full_like(square.middle, 1 / 3), np.full_like(square.middle, ROUNDING))
    own = np.broadcast_to(sets[:, 0] == 0, square.middle.shape)
    return integral, start, choose(own, third + square - (product + product), square)


def _recurrence(
    sets: Int[np.ndarray, "sets k"],
    slopes: Float[np.ndarray, "rows s"],
    start: Float[np.ndarray, "rows sets corners"],
    kinked: Bool[np.ndarray, "rows sets corners"],
    below: _Level,
    moved: Float[np.ndarray, " rows"],
) -> Ball:
    """`F_T` from the sets with one feature less."""
    count, size = sets.shape[1], slopes.shape[1]

    def end(member: int, corner: int) -> Ball:
        return _ball_at(below.integral, _child(sets, member, corner, size, below))

    steep, total = slopes[:, sets[:, -1]], end(count - 1, 1)
    rise = total - end(count - 1, 0)
    for member in range(count - 1):
        total = total + end(member, 1)
    own = (sets[:, 0] == 0) & (np.abs(slopes[:, :1]) > np.abs(steep))
    if own.any():
        steep = np.where(own, slopes[:, :1], steep)
        rise = choose(np.broadcast_to(own[..., None], rise.middle.shape), end(0, 1) - end(0, 0), rise)
    divisor = np.where(kinked, steep[..., None], 1.0)
    ratio = Ball(start, np.broadcast_to(moved[:, None, None], start.shape)).over(divisor)
    return (ratio * rise + total).over(count + 2.0)


def _child(
    sets: Int[np.ndarray, "sets k"], member: int, corner: int, size: int, below: _Level
) -> Int[np.ndarray, "sets corners"]:
    """Where the sets without one of their members are in the level below, that coordinate being at 0 or 1."""
    outside = size - sets.shape[1]
    dropped = sets[:, member]
    child = below.numbers[(1 << sets).sum(1) ^ (1 << dropped)]
    # its bit goes in behind those of the smaller coordinates outside
    place = (dropped - member)[:, None]
    corners = np.arange(2**outside)
    rest = (corners >> place << (place + 1)) | (corners & ((1 << place) - 1))
    return (child[:, None] << (outside + 1)) + rest + (corner << place)


def _at(values: np.ndarray, index: Int[np.ndarray, "sets corners"]) -> np.ndarray:
    return np.take(values.reshape(len(values), -1), index, axis=1)


def _ball_at(values: Ball, index: Int[np.ndarray, "sets corners"]) -> Ball:
    return Ball(_at(values.middle, index), _at(values.radius, index))


def _concatenate(parts: Sequence[Ball], axis: int) -> Ball:
    middles, radii = [part.middle for part in parts], [part.radius for part in parts]
    return Ball(np.concatenate(middles, axis), np.concatenate(radii, axis))


def _sum(terms: Ball) -> Ball:
    """Along the second axis, correctly rounded, so that thousands of patterns add no error of their own."""
    sums = np.array([math.fsum(row) for row in terms.middle])
    return Ball(sums, terms.radius.sum(1) + ROUNDING * np.abs(sums))
