"""Phase diagrams: three features in two dimensions (E9), and the order of the transition."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from empirics.figures.palette import EXCLUDED, MUTED, POSSIBLE, REQUIRED
from empirics.figures.stills import canvas, png
from empirics.superposition.claims.claim import NOTES, PAPER, Claim, Measured, judge
from empirics.superposition.phase_triangle import ThreeFeatures, three_features, triangle_crossover
from theory.superposition.phase.candidates import boundary
from theory.superposition.phase.instability import landau
from theory.superposition.phase.transitions import Transition, transition
from theory.superposition.phase.tricritical import sign_changes

__all__ = ["order_of_the_transition", "three_in_superposition"]

DENSITIES = (0.4, 0.5, 0.55, 0.7, 0.9, 1.0)
IMPORTANCES = (0.2, 0.3, 0.4, 0.5, 0.7, 0.8)


def three_in_superposition() -> Claim:
    """E9: should three features in two dimensions all be in superposition?"""
    found = three_features(DENSITIES)
    crossing = triangle_crossover()
    gaps = {one.density: one.digon - (one.triangle or np.inf) for one in found}
    measured = (
        Measured("p = 0.4: digon ⊕ point − triangle, losses divided by p", gaps[0.4], most=-1e-3),
        Measured("p = 0.7: the same", gaps[0.7], least=1e-3),
        Measured("p = 1: the triangle against one feature ignored", (found[-1].triangle or np.inf) - 1 / 12,
                 most=-1e-5),
        Measured("density where they cross", crossing, 0.5214, 0.522),
    )  # fmt: skip
    return Claim(
        key="E9",
        title="All three in superposition",
        source=NOTES,
        said="Why do they not consider all three features in superposition (n = 3, m = 2)?",
        statement="They should: at equal importances the triangle is the best minimum found for p > 0.5218; "
        "below, a digon beside a point is.",
        measured=measured,
        verdict=judge(measured, "corrected"),
        evidence="gammastar superposition phase --features 3 --dimensions 2",
        pictures={"Least losses of three equally important features in two dimensions.": _three(found)},
    )


def _three(found: tuple[ThreeFeatures, ...]) -> bytes:
    figure, (axis,) = canvas(6.0, 3.0)
    densities = [one.density for one in found]
    triangles = [np.nan if one.triangle is None else one.triangle for one in found]
    axis.plot(densities, triangles, "o-", color=REQUIRED, label="triangle")
    axis.plot(densities, [one.digon for one in found], "o-", color=POSSIBLE, label="digon ⊕ point")
    axis.plot(densities, [one.ignore for one in found], "--", color=MUTED, label="one ignored")
    axis.set_xlabel("density p")
    axis.set_ylabel("loss / p")
    axis.legend(frameon=False, fontsize=8)
    return png(figure)


def order_of_the_transition() -> Claim:
    """Is the change from a feature ignored to superposition a discontinuous phase change?"""
    changes = sign_changes()
    lower, upper = changes[0], changes[-1]
    found = [transition(importance) for importance in IMPORTANCES]
    measured = (
        Measured("changes of the order between r = 0 and 1", len(changes), 2, 2),
        Measured("the lower tricritical importance is at least", float(lower.importance.low), 0.574, 0.575),
        Measured(
            "and less than that by more than", float(lower.importance.high - lower.importance.low), 0, 1e-3
        ),
        Measured("the upper one is at least", float(upper.importance.low), 0.8964, 0.8965),
        Measured("r = 0.5: superposition ends at p =", found[3].density or np.nan, 0.4845, 0.4847),
        Measured("r = 0.5: smaller weight squared just below", _smaller(found[3].below.weights), least=0.3),
        Measured("r = 0.7: it ends at p =", found[4].density or np.nan, 0.6311, 0.6313),
        Measured("r = 0.7: smaller weight squared just below", _smaller(found[4].below.weights), most=0.01),
    )
    return Claim(
        key="T5",
        title="The order of the phase change",
        source=PAPER,
        said="The change from a dedicated dimension to superposition is a discontinuous (first-order) phase "
        "change; closed forms of three configurations give the boundary.",
        statement="For n = 2, m = 1 the change is discontinuous for importances r < 0.57404 and r > 0.89644 "
        "and continuous (locally, which is proved) between these tricritical points; superposition lasts to "
        "larger densities than the closed forms say: at r = 0.7 to 0.631, not 0.509. Strong superposition "
        "ends in a jump of its own.",
        measured=measured,
        verdict=judge(measured, "corrected"),
        evidence="gammastar superposition phase --tricritical",
        pictures={"Two features in one dimension: where superposition ends, and the coefficient that decides "
                  "how.": _boundary(found)},
    )  # fmt: skip


def _smaller(weights: Float[np.ndarray, " 2"]) -> float:
    return float((weights**2).min())


def _boundary(found: list[Transition]) -> bytes:
    figure, (left, right) = canvas(9.0, 3.0, 1, 2)
    importances = [one.importance for one in found]
    colours = [REQUIRED if one.order == "continuous" else POSSIBLE for one in found]
    fine = np.linspace(0.15, 0.85, 60)
    left.plot(fine, [boundary(r) for r in fine], "--", color=MUTED, label="closed forms")
    left.scatter(importances, [one.density or np.nan for one in found], c=colours, s=24, zorder=3)
    left.scatter([], [], c=POSSIBLE, s=24, label="jump")
    left.scatter([], [], c=REQUIRED, s=24, label="continuous")
    left.set_xlabel("importance r of the second feature")
    left.set_ylabel("density where superposition ends")
    left.legend(frameon=False, fontsize=8)
    densities = np.linspace(0.02, 0.999, 200)
    expansions = [landau(p) for p in densities]
    right.axhline(0, color=EXCLUDED, lw=0.8)
    right.plot([one.importance for one in expansions], [one.cubic / one.density**2 for one in expansions],
               color=REQUIRED)  # fmt: skip
    right.set_xlabel("importance r")
    right.set_ylabel("cubic coefficient / p²")
    right.set_title("below 0: the transition is a jump")
    return png(figure)
