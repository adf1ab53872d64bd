"""The figures of an explanation as PNG files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from jaxtyping import Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from empirics.circuits.figure_data import CircuitFigures
from empirics.figures.palette import EXCLUDED, INK, MUTED, POSSIBLE, REQUIRED, RULE
from empirics.figures.stills import canvas, png
from empirics.files import write_bytes

__all__ = ["draw_circuit_figures", "named_rows"]

MOST_NAMES = 40
FAINTEST = 1e-4  # of a map's largest value: the lower end of its colours


def draw_circuit_figures(
    data: CircuitFigures, directory: Path, progress: Callable[[str], None] | None = None
) -> tuple[Path, ...]:
    """Write every figure that the network has.

    Args:
        data: what to draw.
        directory: where to.
        progress: called with the name of each file before it is drawn.
    """
    drawers: dict[str, Callable[[CircuitFigures], Figure]] = {
        "spectrum.png": _spectrum,
        "logits.png": _logits,
        "losses.png": _losses,
    }
    if data.embedding is not None:
        drawers["embedding.png"] = _embedding
    if data.neurons is not None:
        drawers |= {"neurons.png": _neurons, "writing.png": _writing}
        if data.neurons.maps:
            drawers["maps.png"] = _maps
    if data.cosines is not None:
        drawers["cosines.png"] = _cosines
    written = []
    for name, draw in drawers.items():
        if progress is not None:
            progress(name)
        write_bytes(directory / name, png(draw(data)))
        written.append(directory / name)
    return tuple(written)


def _name_irreps(axis: Axes, labels: tuple[str, ...]) -> None:
    """All names, or every so many where they would not fit."""
    step = max(1, -(-len(labels) // MOST_NAMES))
    places = np.arange(0, len(labels), step)
    axis.set_xticks(places, [labels[place].removeprefix("k=") for place in places], rotation=90)
    axis.set_xlabel("frequency" if any(label.startswith("k=") for label in labels) else "irrep")


def _spectrum(data: CircuitFigures) -> Figure:
    figure, axes = canvas(9.0, 5.0, 2 if data.power is not None else 1, 1)
    places = np.arange(1, len(data.labels))
    colours = [
        POSSIBLE if harmonic else REQUIRED if key else EXCLUDED
        for key, harmonic in zip(data.key[1:], data.harmonic[1:], strict=True)
    ]
    axes[0].bar(places, np.nan_to_num(data.similarities[1:]), color=colours)
    axes[0].set_ylabel("similarity")
    axes[0].set_title("Logits: cosine with the character of each irrep (key irreps blue, harmonics brown)")
    if data.power is not None:
        for side, (offset, colour, name) in enumerate(((-0.2, REQUIRED, "left"), (0.2, POSSIBLE, "right"))):
            axes[1].bar(places + offset, data.power[side, 1:], 0.4, color=colour, label=name)
        axes[1].legend(frameon=False, fontsize=8)
        axes[1].set_ylabel("share of power")
        axes[1].set_title("Embeddings: power by irrep")
    for axis in axes:
        _name_irreps(axis, data.labels)
        axis.set_xlim(0.2, len(data.labels) - 0.2)
    return figure


def named_rows(irrep: Int[np.ndarray, " n"]) -> list[int]:
    """The middle row of each irrep's band, left out where it would be too near to the one before.

    Args:
        irrep: of every row, in increasing order.
    """
    nearest = len(irrep) / MOST_NAMES
    rows: list[int] = []
    for r in np.unique(irrep):
        middle = int(np.flatnonzero(irrep == r).mean())
        if not rows or middle - rows[-1] >= nearest:
            rows.append(middle)
    return rows


def _embedding(data: CircuitFigures) -> Figure:
    assert data.embedding is not None
    assert data.embedding_irrep is not None
    figure, (axis,) = canvas(7.0, 6.0)
    shown = axis.imshow(np.sqrt(data.embedding), aspect="auto", cmap="cividis", interpolation="nearest")
    shown_rows = named_rows(data.embedding_irrep)
    axis.set_yticks(shown_rows, [data.labels[data.embedding_irrep[row]] for row in shown_rows])
    axis.set_xlabel("column of the left embedding")
    axis.set_title("Left embedding in a basis of the isotypic components, absolute values")
    figure.colorbar(shown, ax=axis, shrink=0.7)
    return figure


def _logits(data: CircuitFigures) -> Figure:
    figure, axes = canvas(9.0, 4.2, 1, 2)
    ends = [min(data.fitted.min(), data.measured.min()), max(data.fitted.max(), data.measured.max())]
    axes[0].plot(ends, ends, color=RULE, lw=1)
    axes[0].plot(data.fitted, data.measured, ".", color=REQUIRED, ms=5)
    axes[0].set_xlabel("sum of key characters")
    axes[0].set_ylabel("mean logit")
    axes[0].set_title("Mean logit at every a b c⁻¹")
    _draw_map(figure, axes[1], data.logits.power, data.labels, "Logits by irreps of ab and of c")
    axes[1].set_xlabel("irrep of c")
    axes[1].set_ylabel("irrep of ab")
    return figure


def _draw_map(figure: Figure, axis: Axes, power: np.ndarray, labels: tuple[str, ...], title: str) -> None:
    from matplotlib.colors import LogNorm

    top = max(float(power.max()), 1e-300)
    shown = axis.imshow(
        np.maximum(power, top * FAINTEST), norm=LogNorm(top * FAINTEST, top), cmap="cividis", origin="lower"
    )
    step = max(1, -(-len(labels) // 14))
    places = list(range(0, len(labels), step))
    axis.set_xticks(places, [labels[place] for place in places], rotation=90)
    axis.set_yticks(places, [labels[place] for place in places])
    axis.set_title(title)
    figure.colorbar(shown, ax=axis, shrink=0.7)


def _losses(data: CircuitFigures) -> Figure:
    figure, (axis,) = canvas(8.0, 0.32 * len(data.losses) + 1.1)
    names, values = [name for name, _ in data.losses], [max(value, 1e-16) for _, value in data.losses]
    colours = [INK, *[REQUIRED] * (len(names) - 1)]
    axis.barh(names, values, color=colours)
    axis.axvline(values[0], color=MUTED, lw=0.8)
    axis.set_xscale("log")
    axis.invert_yaxis()
    axis.set_xlabel("cross-entropy")
    axis.set_title("What is left when parts are taken away")
    return figure


def _neurons(data: CircuitFigures) -> Figure:
    assert data.neurons is not None
    neurons = data.neurons
    figure, (axis,) = canvas(9.0, 4.0)
    active = ~neurons.inactive
    jitter = np.linspace(-0.3, 0.3, len(neurons.irrep))
    shown = axis.scatter(
        neurons.irrep[active] + jitter[active], neurons.fraction[active], c=neurons.firing[active],
        cmap="cividis", s=12, vmin=0, vmax=1,
    )  # fmt: skip
    axis.axhline(neurons.threshold, color=MUTED, lw=0.8)
    _name_irreps(axis, data.labels)
    axis.set_ylim(0, 1.02)
    axis.set_ylabel("fraction explained")
    axis.set_title("Neurons by the irrep that explains most of them")
    figure.colorbar(shown, ax=axis, label="part of the pairs where it fires")
    return figure


def _maps(data: CircuitFigures) -> Figure:
    assert data.neurons is not None
    maps = data.neurons.maps
    figure, axes = canvas(
        4.6 * min(2, len(maps)), 4.0 * -(-len(maps) // 2), -(-len(maps) // 2), min(2, len(maps))
    )
    for axis, found in zip(axes, maps, strict=False):
        _draw_map(figure, axis, found.power, data.labels, f"Neurons of {found.name}")
        axis.set_xlabel("irrep of b")
        axis.set_ylabel("irrep of a")
    for axis in axes[len(maps) :]:
        axis.set_visible(False)
    return figure


def _writing(data: CircuitFigures) -> Figure:
    assert data.neurons is not None
    figure, (axis,) = canvas(7.0, 5.0)
    shown = axis.imshow(data.neurons.writing.T, aspect="auto", cmap="cividis", interpolation="nearest")
    axis.set_yticks(range(len(data.neurons.writing_irreps)), data.neurons.writing_irreps)
    axis.set_xlabel("neuron, sorted by cluster; the unclustered last")
    axis.set_title("Which irreps of the logits each neuron writes")
    figure.colorbar(shown, ax=axis, shrink=0.7)
    return figure


def _cosines(data: CircuitFigures) -> Figure:
    assert data.cosines is not None
    found = data.cosines
    figure, axes = canvas(12.0, 3.8, 1, 3)
    total = np.angle(np.exp(1j * (found.fits.left.phase + found.fits.right.phase)))
    axes[0].plot(total, found.fits.output.phase, ".", color=REQUIRED)
    axes[0].plot([-np.pi, np.pi], [-np.pi, np.pi], color=RULE, lw=1)
    axes[0].set_xlabel("phase of a + phase of b")
    axes[0].set_ylabel("phase of the output")
    axes[0].set_title("Phases add up")
    parts = [point.part for point in found.curve]
    axes[1].plot(parts, [np.mean(point.accuracy) for point in found.curve], "o-", color=REQUIRED)
    axes[1].set_xlabel("part of the neurons replaced by cosines")
    axes[1].set_ylabel("accuracy")
    axes[1].set_ylim(0, 1.02)
    axes[1].set_title("Replacement curve")
    axes[2].plot(found.widths, found.random_accuracy, "o-", color=POSSIBLE)
    axes[2].set_xscale("log", base=2)
    axes[2].set_xlabel("neurons")
    axes[2].set_ylim(0, 1.02)
    axes[2].set_title("Accuracy of random cosines")
    return figure
