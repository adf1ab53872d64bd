"""The main job: one group through the whole house, from its character table to a report.

A step that a stated limit rules out is left out and named, with the limit, in the result and in the report;
the verdict is then "verified in part". A step whose check fails makes the verdict "refuted"; the files are
written all the same, so that one can look.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from certificates import cli_steps, files
from certificates.cli_progress import Progress, Stage
from certificates.result import dump, verification_result

if TYPE_CHECKING:
    from theory.margins.network import NetworkEvaluation
    from theory.margins.solution import MarginSolution

__all__ = ["verify"]

NETWORK_TOLERANCE = 1e-10  # of margin / gamma* against 1, for a network evaluated in double precision
REFERENCE_TOLERANCE = 1e-6  # of the solver's value against the exact one: HiGHS stops at 1e-7 by default


@contextmanager
def _limited(progress: Progress, name: str) -> Iterator[Stage]:
    """A stage that a stated limit may rule out."""
    from theory.errors import LimitError

    with progress.stage(name) as stage:
        try:
            yield stage
        except LimitError as error:
            stage.skip(str(error))


def verify(expression: str, arity: int, output: Path | None, force: bool) -> dict[str, Any]:
    """Run the main job and write its three files.

    Args:
        expression: the group as typed.
        arity: number of factors `k`.
        output: the folder to write to, or None for the default one.
        force: whether the folder may hold files already.

    Returns:
        the JSON object of `gammastar verify --json`, which is also what result.json holds.

    Raises:
        InputError: the group, the arity or the folder cannot be used.
    """
    start = time.perf_counter()
    directory = files.default_directory(expression) if output is None else output
    files.prepare_directory(directory, force=force)
    with Progress(verbose=True) as progress:
        solution = cli_steps.solve(expression, arity, progress)
        reference = _reference(solution, progress)
        document, checked = _certificate(solution, expression, progress)
        evaluation = _network(solution, expression, progress)
        texts = {} if document is None else {"certificate.json": _text(document)}
        result = verification_result(
            solution,
            expression,
            stages=tuple(progress.stages),
            reference=reference,
            certificate=None if document is None else {"sha256": document["sha256"], "check": checked},
            evaluation=evaluation,
            files={
                name.split(".")[0]: str(directory / name) for name in ("report.html", *texts, "result.json")
            },
            seconds=time.perf_counter() - start,
        )
        with progress.stage("report"):
            from certificates.report import collect, render

            texts = {
                "report.html": render(collect(solution, result)),
                **texts,
                "result.json": dump(result) + "\n",
            }
            files.write_all(directory, texts)
    return result


def _text(document: dict[str, Any]) -> str:
    from certificates.issue import canonical

    return canonical(document)


def _reference(solution: MarginSolution, progress: Progress) -> dict[str, Any] | None:
    """The same program through cvxpy and HiGHS: a second formulation, in floats, outside the proof."""
    with _limited(progress, "reference solver") as stage:
        from theory.margins.program import reference_cost

        try:
            exact, cost = float(solution.cost), reference_cost(solution.table, solution.arity)
        except ArithmeticError:  # costs of very different sizes, as with fifty factors
            stage.skip(
                "the costs are beyond what HiGHS solves in floats; the exact value does not rest on it"
            )
            return None
        gap = abs(cost - exact) / exact
        stage.detail = f"relative gap to the exact cost* {gap:.1e}"
        if gap > REFERENCE_TOLERANCE:
            stage.fail(f"cvxpy with HiGHS finds {cost!r}, the exact value is {exact!r}")
        return {"solver": "cvxpy with HiGHS", "cost": cost, "relative_gap": gap}
    return None


def _certificate(
    solution: MarginSolution, expression: str, progress: Progress
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The certificate, and what the independent checker says of it; each None where a limit rules it out."""
    document = None
    with _limited(progress, "certificate") as stage:
        from certificates.issue import issue

        document = issue(solution, expression=cli_steps.label(expression))
        stage.detail = f"sha256 {document['sha256'][:16]}…"
    if document is None:
        return None, None
    with progress.stage("independent check") as stage:
        verdict, refusal = _checked(_text(document))
        if verdict is None:
            stage.skip(refusal)
        elif verdict["valid"]:
            proved = sum(fact["status"] == "proved" for fact in verdict["facts"])
            trusted = sum(fact["status"] == "trusted" for fact in verdict["facts"])
            stage.detail = f"valid: {proved} facts proved, {trusted} taken on trust"
        else:
            failed = [fact["name"] for fact in verdict["facts"] if fact["status"] == "failed"]
            stage.fail(f"false: {', '.join(failed)}")
    return document, verdict


def _checked(text: str) -> tuple[dict[str, Any] | None, str]:
    """Run the checker in a process of its own, so that it shares nothing with the prover.

    Returns:
        its JSON object and "", or None and its refusal: a certificate beyond the checker's limits.

    Raises:
        RuntimeError: the checker refused a certificate of ours for any other reason, which is a bug.
    """
    with tempfile.TemporaryDirectory(prefix="gammastar-") as folder:
        path = Path(folder) / "certificate.json"
        path.write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "certificates.checker", "--json", str(path)]
        finished = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
        refusal = finished.stderr.strip().replace(str(path), "certificate.json")
    if finished.returncode == 2 and _beyond_limits(text):
        return None, refusal
    if finished.returncode not in (0, 1):
        raise RuntimeError(f"the checker ended with exit code {finished.returncode}: {refusal}")
    verdict: dict[str, Any] = json.loads(finished.stdout)
    return verdict, ""


def _beyond_limits(text: str) -> bool:
    """Whether it is a stated limit for which the checker refuses a certificate."""
    from certificates.checker import CertificateError, CertificateLimitError, check

    try:
        check(text.encode("utf-8"))
    except CertificateLimitError:
        return True
    except CertificateError:
        return False
    return False


def _network(solution: MarginSolution, expression: str, progress: Progress) -> NetworkEvaluation | None:
    """The explicit network, built and evaluated; None where the group is absent or too large."""
    with _limited(progress, "explicit network") as stage:
        if solution.table.realisation is None:
            stage.skip("the table came without its group, and a network needs the group's elements")
            return None
        from theory.groups.naming import resolve
        from theory.margins.network import build, check_limits, evaluate

        check_limits(solution)  # before the group's elements are listed
        group = resolve(expression).build()
        network = build(solution, group, progress=lambda done, work: stage.tell(f"irrep {done} of {work}"))
        evaluation = evaluate(network, lambda done, work: stage.tell(f"evaluated {done / work:.0%}"))
        stage.detail = f"{evaluation.width} neurons, {evaluation.method}: {evaluation.ratio:.15f} of gamma*"
        if abs(evaluation.ratio - 1) > NETWORK_TOLERANCE:
            stage.fail(f"the margin is {evaluation.ratio!r} of gamma*, it should be 1")
        return evaluation
    return None
