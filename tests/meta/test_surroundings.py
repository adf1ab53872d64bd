"""The command line in hostile surroundings: devices for files, terminals that are not UTF-8, full disks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from certificates import cli, cli_output, files, wording
from certificates.result import plancherel_ratio
from theory import character_table, solve

POSIX = pytest.mark.skipif(os.name != "posix", reason="devices, links and names in bytes")


def gammastar(*arguments: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "certificates.cli", *arguments]
    return subprocess.run(command, **{"capture_output": True, "check": False, **options})  # type: ignore[call-overload, no-any-return]


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    captured = capsys.readouterr()
    assert (ended.value.code, captured.out, captured.err.count("\n")) == (2, "", 1)
    return captured.err.strip()


class TestFiles:
    @POSIX
    def test_a_pipe_is_not_replaced(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        assert "not an ordinary file" in refused(capsys, "certify", "S3", "-o", str(tmp_path / "pipe"))
        with pytest.raises(ValueError, match="not an ordinary file"):
            files.write_text(tmp_path / "pipe", "text")
        assert (tmp_path / "pipe").is_fifo()
        assert [entry.name for entry in tmp_path.iterdir()] == ["pipe"]

    @POSIX
    def test_a_link_stays_a_link(self, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(tmp_path / "target")
        files.write_text(tmp_path / "link", "text")
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "target").read_text() == "text"

    @POSIX
    def test_links_in_a_circle(self, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(tmp_path / "link")
        with pytest.raises(ValueError, match="link: cannot be written"):
            files.write_text(tmp_path / "link", "text")

    def test_long_names(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        files.write_text(tmp_path / ("a" * 250), "text")
        assert "too long" in refused(capsys, "margin", "a" * 300 + ".json")

    @pytest.mark.parametrize("command", ["certify", "verify"])
    def test_a_file_among_the_folders(
        self, command: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        (tmp_path / "file").write_text("mine")
        message = refused(capsys, command, "S3", "-o", str(tmp_path / "file" / "sub" / "out"))
        assert f"{tmp_path / 'file'} is a file, not a folder" in message

    @POSIX
    def test_a_name_that_is_not_utf8(self, tmp_path: Path) -> None:
        group = os.fsencode(tmp_path) + b"/caf\xe9.csv"
        Path(os.fsdecode(group)).write_text("0,1\n1,0\n")
        certificate = tmp_path / "certificate.json"
        assert gammastar("certify", os.fsdecode(group), "-o", str(certificate)).returncode == 0
        assert gammastar("check", str(certificate)).returncode == 0
        assert (
            json.loads(gammastar("margin", os.fsdecode(group), "--json").stdout.decode("utf-8"))["order"] == 2
        )


class TestTerminals:
    @POSIX
    def test_ascii(self) -> None:
        ascii_only = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        finished = gammastar("margin", "A5", env=ascii_only)
        assert (finished.returncode, finished.stderr) == (0, b"")
        assert rb"\u03b3*" in finished.stdout

    @pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="a device that is always full")
    @pytest.mark.parametrize("unbuffered", ["", "1"])  # what is buffered fails only when Python ends
    @pytest.mark.parametrize("arguments", [("margin", "S3"), ("margin", "S3", "--json"), ("--version",)])
    def test_full_disk(self, arguments: tuple[str, ...], unbuffered: str) -> None:
        environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
        with open("/dev/full", "wb") as full:
            finished = gammastar(
                *arguments, capture_output=False, stdout=full, stderr=subprocess.PIPE, env=environment
            )
        assert (finished.returncode, finished.stderr) == (2, b"gammastar: No space left on device\n")

    @POSIX
    @pytest.mark.parametrize("arguments", [("margin", "S3"), ("margin", "S3", "--json"), ("--version",)])
    def test_closed_pipe_is_no_verdict(self, arguments: tuple[str, ...]) -> None:
        reading, writing = os.pipe()
        os.close(reading)
        finished = gammastar(*arguments, capture_output=False, stdout=writing, stderr=subprocess.PIPE)
        os.close(writing)
        assert (finished.returncode, finished.stderr) == (141, b"")

    def test_large_sizes_leave_room(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "80")
        classes = [{"representative": "2A", "size": "9" * 52, "order": 2, "status": "every"}]
        cli_output._print_classes(cli_output._console(), classes)
        out = capsys.readouterr().out
        assert "2A         1.000·10⁵²       2   in every network" in out
        assert "average margin is γ*" in out
        assert "--json gives them exactly" in out

    def test_narrow_terminals_keep_names_of_classes_whole(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "40")
        classes = [{"representative": "(1,2,3,4)", "size": 604800, "order": 4, "status": "every"}]
        cli_output._print_classes(cli_output._console(), classes)
        out = capsys.readouterr().out
        assert "(1,2,3,4)   604800   in every network" in out
        assert "average is γ*" in out


class TestLargeNumbers:
    @pytest.mark.parametrize("arity", ["101", "1000000000", "9" * 30])
    def test_arity_beyond_the_limit(self, arity: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert refused(capsys, "margin", "S3", "--arity", arity).endswith("is 100 factors")

    def test_excess(self) -> None:
        assert wording.excess(999_999, "it") == "1\u202f000\u202f000 times it"
        assert wording.excess(1.4e36, "it") == "1.4·10³⁶ times it"

    def test_margin_beyond_floats(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert plancherel_ratio(solve(character_table("S20"), 100)) is None
        with pytest.raises(SystemExit) as ended:
            cli.main(["margin", "S20", "--arity", "100"])
        out = capsys.readouterr().out
        assert ended.value.code == 0
        assert "The Plancherel weights d²/|G| are not optimal.\n" in out
        assert ", below the least float\n" in out

    def test_costs_beyond_the_reference_solver(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        with pytest.raises(SystemExit) as ended:
            cli.main(["verify", "S3", "--arity", "100", "--json", "-o", str(tmp_path / "d")])
        found = json.loads(capsys.readouterr().out)
        assert (ended.value.code, found["verdict"], found["reference"]) == (0, "verified in part", None)
        skipped = [stage["name"] for stage in found["stages"] if stage["status"] == "skipped"]
        assert "reference solver" in skipped

    def test_digits_are_ascii(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert "unknown group" in refused(capsys, "margin", "S\N{ARABIC-INDIC DIGIT THREE}")
