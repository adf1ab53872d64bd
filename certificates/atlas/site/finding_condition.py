"""Where the published condition holds: shares of all groups, by order."""

from __future__ import annotations

from collections.abc import Sequence

from certificates.atlas.site.finding import LEGEND, Finding
from certificates.atlas.site.finding_data import BLOCK, Block, Point, blocks
from certificates.atlas.site.names import amount
from certificates.report.plots.style import EXCLUDED, POSSIBLE, REQUIRED, Figure, plain

__all__ = ["condition_finding"]

HEIGHT = 420
WORDS = (
    "Theorem 9’s condition holds",
    "only the Plancherel weights are optimal",
    "not optimal",
)


def condition_finding(of: Sequence[Point]) -> Finding | None:
    """The share of groups for which Theorem 9's condition holds, by order; None without the small groups."""
    found = blocks(of)
    if not found:
        return None
    seen = _seen(of, found)
    return Finding(
        title="Where the published condition holds",
        seen=seen,
        figure=Figure(
            key="condition",
            caption="All groups up to an order, two factors: for which share the condition of Theorem "
            "9 of arXiv:2311.07568 holds; for which it does not, or some irrep is not real, and the weights "
            "d²/|G| are optimal all the same; and for which these are not.",
            alternative="Stacked bars, by order. " + " ".join(seen),
            plot=_plot(found),
            height=HEIGHT,
        ),
        heads=("orders", "groups", *WORDS),
        body=tuple((block.orders, amount(sum(block.counts)), *map(amount, block.counts)) for block in found),
    )


def _plot(found: Sequence[Block]) -> str:
    traces = [
        {
            "type": "bar",
            "name": word,
            "x": [block.orders for block in found],
            "y": [100 * block.counts[place] / sum(block.counts) for block in found],
            "marker": {"color": colour},
            "customdata": [
                f"orders {block.orders}: {block.counts[place]} of {sum(block.counts)} groups<br>{word}"
                for block in found
            ],
            "hovertemplate": "%{customdata}<extra></extra>",
        }
        for place, (word, colour) in enumerate(zip(WORDS, (REQUIRED, POSSIBLE, EXCLUDED), strict=True))
    ]
    return plain(
        traces,
        HEIGHT,
        {"title": f"orders, by {BLOCK}", "type": "category", "showgrid": False},
        {"title": "share of the groups, %", "range": [0, 100]},
        barmode="stack",
        bargap=0.15,
        showlegend=True,
        legend={**LEGEND, "traceorder": "normal"},
    )


def _seen(of: Sequence[Point], found: Sequence[Block]) -> tuple[str, ...]:
    applies, optimal, neither = (sum(block.counts[place] for block in found) for place in range(3))
    total = applies + optimal + neither

    def of_all(count: int) -> str:
        return f"{amount(count)} ({100 * count / total:.1f} %)"

    largest = max(point.order for point in of if point.small)
    abelian = [point for point in of if point.small and point.kind == "abelian"]
    right = sum(point.plancherel for point in abelian)
    return (
        f"Of the {amount(total)} nontrivial groups of order up to {largest} here, the condition holds for "
        f"{of_all(applies)}; for {of_all(optimal)} more some irrep is not real, or an inequality is not "
        f"strict, and the Plancherel weights are optimal all the same; for {of_all(neither)} they are not.",
        f"They are optimal for {amount(right)} of the {amount(len(abelian))} abelian groups among them.",
    )
