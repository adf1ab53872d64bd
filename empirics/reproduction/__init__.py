"""The paper's experiments and the theory's predictions, put to the test; names are loaded on first use."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from empirics.reproduction.claims import Claim, verdict
    from empirics.reproduction.experiments import FULL, QUICK, Experiment
    from empirics.reproduction.measure import Outcome, perform

__all__ = ["FULL", "QUICK", "Claim", "Experiment", "Outcome", "perform", "verdict"]

_HOMES = {
    "FULL": "experiments",
    "QUICK": "experiments",
    "Claim": "claims",
    "Experiment": "experiments",
    "Outcome": "measure",
    "perform": "measure",
    "verdict": "claims",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"empirics.reproduction.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
