"""Explaining other people's networks against the goals of its issue; needs the data pack."""

from __future__ import annotations

import os
import resource
import tempfile
import time
from pathlib import Path

from benchmarks.measure import Row

__all__ = ["rows"]

HEADING = "explain, with report and figures, on two cores"
GOALS = {
    "mod_addition_no_wd_model.pth": 15.0,
    "low_precision_mod_addition.pth": 15.0,
    "C113_MLP_seed1/model.pt": 15.0,
    "D61_MLP_seed1/model.pt": 15.0,
    "S5_T_seed1/model.pt": 15.0,
    "S5_MLP_seed1/model.pt": 30.0,
    "S5_MLP_seed4/model.pt": 30.0,
}
MEMORY_GOAL = 3.0  # GiB, order 720


def rows() -> list[Row]:
    """Seconds of `gammastar explain` on each network of the data pack, and memory at order 720."""
    data = Path(os.environ.get("GAMMASTAR_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not data.is_dir():
        raise SystemExit(f"{data}: absent; set GAMMASTAR_DATA to the folder of foreign checkpoints")
    found = [_explained(data / name, goal) for name, goal in GOALS.items()]
    return [*found, _memory()]


def _explained(path: Path, goal: float) -> Row:
    """One run in this process; imports are paid by the first network."""
    from certificates.cli_explain import ExplainOptions, explain

    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        explain(path, ExplainOptions(repair=True), Path(folder), force=True)
        seconds = time.perf_counter() - started
    name = path.parent.name if path.stem == "model" else path.stem
    return Row(HEADING, name, seconds, goal, "goal", seconds)


def _memory() -> Row:
    """Peak of a child process that analyses a random network on the elements of S6, table given."""
    import subprocess
    import sys

    program = """
import numpy as np, torch
from theory.groups.naming import resolve
from empirics.circuits.loading import load_network
from empirics.circuits.explain import explain
group = resolve("S6").build()
x = np.arange(720)
table = np.asarray(group.multiply(x[:, None], x[None]))
torch.manual_seed(0)
state = {"W_x": (720, 64), "W_y": (720, 64), "W": (128, 64), "W_U": (64, 720)}
network = load_network({name: torch.randn(shape) / shape[0] ** 0.5 for name, shape in state.items()})
explain(network, table=table, force=True)
"""
    subprocess.run([sys.executable, "-c", program], check=True)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    return Row(
        "explain, order 720: peak memory", "random network on S6", peak, MEMORY_GOAL, "goal", peak, "GiB"
    )
