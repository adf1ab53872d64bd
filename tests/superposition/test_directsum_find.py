"""The one answer: which method gives it, what the others say, and how much noise it stands."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from empirics.superposition.directsum_benchmark import CELLS, METHODS, Cell, draw, measure, run
from theory.errors import InputError, UnknownNameError
from theory.superposition.configurations import (
    add_noise,
    configuration,
    polygon,
    random_rotation,
    rotate,
    simplex,
)
from theory.superposition.directsum.find import compare, find

FIVE = ["5+5", "oct", "3+3", "tetra+3+2", "7+6"]
TABLE = Path("results/superposition/directsum_noise.json")


@pytest.mark.parametrize("deviation", [0.01, 0.05])
@pytest.mark.parametrize("name", FIVE)
def test_auto_is_right_up_to_five_percent(name: str, deviation: float) -> None:
    """Acceptance of item 4: 100% for deviations up to .05 on the sum, by missing faces."""
    made, generator = configuration(name), np.random.default_rng(0)
    for _ in range(8):
        weights = rotate(add_noise(made.points, deviation, generator), generator)
        order = generator.permutation(weights.shape[1])
        found = find(weights[:, order]).partition
        truth = sorted(tuple(np.flatnonzero(np.isin(order, block)).tolist()) for block in made.blocks)
        assert found.blocks == tuple(truth)
        assert found.method == "missing-faces"
        assert found.certified


def test_columns_may_have_any_length_and_weak_ones_are_left_out() -> None:
    generator = np.random.default_rng(1)
    points = configuration("5+3").points * np.array([1, 1.2, 0.8, 1, 1, 3, 3, 2.5])
    weights = np.insert(points, [0, 6], 0.05 * generator.standard_normal((4, 2)), axis=1)
    found = find(weights)
    assert found.weak == (0, 7)
    assert found.partition.blocks == ((1, 2, 3, 4, 5), (6, 8, 9))
    assert find(weights, weak=0.0).weak == ()


def test_the_hull_does_not_apply_to_dedicated_features() -> None:
    """A feature alone in its direction: 0 is not inside the hull, and the row space answers."""
    found = find(rotate(configuration("5+2+1+1").points, np.random.default_rng(2)))
    assert found.partition.blocks == ((0, 1, 2, 3, 4), (5, 6), (7,), (8,))
    assert found.partition.method == "row-space"
    assert found.partition.certified
    assert [one.method for one in found.refusals] == ["missing-faces"]
    assert "0 is not inside the hull" in found.refusals[0].reason


def test_too_few_dimensions_for_the_hull() -> None:
    found = find(np.vstack([configuration("3+2").points, np.zeros(5)]))
    assert found.partition.blocks == ((0, 1, 2), (3, 4))
    assert "W has rank 3 of m = 4" in found.refusals[0].reason


def test_noise_on_squares_is_told_from_a_sum_by_ranks() -> None:
    """Where missing faces see one block, since noise broke the antiprism's squares, ranks still add up."""
    made, generator = configuration("antiprism+2"), np.random.default_rng(3)
    finer = 0
    for _ in range(20):
        found = find(rotate(add_noise(made.points, 0.02, generator), generator))
        assert found.partition.blocks == made.blocks
        finer += "missing-faces" in [one.method for one in found.disagreeing]
    assert finer > 3


def test_distorted_sums() -> None:
    """Condition number 24: missing faces are right, the Gram matrix is not, and is named."""
    generator, disagreed = np.random.default_rng(4), 0
    for _ in range(20):
        stretch = (
            random_rotation(4, generator) @ np.diag(np.geomspace(1, 24, 4)) @ random_rotation(4, generator)
        )
        found = find(stretch @ configuration("5+3").points, weak=0.0)  # lengths are distorted, too
        assert found.partition.blocks == ((0, 1, 2, 3, 4), (5, 6, 7))
        disagreed += "gram-gap" in [one.method for one in found.disagreeing]
    assert disagreed >= 18


def test_many_digons_and_a_mean_direction() -> None:
    """As in trained models with m = 20: 19 digons, or 15 and two pentagons, and many weak features."""
    generator = np.random.default_rng(5)
    for name, blocks in (("19*digon", 19), ("15*digon+2*5", 17)):
        points = configuration(name).points
        m, n = points.shape
        weights = np.zeros((m + 1, n + 100))
        weights[:m, :n] = points
        weights[m, n:] = 0.05
        weights = rotate(add_noise(weights, 0.01, generator), generator)
        found = find(weights)
        assert len(found.partition.blocks) == blocks
        assert found.partition.blocks == tuple(sorted(configuration(name).blocks))
        assert found.partition.certified
        assert found.weak == tuple(range(n, n + 100))


