"""Reference data: every column has its meaning, checksums are right, the folder reads as a census."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from certificates import cli
from certificates.atlas import catalogue
from certificates.atlas.census import Plan, run_census
from certificates.atlas.publish import publish, readme
from certificates.atlas.records import CensusRow, ClassRow, IrrepRow
from certificates.atlas.store import Store, existing, read_certificates, read_table
from theory.errors import InputError

ATLAS = Path(__file__).parents[2] / "results" / "atlas"


@pytest.fixture
def census(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(catalogue, "LARGEST_N", 6)
    run_census(Plan(0, ("cyclic", "dihedral"), (2, 3), False), tmp_path / "census")
    return tmp_path / "census"


def test_published_folder(census: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    sizes = publish(Store(census, (2, 3)), out)
    written = sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())
    assert written == sorted(sizes)
    sums = dict(reversed(line.split("  ")) for line in (out / "SHA256SUMS").read_text().splitlines())
    assert set(sums) == set(sizes) - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest
    assert read_table(out / "census.parquet") == read_table(census / "census.parquet")
    published = dict(Store(out, ()).certificates())
    assert published == dict(Store(census, ()).certificates())
    assert len(published) == 18  # Z2, ..., Z6 and D3, ..., D6, two numbers of factors
    assert b"version" in pq.read_schema(out / "census.parquet").metadata


def test_every_column_has_a_meaning() -> None:
    text = readme([])
    for record in (CensusRow, IrrepRow, ClassRow):
        for field in fields(record):
            line = next(line for line in text.splitlines() if line.startswith(f"| `{field.name}` |"))
            assert len(line.split(" | ")[2]) > 8, line


def test_command(census: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["atlas", "publish", "--census", str(census), "-o", str(tmp_path / "out"), "--json"]
    with pytest.raises(SystemExit, match="0"):
        cli.main(words)
    result = json.loads(capsys.readouterr().out)
    assert result["bytes"] == sum(
        file.stat().st_size for file in (tmp_path / "out").rglob("*") if file.is_file()
    )
    with pytest.raises(SystemExit, match="2"):
        cli.main(["atlas", "publish", "--census", str(tmp_path / "none"), "-o", str(tmp_path / "out")])
    assert "none: holds no census; `gammastar census -o" in capsys.readouterr().err
    with pytest.raises(InputError, match="holds no census"):
        existing(tmp_path)


class TestCommitted:
    """The published census itself."""

    def test_checksums_and_size(self) -> None:
        lines = (ATLAS / "SHA256SUMS").read_text().splitlines()
        for line in lines:
            digest, name = line.split("  ")
            content = (ATLAS / name).read_bytes()
            assert hashlib.sha256(content).hexdigest() == digest, name
        assert (ATLAS / "census.parquet").stat().st_size < 10_000_000

    def test_every_row_was_checked(self) -> None:
        columns = ["key", "collection", "arity", "order", "certificate_sha256", "note", "gap_agrees"]
        rows = pq.read_table(ATLAS / "census.parquet", columns=columns).to_pylist()
        small = [row for row in rows if row["collection"] == "small groups" and row["arity"] == 2]
        assert len(small) == 1048  # GAP: Sum([1..100], NumberSmallGroups)
        assert all(row["gap_agrees"] for row in rows)
        assert {row["arity"] for row in rows} == {2, 3, 4}
        assert all(row["certificate_sha256"] or row["note"] for row in rows)
        without = {row["key"] for row in rows if not row["certificate_sha256"]}
        assert without == {"sg-1-1", "ex-7-5-plus", "ex-7-5-minus"}

    def test_certificates_are_those_of_the_rows(self) -> None:
        columns = ["key", "arity", "certificate_sha256", "certificate_bytes"]
        rows = {
            (row["key"], row["arity"]): row
            for row in pq.read_table(ATLAS / "census.parquet", columns=columns).to_pylist()
            if row["certificate_sha256"]
        }
        found = {}
        for path in (ATLAS / "certificates").glob("*.parquet"):
            for place, text in read_certificates(path).items():
                digest = rows[place]["certificate_sha256"]
                assert len(text) == rows[place]["certificate_bytes"]
                assert f'"sha256": "{digest}"'.encode() in text[-200:], place
                found[place] = digest
        assert found.keys() == rows.keys()

    @pytest.mark.slow
    def test_the_checker_runs_over_every_certificate(self) -> None:
        from certificates.checker.verdict import check

        for path in (ATLAS / "certificates").glob("*.parquet"):
            for place, text in read_certificates(path).items():
                assert check(text).valid, place
