"""The exact loss in rational numbers: the closed form of every sparsity layer, term by term.

With `z = b + a.u`, `u` uniform on the cube of the active features `T`, `k = |T|`, all `a_j != 0`, and
`φ_q(z) = z_+^q / q!`: each integration raises the order of `φ` by one and divides by `a_j`, so that

    E z_+^2 = 2 / prod a  sum_ε (-1)^(k-|ε|) φ_(k+2)(b + a.ε),
    a_i E u_i z_+ = 1 / prod_(j != i) a_j  sum_(ε on T-i) (-1)^(k-1-|ε|) φ_(k+1)(b + a_i + a.ε)
                    - E z_+^2 / 2.

Floats are rational numbers, so that this is an oracle for every other method.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb, factorial, lcm, prod

import numpy as np

from theory.superposition.model import check_sparsity
from theory.superposition.supports import check_support, read_inputs

__all__ = ["RATIONAL_LIMIT", "RationalLoss", "rational_gram", "rational_loss"]

RATIONAL_LIMIT = 10  # inputs an output reads

Rational = Fraction | int | float


@dataclass(frozen=True)
class RationalLoss:
    """An exact loss.

    Args:
        total: `L = sum_k p^k S^(n-k) L_k`.
        per_output: `I_i E (x_i - x'_i)^2`; they add up to the total.
        layers: `L_0`, `L_1`, ...: `L_k` sums over all sets of `k` active features.
    """

    total: Fraction
    per_output: tuple[Fraction, ...]
    layers: tuple[Fraction, ...]


def rational_gram(weights: Sequence[Sequence[Rational]]) -> list[list[Fraction]]:
    """`G = W^T W` without rounding.

    Args:
        weights: rows of `W`.
    """
    columns = [[Fraction(entry) for entry in column] for column in zip(*weights, strict=True)]
    return [[sum(map(_product, one, other), Fraction(0)) for other in columns] for one in columns]


def rational_loss(
    gram: Sequence[Sequence[Rational]],
    bias: Sequence[Rational],
    sparsity: Rational,
    importance: Sequence[Rational] | None = None,
    highest: int | None = None,
) -> RationalLoss:
    """The loss and its layers, exactly. Cost: `3^s` terms for an output that reads `s` features.

    Args:
        gram: `G`, floats being taken at their value; need not come from rational weights.
        bias: `b`.
        sparsity: `S`.
        importance: `I`; ones by default.
        highest: the last layer to return; `n` by default.

    Raises:
        InputError: sparsity outside of [0, 1].
        SupportTooLarge: an output reads more than `RATIONAL_LIMIT` features.
    """
    check_sparsity(float(sparsity))
    n, off = len(bias), Fraction(sparsity)
    last = n if highest is None else min(highest, n)
    weights = [Fraction(1)] * n if importance is None else [Fraction(one) for one in importance]
    nonzero = np.array([[entry != 0 for entry in row] for row in gram], dtype=bool)
    inputs = [read_inputs(nonzero, row).tolist() for row in range(n)]
    for row, read in enumerate(inputs):
        check_support(len(read), RATIONAL_LIMIT, row, "rational")
    layers, outputs = [Fraction(0)] * (last + 1), []
    for row, read in enumerate(inputs):
        found = _row_layers([Fraction(gram[row][j]) for j in read], Fraction(bias[row]))
        size = len(read)
        mean = sum((((1 - off) ** k) * off ** (size - k) * one for k, one in enumerate(found)), Fraction(0))
        outputs.append(weights[row] * mean)
        for k in range(last + 1):
            for active, one in enumerate(found[: k + 1]):
                layers[k] += weights[row] * comb(n - size, k - active) * one
    return RationalLoss(sum(outputs, Fraction(0)), tuple(outputs), tuple(layers))


def _row_layers(slopes: list[Fraction], shift: Fraction) -> list[Fraction]:
    """`sum_(|T| = k) E (x_0 - z_+)^2` for `k = 0..s`; feature 0 is the output's own."""
    # all corners are integers over one denominator, and integers add faster than fractions
    unit = lcm(shift.denominator, *(slope.denominator for slope in slopes))
    whole = [int(slope * unit) for slope in slopes]
    corners = [int(shift * unit)]
    for slope in whole:
        corners += [corner + slope for corner in corners]
    layers = [Fraction(0)] * (len(slopes) + 1)
    for members in range(2 ** len(slopes)):
        layers[members.bit_count()] += _pattern(members, whole, corners, unit)
    return layers


def _pattern(members: int, slopes: list[int], corners: list[int], unit: int) -> Fraction:
    """`E (x_0 - z_+)^2` when exactly these features are active, uniform on [0, 1]."""
    steep = sum(1 << j for j, slope in enumerate(slopes) if slope and members >> j & 1)
    order = steep.bit_count()
    square = 2 * _integral(steep, slopes, corners, 0, order + 2) / unit**2
    if not members & 1:
        return square
    if not slopes[0]:
        product = _integral(steep, slopes, corners, 0, order + 1) / unit / 2
    else:
        end = _integral(steep ^ 1, slopes, corners, 1, order + 1)
        product = (end / unit**2 - square / 2) / Fraction(slopes[0], unit)
    return Fraction(1, 3) - 2 * product + square


def _integral(members: int, slopes: list[int], corners: list[int], start: int, order: int) -> Fraction:
    """`1 / prod a  sum_ε (-1)^(k-|ε|) φ_order(z_start + a.ε)`, in units."""
    total = sum(
        (-1) ** (members ^ corner).bit_count() * max(corners[start | corner], 0) ** order
        for corner in _subsets(members)
    )
    steepness = prod(slope for j, slope in enumerate(slopes) if members >> j & 1)
    return Fraction(total, steepness * factorial(order))


def _subsets(members: int) -> Iterator[int]:
    subset = members
    while subset:
        yield subset
        subset = (subset - 1) & members
    yield 0


def _product(left: Fraction, right: Fraction) -> Fraction:
    return left * right
