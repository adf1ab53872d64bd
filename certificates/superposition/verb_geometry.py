"""`gammastar superposition geometry`: dimensionalities, plateaus and frames of a model."""

from __future__ import annotations

from typing import Annotated

import typer

from certificates.superposition.options import AsJson, Force, ModelFile, Output

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(geometry)


def geometry(
    file: ModelFile,
    density: Annotated[
        float | None, typer.Option("--density", "-p", help="p = 1 - S, to check weak features.", metavar="P")
    ] = None,
    as_json: AsJson = False,
    output: Output = None,
    force: Force = False,
) -> None:
    """Dimensionality of every feature, plateaus, and each summand with its tight-frame defect."""
    from certificates.superposition.outcome import Outcome, begin, finish
    from empirics.superposition.figures_geometry import model_figure
    from theory.superposition.geometry import WEAK_NORM, frame_report
    from theory.superposition.model import check_density, load_model

    started = begin(output, force)

    model = load_model(file)
    if density is not None:
        check_density(density)
    report = frame_report(model.weights, model.bias, density)
    found = report.dimensionalities
    held = ", ".join(f"{count} at {name}" for name, count in report.plateaus.items() if count)
    represented = int((found.norms >= WEAK_NORM).sum())
    verdict = (
        f"{represented} of {model.features} features represented, sum of D = {found.total:.3f} in "
        f"{model.dimensions} dimensions; {held or 'none at a plateau'}"
    )
    lines = [
        f"summand {list(summand.features)}: rank {summand.rank}, D = {summand.dimensionality:.4f}"
        f"{f' ({summand.plateau})' if summand.plateau else ''}, tight-frame defect {summand.defect:.3f}, "
        f"leak {summand.leak:.3f}"
        for summand in report.summands
    ]
    weak = report.mean_direction
    if weak is not None:
        lines.append(
            f"{len(weak.features)} weak features: alignment {weak.alignment:.2f}, sum {weak.off_sum:.4f} + "
            f"bias {weak.bias:.4f} against p/2 = {(density or 0) / 2:.4f}"
        )
    if found.zero.any():
        lines.append(f"zero columns, D = 0: {found.zero.nonzero()[0].tolist()}")
    numbers = {
        "total": found.total,
        "star": found.star,
        "represented": represented,
        "plateaus": dict(report.plateaus),
        "dimensionalities": found.values,
        "norms": found.norms,
        "zero": found.zero.nonzero()[0],
        "summands": [vars(summand) for summand in report.summands],
        "mean_direction": None if weak is None else vars(weak),
    }
    figures = {}
    if output is not None:
        figures["geometry.png"] = model_figure(model.gram, report, "dimensionality")
    parameters = {"file": str(file), "density": density}
    outcome = Outcome("geometry", verdict, numbers, parameters, lines=tuple(lines), figures=figures)
    finish(outcome, started, as_json, output)
