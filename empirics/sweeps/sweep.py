"""Running the jobs of a sweep: finished ones are kept, failures are isolated, tried once more and listed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from empirics.checkpoints import write_bytes
from empirics.sweeps.jobs import Job, JobResult, perform
from theory.errors import InputError

__all__ = ["Performer", "Sweep", "run_sweep"]

ATTEMPTS = 2  # of a job that fails
CONNECT_SECONDS = 10

Performer = Callable[[Job], JobResult]


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
    performed = 0
    with _engine(workers, scheduler) as submit:
        for attempt in range(ATTEMPTS):
            failed = []
            for result in _performed(waiting, submit, performer):
                performed += 1
                again = result.row is None and attempt + 1 < ATTEMPTS
                if again:
                    failed.append(result.job)
                    continue
                found[result.job.key] = result
                content = json.dumps(result.as_dict(), indent=2).encode()
                write_bytes(directory / "jobs" / f"{result.job.key}.json", content)
                if progress is not None:
                    progress(result, len(found), len(jobs))
            waiting = failed
    return Sweep(tuple(found[job.key] for job in jobs), performed)


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


def _performed(
    jobs: Sequence[Job],
    submit: Callable[[Performer, Sequence[Job]], Iterator[JobResult]],
    performer: Performer,
) -> Iterator[JobResult]:
    if jobs:
        yield from submit(performer, jobs)


@contextmanager
def _engine(
    workers: int, scheduler: str | None
) -> Iterator[Callable[[Performer, Sequence[Job]], Iterator[JobResult]]]:
    """What runs jobs: local processes, or a Dask cluster."""
    if scheduler is None:
        yield lambda performer, jobs: _local(performer, jobs, workers)
        return
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise InputError(
            "--scheduler needs dask.distributed: pip install 'gammastar[sweeps]', or leave --scheduler out"
        ) from None
    try:
        client = Client(scheduler, timeout=CONNECT_SECONDS)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(
            f"scheduler {scheduler!r}: no answer within {CONNECT_SECONDS} s: {' '.join(str(error).split())}"
        ) from None
    with client:

        def cluster(performer: Performer, jobs: Sequence[Job]) -> Iterator[JobResult]:
            # pure=False: a job that failed is done again, not remembered
            futures = {client.submit(performer, job, pure=False): job for job in jobs}
            for future in as_completed(futures):
                job = futures[future]
                error = future.exception()
                yield future.result() if error is None else JobResult(job, None, _line(error))

        yield cluster


def _local(performer: Performer, jobs: Sequence[Job], workers: int) -> Iterator[JobResult]:
    """Fresh processes, since torch and forked threads do not mix; a process that dies fails its jobs only."""
    left = list(jobs)
    while left:
        with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
            futures: dict[Future[JobResult], Job] = {
                pool.submit(performer, job): job for job in left[:workers]
            }
            left = left[workers:]
            broken = False
            try:
                while futures:
                    done, _ = wait(futures, return_when=FIRST_COMPLETED)
                    for future in done:
                        job = futures.pop(future)
                        error = future.exception()
                        broken = broken or isinstance(error, BrokenProcessPool)
                        yield future.result() if error is None else JobResult(job, None, _line(error))
                        if left and not broken:
                            following = left.pop(0)
                            futures[pool.submit(performer, following)] = following
            except BaseException:  # Ctrl-C: do not wait for the rest
                pool.shutdown(wait=False, cancel_futures=True)
                raise


def _line(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
