"""What a margin proves about a network holds for every network: synthetic, perturbed, mixed, random."""

from __future__ import annotations

import itertools
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.characters.library import character_table
from theory.errors import LimitError
from theory.groups.naming import resolve
from theory.margins.attaining import NetworkWeights, build
from theory.margins.exact import solve
from theory.margins.forward import forward_pass
from theory.margins.program import margin_matrix
from theory.margins.solution import IrrepStatus
from theory.margins.stability import (
    energy_intervals,
    excluded_bounds,
    margin_ratio,
    purity_bound,
    stability,
)
from theory.representations.fourier import energies

GROUPS = ["V4", "S3", "Z7", "Q8", "A4", "A5", "SL(2,5)", "S6"]


@cache
def solution_of(group, arity=2):
    return solve(character_table(group), arity)


@cache
def gains_of(group, arity):
    """`cost* (1 - X_R(C)) / s_R` in floats: what a neuron on row `R` earns on class `C`, over gamma*."""
    matrix = margin_matrix(solution_of(group, arity).table, arity, merged=False)
    return matrix.entries * float(solution_of(group, arity).cost)


def holds(bounds, purity, means):
    """Whether a network's mean purity and mean energies (trivial first) obey the bounds."""
    slack = 1e-12
    inside = all(
        low - slack <= e <= high + slack for e, (low, high) in zip(means[1:], bounds.energies, strict=True)
    )
    excluded = all(
        bound is None or e <= bound + slack for e, bound in zip(means[1:], bounds.excluded, strict=True)
    )
    return purity >= bounds.purity - slack and means[0] <= bounds.trivial + slack and inside and excluded


def network_energies(neurons, weights):
    weights = np.asarray(weights) / np.sum(weights)
    return weights @ neurons[:, 1:].max(axis=1), weights @ neurons


@settings(max_examples=40)
@given(
    st.sampled_from(GROUPS),
    st.integers(2, 3),
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.0, 0.003, 0.05, 1.0]),
)
def test_bounds_hold_for_synthetic_energies(group, arity, seed, noise):
    """Neurons that earn the most their energies allow: the optimum, blurred and reweighted."""
    solution, generator = solution_of(group, arity), np.random.default_rng(seed)
    shares = np.array(
        [
            float(a) * float(r.cost) / float(solution.cost)
            for a, r in zip(solution.primal, solution.rows, strict=True)
        ]
    )
    pure = np.eye(len(shares) + 1)[1:]
    blur = generator.dirichlet(np.full(len(shares) + 1, 0.3), size=len(shares))
    neurons = (1 - noise) * pure + noise * blur
    weights = (
        shares * np.exp(noise * generator.normal(size=len(shares)))
        + noise * generator.random(len(shares)) / 50
    )
    purity, means = network_energies(neurons, weights)
    # margin on C over gamma*: sum_i w_i sum_R z_iR^((k+1)/2) g_RC
    powers = (weights / weights.sum()) @ neurons[:, 1:] ** ((arity + 1) / 2)
    ratio = float((powers @ gains_of(group, arity)).min())
    margin = Fraction(max(ratio, 0.0)) * (1 - Fraction(1, 10**13)) * Fraction(solution.gamma_star)
    assert holds(stability(solution, margin), purity, means)


def test_the_bounds_refuse_a_network_that_is_no_such():
    solution = solution_of("A5")
    bounds = stability(solution, solution.gamma_star * (1 - 1e-6))
    shares = [share.lower for share in solution.structure.shares]
    assert holds(bounds, 1.0, [0.0, *shares])
    assert not holds(bounds, 0.9, [0.0, *shares])
    assert not holds(bounds, 1.0, [0.1, *shares])
    assert not holds(bounds, 1.0, [0.0, shares[0] + 0.01, *shares[1:]])
    assert not holds(bounds, 1.0, [0.0, *shares[:3], 0.01])


def test_purity_bound_of_two_factors_is_tight():
    # three irreps of V4 that cost and earn alike: every neuron spreads its energy equally over them
    gains = gains_of("V4", 2)
    spread = np.full(3, 1 / 3)
    ratio = (spread**1.5 @ gains).min()
    assert purity_bound(Fraction(ratio), 2) == pytest.approx(spread.max(), rel=1e-12)


def test_at_the_maximum_the_intervals_are_the_shares():
    for group in ("A5", "SL(2,5)", "S6"):
        solution = solution_of(group)
        found = energy_intervals(solution, Fraction(1))
        for (low, high), share in zip(found, solution.structure.shares, strict=True):
            assert low <= share.lower <= low + 1e-7
            assert high - 1e-7 <= share.upper <= high


def test_bounds_weaken_as_the_margin_falls():
    solution = solution_of("A5")
    known = [stability(solution, solution.gamma_star * r * (1 - 1e-15)) for r in (1.0, 0.999, 0.9, 0.5, 0.0)]
    for tight, loose in itertools.pairwise(known):
        assert tight.purity >= loose.purity
        assert tight.trivial <= loose.trivial
        for (low, high), (lower, higher) in zip(tight.energies, loose.energies, strict=True):
            assert lower <= low + 1e-12
            assert higher >= high - 1e-12
    assert [bounds.is_vacuous for bounds in known] == [False, False, False, False, True]


