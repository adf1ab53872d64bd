"""What `gammastar sweep` does between its options and its output."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from certificates import files
from certificates.cli_output import _console, _table
from certificates.cli_progress import Progress, interruptible

if TYPE_CHECKING:
    from empirics.sweeps.jobs import Job, JobResult

__all__ = ["SweepOptions", "print_sweep", "sweep"]


@dataclass(frozen=True)
class SweepOptions:
    """What the user asked for.

    Args:
        groups: expressions.
        arity: number of factors.
        presets: by name.
        seeds: 0, 1, ... for each group and preset.
        steps: other than the presets'.
        width: other than the presets'.
        workers: processes on this machine.
        scheduler: address of a Dask scheduler, or None.
    """

    groups: tuple[str, ...]
    arity: int
    presets: tuple[str, ...]
    seeds: int
    steps: int | None
    width: int | None
    workers: int
    scheduler: str | None


def sweep(options: SweepOptions, output: Path | None) -> dict[str, Any]:
    """Run the jobs that have no result yet and write the table; the JSON object of `gammastar sweep`."""
    start = time.perf_counter()
    directory = Path("gammastar-sweep") if output is None else output
    files.prepare_directory(directory, force=True)
    with Progress(verbose=True) as progress, progress.stage("sweep") as stage:
        from empirics.sweeps.sweep import run_sweep
        from empirics.sweeps.table import check_table, write_table

        check_table()
        jobs = _jobs(options)

        def tell(result: JobResult, done: int, total: int) -> None:
            fraction = result.row["fraction"] if result.row is not None else None
            outcome = result.error or (f"{fraction:.5f} of γ*" if fraction is not None else "done")
            stage.announce(f"{done}/{total} {result.job.name}: {outcome}")

        with interruptible(f"the same command goes on, its results are in {directory}"):
            found = run_sweep(
                jobs, directory, workers=options.workers, scheduler=options.scheduler, progress=tell
            )
        rows = write_table(found.results, directory / "sweep.parquet")
        stage.detail = f"{rows} of {len(jobs)} jobs, {found.performed} run now"
    return {
        "jobs": len(jobs),
        "rows": rows,
        "run_now": found.performed,
        "failures": [
            {"job": failure.job.name, "error": failure.error} for failure in found.failures
        ],
        "table": str(directory / "sweep.parquet"),
        "seconds": round(time.perf_counter() - start, 3),
        "results": [
            {"group": result.job.expression, "preset": result.job.preset, "seed": result.job.seed,
             "fraction": result.row["fraction"], "mean_purity": result.row["mean_purity"],
             "seconds": result.row["seconds"]}
            for result in found.results
            if result.row is not None
        ],
    }  # fmt: skip


def _jobs(options: SweepOptions) -> tuple[Job, ...]:
    """Every group with every preset and seed; names are checked before anything is trained."""
    from empirics.configuration import TaskName
    from empirics.presets import preset
    from empirics.sweeps.jobs import Job
    from theory.errors import InputError

    for name in ("seeds", "workers"):
        if getattr(options, name) < 1:
            raise InputError(f"{name} {getattr(options, name)}: at least 1 is right")
    for group in options.groups:
        task = TaskName("group", group, options.arity)
        task.build()
        for name in options.presets:
            if preset(name, task).task.kind != "group":
                raise InputError(f"preset {name!r}: is for sparse parity; a sweep is over groups")
    jobs = (
        Job(group, options.arity, name, seed, options.steps, options.width)
        for group in options.groups
        for name in options.presets
        for seed in range(options.seeds)
    )
    return tuple(dict.fromkeys(jobs))


def print_sweep(result: dict[str, Any]) -> None:
    """A line a group and preset, then the failures."""
    console = _console()
    console.print(f"{result['rows']} of {result['jobs']} jobs have a row", style="bold")
    console.print()
    table = _table("group", "preset", "<seeds", "<least", "<median", "<mean purity")
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for line in result["results"]:
        groups.setdefault((line["group"], line["preset"]), []).append(line)
    for (group, preset), lines in groups.items():
        known = sorted(line["fraction"] for line in lines if line["fraction"] is not None)
        least, middle = (f"{known[0]:.5f}", f"{known[len(known) // 2]:.5f}") if known else ("–", "–")
        purity = sum(line["mean_purity"] for line in lines) / len(lines)
        table.add_row(Text(group), preset, str(len(lines)), least, middle, f"{purity:.5f}")
    console.print(table)
    for failure in result["failures"]:
        console.print(f"failed: {failure['job']}: {failure['error']}", style="red", soft_wrap=True)
    console.print()
    console.print(f"table  {result['table']}", soft_wrap=True)
