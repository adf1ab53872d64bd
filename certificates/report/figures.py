"""The report's interactive plots, as plotly figures with their words: title, caption and text alternative.

Colours are the light palette; the page swaps each for its dark partner (`DARK`), so no colour may mean two things.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from certificates.report.data import Characters, IrrepLine, ReportData
from certificates.wording import decimals

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["DARK", "Figure", "figures"]

INK, MUTED, RULE, PAPER = "#22262b", "#62666d", "#dad6cc", "#fbfaf7"
REQUIRED, POSSIBLE, EXCLUDED = "#24527a", "#a8690f", "#8b8a84"
FAINT_POSSIBLE, MARGIN = "#ecd9b4", "#2c6a4e"
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
MOST_BARS_WITH_LABELS = 40
MOST_CLASSES_WITH_LABELS = 30


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


def figures(data: ReportData) -> dict[str, Figure]:
    """The plots of a report by key: shares, classes, networks (if any was evaluated), characters (if small enough)."""
    drawn = [_shares(data), _classes(data)]
    if data.result["network"] is not None:
        drawn.append(_networks(data))
    if data.characters is not None:
        drawn.append(_characters(data, data.characters))
    return {figure.key: figure for figure in drawn}


def _plain(text: str) -> str:
    """Plotly reads a little HTML in labels; names from outside are text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _shortened(text: str, length: int = 16) -> str:
    return _plain(text if len(text) <= length else f"{text[: length - 1]}…")


def _figure(traces: Sequence[Any], height: int, **layout: Any) -> go.Figure:
    import plotly.graph_objects as go

    figure = go.Figure(list(traces))
    figure.update_layout(
        template="none",
        height=height,
        font={
            "family": "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif",
            "size": 13,
        },
        font_color=INK,
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


def _percent(share: float) -> str:
    return "0" if share == 0 else f"{100 * share:.2f}"


def _share_label(line: IrrepLine) -> str:
    lower, upper = line.share
    if line.status == "excluded":
        return "excluded"
    return f"{_percent(lower)} %" if lower == upper else f"{_percent(lower)} to {_percent(upper)} %"


def _name(line: IrrepLine) -> str:
    return line.label if line.conjugate is None else f"{line.label}, {line.conjugate}"


def _shares(data: ReportData) -> Figure:
    import plotly.graph_objects as go

    lines = data.irreps
    names = [_plain(_name(line)) for line in lines]
    colours = [STATUS_COLOURS[line.status] for line in lines]
    lowers = [100 * line.share[0] for line in lines]
    ranges = [100 * (line.share[1] - line.share[0]) for line in lines]
    hover = [
        f"<b>{name}</b>, degree {line.degree}<br>{line.status}: {_share_label(line)}"
        for name, line in zip(names, lines, strict=True)
    ]
    labelled = len(lines) <= MOST_BARS_WITH_LABELS
    common: dict[str, Any] = {"customdata": hover, "hovertemplate": "%{customdata}<extra></extra>"}
    if labelled:
        common["orientation"] = "h"
    places = names if labelled else list(range(1, len(lines) + 1))

    def bar(values: list[float], **style: Any) -> go.Bar:
        axes = {"x": values, "y": places} if labelled else {"x": places, "y": values}
        return go.Bar(**axes, **common, **style)

    label = [_share_label(line) for line in lines] if labelled else None
    traces = [
        bar(lowers, marker={"color": colours}, name="in every network"),
        bar(
            ranges,
            marker={
                "color": FAINT_POSSIBLE,
                "line": {"color": POSSIBLE, "width": [1 if extent else 0 for extent in ranges]},
            },
            name="in some networks",
            text=label,
            textposition="outside",
            cliponaxis=False,
        ),
    ]
    height = 26 * len(lines) + 76 if labelled else 340
    largest = max(100 * line.share[1] for line in lines)
    values = {
        "title_text": "share of the norm budget, %",
        "range": [0, largest * (1.3 if labelled else 1.08)],
    }
    figure = _figure(traces, height, barmode="stack", bargap=0.35 if labelled else 0)
    if labelled:
        figure.update_xaxes(**values)
        figure.update_yaxes(autorange="reversed", type="category", showgrid=False, tickfont_color=INK)
    else:
        figure.update_yaxes(**values)
        figure.update_xaxes(title_text="irrep, numbered as in the table", showgrid=False)
    intervals = any(line.share[0] != line.share[1] for line in lines)
    return Figure(
        "shares",
        "Share of the norm budget that each irrep receives."
        + (
            " The pale part of a bar is what networks of maximum margin may choose freely: the share lies anywhere "
            "between the two ends."
            if intervals
            else " Every network of maximum margin has exactly these shares."
        ),
        "Shares of the norm budget: "
        + "; ".join(f"{_name(line)}: {_share_label(line)}" for line in lines[:MOST_BARS_WITH_LABELS])
        + ("; the rest in the table." if len(lines) > MOST_BARS_WITH_LABELS else "."),
        figure.to_json(),
        height,
    )


def _classes(data: ReportData) -> Figure:
    import plotly.graph_objects as go

    lines = data.classes
    top = lines[0].logit_decimal
    labelled = len(lines) <= MOST_CLASSES_WITH_LABELS
    places = list(range(len(lines)))
    words = {None: "the correct label", "every": "margin γ* in every network"}
    words |= {"some": "margin γ* in some networks", "none": "margin above γ* in every network"}
    hover = [
        f"<b>{_plain(line.name)}</b><br>logit {decimals(line.logit_decimal, 6)}"
        f"<br>margin {decimals(top - line.logit_decimal, 6)} γ*<br>{words[line.status]}"
        for line in lines
    ]
    colours = [STATUS_COLOURS[line.status] if line.status else MARGIN for line in lines]
    symbols = {None: "star", "every": "circle", "some": "diamond-open", "none": "square-open"}
    stems = go.Scatter(
        x=[x for place in places for x in (place, place, None)],
        y=[y for line in lines for y in (0, line.logit_decimal, None)],
        mode="lines",
        line={"color": RULE, "width": 1.5},
        hoverinfo="skip",
    )
    points = go.Scatter(
        x=places,
        y=[line.logit_decimal for line in lines],
        mode="markers",
        marker={
            "size": 11 if labelled else 6,
            "symbol": [symbols[line.status] for line in lines],
            "color": colours,
            "line": {"width": 1.5, "color": colours},
        },
        customdata=hover,
        hovertemplate="%{customdata}<extra></extra>",
        cliponaxis=False,
    )
    height = 380
    figure = _figure([stems, points], height)
    right = len(lines) - 0.5
    figure.add_hline(y=top, line={"color": MARGIN, "width": 1})
    figure.add_hline(y=top - 1, line={"color": MARGIN, "width": 1, "dash": "dash"})
    figure.add_hrect(y0=top - 1, y1=top, fillcolor=MARGIN, opacity=0.07, line_width=0)
    figure.add_annotation(
        x=right, xanchor="right", xshift=-6, y=top - 0.5, text="the margin γ*", showarrow=False, font_color=MARGIN
    )
    figure.update_yaxes(title_text="logit f(C), in units of γ*")
    figure.update_xaxes(
        title_text="class of the label relative to the correct one",
        range=[-0.6, right],
        showgrid=False,
        tickvals=places if labelled else None,
        ticktext=[_shortened(line.name) for line in lines] if labelled else None,
    )
    named = [line for line in lines[1:] if line.status == "every"]
    return Figure(
        "classes",
        "The network's logits: a label c receives f(C), where C is the conjugacy class of c relative to the correct "
        "label. The correct label stands at the top (star); no other class may enter the band below it, whose height is "
        "the margin. Filled circles touch the band in every network of maximum margin.",
        f"The correct label has logit {decimals(top, 6)} in units of gamma*. Of the {len(lines) - 1} other classes, "
        f"{len(named)} lie exactly one unit below it; all values are in the table.",
        figure.to_json(),
        height,
    )


def _networks(data: ReportData) -> Figure:
    import plotly.graph_objects as go

    bars = [(bar["name"], bar["ratio"]) for bar in data.result["network"]["comparison"]]
    names = [_plain(name) for name, _ in bars]
    values = [ratio for _, ratio in bars]
    trace = go.Bar(
        x=values,
        y=names,
        orientation="h",
        marker={"color": [REQUIRED, *[EXCLUDED] * (len(bars) - 1)]},
        text=[decimals(value, 4) for value in values],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x} of γ*<extra></extra>",
    )
    height = 34 * len(bars) + 76
    figure = _figure([trace], height, bargap=0.4)
    figure.update_xaxes(title_text="normalised margin, in units of γ*", range=[0, 1.16])
    figure.update_yaxes(autorange="reversed", showgrid=False, tickfont_color=INK)
    return Figure(
        "networks",
        "Normalised margins side by side. The memorising network stores each input with one neuron a pair.",
        "Normalised margins as fractions of gamma*: "
        + "; ".join(f"{name}: {decimals(value, 6)}" for name, value in bars)
        + ".",
        figure.to_json(),
        height,
    )


