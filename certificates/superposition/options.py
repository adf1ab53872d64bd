"""Options that verbs share, as annotated types for typer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certificates.cli_options import AsJson, Force

__all__ = ["AsJson", "Force", "ModelFile", "Output", "Seed"]

ModelFile = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="W \\[m, n], features in columns, and b \\[n]: .npz or .safetensors.",
        show_default=False,
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="DIR", help="Folder for result.json and figures.", show_default=False
    ),
]
Seed = Annotated[int, typer.Option("--seed", metavar="S", help="Of everything that is drawn.", min=0)]
