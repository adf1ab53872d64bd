"""The report of a training run: what was reached, what it proves, what every part of the network is."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from certificates.report.environment import page_assets, template
from certificates.report.plots.training import training_plots
from certificates.wording import decimals

if TYPE_CHECKING:
    from empirics.figures.data import RunFigures

__all__ = ["NEARLY", "render_run"]

NEARLY = 0.999  # of gamma*; from here on a network counts as one of maximum margin, up to what is proved


def render_run(
    result: dict[str, Any], figures: RunFigures, configuration: dict[str, Any], versions: dict[str, str]
) -> str:
    """The page as HTML.

    Args:
        result: the JSON object of `gammastar train`.
        figures: what is drawn.
        configuration: of the run, as JSON.
        versions: of the programs, by name.
    """
    checks = result["checks"]
    return template("run.html.j2").render(
        result=result,
        verdict=_verdict(result),
        figures=training_plots(figures),
        checks=checks,
        failed=[check for check in checks if not check["holds"]],
        excluded=[check for check in checks if "excluded" in check["name"]],
        settings=_settings(configuration),
        versions=versions,
        decimals=decimals,
        command=_command(result, configuration),
        **page_assets(),
    )


def _verdict(result: dict[str, Any]) -> dict[str, str]:
    """Word, tone and sentence at the top of the page."""
    fraction = result["fraction"]
    if any(not check["holds"] for check in result["checks"]):
        sentence = "A theorem fails on this network, which means a bug in gammastar: please report it."
        return {"word": "Contradiction", "tone": "refuted", "sentence": sentence}
    if fraction is None:
        sentence = "There is no theorem about ReLU here: what follows is measured, nothing is proved."
        return {"word": "Measured", "tone": "partly", "sentence": sentence}
    if result["proves_nothing"]:
        sentence = "Some input is misclassified, so the margin proves nothing about the network."
        return {"word": "Margin not positive", "tone": "refuted", "sentence": sentence}
    word, tone = ("Maximum margin", "verified") if fraction >= NEARLY else ("Below the maximum", "partly")
    sentence = (
        f"The margin alone proves that the neurons' mean purity is at least "
        f"{result['certified_mean_purity']:.5f}; measured {result['mean_purity']:.5f}."
    )
    return {"word": word, "tone": tone, "sentence": sentence}


def _settings(configuration: dict[str, Any]) -> dict[str, str]:
    """The configuration as name and text, the method's settings among the rest."""
    flat = {**configuration, **configuration["settings"]}
    flat.pop("settings")
    flat.pop("task")
    return {name.replace("_", " "): _text(value) for name, value in flat.items()}


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return "–" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _command(result: dict[str, Any], configuration: dict[str, Any]) -> str:
    words = ["gammastar", "train", result["group"], "--arity", str(result["arity"])]
    words += ["--method", result["method"], "--width", str(result["width"])]
    words += ["--steps", str(result["steps"]), "--activation", result["activation"]]
    seeds = configuration["seeds"]
    words += ["--seed", str(seeds[0])] + (["--seeds", str(len(seeds))] if len(seeds) > 1 else [])
    return shlex.join(words)
