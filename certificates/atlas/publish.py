"""A census as reference data: one table, its dictionary, the certificates packed small, checksums."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from itertools import groupby
from pathlib import Path

from certificates.atlas.catalogue import FAMILIES
from certificates.atlas.dictionary import Column, dictionary
from certificates.atlas.records import COLLECTIONS, CensusRow
from certificates.atlas.store import FORMAT, Store, certificate_bytes, slug, table_bytes
from empirics.files import write_bytes

__all__ = ["command", "publish", "published", "readme"]

LEVEL = 19  # of zstd: slow to pack, as quick to read


def published() -> Path | None:
    """The folder of the published census in a checkout of the source; None in an installation without one."""
    folder = Path(__file__).resolve().parents[2] / "results" / "atlas"
    return folder if (folder / "census.parquet").is_file() else None


def publish(store: Store, directory: Path) -> dict[str, int]:
    """Write census.parquet, certificates/COLLECTION.parquet, README.md and SHA256SUMS.

    The folder can be read as that of a census.

    Args:
        store: the census.
        directory: where to write.

    Returns:
        bytes of each file by its name.

    Raises:
        InputError: the folder cannot be written to.
    """
    rows = store.rows()
    contents = {"census.parquet": table_bytes(rows, {"version": _version()})}
    certificates = dict(store.certificates())
    for collection, members in groupby(rows, key=lambda row: row.collection):
        packed = {
            place: certificates[place] for row in members if (place := (row.key, row.arity)) in certificates
        }
        contents[f"certificates/{slug(collection)}.parquet"] = certificate_bytes(packed, LEVEL)
    contents["README.md"] = readme(rows).encode()
    sums = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in contents.items()]
    contents["SHA256SUMS"] = "".join(sums).encode()
    for name, content in contents.items():
        write_bytes(directory / name, content)
    return {name: len(content) for name, content in contents.items()}


def readme(rows: Sequence[CensusRow]) -> str:
    """What the folder holds, and the data dictionary, as Markdown."""
    groups = {row.key: row.collection for row in rows}
    arities = sorted({row.arity for row in rows})
    kept = {name: list(groups.values()).count(name) for name in COLLECTIONS}
    lines = [
        "# The census of maximum margins",
        "",
        f"{len(groups):,} groups, {', '.join(map(str, arities))} factors, {len(rows):,} rows; format "
        f"`{FORMAT}`, made by gammastar {_version()} with",
        "",
        "```sh",
        command(rows),
        "gammastar atlas publish --census census -o results/atlas",
        "```",
        "",
        "`census.parquet` holds a row for each group and number of factors, `certificates/` their "
        "certificates (columns `key`, `arity`, `certificate`: the text that `gammastar check` reads), "
        "`SHA256SUMS` the checksums.",
        "",
        "| collection | groups | what it holds |",
        "|---|---|---|",
        *(f"| {name} | {kept[name]:,} | {COLLECTIONS[name]} |" for name in COLLECTIONS if kept[name]),
        "",
        *(line for title, columns in dictionary().items() for line in _listed(title, columns)),
    ]
    return "\n".join(lines)


def _listed(title: str, columns: Sequence[Column]) -> list[str]:
    cells = (f"| `{c.name}` | {c.kind} | {c.meaning.replace('|', '&#124;')} |" for c in columns)
    return [f"## {title}", "", "| column | type | meaning |", "|---|---|---|", *cells, ""]


def command(rows: Sequence[CensusRow]) -> str:
    """The command that makes a census of these rows."""
    held = {row.collection for row in rows}
    small = max((row.order for row in rows if row.collection == "small groups"), default=0)
    families = ["all"] if held >= set(FAMILIES) else [name for name in FAMILIES if name in held]
    words = ["gammastar", "census"]
    words += ["--max-order", str(small)] if small else []
    words += ["--families", ",".join(families)] if families else []
    words += ["--arity", ",".join(map(str, sorted({row.arity for row in rows}))), "-o", "census"]
    return shlex.join(words)


def _version() -> str:
    try:
        return version("gammastar")
    except PackageNotFoundError:
        return "unknown"
