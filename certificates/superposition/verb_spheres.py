"""`gammastar superposition spheres`: spheres through points, and points of least energy on a sphere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certificates.superposition.options import AsJson, Force, Output, Seed

if TYPE_CHECKING:
    from certificates.superposition.outcome import Outcome
    from theory.superposition.spheres import LeastEnergy, Sphere, SphereFamily

__all__ = ["register"]

Points = Annotated[
    str | None,
    typer.Argument(
        metavar="[FILE|NAME]",
        help="Points as columns of W, .npz or .safetensors; or unit vectors by name, such as 5+5.",
        show_default=False,
    ),
]
Thomson = Annotated[
    int | None,
    typer.Option("--thomson", metavar="N", help="Find N points of least energy instead.", show_default=False),
]
Dimension = Annotated[
    int, typer.Option("--dimension", "-d", metavar="D", help="Of the space, for --thomson.")
]
Potential = Annotated[
    str, typer.Option("--potential", "-p", metavar="NAME", help="coulomb, relu, or relu-bias, for --thomson.")
]
Starts = Annotated[int, typer.Option("--starts", metavar="K", help="Random starts, for --thomson.")]


def spheres(
    source: Points = None,
    count: Thomson = None,
    dimension: Dimension = 3,
    potential: Potential = "relu",
    starts: Starts = 32,
    seed: Seed = 0,
    output: Output = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """The sphere that points lie on; or, with --thomson, unit vectors of least energy.

    The potentials: 1/distance; the interference of features at zero bias; and that with the best biases.
    Interference at zero bias is no spherical code: for 11 points in space some coincide.
    """
    from certificates.superposition.outcome import begin, finish
    from theory.errors import InputError

    started = begin(output, force)

    if (source is None) == (count is None):
        raise InputError("spheres: points or --thomson N, one of both, would be right")
    if count is not None:
        outcome = _least(count, dimension, potential, starts, seed, output)
    else:
        outcome = _fitted(source or "", output)
    finish(outcome, started, as_json, output)


def register(app: typer.Typer) -> None:
    """Add the verb."""
    epilog = (
        "Examples:\n\ngammastar superposition spheres --thomson 12 --dimension 3 --potential relu\n\n"
        "gammastar superposition spheres weights.npz"
    )
    app.command(epilog=epilog)(spheres)


def _least(
    count: int, dimension: int, potential: str, starts: int, seed: int, output: Path | None
) -> Outcome:
    import numpy as np

    from certificates.superposition.outcome import Outcome
    from empirics.superposition.figures_spheres import energies_figure, points_figure
    from theory.superposition.spheres import energies_of, thomson

    generator = np.random.default_rng(seed)
    found = thomson(count, dimension, potential, generator, starts)
    electrons = found
    if potential != "coulomb":
        electrons = thomson(count, dimension, "coulomb", generator, min(starts, 16))
    at_thomson = energies_of(electrons.points)
    figures = {}
    if output is not None:
        title = f"{count} points, {potential}: {found.energy:.6f}"
        figures = {
            "points.png": points_figure(found.points, title),
            "thomson.png": points_figure(electrons.points, f"{count} points, coulomb"),
            "energies.png": energies_figure(found.energies, potential),
        }
    return Outcome(
        verb="spheres",
        verdict=_verdict(found, at_thomson[potential]),
        numbers={
            "energy": found.energy,
            "energies_of_its_points": energies_of(found.points),
            "energies_of_thomsons_points": at_thomson,
            "smallest_angle": found.smallest_angle,
            "collisions": found.collisions,
            "gradient": found.gradient,
            "starts_that_reached_it": found.agreeing,
            "energies_of_starts": found.energies,
            "points": found.points,
        },
        parameters={"N": count, "dimension": dimension, "potential": potential, "starts": starts},
        seed=seed,
        lines=(
            f"reached by {found.agreeing} of {starts} starts; gradient at most {found.gradient:.1g}",
            f"smallest angle {found.smallest_angle:.3f} degrees"
            + (f"; pairs that coincide: {_pairs(found.collisions)}" if found.collisions else ""),
        ),
        figures=figures,
    )


def _verdict(found: LeastEnergy, at_thomson: float | None) -> str:
    count, dimension = found.points.shape
    text = f"{count} points in R^{dimension}, {found.potential}: least energy found {found.energy:.9g}"
    if found.potential == "coulomb":
        return text
    text += f", Thomson's points have {at_thomson:.9g}"
    many = len(found.collisions)
    return text + (f"; {many} pair{'s' if many != 1 else ''} coincide" if many else "")


def _fitted(source: str, output: Path | None) -> Outcome:
    from certificates.superposition.outcome import Outcome
    from certificates.superposition.sources import read_source
    from empirics.superposition.figures_spheres import points_figure
    from theory.superposition.spheres import described, energies_of
    from theory.superposition.topology.points import unit_columns

    model, _ = read_source(source)
    points = model.weights.T
    directions = unit_columns(model.weights)
    shared, sphere = described(points)
    return Outcome(
        verb="spheres",
        verdict=_place(shared, sphere, len(points)),
        numbers={
            "centre": None if sphere is None else sphere.centre,
            "radius": None if sphere is None else sphere.radius,
            "flat": None if sphere is None else sphere.flat,
            "normal": None if sphere is None else sphere.normal,
            "offset": None if sphere is None else sphere.offset,
            "vector": None if sphere is None else sphere.vector,
            "residual": None if sphere is None else sphere.residual,
            "dimension_of_common_sphere": None if shared is None else shared.dimension,
            "energies_of_directions": energies_of(directions),
        },
        parameters={"source": source},
        figures={"points.png": points_figure(directions, f"directions of {model.source}")}
        if output is not None
        else {},
    )


def _place(shared: SphereFamily | None, sphere: Sphere | None, count: int) -> str:
    if sphere is None:
        assert shared is not None
        return f"{count} points on a common sphere of dimension {shared.dimension}, and on many larger ones"
    on = "on" if shared is not None else "near"
    if sphere.flat:
        return f"{count} points {on} a hyperplane; residual {sphere.residual:.2g}"
    assert sphere.centre is not None
    small = 1e-12 * sphere.radius
    centre = ", ".join(f"{number:.4g}" if abs(number) > small else "0" for number in sphere.centre)
    return (
        f"{count} points {on} the sphere of radius {sphere.radius:.6g} about ({centre}); residual "
        f"{sphere.residual:.2g}"
    )


def _pairs(pairs: tuple[tuple[int, int], ...]) -> str:
    return ", ".join(f"{first} and {second}" for first, second in pairs)
