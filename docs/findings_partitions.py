"""Partitions and degrees of the irreps of symmetric and alternating groups, for docs/findings.md."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod


def partitions(n: int, most: int | None = None) -> Iterator[tuple[int, ...]]:
    """Partitions of n, largest first."""
    if n == 0:
        yield ()
    for part in range(min(n, most or n), 0, -1):
        for rest in partitions(n - part, part):
            yield (part, *rest)


def conjugate(partition: tuple[int, ...]) -> tuple[int, ...]:
    """The transposed partition."""
    return tuple(sum(part > i for part in partition) for i in range(partition[0]))


def degree(partition: tuple[int, ...]) -> int:
    """Degree of the irrep of the symmetric group, by hooks."""
    columns = conjugate(partition)
    hooks = prod(part - j + columns[j] - i - 1 for i, part in enumerate(partition) for j in range(part))
    return prod(range(1, sum(partition) + 1)) // hooks


def restricted_degree(partition: tuple[int, ...]) -> int:
    """Degree of the irreps of the alternating group below it."""
    return degree(partition) // (2 if partition == conjugate(partition) else 1)
