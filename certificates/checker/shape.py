"""Strict readers of untrusted JSON, plain or packed by gzip: each names the place of what it refuses."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from flint import fmpq

from certificates.checker.errors import CertificateError, CertificateLimitError

__all__ = [
    "array",
    "boolean",
    "decimal",
    "free",
    "index",
    "integer",
    "load",
    "mapping",
    "rational",
    "refuse",
    "text",
]

FILE_BYTES = 64 << 20
GZIP = b"\x1f\x8b"  # first bytes of a file of that format, RFC 1952
DIGITS = 4000  # of one integer; Python itself converts at most 4300
SAFE_INTEGER = 1 << 53  # beyond it a JSON number is not the same number in every reader
FREE_DEPTH = 8  # of what stands under labels and provenance

INTEGER = re.compile(r"0|-?[1-9][0-9]*")
RATIONAL = re.compile(r"(0|-?[1-9][0-9]*)(?:/([1-9][0-9]*))?")
DECIMAL = re.compile(r"[01](\.[0-9]{1,30})?")

_T = TypeVar("_T")


def refuse(place: str, wrong: str) -> NoReturn:
    """Raise `CertificateError` for a place in the document."""
    raise CertificateError(f"{place}: {wrong}" if place else wrong)


def _shown(value: Any) -> str:
    try:
        written = json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        written = type(value).__name__
    return written if len(written) <= 40 else written[:37] + "..."


def _unpacked(data: bytes) -> bytes:
    """These bytes, or what gzip packed into them, at most `FILE_BYTES`."""
    if len(data) > FILE_BYTES:
        raise CertificateLimitError(f"{len(data)} bytes; the checker's limit is {FILE_BYTES}")
    if not data.startswith(GZIP):
        return data
    stream = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        plain = stream.decompress(data, FILE_BYTES + 1)
    except zlib.error as error:
        refuse("", f"damaged gzip: {error}")
    if len(plain) > FILE_BYTES:
        raise CertificateLimitError(f"more than {FILE_BYTES} bytes when unpacked, the checker's limit")
    if not stream.eof:
        refuse("", "cut off: gzip's end is missing")
    if stream.unused_data:
        refuse("", f"{len(stream.unused_data)} bytes follow gzip's end")
    return plain


def load(data: bytes) -> Any:
    """Parse JSON without floats, duplicate keys, NaN, integers beyond 2^53, or anything but UTF-8."""
    data = _unpacked(data)
    try:
        written = data.decode("utf-8")
    except UnicodeDecodeError as error:
        refuse("", f"not UTF-8: byte {error.start} is 0x{data[error.start]:02x}")
    try:
        return json.loads(
            written,
            parse_float=lambda text: refuse("", f"holds the number {text[:40]}; certificates hold no floats"),
            parse_int=_small_integer,
            parse_constant=lambda text: refuse("", f"holds {text}, which is not JSON"),
            object_pairs_hook=_unique,
        )
    except json.JSONDecodeError as error:
        refuse("", f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}")
    except RecursionError:
        refuse("", "nested too deeply; a certificate has fewer than 20 levels")


def _small_integer(written: str) -> int:
    if len(written) > 17 or abs(int(written)) > SAFE_INTEGER:
        refuse("", f"holds the number {written[:40]}; integers beyond 2^53 are written as strings")
    return int(written)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            refuse("", f"the key {_shown(key)} occurs twice in one object")
        result[key] = value
    return result


def mapping(value: Any, place: str, keys: tuple[str, ...]) -> dict[str, Any]:
    """An object with exactly these keys."""
    if type(value) is not dict:
        refuse(place, f"holds {_shown(value)}, not an object")
    for key in keys:
        if key not in value:
            refuse(place, f"lacks the key '{key}'")
    for key in value:
        if key not in keys:
            refuse(place, f"holds the unknown key {_shown(key)}; the keys are {', '.join(keys)}")
    result: dict[str, Any] = value
    return result


def array(
    value: Any,
    place: str,
    read: Callable[[Any, str], _T],
    length: int | None = None,
    limit: int | None = None,
) -> tuple[_T, ...]:
    """An array, each entry through `read`; of exactly `length` entries if given, of at most `limit`."""
    if type(value) is not list:
        refuse(place, f"holds {_shown(value)}, not an array")
    if length is not None and len(value) != length:
        refuse(place, f"has {len(value)} entries instead of {length}")
    if limit is not None and len(value) > limit:
        raise CertificateLimitError(f"{place}: has {len(value)} entries; the checker's limit is {limit}")
    return tuple([read(entry, f"{place}[{number}]") for number, entry in enumerate(value)])


def index(value: Any, place: str, low: int, high: int) -> int:
    """A JSON integer with `low <= value < high`; a boolean is none."""
    if type(value) is not int:
        refuse(place, f"holds {_shown(value)}, not an integer")
    if not low <= value < high:
        refuse(place, f"holds {value}, which is not between {low} and {high - 1}")
    return value


def boolean(value: Any, place: str) -> bool:
    """`true` or `false`; 0 and 1 are neither."""
    if type(value) is not bool:
        refuse(place, f"holds {_shown(value)}, not true or false")
    return value


def text(value: Any, place: str, *, among: tuple[str, ...] = ()) -> str:
    """A string, one of `among` if given."""
    if type(value) is not str:
        refuse(place, f"holds {_shown(value)}, not a string")
    if among and value not in among:
        refuse(place, f"holds {_shown(value)} instead of {' or '.join(among)}")
    return value


def integer(value: Any, place: str) -> int:
    """An integer of any size, written as a string without leading zeros or a plus."""
    if type(value) is not str or len(value) > DIGITS or INTEGER.fullmatch(value) is None:
        refuse(place, f'holds {_shown(value)}; an integer is written as a string such as "-12"')
    return int(value)


def rational(value: Any, place: str) -> Any:
    """A rational in lowest terms, written as a string such as "-3/4" or "2"."""
    match = RATIONAL.fullmatch(value) if type(value) is str and len(value) <= 2 * DIGITS else None
    if match is None or max(map(len, match.groups(""))) > DIGITS:
        refuse(place, f'holds {_shown(value)}; a rational is written as a string such as "-3/4"')
    result = fmpq(int(match[1]), int(match[2] or 1))
    if str(result) != value:
        refuse(place, f"holds {_shown(value)}, which is not in lowest terms")
    return result


def decimal(value: Any, place: str) -> Any:
    """A share: a decimal string between 0 and 1 with at most 30 digits behind the point."""
    if type(value) is not str or DECIMAL.fullmatch(value) is None:
        refuse(place, f'holds {_shown(value)}; a share is written as a string such as "0.25"')
    whole, _, digits = value.partition(".")
    return fmpq(int(whole + digits), 10 ** len(digits))


def free(value: Any, place: str, depth: int = FREE_DEPTH) -> Any:
    """Anything without floats, to a limited depth: labels and provenance, of which nothing is proved."""
    if depth == 0:
        refuse(place, "nested too deeply")
    if type(value) is dict:
        for key, entry in value.items():
            free(entry, f"{place}.{_shown(key)}", depth - 1)
    elif type(value) is list:
        for entry in value:
            free(entry, f"{place}[]", depth - 1)
    elif type(value) not in (str, int, bool, type(None)):
        refuse(place, f"holds {_shown(value)}")
    return value
