r"""The Fourier transform of a finite group.

Conventions, as everywhere in this project: `multiply(g, h)` is `gh`, the identity has index 0, and

    hat f(R) = sum_g f(g) R(g),        f(g) = (1/n) sum_R d_R tr(R(g^-1) hat f(R)),

the second sum over all irreps `R` up to isomorphism. Plancherel: `sum_g |f(g)|^2 = (1/n) sum_R d_R ||hat
f(R)||_F^2`. Isotypic components and energies need the characters alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Complex, Float, Inexact

from theory.characters.table import CharacterTable
from theory.groups.finite_group import FiniteGroup
from theory.representations.alignment import columns_of_elements, complex_values
from theory.representations.irreps import Irrep

__all__ = [
    "energies",
    "fourier_transform",
    "inverse_fourier_transform",
    "isotypic_component",
    "plancherel_norm",
]


def fourier_transform(
    function: Inexact[np.ndarray, " n"], irreps: tuple[Irrep, ...]
) -> tuple[Complex[np.ndarray, "_ _"], ...]:
    """`hat f(R) = sum_g f(g) R(g)`, one `d x d` matrix an irrep.

    Args:
        function: `f`, in index order of the elements.
        irreps: any irreps of the group.
    """
    return tuple(np.tensordot(function, irrep.matrices, axes=(0, 0)).astype(complex) for irrep in irreps)


def inverse_fourier_transform(
    transforms: tuple[Complex[np.ndarray, "_ _"], ...], irreps: tuple[Irrep, ...]
) -> Complex[np.ndarray, " n"]:
    """`f(g) = (1/n) sum_R d_R tr(R(g^-1) hat f(R))`; with all irreps the inverse of `fourier_transform`.

    Args:
        transforms: `hat f(R)`, in the order of `irreps`.
        irreps: all irreps of the group, or those whose isotypic components are wanted.
    """
    n = irreps[0].matrices.shape[0]
    function: np.ndarray[Any, Any] = np.zeros(n, dtype=complex)
    for transform, irrep in zip(transforms, irreps, strict=True):
        # R(g^-1) = R(g)*, hence tr(R(g^-1) M) = sum_ab conj(R(g)_ab) M_ab
        function += irrep.degree / n * np.einsum("gab,ab->g", irrep.matrices.conj(), transform)
    return function


def plancherel_norm(transforms: tuple[Complex[np.ndarray, "_ _"], ...], irreps: tuple[Irrep, ...]) -> float:
    """`(1/n) sum_R d_R ||hat f(R)||_F^2`; with all irreps it is `sum_g |f(g)|^2`."""
    n = irreps[0].matrices.shape[0]
    return sum(
        irrep.degree * float(np.linalg.norm(transform)) ** 2 / n
        for transform, irrep in zip(transforms, irreps, strict=True)
    )


def isotypic_component(
    function: Inexact[np.ndarray, "*b n"], group: FiniteGroup, table: CharacterTable, row: int
) -> Complex[np.ndarray, "*b n"]:
    """The term of `R` in the inverse Fourier transform, from the character alone; `f` is the sum over all
    rows.

    `f_R(g) = (d_R/n) tr(R(g^-1) hat f(R)) = (d_R/n) sum_h conj(chi_R(h)) f(h^-1 g)`: the part of `f` in the
    span of the matrix entries of `conj R`.

    Args:
        function: `f`, one or many of them, elements on the last axis.
        group: the group.
        table: its character table.
        row: the row of `R`.

    Cost: `O(n^2)`.
    """
    n = group.order
    elements = np.arange(n)
    character = complex_values(table)[row][columns_of_elements(group, table)]
    result: np.ndarray[Any, Any] = np.zeros(function.shape, dtype=complex)
    for h, inverse in enumerate(np.asarray(group.inverse(elements))):
        result += character[h].conj() * function[..., group.multiply(np.array(inverse), elements)]
    return result * (table.degrees[row] / n)


def energies(
    function: Inexact[np.ndarray, "*b n"], group: FiniteGroup, table: CharacterTable
) -> Float[np.ndarray, "*b r"]:
    """`||f_R||^2` for every row of the table, from the characters alone; the sum over the rows is
    `||f||^2`.

    `||f_R||^2 = (d_R/n) sum_h conj(chi_R(h)) <f, f(h^-1 .)>`, so one autocorrelation serves all rows.

    Cost: `O(n^2)`.
    """
    n = group.order
    elements = np.arange(n)
    columns = columns_of_elements(group, table)
    by_class: np.ndarray[Any, Any] = np.zeros((*function.shape[:-1], len(table.class_sizes)), dtype=complex)
    for h, inverse in enumerate(np.asarray(group.inverse(elements))):
        moved = function[..., group.multiply(np.array(inverse), elements)]
        by_class[..., columns[h]] += (function.conj() * moved).sum(-1)
    values = complex_values(table)
    found = by_class @ values.conj().T * (np.array(table.degrees) / n)
    return np.maximum(found.real, 0.0)
