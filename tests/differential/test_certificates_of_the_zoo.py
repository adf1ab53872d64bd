"""Every certificate that the prover issues passes the independent checker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from math import lcm
from pathlib import Path

import pytest

from certificates.checker import Report, check, digest
from certificates.checker.abelian import AbelianTable
from certificates.checker.tables import Table
from certificates.issue import canonical, issue, write
from theory.characters.library import character_table
from theory.errors import InputError, LimitError
from theory.margins.exact import solve

ZOO = [
    *(f"Z{n}" for n in range(2, 13)),
    *("V4", "S3", "D4", "Q8", "A4", "D5", "SL(2,3)", "S4", "A5", "AGL(1,5)", "Heis(3)", "Z7:Z3"),
]
TIES = [("Dic3", 3), ("S3 x Z3", 3), ("S3 x S3", 3), ("SL(2,5)", 2), ("Z3 x A5", 2), ("A6", 3), ("S6", 2)]
LARGER = [
    ("M11", 2),
    ("M12", 2),
    ("S8", 2),
    ("PSL(2,31)", 2),
    ("Heis(7)", 2),
    ("D117", 2),
    ("D5 x D5", 3),
    ("S3^3", 3),
]


def checked(name: str, arity: int = 2) -> Report:
    return check(canonical(issue(solve(character_table(name), arity), expression=name)).encode())


def assert_proved(report: Report) -> None:
    assert {fact.status for fact in report.facts} == {"proved"}, [
        f for f in report.facts if f.status != "proved"
    ]
    assert report.valid


@pytest.mark.parametrize("arity", [2, 3])
@pytest.mark.parametrize("name", ZOO)
def test_zoo(name: str, arity: int) -> None:
    assert_proved(checked(name, arity))


@pytest.mark.parametrize(("name", "arity"), TIES)
def test_ties(name: str, arity: int) -> None:
    """Where the optimum is not unique, bounds and points prove the structure."""
    assert_proved(checked(name, arity))


@pytest.mark.parametrize(
    ("name", "arity"), [("Z360", 2), ("Z2^6", 2), ("Z3^2 x Z9", 3), ("Z41", 5), ("M11", 2)]
)
def test_larger(name: str, arity: int) -> None:
    assert_proved(checked(name, arity))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "arity"), [*LARGER, ("Z2000", 2), ("Z1999", 2)])
def test_largest(name: str, arity: int) -> None:
    assert_proved(checked(name, arity))


@pytest.mark.parametrize("name", ["S3", "D5", "Q8", "A5", "SL(2,5)", "Z7:Z3"])
def test_without_its_group_a_table_is_trusted(name: str) -> None:
    solution = solve(character_table(name))
    bare = replace(solution, table=replace(solution.table, realisation=None))
    report = check(issue(bare, expression=name))
    assert report.valid
    assert [fact.name for fact in report.facts if fact.status == "trusted"] == ["character table"]


@pytest.mark.requires("gap")
@pytest.mark.parametrize("name", ["J2", pytest.param("M", marks=pytest.mark.slow)])
def test_tables_from_gap(name: str) -> None:
    report = checked(f'gap:CharacterTable("{name}")')
    assert report.valid
    assert sum(fact.status == "trusted" for fact in report.facts) == 1


def test_beyond_the_limits_the_group_is_left_out() -> None:
    """S10 is not enumerated: its certificate holds the table alone and says why."""
    document = issue(solve(character_table("S10")), expression="S10")
    assert document["group"] == {"kind": "table", "order": "3628800"}
    assert document["provenance"]["without group"] == "order 3628800; the checker's limit is 100000"
    assert check(document).valid


def test_beyond_the_limits_of_tables_nothing_is_issued() -> None:
    table = character_table("Z2")
    wide = replace(table, class_sizes=(1,) * 1001, realisation=None)
    with pytest.raises(LimitError, match="1001 classes, the table came without its group"):
        issue(replace(solve(table), table=wide), expression="Z2")


def test_files_are_identical_across_hash_seeds(tmp_path: Path) -> None:
    program = (
        "import sys; from certificates.issue import issue, write; from theory.margins.exact import solve\n"
        "from theory.characters.library import character_table\n"
        "write(issue(solve(character_table('SL(2,5)')), expression='SL(2,5)'), sys.argv[1])"
    )
    for seed in ("0", "1"):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", program, str(tmp_path / seed)], env=environment, check=True)
    assert (tmp_path / "0").read_bytes() == (tmp_path / "1").read_bytes()


def test_written_file_is_the_document(tmp_path: Path) -> None:
    document = issue(solve(character_table("S4")), expression="S4", provenance={"note": "γ"})
    path = tmp_path / "s4.json"
    write(document, path)
    assert json.loads(path.read_text(encoding="utf-8")) == document
    assert digest(document) == document["sha256"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["s4.json"]
    with pytest.raises(InputError, match="cannot be written"):
        write(document, path / "below.json")


@pytest.mark.parametrize("invariants", [(12,), (2, 6), (3, 9), (2, 2, 4), (5,)])
def test_ramanujan_sums_agree_with_the_definition(invariants: tuple[int, ...]) -> None:
    """The sums over Galois orbits, by formula and root by root."""
    from itertools import product

    from flint import fmpq

    from certificates.checker.cyclotomic import rational

    elements = tuple(product(*map(range, invariants)))
    table = AbelianTable(invariants, elements, elements)
    weights = {row: fmpq(orbit + 1, 3) for row, orbit in enumerate(table.row_orbits)}
    slow = [rational(*pair) for pair in Table.column_sums(table, weights)]
    assert [rational(*pair) for pair in table.column_sums(weights)] == slow
    number = max(table.column_orbits) + 1
    for row in range(len(elements)):
        fast = [rational(*pair) for pair in table.row_sums(row, table.column_orbits, number)]
        assert fast == [rational(*pair) for pair in table._pointwise_sums(row, table.column_orbits, number)]


@pytest.mark.parametrize(("name", "arity"), [("Dic5", 3), ("Dic9", 3), ("Dic15", 3)])
def test_one_member_of_a_galois_orbit_speaks_for_all(name: str, arity: int) -> None:
    """A point is listed if a witness names it or it shows a class tight: not once for each conjugate."""
    solution = solve(character_table(name), arity)
    document = issue(solution, expression=name)
    structure = document["structure"]
    witnesses = [orbit[key] for orbit in structure["orbits"] for key in ("share_witness", "orbit_witness")]
    named = {w[key] for w in witnesses if w for key in ("lower_point", "upper_point")}
    assert len(structure["points"]) <= len(named) + len(solution.structure.class_points)
    assert len(structure["points"]) < len(solution.structure.points)
    assert check(document).valid
    structure["points"] = [[row["a"] for row in document["program"]["rows"]]] * len(structure["points"])
    assert not check(document | {"sha256": digest(document)}).valid


def test_slacks_of_rational_points_agree_with_the_definition() -> None:
    """By sums of characters, and term by term as for irrational points."""
    from certificates.checker.certificate import Certificate
    from certificates.checker.cyclotomic import RootSum, rational
    from certificates.checker.document import read
    from certificates.checker.inversion import check_characters
    from certificates.checker.program import Program, radicand_primes
    from certificates.checker.structure import Face

    certificate = read(issue(solve(character_table("Dic9"), 3), expression="Dic9"))
    assert isinstance(certificate, Certificate)
    table = check_characters(certificate)
    program = Program(table, 3, certificate.indicators, radicand_primes(certificate))
    face = Face(program, certificate, tuple(range(len(certificate.rows))), frozenset())
    points = [p for p in certificate.points if not any(isinstance(a, RootSum) for a in p)]
    assert points
    for point in points:
        fast = face._point_slacks(point)
        for column in range(1, table.classes):
            (e, one), (f, other) = fast(column), face._slack(point, column)
            both = lcm(e, f)
            difference = {t * (both // e): c for t, c in one.items()}
            for t, c in other.items():
                difference[t * (both // f)] = difference.get(t * (both // f), 0) - c
            assert rational(both, difference) == 0
