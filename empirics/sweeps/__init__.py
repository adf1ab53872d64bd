"""Many training runs, on this machine's processes or on a Dask cluster; names are loaded on first use."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from empirics.sweeps.jobs import Job, JobResult, perform
    from empirics.sweeps.sweep import Sweep, run_sweep
    from empirics.sweeps.table import write_table

__all__ = ["Job", "JobResult", "Sweep", "perform", "run_sweep", "write_table"]

_HOMES = {
    "Job": "jobs",
    "JobResult": "jobs",
    "Sweep": "sweep",
    "perform": "jobs",
    "run_sweep": "sweep",
    "write_table": "table",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"empirics.sweeps.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
