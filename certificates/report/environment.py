"""What the pages of reports share: templates, filters, style, script and plotting library."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from certificates.report import mathml
from certificates.report.plots.style import DARK, PAPER
from certificates.wording import grouped, irrep_type

__all__ = ["asset", "environment", "page_assets", "plotly_library", "template"]

PACKAGE = "certificates.report"


def template(name: str) -> Template:
    """A template of the report; every name in it is escaped."""
    return environment().get_template(name)


@cache
def environment(package: str = PACKAGE) -> Environment:
    """The templates of a package, with the filters of the report; every name in them is escaped.

    Args:
        package: whose `templates` folder is searched first; then the report's.
    """
    made = Environment(
        loader=ChoiceLoader([PackageLoader(place) for place in dict.fromkeys([package, PACKAGE])]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "breakable": _breakable,
        "exact": mathml.exact,
        "fromjson": json.loads,
        "group": mathml.group,
        "indexed": _indexed,
        "grouped": grouped,
        "markup": Markup,
        "scientific": mathml.scientific,
        "sentence": _sentence,
        "share": _share,
        "spelled": _spelled,
        "type": irrep_type,
    }
    return made


def page_assets() -> dict[str, Any]:
    """Style, script and plotting library of a page that opens without a network."""
    return {
        "palette": {"dark": DARK, "paper": PAPER},
        "css": Markup(asset("report.css")),
        "js": Markup(asset("report.js")),
        "plotly": Markup(plotly_library()),
    }


def _breakable(name: str) -> Markup:
    """The name of a class, which may break after a comma or a cycle."""
    text = escape(name)
    return Markup(str(text).replace(",", ",<wbr>").replace(")", ")<wbr>"))


def _indexed(text: str) -> Markup:
    """Words with `d_1`, `nu_j` set with indices.

    >>> _indexed("degrees d_1 < d_2")
    Markup('degrees <i>d</i><sub>1</sub> &lt; <i>d</i><sub>2</sub>')
    >>> _indexed("Dic_(m/4)")
    Markup('<i>Dic</i><sub>m/4</sub>')
    """
    markup = re.sub(r"\b(\w+)_\(([\w/]+)\)", r"<i>\1</i><sub>\2</sub>", str(escape(text)))
    return Markup(re.sub(r"\b(\w+)_(\w+)\b", r"<i>\1</i><sub>\2</sub>", markup))


def _sentence(text: str) -> str:
    """A text as a sentence: its first letter large, a full stop at its end."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def asset(name: str, package: str = PACKAGE) -> str:
    """The text of a style sheet or script in a `templates` folder."""
    return files(package).joinpath("templates", name).read_text(encoding="utf-8")


def plotly_library() -> str:
    """The plotting library as a script."""
    from plotly.offline import get_plotlyjs

    library: str = get_plotlyjs()
    return library


def _spelled(number: int) -> str:
    """A small number as a word."""
    words = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[number] if number < len(words) else str(number)


def _share(share: tuple[float, float]) -> str:
    """A share in percent: one number, or an interval."""
    lower, upper = (f"{100 * end:.3f}" if end else "0" for end in share)
    return lower if share[0] == share[1] else f"{lower} – {upper}"