def test_four_digons_in_eight_noisy_dimensions() -> None:
    points = np.vstack([configuration("4*digon").points, np.zeros((4, 8))])
    found = find(add_noise(points, 0.03, np.random.default_rng(6))).partition
    assert found.blocks == ((0, 1), (2, 3), (4, 5), (6, 7))
    assert found.coordinates == "unit columns"


def test_simplices_are_one_block() -> None:
    for d in (2, 5, 9, 20):
        assert find(rotate(simplex(d), np.random.default_rng(d))).partition.blocks == (tuple(range(d + 1)),)


def test_trivial_cases() -> None:
    one = find(np.array([[1.0], [2.0]]))
    assert (one.partition.blocks, one.partition.ranks, one.partition.method) == (((0,),), (1,), "trivial")
    nothing = find(np.zeros((2, 3)))
    assert (nothing.partition.blocks, nothing.weak) == ((), (0, 1, 2))
    assert "no column has a direction" in nothing.partition.notes[0]
    assert find(np.array([[1.0, -1.0]])).partition.blocks == ((0, 1),)


@pytest.mark.parametrize(
    "method", ["missing-faces", "row-space", "gram-gap", "gram-rank", "talk", "talk-projector"]
)
def test_methods_by_name(method: str) -> None:
    found = find(rotate(configuration("5+2").points, np.random.default_rng(7)), method)
    assert found.partition.method == method
    assert found.partition.blocks == ((0, 1, 2, 3, 4), (5, 6))
    assert [one.method for one in found.attempts] == [method]


def test_compare() -> None:
    """Five methods for one answer, and the talk's for another."""
    weights = rotate(
        add_noise(configuration("5+5").points, 0.05, np.random.default_rng(8)), np.random.default_rng(9)
    )
    found = compare(weights)
    (blocks, agreeing), *others = found.items()
    assert blocks == ((0, 1, 2, 3, 4), (5, 6, 7, 8, 9))
    assert {one.method for one in agreeing} >= {"missing-faces", "row-space", "gram-rank", "talk-projector"}
    assert {one.method for _, attempts in others for one in attempts} >= {"talk"}
    assert compare(np.zeros((2, 2))) == {}


def test_bad_input() -> None:
    with pytest.raises(UnknownNameError, match="method 'pca': known are auto, missing-faces"):
        find(polygon(5), "pca")
    with pytest.raises(UnknownNameError, match="method 'auto'"):
        compare(polygon(5), ["auto"])
    with pytest.raises(InputError, match="0 is not inside the hull"):
        find(configuration("5+1").points, "missing-faces")
    with pytest.raises(InputError, match=r"W\[1, 2\] is not finite"):
        find(np.where(np.arange(10).reshape(2, 5) == 7, np.inf, 1.0))
    with pytest.raises(InputError, match="weak 1"):
        find(polygon(5), weak=1.0)
    with pytest.raises(InputError, match="tau -1"):
        find(polygon(5), tau=-1.0)
    with pytest.raises(InputError, match="noise -1"):
        find(polygon(5), noise=-1.0)


def test_the_benchmark_goes_on_where_it_was(tmp_path: Path) -> None:
    cells = (Cell("sum", 0.1, "3+2"), Cell("summand", 0.1, "3+2"), Cell("distorted", 5.0, "3+2"))
    output, lines = tmp_path / "table.json", []
    run(output, cells[:1], 2, 3, lines.append)
    begun = json.loads(output.read_text())
    whole = run(output, cells, 2, 3, lines.append)
    assert len(lines) == 3
    assert whole["cells"][0] == begun["cells"][0]
    assert json.loads(output.read_text()) == whole
    with pytest.raises(InputError, match="holds no table of 3 trials with seed 3"):
        run(output, cells, 3, 3)
    output.write_text("[]")
    with pytest.raises(InputError, match="holds no table"):
        run(output, cells, 2, 3)
    with pytest.raises(UnknownNameError, match="noise 'salt': known are sum, summand, distorted"):
        draw(Cell("salt", 0.1, "3"), np.random.default_rng(0))


def test_benchmark_counts() -> None:
    """A cell with nothing but failures, and one with nothing but successes."""
    found = measure(Cell("sum", 0.0, "5+1"), 3, 1, ["missing-faces", "gram-gap"])
    assert (found["missing-faces"].refused, found["missing-faces"].found) == (3, 0)
    assert (found["gram-gap"].refused, found["gram-gap"].found, found["gram-gap"].certified) == (0, 3, 3)


