"""Certificates as text, with the group in the form asked for."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

from certificates.issue import issue
from theory.characters.library import character_table
from theory.characters.realisation import as_permutations
from theory.margins.exact import solve


@cache
def issued(name: str, arity: int = 2, form: str = "own") -> str:
    """The JSON text of a certificate.

    Args:
        name: a group expression.
        arity: number of factors.
        form: "own" as `issue` writes it, "permutations", or "table" without the group.
    """
    solution = solve(character_table(name), arity)
    realisation = solution.table.realisation
    if form == "table":
        realisation = None
    elif form == "permutations":
        assert realisation is not None
        realisation = as_permutations(realisation)
    table = replace(solution.table, realisation=realisation)
    return json.dumps(issue(replace(solution, table=table), expression=name))
