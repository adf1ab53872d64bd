"""Strategies for tabled groups, for their irreps, and for representations that hide what they are made of."""

from __future__ import annotations

from dataclasses import dataclass

import hypothesis.strategies as st
import numpy as np
from hypothesis.strategies import DrawFn, SearchStrategy
from jaxtyping import Complex

from theory.characters.burnside_dixon import character_table_of
from theory.characters.table import CharacterTable
from theory.groups.conjugacy import conjugacy_classes
from theory.groups.finite_group import FiniteGroup
from theory.representations.irreps import explicit_irreps
from theory.testing.group_strategies import groups
from theory.testing.laws.representations import Represented
from theory.testing.laws.tabled_groups import TabledGroup

__all__ = [
    "Representation",
    "character_tables",
    "representations",
    "represented_groups",
    "tabled",
    "tabled_groups",
]

DIMENSION = 12  # of a drawn representation


@dataclass(frozen=True, eq=False)
class Representation:
    """A unitary representation of known content.

    Args:
        matrices: `R(g)` for all elements in index order.
        multiplicities: how often each irrep occurs, in the order of the table's rows.
    """

    matrices: Complex[np.ndarray, "n d d"]
    multiplicities: tuple[int, ...]


def tabled(group: FiniteGroup) -> TabledGroup:
    """The group with its classes and its character table by Burnside–Dixon."""
    return TabledGroup(group, conjugacy_classes(group), character_table_of(group))


def tabled_groups(max_order: int = 48) -> SearchStrategy[TabledGroup]:
    """Small groups with their classes and character tables."""
    return groups(max_order).map(tabled)


def character_tables(max_order: int = 48) -> SearchStrategy[CharacterTable]:
    """Character tables of small groups."""
    return tabled_groups(max_order).map(lambda subject: subject.table)


def represented_groups(max_order: int = 24) -> SearchStrategy[Represented]:
    """Small groups with the matrices of all their irreps."""
    return tabled_groups(max_order).map(
        lambda subject: Represented(subject, explicit_irreps(subject.group, subject.table))
    )


@st.composite
def representations(draw: DrawFn, subject: Represented) -> Representation:
    """Direct sums of irreps, of dimension at most 12, in an orthonormal basis that hides the summands."""
    multiplicities = [0] * len(subject.irreps)
    room = DIMENSION
    for row in draw(st.lists(st.integers(0, len(subject.irreps) - 1), min_size=1, max_size=DIMENSION)):
        if subject.irreps[row].degree <= room:
            multiplicities[row] += 1
            room -= subject.irreps[row].degree
    if not any(multiplicities):
        multiplicities[0] = 1
        room = DIMENSION - 1
    matrices = np.zeros((subject.tabled.group.order, DIMENSION - room, DIMENSION - room), dtype=complex)
    start = 0
    for irrep, copies in zip(subject.irreps, multiplicities, strict=True):
        for _ in range(copies):
            stop = start + irrep.degree
            matrices[:, start:stop, start:stop] = irrep.matrices
            start = stop
    seed = draw(st.integers(0, 2**32 - 1))  # 0: the standard basis
    if seed:
        normal = np.random.default_rng(seed).standard_normal((2, start, start))
        basis, _ = np.linalg.qr(normal[0] + 1j * normal[1])
        matrices = basis.conj().T @ matrices @ basis
    return Representation(matrices, tuple(multiplicities))
