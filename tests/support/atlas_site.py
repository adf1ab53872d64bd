"""A small census for tests of the site: every kind of page, made by the census itself and checked."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from certificates.atlas.catalogue import Subject
from certificates.atlas.perform import Batch, perform
from certificates.atlas.records import CensusRow

__all__ = ["ARITIES", "HOSTILE", "MONSTER", "small_census"]

ARITIES = (2, 3, 4)
MONSTER = 808017424794512875886459904961710757005754368000000000
HOSTILE = """<script>alert("x")</script><img src=x onerror=alert(1)>&'"{{ 7*7 }}</script>\u2028`;${1}"""
# expression, order and number in the Small Groups Library, GAP's name
_SMALL = (
    ("Z1", 1, 1, "1"),
    ("Z2", 2, 1, "C2"),
    ("Z5", 5, 1, "C5"),
    ("S3", 6, 1, "S3"),
    ("D4", 8, 3, "D8"),
    ("Q8", 8, 4, "Q8"),
    ("Z12", 12, 2, "C12"),
    ("SL(2,3)", 24, 3, "SL(2,3)"),
    ("A5", 60, 5, "A5"),
    ("Z2 x A5", 120, 35, "C2 x A5"),
)


def _subject(key: str, collection: str, expression: str, name: str) -> Subject:
    return Subject(key, collection, expression, name, "", "")


@cache
def small_census() -> tuple[tuple[CensusRow, ...], dict[tuple[str, int], bytes]]:
    """Rows and certificates: the groups above; A5 and D4 from two collections; S6, whose shares are free;

    Dic3 and D9; a group without a certificate, and one of 54 digits, both A5 in disguise.
    """
    small = [_subject(f"sg-{o}-{i}", "small groups", e, name) for e, o, i, name in _SMALL]
    families = [
        _subject("s6", "symmetric", "S6", "S6"),
        _subject("d9", "dihedral", "D9", "D9"),
        _subject("dic3", "dicyclic", "Dic3", "Dic3"),
        _subject("d4", "dihedral", "D4", "D4"),
    ]
    done = perform(Batch("site", (*small, *families), ARITIES, reference=False))
    assert not done.failures
    numbers = {f"sg-{o}-{i}": i for _, o, i, _ in _SMALL} | {"d4": 3}
    rows = [replace(row, gap_id=numbers.get(row.key)) for row in done.rows]
    a5 = [row for row in rows if row.key == "sg-60-5"]
    for row in a5:
        rows.append(replace(row, key="a5", collection="alternating", expression="A5"))
        if row.arity != 2:
            continue
        rows.append(
            replace(
                row,
                key="ct-m",
                collection="sporadic",
                expression='gap:CharacterTable("M")',
                name="M",
                order=MONSTER,
                gap_id=None,
                facts_proved=4,
                facts_trusted=1,
            )
        )
        rows.append(
            replace(
                row,
                key="bare",
                collection="simple",
                expression="bare",
                name="BARE",
                order=10**7,
                gap_id=None,
                certificate_sha256=None,
                certificate_bytes=0,
                facts_proved=0,
                note="order 10000000; the checker's limit is 50000",
            )
        )
    return tuple(rows), done.certificates
