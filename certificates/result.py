"""The JSON objects of the command line, made from the records of a computation; no mathematics here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from certificates.cli_progress import Stage
    from theory.margins.network import NetworkEvaluation
    from theory.margins.solution import MarginSolution, ShareInterval

__all__ = ["dump", "margin_result", "plancherel_ratio", "portable", "verification_result"]

# Above 2^53 a JSON reader that keeps numbers as doubles (JavaScript, jq) would silently round an integer.
LARGEST_SAFE_INTEGER = 2**53


def portable(value: Any) -> Any:
    """The same JSON value with every integer beyond 2^53 as a string.

    >>> portable({"order": 808017424794512875886459904961710757005754368000000000, "arity": 2})
    {'order': '808017424794512875886459904961710757005754368000000000', 'arity': 2}
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= LARGEST_SAFE_INTEGER else str(value)
    if isinstance(value, dict):
        return {key: portable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [portable(item) for item in value]
    return value


def dump(value: Any) -> str:
    """JSON text: strict (no NaN), integers beyond 2^53 as strings, keys in the order given."""
    return json.dumps(portable(value), allow_nan=False, ensure_ascii=False, indent=2)


def _share(interval: ShareInterval) -> list[float]:
    return [interval.lower, interval.upper]


def margin_result(solution: MarginSolution, expression: str) -> dict[str, Any]:
    """The object `gammastar margin --json` prints.

    Args:
        solution: a solved program.
        expression: the group as the user typed it.

    Returns:
        the keys of the contract; irreps and classes in the canonical order of the table, trivial irrep and
        identity left out.
    """
    from theory.margins.plancherel import plancherel_optimal, theorem9_condition

    table, structure = solution.table, solution.structure
    return {
        "group": expression,
        "order": table.order,
        "arity": solution.arity,
        "gamma_star": solution.gamma_star,
        "gamma_star_exact": solution.gamma_star_exact,
        "cost": float(solution.cost),
        "cost_exact": str(solution.cost),
        "theorem9_condition": theorem9_condition(table, solution.arity),
        "plancherel_optimal": plancherel_optimal(table, solution.arity),
        "irreps": [
            {
                "label": row.label,
                "degree": row.degree,
                "indicator": row.indicator,
                "conjugates": 1 if row.conjugate == row.index else 2,
                "orbit": row.orbit,
                "status": structure.irreps[i].value,
                "share": _share(structure.shares[i]),
                "orbit_share": _share(structure.orbit_shares[row.orbit]),
            }
            for i, row in enumerate(solution.rows)
        ],
        "classes": [
            {
                "representative": table.class_names[column],
                "size": table.class_sizes[column],
                "order": table.element_orders[column],
                "status": status.value,
            }
            for column, status in enumerate(structure.classes)
            if status is not None
        ],
    }


def plancherel_ratio(solution: MarginSolution) -> float | None:
    """`gamma*` over the margin of the Plancherel weights, which Theorem 9's formula states.

    None where that is beyond the range of floats: the Monster with a hundred factors.
    """
    from theory.margins.class_functions import plancherel_cost

    try:
        return float(plancherel_cost(solution)) / float(solution.cost)
    except OverflowError:
        return None


def verification_result(
    solution: MarginSolution,
    expression: str,
    *,
    stages: Sequence[Stage],
    reference: dict[str, Any] | None,
    certificate: dict[str, Any] | None,
    evaluation: NetworkEvaluation | None,
    files: dict[str, str],
    seconds: float,
) -> dict[str, Any]:
    """The object `gammastar verify --json` prints: that of `margin`, and what the verification found.

    Args:
        solution: the solved program.
        expression: the group as typed.
        stages: the stages that ran, in order.
        reference: what the solver found, or None if it did not run.
        certificate: digest and verdict of the certificate, or None if none was issued.
        evaluation: of the explicit network, or None if it was not evaluated.
        files: kind of file -> where it is written.
        seconds: time taken.

    Returns:
        `margin`'s keys, and `verdict`: "verified", "verified in part" (a stage was skipped) or "refuted" (one
        failed); `plancherel_ratio`: see the function of this name; `network`, `certificate`, `reference`,
        `stages`, `files`, `seconds`.
    """
    statuses = {stage.status for stage in stages}
    verdict = (
        "refuted" if "failed" in statuses else "verified in part" if "skipped" in statuses else "verified"
    )
    ratio = plancherel_ratio(solution)
    return {
        **margin_result(solution, expression),
        "verdict": verdict,
        "plancherel_ratio": ratio,
        "network": None if evaluation is None else _network(evaluation, ratio),
        "certificate": certificate,
        "reference": reference,
        "stages": [stage.result() for stage in stages],
        "files": files,
        "seconds": round(seconds, 3),
    }


def _network(evaluation: NetworkEvaluation, plancherel_ratio: float | None) -> dict[str, Any]:
    """The evaluated network, and others beside it as fractions of `gamma*`."""
    best = evaluation.gamma_star
    return {
        "width": evaluation.width,
        "method": evaluation.method,
        "margin_normalised": evaluation.margin_normalised,
        "ratio": evaluation.ratio,
        "error_bound": evaluation.error_bound,
        "inputs_checked": evaluation.inputs_checked,
        "homomorphism_residual": evaluation.residual,
        "comparison": [
            {"name": "this network", "ratio": evaluation.ratio},
            {"name": "Plancherel weights", "ratio": 1 / plancherel_ratio if plancherel_ratio else 0.0},
            {"name": "memorising, centred", "ratio": evaluation.memorising_centred / best},
            {"name": "memorising, one-hot", "ratio": evaluation.memorising / best},
        ],
    }
