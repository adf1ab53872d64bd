"""The census: nothing is lost or done twice, failures stay alone; its rows are those of the theory."""

from __future__ import annotations

import errno
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from clusters import Cluster, local_cluster

from certificates import cli
from certificates.atlas import catalogue, census, store
from certificates.atlas.catalogue import FAMILIES, Subject, families, small_groups
from certificates.atlas.census import Plan, counted, run_census
from certificates.atlas.perform import Batch, perform
from certificates.atlas.records import COLLECTIONS, CensusRow
from empirics.sweeps import engine
from theory.characters.library import character_table
from theory.errors import InputError
from theory.margins.exact import solve

SUPPORT = Path(__file__).parents[1] / "support"


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Other processes find the batches of these tests, and the folder where they say what they did."""
    monkeypatch.setenv("PYTHONPATH", str(SUPPORT))
    monkeypatch.syspath_prepend(str(SUPPORT))
    monkeypatch.setenv("SWEEP_TEST_FOLDER", str(tmp_path))


def named(*expressions: str) -> tuple[Subject, ...]:
    """Groups of the catalogue by what one types for them."""
    every = {subject.expression: subject for subject in families(tuple(FAMILIES))}
    return tuple(every[expression] for expression in expressions)


@pytest.fixture
def cyclic(monkeypatch: pytest.MonkeyPatch) -> Plan:
    """A census of Z2, ..., Z9 in batches of two, without GAP."""
    monkeypatch.setattr(catalogue, "LARGEST_N", 9)
    monkeypatch.setattr(census, "BATCH_GROUPS", 2)
    return Plan(0, ("cyclic",), (2,), False)


@pytest.fixture
def inline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches in this process: starting others takes a second each, and other tests do it."""

    def local(performer: Any, jobs: Sequence[Batch], workers: int) -> Iterator[Any]:
        for job in jobs:
            try:
                yield engine.Outcome(job, performer(job), "")
            except RuntimeError as error:
                yield engine.Outcome(job, None, str(error))

    monkeypatch.setattr(engine, "_local", local)


class TestCatalogue:
    def test_sizes_of_the_collections(self) -> None:
        every = list(families(tuple(FAMILIES)))
        assert len({subject.key for subject in every}) == len(every)
        assert set(FAMILIES) | {"small groups"} == set(COLLECTIONS)
        assert {subject.collection for subject in every} == set(FAMILIES)
        found = Counter(subject.collection for subject in every)
        # prime powers from 4 to 61 and from 3 to 64; p = 2, 3, 5, 7 with two ranks and signs
        assert (found["cyclic"], found["dihedral"], found["dicyclic"]) == (499, 498, 499)
        assert (found["symmetric"], found["alternating"]) == (18, 17)
        assert (found["PSL(2,q)"], found["AGL(1,q)"], found["extraspecial"]) == (24, 26, 16)
        assert found["sporadic"] == 26
        limits = (f"at most {catalogue.POWER_CLASSES} classes", f"{catalogue.ABELIAN_CLASSES} if abelian")
        assert all(limit in COLLECTIONS["direct powers"] for limit in limits)

    def test_keys_are_names_of_files(self) -> None:
        keys = [s.key for s in (*families(tuple(FAMILIES)), *small_groups([1, 1, 1, 2]))]
        assert all(key == key.lower() and key.replace("-", "").isalnum() for key in keys)

    def test_factors_of_powers_have_the_stated_classes(self) -> None:
        for factor in catalogue._factors():
            table = character_table(factor.name)
            assert (table.order, len(table.class_sizes)) == (factor.order, factor.classes), factor.name

    @pytest.mark.slow
    @pytest.mark.requires("gap")
    def test_simple_tables_are_those_of_the_library(self) -> None:
        from theory.groups.gap import run

        query = "AllCharacterTableNames({}, true, IsDuplicateTable, false)"
        assert set(run(f"Emit({query.format('IsSporadicSimple')});", 900)) == set(catalogue.SPORADIC)
        simple = run(
            f"Emit(List({query.format('IsSimple')}, "
            "n -> [n, Size(CharacterTable(n)), NrConjugacyClasses(CharacterTable(n))]));",
            900,
        )
        left = {name for name, order, classes in simple if classes <= 400 and order > 3}
        left -= set(catalogue.SPORADIC)
        left -= {f"A{n}" for n in range(5, 21)}
        left -= {f"L2({q})" for q in catalogue._prime_powers(4, 61)}
        assert left - {"L3(2)"} == set(catalogue.SIMPLE)  # L3(2) is PSL(2,7)


