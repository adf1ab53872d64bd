"""Shapes: spheres (E7), persistent homology, and arrangements of hyperplanes."""

from __future__ import annotations

import numpy as np

from empirics.figures.palette import EXCLUDED, INK, MUTED, REQUIRED
from empirics.figures.stills import canvas, png
from empirics.superposition.claims.claim import TALK, Claim, Measured, judge
from theory.superposition.arrangement.hyperplanes import arrangement
from theory.superposition.arrangement.poset import charpoly
from theory.superposition.configurations import configuration
from theory.superposition.spheres.interference import relu_energy
from theory.superposition.spheres.thomson import thomson
from theory.superposition.topology.alpha import alpha
from theory.superposition.topology.persistence import Bar
from theory.superposition.topology.rips import rips

__all__ = ["chambers_of_direct_sums", "persistent_homology", "thomson_problem"]

COUNTS = (6, 7, 8, 9, 10, 11, 12)
BIAS = -0.2
STARTS = (16, 120)  # up to 10 points, where few local minima are in the way, and beyond


def thomson_problem(generator: np.random.Generator) -> Claim:
    """E7: are unit features at zero bias Thomson's electrons?

    Args:
        generator: of the starts.
    """
    least = {count: thomson(count, 3, "relu", generator, STARTS[count > 10]) for count in COUNTS}
    electrons = {count: relu_energy(thomson(count, 3, "coulomb", generator).points) for count in COUNTS}
    excess = [electrons[count] - least[count].energy for count in COUNTS]
    measured = (
        Measured("N = 6: least energy; Thomson's octahedron has 0, too", least[6].energy, most=1e-9),
        Measured("N = 7: Thomson's points above the least energy", excess[1], most=1e-6),
        Measured("N = 8: Thomson's points above it", excess[2], least=1e-4),
        Measured("N = 12: the icosahedron's energy", electrons[12], 4 - 1e-6, 4 + 1e-6),
        Measured("N = 12: least energy found", least[12].energy, 3.69913, 3.69915),
        Measured("N = 12: pairs of points that coincide there", len(least[12].collisions), least=1),
    )
    return Claim(
        key="E7",
        title="Thomson's problem",
        source=TALK,
        said="With I = 1, ‖w‖ = 1 and b = 0 one gets the Thomson problem of points on a sphere.",
        statement="An analogy. The interference ⅓ Σ ReLU(wᵢ · wⱼ)² is 0 for all configurations without "
        "acute angles, agrees with Thomson's points for N = 6 and 7 in R³, differs for 8, 9, 10, and lets "
        "points coincide at 11 and 12: the icosahedron is not optimal.",
        measured=measured,
        verdict=judge(measured, "corrected"),
        evidence="gammastar superposition spheres --thomson 12 --dimension 3 --potential relu",
        pictures={
            "How far Thomson's points are above the least interference found, N points in R³.": _excess(
                excess
            )
        },
    )


def _excess(excess: list[float]) -> bytes:
    figure, (axis,) = canvas(5.5, 2.6)
    colours = [REQUIRED if value < 1e-6 else EXCLUDED for value in excess]
    axis.bar([str(count) for count in COUNTS], np.maximum(excess, 1e-10), color=colours)
    axis.set_yscale("log")
    axis.set_ylim(1e-10, 3)
    axis.set_xlabel("points N")
    axis.set_ylabel("excess of interference")
    return png(figure)


def persistent_homology() -> Claim:
    """Why does persistent homology not show direct sums?"""
    octagons = configuration("8+8").points.T
    bars = rips(octagons, highest=3)
    high = [bar for bar in bars if bar.degree == 3]
    triangle = configuration("3+2").points.T
    flat = [bar for bar in rips(triangle, highest=2) if bar.degree == 2]
    ball = max((bar for bar in alpha(triangle) if bar.degree == 2), key=lambda bar: bar.length)
    first = min(bar.birth for bar in high)
    measured = (
        Measured("octagon ⊕ octagon: Rips bars in degree 2", sum(bar.degree == 2 for bar in bars), 0, 0),
        Measured("bars in degree 3", len(high), 1, 1),
        Measured("born at √2", first, 1.4142, 1.4143),
        Measured("triangle ⊕ digon: Vietoris–Rips bars in degree 2", len(flat), 0, 0),
        Measured("its longest alpha bar in degree 2 is born at", ball.birth, 0.894, 0.895),
        Measured("and dies at", ball.death, 0.9999, 1.0001),
    )
    return Claim(
        key="T1",
        title="Persistent homology",
        source=TALK,
        said="Persistent homology up to degree 2 on the features: meh.",
        statement="From scale √2 on the Vietoris–Rips complex of an orthogonal direct sum is a join, and a "
        "join of spheres has its class in degree m − 1: look there. It cannot see simplices as summands, "
        "since their sides are longer than √2; the alpha complex does.",
        measured=measured,
        verdict=judge(measured, "corrected"),
        evidence="gammastar superposition topology",
        pictures={"Bars of octagon ⊕ octagon, by degree.": _barcode(bars)},
    )


def _barcode(bars: tuple[Bar, ...]) -> bytes:
    colours = (MUTED, REQUIRED, EXCLUDED, INK)
    shown = sorted(bars, key=lambda bar: (bar.degree, bar.birth))
    end = 1.1 * max(bar.death for bar in shown if np.isfinite(bar.death))
    figure, (axis,) = canvas(6.5, 0.11 * len(shown) + 1.0)
    for place, bar in enumerate(shown):
        axis.plot([bar.birth, min(bar.death, end)], [place, place], color=colours[bar.degree], lw=2.2)
    for degree in sorted({bar.degree for bar in shown}):
        axis.plot([], [], color=colours[degree], label=f"degree {degree}")
    axis.legend(frameon=False, fontsize=8, loc="upper left")
    axis.set_yticks([])
    axis.set_xlabel("scale")
    return png(figure)


def chambers_of_direct_sums() -> Claim:
    """What is special about the hyperplanes of a direct sum?"""
    counts = {}
    for name in ("5", "2", "5+2", "5+5"):
        points = configuration(name).points
        counts[name] = charpoly(arrangement(points, np.full(points.shape[1], BIAS))).regions
    nudged = configuration("5+5").points + 1e-3 * np.random.default_rng(0).standard_normal((4, 10))
    generic = charpoly(arrangement(nudged, np.full(10, BIAS))).regions
    measured = (
        Measured("chambers of the pentagon", counts["5"], 16, 16),
        Measured("of pentagon ⊕ digon: 16 · 3", counts["5+2"], 48, 48),
        Measured("of pentagon ⊕ pentagon: 16²", counts["5+5"], 256, 256),
        Measured("the same after a perturbation by 0.001: the generic maximum", generic, 386, 386),
    )
    return Claim(
        key="T2",
        title="Hyperplane arrangements",
        source=TALK,
        said="The ReLUs cut the hidden space into chambers; what is special about those of direct sums?",
        statement="The characteristic polynomial of a direct sum is the product of those of its summands, "
        "and so is the number of chambers: far fewer than generic hyperplanes have, and lost by any "
        "perturbation.",
        measured=measured,
        verdict=judge(measured, "true"),
        evidence="gammastar superposition arrangement",
    )
