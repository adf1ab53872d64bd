"""Product directions: least squares on cosines, sums written by hand, and what must not be accepted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import cayley_table

from empirics.circuits import networks
from empirics.circuits.character_fit import character_fit, key_irreps
from empirics.circuits.directions import ProductMeans, check_irreps, product_means
from empirics.circuits.irreps import NetworkGroup, network_group
from empirics.circuits.losses import cross_entropy
from empirics.circuits.networks import CallableNetwork
from empirics.circuits.power import irrep_power
from empirics.circuits.random_features import RandomFeatures
from empirics.circuits.restricted import excluded_losses, restricted_losses
from theory.errors import InputError


def network_of(logits: np.ndarray) -> CallableNetwork:
    """The network with these logits."""
    return CallableNetwork(len(logits), lambda a, b: logits[a, b])


def random_means(
    expression: str, seed: int = 0, offset: float = 0.0
) -> tuple[NetworkGroup, np.ndarray, ProductMeans]:
    """Random logits with a bias, and their means."""
    group = network_group(cayley_table(expression))
    n = group.order
    generator = np.random.default_rng(seed)
    logits = generator.standard_normal((n, n, n)) + offset * generator.standard_normal(n)
    return group, logits, product_means(network_of(logits), group)


@pytest.mark.parametrize("n", [7, 9, 10])
def test_cosines_and_sines_of_the_sum(n: int) -> None:
    """Least squares on `cos, sin(w_k (x + y))` over all pairs; at `n/2` there is no sine (trap 2)."""
    group, logits, means = random_means(f"Z{n}", n)
    total = np.add.outer(np.arange(n), np.arange(n)).ravel()
    for k in range(1, n // 2 + 1):
        waves = [np.cos(2 * np.pi * k * total / n), np.sin(2 * np.pi * k * total / n)]
        design = np.stack(waves[: 1 if 2 * k == n else 2], axis=1)
        found = np.linalg.lstsq(design, logits.reshape(n * n, n), rcond=None)[0]
        expected = (design @ found).reshape(n, n, n)
        irrep = group.irreps.index(f"k={k}")
        assert means.direction([irrep])[group.table] == pytest.approx(expected, abs=1e-12)


def test_symmetric_group_on_three_letters() -> None:
    """Sign and standard by hand: the sign is even on elements of odd order."""
    group, logits, means = random_means("S3", 1, 3.0)
    orders = [next(m for m in range(1, 7) if _power(group, g, m) == group.identity) for g in range(6)]
    sign = np.array([-1.0 if order == 2 else 1.0 for order in orders])
    by_product = np.array([logits[group.table == g].mean(0) for g in range(6)])
    mean = np.tile(by_product.mean(0), (6, 1))
    alternating = np.outer(sign, sign @ by_product) / 6
    for r, character in enumerate(group.irreps.characters):
        if group.irreps.degrees[r] == 2:
            expected = by_product - mean - alternating
        else:
            expected = mean if character.min() > 0 else alternating
        assert means.direction([r]) == pytest.approx(expected, abs=1e-12)
    assert means.bias == pytest.approx(logits.mean((0, 1)))


def _power(group: NetworkGroup, element: int, exponent: int) -> int:
    found = group.identity
    for _ in range(exponent):
        found = int(group.table[found, element])
    return found


@settings(max_examples=25)
@given(expression=st.sampled_from(["Z8", "D4", "Q8", "A4", "SL(2,3)"]), seed=st.integers(0, 2**16))
def test_directions_are_orthogonal_parts(expression: str, seed: int) -> None:
    """They sum to `M`, are fixed by their own projection, killed by others, and equivariant on both sides."""
    group, _, means = random_means(expression, seed, 2.0)
    count = len(group.irreps)
    parts = [means.direction([r]) for r in range(count)]
    assert sum(parts) == pytest.approx(means.means, abs=1e-11)
    assert means.direction(range(count)) == pytest.approx(means.means, abs=1e-11)
    chosen = seed % count
    again = ProductMeans(group, parts[chosen], 1.0)
    for r in range(count):
        expected = parts[r] if r == chosen else 0 * parts[r]
        assert again.direction([r]) == pytest.approx(expected, abs=1e-11)
    element = seed % group.order
    for moved in (group.table[element], group.table[:, element]):
        shifted = ProductMeans(group, means.means[moved], 1.0)
        assert shifted.direction([chosen]) == pytest.approx(parts[chosen][moved], abs=1e-11)


@pytest.mark.parametrize("expression", ["Z9", "D5", "Q8"])
def test_shares_are_of_the_variance_centred_twice(expression: str) -> None:
    group, logits, means = random_means(expression, 2, 4.0)
    twice = logits - logits.mean(2, keepdims=True)
    twice = twice - twice.mean((0, 1))
    assert means.square_twice == pytest.approx((twice**2).sum())
    shares = [means.share([r]) for r in range(len(group.irreps))]
    assert shares[0] == 0
    assert sum(shares) == pytest.approx(means.product_share)
    for r in range(1, len(shares)):
        part = means.direction([r])[group.table]
        part = part - part.mean(2, keepdims=True)
        # an orthogonal part of the variance: the projection's size is its product with the whole
        assert (part * twice).sum() == pytest.approx((part**2).sum())
        assert shares[r] == pytest.approx((part**2).sum() / (twice**2).sum())


def test_the_last_frequency() -> None:
    """Trap 1: a network whose one frequency is 56 = (113 - 1)/2, which loops over `range(1, p//2)` omit."""
    p, k = 113, 56
    left, right = (phase.reshape(-1, 1) for phase in np.mgrid[:5, :5] * 2 * np.pi / 5)
    angle = 2 * np.pi * k * np.arange(p) / p
    # squares of sums of cosines, summed over a grid of phases, leave exactly cos(w (a + b - c))
    features = RandomFeatures(np.cos(angle + left), np.cos(angle + right), np.cos(angle + left + right))
    logits = 500 * np.stack([features.logits(a, "square") for a in range(p)])
    network, group = network_of(logits), network_group(np.add.outer(np.arange(p), np.arange(p)) % p)
    assert len(group.irreps) == 57
    last = group.irreps.index("k=56")
    means = product_means(network, group)
    fit = character_fit(means)
    assert irrep_power(features.left.T, group)[last] == pytest.approx(1)
    assert key_irreps(fit) == [last]
    assert (means.share([last]), fit.similarities[last]) == pytest.approx((1, 1))
    kept = restricted_losses(network, means, fit, [last])
    assert kept.product == pytest.approx(cross_entropy(logits, group.table))
    assert kept.product < 1e-3
    assert kept.faithfulness.agreement == 1
    assert excluded_losses(network, means, fit, [last]).every_key == pytest.approx(np.log(p))
    others = restricted_losses(network, means, fit, range(1, 56))
    assert others.product == pytest.approx(np.log(p))
    assert others.faithfulness.variance_explained == pytest.approx(0, abs=1e-9)


def test_streaming(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows come in chunks, the last one shorter, and never all of `n^3` at once."""
    group, logits, means = random_means("D5", 4)
    asked: list[int] = []

    def answer(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        asked.append(len(a))
        return logits[a, b]

    monkeypatch.setattr(networks, "ROWS_BUDGET", 3 * 100)
    network = CallableNetwork(10, answer)
    again = product_means(network, group)
    assert asked == [30, 30, 30, 10]
    assert again.means == pytest.approx(means.means)
    assert again.square_over_c == pytest.approx(means.square_over_c)
    mask = np.random.default_rng(0).random((10, 10)) < 0.5
    fit = character_fit(means)
    kept = restricted_losses(network, again, fit, [1, 2], mask)
    left = excluded_losses(network, again, fit, [1, 2], mask)
    assert max(asked) == 30
    whole = network_of(logits)
    monkeypatch.undo()
    assert kept.product_test == pytest.approx(restricted_losses(whole, means, fit, [1, 2], mask).product_test)
    assert left.every_key == pytest.approx(excluded_losses(whole, means, fit, [1, 2], mask).every_key)


@pytest.mark.parametrize("kind", ["equal", "bias", "pair"])
def test_logits_without_interaction_have_no_shares(kind: str) -> None:
    """nan, not a ratio of roundings (spec 3): equal logits, a bias alone, a function of the pair alone."""
    group = network_group(cayley_table("D5"))
    generator = np.random.default_rng(5)
    parts = {"equal": np.full(1, 0.1), "bias": generator.standard_normal(10)}
    pair = generator.standard_normal((10, 10, 1))
    logits = np.broadcast_to(parts.get(kind, pair), (10, 10, 10))
    means = product_means(network_of(logits), group)
    assert np.isnan(means.square_over_c) == (kind != "bias")
    assert np.isnan([means.square_twice, means.share([1]), means.product_share]).all()
    fit = character_fit(means)
    assert key_irreps(fit) == []
    kept = restricted_losses(network_of(logits), means, fit, [1])
    assert np.isnan(
        [kept.faithfulness.variance_explained, kept.character_faithfulness.variance_explained]
    ).all()
    # a small signal is one: only rounding is refused
    character = group.irreps.characters[3][group.quotients][group.table]
    signal = product_means(network_of(logits + 1e-4 * character), group)
    assert signal.product_share == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize("n", [1, 2])
def test_tiny_groups(n: int) -> None:
    group = network_group(np.add.outer(np.arange(n), np.arange(n)) % n)
    logits = 3.0 * np.eye(n)[group.table]
    means = product_means(network_of(logits), group)
    assert means.direction([0]) == pytest.approx(np.full((n, n), 3.0 / n))
    assert means.direction([]) == pytest.approx(np.zeros((n, n)))
    if n == 2:
        assert means.share([1]) == pytest.approx(1)
    else:
        assert np.isnan(means.product_share)


def test_bad_input() -> None:
    group, _, means = random_means("S3")
    for order in (1, 5, 7):
        network = CallableNetwork(order, lambda a, b, order=order: np.zeros((len(a), order)))
        with pytest.raises(InputError, match=rf"group: of order 6; the network has {order} elements"):
            product_means(network, group)
    for wrong in (-1, 3):  # -1 would be the last irrep, as an index from the end
        with pytest.raises(InputError, match=rf"irrep {wrong}: not among 0\.\.2"):
            means.direction([1, wrong])
    with pytest.raises(InputError, match=r"irreps \[1, 1\]: each may come once"):
        means.share([1, 1])
    check_irreps(range(3), group)
