"""A network trained on sparse parity beside the theory (docs/theory.md, Proposition 32)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from empirics.margins import MeasuredMargin, measure_margin, rescaled
from empirics.networks import Activation, NetworkStack
from empirics.tasks import ParityTask
from theory.margins.parity import alignment, maximum_margin, support_energy, support_energy_bound

__all__ = ["ParityComparison", "ParityNeurons", "compare_parity"]


@dataclass(frozen=True, eq=False)
class ParityNeurons:
    """What every neuron is.

    Args:
        weight: `||omega_i||^(k+1) / ||theta||^(k+1)`.
        support: `z`, fraction of the energy of `u` on the relevant bits.
        magnitude: smallest over largest `|u_j|` on the relevant bits.
        antisymmetry: `|w(+) - w(-)| / (sqrt(2) ||w||)`, one if `w(+) = -w(-)`.
        sign: whether the sign of `w(+) - w(-)` is the product of the signs of `u` on the relevant bits.
        alignment: `eta`, one exactly for the neurons of max-margin networks.
    """

    weight: Float[np.ndarray, " m"]
    support: Float[np.ndarray, " m"]
    magnitude: Float[np.ndarray, " m"]
    antisymmetry: Float[np.ndarray, " m"]
    sign: Bool[np.ndarray, " m"]
    alignment: Float[np.ndarray, " m"]


@dataclass(frozen=True, eq=False)
class ParityComparison:
    """A network beside the theory; means are weighted by the neurons' part of the norm.

    Args:
        bits: `n`.
        arity: `k`.
        gamma_star: the maximum margin.
        margin: of the network.
        certified_support: what the margin proves of the mean of `z`.
        neurons: each by itself.
    """

    bits: int
    arity: int
    gamma_star: float
    margin: MeasuredMargin
    certified_support: float
    neurons: ParityNeurons

    @property
    def fraction(self) -> float:
        """`normalised margin / gamma*`."""
        return self.margin.normalised / self.gamma_star

    def as_dict(self) -> dict[str, Any]:
        """What `gammastar parity --json` says of the network."""
        weight = self.neurons.weight
        names = ("support", "magnitude", "antisymmetry", "sign", "alignment")
        return {
            "bits": self.bits,
            "arity": self.arity,
            "gamma_star": self.gamma_star,
            "gamma_star_exact": str(maximum_margin(self.arity)),
            "normalised_margin": self.margin.normalised,
            "fraction": self.fraction,
            "margin_error": self.margin.error_bound,
            **{f"mean_{name}": float(weight @ getattr(self.neurons, name)) for name in names},
            "certified_mean_support": self.certified_support,
            "proves_nothing": self.margin.lower <= 0,
            "width": len(weight),
        }


def compare_parity(task: ParityTask, network: NetworkStack) -> ParityComparison:
    """Measure a network with activation `x^k` and set it beside the theory.

    Args:
        task: what it was trained on.
        network: a stack of one.
    """
    gamma_star = float(maximum_margin(task.arity))
    network = rescaled(network)
    margin = measure_margin(task, network, Activation.POWER)
    inner = network.input_weights[0, 0].detach().cpu().double().numpy()
    outer = network.output_weights[0].detach().cpu().double().numpy()
    relevant, gap = inner[:, : task.arity], outer[:, 0] - outer[:, 1]
    norms = ((inner**2).sum(1) + (outer**2).sum(1)) ** ((task.arity + 1) / 2)
    largest = np.maximum(np.abs(relevant).max(1), np.finfo(float).tiny)
    lengths = np.maximum(np.sqrt(2 * (outer**2).sum(1)), np.finfo(float).tiny)
    return ParityComparison(
        bits=task.bits,
        arity=task.arity,
        gamma_star=gamma_star,
        margin=margin,
        certified_support=support_energy_bound(margin.lower / gamma_star * (1 - 1e-15)),
        neurons=ParityNeurons(
            weight=norms / (norms.sum() or 1.0),
            support=support_energy(inner, task.arity),
            magnitude=np.abs(relevant).min(1) / largest,
            antisymmetry=np.abs(gap) / lengths,
            sign=(np.sign(gap) == np.sign(relevant).prod(1)) & (gap != 0),
            alignment=alignment(inner, outer, task.arity),
        ),
    )
