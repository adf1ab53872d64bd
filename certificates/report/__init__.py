"""The report: one self-contained HTML page made from the records of a verification."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from certificates.report.data import ReportData, collect
    from certificates.report.page import render

__all__ = ["ReportData", "collect", "render"]

_HOMES = {
    "ReportData": "certificates.report.data",
    "collect": "certificates.report.data",
    "render": "certificates.report.page",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
