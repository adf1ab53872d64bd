"""The toy model of superposition: `x' = ReLU(W^T W x + b)`, features sparse and independent.

Source: Elhage et al., Toy Models of Superposition (2022), https://transformer-circuits.pub/2022/toy_model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

import numpy as np
from jaxtyping import Float

from theory.errors import InputError, LimitError

__all__ = ["ToyModel", "check_density", "check_sparsity", "feature_variance", "load_model", "toy_model"]

SIZE_LIMIT = 2**28  # bytes of a file
LARGEST = 100_000  # features


@dataclass(frozen=True, eq=False)
class ToyModel:
    """Weights, bias and importances; `toy_model` checks them.

    Every feature `x_i` is 0 with probability `S` and else uniform on [0, 1], independently. The loss is
    `E sum_i I_i (x_i - x'_i)^2`: importances enter once, not squared.

    Args:
        weights: `W`, `m` dimensions by `n` features; column `i` is the direction of feature `i`.
        bias: `b`.
        importance: `I`, nonnegative.
        source: file or name, for messages.
    """

    weights: Float[np.ndarray, "m n"]
    bias: Float[np.ndarray, " n"]
    importance: Float[np.ndarray, " n"]
    source: str = "model"

    @property
    def dimensions(self) -> int:
        """`m`."""
        return self.weights.shape[0]

    @property
    def features(self) -> int:
        """`n`."""
        return self.weights.shape[1]

    @cached_property
    def gram(self) -> Float[np.ndarray, "n n"]:
        """`G = W^T W`."""
        return self.weights.T @ self.weights


def toy_model(weights: Any, bias: Any = None, importance: Any = None, source: str = "model") -> ToyModel:
    """A model from arrays, in double precision.

    Args:
        weights: `W`, `[m, n]`.
        bias: `b`, `[n]`; zeros by default.
        importance: `I`, `[n]` or one number for all; ones by default.
        source: for messages.

    Raises:
        InputError: shapes that do not fit, numbers that are not finite, negative importance.
    """
    matrix = _array(weights, "W", source)
    if matrix.ndim != 2 or 0 in matrix.shape:
        raise InputError(f"{source}: W has shape {list(matrix.shape)}; [m, n], features in columns, is right")
    m, n = matrix.shape
    if n > LARGEST:
        raise LimitError(f"{source}: {n:,} features; the limit is {LARGEST:,}")
    shift = np.zeros(n) if bias is None else _array(bias, "b", source)
    if shift.shape != (n,):
        hint = "; it fits the rows: should W be transposed?" if shift.shape == (m,) else ""
        raise InputError(f"{source}: b has shape {list(shift.shape)}, W has {n} columns{hint}")
    weight = np.ones(n) if importance is None else _array(importance, "I", source)
    weight = np.full(n, float(weight)) if weight.ndim == 0 else weight
    if weight.shape != (n,):
        raise InputError(f"{source}: I has shape {list(weight.shape)}; [{n}] would be right")
    if (weight < 0).any():
        place = int(np.flatnonzero(weight < 0)[0])
        raise InputError(f"{source}: I[{place}] = {weight[place]:g}; importances are 0 or more")
    return ToyModel(matrix, shift, weight, source)


def check_sparsity(sparsity: float | int) -> float:
    """`S`, if it is a probability.

    Raises:
        InputError: it is not in [0, 1].
    """
    if not 0 <= sparsity <= 1:
        raise InputError(f"S = {sparsity:g}: a number in [0, 1] would be right")
    return float(sparsity)


def check_density(density: float | int) -> float:
    """`p = 1 - S`, if it is a probability.

    Raises:
        InputError: it is not in [0, 1].
    """
    if not 0 <= density <= 1:
        raise InputError(f"p = {density:g}: a number in [0, 1] would be right")
    return float(density)


def feature_variance(density: float) -> float:
    """`V(p) = p/3 - p^2/4`, of a feature: what it costs if it is not represented."""
    return density / 3 - density**2 / 4


def load_model(path: Path) -> ToyModel:
    """A model from `.npz` or `.safetensors` with `W` and perhaps `b` and `I`.

    Raises:
        InputError: no such file, no `W`, or arrays that do not fit together.
        LimitError: too large.
    """
    arrays = read_arrays(path)
    if "W" not in arrays:
        held = ", ".join(sorted(arrays)[:8]) or "nothing"
        raise InputError(f"{path}: no array W; it holds {held}")
    return toy_model(arrays["W"], arrays.get("b"), arrays.get("I"), str(path))


def read_arrays(path: Path) -> Mapping[str, np.ndarray]:
    """Named arrays of a file; nothing in it is run.

    Raises:
        InputError: it cannot be read as what its name says.
        LimitError: larger than 256 MiB.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    if size > SIZE_LIMIT:
        raise LimitError(f"{path}: {size:,} bytes; the limit is {SIZE_LIMIT:,}")
    if path.suffix not in (".npz", ".safetensors"):
        raise InputError(f"{path}: ends in {path.suffix or 'nothing'}; .npz or .safetensors would be right")
    try:
        if path.suffix == ".safetensors":
            from safetensors.numpy import load_file

            return load_file(path)
        if not is_zipfile(path):
            raise ValueError("no archive of arrays")
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except Exception as error:  # numpy and zipfile raise whatever a damaged archive makes them raise
        reason = (str(error).splitlines() or [type(error).__name__])[0][:120]
        raise InputError(f"{path}: not a readable {path.suffix} file: {reason}") from None


def _array(values: Any, name: str, source: str) -> np.ndarray:
    try:
        array = np.asarray(values)
        if array.dtype.kind not in "iufb":
            raise ValueError
        array = array.astype(np.float64)
    except (ValueError, TypeError):
        raise InputError(f"{source}: {name} is no array of real numbers") from None
    if not np.isfinite(array).all():
        place = np.argwhere(~np.isfinite(np.atleast_1d(array)))[0].tolist()
        raise InputError(f"{source}: {name}{place} is not finite")
    return array
