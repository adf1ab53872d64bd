"""Barcodes of feature directions."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from empirics.figures.palette import EXCLUDED, INK, MARGIN, MUTED, POSSIBLE, REQUIRED
from empirics.figures.stills import canvas, png
from theory.superposition.topology import Bar, JoinSignature
from theory.superposition.topology.join_signature import CROSSING

__all__ = ["barcode_figure"]

COLOURS = (EXCLUDED, REQUIRED, POSSIBLE, MARGIN, INK)
MOST = 40  # bars of a degree that are drawn, the longest


def barcode_figure(found: JoinSignature, title: str = "") -> bytes:
    """Rips bars on the left, alpha bars on the right, the bar of degree `m - 1` in bold; a PNG.

    Args:
        found: barcodes; those that were refused are left blank.
        title: what the points are.
    """
    tallest = max((_rows(bars) for bars in (found.rips, found.alpha) if bars is not None), default=1)
    figure, (left, right) = canvas(9.4, min(5.6, 1.7 + 0.07 * tallest), 1, 2)
    _barcode(left, found.rips, found.join, f"Vietoris–Rips{': ' + title if title else ''}")
    left.axvline(CROSSING, color=INK, linewidth=0.8, linestyle=(0, (2, 2)))
    left.text(CROSSING, 1.0, " √2", transform=left.get_xaxis_transform(), color=INK, fontsize=8, va="top")
    left.set_xlabel("diameter")
    _barcode(right, found.alpha, found.sphere, "balls about the points (alpha complex)")
    right.axvline(1.0, color=INK, linewidth=0.8, linestyle=(0, (2, 2)))
    right.text(1.0, 1.0, " 1", transform=right.get_xaxis_transform(), color=INK, fontsize=8, va="top")
    right.set_xlabel("radius")
    return png(figure)


def _barcode(axis: Axes, bars: tuple[Bar, ...] | None, marked: Bar | None, title: str) -> None:
    axis.set_title(title)
    axis.spines["left"].set_visible(False)
    axis.tick_params(axis="y", length=0)
    if bars is None:
        axis.text(0.5, 0.5, "refused: too many simplices", transform=axis.transAxes, ha="center", color=MUTED)
        axis.set_yticks([])
        return
    end = 1.08 * max((bar.death for bar in bars if math.isfinite(bar.death)), default=1.0)
    height, ticks = 0.0, []
    thin = min(4.0, max(1.2, 130 / _rows(bars)))
    for degree in sorted({bar.degree for bar in bars}):
        own = _chosen(bars, degree)
        all_of_it = sum(bar.degree == degree for bar in bars)
        colour = COLOURS[degree % len(COLOURS)]
        for place, bar in enumerate(own):
            width = 6.0 if bar == marked and degree else thin
            axis.plot(
                [bar.birth, min(bar.death, end)], [height + place] * 2, color=colour, linewidth=width,
                solid_capstyle="butt",
            )  # fmt: skip
        label = f"H{degree}" if len(own) == all_of_it else f"H{degree} ({len(own)} of {all_of_it})"
        ticks.append((height + (len(own) - 1) / 2, label))
        height += len(own) + 2
    axis.set_yticks([place for place, _ in ticks], [label for _, label in ticks])
    axis.set_xlim(0, end)
    axis.set_ylim(height - 1, -2)
    axis.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5]))


def _chosen(bars: tuple[Bar, ...], degree: int) -> list[Bar]:
    """The longest bars of a degree, by birth."""
    own = sorted((bar for bar in bars if bar.degree == degree), key=lambda bar: -bar.length)[:MOST]
    return sorted(own, key=lambda bar: (bar.birth, bar.death))


def _rows(bars: tuple[Bar, ...]) -> int:
    return sum(len(_chosen(bars, degree)) + 2 for degree in {bar.degree for bar in bars})
