"""The page that says how to read the atlas, how it was made, and how to check it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from certificates.atlas.dictionary import dictionary
from certificates.atlas.publish import command
from certificates.atlas.records import COLLECTIONS
from certificates.atlas.site.entries import Entry
from certificates.atlas.site.frame import page
from certificates.atlas.site.names import PROPERTY_WORDS

__all__ = ["Making", "about_page"]


@dataclass(frozen=True)
class Making:
    """How a site was made.

    Args:
        version: of gammastar.
        programs: versions of other programs, by name.
        table_bytes: size of the table that lies in the site; None where there is none.
        table_sha256: its digest.
        certificates: how many lie in the site.
    """

    version: str
    programs: Mapping[str, str]
    table_bytes: int | None
    table_sha256: str
    certificates: int


def about_page(entries: Sequence[Entry], making: Making) -> str:
    """The page as HTML."""
    standing = {name for entry in entries for name in entry.collections}
    return page(
        "about.html.j2",
        "about",
        making=making,
        census=command([row for entry in entries for row in entry.rows]),
        collections={name: what for name, what in COLLECTIONS.items() if name in standing},
        counts={name: sum(name in entry.collections for entry in entries) for name in standing},
        properties=PROPERTY_WORDS,
        dictionary=dictionary(),
        rows=sum(len(entry.rows) for entry in entries),
        arities=sorted({row.arity for entry in entries for row in entry.rows}),
        groups=len(entries),
    )
