"""Groups from files: parsed as data only, with limits on size, and every refusal is one line.

`.json`: an object with one of
    "cayley_table": rows of 0..n-1 (or 1..n), with "elements": names, if wanted;
    "permutations": lists of images that count from 0, or strings of cycles that count from 1;
    "matrices" and "field": rows of integers, and the number of elements of the field;
    "presentation": {"generators": ["a", "b"], "relators": ["a^2", "b^3", "(a*b)^5"]};
and a "name", if wanted. `.csv` and `.npy`: a Cayley table.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn, Protocol, TypeVar, runtime_checkable

import numpy as np
from jaxtyping import Integer

from theory.errors import InputError, LimitError
from theory.groups.cayley_table import TABLE_LIMIT, from_cayley_table
from theory.groups.construct import from_matrices, from_permutations, from_presentation
from theory.groups.finite_group import FiniteGroup
from theory.groups.naming import printable

__all__ = ["read", "read_group"]

SIZE_LIMIT = 2**26  # bytes
_KINDS = ("cayley_table", "permutations", "matrices", "presentation")
_COMPANIONS = {"elements": "cayley_table", "field": "matrices"}

Found = TypeVar("Found", covariant=True)


def read_group(path: Path) -> FiniteGroup:
    """The group in a `.json`, `.csv` or `.npy` file.

    Raises:
        InputError, LimitError: one line that begins with the name of the file.
    """
    return read(path, from_cayley_table)


@runtime_checkable
class TableReader(Protocol[Found]):
    """What becomes of a Cayley table: `from_cayley_table`, or something that trusts it less."""

    def __call__(
        self,
        table: Sequence[Sequence[int]] | Integer[np.ndarray, "n n"],
        *,
        labels: Sequence[str] | None = None,
        name: str,
    ) -> Found: ...


def read(path: Path, from_table: TableReader[Found]) -> Found | FiniteGroup:
    """What a file holds: a Cayley table is handed to `from_table` as it is, everything else becomes a group.

    Raises:
        InputError, LimitError: one line that begins with the name of the file.
    """
    name = printable(path.name)
    try:
        size = path.stat().st_size
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror}") from None
    if size > SIZE_LIMIT:
        raise LimitError(f"{name}: {size:,} bytes, the limit for a group file is {SIZE_LIMIT:,}")
    if path.suffix.lower() == ".npy":
        return from_table(_npy_table(path, name), name=name)
    text = _text(path, name)
    if path.suffix.lower() == ".csv":
        return from_table(_csv_table(text, name), name=name)
    return _from_json(text, name, from_table)


def _text(path: Path, name: str) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise InputError(f"{name}: not UTF-8: byte 0x{byte:02x} at offset {error.start}") from None
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror}") from None


def _from_json(text: str, name: str, from_table: TableReader[Found]) -> Found | FiniteGroup:
    document = _json(text, name)
    if not isinstance(document, dict):
        raise InputError(f"{name}: not a JSON object; write one of the keys {', '.join(_KINDS)}")
    unknown = sorted(set(document) - {*_KINDS, *_COMPANIONS, "name"})
    if unknown:
        from difflib import get_close_matches

        near = get_close_matches(unknown[0], [*_KINDS, *_COMPANIONS], n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"known keys: {', '.join(_KINDS)}"
        raise InputError(f"{name}: unknown key {unknown[0][:60]!r}; {hint}")
    kinds = [kind for kind in _KINDS if kind in document]
    if len(kinds) != 1:
        found = " and ".join(kinds) or "none"
        raise InputError(f"{name}: needs exactly one of the keys {', '.join(_KINDS)}; found {found}")
    kind = kinds[0]
    for companion, owner in _COMPANIONS.items():
        if companion in document and owner != kind:
            raise InputError(f"{name}: the key '{companion}' belongs to '{owner}', not to '{kind}'")
    value = document[kind]
    if kind == "presentation":
        if not isinstance(value, dict) or set(value) != {"generators", "relators"}:
            raise InputError(f"{name}: 'presentation' needs the keys generators and relators, two lists")
        return from_presentation(value["generators"], value["relators"], name=name)
    if not isinstance(value, list):
        raise InputError(f"{name}: '{kind}' is {type(value).__name__}, not a list")
    if kind == "permutations":
        return from_permutations(value, name=name)
    if kind == "matrices":
        if "field" not in document:
            raise InputError(f"{name}: 'matrices' needs 'field', the number of elements of the field")
        return from_matrices(value, document["field"], name=name)
    return _from_json_table(value, document.get("elements"), name, from_table)


def _from_json_table(table: list[Any], elements: Any, name: str, from_table: TableReader[Found]) -> Found:
    if elements is None:
        return from_table(table, name=name)
    if not isinstance(elements, list) or not all(isinstance(e, str) and e for e in elements):
        raise InputError(f"{name}: 'elements' is not a list of names")
    if len(set(elements)) < len(elements):
        twice = next(e for e in elements if elements.count(e) > 1)
        raise InputError(f"{name}: 'elements' names {twice!r} twice")
    index = {element: i for i, element in enumerate(elements)}
    rows = []
    for number, row in enumerate(table):
        if isinstance(row, list):
            for entry in row:
                if isinstance(entry, str) and entry not in index:
                    raise InputError(f"{name}: row {number} holds {entry!r}, which 'elements' does not name")
            row = [index[entry] if isinstance(entry, str) else entry for entry in row]
        rows.append(row)
    return from_table(rows, labels=elements, name=name)


def _json(text: str, name: str) -> Any:
    def constant(word: str) -> NoReturn:
        raise InputError(f"{name}: holds {word}, which is not a number")

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        document = dict(pairs)
        if len(document) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise InputError(f"{name}: the key {twice[:60]!r} occurs twice")
        return document

    try:
        return json.loads(text, parse_constant=constant, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{name}: not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from None
    except RecursionError:
        raise InputError(f"{name}: nested too deeply for a group file") from None
    except InputError:
        raise
    except ValueError:  # Python refuses to read integers of more than 4,300 digits
        raise InputError(f"{name}: holds an integer of thousands of digits") from None


def _csv_table(text: str, name: str) -> list[list[int]]:
    rows: list[list[int]] = []
    try:
        for number, row in enumerate(csv.reader(text.splitlines()), start=1):
            if not row or not any(cell.strip() for cell in row):
                continue
            if len(rows) == TABLE_LIMIT:
                raise LimitError(
                    f"{name}: a Cayley table of more than {TABLE_LIMIT:,} rows, which is the limit"
                )
            rows.append([_csv_integer(cell, name, number, i) for i, cell in enumerate(row, start=1)])
    except csv.Error as error:
        raise InputError(f"{name}: not comma-separated values: {error}") from None
    return rows


def _csv_integer(cell: str, name: str, line: int, column: int) -> int:
    word = cell.strip()
    digits = word.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal()):
        raise InputError(f"{name}: line {line}, column {column}: {word[:40]!r} is not an integer")
    if len(digits) > 18:
        raise InputError(f"{name}: line {line}, column {column}: {word[:20]}... has {len(digits)} digits")
    return int(word)


def _npy_table(path: Path, name: str) -> Integer[np.ndarray, "rows columns"]:
    """The array of a `.npy` file; its header is judged before its data are read."""
    try:
        with path.open("rb") as file:
            version = np.lib.format.read_magic(file)
            read = (
                np.lib.format.read_array_header_1_0
                if version == (1, 0)
                else np.lib.format.read_array_header_2_0
            )
            shape, _, dtype = read(file)
        if dtype.hasobject:
            raise InputError(f"{name}: holds Python objects; save the table as an array of integers")
        if dtype.kind not in "iu":
            raise InputError(f"{name}: entries of type {dtype}, not integers")
        if len(shape) != 2:
            raise InputError(f"{name}: an array of {len(shape)} dimensions, not a square table")
        if max(shape) > TABLE_LIMIT:
            raise LimitError(
                f"{name}: a Cayley table of order {max(shape):,}; the limit is {TABLE_LIMIT:,} rows"
            )
        table: Integer[np.ndarray, "rows columns"] = np.load(path, allow_pickle=False)
    except InputError:
        raise
    except (ValueError, EOFError, OSError, SyntaxError, TypeError, UnicodeDecodeError):
        raise InputError(f"{name}: not a .npy file, or cut short") from None
    return table
