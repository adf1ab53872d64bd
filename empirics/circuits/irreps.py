"""The group a network computes, in the network's own numbering, with its irreps over the real numbers.

A complex irrep is merged with its conjugate. For a real class `r`: `chi_r` is the character of the irrep
(`2 Re chi` for a complex one), `d_r` its complex degree, and the isotypic component has dimension `D_r = sum
d^2` over its complex constituents; all of them make `n`. The projector on the component is
`P_r[a, b] = (d_r/n) chi_r(a b^-1)` (Serre, *Linear Representations of Finite Groups*, 2.6, Theorem 8).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from theory.characters.burnside_dixon import character_table_of
from theory.characters.table import CharacterTable
from theory.errors import InputError
from theory.groups.cayley_table import TableGroup, from_cayley_table
from theory.groups.conjugacy import conjugacy_classes
from theory.representations.alignment import complex_values

__all__ = ["NetworkGroup", "RealIrreps", "network_group"]


@dataclass(frozen=True, eq=False)
class RealIrreps:
    """The irreps over the real numbers, the trivial one first, then in the order of the character table.

    Args:
        labels: of the first complex constituent, as in the character table, or `k=3` for the frequencies of
            cyclic and dihedral groups.
        degrees: complex degrees `d_r`.
        dimensions: `D_r`, of the isotypic component of functions on the group.
        indicators: Frobenius-Schur indicators.
        constituents: rows of the character table.
        characters: `chi_r(g)`, in the network's numbering.
    """

    labels: tuple[str, ...]
    degrees: tuple[int, ...]
    dimensions: tuple[int, ...]
    indicators: tuple[int, ...]
    constituents: tuple[tuple[int, ...], ...]
    characters: Float[np.ndarray, "r n"]

    def __len__(self) -> int:
        return len(self.labels)

    def index(self, label: str) -> int:
        """The number of an irrep by its label."""
        return self.labels.index(label)


@dataclass(frozen=True, eq=False)
class NetworkGroup:
    """A group on the elements as the network numbers them.

    Args:
        table: `table[a, b]` is the element `ab`.
        identity: its number.
        inverses: `a^-1`.
        group: the same group with the identity moved to 0.
        elements: the network's number of each element of `group`.
        characters: the exact character table of `group`.
        irreps: over the real numbers.
    """

    table: Int[np.ndarray, "n n"]
    identity: int
    inverses: Int[np.ndarray, " n"]
    group: TableGroup
    elements: Int[np.ndarray, " n"]
    characters: CharacterTable
    irreps: RealIrreps

    @property
    def order(self) -> int:
        """`n`."""
        return len(self.table)

    @cached_property
    def quotients(self) -> Int[np.ndarray, "n n"]:
        """`a b^-1` at `[a, b]`."""
        return self.table[:, self.inverses]

    def projector(self, irrep: int) -> Float[np.ndarray, "n n"]:
        """`P_r`, the orthogonal projector on the isotypic component; it commutes with both translations."""
        scale = self.irreps.degrees[irrep] / self.order
        return scale * self.irreps.characters[irrep][self.quotients]


def network_group(table: Int[np.ndarray, "n n"], source: str = "table") -> NetworkGroup:
    """The group with a Cayley table, its characters and real irreps.

    Args:
        table: `table[a, b]` is `ab`.
        source: for messages.

    Raises:
        InputError: the table is not a group's; the message names the axiom and a witness.
    """
    if np.min(table) != 0:
        raise InputError(f"{source}: elements count from {int(np.min(table))}; from 0 would be right")
    group = from_cayley_table(np.asarray(table), name=source)
    n = group.order
    elements = np.array([int(label) for label in group.labels])
    place = np.empty(n, dtype=np.int64)
    place[elements] = np.arange(n)
    inverses = elements[group.inverses[place]]
    characters = character_table_of(group)
    column = conjugacy_classes(group).class_of[place]  # of each element, in the network's numbering
    own = np.asarray(table, dtype=np.int64)
    irreps = _real_irreps(
        characters, column, _frequency_names(own, int(elements[0]), group, place, characters)
    )
    return NetworkGroup(own, int(elements[0]), inverses, group, elements, characters, irreps)


def _real_irreps(
    characters: CharacterTable, column: Int[np.ndarray, " n"], names: dict[int, str]
) -> RealIrreps:
    values = complex_values(characters)
    found: list[tuple[int, ...]] = []
    seen: set[int] = set()
    for row, indicator in enumerate(characters.indicators):
        if row in seen:
            continue
        pair: tuple[int, ...] = (row,)
        if indicator == 0:
            conjugate = int(np.argmin(np.abs(values - values[row].conj()).sum(1)))
            pair = (row, conjugate)
        seen.update(pair)
        found.append(pair)
    degrees = tuple(characters.degrees[pair[0]] for pair in found)
    return RealIrreps(
        labels=tuple(
            names.get(pair[0]) or names.get(pair[-1]) or characters.labels[pair[0]] for pair in found
        ),
        degrees=degrees,
        dimensions=tuple(len(pair) * d * d for pair, d in zip(found, degrees, strict=True)),
        indicators=tuple(characters.indicators[pair[0]] for pair in found),
        constituents=tuple(found),
        characters=np.array([values[list(pair)].sum(0).real[column] for pair in found]),
    )


def _frequency_names(
    table: Int[np.ndarray, "n n"],
    identity: int,
    group: TableGroup,
    place: Int[np.ndarray, " n"],
    characters: CharacterTable,
) -> dict[int, str]:
    """Rows of cyclic and dihedral groups named by their frequency `k` on a cyclic subgroup's generator.

    The generator is the element 1 of the network where it generates, else the first that does: for `Z_n` as
    the integers modulo `n`, `k` is the frequency of `cos(2 pi k x / n)`.
    """
    n = group.order
    orders = group.element_orders(place)
    cyclic = bool((orders == n).any())
    m = n if cyclic else n // 2
    if not cyclic and not _is_dihedral(table, identity, orders):
        return {}
    rotations = np.flatnonzero(orders == m)
    rotation = 1 if n > 1 and orders[1] == m else int(rotations[0])
    column = conjugacy_classes(group).class_of[place[rotation]]
    names = {}
    for row, value in enumerate(complex_values(characters)[:, column]):
        degree = characters.degrees[row]
        angle = np.arccos(np.clip(value.real / degree, -1, 1)) if degree == 2 else np.angle(value)
        frequency = round(abs(float(angle)) * m / (2 * np.pi))
        if cyclic and row > 0:
            names[row] = f"k={frequency}"
        elif degree == 2:
            names[row] = f"k={frequency}"
    return names


def _is_dihedral(table: Int[np.ndarray, "n n"], identity: int, orders: Int[np.ndarray, " n"]) -> bool:
    """Whether a cyclic subgroup of index two has only involutions outside of it (order at least 6)."""
    n = len(table)
    if n < 6 or n % 2 or not (orders == n // 2).any():
        return False
    rotation = int(np.flatnonzero(orders == n // 2)[0])
    inside, element = np.zeros(n, dtype=bool), identity
    for _ in range(n // 2):
        inside[element] = True
        element = int(table[element, rotation])
    return bool((orders[~inside] == 2).all())
