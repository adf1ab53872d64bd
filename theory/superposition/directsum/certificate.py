"""What makes a partition of features a direct sum: ranks that add up, at a stated tolerance.

`rank_tau` counts singular values above `tau`. A partition into blocks `B` is a direct sum at `tau` if
`sum_B rank_tau(W_B) = rank_tau(W)`; it is an orthogonal one if, beside that, cosines between blocks vanish.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from theory.errors import InputError
from theory.superposition.directsum.partition import Partition

__all__ = [
    "DEFAULT_TAU",
    "block_ranks",
    "certified",
    "given_tau",
    "noise_tau",
    "tau_rank",
    "unit_columns",
    "whitened",
]

DEFAULT_TAU = 0.3
ROUNDING = 1e-9  # singular values below it, relative to the largest, are zeros


def noise_tau(deviation: float, n: int) -> float:
    """`tau = 3 s n^(1/4)`, above what noise of deviation `s` on every entry adds to ranks.

    Args:
        deviation: `s`, in the units of `W`.
        n: number of columns.

    Raises:
        InputError: a deviation that is negative or not finite.
    """
    if not (deviation >= 0 and math.isfinite(deviation)):
        raise InputError(f"noise {deviation:g}: a number from 0 on would be right")
    return 3 * deviation * n**0.25


def given_tau(tau: float | None, noise: float | None, n: int) -> float | None:
    """The tolerance that was asked for: itself, or that of the noise; None if neither was.

    Args:
        tau: in the units of `W`.
        noise: standard deviation of the entries of `W`.
        n: number of columns.

    Raises:
        InputError: one that is negative or not finite.
    """
    if tau is None:
        return None if noise is None else noise_tau(noise, n)
    if not (tau >= 0 and math.isfinite(tau)):
        raise InputError(f"tau {tau:g}: a number from 0 on would be right")
    return tau


def tau_rank(matrix: Float[np.ndarray, "m n"], tau: float) -> int:
    """How many singular values are above `tau`, and above rounding.

    Args:
        matrix: any.
        tau: in its units.
    """
    values = np.linalg.svd(matrix, compute_uv=False)
    return int((values > max(tau, ROUNDING * values.max(initial=0.0))).sum())


def unit_columns(weights: Float[np.ndarray, "m n"]) -> Float[np.ndarray, "m n"]:
    """Columns scaled to length 1; zero columns stay.

    Args:
        weights: `W`.
    """
    norms = np.linalg.norm(weights, axis=0)
    return weights / np.where(norms > 0, norms, 1.0)


def block_ranks(
    matrix: Float[np.ndarray, "m n"], blocks: Sequence[Sequence[int]], tau: float
) -> tuple[tuple[int, ...], int]:
    """`rank_tau` of every block of columns, and of all of them together.

    Args:
        matrix: any.
        blocks: sets of columns.
        tau: in its units.
    """
    used = np.array([column for block in blocks for column in block], dtype=np.intp)
    return tuple(tau_rank(matrix[:, list(block)], tau) for block in blocks), tau_rank(matrix[:, used], tau)


def whitened(
    weights: Float[np.ndarray, "m n"], used: Int[np.ndarray, " u"] | None = None
) -> Float[np.ndarray, "r n"]:
    """An orthonormal basis of the row space: `W` up to an invertible map on its left.

    Blocks of an exact direct sum have singular values 0 and 1 only here, however `W` was distorted; squares
    over all blocks add up to the rank for any partition, so that none in between means a direct sum.

    Args:
        weights: `W`.
        used: columns that take part; others are 0. All by default.
    """
    used = np.arange(weights.shape[1]) if used is None else used
    _, values, rows = np.linalg.svd(weights[:, used], full_matrices=False)
    kept = values > ROUNDING * max(values.max(initial=0.0), np.finfo(float).tiny)
    basis = np.zeros((int(kept.sum()), weights.shape[1]))
    basis[:, used] = rows[kept]
    return basis


def certified(
    weights: Float[np.ndarray, "m n"],
    blocks: Sequence[Sequence[int]],
    method: str,
    tau: float | None = None,
    noise: float | None = None,
    notes: Sequence[str] = (),
) -> Partition:
    """A proposed partition with its ranks, checked for additivity.

    With `tau`, or `noise` for `noise_tau`, ranks are those of `W` as given. With neither, `tau = 0.3` and
    the ranks are those of its unit columns, and if they do not add up, of its row space (`whitened`).

    Args:
        weights: `W`.
        blocks: disjoint sets of columns; others are left out.
        method: that proposed them.
        tau: tolerance, in the units of `W`.
        noise: standard deviation of the entries of `W`.
        notes: of the method.

    Raises:
        InputError: blocks that are empty, overlap or name no column; a `tau` that is no tolerance.
    """
    n = weights.shape[1]
    ordered = _ordered(blocks, n)
    used = np.array([column for block in ordered for column in block], dtype=np.intp)
    units = unit_columns(weights)
    tau = given_tau(tau, noise, n)
    ways = [("as given", weights)]
    shortest = float(np.linalg.norm(weights[:, used], axis=0).min(initial=np.inf))
    if tau is not None and tau > shortest / 2:
        notes = [*notes, f"tau is {tau:.3g}, a column {shortest:.3g}: ranks add up too easily to say much"]
    if tau is None:
        tau, ways = DEFAULT_TAU, [("unit columns", units), ("row space", whitened(units, used))]
    for coordinates, matrix in ways:
        ranks, rank = block_ranks(matrix, ordered, tau)
        found = Partition(
            blocks=ordered,
            ranks=ranks,
            rank=rank,
            tau=tau,
            coordinates=coordinates,
            certified=sum(ranks) == rank,
            cosine=_largest_cosine(units, ordered),
            residual=_residual(matrix, ordered, ranks),
            method=method,
            notes=tuple(notes),
        )
        if found.certified:
            break
    return found


def _ordered(blocks: Sequence[Sequence[int]], n: int) -> tuple[tuple[int, ...], ...]:
    """Blocks by their least column, columns ascending."""
    ordered = tuple(sorted(tuple(sorted(int(column) for column in block)) for block in blocks))
    seen: set[int] = set()
    for block in ordered:
        if not block:
            raise InputError("partition: an empty block; columns would be right")
        for column in block:
            if not 0 <= column < n:
                raise InputError(f"partition: column {column}; 0..{n - 1} would be right")
            if column in seen:
                raise InputError(f"partition: column {column} twice; disjoint blocks would be right")
            seen.add(column)
    return ordered


def _largest_cosine(units: Float[np.ndarray, "m n"], blocks: tuple[tuple[int, ...], ...]) -> float:
    labels = np.full(units.shape[1], -1)
    for number, block in enumerate(blocks):
        labels[list(block)] = number
    used = labels >= 0
    cosines = np.abs(units[:, used].T @ units[:, used])
    return float(np.where(labels[used][:, None] != labels[used], cosines, 0.0).max(initial=0.0))


def _residual(
    matrix: Float[np.ndarray, "m n"], blocks: tuple[tuple[int, ...], ...], ranks: tuple[int, ...]
) -> float:
    """The share of the squared entries outside of the blocks' own subspaces of their rank."""
    left_out = total = 0.0
    for block, rank in zip(blocks, ranks, strict=True):
        squares = np.linalg.svd(matrix[:, list(block)], compute_uv=False) ** 2
        left_out += float(squares[rank:].sum())
        total += float(squares.sum())
    return left_out / total if total else 0.0
