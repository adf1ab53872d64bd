"""The data dictionary of the table, made from the documentation of the records."""

from __future__ import annotations

import dataclasses

from certificates.atlas.publish import documented
from certificates.atlas.records import CensusRow, ClassRow, IrrepRow

__all__ = ["Column", "dictionary"]


@dataclasses.dataclass(frozen=True)
class Column:
    """A column: its name, its type in the table, and what it says."""

    name: str
    kind: str
    meaning: str


def dictionary() -> dict[str, tuple[Column, ...]]:
    """Columns of the table, of the entries of `irreps` and of `classes`."""
    return {
        "Columns": _columns(CensusRow),
        "Fields of the entries of irreps": _columns(IrrepRow),
        "Fields of the entries of classes": _columns(ClassRow),
    }


def _columns(record: type) -> tuple[Column, ...]:
    meanings = documented(record)
    return tuple(
        Column(field.name, str(field.type), meanings[field.name]) for field in dataclasses.fields(record)
    )
