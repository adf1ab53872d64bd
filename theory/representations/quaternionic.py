r"""The quaternionic structure of an irrep with Frobenius–Schur indicator -1, and its matrices over H.

`J` is unitary and antisymmetric with `J conj(R(g)) J^-1 = R(g)` and `J conj(J) = -1`. In the basis built
here `J` is `d/2` diagonal blocks `[[0, -1], [1, 0]]`, and then every 2 x 2 block of `R(g)` is a quaternion:

    a + b i + c j + e k   <->   [[a + b i, -c - e i], [c - e i, a - b i]].
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Complex, Float

__all__ = ["quaternionic_form", "quaternions", "standard_structure"]


def standard_structure(degree: int) -> Complex[np.ndarray, "d d"]:
    """`J`: `d/2` diagonal blocks `[[0, -1], [1, 0]]`."""
    return np.kron(np.eye(degree // 2), np.array([[0, -1], [1, 0]])).astype(complex)


def quaternionic_form(
    matrices: Complex[np.ndarray, "n d d"], generator: np.random.Generator
) -> Complex[np.ndarray, "n d d"]:
    """The same irrep in a basis where `J` is standard; `J conj(R) J^-1 = R` then holds without any
    rounding.

    Args:
        matrices: unitary matrices of an irrep of indicator -1, all elements.
        generator: draws the matrix that is averaged to `J`.
    """
    n, degree, _ = matrices.shape
    seed = generator.standard_normal((degree, degree)) + 1j * generator.standard_normal((degree, degree))
    # J = sum_g R(g) M R(g)^T intertwines conj(R) with R: R(g) J R(g)^T = J
    structure = np.einsum("nab,nbc->ac", matrices @ seed, matrices.transpose(0, 2, 1)) / n
    structure = (structure - structure.T) / 2
    structure = structure / np.sqrt(np.vdot(structure, structure).real / degree)
    basis = np.zeros((degree, degree), dtype=complex)
    for column in range(0, degree, 2):
        vector: np.ndarray[Any, Any] = generator.standard_normal((degree, 2)) @ np.array([1, 1j])
        for _ in range(2):
            vector = vector - basis[:, :column] @ (basis[:, :column].conj().T @ vector)
        vector = vector / np.linalg.norm(vector)
        basis[:, column] = vector
        basis[:, column + 1] = structure @ vector.conj()
    # two Newton–Schulz steps remove the rounding of J from the basis
    for _ in range(2):
        basis = basis @ (3 * np.eye(degree) - basis.conj().T @ basis) / 2
    turned = basis.conj().T @ matrices @ basis
    blocks = turned.reshape(n, degree // 2, 2, degree // 2, 2)
    # the nearest quaternion to a 2 x 2 block [[p, q], [r, s]]
    diagonal = (blocks[:, :, 0, :, 0] + blocks[:, :, 1, :, 1].conj()) / 2
    lower = (blocks[:, :, 1, :, 0] - blocks[:, :, 0, :, 1].conj()) / 2
    result = np.empty_like(blocks)
    result[:, :, 0, :, 0], result[:, :, 1, :, 1] = diagonal, diagonal.conj()
    result[:, :, 1, :, 0], result[:, :, 0, :, 1] = lower, -lower.conj()
    return result.reshape(n, degree, degree)


def quaternions(matrices: Complex[np.ndarray, "n d d"]) -> Float[np.ndarray, "4 n q q"]:
    """Components 1, i, j, k of the entries over H of an irrep in quaternionic form (`q = d/2`)."""
    diagonal, lower = matrices[:, 0::2, 0::2], matrices[:, 1::2, 0::2]
    return np.stack([diagonal.real, diagonal.imag, lower.real, -lower.imag])
