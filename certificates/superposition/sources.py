"""What verbs on geometry are given: a file of weights, or a named configuration of unit vectors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from theory.superposition.model import ToyModel

__all__ = ["Blocks", "Source", "read_source"]

Blocks = tuple[tuple[int, ...], ...]
Source = Annotated[
    str,
    typer.Argument(
        metavar="FILE|NAME",
        help="W [m, n] and b [n], .npz or .safetensors; or unit vectors by name, such as 5+5 or tetra+3+2.",
        show_default=False,
    ),
]


def read_source(source: str) -> tuple[ToyModel, Blocks | None]:
    """The model, and for a configuration the direct sum that it is by construction.

    Raises:
        InputError: neither a file that can be read nor a name that is known.
    """
    from theory.superposition.configurations import configuration
    from theory.superposition.model import load_model, toy_model

    path = Path(source)
    if path.suffix in (".npz", ".safetensors") or path.exists():
        return load_model(path), None
    made = configuration(source)
    return toy_model(made.points, source=made.name), made.blocks
