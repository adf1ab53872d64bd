"""The Gram matrix of features, before and after reordering by a direct sum, with its blocks."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from empirics.figures.palette import INK, MUTED
from empirics.figures.stills import canvas, png
from theory.superposition.directsum.partition import Partition

__all__ = ["gram_drawing", "gram_figure"]

LABELS = 40  # columns that are numbered one by one


def gram_figure(weights: Float[np.ndarray, "m n"], partition: Partition, weak: tuple[int, ...] = ()) -> bytes:
    """`W^T W` with features as they came, and block after block, weak ones last; a PNG.

    Args:
        weights: `W`, features in columns.
        partition: of its columns.
        weak: columns that are in no block.
    """
    return png(gram_drawing(weights, partition, weak))


def gram_drawing(
    weights: Float[np.ndarray, "m n"], partition: Partition, weak: tuple[int, ...] = ()
) -> Figure:
    """What `gram_figure` shows, not yet a file."""
    gram = weights.T @ weights
    order = [*partition.order, *weak]
    figure, (before, after) = canvas(9.4, 4.5, 1, 2)
    image = _matrix(before, gram, list(range(len(order))), "Gram matrix of the features")
    verdict = "certified" if partition.certified else "uncertified"
    blocks = f"{len(partition.blocks)} block{'s' if len(partition.blocks) != 1 else ''}"
    _matrix(after, gram[np.ix_(order, order)], order, f"block after block: {blocks}, {verdict}")
    start = 0
    for block in partition.blocks:
        size = len(block)
        after.add_patch(
            Rectangle((start - 0.5, start - 0.5), size, size, fill=False, edgecolor=INK, linewidth=1.4)
        )
        start += size
    bar = figure.colorbar(image, ax=[before, after], shrink=0.8)
    bar.outline.set_visible(False)
    bar.ax.tick_params(colors=MUTED, labelsize=8)
    return figure


def _matrix(axis: Axes, values: Float[np.ndarray, "n n"], names: list[int], title: str) -> AxesImage:
    """A symmetric matrix whose rows and columns have names."""
    largest = float(np.abs(values).max()) or 1.0
    image = axis.imshow(values, cmap="PuOr", vmin=-largest, vmax=largest, interpolation="nearest")
    axis.set_title(title)
    axis.set_xlabel("feature")
    for side in ("bottom", "left"):
        axis.spines[side].set_visible(False)
    axis.tick_params(length=0)
    if len(names) <= LABELS:
        size = 8 if len(names) <= 20 else 6
        axis.set_xticks(range(len(names)), [str(name) for name in names], fontsize=size)
        axis.set_yticks(range(len(names)), [str(name) for name in names], fontsize=size)
    else:
        axis.set_xticks([])
        axis.set_yticks([])
    return image
