"""What each command does between its options and its output: calls to the other packages, in order."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from certificates.cli_progress import Progress

if TYPE_CHECKING:
    from theory.margins.solution import MarginSolution

__all__ = ["certify", "check", "label", "property_test", "solve"]


def solve(expression: str, arity: int, progress: Progress) -> MarginSolution:
    """The exact maximum margin of a group as typed.

    Raises:
        InputError: the group cannot be used, or the arity is below 2.
        LimitError: the group or the arity is beyond a limit; that of the arity is the checker's.
    """
    from certificates.checker.document import ARITY_LIMIT
    from theory.errors import LimitError

    if arity > ARITY_LIMIT:
        raise LimitError(f"arity {arity}: the limit of --arity is {ARITY_LIMIT} factors")
    with progress.stage("character table", hold=True) as stage:
        from theory.characters.library import character_table
        from theory.groups.naming import resolve

        table = character_table(resolve(expression))
        stage.detail = f"order {table.order}, {len(table.class_sizes)} classes, by {table.source}"
    with progress.stage("linear program") as stage:
        from theory.margins.exact import solve as solve_exactly

        solution = solve_exactly(table, arity)
        stage.detail = f"cost* = {_shortened(str(solution.cost))}"
    return solution


def _shortened(text: str, length: int = 60) -> str:
    return text if len(text) <= length else f"{text[: length - 2]} …"


def label(expression: str) -> str:
    """The group as typed, as text that UTF-8 can hold: the name of a file need not be."""
    return expression.encode("utf-8", "backslashreplace").decode("utf-8")


def certify(expression: str, arity: int, output: Path, progress: Progress) -> dict[str, Any]:
    """Write a certificate; the JSON object of `gammastar certify`."""
    from certificates.files import check_file

    check_file(output)
    start = time.perf_counter()
    solution = solve(expression, arity, progress)
    with progress.stage("certificate") as stage:
        from certificates.issue import issue, write

        document = issue(solution, expression=label(expression))
        write(document, output)
        stage.detail = str(output)
    return {
        "group": expression,
        "order": solution.table.order,
        "arity": arity,
        "gamma_star": solution.gamma_star,
        "gamma_star_exact": solution.gamma_star_exact,
        "file": str(output),
        "bytes": output.stat().st_size,
        "sha256": document["sha256"],
        "seconds": round(time.perf_counter() - start, 3),
    }


def check(file: Path, progress: Progress) -> dict[str, Any]:
    """Check a certificate; the JSON object of `gammastar check`. Loads nothing of the prover."""
    from certificates.checker.verdict import check as decide
    from certificates.checker.verdict import record

    with progress.stage("checking"):
        verdict: dict[str, Any] = record(decide(file))
    return verdict


def property_test(expression: str, max_examples: int, seed: int, progress: Progress) -> dict[str, Any]:
    """Test the laws on a group; the JSON object of `gammastar property-test`."""
    with progress.stage("property tests") as stage:
        from theory.property_test import run

        report = run(expression, max_examples=max_examples, seed=seed, progress=stage.tell)
    result: dict[str, Any] = report.as_dict()
    return result
