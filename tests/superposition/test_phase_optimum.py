"""The exact diagram: descents, known optima, ties, cells that did not converge, three features."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np
import pytest
import torch

import empirics.superposition.phase as phase_module
from empirics.superposition.figures_phase import diagram_figure
from empirics.superposition.phase import PhaseCell, cell_of, exact_optimum, grid
from empirics.superposition.phase_descent import Descent, adam, bfgs
from empirics.superposition.phase_training import agreement, trained
from empirics.superposition.phase_triangle import three_features, triangle_crossover
from theory.errors import InputError, LimitError
from theory.superposition.phase.candidates import candidates
from theory.superposition.phase.pair import local_minima
from theory.superposition.rational import rational_gram, rational_loss


def cells_of(places: list[tuple[float, float]], features: int = 2, starts: int = 4) -> tuple[PhaseCell, ...]:
    return exact_optimum(places, features, features - 1, np.random.default_rng(0), starts, 20)


PLACES = [(0.3, 0.3), (0.7, 0.7), (1.0, 0.75), (2.0, 0.2), (0.1, 0.01), (1.0, 1.0), (0.1, 0.9), (5.0, 0.1)]


@cache
def both() -> tuple[tuple[PhaseCell, ...], dict[tuple[float, float], PhaseCell]]:
    """A grid of 5 x 5, and some places; one batch, since the time goes by steps."""
    found = cells_of([*grid(5), *PLACES])
    return found[:25], dict(zip(PLACES, found[25:], strict=True))


def test_bfgs_on_functions_with_known_minima() -> None:
    """A quadratic of large condition and Rosenbrock's function, item by item."""
    scales = torch.tensor([1.0, 10.0, 1000.0], dtype=torch.float64)

    def losses(points: torch.Tensor, items: torch.Tensor) -> torch.Tensor:
        quadratic = (scales * (points - 1).square()).sum(1)
        first, second = points[:, :-1], points[:, 1:]
        banana = (100 * (second - first.square()).square() + (1 - first).square()).sum(1)
        return torch.where(items % 2 == 0, quadratic, banana)

    start = torch.tensor([[3.0, -2.0, 0.5], [-1.0, 1.2, 0.8]], dtype=torch.float64).repeat(2, 1)
    found = bfgs(losses, start)
    assert torch.allclose(found.points, torch.ones(4, 3, dtype=torch.float64), atol=1e-7)
    assert found.gradients.max() < 1e-8
    assert bfgs(losses, start, steps=1).gradients.max() > 1e-3
    assert losses(adam(losses, start, 50), torch.arange(4)).sum() < losses(start, torch.arange(4)).sum()


@pytest.mark.slow
def test_against_the_numpy_minima_of_two_features() -> None:
    for (importance, density), cell in both()[1].items():
        assert cell.loss == pytest.approx(local_minima(importance, density)[0].loss, rel=1e-9)
        assert not cell.is_unconverged
        assert cell.gradient < 1e-6


def test_dense_equal_features_beat_dedication() -> None:
    cell = both()[1][1.0, 1.0]
    assert cell.loss == pytest.approx(0.0832542, abs=1e-7)
    gram = rational_gram([[Fraction(value) for value in cell.weights[0]]])
    exact = rational_loss(gram, [Fraction(value) for value in cell.bias], Fraction(0)).total
    assert exact < Fraction(1, 12)
    assert float(exact) == pytest.approx(cell.loss, abs=1e-14)


def test_the_optimum_is_never_above_a_candidate() -> None:
    for cell, (importance, density) in zip(both()[0], grid(5), strict=True):
        assert cell.loss <= min(one.loss for one in candidates(2, 1, importance, density)) * (1 + 1e-12)


def test_other_local_minima_are_listed() -> None:
    cell = both()[1][0.3, 0.3]
    found = {one.label: one.loss / 0.3 for one in cell.minima}
    assert found["antipodal with last"] == pytest.approx(0.0609, abs=5e-5)
    assert found["ignores last"] == pytest.approx(0.0775, abs=5e-5)
    assert cell.gap == pytest.approx(0.0775 / 0.060877 - 1, abs=1e-3)


def test_ties_are_reported_as_ties() -> None:
    (cell,) = cells_of([(1.0, 0.3)], features=3)
    assert cell.labels == ("antipodal with last", "antipodal without last")
    assert cell.gap == pytest.approx(0, abs=1e-9)
    assert agreement([cell]).agreeing == agreement([cell]).ties == 1
    assert agreement([cell]).strictly == 0


