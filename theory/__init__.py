"""Finite groups, exact character tables, explicit irreps and exact maximum margins."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from theory.characters.library import character_table
    from theory.errors import GapError, InputError, LimitError, UnknownNameError
    from theory.groups.naming import resolve
    from theory.margins.exact import solve

__all__ = ["GapError", "InputError", "LimitError", "UnknownNameError", "character_table", "resolve", "solve"]

_HOMES = {
    "GapError": "theory.errors",
    "InputError": "theory.errors",
    "LimitError": "theory.errors",
    "UnknownNameError": "theory.errors",
    "character_table": "theory.characters.library",
    "resolve": "theory.groups.naming",
    "solve": "theory.margins.exact",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
