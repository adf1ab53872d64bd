"""Writing files so that none is ever left half-written."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from theory.errors import InputError

__all__ = ["check_file", "default_directory", "prepare_directory", "write_all", "write_text"]


def default_directory(expression: str, command: str = "") -> Path:
    """The folder a command writes to when none is named: `gammastar-SLUG`, or `gammastar-COMMAND-SLUG`.

    >>> str(default_directory("Z7:Z3 x A5"))
    'gammastar-Z7-Z3-x-A5'
    >>> str(default_directory("Q8", "train"))
    'gammastar-train-Q8'
    >>> str(default_directory("data/my group.json"))
    'gammastar-my-group'
    """
    is_file = expression.lower().endswith((".json", ".csv", ".npy"))
    name = Path(expression).stem if is_file else expression
    slug = re.sub(r"[^A-Za-z0-9+]+", "-", name).strip("-")[:60].rstrip("-")
    return Path("-".join(["gammastar", *[command] * bool(command), slug or "group"]))


def prepare_directory(directory: Path, *, force: bool) -> None:
    """Refuse a folder that cannot take the results, before any work is done; creates nothing.

    Raises:
        InputError: `directory` is a file or cannot be written to, or holds files and `force` is not set.
    """
    if directory.exists() and not directory.is_dir():
        raise InputError(f"{directory}: is a file, but -o DIR names the folder to write to")
    _check_writable(directory)
    if directory.is_dir() and not force:
        held = sorted(entry.name for entry in directory.iterdir())
        if held:
            raise InputError(
                f"{directory}: holds files already ({held[0]}{', ...' if len(held) > 1 else ''}); "
                "add --force to write into it, or name another folder with -o"
            )


def check_file(path: Path) -> None:
    """Refuse a name under which no file can be written, before any work is done; creates nothing.

    Raises:
        InputError: `path` is a folder, or a device or pipe: writing there means to replace it.
    """
    if path.is_dir():
        raise InputError(f"{path}: cannot be written: it is a folder, not a file")
    if path.exists() and not path.is_file():
        raise InputError(f"{path}: cannot be written: it is a device or a pipe, not an ordinary file")
    _check_writable(path.absolute().parent)


def _check_writable(directory: Path) -> None:
    """Refuse a folder that can neither be written to nor made."""
    above = directory.absolute()
    while not above.exists() and above != above.parent:
        above = above.parent
    if not above.is_dir():
        raise InputError(f"{directory}: cannot be written: {above} is a file, not a folder")
    if not os.access(above, os.W_OK | os.X_OK):
        raise InputError(f"{directory}: cannot be written: no permission to write to {above}")


def write_text(path: Path, text: str) -> None:
    """Write one file: to a temporary name in the same folder, then renamed."""
    write_all(path.parent, {path.name: text})


def write_all(directory: Path, texts: Mapping[str, str]) -> None:
    """Write files to a folder, creating it: all are complete under temporary names before any is renamed.

    A run that stops early, by an error or by Ctrl-C, leaves no file of these names half-written. A symbolic
    link stays one: what it points to is written.

    Raises:
        InputError: the folder cannot be written to, or one of the names is not an ordinary file's.
    """
    pending: list[tuple[str, Path]] = []
    place = directory
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            place = directory / name
            check_file(place)
            path = place.resolve()
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".gammastar-", suffix=".part")
            pending.append((temporary, path))
            # a name that is no UTF-8 may be quoted in the text
            with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            os.chmod(temporary, 0o666 & ~_umask())  # mkstemp makes files that only their owner reads
        for temporary, path in pending:
            os.replace(temporary, path)
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{place}: cannot be written: {reason}") from None
    finally:
        for temporary, _ in pending:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