def _characters(data: ReportData, characters: Characters) -> Figure:
    import plotly.graph_objects as go

    count = len(characters.labels)
    columns = list(range(count))
    labelled = count <= MOST_CLASSES_WITH_LABELS
    names = [line.name for line in data.classes]
    hover = [
        [
            f"<b>{_plain(label)}</b> at {_plain(name)}<br>χ = {_plain(value)}"
            for name, value in zip(names, row, strict=True)
        ]
        for label, row in zip(characters.labels, characters.values, strict=True)
    ]
    trace = go.Heatmap(
        x=columns,
        y=columns,
        z=[list(row) for row in characters.ratios],
        zmin=-1,
        zmax=1,
        colorscale=[[0, POSSIBLE], [0.5, PAPER], [1, REQUIRED]],
        customdata=hover,
        hovertemplate="%{customdata}<extra></extra>",
        xgap=1,
        ygap=1,
        colorbar={"thickness": 10, "outlinewidth": 0, "tickfont": {"color": MUTED}, "tickvals": [-1, 0, 1]},
    )
    height = max(260, min(620, 30 * count + 110))
    figure = _figure([trace], height)
    figure.update_layout(plot_bgcolor=RULE)
    figure.update_xaxes(
        showgrid=False,
        side="top",
        tickvals=columns if labelled else [],
        ticktext=[_shortened(name, 12) for name in names] if labelled else None,
    )
    figure.update_yaxes(
        autorange="reversed",
        showgrid=False,
        tickvals=columns,
        ticktext=[_plain(label) for label in characters.labels],
        tickfont={"color": INK, "size": 13 if labelled else 9},
    )
    return Figure(
        "characters",
        "The character table as a picture: the real part of χ(C)/d, from −1 (ochre) through 0 (paper) to +1 (blue). "
        "Rows are irreps, columns are classes.",
        f"Heat map of the character table, {count} irreps by {count} classes; the exact values are in the table below.",
        figure.to_json(),
        height,
    )
