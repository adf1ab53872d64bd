"""All facts of a certificate in their order, and the verdict as text, JSON and exit code."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from certificates.checker import abelian, characters, groups, imported, inversion, parity, program, structure
from certificates.checker.certificate import Certificate
from certificates.checker.cyclotomic import RootSum, conductor
from certificates.checker.document import read
from certificates.checker.errors import CertificateError, CertificateLimitError, Fact, Falsehood, Report
from certificates.checker.program import Program
from certificates.checker.tables import Table, ValueTable

__all__ = ["ProvedTables", "check", "main", "record", "render"]

SAFE_INTEGER = 1 << 53
USAGE = "usage: python -m certificates.checker FILE [--json]"

_T = TypeVar("_T")


class _Ledger:
    """Facts as they are decided; a fact that rests on a failed one fails with it."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []

    def decide(
        self,
        name: str,
        prove: Callable[[], _T],
        detail: str | None = None,
        *,
        needs: Sequence[str] = (),
        trusted: bool = False,
    ) -> _T | None:
        """Run one proof; its detail is `detail`, or what the proof returns."""
        failed = [fact.name for fact in self.facts if fact.status == "failed" and fact.name in needs]
        if failed:
            self.facts.append(Fact(name, "failed", f"rests on the fact '{failed[0]}', which failed"))
            return None
        try:
            result = prove()
        except Falsehood as falsehood:
            self.facts.append(Fact(name, "failed", str(falsehood)))
            return None
        shown = detail if detail is not None else str(result)
        self.facts.append(Fact(name, "trusted" if trusted else "proved", shown))
        return result


