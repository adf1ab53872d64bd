"""Attacks on the checker: false certificates, odd spellings of true ones, files made to exhaust it.

A file of an attacker gets exit code 1 or 2 and one line for each fault, in little time and memory, or it
states something true.
"""

from __future__ import annotations

import json
import math
import os
import random
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sympy
from issued import issued

from certificates.checker import CertificateLimitError, Report, check, digest, main
from certificates.checker.cyclotomic import RootSum, prime_divisors, split_prime, unit_generators
from certificates.checker.errors import Falsehood
from certificates.checker.imported import check_power_maps
from certificates.checker.tables import ValueTable

Document = dict[str, Any]
SECONDS = 5  # an attack of this file took minutes, or gigabytes, before it was answered


def certificate(name: str, arity: int = 2, *, form: str = "own") -> Document:
    document: Document = json.loads(issued(name, arity, form))
    return document


def checked(document: Document) -> Report:
    return check(json.dumps(document | {"sha256": digest(document)}).encode())


def failed(document: Document) -> list[str]:
    """Facts that fail by themselves, not because another one does."""
    facts = checked(document).facts
    return [f.name for f in facts if f.status == "failed" and not f.detail.startswith("rests on")]


def spelled(f: int, terms: dict[int, int]) -> Document:
    return {"conductor": f, "terms": [[t, str(c)] for t, c in sorted(terms.items())]}


# ---------------------------------------------------------------- false statements


def test_a_unique_optimum_is_not_said_to_be_one_of_several() -> None:
    """S3 with `unique: false`: the one optimum as its own witness, and multipliers that prove every end."""
    document = certificate("S3")
    assert document["structure"]["unique"] is True
    rows, values = document["program"]["rows"], document["characters"]["values"]
    matrix = sympy.Matrix(
        [
            [
                1 - sympy.Rational(values[row["character"]][c]) / int(values[row["character"]][0])
                for row in rows
            ]
            for c in (1, 2)
        ]
    )

    def multipliers(target: list[int]) -> list[list[Any]]:
        solution = matrix.T.LUsolve(sympy.Matrix(target))
        return [[c, str(Fraction(int(x.p), int(x.q)))] for c, x in enumerate(solution, start=1)]

    document["structure"] |= {"unique": False, "points": [[row["a"] for row in rows]]}
    for orbit in document["structure"]["orbits"]:
        unit = [int(row == orbit["rows"][0]) for row in range(len(rows))]
        orbit["share_witness"] = {
            "lower_point": 0,
            "upper_point": 0,
            "lower_bound": multipliers(unit),
            "upper_bound": multipliers([-x for x in unit]),
        }
    assert failed(document) == ["optimal face"]


def test_several_optima_need_one_that_differs() -> None:
    """The same for a face that is no point: its own `a` listed many times proves nothing."""
    document = certificate("Dic3", 3)
    assert checked(document).valid
    points = document["structure"]["points"]
    points[:] = [[row["a"] for row in document["program"]["rows"]]] * len(points)
    assert "optimal face" in failed(document)


def test_the_same_number_twice_is_no_second_row() -> None:
    document = certificate("S3", form="table")
    document["characters"]["values"][1] = ["1", spelled(2 * 3, {3: -1}), spelled(3, {1: -1, 2: -1})]
    document["classes"][1]["order"] = 6
    assert "values" in failed(document)


def test_central_characters_rest_on_element_orders() -> None:
    """Inverses are taken by the stated orders: with a false one the table is not proved."""
    document = certificate("A5")
    document["classes"][3]["order"] = document["classes"][4]["order"] = 15
    facts = {fact.name: fact.status for fact in checked(document).facts}
    assert facts["element orders"] == facts["character table"] == facts["degrees"] == "failed"


def test_one_twisted_row_is_no_character() -> None:
    document = certificate("A5")
    row = document["characters"]["values"][1]
    row[3], row[4] = row[4], row[3]
    assert "values" in failed(document)  # it is then the other row of degree 3


@pytest.mark.parametrize("name", ["A5", "SL(2,5)", "Z7:Z3"])
def test_a_power_map_against_the_galois_group(name: str) -> None:
    """Exchange two Galois conjugate images of a power map, for one class of the two only."""
    document = certificate(name, form="table")
    columns = [[json.dumps(row[c]) for row in document["characters"]["values"]] for c in range(5)]
    assert len(set(map(tuple, columns))) == 5
    for p, image in document["power_maps"].items():
        for c, d in enumerate(image):
            order = document["classes"][d]["order"]
            others = [e for e, entry in enumerate(document["classes"]) if entry["order"] == order and e != d]
            for other in others:
                forged = certificate(name, form="table")
                forged["power_maps"][p][c] = other
                assert failed(forged), (p, c, other)


