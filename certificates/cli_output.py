"""What a person at a terminal reads, made from the JSON objects of the commands: verdict first, then tables.

Colour only underlines what the words say; `NO_COLOR` and pipes get plain text.
"""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from certificates.result import dump
from certificates.wording import (
    decimals,
    evaluation_method,
    irrep_name,
    irrep_type,
    join,
    powers_of_ten,
    share_text,
    structure_sentence,
    theorem9_sentence,
)

__all__ = [
    "print_certified",
    "print_check",
    "print_failed",
    "print_json",
    "print_margin",
    "print_property_test",
    "print_verified",
]

NARROW = 64  # columns of a terminal; below, tables show less
LONGEST_SIZE = 15  # digits of a class's size that are printed; the Monster's have up to 52
LONGEST_TABLE = 60  # rows; a terminal is no place for the 1957 classes of S25
VERDICT_STYLES = {"verified": "bold green", "verified in part": "bold yellow", "refuted": "bold red"}
LAW_STYLES = {"holds": "", "fails": "bold red", "skipped": "dim"}
STATUS_STYLES = {
    "required": "bold",
    "possible": "yellow",
    "excluded": "dim",
    "every": "bold",
    "some": "yellow",
    "none": "dim",
    "proved": "green",
    "trusted": "yellow",
    "failed": "bold red",
}


def print_json(value: Any) -> None:
    """One JSON object on stdout."""
    text = dump(value)
    try:
        text.encode()
        print(text)
    except UnicodeEncodeError:  # a terminal or the name of a file is not UTF-8: JSON has its own escapes
        import json

        print(json.dumps(json.loads(text), indent=2))


def _console() -> Console:
    if isinstance(sys.stdout, TextIOWrapper):  # not every terminal can write γ, nor every name of a file
        sys.stdout.reconfigure(errors="backslashreplace")
    return Console(highlight=False, markup=False, emoji=False)


def _styled(word: str) -> Text:
    return Text(word, style=STATUS_STYLES.get(word, ""))


def _table(*columns: str) -> Table:
    """A plain table; `<` before a column's name sets it to the right, `~` lets it break over lines."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(
            column.lstrip("<~"),
            justify="right" if column.startswith("<") else "left",
            overflow="fold",
            no_wrap=not column.startswith("~"),
        )
    return table


def _rest(console: Console, shown: int, total: int, what: str) -> None:
    if total > shown:
        console.print(f"… and {total - shown} more {what}; --json lists them all", style="dim")


def _print_value(console: Console, result: dict[str, Any]) -> None:
    for name, key in (("γ*   ", "gamma_star"), ("cost*", "cost")):
        exact = result[f"{key}_exact"]
        value = f"{decimals(result[key], 16)} = {exact}" if result[key] else f"{exact}, below the least float"
        console.print(f"{name} = {value}", soft_wrap=True)


def _print_irreps(console: Console, irreps: list[dict[str, Any]]) -> None:
    used = [irrep for irrep in irreps if irrep["status"] != "excluded"]
    shown = irreps if len(irreps) <= LONGEST_TABLE else used[:LONGEST_TABLE]
    orbits = [irrep["orbit"] for irrep in irreps]
    traded = len(set(orbits)) < len(orbits) and console.width >= NARROW
    known = ("<degree", "type") if console.width >= NARROW else ()
    table = _table("~irrep", *known, "status", "<share", *["<orbit's share"] * traded)
    for irrep in shown:
        alone = orbits.count(irrep["orbit"]) == 1
        table.add_row(
            irrep_name(irrep),
            *[str(irrep["degree"]), irrep_type(irrep["indicator"])][: len(known)],
            _styled(irrep["status"]),
            share_text(irrep["share"]),
            *["" if alone else share_text(irrep["orbit_share"])] * traded,
        )
    console.print(table)
    _rest(console, len(shown), len(irreps), "irreps, all excluded" if shown == used else "irreps")


def _print_classes(console: Console, classes: list[dict[str, Any]]) -> None:
    wide = console.width >= NARROW
    columns = ("<size", "<order", "average margin is γ*") if wide else ("<size", "average is γ*")
    table = _table("~class of", *columns)
    words = {"every": "in every network", "some": "in some networks", "none": "in no network"}
    shown = classes[:LONGEST_TABLE]
    sizes = [str(item["size"]) for item in shown]
    rounded = max(map(len, sizes), default=0) > LONGEST_SIZE
    for item, size in zip(shown, sizes, strict=True):
        status = Text(words[item["status"]], style=STATUS_STYLES[item["status"]])
        size = powers_of_ten(int(size), 4) if len(size) > LONGEST_SIZE else size
        table.add_row(Text(item["representative"]), size, *[str(item["order"])] * wide, status)
    console.print(table)
    if rounded:
        console.print("large sizes are rounded; --json gives them exactly", style="dim")
    _rest(console, LONGEST_TABLE, len(classes), "classes")


def print_margin(result: dict[str, Any]) -> None:
    """The maximum margin, its structure, and the tables."""
    console = _console()
    heading = f"{result['group']}: order {result['order']}, {result['arity']} factors"
    console.print(heading, style="bold", soft_wrap=True)
    console.print(structure_sentence(result))
    console.print(theorem9_sentence(result))
    console.print()
    _print_value(console, result)
    console.print()
    _print_irreps(console, result["irreps"])
    console.print()
    _print_classes(console, result["classes"])


def print_certified(result: dict[str, Any]) -> None:
    """Where a certificate went and how to check it."""
    console = _console()
    console.print(
        f"{result['file']}: certificate of γ*({result['group']}), {result['bytes']} bytes", soft_wrap=True
    )
    console.print(f"sha256 {result['sha256']}", soft_wrap=True)
    console.print(f"check it: gammastar check {result['file']}", soft_wrap=True)


def _print_facts(console: Console, facts: list[dict[str, Any]]) -> None:
    table = _table("fact", "status", "~detail")
    for fact in facts:
        table.add_row(Text(fact["name"]), _styled(fact["status"]), Text(fact["detail"]))
    console.print(table)


def print_check(verdict: dict[str, Any], name: str) -> None:
    """The checker's verdict, then every fact."""
    console = _console()
    failed = [fact for fact in verdict["facts"] if fact["status"] == "failed"]
    trusted = sum(fact["status"] == "trusted" for fact in verdict["facts"])
    if verdict["valid"]:
        note = f", {trusted} taken on trust" if trusted else ""
        console.print(f"{name}: valid ({len(verdict['facts'])} facts{note})", style="bold", soft_wrap=True)
    else:
        console.print(f"{name}: false ({len(failed)} facts failed)", style="bold red", soft_wrap=True)
    group = f"order {verdict['order']}, {verdict['classes']} classes"
    subject = group if verdict["order"] else "sparse parity"
    console.print(f"{subject}, checked in {verdict['seconds']:.2f} s")
    console.print()
    _print_facts(console, verdict["facts"])


