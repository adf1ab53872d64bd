"""The census on disk: parts as Parquet files, each written whole or not at all, and the merged table.

DIR/census.json                      what this folder is: format, arities
DIR/rows/COLLECTION/PART.parquet     rows of a batch; its presence says that the batch is done
DIR/certificates/COLLECTION/PART.parquet   its certificates, written before
DIR/census.parquet                   all rows, merged
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from certificates.atlas.records import COLLECTIONS, CensusRow, ClassRow, IrrepRow
from empirics.files import write_bytes
from theory.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "FORMAT",
    "Store",
    "certificate_bytes",
    "check_pyarrow",
    "existing",
    "merged",
    "read_certificates",
    "read_table",
    "schema",
    "slug",
    "table_bytes",
]

FORMAT = "gammastar census 1"
CERTIFICATE_PAGE = 1 << 26  # bytes of a data page: certificates of similar groups are compressed together
# integers that may pass 2^63, which the table holds as strings of digits
LONG = {"order", "exponent"}
LONG_IN_PARTS = {"irreps": {"degree"}, "classes": {"size"}}


def check_pyarrow() -> None:
    """Refuse a census that could not be written, before any work is done.

    Raises:
        InputError: pyarrow is missing.
    """
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        raise InputError(
            "the census is kept as Parquet by pyarrow: pip install 'gammastar[sweeps]'"
        ) from None


def schema() -> pa.Schema:
    """Columns of the table: the fields of `CensusRow` under the same names."""
    import pyarrow as pa

    kinds = {
        "str": pa.string(),
        "str | None": pa.string(),
        "int": pa.int64(),
        "int | None": pa.int64(),
        "float": pa.float64(),
        "float | None": pa.float64(),
        "bool | None": pa.bool_(),
        "tuple[str, ...]": pa.list_(pa.string()),
    }

    def columns(record: type, long: set[str]) -> list[tuple[str, pa.DataType]]:
        found = []
        for field in fields(record):
            if field.name in long:
                found.append((field.name, pa.string()))
            elif field.name in LONG_IN_PARTS:
                part = IrrepRow if field.name == "irreps" else ClassRow
                found.append((field.name, pa.list_(pa.struct(columns(part, LONG_IN_PARTS[field.name])))))
            else:
                found.append((field.name, kinds[str(field.type)]))
        return found

    return pa.schema(columns(CensusRow, LONG))


def _packed(row: CensusRow) -> dict[str, Any]:
    document = asdict(row)
    for name in LONG:
        document[name] = str(document[name])
    for part, names in LONG_IN_PARTS.items():
        for line in document[part]:
            for name in names:
                line[name] = str(line[name])
    return document


def _unpacked(document: dict[str, Any]) -> CensusRow:
    for name in LONG:
        document[name] = int(document[name])
    for part, names in LONG_IN_PARTS.items():
        record: Any = IrrepRow if part == "irreps" else ClassRow
        document[part] = tuple(
            record(**{name: int(value) if name in names else value for name, value in line.items()})
            for line in document[part]
        )
    for name in ("also", "properties"):
        document[name] = tuple(document[name])
    return CensusRow(**document)


def table_bytes(rows: Sequence[CensusRow], metadata: Mapping[str, str] | None = None) -> bytes:
    """Rows as a Parquet file; its columns and their types do not depend on the rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kept = schema().with_metadata({"gammastar": FORMAT, **(metadata or {})})
    table = pa.Table.from_pylist([_packed(row) for row in rows], schema=kept)
    buffer = BytesIO()
    pq.write_table(table, buffer, compression="zstd", compression_level=19)
    return buffer.getvalue()


def read_table(path: Path) -> list[CensusRow]:
    """The rows of a table of the census.

    Raises:
        InputError: there is no such file, or it is no table of this format.
    """
    return [_unpacked(document) for document in _read(path, None).to_pylist()]


def _read(path: Path, columns: Sequence[str] | None) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.is_file():
        raise InputError(f"{path}: no such file; `gammastar census` writes one")
    try:
        table = pq.read_table(path, columns=columns)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path}: not readable as Parquet: {' '.join(str(error).split())[:120]}") from None
    found = (table.schema.metadata or {}).get(b"gammastar", b"").decode("utf-8", "replace")
    if found != FORMAT:
        raise InputError(f"{path}: is {found or 'no table of a census'}; this program reads {FORMAT!r}")
    return table


