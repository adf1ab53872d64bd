"""What `gammastar parity` does between its options and its output."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from certificates import files
from certificates.cli_output import _console, _table
from certificates.cli_progress import Progress
from certificates.cli_train import TrainOptions, configure, run_keys, run_training
from certificates.result import dump

if TYPE_CHECKING:
    from empirics.runs import Run

__all__ = ["measure", "parity", "print_parity"]

READ = {  # key of the JSON object: what it says
    "mean_support": "energy on the relevant bits",
    "mean_magnitude": "smallest over largest weight on them",
    "mean_antisymmetry": "antisymmetry of the output weights",
    "mean_sign": "sign condition",
    "mean_alignment": "alignment",
}


def parity(
    bits: int, arity: int, options: TrainOptions, output: Path | None, *, resume: bool, force: bool
) -> dict[str, Any]:
    """Train on sparse parity and measure what came out; the JSON object of `gammastar parity`."""
    directory = files.default_directory(f"{bits}-{arity}", "parity") if output is None else output
    files.prepare_directory(directory, force=force or resume)
    from empirics.configuration import TaskName
    from empirics.runs import stored_configuration
    from theory.errors import InputError
    from theory.margins.parity import maximum_margin

    task = TaskName("parity", "", arity, bits)
    task.build()
    configuration = configure(task, options, stored_configuration(directory) if resume else None)
    if configuration.activation.value != "power":
        raise InputError("parity: the theory is for the activation x^k; leave --activation out")
    with Progress(verbose=True) as progress:
        with progress.stage("training") as stage:
            gamma_star = float(maximum_margin(arity))
            command = f"gammastar parity {bits} {arity}"
            run = run_training(configuration, directory, resume, gamma_star, stage, command)
            stage.detail = f"{configuration.settings.steps} steps, {configuration.width} neurons"
        with progress.stage("comparison"):
            return measure(run)


def measure(run: Run) -> dict[str, Any]:
    """Measure every network of a run on sparse parity, and write result.json and the certificate."""
    from certificates.issue import canonical
    from certificates.issue_parity import issue_parity
    from empirics.parity_reading import compare_parity
    from empirics.tasks import ParityTask
    from theory.errors import LimitError

    assert isinstance(run.task, ParityTask)
    compared = [compare_parity(run.task, run.final.member(i)) for i in range(len(run.final))]
    best = max(range(len(compared)), key=lambda member: compared[member].fraction)
    result = compared[best].as_dict() | run_keys(run, best)
    result["seeds"] = [
        {"seed": seed, "normalised_margin": found.margin.normalised, "fraction": found.fraction}
        for seed, found in zip(run.configuration.seeds, compared, strict=True)
    ]
    texts: dict[str, str] = {}
    try:
        texts |= {"certificate.json": canonical(issue_parity(run.task.bits, run.task.arity))}
        result["certificate"] = str(run.directory / "certificate.json")
    except LimitError as error:
        print(f"no certificate: {error}", file=sys.stderr)
    files.write_all(run.directory, {**texts, "result.json": dump(result) + "\n"})
    return result


def print_parity(result: dict[str, Any]) -> None:
    """The outcome of `parity`: how close the margin came, and the conditions of Theorem 8."""
    console = _console()
    console.print(
        f"({result['bits']}, {result['arity']})-parity: {result['width']} neurons, {result['steps']} steps, "
        f"{result['seconds']:.1f} s: {result['fraction']:.6f} of γ* = {result['gamma_star_exact']}",
        style="bold",
        soft_wrap=True,
    )
    if result["proves_nothing"]:
        console.print("Some input is misclassified, so the margin proves nothing.")
    else:
        console.print(
            "The margin alone proves that the neurons have on average at least "
            f"{result['certified_mean_support']:.5f} of their energy on the relevant bits.",
            soft_wrap=True,
        )
    console.print()
    table = _table("one in every max-margin network", "<measured")
    for key, words in READ.items():
        table.add_row(words, f"{result[key]:.6f}")
    console.print(table)
    console.print()
    console.print(f"run          {result['run']}", soft_wrap=True)
    if "certificate" in result:
        console.print(f"certificate  {result['certificate']}", soft_wrap=True)
