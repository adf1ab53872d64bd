"""For every named fact a forged certificate, re-sealed, that fails it; and what is no certificate at all."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from issued import issued

from certificates import checker
from certificates.checker import (
    CertificateError,
    CertificateLimitError,
    ProvedTables,
    Report,
    check,
    digest,
    main,
    shape,
    verdict,
)
from certificates.checker.characters import check_degrees
from certificates.checker.cyclotomic import Embedding, common_field
from certificates.checker.errors import Falsehood
from certificates.checker.tables import ValueTable
from certificates.issue import canonical, write

Document = dict[str, Any]


def certificate(name: str, arity: int = 2, *, form: str = "own") -> Document:
    document: Document = json.loads(issued(name, arity, form))
    return document


def resealed(document: Document) -> Document:
    return document | {"sha256": digest(document)}


def failed(report: Report) -> list[str]:
    """Facts that fail by themselves, not because another one does."""
    return [
        fact.name
        for fact in report.facts
        if fact.status == "failed" and not fact.detail.startswith("rests on")
    ]


# ---------------------------------------------------------------- one forgery for each fact


def wrong_digest(document: Document) -> None:
    document["sha256"] = "0" * 64


def missing_generator(document: Document) -> None:
    del document["group"]["generators"][0]


def other_group_of_the_same_order(document: Document) -> None:
    document["group"]["generators"] = [[1, 2, 3, 4, 5, 6, 7, 0]]  # Z8 instead of Q8, whose degree it shares


def conjugate_representatives(document: Document) -> None:
    document["group"]["representatives"][2] = document["group"]["representatives"][1]


def wrong_size(document: Document) -> None:
    document["classes"][1]["size"], document["classes"][2]["size"] = "4", "1"


def wrong_element_order(document: Document) -> None:
    document["classes"][1]["order"] += 1


def permuted_power_map(document: Document) -> None:
    image = document["power_maps"]["2"]
    image[1], image[-1] = image[-1], image[1]


def composite_prime(document: Document) -> None:
    maps = document["power_maps"]
    square = maps.pop("2")
    maps["8"] = [square[square[image]] for image in square]


def enormous_degree(document: Document) -> None:
    rows = document["characters"]["values"]
    rows[-1] = [str(int(value) * 10**3000) for value in rows[-1]]


def missing_power_map(document: Document) -> None:
    del document["power_maps"]["2"]


def negative_degree(document: Document) -> None:
    document["characters"]["values"][1] = ["-1"] * len(document["classes"])


def swapped_columns(document: Document) -> None:
    for row in document["characters"]["values"]:
        row[1], row[2] = row[2], row[1]


def doubled_row(document: Document) -> None:
    """2 chi has the central character of chi: only the regular character tells them apart."""
    rows = document["characters"]["values"]
    rows[-1] = [str(2 * int(value)) for value in rows[-1]]


def wrong_indicator(document: Document) -> None:
    row = max(row for row, indicator in enumerate(document["indicators"]) if indicator)
    document["indicators"][row] *= -1


def wrong_row(document: Document) -> None:
    document["program"]["rows"][0]["conjugate"] = document["program"]["rows"][1]["conjugate"]


def wrong_orbit(document: Document) -> None:
    document["program"]["rows"][0]["orbit"] += 1


def square_in_radicand(document: Document) -> None:
    document["program"]["cost"] = [
        [str(4 * int(m)), str(Fraction(q) / 2)] if m == "2" else [m, q]
        for m, q in document["program"]["cost"]
    ]


def less_weight(document: Document) -> None:
    document["program"]["rows"][0]["a"] = str(Fraction(document["program"]["rows"][0]["a"]) / 2)


def negative_weight(document: Document) -> None:
    document["program"]["rows"][0]["a"] = "-1"


def more_dual(document: Document) -> None:
    y = next(y for y in document["program"]["dual"] if y)
    y[:] = [[m, str(2 * Fraction(q))] for m, q in y]


def dual_on_the_identity(document: Document) -> None:
    document["program"]["dual"][0] = [["1", "1"]]


def wrong_cost(document: Document) -> None:
    document["program"]["cost"][0][1] = str(Fraction(document["program"]["cost"][0][1]) + 1)


def wrong_gamma(document: Document) -> None:
    gamma = document["program"]["gamma_star"]
    gamma["coefficient"] = str(-Fraction(gamma["coefficient"]))


def vertex_instead_of_centre(document: Document, number: int = 0) -> None:
    """An optimal primal that is no relative interior point of F."""
    for row, value in zip(document["program"]["rows"], document["structure"]["points"][number], strict=True):
        row["a"] = value


def other_vertex(document: Document) -> None:
    vertex_instead_of_centre(document, 1)


def twice_the_trivial_character(document: Document) -> None:
    document["characters"]["values"][1] = ["2"] * len(document["classes"])


def large_identity_class(document: Document) -> None:
    document["classes"][0]["size"] = "4"
    largest = next(entry for entry in document["classes"] if entry["size"] == "6")
    largest["size"] = "3"


def degree_that_does_not_divide(document: Document) -> None:
    document["characters"]["values"][-1][0] = "5"


def imaginary_point(document: Document) -> None:
    document["structure"]["points"][0][1] = {"conductor": 4, "terms": [[1, "1"]]}


def point_off_the_support(document: Document) -> None:
    excluded = next(orbit for orbit in document["structure"]["orbits"] if orbit["status"] == "excluded")
    document["structure"]["points"][0][excluded["rows"][0]] = "1/7"


def negative_multiplier(document: Document) -> None:
    """A bound that leans on a class that is not tight in every optimum."""
    bound = document["structure"]["slack_bounds"][0]
    loose = document["structure"]["classes"].index("none")
    bound["multipliers"] = [[loose, "-1"]]


def multiplier_too_large(document: Document) -> None:
    bound = document["structure"]["slack_bounds"][0]
    bound["multipliers"] = [[column, str(2 * Fraction(value))] for column, value in bound["multipliers"]]


def no_slack_bound(document: Document) -> None:
    document["structure"]["slack_bounds"] = []


def missing_witness(document: Document) -> None:
    for orbit in document["structure"]["orbits"]:
        orbit["share_witness"] = None


def idle_witness(document: Document) -> None:
    witness = {"lower_point": 0, "upper_point": 0, "lower_bound": [], "upper_bound": []}
    orbits = document["structure"]["orbits"]
    next(orbit for orbit in orbits if orbit["status"] == "excluded")["share_witness"] = witness


def swapped_points(document: Document) -> None:
    orbit = next(orbit for orbit in document["structure"]["orbits"] if orbit["status"] == "possible")
    witness = orbit["share_witness"]
    witness["lower_point"], witness["upper_point"] = witness["upper_point"], witness["lower_point"]


def split_orbit(document: Document) -> None:
    """The conjugate rows 3a and 3b of A5 as orbits of their own."""
    orbits = document["structure"]["orbits"]
    pair = next(orbit for orbit in orbits if len(orbit["rows"]) == 2)
    orbits[orbits.index(pair) :] = [
        *(pair | {"rows": [row], "orbit_share": pair["share"]} for row in pair["rows"]),
        *orbits[orbits.index(pair) + 1 :],
    ]


def false_uniqueness(document: Document) -> None:
    document["structure"] |= {"unique": True, "points": [], "slack_bounds": []}
    for orbit in document["structure"]["orbits"]:
        orbit |= {"share_witness": None, "orbit_witness": None, "status": "required"}


def point_that_is_not_optimal(document: Document) -> None:
    point = document["structure"]["points"][0]
    point[1] = str(Fraction(point[1]) + 1)


def points_beside_a_unique_optimum(document: Document) -> None:
    document["structure"]["points"] = [[row["a"] for row in document["program"]["rows"]]]


def status(stated: str, true: str) -> Callable[[Document], None]:
    def forge(document: Document) -> None:
        next(orbit for orbit in document["structure"]["orbits"] if orbit["status"] == true)["status"] = stated

    return forge


def wrong_share(document: Document) -> None:
    for key in ("share", "orbit_share"):
        document["structure"]["orbits"][0][key] = ["0.123", "0.123"]


def wider_interval(document: Document) -> None:
    orbit = next(orbit for orbit in document["structure"]["orbits"] if orbit["status"] == "possible")
    orbit["share"] = orbit["orbit_share"] = ["0", "1"]


def class_status(stated: str, true: str) -> Callable[[Document], None]:
    def forge(document: Document) -> None:
        statuses = document["structure"]["classes"]
        statuses[statuses.index(true)] = stated

    return forge


def slack_bound_too_low(document: Document) -> None:
    document["structure"]["slack_bounds"] = [{"class": 1, "multipliers": []}]


def changed_value(document: Document) -> None:
    row = document["characters"]["values"][-1]
    row[-1] = str(int(row[-1]) + 2)


def swapped_element(document: Document) -> None:
    document["group"]["representatives"][1] = document["group"]["representatives"][2]


S3, A5, SL25 = ("S3", 2, "own"), ("A5", 2, "own"), ("SL(2,5)", 2, "own")
Q8, DIC3 = ("Q8", 2, "permutations"), ("Dic3", 3, "permutations")
TABLE, S4T = ("A5", 2, "table"), ("S4", 2, "table")
ABELIAN = ("Z5", 2, "own")
FORGED = [
    ("digest", S3, wrong_digest),
    ("group", A5, missing_generator),
    ("group", ABELIAN, swapped_element),
    ("classes", S3, conjugate_representatives),
    ("classes", Q8, other_group_of_the_same_order),
    ("classes", Q8, wrong_size),
    ("classes", TABLE, wrong_size),
    ("classes", ABELIAN, wrong_size),
    ("element orders", S3, wrong_element_order),
    ("element orders", ABELIAN, wrong_element_order),
    ("power maps", S3, permuted_power_map),
    ("power maps", S3, missing_power_map),
    ("power maps", S4T, permuted_power_map),
    ("classes", S4T, composite_prime),
    ("values", S3, enormous_degree),
    ("values", S4T, enormous_degree),
    ("values", S3, negative_degree),
    ("character table", S3, swapped_columns),
    ("degrees", S3, doubled_row),
    ("orthogonality", S4T, changed_value),
    ("indicators", Q8, wrong_indicator),
    ("indicators", TABLE, wrong_indicator),
    ("indicators", ABELIAN, wrong_indicator),
    ("rows", A5, wrong_row),
    ("rows", A5, wrong_orbit),
    ("radicands", S3, square_in_radicand),
    ("primal feasibility", A5, less_weight),
    ("primal feasibility", Q8, negative_weight),
    ("dual feasibility", A5, more_dual),
    ("dual feasibility", Q8, dual_on_the_identity),
    ("equal values", Q8, wrong_cost),
    ("gamma star", Q8, wrong_gamma),
    ("complementarity", DIC3, vertex_instead_of_centre),
    ("complementarity", DIC3, other_vertex),
    ("optimal face", SL25, imaginary_point),
    ("optimal face", SL25, point_off_the_support),
    ("class statuses", SL25, negative_multiplier),
    ("class statuses", SL25, multiplier_too_large),
    ("class statuses", SL25, no_slack_bound),
    ("irrep statuses", DIC3, missing_witness),
    ("irrep statuses", DIC3, swapped_points),
    ("irrep statuses", A5, split_orbit),
    ("shares", DIC3, idle_witness),
    ("character table", S3, twice_the_trivial_character),
    ("classes", S4T, large_identity_class),
    ("classes", S4T, degree_that_does_not_divide),
    ("optimal face", DIC3, false_uniqueness),
    ("optimal face", DIC3, point_that_is_not_optimal),
    ("optimal face", A5, points_beside_a_unique_optimum),
    ("irrep statuses", A5, status("possible", "required")),
    ("irrep statuses", A5, status("required", "excluded")),
    ("irrep statuses", A5, status("excluded", "required")),
    ("irrep statuses", DIC3, status("required", "possible")),
    ("irrep statuses", DIC3, status("possible", "required")),
    ("shares", A5, wrong_share),
    ("shares", DIC3, wider_interval),
    ("class statuses", A5, class_status("none", "every")),
    ("class statuses", SL25, class_status("none", "some")),
    ("class statuses", SL25, slack_bound_too_low),
]


@pytest.mark.parametrize(
    ("name", "base", "forge"), FORGED, ids=[f"{f[0]}: {f[2].__name__} of {f[1][0]}" for f in FORGED]
)
def test_forgery_fails_its_fact(
    name: str,
    base: tuple[str, int, str],
    forge: Callable[[Document], None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    document = certificate(base[0], base[1], form=base[2])
    assert check(document).valid
    forge(document)
    document = document if forge is wrong_digest else resealed(document)
    report = check(document)
    assert name in failed(report)
    assert not report.valid
    path = tmp_path / "certificate.json"
    write(document, path)
    assert main([str(path)]) == 1
    assert f"{path}: {name}: " in capsys.readouterr().err


def test_every_fact_has_a_forgery() -> None:
    bases = {base for _, base, _ in FORGED}
    facts = {fact.name for name, k, form in bases for fact in check(certificate(name, k, form=form)).facts}
    assert facts == {name for name, _, _ in FORGED}
    documented = {
        name.strip()
        for line in (checker.__doc__ or "").splitlines()
        if line.startswith("| ")
        for name in line.split("|")[1].split(",")
    }
    assert facts == documented - {"fact"}


def test_every_failed_fact_is_named() -> None:
    document = certificate("A5")
    wrong_element_order(document)
    wrong_gamma(document)
    wrong_share(document)
    assert failed(check(document)) == ["digest", "element orders", "gamma star", "shares"]


def test_a_fact_that_rests_on_a_failed_one_fails() -> None:
    document = certificate("S3")
    missing_generator(document)
    status = {fact.name: fact for fact in check(resealed(document)).facts}
    assert status["classes"].status == "failed"
    assert status["classes"].detail == "rests on the fact 'group', which failed"
    assert status["equal values"].status == "proved"  # of the stated table


def test_tables_are_trusted_and_groups_are_not() -> None:
    trusted = [fact.name for fact in check(certificate("A5", form="table")).facts if fact.status == "trusted"]
    assert trusted == ["character table"]
    assert all(fact.status == "proved" for fact in check(certificate("A5")).facts)


# ---------------------------------------------------------------- trivial forgeries


def trivial(kind: str) -> Document:
    """A certificate of the trivial group in which everything that can be is empty or 0."""
    group: Document = {"kind": kind, "order": "1"}
    characters: Document = {"values": [["1"]]}
    if kind == "permutations":
        group |= {"degree": 1, "generators": [], "representatives": [[0]]}
    if kind == "abelian":
        group |= {"invariants": [], "representatives": [[]]}
        characters = {"exponents": [[]]}
    document = certificate("S3") | {
        "group": group,
        "classes": [{"size": "1", "order": 1}],
        "power_maps": {},
        "characters": characters,
        "indicators": [1],
        "program": {
            "rows": [],
            "dual": [[]],
            "cost": [],
            "gamma_star": {"coefficient": "1/27", "radicand": "3"},
        },
        "structure": {"unique": True, "points": [], "orbits": [], "classes": [None], "slack_bounds": []},
    }
    return resealed(document)


@pytest.mark.parametrize("kind", ["permutations", "abelian", "table"])
def test_trivial_group_is_refused(kind: str) -> None:
    names = failed(check(trivial(kind)))
    assert ("classes" if kind == "table" else "group") in names
    if kind != "abelian":
        assert "equal values" in names  # its cost is not positive


def test_all_zeros_is_refused() -> None:
    document = certificate("S3")
    program = document["program"]
    for row in program["rows"]:
        row["a"] = "0"
    program |= {"dual": [[] for _ in program["dual"]], "cost": []}
    assert {"primal feasibility", "equal values"} <= set(failed(check(resealed(document))))


def test_one_class_is_refused() -> None:
    """All of S3 as one class of a group with one character."""
    document = trivial("permutations")
    document["group"] = certificate("S3")["group"] | {"representatives": [[0, 1, 2]]}
    document["classes"] = [{"size": "6", "order": 1}]
    assert "classes" in failed(check(resealed(document)))


@pytest.mark.parametrize("key", ["classes", "characters", "indicators", "program", "structure", "group"])
def test_an_emptied_part_is_no_certificate(key: str) -> None:
    document = certificate("S3")
    document[key] = type(document[key])()
    with pytest.raises(CertificateError, match=key):
        check(resealed(document))


# ---------------------------------------------------------------- no certificate at all

MALFORMED = [
    (
        lambda text: text.replace('"arity": 2', '"arity": 2.0'),
        "holds the number 2.0; certificates hold no floats",
    ),
    (lambda text: text.replace('"arity": 2', '"arity": true'), "arity: holds true, not an integer"),
    (lambda text: text.replace('"arity": 2', '"arity": NaN'), "holds NaN, which is not JSON"),
    (lambda text: text.replace('"arity": 2', '"arity": 1'), "arity: holds 1, which is not between 2 and"),
    (
        lambda text: text.replace('"arity": 2', '"arity": 99999999999999999999'),
        "integers beyond 2^53 are written as strings",
    ),
    (lambda text: text.replace('"arity": 2', '"arity": 2, "arity": 2'), 'the key "arity" occurs twice'),
    (lambda text: text.replace('"arity": 2', '"arity": 2, "charity": 2'), 'unknown key "charity"'),
    (lambda text: text.replace('"arity": 2,', ""), "lacks the key 'arity'"),
    (
        lambda text: text.replace('"version": 1', '"version": 2'),
        "version: holds 2; this checker reads version 1",
    ),
    (lambda text: text.replace("gammastar certificate", "certificate"), 'format: holds "certificate"'),
    (lambda text: text.replace('"a": "1/6"', '"a": "2/12"'), "not in lowest terms"),
    (lambda text: text.replace('"a": "1/6"', '"a": "1/٦"'), "a rational is written as a string"),
    (lambda text: text.replace('"a": "1/6"', f'"a": "{"7" * 5000}"'), "a rational is written as a string"),
    (lambda text: text.replace('"size": "2"', '"size": "02"'), "an integer is written as a string"),
    (lambda text: text.replace('"size": "2"', '"size": "2\\n"'), "an integer is written as a string"),
    (lambda text: text.replace("[0, 1, 2]", "[0, 1, 1]", 1), "is no permutation of 0..2"),
    (lambda text: text[: len(text) // 2], "not JSON"),
    (lambda text: "[" * 100_000, "nested too deeply"),
    (lambda text: "[]", "holds [], not an object"),
    (lambda text: "", "not JSON"),
    (lambda text: text.replace('"labels": {', '"labels": {"x": [[[[[[[[[1]]]]]]]]], '), "nested too deeply"),
]


@pytest.mark.parametrize(("spoil", "message"), MALFORMED, ids=[message for _, message in MALFORMED])
def test_what_is_no_certificate(
    spoil: Callable[[str], str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "spoilt.json"
    text = canonical(certificate("S3"))
    assert spoil(text) != text
    path.write_text(spoil(text), encoding="utf-8")
    assert main([str(path)]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"{path}: ")
    assert message in error
    assert len(error.splitlines()) == 1


def test_non_utf8_missing_and_wrong_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bytes.json"
    path.write_bytes(b'{"format": "\xff"}')
    assert main([str(path)]) == 2
    assert "not UTF-8: byte 12 is 0xff" in capsys.readouterr().err
    assert main([str(tmp_path / "absent.json")]) == 2
    assert "absent.json: cannot be read: No such file or directory" in capsys.readouterr().err
    assert main([str(tmp_path)]) == 2
    assert main([]) == 2
    assert main(["a", "b"]) == 2
    assert main(["--verbose"]) == 2


def test_a_packed_certificate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "s3.json.gz"
    packed = gzip.compress(canonical(certificate("S3")).encode())
    path.write_bytes(packed)
    assert main([str(path)]) == 0
    capsys.readouterr()
    for spoilt, message in (
        (packed[:-20], "cut off: gzip's end is missing"),
        (packed + packed, f"{len(packed)} bytes follow gzip's end"),
        (packed[:30] + bytes(20) + packed[50:], "damaged gzip: "),
        (gzip.compress(b"no JSON"), "not JSON"),
        (gzip.compress(packed), "not UTF-8"),
        (gzip.compress(bytes(shape.FILE_BYTES + 1)), f"more than {shape.FILE_BYTES} bytes when unpacked"),
    ):
        path.write_bytes(spoilt)
        assert main([str(path)]) == 2
        error = capsys.readouterr().err
        assert error.startswith(f"{path}: ")
        assert message in error
        assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"arity": 1000}, "arity: 1000; the checker's limit is 100"),
        ({"group": {"kind": "table", "order": "1" * 300}}, "limit is 200 digits"),
        (
            {
                "group": {
                    "kind": "permutations",
                    "order": "100001",
                    "degree": 3,
                    "generators": [],
                    "representatives": [],
                }
            },
            "100001; the checker's limit is 100000",
        ),
        (
            {"group": {"kind": "abelian", "order": "2001", "invariants": [2001], "representatives": []}},
            "2001; the checker's limit is 2000",
        ),
        ({"classes": [{"size": "1", "order": 1}] * 121}, "has 121 entries; the checker's limit is 120"),
    ],
)
def test_limits_are_named(change: Document, message: str) -> None:
    with pytest.raises(CertificateLimitError, match="limit") as caught:
        check(resealed(certificate("S3") | change))
    assert message in str(caught.value)


def test_fields_beyond_the_limit_are_refused() -> None:
    with pytest.raises(CertificateLimitError, match=f"{9967 * 9973}-th roots of unity"):
        common_field((9967, 9973))


def test_command_line_of_the_checker(tmp_path: Path) -> None:
    path = tmp_path / "a5.json"
    write(certificate("A5"), path)
    command = [sys.executable, "-m", "certificates.checker", str(path)]
    plain = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert plain.startswith(f"{path}: valid: 20 facts proved (order 60, 5 classes")
    spoken = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True).stdout
    record = json.loads(spoken)
    assert set(record) == {"valid", "facts", "order", "classes", "seconds"}
    assert record["valid"] is True
    assert (record["order"], record["classes"]) == (60, 5)
    assert {fact["status"] for fact in record["facts"]} == {"proved"}


def test_degrees_need_the_regular_character_on_every_class() -> None:
    """Squares that add up to the order are not enough."""
    table = ValueTable(((1, 1), (1, 2)), (1, 1), (1, 2))
    with pytest.raises(Falsehood, match="is not 0 on class 1"):
        check_degrees(table, 2)
    assert check_degrees(ValueTable(((1, 1), (1, -1)), (1, 1), (1, 2)), 2)


def test_an_embedding_needs_a_split_prime() -> None:
    with pytest.raises(Falsehood, match="7 is no prime congruent to 1 modulo 5"):
        Embedding(5, 7)
    with pytest.raises(Falsehood, match="21 is no prime congruent to 1 modulo 5"):
        Embedding(5, 21)
    image = Embedding(5, 11)
    assert pow(image.power(1, 5), 5, 11) == 1 != image.power(1, 5)


# ---------------------------------------------------------------- tables proved before


@pytest.mark.parametrize(
    ("name", "form"), [("A5", "own"), ("A5", "table"), ("Z6", "own"), ("Dic3", "own"), ("S3", "own")]
)
def test_a_table_proved_before_gives_the_same_facts(
    name: str, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three numbers of factors, one proof of the table; then a false program is still refused."""
    documents = [certificate(name, arity, form=form) for arity in (2, 3, 4)]
    alone = [check(document).facts for document in documents]
    tables = ProvedTables()
    assert check(documents[0], tables).facts == alone[0]
    kinds = dict.fromkeys(verdict._TABLE_OF)  # every other proof would raise
    monkeypatch.setattr(verdict, "_TABLE_OF", kinds)
    assert [check(document, tables).facts for document in documents] == alone
    negative_weight(documents[1])
    assert "primal feasibility" in failed(check(resealed(documents[1]), tables))


