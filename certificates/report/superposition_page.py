"""The report on superposition: a section for every claim."""

from __future__ import annotations

import base64
from collections import Counter
from typing import TYPE_CHECKING

from certificates.report.environment import page_assets, template

if TYPE_CHECKING:
    from empirics.superposition.claims.claim import Claim, Measured

__all__ = ["render_claims"]

TONES = {"true": "proved", "corrected": "trusted", "open": "failed"}


def render_claims(claims: tuple[Claim, ...], seed: int, versions: dict[str, str]) -> str:
    """The page as HTML, pictures in it.

    Args:
        claims: in the order shown.
        seed: of everything that was drawn.
        versions: of the programs, by name.
    """
    counts: Counter[str] = Counter(claim.verdict for claim in claims)
    return template("superposition.html.j2").render(
        claims=claims,
        counts={word: counts[word] for word in TONES},
        tones=TONES,
        pictures={
            claim.key: {caption: _embedded(picture) for caption, picture in claim.pictures.items()}
            for claim in claims
        },
        number=_number,
        bounds=_bounds,
        seed=seed,
        versions=versions,
        css=page_assets()["css"],
    )


def _embedded(picture: bytes) -> str:
    kind = "gif" if picture.startswith(b"GIF") else "png"
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"


def _number(value: float) -> str:
    digits = 7 if value == 0 or abs(value) >= 1e-3 else 3
    return f"{value:.{digits}g}".replace("-", "−")


def _bounds(one: Measured) -> str:
    if one.least is not None and one.least == one.most:
        return _number(one.least)
    bounds = (("≥", one.least), ("≤", one.most))
    return ", ".join(f"{sign} {_number(bound)}" for sign, bound in bounds if bound is not None) or "–"
