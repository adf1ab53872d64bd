"""Minima of the regularised loss, found by training, are those of the convex program, and tend to gamma*."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from empirics.lambda_path import follow, predicted_minimum
from empirics.networks import NetworkStack, initialise
from empirics.tasks import group_task
from theory.characters.library import character_table
from theory.errors import InputError
from theory.margins.exact import solve
from theory.margins.network import build


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


VALUES = (3e-3, 1e-5, 1e-8)


def literal_loss(stack: NetworkStack, name: str, regularisation: float) -> float:
    """Cross-entropy and norm as defined, by torch's own cross-entropy."""
    task = group_task(name)
    table = torch.from_numpy(task.multiplication_table()).long()
    first, second = stack.input_weights[0]
    sums = first[:, :, None] + second[:, None, :]
    logits = torch.einsum("mgh,mc->ghc", sums**2, stack.output_weights[0])
    squares = (first**2).sum(1) + (second**2).sum(1) + (stack.output_weights[0] ** 2).sum(1)
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), table.flatten())
    return float(loss + regularisation * squares.pow(1.5).sum())


@pytest.mark.parametrize(("name", "width"), [("S3", 24), pytest.param("Q8", 96, marks=pytest.mark.slow)])
def test_training_finds_the_predicted_minima(name: str, width: int) -> None:
    path = follow(group_task(name), solve(character_table(name)), width=width, regularisations=VALUES)
    for point in path.points:
        assert point.loss == pytest.approx(point.predicted_loss, rel=1e-6)
        assert point.loss > point.predicted_loss * (1 - 1e-7)  # nothing is below it
        assert point.fraction == pytest.approx(point.predicted_fraction, abs=2e-4)
        assert point.fraction < 1
    assert list(np.diff([point.fraction for point in path.points]) > 0) == [True] * 2
    assert path.as_dict()["points"][0]["regularisation"] == VALUES[0]


@pytest.mark.parametrize("name", ["Z5", "S3", "Q8", "A4", "Z7:Z3"])
def test_no_network_is_below_the_predicted_minimum(name: str) -> None:
    """The network that attains gamma*, at its best scale, and random ones; the former is at it for Z5."""
    task, solution = group_task(name), solve(character_table(name))
    weights = build(solution, task.group).weights()
    inner, outer = (
        torch.from_numpy(np.array(part)) for part in (weights.input_weights, weights.output_weights)
    )
    generator = torch.Generator().manual_seed(2)
    for regularisation in (1e-3, 1e-6):
        minimum = predicted_minimum(solution, regularisation)
        least, fraction = minimum.loss, minimum.fraction
        found = []
        for norm in np.geomspace(20, 2_000, 25):
            scale = norm ** (1 / 3)
            for size in (0.0, 0.02):
                noisy = [
                    scale
                    * (
                        part
                        + size * part.abs().mean() * torch.randn(part.shape, generator=generator).double()
                    )
                    for part in (inner, outer)
                ]
                found.append(literal_loss(NetworkStack(noisy[0][None], noisy[1][None]), name, regularisation))
        found.append(literal_loss(initialise(task, 40, (1,), 3.0, torch.float64), name, regularisation))
        assert min(found) > least * (1 - 1e-9)
        if name == "Z5":  # one Galois orbit: all irreps alike at every lambda
            assert min(found) < least * 1.06
            assert fraction == pytest.approx(1, abs=1e-6)
        else:
            assert 0.1 < fraction <= 1


def test_fractions_tend_to_one() -> None:
    solution = solve(character_table("A5"))
    fractions = [predicted_minimum(solution, 10.0**power).fraction for power in (-4, -8, -16, -32, -64, -128)]
    assert sorted(fractions) == fractions
    assert fractions[-1] > 0.99


def test_shares_tend_to_those_of_the_maximum_margin() -> None:
    """S4 has one optimal point, and its rows have different shares: the order of the rows shows."""
    solution = solve(character_table("S4"))
    target = np.array([interval.lower for interval in solution.structure.shares])
    distances = [
        np.abs(predicted_minimum(solution, 10.0**power).shares - target).max() for power in (-7, -32, -128)
    ]
    assert sorted(distances, reverse=True) == distances
    assert distances[-1] < 0.005
    # 1/log(1/lambda): four times the exponent, a quarter of the distance
    assert distances[1] / distances[2] == pytest.approx(4, rel=0.3)


@pytest.mark.parametrize(
    ("values", "reason"),
    [((1e-5, 1e-4), "decreasing"), ((1e-20,), "decreasing"), ((1.0, 1e-3), "zero network is the minimum")],
)
def test_unusable_values_are_refused(values: tuple[float, ...], reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        follow(group_task("S3"), solve(character_table("S3")), width=4, regularisations=values)
