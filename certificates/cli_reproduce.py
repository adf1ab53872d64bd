"""What `gammastar reproduce` does between its options and its output."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from rich.text import Text

from certificates import files
from certificates.cli_output import _console, _table
from certificates.cli_progress import Progress, interruptible
from certificates.result import dump

__all__ = ["print_reproduced", "reproduce"]


def reproduce(
    full: bool, output: Path | None, device: str, only: list[str], seeds: int | None = None
) -> dict[str, Any]:
    """Run the experiments that are not over yet, and write one page about all; the command's JSON object.

    Args:
        full: the long set.
        output: the folder; experiments that are over there are not run again.
        device: `auto`, `cpu` or `cuda`.
        only: names of the experiments to run; all if empty.
        seeds: at most so many networks an experiment.
    """
    name = "full" if full else "quick"
    directory = Path(f"gammastar-reproduce-{name}") if output is None else output
    files.prepare_directory(directory, force=True)
    outcomes = []
    with Progress(verbose=True) as progress:
        from certificates.cli_train import Watch
        from certificates.run_report import versions
        from empirics.reproduction.measure import perform, stored_outcome
        from empirics.runs import resolve_device

        experiments = _chosen(full, only, seeds)
        where = resolve_device(device)
        for number, experiment in enumerate(experiments):
            folder = directory / experiment.name
            stored = stored_outcome(experiment, folder)
            if stored is not None:
                outcomes.append(stored)
                continue
            with progress.stage(experiment.name) as stage:
                watch = Watch(stage, experiment.topic != "relu", f"{number + 1}/{len(experiments)} ")
                command = f"gammastar reproduce --{name} -o {directory}" + _options(only, seeds)
                with interruptible(f"the same command goes on: {command}"):
                    found = perform(experiment, folder, where, watch.tell)
                outcomes.append(found.as_dict())
                stage.detail = _tally([found.as_dict()])
        with progress.stage("figures and page") as stage:
            from certificates.report.reproduction_page import render_reproduction
            from empirics.reproduction.figures import draw_reproduction

            pictures = draw_reproduction(experiments, directory, stage.tell)
            result = _result(name, outcomes, where, versions())
            page = render_reproduction(result, pictures)
            files.write_all(directory, {"results.json": dump(result) + "\n", "report.html": page})
    return result | {"report": str(directory / "report.html")}


def _chosen(full: bool, only: list[str], seeds: int | None) -> Any:
    from dataclasses import replace
    from difflib import get_close_matches

    from empirics.reproduction.experiments import FULL, QUICK
    from theory.errors import UnknownNameError

    experiments = FULL if full else QUICK
    known = [experiment.name for experiment in experiments]
    for name in only:
        if name not in known:
            near = get_close_matches(name, known, 3, 0.4) or known
            raise UnknownNameError(f"experiment {name!r}: there is none; did you mean {', '.join(near)}?")
    chosen = (experiment for experiment in experiments if not only or experiment.name in only)
    return tuple(replace(found, seeds=min(found.seeds, seeds or found.seeds)) for found in chosen)


def _options(only: list[str], seeds: int | None) -> str:
    names = "".join(f" --only {name}" for name in only)
    return names + (f" --seeds {seeds}" if seeds else "")


def _result(
    name: str, outcomes: list[dict[str, Any]], device: str, versions: dict[str, str]
) -> dict[str, Any]:
    verdicts = [claim["verdict"] for outcome in outcomes for claim in outcome["claims"]]
    return {
        "set": name,
        "device": device,
        "versions": versions,
        # of all sittings: experiments that were over before this one count too
        "seconds": round(sum(outcome["seconds"] for outcome in outcomes), 1),
        "claims": len(verdicts),
        "reproduced": verdicts.count("reproduced"),
        "experiments": outcomes,
    }


def _tally(outcomes: list[dict[str, Any]]) -> str:
    verdicts = [claim["verdict"] for outcome in outcomes for claim in outcome["claims"]]
    return f"{verdicts.count('reproduced')} of {len(verdicts)} claims reproduced"


def print_reproduced(result: dict[str, Any]) -> None:
    """Every claim beside its measurement."""
    console = _console()
    console.print(
        f"{result['reproduced']} of {result['claims']} claims reproduced ({result['seconds']:.0f} s)",
        style="bold",
    )
    for outcome in result["experiments"]:
        console.print()
        console.print(f"{outcome['title']} ({outcome['seconds']:.0f} s)", style="bold", soft_wrap=True)
        table = _table("~claim", "<claimed", "<measured", "verdict")
        for claim in outcome["claims"]:
            style = "" if claim["verdict"] == "reproduced" else "bold red"
            table.add_row(
                Text(claim["statement"]),
                f"{claim['paper']:g}",
                f"{claim['ours']:.5g}",
                Text(claim["verdict"], style=style),
            )
        console.print(table)
    console.print()
    console.print(f"report  {result['report']}", soft_wrap=True)
    sys.stdout.flush()