def test_the_galois_group_is_asked_about_power_maps(monkeypatch: pytest.MonkeyPatch) -> None:
    """In Z3 the squares of conjugate elements are conjugate; without the congruences nothing else sees it."""
    w, v = RootSum(3, ((1, 1),)), RootSum(3, ((2, 1),))
    table = ValueTable(((1, 1, 1), (1, w, v), (1, v, w)), (1, 1, 1), (1, 3, 3))

    def stated(image: tuple[int, ...]) -> Any:
        return SimpleNamespace(order=3, primes=(3,), power_maps={2: image})

    monkeypatch.setattr("certificates.checker.imported._check_congruences", lambda *_, **__: None)
    assert "Galois action" in check_power_maps(table, stated((0, 2, 1)))
    with pytest.raises(Falsehood, match="power map 2 does not respect the Galois group on class 1"):
        check_power_maps(table, stated((0, 1, 1)))


# ---------------------------------------------------------------- true statements, oddly written


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        (1, 2, spelled(3, {1: -1, 2: -1})),  # 1 = -w - w^2
        (2, 2, spelled(3, {1: 1, 2: 1})),  # -1
        (2, 2, spelled(3, {0: -1})),
        (2, 2, spelled(3, {0: 4, 1: 5, 2: 5})),
    ],
)
def test_another_spelling_of_the_same_number(row: int, column: int, value: Document) -> None:
    document = certificate("S3")
    document["characters"]["values"][row][column] = value
    assert checked(document).valid


def test_zero_as_a_sum_that_vanishes() -> None:
    document = certificate("A4")
    place = next(
        (r, c)
        for r, row in enumerate(document["characters"]["values"])
        for c, value in enumerate(row)
        if value == "0" and document["classes"][c]["order"] == 3
    )
    for zero in (spelled(3, {0: 1, 1: 1, 2: 1}), spelled(3, {})):
        document["characters"]["values"][place[0]][place[1]] = zero
        assert checked(document).valid


def test_conjugate_classes_in_the_other_order() -> None:
    """The columns 5a and 5b exchanged: A5 has an automorphism that does this."""
    document = certificate("A5")
    for row in document["characters"]["values"]:
        row[3], row[4] = row[4], row[3]
    assert checked(document).valid


# ---------------------------------------------------------------- exhaustion


def outside_the_field(f: int) -> Document:
    """S3 with -1 written as the sum of all nontrivial roots of unity of a large prime order."""
    document = certificate("S3")
    document["characters"]["values"][1][1] = spelled(f, dict.fromkeys(range(1, f), 1))
    return document


def many_conductors() -> Document:
    """A table whose values lie in the field of the roots of unity of an order of 600 digits."""
    document = certificate("Z19")
    primes = iter([*sympy.primerange(8000, 9974), *[3] * 400])
    values = [["1"] * 19] + [["1", *(spelled(next(primes), {1: 1}) for _ in range(18))] for _ in range(18)]
    return document | {"group": {"kind": "table", "order": "19"}, "characters": {"values": values}}


@pytest.mark.parametrize("document", [lambda: outside_the_field(9973), many_conductors])
def test_fields_beyond_the_element_orders_are_refused_at_once(document: Callable[[], Document]) -> None:
    forged = document()
    start = time.perf_counter()
    assert "values" in failed(forged)
    assert time.perf_counter() - start < SECONDS


def test_element_orders_divide_the_order_of_the_group() -> None:
    document = certificate("S3", form="table")
    document["classes"][2]["order"] = 9
    assert "values" in failed(document)


def test_a_group_far_beyond_its_stated_order_is_left_early() -> None:
    """64 generators: the second layer of products alone would hold 60 times the stated order."""
    rng, degree, order = random.Random(0), 300, 4200
    document = certificate("S3")
    document["group"] = {
        "kind": "permutations",
        "order": str(order),
        "degree": degree,
        "generators": [rng.sample(range(degree), degree) for _ in range(64)],
        "representatives": [list(range(degree))] * 3,
    }
    tracemalloc.start()
    assert "group" in failed(document)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * order * degree * 8


def test_too_many_radicands_are_refused() -> None:
    document = certificate("S3")
    document["program"]["dual"][1] = [[str(m), "1"] for m in range(1, 1100)]
    with pytest.raises(CertificateLimitError, match="1099 different radicands; the checker's limit is 1000"):
        checked(document)


@pytest.mark.parametrize(("e", "above"), [(1, 10**550), (60, 10**400), (math.lcm(*range(1, 100)), 10**300)])
def test_large_split_primes_are_proved_quickly(e: int, above: int) -> None:
    start = time.perf_counter()
    p = split_prime(e, above)
    assert time.perf_counter() - start < SECONDS
    assert p > above
    assert p % e == 1 % e
    assert sympy.ntheory.primetest.mr(p, [2, 3, 5, 7, 11, 13])


