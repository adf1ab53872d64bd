r"""What single neurons are: their Fourier coefficients, compared with the equality case of the theory.

A neuron on the irrep `R` has the coefficients `F_j = sum_g u_j(g) R(g)` and `F_w = sum_c w(c) R(c)`. Its
multilinear form is `sum u_1(g_1)...u_k(g_k) w(g_1...g_k)`, on this block a positive multiple of

    alignment = nu^((k-1)/2) Re tr(F_1 ... F_k F_w^*) / (||F_1|| ... ||F_k|| ||F_w||),

`nu = 2` for quaternionic `R`, else 1, Frobenius norms. By submultiplicativity of the norm (over H for
quaternionic `R`) it is at most one, with equality exactly if `F_j = x_(j-1) x_j^*` and `F_w = x_0 x_k^*` up
to positive factors: matched rank-one coefficients, signs included (docs/theory.md, Proposition 42).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float, Int

from empirics.tasks import GroupTask
from theory.representations.irreps import Irrep

__all__ = ["CyclicReading", "coefficients", "cyclic_reading", "read_block"]


def coefficients(functions: Float[np.ndarray, "m k1 n"], irrep: Irrep) -> Complex[np.ndarray, "m k1 d d"]:
    """`sum_g f(g) R(g)` of every weight vector."""
    found = np.tensordot(functions, irrep.matrices, axes=(2, 0))
    return np.asarray(found.astype(complex))


def read_block(
    functions: Float[np.ndarray, "m k1 n"], irrep: Irrep
) -> tuple[Float[np.ndarray, " m"], Float[np.ndarray, " m"]]:
    """Rank-one fraction and alignment of neurons on one irrep.

    The rank-one fraction is the least over a neuron's `k + 1` vectors of the energy of the best rank-one
    approximation of its coefficient; over H a quaternionic coefficient of rank one has two equal singular
    values.

    Args:
        functions: weight vectors of the neurons, `u_1, ..., u_k, w`.
        irrep: the one they are read on.

    Returns:
        Both are 0 where one of a neuron's vectors has no part on the irrep.
    """
    found = coefficients(functions, irrep)
    double = irrep.indicator == -1
    norms = np.linalg.norm(found, axis=(-2, -1), keepdims=True)
    found = found / np.where(norms > 0, norms, 1.0)
    squares = np.linalg.svd(found, compute_uv=False) ** 2
    rank_one = squares[..., : 2 if double else 1].sum(-1).min(1)
    product = found[:, 0]
    for j in range(1, found.shape[1] - 1):
        product = product @ found[:, j]
    trace = np.einsum("mab,mab->m", product, found[:, -1].conj()).real
    arity = found.shape[1] - 1
    alignment = (2.0 if double else 1.0) ** ((arity - 1) / 2) * trace
    return rank_one, alignment


@dataclass(frozen=True, eq=False)
class CyclicReading:
    """Neurons on `Z_n` as cosines: `u_j(g) = A_j cos(2 pi f g / n + theta_j)`.

    Args:
        frequency: `f`, 1 to `n/2`: where the neuron has most energy.
        phases: `theta_1, ..., theta_k, theta_w`, in `(-pi, pi]`.
        mismatch: `theta_1 + ... + theta_k - theta_w`, in `(-pi, pi]`; zero in every max-margin network.
    """

    frequency: Int[np.ndarray, " m"]
    phases: Float[np.ndarray, "m k1"]
    mismatch: Float[np.ndarray, " m"]


def cyclic_reading(task: GroupTask, functions: Float[np.ndarray, "m k1 n"]) -> CyclicReading | None:
    """Frequencies and phases; None unless the elements are numbered as `Z_n`, `g h = g + h mod n`."""
    n = task.group.order
    elements = np.arange(n)
    if not np.array_equal(task.multiplication_table(), (elements[:, None] + elements) % n):
        return None
    transform = np.fft.rfft(functions, axis=-1)
    power = (np.abs(transform) ** 2).sum(1)
    frequency = power[:, 1:].argmax(1) + 1
    phases = np.angle(transform[np.arange(len(functions)), :, frequency])
    mismatch = phases[:, :-1].sum(1) - phases[:, -1]
    return CyclicReading(frequency, phases, np.angle(np.exp(1j * mismatch)))