@pytest.mark.parametrize("margin", [0.0, -1.0, Fraction(-1, 3)])
def test_a_margin_that_is_not_positive_proves_nothing(margin):
    bounds = stability(solution_of("A5"), margin)
    assert bounds.is_vacuous
    assert (bounds.ratio, bounds.purity, bounds.trivial) == (0, 0.0, 1.0)
    assert set(bounds.energies) == {(0.0, 1.0)}


def test_a_margin_above_the_maximum_is_refused():
    solution = solution_of("A5")
    with pytest.raises(ValueError, match=r"A5: margin .* exceeds gamma\*"):
        margin_ratio(solution, solution.gamma_star * 1.001)


def test_ratio_is_rounded_down():
    solution = solution_of("Q8")
    half = margin_ratio(solution, Fraction(solution.gamma_star) / 2)
    assert abs(half - Fraction(1, 2)) < Fraction(1, 2**50)
    exact = solve(character_table("S3"), 3)  # gamma* = 1/144
    assert Fraction(1) - Fraction(1, 2**100) < margin_ratio(exact, Fraction(1, 144)) <= 1


def test_excluded_bound_uses_the_dual_with_least_load():
    solution = solution_of("S6")
    bounds = excluded_bounds(solution, Fraction(999, 1000))
    known = energy_intervals(solution, Fraction(999, 1000))
    for row, (bound, (_, upper)) in enumerate(zip(bounds, known, strict=True)):
        status = solution.structure.irreps[row]
        assert (bound is None) == (status is not IrrepStatus.EXCLUDED)
        if bound is not None:
            # the linear program may choose its multipliers for this ratio, hence is at least as sharp
            assert upper <= bound * (1 + 1e-6)
            own = sum(
                float(y) * g
                for y, g in zip(
                    solution.dual[1:], margin_matrix(solution.table, 2, False).entries[row], strict=True
                )
            )
            assert bound <= 0.001 / (1 - own) * (1 + 1e-9)


def test_too_many_coefficients_are_refused(monkeypatch):
    monkeypatch.setattr("theory.margins.stability.ENTRY_LIMIT", 99)
    with pytest.raises(LimitError, match=r"S6: energy intervals take up to 99 .* has 10 x 10"):
        stability(solution_of("S6"), solution_of("S6").gamma_star / 2)


def row_energies(network, group, solution):
    """Mean energies (trivial first, complex pairs together) and each neuron's."""
    functions = np.concatenate([network.input_weights, network.output_weights[None]])
    found = energies(functions, group, solution.table).sum(axis=0)
    rows = [
        found[:, row.index] + (found[:, row.conjugate] if row.conjugate != row.index else 0)
        for row in solution.rows
    ]
    table = np.stack([found[:, 0], *rows], axis=1)
    return table / table.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(("group", "arity"), [("S3", 2), ("Z5", 2), ("Q8", 2), ("A4", 2), ("S3", 3)])
@pytest.mark.parametrize("change", ["none", "blur", "mix", "reweigh", "random"])
def test_bounds_hold_for_real_networks(group, arity, change):
    """Perturbed and adversarial weights, evaluated on every input."""
    solution, elements = solution_of(group, arity), resolve(group).build()
    weights = build(solution, elements).weights()
    inputs, outputs = weights.input_weights.copy(), weights.output_weights.copy()
    generator = np.random.default_rng(7)
    scale = np.sqrt((outputs**2).mean())
    if change == "blur":
        inputs += 0.02 * scale * generator.normal(size=inputs.shape)
        outputs += 0.02 * scale * generator.normal(size=outputs.shape)
    elif change == "mix":  # neurons that carry two irreps at once
        inputs += 0.1 * inputs[:, ::-1]
        outputs += 0.1 * outputs[::-1]
    elif change == "reweigh":
        factor = np.exp(0.02 * generator.normal(size=inputs.shape[1]))
        inputs *= factor[None, :, None]
        outputs *= factor[:, None]
    elif change == "random":
        inputs, outputs = generator.normal(size=inputs.shape), generator.normal(size=outputs.shape)
    network = NetworkWeights(inputs, outputs)
    measured = forward_pass(network, elements)
    margin = min(measured.normalised - measured.error_bound, solution.gamma_star * (1 - 1e-14))
    neurons = row_energies(network, elements, solution)
    squares = (inputs**2).sum(axis=(0, 2)) + (outputs**2).sum(axis=1)
    purity, means = network_energies(neurons, squares ** ((arity + 1) / 2))
    bounds = stability(solution, margin)
    assert holds(bounds, purity, means)
    assert bounds.is_vacuous == (change == "random")
    if change == "none":
        assert purity == pytest.approx(1.0, abs=1e-9)
        assert bounds.purity > 1 - 1e-9
