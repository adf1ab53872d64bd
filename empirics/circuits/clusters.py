"""Which irrep a hidden neuron belongs to: `fraction_r = ||A_r H A_r||^2 / ||H||^2`, `A_r = P_0 + P_r`.

`H[a, b]` is a neuron's activation minus its mean over all pairs. `A_r H A_r` keeps what is constant, linear
and quadratic in the irrep: for `Z_p` the nine terms of Nanda et al. (arXiv:2301.05217).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int

from empirics.circuits.irreps import NetworkGroup
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
NEAR = 0.01
NEURONS = 2**25  # numbers in the activations that are transformed at once


@dataclass(frozen=True, eq=False)
class IsotypicBasis:
    """An orthonormal basis of the functions on the group, each vector in one isotypic component.

    Args:
        vectors: columns, component after component.
        component: the real irrep of each column.
    """

    vectors: Float[np.ndarray, "n n"]
    component: Int[np.ndarray, " n"]

    @cached_property
    def membership(self) -> Float[np.ndarray, "n r"]:
        """One where a column lies in a component."""
        return (self.component[:, None] == np.arange(self.component.max() + 1)).astype(np.float64)


def isotypic_basis(group: NetworkGroup) -> IsotypicBasis:
    """A basis from the projectors, by QR of `P_r` times a fixed normal matrix of `D_r` columns."""
    generator = np.random.default_rng(0)  # any generic matrix does; the components do not depend on it
    parts = []
    for irrep, dimension in enumerate(group.irreps.dimensions):
        image = group.projector(irrep) @ generator.standard_normal((group.order, dimension))
        parts.append(np.linalg.qr(image)[0])
    component = np.repeat(np.arange(len(parts)), group.irreps.dimensions)
    return IsotypicBasis(np.concatenate(parts, axis=1), component)


@dataclass(frozen=True, eq=False)
class PowerSplit:
    """Parts of a neuron's centred power, by neuron; they sum to one for active neurons.

    Args:
        left: of functions of `a` alone.
        right: of functions of `b` alone.
        diagonal: interaction within the neuron's own irrep.
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
    """

    group: NetworkGroup
    threshold: float
    fractions: Float[np.ndarray, "m r"]
    irrep: Int[np.ndarray, " m"]
    inactive: Bool[np.ndarray, " m"]
    always_on: Bool[np.ndarray, " m"]
    split: PowerSplit

    @cached_property
    def fraction(self) -> Float[np.ndarray, " m"]:
        """The largest fraction of every neuron."""
        return self.fractions.max(1)

    @cached_property
    def label(self) -> Int[np.ndarray, " m"]:
        """The irrep of neurons at or above the threshold, else -1."""
        return np.where(~self.inactive & (self.fraction >= self.threshold), self.irrep, -1)

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


def neuron_clusters(
    hidden: Float[np.ndarray, "n n m"],
    group: NetworkGroup,
    threshold: float = THRESHOLD,
    basis: IsotypicBasis | None = None,
) -> NeuronClusters:
    """Label neurons by irrep.

    Args:
        hidden: activations `H[a, b, i]`.
        group: of the network.
        threshold: of the fraction, in (0, 1].
        basis: of the group, if it is at hand.

    Raises:
        InputError: the threshold is outside of (0, 1].
    """
    if not 0 < threshold <= 1:
        raise InputError(f"threshold {threshold:g}: a number above 0 and at most 1 is right")
    basis = basis or isotypic_basis(group)
    m = hidden.shape[2]
    power = np.empty((m, len(group.irreps), len(group.irreps)))
    step = max(1, NEURONS // group.order**2)
    for start in range(0, m, step):
        part = np.moveaxis(hidden[:, :, start : start + step], 2, 0)
        part = part - part.mean((1, 2), keepdims=True)
        spectrum = (basis.vectors.T @ part @ basis.vectors) ** 2
        power[start : start + step] = basis.membership.T @ spectrum @ basis.membership
    power[:, 0, 0] = 0.0  # rounding: the mean was taken away
    return _labelled(power, hidden.min((0, 1)) > 0, group, threshold)


def _labelled(
    power: Float[np.ndarray, "m r r"],
    always_on: Bool[np.ndarray, " m"],
    group: NetworkGroup,
    threshold: float,
) -> NeuronClusters:
    """Fractions from the power `||P_r H P_s||^2` at `[i, r, s]`."""
    total = power.sum((1, 2))
    inactive = total <= INACTIVE * (total.max() if len(total) else 0.0)
    safe = np.where(inactive, 1.0, total)
    diagonal = np.einsum("irr->ir", power)
    fractions = (power[:, :, 0] + power[:, 0, :] + diagonal) / safe[:, None]
    fractions[:, 0] = 0.0
    fractions[inactive] = 0.0
    irrep = fractions.argmax(1)
    left, right = power[:, :, 0].sum(1) / safe, power[:, 0, :].sum(1) / safe
    own = np.take_along_axis(diagonal, irrep[:, None], 1)[:, 0] / safe
    active = (~inactive).astype(np.float64)
    split = PowerSplit(*(active * part for part in (left, right, own, 1 - left - right - own)))
    return NeuronClusters(group, threshold, fractions, irrep, inactive, always_on & ~inactive, split)
