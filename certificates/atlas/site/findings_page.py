"""The findings page: what the rows show together."""

from __future__ import annotations

from collections.abc import Sequence

from certificates.atlas.site.entries import Entry
from certificates.atlas.site.finding_condition import condition_finding
from certificates.atlas.site.finding_data import points
from certificates.atlas.site.finding_scatter import gain_finding, irreps_finding
from certificates.atlas.site.frame import page

__all__ = ["findings_page"]


def findings_page(entries: Sequence[Entry]) -> str:
    """The page as HTML; every number on it is computed from the rows."""
    of = points(entries)
    found = [gain_finding(of), condition_finding(of), irreps_finding(of)] if of else []
    return page(
        "findings.html.j2",
        "findings",
        plots=True,
        findings=[finding for finding in found if finding is not None],
        groups=len(of),
    )