def certificate_bytes(certificates: Mapping[tuple[str, int], bytes], level: int = 9) -> bytes:
    """Certificates by (key, arity) as a Parquet file, packed by zstd at a level from 1 to 22."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kept = pa.schema(
        [("key", pa.string()), ("arity", pa.int64()), ("certificate", pa.large_binary())],
        metadata={"gammastar": FORMAT},
    )
    documents = [
        {"key": key, "arity": arity, "certificate": text} for (key, arity), text in certificates.items()
    ]
    buffer = BytesIO()
    pq.write_table(
        pa.Table.from_pylist(documents, schema=kept), buffer, compression="zstd", compression_level=level,
        use_dictionary=False, data_page_size=CERTIFICATE_PAGE,
    )  # fmt: skip
    return buffer.getvalue()


def read_certificates(path: Path) -> dict[tuple[str, int], bytes]:
    """Certificates by (key, arity).

    Raises:
        InputError: as `read_table`.
    """
    return {
        (line["key"], line["arity"]): line["certificate"]
        for line in _read(path, ["key", "arity", "certificate"]).to_pylist()
    }


class Store:
    """A folder with a census, or one that will hold it.

    Args:
        directory: the folder; made when something is written.
        arities: numbers of factors; a folder holds one choice.
    """

    def __init__(self, directory: Path, arities: Sequence[int]) -> None:
        self.directory = directory
        self.arities = tuple(arities)

    def head(self) -> dict[str, Any] | None:
        """What the folder says of itself; None if it holds no census.

        Raises:
            InputError: that is damaged, or of another format.
        """
        path = self.directory / "census.json"
        if not path.exists():
            return None
        try:
            document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            found, _ = document["format"], tuple(document["arities"])
        except (OSError, ValueError, KeyError, TypeError):
            raise InputError(f"{path}: is no head of a census; remove the folder or name another") from None
        if found != FORMAT:
            raise InputError(
                f"{self.directory}: holds {found!r}, this program writes {FORMAT!r}; "
                "name another folder with -o"
            )
        return document

    def open(self) -> None:
        """Begin or go on.

        Raises:
            InputError: the folder holds something else, a census of another format or of other arities.
        """
        head = self.head()
        if head is None:
            held = sorted(entry.name for entry in self.directory.iterdir()) if self.directory.is_dir() else []
            if held:
                raise InputError(
                    f"{self.directory}: holds other files ({held[0]}{', ...' if len(held) > 1 else ''}) "
                    "and no census.json; name an empty or new folder with -o"
                )
            content = json.dumps({"format": FORMAT, "arities": self.arities}).encode()
            write_bytes(self.directory / "census.json", content)
        elif tuple(head["arities"]) != self.arities:
            raise InputError(
                f"{self.directory}: holds a census of arity {_list(head['arities'])}, "
                f"not {_list(self.arities)}; name another folder with -o"
            )

    def done(self) -> set[str]:
        """Keys of the groups that have their rows.

        Raises:
            InputError: a part is damaged; it is named.
        """
        return {key for path in self.parts("rows") for key in _read(path, ["key"])["key"].to_pylist()}

    def parts(self, kind: str) -> Iterator[Path]:
        """The files of "rows" or "certificates"."""
        return iter(sorted((self.directory / kind).rglob("*.parquet")))

    def add(
        self, collection: str, rows: Sequence[CensusRow], certificates: Mapping[tuple[str, int], bytes]
    ) -> None:
        """Keep what came of a batch; the rows are written last.

        Raises:
            InputError: the folder cannot be written to, or the disk is full.
        """
        if not rows:
            return
        keys = [row.key for row in rows]
        digest = hashlib.sha256("\n".join(keys).encode()).hexdigest()[:10]
        name = Path(slug(collection)) / f"{keys[0]}-{digest}.parquet"
        write_bytes(self.directory / "certificates" / name, certificate_bytes(certificates))
        write_bytes(self.directory / "rows" / name, table_bytes(rows))

    def rows(self) -> list[CensusRow]:
        """All rows in the order of the table, each group with the other names that GAP's numbers show."""
        return merged([row for path in self.parts("rows") for row in read_table(path)])

    def certificates(self) -> Iterator[tuple[tuple[str, int], bytes]]:
        """All certificates by (key, arity), part by part: a census holds more than memory need."""
        for path in self.parts("certificates"):
            yield from read_certificates(path).items()


def existing(directory: Path) -> Store:
    """The census in a folder.

    Raises:
        InputError: there is none.
    """
    head = Store(directory, ()).head()
    if head is None:
        raise InputError(f"{directory}: holds no census; `gammastar census -o {directory}` makes one there")
    return Store(directory, head["arities"])


def slug(collection: str) -> str:
    """A collection as a part of a file's name.

    >>> slug("PSL(2,q)"), slug("small groups")
    ('PSL-2-q', 'small-groups')
    """
    return re.sub(r"[^A-Za-z0-9]+", "-", collection).strip("-")


def merged(rows: Sequence[CensusRow]) -> list[CensusRow]:
    """Rows sorted by collection, order and key, the same group by its other expressions in `also`."""
    names: dict[tuple[int, int], list[str]] = {}
    for row in rows:
        if row.gap_id is not None:
            known = names.setdefault((row.order, row.gap_id), [])
            if row.expression not in known:
                known.append(row.expression)
    places = {name: number for number, name in enumerate(COLLECTIONS)}
    ordered = sorted(
        rows, key=lambda row: (places[row.collection], row.order, row.gap_id or 0, row.key, row.arity)
    )
    return [
        row
        if row.gap_id is None
        else replace(
            row, also=tuple(sorted(set(names[row.order, row.gap_id]) - {row.expression}, key=_also_order))
        )
        for row in ordered
    ]


def _also_order(expression: str) -> tuple[bool, int, str]:
    return expression.startswith("gap:"), len(expression), expression


def _list(arities: Sequence[int]) -> str:
    return ", ".join(map(str, arities))
