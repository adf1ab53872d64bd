"""An explicit network that attains the maximum margin, and its evaluation; `build` it, then `evaluate` it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from theory.margins.attaining import (
    AttainingNetwork,
    NetworkBlock,
    NetworkWeights,
    block_width,
    build,
    check_limits,
)
from theory.margins.forward import forward_pass
from theory.margins.memorising import memorising_margin
from theory.margins.sampling import identity_margin, sampled_margin

__all__ = [
    "EVERY_INPUT_LIMIT",
    "SAMPLES",
    "AttainingNetwork",
    "NetworkBlock",
    "NetworkEvaluation",
    "NetworkWeights",
    "block_width",
    "build",
    "check_limits",
    "evaluate",
]

EVERY_INPUT_LIMIT = 10**11  # neurons n^(k+1): up to here every input and every wrong label is evaluated
SAMPLES = 10**6
ACTIVATION_LIMIT = 10**11  # neurons times samples: beyond, there are fewer samples


@dataclass(frozen=True)
class NetworkEvaluation:
    """What the evaluation of an attaining network found.

    Args:
        width: number of neurons.
        method: "every input": a forward pass of the weights over all inputs and wrong labels; "identity and
            samples": the trace identity for all of them and a forward pass over `inputs_checked` sampled
            ones.
        margin_normalised: the least margin divided by `||theta||^(k+1)`.
        gamma_star: the exact maximum, correctly rounded.
        ratio: `margin_normalised / gamma_star`.
        error_bound: bound on the error of `margin_normalised` as a statement about these float weights.
        inputs_checked: inputs that went through a forward pass.
        sample_deviation: largest difference between the samples and the identity; None for "every input".
        memorising: normalised margin of the memorising network (one-hot weights).
        memorising_centred: the same with centred weights.
        residual: worst homomorphism residual of the irreps used.
    """

    width: int
    method: Literal["every input", "identity and samples"]
    margin_normalised: float
    gamma_star: float
    ratio: float
    error_bound: float
    inputs_checked: int
    sample_deviation: float | None
    memorising: float
    memorising_centred: float
    residual: float


def evaluate(
    network: AttainingNetwork,
    progress: Callable[[int, int], None] | None = None,
    seed: int = 0,
    samples: int = SAMPLES,
) -> NetworkEvaluation:
    """The normalised margin of the network, over every input while `width n^(k+1) <= 10^11`.

    Args:
        network: from `build`.
        progress: called with (work done, work in all).
        seed: of the sampled inputs.
        samples: number of sampled inputs beyond the limit; fewer where `width * samples > 10^11`.
    """
    solution, group = network.solution, network.group
    n, k = group.order, solution.arity
    deviation: float | None
    if network.width * n ** (k + 1) <= EVERY_INPUT_LIMIT:
        found = forward_pass(network.weights(), group, progress)
        margin, error, checked, deviation = found.normalised, found.error_bound, found.inputs, None
    else:
        identity = identity_margin(network)
        checked = max(1, min(samples, ACTIVATION_LIMIT // network.width))
        sampled = sampled_margin(network, identity, checked, seed, progress)
        margin, error, deviation = identity.least, identity.error_bound, sampled.deviation
        # the samples carry the rounding of their own sums on top; 1e-9 is far above it, far below a wrong
        # network
        assert deviation <= error + 1e-9 * solution.gamma_star, (
            f"{group.name}: the trace identity fails by {deviation}"
        )
    return NetworkEvaluation(
        width=network.width,
        method="every input" if deviation is None else "identity and samples",
        margin_normalised=margin,
        gamma_star=solution.gamma_star,
        ratio=margin / solution.gamma_star,
        error_bound=error,
        inputs_checked=checked,
        sample_deviation=deviation,
        memorising=memorising_margin(n, k),
        memorising_centred=memorising_margin(n, k, centred=True),
        residual=max(block.irrep.residual for block in network.blocks),
    )
