"""Maximum margins, exactly: the program, its optimum, the structure of all optima; loaded on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from theory.margins.exact import solve
    from theory.margins.plancherel import plancherel_optimal, theorem9_condition
    from theory.margins.program import reference_cost
    from theory.margins.radicals import RadicalSum
    from theory.margins.solution import ClassStatus, IrrepStatus, MarginSolution, Structure
    from theory.margins.stability import StabilityBounds

__all__ = [
    "ClassStatus",
    "IrrepStatus",
    "MarginSolution",
    "RadicalSum",
    "StabilityBounds",
    "Structure",
    "plancherel_optimal",
    "reference_cost",
    "solve",
    "theorem9_condition",
]

_HOMES = {
    "ClassStatus": "solution",
    "IrrepStatus": "solution",
    "MarginSolution": "solution",
    "RadicalSum": "radicals",
    "StabilityBounds": "stability",
    "Structure": "solution",
    "plancherel_optimal": "plancherel",
    "reference_cost": "program",
    "solve": "exact",
    "theorem9_condition": "plancherel",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
