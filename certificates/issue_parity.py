"""The certificate of the maximum margin of sparse parity."""

from __future__ import annotations

from importlib.metadata import version
from itertools import product
from typing import Any

from certificates.checker import digest
from certificates.checker.parity import ARITY_LIMIT, BITS_LIMIT
from theory.errors import LimitError
from theory.margins.parity import maximum_margin

__all__ = ["issue_parity"]


def issue_parity(bits: int, arity: int) -> dict[str, Any]:
    """The value and the attaining network, for `gammastar check`.

    Args:
        bits: `n`.
        arity: `k`, `2 <= k <= n`.

    Raises:
        LimitError: beyond the checker's limits.
    """
    if arity > ARITY_LIMIT or bits > BITS_LIMIT:
        raise LimitError(
            f"parity {bits} {arity}: certificates are for up to {ARITY_LIMIT} relevant bits of {BITS_LIMIT:,}"
        )
    value = maximum_margin(arity)
    ((radicand, coefficient),) = value.terms
    document = {
        "format": "gammastar parity certificate",
        "version": 1,
        "bits": bits,
        "arity": arity,
        "gamma_star": [str(radicand), str(coefficient)],
        "signs": [[1, *rest] for rest in product((1, -1), repeat=arity - 1)],
        "labels": {"statement": f"gamma*({bits}, {arity}) = {value}", "decimal": repr(float(value))},
        "provenance": {
            "program": f"gammastar {version('gammastar')}",
            "theorem": "arXiv:2311.07568, Theorem 8",
        },
    }
    return {**document, "sha256": digest(document)}
