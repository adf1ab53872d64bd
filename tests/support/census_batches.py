"""Batches for tests of the census; a module of its own, so that other processes can import it."""

from __future__ import annotations

import os
import time
from pathlib import Path

from certificates.atlas.perform import Batch, BatchResult, Failure, perform


def logged(batch: Batch) -> BatchResult:
    """The real thing; says in a file that it was done, and by whom."""
    with (Path(os.environ["SWEEP_TEST_FOLDER"]) / f"{batch.name}.log").open("a") as stream:
        stream.write(f"{os.getpid()}\n")
    return perform(batch)


def slow(batch: Batch) -> BatchResult:
    """The same, slowly enough to be killed in the middle."""
    found = logged(batch)
    time.sleep(0.5)
    return found


def spoiled(batch: Batch) -> BatchResult:
    """Z4 always fails, and a batch with Z6 and others fails as a whole."""
    names = [subject.expression for subject in batch.subjects]
    if "Z6" in names and len(names) > 1:
        raise RuntimeError("the whole batch")
    found = logged(batch)
    failed = tuple(Failure(subject, "spoiled") for subject in batch.subjects if subject.expression == "Z4")
    return BatchResult(tuple(row for row in found.rows if row.expression != "Z4"), found.certificates, failed)
