"""What a foreign network uses beside what the theory of maximum margins predicts for its group.

The theory is of networks with one hidden layer, activation `x^2` and no bias at the maximum of their
normalised margin. ReLU networks under weight decay are outside of it: here nothing is proved, two lists of
numbers are set side by side, and it is said how surprising their agreement is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from empirics.circuits.irreps import NetworkGroup
from theory.margins.exact import solve
from theory.margins.solution import MarginSolution

__all__ = ["PERMUTATIONS", "TheoryComparison", "compare_with_theory", "permutation_p_value"]

PERMUTATIONS = 10_000
ALIKE = 1e-9  # predicted shares closer than that are the same


@dataclass(frozen=True, eq=False)
class TheoryComparison:
    """Use of irreps beside prediction; lists are in the order of `RealIrreps`, the trivial irrep first.

    Args:
        gamma_star: maximum margin of quadratic networks on this group; None where there is none (order 1).
        statuses: `required`, `possible` or `excluded` in max-margin networks; None for the trivial irrep.
        predicted: interval of the budget share over all max-margin networks; None for the trivial irrep.
        power: share of the embedding's power on nontrivial irreps.
        required_unused: irreps that every max-margin network uses and this one does not.
        excluded_used: irreps that no max-margin network uses and this one does.
        p_value: how often labels of irreps permuted among equal degrees agree with the prediction at least
            as well; None where no test applies.
        reason: what the p-value is of, or why there is none.
    """

    gamma_star: float | None
    statuses: tuple[str | None, ...]
    predicted: tuple[tuple[float, float] | None, ...]
    power: tuple[float, ...]
    required_unused: tuple[str, ...]
    excluded_used: tuple[str, ...]
    p_value: float | None
    reason: str


def compare_with_theory(
    group: NetworkGroup,
    power: Float[np.ndarray, " r"],
    used: Bool[np.ndarray, " r"],
    generator: np.random.Generator,
) -> TheoryComparison:
    """Set the embedding's power by irrep beside the statuses and budget shares of max-margin networks.

    Args:
        group: that the network computes.
        power: shares of the embedding's power, in the order of the group's real irreps.
        used: irreps that the network's answers rest on, such as its key irreps without harmonics.
        generator: of the permutations.
    """
    count = len(group.irreps)
    if group.order == 1:
        reason = "the trivial group has no wrong label, hence no margin"
        return TheoryComparison(None, (None,), (None,), (0.0,), (), (), None, reason)
    solution = solve(group.characters, 2)
    places = [_row(solution, group.irreps.constituents[irrep]) for irrep in range(1, count)]
    structure = solution.structure
    statuses = [structure.irreps[place].value for place in places]
    intervals = [(structure.shares[place].lower, structure.shares[place].upper) for place in places]
    nontrivial = np.asarray(power, dtype=np.float64)[1:]
    shares = nontrivial / (nontrivial.sum() or 1.0)
    labels = group.irreps.labels[1:]
    p_value, reason = permutation_p_value(
        shares, np.array(intervals).mean(1), np.array(group.irreps.degrees[1:]), generator
    )
    return TheoryComparison(
        gamma_star=solution.gamma_star,
        statuses=(None, *statuses),
        predicted=(None, *intervals),
        power=(0.0, *shares.tolist()),
        required_unused=_named(labels, statuses, "required", ~used[1:]),
        excluded_used=_named(labels, statuses, "excluded", used[1:]),
        p_value=p_value,
        reason=reason,
    )


def _row(solution: MarginSolution, constituents: tuple[int, ...]) -> int:
    return next(
        place for place, row in enumerate(solution.rows) if {row.index, row.conjugate} == set(constituents)
    )


def _named(
    labels: tuple[str, ...], statuses: list[str], status: str, chosen: Bool[np.ndarray, " r"]
) -> tuple[str, ...]:
    return tuple(
        label
        for label, found, is_in in zip(labels, statuses, chosen, strict=True)
        if found == status and is_in
    )


def permutation_p_value(
    used: Float[np.ndarray, " r"],
    predicted: Float[np.ndarray, " r"],
    degrees: Int[np.ndarray, " r"],
    generator: np.random.Generator,
) -> tuple[float | None, str]:
    """How surprising it is that use and prediction agree as well as they do, beyond what degrees explain.

    The statistic is `sum_R used_R predicted_R`; under the null hypothesis labels of irreps of one degree are
    exchangeable. The p-value is `(1 + #{permutations with a statistic at least as large}) / (1 + 10,000)`
    (Phipson and Smyth, Stat. Appl. Genet. Mol. Biol. 9 (2010) 39).

    Args:
        used: shares, by irrep.
        predicted: middle of the predicted interval, by irrep.
        degrees: by irrep.
        generator: of the permutations.

    Returns:
        the p-value, or None where no permutation changes the statistic; and the reason in words.
    """
    blocks = [np.flatnonzero(degrees == degree) for degree in np.unique(degrees)]
    changing = [block for block in blocks if np.ptp(predicted[block]) > ALIKE and np.ptp(used[block]) > ALIKE]
    if not changing:
        return None, (
            "no test applies: the theory predicts one share for all irreps of a degree, or the network uses "
            "them alike: no exchange among equal degrees changes the agreement"
        )
    observed = float(used @ predicted)
    permuted = np.full(PERMUTATIONS, sum(used[block] @ predicted[block] for block in blocks))
    for block in changing:
        permuted -= used[block] @ predicted[block]
        shuffled = generator.permuted(np.tile(used[block], (PERMUTATIONS, 1)), axis=1)
        permuted += shuffled @ predicted[block]
    at_least = int((permuted >= observed - 1e-12).sum())
    return (1 + at_least) / (1 + PERMUTATIONS), (
        f"{PERMUTATIONS:,} permutations among equal degrees; statistic: sum of used times predicted share"
    )
