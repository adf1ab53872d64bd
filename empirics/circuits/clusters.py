"""Which irrep a hidden neuron belongs to: `fraction_r = ||A_r H A_r||^2 / ||H||^2`, `A_r = P_0 + P_r`.

`H[a, b]` is a neuron's activation minus its mean over all pairs. `A_r H A_r` keeps what is constant, linear
and quadratic in the irrep: for `Z_p` the nine terms of Nanda et al. (arXiv:2301.05217). In an orthonormal
basis `V` whose vectors each lie in one isotypic component, all fractions are sums over blocks of
`(V^T H V)^2`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from empirics.circuits.irreps import NetworkGroup
from empirics.circuits.networks import TrainedNetwork
from theory.errors import InputError

__all__ = [
    "THRESHOLD",
    "IsotypicBasis",
    "NeuronClusters",
    "PowerSplit",
    "isotypic_basis",
    "neuron_clusters",
]

THRESHOLD = 0.85
INACTIVE = 1e-12  # of the largest centred power
CONSTANT = 1e-24  # of a neuron's own power: what rounding leaves of a constant once its mean is taken away
NEAR = 0.01
NUMBERS = 2**25  # in the activations that are transformed at once


@dataclass(frozen=True, eq=False)
class IsotypicBasis:
    """An orthonormal basis of the functions on the group, each vector in one isotypic component.

    Args:
        vectors: columns, component after component.
        component: the real irrep of each column.
    """

    vectors: Float[np.ndarray, "n n"]
    component: Int[np.ndarray, " n"]

    def of(self, irrep: int) -> Float[np.ndarray, "n d"]:
        """The columns that span one component."""
        return self.vectors[:, self.component == irrep]

    @cached_property
    def starts(self) -> Int[np.ndarray, " r"]:
        """The first column of each component."""
        return np.flatnonzero(np.diff(self.component, prepend=-1))


def isotypic_basis(group: NetworkGroup) -> IsotypicBasis:
    """The eigenvectors of `sum_r r P_r`, whose eigenvalue `r` belongs to the isotypic component of `r`."""
    scales = np.arange(len(group.irreps)) * group.irreps.degrees / group.order
    _, vectors = np.linalg.eigh((scales @ group.irreps.characters)[group.quotients])
    return IsotypicBasis(vectors, np.repeat(np.arange(len(group.irreps)), group.irreps.dimensions))


@dataclass(frozen=True, eq=False)
class PowerSplit:
    """Parts of a neuron's centred power, by neuron; they sum to one for active neurons, are 0 for others.

    Args:
        left: of functions of `a` alone.
        right: of functions of `b` alone.
        diagonal: interaction within the neuron's own irrep, `||P_r H P_r||^2`.
        rest: interaction of anything else.
    """

    left: Float[np.ndarray, " m"]
    right: Float[np.ndarray, " m"]
    diagonal: Float[np.ndarray, " m"]
    rest: Float[np.ndarray, " m"]


@dataclass(frozen=True, eq=False)
class NeuronClusters:
    """Neurons by irrep.

    Args:
        group: of the network.
        threshold: of the fraction.
        fractions: `fraction_r` of every nontrivial irrep, column 0 is zero; zeros for inactive neurons.
        irrep: the irrep with the largest fraction, 0 for inactive neurons.
        inactive: constant activation (centred power below 1e-12 of the largest).
        always_on: smallest activation above zero.
        split: of the centred power.
        mean: activation, over all pairs.
        power: `||H||^2`, centred.
    """

    group: NetworkGroup
    threshold: float
    fractions: Float[np.ndarray, "m r"]
    irrep: Int[np.ndarray, " m"]
    inactive: Bool[np.ndarray, " m"]
    always_on: Bool[np.ndarray, " m"]
    split: PowerSplit
    mean: Float[np.ndarray, " m"]
    power: Float[np.ndarray, " m"]

    @cached_property
    def fraction(self) -> Float[np.ndarray, " m"]:
        """The largest fraction of every neuron."""
        return self.fractions.max(1)

    @cached_property
    def label(self) -> Int[np.ndarray, " m"]:
        """The irrep of neurons at or above the threshold, else -1.

        On two elements every function is in `P_0 + P_1`, so that a fraction of 1 says nothing: no labels.
        """
        above = ~self.inactive & (self.fraction >= self.threshold) & (self.group.order > 2)
        return np.where(above, self.irrep, -1)

    @cached_property
    def near(self) -> Bool[np.ndarray, " m"]:
        """Neurons within 0.01 of the threshold: another build of the libraries may label them otherwise."""
        return ~self.inactive & (np.abs(self.fraction - self.threshold) < NEAR)

    def counts(self) -> dict[int, int]:
        """Neurons by irrep, most first."""
        found = {r: int((self.label == r).sum()) for r in range(1, len(self.group.irreps))}
        return dict(sorted(((r, m) for r, m in found.items() if m), key=lambda item: -item[1]))

    @property
    def unclustered(self) -> int:
        """Active neurons below the threshold."""
        return int(((self.label == -1) & ~self.inactive).sum())

    @property
    def shares(self) -> tuple[float, float, float]:
        """Linear, quadratic and other part of all neurons' centred power; nan if it is zero.

        Linear are functions of one element, quadratic the interactions within any one irrep (data pack, 1).
        """
        total = float(self.power @ ~self.inactive)
        if total == 0:
            return (float("nan"),) * 3
        linear = self.split.left + self.split.right
        quadratic = self.fractions.sum(1) - linear  # `fraction_r` is linear in r plus quadratic in r
        parts = float(self.power @ linear) / total, float(self.power @ quadratic) / total
        return *parts, 1 - sum(parts)


def neuron_clusters(
    source: TrainedNetwork | Float[np.ndarray, "_ _ m"], group: NetworkGroup, threshold: float = THRESHOLD
) -> NeuronClusters:
    """Label neurons by irrep.

    Args:
        source: a network, whose activations are streamed, or activations `H[a, b, i]`.
        group: of the network.
        threshold: of the fraction, in (0, 1].

    Raises:
        InputError: the threshold is outside of (0, 1], or the activations are of another order or not finite.
        UnavailableError: the network does not show its hidden activations.
    """
    if not 0 < threshold <= 1:
        raise InputError(f"threshold {threshold:g}: a number above 0 and at most 1 is right")
    n = group.order
    shape = (source.order,) * 2 if isinstance(source, TrainedNetwork) else source.shape[:2]
    if shape != (n, n):
        raise InputError(f"activations of {shape[0]} by {shape[1]} pairs; the group has {n} elements")
    m = (source.hidden(slice(0, 1)) if isinstance(source, TrainedNetwork) else source).shape[2]
    basis = isotypic_basis(group)
    step = max(1, NUMBERS // n**2)
    found = [_powers(source, slice(start, start + step), basis) for start in range(0, max(m, 1), step)]
    return _labelled(_Powers(*map(np.concatenate, zip(*found, strict=True))), group, threshold)


class _Powers(NamedTuple):
    """Of some neurons: `||P_r H P_0||^2`, `||P_0 H P_r||^2`, `||P_r H P_r||^2`, their sum with the rest."""

    left: Float[np.ndarray, "m r"]
    right: Float[np.ndarray, "m r"]
    diagonal: Float[np.ndarray, "m r"]
    total: Float[np.ndarray, " m"]
    constant: Float[np.ndarray, " m"]
    mean: Float[np.ndarray, " m"]
    lowest: Float[np.ndarray, " m"]


def _chunks(
    source: TrainedNetwork | Float[np.ndarray, "n n m"], neurons: slice
) -> Iterator[tuple[slice, Float[np.ndarray, "a n c"]]]:
    """Some neurons' activations, some rows at a time."""
    if not isinstance(source, TrainedNetwork):
        yield slice(0, len(source)), source[:, :, neurons]
        return
    for rows in source.row_chunks():
        yield rows, source.hidden(rows)[:, :, neurons]


