"""The character table as a heat map."""

from __future__ import annotations

from collections.abc import Sequence
from math import copysign, sqrt
from typing import Any

from certificates.report.data import Characters, ReportData
from certificates.report.plots.style import (
    INK,
    MUTED,
    PAPER,
    POSSIBLE,
    REQUIRED,
    RULE,
    Figure,
    escaped,
    plain,
    shortened,
)

__all__ = ["characters_plot"]

MOST_LABELLED = 30  # irreps
LONGEST_NAME = 60  # characters of a class where the pointer is
CAPTION = (
    "The character table as a picture: the real part of χ(C)/d, from −1 (ochre) through 0 (blank) to +1 "
    "(blue); the colour follows its square root, so that small values show. Rows are irreps, columns are "
    "classes."
)


def characters_plot(data: ReportData, characters: Characters) -> Figure:
    """`Re chi(C) / d` for every irrep and class."""
    names = [line.name for line in data.classes]
    count = len(characters.labels)
    places = list(range(count))
    labelled = count <= MOST_LABELLED
    trace = {
        "type": "heatmap",
        "x": places,
        "y": places,
        "zmin": -1,
        "zmax": 1,
        "colorscale": [[0, POSSIBLE], [0.5, PAPER], [1, REQUIRED]],
        "hovertemplate": "%{customdata}<extra></extra>",
        "xgap": 1,
        "ygap": 1,
        "colorbar": {
            "thickness": 10,
            "outlinewidth": 0,
            "tickfont": {"color": MUTED},
            "tickvals": [-1, -0.5, 0, 0.5, 1],
            "ticktext": ["−1", "−¼", "0", "¼", "1"],
        },
    }
    height = max(260, min(620, 30 * count + 110))
    columns: dict[str, Any] = {"showgrid": False, "side": "top", "tickvals": places if labelled else []}
    if labelled:
        columns["ticktext"] = [shortened(name, 12) for name in names]
    rows = {
        "autorange": "reversed",
        "showgrid": False,
        "tickvals": places,
        "ticktext": [escaped(label) for label in characters.labels],
        "tickfont": {"color": INK, "size": 13 if labelled else 9},
    }
    # the colour behind the cells shows between them
    plot = plain([trace], height, columns, rows, lookup=_lookup(names, characters), plot_bgcolor=RULE)
    return Figure(
        key="characters",
        caption=CAPTION,
        alternative=f"Heat map of the character table, {count} irreps by {count} classes; "
        "the exact values are in the table below.",
        plot=plot,
        height=height,
    )


def _lookup(names: Sequence[str], characters: Characters) -> dict[str, Any]:
    """The cells: the exact value is the word; the height is `Re chi(C) / d`, its size under a root."""
    places: dict[tuple[str, float], int] = {}
    cells = [
        [places.setdefault(cell, len(places)) for cell in zip(row, ratios, strict=True)]
        for row, ratios in zip(characters.values, characters.ratios, strict=True)
    ]
    return {
        "rows": [escaped(label) for label in characters.labels],
        "columns": [shortened(name, LONGEST_NAME) for name in names],
        "words": [escaped(value) for value, _ in places],
        "heights": [round(copysign(sqrt(abs(ratio)), ratio), 6) for _, ratio in places],
        "cells": cells,
    }
