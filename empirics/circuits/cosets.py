"""Neurons that see cosets: the left summand of a hidden sum constant on `Hg`, the right one on `gH`.

Source: Stander, Yu, Fan, Biderman, *Grokking group multiplication with cosets*, arXiv:2312.06581. Irreps and
cosets are two descriptions of one neuron: functions on the cosets of `H` span the irreps of `Ind_H^G 1`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int

from empirics.circuits.irreps import NetworkGroup
from empirics.circuits.perceptrons import OneHotPerceptron, SharedHiddenPerceptron
from theory.errors import InputError
from theory.groups.subgroups import Subgroups, all_subgroups

__all__ = [
    "TOLERANCE",
    "CosetNeuron",
    "CosetReading",
    "coset_means",
    "coset_numbers",
    "coset_reading",
    "logits_of_sums",
    "proper_subgroups",
]

TOLERANCE = 0.05


@dataclass(frozen=True, eq=False)
class CosetNeuron:
    """A neuron whose two summands are nearly constant on cosets.

    Args:
        neuron: its number.
        left_subgroup, right_subgroup: numbers among the proper subgroups, of one order: the largest for which
            the left summand is nearly constant on some `Hg` and the right one on some `gH`.
        order: of both.
        conjugate: the two are conjugate.
        normal: the left one is normal, so that left and right cosets are the same.
        left_values, right_values: mean of the summand on each coset `Hg`, on each coset `gH`.
        silent: the pair of cosets (left, right) with the least sum; the neuron is silent there if its sum is
            negative.
        silent_sum: this least sum.
        within: within-coset part of the variance, of the left and of the right summand.
        cells: number of values that this description takes: cosets on both sides.
    """

    neuron: int
    left_subgroup: int
    right_subgroup: int
    order: int
    conjugate: bool
    normal: bool
    left_values: tuple[float, ...]
    right_values: tuple[float, ...]
    silent: tuple[int, int]
    silent_sum: float
    within: tuple[float, float]
    cells: int


@dataclass(frozen=True, eq=False)
class CosetReading:
    """All coset neurons of a network.

    Args:
        group: of the network.
        subgroups: the proper nontrivial ones.
        left_ratios: within-coset part of the variance of `X`, on the cosets `Hg` and on `gH`, by subgroup and
            neuron; nan for constant summands.
        right_ratios: the same of `Y`.
        active: neurons that do anything.
        neurons: those below the tolerance.
        left, right: the summands, those of coset neurons replaced by their means on cosets: of the largest
            subgroup below the tolerance on either side, for each summand by itself. Not always the subgroups
            of `neurons`: of the rules tried (own or either side, largest or best fit, equal orders or not) it
            is the only one that gives all losses of shared/specs/circuits.md, 2.9, which does not say; for
            the subgroups of `neurons` see `coset_ablation.described_sums`.
    """

    group: NetworkGroup
    subgroups: Subgroups
    left_ratios: Float[np.ndarray, "2 s m"]
    right_ratios: Float[np.ndarray, "2 s m"]
    active: Bool[np.ndarray, " m"]
    neurons: tuple[CosetNeuron, ...]
    left: Float[np.ndarray, "n m"]
    right: Float[np.ndarray, "n m"]

    @cached_property
    def by_order(self) -> dict[int, int]:
        """Coset neurons by the order of their subgroup, most first."""
        orders, counts = np.unique([found.order for found in self.neurons], return_counts=True)
        pairs = zip(orders.tolist(), counts.tolist(), strict=True)
        return dict(sorted(((int(order), int(count)) for order, count in pairs), key=lambda pair: -pair[1]))


def proper_subgroups(group: NetworkGroup) -> Subgroups:
    """The subgroups other than the trivial one and the group, in the network's numbering.

    Raises:
        LimitError: too large a group, or too many subgroups.
    """
    found = all_subgroups(group.group)
    proper = (found.orders > 1) & (found.orders < group.order)
    members = np.zeros((int(proper.sum()), group.order), dtype=bool)
    members[:, group.elements] = found.members[proper]
    return Subgroups(members, found.conjugacy_class[proper])


def coset_numbers(members: Bool[np.ndarray, " n"], group: NetworkGroup, right: bool) -> Int[np.ndarray, " n"]:
    """The number of the coset `Hg` (or `gH`) that each element lies in, by least elements.

    Args:
        members: of `H`, true at its elements.
        group: that it is a subgroup of.
        right: cosets `Hg`, else `gH`.
    """
    inside = np.flatnonzero(members)
    translates = group.table[inside, :] if right else group.table[:, inside].T  # hg, or gh
    return np.unique(translates.min(0), return_inverse=True)[1]


def coset_means(values: Float[np.ndarray, "n m"], cosets: Int[np.ndarray, " n"]) -> Float[np.ndarray, "c m"]:
    """The mean of every column on each coset, given the coset of every element as by `coset_numbers`."""
    count = int(cosets.max()) + 1
    member = (cosets == np.arange(count)[:, None]).astype(np.float64)
    return member @ values * (count / len(cosets))


def _ratios(
    values: Float[np.ndarray, "n m"], subgroups: Subgroups, group: NetworkGroup
) -> Float[np.ndarray, "2 s m"]:
    centred = values - values.mean(0)
    total = (centred**2).sum(0)
    found = np.full((2, len(subgroups), values.shape[1]), np.nan)
    alive = total > 0
    for side, right in enumerate((True, False)):
        for number, members in enumerate(subgroups.members):
            means = coset_means(centred, coset_numbers(members, group, right))
            between = (means**2).sum(0) * subgroups.orders[number]
            # rounding may leave a little below zero for summands constant on cosets
            found[side, number, alive] = np.maximum(1 - between[alive] / total[alive], 0.0)
    return found


def coset_reading(
    left: Float[np.ndarray, "n m"],
    right: Float[np.ndarray, "n m"],
    group: NetworkGroup,
    active: Bool[np.ndarray, " m"],
    tolerance: float = TOLERANCE,
    subgroups: Subgroups | None = None,
) -> CosetReading | None:
    """The coset neurons of a layer with sums `X[a] + Y[b]`; None for groups of prime order (or 1).

    Args:
        left: `X`.
        right: `Y`.
        group: of the network.
        active: neurons that are looked at; the others are assigned to nothing.
        tolerance: largest within-coset part of the variance.
        subgroups: the proper ones, if they are at hand.

    Raises:
        InputError: the tolerance is outside of (0, 1).
        LimitError: by `proper_subgroups`.
    """
    if not 0 < tolerance < 1:
        raise InputError(f"tolerance {tolerance:g}: a number between 0 and 1 is right")
    subgroups = subgroups or proper_subgroups(group)
    if not len(subgroups):
        return None
    left_ratios, right_ratios = (_ratios(values, subgroups, group) for values in (left, right))
    new_left, new_right, found = left.copy(), right.copy(), []
    for neuron in np.flatnonzero(active):
        on_left, on_right = left_ratios[0, :, neuron], right_ratios[1, :, neuron]
        pair = _largest_pair(on_left, on_right, subgroups, tolerance)
        if pair is None:
            continue
        cosets = (
            coset_numbers(subgroups.members[pair[0]], group, right=True),
            coset_numbers(subgroups.members[pair[1]], group, right=False),
        )
        values = tuple(
            coset_means(summand[:, [neuron]], part)[:, 0]
            for summand, part in zip((left, right), cosets, strict=True)
        )
        within = (float(on_left[pair[0]]), float(on_right[pair[1]]))
        found.append(_described(int(neuron), pair, subgroups, values, within))
        for summand, ratios in ((new_left, left_ratios), (new_right, right_ratios)):
            _replace(summand, int(neuron), ratios[:, :, neuron], subgroups, group, tolerance)
    return CosetReading(
        group, subgroups, left_ratios, right_ratios, active, tuple(found), new_left, new_right
    )


def _largest_pair(
    on_left: Float[np.ndarray, " s"],
    on_right: Float[np.ndarray, " s"],
    subgroups: Subgroups,
    tolerance: float,
) -> tuple[int, int] | None:
    """Subgroups of the largest order below the tolerance on both sides; of several, those that fit best."""
    fits_left, fits_right = on_left < tolerance, on_right < tolerance
    orders = set(subgroups.orders[fits_left].tolist()) & set(subgroups.orders[fits_right].tolist())
    if not orders:
        return None
    is_order = subgroups.orders == max(orders)
    left, right = (
        int(np.where(is_order & fits, ratios, np.inf).argmin())
        for fits, ratios in ((fits_left, on_left), (fits_right, on_right))
    )
    return left, right


def _replace(
    summand: Float[np.ndarray, "n m"],
    neuron: int,
    ratios: Float[np.ndarray, "2 s"],
    subgroups: Subgroups,
    group: NetworkGroup,
    tolerance: float,
) -> None:
    """Put the means on cosets of the largest fitting subgroup, of either side, in a summand's place."""
    fitting = np.argwhere(ratios < tolerance)
    sizes, fits = subgroups.orders[fitting[:, 1]], ratios[fitting[:, 0], fitting[:, 1]]
    side, number = fitting[np.lexsort((fits, -sizes))[0]]
    cosets = coset_numbers(subgroups.members[number], group, right=bool(side == 0))
    summand[:, neuron] = coset_means(summand[:, [neuron]], cosets)[cosets, 0]


