"""Coset neurons against their irreps: means on the cosets that a neuron was given, and how many numbers the
description by cosets and the one by irreps take.

The two views describe one neuron (shared/specs/circuits.md, 2.9): functions on the cosets of `H` make up
`Ind_H^G 1`, whose part in the component of `r` has dimension `(d_r/|H|) sum_(h in H) chi_r(h)` (Serre,
*Linear Representations of Finite Groups*, 7.2, Theorem 13).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int

from empirics.circuits.cosets import TOLERANCE, CosetReading, coset_means, coset_numbers
from empirics.circuits.irreps import NetworkGroup
from empirics.circuits.power import column_power
from theory.errors import InputError

__all__ = ["NeuronDescription", "described_sums", "descriptions", "induced_dimensions"]


@dataclass(frozen=True, eq=False)
class NeuronDescription:
    """What it takes to write the summands of a coset neuron down, by cosets and by irreps.

    Counted are real numbers, with the constant of `X[a] + Y[b]` once; which subgroup or which irreps is not
    counted, nor is a factorisation within a component (an irrep is an arbitrary function of its component).

    Args:
        neuron: its number.
        cosets: `|G:H_x| + |G:H_y| - 1`.
        irreps: `1 + sum_r D_r` over `left_irreps`, and over `right_irreps`.
        left_irreps, right_irreps: the strongest irreps of the centred summand, as many as leave less than the
            tolerance of its power out: what the cosets are held to.
        ties: other subgroups of this order for which the left summand on `Hg`, and the right one on `gH`,
            is below the tolerance, too.
    """

    neuron: int
    cosets: int
    irreps: int
    left_irreps: tuple[int, ...]
    right_irreps: tuple[int, ...]
    ties: tuple[int, int]

    @property
    def fewer(self) -> Literal["cosets", "irreps", "equal"]:
        """The description that takes fewer numbers."""
        if self.cosets == self.irreps:
            return "equal"
        return "cosets" if self.cosets < self.irreps else "irreps"


def induced_dimensions(members: Bool[np.ndarray, " n"], group: NetworkGroup) -> Int[np.ndarray, " r"]:
    """The dimension, by real irrep, of the functions in its component that are constant on the cosets of `H`.

    They add up to `|G:H|`, and are the same for `Hg` and `gH`: `(d_r/|H|) sum_(h in H) chi_r(h)`.

    Args:
        members: of `H`, true at its elements.
        group: that it is a subgroup of.
    """
    sums = group.irreps.characters[:, members].sum(1)
    return np.rint(np.array(group.irreps.degrees) * sums / members.sum()).astype(np.int64)


def described_sums(
    reading: CosetReading,
    left: Float[np.ndarray, "n m"],
    right: Float[np.ndarray, "n m"],
    swapped: bool = False,
) -> tuple[Float[np.ndarray, "n m"], Float[np.ndarray, "n m"]]:
    """`X` and `Y` with every coset neuron's summands replaced by their means on the cosets it was given.

    Unlike `reading.left` and `reading.right`, these are the cosets `Hg` and `gH` of the neuron's own two
    subgroups, so that a rerun (`logits_of_sums`) tests that description and no other.

    Args:
        reading: of the same summands.
        left: `X`.
        right: `Y`.
        swapped: the control: means on `gH` in `X` and on `Hg` in `Y`, as many numbers on the wrong side. It
            changes nothing for normal subgroups.

    Raises:
        InputError: the summands have another shape than those of the reading.
    """
    _check_shapes(reading, left, right)
    new_left, new_right = left.copy(), right.copy()
    for found in reading.neurons:
        parts = ((new_left, found.left_subgroup, True), (new_right, found.right_subgroup, False))
        for summand, number, on_right_cosets in parts:
            members = reading.subgroups.members[number]
            cosets = coset_numbers(members, reading.group, right=on_right_cosets != swapped)
            summand[:, found.neuron] = coset_means(summand[:, [found.neuron]], cosets)[cosets, 0]
    return new_left, new_right


def descriptions(
    reading: CosetReading,
    left: Float[np.ndarray, "n m"],
    right: Float[np.ndarray, "n m"],
    tolerance: float = TOLERANCE,
) -> tuple[NeuronDescription, ...]:
    """The sizes of both descriptions, of every coset neuron.

    Args:
        reading: of the same summands, with the same tolerance.
        left: `X`.
        right: `Y`.
        tolerance: part of a summand's variance that either description may leave out.

    Raises:
        InputError: the summands have another shape than those of the reading, or the tolerance is outside of
            (0, 1).
    """
    _check_shapes(reading, left, right)
    if not 0 < tolerance < 1:
        raise InputError(f"tolerance {tolerance:g}: a number between 0 and 1 is right")
    dimensions = np.array(reading.group.irreps.dimensions)
    powers = [column_power(values - values.mean(0), reading.group) for values in (left, right)]
    orders, made = reading.subgroups.orders, []
    for found in reading.neurons:
        on_left, on_right = (_strongest(power[:, found.neuron], tolerance) for power in powers)
        ratios = reading.left_ratios[0, :, found.neuron], reading.right_ratios[1, :, found.neuron]
        same_order = orders == found.order
        made.append(
            NeuronDescription(
                neuron=found.neuron,
                cosets=found.cells - 1,
                irreps=1 + int(dimensions[list(on_left)].sum() + dimensions[list(on_right)].sum()),
                left_irreps=on_left,
                right_irreps=on_right,
                ties=tuple(int((same_order & (ratio < tolerance)).sum()) - 1 for ratio in ratios),  # type: ignore[arg-type]
            )
        )
    return tuple(made)


def _strongest(power: Float[np.ndarray, " r"], tolerance: float) -> tuple[int, ...]:
    """The fewest irreps, strongest first, that leave less than the tolerance of a summand's power out."""
    order = np.argsort(-power, kind="stable")
    left_out = 1 - np.cumsum(power[order]) / power.sum()
    return tuple(order[: int((left_out < tolerance).argmax()) + 1].tolist())


def _check_shapes(
    reading: CosetReading, left: Float[np.ndarray, "n m"], right: Float[np.ndarray, "n m"]
) -> None:
    if left.shape != reading.left.shape or right.shape != reading.right.shape:
        raise InputError(
            f"summands of shapes {left.shape} and {right.shape}: {reading.left.shape}, as of those that were "
            "read, would be right"
        )