def _powers(
    source: TrainedNetwork | Float[np.ndarray, "n n m"], neurons: slice, basis: IsotypicBasis
) -> _Powers:
    n = len(basis.vectors)
    spectrum: Float[np.ndarray, "n p"] | float = 0.0
    total, lowest, m = 0.0, np.inf, 0
    for rows, hidden in _chunks(source, neurons):
        if not np.isfinite(hidden).all():
            raise InputError("activations: NaN or infinite values; real numbers would be right")
        m = hidden.shape[2]
        spectrum = spectrum + basis.vectors[rows].T @ hidden.reshape(len(hidden), n * m)
        total = total + hidden.sum((0, 1))
        lowest = np.minimum(lowest, hidden.min((0, 1)))
    # (V^T H V)^2 at [basis vector, basis vector, neuron]
    squares = (basis.vectors.T @ np.reshape(spectrum, (n, n, m))) ** 2
    blocks = np.add.reduceat(np.add.reduceat(squares, basis.starts, 0), basis.starts, 1)
    constant = blocks[0, 0].copy()
    blocks[0, 0] = 0.0  # the mean is taken away
    left, right, diagonal = blocks[:, 0].T, blocks[0].T, np.einsum("rri->ir", blocks)
    mean = np.asarray(total) / n**2
    return _Powers(left, right, diagonal, blocks.sum((0, 1)), constant, mean, np.asarray(lowest))


def _labelled(powers: _Powers, group: NetworkGroup, threshold: float) -> NeuronClusters:
    total = powers.total
    negligible = np.maximum(INACTIVE * total.max(initial=0.0), CONSTANT * powers.constant)
    inactive = total <= negligible
    # zero parts of an inactive neuron
    scale = np.where(inactive, 0.0, 1 / np.where(inactive, 1.0, total))
    fractions = (powers.left + powers.right + powers.diagonal) * scale[:, None]
    irrep = fractions.argmax(1)
    left, right = powers.left.sum(1) * scale, powers.right.sum(1) * scale
    own = np.take_along_axis(powers.diagonal, irrep[:, None], 1)[:, 0] * scale
    return NeuronClusters(
        group=group,
        threshold=threshold,
        fractions=fractions,
        irrep=irrep,
        inactive=inactive,
        always_on=(powers.lowest > 0) & ~inactive,
        split=PowerSplit(left, right, own, np.where(inactive, 0.0, 1 - left - right - own)),
        mean=powers.mean,
        power=total,
    )