def _described(
    neuron: int,
    pair: tuple[int, int],
    subgroups: Subgroups,
    values: tuple[Float[np.ndarray, " c"], ...],
    within: tuple[float, float],
) -> CosetNeuron:
    on_left, on_right = pair
    places = (int(values[0].argmin()), int(values[1].argmin()))
    return CosetNeuron(
        neuron=neuron,
        left_subgroup=on_left,
        right_subgroup=on_right,
        order=int(subgroups.orders[on_left]),
        conjugate=bool(subgroups.conjugacy_class[on_left] == subgroups.conjugacy_class[on_right]),
        normal=bool(subgroups.normal[on_left]),
        left_values=tuple(values[0].tolist()),
        right_values=tuple(values[1].tolist()),
        silent=places,
        silent_sum=float(values[0][places[0]] + values[1][places[1]]),
        within=within,
        cells=len(values[0]) + len(values[1]),
    )


def logits_of_sums(
    network: SharedHiddenPerceptron | OneHotPerceptron,
    left: Float[np.ndarray, "a m"],
    right: Float[np.ndarray, "b m"],
) -> Float[np.ndarray, "a b n"]:
    """Logits with other summands of the hidden sums, for some `a`, `b`: `act(X[a] + Y[b]) W_out + bias`."""
    sums = left[:, None] + right[None]
    is_square = isinstance(network, OneHotPerceptron) and network.activation == "square"
    hidden = sums**2 if is_square else np.maximum(sums, 0.0)
    return hidden @ network.output_map + network.output_bias