def rates(root: Path) -> dict[tuple[str, float, str], dict[str, float]]:
    document = json.loads((root / TABLE).read_text())
    return {
        (row["kind"], row["level"], row["configuration"]): {
            name: rate["found"] / document["trials"] for name, rate in row["rates"].items()
        }
        for row in document["cells"]
    }


def test_the_stored_table(root: Path) -> None:
    """It has every cell and method, and the acceptance lines of item 4 hold in it."""
    table = rates(root)
    assert set(table) == {(cell.kind, cell.level, cell.configuration) for cell in CELLS}
    assert all(set(row) == set(METHODS) for row in table.values())
    for (kind, level, name), row in table.items():
        if name not in FIVE:
            continue
        if kind == "summand":
            assert row["talk"] == row["talk-projector"] == row["gram-gap"] == row["row-space"] == 1
        if kind == "sum" and level <= 0.05:
            assert row["auto"] == row["missing-faces"] == row["gram-rank"] == 1
        if (kind, level) == ("sum", 0.01):
            assert row["talk"] <= 0.3
    distorted = table["distorted", 24.0, "5+3"]
    assert distorted["missing-faces"] == distorted["row-space"] == distorted["auto"] == 1
    assert distorted["gram-gap"] <= 0.1


PUBLISHED = {  # rates of the specification: the talk, ranks of the Gram matrix, its gaps, row space, faces
    (0.01, "5+5"): (0.10, 1.0, 1.0, 1.0, None),
    (0.01, "oct"): (0.03, 1.0, 1.0, 1.0, None),
    (0.01, "3+3"): (0.03, 1.0, 1.0, 1.0, None),
    (0.01, "tetra+3+2"): (0.03, 1.0, 1.0, 1.0, None),
    (0.05, "5+5"): (0.0, 1.0, 1.0, 1.0, 1.0),
    (0.05, "3+3"): (0.0, 1.0, 0.90, 1.0, 1.0),
    (0.05, "tetra+3+2"): (0.0, 1.0, 0.0, 1.0, 1.0),
    (0.10, "5+5"): (0.03, 1.0, 0.13, 0.60, 1.0),
    (0.10, "oct"): (0.0, 1.0, 0.70, 1.0, 1.0),
    (0.10, "tetra+3+2"): (0.0, 0.40, 0.0, 0.0, 1.0),
    (0.10, "7+6"): (0.0, 1.0, 0.0, 0.10, 0.80),
    (0.15, "5+5"): (0.03, 0.57, 0.07, 0.07, 1.0),
    (0.15, "3+3"): (0.0, 0.07, 0.0, 0.17, 1.0),
    (0.15, "oct"): (0.0, 0.93, 0.23, 0.57, 1.0),
    (0.15, "7+6"): (0.0, 0.50, 0.0, 0.0, 0.30),
}


def test_rates_of_the_specification(root: Path) -> None:
    """Two samples of 30 with one rate differ by less than .41 in all but one of 1600 cases."""
    table = rates(root)
    methods = ("talk", "gram-rank", "gram-gap", "row-space", "missing-faces")
    for (level, name), published in PUBLISHED.items():
        found = table["sum", level, name]
        for method, rate in zip(methods, published, strict=True):
            assert rate is None or abs(found[method] - rate) < 0.41, (level, name, method)


def test_rates_with_projectors_are_others(root: Path) -> None:
    """The specification has .77, .47 and .20 at .05, 0 for 7+6 at .10, and .70 for octahedra at .15."""
    table = rates(root)
    for level, name, rate in (
        (0.05, "5+5", 1.0),
        (0.05, "3+3", 1.0),
        (0.05, "tetra+3+2", 0.53),
        (0.10, "7+6", 0.60),
        (0.15, "oct", 0.20),
    ):
        assert table["sum", level, name]["talk-projector"] == pytest.approx(rate, abs=0.005)
    # unmerged, the axes of the hexagon come first: what the specification found
    assert table["sum", 0.10, "7+6"]["talk-projector-first"] == 0


def test_a_stored_cell_is_measured_again(root: Path) -> None:
    document = json.loads((root / TABLE).read_text())
    cell = Cell("sum", 0.15, "5+5")
    again = measure(cell, document["trials"], document["seed"], ["missing-faces", "row-space"])
    stored = rates(root)["sum", 0.15, "5+5"]
    for name, rate in again.items():
        assert (
            abs(rate.found / document["trials"] - stored[name]) <= 1 / 30
        )  # one trial may be a matter of rounding
