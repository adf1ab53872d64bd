"""A trained network beside the theory: margin, budget, neurons, and what the margin alone proves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from empirics.margins import MeasuredMargin, measure_margin, rescaled
from empirics.networks import Activation, NetworkStack
from empirics.neurons import CyclicReading, cyclic_reading, read_block
from empirics.spectra import row_energies, vector_energies, vectors
from empirics.tasks import GroupTask
from theory.errors import LimitError
from theory.margins.solution import MarginSolution
from theory.margins.stability import StabilityBounds, margin_ratio, purity_bound, stability
from theory.representations.irreps import explicit_irreps

__all__ = ["Check", "Comparison", "IrrepUse", "NeuronReadings", "OrbitUse", "compare"]


@dataclass(frozen=True)
class IrrepUse:
    """One row of the program beside what a network makes of it.

    Args:
        label: of the irrep.
        degree: `d_R`.
        indicator: Frobenius–Schur indicator.
        status: required, possible or excluded in max-margin networks.
        share: `E_R`, the mean of `z_iR` over the neurons, weighted by `||omega_i||^(k+1)`.
        predicted: interval of the budget share over all max-margin networks.
        certified: interval of `E_R` that the measured margin proves, all of [0, 1] where the program is too
            large; None for ReLU.
        neurons: how many have more energy here than on any other row; neurons without any are not counted.
    """

    label: str
    degree: int
    indicator: int
    status: str
    share: float
    predicted: tuple[float, float]
    certified: tuple[float, float] | None
    neurons: int


@dataclass(frozen=True)
class OrbitUse:
    """A Galois orbit of rows: members can be traded against each other, their sum often cannot."""

    labels: tuple[str, ...]
    share: float
    predicted: tuple[float, float]


@dataclass(frozen=True, eq=False)
class NeuronReadings:
    """What every neuron is.

    Args:
        weight: `||omega_i||^(k+1) / ||theta||^(k+1)`.
        energies: `z_iR`, rows as in the solution.
        trivial: energy fraction on the trivial irrep.
        row: where most of the energy is.
        purity: `max_R z_iR`.
        rank_one: energy of the best rank-one coefficients, see `neurons.read_block`.
        matching: the alignment of `neurons.read_block`; 1 exactly in the form that the theory predicts.
        max_power: largest energy fraction of each weight vector on one row (the paper's maximum normalised
            power), the trivial irrep counted in the whole.
        cyclic: frequencies and phases on `Z_n`, else None.
    """

    weight: Float[np.ndarray, " m"]
    energies: Float[np.ndarray, "m r"]
    trivial: Float[np.ndarray, " m"]
    row: Int[np.ndarray, " m"]
    purity: Float[np.ndarray, " m"]
    rank_one: Float[np.ndarray, " m"]
    matching: Float[np.ndarray, " m"]
    max_power: Float[np.ndarray, "m k1"]
    cyclic: CyclicReading | None


@dataclass(frozen=True)
class Check:
    """One inequality that the theory proves for every network of this margin."""

    name: str
    measured: float
    bound: float
    holds: bool


@dataclass(frozen=True, eq=False)
class Comparison:
    """A network beside the theory.

    Args:
        group: as typed.
        arity: number of factors.
        gamma_star: the maximum margin; None for ReLU, for which the theory has none.
        margin: of the network; what is certified rests on its lower end.
        mean_purity: weighted mean of the neurons' purity.
        certified_mean_purity: what the margin proves of it.
        trivial_share: weighted mean energy on the trivial irrep.
        is_vacuous: whether the margin is not positive, so that it proves nothing.
        irreps: rows of the program.
        orbits: Galois orbits of more than one row.
        neurons: each by itself.
        checks: theorems put to the test.
    """

    group: str
    arity: int
    gamma_star: float | None
    margin: MeasuredMargin
    mean_purity: float
    certified_mean_purity: float
    trivial_share: float
    is_vacuous: bool
    irreps: tuple[IrrepUse, ...]
    orbits: tuple[OrbitUse, ...]
    neurons: NeuronReadings
    checks: tuple[Check, ...]

    @property
    def fraction(self) -> float | None:
        """`normalised margin / gamma*`."""
        return None if self.gamma_star is None else self.margin.normalised / self.gamma_star

    def as_dict(self) -> dict[str, Any]:
        """The contract's keys that a network determines."""
        mean = {"rank_one": self.neurons.rank_one, "matching": self.neurons.matching}
        return {
            "group": self.group,
            "arity": self.arity,
            "gamma_star": self.gamma_star,
            "normalised_margin": self.margin.normalised,
            "fraction": self.fraction,
            "margin_error": self.margin.error_bound,
            "mean_purity": self.mean_purity,
            "certified_mean_purity": self.certified_mean_purity,
            "proves_nothing": self.is_vacuous,
            "trivial_share": self.trivial_share,
            **{f"mean_{name}": float(self.neurons.weight @ values) for name, values in mean.items()},
            "width": len(self.neurons.weight),
            "irreps": [_as_json(use) for use in self.irreps],
            "orbits": [_as_json(use) for use in self.orbits],
            "checks": [_as_json(check) for check in self.checks],
        }


def _as_json(record: Any) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(record).items()}


