"""The site of the atlas: a table of all groups, a page a group, findings; it opens without a network."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from certificates.atlas.site.build import SiteSummary, build_site

__all__ = ["SiteSummary", "build_site"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("certificates.atlas.site.build"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
