"""Budget shares: a bar for each irrep, solid up to what every max-margin network spends, pale beyond."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from certificates.report.data import IrrepLine, ReportData
from certificates.report.plots.style import (
    FAINT_POSSIBLE,
    INK,
    POSSIBLE,
    STATUS_COLOURS,
    Figure,
    escaped,
    plain,
)

__all__ = ["MOST_LABELLED", "shares_plot"]

MOST_WITH_EXCLUDED = 16  # irreps; of more, only those in use are drawn
MOST_LABELLED = 40  # bars; more are thin and without names
LARGEST_WITHOUT_TICKS = 75  # percent; beyond, the axis would count past 100
FIXED = "Every network of maximum margin has exactly these shares."
FREE = (
    "The pale part of a bar is free: over all networks of maximum margin, the share takes every value "
    "between its two ends."
)


def _percent(share: float) -> str:
    return "0" if share == 0 else f"{100 * share:.2f}"


def _label(line: IrrepLine) -> str:
    lower, upper = line.share
    if line.status == "excluded":
        return "excluded"
    return f"{_percent(lower)} %" if lower == upper else f"{_percent(lower)} to {_percent(upper)} %"


def _name(line: IrrepLine) -> str:
    return line.label if line.conjugate is None else f"{line.label}, {line.conjugate}"


def shares_plot(data: ReportData) -> Figure:
    """The budget share of each irrep, with the interval it can lie in."""
    lines = data.irreps
    if len(lines) > MOST_WITH_EXCLUDED:
        lines = tuple(line for line in lines if line.status != "excluded")
    left_out = len(data.irreps) - len(lines)
    labelled = len(lines) <= MOST_LABELLED
    height = 26 * len(lines) + 76 if labelled else 340
    largest = 100 * max(line.share[1] for line in lines)
    values: dict[str, Any] = {
        "title": "share of the norm budget, %",
        "range": [0, largest * (1.3 if labelled else 1.08)],
    }
    names: dict[str, Any] = {"showgrid": False}
    if labelled:
        if largest > LARGEST_WITHOUT_TICKS:  # the room for the label on the right is no share
            values["tickvals"] = [0, 20, 40, 60, 80, 100]
        names |= {"autorange": "reversed", "type": "category", "tickfont": {"color": INK}}
    else:
        names["title"] = "irrep, in the order of the table"
    plot = plain(
        _bars(lines, labelled),
        height,
        *((values, names) if labelled else (names, values)),
        barmode="stack",
        bargap=0.35 if labelled else 0,
    )
    fixed = all(line.share[0] == line.share[1] for line in lines)
    reading = FIXED if fixed else FREE
    if left_out:
        reading += f" The {left_out} excluded irreps are not drawn."
    named = "; ".join(f"{_name(line)}: {_label(line)}" for line in lines[:MOST_LABELLED])
    return Figure(
        key="shares",
        caption=f"Share of the norm budget that each irrep receives. {reading}",
        alternative=f"Shares of the norm budget: {named}{'.' if labelled else '; the rest is in the table.'}",
        plot=plot,
        height=height,
    )


def _bars(lines: Sequence[IrrepLine], labelled: bool) -> list[dict[str, Any]]:
    names = [escaped(_name(line)) for line in lines]
    places = names if labelled else list(range(1, len(lines) + 1))
    lowers = [100 * line.share[0] for line in lines]
    extents = [100 * (line.share[1] - line.share[0]) for line in lines]
    common: dict[str, Any] = {
        "type": "bar",
        "customdata": [
            f"<b>{name}</b>, degree {line.degree}<br>{line.status}: {_label(line)}"
            for name, line in zip(names, lines, strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "orientation": "h" if labelled else "v",
    }

    def along(values: list[float]) -> dict[str, Any]:
        return {"x": values, "y": places} if labelled else {"x": places, "y": values}

    fixed = {"marker": {"color": [STATUS_COLOURS[line.status] for line in lines]}}
    free: dict[str, Any] = {
        "marker": {
            "color": FAINT_POSSIBLE,
            "line": {"color": POSSIBLE, "width": [1 if extent else 0 for extent in extents]},
        },
        "textposition": "outside",
        "cliponaxis": False,
    }
    if labelled:
        free["text"] = [_label(line) for line in lines]
    return [{**common, **fixed, **along(lowers)}, {**common, **free, **along(extents)}]
