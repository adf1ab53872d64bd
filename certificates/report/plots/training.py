"""The interactive plots of a training run; each draws numbers of `empirics.figures.data.RunFigures`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from certificates.report.plots.style import (
    EXCLUDED,
    INK,
    MUTED,
    PAPER,
    POSSIBLE,
    REQUIRED,
    RULE,
    Figure,
    axes,
    escaped,
)
from certificates.wording import share_text

if TYPE_CHECKING:
    from empirics.figures.data import CoefficientMap, RunFigures

__all__ = ["training_plots"]

MOST_FRAMES = 40  # positions of the slider
MOST_BARS = 40
BINS = 40
LEAST_GAP = 1e-7  # what single precision can tell from zero


def training_plots(data: RunFigures) -> dict[str, Figure]:
    """All plots of a run by key."""
    drawn = [margin_plot(data), budget_plot(data), power_plot(data), neurons_plot(data), weights_plot(data)]
    if data.coefficient is not None:
        drawn.append(coefficient_plot(data.coefficient))
    return {figure.key: figure for figure in drawn}


def _rounded(values: Any, digits: int = 4) -> list[float]:
    return [float(f"{value:.{digits}g}") for value in np.asarray(values).ravel()]


def margin_plot(data: RunFigures) -> Figure:
    """What is missing to `gamma*`, or the margin itself where there is no `gamma*`."""
    import plotly.graph_objects as go

    gap = np.maximum(1 - data.margins, LEAST_GAP)
    fraction = data.is_fraction
    line = go.Scatter(
        x=data.steps.tolist(),
        y=_rounded(gap if fraction else data.margins, 6),
        customdata=_rounded(data.margins, 7),
        mode="lines",
        line={"color": REQUIRED, "width": 2},
        hovertemplate="step %{x}<br>" + ("margin/γ* = " if fraction else "") + "%{customdata}<extra></extra>",
    )
    figure = axes([line], 320)
    figure.update_xaxes(title_text="step", showgrid=False)
    figure.update_yaxes(title_text="1 − margin/γ*" if fraction else "normalised margin")
    if fraction:
        figure.update_yaxes(type="log", exponentformat="power", dtick=1)
    last = f"{data.margins[-1]:.6f} of γ*" if fraction else f"{data.margins[-1]:.6g}"
    what = "What the normalised margin lacks to γ*" if fraction else "The normalised margin"
    return Figure(
        "margin",
        f"{what}, over training, in single precision. Training does not know γ*.",
        f"{what} over {data.steps[-1]} steps; at the end the margin is {last}.",
        figure.to_json(),
        320,
    )


def budget_plot(data: RunFigures) -> Figure:
    """Predicted and measured shares, with what the margin certifies."""
    import plotly.graph_objects as go

    uses = data.comparison.irreps[:MOST_BARS]
    names = [escaped(use.label) for use in uses]
    measured: dict[str, Any] = {}
    certified = [use.certified for use in uses]
    if all(ends is not None for ends in certified) and not data.comparison.is_vacuous:
        measured["error_x"] = {
            "array": [100 * (ends[1] - use.share) for use, ends in zip(uses, certified, strict=True) if ends],
            "arrayminus": [
                100 * (use.share - ends[0]) for use, ends in zip(uses, certified, strict=True) if ends
            ],
            "color": INK,
            "thickness": 1,
        }
    words = [
        f"<b>{name}</b>, degree {use.degree}, {use.status}<br>measured {100 * use.share:.4f} %"
        f"<br>predicted {share_text(use.predicted)}"
        for name, use in zip(names, uses, strict=True)
    ]
    common: dict[str, Any] = {
        "y": names,
        "orientation": "h",
        "customdata": words,
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    bars = [
        go.Bar(
            x=[100 * use.predicted[1] for use in uses],
            name="predicted",
            marker={"color": [REQUIRED if use.status == "required" else EXCLUDED for use in uses]},
            **common,
        ),
        go.Bar(
            x=[100 * use.share for use in uses], name="measured", marker={"color": POSSIBLE},
            **measured, **common,
        ),
    ]  # fmt: skip
    height = 44 * len(uses) + 90
    figure = axes(bars, height, barmode="group", bargap=0.3)
    figure.update_layout(showlegend=True, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"})
    figure.update_yaxes(autorange="reversed", type="category", showgrid=False, tickfont_color=INK)
    figure.update_xaxes(title_text="share of the norm budget, %", rangemode="tozero")
    named = "; ".join(f"{use.label}: {100 * use.share:.2f} %" for use in uses)
    return Figure(
        "budget",
        "Share of the norm budget by irrep: the largest that any max-margin network gives it, and what this "
        "network gives it. Thin lines are the interval that the measured margin proves.",
        f"Measured shares: {named}.",
        figure.to_json(),
        height,
    )


def power_plot(data: RunFigures) -> Figure:
    """Maximum normalised power of all weight vectors, before and after."""
    import plotly.graph_objects as go

    edges = np.linspace(0, 1, BINS + 1)
    middles = ((edges[1:] + edges[:-1]) / 2).tolist()
    bars = []
    for values, name, colour in (
        (data.start_power, "before training", EXCLUDED),
        (data.final_power, "after training", REQUIRED),
    ):
        counts, _ = np.histogram(np.clip(values, 0, 1), edges)
        bars.append(go.Bar(x=middles, y=counts.tolist(), name=name, marker={"color": colour}, opacity=0.8))
    figure = axes(bars, 320, barmode="overlay", bargap=0.05)
    figure.update_layout(showlegend=True, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"})
    figure.update_xaxes(title_text="largest fraction of energy on one irrep", showgrid=False, range=[0, 1.01])
    figure.update_yaxes(title_text="weight vectors")
    pure = float((data.final_power >= 0.99).mean())
    return Figure(
        "power",
        "Maximum normalised power of every weight vector. A vector that lives on one irrep has power one; "
        f"after training {100 * pure:.1f} % have at least 0.99.",
        f"Histogram: the median power is {np.median(data.start_power):.3f} before training and "
        f"{np.median(data.final_power):.3f} after it.",
        figure.to_json(),
        320,
    )


def neurons_plot(data: RunFigures) -> Figure:
    """Neurons by irrep or frequency."""
    import plotly.graph_objects as go

    names = [escaped(name) for name in data.groups]
    what = "frequency" if data.groups_are_frequencies else "irrep"
    bars = go.Bar(x=names, y=data.counts.tolist(), marker={"color": REQUIRED})
    figure = axes([bars], 280, bargap=0.25)
    figure.update_xaxes(title_text=what, type="category", showgrid=False)
    figure.update_yaxes(title_text="neurons")
    occupied = int((data.counts > 0).sum())
    pairs = zip(data.groups, data.counts, strict=True)
    return Figure(
        "neurons",
        f"Neurons by the {what} that holds most of their energy: {occupied} of {len(names)} occur.",
        "; ".join(f"{what} {name}: {count}" for name, count in list(pairs)[:MOST_BARS]) + ".",
        figure.to_json(),
        280,
    )


def weights_plot(data: RunFigures) -> Figure:
    """Weights of a few neurons and their spectra, with a slider over training."""
    frames = data.frames
    chosen = np.unique(np.linspace(0, len(frames.steps) - 1, MOST_FRAMES).round().astype(int)).tolist()
    count = len(frames.neurons)
    height = 170 * count + 130
    places: list[tuple[int, int]] = []
    traces = []
    for neuron in range(count):
        for column, trace in _neuron_traces(data, neuron, chosen[-1]):
            places.append((neuron + 1, column))
            traces.append(trace)
    figure = axes([], height)
    figure.set_subplots(count, 2, column_widths=[0.6, 0.4], horizontal_spacing=0.1, vertical_spacing=0.09)
    figure.add_traces(traces, rows=[row for row, _ in places], cols=[column for _, column in places])
    figure.update_xaxes(gridcolor=RULE, zeroline=False, linecolor=RULE, tickfont_color=MUTED, showgrid=False,
                        fixedrange=True)  # fmt: skip
    figure.update_yaxes(gridcolor=RULE, zeroline=False, linecolor=RULE, tickfont_color=MUTED, nticks=4,
                        fixedrange=True)  # fmt: skip
    for neuron in range(count):
        reach = np.abs(frames.weights[:, neuron]).max()
        if frames.is_cyclic:
            reach = max(reach, np.abs(frames.interpolation[:, neuron]).max())
        title = f"neuron {frames.neurons[neuron]}"
        figure.update_yaxes(range=[-1.1 * reach, 1.1 * reach], title_text=title, row=neuron + 1, col=1)
        figure.update_yaxes(range=[0, 1.03], row=neuron + 1, col=2)
        figure.update_xaxes(type="category", row=neuron + 1, col=2)
    figure.update_xaxes(title_text="element", row=count, col=1)
    figure.update_xaxes(title_text="frequency" if frames.is_cyclic else "irrep", row=count, col=2)
    figure.update_layout(sliders=[_slider(data, chosen)])
    words = "with the real interpolation of the same spectrum " if frames.is_cyclic else ""
    return Figure(
        "weights",
        f"First input weights of {count} neurons {words}(left) and the fraction of their energy on each "
        f"{'frequency' if frames.is_cyclic else 'irrep'} (right). The slider goes through training.",
        f"Weights and spectra of neurons {', '.join(map(str, frames.neurons))} over training.",
        figure.to_json(),
        height,
    )


def _neuron_traces(data: RunFigures, neuron: int, frame: int) -> Sequence[tuple[int, Any]]:
    import plotly.graph_objects as go

    frames = data.frames
    n = frames.weights.shape[-1]
    values = _moving(data, neuron, frame)
    found = []
    if frames.is_cyclic:
        fine = [float(x) for x in np.arange(len(values[0])) * n / len(values[0])]
        line = {"color": POSSIBLE, "width": 1.5}
        found.append((1, go.Scatter(x=fine, y=values[0], mode="lines", line=line, hoverinfo="skip")))
    dots = go.Scatter(x=list(range(n)), y=values[-2], mode="markers", marker={"color": REQUIRED, "size": 6})
    bars = go.Bar(x=[escaped(name) for name in frames.names], y=values[-1], marker={"color": REQUIRED})
    return [*found, (1, dots), (2, bars)]


def _moving(data: RunFigures, neuron: int, frame: int) -> list[list[float]]:
    """What the traces of a neuron show at a frame: interpolation on `Z_n`, dots, spectrum."""
    frames = data.frames
    line = [_rounded(frames.interpolation[frame, neuron][::2])] if frames.is_cyclic else []
    return [*line, _rounded(frames.weights[frame, neuron]), _rounded(frames.power[frame, neuron], 3)]


def _slider(data: RunFigures, chosen: Sequence[int]) -> dict[str, Any]:
    frames = data.frames
    steps = [
        {
            "method": "restyle",
            "label": str(frames.steps[frame]),
            "args": [
                {"y": [y for neuron in range(len(frames.neurons)) for y in _moving(data, neuron, frame)]}
            ],
        }
        for frame in chosen
    ]
    return {
        "active": len(steps) - 1,
        "steps": steps,
        "currentvalue": {"prefix": "step ", "font": {"color": INK, "size": 13}},
        "font": {"color": PAPER, "size": 1},  # labels of single steps would overlap
        "bgcolor": RULE,
        "bordercolor": RULE,
        "activebgcolor": REQUIRED,
        "tickcolor": MUTED,
        "ticklen": 0,
        "minorticklen": 0,
        "pad": {"t": 50, "b": 4},
    }


def coefficient_plot(data: CoefficientMap) -> Figure:
    """A learned matrix coefficient as a heat map."""
    import plotly.graph_objects as go

    largest = float(np.abs(data.values).max())
    trace = go.Heatmap(
        z=[_rounded(line) for line in data.values],
        zmin=-largest,
        zmax=largest,
        colorscale=[[0, POSSIBLE], [0.5, PAPER], [1, REQUIRED]],
        colorbar={"outlinewidth": 0, "tickfont": {"color": MUTED}, "thickness": 12},
        hovertemplate="%{z}<extra></extra>",
    )
    figure = axes([trace], 420)
    figure.update_xaxes(title_text="h, sorted", showticklabels=False, showgrid=False)
    figure.update_yaxes(title_text="g, sorted", showticklabels=False, showgrid=False, autorange="reversed")
    return Figure(
        "coefficient",
        f"The first input weights of neuron {data.neuron}, on the irrep {data.label}, as the matrix "
        f"u(g h⁻¹): a matrix coefficient of one irrep makes a matrix of rank {data.rank}. Rows and columns "
        "are sorted by its leading singular vectors.",
        f"Heat map of a matrix of rank {data.rank}.",
        figure.to_json(),
        420,
    )