def test_cells_that_did_not_converge_have_no_class(monkeypatch: pytest.MonkeyPatch) -> None:
    def lazy(losses: object, points: torch.Tensor, tolerance: float = 1e-8, steps: int = 300) -> Descent:
        return bfgs(losses, points, tolerance, steps=0)  # type: ignore[arg-type]

    monkeypatch.setattr(phase_module, "bfgs", lazy)
    (cell,) = cells_of([(0.5, 0.3)])
    assert cell.is_unconverged
    assert (cell.labels, cell.gap) == ((), None)
    found = agreement([cell])
    assert (found.cells, found.unconverged) == (0, 1)
    assert np.isnan(found.share)


def test_cells_survive_json() -> None:
    cell = both()[1][0.3, 0.3]
    again = cell_of(cell.document())
    assert again.document() == cell.document()
    with pytest.raises(InputError, match="KeyError"):
        cell_of({"importance": 1.0})


def test_small_diagram_agrees_with_the_closed_forms() -> None:
    cells = both()[0]
    found = agreement(cells)
    assert found.share >= 0.95
    assert 0 < found.median_excess < 0.02
    assert diagram_figure(cells)[:4] == b"\x89PNG"


@pytest.mark.slow
def test_the_published_diagram() -> None:
    """20 x 20: 97.5% of cells as the closed forms say, largest excess 9.5%, median .3%."""
    found = agreement(exact_optimum(grid(20), 2, 1, np.random.default_rng(0)))
    assert found.unconverged == 0
    assert found.share >= 0.95
    assert found.largest_excess == pytest.approx(0.095, abs=5e-4)
    assert found.median_excess == pytest.approx(0.003, abs=1e-4)


@pytest.mark.slow
def test_trained_models_agree() -> None:
    places = grid(10)
    exact = exact_optimum(places, 2, 1, np.random.default_rng(0))
    models = trained(places, 2, 1, np.random.default_rng(1))
    assert agreement(exact, models).share >= 0.9
    assert agreement(exact, models).median_excess < 1e-4
    assert agreement(exact, models, single=True).share < agreement(exact, models).share


def test_training_keeps_the_best_and_tells_how_far_it_is() -> None:
    told: list[str] = []
    places = [(0.1, 0.9), (5.0, 0.1)]
    models = trained(places, 2, 1, np.random.default_rng(3), seeds=3, steps=600, progress=told.append)
    assert len(told) == 10
    exact = [both()[1][place] for place in places]
    for model, cell in zip(models, exact, strict=True):
        assert cell.loss <= model.loss <= model.single_loss
    found = agreement(exact, models)
    assert (found.share, found.cells) == (1.0, 2)
    assert found.largest_excess < 0.02
    assert diagram_figure([*exact, *exact], [*models, *models])[:4] == b"\x89PNG"
    with pytest.raises(InputError, match="different cells"):
        agreement(exact, models[::-1])


def test_three_equal_features() -> None:
    """Published losses over p; where the triangle wins it shares the plane in three ways."""
    low, middle, high = three_features((0.4, 0.5, 0.55))
    assert (low.triangle, low.digon) == pytest.approx((0.137929, 0.127483), abs=1e-6)
    assert (middle.triangle, middle.digon) == pytest.approx((0.155159, 0.152565), abs=1e-6)
    assert (high.triangle, high.digon) == pytest.approx((0.157786, 0.161195), abs=1e-6)
    assert low.digon_is_minimum


def test_dense_triangles_are_best_and_digons_are_saddles() -> None:
    """The published .149823 and .107134 are another minimum, with no antipodal pair, not the digon."""
    for found, triangle in zip(three_features((0.7, 0.9, 1.0)), (0.146002, 0.106930, 0.083090), strict=True):
        assert found.triangle == pytest.approx(triangle, abs=1e-6)
        assert found.triangle < found.digon < found.ignore
        assert not found.digon_is_minimum


@pytest.mark.slow
def test_the_triangle_takes_over() -> None:
    assert triangle_crossover() == pytest.approx(0.5217, abs=3e-4)
    with pytest.raises(InputError, match="win at the second"):
        triangle_crossover(0.3, 0.4)


def test_bad_input() -> None:
    generator = np.random.default_rng(0)
    for places, features, dimensions, starts in (
        ([], 2, 1, 4),
        ([(1.0, 0.0)], 2, 1, 4),
        ([(-1.0, 0.5)], 2, 1, 4),
        ([(1.0, 0.5)], 2, 0, 4),
        ([(1.0, 0.5)], 2, 1, 0),
    ):
        with pytest.raises(InputError):
            exact_optimum(places, features, dimensions, generator, starts)
    with pytest.raises(LimitError, match="n = 40"):
        exact_optimum([(1.0, 0.5)], 40, 3, generator)
    with pytest.raises(InputError, match="grid 1"):
        grid(1)
    with pytest.raises(InputError, match="0 models"):
        trained([(1.0, 0.5)], 2, 1, generator, seeds=0)
    with pytest.raises(InputError, match="no densities"):
        three_features(())
