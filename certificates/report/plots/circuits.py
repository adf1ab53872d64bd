"""The interactive plots of an explained network; each draws numbers of `CircuitFigures`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from certificates.report.plots.style import (
    EXCLUDED,
    INK,
    MARGIN,
    MUTED,
    PAPER,
    POSSIBLE,
    REQUIRED,
    RULE,
    Figure,
    axes,
    escaped,
)

if TYPE_CHECKING:
    from empirics.circuits.figure_data import CircuitFigures, CosineFigures, NeuronFigures, PowerMap

__all__ = ["circuit_plots", "quiet", "rounded"]

MOST_CELLS = 60_000  # of a heat map on the page
FLOOR = 1e-4  # of a map's largest value


def circuit_plots(data: CircuitFigures) -> dict[str, Figure]:
    """All plots that the network has, by key."""
    drawn = [_spectrum(data), _characters(data), _losses(data)]
    drawn.append(_maps("logitmap", [data.logits], data.labels, "ab", "c"))
    if data.embedding is not None and data.embedding.size <= MOST_CELLS:
        drawn.append(_embedding(data))
    if data.neurons is not None:
        drawn.append(_neurons(data, data.neurons))
        if data.neurons.maps:
            drawn.append(_maps("maps", data.neurons.maps, data.labels, "a", "b"))
        if data.neurons.writing.size and data.neurons.writing.size <= MOST_CELLS:
            drawn.append(_writing(data.neurons))
    if data.cosines is not None:
        drawn.append(_cosines(data.cosines))
    return {figure.key: figure for figure in drawn}


def rounded(values: Any, digits: int = 4) -> list[float | None]:
    """Numbers for the page: so many significant digits, null for what is not finite."""
    return [
        float(f"{value:.{digits}g}") if np.isfinite(value) else None for value in np.asarray(values).ravel()
    ]


def _spectrum(data: CircuitFigures) -> Figure:
    import plotly.graph_objects as go

    names = [escaped(label) for label in data.labels[1:]]
    colours = [
        POSSIBLE if harmonic else REQUIRED if key else EXCLUDED
        for key, harmonic in zip(data.key[1:], data.harmonic[1:], strict=True)
    ]
    rows = 1 if data.power is None else 2
    figure = axes([], 240 * rows + 40)
    figure.set_subplots(rows, 1, shared_xaxes=True, vertical_spacing=0.08)
    similarity = go.Bar(
        x=names, y=rounded(data.similarities[1:]), marker={"color": colours},
        hovertemplate="%{x}<br>similarity %{y}<extra></extra>",
    )  # fmt: skip
    figure.add_trace(similarity, row=1, col=1)
    figure.update_yaxes(title_text="similarity", row=1, col=1)
    if data.power is not None:
        for side, name, colour in ((0, "left", REQUIRED), (1, "right", MARGIN)):
            bars = go.Bar(
                x=names, y=rounded(data.power[side, 1:]), marker={"color": colour},
                hovertemplate=f"%{{x}}<br>{name} embedding %{{y}}<extra></extra>",
            )  # fmt: skip
            figure.add_trace(bars, row=2, col=1)
        figure.update_yaxes(title_text="embedding power", row=2, col=1)
    quiet(figure)
    figure.update_xaxes(type="category", showgrid=False)
    key = ", ".join(label for label, is_key in zip(data.labels, data.key, strict=True) if is_key)
    return Figure(
        "spectrum",
        "Above: cosine of the logits with the character of each irrep at a b c⁻¹ (blue: key irreps; brown: "
        "key irreps that are only second harmonics of embedded ones). Below: share of the embeddings' power "
        "by irrep, left element and right element.",
        f"Key irreps: {key or 'none'}.",
        figure.to_json(),
        240 * rows + 40,
    )


def quiet(figure: Any) -> None:
    """Subplots come without the page's style."""
    figure.update_xaxes(
        gridcolor=RULE, zeroline=False, linecolor=RULE, tickfont_color=MUTED,
        title_font={"color": MUTED, "size": 13}, automargin=True, fixedrange=True,
    )  # fmt: skip
    figure.update_yaxes(
        gridcolor=RULE, zeroline=False, linecolor=RULE, tickfont_color=MUTED,
        title_font={"color": MUTED, "size": 13}, automargin=True, fixedrange=True,
    )  # fmt: skip


