"""The explicit network beside the Plancherel weights and the networks that memorise."""

from __future__ import annotations

from certificates.report.data import ReportData
from certificates.report.plots.style import EXCLUDED, INK, REQUIRED, Figure, axes, escaped
from certificates.wording import decimals

__all__ = ["networks_plot"]

CAPTION = (
    "Normalised margins side by side. The Plancherel weights give each irrep the weight d²/|G|; a memorising "
    "network spends neurons of its own on every input, with one-hot weights or with the same weights centred."
)


def networks_plot(data: ReportData) -> Figure:
    """Normalised margins as fractions of `gamma*`; the first one is the explicit network's."""
    import plotly.graph_objects as go

    bars = [(escaped(bar["name"]), bar["ratio"]) for bar in data.result["network"]["comparison"]]
    trace = go.Bar(
        x=[ratio for _, ratio in bars],
        y=[name for name, _ in bars],
        orientation="h",
        marker={"color": [REQUIRED, *[EXCLUDED] * (len(bars) - 1)]},
        text=[decimals(ratio, 4) for _, ratio in bars],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x} of γ*<extra></extra>",
    )
    height = 34 * len(bars) + 76
    figure = axes([trace], height, bargap=0.4)
    figure.update_xaxes(title_text="normalised margin, in units of γ*", range=[0, 1.16])
    figure.update_yaxes(autorange="reversed", showgrid=False, tickfont_color=INK)
    named = "; ".join(f"{name}: {decimals(ratio, 6)}" for name, ratio in bars)
    return Figure(
        key="networks",
        caption=CAPTION,
        alternative=f"Normalised margins as fractions of gamma*: {named}.",
        plot=figure.to_json(),
        height=height,
    )
