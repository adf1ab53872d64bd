"""What a training run is asked to do: a value that is written beside the run, and the usual settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import ceil, isfinite
from types import NoneType
from typing import Any, get_args

from empirics.circuits.architectures import Architecture, ArchitectureName, Bilinear, OneHotMLP, Transformer
from empirics.runs import resolve_device
from empirics.tasks import group_task
from theory.errors import InputError, UnknownNameError

__all__ = ["Configuration", "configuration_of", "configure", "differences"]

MOST_CHECKPOINTS = 10_000
MOST = {"neurons": 2**16, "model_width": 2**14, "heads": 2**10, "steps": 10**9, "threads": 1024}


@dataclass(frozen=True)
class Configuration:
    """Everything that determines a run, up to the machine.

    Args:
        architecture: `transformer`, `onehot_mlp` or `bilinear`; see `empirics.circuits.architectures`.
        group: expression of the group whose table is learned.
        steps: of the optimiser, AdamW.
        fraction: of all pairs that are for training: the first in `losses.split_torch` with the same seed.
        learning_rate: of AdamW, after the warm-up.
        weight_decay: of AdamW, on all weights.
        betas: of AdamW.
        batch: pairs a step, reshuffled every epoch; None for all of them.
        warmup: steps during which the learning rate grows from 0, linearly.
        neurons: hidden activations.
        model_width: `d_model` of a transformer, which alone asks for it.
        heads: of its attention.
        seed: of split, weights and batches.
        threads: of torch on the CPU; part of the configuration because sums depend on it.
        device: `cpu` or `cuda`; only the CPU gives the same bits again.
        checkpoints: kept along the way, at most; see `training.checkpoint_steps`.

    Raises:
        InputError: a value is outside of its range; the message names it.
    """

    architecture: ArchitectureName
    group: str
    steps: int
    fraction: float
    learning_rate: float
    weight_decay: float
    betas: tuple[float, float]
    batch: int | None
    warmup: int
    neurons: int
    model_width: int = 128
    heads: int = 4
    seed: int = 0
    threads: int = 1
    device: str = "cpu"
    checkpoints: int = 80

    def __post_init__(self) -> None:
        _check_architecture(self.architecture)
        for name in ("steps", "neurons", "model_width", "heads", "threads"):
            _check_count(name, getattr(self, name), 1, MOST[name])
        if self.batch is not None:
            _check_count("batch", self.batch, 1, 10**9)
        _check_count("checkpoints", self.checkpoints, 4, MOST_CHECKPOINTS)
        _check_count("warmup", self.warmup, 0, 10**9)
        _check_count("seed", self.seed, 0, 2**63 - 1)
        _check_number("fraction", self.fraction, 0 < self.fraction < 1, "between 0 and 1")
        _check_number(
            "learning_rate", self.learning_rate, 0 < self.learning_rate <= 1e3, "above 0, up to 1000"
        )
        _check_number("weight_decay", self.weight_decay, 0 <= self.weight_decay <= 1e3, "in 0..1000")
        for beta in self.betas:
            _check_number("betas", beta, 0 <= beta < 1, "from 0 to below 1")
        self.network()  # which checks its own sizes

    def network(self) -> Architecture:
        """The architecture with its sizes."""
        if self.architecture == "transformer":
            return Transformer(self.neurons, self.model_width, self.heads)
        return (OneHotMLP if self.architecture == "onehot_mlp" else Bilinear)(self.neurons)


def _check_architecture(name: object) -> None:
    known = get_args(ArchitectureName)
    if name not in known:
        raise UnknownNameError(f"architecture {name!r}: known are {', '.join(known)}")


def _check_count(name: str, value: object, least: int, most: int) -> None:
    if type(value) is not int or not least <= value <= most:
        raise InputError(f"{name} {value!r}: an integer in {least}..{most} is right")


def _check_number(name: str, value: float, holds: bool, wanted: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or not holds:
        raise InputError(f"{name} {value!r}: a number {wanted} is right")


# Sources: arXiv:2301.05217 and its published code; shared/specs/circuits.md, 2.12; our own measurements.
_DEFAULTS: dict[ArchitectureName, dict[str, Any]] = {
    "transformer": {
        "epochs": 40_000,
        "fraction": 0.3,
        "learning_rate": 1e-3,
        "weight_decay": 1.0,
        "betas": (0.9, 0.98),
        "batch": None,
        "warmup": 10,
        "neurons": 512,
    },
    "onehot_mlp": {
        "epochs": 2_000,
        "fraction": 0.8,
        "learning_rate": 3e-3,
        "weight_decay": 0.5,
        "betas": (0.9, 0.999),
        "batch": 128,
        "warmup": 0,
        "neurons": 100,
    },
    "bilinear": {
        "epochs": 5_000,
        "fraction": 0.5,
        "learning_rate": 3e-3,
        "weight_decay": 1.0,
        "betas": (0.9, 0.98),
        "batch": None,
        "warmup": 0,
        "neurons": 128,
    },
}


def configure(
    architecture: ArchitectureName, group: str, *, epochs: int | None = None, **changes: Any
) -> Configuration:
    """The usual settings of an architecture, with changes.

    Args:
        architecture: its name.
        group: expression of the group.
        epochs: passes over the train pairs, where `steps` are not given.
        changes: any field of `Configuration`; None where the usual is wanted. `batch` 0 is all pairs at once,
            `device` `auto` what is there.

    Raises:
        InputError: the group cannot be used, or a value is unknown or outside of its range.
    """
    _check_architecture(architecture)
    unknown = set(changes) - {field.name for field in fields(Configuration)}
    if unknown:
        raise UnknownNameError(f"{min(unknown)}: a run has no such setting")
    values = dict(_DEFAULTS[architecture])
    usual = values.pop("epochs")
    values |= {name: value for name, value in changes.items() if value is not None}
    values["batch"] = values["batch"] or None
    values["device"] = resolve_device(values.get("device", "cpu"))
    order = group_task(group).group.order
    if "steps" not in values:
        rounds = usual if epochs is None else epochs
        _check_count("epochs", rounds, 1, MOST["steps"])
        pairs = max(1, int(values["fraction"] * order * order))
        values["steps"] = rounds * ceil(pairs / (values["batch"] or pairs))
    return Configuration(architecture=architecture, group=group, **values)


_KINDS: dict[str, tuple[type, ...]] = {
    "ArchitectureName": (str,),
    "str": (str,),
    "int": (int,),
    "int | None": (int, NoneType),
    "float": (int, float),
    "tuple[float, float]": (list, tuple),
}


def configuration_of(document: object) -> Configuration:
    """Read a configuration back from what `dataclasses.asdict` made of it, through JSON too.

    Args:
        document: what JSON held.

    Raises:
        InputError: it is no object, or a key is missing, unknown, of the wrong kind or out of range.
    """
    names = {field.name: str(field.type) for field in fields(Configuration)}
    if not isinstance(document, Mapping):
        raise InputError("not the configuration of a run: no JSON object")
    for name in sorted(set(names) ^ set(map(str, document))):
        verb = "is missing" if name in names else "is unknown"
        raise InputError(f"not the configuration of a run: {name} {verb}; its keys are {', '.join(names)}")
    for name, kind in names.items():
        value = document[name]
        if isinstance(value, bool) or not isinstance(value, _KINDS[kind]):
            raise InputError(f"{name} {value!r}: a value of kind {kind} is right")
    _check_architecture(document["architecture"])
    betas = tuple(document["betas"])
    if len(betas) != 2 or not all(type(beta) is float or type(beta) is int for beta in betas):
        raise InputError(f"betas {list(betas)!r}: two numbers are right")
    return Configuration(**{**document, "betas": betas})


def differences(stored: Configuration, wanted: Configuration) -> tuple[str, ...]:
    """What differs, one phrase a field: `steps: 400 in the run, 500 wanted`."""
    return tuple(
        f"{field.name}: {before} in the run, {after} wanted"
        for field in fields(Configuration)
        if (before := getattr(stored, field.name)) != (after := getattr(wanted, field.name))
    )
