"""Groups of the atlas: the rows of one group gathered, whatever collections it stands in."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from certificates.atlas.records import COLLECTIONS, CensusRow
from theory.errors import InputError

__all__ = ["Entry", "Link", "gathered", "same_tables"]

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9+_.-]{0,120}")


@dataclass(frozen=True)
class Link:
    """What another page says of a group: the name of its page, its own name, and its order."""

    key: str
    name: str
    order: int


@dataclass(frozen=True)
class Entry:
    """One group: one page.

    Args:
        rows: one a number of factors, ascending; of several collections the first that has it.
        collections: those the group stands in, in the order of `COLLECTIONS`.
        also: other names and expressions for it.
    """

    rows: tuple[CensusRow, ...]
    collections: tuple[str, ...]
    also: tuple[str, ...]

    @property
    def head(self) -> CensusRow:
        """The row that gives what does not depend on the number of factors."""
        return self.rows[0]

    @property
    def link(self) -> Link:
        """This entry, as others point to it."""
        return Link(self.head.key, self.head.name or self.head.expression, self.head.order)


def gathered(rows: Iterable[CensusRow]) -> list[Entry]:
    """The groups by order, then by their number in the Small Groups Library, then by name.

    Rows with the same order and number are one group, named as in the first of its collections.

    Raises:
        InputError: a row of an unknown collection, a key that names no file, or two groups under one key.
    """
    places = {name: number for number, name in enumerate(COLLECTIONS)}
    groups: dict[Hashable, list[CensusRow]] = {}
    for row in rows:
        if row.collection not in places:
            raise InputError(f"census: {row.key!r} is of the unknown collection {row.collection!r}")
        if not _KEY.fullmatch(row.key):
            raise InputError(
                f"census: the key {row.key[:80]!r} cannot name a file; such as 'sg-60-5' is right"
            )
        same: Hashable = row.key if row.gap_id is None else (row.order, row.gap_id)
        groups.setdefault(same, []).append(row)
    entries = [_entry(sorted(group, key=lambda row: places[row.collection])) for group in groups.values()]
    entries.sort(key=_place)
    keys = [entry.head.key.lower() for entry in entries]  # some file systems do not tell case apart
    if len(set(keys)) < len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise InputError(f"census: the key {twice!r} stands for two groups")
    return entries


def _entry(rows: Sequence[CensusRow]) -> Entry:
    by_arity: dict[int, CensusRow] = {}
    for row in rows:
        by_arity.setdefault(row.arity, row)
    head = rows[0]
    others = [name for row in rows for name in (row.expression, row.name, *row.also) if name]
    return Entry(
        # the page is the first collection's; a row of another keeps its own key, which names its certificate
        rows=tuple(sorted(by_arity.values(), key=lambda row: (row.arity, row.key))),
        collections=tuple(dict.fromkeys(row.collection for row in rows)),
        also=tuple(name for name in dict.fromkeys(others) if name not in (head.expression, head.name)),
    )


def _place(entry: Entry) -> tuple[int, int | float, str]:
    head = entry.head
    return head.order, float("inf") if head.gap_id is None else head.gap_id, head.key


def same_tables(entries: Iterable[Entry]) -> dict[str, tuple[Link, ...]]:
    """For each group, by its key, the other groups whose character table has the same digest."""
    groups: dict[str, list[Link]] = {}
    for entry in entries:
        groups.setdefault(entry.head.table_invariant, []).append(entry.link)
    return {
        link.key: tuple(other for other in links if other != link)
        for links in groups.values()
        for link in links
    }
