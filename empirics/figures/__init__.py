"""Figures of training runs, as PNG and GIF; what they show is computed once, in `data`."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from empirics.figures.data import RunFigures, collect
    from empirics.figures.stills import draw_all

__all__ = ["RunFigures", "collect", "draw_all"]

_HOMES = {"RunFigures": "data", "collect": "data", "draw_all": "stills"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"empirics.figures.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
