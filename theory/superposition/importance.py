"""Importances from a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from theory.errors import InputError, LimitError
from theory.superposition.model import ToyModel, read_arrays, toy_model

__all__ = ["with_importance"]

SIZE_LIMIT = 2**24  # bytes of a list


def with_importance(model: ToyModel, path: Path) -> ToyModel:
    """The model with importances of a file.

    Args:
        model: whose own importances are replaced.
        path: `.npz` or `.safetensors` with an array `I`, or `.json` with a list of numbers.

    Raises:
        InputError: it cannot be read, or there is not one number, 0 or more, a feature.
        LimitError: larger than 16 MiB, or 256 MiB for arrays.
    """
    values = _list(path) if path.suffix == ".json" else _array(path)
    try:
        return toy_model(model.weights, model.bias, values, model.source)
    except InputError as error:
        raise InputError(f"{path}: {str(error).removeprefix(f'{model.source}: ')}") from None


def _array(path: Path) -> np.ndarray:
    arrays = read_arrays(path)
    if "I" not in arrays:
        held = ", ".join(sorted(arrays)[:8]) or "nothing"
        raise InputError(f"{path}: no array I; it holds {held}")
    return arrays["I"]


def _list(path: Path) -> Any:
    try:
        size = path.stat().st_size
        values = json.loads(path.read_text(encoding="utf-8")) if size <= SIZE_LIMIT else []
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise InputError(f"{path}: not JSON") from None
    if size > SIZE_LIMIT:
        raise LimitError(f"{path}: a list larger than {SIZE_LIMIT:,} bytes; .npz would be right")
    if not isinstance(values, list):
        raise InputError(f"{path}: a JSON list of numbers would be right")
    return values
