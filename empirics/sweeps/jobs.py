"""One job of a sweep: a group, a preset and a seed, trained and compared in a process of its own."""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

__all__ = ["Job", "JobResult", "perform"]


@dataclass(frozen=True)
class Job:
    """What is trained; equal jobs have equal keys, in any session and on any machine.

    Args:
        expression: the group as typed.
        arity: number of factors.
        preset: by name.
        seed: of the network.
        steps: other than the preset's; None for its own.
        width: other than the preset's.
    """

    expression: str
    arity: int
    preset: str
    seed: int
    steps: int | None = None
    width: int | None = None

    @property
    def key(self) -> str:
        """A digest of the job: the name of its file."""
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:20]

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.expression}, preset {self.preset}, seed {self.seed}"


@dataclass(frozen=True)
class JobResult:
    """What came of a job: a row of the table, or the reason why there is none.

    Args:
        job: which one.
        row: columns of the table; None if the job failed.
        error: one line; "" if it did not.
    """

    job: Job
    row: dict[str, Any] | None
    error: str

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {"job": asdict(self.job), "row": self.row, "error": self.error}

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> JobResult:
        """Read it back."""
        return cls(Job(**document["job"]), document["row"], document["error"])


def perform(job: Job, threads: int = 1) -> dict[str, Any]:
    """Train and compare: the job's row of the table.

    Args:
        job: what to do.
        threads: of torch; processes share the machine.
    """
    from empirics.comparison import compare
    from empirics.configuration import TaskName
    from empirics.networks import Activation
    from empirics.presets import preset
    from empirics.reproduction.experiments import Experiment, Topic, configuration_of
    from empirics.runs import train
    from empirics.tasks import GroupTask
    from theory.characters.library import character_table
    from theory.margins.exact import solve

    task = TaskName("group", job.expression, job.arity)
    chosen = preset(job.preset, task)
    topic: Topic = "relu" if chosen.activation is Activation.RELU else "group"
    experiment = Experiment(job.key, job.name, topic, task, job.preset, 1, job.steps, job.width)
    configuration = replace(configuration_of(experiment, "cpu"), seeds=(job.seed,), threads=threads)
    solution = solve(character_table(job.expression), job.arity)
    with tempfile.TemporaryDirectory(prefix="gammastar-sweep-") as folder:
        run = train(configuration, Path(folder), gamma_star=solution.gamma_star)
        assert isinstance(run.task, GroupTask)
        found = compare(run.task, run.final, solution, configuration.activation).as_dict()
        seconds = run.seconds
    kept = (
        "group", "arity", "gamma_star", "normalised_margin", "fraction", "margin_error", "mean_purity",
        "certified_mean_purity", "trivial_share", "mean_rank_one", "mean_matching", "width",
    )  # fmt: skip
    irreps = [
        {
            "label": use["label"],
            "degree": use["degree"],
            "indicator": use["indicator"],
            "status": use["status"],
            "share": use["share"],
            "predicted_low": use["predicted"][0],
            "predicted_high": use["predicted"][1],
            "neurons": use["neurons"],
        }
        for use in found["irreps"]
    ]
    return {
        "key": job.key,
        "preset": job.preset,
        "seed": job.seed,
        "steps": configuration.settings.steps,
        "seconds": seconds,
        **{name: found[name] for name in kept},
        "irreps": irreps,
    }
