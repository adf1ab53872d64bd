"""The JSON objects of the command line, made from the records of a computation; no mathematics here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from theory.margins.solution import MarginSolution, ShareInterval

__all__ = ["dump", "margin_result", "portable"]

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
