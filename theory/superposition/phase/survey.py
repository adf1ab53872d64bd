"""All that happens between superposition and dedication as the importance grows from 0 to 1."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from theory.superposition.phase.candidates import boundary
from theory.superposition.phase.transitions import (
    Jump,
    Transition,
    critical_end_importance,
    inner_jump,
    saturation_importance,
    transition,
)
from theory.superposition.phase.tricritical import SignChange, sign_changes

__all__ = ["IMPORTANCES", "SurveyRow", "TransitionSurvey", "survey"]

IMPORTANCES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.57, 0.6, 0.7, 0.8, 0.89, 0.95, 0.98, 1.0)


@dataclass(frozen=True, eq=False)
class SurveyRow:
    """One importance.

    Args:
        transition: to dedication.
        candidate: the density at which the closed forms put it.
        inner: the transition between weak and strong superposition, if there is one.
    """

    transition: Transition
    candidate: float
    inner: Jump | None


@dataclass(frozen=True, eq=False)
class TransitionSurvey:
    """The transitions of two features in one dimension.

    Args:
        lower: tricritical; from first order to continuous. Proved by interval arithmetic.
        upper: tricritical; back to first order. Proved likewise.
        end: importance up to which dedication loses to strong superposition at once; by global minimisation.
        saturation: importance from which dedication never wins; by global minimisation.
        rows: by importance.
    """

    lower: SignChange
    upper: SignChange
    end: float
    saturation: float
    rows: tuple[SurveyRow, ...]


def survey(
    importances: tuple[float, ...] | None = None, tell: Callable[[str], None] | None = None
) -> TransitionSurvey:
    """Both tricritical points, the critical end point, and transitions at some importances.

    Args:
        importances: `r` in (0, 1]; `IMPORTANCES` by default.
        tell: called with what is done now.

    Raises:
        InputError: an importance is not in (0, 1].
    """
    say = tell or (lambda text: None)
    say("signs of the cubic coefficient")
    lower, upper = sign_changes()
    # a jump would come before the local transition if the quartic coefficient were negative here
    assert (lower.rising, upper.rising) == (True, False)
    assert lower.quartic.sign == upper.quartic.sign == 1
    say("critical end point")
    end, saturation = critical_end_importance(), saturation_importance()
    rows = []
    for importance in IMPORTANCES if importances is None else importances:
        say(f"r = {importance:g}")
        found = transition(importance)
        rows.append(SurveyRow(found, boundary(importance), inner_jump(importance)))
    return TransitionSurvey(lower, upper, end, saturation, tuple(rows))
