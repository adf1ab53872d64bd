"""Sweeps: nothing is lost, nothing is done twice, failures stay alone; on processes and on a real cluster."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from clusters import Cluster, local_cluster

from empirics.sweeps.jobs import Job, JobResult, perform
from empirics.sweeps.sweep import run_sweep
from empirics.sweeps.table import write_table
from theory.errors import InputError

HERE = Path(__file__).parents[1] / "support"


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Other processes find the jobs of these tests, and the folder where they say what they did."""
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.setenv("SWEEP_TEST_FOLDER", str(tmp_path))


def jobs(count: int, expression: str = "Z3") -> list[Job]:
    return [Job(expression, 2, "ascent", seed) for seed in range(count)]


def test_processes_finish_all_jobs_and_a_second_sitting_does_nothing(tmp_path: Path) -> None:
    from sweep_jobs import row

    told: list[tuple[int, int]] = []
    first = run_sweep(
        jobs(4), tmp_path, performer=row, progress=lambda result, done, total: told.append((done, total))
    )
    assert [result.job.seed for result in first.results] == [0, 1, 2, 3]
    assert (first.performed, first.failures) == (4, ())
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    second = run_sweep(jobs(4), tmp_path, performer=row)
    assert second.results == first.results
    assert second.performed == 0
    (tmp_path / "jobs" / f"{jobs(4)[2].key}.json").unlink()
    assert run_sweep(jobs(4), tmp_path, performer=row).performed == 1


def test_failures_are_tried_once_more_and_stay_alone(tmp_path: Path) -> None:
    from sweep_jobs import row

    mixed = [*jobs(2), Job("fails", 2, "ascent", 7), Job("Z3", 2, "ascent", 8)]
    found = run_sweep(mixed, tmp_path, performer=row)
    assert [result.job.seed for result in found.failures] == [7]
    assert found.failures[0].error == "InputError: fails on purpose"
    assert len((tmp_path / "7.log").read_text().split()) == 2
    assert len((tmp_path / "8.log").read_text().split()) == 1


def test_a_process_that_dies_takes_no_other_job_with_it(tmp_path: Path) -> None:
    from sweep_jobs import row

    mixed = [Job("dies", 2, "ascent", 9), *jobs(3)]
    found = run_sweep(mixed, tmp_path, performer=row, workers=1)
    assert [result.job.seed for result in found.failures] == [9]
    assert [result.row is not None for result in found.results] == [False, True, True, True]


def test_a_real_job_and_its_row() -> None:
    job = Job("Z3", 2, "ascent", 1, steps=300, width=24)
    row = perform(job)
    assert 0.9 < row["fraction"] < 1.001
    result = JobResult(job, row, "")
    assert JobResult.from_dict(json.loads(json.dumps(result.as_dict()))) == result
    with pytest.raises(InputError, match="Nonsense"):
        perform(Job("Nonsense", 2, "ascent", 1))


def test_the_table(tmp_path: Path) -> None:
    job = Job("Z3", 2, "ascent", 1, steps=20, width=8)
    good = JobResult(job, perform(job), "")
    rows = write_table([good, JobResult(Job("Z4", 2, "ascent", 0), None, "no")], tmp_path / "sweep.parquet")
    table = pq.read_table(tmp_path / "sweep.parquet")
    assert rows == table.num_rows == 1
    (line,) = table.to_pylist()
    assert good.row is not None
    assert line == good.row
    assert line["irreps"][0]["label"] == "1b"
    write_table([], tmp_path / "empty.parquet")
    assert pq.read_schema(tmp_path / "empty.parquet") == table.schema


@pytest.mark.parametrize("text", ["{", "{}", '{"job": 3, "row": 1, "error": ""}'])
def test_a_damaged_result_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / f"{jobs(1)[0].key}.json").write_text(text)
    with pytest.raises(InputError, match="remove it to run the job again"):
        run_sweep(jobs(1), tmp_path)


def test_a_scheduler_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("empirics.sweeps.engine.CONNECT_SECONDS", 0.5)
    with pytest.raises(InputError, match=r"scheduler 'tcp://127.0.0.1:9': no answer"):
        run_sweep(jobs(1), tmp_path, scheduler="tcp://127.0.0.1:9")


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with local_cluster() as found:
        yield found


def test_a_cluster_survives_the_death_of_a_worker(cluster: Cluster, tmp_path: Path) -> None:
    from sweep_jobs import slow_row

    address, workers = cluster
    killed: list[int] = []

    def kill(result: JobResult, done: int, total: int) -> None:
        if done == 2:
            workers[0].send_signal(signal.SIGKILL)
            killed.append(workers[0].pid)
            time.sleep(0.1)

    found = run_sweep(jobs(8), tmp_path, scheduler=address, performer=slow_row, progress=kill)
    assert killed
    assert found.failures == ()
    assert [result.job.seed for result in found.results] == list(range(8))
    by = {int(line) for seed in range(8) for line in (tmp_path / f"{seed}.log").read_text().split()}
    assert by == {worker.pid for worker in workers}  # both worked
    assert len(list((tmp_path / "jobs").glob("*.json"))) == 8
