"""Scatter plots of the findings page: gain against order, required irreps against irreps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sqrt
from typing import Any

from certificates.atlas.site.finding import LEGEND, Finding
from certificates.atlas.site.finding_data import KINDS, Point
from certificates.atlas.site.names import amount, gain, pretty, times
from certificates.report.plots.style import (
    EXCLUDED,
    MARGIN,
    MUTED,
    POSSIBLE,
    REQUIRED,
    Figure,
    escaped,
    plain,
)

__all__ = ["gain_finding", "irreps_finding"]

HEIGHT = 520
LARGEST_DRAWN = 10**6  # order; the Monster on the same axis would press all others into a corner
NOTHING = 0.5  # where a logarithmic axis shows 0
CLICK = "A click on a point opens the group’s page."
_MARKS = {  # a symbol each, for those who do not tell the colours apart
    KINDS[0]: (EXCLUDED, "circle"),
    KINDS[1]: (POSSIBLE, "diamond"),
    KINDS[2]: (MARGIN, "square"),
    KINDS[3]: (REQUIRED, "triangle-up"),
}
_RANGES = ((1, 10), (10, 100), (100, 1000), (1000, 10**6), (10**6, None))  # of orders, in the table


def _scatter(
    of: Sequence[Point], place: Callable[[Point], tuple[float, float]], hover: Callable[[Point], str]
) -> list[dict[str, Any]]:
    """A trace a kind of group."""
    traces = []
    for kind, (colour, symbol) in _MARKS.items():
        group = [point for point in of if point.kind == kind]
        if group:
            x, y = zip(*map(place, group), strict=True)
            names = [f"<b>{escaped(pretty(point.name))}</b><br>{escaped(hover(point))}" for point in group]
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": kind,
                    "x": x,
                    "y": y,
                    "marker": {"color": colour, "symbol": symbol, "size": 7, "opacity": 0.7},
                    "customdata": [[name, point.key] for name, point in zip(names, group, strict=True)],
                    "hovertemplate": "%{customdata[0]}<extra></extra>",
                }
            )
    return traces


def gain_finding(of: Sequence[Point]) -> Finding:
    """The structure gain against the order."""
    drawn = [point for point in of if point.order <= LARGEST_DRAWN]
    plot = plain(
        _scatter(
            drawn,
            lambda point: (point.order, point.gain),
            lambda point: f"order {amount(point.order)}, gain {gain(point.gain)}",
        ),
        HEIGHT,
        {**_logarithmic([point.order for point in drawn]), "title": "order of the group"},
        {**_logarithmic([point.gain for point in drawn]), "title": "gain over memorising"},
        showlegend=True,
        legend=LEGEND,
    )
    seen = _extremes(of)
    return Finding(
        title="Gain against order",
        seen=seen,
        figure=Figure(
            key="gain",
            caption="Structure gain: the maximum margin with two factors over that of the best network that "
            f"memorises, for groups of order up to a million. Both axes are logarithmic. {CLICK}",
            alternative=f"Scatter plot of {times(len(drawn), 'group')}: gain against order, by kind. "
            + " ".join(seen),
            plot=plot,
            height=HEIGHT,
        ),
        heads=("order", *KINDS),
        body=_ranges(of),
        note="Least and largest gain; in brackets the number of groups.",
    )


def _extremes(of: Sequence[Point]) -> tuple[str, ...]:
    least, most = (pick(of, key=lambda point: point.gain) for pick in (min, max))
    dearest = max(of, key=lambda point: sqrt(point.order) / point.gain)
    cost = gain(sqrt(dearest.order) / dearest.gain)
    return (
        f"The gain is least for {pretty(least.name)} ({gain(least.gain)}) and largest for "
        f"{pretty(most.name)} ({gain(most.gain)}, order {amount(most.order)}).",
        "It is √|G| divided by the cost: of two groups of one order the cheaper gains more. The largest cost "
        f"is {cost}, that of {pretty(dearest.name)}, order {amount(dearest.order)}.",
    )


def _ranges(of: Sequence[Point]) -> tuple[tuple[str, ...], ...]:
    """For ranges of orders, by kind: least and largest gain, and how many groups."""
    lines = []
    for low, high in _RANGES:
        inside = [point for point in of if low < point.order and (high is None or point.order <= high)]
        if inside:
            cells = (_between([point.gain for point in inside if point.kind == kind]) for kind in KINDS)
            lines.append((f"{amount(low + 1)} to {amount(high)}" if high else f"above {amount(low)}", *cells))
    return tuple(lines)


def _between(gains: Sequence[float]) -> str:
    if not gains:
        return "–"
    ends = list(dict.fromkeys([gain(min(gains)), gain(max(gains))]))
    return f"{' to '.join(ends)} ({amount(len(gains))})"


def irreps_finding(of: Sequence[Point]) -> Finding:
    """The number of required irreps against the number of irreps."""
    most = max(point.irreps for point in of)
    plot = plain(
        [
            _diagonal(most),
            *_scatter(
                of,
                lambda point: (point.irreps, point.required or NOTHING),
                lambda point: f"{point.required} of {point.irreps} required, {point.possible} possible",
            ),
        ],
        HEIGHT,
        {**_logarithmic([point.irreps for point in of]), "title": "nontrivial irreps"},
        {**_logarithmic([point.required or NOTHING for point in of]), "title": "required irreps"},
        showlegend=True,
        legend=LEGEND,
    )
    every = sum(point.required == point.irreps for point in of)
    fewest = min(of, key=lambda point: (point.required / point.irreps, -point.irreps))
    more = f", with {fewest.possible} more possible" if fewest.possible else ""
    seen = (
        f"Of {times(len(of), 'group')}, {amount(every)} require all their irreps: every network of maximum "
        "margin uses each.",
        f"{pretty(fewest.name)} requires the smallest part: {fewest.required} of {fewest.irreps}{more}.",
    )
    return Finding(
        title="How many irreps a network needs",
        seen=seen,
        figure=Figure(
            key="irreps",
            caption="Required irreps against all nontrivial ones, a complex pair counted once; two factors. "
            f"On the dotted line all are required. Both axes are logarithmic. {CLICK}",
            alternative=f"Scatter plot of {times(len(of), 'group')}, by kind of group. " + " ".join(seen),
            plot=plot,
            height=HEIGHT,
        ),
        heads=("kind of group", "groups", "all irreps required", "some excluded", "some possible"),
        body=tuple(_kind(kind, [point for point in of if point.kind == kind]) for kind in KINDS),
        note="How many groups.",
    )


def _logarithmic(values: Sequence[float]) -> dict[str, Any]:
    """A logarithmic axis with few and round ticks: by 1, 2, 5, or by tens where they reach far."""
    low, high = min(values), max(values)
    steps = (1, 2, 5) if high < 1000 * low else (1,)
    ticks = [float(step * 10**power) for power in range(len(str(int(high))) + 1) for step in steps]
    shown = [tick for tick in ticks if low / 2 <= tick <= 2 * high]
    texts = [amount(int(tick)) for tick in shown]
    if low == NOTHING:
        shown, texts = [NOTHING, *shown], ["0", *texts]
    return {"type": "log", "tickvals": shown, "ticktext": texts}


def _diagonal(most: int) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "all required",
        "x": [1, most],
        "y": [1, most],
        "line": {"color": MUTED, "width": 1, "dash": "dot"},
        "hoverinfo": "skip",
    }


def _kind(kind: str, group: Sequence[Point]) -> tuple[str, ...]:
    counts = (
        len(group),
        sum(point.required == point.irreps for point in group),
        sum(point.required + point.possible < point.irreps for point in group),
        sum(point.possible > 0 for point in group),
    )
    return kind, *map(amount, counts)
