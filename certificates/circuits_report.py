"""Figures and page of an explained network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from certificates.cli_progress import Progress

if TYPE_CHECKING:
    from empirics.circuits.explain import Explanation
    from empirics.circuits.progress import Progress as TrainingProgress

__all__ = ["write"]


def write(
    found: Explanation,
    result: dict[str, Any],
    directory: Path,
    progress: Progress,
    series: TrainingProgress | None = None,
) -> dict[str, str]:
    """Draw the figures into `figures/` and return the page by its name.

    Args:
        found: the network and what was measured.
        result: the JSON object of the command.
        directory: of the report.
        progress: where the stages are told.
        series: measures of every checkpoint, if there are several.
    """
    from certificates.report.circuits_page import render_circuits
    from certificates.run_report import versions

    figures = None
    if found.analysis is not None:
        with progress.stage("figures") as stage:
            from empirics.circuits.figure_data import collect
            from empirics.circuits.stills import draw_circuit_figures

            stage.tell("collecting")
            figures = collect(found)
            paths = draw_circuit_figures(figures, directory / "figures", stage.tell)
            if series is not None:
                from empirics.circuits.progress_animation import animate_progress
                from empirics.circuits.progress_still import draw_progress

                labels, folder = found.analysis.group.irreps.labels, directory / "figures"
                paths = (*paths, draw_progress(series, labels, folder / "progress.png"))
                paths = (*paths, animate_progress(series, labels, folder / "progress.gif"))
            stage.detail = f"{len(paths)} in {directory / 'figures'}"
    with progress.stage("report") as stage:
        page = render_circuits(result, figures, versions(), series)
        stage.detail = str(directory / "report.html")
    return {"report.html": page}
