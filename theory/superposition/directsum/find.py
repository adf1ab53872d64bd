"""Which features form a direct sum: several methods, one of them chosen, and what the others say."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from theory.errors import InputError, UnknownNameError
from theory.superposition.directsum.certificate import (
    DEFAULT_TAU,
    block_ranks,
    certified,
    given_tau,
    unit_columns,
    whitened,
)
from theory.superposition.directsum.gram import gram_gap, gram_rank
from theory.superposition.directsum.missing_faces import face_bound, missing_faces
from theory.superposition.directsum.partition import Attempt, Partition
from theory.superposition.directsum.row_space import row_space_gap
from theory.superposition.directsum.talk import talk
from theory.superposition.model import toy_model

__all__ = ["METHODS", "WEAK", "Finding", "compare", "find"]

WEAK = 0.2  # columns shorter than this part of the longest are left out
HULL_POINTS, HULL_FACES = 40, 2**21  # up to where `auto` computes a hull: 40 points in dimension 7

Method = Callable[[np.ndarray, float | None, float | None], Partition]


METHODS: dict[str, Method] = {
    "missing-faces": missing_faces,
    "gram-rank": gram_rank,
    "row-space": row_space_gap,
    "gram-gap": gram_gap,
    "talk": lambda weights, tau, noise: talk(weights, "column-reduced", tau=tau, noise=noise),
    "talk-projector": lambda weights, tau, noise: talk(weights, "projector", tau=tau, noise=noise),
}


@dataclass(frozen=True)
class Finding:
    """A partition of the features, and what every method that was asked said.

    Args:
        partition: the answer.
        weak: columns that are left out of it, too short to have a direction.
        attempts: of the methods, in the order of preference.
    """

    partition: Partition
    weak: tuple[int, ...]
    attempts: tuple[Attempt, ...]

    @property
    def disagreeing(self) -> tuple[Attempt, ...]:
        """Methods that found other blocks than the answer's."""
        return tuple(
            one
            for one in self.attempts
            if one.partition is not None and one.partition.blocks != self.partition.blocks
        )

    @property
    def refusals(self) -> tuple[Attempt, ...]:
        """Methods that found nothing, with their reasons."""
        return tuple(one for one in self.attempts if one.partition is None)


def find(
    weights: Float[np.ndarray, "m n"],
    method: str = "auto",
    tau: float | None = None,
    noise: float | None = None,
    weak: float = WEAK,
) -> Finding:
    """The direct sum that the features form, with its certificate.

    `auto` takes missing faces where the theorem behind them applies, for at most 40 features in 7 dimensions
    or as many faces, unless another method splits their blocks with ranks that add up. Else it takes the most
    certified blocks, of those by the gap of the row space, by the gap of the Gram matrix, and by ranks along
    the Gram matrix, first those whose ranks add up without whitening. Those that disagree are named.

    Args:
        weights: `W`, features in columns.
        method: `auto` or one of `METHODS`.
        tau: tolerance of ranks, in the units of `W`; see `certificate.certified`.
        noise: standard deviation of the entries of `W`, if it is known.
        weak: columns shorter than this part of the longest are left out.

    Raises:
        UnknownNameError: no such method.
        InputError: numbers that are not finite; or the method that was asked for refuses.
    """
    if method != "auto" and method not in METHODS:
        raise UnknownNameError(f"method {method!r}: known are auto, {', '.join(METHODS)}")
    kept, left_out = _strong(weights, weak)
    given_tau(tau, noise, len(kept))
    if len(kept) < 2:
        trivial = certified(
            weights, [[int(column)] for column in kept], "trivial", tau, noise, [_few(len(kept))]
        )
        return Finding(trivial, left_out, ())
    if method != "auto":
        (attempt,) = _attempts(weights, kept, (method,), tau, noise)
        if attempt.partition is None:
            raise InputError(attempt.reason)
        return Finding(attempt.partition, left_out, (attempt,))
    names = ["row-space", "gram-gap", "gram-rank"]
    if len(kept) <= HULL_POINTS and face_bound(weights.shape[0], len(kept)) <= HULL_FACES:
        names.insert(0, "missing-faces")
    attempts = _attempts(weights, kept, names, tau, noise)
    return Finding(_chosen(weights, attempts), left_out, attempts)


