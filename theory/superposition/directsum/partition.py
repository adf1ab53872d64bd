"""What every method of detection returns: a partition of the features, and its certificate."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Attempt", "Partition"]


@dataclass(frozen=True)
class Partition:
    """Blocks of features whose spans are claimed to be independent.

    Args:
        blocks: column indices, by least column; weak features are in none.
        ranks: `rank_tau(W_B)`, beside `blocks`.
        rank: `rank_tau(W)`.
        tau: tolerance that ranks were counted at.
        coordinates: of the matrix that they are ranks of: `as given`, `unit columns` or `row space`.
        certified: ranks add up. One block always is; that says nothing.
        cosine: largest `|cos|` between columns of two blocks; 0 for an orthogonal sum.
        residual: share of the squared entries outside of the blocks' own subspaces of these ranks.
        method: that proposed the blocks.
        notes: what a reader should know of how.
    """

    blocks: tuple[tuple[int, ...], ...]
    ranks: tuple[int, ...]
    rank: int
    tau: float
    coordinates: str
    certified: bool
    cosine: float
    residual: float
    method: str
    notes: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[int, ...]:
        """Columns, block after block."""
        return tuple(column for block in self.blocks for column in block)


@dataclass(frozen=True)
class Attempt:
    """What one method said.

    Args:
        method: its name.
        partition: None if it refused.
        reason: why it refused; empty if it did not.
        seconds: that it took.
    """

    method: str
    partition: Partition | None
    reason: str
    seconds: float
