"""What is read from networks: margins as Fourier coefficients, bounds put to the test, hostile weights."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import cache
from itertools import product

import numpy as np
import pytest
import torch

from empirics.comparison import compare
from empirics.margins import measure_margin
from empirics.networks import Activation, NetworkStack, initialise
from empirics.neurons import read_block
from empirics.parity_reading import compare_parity
from empirics.spectra import vector_energies, vectors
from empirics.tasks import GroupTask, group_task, parity_task
from theory.characters.library import character_table
from theory.groups.conjugacy import conjugacy_classes
from theory.margins.exact import solve
from theory.margins.forward import forward_pass
from theory.margins.network import NetworkWeights, build
from theory.margins.solution import MarginSolution
from theory.representations.alignment import columns_of_elements, complex_values
from theory.representations.irreps import explicit_irreps


@cache
def solved(name: str, arity: int = 2) -> MarginSolution:
    return solve(character_table(name), arity)


@cache
def planted(name: str, arity: int = 2) -> NetworkStack:
    weights = build(solved(name, arity), group_task(name, arity).group).weights()
    inner, outer = (np.array(part) for part in (weights.input_weights, weights.output_weights))
    return NetworkStack(torch.from_numpy(inner)[None], torch.from_numpy(outer)[None])


def logits_by_definition(task: GroupTask, network: NetworkStack) -> np.ndarray:
    """`f(g_1..g_k)[c]` at `[g_1, ..., g_k, c]`."""
    inner, outer = network.input_weights[0].numpy(), network.output_weights[0].numpy()
    n, k = task.group.order, task.arity
    sums = np.zeros((inner.shape[1], *[n] * k))
    for j in range(k):
        sums += inner[j].reshape(-1, *[n if axis == j else 1 for axis in range(k)])
    return np.einsum("m...,mc->...c", sums**k, outer)


def class_means(task: GroupTask, network: NetworkStack, columns: np.ndarray) -> dict[int, float]:
    """Mean margin over all inputs and wrong labels `g_1...g_k t`, `t` in a class or its inverses."""
    n, k = task.group.order, task.arity
    logits = logits_by_definition(task, network)
    inputs = np.array(list(product(range(n), repeat=k)))
    right = inputs[:, 0]
    for j in range(1, k):
        right = np.asarray(task.group.multiply(right, inputs[:, j]))
    flat = logits.reshape(-1, n)
    means: dict[int, float] = {}
    errors = np.asarray(task.group.inverse(np.arange(n)))
    for column in range(1, columns.max() + 1):
        members = np.flatnonzero(columns == column)
        members = np.unique(np.concatenate([members, errors[members]]))
        place = np.arange(len(flat))
        wrong = [np.asarray(task.group.multiply(right, np.full(len(right), t))) for t in members]
        means[column] = float(np.mean([flat[place, right] - flat[place, c] for c in wrong]))
    return means


@pytest.mark.parametrize(
    ("name", "arity"), [("S3", 2), ("Q8", 2), ("SL(2,3)", 2), ("Z5", 2), ("A4", 2), ("S3", 3), ("Q8", 3)]
)
@pytest.mark.parametrize("forged", [False, True])
def test_class_means_are_alignments(name: str, arity: int, forged: bool) -> None:
    """docs/theory.md, Proposition 42(3), on random networks: all three types, all rows, every class.

    The forged reading takes the coefficients of `w` at the inverse elements: it must fail.
    """
    task, solution = group_task(name, arity), solved(name, arity)
    network = initialise(task, 3, (11,), dtype=torch.float64)
    functions = vectors(network)
    by_vector, _ = vector_energies(task, solution, functions)
    read = functions.copy()
    if forged:
        read[:, -1] = read[:, -1][:, np.asarray(task.group.inverse(np.arange(task.group.order)))]
    lengths = np.sqrt(by_vector).prod(1)  # ||u_1^R|| ... ||u_k^R|| ||w^R|| at [neuron, row]
    weights = (functions**2).sum((1, 2)) ** ((arity + 1) / 2)
    balanced = (arity + 1) ** ((arity + 1) / 2) * lengths / weights[:, None]
    irreps = explicit_irreps(task.group, solution.table, [row.index for row in solution.rows])
    alignments = np.stack([read_block(read, irrep)[1] for irrep in irreps], axis=1)
    assert np.abs(alignments).max() <= 1 + 1e-12
    columns = columns_of_elements(task.group, solution.table)
    values = complex_values(solution.table).real
    agree = []
    for column, mean in class_means(task, network, columns).items():
        gains = np.array(
            [
                float(solution.cost) / float(row.cost) * (1 - values[row.index, column] / row.degree)
                for row in solution.rows
            ]
        )
        shares = weights / weights.sum()
        wanted = float(shares @ (balanced * alignments) @ gains)
        agree.append(mean / weights.sum() / solution.gamma_star == pytest.approx(wanted, abs=1e-12))
    assert all(agree) != forged
    assert len(agree) == len(conjugacy_classes(task.group).sizes) - 1


@pytest.mark.parametrize("name", ["S3", "A4", "Z5"])
def test_a_network_with_one_vector_turned_is_no_longer_matched(name: str) -> None:
    exact = planted(name)
    outer = exact.output_weights[
        ..., torch.randperm(exact.output_weights.shape[2], generator=torch.Generator().manual_seed(3))
    ]
    found = compare(group_task(name), NetworkStack(exact.input_weights, outer), solved(name))
    assert found.neurons.matching.min() < 0.9
    turned = compare(group_task(name), NetworkStack(exact.input_weights, -exact.output_weights), solved(name))
    assert turned.neurons.matching == pytest.approx(-1)  # signs count
    assert turned.is_vacuous


@pytest.mark.parametrize("name", ["S3", "SL(2,3)", "A5", "Z7"])
@pytest.mark.parametrize("seed", range(3))
def test_theorems_hold_along_the_way_to_a_random_network(name: str, seed: int) -> None:
    """Mixtures of a max-margin network with a random one: until the margin is lost, every bound holds."""
    task, solution, exact = group_task(name), solved(name), planted(name)
    other = initialise(task, 5, (seed,), dtype=torch.float64)
    seen = 0
    for part in (1e-4, 1e-3, 1e-2, 0.1, 0.3, 0.6):
        size = (part / (1 - part) * float(exact.norm(3)[0]) / float(other.norm(3)[0])) ** (1 / 3)
        mixed = NetworkStack(
            torch.cat([exact.input_weights, size * other.input_weights], 2),
            torch.cat([exact.output_weights, size * other.output_weights], 1),
        )
        found = compare(task, mixed, solution)
        assert found.fraction is not None
        assert found.fraction < 1
        assert all(check.holds for check in found.checks)
        assert found.is_vacuous == (found.fraction <= 0)
        assert sum(use.share for use in found.irreps) + found.trivial_share == pytest.approx(1)
        seen += len(found.checks)
    assert seen


@pytest.mark.parametrize(("name", "part"), [("A5", 0.4), ("A5", 0.01), ("Dic3", 0.1), ("Q8", 0.2)])
def test_all_weight_moved_to_one_row_is_bounded(name: str, part: float) -> None:
    """One row's own best network takes a part of the budget: what the theory excludes is found out."""
    task, solution, exact = group_task(name), solved(name), planted(name)
    before = [use.share for use in compare(task, exact, solution).irreps]
    for place, row in enumerate(solution.rows):
        (irrep,) = explicit_irreps(task.group, solution.table, [row.index])
        entry = np.ascontiguousarray(irrep.matrices[:, 0, 0].real)  # u = v = w = Re R(g)_00: x_0 = x_1 = x_2
        vector = torch.from_numpy(entry)
        size = (part / (1 - part) * float(exact.norm(3)[0])) ** (1 / 3) / float(vector.norm() * 3**0.5)
        mixed = NetworkStack(
            torch.cat([exact.input_weights, (size * vector).expand(1, 2, 1, -1)], 2),
            torch.cat([exact.output_weights, (size * vector).expand(1, 1, -1)], 1),
        )
        found = compare(task, mixed, solution)
        assert found.irreps[place].share == pytest.approx(part + (1 - part) * before[place])
        assert found.neurons.matching[-1] == pytest.approx(1)
        assert all(check.holds for check in found.checks)


