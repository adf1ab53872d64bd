"""Writes the evidence on docs/findings.md from the table of the census: `python docs/findings.py`.

A block of the page between `<!-- evidence NAME -->` and `<!-- end -->` is what the function NAME of
findings_evidence.py makes of the table; with `--figure` the picture is drawn anew as well.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from findings_evidence import EVIDENCE
from findings_rows import ARITIES, KINDS, Census, load

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "findings.md"
TABLE = ROOT / "results" / "atlas" / "census.parquet"
FIGURE = ROOT / "docs" / "images" / "findings.png"
MARKED = re.compile(r"<!-- evidence (\w+) -->\n.*?<!-- end -->", re.DOTALL)


def page(text: str, census: Census) -> str:
    """The page with its evidence made anew."""

    def made(match: re.Match[str]) -> str:
        name = match.group(1)
        return f"<!-- evidence {name} -->\n{EVIDENCE[name](census)}<!-- end -->"

    return MARKED.sub(made, text)


def draw(census: Census) -> None:
    """Gain against order, and the share of groups up to an order in which the condition holds."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
    colours = dict(
        zip(KINDS, ("#888888", "#d55e00", "#e69f00", "#009e73", "#56b4e9", "#0072b2", "#000000"), strict=True)
    )
    for name, colour in colours.items():
        rows = [row for row in census.small(2) if row.kind == name]
        left.plot(
            [r.order for r in rows], [r.structure_gain for r in rows], ".", ms=4, color=colour, label=name
        )
    left.set(
        xlabel="order", ylabel="structure gain, k = 2", title="Maximum margin over the memorising network's"
    )
    left.legend(frameon=False, fontsize=8)
    for k, style in zip(ARITIES, ("-", "--", ":"), strict=True):
        rows = census.small(k)
        orders = range(2, max(row.order for row in rows) + 1)
        share = [_share(row.plancherel_optimal for row in rows if row.order <= n) for n in orders]
        right.plot(orders, share, style, color="#0072b2", label=f"k = {k}")
    right.set(
        xlabel="all groups up to this order",
        ylabel="share",
        ylim=(0, 1.03),
        title="Plancherel weights optimal",
    )
    right.legend(frameon=False)
    figure.savefig(FIGURE, dpi=120, metadata={"Software": None})


def _share(truths: Iterable[bool]) -> float:
    found = list(truths)
    return sum(found) / len(found)


if __name__ == "__main__":
    made = load([TABLE])
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), made), encoding="utf-8")
    if "--figure" in sys.argv:
        draw(made)