def _characters(data: CircuitFigures) -> Figure:
    import plotly.graph_objects as go

    ends = rounded([min(data.fitted.min(), data.measured.min()), max(data.fitted.max(), data.measured.max())])
    traces = [
        go.Scatter(x=ends, y=ends, mode="lines", line={"color": RULE, "width": 1}, hoverinfo="skip"),
        go.Scatter(
            x=rounded(data.fitted), y=rounded(data.measured), mode="markers",
            marker={"color": REQUIRED, "size": 6},
            hovertemplate="characters %{x}<br>mean logit %{y}<extra></extra>",
        ),
    ]  # fmt: skip
    figure = axes(traces, 380)
    figure.update_xaxes(title_text="sum of key characters", showgrid=False)
    figure.update_yaxes(title_text="mean logit")
    left_over = float(((data.measured - data.fitted) ** 2).sum() / max((data.measured**2).sum(), 1e-300))
    return Figure(
        "characters",
        "The mean logit over all triples with one value of a b c⁻¹, against the sum of key characters there. "
        "On the line the mean is explained; how much the logits vary about this mean is in the table above.",
        f"The characters leave {100 * left_over:.2f} % of the means unexplained.",
        figure.to_json(),
        380,
    )


def _losses(data: CircuitFigures) -> Figure:
    import plotly.graph_objects as go

    names = [escaped(name) for name, _ in data.losses]
    values = [max(value, 1e-16) for _, value in data.losses]
    bars = go.Bar(
        x=rounded(values), y=names, orientation="h",
        marker={"color": [INK, *[REQUIRED] * (len(names) - 1)]},
        hovertemplate="%{y}<br>%{x}<extra></extra>",
    )  # fmt: skip
    height = 26 * len(names) + 80
    figure = axes([bars], height, bargap=0.25)
    figure.update_xaxes(type="log", exponentformat="power", title_text="cross-entropy", dtick=2)
    figure.update_yaxes(autorange="reversed", type="category", showgrid=False, tickfont_color=INK)
    return Figure(
        "losses",
        "Cross-entropy of the network, of what key irreps do alone, and of what is left when parts are taken "
        "away. A part that matters makes the loss rise by orders of magnitude.",
        "; ".join(f"{name}: {value:.3g}" for name, value in data.losses) + ".",
        figure.to_json(),
        height,
    )


