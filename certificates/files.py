"""Writing files so that none is ever left half-written."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from theory.errors import InputError

__all__ = ["default_directory", "prepare_directory", "write_all", "write_text"]


def default_directory(expression: str) -> Path:
    """The folder `verify` writes to when none is named: `gammastar-SLUG`.

    >>> str(default_directory("Z7:Z3 x A5"))
    'gammastar-Z7-Z3-x-A5'
    >>> str(default_directory("data/my group.json"))
    'gammastar-my-group'
    """
    is_file = expression.lower().endswith((".json", ".csv", ".npy"))
    name = Path(expression).stem if is_file else expression
    slug = re.sub(r"[^A-Za-z0-9+]+", "-", name).strip("-")[:60].rstrip("-")
    return Path(f"gammastar-{slug or 'group'}")


def prepare_directory(directory: Path, *, force: bool) -> None:
    """Refuse a folder that cannot take the results, before any work is done; creates nothing.

    Raises:
        InputError: `directory` is a file, or holds files and `force` is not set.
    """
    if directory.exists() and not directory.is_dir():
        raise InputError(f"{directory}: is a file, but -o DIR names the folder to write to")
    if directory.is_dir() and not force:
        held = sorted(entry.name for entry in directory.iterdir())
        if held:
            raise InputError(
                f"{directory}: holds files already ({held[0]}{', ...' if len(held) > 1 else ''}); "
                "add --force to write into it, or name another folder with -o"
            )


def write_text(path: Path, text: str) -> None:
    """Write one file: to a temporary name in the same folder, then renamed."""
    write_all(path.parent, {path.name: text})


def write_all(directory: Path, texts: Mapping[str, str]) -> None:
    """Write files to a folder, creating it: all are complete under temporary names before any is renamed.

    A run that stops early, by an error or by Ctrl-C, leaves no file of these names half-written.

    Raises:
        InputError: the folder cannot be written to.
    """
    pending: list[tuple[str, Path]] = []
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            handle, temporary = tempfile.mkstemp(dir=directory, prefix=f".{name}.", suffix=".part")
            pending.append((temporary, directory / name))
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            os.chmod(temporary, 0o666 & ~_umask())  # mkstemp makes files that only their owner reads
        for temporary, path in pending:
            os.replace(temporary, path)
    except OSError as error:
        place = error.filename2 or error.filename or directory
        raise InputError(f"{place}: cannot be written: {error.strerror or error}") from None
    finally:
        for temporary, _ in pending:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