class ProvedTables:
    """Verdicts on groups and character tables, for certificates that share them: one a number of factors.

    A verdict is taken over only where all that it rests on is equal, entry by entry, as it was read: the
    group, the classes, the power maps, the characters and the indicators.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], tuple[tuple[Fact, ...], Table | None]] = {}

    def decide(self, ledger: _Ledger, certificate: Certificate) -> Table | None:
        """The facts of the table, into the ledger."""
        parts = certificate.table_parts
        if parts not in self._known:
            own = _Ledger()
            table = _TABLE_OF[certificate.group.kind](own, certificate)
            self._known[parts] = tuple(own.facts), table
        facts, table = self._known[parts]
        ledger.facts += facts
        return table


def check(source: dict[str, Any] | bytes | str | Path, tables: ProvedTables | None = None) -> Report:
    """Decide every fact of a certificate: a file, its bytes, or the document already loaded.

    Args:
        source: the certificate.
        tables: verdicts of earlier calls, and what this call adds to them.

    Raises:
        CertificateError: it is no certificate, or beyond the checker's limits.
    """
    try:
        return _check(source, ProvedTables() if tables is None else tables)
    except (MemoryError, RecursionError):
        name = "" if isinstance(source, dict | bytes) else f"{source}: "
        raise CertificateLimitError(f"{name}needs more memory than this machine gives") from None


def _check(source: dict[str, Any] | bytes | str | Path, tables: ProvedTables) -> Report:
    start = time.perf_counter_ns()
    certificate = read(source)
    if isinstance(certificate, parity.ParityCertificate):
        return _parity_report(certificate, start)
    ledger = _Ledger()
    ledger.decide("digest", lambda: _check_digest(certificate))
    try:
        _check_program(ledger, certificate, tables.decide(ledger, certificate))
    except CertificateLimitError as error:
        name = "" if isinstance(source, dict | bytes) else f"{source}: "
        raise CertificateLimitError(f"{name}{error}") from None
    facts = tuple(ledger.facts)
    valid = all(fact.status != "failed" for fact in facts)
    elapsed = time.perf_counter_ns() - start
    order, classes = certificate.order, len(certificate.class_sizes)
    return Report(valid, facts, order, classes, elapsed, f"order {order}, {classes} classes")


def _parity_report(certificate: parity.ParityCertificate, start: int) -> Report:
    facts = parity.facts(certificate)
    valid = all(fact.status != "failed" for fact in facts)
    subject = f"parity of {certificate.arity} among {certificate.bits} bits"
    return Report(valid, facts, 0, 0, time.perf_counter_ns() - start, subject)


def _check_digest(certificate: Certificate) -> str:
    if certificate.sha256 != certificate.computed_sha256:
        raise Falsehood(f"sha256 is {certificate.computed_sha256}, not {certificate.sha256}")
    return "sha256 of the canonical rest"


def _from_group(ledger: _Ledger, certificate: Certificate) -> Table | None:
    group, detail = certificate.group, f"order {certificate.order}, degree {certificate.group.degree}"
    elements = ledger.decide("group", lambda: groups.enumerate_group(certificate), f"{detail}, enumerated")
    found = ledger.decide(
        "classes",
        lambda: groups.walk_classes(certificate, elements or set()),
        f"{len(group.representatives)} classes cover the group",
        needs=["group"],
    )
    classes = found  # None only if 'classes' failed, and what needs it is then not run
    orders = ledger.decide(
        "element orders",
        lambda: groups.check_element_orders(certificate, classes.element_orders()),  # type: ignore[union-attr]
        "from the representatives",
        needs=["classes"],
    )
    del orders
    ledger.decide(
        "power maps",
        lambda: groups.check_power_maps(certificate, classes.power),  # type: ignore[union-attr]
        f"for the primes {', '.join(map(str, certificate.primes))}",
        needs=["classes"],
    )
    table = ledger.decide(
        "values", lambda: _value_table(certificate), "positive degrees, distinct rows and columns"
    )
    ledger.decide(
        "character table",
        lambda: characters.check_characters(table, classes),  # type: ignore[arg-type]
        needs=["classes", "element orders", "values"],
    )
    ledger.decide(
        "degrees",
        lambda: characters.check_degrees(table, certificate.order),  # type: ignore[arg-type]
        needs=["values", "character table"],
    )
    ledger.decide(
        "indicators",
        lambda: characters.check_indicators(table, classes.power(2), certificate),  # type: ignore[arg-type, union-attr]
        needs=["classes", "values"],
    )
    return table


def _value_table(certificate: Certificate) -> ValueTable:
    # chi(g) is a sum of roots of unity of the order of g, which divides n: keeps the fields small
    for column, order in enumerate(certificate.element_orders):
        if certificate.order % order:
            raise Falsehood(f"class {column}: its element order {order} does not divide {certificate.order}")
    # |chi(g)| <= chi(1) < n, in any usual basis also of its coefficients: keeps bounds and primes small
    for number, row in enumerate(certificate.values):
        for column, (value, order) in enumerate(zip(row, certificate.element_orders, strict=True)):
            if order % conductor(value):
                raise Falsehood(
                    f"row {number} on class {column} lies outside the field of {order}-th roots of unity"
                )
            terms = value.terms if isinstance(value, RootSum) else ((0, value),)
            if any(abs(coefficient) > certificate.order for _, coefficient in terms):
                raise Falsehood(f"row {number} holds a coefficient beyond the group's order")
    table = ValueTable(certificate.values, certificate.class_sizes, certificate.element_orders)
    _ = table.conjugates, table.row_orbits, table.column_orbits, table.galois_columns(-1)
    return table


def _from_invariants(ledger: _Ledger, certificate: Certificate) -> Table | None:
    table = ledger.decide(
        "group",
        lambda: abelian.check_abelian(certificate),
        f"the product of cyclic groups of orders {', '.join(map(str, certificate.group.invariants))}",
    )
    if table is None:
        return None
    ledger.decide("classes", lambda: _check_singletons(certificate), "each element is its own class")
    ledger.decide(
        "element orders", lambda: groups.check_element_orders(certificate, table.orders), "from the exponents"
    )
    ledger.decide(
        "power maps",
        lambda: groups.check_power_maps(certificate, table.power),
        f"for the primes {', '.join(map(str, certificate.primes))}",
    )
    ledger.decide("character table", lambda: "all vectors of exponents, each once")
    ledger.decide("degrees", lambda: "all 1")
    ledger.decide("indicators", lambda: characters.check_indicators(table, (), certificate))
    return table


def _check_singletons(certificate: Certificate) -> None:
    for number, size in enumerate(certificate.class_sizes):
        if size != 1:
            raise Falsehood(f"class {number} of an abelian group has one element, not {size}")


def _from_inversion(ledger: _Ledger, certificate: Certificate) -> Table | None:
    ledger.decide("group", lambda: inversion.check_group(certificate))
    ledger.decide("classes", lambda: inversion.check_classes(certificate), needs=["group"])
    table = ledger.decide(
        "character table",
        lambda: inversion.check_characters(certificate),
        "irreducible by construction, distinct, as many as classes",
        needs=["group", "classes"],
    )
    facts: list[tuple[str, Callable[[], object], str | None]] = [
        ("element orders", lambda: groups.check_element_orders(certificate, table.orders), "from t^2"),  # type: ignore[union-attr]
        (
            "power maps",
            lambda: groups.check_power_maps(certificate, table.power),  # type: ignore[union-attr]
            f"for the primes {', '.join(map(str, certificate.primes))}",
        ),
        ("degrees", lambda: "1 for [r, v], 2 for [r]", None),
        ("indicators", lambda: characters.check_indicators(table, (), certificate), None),  # type: ignore[arg-type]
    ]
    for name, prove, detail in facts:
        ledger.decide(name, prove, detail, needs=["character table"])
    return table


def _from_table(ledger: _Ledger, certificate: Certificate) -> Table | None:
    table = ledger.decide(
        "values", lambda: _value_table(certificate), "positive degrees, distinct rows and columns"
    )
    checks: list[tuple[str, Callable[[], str]]] = [
        ("classes", lambda: imported.check_classes(table, certificate)),  # type: ignore[arg-type]
        ("orthogonality", lambda: imported.check_orthogonality(table, certificate.order)),  # type: ignore[arg-type]
        ("power maps", lambda: imported.check_power_maps(table, certificate)),  # type: ignore[arg-type]
    ]
    for name, prove in checks:
        ledger.decide(name, prove, needs=["values", "classes"])
    names = ["values", "classes", "orthogonality", "power maps"]
    detail = (
        "that a group has this table and these power maps; checked: orthogonality, congruences, integrality"
    )
    ledger.decide("character table", lambda: detail, needs=names, trusted=True)
    ledger.decide(
        "indicators",
        lambda: characters.check_indicators(table, imported.squares(table, certificate), certificate),  # type: ignore[arg-type]
        needs=["values", "classes"],
    )
    return table


_TABLE_OF = {
    "permutations": _from_group,
    "abelian": _from_invariants,
    "inversion": _from_inversion,
    "table": _from_table,
}


def _check_program(ledger: _Ledger, certificate: Certificate, table: Table | None) -> None:
    """The facts of the program; where the table's facts failed, these are decided of the stated table."""
    primes = program.radicand_primes(certificate)
    base = {"abelian": ["group"], "inversion": ["character table"]}.get(certificate.group.kind, ["values"])
    lp = Program(table, certificate.arity, certificate.indicators, primes)  # type: ignore[arg-type]
    ledger.decide("rows", lambda: program.check_rows(lp, certificate), needs=base)
    ledger.decide("radicands", lambda: program.check_radicands(certificate, primes), "squarefree")
    needs = ["rows", "radicands"]
    primal = ledger.decide(
        "primal feasibility",
        lambda: program.check_primal(lp, certificate),
        "a >= 0 separates every class by at least 1",
        needs=needs,
    )
    dual = ledger.decide(
        "dual feasibility",
        lambda: program.check_dual(lp, certificate),
        "y >= 0 charges no row more than its cost",
        needs=needs,
    )
    ledger.decide("equal values", lambda: program.check_values(lp, certificate), needs=needs)
    ledger.decide("gamma star", lambda: program.check_gamma(lp, certificate))
    optimal = ["primal feasibility", "dual feasibility", "equal values"]
    face = ledger.decide(
        "complementarity",
        lambda: structure.check_complementarity(lp, certificate, primal or [], dual or []),
        "strict: exactly one of weight and slack is positive, for every row and class",
        needs=optimal,
    )
    steps: list[tuple[str, Callable[[], str]]] = [
        ("optimal face", lambda: structure.check_face(face)),  # type: ignore[arg-type]
        ("irrep statuses", lambda: structure.check_statuses(face)),  # type: ignore[arg-type]
        ("shares", lambda: structure.check_shares(face)),  # type: ignore[arg-type]
        ("class statuses", lambda: structure.check_classes(face)),  # type: ignore[arg-type]
    ]
    for name, prove in steps:
        rests = ["complementarity", *(["optimal face"] if name != "optimal face" else [])]
        rests += ["irrep statuses"] if name == "shares" else []
        ledger.decide(name, prove, needs=rests)


