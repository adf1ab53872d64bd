"""Running jobs on this machine's processes or on a Dask cluster: failures stay alone, tried once more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Generic, TypeVar

from theory.errors import InputError

__all__ = ["ATTEMPTS", "Outcome", "outcomes"]

ATTEMPTS = 2  # of a job that fails
CONNECT_SECONDS = 10

_Job = TypeVar("_Job")
_Value = TypeVar("_Value")
_Attempt = Callable[[Callable[[Any], Any], Sequence[Any]], Iterator[Any]]


@dataclass(frozen=True)
class Outcome(Generic[_Job, _Value]):
    """What came of a job.

    Args:
        job: which one.
        value: what the performer returned; None if it failed.
        error: why it failed, in one line; "" if it did not.
    """

    job: _Job
    value: _Value | None
    error: str


def outcomes(
    jobs: Sequence[_Job],
    performer: Callable[[_Job], _Value],
    *,
    workers: int,
    scheduler: str | None = None,
    attempts: int = ATTEMPTS,
) -> Iterator[Outcome[_Job, _Value]]:
    """Perform jobs; each outcome is yielded as soon as it stands, those of jobs that failed at the end.

    Args:
        jobs: values that can be sent to other processes.
        performer: does one job; a function that other processes can import. What it raises fails its job
            only, and so does the death of its process.
        workers: processes on this machine.
        scheduler: address of a Dask scheduler, which is used instead.
        attempts: how often a job that fails is tried.

    Raises:
        InputError: the scheduler does not answer, or dask.distributed is missing.
    """
    waiting: Sequence[_Job] = jobs
    if not waiting:
        return
    with _engine(workers, scheduler) as attempted:
        for attempt in range(attempts):
            failed = []
            for outcome in attempted(performer, waiting):
                if outcome.error and attempt + 1 < attempts:
                    failed.append(outcome.job)
                else:
                    yield outcome
            waiting = failed


@contextmanager
def _engine(workers: int, scheduler: str | None) -> Iterator[_Attempt]:
    """What runs jobs: local processes, or a Dask cluster."""
    if scheduler is None:
        yield lambda performer, jobs: _local(performer, jobs, workers)
        return
    try:
        from distributed import Client
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
        yield lambda performer, jobs: _cluster(client, performer, jobs)


def _cluster(
    client: Any, performer: Callable[[_Job], _Value], jobs: Sequence[_Job]
) -> Iterator[Outcome[_Job, _Value]]:
    from distributed import as_completed

    # pure=False: a job that failed is done again, not remembered
    futures = {client.submit(performer, job, pure=False): job for job in jobs}
    for future in as_completed(list(futures)):
        yield _outcome(futures.pop(future), future)
        future.release()  # what it returned leaves the workers' memory


def _local(
    performer: Callable[[_Job], _Value], jobs: Sequence[_Job], workers: int
) -> Iterator[Outcome[_Job, _Value]]:
    """Fresh processes, since torch and forked threads do not mix; a process that dies fails its jobs only."""
    left = list(jobs)
    while left:
        with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
            futures: dict[Future[_Value], _Job] = {pool.submit(performer, job): job for job in left[:workers]}
            left = left[workers:]
            broken = False
            try:
                while futures:
                    done, _ = wait(futures, return_when=FIRST_COMPLETED)
                    for future in done:
                        job = futures.pop(future)
                        broken = broken or isinstance(future.exception(), BrokenProcessPool)
                        yield _outcome(job, future)
                        if left and not broken:
                            following = left.pop(0)
                            futures[pool.submit(performer, following)] = following
            except BaseException:  # Ctrl-C: do not wait for the rest
                pool.shutdown(wait=False, cancel_futures=True)
                raise


def _outcome(job: _Job, future: Any) -> Outcome[_Job, Any]:
    error = future.exception()
    if error is None:
        return Outcome(job, future.result(), "")
    return Outcome(job, None, " ".join(f"{type(error).__name__}: {error}".split()))
