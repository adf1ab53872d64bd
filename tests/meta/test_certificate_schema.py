"""The published JSON Schema is current, accepts what we issue and refuses what has another shape."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from certificates.checker import CertificateError, check
from certificates.checker.document import KEYS
from certificates.issue import issue
from certificates.schema import SCHEMA_FILE, CertificateModel, schema_text, validate
from theory.characters.library import character_table
from theory.errors import InputError
from theory.margins.exact import solve

GROUPS = [("S3", 2), ("Z5", 2), ("Dic3", 3), ("SL(2,5)", 2)]


@pytest.fixture(scope="module")
def documents() -> list[dict[str, Any]]:
    return [issue(solve(character_table(name), arity), expression=name) for name, arity in GROUPS]


def test_the_schema_file_is_current() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), "run `python -m certificates.schema`"


def test_the_model_and_the_checker_know_the_same_keys() -> None:
    assert set(CertificateModel.model_fields) == set(KEYS)


def test_what_we_issue_fits(documents: list[dict[str, Any]]) -> None:
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    for document in documents:
        jsonschema.validate(document, schema)
        assert json.loads(validate(document).model_dump_json(by_alias=True)) == document


CHANGES: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda d: d.update(extra=1), "extra"),
    (lambda d: d.pop("indicators"), "indicators"),
    (lambda d: d.update(arity=True), "arity"),
    (lambda d: d.update(arity="2"), "arity"),
    (lambda d: d.update(version=2), "version"),
    (lambda d: d["group"].update(order=6), "group"),
    (lambda d: d["group"].update(kind="ring"), "group"),
    (lambda d: d["group"].update(extra=1), "group"),
    (lambda d: d["classes"][0].update(size="01"), "classes.0.size"),
    (lambda d: d["program"]["rows"][0].update(a="0.5"), "program.rows.0.a"),
    (lambda d: d["program"]["cost"][0].append("1"), "program.cost.0"),
    (lambda d: d["structure"].update(unique=1), "structure.unique"),
    (lambda d: d["structure"]["orbits"][0].update(status="likely"), "structure.orbits.0.status"),
    (lambda d: d.update(sha256="0"), "sha256"),
]


@pytest.mark.parametrize(
    ("change", "place"), CHANGES, ids=[f"{n}: {place}" for n, (_, place) in enumerate(CHANGES)]
)
def test_another_shape_is_refused_by_schema_model_and_checker(
    documents: list[dict[str, Any]], change: Callable[[dict[str, Any]], object], place: str
) -> None:
    document = copy.deepcopy(documents[0])
    change(document)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, json.loads(schema_text()))
    with pytest.raises(InputError, match=f"certificate: {place}"):
        validate(document)
    with pytest.raises(CertificateError):
        check(document)
