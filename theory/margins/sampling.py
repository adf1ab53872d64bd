r"""The margin of an attaining network that is too large for a forward pass over every input.

By the trace identity of `attaining` every logit depends on `h = g_1...g_k c^-1` alone, so `n` traces give
all `n^(k+1)` margins, up to the homomorphism residual of the matrices and the rounding of the weights; both
are bounded. A forward pass of the actual neurons on sampled inputs and wrong labels then confirms the
identity.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from theory.margins.attaining import AttainingNetwork, NetworkBlock, trace_factor
from theory.margins.forward import UNIT, products

__all__ = ["IdentityMargin", "SampledMargin", "identity_margin", "sampled_margin"]

RUN = 2**14  # inputs a task
NEURONS = 2**16  # neurons listed at a time


@dataclass(frozen=True, eq=False)
class IdentityMargin:
    """The margins that the trace identity gives.

    Args:
        margins: normalised margin of every (input, wrong label) with `g_1...g_k c^-1 = h`, at `[h]`; 0 at
            the identity.
        error_bound: how far the network with these float weights can be from it.
    """

    margins: Float[np.ndarray, " n"]
    error_bound: float

    @property
    def least(self) -> float:
        """The least margin over `h != 1`."""
        return float(self.margins[1:].min())


@dataclass(frozen=True)
class SampledMargin:
    """A forward pass on sampled (input, wrong label) pairs.

    Args:
        samples: number of pairs.
        least: the least normalised margin among them.
        deviation: largest difference from the trace identity.
    """

    samples: int
    least: float
    deviation: float


def identity_margin(network: AttainingNetwork) -> IdentityMargin:
    """`sum_R 2^(k-1) k! s_R^(k+1) (Re tr_F R(1) - Re tr_F R(h))` for all `h`, and what it may be off by."""
    n, k = network.group.order, network.solution.arity
    margins = np.zeros(n)
    error = 0.0
    for block in network.blocks:
        margins += trace_factor(block) * (block.traces[0] - block.traces)
        error += _matrix_error(block) + _weight_error(block)
    # all neurons of a block have norm (k+1) s^2 n/(d nu) up to rounding
    excess = max(_norm_excess(block) for block in network.blocks)
    error += (excess * (k + 1) + 64 * UNIT) * float(np.abs(margins).max())
    return IdentityMargin(margins, error)


def _matrix_error(block: NetworkBlock) -> float:
    """Two logits' error for `Re tr_F(R(g_1)...R(g_k) R(c)*)` in the place of `Re tr_F R(g_1...g_k c^-1)`."""
    matrices = block.irrep.matrices
    defect = 0.0
    for start in range(0, len(matrices), 4096):
        part = matrices[start : start + 4096]
        squares = part @ part.conj().transpose(0, 2, 1) - np.eye(block.irrep.degree)
        defect = max(defect, float(np.linalg.norm(squares, axis=(1, 2)).max()))
    # R(c)* = R(c)^-1 up to `defect`; R(c)^-1 = R(c^-1) and k products up to `norm_residual` each
    steps = (block.arity + 2) * block.irrep.norm_residual + 2 * defect
    return 2 * trace_factor(block) * block.irrep.degree * steps * 1.1


def _weight_error(block: NetworkBlock) -> float:
    """Two logits' error from rounding the weights `s z` to floats: every weight is off by a factor `1 +- 2
    UNIT`.

    As in `forward.rounding_bound`; every function occurs equally often among the weights `u_j`, for each
    `j`.
    """
    k, p = block.arity, block.arity + 1
    functions = block.functions
    mean = float((np.abs(functions) ** p).sum(axis=0).max()) / len(functions)
    return 2 * 2 * p * UNIT * k**k * block.width * block.scale**p * mean * 1.1


def _norm_excess(block: NetworkBlock) -> float:
    """By how much the squared norm of a neuron can differ from the exact one, relatively."""
    n, nu = block.components.shape[-1], 1 if block.row.indicator == 1 else 2
    norms = (block.functions**2).sum(axis=1) * (block.irrep.degree * nu / n)
    return float(np.abs(norms - 1).max()) + 8 * UNIT


def sampled_margin(
    network: AttainingNetwork,
    identity: IdentityMargin,
    samples: int,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
    threads: int = 2,
) -> SampledMargin:
    """Evaluate the neurons, one after the other, on random inputs with one random wrong label each.

    Args:
        network: the network.
        identity: what the margins should be.
        samples: number of inputs.
        seed: of the inputs and labels.
        progress: called with (activations done, activations in all).
        threads: the compiled loop runs outside the interpreter's lock.

    Cost: `samples * width` activations.
    """
    from theory.margins.kernels import accumulate  # numba takes half a second to import

    group, k = network.group, network.solution.arity
    generator = np.random.default_rng(seed)
    batch = generator.integers(0, group.order, size=(samples, k))
    right = products(group, batch)
    wrong = generator.integers(0, group.order - 1, size=samples)
    wrong += wrong >= right  # any label but the right one
    margins = np.zeros(samples)
    runs = [slice(start, min(start + RUN, samples)) for start in range(0, samples, RUN)]
    done, everything = 0, network.width * samples
    with ThreadPoolExecutor(threads) as pool:
        for block, start, stop in network.chunks(NEURONS):
            recipe = block.recipe(start, stop)
            functions = np.ascontiguousarray(block.functions.T) * block.scale
            # different runs write to different margins
            tasks = [
                pool.submit(
                    accumulate, functions, batch[r], right[r], wrong[r], recipe.index, recipe.sign, margins[r]
                )
                for r in runs
            ]
            try:
                for run, task in zip(runs, tasks, strict=True):
                    task.result()
                    done += (stop - start) * (run.stop - run.start)
                    if progress is not None:
                        progress(done, everything)
            except BaseException:  # Ctrl-C, or an error in a thread: do not wait for the rest
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    expected = identity.margins[group.multiply(right, group.inverse(wrong))]
    return SampledMargin(samples, float(margins.min()), float(np.abs(margins - expected).max()))
