"""Finite groups: how to write them down, build them, and find their conjugacy classes."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from theory.groups.conjugacy import ConjugacyClasses, conjugacy_classes
    from theory.groups.construct import (
        direct_product,
        from_cayley_table,
        from_matrices,
        from_permutations,
        from_presentation,
        semidirect_product,
    )
    from theory.groups.finite_group import FiniteGroup, PermutationRealisation
    from theory.groups.naming import Atom, GapExpression, GroupExpression, GroupFile, resolve

__all__ = [
    "Atom",
    "ConjugacyClasses",
    "FiniteGroup",
    "GapExpression",
    "GroupExpression",
    "GroupFile",
    "PermutationRealisation",
    "conjugacy_classes",
    "direct_product",
    "from_cayley_table",
    "from_matrices",
    "from_permutations",
    "from_presentation",
    "resolve",
    "semidirect_product",
]

_HOMES = {
    "Atom": "naming",
    "ConjugacyClasses": "conjugacy",
    "FiniteGroup": "finite_group",
    "GapExpression": "naming",
    "GroupExpression": "naming",
    "GroupFile": "naming",
    "PermutationRealisation": "finite_group",
    "conjugacy_classes": "conjugacy",
    "direct_product": "construct",
    "from_cayley_table": "construct",
    "from_matrices": "construct",
    "from_permutations": "construct",
    "from_presentation": "construct",
    "resolve": "naming",
    "semidirect_product": "construct",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"theory.groups.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
