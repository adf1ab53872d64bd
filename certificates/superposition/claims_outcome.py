"""The claims as JSON, lines and a page."""

from __future__ import annotations

from collections import Counter

from certificates.report.superposition_page import render_claims
from certificates.run_report import versions
from certificates.superposition.outcome import Outcome
from empirics.superposition.claims.claim import Claim

__all__ = ["outcome_of"]


def outcome_of(claims: tuple[Claim, ...], seed: int, only: list[str] | None) -> Outcome:
    """What `gammastar superposition claims` prints and writes.

    Args:
        claims: as examined.
        seed: of everything that was drawn.
        only: keys that were asked for.
    """
    counts = Counter(claim.verdict for claim in claims)
    numbers = {
        claim.key: {
            "title": claim.title,
            "source": claim.source,
            "said": claim.said,
            "statement": claim.statement,
            "verdict": claim.verdict,
            "measured": [
                {"name": one.name, "value": float(one.value), "least": one.least, "most": one.most,
                 "holds": bool(one.holds)}
                for one in claim.measured
            ],
            "evidence": claim.evidence,
        }
        for claim in claims
    }  # fmt: skip
    return Outcome(
        verb="claims",
        verdict=f"{counts['true']} claims true, {counts['corrected']} corrected, {counts['open']} open",
        numbers=numbers,
        parameters={"only": only},
        seed=seed,
        lines=tuple(f"  {claim.key:4} {claim.verdict:10} {claim.title}" for claim in claims),
        figures={"report.html": render_claims(claims, seed, versions()).encode()},
    )
