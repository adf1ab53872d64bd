"""Closed forms against Fractions; classes and ties."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from theory.errors import InputError
from theory.superposition.phase.candidates import best_candidates, boundary, candidates
from theory.superposition.phase.classify import LABELS, classify, tied_labels
from theory.superposition.rational import rational_gram, rational_loss


@pytest.mark.parametrize("features", [2, 3, 4])
@pytest.mark.parametrize(("importance", "density"), [(0.25, 0.5), (3.0, 0.125), (1.0, 1.0)])
def test_closed_forms_are_the_exact_losses(features: int, importance: float, density: float) -> None:
    for one in candidates(features, features - 1, importance, density):
        gram = rational_gram([[Fraction(value) for value in row] for row in one.weights])
        weight = [Fraction(1)] * (features - 1) + [Fraction(importance)]
        bias = [Fraction(value) for value in one.bias]
        exact = rational_loss(gram, bias, 1 - Fraction(density), weight).total
        assert one.loss == pytest.approx(float(exact), abs=1e-15), one.label


@pytest.mark.parametrize("features", [2, 3, 5])
def test_every_candidate_has_the_class_that_it_is_named_for(features: int) -> None:
    found = candidates(features, features - 1, 0.5, 0.5)
    assert [classify(one.weights).label for one in found] == [one.label for one in found]
    assert len(found) == {2: 3, 3: 5}.get(features, 4)


@pytest.mark.parametrize("features", [2, 3])
@pytest.mark.parametrize("importance", [0.05, 0.4, 1.0, 2.5, 10.0])
def test_boundary_parts_ignoring_from_sharing(features: int, importance: float) -> None:
    place = boundary(importance, features)
    for density, superposed in ((place * 0.999, True), (place * 1.001, False)):
        best = best_candidates(features, features - 1, importance, density)
        assert all(one.label.startswith("antipodal") is superposed for one in best)


def test_boundary_of_the_specification() -> None:
    assert boundary(1.0) == pytest.approx(4 / 7)
    assert [boundary(r) for r in (0.1, 0.3, 0.7)] == pytest.approx([0.16, 0.342857, 0.509091], abs=1e-6)
    assert boundary(2.0) == pytest.approx(4 / 9)


def test_the_unit_triangle_is_never_the_best_candidate() -> None:
    for importance in np.geomspace(0.05, 20, 25):
        for density in np.linspace(0.02, 1, 25):
            best = best_candidates(3, 2, float(importance), float(density))
            assert "all represented" not in {one.label for one in best}


def test_ties_of_candidates() -> None:
    labels = {one.label for one in best_candidates(3, 2, 1.0, 0.3)}
    assert labels == {"antipodal with last", "antipodal without last"}
    assert len(best_candidates(2, 1, 1.0, 0.9)) == 2
    assert len(best_candidates(2, 1, 1.001, 0.9)) == 1


@pytest.mark.parametrize(("features", "dimensions"), [(2, 2), (4, 2), (1, 0), (3, 5)])
def test_closed_forms_need_one_dimension_less(features: int, dimensions: int) -> None:
    with pytest.raises(InputError, match="exact_optimum"):
        candidates(features, dimensions, 0.5, 0.5)


def test_bad_boundaries() -> None:
    for importance in (0.0, -1.0, float("inf"), float("nan")):
        with pytest.raises(InputError, match=r"^r = "):
            boundary(importance)
    with pytest.raises(InputError, match="n = 1"):
        boundary(1.0, 1)


@pytest.mark.parametrize(
    ("weights", "label"),
    [
        ([[1.0, 0.29]], "ignores last"),
        ([[1.0, -0.31]], "antipodal with last"),
        ([[0.1, 1.0]], "ignores another"),
        ([[0.1, 0.1]], "ignores several"),
        ([[1.0, 0.4]], "all represented"),
        ([[1.0, -1.0, 0.0], [0.0, 0.0, 1.0]], "antipodal without last"),
        ([[1.0, 0.0, 0.0], [0.0, 1.0, -1.0]], "antipodal with last"),
        ([[1.0, -0.5, -0.5], [0.0, 0.87, -0.87]], "all represented"),
        ([[1.0, -1.0, 0.1], [0.0, 0.2, 0.1]], "antipodal without last"),
    ],
)
def test_classes(weights: list[list[float]], label: str) -> None:
    found = classify(np.array(weights))
    assert found.label == label
    assert label in LABELS


def test_pairs_and_represented_features() -> None:
    found = classify(np.array([[1.0, -1.0, 0.0, 0.1], [0.0, 0.0, 1.0, 0.1]]))
    assert found.represented == (0, 1, 2)
    assert found.antipodal == ((0, 1),)
    with pytest.raises(InputError, match="finite"):
        classify(np.array([[np.nan, 1.0]]))


def test_ties_are_no_class() -> None:
    labels = ["antipodal with last", "ignores last", "antipodal with last"]
    assert tied_labels(labels, [1.0, 1.0 + 5e-7, 1.5]) == ("ignores last", "antipodal with last")
    assert tied_labels(labels, [1.0, 1.0 + 5e-6, 1.5]) == ("antipodal with last",)
    for bad in ([], [1.0]):
        with pytest.raises(InputError, match="ties"):
            tied_labels(labels, bad)