def print_failed(verdict: dict[str, Any], name: str) -> None:
    """Name every failed fact on stderr."""
    for fact in verdict["facts"]:
        if fact["status"] == "failed":
            print(f"{name}: {fact['name']}: {fact['detail']}", file=sys.stderr)


def print_verified(result: dict[str, Any]) -> None:
    """The outcome of the main job."""
    console = _console()
    style = VERDICT_STYLES[result["verdict"]]
    console.print(
        Text(result["verdict"].upper(), style=style),
        f"{result['group']}: order {result['order']}, {result['arity']} factors",
    )
    console.print(structure_sentence(result))
    console.print(theorem9_sentence(result))
    console.print()
    _print_value(console, result)
    network = result["network"]
    if network is not None:
        ratio = f"margin/γ* = {network['ratio']:.15f}"
        console.print(f"network of {network['width']} neurons: {ratio}, {evaluation_method(network)}")
    console.print()
    _print_irreps(console, result["irreps"])
    console.print()
    for stage in result["stages"]:
        if stage["status"] != "done":
            console.print(f"{stage['name']} {stage['status']}: {stage['detail']}", soft_wrap=True)
    for kind, path in result["files"].items():
        console.print(f"{kind:<12} {path}", soft_wrap=True)


def print_property_test(result: dict[str, Any]) -> None:
    """The laws that fail, each with its statement and a shrunk counterexample; then all that were tested."""
    console = _console()
    laws = {status: [law for law in result["laws"] if law["status"] == status] for status in LAW_STYLES}
    tested = len(laws["holds"]) + len(laws["fails"])
    verdict = f"all {tested} laws hold" if result["passed"] else f"{len(laws['fails'])} of {tested} laws fail"
    console.print(
        f"{result['group']}: {verdict}", style="bold" if result["passed"] else "bold red", soft_wrap=True
    )
    for law in laws["fails"]:
        console.print(f"  {law['name']}: {law['statement']}", soft_wrap=True)
        console.print(f"  counterexample: {law['counterexample']}", soft_wrap=True)
    console.print()
    table = _table("~law", "<examples", "verdict")
    for law in result["laws"]:
        if law["status"] != "skipped":
            seen = f"{law['examples']} (all)" if law["exhaustive"] else str(law["examples"])
            table.add_row(Text(law["name"]), seen, Text(law["status"], style=LAW_STYLES[law["status"]]))
    console.print(table)
    for reason in dict.fromkeys(law["reason"] for law in laws["skipped"]):
        names = [law["name"] for law in laws["skipped"] if law["reason"] == reason]
        which = join(names) if len(names) <= 6 else f"{len(names)} laws"
        console.print(f"skipped: {which} ({reason})")