@pytest.fixture(scope="module")
def found() -> Any:
    subjects = (
        *small_groups([1, 1, 1, 2]),
        *named("S5", "D5", "PSL(2,7)", "AGL(1,8)", "Ex(2^(1+2),-)", "D3^2", 'gap:CharacterTable("M11")'),
    )
    return perform(Batch("test", subjects, (2, 3), True))


@pytest.mark.requires("gap")
class TestRows:
    def test_nothing_fails_and_gap_agrees(self, found: Any) -> None:
        assert found.failures == ()
        assert len(found.rows) == 24
        assert all(row.gap_agrees for row in found.rows)

    def test_rows_are_what_the_solver_says(self, found: Any) -> None:
        rows = [row for row in found.rows if not row.expression.startswith("gap:SmallGroup")]
        tables = {expression: character_table(expression) for expression in {row.expression for row in rows}}
        for row in rows:
            solution = solve(tables[row.expression], row.arity)
            assert (row.gamma_star, row.gamma_star_exact) == (
                solution.gamma_star,
                solution.gamma_star_exact,
            )
            assert row.cost_exact == str(solution.cost)
            gain = row.order ** ((row.arity - 1) / 2) / row.cost
            assert row.structure_gain == pytest.approx(gain, rel=1e-14)
            assert [(i.label, i.status) for i in row.irreps] == [
                (r.label, s.value) for r, s in zip(solution.rows, solution.structure.irreps, strict=True)
            ]
            assert sum(line.size for line in row.classes) == row.order - 1

    def test_numbers_of_the_library(self, found: Any) -> None:
        ids = {row.expression: row.gap_id for row in found.rows}
        # Besche, Eick and O'Brien's library: S5 is (120, 34), PSL(2,7) is (168, 42)
        assert ids["S5"] == 34
        assert ids["PSL(2,7)"] == 42
        assert ids["Ex(2^(1+2),-)"] == 4  # Q8
        assert ids['gap:CharacterTable("M11")'] is None

    def test_the_trivial_group_has_no_margin(self, found: Any) -> None:
        row = next(row for row in found.rows if row.order == 1)
        assert row.gamma_star is None
        assert row.certificate_sha256 is None
        assert "no wrong label" in row.note

    def test_certificates_are_those_of_certify(self, found: Any, tmp_path: Path) -> None:
        for expression, arity in (("D5", 3), ("S5", 2), ('gap:CharacterTable("M11")', 2)):
            row = next(r for r in found.rows if (r.expression, r.arity) == (expression, arity))
            file = tmp_path / "c.json"
            with pytest.raises(SystemExit, match="0"):
                cli.main(["certify", expression, "--arity", str(arity), "-o", str(file)])
            assert file.read_bytes() == found.certificates[row.key, arity]
            assert json.loads(file.read_text())["sha256"] == row.certificate_sha256
            assert row.facts_trusted == (1 if "M11" in expression else 0)

    def test_a_table_of_another_group_is_noticed(self, found: Any) -> None:
        (subject,) = named("D4")
        false = replace(subject, table='CharacterTable("Quaternionic",8)')
        result = perform(Batch("test", (*named("D5"), false), (2,), True))
        assert [row.expression for row in result.rows] == ["D5"]
        (failure,) = result.failures
        assert failure.error == (
            "ArithmeticError: our table of D4 and GAP's differ in the class sizes and element orders, "
            "degrees and Frobenius–Schur indicators"
        )

    def test_the_table_gives_the_rows_back(self, found: Any, tmp_path: Path) -> None:
        big = replace(found.rows[-1], order=808017424794512875886459904961710757005754368000000000)
        rows = [*found.rows, big]
        (tmp_path / "t.parquet").write_bytes(store.table_bytes(rows))
        assert store.read_table(tmp_path / "t.parquet") == rows
        assert pq.read_schema(tmp_path / "t.parquet").names == list(CensusRow.__dataclass_fields__)