def compare(
    task: GroupTask,
    network: NetworkStack,
    solution: MarginSolution,
    activation: Activation = Activation.POWER,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Measure a network and set it beside the theory.

    Args:
        task: what it was trained on.
        network: a stack of one.
        solution: exact, for the same group and arity.
        activation: of the hidden layer; for ReLU neither `gamma*` nor anything certified is told.
        progress: of the margin, called with (inputs done, inputs in all).

    Raises:
        LimitError: the explicit irreps do not fit into memory.
    """
    network = rescaled(network)
    margin = measure_margin(task, network, activation, progress)
    readings = read_neurons(task, network, solution, activation)
    covered = activation is Activation.POWER
    bounds = _bounds(solution, margin) if covered else None
    shares = readings.weight @ readings.energies
    counts = np.bincount(readings.row[readings.purity > 0], minlength=len(solution.rows))
    structure = solution.structure
    irreps = tuple(
        IrrepUse(
            label=row.label,
            degree=row.degree,
            indicator=row.indicator,
            status=structure.irreps[place].value,
            share=float(shares[place]),
            predicted=(structure.shares[place].lower, structure.shares[place].upper),
            certified=bounds.energies[place] if bounds is not None else None,
            neurons=int(counts[place]),
        )
        for place, row in enumerate(solution.rows)
    )
    return Comparison(
        group=task.expression,
        arity=task.arity,
        gamma_star=solution.gamma_star if covered else None,
        margin=margin,
        mean_purity=float(readings.weight @ readings.purity),
        certified_mean_purity=bounds.purity if bounds is not None else 0.0,
        trivial_share=float(readings.weight @ readings.trivial),
        is_vacuous=bounds is None or bounds.is_vacuous,
        irreps=irreps,
        orbits=_orbits(solution, shares),
        neurons=readings,
        checks=_checks(irreps, readings, bounds),
    )


def _bounds(solution: MarginSolution, margin: MeasuredMargin) -> StabilityBounds:
    try:
        return stability(solution, margin.lower)
    except LimitError:  # of the energy intervals only; the bound on the purity needs no program
        ratio, rows = margin_ratio(solution, margin.lower), len(solution.rows)
        purity = purity_bound(ratio, solution.arity)
        return StabilityBounds(ratio, ratio == 0, purity, 1.0, (None,) * rows, ((0.0, 1.0),) * rows)


def _orbits(solution: MarginSolution, shares: Float[np.ndarray, " r"]) -> tuple[OrbitUse, ...]:
    found = []
    for number, interval in enumerate(solution.structure.orbit_shares):
        members = [place for place, row in enumerate(solution.rows) if row.orbit == number]
        if len(members) > 1:
            labels = tuple(solution.rows[place].label for place in members)
            share = float(sum(shares[place] for place in members))
            found.append(OrbitUse(labels, share, (interval.lower, interval.upper)))
    return tuple(found)


def _checks(
    irreps: tuple[IrrepUse, ...], readings: NeuronReadings, bounds: StabilityBounds | None
) -> tuple[Check, ...]:
    """The theorems of stability on this network; a false one is a bug in this program."""
    if bounds is None or bounds.is_vacuous:
        return ()
    slack = 1e-9  # of energies summed in double precision
    purity = float(readings.weight @ readings.purity)
    trivial = float(readings.weight @ readings.trivial)
    found = [
        Check("mean purity, at least", purity, bounds.purity, purity >= bounds.purity - slack),
        Check("trivial irrep, at most", trivial, bounds.trivial, trivial <= bounds.trivial + slack),
    ]
    for use, excluded in zip(irreps, bounds.excluded, strict=True):
        if use.certified is not None:
            lower, upper = use.certified
            found.append(Check(f"{use.label}, at least", use.share, lower, use.share >= lower - slack))
            found.append(Check(f"{use.label}, at most", use.share, upper, use.share <= upper + slack))
        if excluded is not None:
            holds = use.share <= excluded + slack
            found.append(Check(f"{use.label}, excluded: at most", use.share, excluded, holds))
    return tuple(found)


def read_neurons(
    task: GroupTask,
    network: NetworkStack,
    solution: MarginSolution,
    activation: Activation = Activation.POWER,
) -> NeuronReadings:
    """What every neuron is; see `NeuronReadings`."""
    functions = vectors(rescaled(network))
    by_vector, trivial = vector_energies(task, solution, functions)
    fractions, trivial_fraction = row_energies(by_vector, trivial)
    row = fractions.argmax(1)
    rank_one, matching = np.zeros(len(functions)), np.zeros(len(functions))
    used = sorted(set(row.tolist()))
    irreps = explicit_irreps(task.group, solution.table, [solution.rows[place].index for place in used])
    for place, irrep in zip(used, irreps, strict=True):
        here = row == place
        rank_one[here], matching[here] = read_block(functions[here], irrep)
    norms = (functions**2).sum((1, 2)) ** (activation.degree(task.arity) / 2)
    total = by_vector.sum(2) + trivial
    return NeuronReadings(
        weight=norms / (norms.sum() or 1.0),
        energies=fractions,
        trivial=trivial_fraction,
        row=row,
        purity=fractions.max(1),
        rank_one=rank_one,
        matching=matching,
        max_power=by_vector.max(2) / np.where(total > 0, total, 1.0),
        cyclic=cyclic_reading(task, functions),
    )
