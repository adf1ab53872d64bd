"""All claims, in the order of the report."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence

import numpy as np

from empirics.superposition.claims import definitions, phases, shapes, subspaces, sums, trained
from empirics.superposition.claims.claim import Claim
from theory.errors import UnknownNameError

__all__ = ["CLAIMS", "examine"]

CLAIMS: dict[str, Callable[[np.random.Generator], Claim]] = {
    "E1": subspaces.column_reduction,
    "E2": subspaces.plucker_space,
    "E3": subspaces.radius_of_projectors,
    "E4": definitions.what_superposition_is,
    "E5": definitions.one_active_feature,
    "E6": lambda _: definitions.importance_enters_once(),
    "E7": shapes.thomson_problem,
    "E8": trained.correlated_features,
    "E9": lambda _: phases.three_in_superposition(),
    "E10": definitions.linear_model,
    "T1": lambda _: shapes.persistent_homology(),
    "T2": lambda _: shapes.chambers_of_direct_sums(),
    "T3": sums.clustering_of_flats,
    "T4": lambda _: sums.sums_of_minima(),
    "T5": lambda _: phases.order_of_the_transition(),
    "P1": lambda _: trained.plateaus_of_simplices(),
}


def examine(
    seed: int, only: Sequence[str] | None = None, tell: Callable[[str], None] | None = None
) -> tuple[Claim, ...]:
    """Measure claims, each with a generator of its own, so that none depends on which others are asked for.

    Args:
        seed: of the generators.
        only: keys; None for all.
        tell: is told which claim is examined.

    Raises:
        UnknownNameError: no claim has this key.
    """
    keys = list(CLAIMS) if not only else list(only)
    for key in keys:
        if key not in CLAIMS:
            raise UnknownNameError(f"claim {key!r}: known are {', '.join(CLAIMS)}")
    found = []
    for key in keys:
        if tell is not None:
            tell(key)
        found.append(CLAIMS[key](np.random.default_rng([seed, zlib.crc32(key.encode())])))
    return tuple(found)
