"""The model and its files: shapes, numbers, damaged and foreign files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from theory.errors import InputError, LimitError
from theory.superposition.model import check_sparsity, load_model, toy_model

W = np.arange(6.0).reshape(2, 3)


def test_both_files_hold_the_same(tmp_path: Path) -> None:
    arrays = {"W": W, "b": np.array([0.1, -0.2, 0.3]), "I": np.array([1.0, 0.5, 0.0])}
    np.savez(tmp_path / "a.npz", **arrays)
    save_file(arrays, tmp_path / "a.safetensors")
    found = [load_model(tmp_path / name) for name in ("a.npz", "a.safetensors")]
    for name, key in (("weights", "W"), ("bias", "b"), ("importance", "I")):
        assert all(np.array_equal(getattr(one, name), arrays[key]) for one in found)
    assert (found[0].dimensions, found[0].features) == (2, 3)
    assert np.array_equal(found[0].gram, W.T @ W)


def test_single_precision_is_widened() -> None:
    assert toy_model(W.astype(np.float32)).weights.dtype == np.float64
    assert toy_model(W, importance=2).importance.tolist() == [2, 2, 2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": np.ones(3)}, r"W has shape \[3\]; \[m, n\], features in columns"),
        ({"weights": np.ones((0, 3))}, r"W has shape \[0, 3\]"),
        (
            {"weights": W, "bias": np.zeros(2)},
            r"b has shape \[2\], W has 3 columns; .*transposed",
        ),
        ({"weights": W, "bias": np.zeros(4)}, r"b has shape \[4\], W has 3 columns$"),
        ({"weights": W, "importance": [1, 2]}, r"I has shape \[2\]; \[3\] would be right"),
        ({"weights": W, "importance": [1, -2, 0]}, r"I\[1\] = -2; importances are 0 or more"),
        ({"weights": np.full((2, 3), np.inf)}, r"W\[0, 0\] is not finite"),
        ({"weights": W, "bias": [0, 0, np.nan]}, r"b\[2\] is not finite"),
        ({"weights": [["a", "b"]]}, "W is no array of real numbers"),
        ({"weights": W * 1j}, "W is no array of real numbers"),
        ({"weights": [[1, 2], [3]]}, "W is no array of real numbers"),
    ],
)
def test_unusable_arrays(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        toy_model(**arguments)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.npz", b"hello", "not a readable .npz file: no archive of arrays"),
        ("x.npz", b"PK\x03\x04 not an archive", "not a readable .npz file"),
        ("x.safetensors", b"hello", "not a readable .safetensors file"),
        ("x.pt", b"hello", r"ends in \.pt; \.npz or \.safetensors would be right"),
        ("x", b"hello", "ends in nothing"),
    ],
)
def test_unusable_files(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        load_model(path)


def test_what_a_file_lacks(tmp_path: Path) -> None:
    np.savez(tmp_path / "v.npz", V=W)
    with pytest.raises(InputError, match="no array W; it holds V"):
        load_model(tmp_path / "v.npz")
    np.savez(tmp_path / "o.npz", W=np.array([None, {}], dtype=object))
    with pytest.raises(InputError, match=r"not a readable \.npz file"):  # a pickle is not opened
        load_model(tmp_path / "o.npz")
    with pytest.raises(InputError, match="cannot be read"):
        load_model(tmp_path / "none.npz")


def test_large_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("theory.superposition.model.SIZE_LIMIT", 100)
    np.savez(tmp_path / "a.npz", W=W)
    with pytest.raises(LimitError, match="the limit is 100"):
        load_model(tmp_path / "a.npz")


def test_sparsity() -> None:
    assert [check_sparsity(value) for value in (0, 1, 0.5)] == [0, 1, 0.5]
    for value in (-0.1, 1.1, float("nan")):
        with pytest.raises(InputError, match=r"a number in \[0, 1\] would be right"):
            check_sparsity(value)
