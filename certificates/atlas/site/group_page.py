"""The page of a group: its margins by number of factors, its character table, its certificates."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from certificates.atlas.records import CensusRow
from certificates.atlas.site import lines, names
from certificates.atlas.site.entries import Entry, Link
from certificates.atlas.site.frame import page
from certificates.report.plots import Figure, characters_plot, classes_plot, shares_plot
from certificates.wording import structure_sentence, theorem9_sentence

if TYPE_CHECKING:
    from certificates.report.data import Characters

__all__ = ["GroupView", "certificate_name", "group_page"]

LONGEST_FORMULA = 400  # characters of an exact value; S20's cost has thousands
MOST_SAME = 12  # groups with the same table that are named
MOST_CLASSES_DRAWN = 600
FULL = 2  # factors: the section with the classes drawn and every table open


@dataclass(frozen=True)
class GroupView:
    """What a page shows.

    Args:
        entry: the group.
        before: the group before it in the table; None for the first.
        after: the next one.
        same: other groups whose character table has the same digest.
        held: size of the packed certificate by number of factors, of those that lie in the site.
        characters: its character table, where it can be drawn.
    """

    entry: Entry
    before: Link | None
    after: Link | None
    same: tuple[Link, ...]
    held: Mapping[int, int]
    characters: Characters | None = None


@dataclass(frozen=True)
class Section:
    """The part of a page on one number of factors."""

    row: CensusRow
    irreps: tuple[lines.IrrepsTogether, ...]
    classes: tuple[lines.ClassesTogether, ...]
    figures: tuple[Figure, ...]
    structure: str
    theorem9: str
    long: bool
    file: str | None
    packed: int
    checked: str
    make: str

    @property
    def orbits(self) -> bool:
        """Whether shares of orbits and of their members differ."""
        return any(len(line.labels) > 1 for line in self.irreps)


def certificate_name(row: CensusRow) -> str:
    """The file of a row's certificate in the folder `certificates`, packed: plain, they take a gigabyte."""
    return f"{row.key}-k{row.arity}.json.gz"


def group_page(view: GroupView) -> str:
    """The page as HTML; every name in it is escaped."""
    head = view.entry.head
    sections = tuple(_section(row, view) for row in view.entry.rows if row.gamma_star is not None)
    return page(
        "group.html.j2",
        "groups",
        depth=1,
        plots=bool(sections),
        view=view,
        head=head,
        name=names.pretty(view.entry.link.name),
        also=tuple(dict.fromkeys(names.pretty(name) for name in view.entry.also)),
        sections=sections,
        same=view.same[:MOST_SAME],
        more_same=len(view.same) - MOST_SAME,
        characters=view.characters,
        character_figure=_characters(sections, view.characters),
        class_names=("identity", *(one.name for one in head.classes)),
        full=FULL,
    )


def _section(row: CensusRow, view: GroupView) -> Section:
    data = lines.report_data(row)
    drawn = [shares_plot(data)]
    if row.arity == FULL and len(data.classes) <= MOST_CLASSES_DRAWN:
        drawn.append(classes_plot(data))
    result: dict[str, Any] = lines.result_of(row)
    name = certificate_name(row)
    own, is_held = name.removesuffix(".gz"), row.arity in view.held
    return Section(
        row=row,
        irreps=lines.irrep_lines(row),
        classes=lines.class_lines(row),
        figures=tuple(replace(figure, key=f"{figure.key}-{row.arity}") for figure in drawn),
        structure=structure_sentence(result),
        theorem9=theorem9_sentence(result),
        long=len(row.gamma_star_exact) > LONGEST_FORMULA,
        file=name if is_held else None,
        packed=view.held.get(row.arity, 0),
        checked=name if is_held else own,
        make=shlex.join(["gammastar", "certify", row.expression, "--arity", str(row.arity), "-o", own]),
    )


def _characters(sections: tuple[Section, ...], characters: Characters | None) -> Figure | None:
    if characters is None or not sections:
        return None
    return characters_plot(lines.report_data(sections[0].row), characters)
