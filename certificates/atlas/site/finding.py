"""The record of a finding: a plot, what one sees in it, and a table that says the same."""

from __future__ import annotations

from dataclasses import dataclass

from certificates.report.plots.style import INK, Figure

__all__ = ["LEGEND", "Finding"]

LEGEND = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"color": INK}}


@dataclass(frozen=True)
class Finding:
    """A section of the findings page.

    Args:
        title: its heading.
        seen: what one sees, in sentences, every number computed.
        figure: the plot.
        heads: of the columns of the table.
        body: its rows; the first cell is the row's heading.
        note: below the table.
    """

    title: str
    seen: tuple[str, ...]
    figure: Figure
    heads: tuple[str, ...]
    body: tuple[tuple[str, ...], ...]
    note: str = ""
