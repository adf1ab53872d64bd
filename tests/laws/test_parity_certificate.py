"""Certificates of sparse parity: the checker accepts true ones and no re-sealed mutation of them."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from certificates.checker import digest
from certificates.checker.errors import CertificateError
from certificates.checker.verdict import check, record
from certificates.issue_parity import issue_parity
from theory.errors import LimitError


def sealed(document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "sha256": digest(document)}


@pytest.mark.parametrize(("bits", "arity"), [(2, 2), (10, 4), (5, 5), (1000, 7)])
def test_true_certificates_are_valid(bits: int, arity: int) -> None:
    report = check(issue_parity(bits, arity))
    assert report.valid
    assert [fact.name for fact in report.facts] == ["digest", "upper bound", "gamma star", "attained"]
    assert report.subject == f"parity of {arity} among {bits} bits"
    assert (record(report)["order"], record(report)["classes"]) == (0, 0)


FORGERIES = {
    "larger value": ({"gamma_star": ["10", "25/125"]}, CertificateError),
    "value": ({"gamma_star": ["10", "1/5"]}, ["gamma star"]),
    "smaller value": ({"gamma_star": ["10", "23/125"]}, ["upper bound", "gamma star"]),
    "negative value": ({"gamma_star": ["10", "-24/125"]}, ["upper bound", "gamma star"]),
    "radicand not squarefree": ({"gamma_star": ["4", "24/125"]}, ["upper bound", "gamma star"]),
    "zero": ({"gamma_star": ["1", "0"]}, ["upper bound", "gamma star"]),
    "one neuron missing": ("drop", ["attained"]),
    "one sign turned": ("turn", ["attained"]),
    "no neurons": ({"signs": []}, CertificateError),
    "sign zero": ({"signs": [[1, 0, 1, 1]]}, CertificateError),
    "another arity": ({"arity": 3}, CertificateError),
    "fewer bits than relevant ones": ({"bits": 3}, CertificateError),
    "version": ({"version": 2}, CertificateError),
    "unknown key": ({"proof": "trust me"}, CertificateError),
    "bits no integer": ({"bits": True}, CertificateError),
    "too many relevant bits": ({"arity": 12, "bits": 12}, CertificateError),
    "labels no object": ({"labels": []}, CertificateError),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_forgeries_are_refused(name: str) -> None:
    change, outcome = FORGERIES[name]
    document = json.loads(json.dumps(issue_parity(6, 4)))
    if change == "drop":
        document["signs"] = document["signs"][1:]
    elif change == "turn":
        document["signs"][3][2] *= -1
    else:
        document |= change
    if outcome is CertificateError:
        with pytest.raises(CertificateError):
            check(sealed(document))
    else:
        report = check(sealed(document))
        assert not report.valid
        assert [fact.name for fact in report.facts if fact.status == "failed"] == outcome


def test_random_mutations_are_refused() -> None:
    """A changed number in any proved field, re-sealed; signs of a whole neuron may turn if `k` is even."""
    generator = random.Random(1)
    original = issue_parity(5, 3)
    for _ in range(300):
        document = json.loads(json.dumps(original))
        field = generator.choice(["arity", "gamma_star", "signs", "signs"])
        if field == "signs":
            for _ in range(generator.randrange(1, 4)):
                line = generator.choice(document["signs"])
                line[generator.randrange(3)] = generator.choice([1, -1])
        elif field == "arity":
            document["arity"] = generator.choice([2, 4, 5])
        else:
            document["gamma_star"][generator.randrange(2)] = str(generator.randrange(1, 9))
        try:
            report = check(sealed(document))
        except CertificateError:
            continue
        if report.valid:  # only what says the same: polarisation needs every line once, up to a common sign
            lines = {tuple(sign * line[0] for sign in line) for line in document["signs"]}
            assert lines == {tuple(line) for line in original["signs"]}
            assert document["gamma_star"] == original["gamma_star"]


def test_a_wrong_digest_is_noticed(tmp_path: Path) -> None:
    document = issue_parity(3, 2) | {"sha256": "0" * 64}
    assert next(fact.status for fact in check(document).facts) == "failed"
    path = tmp_path / "certificate.json"
    path.write_text(json.dumps(issue_parity(3, 2)))
    assert check(path).valid


def test_limits_are_told_before_anything_is_written() -> None:
    with pytest.raises(LimitError, match="up to 11 relevant bits"):
        issue_parity(15, 12)
