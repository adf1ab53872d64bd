"""What all plots share: the palette, the axes, and the record of a finished plot.

Colours are those of the light page; the page swaps each for its dark partner (`DARK`) by searching the plot's
JSON, so no colour may stand for two things, and none may occur that has no partner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from empirics.figures.palette import (
    EXCLUDED,
    FAINT_POSSIBLE,
    INK,
    MARGIN,
    MUTED,
    PAPER,
    POSSIBLE,
    REQUIRED,
    RULE,
)

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = [
    "DARK",
    "EXCLUDED",
    "FAINT_POSSIBLE",
    "INK",
    "MARGIN",
    "MUTED",
    "PAPER",
    "POSSIBLE",
    "REQUIRED",
    "RULE",
    "STATUS_COLOURS",
    "Figure",
    "axes",
    "escaped",
    "shortened",
]

DARK = {
    INK: "#e7e4dd",
    MUTED: "#a3a29b",
    RULE: "#3a3d42",
    PAPER: "#16181b",
    REQUIRED: "#86b3e0",
    POSSIBLE: "#e2b25f",
    EXCLUDED: "#85878b",
    FAINT_POSSIBLE: "#554525",
    MARGIN: "#86c8a5",
}
STATUS_COLOURS = {
    "required": REQUIRED,
    "possible": POSSIBLE,
    "excluded": EXCLUDED,
    "every": REQUIRED,
    "some": POSSIBLE,
    "none": EXCLUDED,
}
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"


@dataclass(frozen=True)
class Figure:
    """A plot and what is said about it.

    Args:
        key: identifier on the page.
        caption: what it shows and how to read it.
        alternative: the same in words, for those who do not see it.
        plot: plotly's own JSON.
        height: pixels.
    """

    key: str
    caption: str
    alternative: str
    plot: str
    height: int


def escaped(text: str) -> str:
    """Plotly reads a little HTML in its labels; names from outside are text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def shortened(text: str, length: int = 16) -> str:
    """A label that fits below an axis, escaped."""
    return escaped(text if len(text) <= length else f"{text[: length - 1]}…")


def axes(traces: Sequence[Any], height: int, **layout: Any) -> go.Figure:
    """A plot in the style of the page: thin rules, no frame, no toolbar, nothing to drag."""
    import plotly.graph_objects as go

    figure = go.Figure(list(traces))
    figure.update_layout(
        template="none",
        height=height,
        font={"family": FONT, "size": 13, "color": INK},
        paper_bgcolor=PAPER,
        plot_bgcolor=PAPER,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        showlegend=False,
        dragmode=False,
        hoverlabel={"bgcolor": PAPER, "bordercolor": RULE, "font": {"color": INK}, "align": "left"},
        **layout,
    )
    axis = {
        "automargin": True,
        "gridcolor": RULE,
        "zeroline": False,
        "linecolor": RULE,
        "tickfont": {"color": MUTED},
        "title": {"font": {"color": MUTED, "size": 13}, "standoff": 12},
        "fixedrange": True,
    }
    figure.update_xaxes(**axis)
    figure.update_yaxes(**axis)
    return figure
