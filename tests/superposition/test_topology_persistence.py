"""Column reduction against gudhi, against surfaces whose homology is known, and the bottleneck distance."""

from __future__ import annotations

import math
from itertools import combinations

import gudhi
import numpy as np
import pytest

from theory.errors import InputError
from theory.superposition.topology import Bar, bottleneck, persistence

Simplex = tuple[int, ...]


def closed(facets: list[Simplex]) -> dict[Simplex, float]:
    """All faces, at scale 0."""
    return {
        face: 0.0
        for facet in facets
        for size in range(1, len(facet) + 1)
        for face in combinations(sorted(facet), size)
    }


def betti(facets: list[Simplex]) -> list[int]:
    bars = persistence(closed(facets))
    return [sum(bar.degree == degree for bar in bars) for degree in range(len(facets[0]))]


def random_filtration(generator: np.random.Generator, vertices: int, top: int) -> dict[Simplex, float]:
    """Each simplex comes no earlier than its faces; some at equal scales."""
    scales: dict[Simplex, float] = {}
    for size in range(1, top + 2):
        for simplex in combinations(range(vertices), size):
            faces = (
                [scales.get(face, math.inf) for face in combinations(simplex, size - 1)] if size > 1 else [0]
            )
            if max(faces) < math.inf and (size <= 2 or generator.random() < 0.8):
                scales[simplex] = max(faces) + float(generator.integers(0, 3))
    return scales


def oracle(scales: dict[Simplex, float]) -> list[tuple[int, float, float]]:
    tree = gudhi.SimplexTree()
    for simplex, scale in scales.items():
        tree.insert(list(simplex), scale)
    found = tree.persistence(homology_coeff_field=2, persistence_dim_max=True)
    return sorted((degree, *ends) for degree, ends in found)


@pytest.mark.parametrize("seed", range(8))
def test_random_complexes_as_gudhi_has_them(seed: int) -> None:
    scales = random_filtration(np.random.default_rng(seed), 8, 3)
    assert [(bar.degree, bar.birth, bar.death) for bar in persistence(scales)] == oracle(scales)


def test_homology_of_surfaces() -> None:
    """Over Z/2, the projective plane has a class in every degree; over the rationals it has none above 0."""
    sphere = list(combinations(range(4), 3))
    torus = [tuple(sorted(((i) % 7, (i + a) % 7, (i + 3) % 7))) for i in range(7) for a in (1, 2)]
    plane = [
        (0, 1, 2), (0, 2, 3), (0, 3, 4), (0, 4, 5), (0, 1, 5),
        (1, 2, 4), (2, 3, 5), (1, 3, 4), (2, 4, 5), (1, 3, 5),
    ]  # fmt: skip
    assert betti(sphere) == [1, 0, 1]
    assert betti(torus) == [1, 2, 1]
    assert betti(plane) == [1, 1, 1]
    assert betti([(0, 1, 2, 3)]) == [1, 0, 0, 0]


def test_a_highest_degree_leaves_the_rest_as_it_is() -> None:
    scales = random_filtration(np.random.default_rng(3), 8, 3)
    assert persistence(scales, 1) == tuple(bar for bar in persistence(scales) if bar.degree <= 1)


def test_bars_that_are_too_short_are_left_out() -> None:
    scales = {(0,): 0.0, (1,): 0.0, (2,): 0.0, (0, 1): 1.0, (1, 2): 2.0}
    assert persistence(scales) == (Bar(0, 0.0, 1.0), Bar(0, 0.0, 2.0), Bar(0, 0.0, math.inf))
    assert persistence(scales, shortest=1.5) == (Bar(0, 0.0, 2.0), Bar(0, 0.0, math.inf))
    assert Bar(0, 0.5, 2.0).length == 1.5
    assert persistence({}) == ()


def test_what_is_no_filtration() -> None:
    with pytest.raises(InputError, match=r"face \(1,\) of simplex \(0, 1\) is missing"):
        persistence({(0,): 0.0, (0, 1): 1.0})
    with pytest.raises(InputError, match=r"face \(1,\) of simplex \(0, 1\) appears later"):
        persistence({(0,): 0.0, (1,): 2.0, (0, 1): 1.0})


@pytest.mark.parametrize("seed", range(6))
def test_bottleneck_as_gudhi_has_it(seed: int) -> None:
    generator = np.random.default_rng(seed)
    barcodes = []
    for _ in range(2):
        births = generator.random(generator.integers(0, 9))
        barcodes.append(np.stack([births, births + generator.random(len(births))], 1))
    ours = [tuple(Bar(1, *ends) for ends in bars.tolist()) for bars in barcodes]
    expected = gudhi.bottleneck_distance(*barcodes, 0)
    assert bottleneck(*ours) == pytest.approx(expected, abs=1e-12)
    assert bottleneck(ours[0], ours[0]) == 0


def test_bottleneck_of_infinite_bars_and_of_degrees() -> None:
    endless = Bar(0, 0.0, math.inf)
    assert bottleneck((endless,), ()) == math.inf
    assert bottleneck((endless,), (Bar(0, 0.25, math.inf),)) == 0.25
    assert (
        bottleneck((Bar(1, 0.0, 1.0),), (Bar(2, 0.0, 1.0),)) == 0.5
    )  # degrees do not mix: both shrink to nothing
    assert bottleneck((), ()) == 0
