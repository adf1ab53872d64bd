"""Costs of regular blocks against exact losses and published numbers; the knapsack against brute force."""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np
import pytest
import torch

from empirics.superposition.exact_loss import exact_losses
from theory.errors import InputError, LimitError
from theory.superposition.block_costs import (
    Block,
    cheapest_sum,
    simplex_block,
    simplex_loss,
)
from theory.superposition.model import feature_variance

block = cache(simplex_block)


def simplex_model(size: int, scale: float) -> np.ndarray:
    gram = scale * ((1 + 1 / size) * np.eye(size + 1) - 1 / size)
    values, vectors = np.linalg.eigh(gram)
    return (vectors[:, 1:] * np.sqrt(values[1:])).T


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize(("density", "scale", "bias"), [(0.1, 1.0, 0.0), (0.55, 0.8, 0.11), (1.0, 0.7, -0.1)])
def test_simplex_losses_against_the_exact_loss(size: int, density: float, scale: float, bias: float) -> None:
    weights = torch.tensor(simplex_model(size, scale))[None]
    shift = torch.full((1, size + 1), bias, dtype=torch.float64)
    exact = float(exact_losses(weights, shift, 1 - density)[0])
    assert simplex_loss(size, density, scale, bias) == pytest.approx(exact, abs=1e-11)


@pytest.mark.parametrize(("size", "density", "seed"), [(8, 0.5, 1), (12, 0.3, 2), (12, 0.9, 3)])
def test_large_simplices_against_monte_carlo(size: int, density: float, seed: int) -> None:
    generator = np.random.default_rng(seed)
    weights, bias = simplex_model(size, 0.9), 0.1
    active = generator.random((100_000, size + 1)) < density
    inputs = np.where(active, generator.random(active.shape), 0)
    errors = ((np.maximum(inputs @ weights.T @ weights + bias, 0) - inputs) ** 2).sum(1)
    z = (errors.mean() - simplex_loss(size, density, 0.9, bias)) / (errors.std() / np.sqrt(len(errors)))
    assert abs(z) <= 4


def test_published_optima() -> None:
    """L/p of item 2: triangle and digon at r = 1; their crossing at p = 0.5217 +- 0.0003."""
    published = {0.4: (0.137929, 0.127483), 0.5: (0.155159, 0.152565), 0.55: (0.157786, 0.161195)}
    for density, (triangle, digon) in published.items():
        assert block(2, density).loss / density == pytest.approx(triangle, abs=1e-6)
        assert block(1, density).loss / density == pytest.approx(digon, abs=1e-6)
    before, after = (block(2, p).loss - block(1, p).loss for p in (0.5214, 0.5220))
    assert before > 0 > after


def test_blocks_are_optimal_in_scale_and_bias() -> None:
    found = block(3, 0.5)
    for scale, bias in product((-0.01, 0.0, 0.01), repeat=2):
        assert simplex_loss(3, 0.5, found.scale + scale, found.bias + bias) >= found.loss - 1e-12


def test_a_triangle_costs_nine_eighths_of_a_digon_where_inputs_are_sparse() -> None:
    ratio = block(2, 1e-3).loss / block(1, 1e-3).loss
    assert ratio == pytest.approx(9 / 8, abs=2e-3)


@pytest.mark.slow
def test_the_triangle_is_the_cheapest_simplex_at_no_density() -> None:
    """Digons are cheaper for p below .5 and tetrahedra above: it is never best for one surplus feature."""
    for density in (0.05, 0.45, 0.5, 0.55, 0.95):
        triangle = block(2, density).loss
        assert triangle > min(block(size, density).loss for size in (1, 3))


def brute_force(features: int, dimensions: int, density: float, blocks: list[Block]) -> float:
    kinds = [Block("point", 1, 1, 0.0), *blocks]
    best = np.inf
    for counts in product(range(features + 1), repeat=len(kinds)):
        used = sum(c * kind.features for c, kind in zip(counts, kinds, strict=True))
        room = sum(c * kind.dimensions for c, kind in zip(counts, kinds, strict=True))
        if used <= features and room <= dimensions:
            loss = sum(c * kind.loss for c, kind in zip(counts, kinds, strict=True))
            best = min(best, loss + (features - used) * feature_variance(density))
    return best


@pytest.mark.parametrize("density", [0.2, 0.52, 0.6])
@pytest.mark.parametrize(("features", "dimensions"), [(3, 2), (6, 4), (7, 3), (8, 6)])
def test_the_knapsack_against_brute_force(features: int, dimensions: int, density: float) -> None:
    blocks = [block(size, density) for size in (1, 2, 3)]
    found = cheapest_sum(features, dimensions, density, blocks)
    assert found.loss == pytest.approx(brute_force(features, dimensions, density, blocks))
    kinds = {block.name: block for block in [Block("point", 1, 1, 0.0), *blocks]}
    used = sum(count * kinds[name].features for name, count in found.counts.items())
    assert used + found.unrepresented == features
    assert sum(count * kinds[name].dimensions for name, count in found.counts.items()) <= dimensions


@pytest.mark.parametrize(
    ("density", "counts"),
    [
        (0.4, {"point": 2, "digon": 2}),
        (0.55, {"tetrahedron": 1, "digon": 1}),
        (0.6, {"triangle": 2}),
    ],
)
def test_six_features_in_four_dimensions(density: float, counts: dict[str, int]) -> None:
    blocks = [block(size, density) for size in (1, 2, 3, 4)]
    found = cheapest_sum(6, 4, density, blocks)
    assert {name: count for name, count in found.counts.items() if count} == counts


@pytest.mark.parametrize(
    ("density", "counts"),
    [(0.3, {"digon": 12}), (0.6, {"digon": 12}), (0.65, {"triangle": 6}), (0.9, {"tetrahedron": 4})],
)
def test_with_plenty_of_features(density: float, counts: dict[str, int]) -> None:
    """Saving a dimension decides: digons, then triangles from p = .645 on, then larger simplices."""
    found = cheapest_sum(60, 12, density, [block(size, density) for size in (1, 2, 3, 4, 5)])
    assert {name: count for name, count in found.counts.items() if count} == counts


def test_bad_input() -> None:
    with pytest.raises(LimitError, match="simplex of 13 dimensions: 1 to 12"):
        simplex_loss(13, 0.5, 1.0, 0.0)
    with pytest.raises(InputError, match=r"p = 1\.5"):
        simplex_loss(2, 1.5, 1.0, 0.0)
    with pytest.raises(InputError, match="p = 0: above 0"):
        simplex_block(2, 0.0)
    with pytest.raises(LimitError, match="the limit is 200"):
        cheapest_sum(201, 3, 0.5, [])
    with pytest.raises(InputError, match="n = 0"):
        cheapest_sum(0, 3, 0.5, [])
