"""Perform an experiment: train, compare every network with the theory, state the claims."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from empirics.comparison import Comparison, compare
from empirics.configuration import RecipeSettings
from empirics.files import write_bytes
from empirics.metrics import Measurement
from empirics.parity_reading import ParityComparison, compare_parity
from empirics.reproduction.claims import Claim, claim
from empirics.reproduction.experiments import Experiment, configuration_of
from empirics.runs import Run, train
from empirics.tasks import GroupTask, ParityTask
from theory.characters.library import character_table
from theory.errors import InputError
from theory.margins.exact import solve
from theory.margins.solution import MarginSolution

__all__ = ["Outcome", "perform", "stored_outcome"]

PAPER = "arXiv:2311.07568"
THEORY = "docs/theory.md"
PURE = 0.99  # maximum normalised power of a neuron on one irrep, as the paper reports it
PHASE = 0.1  # radians


@dataclass(frozen=True, eq=False)
class Outcome:
    """An experiment that is over.

    Args:
        experiment: which one.
        seconds: of training.
        claims: with their measurements.
        details: what else was measured, as JSON.
    """

    experiment: Experiment
    seconds: float
    claims: tuple[Claim, ...]
    details: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "name": self.experiment.name,
            "title": self.experiment.title,
            "preset": self.experiment.preset,
            "seeds": self.experiment.seeds,
            "seconds": self.seconds,
            "claims": [claim.as_dict() for claim in self.claims],
            "details": self.details,
        }


def stored_outcome(experiment: Experiment, directory: Path) -> dict[str, Any] | None:
    """What an earlier sitting found, as `Outcome.as_dict` wrote it; None if the experiment is not over.

    Raises:
        InputError: the file is damaged.
    """
    path = directory / "outcome.json"
    if not path.exists():
        return None
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise InputError(f"{path}: not JSON: {error}; remove it to run the experiment again") from None
    if not isinstance(document, dict) or document.get("name") != experiment.name:
        raise InputError(f"{path}: is no outcome of {experiment.name}; remove it to run the experiment again")
    if document.get("seeds") != experiment.seeds:
        raise InputError(
            f"{path}: an outcome of {document.get('seeds')} networks, not {experiment.seeds}; give the same "
            "--seeds, another folder, or remove it"
        )
    return document


def perform(
    experiment: Experiment,
    directory: Path,
    device: str,
    progress: Callable[[Measurement, int], None] | None = None,
) -> Outcome:
    """Run an experiment, or go on with one that was interrupted, and write what it found.

    Args:
        experiment: which one.
        directory: its own folder.
        device: as resolved.
        progress: of training.
    """
    if experiment.topic == "regularisation":
        outcome = _regularisation(experiment)
    else:
        outcome = _trained(experiment, directory, device, progress)
    write_bytes(directory / "outcome.json", json.dumps(outcome.as_dict(), indent=2).encode())
    return outcome


def _trained(
    experiment: Experiment,
    directory: Path,
    device: str,
    progress: Callable[[Measurement, int], None] | None,
) -> Outcome:
    configuration = configuration_of(experiment, device)
    if experiment.topic == "parity":
        from theory.margins.parity import maximum_margin

        gamma_star = float(maximum_margin(experiment.task.arity))
        run = train(configuration, directory, resume=True, gamma_star=gamma_star, progress=progress)
        assert isinstance(run.task, ParityTask)
        parities = [compare_parity(run.task, run.final.member(i)) for i in range(len(run.final))]
        details = {"networks": [found.as_dict() for found in parities]}
        return Outcome(experiment, run.seconds, _parity_claims(parities), details)
    solution = solve(character_table(experiment.task.expression), experiment.task.arity)
    known = solution.gamma_star if experiment.topic != "relu" else None
    run = train(configuration, directory, resume=True, gamma_star=known, progress=progress)
    assert isinstance(run.task, GroupTask)
    compared = [
        compare(run.task, run.final.member(member), solution, configuration.activation)
        for member in range(len(run.final))
    ]
    by_topic: dict[str, Callable[[list[Comparison]], tuple[Claim, ...]]] = {
        "cyclic": _cyclic_claims,
        "group": _group_claims,
        "relu": _relu_claims,
        "prediction": partial(_prediction_claims, within=experiment.within),
    }
    claims = by_topic[experiment.topic](compared)
    if isinstance(configuration.settings, RecipeSettings) and known is not None:
        claims = (*claims, *_minimum_claims(compared, solution, configuration.settings.regularisation))
    return Outcome(experiment, run.seconds, claims, _details(run, compared, solution))


def _details(run: Run, compared: list[Comparison], solution: MarginSolution) -> dict[str, Any]:
    """Shares and neurons of every network; and when each first had 0.99 of `gamma*`."""
    crossings: list[int | None] = []
    for member in range(len(compared)):
        steps = [line.step for line in run.measurements if line.fraction and line.fraction[member] >= 0.99]
        crossings.append(steps[0] if steps else None)
    return {
        "cost": str(solution.cost),
        "first_step_at_0.99": crossings,
        "networks": [found.as_dict() for found in compared],
    }


def _pure(found: Comparison) -> float:
    """Part of the norm that sits on neurons all of whose weight vectors are pure."""
    return float(found.neurons.weight @ (found.neurons.max_power.min(1) >= PURE))


def _fractions(compared: list[Comparison]) -> list[float]:
    return [found.fraction if found.fraction is not None else float("nan") for found in compared]


def _power_claims(compared: list[Comparison], source: str) -> list[Claim]:
    return [
        claim("part of the norm on neurons of maximum normalised power at least 0.99, all vectors",
              source, 1.0, [_pure(found) for found in compared], 0.01, "at least"),
        claim("final normalised margin, as a fraction of gamma*",
              f"{PAPER}, section 6", 1.0, _fractions(compared), 0.05, "at least"),
    ]  # fmt: skip


def _minimum_claims(
    compared: list[Comparison], solution: MarginSolution, regularisation: float
) -> tuple[Claim, ...]:
    """At a fixed `lambda` training tends to the regularised minimum, whose margin is below `gamma*`."""
    from empirics.lambda_path import predicted_minimum

    minimum = predicted_minimum(solution, regularisation)
    source = f"{THEORY}, Proposition 44"
    distances = [
        float(np.abs([use.share for use in found.irreps] - minimum.shares).max()) for found in compared
    ]
    return (
        claim(f"distance from {minimum.fraction:.5f} of gamma*, the margin of the regularised minimum at "
              "this lambda", source, 0.0,
              [abs(value - minimum.fraction) for value in _fractions(compared)], 0.05, "at most"),
        claim("largest distance of a share from that of the regularised minimum", source, 0.0,
              distances, 0.01, "at most"),
    )  # fmt: skip


def _occupied(found: Comparison) -> float:
    return float(sum(use.neurons > 0 for use in found.irreps))


def _cyclic_claims(compared: list[Comparison]) -> tuple[Claim, ...]:
    mismatches = []
    for found in compared:
        assert found.neurons.cyclic is not None
        mismatches.append(float(found.neurons.weight @ np.abs(found.neurons.cyclic.mismatch)))
    return (
        *_power_claims(compared, f"{PAPER}, section 6, figures on Z_p"),
        claim("frequencies that occur", f"{PAPER}, Theorem 7", float(len(compared[0].irreps)),
              [_occupied(found) for found in compared], 0.0, "equal"),
        claim("mean |theta_u + theta_v - theta_w|, radians", f"{PAPER}, Theorem 7", 0.0,
              mismatches, PHASE, "at most"),
    )  # fmt: skip


def _group_claims(compared: list[Comparison]) -> tuple[Claim, ...]:
    counts = []
    for found in compared:
        by_degree: dict[int, list[int]] = {}
        for use in found.irreps:
            by_degree.setdefault(use.degree, []).append(use.neurons)
        means = [np.mean(by_degree[degree]) for degree in sorted(by_degree)]
        counts.append(float(all(a <= b for a, b in itertools.pairwise(means))))
    return (
        *_power_claims(compared, f"{PAPER}, section 6, figures on S_n"),
        claim("nontrivial irreps that occur", f"{PAPER}, Theorem 9", float(len(compared[0].irreps)),
              [_occupied(found) for found in compared], 0.0, "equal"),
        claim("neurons an irrep grow with its degree (1: they do)", f"{PAPER}, figures on S5", 1.0,
              counts, 0.0, "equal"),
    )  # fmt: skip


def _relu_claims(compared: list[Comparison]) -> tuple[Claim, ...]:
    power = [float(np.mean(found.neurons.max_power[:, :-1])) for found in compared]
    return (
        claim("mean maximum normalised power of input weights, ReLU", f"{PAPER}, section 6, figures on ReLU",
              0.9, power, 0.05, "equal"),
    )  # fmt: skip


def _prediction_claims(compared: list[Comparison], within: float) -> tuple[Claim, ...]:
    """What the theory says of every max-margin network, of networks this close to the maximum."""
    distances, failures = [], []
    for found in compared:
        gaps = [max(use.predicted[0] - use.share, use.share - use.predicted[1], 0.0) for use in found.irreps]
        distances.append(float(max(gaps)))
        failures.append(float(sum(not check.holds for check in found.checks)))
    claims = [
        claim("normalised margin, as a fraction of gamma*", f"{THEORY}, Theorem 12", 1.0,
              _fractions(compared), within, "at least"),
        claim("largest distance of a share from its predicted interval", f"{THEORY}, Theorem 13", 0.0,
              distances, 0.01, "at most"),
        claim("inequalities proved from the margin that fail", f"{THEORY}, Theorem 34", 0.0,
              failures, 0.0, "equal"),
        claim("matching: 1 if every neuron has the predicted form", f"{THEORY}, Theorem 13", 1.0,
              [float(found.neurons.weight @ found.neurons.matching) for found in compared], 0.01, "at least"),
    ]  # fmt: skip
    excluded = [[use.share for use in found.irreps if use.status == "excluded"] for found in compared]
    if excluded[0]:
        claims.append(
            claim("weight on the irreps that theory excludes", f"{THEORY}, Theorem 34", 0.0,
                  [float(sum(shares)) for shares in excluded], 0.005, "at most")
        )  # fmt: skip
    return tuple(claims)


def _parity_claims(compared: list[ParityComparison]) -> tuple[Claim, ...]:
    values = [found.as_dict() for found in compared]
    source = f"{PAPER}, Theorem 8"
    words = {
        "mean_support": "energy of input weights on the relevant bits",
        "mean_magnitude": "smallest over largest weight on the relevant bits",
        "mean_antisymmetry": "antisymmetry of the output weights",
        "mean_sign": "part of the norm on neurons with the sign condition",
    }
    return (
        claim("final normalised margin, as a fraction of gamma*", f"{PAPER}, section 6", 1.0,
              [found.fraction for found in compared], 0.05, "at least"),
        *(claim(text, source, 1.0, [line[key] for line in values], 0.02, "at least")
          for key, text in words.items()),
    )  # fmt: skip


def _regularisation(experiment: Experiment) -> Outcome:
    from empirics.lambda_path import follow

    start = time.perf_counter()
    task = experiment.task.build()
    assert isinstance(task, GroupTask)
    solution = solve(character_table(experiment.task.expression), experiment.task.arity)
    path = follow(task, solution, width=30)
    fractions = [point.fraction for point in path.points]
    distance = max(abs(point.fraction - point.predicted_fraction) for point in path.points)
    falls = sum(later < earlier - 1e-6 for earlier, later in itertools.pairwise(fractions))
    source = "Wei, Lee, Liu, Ma, arXiv:1810.05369, Theorem 4.1"
    return Outcome(
        experiment,
        round(time.perf_counter() - start, 3),
        (
            claim("margin / gamma* at the smallest lambda", source, 1.0, [fractions[-1]], 0.05, "at least"),
            claim("how often the margin falls as lambda falls", source, 0.0, [float(falls)], 0.0, "equal"),
            claim("largest distance from the predicted margin of the minimum",
                  f"{THEORY}, Proposition 44", 0.0, [distance], 0.01, "at most"),
        ),
        path.as_dict(),
    )  # fmt: skip
