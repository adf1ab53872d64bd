"""The network's logits as a class function, with the margin as a band that no wrong class enters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from certificates.report.data import ClassLine, ReportData
from certificates.report.plots.style import MARGIN, RULE, STATUS_COLOURS, Figure, escaped, plain, shortened
from certificates.wording import decimals

__all__ = ["classes_plot"]

MOST_LABELLED = 30  # classes
CAPTION = (
    "A label in the class C, relative to the correct label, has the logit f(C). The correct label is the "
    "star at the top; the band below it is the margin, and no wrong label may lie inside. Filled circles "
    "touch the band in every network of maximum margin."
)
SOME = " Diamonds stand for the classes that touch it in some networks of maximum margin only."
SYMBOLS = {None: "star", "every": "circle", "some": "diamond-open", "none": "square-open"}
WORDS = {
    None: "the correct label",
    "every": "margin γ* in every network, for every input",
    "some": "average margin γ* in some networks",
    "none": "average margin above γ* in every network",
}


def classes_plot(data: ReportData) -> Figure:
    """`f(C)` for every class; the first is the identity's, where the correct label stands."""
    lines = data.classes
    top = lines[0].logit_decimal
    labelled = len(lines) <= MOST_LABELLED
    height = 380
    right = len(lines) - 0.5
    names: dict[str, Any] = {
        "title": "class of the label relative to the correct one",
        "range": [-0.6, right],
        "showgrid": False,
        "showticklabels": labelled,
    }
    if labelled:
        names["tickvals"] = list(range(len(lines)))
        names["ticktext"] = [shortened(line.name) for line in lines]
    plot = plain(
        _points(lines, labelled),
        height,
        names,
        {"title": "logit f(C), in units of γ*"},
        shapes=[
            _across(top - 1, top, type="rect", fillcolor=MARGIN, opacity=0.07, line={"width": 0}),
            _across(top, top, type="line", line={"color": MARGIN, "width": 1}),
            _across(top - 1, top - 1, type="line", line={"color": MARGIN, "width": 1, "dash": "dash"}),
        ],
        annotations=[
            {
                "x": right,
                "xanchor": "right",
                "xshift": -6,
                "y": top - 0.5,
                "text": "the margin γ*",
                "showarrow": False,
                "font": {"color": MARGIN},
            }
        ],
    )
    some = any(line.status == "some" for line in lines)
    tight = sum(line.status == "every" for line in lines)
    return Figure(
        key="classes",
        caption=CAPTION + (SOME if some else ""),
        alternative=f"The correct label has logit {decimals(top, 6)} in units of gamma*. "
        f"Of the {len(lines) - 1} other classes, {tight} lie exactly one unit below it in every network; "
        "all values are in the table.",
        plot=plot,
        height=height,
    )


def _across(low: float, high: float, **shape: Any) -> dict[str, Any]:
    """A shape from the left end of the plot to the right."""
    return {"xref": "x domain", "x0": 0, "x1": 1, "yref": "y", "y0": low, "y1": high, **shape}


def _points(lines: Sequence[ClassLine], labelled: bool) -> list[dict[str, Any]]:
    top = lines[0].logit_decimal
    logits = [line.logit_decimal for line in lines]
    places = list(range(len(lines)))
    colours = [STATUS_COLOURS[line.status] if line.status else MARGIN for line in lines]
    hover = [
        f"<b>{escaped(line.name)}</b><br>logit {decimals(line.logit_decimal, 6)}"
        f"<br>margin {decimals(top - line.logit_decimal, 6)} γ*<br>{WORDS[line.status]}"
        for line in lines
    ]
    stems = {
        "type": "scatter",
        "x": [x for place in places for x in (place, place, None)],
        "y": [y for logit in logits for y in (0, logit, None)],
        "mode": "lines",
        "line": {"color": RULE, "width": 1.5},
        "hoverinfo": "skip",
    }
    points = {
        "type": "scatter",
        "x": places,
        "y": logits,
        "mode": "markers",
        "marker": {
            "size": 11 if labelled else 6,
            "symbol": [SYMBOLS[line.status] for line in lines],
            "color": colours,
            "line": {"width": 1.5, "color": colours},
        },
        "customdata": hover,
        "hovertemplate": "%{customdata}<extra></extra>",
        "cliponaxis": False,
    }
    return [stems, points]
