"""The verdict on a network: a function of measured numbers and stated thresholds, and nothing else.

Three tests that can fail independently: the answers are a group's multiplication; key irreps account for the
logits (loss, answers and variance, all three: a positive sum of characters with trivial common kernel
answers every product rightly, so that restricted accuracy alone proves nothing); and the network needs them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import isfinite, log
from typing import Any, Literal

__all__ = ["Evidence", "Thresholds", "Verdict", "VerdictWord", "judge"]

VerdictWord = Literal["explained", "partly explained", "not explained"]


@dataclass(frozen=True)
class Thresholds:
    """What a network has to meet.

    Args:
        loss_ratio: restricted loss over the network's own, at most, for "explained".
        agreement: of the restricted logits' answers with the network's own, at least, for "explained".
        share: of the variance of the logits on product directions of key irreps, at least, for "explained".
        partial_share: the same for "partly explained".
        needed: excluded loss, at least, as a part of `log n`, the loss of an even guess.
    """

    loss_ratio: float = 2.0
    agreement: float = 1.0
    share: float = 0.9
    partial_share: float = 0.3
    needed: float = 0.5


@dataclass(frozen=True)
class Evidence:
    """What is judged.

    Args:
        order: `n`.
        group_valid: the answers are a group's table, perhaps after repair.
        group_reason: what is wrong with them otherwise.
        entries_changed: by repair.
        loss: cross-entropy of the network over all pairs.
        restricted_loss: of the product directions of key irreps, bias-corrected.
        agreement: part of the pairs on which these answer as the network does.
        product_share: of the variance of the logits, centred twice, on these directions.
        character_share: the same on the characters of key irreps.
        excluded_loss: of the network without these directions.
    """

    order: int
    group_valid: bool
    group_reason: str = ""
    entries_changed: int = 0
    loss: float = float("nan")
    restricted_loss: float = float("nan")
    agreement: float = float("nan")
    product_share: float = float("nan")
    character_share: float = float("nan")
    excluded_loss: float = float("nan")


@dataclass(frozen=True)
class Verdict:
    """The verdict with its reasons, one sentence a test."""

    word: VerdictWord
    reasons: tuple[str, ...]
    thresholds: Thresholds

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {"verdict": self.word, "reasons": list(self.reasons), "thresholds": asdict(self.thresholds)}


def judge(evidence: Evidence, thresholds: Thresholds | None = None) -> Verdict:
    """Judge a network.

    >>> judge(Evidence(5, False, "no identity")).word
    'not explained'
    """
    chosen = thresholds or Thresholds()
    if not evidence.group_valid:
        return Verdict("not explained", (f"group: {evidence.group_reason}",), chosen)
    repaired = evidence.entries_changed
    reasons = [
        f"group: valid, {repaired} answer{'s' * (repaired != 1)} repaired" if repaired else "group: valid"
    ]
    measured = (evidence.loss, evidence.restricted_loss, evidence.product_share, evidence.excluded_loss)
    if not all(isfinite(value) for value in measured):
        reasons.append("logits: no key irreps, or logits that do not depend on the input")
        return Verdict("not explained", tuple(reasons), chosen)
    tests = _tests(evidence, chosen)
    reasons += [text for text, _ in tests]
    needs_them = tests[-1][1]
    if all(holds for _, holds in tests) and not repaired:
        word: VerdictWord = "explained"
    elif evidence.product_share >= chosen.partial_share and needs_them:
        word = "partly explained"
    else:
        word = "not explained"
    return Verdict(word, tuple(reasons), chosen)


def _tests(evidence: Evidence, chosen: Thresholds) -> list[tuple[str, bool]]:
    """Sentence and outcome: share, loss, answers, need; the last is the causal one."""
    limit, needed = chosen.loss_ratio * evidence.loss, chosen.needed * log(evidence.order)
    rows = [
        (
            f"share: key irreps hold {evidence.product_share:.4f} of the variance of the logits on functions "
            f"of (ab, c), {evidence.character_share:.4f} as characters",
            evidence.product_share >= chosen.share,
            f"at least {chosen.share:g} is asked for",
        ),
        (
            f"loss: {evidence.restricted_loss:.4g} from key irreps alone, {evidence.loss:.4g} in full",
            evidence.restricted_loss <= limit,
            f"at most {limit:.4g} is asked for",
        ),
        (
            f"answers: {evidence.agreement:.6f} of them agree with the network's own",
            evidence.agreement >= chosen.agreement,
            f"at least {chosen.agreement:g} is asked for",
        ),
        (
            f"need: without key irreps the loss is {evidence.excluded_loss:.4g}",
            evidence.excluded_loss >= needed,
            f"at least {needed:.4g} shows that they are needed",
        ),
    ]
    return [(text if holds else f"{text}; {wanted}", holds) for text, holds, wanted in rows]
