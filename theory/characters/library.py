"""The character table of anything a user can name: closed forms where they exist, else Burnside–Dixon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from theory.characters.table import CharacterTable
from theory.groups.finite_group import FiniteGroup
from theory.groups.naming import Atom, GapExpression, GroupExpression, GroupFile, GroupSource, resolve

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["character_table"]


def character_table(source: GroupSource | FiniteGroup | str) -> CharacterTable:
    """The table of a group expression, a group file, a `gap:` expression or a group.

    Args:
        source: text goes through `theory.groups.naming.resolve`.

    Raises:
        InputError: the source is no group, or beyond a stated limit.

    >>> character_table("Q8").indicators
    (1, 1, 1, 1, -1)
    """
    if isinstance(source, str):
        source = resolve(source)
    match source:
        case GroupExpression():
            return _of_product(source.factors, source.text)
        case GroupFile():
            return _of_group(source.build())
        case GapExpression():
            from theory.characters.gap import imported_table

            return imported_table(source.expression)
        case _:
            return _of_group(source)


def _of_group(group: FiniteGroup) -> CharacterTable:
    from theory.characters.burnside_dixon import character_table_of

    return character_table_of(group)


def _of_product(factors: Sequence[Atom], name: str) -> CharacterTable:
    invariants = [_abelian_invariants(atom) for atom in factors]
    if all(invariants):
        from theory.characters.closed_forms import abelian

        return abelian([m for moduli in invariants for m in moduli], name)
    if len(factors) == 1:
        return _of_atom(factors[0], name)
    from theory.characters.products import product_table

    tables = {atom: _of_atom(atom, atom.name) for atom in factors}
    return product_table([tables[atom] for atom in factors], name)


def _abelian_invariants(atom: Atom) -> tuple[int, ...]:
    """Moduli of the families that are written as abelian groups; empty for the others."""
    match atom.family, atom.parameters:
        case "Z", (int(n),):
            return (n,)
        case "V4", ():
            return (2, 2)
    return ()


def _of_atom(atom: Atom, name: str) -> CharacterTable:
    match atom.family, atom.parameters:
        case (("Z" | "V4"), _):
            from theory.characters.closed_forms import abelian

            return abelian(_abelian_invariants(atom), name)
        case "D", (int(n),):
            from theory.characters.closed_forms import dihedral

            return dihedral(n, name)
        case "Dic", (int(n),):
            from theory.characters.closed_forms import dicyclic

            return dicyclic(n, name)
        case "Q", (int(m),):  # generalised quaternion of order m = 4n
            from theory.characters.closed_forms import dicyclic

            return dicyclic(m // 4, name)
        case "S", (int(n),):
            from theory.characters.symmetric import symmetric

            return symmetric(n, name)
        case "A", (int(n),):
            from theory.characters.alternating import alternating

            return alternating(n, name)
    return _of_group(GroupExpression(name, (atom,)).build())
