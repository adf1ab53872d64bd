"""The report as one HTML page that opens without a network: a pure function of `ReportData`."""

from __future__ import annotations

import json
import re
import shlex
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from certificates.report import mathml
from certificates.report.data import ReportData
from certificates.report.plots import Figure, characters_plot, classes_plot, networks_plot, shares_plot
from certificates.report.plots.style import DARK, PAPER
from certificates.wording import evaluation_method, irrep_type, join, structure_sentence, theorem9_sentence

__all__ = ["render"]

LONGEST_IN_A_LINE = 60  # characters of an exact value that fits beside another formula
LONGEST_FORMULA = 400  # characters of an exact value; S20's cost has thousands
MOST_WEIGHTS = 8  # irreps whose weights are spelled out in a formula


def render(data: ReportData) -> str:
    """The whole page as HTML.

    Args:
        data: what it shows; every name in it is escaped.
    """
    result = data.result
    environment = Environment(
        loader=PackageLoader("certificates.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "breakable": _breakable,
        "exact": mathml.exact,
        "fromjson": json.loads,
        "group": mathml.group,
        "indexed": _indexed,
        "grouped": _grouped,
        "markup": Markup,
        "scientific": mathml.scientific,
        "sentence": _sentence,
        "share": _share,
        "spelled": _spelled,
        "type": irrep_type,
    }
    long = len(result["gamma_star_exact"]) > LONGEST_FORMULA
    used = [line for line in data.irreps if line.weight != "0"]
    stages = result["stages"]
    return environment.get_template("report.html.j2").render(
        data=data,
        result=result,
        k=result["arity"],
        figures=_figures(data),
        structure=structure_sentence(result),
        theorem9=theorem9_sentence(result),
        long=long,
        how=evaluation_method(result["network"]) if result["network"] else "",
        weights=used if len(used) <= MOST_WEIGHTS and not long else [],
        orbits=any(line.orbit_size > 1 for line in data.irreps),
        traded=any(line.orbit_size > 1 and line.share[0] < line.share[1] for line in data.irreps),
        brief=len(result["gamma_star_exact"]) <= LONGEST_IN_A_LINE,
        skipped={stage["name"]: stage["detail"] for stage in stages if stage["status"] == "skipped"},
        command=shlex.join(["gammastar", "verify", result["group"], "--arity", str(result["arity"])]),
        palette={"dark": DARK, "paper": PAPER},
        css=_asset("report.css"),
        js=_asset("report.js"),
        plotly=_plotly(),
        **_facts(result),
    )


def _figures(data: ReportData) -> dict[str, Figure]:
    """The plots by key; some are absent where there is nothing to draw."""
    drawn = [shares_plot(data), classes_plot(data)]
    if data.result["network"] is not None:
        drawn.append(networks_plot(data))
    if data.characters is not None:
        drawn.append(characters_plot(data, data.characters))
    return {figure.key: figure for figure in drawn}


def _facts(result: dict[str, Any]) -> dict[str, Any]:
    """How many facts were proved, trusted and refuted, and the words for what the numbers rest on."""
    certificate = result["certificate"]
    check = certificate["check"] if certificate else None
    statuses = [fact["status"] for fact in check["facts"]] if check else []
    proved = check is not None and check["valid"]
    taken = join([fact["name"] for fact in check["facts"] if fact["status"] == "trusted"]) if check else ""
    given = f", the {taken} taken on trust" if taken else ""
    return {
        "proved": statuses.count("proved"),
        "trusted": statuses.count("trusted"),
        "failed": statuses.count("failed"),
        "given": taken,
        "basis": f"proved in the certificate{given}"
        if proved
        else "computed exactly, not checked independently",
        "structure_basis": (
            f"Each status and each interval is proved in the certificate{given}."
            if proved
            else "The statuses were decided exactly, and not checked independently."
        ),
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


def _asset(name: str) -> Markup:
    return Markup(files("certificates.report").joinpath("templates", name).read_text(encoding="utf-8"))


def _plotly() -> Markup:
    from plotly.offline import get_plotlyjs

    return Markup(get_plotlyjs())


def _grouped(number: int | str) -> str:
    """Digits in threes, with narrow spaces, from five digits on.

    >>> _grouped(7200) , _grouped("36288000").replace("\u202f", " ")
    ('7200', '36 288 000')
    """
    digits = str(number)
    return digits if len(digits) < 5 else f"{int(digits):,}".replace(",", "\u202f")


def _spelled(number: int) -> str:
    """A small number as a word."""
    words = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[number] if number < len(words) else str(number)


def _share(share: tuple[float, float]) -> str:
    """A share in percent: one number, or an interval."""
    lower, upper = (f"{100 * end:.3f}" if end else "0" for end in share)
    return lower if share[0] == share[1] else f"{lower} – {upper}"