@pytest.mark.parametrize("place", ["share", "order", "label", "value"])
def test_any_depth_of_nesting_is_one_line(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = certificate("Dic3", 3, form="permutations")
    if place == "share":
        document["structure"]["orbits"][0]["share"][0] = "@"
    elif place == "order":
        document["group"] = {"kind": "table", "order": "@"}
    elif place == "label":
        document["labels"]["x"] = "@"
    else:
        document["characters"]["values"][1][1] = "@"
    text = json.dumps(document)
    for depth in (*range(20, 600, 97), *range(600, 1010, 3)):
        (tmp_path / "deep.json").write_text(text.replace('"@"', "[" * depth + "]" * depth))
        assert main([str(tmp_path / "deep.json")]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1


def test_no_memory_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr("certificates.checker.verdict.read", exhausted)
    assert main([str(tmp_path / "large.json")]) == 2
    assert (
        capsys.readouterr().err == f"{tmp_path / 'large.json'}: needs more memory than this machine gives\n"
    )


# ---------------------------------------------------------------- hostile text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"arity": 2', '"arity": 1e400'),
        ('"arity": 2', '"arity": -0'),
        ('"arity": 2', '"arity": "2"'),
        ('"arity": 2', '"arity": [2]'),
        ('"arity": 2', '"arity": Infinity'),
        ('"arity": 2', '"arity": +2'),
        ('"arity": 2', '"arity": 02'),
        ('"arity": 2', '"arity": 1000000'),
        ('"a": "1/6"', '"a": "+1/6"'),
        ('"a": "1/6"', '"a": "1_0/60"'),
        ('"a": "1/6"', '"a": " 1/6"'),
        ('"a": "1/6"', '"a": "1/6\\n"'),
        ('"a": "1/6"', '"a": "١/6"'),
        ('"a": "1/6"', '"a": "-0"'),
        ('"a": "1/6"', '"a": "1/0"'),
        ('"a": "1/6"', '"a": "1/-6"'),
        ('"a": "1/6"', '"a": "0/1"'),
        ('"a": "1/6"', '"a": "0.1"'),
        ('"a": "1/6"', '"a": 1'),
        ('"size": "3"', '"size": "0"'),
        ('"size": "3"', '"size": "-3"'),
        ('"size": "3"', '"size": 3'),
        ('"order": 2', '"order": 0'),
        ('"order": 2', '"order": -2'),
        ('"order": 2', '"order": true'),
        ('"order": "6"', '"order": "0"'),
        ('"order": "6"', '"order": "-6"'),
        ('"degree": 3', '"degree": 0'),
        ('"degree": 3', '"degree": 1000000'),
        ('"unique": true', '"unique": 1'),
        ('"unique": true', '"unique": "true"'),
        ('"indicators": [1, 1, 1]', '"indicators": [1, 1, true]'),
        ('"indicators": [1, 1, 1]', '"indicators": [1, 1]'),
        ('"indicators": [1, 1, 1]', '"indicators": [1, 1, -2]'),
        ('"labels": {', '"labels": {"x\\ny\\u001b[2J": [[[[[[[[1]]]]]]]], '),
        ('"labels": {', '"labels": {"\\ud800": [[[[[[[[1]]]]]]]], '),
        ('"labels": {', '"labels": {"x": 1.5, '),
        ('{"format"', '\ufeff{"format"'),
        ('{"format"', '{} {"format"'),
        ('"sha256": "', '"sha256": "A'),
    ],
)
def test_text_that_is_no_certificate(
    old: str, new: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = json.dumps(certificate("S3"))
    assert old in text
    path = tmp_path / "hostile.json"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert main([str(path)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert captured.err.strip("\n").isprintable()


@pytest.mark.parametrize("flags", [["-S"], ["-S", "-OO"], ["-S", "-W", "error"]])
def test_without_site_packages_asserts_or_docstrings(flags: list[str], root: Path, tmp_path: Path) -> None:
    """Only flint and the repository on the path; nothing that is proved hangs on an `assert`."""
    import flint

    library = tmp_path / "library"
    library.mkdir()
    for folder in Path(flint.__file__).parent.parent.glob("*flint*"):
        (library / folder.name).symlink_to(folder)
    environment = os.environ | {"PYTHONPATH": f"{library}{os.pathsep}{root}"}
    good, bad = certificate("A5"), certificate("A5")
    bad["program"]["rows"][0]["a"] = "1"
    for document, code in ((good, 0), (bad, 1), ({}, 2)):
        path = tmp_path / f"{code}.json"
        path.write_text(json.dumps(document | {"sha256": digest(document)}))
        command = [sys.executable, *flags, "-m", "certificates.checker", str(path)]
        finished = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        assert finished.returncode == code, finished.stderr
        assert "Traceback" not in finished.stderr


# ---------------------------------------------------------------- arithmetic the attacks lean on


def test_unit_generators_generate_all_units() -> None:
    for e in range(1, 200):
        generators, reached = unit_generators(e), {1 % e}
        while True:
            larger = reached | {x * g % e for x in reached for g in generators}
            if larger == reached:
                break
            reached = larger
        assert reached == {u % e for u in range(1, e + 1) if math.gcd(u, e) == 1}
        assert prime_divisors(e) == tuple(sympy.primefactors(e))
