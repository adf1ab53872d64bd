"""The census: batches of groups on processes or a cluster; what is done is kept, what fails is done again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from certificates.atlas.catalogue import Subject, families, small_groups
from certificates.atlas.perform import Batch, BatchResult, Failure, perform
from certificates.atlas.records import CensusRow
from certificates.atlas.store import Store, check_pyarrow, table_bytes
from empirics.files import write_bytes
from theory.errors import InputError

__all__ = ["Census", "Plan", "run_census"]

BATCH_GROUPS = 24  # groups of one process of GAP
SMALL_BATCH = 8  # of groups that take seconds each, so that every process has something to do
LARGE = {"symmetric", "alternating", "extraspecial", "sporadic", "simple"}

Performer = Callable[[Batch], BatchResult]


@dataclass(frozen=True)
class Plan:
    """What a census is to hold.

    Args:
        max_order: all groups up to this order; 0 for none.
        collections: families, by name.
        arities: numbers of factors.
        reference: whether GAP is asked about the families too; without it they need no GAP, except those
            that come from its table library.
    """

    max_order: int
    collections: tuple[str, ...]
    arities: tuple[int, ...]
    reference: bool


@dataclass(frozen=True)
class Census:
    """What came of a census.

    Args:
        rows: of the groups of the plan, in the order of the table.
        performed: how many groups were done in this sitting.
        failures: groups without rows.
    """

    rows: tuple[CensusRow, ...]
    performed: int
    failures: tuple[Failure, ...]


def run_census(
    plan: Plan,
    directory: Path,
    *,
    workers: int = 2,
    scheduler: str | None = None,
    performer: Performer = perform,
    progress: Callable[[str, int, int], None] | None = None,
) -> Census:
    """Do what is left of a plan and write the merged table of all that the folder holds.

    Results are written batch by batch; an interrupted census goes on where it was, one that is done is not
    done again. A group that fails is done once more alone, and is tried again in the next sitting.

    Args:
        plan: what to do.
        directory: of the census.
        workers: processes on this machine.
        scheduler: address of a Dask scheduler, which is used instead.
        performer: what does a batch; must be importable by other processes.
        progress: called with what was done last, the number of groups done and the number of groups; before
            the first batch, too, with "".

    Raises:
        InputError: GAP is missing or the library does not reach that far, the folder holds something else
            or is damaged, the scheduler does not answer, the disk is full.
    """
    from empirics.sweeps.engine import outcomes

    check_pyarrow()
    store = Store(directory, plan.arities)
    subjects = _subjects(plan)
    store.open()
    done = store.done()
    wanted = {subject.key for subject in subjects}
    left = [subject for subject in subjects if subject.key not in done]
    finished = len(subjects) - len(left)
    if progress is not None:
        progress("", finished, len(subjects))
    failures: list[Failure] = []
    for alone in (False, True):
        batches = list(_batches(left, plan, alone=alone))
        failures = []
        for outcome in outcomes(batches, performer, workers=workers, scheduler=scheduler, attempts=1):
            failed = outcome.value.failures if outcome.value is not None else _all(outcome.job, outcome.error)
            failures += failed
            if outcome.value is not None:
                store.add(outcome.job.subjects[0].collection, outcome.value.rows, outcome.value.certificates)
                finished += len({row.key for row in outcome.value.rows})
            if progress is not None:
                progress(outcome.job.subjects[-1].expression, finished, len(subjects))
        left = [failure.subject for failure in failures]
    rows = store.rows()  # of other plans in the same folder, too
    write_bytes(directory / "census.parquet", table_bytes(rows))
    own = tuple(row for row in rows if row.key in wanted)
    return Census(own, finished - len(wanted & done), tuple(failures))


def _subjects(plan: Plan) -> list[Subject]:
    from certificates.atlas.reference import library_counts

    found = list(small_groups(library_counts(plan.max_order))) if plan.max_order else []
    found += families(plan.collections)
    if not found:
        raise InputError("a census of nothing; give --max-order N, --families, or both")
    return found


def _batches(subjects: Sequence[Subject], plan: Plan, *, alone: bool) -> Iterator[Batch]:
    """Subjects of one collection that share a process of GAP, or each by itself."""
    for collection, members in groupby(subjects, key=lambda subject: subject.collection):
        size = 1 if alone else SMALL_BATCH if collection in LARGE else BATCH_GROUPS
        row = list(members)
        for start in range(0, len(row), size):
            chosen = tuple(row[start : start + size])
            asked = plan.reference or collection == "small groups"
            yield Batch(chosen[0].key, chosen, plan.arities, asked)


def _all(batch: Batch, error: str) -> Sequence[Failure]:
    return [Failure(subject, error) for subject in batch.subjects]


def counted(census: Census) -> dict[str, int]:
    """Groups, those whose every certificate passed the checker, those without one, and failures."""
    by_key: dict[str, list[CensusRow]] = {}
    for row in census.rows:
        by_key.setdefault(row.key, []).append(row)
    # nothing is claimed of the trivial group, so nothing is left to check
    kinds = Counter(
        "checked" if all(row.certificate_sha256 or row.order == 1 for row in rows) else "beyond"
        for rows in by_key.values()
    )
    return {
        "groups": len(by_key) + len(census.failures),
        "failed": len(census.failures),
        "checked": kinds["checked"],
        "without_certificate": kinds["beyond"],
    }
