"""The data dictionary of the census's table, made from its schema and the documentation of the records."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, fields

from certificates.atlas.records import CensusRow, ClassRow, IrrepRow
from certificates.atlas.store import schema

__all__ = ["Column", "dictionary"]


@dataclass(frozen=True)
class Column:
    """A column: its name, its type in the table, and what it says."""

    name: str
    kind: str
    meaning: str


def dictionary() -> dict[str, tuple[Column, ...]]:
    """Columns of the table, of the entries of `irreps` and of `classes`, by title."""
    return {
        "Columns": _columns(CensusRow),
        "Fields of the entries of irreps": _columns(IrrepRow),
        "Fields of the entries of classes": _columns(ClassRow),
    }


def _columns(record: type) -> tuple[Column, ...]:
    types = {field.name: str(field.type) for field in schema()}
    if record is not CensusRow:
        inner = schema().field("irreps" if record is IrrepRow else "classes").type.value_type
        types = {field.name: str(field.type) for field in inner}
    meanings = _documented(record)
    return tuple(
        Column(field.name, _kind(types[field.name]), meanings[field.name]) for field in fields(record)
    )


def _kind(arrow: str) -> str:
    """A type of Arrow in words."""
    if not arrow.startswith("list"):
        return arrow
    return "list of records" if "struct" in arrow else "list of strings"


def _documented(record: type) -> dict[str, str]:
    """The text of each argument in a docstring, as a sentence."""
    arguments = (inspect.getdoc(record) or "").partition("Args:\n")[2]
    found = re.findall(r"^    (\w+): ((?:.+\n?)(?:^        .+\n?)*)", arguments, re.MULTILINE)
    return {name: body[:1].upper() + " ".join(body.split())[1:] for name, body in found}