def rational_margin(task: GroupTask, network: NetworkStack) -> Fraction:
    inner = [[[Fraction(x) for x in row] for row in part] for part in network.input_weights[0].tolist()]
    outer = [[Fraction(x) for x in row] for row in network.output_weights[0].tolist()]
    margins = []
    for point in product(range(task.labels), repeat=task.arity):
        sums = [sum(inner[j][i][g] for j, g in enumerate(point)) for i in range(network.width)]
        logits = [
            sum(s**task.arity * w[c] for s, w in zip(sums, outer, strict=True)) for c in range(task.labels)
        ]
        label = point[0]
        for g in point[1:]:
            label = int(task.group.multiply(np.array(label), np.array(g)))
        margins += [logits[label] - value for c, value in enumerate(logits) if c != label]
    return Fraction(min(margins))


@pytest.mark.parametrize("arity", [2, 3, 4, 5])
def test_margins_before_normalising_are_right_within_their_error(arity: int) -> None:
    """Against rationals, with weights of very different sizes; the bound is not vacuous."""
    task = group_task("Z3" if arity > 3 else "S3", arity)
    for seed in range(3):
        network = initialise(task, 2, (seed,), dtype=torch.float64)
        sizes = torch.tensor([1.0, 1e-3], dtype=torch.float64)[None, None, :, None]
        network = NetworkStack(network.input_weights * sizes, network.output_weights * sizes[0])
        found = forward_pass(
            NetworkWeights(network.input_weights[0].numpy(), network.output_weights[0].numpy()), task.group
        )
        wrong = abs(Fraction(found.margin) - rational_margin(task, network))
        assert wrong <= Fraction(found.error_bound) * Fraction(found.norm)
        assert found.error_bound < 1e-12
        assert wrong > 0 or arity == 2  # there is something to bound


