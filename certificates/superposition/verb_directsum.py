"""`gammastar superposition directsum`: which features of a model form a direct sum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from certificates.superposition.options import AsJson, Force, ModelFile, Output

if TYPE_CHECKING:
    from theory.superposition.directsum.find import Finding
    from theory.superposition.directsum.partition import Attempt

__all__ = ["register"]

NAMED = 12  # columns of a block that are written out in the terminal

Method = Annotated[
    str,
    typer.Option(
        "--method",
        "-m",
        metavar="NAME",
        help="auto, missing-faces, row-space, gram-gap, gram-rank, talk or talk-projector.",
    ),
]
Tau = Annotated[
    float | None,
    typer.Option(
        "--tau",
        metavar="T",
        help="Count singular values above it, in the units of W. Default: 0.3 for unit columns.",
        show_default=False,
    ),
]
Noise = Annotated[
    float | None,
    typer.Option(
        "--noise",
        metavar="SIGMA",
        help="Standard deviation of the entries of W, if known: T = 3 SIGMA n^(1/4).",
        show_default=False,
    ),
]
Weak = Annotated[
    float, typer.Option("--weak", metavar="R", help="Leave out columns shorter than R times the longest.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(name="directsum")
    def directsum(
        file: ModelFile,
        method: Method = "auto",
        tau: Tau = None,
        noise: Noise = None,
        weak: Weak = 0.2,
        as_json: AsJson = False,
        output: Output = None,
        force: Force = False,
    ) -> None:
        """Partition the features into blocks with independent spans, and check that ranks add up.

        A partition whose ranks do not add up at the stated tolerance is reported as uncertified.
        """
        from certificates.superposition.outcome import Outcome, begin, finish
        from theory.superposition.directsum.find import find
        from theory.superposition.model import load_model

        started = begin(output, force)

        model = load_model(file)
        finding = find(model.weights, method, tau, noise, weak)
        figures = {}
        if output is not None:
            from empirics.superposition.figures_directsum import gram_figure

            figures["gram.png"] = gram_figure(model.weights, finding.partition, finding.weak)
        asked = {"file": str(file), "method": method, "tau": tau, "noise": noise, "weak": weak}
        outcome = Outcome(
            verb="directsum",
            verdict=_verdict(finding),
            numbers=_numbers(finding),
            parameters={**asked, "features": model.features, "dimensions": model.dimensions},
            lines=_lines(finding),
            figures=figures,
        )
        finish(outcome, started, as_json, output)


def _numbers(finding: Finding) -> dict[str, Any]:
    """What was found, the contract's keys first."""
    partition = finding.partition
    return {
        "partition": partition.blocks,
        "ranks": partition.ranks,
        "certified": partition.certified,
        "method": partition.method,
        "rank": partition.rank,
        "tau": partition.tau,
        "coordinates": partition.coordinates,
        "largest_cosine_between_blocks": partition.cosine,
        "residual_energy": partition.residual,
        "weak": finding.weak,
        "notes": partition.notes,
        "agree": not finding.disagreeing,
        "attempts": [_attempt(one) for one in finding.attempts],
    }


def _verdict(finding: Finding) -> str:
    partition = finding.partition
    count = len(partition.blocks)
    if count == 0:
        return "no direct sum: no column has a direction"
    if count == 1:
        return f"no direct sum: {len(partition.order)} features of rank {partition.rank} in one block"
    ranks = _sum(partition.ranks)
    if partition.certified:
        return f"direct sum of {count} blocks: ranks {ranks} = {partition.rank} at tau = {partition.tau:.3g}"
    return (
        f"{count} blocks, uncertified: ranks {ranks} = {sum(partition.ranks)}, not {partition.rank}, "
        f"at tau = {partition.tau:.3g}"
    )


def _sum(ranks: tuple[int, ...]) -> str:
    """Ranks, largest first, as `2·3 + 2` for 3 + 3 + 2."""
    counts = {rank: ranks.count(rank) for rank in sorted(ranks, reverse=True)}
    return " + ".join(f"{count}·{rank}" if count > 1 else f"{rank}" for rank, count in counts.items())


def _lines(finding: Finding) -> tuple[str, ...]:
    partition = finding.partition
    lines = [
        f"  block {number}, rank {rank}: {_columns(block)}"
        for number, (block, rank) in enumerate(zip(partition.blocks, partition.ranks, strict=True), 1)
    ]
    if finding.weak:
        lines.append(f"  weak, in no block: {_columns(finding.weak)}")
    lines.append(
        f"by {partition.method}, ranks of {_matrix(partition.coordinates)}; largest |cos| between blocks "
        f"{partition.cosine:.2e}, residual energy {partition.residual:.2e}"
    )
    lines += [f"note: {note}" for note in partition.notes]
    for attempt in finding.disagreeing:
        if attempt.partition is not None:
            blocks = len(attempt.partition.blocks)
            word = "certified" if attempt.partition.certified else "uncertified"
            lines.append(f"{attempt.method} disagrees: {blocks} block{'s'[: blocks != 1]}, {word}")
    lines += [f"refused: {attempt.reason}" for attempt in finding.refusals]
    return tuple(lines)


def _attempt(attempt: Attempt) -> dict[str, Any]:
    """An attempt in JSON's terms."""
    found = attempt.partition
    return {
        "method": attempt.method,
        "partition": None if found is None else found.blocks,
        "ranks": None if found is None else found.ranks,
        "certified": None if found is None else found.certified,
        "refused": attempt.reason or None,
        "seconds": round(attempt.seconds, 4),
    }


def _columns(columns: tuple[int, ...]) -> str:
    shown = " ".join(str(column) for column in columns[:NAMED])
    return shown if len(columns) <= NAMED else f"{shown} ... ({len(columns)})"


def _matrix(coordinates: str) -> str:
    return {"as given": "W", "unit columns": "W with unit columns"}.get(coordinates, "the row space of W")
