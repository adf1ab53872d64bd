"""The group a network computes, from its own answers `T[a, b] = argmax_c L[a, b, c]`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int

from empirics.circuits.irreps import NetworkGroup, network_group
from empirics.circuits.networks import TrainedNetwork
from empirics.circuits.repair import repaired_table
from theory.errors import InputError
from theory.groups.conjugacy import centre, conjugacy_classes
from theory.groups.permutations import point_dtype

__all__ = ["Answers", "AxiomFailure", "GroupReport", "answers", "first_failure", "recover_group"]

Table = Int[np.ndarray, "n n"]
TRIPLES = 2**24  # that are compared at once


@dataclass(frozen=True, eq=False)
class Answers:
    """What a network answers.

    Args:
        table: `T[a, b]`, the label with the largest logit.
        margins: largest minus second largest logit.
    """

    table: Table
    margins: Float[np.ndarray, "n n"]


@dataclass(frozen=True)
class AxiomFailure:
    """The first group axiom that a table breaks.

    Args:
        axiom: `Latin rows`, `Latin columns`, `identity` or `associativity`.
        witness: row and column that repeat an entry, or a triple `(a, b, c)`; empty for a missing identity.
        violations: rows, columns or triples that break it; 1 for a missing identity.
        message: in one line.
    """

    axiom: str
    witness: tuple[int, ...]
    violations: int
    message: str


@dataclass(frozen=True, eq=False)
class GroupReport:
    """Whether the answers are a group's.

    Args:
        table: the answers, or what repair or the caller put in their place.
        failure: of the answers; None if they are a group's.
        group: with characters; None if there is none.
        entries_changed: answers that differ from `table`.
        fraction_changed: the same as a part of all pairs.
        smallest_margin: smallest difference of the two largest logits.
        given: the table came from the caller.
    """

    table: Table
    failure: AxiomFailure | None
    group: NetworkGroup | None
    entries_changed: int
    fraction_changed: float
    smallest_margin: float
    given: bool

    @property
    def repaired(self) -> bool:
        """Whether repair made a group of answers that were none."""
        return self.group is not None and not self.given and self.entries_changed > 0

    @property
    def agreement(self) -> float:
        """Part of the pairs that the network answers as the table says."""
        return 1 - self.fraction_changed

    @property
    def class_count(self) -> int:
        """Number of conjugacy classes; 0 without a group."""
        return 0 if self.group is None else len(self.group.characters.class_sizes)

    @property
    def degrees(self) -> tuple[int, ...]:
        """Degrees of the complex irreps, in increasing order; empty without a group."""
        return () if self.group is None else tuple(sorted(self.group.characters.degrees))

    @property
    def indicators(self) -> tuple[int, ...]:
        """Frobenius-Schur indicators of the real irreps, the trivial one first; empty without a group."""
        return () if self.group is None else self.group.irreps.indicators

    @property
    def commutative(self) -> bool | None:
        """None without a group."""
        return None if self.group is None else self.class_count == self.group.order

    @property
    def centre_order(self) -> int:
        """Elements of the centre; 0 without a group."""
        return 0 if self.group is None else len(centre(conjugacy_classes(self.group.group)))

    @property
    def element_orders(self) -> dict[int, int]:
        """Number of elements of each order."""
        if self.group is None:
            return {}
        orders = self.group.group.element_orders(np.arange(self.group.order))
        return {
            int(order): int(count)
            for order, count in zip(*np.unique(orders, return_counts=True), strict=True)
        }


def answers(network: TrainedNetwork) -> Answers:
    """The table of answers and their margins, row by row.

    Args:
        network: any; of equal logits the first is its answer, with margin zero.
    """
    n = network.order
    table, margins = np.empty((n, n), dtype=np.int64), np.full((n, n), np.inf)
    for rows in network.row_chunks():
        logits = network.logits(rows)
        table[rows] = logits.argmax(-1)
        if n > 1:
            # a tenth of the time of a partition in numpy, which counts for 373 million logits
            highest = torch.from_numpy(logits).topk(2, dim=-1).values.numpy()
            margins[rows] = highest[..., 0] - highest[..., 1]
    return Answers(table, margins)


def first_failure(table: Table) -> AxiomFailure | None:
    """The first axiom that a table breaks, with a witness and the number of violations; None for a group.

    All `n^3` triples are compared, so that the number of violations is exact (shared/specs/circuits.md, 2.2).

    Args:
        table: entries in `0..n-1`.
    """
    n = len(table)
    for name, lines in (("rows", table), ("columns", table.T)):
        wrong = np.flatnonzero((np.sort(lines, axis=1) != np.arange(n)).any(1))
        if len(wrong):
            line = int(wrong[0])
            twice = int(np.argmax(np.bincount(lines[line], minlength=n) > 1))
            message = f"{name[:-1]} {line} holds {twice} twice"
            return AxiomFailure(f"Latin {name}", (line, twice), len(wrong), message)
    unit = np.arange(n)
    both = (table == unit).all(1) & (table == unit[:, None]).all(0)
    if not both.any():
        return AxiomFailure("identity", (), 1, "no element e has ex = x = xe for all x")
    return _associativity(table)


def _associativity(table: Table) -> AxiomFailure | None:
    n = len(table)
    count, witness = 0, None
    narrow = table.astype(point_dtype(n))  # a quarter of the memory traffic of n^3 look-ups
    step = max(1, TRIPLES // n**2)
    for start in range(0, n, step):
        left = narrow[table[start : start + step]]  # (ab)c at [a, b, c]
        wrong = left != np.take(narrow[start : start + step], table, axis=1)  # a(bc)
        found = int(wrong.sum())
        if found and witness is None:
            a, b, c = (int(i) for i in np.argwhere(wrong)[0])
            witness = (start + a, b, c)
        count += found
    if witness is None:
        return None
    a, b, c = witness
    left, right = table[table[a, b], c], table[a, table[b, c]]
    message = f"({a}·{b})·{c} = {left} but {a}·({b}·{c}) = {right}"
    return AxiomFailure("associativity", witness, count, message)


def recover_group(
    network: TrainedNetwork, repair: bool = False, table: Any = None, force: bool = False
) -> GroupReport:
    """The group of a network's answers.

    Args:
        network: any.
        repair: change answers until they are a group's; accepted only if all axioms hold then.
        table: what the network was trained on, if the caller knows, as an array or lists. It may hold
            anything: all of it is checked. The answers need not be a group's then.
        force: go on where the network's answers differ from `table`.

    Raises:
        InputError: `table` is no group's, not of integers in `0..n-1`, of another order, or differs from the
            answers without `force`.
    """
    found = answers(network)
    smallest = float(found.margins.min())
    if table is not None:
        return _given(network, found, _checked(table, network.order), force, smallest)
    failure = first_failure(found.table)
    if failure is None:
        group = network_group(found.table, network.source)
        return GroupReport(found.table, None, group, 0, 0.0, smallest, False)
    mended = repaired_table(found.table) if repair else None
    if mended is None or first_failure(mended) is not None:
        return GroupReport(found.table, failure, None, 0, 0.0, smallest, False)
    changed = int((mended != found.table).sum())
    group = network_group(mended, network.source)
    return GroupReport(mended, failure, group, changed, changed / mended.size, smallest, False)


def _checked(table: Any, n: int) -> Table:
    try:
        entries = np.asarray(table)
    except ValueError:  # rows of different lengths
        raise InputError(f"table: its rows differ in length; {n} rows of {n} integers are right") from None
    if entries.shape != (n, n):
        raise InputError(
            f"table: shape {list(entries.shape)}; the network has {n} elements, so [{n}, {n}] is right"
        )
    if not np.issubdtype(entries.dtype, np.integer):
        raise InputError(f"table: entries of type {entries.dtype}; integers in 0..{n - 1} are right")
    outside = np.argwhere((entries < 0) | (entries >= n))
    if len(outside):
        row, column = outside[0].tolist()
        place = f"in row {row}, column {column}"
        raise InputError(f"table: entry {entries[row, column]} {place}; integers in 0..{n - 1} are right")
    return entries.astype(np.int64)


def _given(
    network: TrainedNetwork, found: Answers, table: Table, force: bool, smallest: float
) -> GroupReport:
    n = network.order
    group = network_group(table, "table")  # says which axiom fails
    changed = int((group.table != found.table).sum())
    if changed and not force:
        raise InputError(
            f"{network.source}: answers {1 - changed / n**2:.4%} of the pairs as the given table says, "
            f"{changed} otherwise; force=True (--trust-table) goes on with the table"
        )
    failure = first_failure(found.table)
    return GroupReport(group.table, failure, group, changed, changed / n**2, smallest, True)
