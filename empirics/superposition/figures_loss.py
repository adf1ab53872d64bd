"""Where the loss of a model comes from: by number of active features, and by output."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes

from empirics.figures.palette import MARGIN, MUTED, REQUIRED
from empirics.figures.stills import canvas, png
from theory.superposition.exact import ExactLoss

__all__ = ["loss_figure"]

MOST_BARS = 60
MOST_TICKS = 16


def loss_figure(found: ExactLoss, sparsity: float) -> bytes:
    """Contributions `p^k S^(n-k) L_k` of the layers, and losses of outputs, as PNG.

    Args:
        found: of the model.
        sparsity: `S`, at which it was found.
    """
    figure, (left, right) = canvas(9.0, 3.2, 1, 2)
    n, density = len(found.per_output), 1 - sparsity
    shares = [
        math.exp(_log(density, k) + _log(sparsity, n - k)) * layer for k, layer in enumerate(found.layers)
    ]
    _bars(left, np.array(shares), REQUIRED)
    left.set_xlabel("active features k")
    left.set_ylabel("part of the loss")
    left.set_title("By active features")
    rest = found.total - sum(shares)
    if rest > 1e-6 * max(found.total, 1e-300):
        left.text(0.98, 0.95, f"layers not shown: {rest:.3g}", transform=left.transAxes,
                  ha="right", va="top", fontsize=8, color=MUTED)  # fmt: skip
    outputs = np.array(found.per_output)
    _bars(right, np.sort(outputs)[::-1] if n > MOST_BARS else outputs, MARGIN)
    right.set_xlabel("outputs, largest first" if n > MOST_BARS else "output")
    right.set_title("By output")
    return png(figure)


def _log(base: float, power: int) -> float:
    """Of `base^power`, with `0^0 = 1`."""
    return 0.0 if power == 0 else power * math.log(base) if base > 0 else -math.inf


def _bars(axis: Axes, values: np.ndarray, colour: str) -> None:
    shown = values[:MOST_BARS]
    axis.bar(np.arange(len(shown)), shown, color=colour)
    step = max(1, -(-len(shown) // MOST_TICKS))
    axis.set_xticks(np.arange(0, len(shown), step))
    axis.set_ylim(bottom=0)
