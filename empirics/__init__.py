"""Training networks and comparing what they learn with the theory; names are loaded on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from empirics.comparison import Comparison, compare
    from empirics.configuration import AscentSettings, Configuration, RecipeSettings, TaskName
    from empirics.margins import measure_margin
    from empirics.networks import Activation, NetworkStack
    from empirics.parity_reading import compare_parity
    from empirics.presets import preset
    from empirics.runs import Run, load_run, train
    from empirics.tasks import group_task, parity_task

__all__ = [
    "Activation",
    "AscentSettings",
    "Comparison",
    "Configuration",
    "NetworkStack",
    "RecipeSettings",
    "Run",
    "TaskName",
    "compare",
    "compare_parity",
    "group_task",
    "load_run",
    "measure_margin",
    "parity_task",
    "preset",
    "train",
]

_HOMES = {
    "Activation": "networks",
    "AscentSettings": "configuration",
    "Comparison": "comparison",
    "Configuration": "configuration",
    "NetworkStack": "networks",
    "RecipeSettings": "configuration",
    "Run": "runs",
    "TaskName": "configuration",
    "compare": "comparison",
    "compare_parity": "parity_reading",
    "group_task": "tasks",
    "load_run": "runs",
    "measure_margin": "margins",
    "parity_task": "tasks",
    "preset": "presets",
    "train": "runs",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"empirics.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
