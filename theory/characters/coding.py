"""Tables as arrays of small integers: each value is replaced by its place in a list of the distinct values.

Comparing, permuting and sorting rows is then work for numpy, and a value is hashed, or conjugated, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from jaxtyping import Int

from theory.characters.cyclotomic import Value

__all__ = ["coded", "distinct_values"]


def distinct_values(rows: Iterable[Sequence[Value]]) -> set[Value]:
    """The distinct values, hashing each object once: tables share their value objects."""
    by_id: dict[int, Value] = {}
    for row in rows:
        by_id.update(zip(map(id, row), row, strict=True))
    return set(by_id.values())


def coded(rows: Sequence[Sequence[Value]], alphabet: Sequence[Value]) -> Int[np.ndarray, "r c"]:
    """The place of each value in the alphabet."""
    place = {value: code for code, value in enumerate(alphabet)}
    by_id: dict[int, Value] = {}
    for row in rows:
        by_id.update(zip(map(id, row), row, strict=True))
    code_of = {number: place[value] for number, value in by_id.items()}
    codes = np.empty((len(rows), len(rows[0])), dtype=np.int32)
    for number, row in enumerate(rows):
        codes[number] = list(map(code_of.__getitem__, map(id, row)))
    return codes
