"""The figure of correlation: linked pairs and antipodal pairs, inside sets and between them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from empirics.figures.palette import INK, POSSIBLE, REQUIRED
from empirics.figures.stills import canvas, png
from empirics.superposition.correlation import CorrelationStatistics, Sets

__all__ = ["correlation_figure"]


def correlation_figure(found: Sequence[tuple[Sets, CorrelationStatistics]]) -> bytes:
    """Shares of linked pairs, and of antipodal pairs that are inside a set, with chance as a bar across.

    Args:
        found: configurations and what was measured.
    """
    figure, (left, right) = canvas(9.0, 0.3 * len(found) + 1.3, 1, 2)
    places = np.arange(len(found))
    names = [f"{sets.sets}×{sets.size}, m={sets.dimensions} {statistics.mode}" for sets, statistics in found]
    same = [statistics.linked_same for _, statistics in found]
    different = [statistics.linked_different for _, statistics in found]
    left.barh(places - 0.2, same, 0.38, color=REQUIRED, label="inside a set")
    left.barh(places + 0.2, different, 0.38, color=POSSIBLE, label="between sets")
    left.set_yticks(places, names, fontsize=7)
    left.set_xlabel("share of pairs with |cos| > .15")
    left.set_title("linked (blue: inside a set, ochre: between sets)", fontsize=9)
    share = [0.0 if np.isnan(statistics.share) else statistics.share for _, statistics in found]
    right.barh(places, share, 0.6, color=REQUIRED)
    for place, (_, statistics) in enumerate(found):
        right.plot([statistics.chance] * 2, [place - 0.4, place + 0.4], color=INK, linewidth=1.5)
        if statistics.antipodal == 0:
            right.annotate("no pair", (0.01, place), va="center", fontsize=7, color=INK)
    right.set_yticks(places, [""] * len(found))
    right.set_xlim(0, 1.02)
    right.set_xlabel("share inside a set (line: chance)")
    right.set_title("antipodal pairs", fontsize=9)
    for axis in (left, right):
        axis.set_ylim(len(found) - 0.5, -0.5)
    return png(figure)
