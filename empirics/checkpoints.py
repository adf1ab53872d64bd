"""Weights and training states as safetensors files: data only, written whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from empirics.files import write_bytes
from empirics.networks import NetworkStack
from empirics.trainer import TrainerState
from theory.errors import InputError, LimitError

__all__ = [
    "SIZE_LIMIT",
    "load_state",
    "load_weights",
    "save_state",
    "save_weights",
]

SIZE_LIMIT = 2**32  # bytes of a file that is read
STATE_FORMAT = "gammastar training state 1"
WEIGHTS_FORMAT = "gammastar weights 1"
MEASURES = {torch.float32, torch.float64}


def save_weights(path: Path, stack: NetworkStack, metadata: dict[str, Any]) -> None:
    """Write the weights of a stack, with what JSON can say about them."""
    tensors = {
        "input_weights": stack.input_weights.contiguous().cpu(),
        "output_weights": stack.output_weights.contiguous().cpu(),
    }
    write_bytes(path, save(tensors, {"format": WEIGHTS_FORMAT, "about": json.dumps(metadata)}))


def load_weights(path: Path) -> tuple[NetworkStack, dict[str, Any]]:
    """Read the weights of a stack and what was said about them.

    Raises:
        InputError: the file is no such file, or its numbers are not finite.
    """
    tensors, about = _read(path, WEIGHTS_FORMAT)
    if set(tensors) != {"input_weights", "output_weights"}:
        raise InputError(
            f"{path}: not a network: holds {', '.join(sorted(tensors)) or 'nothing'}; "
            "input_weights [b, k, m, n] and output_weights [b, m, n] would be right"
        )
    inner, outer = tensors["input_weights"], tensors["output_weights"]
    if inner.ndim != 4 or outer.ndim != 3 or inner.shape[::2] != outer.shape[:2]:
        raise InputError(
            f"{path}: not a network: shapes {list(inner.shape)} and {list(outer.shape)}; "
            "[b, k, m, n] and [b, m, n] would be right"
        )
    if inner.dtype not in MEASURES or inner.dtype != outer.dtype:
        raise InputError(f"{path}: weights are {inner.dtype} and {outer.dtype}; float32 or float64 is right")
    if not bool(torch.isfinite(inner).all() and torch.isfinite(outer).all()):
        raise InputError(f"{path}: some weights are not finite numbers")
    return NetworkStack(inner, outer), about


def save_state(path: Path, state: TrainerState) -> None:
    """Write a trainer's state; its JSON part is the file's metadata, so that one rename writes both."""
    tensors = {name: tensor.contiguous().cpu() for name, tensor in state.tensors.items()}
    write_bytes(path, save(tensors, {"format": STATE_FORMAT, "about": json.dumps(state.numbers)}))


def load_state(path: Path, expected: TrainerState) -> TrainerState:
    """Read a trainer's state.

    Args:
        path: of the checkpoint.
        expected: the state of a new trainer of the same configuration; names, shapes and types must agree.

    Raises:
        InputError: the file is no checkpoint, or one of another run.
    """
    tensors, numbers = _read(path, STATE_FORMAT)
    for name in sorted(set(tensors) | set(expected.tensors)):
        found, wanted = tensors.get(name), expected.tensors.get(name)
        said = [
            "nothing" if tensor is None else f"{tensor.dtype} {list(tensor.shape)}"
            for tensor in (found, wanted)
        ]
        if said[0] != said[1]:
            raise InputError(f"{path}: a checkpoint of another run: {name} is {said[0]}, not {said[1]}")
    for name, wanted_number in expected.numbers.items():
        if type(numbers.get(name)) is not type(wanted_number):
            raise InputError(f"{path}: a checkpoint of another run: {name} is {numbers.get(name)!r}")
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise InputError(f"{path}: {name} holds numbers that are not finite")
    return TrainerState(tensors, numbers)


def _read(path: Path, expected_format: str) -> tuple[dict[str, Tensor], dict[str, Any]]:
    try:
        size = path.stat().st_size
        if size > SIZE_LIMIT:
            raise LimitError(f"{path}: {size:,} bytes, the limit is {SIZE_LIMIT:,}")
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != expected_format:
                found = metadata.get("format", "no format")
                raise InputError(f"{path}: says {found!r}, {expected_format!r} is right")
            about = json.loads(metadata.get("about", "{}"))
            tensors = {name: file.get_tensor(name) for name in file.keys()}
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except (SafetensorError, OSError, ValueError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path}: not a whole safetensors file: {error}") from None
    if not isinstance(about, dict):
        raise InputError(f"{path}: its metadata hold no JSON object")
    return tensors, about
