"""`gammastar verify`: its result, its files, and what it does when a step is ruled out or a check fails."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from certificates import cli, cli_verify

MARGIN_KEYS = 11  # as `gammastar margin --json`, checked in test_command_line.py


def verify(
    capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str
) -> tuple[int, dict[str, Any], str]:
    """Exit code, JSON object and stderr of `gammastar verify --json`, in this process."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["verify", *arguments, "--json", "-o", str(folder)])
    captured = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, json.loads(captured.out), captured.err


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the reference solver out: it takes seconds to import and is tested with the programs."""
    from theory import solve
    from theory.margins import program

    monkeypatch.setattr(program, "reference_cost", lambda table, arity: float(solve(table, arity).cost))


def test_the_whole_chain(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, result, progress = verify(capsys, tmp_path / "d", "A5")
    assert code == 0
    assert list(result)[MARGIN_KEYS:] == [
        "verdict",
        "plancherel_ratio",
        "network",
        "certificate",
        "reference",
        "stages",
        "files",
        "seconds",
    ]
    assert result["verdict"] == "verified"
    assert result["cost_exact"] == "8/15 + 4/5*sqrt(3)"
    assert result["plancherel_ratio"] == pytest.approx(1.034, abs=5e-4)  # "3.4 % above its formula"
    assert [irrep["status"] for irrep in result["irreps"]] == ["required", "required", "required", "excluded"]
    network = result["network"]
    assert network["method"] == "every input"
    assert network["margin_normalised"] / result["gamma_star"] == pytest.approx(1, abs=1e-10)
    assert result["reference"]["relative_gap"] < 1e-9
    assert [stage["status"] for stage in result["stages"]] == ["done"] * 6
    assert all(stage["name"] in progress for stage in result["stages"])
    assert sorted(entry.name for entry in (tmp_path / "d").iterdir()) == [
        "certificate.json",
        "report.html",
        "result.json",
    ]
    assert json.loads((tmp_path / "d" / "result.json").read_text()) == result
    check = result["certificate"]["check"]
    assert check["valid"]
    assert {fact["status"] for fact in check["facts"]} == {"proved"}
    document = json.loads((tmp_path / "d" / "certificate.json").read_text())
    assert document["sha256"] == result["certificate"]["sha256"]


@pytest.mark.usefixtures("quick")
class TestSmallGroup:
    @pytest.mark.parametrize(
        ("group", "arity"),
        [
            ("Q8", "2"),
            pytest.param("S4", "2", marks=pytest.mark.slow),
            pytest.param("SL(2,3)", "2", marks=pytest.mark.slow),
            ("S3", "3"),
            pytest.param("Q8", "3", marks=pytest.mark.slow),
        ],
    )
    def test_network_attains_the_margin(
        self, group: str, arity: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        code, result, _ = verify(capsys, tmp_path, group, "--arity", arity)
        assert (code, result["verdict"]) == (0, "verified")
        assert result["network"]["margin_normalised"] / result["gamma_star"] == pytest.approx(1, abs=1e-10)

    def test_force_replaces_what_is_there(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        (tmp_path / "report.html").write_text("old")
        (tmp_path / "mine.txt").write_text("kept")
        assert verify(capsys, tmp_path, "S3", "--force")[0] == 0
        assert (tmp_path / "report.html").read_text() != "old"
        assert (tmp_path / "mine.txt").read_text() == "kept"

    def test_the_same_files_again(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        digests = []
        for name in ("one", "two"):
            verify(capsys, tmp_path / name, "S3")
            digests.append(hashlib.sha256((tmp_path / name / "certificate.json").read_bytes()).hexdigest())
        assert digests[0] == digests[1]

    def test_tables_for_people(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        with pytest.raises(SystemExit) as ended:
            cli.main(["verify", "S3", "-o", str(tmp_path)])
        out = capsys.readouterr().out
        assert ended.value.code == 0
        assert out.startswith("VERIFIED S3")
        assert "18 neurons" in out
        assert str(tmp_path / "report.html") in out

    def test_network_beyond_a_limit(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from theory.errors import LimitError
        from theory.margins import network

        def too_large(*arguments: Any, **options: Any) -> None:
            raise LimitError("S3: the explicit network has 99 neurons, the limit is 9")

        monkeypatch.setattr(network, "build", too_large)
        code, result, _ = verify(capsys, tmp_path, "S3")
        assert (code, result["verdict"], result["network"]) == (0, "verified in part", None)
        assert "the limit is 9" in (tmp_path / "report.html").read_text()

    def test_certificate_beyond_a_limit(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from certificates import issue
        from theory.errors import LimitError

        def too_large(*arguments: Any, **options: Any) -> None:
            raise LimitError("S3: 3 classes, the limit is 2")

        monkeypatch.setattr(issue, "issue", too_large)
        code, result, _ = verify(capsys, tmp_path, "S3")
        assert (code, result["verdict"], result["certificate"]) == (0, "verified in part", None)
        assert sorted(entry.name for entry in tmp_path.iterdir()) == ["report.html", "result.json"]
        assert "the limit is 2" in (tmp_path / "report.html").read_text()

    def test_certificate_beyond_the_checker(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cli_verify, "_checked", lambda text: (None, "certificate.json: beyond a limit"))
        code, result, _ = verify(capsys, tmp_path, "S3")
        assert (code, result["verdict"], result["certificate"]["check"]) == (0, "verified in part", None)

    def test_certificate_that_is_malformed_is_a_bug(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cli_verify, "_text", lambda document: "{}")
        with pytest.raises(RuntimeError, match="exit code 2"):
            cli.main(["verify", "S3", "-o", str(tmp_path / "d")])
        assert not (tmp_path / "d").exists()

    def test_false_certificate_refutes(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The checker runs for real, on a certificate whose statement was changed and sealed again."""
        from certificates import issue
        from certificates.checker import digest

        genuine = issue.issue

        def forged(*arguments: Any, **options: Any) -> dict[str, Any]:
            document = genuine(*arguments, **options)
            document["classes"][1]["order"] += 1
            document["sha256"] = digest(document)
            return document

        monkeypatch.setattr(issue, "issue", forged)
        code, result, _ = verify(capsys, tmp_path, "S3")
        assert (code, result["verdict"]) == (1, "refuted")
        assert not result["certificate"]["check"]["valid"]
        assert "Refuted" in (tmp_path / "report.html").read_text()

    def test_network_that_misses_the_margin_refutes(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from theory.margins import network

        genuine = network.evaluate
        monkeypatch.setattr(network, "evaluate", lambda *given: replace(genuine(*given), ratio=1 - 1e-9))
        code, result, _ = verify(capsys, tmp_path, "S3")
        assert (code, result["verdict"]) == (1, "refuted")

    def test_reference_that_disagrees_refutes(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from theory.margins import program

        monkeypatch.setattr(program, "reference_cost", lambda table, arity: 1.2)
        code, result, _ = verify(capsys, tmp_path, "S3")
        assert (code, result["verdict"]) == (1, "refuted")

    @pytest.mark.requires("gap")
    def test_table_without_a_group(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        code, result, _ = verify(capsys, tmp_path, 'gap:CharacterTable("M11")')
        assert (code, result["verdict"], result["network"]) == (0, "verified in part", None)
        assert "trusted" in {fact["status"] for fact in result["certificate"]["check"]["facts"]}
