"""Array shapes are checked at every call under pytest, in every module that states them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
from jaxtyping import TypeCheckError

from theory.groups.construct import from_permutations
from theory.margins.kernels import accumulate

UNCHECKED = (
    "theory.margins.kernels",
    "theory.testing.group_strategies",
    "theory.testing.programs",
    "theory.testing.representation_strategies",
    "theory.testing.tables",
)


def hooked(root: Path) -> list[str]:
    options = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]["addopts"]
    (line,) = [option for option in options if option.startswith("--jaxtyping-packages=")]
    *packages, checker = line.split("=")[1].split(",")
    assert checker == "beartype.beartype"
    return packages


def test_every_module_that_states_shapes_is_checked(root: Path) -> None:
    packages = hooked(root)
    missing = []
    for path in sorted((root / "theory").rglob("*.py")):
        module = ".".join(path.relative_to(root).with_suffix("").parts)
        states = any(line.startswith("from jaxtyping import") for line in path.read_text().splitlines())
        if states and not module.startswith((*packages, *UNCHECKED)):
            missing.append(module)
    assert missing == []


def test_a_wrong_shape_is_refused() -> None:
    group = from_permutations([[1, 0, 2]])
    with pytest.raises(TypeCheckError):
        group.permutations(np.zeros((1, 1), dtype=np.int64))


def test_a_kernel_runs_beside_the_hook() -> None:
    # two neurons, each with u_1 = u_2 = w = the function at place 0: margin (f + f)^2 (f(right) - f(wrong))
    functions = np.array([[1.0], [3.0]])
    margins = np.zeros(1)
    zero, one = np.zeros((3, 2), dtype=np.int64), np.ones((3, 2))
    accumulate(functions, np.array([[0, 1]]), np.array([1]), np.array([0]), zero, one, margins)
    assert margins[0] == 2 * (1 + 3) ** 2 * (3 - 1)
