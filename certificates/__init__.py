"""Certificates of maximum margins: documents, the checker, the report and the command line.

Names are loaded when first used: importing this package loads nothing of ours, so that
`certificates.checker` runs with nothing but Python and python-flint.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from certificates.checker import CertificateError, CertificateLimitError, Fact, Report, check, digest

__all__ = ["CertificateError", "CertificateLimitError", "Fact", "Report", "check", "digest"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("certificates.checker"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
