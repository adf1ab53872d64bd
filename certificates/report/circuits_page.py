"""The report of an explained network: verdict, group, irreps, neurons, causal tests, theory beside it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from certificates.circuits_result import MOST_EMBEDDED, shown_irreps
from certificates.report.environment import page_assets, template
from certificates.report.plots.circuits import circuit_plots
from certificates.report.plots.progress import progress_plot

if TYPE_CHECKING:
    from empirics.circuits.figure_data import CircuitFigures
    from empirics.circuits.progress import Progress as TrainingProgress

__all__ = ["render_circuits"]

TONES = {"explained": "verified", "partly explained": "partly", "not explained": "refuted"}


def render_circuits(
    result: dict[str, Any],
    figures: CircuitFigures | None,
    versions: dict[str, str],
    series: TrainingProgress | None = None,
) -> str:
    """The page as HTML.

    Args:
        result: the JSON object of `gammastar explain`.
        figures: what is drawn; None for a network without a group.
        versions: of the programs, by name.
        series: measures of every checkpoint, if there are several.
    """
    learned, embedded = shown_irreps(result)
    return template("circuits.html.j2").render(
        result=result,
        tone=TONES[result["verdict"]],
        irreps=learned + embedded[:MOST_EMBEDDED],
        more_embedded=embedded[MOST_EMBEDDED:],
        others=len(result["irreps"]) - len(learned) - len(embedded),
        figures={} if figures is None else circuit_plots(figures),
        progress=None if figures is None or series is None else progress_plot(series, figures.labels),
        command=shlex.join(["gammastar", "explain", result["source"], *result["options"]]),
        versions=versions,
        **page_assets(),
    )
