"""Base and strong generating set of a permutation group by the Schreier–Sims algorithm.

Sims, *Computational methods in the study of permutation groups* (1970); Seress, *Permutation Group
Algorithms* (2003), chapter 4. The deterministic form: a level is finished when all its Schreier generators
sift to the identity through the levels below (Schreier's lemma then makes the level's stabiliser what the
levels below generate), so the result is proved when the loop ends. The Schreier generators of a level are
sifted as one array.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from random import Random

import numpy as np
from jaxtyping import Integer

from theory.errors import LimitError

__all__ = ["StabiliserChain", "stabiliser_chain"]

TRANSVERSAL_LIMIT = 2**26  # entries of all transversals together
ORDER_LIMIT = 10**40  # far beyond what is enumerated; stops chains of thousands of levels
RANDOM_DEGREE = 12  # points; below, the deterministic loop is as fast
BATCH_ENTRIES = 2**22  # entries of one array of Schreier generators


@dataclass(frozen=True)
class StabiliserChain:
    """`G = G_1 > G_2 > ... > 1`, where `G_(j+1)` fixes the base points `b_1, ..., b_j`.

    Args:
        degree: number of points.
        base: the points `b_1, ..., b_m`.
        transversals: for each level the permutations `u` with `b_j u` running through the orbit of `b_j`
            under `G_j`; row 0 is the identity. Every element is `u_m ... u_2 u_1` in exactly one way.
    """

    degree: int
    base: tuple[int, ...]
    transversals: tuple[Integer[np.ndarray, "_ degree"], ...]

    @property
    def order(self) -> int:
        return prod(len(transversal) for transversal in self.transversals)


@dataclass
class _Level:
    point: int
    generators: Integer[np.ndarray, "k degree"]
    transversal: Integer[np.ndarray, "orbit degree"]
    inverses: Integer[np.ndarray, "orbit degree"]
    position: Integer[np.ndarray, " degree"]  # of a point in the orbit, -1 outside


def stabiliser_chain(
    generators: Integer[np.ndarray, "k degree"], name: str = "permutation group"
) -> StabiliserChain:
    """The stabiliser chain of the group that the rows generate.

    Raises:
        LimitError: the transversals would need more than 2^26 entries, or the order is above 10^40.
    """
    degree = generators.shape[1]
    identity = np.arange(degree, dtype=np.intp)
    generators = generators.astype(np.intp)
    generators = generators[(generators != identity).any(axis=1)]
    levels: list[_Level] = []
    fixing = generators
    while len(fixing):
        point = int(np.flatnonzero(fixing[0] != identity)[0])
        levels.append(_level(point, fixing, name, _entries(levels)))
        _check_order(levels, name)
        fixing = fixing[fixing[:, point] == point]
    if degree > RANDOM_DEGREE:
        _insert_random_elements(levels, generators, name)
    level = len(levels) - 1
    while level >= 0:
        found = _unsifted_schreier_generator(levels, level)
        if found is None:
            level -= 1
            continue
        residue, deepest = found
        _insert(levels, residue, level + 1, deepest, name)
        level = deepest
    return StabiliserChain(
        degree, tuple(level.point for level in levels), tuple(level.transversal for level in levels)
    )


def _insert_random_elements(
    levels: list[_Level], generators: Integer[np.ndarray, "k degree"], name: str
) -> None:
    """Sift random elements until several in a row leave nothing: this makes long orbits at once.

    Elements by product replacement (Celler, Leedham-Green, Murray, Niemeyer and O'Brien, Comm. Algebra 23
    (1995)), from a fixed seed. Nothing depends on their quality, since every level is verified afterwards.
    """
    if not levels:
        return
    rng = Random(0)
    slots = [generators[i % len(generators)] for i in range(max(10, len(generators)))]
    sifted, step = 0, 0
    while sifted < 6:
        i, j = rng.sample(range(len(slots)), 2)
        slots[i] = slots[j][slots[i]] if rng.random() < 0.5 else slots[i][slots[j]]
        step += 1
        if step < 30:
            continue
        found = _sift(levels, 0, slots[i][None, :])
        if found is None:
            sifted += 1
        else:
            sifted = 0
            _insert(levels, found[0], 1, found[1], name)


def _entries(levels: list[_Level]) -> int:
    return sum(level.transversal.size for level in levels)


def _check_order(levels: list[_Level], name: str) -> None:
    """Refuse huge orders early: each orbit of an unfinished chain is part of one of the final chain."""
    if prod(len(level.transversal) for level in levels) > ORDER_LIMIT:
        raise LimitError(
            f"{name}: the order is above 10^{len(str(ORDER_LIMIT)) - 1}, the limit for permutations"
        )


def _insert(
    levels: list[_Level], permutation: Integer[np.ndarray, " degree"], first: int, last: int, name: str
) -> None:
    """Make a permutation that fixes the base before `last` a generator of the levels `first..last`."""
    degree = len(permutation)
    if last == len(levels):
        point = int(np.flatnonzero(permutation != np.arange(degree))[0])
        levels.append(_level(point, np.empty((0, degree), dtype=np.intp), name, _entries(levels)))
    for index in range(first, last + 1):
        level = levels[index]
        others = _entries(levels) - level.transversal.size
        levels[index] = _level(level.point, np.vstack([level.generators, permutation]), name, others)
    _check_order(levels, name)


def _level(point: int, generators: Integer[np.ndarray, "k degree"], name: str, others: int) -> _Level:
    """Orbit and transversal of the point, breadth first in the order of the generators.

    The transversals of the other levels have `others` entries.
    """
    degree = generators.shape[1]
    position = np.full(degree, -1, dtype=np.intp)
    position[point] = 0
    layers = [np.array([point], dtype=np.intp)]
    steps: list[
        tuple[int, Integer[np.ndarray, " b"]]
    ] = []  # (generator, positions of the parents) of each layer part
    size = 1
    frontier = layers[0]
    while len(frontier):
        fresh = []
        for index, generator in enumerate(generators):
            images = generator[frontier]
            new = position[images] < 0
            if new.any():
                position[images[new]] = np.arange(size, size + np.count_nonzero(new))
                steps.append((index, position[frontier[new]]))
                fresh.append(images[new])
                size += len(fresh[-1])
        frontier = np.concatenate(fresh) if fresh else frontier[:0]
    if others + size * degree > TRANSVERSAL_LIMIT:
        raise LimitError(
            f"{name}: an orbit of {size:,} of {degree:,} points needs {size * degree:,} entries"
            f"{f' beside {others:,} others' if others else ''}, the limit is {TRANSVERSAL_LIMIT:,}; "
            "give an action on fewer points"
        )
    transversal = np.empty((size, degree), dtype=np.intp)
    transversal[0] = np.arange(degree)
    done = 1
    for index, parents in steps:
        # b u_parent s is the new point: u = u_parent s
        transversal[done : done + len(parents)] = generators[index][transversal[parents]]
        done += len(parents)
    inverses = np.empty_like(transversal)
    np.put_along_axis(inverses, transversal, np.arange(degree, dtype=np.intp)[None, :], axis=1)
    return _Level(point, generators, transversal, inverses, position)


def _unsifted_schreier_generator(
    levels: list[_Level], index: int
) -> tuple[Integer[np.ndarray, " degree"], int] | None:
    """The residue of a Schreier generator that does not sift to 1, and the level it stuck at."""
    level = levels[index]
    degree = len(level.position)
    rows = max(BATCH_ENTRIES // max(degree, 1), 1)
    for generator in level.generators:
        for start in range(0, len(level.transversal), rows):
            # Schreier generators of the stabiliser: u_b s (u_(bs))^-1
            moved = generator[level.transversal[start : start + rows]]
            back = level.inverses[level.position[moved[:, level.point]]]
            found = _sift(levels, index + 1, np.take_along_axis(back, moved, axis=1))
            if found is not None:
                return found
    return None


def _sift(
    levels: list[_Level], first: int, elements: Integer[np.ndarray, "b degree"]
) -> tuple[Integer[np.ndarray, " degree"], int] | None:
    identity = np.arange(elements.shape[1], dtype=np.intp)
    for index in range(first, len(levels)):
        elements = elements[(elements != identity).any(axis=1)]
        if not len(elements):
            return None
        level = levels[index]
        position = level.position[elements[:, level.point]]
        if (position < 0).any():
            return elements[int(np.argmax(position < 0))], index
        elements = np.take_along_axis(level.inverses[position], elements, axis=1)
    nontrivial = (elements != identity).any(axis=1)
    return (elements[int(np.argmax(nontrivial))], len(levels)) if nontrivial.any() else None
