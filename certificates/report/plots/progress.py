"""The plot of how a circuit formed; it draws numbers of `empirics.circuits.progress.Progress`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from certificates.report.plots.circuits import quiet, rounded
from certificates.report.plots.style import EXCLUDED, INK, MARGIN, POSSIBLE, REQUIRED, Figure, axes, escaped

if TYPE_CHECKING:
    from empirics.circuits.progress import Progress

__all__ = ["progress_plot"]

MOST_LINES = 12


def progress_plot(series: Progress, labels: tuple[str, ...]) -> Figure:
    """Losses, and similarities of key irreps, against steps."""
    import plotly.graph_objects as go

    from empirics.circuits.progress_still import LOSSES

    figure = axes([], 560)
    figure.set_subplots(2, 1, shared_xaxes=True, vertical_spacing=0.08)
    steps = np.maximum(series.steps, 1).tolist()
    for name, label, colour in LOSSES:
        values = np.maximum(getattr(series, name), 1e-12)
        trace = go.Scatter(
            x=steps, y=rounded(values), mode="lines", line={"color": colour, "width": 2}, name=label,
            hovertemplate=f"step %{{x}}<br>{label} %{{y}}<extra></extra>",
        )  # fmt: skip
        figure.add_trace(trace, row=1, col=1)
    for number, (r, _) in enumerate(series.appeared[:MOST_LINES]):
        colour = (REQUIRED, POSSIBLE, MARGIN, INK, EXCLUDED)[number % 5]
        name = escaped(labels[r])
        trace = go.Scatter(
            x=steps, y=rounded(series.similarities[:, r]), mode="lines", line={"color": colour, "width": 2},
            name=name, hovertemplate=f"step %{{x}}<br>{name} %{{y}}<extra></extra>",
        )  # fmt: skip
        figure.add_trace(trace, row=2, col=1)
    quiet(figure)
    figure.update_layout(showlegend=True, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"})
    figure.update_xaxes(type="log", exponentformat="power", dtick=1)
    figure.update_xaxes(title_text="step", row=2, col=1)
    figure.update_yaxes(type="log", exponentformat="power", title_text="cross-entropy", row=1, col=1)
    figure.update_yaxes(title_text="similarity", row=2, col=1)
    shown = ", ".join(labels[r] for r, _ in series.appeared[:MOST_LINES])
    return Figure(
        "progress",
        "Above: losses of the network on train and test pairs, of its key irreps alone, and of the train "
        "pairs without them; the circuit forms where the last one rises. Below: similarity of key irreps.",
        f"Over {int(series.steps[-1])} steps the test loss ends at {series.test_loss[-1]:.3g}; irreps in "
        f"order of appearance: {shown or 'none'}.",
        figure.to_json(),
        560,
    )
