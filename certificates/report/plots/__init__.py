"""The report's interactive plots, one a module; each takes the report's data and returns a `Figure`."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from certificates.report.plots.characters import characters_plot
    from certificates.report.plots.classes import classes_plot
    from certificates.report.plots.networks import networks_plot
    from certificates.report.plots.shares import shares_plot
    from certificates.report.plots.style import Figure

__all__ = ["Figure", "characters_plot", "classes_plot", "networks_plot", "shares_plot"]

_HOMES = {
    "Figure": "style",
    "characters_plot": "characters",
    "classes_plot": "classes",
    "networks_plot": "networks",
    "shares_plot": "shares",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"certificates.report.plots.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
