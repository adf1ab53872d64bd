"""Running the jobs of a sweep: finished ones are kept, failures are isolated, tried once more and listed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from empirics.files import write_bytes
from empirics.sweeps.engine import outcomes
from empirics.sweeps.jobs import Job, JobResult, perform
from theory.errors import InputError

__all__ = ["Performer", "Sweep", "run_sweep"]

Performer = Callable[[Job], dict[str, Any]]  # a job's row of the table


@dataclass(frozen=True)
class Sweep:
    """What came of a sweep.

    Args:
        results: one a job, in the order of the jobs.
        performed: how many were run in this sitting.
    """

    results: tuple[JobResult, ...]
    performed: int

    @property
    def failures(self) -> tuple[JobResult, ...]:
        """Jobs without a row."""
        return tuple(result for result in self.results if result.row is None)


def run_sweep(
    jobs: Sequence[Job],
    directory: Path,
    *,
    workers: int = 2,
    scheduler: str | None = None,
    performer: Performer = perform,
    progress: Callable[[JobResult, int, int], None] | None = None,
) -> Sweep:
    """Run the jobs that have no result yet.

    Every result is written as soon as it is there, to `directory/jobs/KEY.json`; a sweep that was interrupted
    goes on where it was, and running a finished one again does nothing. Jobs that failed in an earlier
    sitting are tried again.

    Args:
        jobs: without repetitions.
        directory: of the sweep.
        workers: processes on this machine.
        scheduler: address of a Dask scheduler, which is used instead.
        performer: what does a job; must be importable by other processes.
        progress: called with each result, the number of jobs done and the number of jobs.

    Raises:
        InputError: the scheduler does not answer, dask.distributed is missing, or a result is damaged.
    """
    found = {job.key: stored for job in jobs if (stored := _stored(directory, job)) is not None}
    waiting = [job for job in jobs if job.key not in found]
    for outcome in outcomes(waiting, performer, workers=workers, scheduler=scheduler):
        result = JobResult(outcome.job, outcome.value, outcome.error)
        found[result.job.key] = result
        content = json.dumps(result.as_dict(), indent=2).encode()
        write_bytes(directory / "jobs" / f"{result.job.key}.json", content)
        if progress is not None:
            progress(result, len(found), len(jobs))
    return Sweep(tuple(found[job.key] for job in jobs), len(waiting))


def _stored(directory: Path, job: Job) -> JobResult | None:
    path = directory / "jobs" / f"{job.key}.json"
    if not path.exists():
        return None
    try:
        result = JobResult.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: no result of a job: {error}; remove it to run the job again") from None
    if result.job != job:
        raise InputError(f"{path}: is the result of another job; remove it to run this one again")
    return result if result.row is not None else None
