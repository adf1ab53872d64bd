"""The table of all groups as a script: pages opened from `file://` cannot fetch a file of data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from certificates.atlas.records import COLLECTIONS, CensusRow
from certificates.atlas.site.entries import Entry
from certificates.atlas.site.lines import counted
from certificates.atlas.site.names import pretty
from theory.characters.properties import PROPERTIES

__all__ = ["table_script"]

LONGEST_EXACT = 30  # characters of an exact cost that stands in the table


def table_script(entries: Sequence[Entry]) -> str:
    """`data.js`: one array a group, in the order of the entries.

    key, name, other words to search for, order in digits, number in the library or null, collections and
    properties as lists of places in the two lists of names, classes, irreps (a pair counted once), and for
    each number of factors null or: cost, exact cost or "", gain, Theorem 9's condition (1, 0 or null),
    whether the Plancherel weights are optimal (1 or 0), required and possible irreps.
    """
    arities = sorted({row.arity for entry in entries for row in entry.rows})
    document = {
        "collections": list(COLLECTIONS),
        "properties": list(PROPERTIES),
        "arities": arities,
        "groups": [_line(entry, arities) for entry in entries],
    }
    text = json.dumps(document, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    # a name can neither end a script nor, by the line separators that JSON allows, a line of one
    return f"window.ATLAS={text.replace('<', chr(92) + 'u003c')};\n"


def _line(entry: Entry, arities: Sequence[int]) -> list[Any]:
    head = entry.head
    by_arity = {row.arity: row for row in entry.rows}
    places = {name: number for number, name in enumerate(COLLECTIONS)}
    known = {name: number for number, name in enumerate(PROPERTIES)}
    return [
        head.key,
        pretty(entry.link.name),
        " ".join(dict.fromkeys([entry.link.name, head.expression, *entry.also])),
        str(head.order),
        head.gap_id,
        [places[name] for name in entry.collections],
        [known[name] for name in head.properties if name in known],
        head.conjugacy_classes,
        max(len(row.irreps) for row in entry.rows),
        *(_margin(by_arity.get(arity)) for arity in arities),
    ]


def _margin(row: CensusRow | None) -> list[Any] | None:
    if row is None or row.cost is None or row.structure_gain is None:
        return None
    exact = row.cost_exact if len(row.cost_exact) <= LONGEST_EXACT else ""
    return [
        float(f"{row.cost:.9g}"),
        _shown(exact),
        float(f"{row.structure_gain:.9g}"),
        None if row.theorem9_condition is None else int(row.theorem9_condition),
        int(bool(row.plancherel_optimal)),
        counted(row, "required"),
        counted(row, "possible"),
    ]


def _shown(exact: str) -> str:
    """`8/15 + 4/5*sqrt(3)` as `8/15 + 4/5 √3`."""
    return exact.replace("*sqrt(", " √").replace("sqrt(", "√").replace(")", "").replace(" - ", " − ")
