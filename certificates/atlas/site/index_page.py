"""The start page with the table of all groups, and the plain list for those without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from certificates.atlas.site.entries import Entry, Link
from certificates.atlas.site.frame import page
from certificates.atlas.site.names import amount

__all__ = ["index_page", "list_page"]

# headings of the list: up to which order
STEPS = (10, 20, 40, 60, 80, 100, 1000, 10**6)


def index_page(entries: Sequence[Entry]) -> str:
    """The start page as HTML; the table itself is made from `data.js`."""
    return page("index.html.j2", "groups", total=len(entries), figures=_figures(entries))


def _figures(entries: Sequence[Entry]) -> list[tuple[str, str]]:
    """Key figures: a number and what it counts."""
    rows = [row for entry in entries for row in entry.rows if row.cost is not None]
    two = [row for row in rows if row.arity == 2]
    decided = [row for row in two if row.theorem9_condition is not None]
    certified = sum(row.certificate_sha256 is not None for row in rows)
    figures = [
        (amount(len(entries)), "groups"),
        (amount(certified), f"certificates, for {amount(len(rows))} exact margins"),
    ]
    if decided:
        holds = sum(bool(row.theorem9_condition) for row in decided)
        figures.append(
            (
                amount(holds),
                f"of {amount(len(decided))} groups with only real irreps meet Theorem 9’s condition",
            )
        )
    if two:
        optimal = sum(bool(row.plancherel_optimal) for row in two)
        figures.append((amount(optimal), f"of {amount(len(two))} groups: Plancherel weights optimal"))
        fewer = sum(any(irrep.status != "required" for irrep in row.irreps) for row in two)
        figures.append((amount(fewer), "groups whose networks need not use every irrep"))
    return figures


def list_page(entries: Sequence[Entry]) -> str:
    """All groups as plain links, by order."""
    return page("list.html.j2", "groups", depth=1, parts=list(_parts([entry.link for entry in entries])))


def _parts(links: Sequence[Link]) -> Iterator[tuple[str, list[Link]]]:
    below = 0
    for step in (*STEPS, None):
        part = [link for link in links if below < link.order and (step is None or link.order <= step)]
        if part:
            yield (f"Order {below + 1} to {amount(step)}" if step else f"Order above {amount(below)}"), part
        below = step or below
