"""What trained models do: correlated features (E8), and which plateaus there are."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from empirics.figures.palette import INK, MARGIN, MUTED, POSSIBLE, REQUIRED
from empirics.figures.stills import canvas, png
from empirics.superposition.claims.claim import NOTES, PAPER, TALK, Claim, Measured, judge
from empirics.superposition.correlation import CorrelationStatistics, Sets, experiment
from empirics.superposition.figures_correlation import correlation_figure
from theory.superposition.block_costs import cheapest_sum, simplex_block

__all__ = ["correlated_features", "plateaus_of_simplices"]

DENSITY = 0.2
SETS = (Sets(2, 2, 2), Sets(3, 2, 3))
MODES = ("indep", "corr", "anti")
LARGEST = 8  # dimensions of a simplex
SIZES = ((12, 8), (12, 9), (24, 12))  # n = 1.5 m, 4/3 m, 2 m


def correlated_features(generator: np.random.Generator) -> Claim:
    """E8: which features share a summand, correlated or anticorrelated ones?

    Args:
        generator: of the seed of training.
    """
    seed = int(generator.integers(2**31))
    found = [(sets, experiment(sets, mode, DENSITY, seed)) for sets in SETS for mode in MODES]
    corr, anti = ([one for _, one in found if one.mode == mode] for mode in ("corr", "anti"))
    measured = (
        Measured("antipodal pairs of correlated features", sum(one.antipodal_same for one in corr), 0, 0),
        Measured(
            "antipodal pairs of anticorrelated features", sum(one.antipodal_same for one in anti), least=10
        ),
        Measured("their share of all antipodal pairs, over chance", min(_lift(one) for one in anti), least=2),
    )
    return Claim(
        key="E8",
        title="Correlated features",
        source=TALK,
        said="Correlated features combine in one summand, anticorrelated ones in the other.",
        statement="The other way round: anticorrelated features pair up antipodally inside their own set, "
        "two or three times as often as by chance; correlated features never do.",
        measured=measured,
        verdict=judge(measured, "corrected"),
        evidence="gammastar superposition correlation; "
        "results/superposition/correlation.json, correlation_modes.json",
        pictures={"Trained models, 16 seeds each, the better half: where antipodal pairs are.":
                  correlation_figure(found)},
    )  # fmt: skip


def _lift(one: CorrelationStatistics) -> float:
    return one.share / one.chance


def plateaus_of_simplices() -> Claim:
    """Where are the plateaus 2/3 and 3/4 of triangles and tetrahedra?"""
    crossing = brentq(lambda p: simplex_block(2, p).loss - simplex_block(1, p).loss, 0.45, 0.6)
    densities = np.linspace(0.05, 0.95, 46)
    blocks = [[simplex_block(k, p) for k in range(1, LARGEST)] for p in densities]
    sums = {
        size: [cheapest_sum(*size, p, kinds).counts for p, kinds in zip(densities, blocks, strict=True)]
        for size in SIZES
    }

    def first(size: tuple[int, int], name: str) -> float:
        with_it = np.array([counts[name] > 0 for counts in sums[size]])
        return float(densities[with_it.argmax()]) if with_it.any() else float("nan")

    sparse = sum(
        counts["triangle"] + counts["tetrahedron"]
        for found in sums.values()
        for counts in np.array(found)[densities <= 0.4]
    )
    measured = (
        Measured("density at which a triangle costs what digon ⊕ point does", crossing, 0.521, 0.5225),
        Measured(
            "n = 12, m = 8: triangles in the cheapest sum from p =", first(SIZES[0], "triangle"), 0.5, 0.6
        ),
        Measured("n = 12, m = 9: tetrahedra from p =", first(SIZES[1], "tetrahedron"), 0.5, 0.6),
        Measured("n = 24, m = 12: triangles from p =", first(SIZES[2], "triangle"), 0.6, 0.7),
        Measured("triangles and tetrahedra in cheapest sums at p ≤ 0.4", sparse, 0, 0),
    )
    return Claim(
        key="P1",
        title="The plateaus 2/3 and 3/4",
        source=f"{PAPER}; {NOTES}",
        said="Features sit at dimensionalities 3/4, 2/3, 1/2, 2/5, 3/8.",
        statement="2/3 (triangles) and 3/4 (tetrahedra) need dense features: a direct sum costs what its "
        "blocks cost, and below p ≈ 0.5 a digon stores one feature too many more cheaply than a triangle. "
        "Training finds them there, and nothing else where n is little above m: 9 of 9 features at 2/3 for "
        "n = 9, m = 6, p = 0.6, and 12 of 12 at 3/4 for n = 12, m = 9; for n = 200, m = 20 two triangles at "
        "p = 0.58 and none below. Irregular shapes are not compared.",
        measured=measured,
        verdict=judge(measured, "corrected"),
        evidence="gammastar superposition plateaus; results/superposition/plateaus.json, geometry_slow.json",
        pictures={"Dimensions that each block takes in the cheapest direct sum of simplices, by density.":
                  _areas(densities, sums)},
    )  # fmt: skip


def _areas(densities: np.ndarray, sums: dict[tuple[int, int], list[dict[str, int]]]) -> bytes:
    names = {"point": 1, "digon": 1, "triangle": 2, "tetrahedron": 3}
    colours = (MUTED, REQUIRED, POSSIBLE, MARGIN, INK)
    figure, axes = canvas(9.0, 2.8, 1, len(sums))
    for axis, ((n, m), found) in zip(axes, sums.items(), strict=True):
        parts = [np.array([counts.get(name, 0) * size for counts in found]) for name, size in names.items()]
        larger = [
            sum(
                count * int(name.split("-")[0]) for name, count in counts.items() if name.endswith("-simplex")
            )
            for counts in found
        ]
        axis.stackplot(densities, *parts, larger, colors=colours, labels=[*names, "larger simplices"])
        axis.set_ylim(0, m)
        axis.set_title(f"n = {n}, m = {m}")
        axis.set_xlabel("density p")
    axes[0].set_ylabel("dimensions")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=5, frameon=False, fontsize=8)
    return png(figure)