def record(report: Report) -> dict[str, Any]:
    """The JSON object of `check --json`; integers beyond 2^53 are strings."""
    return {
        "valid": report.valid,
        "facts": [{"name": fact.name, "status": fact.status, "detail": fact.detail} for fact in report.facts],
        "order": report.order if report.order <= SAFE_INTEGER else str(report.order),
        "classes": report.classes,
        "seconds": report.seconds,
    }


def render(report: Report, name: str) -> str:
    """The verdict in lines of text: one for the whole, one for each fact."""
    failed = sum(fact.status == "failed" for fact in report.facts)
    trusted = sum(fact.status == "trusted" for fact in report.facts)
    proved = len(report.facts) - failed - trusted
    count, state = (proved, "proved") if report.valid else (failed, "failed")
    verdict = f"{'valid' if report.valid else 'false'}: {count} fact{'s' * (count != 1)} {state}"
    note = f", {trusted} taken on trust" if trusted else ""
    width = max(len(fact.name) for fact in report.facts)
    head = f"{name}: {verdict}{note} ({report.subject}, {report.seconds} s)"
    return "\n".join(
        [head, *(f"  {fact.status:7} {fact.name:{width}}  {fact.detail}" for fact in report.facts)]
    )


def main(arguments: Sequence[str]) -> int:
    """Exit code 0 for a valid certificate, 1 for a false one, 2 for what is no certificate."""
    names = [argument for argument in arguments if argument != "--json"]
    if names in (["-h"], ["--help"]):
        print(USAGE)
        return 0
    if len(names) != 1 or names[0].startswith("-"):
        print(USAGE, file=sys.stderr)
        return 2
    try:
        report = check(Path(names[0]))
    except CertificateError as error:
        print(str(error), file=sys.stderr)
        return 2
    print(json.dumps(record(report)) if "--json" in arguments else render(report, names[0]))
    if not report.valid:
        for fact in report.facts:
            if fact.status == "failed":
                print(f"{names[0]}: {fact.name}: {fact.detail}", file=sys.stderr)
    return 0 if report.valid else 1
