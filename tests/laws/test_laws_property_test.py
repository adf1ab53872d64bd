"""`gammastar property-test`: the groups of the zoo pass; what is no group gets a smallest counterexample."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from certificates import cli
from theory.errors import InputError, LimitError, UnknownNameError
from theory.property_test import LawStatus, PropertyReport, run
from theory.testing import corrupted_tables, relabelled_tables
from theory.testing.laws.axioms import AXIOMS
from theory.testing.tables import symmetric_table

ZOO = (
    "Z1 Z2 Z3 Z4 Z5 Z6 Z7 Z8 Z9 Z10 Z11 Z12 V4 S3 D4 Q8 A4 D5 SL(2,3) S4 A5 AGL(1,5) Heis(3) Z7:Z3"
).split()
Z5 = [[(i + j) % 5 for j in range(5)] for i in range(5)]
LOOP = [[0, 1, 2, 3, 4], [1, 2, 3, 4, 0], [2, 4, 0, 1, 3], [3, 0, 4, 2, 1], [4, 3, 1, 0, 2]]
TRIPLE = re.compile(r"\((\w+)·(\w+)\)·(\w+) = (\w+) but \1·\(\2·\3\) = (\w+)")


def written(folder: Path, table: Any, **more: Any) -> str:
    path = folder / "group.json"
    path.write_text(json.dumps({"cayley_table": np.asarray(table).tolist(), **more}))
    return str(path)


def failures(report: PropertyReport) -> dict[str, str | None]:
    return {law.name: law.counterexample for law in report.laws if law.status is LawStatus.FAILS}


# groups pass


@pytest.mark.parametrize("name", ["Z1", "Z12", "Q8", "SL(2,3)", "A5"])
def test_a_few_zoo_groups_pass(name: str) -> None:
    report = run(name, max_examples=8)
    assert failures(report) == {}
    skipped = {law.section for law in report.laws if law.status is LawStatus.SKIPPED}
    # the trivial group has no margin; everything else is tested on all of these
    assert skipped == ({"margins", "groups derived from it", "representations"} if name == "Z1" else set())


@pytest.mark.slow
@pytest.mark.parametrize("name", ZOO)
def test_every_zoo_group_passes(name: str) -> None:
    assert failures(run(name)) == {}


@settings(max_examples=5, suppress_health_check=list(HealthCheck))  # searches nest, with two examples each
@given(table=relabelled_tables(12))
def test_files_of_groups_pass(tmp_path_factory: pytest.TempPathFactory, table: np.ndarray) -> None:
    report = run(written(tmp_path_factory.mktemp("group"), table), max_examples=2)
    assert failures(report) == {}
    assert report.order == len(table)


def test_the_trivial_group_says_why_it_has_no_margin() -> None:
    reasons = {law.reason for law in run("Z1", max_examples=2).laws if law.section == "margins"}
    assert reasons == {"the trivial group has no wrong label, hence no margin"}


def test_generators_and_presentations_are_tested_too(tmp_path: Path) -> None:
    path = tmp_path / "s3.json"
    path.write_text('{"permutations": ["(1,2,3)", "(1,2)"]}')
    report = run(str(path), max_examples=3)
    assert report.passed
    assert report.order == 6


# what is no group gets a counterexample


def test_a_wrong_cell_is_named_in_the_user_s_labels(tmp_path: Path) -> None:
    table = [row.copy() for row in Z5]
    table[3][4] = 4
    found = failures(run(written(tmp_path, table)))
    assert found["Latin square"] == "3·1 = 3·4 = 4: row 3 holds 4 twice"
    counted_from_one = failures(run(written(tmp_path, np.array(table) + 1)))
    assert counted_from_one["Latin square"] == "4·2 = 4·5 = 5: row 4 holds 5 twice"


def test_a_loop_gets_one_smallest_triple(tmp_path: Path) -> None:
    report = run(written(tmp_path, LOOP, elements=["e", "a", "b", "c", "d"]))
    assert failures(report) == {
        "inverses": "a has no inverse: a·d = e but d·a = c",
        "associativity": "(a·a)·a = d but a·(a·a) = c",
    }
    later = [law for law in report.laws if law.section != "axioms"]
    assert {law.reason for law in later} == {"the axioms fail: not a group"}


def test_a_foreign_entry_is_a_counterexample_and_stops_the_rest(tmp_path: Path) -> None:
    report = run(written(tmp_path, [[0, 1], [1, 7]]))
    assert failures(report) == {"closure": "1·1 = 7 is none of the elements 0, ..., 1"}
    assert sum(law.status is LawStatus.SKIPPED for law in report.laws) == len(report.laws) - 1


def test_without_an_identity_inverses_are_not_asked_for(tmp_path: Path) -> None:
    report = run(written(tmp_path, np.subtract.outer(np.arange(5), np.arange(5)) % 5))
    assert set(failures(report)) == {"identity", "associativity"}
    assert [law.reason for law in report.laws if law.name == "inverses"] == ["there is no identity"]


@settings(max_examples=20)
@given(table=corrupted_tables(12))
def test_corrupted_files_fail_and_their_triples_are_true(
    tmp_path_factory: pytest.TempPathFactory, table: np.ndarray
) -> None:
    report = run(written(tmp_path_factory.mktemp("group"), table), max_examples=2)
    assert not report.passed
    triple = failures(report).get("associativity")
    if triple is not None and (table == 0).any():
        match = TRIPLE.fullmatch(triple)
        assert match is not None
        g, h, k, left, right = map(int, match.groups())
        assert table[table[g, h], k] == left != right == table[g, table[h, k]]


@pytest.mark.parametrize("suffix", ["csv", "npy"])
def test_other_files_are_read_as_leniently(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"loop.{suffix}"
    if suffix == "csv":
        path.write_text("\n".join(",".join(map(str, row)) for row in LOOP))
    else:
        np.save(path, np.array(LOOP))
    assert failures(run(str(path)))["associativity"] == "(1·1)·1 = 4 but 1·(1·1) = 3"


# what cannot be used


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"cayley_table": [[0, 1], [1]]}', "row 1 has 1 entries, not 2"),
        ('{"cayley_table": [[0, 1], [1, "x"]]}', "the entry 'x' in row 1, column 1 is no integer"),
        ('{"cayley_table": [[0, 1], [1, 0.5]]}', "the entry 0.5 in row 1, column 1 is no integer"),
        ('{"cayley_table": [[0, 1], [1, true]]}', "the entry True in row 1, column 1 is no integer"),
        ('{"cayley_table": [[0, 1], [1, 99999999999999999999]]}', "the entry 99999999999999999999"),
        ('{"cayley_table": [[0, 1], 5]}', "row 1 of the Cayley table is 5"),
        ('{"cayley_table": []}', "the Cayley table is empty"),
        (
            '{"cayley_table": [[0, 1], [1, 0]], "elements": ["e"]}',
            "1 different element names for a table of 2",
        ),
        ('{"permutations": [[0, 0]]}', "group.json: generator 0"),
        ("[1, 2", "not JSON"),
    ],
)
def test_unusable_files_are_refused_in_one_line(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "group.json"
    path.write_text(content)
    with pytest.raises(InputError, match=re.escape(message)) as refused:
        run(str(path))
    assert str(refused.value).startswith("group.json: ")
    assert "\n" not in str(refused.value)


def test_unknown_names_and_no_examples_are_refused() -> None:
    with pytest.raises(UnknownNameError):
        run("Quux7")
    with pytest.raises(InputError, match="--max-examples 0"):
        run("S3", max_examples=0)


def test_tables_beyond_the_limit_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "large.npy", np.zeros((5000, 5000), dtype=np.int8))
    with pytest.raises(LimitError, match="5,000"):
        run(str(tmp_path / "large.npy"))


def test_a_large_table_that_is_far_from_a_group_is_not_searched_forever(tmp_path: Path) -> None:
    np.save(tmp_path / "zeros.npy", np.zeros((1500, 1500), dtype=np.int8))
    found = failures(run(str(tmp_path / "zeros.npy")))
    assert found["Latin square"] == "0·0 = 0·1 = 0: row 0 holds 0 twice"
    assert "identity" in found


# limits and determinism


def test_groups_beyond_a_limit_are_tested_as_far_as_it_goes() -> None:
    report = run("S12", max_examples=2)
    assert report.passed
    by_section: dict[str, set[LawStatus]] = {}
    for law in report.laws:
        by_section.setdefault(law.section, set()).add(law.status)
    assert by_section["characters"] == {LawStatus.HOLDS}
    assert by_section["axioms"] == {LawStatus.SKIPPED}
    reason = next(law.reason for law in report.laws if law.section == "axioms")
    assert reason == "order 479,001,600 is beyond the limit of 100,000 for laws on elements"
    silent = {law.name for law in report.laws if law.section == "margins" and law.status is LawStatus.SKIPPED}
    assert silent == {"proven structure"}
    assert by_section["representations"] == {LawStatus.SKIPPED}


def test_the_same_seed_gives_the_same_report(tmp_path: Path) -> None:
    assert run("S3", max_examples=5, seed=3) == run("S3", max_examples=5, seed=3)
    table = symmetric_table(5)
    table[[1, 2]] = table[[2, 1]]
    path = written(tmp_path, table)
    assert run(path, seed=0) == run(path, seed=0)
    assert failures(run(path, seed=0)) == failures(run(path, seed=1))


def test_progress_names_the_laws_as_they_are_tested() -> None:
    told: list[str] = []
    report = run("Z2", max_examples=1, progress=told.append)
    assert told == [law.name for law in report.laws if law.status is not LawStatus.SKIPPED]
    assert told[: len(AXIOMS)] == [axiom.name for axiom in AXIOMS]


def test_the_report_as_lines_and_as_json(tmp_path: Path) -> None:
    report = run(written(tmp_path, LOOP), seed=4)
    lines = report.lines()
    assert len(lines) == len(report.laws)
    assert "holds    closure: all 25 cases" in lines
    assert "fails    associativity: (1·1)·1 = 4 but 1·(1·1) = 3" in lines
    assert "skipped  Lagrange: the axioms fail: not a group" in lines
    record = json.loads(json.dumps(report.as_dict()))
    assert (record["order"], record["seed"], record["max_examples"], record["passed"]) == (5, 4, 100, False)
    assert list(record["laws"][0]) == [
        "section",
        "name",
        "statement",
        "status",
        "examples",
        "exhaustive",
        "counterexample",
        "reason",
    ]


# the command


def command(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(["property-test", *arguments])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_the_command_ends_with_0_for_a_group(capsys: pytest.CaptureFixture[str]) -> None:
    assert command("V4", "--max-examples", "2", "--json") == 0
    assert json.loads(capsys.readouterr().out)["passed"] is True


def test_the_command_ends_with_1_and_one_triple_for_a_corrupted_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, LOOP)
    assert command(path) == 1
    out = capsys.readouterr().out
    assert len(TRIPLE.findall(out)) == 1
    assert "(1·1)·1 = 4 but 1·(1·1) = 3" in out


def test_the_command_ends_with_2_for_what_cannot_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "group.json"
    path.write_text('{"cayley_table": [[0, 1], [1]]}')
    assert command(str(path)) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("group.json: the Cayley table is not square")


@pytest.mark.requires("gap")
def test_a_table_from_gap_is_tested_without_its_group() -> None:
    report = run('gap:CharacterTable("J2")', max_examples=3)
    assert report.passed
    assert report.order == 604800
    sections = {law.section for law in report.laws if law.status is LawStatus.HOLDS}
    assert sections == {"characters", "margins"}


@pytest.mark.slow
@pytest.mark.requires("gap")
def test_a_group_from_gap_is_tested_with_its_elements() -> None:
    report = run("gap:SmallGroup(16,6)", max_examples=3)
    assert report.passed
    assert all(law.status is LawStatus.HOLDS for law in report.laws)
