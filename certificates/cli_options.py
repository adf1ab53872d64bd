"""What several applications of the command line share: options as annotated types for typer."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer

__all__ = ["AsJson", "Force", "Workers", "application", "worker_count"]

AsJson = Annotated[
    bool, typer.Option("--json", metavar="", help="Print one JSON object; progress goes to stderr.")
]
Force = Annotated[bool, typer.Option("--force", metavar="", help="Write into a folder that holds files.")]
Workers = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Processes on this machine; one a core if not said.")
]


def application(**settings: Any) -> typer.Typer:
    """An application whose help looks like that of `gammastar`."""
    return typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
        **settings,
    )


def worker_count(workers: int | None) -> int:
    """How many processes `Workers` means."""
    return workers or os.cpu_count() or 1
