"""The character table as a heat map."""

from __future__ import annotations

from math import copysign, sqrt

from certificates.report.data import Characters, ReportData
from certificates.report.plots.style import (
    INK,
    MUTED,
    PAPER,
    POSSIBLE,
    REQUIRED,
    RULE,
    Figure,
    axes,
    escaped,
    shortened,
)

__all__ = ["characters_plot"]

MOST_LABELLED = 30  # irreps
CAPTION = (
    "The character table as a picture: the real part of χ(C)/d, from −1 (ochre) through 0 (blank) to +1 "
    "(blue); the colour follows its square root, so that small values show. Rows are irreps, columns are "
    "classes."
)


def characters_plot(data: ReportData, characters: Characters) -> Figure:
    """`Re chi(C) / d` for every irrep and class."""
    import plotly.graph_objects as go

    names = [line.name for line in data.classes]
    count = len(characters.labels)
    places = list(range(count))
    labelled = count <= MOST_LABELLED
    trace = go.Heatmap(
        x=places,
        y=places,
        z=[[copysign(sqrt(abs(ratio)), ratio) for ratio in row] for row in characters.ratios],
        zmin=-1,
        zmax=1,
        colorscale=[[0, POSSIBLE], [0.5, PAPER], [1, REQUIRED]],
        customdata=[
            [
                f"<b>{escaped(label)}</b> at {escaped(name)}<br>χ = {escaped(value)}"
                for name, value in zip(names, row, strict=True)
            ]
            for label, row in zip(characters.labels, characters.values, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
        xgap=1,
        ygap=1,
        colorbar={
            "thickness": 10,
            "outlinewidth": 0,
            "tickfont": {"color": MUTED},
            "tickvals": [-1, -0.5, 0, 0.5, 1],
            "ticktext": ["−1", "−¼", "0", "¼", "1"],
        },
    )
    height = max(260, min(620, 30 * count + 110))
    figure = axes([trace], height)
    figure.update_layout(plot_bgcolor=RULE)  # shows between the cells
    figure.update_xaxes(
        showgrid=False,
        side="top",
        tickvals=places if labelled else [],
        ticktext=[shortened(name, 12) for name in names] if labelled else None,
    )
    figure.update_yaxes(
        autorange="reversed",
        showgrid=False,
        tickvals=places,
        ticktext=[escaped(label) for label in characters.labels],
        tickfont={"color": INK, "size": 13 if labelled else 9},
    )
    return Figure(
        key="characters",
        caption=CAPTION,
        alternative=f"Heat map of the character table, {count} irreps by {count} classes; "
        "the exact values are in the table below.",
        plot=figure.to_json(),
        height=height,
    )
