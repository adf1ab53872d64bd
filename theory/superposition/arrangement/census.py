"""All counts of an arrangement at once, each by every way that is within its limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from theory.superposition.arrangement.enumeration import enumerate_regions
from theory.superposition.arrangement.hyperplanes import SUBSETS, TOLERANCE, Arrangement, arrangement
from theory.superposition.arrangement.poset import Characteristic, charpoly, independent_parts
from theory.superposition.arrangement.reached import Reached, reached

__all__ = ["Census", "census"]

DIRECTLY = 12  # hyperplanes up to which the whole poset is made beside those of the summands
PROGRAMS = 600  # regions that are enumerated unasked
SUPPORTS = 2_000  # of two entries: 64 features


@dataclass(frozen=True, eq=False)
class Census:
    """Counts of regions.

    Args:
        arranged: the hyperplanes.
        parts: the finest linear direct sum, as numbers of hyperplanes.
        summands: their arrangements and characteristic polynomials, beside `parts`.
        polynomial: of the whole: the product.
        direct: the same from the whole poset; None if that is too large.
        enumerated: regions counted by linear programs; None if they were not.
        reached: by inputs with one and with two entries on; none for more than 63 features.
    """

    arranged: Arrangement
    parts: tuple[tuple[int, ...], ...]
    summands: tuple[tuple[Arrangement, Characteristic], ...]
    polynomial: Characteristic
    direct: Characteristic | None
    enumerated: int | None
    reached: tuple[Reached, ...]


def census(
    weights: Float[np.ndarray, "m n"],
    bias: Float[np.ndarray, " _"],
    tolerance: float = TOLERANCE,
    check: bool | None = None,
) -> Census:
    """The characteristic polynomial by summands and as a whole, regions by programs, and those reached.

    Args:
        weights: `W`.
        bias: `b`.
        tolerance: as in `arrangement`.
        check: enumerate by linear programs; None for up to 600 regions.

    Raises:
        InputError: as `arrangement`.
        LimitError: a summand with more than 16 hyperplanes; or a check of more than 200,000 regions.
    """
    arranged = arrangement(weights, bias, tolerance)
    parts = independent_parts(arranged)
    pieces = [arranged.part(part) for part in parts]
    summands = tuple((piece, charpoly(piece)) for piece in pieces)
    polynomial = Characteristic((1,))
    for _, factor in summands:
        polynomial = polynomial * factor
    direct = charpoly(arranged) if arranged.count <= DIRECTLY and len(parts) > 1 else None
    if check is None:
        check = polynomial.regions <= PROGRAMS and arranged.generic_regions <= SUBSETS
    enumerated = enumerate_regions(arranged).count if check else None
    n = len(bias)
    entries = [k for k in (1, 2) if k <= n and n * (n - 1) // 2 <= SUPPORTS]
    found = tuple(reached(weights, bias, k, tolerance) for k in entries)
    return Census(arranged, parts, summands, polynomial, direct, enumerated, found)