def _neurons(data: CircuitFigures, neurons: NeuronFigures) -> Figure:
    import plotly.graph_objects as go

    active = np.flatnonzero(~neurons.inactive)
    trace = go.Scatter(
        x=[escaped(data.labels[neurons.irrep[i]]) for i in active],
        y=rounded(neurons.fraction[active]),
        customdata=[
            f"neuron {i}<br>{escaped(data.labels[neurons.irrep[i]])}: {neurons.fraction[i]:.4f}"
            f"<br>fires on {100 * neurons.firing[i]:.1f} %"
            for i in active
        ],
        mode="markers",
        marker={
            "color": rounded(neurons.firing[active]), "cmin": 0, "cmax": 1, "size": 6,
            "colorscale": [[0, POSSIBLE], [0.5, EXCLUDED], [1, REQUIRED]],
            "colorbar": {
                "title": {"text": "fires on", "font": {"color": MUTED}}, "thickness": 12, "outlinewidth": 0,
                "tickfont": {"color": MUTED},
            },
        },
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    figure = axes([trace], 380)
    figure.add_hline(y=neurons.threshold, line={"color": MUTED, "width": 1})
    order = [escaped(data.labels[r]) for r in sorted(set(neurons.irrep[active].tolist()))]
    figure.update_xaxes(type="category", showgrid=False, categoryorder="array", categoryarray=order)
    figure.update_yaxes(title_text="fraction explained", range=[0, 1.03])
    labelled = int((neurons.label >= 0).sum())
    return Figure(
        "neurons",
        "Each neuron at the irrep that explains most of its activation; above the line it belongs to the "
        f"irrep's cluster ({labelled} of {len(active)} active neurons).",
        f"{labelled} of {len(active)} active neurons lie above {neurons.threshold}.",
        figure.to_json(),
        380,
    )


def _maps(key: str, maps: Sequence[PowerMap], labels: tuple[str, ...], first: str, second: str) -> Figure:
    import plotly.graph_objects as go

    names = [escaped(label) for label in labels]
    columns = min(2, len(maps))
    rows = -(-len(maps) // columns)
    height = 360 * rows + 40
    figure = axes([], height)
    figure.set_subplots(rows, columns, horizontal_spacing=0.14, vertical_spacing=0.16)
    for number, found in enumerate(maps):
        top = max(float(found.power.max()), 1e-300)
        trace = go.Heatmap(
            z=[rounded(line, 3) for line in np.log10(np.maximum(found.power, top * FLOOR))],
            x=names, y=names, xgap=0, ygap=0, showscale=number == 0,
            colorscale=[[0, PAPER], [0.5, POSSIBLE], [1, REQUIRED]],
            colorbar={
                "title": {"text": "log₁₀ share", "font": {"color": MUTED}}, "thickness": 12,
                "outlinewidth": 0, "tickfont": {"color": MUTED},
            },
            hovertemplate=f"{first}: %{{y}}<br>{second}: %{{x}}<br>10^%{{z}}<extra></extra>",
        )  # fmt: skip
        place = {"row": number // columns + 1, "col": number % columns + 1}
        figure.add_trace(trace, **place)
        title = f"irrep of {second}" + (f" (cluster {escaped(found.name)})" if key == "maps" else "")
        figure.update_xaxes(title_text=title, **place)
        figure.update_yaxes(title_text=f"irrep of {first}", **place)
    quiet(figure)
    figure.update_xaxes(type="category", showgrid=False)
    figure.update_yaxes(type="category", showgrid=False)
    what = (
        "Power of the neurons of each large cluster on pairs of irreps, of the left and of the right "
        "element: a clean cluster has one irrep, on its own and with itself."
        if key == "maps"
        else "Power of the mean logits at every product on pairs of irreps, of ab and of c: characters sit "
        "on the diagonal."
    )
    return Figure(
        key, what, f"{len(maps)} heat maps of {len(names)} by {len(names)} irreps.", figure.to_json(), height
    )


def _embedding(data: CircuitFigures) -> Figure:
    import plotly.graph_objects as go

    assert data.embedding is not None
    assert data.embedding_irrep is not None
    names = [escaped(data.labels[r]) for r in data.embedding_irrep]
    trace = go.Heatmap(
        z=[rounded(line, 2) for line in np.sqrt(data.embedding)],
        customdata=[[name] * data.embedding.shape[1] for name in names],
        colorscale=[[0, PAPER], [1, REQUIRED]],
        colorbar={"thickness": 12, "outlinewidth": 0, "tickfont": {"color": MUTED}},
        hovertemplate="column %{x}<br>%{customdata}: %{z}<extra></extra>",
    )
    from empirics.circuits.stills import named_rows

    shown = named_rows(data.embedding_irrep)
    figure = axes([trace], 460)
    figure.update_xaxes(title_text="column of the left embedding", showgrid=False)
    figure.update_yaxes(showgrid=False, tickvals=shown, ticktext=[names[row] for row in shown])
    return Figure(
        "embedding",
        "The left embedding in an orthonormal basis of the isotypic components, absolute values: few dark "
        "bands are few irreps.",
        f"Heat map of {len(names)} basis functions by {data.embedding.shape[1]} columns.",
        figure.to_json(),
        460,
    )


def _writing(neurons: NeuronFigures) -> Figure:
    import plotly.graph_objects as go

    trace = go.Heatmap(
        z=[rounded(line, 3) for line in neurons.writing.T],
        y=[escaped(label) for label in neurons.writing_irreps],
        colorscale=[[0, PAPER], [1, REQUIRED]],
        colorbar={"thickness": 12, "outlinewidth": 0, "tickfont": {"color": MUTED}},
        hovertemplate="neuron %{x}<br>%{y}: %{z}<extra></extra>",
    )
    height = 30 * len(neurons.writing_irreps) + 110
    figure = axes([trace], height)
    figure.update_xaxes(title_text="neurons, sorted by cluster; the unclustered last", showgrid=False)
    figure.update_yaxes(type="category", showgrid=False, tickfont_color=INK)
    return Figure(
        "writing",
        "How strongly each neuron writes each key irrep into the logits.",
        f"Heat map of {neurons.writing.shape[0]} neurons by {len(neurons.writing_irreps)} key irreps.",
        figure.to_json(),
        height,
    )


def _cosines(found: CosineFigures) -> Figure:
    import plotly.graph_objects as go

    figure = axes([], 340)
    figure.set_subplots(1, 3, horizontal_spacing=0.1)
    total = np.angle(np.exp(1j * (found.fits.left.phase + found.fits.right.phase)))
    lines = (
        (go.Scatter(x=rounded(total), y=rounded(found.fits.output.phase), mode="markers",
                    marker={"color": REQUIRED}),
         "phase of a + phase of b", "phase of the output"),
        (go.Scatter(x=[point.part for point in found.curve],
                    y=rounded([np.mean(point.accuracy) for point in found.curve]),
                    mode="lines+markers", line={"color": REQUIRED}),
         "part of the neurons replaced", "accuracy"),
        (go.Scatter(x=list(found.widths), y=rounded(found.random_accuracy), mode="lines+markers",
                    line={"color": POSSIBLE}),
         "random cosine neurons", "accuracy"),
    )  # fmt: skip
    for column, (trace, across, up) in enumerate(lines, 1):
        figure.add_trace(trace, row=1, col=column)
        figure.update_xaxes(title_text=across, row=1, col=column)
        figure.update_yaxes(title_text=up, row=1, col=column)
    quiet(figure)
    all_replaced = float(np.mean(found.curve[-1].accuracy))
    return Figure(
        "cosines",
        "Cosine fits of the weights: phases of the output against the sum of the inputs' phases, accuracy "
        "with neurons replaced by their fits, and accuracy of as many random cosines.",
        f"With all neurons replaced the accuracy is {all_replaced:.3f}.",
        figure.to_json(),
        340,
    )
