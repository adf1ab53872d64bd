"""What the figures of a run show, as numbers; the stills, the animation and the report draw the same ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from empirics.comparison import Comparison, read_neurons
from empirics.networks import NetworkStack
from empirics.neurons import cyclic_reading
from empirics.runs import Run
from empirics.spectra import vector_energies, vectors
from empirics.tasks import GroupTask
from theory.margins.solution import MarginSolution

__all__ = ["CoefficientMap", "RunFigures", "WeightFrames", "collect"]

SHOWN = 3  # neurons in the evolution of weights
DENSITY = 8  # points of the interpolation between two elements of Z_n
LARGEST_MAP = 128  # order up to which a coefficient is drawn as a matrix


@dataclass(frozen=True, eq=False)
class WeightFrames:
    """The first input weights of some neurons of the first network over training.

    Args:
        steps: of the frames.
        neurons: their numbers.
        weights: `u_1(g)` at `[frame, neuron, g]`.
        power: fraction of its energy by frequency (`Z_n`) or by row of the program.
        names: of the last axis of `power`.
        is_cyclic: whether the names are frequencies, 0 left out.
        interpolation: on `Z_n` the real interpolation of the same spectrum, `DENSITY` points an element;
            else empty on the last axis.
    """

    steps: Int[np.ndarray, " f"]
    neurons: tuple[int, ...]
    weights: Float[np.ndarray, "f q n"]
    power: Float[np.ndarray, "f q p"]
    names: tuple[str, ...]
    is_cyclic: bool
    interpolation: Float[np.ndarray, "f q x"]


@dataclass(frozen=True, eq=False)
class CoefficientMap:
    """One neuron's `u_1` as the matrix `u_1(g h^-1)`, of rank `d_R nu_R` if it lives on the row of `R`.

    Rows and columns are sorted by the leading singular vectors, so that equal values stand together.
    """

    neuron: int
    label: str
    rank: int
    values: Float[np.ndarray, "n n"]


@dataclass(frozen=True, eq=False)
class RunFigures:
    """Everything drawn of a run on a group.

    Args:
        title: the run in a few words.
        steps: of the measurements.
        margins: normalised margin of the best network, as a fraction of `gamma*` where there is one.
        is_fraction: whether they are fractions.
        start_power: largest energy fraction of every weight vector on one row, before training.
        final_power: the same at the end.
        groups: names of the rows, or frequencies of `Z_n`.
        counts: neurons by the same.
        groups_are_frequencies: which of the two.
        comparison: measured shares beside predictions.
        frames: weights over training.
        coefficient: a learned matrix coefficient of a nonabelian group; None for abelian or large ones.
    """

    title: str
    steps: Int[np.ndarray, " s"]
    margins: Float[np.ndarray, " s"]
    is_fraction: bool
    start_power: Float[np.ndarray, " v"]
    final_power: Float[np.ndarray, " v"]
    groups: tuple[str, ...]
    counts: Int[np.ndarray, " p"]
    groups_are_frequencies: bool
    comparison: Comparison
    frames: WeightFrames
    coefficient: CoefficientMap | None


def collect(run: Run, member: int, comparison: Comparison, solution: MarginSolution) -> RunFigures:
    """Compute what the figures show.

    Args:
        run: on a group.
        member: the network that `comparison` is of.
        comparison: of that network.
        solution: of the group.
    """
    task = run.task
    assert isinstance(task, GroupTask)
    start = read_neurons(task, run.start.member(member), solution, run.configuration.activation)
    is_fraction = comparison.gamma_star is not None
    lines = [line.fraction if is_fraction and line.fraction else line.margin for line in run.measurements]
    cyclic = comparison.neurons.cyclic
    if cyclic is not None:
        names = tuple(str(f) for f in range(1, task.group.order // 2 + 1))
        counts = np.bincount(cyclic.frequency, minlength=len(names) + 1)[1:]
    else:
        names = tuple(use.label for use in comparison.irreps)
        counts = np.array([use.neurons for use in comparison.irreps])
    return RunFigures(
        title=f"{task.expression}, {run.configuration.width} neurons, seed {run.configuration.seeds[member]}",
        steps=np.array([line.step for line in run.measurements]),
        margins=np.array([line[member] for line in lines]),
        is_fraction=is_fraction,
        start_power=start.max_power.ravel(),
        final_power=comparison.neurons.max_power.ravel(),
        groups=names,
        counts=counts,
        groups_are_frequencies=cyclic is not None,
        comparison=comparison,
        frames=_frames(run, task, solution),
        coefficient=_coefficient(task, run.final.member(member), comparison, solution),
    )


def _frames(run: Run, task: GroupTask, solution: MarginSolution) -> WeightFrames:
    stacked = np.stack([vectors(stack)[:, 0] for _, stack in run.frames])  # [frame, neuron, element]
    last = vectors(run.frames[-1][1])
    sizes = (last**2).sum((1, 2))
    neurons = tuple(sorted(np.argsort(-sizes, kind="stable")[:SHOWN].tolist()))
    weights = stacked[:, list(neurons)]
    total = np.maximum((weights**2).sum(-1, keepdims=True), np.finfo(float).tiny)
    is_cyclic = cyclic_reading(task, last) is not None
    n = task.group.order
    interpolation = np.zeros((*weights.shape[:2], 0))
    if is_cyclic:
        transform = np.fft.rfft(weights, axis=-1)
        # |f(x)|^2 summed is (1/n) sum |hat f|^2; a frequency and its negative are one, n/2 is its own
        double = np.where(2 * np.arange(transform.shape[-1]) == n, 1, 2)
        power = (double * np.abs(transform) ** 2 / n / total)[..., 1:]
        names = tuple(str(f) for f in range(1, power.shape[-1] + 1))
        interpolation = np.fft.irfft(transform * _half_at_nyquist(n), n=DENSITY * n, axis=-1) * DENSITY
    else:
        energies, _ = vector_energies(task, solution, weights)
        power, names = energies / total, tuple(row.label for row in solution.rows)
    steps = np.array([step for step, _ in run.frames])
    return WeightFrames(steps, neurons, weights, power, names, is_cyclic, interpolation)


def _half_at_nyquist(order: int) -> Float[np.ndarray, " h"]:
    """The frequency `n/2` belongs half to `-n/2`: without this the interpolation misses the points."""
    frequencies = np.arange(order // 2 + 1)
    return np.where(2 * frequencies == order, 0.5, 1.0)


def _coefficient(
    task: GroupTask, network: NetworkStack, comparison: Comparison, solution: MarginSolution
) -> CoefficientMap | None:
    n, table = task.group.order, task.multiplication_table()
    if n > LARGEST_MAP or np.array_equal(table, table.T):
        return None
    readings = comparison.neurons
    degrees = np.array([row.degree for row in solution.rows])[readings.row]
    neuron = int(np.lexsort((-readings.weight * readings.matching, -degrees))[0])
    inverse = np.asarray(task.group.inverse(np.arange(n)))
    values = vectors(network)[neuron, 0][table[:, inverse]]
    left, _, right = np.linalg.svd(values)
    values = values[np.argsort(left[:, 0], kind="stable")][:, np.argsort(right[0], kind="stable")]
    row = solution.rows[readings.row[neuron]]
    return CoefficientMap(neuron, row.label, row.degree * (1 if row.indicator == 1 else 2), values)
