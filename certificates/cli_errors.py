"""What is said of an error at the command line: one line on stderr, and the exit code."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["told"]

INTERRUPTED = 130  # 128 + SIGINT, as in `cli`
UNUSABLE = 2  # the input cannot be used


def _one_line(message: str) -> str:
    return " ".join(message.split())


def told(error: Exception) -> int:
    """Say in one line what the user can change, and return the exit code; bugs are raised again."""
    if hasattr(error, "format_message") and hasattr(error, "exit_code"):  # wrong options: click's UsageError
        context = getattr(error, "ctx", None)
        command = context.command_path if context is not None else "gammastar"
        message = str(error.format_message()).rstrip(".")
        if message:  # empty where click has just printed the help text
            print(_one_line(f"{command}: {message}; see '{command} --help'"), file=sys.stderr)
        return UNUSABLE
    if type(error).__name__ == "Abort":  # click's word for Ctrl-C and a closed stdin
        print("gammastar: interrupted, nothing written", file=sys.stderr)
        return INTERRUPTED
    if type(error).__name__ == "Interrupted":  # Ctrl-C in a training run, which says how to go on
        print(_one_line(f"gammastar: {error}"), file=sys.stderr)
        return INTERRUPTED
    # An error class can only have been raised if its module is loaded: no need to load the prover here.
    classes: list[Any] = [
        getattr(sys.modules[module], name)
        for module, name in (("theory.errors", "InputError"), ("certificates.checker", "CertificateError"))
        if module in sys.modules and hasattr(sys.modules[module], name)
    ]
    if isinstance(error, tuple(classes)):
        print(_one_line(str(error)), file=sys.stderr)
        return UNUSABLE
    if isinstance(error, OSError):  # a full disk behind stdout, a name too long for the file system
        place = f"{error.filename}: " if error.filename else ""
        print(_one_line(f"gammastar: {place}{error.strerror or error}"), file=sys.stderr)
        return UNUSABLE
    raise error
