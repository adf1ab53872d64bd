"""What the plots of the findings page draw: a point a group, taken from the rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from certificates.atlas.site.entries import Entry
from certificates.atlas.site.lines import counted

__all__ = ["BLOCK", "KINDS", "Block", "Point", "blocks", "points"]

KINDS = ("abelian", "nilpotent, not abelian", "solvable, not nilpotent", "not solvable")
BLOCK = 10  # orders a bar


@dataclass(frozen=True)
class Point:
    """A group with two factors.

    Args:
        key: of its page.
        name: as the row has it.
        order: `|G|`.
        kind: one of `KINDS`.
        gain: structure gain.
        irreps: nontrivial ones, a complex pair counted once.
        required: how many of them every max-margin network uses.
        possible: how many of them some use and some do not.
        theorem9: whether its condition holds; None where it does not speak of the group.
        plancherel: whether the Plancherel weights are optimal.
        small: whether it stands in the collection of all groups up to an order.
    """

    key: str
    name: str
    order: int
    kind: str
    gain: float
    irreps: int
    required: int
    possible: int
    theorem9: bool | None
    plancherel: bool
    small: bool


def points(entries: Iterable[Entry]) -> list[Point]:
    """The groups that have a margin with two factors, in the order of the entries."""
    found = []
    for entry in entries:
        for row in entry.rows:
            if row.arity == 2 and row.structure_gain is not None:
                found.append(
                    Point(
                        key=entry.head.key,
                        name=entry.link.name,
                        order=row.order,
                        kind=_kind(row.properties),
                        gain=row.structure_gain,
                        irreps=len(row.irreps),
                        required=counted(row, "required"),
                        possible=counted(row, "possible"),
                        theorem9=row.theorem9_condition,
                        plancherel=bool(row.plancherel_optimal),
                        small="small groups" in entry.collections,
                    )
                )
    return found


def _kind(properties: Sequence[str]) -> str:
    for name, kind in zip(("abelian", "nilpotent", "solvable"), KINDS, strict=False):
        if name in properties:
            return kind
    return KINDS[-1]


@dataclass(frozen=True)
class Block:
    """The small groups of some consecutive orders.

    Args:
        first: least order.
        last: largest.
        counts: groups for which Theorem 9's condition holds; further ones for which the Plancherel weights
            are optimal; the others.
    """

    first: int
    last: int
    counts: tuple[int, int, int]

    @property
    def orders(self) -> str:
        """As a label."""
        return f"{self.first}–{self.last}"


def blocks(of: Iterable[Point]) -> list[Block]:
    """Groups of the collection of all groups, by tens of orders; the trivial group has no margin."""
    found: dict[int, list[Point]] = {}
    for point in of:
        if point.small:
            found.setdefault((point.order - 1) // BLOCK, []).append(point)
    return [
        Block(
            first=max(2, number * BLOCK + 1),
            last=(number + 1) * BLOCK,
            counts=(
                sum(point.theorem9 is True for point in group),
                sum(point.theorem9 is not True and point.plancherel for point in group),
                sum(point.theorem9 is not True and not point.plancherel for point in group),
            ),
        )
        for number, group in sorted(found.items())
    ]
