"""Networks read against the theory: planted ones come out as planted, others do not, and theorems hold."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import product

import numpy as np
import pytest
import torch

from empirics.comparison import compare
from empirics.margins import measure_margin
from empirics.networks import Activation, NetworkStack, initialise
from empirics.spectra import row_energies, vector_energies, vectors
from empirics.tasks import GroupTask, Task, group_task, parity_task
from theory.characters.library import character_table
from theory.margins.exact import solve
from theory.margins.network import build
from theory.margins.solution import MarginSolution
from theory.representations.fourier import fourier_transform
from theory.representations.irreps import explicit_irreps

PLANTED = [("S3", 2), ("Q8", 2), ("SL(2,3)", 2), ("Z5", 2), ("A4", 2), ("A5", 2), ("S3", 3), ("Q8", 3)]


@cache
def solved(name: str, arity: int = 2) -> MarginSolution:
    return solve(character_table(name), arity)


@cache
def planted(name: str, arity: int = 2) -> NetworkStack:
    """The network that attains `gamma*`, of norm one."""
    weights = build(solved(name, arity), group_task(name, arity).group).weights()
    inner, outer = (np.array(part) for part in (weights.input_weights, weights.output_weights))
    return NetworkStack(torch.from_numpy(inner)[None], torch.from_numpy(outer)[None])


@pytest.mark.parametrize(("name", "arity"), PLANTED)
def test_planted_networks_are_read_as_planted(name: str, arity: int) -> None:
    found = compare(group_task(name, arity), planted(name, arity), solved(name, arity))
    assert found.fraction == pytest.approx(1, abs=1e-12)
    assert found.mean_purity == pytest.approx(1, abs=1e-12)
    assert found.certified_mean_purity > 1 - 1e-10
    assert found.neurons.rank_one.min() > 1 - 1e-12
    assert found.neurons.matching.min() > 1 - 1e-12
    assert found.neurons.max_power.min() > 1 - 1e-12
    assert found.checks
    assert all(check.holds for check in found.checks)
    for use in found.irreps:
        assert use.predicted[0] - 1e-12 <= use.share <= use.predicted[1] + 1e-12
        assert (use.neurons > 0) == (use.status != "excluded")
    assert sum(use.neurons for use in found.irreps) == found.neurons.weight.size


@pytest.mark.parametrize("name", ["S3", "Q8", "SL(2,3)"])
def test_random_networks_are_not(name: str) -> None:
    found = compare(group_task(name), initialise(group_task(name), 40, (0,)), solved(name))
    assert found.is_vacuous
    assert found.checks == ()
    assert found.mean_purity < 0.9
    assert found.neurons.matching.mean() < 0.5


@pytest.mark.parametrize("name", ["S3", "Q8", "Z5", "A5"])
@pytest.mark.parametrize("size", [1e-3, 1e-2, 5e-2])
def test_theorems_hold_on_perturbed_networks(name: str, size: float) -> None:
    exact = planted(name)
    generator = torch.Generator().manual_seed(5)
    scale = size * exact.input_weights.abs().mean()
    noisy = NetworkStack(
        *(
            part + scale * torch.randn(part.shape, generator=generator, dtype=torch.float64)
            for part in (exact.input_weights, exact.output_weights)
        )
    )
    found = compare(group_task(name), noisy, solved(name))
    assert not found.is_vacuous
    assert 0 < found.fraction < 1
    assert all(check.holds for check in found.checks)
    assert found.certified_mean_purity < found.mean_purity < 1


def test_weight_on_an_excluded_irrep_is_seen_and_bounded() -> None:
    """A fifth of A5's network moved to neurons on the irrep of degree 5, which no max-margin network uses."""
    task, solution, exact = group_task("A5"), solved("A5"), planted("A5")
    place = next(number for number, row in enumerate(solution.rows) if row.degree == 5)
    (irrep,) = explicit_irreps(task.group, solution.table, [solution.rows[place].index])
    entries = torch.from_numpy(irrep.matrices)
    signs = torch.tensor([1.0, -1.0], dtype=torch.float64)
    x, y, z, sign = (
        grid.flatten() for grid in torch.meshgrid(*[torch.arange(5)] * 3, torch.arange(2), indexing="ij")
    )
    u, v, w = (
        entries[:, x, y].T,
        signs[sign][:, None] * entries[:, y, z].T,
        signs[sign][:, None] * entries[:, x, z].T,
    )
    extra = NetworkStack(torch.stack([u, v])[None], w[None])
    factor = (0.2 / 0.8 / float(extra.norm(3)[0])) ** (1 / 3) * float(exact.norm(3)[0]) ** (1 / 3)
    mixed = NetworkStack(
        torch.cat([exact.input_weights, factor * extra.input_weights], 2),
        torch.cat([exact.output_weights, factor * extra.output_weights], 1),
    )
    found = compare(task, mixed, solution)
    assert found.irreps[place].share == pytest.approx(0.2, abs=1e-9)
    assert 0.8 < found.fraction < 1
    assert all(check.holds for check in found.checks)
    excluded = [check for check in found.checks if "excluded" in check.name]
    assert [check.measured for check in excluded] == pytest.approx([0.2])
    assert excluded[0].bound < 1


