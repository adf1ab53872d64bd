"""The page of a reproduction: every claim, what was measured, the verdict, and a picture or two."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from certificates.report.environment import page_assets, template

__all__ = ["render_reproduction"]


def render_reproduction(result: dict[str, Any], pictures: dict[str, dict[str, bytes]]) -> str:
    """The page as HTML, its pictures inside.

    Args:
        result: the JSON object of `gammastar reproduce`.
        pictures: PNG files by experiment and name.
    """
    encoded = {
        name: {key: f"data:image/png;base64,{b64encode(content).decode()}" for key, content in drawn.items()}
        for name, drawn in pictures.items()
    }
    words = {
        "margin": "Normalised margin over training.",
        "budget": "Norm budget by irrep: predicted, measured, and what the margin certifies.",
        "power": "Maximum normalised power of all weight vectors, before and after training.",
        "neurons": "Neurons by frequency.",
        "weights": "One neuron's first input weights and their power spectrum.",
        "path": "Margin of regularised minima as λ falls; the line is the minimum that theory predicts.",
    }
    return template("reproduction.html.j2").render(
        result=result, pictures=encoded, words=words, css=page_assets()["css"]
    )
