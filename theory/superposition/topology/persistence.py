"""Persistent homology over Z/2: reduction of boundary columns that are integers, a bit a face.

Source: Edelsbrunner, Letscher and Zomorodian, Topological Persistence and Simplification (2002); columns of
simplices that are known to be born are skipped as in Chen and Kerber, Persistent Homology Computation with a
Twist (2011).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from theory.errors import InputError

__all__ = ["LARGEST", "SHORTEST", "Bar", "persistence"]

LARGEST = 200_000  # simplices
SHORTEST = 1e-9  # equal distances differ by rounding, which makes bars of about 1e-16
Simplex = tuple[int, ...]


@dataclass(frozen=True, order=True)
class Bar:
    """A class of homology, from the scale at which it is born to the one at which it dies.

    Args:
        degree: of the homology group.
        birth: scale.
        death: scale; infinite for a class that lives in the whole complex.
    """

    degree: int
    birth: float
    death: float

    @property
    def length(self) -> float:
        """`death - birth`."""
        return self.death - self.birth


def persistence(
    scales: Mapping[Simplex, float], highest: int | None = None, shortest: float = SHORTEST
) -> tuple[Bar, ...]:
    """The barcode of a filtered simplicial complex, over Z/2.

    Args:
        scales: of every simplex, named by its vertices in ascending order, the scale at which it appears.
        highest: the highest degree; the complex must have all its simplices of one dimension more. None
            for that of the complex.
        shortest: bars of at most this length are left out.

    Returns:
        bars by degree, birth and death. The infinite bar of degree 0 is among them: homology is not reduced.

    Raises:
        InputError: a face is missing, or appears after a simplex that it bounds.

    Cost: cubic in the number of simplices at worst, near linear on complexes of points.
    """
    by_dimension = _ordered(scales)
    top = len(by_dimension) - 1
    bars: list[Bar] = []
    born: set[int] = set()  # places, in dimension d, of simplices paired with one of dimension d + 1
    for dimension in range(top, -1, -1):
        simplices = by_dimension[dimension]
        columns = _boundaries(simplices, by_dimension[dimension - 1], born, scales) if dimension else {}
        pairs = _reduce(columns)
        killers = set(pairs.values())
        if highest is None or dimension <= highest:
            bars += [
                Bar(dimension, scales[simplex], math.inf)
                for place, simplex in enumerate(simplices)
                if place not in born and place not in killers
            ]
        if dimension and (highest is None or dimension - 1 <= highest):
            faces = by_dimension[dimension - 1]
            bars += [
                Bar(dimension - 1, scales[faces[low]], scales[simplices[place]])
                for low, place in pairs.items()
            ]
        born = set(pairs)
    return tuple(sorted(bar for bar in bars if bar.length > shortest))


def _ordered(scales: Mapping[Simplex, float]) -> list[list[Simplex]]:
    """Simplices by dimension, each list in the order in which they appear."""
    count = max((len(simplex) for simplex in scales), default=0)
    by_dimension: list[list[Simplex]] = [[] for _ in range(count)]
    for simplex in scales:
        by_dimension[len(simplex) - 1].append(simplex)
    for simplices in by_dimension:
        simplices.sort(key=lambda simplex: (scales[simplex], simplex))
    return by_dimension


def _boundaries(
    simplices: list[Simplex], faces: list[Simplex], born: set[int], scales: Mapping[Simplex, float]
) -> dict[int, int]:
    """The boundary of every simplex that may kill a class, bit `i` for face `i`."""
    places = {face: place for place, face in enumerate(faces)}
    columns = {}
    for place, simplex in enumerate(simplices):
        if place in born:  # its reduced column is 0: it bears a class
            continue
        column = 0
        for face in combinations(simplex, len(simplex) - 1):
            if face not in places or scales[face] > scales[simplex]:
                state = "is missing" if face not in places else "appears later"
                raise InputError(f"complex: face {face} of simplex {simplex} {state}; faces come first")
            column |= 1 << places[face]
        columns[place] = column
    return columns


def _reduce(columns: dict[int, int]) -> dict[int, int]:
    """Pairs (lowest face, column) of the reduced boundary matrix."""
    reduced: dict[int, int] = {}
    pairs: dict[int, int] = {}
    for place, boundary in columns.items():
        column = boundary
        while column:
            low = column.bit_length() - 1
            if low not in reduced:
                reduced[low] = column
                pairs[low] = place
                break
            column ^= reduced[low]
    return pairs
