"""Named settings: the paper's, experiment by experiment, and direct ascent."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from empirics.ascent import default_settings
from empirics.configuration import AscentSettings, RecipeSettings, TaskName
from empirics.networks import Activation
from theory.errors import UnknownNameError

__all__ = ["PRESETS", "Preset", "paper_preset", "preset"]


@dataclass(frozen=True)
class Preset:
    """Settings under a name.

    Args:
        name: as typed after `--preset`.
        task: what they were made for; other tasks may use them.
        activation: of the hidden layer.
        width: number of neurons.
        settings: of the method they belong to.
        source: where they come from.
    """

    name: str
    task: TaskName
    activation: Activation
    width: int
    settings: RecipeSettings | AscentSettings
    source: str


_THOUSANDS = tuple(range(1_000, 10_001, 1_000))
_SOURCE = "arXiv:2311.07568, appendix A"


def _cyclic(order: int, activation: Activation) -> Preset:
    suffix = "" if activation is Activation.POWER else "-relu"
    settings = RecipeSettings(40_000, 0.05, _THOUSANDS, 1e-4)
    return Preset(f"z{order}{suffix}", TaskName("group", f"Z{order}", 2), activation, 500, settings, _SOURCE)


def _symmetric(degree: int, width: int, settings: RecipeSettings) -> Preset:
    name = TaskName("group", f"S{degree}", 2)
    return Preset(f"s{degree}", name, Activation.POWER, width, settings, _SOURCE)


_S3 = RecipeSettings(50_000, 0.05, (*range(200, 2_601, 200), 5_000, 10_000), 1e-7)
PRESETS = {
    preset.name: preset
    for preset in (
        _cyclic(71, Activation.POWER),
        _cyclic(71, Activation.RELU),
        _cyclic(23, Activation.POWER),
        _cyclic(23, Activation.RELU),
        _symmetric(3, 30, _S3),
        _symmetric(4, 200, _S3),
        _symmetric(
            5, 2_000, RecipeSettings(75_000, 0.05, tuple(range(3_000, 24_001, 3_000)), 1e-5, batch=1_000)
        ),
        Preset(
            "parity-10-4",
            TaskName("parity", "", 4, 10),
            Activation.POWER,
            40,
            RecipeSettings(30_000, 0.1, (), 1e-3),
            _SOURCE,
        ),
        Preset(
            "s5-cpu",
            TaskName("group", "S5", 2),
            Activation.POWER,
            1_600,  # 780 neurons stay at .985: too few of them settle on the irrep of degree 6
            AscentSettings(2_400, 0.05, 5.0, 30.0, 3_000.0),
            "measured here: direct ascent on two cores",
        ),
    )
}


def preset(name: str, task: TaskName) -> Preset:
    """A preset by name; `ascent` is direct ascent with the settings measured for the task's order.

    Raises:
        UnknownNameError: there is none of this name; near names are suggested.
    """
    if name == "ascent":
        width, settings = default_settings(task.build())
        return Preset(name, task, Activation.POWER, width, AscentSettings(**settings), "measured here")
    if name not in PRESETS:
        known = ["ascent", *PRESETS]
        near = get_close_matches(name, known, 3, 0.5) or known
        raise UnknownNameError(
            f"preset {name!r}: there is none of this name; did you mean {', '.join(near)}?"
        )
    return PRESETS[name]


def paper_preset(task: TaskName) -> Preset:
    """The paper's preset for a task; for tasks that the paper has none for, the one of S3 or of parity.

    The width for groups without a preset of their own is that of direct ascent.
    """
    for found in PRESETS.values():
        if found.task == task and isinstance(found.settings, RecipeSettings):
            return found
    if task.kind == "parity":
        return PRESETS["parity-10-4"]
    width, _ = default_settings(task.build())
    return Preset("paper", task, Activation.POWER, width, _S3, f"{_SOURCE}, the settings of S3")
