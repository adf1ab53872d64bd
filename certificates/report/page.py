"""The report as one HTML page that opens without a network: a pure function of `ReportData`."""

from __future__ import annotations

import shlex
from typing import Any

from certificates.report.data import ReportData
from certificates.report.environment import page_assets, template
from certificates.report.plots import Figure, characters_plot, classes_plot, networks_plot, shares_plot
from certificates.wording import evaluation_method, join, structure_sentence, theorem9_sentence

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
    long = len(result["gamma_star_exact"]) > LONGEST_FORMULA
    used = [line for line in data.irreps if line.weight != "0"]
    stages = result["stages"]
    return template("report.html.j2").render(
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
        **page_assets(),
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