@pytest.mark.parametrize("size", [1e-308, 1e-300, 1e-170, 1e-60, 1e90, 1e300])
def test_readings_do_not_depend_on_the_scale(size: float) -> None:
    task, solution = group_task("Q8"), solved("Q8")
    network = initialise(task, 6, (1,), dtype=torch.float64)
    scaled = NetworkStack(network.input_weights * size, network.output_weights * size)
    plain, found = (compare(task, each, solution).as_dict() for each in (network, scaled))
    assert found["fraction"] == pytest.approx(plain["fraction"], rel=1e-12)
    assert found["mean_purity"] == pytest.approx(plain["mean_purity"], rel=1e-12)
    assert found["mean_matching"] == pytest.approx(plain["mean_matching"], rel=1e-9)


@pytest.mark.parametrize("activation", list(Activation))
def test_networks_without_weights_prove_nothing(activation: Activation) -> None:
    task = group_task("S3")
    empty = NetworkStack(torch.zeros(1, 2, 3, 6), torch.zeros(1, 3, 6))
    found = compare(task, empty, solved("S3"), activation)
    assert found.margin.normalised == 0
    assert found.is_vacuous
    assert [use.neurons for use in found.irreps] == [0, 0]
    json.dumps(found.as_dict(), allow_nan=False)
    assert measure_margin(task, empty, activation).error_bound == 0


def test_dead_neurons_are_not_counted() -> None:
    exact = planted("S3")
    dead = NetworkStack(
        torch.cat([exact.input_weights, torch.zeros(1, 2, 4, 6, dtype=torch.float64)], 2),
        torch.cat([exact.output_weights, torch.zeros(1, 4, 6, dtype=torch.float64)], 1),
    )
    found = compare(group_task("S3"), dead, solved("S3"))
    assert sum(use.neurons for use in found.irreps) == exact.width
    assert found.fraction == pytest.approx(1)
    assert found.as_dict()["mean_matching"] == pytest.approx(1)


def test_dead_parity_neurons_have_no_sign() -> None:
    found = compare_parity(parity_task(3, 2), NetworkStack(torch.zeros(1, 1, 2, 3), torch.zeros(1, 2, 2)))
    assert not found.neurons.sign.any()
    assert found.as_dict()["proves_nothing"]
    json.dumps(found.as_dict(), allow_nan=False)
