"""The checker imports the standard library, python-flint and itself; it holds no float and no solver."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tokenize
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from certificates.issue import issue, write

# Refuse every import but the standard library, flint and the checker; then check a certificate.
GUARDED = """
import sys

class Guard:
    allowed = set(sys.stdlib_module_names) | {"flint", "certificates"}

    def find_spec(self, name, path=None, target=None):
        ours = name.split(".")[:2] in (["certificates"], ["certificates", "checker"])
        if name.split(".")[0] not in self.allowed or (name.startswith("certificates") and not ours):
            raise ImportError(f"the guard refuses {name}")

sys.meta_path.insert(0, Guard())
from certificates.checker import main

code = main(sys.argv[1:])
packages = {name.split(".")[0] for name in sys.modules}
foreign = packages & {"numpy", "theory", "cvxpy", "scipy", "torch", "pydantic"}
print("foreign:", sorted(foreign))
sys.exit(code)
"""
FLOAT_WORDS = {"float", "numpy", "theory", "cvxpy", "scipy", "highspy", "sympy", "math.sqrt", "sqrt_float"}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from theory.characters.library import character_table
    from theory.margins.exact import solve

    path = tmp_path_factory.mktemp("certificate") / "a5.json"
    write(issue(solve(character_table("A5")), expression="A5"), path)
    return path


def guarded(folder: Path, certificate: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(folder)}
    command = [sys.executable, "-c", GUARDED, str(certificate)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder, check=False)


def test_checker_runs_with_the_standard_library_and_flint_alone(root: Path, certificate: Path) -> None:
    finished = guarded(root, certificate)
    assert finished.returncode == 0, finished.stderr
    assert "valid" in finished.stdout
    assert "foreign: []" in finished.stdout


@pytest.mark.parametrize(
    "planted", ["import numpy", "import theory", "from certificates import files", "import pydantic"]
)
def test_the_guard_sees_a_planted_import(root: Path, certificate: Path, tmp_path: Path, planted: str) -> None:
    shutil.copytree(root / "certificates" / "checker", tmp_path / "certificates" / "checker")
    shutil.copy(root / "certificates" / "__init__.py", tmp_path / "certificates")
    module = tmp_path / "certificates" / "checker" / "radicals.py"
    module.write_text(module.read_text().replace("from typing import", f"{planted}\nfrom typing import", 1))
    finished = guarded(tmp_path, certificate)
    assert finished.returncode not in (0, 2)
    assert "the guard refuses" in finished.stderr


def test_checker_in_an_environment_of_its_own(root: Path, certificate: Path, tmp_path: Path) -> None:
    """A second virtual environment that holds only python-flint, copied from this one: no network needed."""
    venv.create(tmp_path / "venv", with_pip=False)
    import flint

    installed = Path(flint.__file__).parent
    (library,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    for folder in installed.parent.glob("*flint*"):
        if folder.is_dir():
            shutil.copytree(folder, library / folder.name)
    environment = {"PYTHONPATH": str(root), "PATH": ""}
    python = tmp_path / "venv" / "bin" / "python"
    command = [python, "-m", "certificates.checker", str(certificate)]
    plain = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert plain.returncode == 0, plain.stderr
    program = "import sys; from certificates.checker import main; main(sys.argv[1:]); print(*sys.modules)"
    finished = subprocess.run(
        [python, "-c", program, str(certificate)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    modules = {name.split(".")[0] for name in finished.stdout.splitlines()[-1].split()}
    assert modules & {"numpy", "theory", "cvxpy", "torch", "pydantic"} == set()
    missing = subprocess.run(
        [python, "-c", "import numpy"], capture_output=True, env=environment, check=False
    )
    assert missing.returncode != 0  # the environment is what it claims to be


def floats(source: str) -> Iterator[str]:
    """Float literals and words that lead to floats, comments and strings left out."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if (
            token.type == tokenize.NUMBER
            and any(mark in token.string.lower() for mark in ".ej")
            and "x" not in token.string
        ):
            yield f"line {token.start[0]}: {token.string}"
        if token.type == tokenize.NAME and token.string in FLOAT_WORDS:
            yield f"line {token.start[0]}: {token.string}"


def test_no_floats_in_the_checker(root: Path) -> None:
    found = {
        path.name: list(floats(path.read_text())) for path in (root / "certificates" / "checker").glob("*.py")
    }
    label = [
        line for line in found.pop("errors.py") if not line.endswith(": float")
    ]  # `Report.seconds`, a label
    assert label == []
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "line",
    ["x = 0.5", "x = 1e-9", "x = float(y)", "x = 2j", "import numpy as np", "from theory import groups"],
)
def test_the_float_guard_can_fail(line: str) -> None:
    assert list(floats(line + "\n"))


def test_the_float_guard_reads_code_only() -> None:
    assert list(floats('"""No float, not 0.5."""\nx = 0xE5  # 0.5\n')) == []
