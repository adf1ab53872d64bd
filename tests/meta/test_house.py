"""The rules of the house: import direction, module and function sizes, what the wheel holds."""

from __future__ import annotations

import ast
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGES = ("theory", "empirics", "certificates")
FORBIDDEN = {
    "theory": {"empirics", "certificates", "torch"},
    "empirics": {"certificates"},
    "certificates": set(),
}
MODULE_LINES = 500
FUNCTION_LINES = 60


def modules(root: Path) -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((root / package).rglob("*.py"))


def imported(tree: ast.AST) -> Iterator[str]:
    """Full names of all modules that a tree imports, anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def wrong_imports(source: str, package: str) -> set[str]:
    return {name.split(".")[0] for name in imported(ast.parse(source))} & FORBIDDEN[package]


def long_functions(source: str) -> list[str]:
    return [
        f"{node.name} ({node.end_lineno - node.lineno + 1} lines)"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > FUNCTION_LINES
    ]


def test_imports_run_left_to_right(root: Path) -> None:
    found = {
        str(path.relative_to(root)): wrong
        for path in modules(root)
        if (wrong := wrong_imports(path.read_text(), path.relative_to(root).parts[0]))
    }
    assert not found


def test_groups_and_characters_do_not_look_right(root: Path) -> None:
    """Inside theory, too, the way is groups, characters, then representations and margins."""
    order = ["errors", "arithmetic", "groups", "characters", "representations", "margins"]
    for room in ("groups", "characters"):
        allowed = set(order[: order.index(room) + 1])
        for path in (root / "theory" / room).rglob("*.py"):
            rooms = {
                name.split(".")[1]
                for name in imported(ast.parse(path.read_text()))
                if name.startswith("theory.")
            }
            assert rooms <= allowed, f"{path.name} imports {sorted(rooms - allowed)}"


def test_import_rule_can_fail() -> None:
    assert wrong_imports("def f():\n    import torch.nn", "theory") == {"torch"}
    assert wrong_imports("from certificates.issue import issue", "empirics") == {"certificates"}


def test_modules_are_small_rooms(root: Path) -> None:
    sizes = {str(path.relative_to(root)): len(path.read_text().splitlines()) for path in modules(root)}
    assert {name: lines for name, lines in sizes.items() if lines > MODULE_LINES} == {}


def test_functions_fit_a_screen(root: Path) -> None:
    found = {
        str(path.relative_to(root)): names
        for path in modules(root)
        if (names := long_functions(path.read_text()))
    }
    assert not found


def test_function_rule_can_fail() -> None:
    assert long_functions("def f():\n" + "    pass\n" * FUNCTION_LINES) == [f"f ({FUNCTION_LINES + 1} lines)"]


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_a_package_is_light(package: str) -> None:
    """Every package `__init__` exports lazily: importing it loads nothing heavy."""
    program = f"import sys, {package}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    heavy = {"numpy", "scipy", "sympy", "cvxpy", "torch", "galois", "numba", "plotly", "highspy"}
    assert heavy & set(loaded.split()) == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_every_exported_name_exists(package: str) -> None:
    module = __import__(package)
    for name in module.__all__:
        assert getattr(module, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = module.nonsense


def test_tests_stay_out_of_the_wheel(root: Path, tmp_path: Path) -> None:
    # Build a copy: setuptools leaves its build folder beside the sources.
    source = tmp_path / "source"
    tracked = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True).stdout
    for name in tracked.splitlines():
        if (root / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((root / name).read_bytes())
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(tmp_path), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == set(PACKAGES)
    in_tree = {
        name for name in tracked.splitlines() if name.split("/")[0] in PACKAGES and (root / name).is_file()
    }
    assert in_tree <= set(names), "package data missing from the wheel"
