"""The same group on fewer points: the checker multiplies every permutation of the group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from theory.groups.finite_group import PermutationRealisation
from theory.groups.schreier_sims import stabiliser_chain

__all__ = ["smaller_action"]

CANDIDATES = 100  # block systems tried for one step; each costs a stabiliser chain


def smaller_action(realisation: PermutationRealisation, order: int, degree: int) -> PermutationRealisation:
    """A faithful action of the group on at most `degree` points, if the search finds one; else the one given.

    Points are replaced by the blocks of a system of imprimitivity, again and again. The blocks tried are the
    least ones that hold the first base point and a second one, first those that the first's stabiliser fixes.

    Args:
        realisation: a faithful action.
        order: `n`, the order of the group.
        degree: the number of points to get below.

    Cost: at most `CANDIDATES` stabiliser chains for each halving of the degree.
    """
    current = realisation
    while current.degree > degree:
        found = next(_faithful_quotients(current, order), None)
        if found is None:
            return realisation
        current = found
    return current


def _faithful_quotients(realisation: PermutationRealisation, order: int) -> Iterator[PermutationRealisation]:
    chain = stabiliser_chain(np.array(realisation.generators))
    if len(chain.transversals[0]) != realisation.degree:
        return  # intransitive: its systems of blocks are another matter
    first = chain.base[0]
    points = np.arange(realisation.degree)
    moved = np.zeros(realisation.degree, dtype=bool)
    for transversal in chain.transversals[1:]:
        moved |= (transversal != points).any(axis=0)
    candidates = [int(point) for point in np.argsort(moved, kind="stable") if point != first]
    for second in candidates[:CANDIDATES]:
        blocks = _blocks(realisation.generators, first, second)
        if len(set(blocks)) in (1, realisation.degree):
            continue
        quotient = _on_blocks(realisation, blocks)
        if stabiliser_chain(np.array(quotient.generators)).order == order:
            yield quotient


def _blocks(generators: Sequence[Sequence[int]], first: int, second: int) -> list[int]:
    """The number of each point's block in the finest system with both points in one block (Atkinson 1975)."""
    parent = list(range(len(generators[0])))

    def find(point: int) -> int:
        while parent[point] != point:
            parent[point] = parent[parent[point]]
            point = parent[point]
        return point

    pending = [(first, second)]
    while pending:
        x, y = (find(point) for point in pending.pop())
        if x != y:
            parent[y] = x
            # if two points share a block, so do their images; each union is carried on once
            pending += [(g[x], g[y]) for g in generators]
    numbers: dict[int, int] = {}
    return [numbers.setdefault(find(point), len(numbers)) for point in range(len(parent))]


def _on_blocks(realisation: PermutationRealisation, blocks: Sequence[int]) -> PermutationRealisation:
    degree = max(blocks) + 1

    def image(g: Sequence[int]) -> tuple[int, ...]:
        images = [0] * degree
        for point, block in enumerate(blocks):
            images[block] = blocks[g[point]]
        return tuple(images)

    return PermutationRealisation(
        degree, tuple(map(image, realisation.generators)), tuple(map(image, realisation.representatives))
    )
