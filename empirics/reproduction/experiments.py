"""The experiments: what is trained, how, and which claims it is put to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import torch

from empirics.configuration import Configuration, RecipeSettings, TaskName
from empirics.networks import Activation
from empirics.presets import PRESETS, preset

__all__ = ["FULL", "QUICK", "Experiment", "Topic", "configuration_of"]

Topic = Literal["cyclic", "group", "parity", "relu", "prediction", "regularisation"]
EVALUATIONS, CHECKPOINTS = 200, 20


@dataclass(frozen=True)
class Experiment:
    """One experiment.

    Args:
        name: of its folder.
        title: for readers.
        topic: which claims it is put to.
        task: what is learned.
        preset: settings by name; `ascent` for direct margin ascent.
        seeds: number of networks, seeds 0, 1, ...
        steps: fewer than the preset's; None for all of them.
        width: other than the preset's.
        within: of `gamma*`, that a prediction's network has to reach.
    """

    name: str
    title: str
    topic: Topic
    task: TaskName
    preset: str = "ascent"
    seeds: int = 1
    steps: int | None = None
    width: int | None = None
    within: float = 0.001


def _group(expression: str) -> TaskName:
    return TaskName("group", expression, 2)


def _prediction(expression: str, title: str, seeds: int = 3) -> Experiment:
    name = "ascent-" + expression.lower().replace("(", "").replace(")", "").replace(",", "")
    return Experiment(name, title, "prediction", _group(expression), "ascent", seeds)


def _paper(name: str, title: str, topic: Topic, seeds: int = 1) -> Experiment:
    return Experiment(f"paper-{name}", title, topic, PRESETS[name].task, name, seeds)


QUICK = (
    _paper("z23", "Addition mod 23 by the paper's recipe, quadratic", "cyclic"),
    _paper("s3", "S3 by the paper's recipe", "group", seeds=4),
    _paper("s4", "S4 by the paper's recipe", "group"),
    _paper("parity-10-4", "(10, 4)-sparse parity by the paper's recipe", "parity"),
    Experiment("regularisation", "Weaker and weaker regularisation on S3", "regularisation", _group("S3")),
    _prediction("Z23", "Addition mod 23 by direct ascent"),
    _prediction("S4", "S4 by direct ascent"),
    _prediction("A5", "A5, where the published theorem does not apply", seeds=1),
    _prediction("Q8", "Q8: a quaternionic irrep", seeds=5),
    _prediction("SL(2,3)", "SL(2,3): quaternionic and complex irreps"),
    _prediction("D5", "D5"),
    _prediction("S3xS3", "S3 x S3"),
    _prediction("AGL(1,5)", "AGL(1,5)"),
)
FULL = (
    *QUICK,
    _paper("z71", "Addition mod 71 by the paper's recipe, quadratic", "cyclic", seeds=8),
    _paper("z71-relu", "Addition mod 71 by the paper's recipe, ReLU", "relu", seeds=8),
    _paper("z23-relu", "Addition mod 23 by the paper's recipe, ReLU", "relu", seeds=8),
    _paper("s5", "S5 by the paper's recipe", "group", seeds=8),
    _prediction("Z71", "Addition mod 71 by direct ascent", seeds=8),
    Experiment("ascent-s5", "S5 by direct ascent", "prediction", _group("S5"), "s5-cpu", 8, within=0.01),
)


def configuration_of(experiment: Experiment, device: str) -> Configuration:
    """The configuration of an experiment's run.

    Args:
        experiment: any but the one on regularisation, which is no single run.
        device: as resolved.
    """
    chosen = preset(experiment.preset, experiment.task)
    steps = experiment.steps or chosen.settings.steps
    return Configuration(
        task=experiment.task,
        activation=Activation.RELU if experiment.topic == "relu" else chosen.activation,
        width=experiment.width or chosen.width,
        seeds=tuple(range(experiment.seeds)),
        method="paper" if isinstance(chosen.settings, RecipeSettings) else "ascent",
        settings=replace(chosen.settings, steps=steps),
        device=device,
        threads=min(8, torch.get_num_threads()),
        evaluate_every=max(1, steps // EVALUATIONS),
        checkpoint_every=max(1, steps // CHECKPOINTS),
        preset=chosen.name,
    )
