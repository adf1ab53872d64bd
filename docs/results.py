"""Writes the tables of docs/results.md from the committed results: `python docs/results.py`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "results.md"
MARKED = re.compile(r"<!-- (quick|cpu|full) -->\n.*?<!-- end -->", re.DOTALL)


def tables(document: dict[str, Any]) -> str:
    """One table an experiment: claim, claimed, measured, verdict."""
    versions = ", ".join(f"{name} {version}" for name, version in document["versions"].items())
    text = (
        f"{document['reproduced']} of {document['claims']} claims reproduced, on {document['device']}, "
        f"{document['seconds']:.0f} s in all; {versions}.\n\n"
    )
    for experiment in document["experiments"]:
        seeds = f"{experiment['seeds']} seed" + "s" * (experiment["seeds"] > 1)
        text += f"**{experiment['title']}** ({seeds}, {experiment['seconds']:.0f} s)\n\n"
        text += "| claim | source | claimed | measured | verdict |\n|---|---|---|---|---|\n"
        for claim in experiment["claims"]:
            measured = f"{claim['ours']:.5g}"
            if claim["interval"]:
                measured += " ({:.5g} to {:.5g})".format(*claim["interval"])
            relation = "" if claim["relation"] == "equal" else f"{claim['relation']} "
            tolerance = f" ± {claim['tolerance']:g}" if claim["tolerance"] else ""
            cells = (
                claim["statement"].replace("|", "\\|"),
                claim["source"],
                f"{relation}{claim['paper']:g}{tolerance}",
                measured,
                claim["verdict"],
            )
            text += "| " + " | ".join(cells) + " |\n"
        text += "\n"
    return text


def page(text: str) -> str:
    """The page with its tables made anew."""

    def made(match: re.Match[str]) -> str:
        path = ROOT / "results" / match.group(1) / "results.json"
        made_anew = tables(json.loads(path.read_text(encoding="utf-8")))
        return f"<!-- {match.group(1)} -->\n{made_anew}<!-- end -->"

    return MARKED.sub(made, text)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
