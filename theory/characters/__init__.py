"""Exact character tables of finite groups; names are loaded on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from theory.characters.burnside_dixon import character_table_of
    from theory.characters.cyclotomic import Cyclotomic
    from theory.characters.library import character_table
    from theory.characters.realisation import AbelianRealisation, InversionRealisation
    from theory.characters.table import CharacterTable

__all__ = [
    "AbelianRealisation",
    "CharacterTable",
    "Cyclotomic",
    "InversionRealisation",
    "character_table",
    "character_table_of",
]

_HOME = {
    "AbelianRealisation": "realisation",
    "CharacterTable": "table",
    "Cyclotomic": "cyclotomic",
    "InversionRealisation": "realisation",
    "character_table": "library",
    "character_table_of": "burnside_dixon",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