@pytest.mark.parametrize(
    ("fact", "base", "forge"),
    [
        ("classes", ("A5", 2, "own"), wrong_size),
        ("element orders", ("A5", 2, "own"), wrong_element_order),
        ("element orders", ("Dic3", 3, "own"), wrong_element_order),
        ("power maps", ("A5", 2, "own"), permuted_power_map),
        ("group", ("A5", 2, "own"), missing_generator),
        ("indicators", ("A5", 2, "own"), wrong_indicator),
        ("indicators", ("Dic3", 3, "own"), wrong_indicator),
        ("indicators", ("Z5", 2, "own"), wrong_indicator),
        ("character table", ("S3", 2, "own"), swapped_columns),
        ("orthogonality", ("S4", 2, "table"), changed_value),
    ],
)
def test_a_table_is_taken_over_only_if_all_of_it_is_equal(
    fact: str, base: tuple[str, int, str], forge: Callable[[Document], None]
) -> None:
    name, arity, form = base
    document, tables = certificate(name, arity, form=form), ProvedTables()
    assert check(document, tables).valid
    forge(document)
    false = resealed(document)
    assert fact in failed(check(false, tables))
    assert check(false, tables).facts == check(false).facts  # a false table stays false
    assert check(certificate(name, arity, form=form), tables).valid
