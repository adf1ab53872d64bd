"""`gammastar superposition arrangement`: the chambers that a layer's hyperplanes cut."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from certificates.superposition.options import AsJson, Force, Output
from certificates.superposition.sources import Source

if TYPE_CHECKING:
    from theory.superposition.arrangement import Arrangement, Census

__all__ = ["register"]

WRITTEN = 6  # degree up to which polynomials are written out

Bias = Annotated[
    float | None,
    typer.Option(
        "--bias",
        metavar="B",
        help="All biases; default: those of the file, -0.2 for a name.",
        show_default=False,
    ),
]
Tolerance = Annotated[
    float,
    typer.Option("--tolerance", metavar="T", help="Numbers below it count as 0; normals have length 1."),
]
Check = Annotated[
    bool | None,
    typer.Option(
        "--check/--no-check",
        help="Enumerate chambers by linear programs; default: up to 600 of them.",
        show_default=False,
    ),
]


def arrangement(
    source: Source,
    bias: Bias = None,
    tolerance: Tolerance = 1e-9,
    check: Check = None,
    output: Output = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Chambers of the hyperplanes where features turn on, by the characteristic polynomial.

    A direct sum has the product of its summands' polynomials, and fewer chambers than generic hyperplanes.
    That depends on the tolerance: any perturbation above it makes the arrangement generic.
    """
    from certificates.superposition.outcome import Outcome, begin, finish
    from certificates.superposition.sources import read_source
    from empirics.superposition.figures_arrangement import arrangement_figure
    from theory.superposition.arrangement import census
    from theory.superposition.model import toy_model

    started = begin(output, force)

    model, blocks = read_source(source)
    level = -0.2 if bias is None and blocks is not None else bias
    if level is not None:
        model = toy_model(model.weights, [level] * model.features, source=model.source)
    found = census(model.weights, model.bias, tolerance, check)
    arranged = found.arranged
    figures = {}
    if output is not None:
        whole = [(arranged, found.polynomial)]
        figures["arrangement.png"] = arrangement_figure(
            whole if arranged.rank <= 3 else list(found.summands), model.source
        )
    finish(
        Outcome(
            verb="arrangement",
            verdict=_verdict(found),
            numbers=_numbers(found),
            parameters={"source": source, "bias": level, "tolerance": tolerance},
            lines=_lines(found),
            figures=figures,
        ),
        started,
        as_json,
        output,
    )


def _numbers(found: Census) -> dict[str, Any]:
    arranged = found.arranged
    return {
        "regions": found.polynomial.regions,
        "bounded": found.polynomial.bounded,
        "characteristic_polynomial": found.polynomial.coefficients,
        "generic_regions": arranged.generic_regions,
        "summands": found.parts,
        "summand_polynomials": [part.coefficients for _, part in found.summands],
        "product_formula_checked": found.direct is not None,
        "regions_by_linear_programs": found.enumerated,
        "hyperplanes": arranged.count,
        "rank": arranged.rank,
        "space": arranged.space,
        "members": arranged.members,
        "reached_chambers": {str(one.k): one.chambers for one in found.reached},
        "reached_sets_of_active_features": {str(one.k): one.active for one in found.reached},
    }


def register(app: typer.Typer) -> None:
    """Add the verb."""
    epilog = (
        "Examples:\n\ngammastar superposition arrangement 5+5\n\n"
        "gammastar superposition arrangement weights.npz --tolerance 0.01"
    )
    app.command(epilog=epilog)(arrangement)


def _verdict(found: Census) -> str:
    arranged, regions = found.arranged, found.polynomial.regions
    text = f"{regions:,} chambers, {found.polynomial.bounded:,} bounded; chi(t) = {_polynomial(found)}"
    if len(found.parts) > 1:
        text += f"; a direct sum, {_product([part.regions for _, part in found.summands])}"
    return f"{text}; generic hyperplanes have {arranged.generic_regions:,}; tolerance {arranged.tolerance:g}"


def _lines(found: Census) -> tuple[str, ...]:
    arranged = found.arranged
    lines = [
        f"reached with {one.k} on: {one.chambers:,} chambers, {one.active:,} active sets"
        for one in found.reached
    ]
    if found.enumerated is not None:
        verdict = "agree" if found.enumerated == found.polynomial.regions else "DISAGREE"
        lines.append(f"linear programs count {found.enumerated:,}: they {verdict}")
    if found.direct is not None:
        lines.append("the product of the summands' polynomials is that of the whole poset")
    return (*lines, *_remarks(arranged))


def _remarks(arranged: Arrangement) -> list[str]:
    """What was changed before counting."""
    features = len(arranged.members)
    without = int((arranged.members == 0).sum())
    lines = []
    if without:
        lines.append(f"{without} of {features} features have length 0 and no hyperplane")
    if features - without > arranged.count:
        lines.append(f"{features - without} features share {arranged.count} hyperplanes")
    if arranged.rank < arranged.space:
        lines.append(
            f"normals span {arranged.rank} of {arranged.space} dimensions: made essential, chi divided by "
            f"t^{arranged.space - arranged.rank}"
        )
    return lines


def _product(factors: list[int]) -> str:
    """Equal factors as a power, the largest first."""
    counts = Counter(factors)
    powers = [(factor, counts[factor]) for factor in sorted(counts, reverse=True)]
    return " x ".join(str(factor) if count == 1 else f"{factor}^{count}" for factor, count in powers)


def _polynomial(found: Census) -> str:
    """In the usual notation; of high ones, the degree."""
    terms = []
    degree = found.polynomial.rank
    if degree > WRITTEN:
        return f"a polynomial of degree {degree}"
    for place, coefficient in enumerate(found.polynomial.coefficients):
        if coefficient == 0:
            continue
        power = degree - place
        variable = "" if power == 0 else "t" if power == 1 else f"t^{power}"
        size = "" if abs(coefficient) == 1 and power else str(abs(coefficient))
        terms.append(("- " if coefficient < 0 else "+ ") + size + variable)
    return " ".join(terms).removeprefix("+ ")