def exact_margin(task: Task, network: NetworkStack, activation: Activation) -> tuple[Fraction, Fraction]:
    """The least margin and the sum of `||omega||^2` in rationals, from the definition."""
    inner = [[[Fraction(x) for x in row] for row in part] for part in network.input_weights[0].tolist()]
    outer = [[Fraction(x) for x in row] for row in network.output_weights[0].tolist()]
    if isinstance(task, GroupTask):
        table = task.multiplication_table()
        points = [(factors, int(table[factors])) for factors in product(range(task.labels), repeat=2)]

        def total(i: int, point: tuple[int, ...]) -> Fraction:
            return sum((inner[j][i][g] for j, g in enumerate(point)), Fraction(0))
    else:
        points = list(zip(task.points().astype(int).tolist(), task.targets().tolist(), strict=True))

        def total(i: int, point: tuple[int, ...]) -> Fraction:
            return sum((u * x for u, x in zip(inner[0][i], point, strict=True)), Fraction(0))

    least = None
    for point, right in points:
        sums = [total(i, point) for i in range(network.width)]
        active = [max(s, Fraction(0)) if activation is Activation.RELU else s**task.arity for s in sums]
        logits = [
            sum((a * w[c] for a, w in zip(active, outer, strict=True)), Fraction(0))
            for c in range(task.labels)
        ]
        margin = logits[right] - max(value for c, value in enumerate(logits) if c != right)
        least = margin if least is None else min(least, margin)
    assert least is not None
    squares = sum((x * x for part in (*inner, outer) for row in part for x in row), Fraction(0))
    return least, squares


@pytest.mark.parametrize("activation", list(Activation))
@pytest.mark.parametrize("task", [group_task("S3"), parity_task(4, 3)], ids=["S3", "parity"])
def test_margins_are_right_within_their_error(task: Task, activation: Activation) -> None:
    """The norm is `squares^(degree/2)` for one neuron, and for ReLU, of degree 2, for any number."""
    width = 3 if activation is Activation.RELU else 1
    for seed in range(5):
        network = initialise(task, width, (seed,), dtype=torch.float64)
        margin, squares = exact_margin(task, network, activation)
        wanted = float(margin) / float(squares) ** (activation.degree(task.arity) / 2)
        found = measure_margin(task, network, activation)
        assert abs(found.normalised - wanted) <= found.error_bound + 4e-16 * abs(wanted)
        assert 0 < found.error_bound < 1e-12
        assert found.lower < found.normalised


@pytest.mark.parametrize("name", ["S3", "Q8", "Z6", "A4"])
def test_energies_agree_with_explicit_transforms(name: str) -> None:
    """`||f_R||^2 = (d_R/n) ||hat f(R)||^2`, added over a conjugate pair."""
    task, solution = group_task(name), solved(name)
    functions = vectors(initialise(task, 2, (4,), dtype=torch.float64))
    by_vector, trivial = vector_energies(task, solution, functions)
    irreps = explicit_irreps(task.group, solution.table)
    wanted = np.array(
        [
            irrep.degree / task.group.order * np.linalg.norm(transform) ** 2
            for irrep, transform in zip(irreps, fourier_transform(functions[1, 2], irreps), strict=True)
        ]
    )
    for place, row in enumerate(solution.rows):
        pair = {row.index, row.conjugate}
        assert by_vector[1, 2, place] == pytest.approx(sum(wanted[number] for number in pair))
    fractions, rest = row_energies(by_vector, trivial)
    assert fractions.sum(1) + rest == pytest.approx(1)


def test_frequencies_and_phases_of_cosines() -> None:
    task, n = group_task("Z7"), 7
    angles = 2 * np.pi * np.arange(n) / n
    phases = np.array([[0.3, 1.1, 1.4], [2.0, -0.5, 0.2]])
    frequency = [3, 2]
    rows = np.array(
        [[np.cos(f * angles + t) for t in line] for f, line in zip(frequency, phases, strict=True)]
    )
    network = NetworkStack(
        torch.from_numpy(np.ascontiguousarray(rows[:, :2].transpose(1, 0, 2)))[None],
        torch.from_numpy(rows[:, 2].copy())[None],
    )
    found = compare(task, network, solved("Z7")).neurons
    assert found.cyclic is not None
    assert found.cyclic.frequency.tolist() == frequency
    assert found.cyclic.phases == pytest.approx(phases)
    assert found.cyclic.mismatch == pytest.approx([0.0, 1.3])
    assert found.matching == pytest.approx(np.cos([0.0, 1.3]))


def test_relu_networks_have_no_gamma_star() -> None:
    found = compare(group_task("Z5"), initialise(group_task("Z5"), 9, (0,)), solved("Z5"), Activation.RELU)
    assert found.gamma_star is None
    assert found.fraction is None
    assert all(use.certified is None for use in found.irreps)
