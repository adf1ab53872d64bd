"""What all pages share: the frame, the style, and what a page may load."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape

from certificates.atlas.site import names
from certificates.report.environment import environment
from certificates.report.plots.style import DARK, PAPER

__all__ = ["PACKAGE", "page"]

PACKAGE = "certificates.atlas.site"

# `'self'` is enough in Chromium; where a browser counts every file as an origin of its own, `file:` lets the
# page read its neighbours, and means nothing to a page from a server
_LOCAL = "'self' file:"
# plotly sets inline styles, and draws heat maps as data: images
_ALL = f"default-src 'none'; base-uri 'none'; form-action 'none'; script-src {_LOCAL}; style-src {_LOCAL}"
POLICIES = {False: _ALL, True: f"{_ALL} 'unsafe-inline'; img-src data:"}


def page(source: str, place: str, /, *, depth: int = 0, plots: bool = False, **shown: Any) -> str:
    """A page as HTML.

    Args:
        source: its template.
        place: which entry of the navigation it belongs to.
        depth: of its folder below the site's.
        plots: whether it draws any.
        shown: what the template reads.
    """
    return (
        _environment()
        .get_template(source)
        .render(
            place=place, root="../" * depth, plots=plots, policy=POLICIES[plots], palette=_PALETTE, **shown
        )
    )


_PALETTE = {"dark": DARK, "paper": PAPER}


def _described(text: str) -> Markup:
    """Words from a docstring: `code`, indices and powers set as such.

    >>> _described("`Z_n` for n up to 10^6, <p>")
    Markup('<code>Z_n</code> for n up to 10<sup>6</sup>, &lt;p&gt;')
    """
    parts = str(escape(text)).split("`")
    for place, part in enumerate(parts):
        if place % 2:
            parts[place] = f"<code>{part}</code>"
        else:
            raised = re.sub(r"\^(?:\(([\w+]+)\)|(\w+))", lambda m: f"<sup>{m[1] or m[2]}</sup>", part)
            parts[place] = re.sub(r"\b([A-Z][a-z]*)_(\w)\b", r"\1<sub>\2</sub>", raised)
    return Markup("".join(parts))


@cache
def _environment() -> Environment:
    found = environment(PACKAGE)
    found.filters |= {
        "amount": names.amount,
        "described": _described,
        "file_size": names.file_size,
        "gain": names.gain,
        "listed": names.listed,
        "pretty": names.pretty,
        "shortened": names.shortened,
    }
    return found
