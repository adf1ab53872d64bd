"""Jobs for tests of sweeps; a module of its own, so that other processes can import it."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from empirics.sweeps.jobs import Job
from theory.errors import InputError


def row(job: Job) -> dict[str, Any]:
    """A row without training, after a moment; says in a file that it was done, and by whom."""
    folder = Path(os.environ["SWEEP_TEST_FOLDER"])
    with (folder / f"{job.seed}.log").open("a") as stream:
        stream.write(f"{os.getpid()}\n")
    time.sleep(0.2)
    if job.expression == "fails":
        raise InputError("fails on purpose")
    if job.expression == "dies":
        os._exit(3)
    return {"key": job.key, "seed": job.seed, "group": job.expression}


def slow_row(job: Job) -> dict[str, Any]:
    """The same, slowly enough to be killed in the middle."""
    found = row(job)
    time.sleep(0.4)
    return found
