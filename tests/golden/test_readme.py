"""The README is true: its commands run, its outputs and its table are what the program prints.

`python tests/golden/test_readme.py` writes the table and the outputs anew.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).resolve().parents[2] / "README.md"
GROUPS = ("Z12", "Z71", "S3", "D4", "Q8", "SL(2,3)", "S4", "A5", "S5", "A7", "Heis(3)", "PSL(2,7)", "M11")
TABLE = re.compile(r"(?<=<!-- table -->\n).*?(?=<!-- end of table -->)", re.DOTALL)
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
TIMING = re.compile(r"\d+\.\d+ s\b")


def commands(text: str) -> list[tuple[str, list[str]]]:
    """Each `$` line of the console blocks, with the output lines that follow it."""
    found: list[tuple[str, list[str]]] = []
    for block in CONSOLE.findall(text):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    program, *arguments = shlex.split(command)
    assert program == "gammastar"
    line = [sys.executable, "-m", "certificates.cli", *arguments]
    return subprocess.run(line, cwd=folder, capture_output=True, text=True, timeout=120)


def row(group: str) -> str:
    """One line of the README's table, from the solver."""
    from certificates.result import margin_result
    from theory import character_table, solve

    result = json.loads(json.dumps(margin_result(solve(character_table(group)), group)))
    irreps = result["irreps"]
    counts = {status: sum(i["status"] == status for i in irreps) for status in ("required", "possible")}
    uses = f"{counts['required']} of {len(irreps)}" + (
        f", {counts['possible']} possible" if counts["possible"] else ""
    )
    published = {True: "yes", False: "no", None: "–"}[result["theorem9_condition"]]
    cells = (
        group,
        result["order"],
        f"`{result['cost_exact']}`",
        f"{result['gamma_star']:.10g}",
        uses,
        published,
    )
    return "| " + " | ".join(map(str, cells)) + " |\n"


def table() -> str:
    head = (
        "| group | order | cost* | gamma* | uses | published theorem applies |\n|---|---|---|---|---|---|\n"
    )
    return head + "".join(row(group) for group in GROUPS)


def test_table_is_what_the_solver_finds() -> None:
    assert TABLE.search(README.read_text()).group() == table()


def test_commands_run_and_print_what_is_shown(tmp_path: Path) -> None:
    shown = commands(README.read_text())
    assert len(shown) >= 6
    for command, output in shown:
        done = run(command, tmp_path)
        assert done.returncode == 0, f"$ {command}\n{done.stderr}"
        printed = [TIMING.sub("", line.rstrip()) for line in done.stdout.splitlines()]
        missing = [line for line in output if TIMING.sub("", line.rstrip()) not in printed]
        assert not missing, f"$ {command} does not print {missing[0]!r}"


def test_a_line_that_is_not_printed_is_noticed(tmp_path: Path) -> None:
    (shown,) = commands("```console\n$ gammastar margin S3\ncost* = 17\n```")
    assert shown[1][0] not in run(shown[0], tmp_path).stdout


def test_library_example_prints_its_comments() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.splitlines() == [line.split("# ")[1] for line in code.splitlines() if "# " in line]


@pytest.mark.parametrize("target", ["verify", "test"])
def test_make_targets_exist(target: str) -> None:
    dry = subprocess.run(["make", "-n", target], cwd=README.parent, capture_output=True, text=True)
    assert dry.returncode == 0
    assert ("gammastar verify A5" if target == "verify" else "-m pytest") in dry.stdout


def test_links_lead_somewhere() -> None:
    text = README.read_text()
    links = re.findall(r"\]\((?!http)([^)#]+)\)", text)
    assert links
    assert [link for link in links if not (README.parent / link).exists()] == []


if __name__ == "__main__":
    README.write_text(TABLE.sub(lambda _: table(), README.read_text()))
