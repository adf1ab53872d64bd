"""Figures and page of a run, written into its folder."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from certificates.cli_progress import Progress

if TYPE_CHECKING:
    from empirics.comparison import Comparison
    from empirics.runs import Run
    from theory.margins.solution import MarginSolution

__all__ = ["versions", "write"]


def versions() -> dict[str, str]:
    """What the numbers were made with."""
    names = ("gammastar", "torch", "numpy")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}


def write(
    run: Run,
    member: int,
    comparison: Comparison,
    solution: MarginSolution,
    result: dict[str, Any],
    progress: Progress,
) -> dict[str, str]:
    """Draw the figures into `figures/` and return the page by its name.

    Args:
        run: on a group.
        member: the network that `comparison` is of.
        comparison: of that network.
        solution: of the group.
        result: the JSON object of the command.
        progress: where the two stages are told.
    """
    with progress.stage("figures") as stage:
        from empirics.figures import collect, draw_all

        figures = collect(run, member, comparison, solution)
        paths = draw_all(figures, run.directory / "figures", stage.tell)
        stage.detail = f"{len(paths)} in {run.directory / 'figures'}"
    with progress.stage("report") as stage:
        from certificates.report.run_page import render_run

        page = render_run(result, figures, run.configuration.as_dict(), versions())
        stage.detail = str(run.directory / "report.html")
    return {"report.html": page}