def compare(
    weights: Float[np.ndarray, "m n"],
    methods: Sequence[str] = tuple(METHODS),
    tau: float | None = None,
    noise: float | None = None,
    weak: float = WEAK,
) -> dict[tuple[tuple[int, ...], ...], tuple[Attempt, ...]]:
    """Methods by what they found, the blocks of most methods first; refusals are left out.

    Args:
        weights: `W`, features in columns.
        methods: some of `METHODS`.
        tau, noise, weak: as for `find`.

    Raises:
        UnknownNameError: no such method.
        InputError: numbers that are not finite.
    """
    for name in methods:
        if name not in METHODS:
            raise UnknownNameError(f"method {name!r}: known are {', '.join(METHODS)}")
    kept, _ = _strong(weights, weak)
    given_tau(tau, noise, len(kept))
    by_blocks: dict[tuple[tuple[int, ...], ...], list[Attempt]] = {}
    for attempt in _attempts(weights, kept, methods, tau, noise) if len(kept) else ():
        if attempt.partition is not None:
            by_blocks.setdefault(attempt.partition.blocks, []).append(attempt)
    largest_first = sorted(by_blocks.items(), key=lambda item: -len(item[1]))
    return {blocks: tuple(attempts) for blocks, attempts in largest_first}


def _strong(weights: Float[np.ndarray, "m n"], weak: float) -> tuple[Int[np.ndarray, " s"], tuple[int, ...]]:
    """Columns that take part, and those that do not."""
    if not 0 <= weak < 1:
        raise InputError(f"weak {weak:g}: a part of the longest column, in [0, 1), would be right")
    norms = np.linalg.norm(toy_model(weights).weights, axis=0)
    strong = (norms > 0) & (norms >= weak * norms.max())
    return np.flatnonzero(strong), tuple(int(column) for column in np.flatnonzero(~strong))


def _attempts(
    weights: Float[np.ndarray, "m n"],
    kept: Int[np.ndarray, " s"],
    names: Sequence[str],
    tau: float | None,
    noise: float | None,
) -> tuple[Attempt, ...]:
    made = []
    for name in names:
        start = time.perf_counter()
        try:
            found = METHODS[name](weights[:, kept], tau, noise)
        except InputError as refusal:
            made.append(Attempt(name, None, str(refusal), time.perf_counter() - start))
            continue
        blocks = tuple(tuple(int(kept[column]) for column in block) for block in found.blocks)
        made.append(Attempt(name, replace(found, blocks=blocks), "", time.perf_counter() - start))
    return tuple(made)


def _chosen(weights: Float[np.ndarray, "m n"], attempts: tuple[Attempt, ...]) -> Partition:
    """Missing faces where they apply; else the most certified blocks, in `W` rather than its row space."""
    found = [attempt.partition for attempt in attempts if attempt.partition is not None]

    def preference(one: Partition) -> tuple[bool, bool, int]:
        # a row space may tell nearly opposite columns apart by noise alone: no reason to part them
        return not one.certified, one.coordinates == "row space", -len(one.blocks)

    others = sorted((one for one in found if one.method != "missing-faces"), key=preference)
    if found[0].method != "missing-faces":
        return others[0]
    # noise breaks a square face in two, beside each vertex of another summand in another way: then the hull
    # is no join, and ranks still say what it is near to
    finer = [one for one in others if _is_certified_refinement(weights, one, found[0])]
    return finer[0] if finer else found[0]


def _is_certified_refinement(weights: Float[np.ndarray, "m n"], one: Partition, other: Partition) -> bool:
    """Whether it splits blocks of the other, joins none, and ranks add up to `m` in both coordinates.

    In one it would not do: a flat ellipse of unit columns is near to two lines, and no sum in its row space.
    """
    home = {column: number for number, block in enumerate(other.blocks) for column in block}
    nested = all(len({home[column] for column in block}) == 1 for block in one.blocks)
    if not nested or len(one.blocks) <= len(other.blocks):
        return False
    units = unit_columns(weights)
    checks = [
        block_ranks(matrix, one.blocks, DEFAULT_TAU)
        for matrix in (units, whitened(units, np.array(one.order)))
    ]
    return all(sum(ranks) == rank == len(weights) for ranks, rank in checks)


def _few(count: int) -> str:
    return "no column has a direction: no blocks" if count == 0 else "one column: one block"
