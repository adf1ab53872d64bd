"""Stages of a run: told on stderr while they happen, kept as records for the result."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

__all__ = ["Interrupted", "Progress", "Stage", "interruptible"]


class Interrupted(RuntimeError):
    """Ctrl-C in a run that can be taken up again; the message says how.

    No KeyboardInterrupt: typer turns those into an exit code, and the message would be lost.
    """


@contextmanager
def interruptible(how: str) -> Iterator[None]:
    """Let Ctrl-C end a command by `Interrupted`.

    Args:
        how: how to go on, or what is left to do.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted; {how}") from None


@dataclass
class Stage:
    """One stage of a run; `detail` says what came out of it."""

    name: str
    status: str = "done"  # or "skipped", "failed"
    detail: str = ""
    seconds: float = 0.0
    tell: Callable[[str], None] = field(default=lambda text: None, repr=False)  # what the stage is doing now

    def announce(self, text: str) -> None:
        """What a long stage has just done: on a terminal in place of the last text, elsewhere a line each."""
        self.tell(text)
        if not sys.stderr.isatty():
            print(f"  {text}", file=sys.stderr, flush=True)

    def skip(self, reason: str) -> None:
        """This stage was left out, and why."""
        self.status, self.detail = "skipped", reason

    def fail(self, reason: str) -> None:
        """What this stage checks is false."""
        self.status, self.detail = "failed", reason

    def result(self) -> dict[str, Any]:
        """The stage as JSON."""
        return {
            "name": self.name,
            "status": self.status,
            "detail": self.detail,
            "seconds": round(self.seconds, 3),
        }


class Progress:
    """Tells the stages of a run on stderr.

    On a terminal the running stage shows a spinner. With `verbose` each finished stage leaves a line,
    terminal or not; without, nothing stays.
    """

    def __init__(self, *, verbose: bool) -> None:
        self.stages: list[Stage] = []
        self._verbose = verbose
        self._held: list[Stage] = []
        self._console: Any = None
        self._spinner: Any = None
        if sys.stderr.isatty():
            from rich.console import Console

            self._console = Console(stderr=True, highlight=False)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rest()

    def _rest(self) -> None:
        if self._spinner is not None:
            self._spinner.stop()
            self._spinner = None

    def _tell(self, stage: Stage) -> None:
        mark = {"done": "✓", "skipped": "–", "failed": "✗"}[stage.status]
        line = f"{mark} {stage.name:<24} {stage.seconds:7.2f} s  {stage.detail}".rstrip()
        if self._console is not None:
            self._console.print(line, markup=False, soft_wrap=True)
        else:
            print(line, file=sys.stderr, flush=True)

    @contextmanager
    def stage(self, name: str, *, hold: bool = False) -> Iterator[Stage]:
        """Run one stage; an error passes through.

        Args:
            name: what is said of it.
            hold: tell it together with the next stage, so that an error in that one is the only line.
        """
        stage = Stage(name)
        if self._console is not None:
            spinner = self._spinner = self._console.status(f"{name} …")
            spinner.start()
            stage.tell = lambda text: spinner.update(f"{name}: {text} …")
        start = time.perf_counter()
        try:
            yield stage
        finally:
            self._rest()
        stage.seconds = time.perf_counter() - start
        self.stages.append(stage)
        self._held.append(stage)
        if self._verbose and not hold:
            for finished in self._held:
                self._tell(finished)
            self._held.clear()
