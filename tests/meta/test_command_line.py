"""The command line: keys of the JSON objects, exit codes, one-line errors, whole files or none."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from signals import interruptible

from certificates import cli, files, result

HEAVY = {"cvxpy", "torch", "galois", "numba", "sympy", "plotly", "scipy", "highspy", "jinja2"}


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of `gammastar ARGUMENTS`, in this process."""
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    captured = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, captured.out, captured.err


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line on stderr of a command that must end with exit code 2 and print nothing."""
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1, err
    return err.strip()


def modules_after(program: str) -> set[str]:
    """Names of the modules a fresh interpreter holds after a program, which may end with SystemExit."""
    wrapped = f"""
import sys
try:
    exec({program!r})
except SystemExit:
    pass
print("MODULES", *sys.modules)
"""
    finished = subprocess.run([sys.executable, "-c", wrapped], capture_output=True, text=True, check=True)
    return set(finished.stdout.split("MODULES")[1].split())


class TestMargin:
    def test_keys_are_the_contract(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, err = run(capsys, "margin", "S3 x Z3", "--json")
        assert (code, err) == (0, "")
        found = json.loads(out)
        assert list(found) == [
            "group",
            "order",
            "arity",
            "gamma_star",
            "gamma_star_exact",
            "cost",
            "cost_exact",
            "theorem9_condition",
            "plancherel_optimal",
            "irreps",
            "classes",
        ]
        for irrep in found["irreps"]:
            assert list(irrep) == [
                "label",
                "degree",
                "indicator",
                "conjugates",
                "orbit",
                "status",
                "share",
                "orbit_share",
            ]
        for item in found["classes"]:
            assert list(item) == ["representative", "size", "order", "status"]

    def test_values_of_the_design(self, capsys: pytest.CaptureFixture[str]) -> None:
        found = json.loads(run(capsys, "margin", "S3", "--json")[1])
        assert found["group"] == "S3"
        assert (found["order"], found["arity"]) == (6, 2)
        assert found["cost_exact"] == "1/6 + 2/3*sqrt(2)"
        assert found["gamma_star"] == pytest.approx(0.02360496931049070, rel=1e-15)
        assert found["theorem9_condition"] is True
        assert found["plancherel_optimal"] is True
        assert [irrep["share"] for irrep in found["irreps"]] == [
            [pytest.approx(0.15022, abs=5e-6)] * 2,
            [pytest.approx(0.84978, abs=5e-6)] * 2,
        ]
        assert [irrep["status"] for irrep in found["irreps"]] == ["required", "required"]
        assert [(item["size"], item["order"], item["status"]) for item in found["classes"]] == [
            (3, 2, "every"),
            (2, 3, "every"),
        ]

    def test_a_complex_pair_is_one_row(self, capsys: pytest.CaptureFixture[str]) -> None:
        found = json.loads(run(capsys, "margin", "Z5", "--json")[1])
        assert [(irrep["indicator"], irrep["conjugates"]) for irrep in found["irreps"]] == [(0, 2), (0, 2)]
        assert found["theorem9_condition"] is None

    def test_arity(self, capsys: pytest.CaptureFixture[str]) -> None:
        found = json.loads(run(capsys, "margin", "Q8", "--arity", "3", "--json")[1])
        assert found["arity"] == 3
        assert found["theorem9_condition"] is None
        assert "sqrt" not in found["cost_exact"]  # odd arity: the costs are integers

    def test_tables_for_people(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, err = run(capsys, "margin", "S3")
        assert (code, err) == (0, "")
        assert "Every max-margin network uses both nontrivial irreps." in out
        assert "γ*" in out
        assert "1/6 + 2/3*sqrt(2)" in out
        assert "\x1b" not in out  # no colour in a pipe

    def test_narrow_terminal_splits_no_number(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "44")
        out = run(capsys, "margin", "Z12")[1]
        assert out.count("0.18679") == 5
        assert out.count("required") == 6
        assert out.count("in every network") == 11

    @pytest.mark.slow
    def test_large_orders_are_strings(self, capsys: pytest.CaptureFixture[str]) -> None:
        found = json.loads(run(capsys, "margin", "S19", "--json")[1])
        assert found["order"] == "121645100408832000"


class TestPortableIntegers:
    def test_boundary(self) -> None:
        assert result.portable([2**53, 2**53 + 1, -(2**53) - 1]) == [2**53, str(2**53 + 1), str(-(2**53) - 1)]

    def test_inside_objects(self) -> None:
        assert result.portable({"a": [{"b": 10**20}], "c": True}) == {"a": [{"b": "1" + "0" * 20}], "c": True}

    def test_not_a_number_is_refused(self) -> None:
        with pytest.raises(ValueError, match="JSON"):
            result.dump({"a": float("nan")})


class TestErrors:
    def test_unknown_name_suggests_near_ones(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert "did you mean S5?" in refused(capsys, "margin", "s5")

    @pytest.mark.parametrize("group", ["Z1", "A5 x", "Foo7", "no/such/file.json", "S26", "Q12"])
    @pytest.mark.parametrize("command", ["margin", "certify", "verify"])
    def test_one_line_and_nothing_written(
        self, command: str, group: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        output = {
            "margin": [],
            "certify": ["-o", str(tmp_path / "out.json")],
            "verify": ["-o", str(tmp_path / "out")],
        }
        refused(capsys, command, group, *output[command])
        assert list(tmp_path.iterdir()) == []

    def test_arity_below_two(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert "2" in refused(capsys, "margin", "S3", "--arity", "1")

    def test_wrong_options(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert "gammastar margin --help" in refused(capsys, "margin")
        assert "--arity" in refused(capsys, "margin", "S3", "--arty", "3")
        assert "nonsense" in refused(capsys, "nonsense")
        assert "--arity" in refused(capsys, "margin", "S3", "--arity", "two")

    def test_bugs_are_not_hidden(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from certificates import cli_steps

        def broken(*arguments: Any) -> None:
            raise ValueError("a bug")

        monkeypatch.setattr(cli_steps, "solve", broken)
        with pytest.raises(ValueError, match="a bug"):
            cli.main(["margin", "S3"])

    def test_missing_certificate(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        assert "absent.json" in refused(capsys, "check", str(tmp_path / "absent.json"))

    def test_version(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, _ = run(capsys, "--version")
        assert code == 0
        assert out.startswith("gammastar ")

    def test_help_shows_examples(self, capsys: pytest.CaptureFixture[str]) -> None:
        for command in ("margin", "certify", "check", "verify", "property-test"):
            code, out, _ = run(capsys, command, "--help")
            assert code == 0
            examples = out.replace("Examples:", "Example:").split("Example:")[1]
            assert f"gammastar {command}" in examples


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("certificates") / "s3.json"
    with pytest.raises(SystemExit):
        cli.main(["certify", "S3", "-o", str(path)])
    return path


class TestCheck:
    """`gammastar check` and `python -m certificates.checker` say the same of every file."""

    @pytest.fixture
    def variants(self, certificate: Path, tmp_path: Path) -> dict[str, tuple[Path, int]]:
        """Files by name, with the exit code each must get."""
        from certificates.checker import digest

        document = json.loads(certificate.read_text())
        document["classes"][1]["order"] = 4
        document["sha256"] = digest(document)
        texts = {
            "false": (json.dumps(document), 1),
            "cut": (certificate.read_text()[:500], 2),
            "empty": ("", 2),
        }
        texts["list"] = ("[]", 2)
        for name, (text, _) in texts.items():
            (tmp_path / name).write_text(text)
        (tmp_path / "latin1").write_bytes("é".encode("latin-1"))
        found = {name: (tmp_path / name, code) for name, (_, code) in texts.items()}
        return {"valid": (certificate, 0), "latin1": (tmp_path / "latin1", 2), **found}

    def test_both_commands_agree(
        self, variants: dict[str, tuple[Path, int]], capsys: pytest.CaptureFixture[str]
    ) -> None:
        from certificates import checker

        for name, (path, expected) in variants.items():
            code, out, err = run(capsys, "check", str(path), "--json")
            assert code == expected, name
            assert checker.main([str(path), "--json"]) == expected
            theirs = capsys.readouterr()
            assert err == theirs.err
            assert (err == "") == (expected == 0)
            if expected == 2:
                assert out == theirs.out == ""
                assert err.count("\n") == 1
            else:
                verdict, other = json.loads(out), json.loads(theirs.out)
                assert list(verdict) == ["valid", "facts", "order", "classes", "seconds"]
                assert all(list(fact) == ["name", "status", "detail"] for fact in verdict["facts"])
                assert {**verdict, "seconds": 0} == {**other, "seconds": 0}

    def test_failed_facts_are_named(
        self, variants: dict[str, tuple[Path, int]], capsys: pytest.CaptureFixture[str]
    ) -> None:
        code, out, err = run(capsys, "check", str(variants["false"][0]))
        assert code == 1
        assert "element orders" in err
        assert "failed" in out

    def test_loads_nothing_of_the_prover(self, certificate: Path) -> None:
        program = f"from certificates.cli import main; main(['check', {str(certificate)!r}, '--json'])"
        loaded = {name.split(".")[0] for name in modules_after(program)}
        assert "certificates" in loaded
        assert loaded & {"theory", "empirics", "numpy", *HEAVY} == set()

    def test_certify_says_what_it_wrote(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        path = tmp_path / "new" / "q8.json"
        code, out, _ = run(capsys, "certify", "Q8", "-o", str(path), "--json")
        found = json.loads(out)
        assert code == 0
        assert found["file"] == str(path)
        assert found["bytes"] == path.stat().st_size
        assert found["sha256"] == json.loads(path.read_text())["sha256"]


class TestPropertyTest:
    def test_group_passes(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, err = run(capsys, "property-test", "Z3", "--max-examples", "5", "--json")
        found = json.loads(out)
        assert (code, err, found["passed"]) == (0, "", True)

    def test_corrupted_table_fails_with_a_triple(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        table = [[(g + h) % 5 for h in range(5)] for g in range(5)]
        table[2][3], table[2][4] = table[2][4], table[2][3]
        (tmp_path / "bad.json").write_text(json.dumps({"cayley_table": table}))
        code, out, _ = run(capsys, "property-test", str(tmp_path / "bad.json"))
        assert code == 1
        assert "associativity" in out
        assert "≠" in out or " but " in out


class TestFiles:
    def test_slug(self) -> None:
        assert str(files.default_directory('gap:CharacterTable("M")')) == "gammastar-gap-CharacterTable-M"
        assert str(files.default_directory("../groups/mine.csv")) == "gammastar-mine"
        assert str(files.default_directory("?" * 9)) == "gammastar-group"

    def test_all_or_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "a").write_text("old")
        (tmp_path / "b").mkdir()  # a folder is in the way of the second file
        with pytest.raises(ValueError, match="cannot be written"):
            files.write_all(tmp_path, {"b": "new", "a": "new"})
        assert (tmp_path / "a").read_text() == "old"
        assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a", "b"]

    def test_interruption_leaves_no_file(self, tmp_path: Path) -> None:
        class Interrupted(dict[str, str]):
            def items(self) -> Any:
                yield "first", "text"
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            files.write_all(tmp_path / "new", Interrupted())
        assert list((tmp_path / "new").iterdir()) == []

    def test_folder_that_holds_files(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        (tmp_path / "mine.txt").write_text("precious")
        message = refused(capsys, "verify", "S3", "-o", str(tmp_path))
        assert "mine.txt" in message
        assert "--force" in message
        assert [entry.name for entry in tmp_path.iterdir()] == ["mine.txt"]

    def test_file_in_place_of_folder(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        (tmp_path / "out").write_text("a file")
        assert "is a file" in refused(capsys, "verify", "S3", "-o", str(tmp_path / "out"), "--force")

    def test_folder_in_place_of_file(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        assert "is a folder" in refused(capsys, "certify", "S3", "-o", str(tmp_path))

    @pytest.mark.skipif(os.name != "posix", reason="signals")
    def test_interrupted_run_leaves_nothing(self, tmp_path: Path) -> None:
        folder = tmp_path / "d"
        command = [sys.executable, "-m", "certificates.cli", "verify", "S6", "-o", str(folder)]
        with interruptible():
            process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stderr is not None
        process.stderr.readline()  # the first stage is done
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 130, err
        assert out == ""
        assert err.splitlines()[-1] == "gammastar: interrupted, nothing written"
        assert "Traceback" not in err
        assert not folder.exists()

    def test_interrupted_inside_executed_text(self, tmp_path: Path) -> None:
        """CPython remembers a Ctrl-C in `exec(text)`, which dataclasses use, and kills itself at the end."""
        (tmp_path / "stopped.py").write_text(
            "from certificates import cli\n"
            "@cli.app.command()\n"
            "def stop(): exec('raise KeyboardInterrupt')\n"
            "cli.main(['stop'])\n"
        )
        command = [sys.executable, "-m", "stopped"]
        process = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (process.returncode, process.stdout) == (130, "")
        assert process.stderr == "gammastar: interrupted, nothing written\n"


class TestImports:
    def test_margin_loads_nothing_heavy(self) -> None:
        loaded = modules_after("from certificates.cli import main; main(['margin', 'S5'])")
        assert "flint" in loaded
        assert loaded & HEAVY == set()

    def test_this_can_fail(self) -> None:
        loaded = modules_after("import sympy; from certificates.cli import main; main(['margin', 'S5'])")
        assert loaded & HEAVY == {"sympy"}

    def test_nothing_of_ours_before_a_command_runs(self) -> None:
        loaded = modules_after("import certificates.cli")
        ours = {name for name in loaded if name.split(".")[0] in {"theory", "empirics", "certificates"}}
        assert ours == {"certificates", "certificates.cli"}