class TestSittings:
    def test_done_groups_are_not_done_again(self, cyclic: Plan, tmp_path: Path) -> None:
        from census_batches import logged

        told: list[tuple[int, int]] = []
        out = tmp_path / "census"
        first = run_census(
            cyclic, out, performer=logged, progress=lambda last, done, total: told.append((done, total))
        )
        assert [row.expression for row in first.rows] == [f"Z{n}" for n in range(2, 10)]
        assert told == [(0, 8), (2, 8), (4, 8), (6, 8), (8, 8)]
        assert counted(first) == {"groups": 8, "failed": 0, "checked": 8, "without_certificate": 0}
        table = (out / "census.parquet").read_bytes()
        second = run_census(cyclic, out, performer=logged)
        assert (second.rows, second.performed) == (first.rows, 0)
        assert (out / "census.parquet").read_bytes() == table
        next((out / "rows").rglob("z4-*.parquet")).unlink()
        assert run_census(cyclic, out, performer=logged).performed == 2

    @pytest.mark.usefixtures("inline")
    def test_a_smaller_plan_leaves_the_table_whole(
        self, cyclic: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        out = tmp_path / "census"
        run_census(cyclic, out)
        table = (out / "census.parquet").read_bytes()
        monkeypatch.setattr(catalogue, "LARGEST_N", 4)
        again = run_census(cyclic, out)
        assert [row.expression for row in again.rows] == ["Z2", "Z3", "Z4"]
        assert (out / "census.parquet").read_bytes() == table

    @pytest.mark.usefixtures("inline")
    def test_failures_are_done_once_more_alone(self, cyclic: Plan, tmp_path: Path) -> None:
        from census_batches import spoiled

        found = run_census(cyclic, tmp_path / "census", performer=spoiled)
        assert [(failure.subject.expression, failure.error) for failure in found.failures] == [
            ("Z4", "spoiled")
        ]
        assert [row.expression for row in found.rows] == ["Z2", "Z3", "Z5", "Z6", "Z7", "Z8", "Z9"]
        assert counted(found) == {"groups": 8, "failed": 1, "checked": 7, "without_certificate": 0}
        assert len((tmp_path / "z4.log").read_text().split()) == 2

    def test_other_folders_are_refused(self, cyclic: Plan, tmp_path: Path) -> None:
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / "a.txt").write_text("a")
        with pytest.raises(InputError, match=r"holds other files \(a.txt\) and no census.json"):
            run_census(cyclic, tmp_path / "mine")
        for text, message in (
            ('{"format": "gammastar census 0", "arities": [2]}', "holds 'gammastar census 0', this program"),
            (f'{{"format": "{store.FORMAT}", "arities": [3]}}', "holds a census of arity 3, not 2"),
            ('{"form', "is no head of a census"),
        ):
            (tmp_path / "old").mkdir(exist_ok=True)
            (tmp_path / "old" / "census.json").write_text(text)
            with pytest.raises(InputError, match=message):
                run_census(cyclic, tmp_path / "old")

    @pytest.mark.usefixtures("inline")
    def test_a_damaged_part_is_named(self, cyclic: Plan, tmp_path: Path) -> None:
        run_census(cyclic, tmp_path / "census")
        part = next((tmp_path / "census" / "rows").rglob("z4-*.parquet"))
        part.write_bytes(part.read_bytes()[:-20])
        with pytest.raises(InputError, match=r"z4-\w+.parquet: not readable as Parquet"):
            run_census(cyclic, tmp_path / "census")

    @pytest.mark.usefixtures("inline")
    def test_a_full_disk_corrupts_nothing(
        self, cyclic: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real, written = os.fsync, []

        def full(handle: int) -> None:
            written.append(handle)
            if len(written) > 4:  # head, two files of the first batch, certificates of the second
                raise OSError(errno.ENOSPC, "No space left on device")
            real(handle)

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(InputError, match="No space left on device"):
            run_census(cyclic, tmp_path / "census")
        monkeypatch.setattr(os, "fsync", real)
        assert not list((tmp_path / "census").rglob("*.part"))
        assert store.Store(tmp_path / "census", (2,)).done() == {"z2", "z3"}
        assert run_census(cyclic, tmp_path / "census").performed == 6


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with local_cluster() as found:
        yield found


def test_a_cluster_survives_the_death_of_a_worker(cluster: Cluster, cyclic: Plan, tmp_path: Path) -> None:
    from census_batches import slow

    address, workers = cluster
    killed: list[int] = []

    def kill(last: str, done: int, total: int) -> None:
        if last and not killed:
            workers[0].send_signal(signal.SIGKILL)
            killed.append(workers[0].pid)
            time.sleep(0.1)

    found = run_census(cyclic, tmp_path / "census", scheduler=address, performer=slow, progress=kill)
    assert killed
    assert counted(found) == {"groups": 8, "failed": 0, "checked": 8, "without_certificate": 0}
    by = {int(line) for file in tmp_path.glob("z*.log") for line in file.read_text().split()}
    assert by == {worker.pid for worker in workers}  # both worked
    keys = [
        key
        for path in store.Store(tmp_path / "census", (2,)).parts("rows")
        for key in pq.read_table(path)["key"].to_pylist()
    ]
    assert sorted(keys) == sorted(f"z{n}" for n in range(2, 10))  # each once


@dataclass(frozen=True)
class Ended:
    """What a command left behind."""

    code: int
    out: str
    err: str


class TestCommand:
    @pytest.fixture
    def run(self, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
        def called(*words: str) -> Ended:
            with pytest.raises(SystemExit) as ended:
                cli.main(["census", *words])
            return Ended(int(ended.value.code or 0), *capsys.readouterr())

        return called

    @pytest.mark.requires("gap")
    @pytest.mark.usefixtures("inline")
    def test_small_groups(self, run: Callable[..., Ended], tmp_path: Path) -> None:
        found = run("--max-order", "8", "-o", str(tmp_path / "c"), "--json")
        assert found.code == 0, found.err
        result = json.loads(found.out)
        # A000001: 1, 1, 1, 2, 1, 2, 1, 5 groups
        assert {name: result[name] for name in ("groups", "failed", "checked")} == {
            "groups": 14,
            "failed": 0,
            "checked": 14,
        }
        (line,) = result["collections"]
        assert (line["groups"], line["with_margin"], line["plancherel_optimal"]) == (14, 13, 13)
        assert list(result)[-1] == "seconds"
        assert "14/14 groups" in found.err

    @pytest.mark.usefixtures("inline")
    def test_without_gap(
        self, run: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        found = run("--max-order", "8", "-o", str(tmp_path / "c"))
        assert found.code == 2
        assert found.err.count("\n") == 1
        assert "apt-get install -y --no-install-recommends gap-core" in found.err
        assert "--families" in found.err
        found = run("--families", "sporadic", "-o", str(tmp_path / "c"))
        assert found.code == 2
        assert "its tables come from gap" in found.err
        monkeypatch.setattr(catalogue, "LARGEST_N", 5)
        found = run("--families", "cyclic", "-o", str(tmp_path / "c"), "--json")
        assert found.code == 0, found.err
        assert json.loads(found.out)["checked"] == 4
        rows = store.read_table(tmp_path / "c" / "census.parquet")
        assert all(row.gap_agrees is None for row in rows)

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            ([], "a census of nothing; give --max-order N"),
            (["--families", "cyclical"], "--families cyclical: not known; all, or of cyclic,"),
            (["--families", "cyclic", "--arity", "1"], "--arity 1: each from 2 to 100 is right"),
            (["--families", "cyclic", "--arity", "two"], "--arity two: numbers with commas between"),
            (["--max-order", "-3"], "-3"),
        ],
    )
    def test_bad_input(
        self, run: Callable[..., Ended], words: Sequence[str], message: str, tmp_path: Path
    ) -> None:
        found = run(*words, "-o", str(tmp_path / "c"))
        assert found.code == 2
        assert message in found.err
        assert found.err.count("\n") == 1
        assert not (tmp_path / "c").exists()

    @pytest.mark.requires("gap")
    def test_beyond_the_library(self, run: Callable[..., Ended], tmp_path: Path) -> None:
        found = run("--max-order", "100000", "-o", str(tmp_path / "c"))
        assert found.code == 2
        assert "has no list of the groups of order 512; at most 511 is right" in found.err

    def test_a_scheduler_that_is_not_there(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("empirics.sweeps.engine.CONNECT_SECONDS", 0.5)
        with pytest.raises(InputError, match=r"scheduler 'tcp://127.0.0.1:9': no answer"):
            run_census(Plan(0, ("extraspecial",), (2,), False), tmp_path / "c", scheduler="tcp://127.0.0.1:9")
