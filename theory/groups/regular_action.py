"""From the regular action of a group to a faithful action on fewer points."""

from __future__ import annotations

import numpy as np
from jaxtyping import Integer

from theory.arithmetic import factorised
from theory.errors import LimitError
from theory.groups.conjugacy import orbit_minima
from theory.groups.permutation_group import PermutationGroup, permutation_group
from theory.groups.permutations import permutation_powers
from theory.groups.schreier_sims import TRANSVERSAL_LIMIT, stabiliser_chain

__all__ = ["smaller_faithful_action"]

SMALL = 200  # points: up to here the regular action is good enough
CANDIDATES = 60


def smaller_faithful_action(regular: Integer[np.ndarray, "k n"], name: str) -> PermutationGroup:
    """The group of a regular action, acting on cosets of cyclic subgroups if that saves points.

    Args:
        regular: generators of a regular permutation group; point `p` stands for the element that sends 0 to
            `p`.

    Raises:
        LimitError: more than 8,192 points are needed.

    The actions on the cosets of `<x>` for elements `x` of large order are put side by side until they are
    faithful together, which their order decides; a generalised quaternion group has no action but the
    regular one.
    """
    order = regular.shape[1]
    if order <= SMALL:
        return permutation_group(regular, name)
    parts: list[Integer[np.ndarray, "k _"]] = []
    reached = 1
    points = 0
    for blocks in _coset_actions(regular):
        if points + blocks.shape[1] >= order:
            continue
        trial = np.concatenate([part + offset for part, offset in _offsets([*parts, blocks])], axis=1)
        grown = stabiliser_chain(trial, name).order
        if grown > reached:
            parts.append(blocks)
            points += blocks.shape[1]
            reached = grown
        if reached == order:
            return permutation_group(trial, name)
    if order * order > TRANSVERSAL_LIMIT:
        raise LimitError(
            f"{name}: order {order:,}, and no faithful action on fewer points was found; "
            f"the limit for a regular action is {int(TRANSVERSAL_LIMIT**0.5):,} points"
        )
    return permutation_group(regular, name)


def _offsets(
    parts: list[Integer[np.ndarray, "k _"]],
) -> list[tuple[Integer[np.ndarray, "k _"], int]]:
    sizes = np.cumsum([0] + [part.shape[1] for part in parts])
    return [(part, int(offset)) for part, offset in zip(parts, sizes, strict=False)]


def _coset_actions(regular: Integer[np.ndarray, "k n"]) -> list[Integer[np.ndarray, "k _"]]:
    """Actions on the right cosets of cyclic subgroups `<x>`, fewest cosets first."""
    order = regular.shape[1]
    parents = _spanning_tree(regular)
    # Deterministic and spread out; element 0 is the identity.
    sample = np.unique(np.linspace(1, order - 1, CANDIDATES).astype(np.int64))
    labels: dict[bytes, Integer[np.ndarray, " n"]] = {}
    for x in [*sample.tolist(), *range(1, min(order, 20))]:
        left = _left_multiplication(regular, parents, x)
        for power in _subgroup_powers(left):
            cosets = orbit_minima([power])
            labels.setdefault(cosets.tobytes(), cosets)
    actions = []
    for cosets in labels.values():
        least, block = np.unique(cosets, return_inverse=True)
        actions.append(block[regular[:, least]])
    return sorted(actions, key=lambda action: action.shape[1])


def _subgroup_powers(left: Integer[np.ndarray, " n"]) -> list[Integer[np.ndarray, " n"]]:
    """`x` and, for every prime `p`, a power of `x` whose order is prime to `p`."""
    length, point = 1, int(left[0])
    while point:
        length, point = length + 1, int(left[point])
    powers = [left]
    for prime, multiplicity in factorised(length):
        if prime**multiplicity < length:
            powers.append(permutation_powers(left[None], prime**multiplicity)[0])
    return powers


def _spanning_tree(
    regular: Integer[np.ndarray, "k n"],
) -> list[tuple[int, Integer[np.ndarray, " _"], Integer[np.ndarray, " _"]]]:
    """Steps `(generator, points, images)` that reach every point from 0, breadth first."""
    seen = np.zeros(regular.shape[1], dtype=bool)
    seen[0] = True
    steps = []
    frontier = np.array([0])
    while len(frontier):
        fresh = []
        for index, generator in enumerate(regular):
            new = frontier[~seen[generator[frontier]]]
            images = generator[new]
            seen[images] = True
            steps.append((index, new, images))
            fresh.append(images)
        frontier = np.concatenate(fresh)
    assert seen.all(), "a regular action is transitive"
    return steps


def _left_multiplication(
    regular: Integer[np.ndarray, "k n"],
    steps: list[tuple[int, Integer[np.ndarray, " _"], Integer[np.ndarray, " _"]]],
    x: int,
) -> Integer[np.ndarray, " n"]:
    """`p -> x p`, from `x (p s) = (x p) s`."""
    left = np.empty(regular.shape[1], dtype=np.int64)
    left[0] = x
    for index, points, images in steps:
        left[images] = regular[index][left[points]]
    return left
