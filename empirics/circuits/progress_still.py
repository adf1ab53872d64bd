"""How a circuit formed, as a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from empirics.circuits.progress import Progress
from empirics.figures.palette import EXCLUDED, INK, MARGIN, MUTED, POSSIBLE, REQUIRED
from empirics.figures.stills import canvas, png
from empirics.files import write_bytes

__all__ = ["LOSSES", "SMALLEST_LOSS", "draw_progress"]

# field of `Progress`, name, colour
LOSSES = (
    ("train_loss", "train", INK),
    ("test_loss", "test", REQUIRED),
    ("restricted", "key irreps alone", MARGIN),
    ("excluded", "without key irreps, train", POSSIBLE),
)
SMALLEST_LOSS = 1e-12  # what is drawn for less, on a logarithmic axis
MOST_LINES = 12  # irreps with a line of their own


def draw_progress(series: Progress, labels: tuple[str, ...], path: Path) -> Path:
    """Losses and similarities against steps.

    Args:
        series: of a run.
        labels: of the real irreps.
        path: of the PNG file.
    """
    figure, (above, below) = canvas(9.0, 6.0, 2, 1)
    steps = np.maximum(series.steps, 1)
    for name, label, colour in LOSSES:
        above.plot(steps, np.maximum(getattr(series, name), SMALLEST_LOSS), color=colour, label=label)
    above.set_yscale("log")
    above.set_ylabel("cross-entropy")
    for number, (r, _) in enumerate(series.appeared[:MOST_LINES]):
        colour = (REQUIRED, POSSIBLE, MARGIN, INK, EXCLUDED)[number % 5]
        below.plot(steps, series.similarities[:, r], color=colour, label=labels[r])
    below.set_ylabel("similarity")
    below.set_xlabel("step")
    for axis in (above, below):
        axis.set_xscale("log")
        for step in (series.phases.circuit_formation, series.phases.clean_up, series.phases.over):
            if step:
                axis.axvline(step, color=MUTED, lw=0.8, ls=":")
        if axis.get_legend_handles_labels()[0]:
            axis.legend(frameon=False, fontsize=8, ncols=2)
    above.set_title("Losses over training; dotted: circuit formation, clean-up, over")
    below.set_title("Cosine of the logits with the characters of key irreps")
    write_bytes(path, png(figure))
    return path
