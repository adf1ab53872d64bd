"""Where the transition to dedication changes its order: expansion, enclosures, witnesses in Fractions."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize

from theory.errors import InputError
from theory.superposition.model import feature_variance
from theory.superposition.phase.constrained import constrained_loss
from theory.superposition.phase.instability import (
    instability_density,
    instability_importance,
    landau,
    same_sign_cost,
)
from theory.superposition.phase.pair import dedicated_loss, local_minima
from theory.superposition.phase.tricritical import (
    Interval,
    SignChange,
    cubic_sign,
    expansion_interval,
    sign_changes,
)
from theory.superposition.rational import rational_gram, rational_loss

TRICRITICAL, UPPER = 0.5740419, 0.8964406


@cache
def changes(bits: int) -> tuple[SignChange, ...]:
    return sign_changes(Fraction(1, 2**bits))  # the default is narrower and takes longer


def point(value: float) -> Interval:
    return Interval(Fraction(value), Fraction(value))


@pytest.mark.parametrize(
    ("density", "importance"),
    [(0.1, 0.102), (0.3, 0.3189), (0.5, 0.5504), (0.7, 0.7726), (0.9, 0.9419), (1, 1)],
)
def test_published_instability(density: float, importance: float) -> None:
    assert instability_importance(float(density)) == pytest.approx(importance, abs=6e-5)
    assert instability_density(instability_importance(float(density))) == pytest.approx(density, abs=1e-10)


def test_published_densities_of_instability() -> None:
    assert instability_density(0.7) == pytest.approx(0.6312, abs=5e-5)
    assert instability_density(0.5) == pytest.approx(0.4569, abs=5e-5)


@pytest.mark.parametrize("density", [0.05, 0.3, 0.52, 0.8, 0.97])
@pytest.mark.parametrize("sign", [-1, 1])
def test_costs_by_quadrature(density: float, sign: int) -> None:
    """`min Q` over both signs of the interference, with integrals by scipy."""

    def cost(given: np.ndarray) -> float:
        bias, gain = given

        def silent(other: float) -> float:
            return max(0.0, bias + sign * other) ** 2

        def active(other: float) -> float:
            level = bias + sign * other
            return gain**2 / 3 + gain * level + level**2

        parts = [
            weight
            * (density * quad(function, 0, 1, points=[min(abs(bias), 1)])[0] + (1 - density) * function(0.0))
            for weight, function in ((1 - density, silent), (density, active))
        ]
        return sum(parts)

    best = minimize(cost, (-sign * 0.2, 0.1), method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-13})
    expected = landau(density).cost if sign < 0 else same_sign_cost(density)
    assert best.fun == pytest.approx(expected, abs=1e-10)


def test_the_same_sign_is_never_the_way_out() -> None:
    gaps = [same_sign_cost(p) - landau(p).cost for p in np.linspace(0.01, 0.99, 99)]
    assert min(gaps) > 0
    assert same_sign_cost(1.0) == pytest.approx(landau(1.0).cost, abs=1e-15)


@pytest.mark.parametrize("density", [0.2, 0.4, 0.5202477368, 0.65, 0.8373195801, 0.95])
def test_cubic_and_quartic_against_the_exact_loss(density: float) -> None:
    """Minimised at fixed interference, on the instability line; two sizes remove the next order."""
    found = landau(density)

    def remainder(k: float) -> float:
        return constrained_loss(found.importance, density, k) - dedicated_loss(found.importance, density)

    quotients = [remainder(k) / k**3 for k in (0.01, 0.02)]
    assert 2 * quotients[0] - quotients[1] == pytest.approx(found.cubic, abs=3e-5)
    rests = [(remainder(k) - found.cubic * k**3) / k**4 for k in (0.02, 0.04)]
    assert 2 * rests[0] - rests[1] == pytest.approx(found.quartic, rel=0.01)


@pytest.mark.slow
def test_the_bracket_is_narrow_and_right() -> None:
    lower, upper = changes(16)
    assert lower.importance.high - lower.importance.low < Fraction(1, 10**3)
    assert lower.importance.low < TRICRITICAL < lower.importance.high
    assert upper.importance.low < UPPER < upper.importance.high
    assert (lower.rising, upper.rising) == (True, False)
    assert lower.quartic.low > 0 < upper.quartic.low
    assert 0.5 < lower.importance.low < lower.importance.high < 0.7


def test_signs_at_the_ends_of_the_bracket_are_those_of_the_expansion() -> None:
    for change, signs in zip(changes(10), ((-1, 1), (1, -1)), strict=True):
        ends = change.density.low, change.density.high
        assert tuple(np.sign(landau(float(end)).cubic) for end in ends) == signs
        assert tuple(cubic_sign(Interval(end, end)) for end in ends) == signs


def test_no_sign_is_claimed_across_a_change() -> None:
    assert cubic_sign(Interval(Fraction(51, 100), Fraction(53, 100))) == 0
    assert cubic_sign(Interval(Fraction(83, 100), Fraction(84, 100))) == 0


def test_enclosures_hold_the_expansion() -> None:
    generator = np.random.default_rng(2)
    for low in generator.uniform(0.02, 0.97, 12):
        inside = float(generator.uniform(low, low + 0.02))
        enclosures = expansion_interval(Interval(Fraction(low), Fraction(low + 0.02)))
        found = landau(inside)
        values = found.importance, found.cubic / inside**2, found.quartic / inside**2
        for enclosure, value in zip(enclosures, values, strict=True):
            assert enclosure.low <= value <= enclosure.high
        for enclosure, value in zip(expansion_interval(point(inside)), values, strict=True):
            assert enclosure.high - enclosure.low < Fraction(1, 10**20)
            assert value == pytest.approx(enclosure.middle, rel=1e-12)


def test_intervals_enclose_all_results() -> None:
    generator = np.random.default_rng(4)
    for _ in range(200):
        ends = [sorted(Fraction(value) for value in generator.normal(size=2)) for _ in range(2)]
        first, second = (Interval(*pair) for pair in ends)
        weights = [Fraction(value) for value in generator.uniform(size=2)]
        one, two = (low + weight * (high - low) for (low, high), weight in zip(ends, weights, strict=True))
        divisor = second.square() + 1
        for enclosure, value in (
            (first + second, one + two),
            (first - second, one - two),
            (3 - first, 3 - one),
            (first * second, one * two),
            (first.square(), one**2),
            (first / divisor, one / (two**2 + 1)),
        ):
            assert enclosure.low <= value <= enclosure.high
        root = divisor.root()
        assert root.low**2 <= two**2 + 1 <= root.high**2
    with pytest.raises(InputError, match="divisors above 0"):
        point(1.0) / Interval(Fraction(-1), Fraction(1))


@pytest.mark.parametrize(
    ("importance", "density"),
    [
        ("0.5", "0.48"),
        ("0.55", "0.505"),
        ("0.56", "0.51"),
        ("0.57", "0.516774"),
        ("0.9", "0.841897"),
        ("0.95", "0.914"),
    ],
)
def test_witnesses_of_jumps(importance: str, density: str) -> None:
    """In Fractions, a superposed model beats dedication where that is stable: the transition is a jump."""
    r, p = Fraction(importance), Fraction(density)
    stable = expansion_interval(Interval(p, p))[0]
    assert r < stable.low
    best = local_minima(float(r), float(p), _starts(float(r), float(p)))[0]
    gram = rational_gram([[Fraction(value) for value in best.weights]])
    loss = rational_loss(gram, [Fraction(value) for value in best.bias], 1 - p, [Fraction(1), r]).total
    assert loss < r * (p / 3 - p**2 / 4)


def _starts(importance: float, density: float) -> tuple[tuple[float, ...], ...]:
    expansion = landau(instability_density(importance))
    starts = [(1.0, -0.8, 0.0, 0.0)]
    for k in (expansion.jump, 2 * expansion.jump):
        own = (1 + k * expansion.gain_slope) ** 0.5
        starts.append((own, -k / own, k * expansion.bias_slope, density * (1 + k) / 2))
    return tuple(starts)


@pytest.mark.parametrize("importance", [0.575, 0.7, 0.89])
def test_no_witness_between_the_tricritical_points(importance: float) -> None:
    """At the point of instability the dedicated solution is the least, at every interference."""
    density = instability_density(importance)
    for k in np.geomspace(0.01, 1.2, 10):
        loss = constrained_loss(importance, density, float(k))
        assert loss > dedicated_loss(importance, density) + 1e-12


def test_variance_is_the_loss_of_ignoring() -> None:
    assert landau(1.0).cost == pytest.approx(feature_variance(1.0))
    assert landau(1.0).cubic == pytest.approx(-1 / 96, abs=1e-15)


def test_bad_input() -> None:
    with pytest.raises(InputError, match=r"width 0\.5"):
        sign_changes(Fraction(1, 2))
    with pytest.raises(InputError, match="p = 0"):
        landau(0.0)
    for importance in (0.0, 1.5, float("nan")):
        with pytest.raises(InputError, match="0 < r <= 1"):
            instability_density(importance)
