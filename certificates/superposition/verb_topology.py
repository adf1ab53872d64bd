"""`gammastar superposition topology`: barcodes of feature directions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from certificates.superposition.options import AsJson, Force, Output, Seed
from certificates.superposition.sources import Source

if TYPE_CHECKING:
    from theory.superposition.topology import Bar, JoinSignature

__all__ = ["register"]

Weak = Annotated[
    float,
    typer.Option(
        "--weak", metavar="R", help="Leave out columns shorter than R times the longest.", min=0, max=1
    ),
]
Degree = Annotated[
    int | None,
    typer.Option(
        "--degree",
        metavar="K",
        help="Highest degree of Rips bars; default: m - 1.",
        min=0,
        show_default=False,
    ),
]
Noise = Annotated[
    float, typer.Option("--noise", metavar="SIGMA", help="Gaussian noise added to every entry of W.", min=0)
]


def topology(
    source: Source,
    noise: Noise = 0.0,
    weak: Weak = 0.2,
    degree: Degree = None,
    seed: Seed = 0,
    output: Output = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Persistent homology of the directions of features, by Rips and by alpha complexes.

    Directions that surround the origin have an alpha bar of degree m - 1 up to radius 1. A direct sum has a
    Rips bar of that degree from the square root of 2 on, unless a summand is a simplex; all its Rips bars are
    predicted from those of its summands.
    """
    import numpy as np

    from certificates.superposition.outcome import Outcome, begin, finish
    from certificates.superposition.sources import read_source
    from empirics.superposition.figures_topology import barcode_figure
    from theory.superposition.configurations import add_noise
    from theory.superposition.topology import join_signature, strong_columns

    started = begin(output, force)

    model, blocks = read_source(source)
    weights = add_noise(model.weights, noise, np.random.default_rng(seed)) if noise else model.weights
    kept = strong_columns(weights, weak)
    if len(kept) < model.features:
        blocks = None  # they are of all columns
    found = join_signature(weights[:, kept], blocks, degree)
    finish(
        Outcome(
            verb="topology",
            verdict=_verdict(found),
            numbers=_numbers(found, [column for column in range(model.features) if column not in set(kept)]),
            parameters={"source": source, "noise": noise, "weak": weak, "degree": degree, "blocks": blocks},
            seed=seed if noise else None,
            lines=_lines(found),
            figures={"barcodes.png": barcode_figure(found, model.source)} if output is not None else {},
        ),
        started,
        as_json,
        output,
    )


def _numbers(found: JoinSignature, weak: list[int]) -> dict[str, Any]:
    return {
        "dimension": found.dimension,
        "surrounds_origin": found.surrounds,
        "sphere": _pair(found.sphere),
        "largest_facet_radius": found.facet_radius,
        "join": _pair(found.join),
        "components_below_sqrt2": found.components(),
        "rips": _all(found.rips),
        "alpha": _all(found.alpha),
        "predicted_rips": _all(found.predicted),
        "difference_of_prediction": found.difference,
        "defect_of_orthogonality": found.defect,
        "weak": weak,
        "refusals": found.refusals,
    }


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog="Example:\n\ngammastar superposition topology 5+5 -o two-pentagons")(topology)


def _verdict(found: JoinSignature) -> str:
    m = found.dimension
    if not found.surrounds:
        return f"the directions do not surround the origin: no alpha bar of degree {m - 1}"
    around = "the directions surround the origin"
    if found.sphere is not None:
        around += f": alpha bar of degree {m - 1} {_interval(found.sphere)}"
    if found.rips is None:
        return f"{around}; Rips bars refused"
    if found.join is not None:
        return f"{around}, Rips bar {_interval(found.join)}"
    highest = max(bar.degree for bar in found.rips)
    return f"{around}; no Rips bar of a degree above {highest}"


def _lines(found: JoinSignature) -> tuple[str, ...]:
    lines = []
    if found.rips is not None:
        lines += [f"Rips (diameters)   {line}" for line in _summary(found.rips)]
        lines.append(f"components below sqrt 2: {found.components()}")
    if found.difference is not None:
        lines.append(
            f"Rips bars predicted from the summands: bottleneck distance {found.difference:.2g}, at most "
            f"{found.defect:.2g} by stability"
        )
    lines += [f"refused: {reason}" for reason in found.refusals]
    return tuple(lines)


def _summary(bars: tuple[Bar, ...]) -> list[str]:
    """Equal bars of a degree together, the longest first."""
    counts: dict[tuple[int, str], int] = {}
    for bar in sorted(bars, key=lambda bar: (bar.degree, -bar.length)):
        key = (bar.degree, _interval(bar))
        counts[key] = counts.get(key, 0) + 1
    lines: list[str] = []
    for degree in sorted({degree for degree, _ in counts}):
        own = [f"{count} x {text}" for (of, text), count in counts.items() if of == degree]
        more = f" and {len(own) - 6} more" if len(own) > 6 else ""
        lines.append(f"H{degree}  {', '.join(own[:6])}{more}")
    return lines


def _interval(bar: Bar) -> str:
    return f"[{bar.birth:.3f}, {bar.death:.3f})"


def _pair(bar: Bar | None) -> list[float] | None:
    return None if bar is None else [bar.birth, bar.death]


def _all(bars: tuple[Bar, ...] | None) -> list[list[float]] | None:
    return None if bars is None else [[bar.degree, bar.birth, bar.death] for bar in bars]
