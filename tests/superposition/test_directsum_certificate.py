"""The certificate of a direct sum: what it holds for, what it must refuse, and its tolerance."""

from __future__ import annotations

import numpy as np
import pytest

from theory.errors import InputError
from theory.superposition.configurations import configuration, polygon, random_rotation, rotate
from theory.superposition.directsum.certificate import (
    certified,
    noise_tau,
    tau_rank,
    unit_columns,
    whitened,
)

SUMS = ["5+5", "oct", "3+3", "tetra+3+2", "7+6", "5+1", "antiprism+2", "simplex(5)+point+point"]


@pytest.mark.parametrize("name", SUMS)
def test_sums_are_certified_with_their_ranks(name: str) -> None:
    made = configuration(name)
    found = certified(rotate(made.points, np.random.default_rng(0)), made.blocks, "test")
    assert found.certified
    assert found.coordinates == "unit columns"
    assert found.ranks == made.dimensions
    assert found.rank == len(made.points)
    assert found.cosine < 1e-15
    assert found.residual < 1e-15


@pytest.mark.parametrize("name", SUMS)
def test_no_finer_partition_is_certified(name: str) -> None:
    """A summand cut in two, or points of two summands exchanged: ranks no longer add up."""
    made = configuration(name)
    weights = rotate(made.points, np.random.default_rng(1))
    blocks = [list(block) for block in made.blocks]
    for number, block in enumerate(blocks):
        others = blocks[:number] + blocks[number + 1 :]
        for cut in range(1, len(block)):
            assert not certified(weights, [*others, block[:cut], block[cut:]], "test").certified
        if others and len(block) > 1 and len(others[0]) > 1:
            swapped = [[*block[1:], others[0][0]], [block[0], *others[0][1:]], *others[1:]]
            assert not certified(weights, swapped, "test").certified


def test_one_block_is_always_certified() -> None:
    assert certified(polygon(5), [range(5)], "test").certified


def test_a_distorted_sum_is_certified_in_its_row_space() -> None:
    """Condition number 24, cosines near 1 between blocks: a direct sum, far from an orthogonal one."""
    generator = np.random.default_rng(2)
    made = configuration("5+3")
    stretch = random_rotation(4, generator) @ np.diag([1, 3, 8, 24]) @ random_rotation(4, generator)
    found = certified(stretch @ made.points, made.blocks, "test")
    assert found.certified
    assert found.coordinates == "row space"
    assert found.cosine > 0.9
    wrong = [made.blocks[0][:4], (made.blocks[0][4], *made.blocks[1])]
    assert not certified(stretch @ made.points, wrong, "test").certified


def test_the_row_space_is_orthonormal_and_its_squares_add_up() -> None:
    generator = np.random.default_rng(3)
    weights = generator.standard_normal((4, 3)) @ generator.standard_normal((3, 9))
    basis = whitened(weights)
    assert basis.shape == (3, 9)
    assert np.allclose(basis @ basis.T, np.eye(3))
    assert np.allclose(basis.T @ basis, np.linalg.pinv(weights) @ weights)
    parts = [basis[:, :2], basis[:, 2:7], basis[:, 7:]]
    assert sum((np.linalg.svd(part, compute_uv=False) ** 2).sum() for part in parts) == pytest.approx(3)


def test_tau_decides() -> None:
    """Two digons with noise of 1e-3 across: a sum at tau = .01, one at 1e-4 no longer."""
    weights = np.array([[1.0, -1.0, 1e-3, 0.0], [0.0, 1e-3, 1.0, -1.0]])
    blocks = [[0, 1], [2, 3]]
    assert certified(weights, blocks, "test", tau=0.01).certified
    tight = certified(weights, blocks, "test", tau=1e-4)
    assert not tight.certified
    assert (tight.ranks, tight.rank, tight.tau) == ((2, 2), 2, 1e-4)
    assert certified(weights, blocks, "test", noise=1e-3).tau == pytest.approx(3e-3 * 4**0.25)
    assert certified(weights, blocks, "test", tau=0.5, noise=1e-3).tau == 0.5
    loose = certified(weights, blocks, "test", tau=0.9)
    assert "too easily" in loose.notes[-1]


def test_cosine_and_residual_by_hand() -> None:
    """Columns e1, -e1 and one at 60 degrees: |cos| = 1/2. A digon .1 off its line loses some energy."""
    half = np.array([[1.0, -1.0, 0.5], [0.0, 0.0, np.sqrt(0.75)]])
    found = certified(half, [[0, 1], [2]], "test")
    assert found.cosine == pytest.approx(0.5)
    assert found.certified
    off = np.array([[1.0, -1.0, 0.0], [0.1, 0.1, 1.0]])
    found = certified(off, [[0, 1], [2]], "test", tau=0.3)
    assert found.certified
    assert found.residual == pytest.approx(0.02 / 3.02)  # singular values sqrt 2 and sqrt .02; and 1


def test_rank_against_numpy() -> None:
    generator = np.random.default_rng(4)
    for rank in range(5):
        matrix = generator.standard_normal((6, rank)) @ generator.standard_normal((rank, 7))
        assert tau_rank(matrix, 0.0) == np.linalg.matrix_rank(matrix) == rank
    assert tau_rank(np.diag([3.0, 1.0, 0.1]), 0.5) == 2
    assert noise_tau(0.05, 16) == pytest.approx(0.3)
    assert np.allclose(unit_columns(np.array([[3.0, 0.0], [4.0, 0.0]])), [[0.6, 0.0], [0.8, 0.0]])


def test_blocks_are_put_in_order() -> None:
    found = certified(configuration("3+2").points, [[4, 3], [2, 0, 1]], "test")
    assert found.blocks == ((0, 1, 2), (3, 4))
    assert found.ranks == (2, 1)
    assert found.order == (0, 1, 2, 3, 4)


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        ([[0, 1], [1, 2]], "column 1 twice"),
        ([[0], []], "an empty block"),
        ([[0, 3]], r"column 3; 0\.\.2"),
        ([[-1]], "column -1"),
    ],
)
def test_bad_blocks(blocks: list[list[int]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        certified(polygon(3), blocks, "test")


def test_bad_tolerances() -> None:
    with pytest.raises(InputError, match="tau -1"):
        certified(polygon(3), [range(3)], "test", tau=-1.0)
    with pytest.raises(InputError, match="noise nan"):
        certified(polygon(3), [range(3)], "test", noise=float("nan"))
