"""What all plots share: the palette, the axes, and the record of a finished plot.

Colours are those of the light page; the page swaps each for its dark partner (`DARK`) by searching the plot's
JSON, so no colour may stand for two things, and none may occur that has no partner.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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
    "plain",
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
    figure.update_layout(template="none", **_layout(height), **layout)
    axis = _axis()
    figure.update_xaxes(**axis)
    figure.update_yaxes(**axis)
    return figure


def plain(
    traces: Sequence[Mapping[str, Any]],
    height: int,
    xaxis: Mapping[str, Any],
    yaxis: Mapping[str, Any],
    *,
    lookup: Mapping[str, Any] | None = None,
    **layout: Any,
) -> str:
    """The same as JSON, from dictionaries: plotly's objects would take most of the time of a site.

    Args:
        traces: plotly's own, with their `type`.
        height: pixels.
        xaxis: what differs from the style; `title` is the text.
        yaxis: likewise.
        lookup: of a heat map, whose cells repeat a few words: `rows`, `columns`, `words`, a word's height in
            `heights`, and in `cells` the place of each cell's word; the page fills the trace with it.
        layout: further entries.
    """

    def along(own: Mapping[str, Any]) -> dict[str, Any]:
        axis = {**_axis(), **own}
        if isinstance(own.get("title"), str):
            axis["title"] = {**_axis()["title"], "text": own["title"]}
        return axis

    document: dict[str, Any] = {
        "data": list(traces),
        "layout": {**_layout(height), **layout, "xaxis": along(xaxis), "yaxis": along(yaxis)},
    }
    if lookup is not None:
        document["lookup"] = lookup
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _layout(height: int) -> dict[str, Any]:
    return {
        "height": height,
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "showlegend": False,
        "dragmode": False,
        "hoverlabel": {"bgcolor": PAPER, "bordercolor": RULE, "font": {"color": INK}, "align": "left"},
    }


def _axis() -> dict[str, Any]:
    return {
        "automargin": True,
        "gridcolor": RULE,
        "zeroline": False,
        "linecolor": RULE,
        "tickfont": {"color": MUTED},
        "title": {"font": {"color": MUTED, "size": 13}, "standoff": 12},
        "fixedrange": True,
    }
