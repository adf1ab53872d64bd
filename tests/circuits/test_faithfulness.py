"""What stands beside restricted numbers: literal cubes, and why accuracy proves nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import rel_entr, softmax
from tables import cayley_table

from empirics.circuits.character_fit import character_fit
from empirics.circuits.directions import product_means
from empirics.circuits.faithfulness import faithfulness, faithfulness_of_each
from empirics.circuits.irreps import network_group
from empirics.circuits.losses import network_loss
from empirics.circuits.networks import CallableNetwork
from empirics.circuits.restricted import excluded_losses, restricted_losses
from empirics.circuits.verdict import Evidence, judge
from theory.errors import InputError


def literal(logits: np.ndarray, other: np.ndarray) -> tuple[float, float, float]:
    """The three numbers from two cubes."""

    def twice(values: np.ndarray) -> np.ndarray:
        centred = values - values.mean(2, keepdims=True)
        return centred - centred.mean((0, 1))

    explained = 1 - (twice(logits - other) ** 2).sum() / (twice(logits) ** 2).sum()
    divergence = rel_entr(softmax(logits, -1), softmax(other, -1)).sum(2).mean()
    return explained, divergence, (logits.argmax(2) == other.argmax(2)).mean()


@settings(max_examples=25)
@given(
    expression=st.sampled_from(["Z2", "Z7", "S3", "Q8"]),
    seed=st.integers(0, 2**16),
    scale=st.sampled_from([0.1, 1.0, 10.0]),
)
def test_against_literal_cubes(expression: str, seed: int, scale: float) -> None:
    group = network_group(cayley_table(expression))
    n = group.order
    generator = np.random.default_rng(seed)
    logits = scale * (generator.standard_normal((n, n, n)) + generator.standard_normal(n))
    scores = scale * generator.standard_normal((n, n)) + logits.mean(0)
    network = CallableNetwork(n, lambda a, b: logits[a, b])
    means = product_means(network, group)
    found = faithfulness(network, means, scores)
    expected = literal(logits, scores[group.table])
    assert (found.variance_explained, found.divergence, found.agreement) == pytest.approx(expected, rel=1e-9)
    # neither a bias a pair nor, in the variance, one a logit counts
    moved = faithfulness(network, means, scores + generator.standard_normal((n, 1)))
    assert (moved.divergence, moved.agreement) == pytest.approx((found.divergence, found.agreement))
    biased = faithfulness(network, means, scores + generator.standard_normal(n))
    assert biased.variance_explained == pytest.approx(found.variance_explained)
    assert faithfulness_of_each(network, means, [scores, 0 * scores])[0] == found


def test_perfect_and_empty_replacements() -> None:
    group = network_group(cayley_table("A4"))
    scores = 5 * np.eye(12) + np.random.default_rng(1).standard_normal((12, 12))
    network = CallableNetwork(12, lambda a, b: scores[group.table[a, b]])
    means = product_means(network, group)
    same = faithfulness(network, means, scores)
    assert (same.variance_explained, same.agreement) == (pytest.approx(1), 1.0)
    assert 0 <= same.divergence < 1e-14
    assert faithfulness(network, means, np.zeros((12, 12))).variance_explained == pytest.approx(0, abs=1e-12)
    # opposite logits are worse than none
    assert faithfulness(network, means, -scores).variance_explained == pytest.approx(-3)


def test_large_logits() -> None:
    """Probabilities that underflow take no part, and make no nan."""
    group = network_group(cayley_table("Z5"))
    scores = 1e4 * np.eye(5)
    network = CallableNetwork(5, lambda a, b: scores[group.table[a, b]])
    found = faithfulness(network, product_means(network, group), np.roll(scores, 1, 1))
    assert (found.variance_explained, found.divergence) == pytest.approx((-1.5, 1e4))
    assert found.agreement == 0


@pytest.mark.parametrize(
    ("expression", "key"),
    [("Z12", ("k=3", "k=4")), ("S4", None), ("A5", None), ("Q8", None), ("Z13", ("k=6",))],
)
def test_restricted_accuracy_proves_nothing(expression: str, key: tuple[str, ...] | None) -> None:
    """Trap 10: characters buried in noise answer every product rightly, and explain almost nothing.

    Any positive sum of characters with trivial common kernel does, whatever the network.
    """
    group = network_group(cayley_table(expression))
    n = group.order
    generator = np.random.default_rng(0)
    faithful = [max(range(len(group.irreps)), key=lambda r: group.irreps.degrees[r])]
    irreps = faithful if key is None else [group.irreps.index(label) for label in key]
    for _ in range(20):
        weights = generator.uniform(0.01, 1, len(irreps))
        values = (weights @ group.irreps.characters[irreps])[group.quotients]
        assert (values.argmax(1) == np.arange(n)).all()
        assert (np.sort(values, 1)[:, -1] > np.sort(values, 1)[:, -2]).all()
    logits = 0.05 * values[group.table] + 3 * generator.standard_normal((n, n, n))
    network = CallableNetwork(n, lambda a, b: logits[a, b])
    means = product_means(network, group)
    fit = character_fit(means)
    wanted = 0.05 * values  # what a fit without noise would keep
    found = faithfulness(network, means, wanted)
    assert found.variance_explained < 0.01
    assert found.agreement < 0.3
    kept, left = restricted_losses(network, means, fit, irreps), excluded_losses(network, means, fit, irreps)
    assert kept.faithfulness.variance_explained < 0.1
    evidence = Evidence(
        order=n,
        group_valid=True,
        loss=network_loss(network, group.table),
        restricted_loss=kept.product,
        agreement=1.0,  # were it judged by the restricted answers alone
        product_share=means.share(irreps),
        character_share=fit.share(irreps),
        excluded_loss=left.every_key,
    )
    assert evidence.restricted_loss < 2 * evidence.loss
    assert judge(evidence).word == "not explained"


def test_a_common_kernel_does_not_answer() -> None:
    """The other side of trap 10: frequencies 2 and 4 of Z12 cannot tell `c` from `c + 6`."""
    group = network_group(cayley_table("Z12"))
    irreps = [group.irreps.index("k=2"), group.irreps.index("k=4")]
    values = group.irreps.characters[irreps].sum(0)[group.quotients]
    assert (np.isclose(values, values.max()).sum(1) == 2).all()


def test_bad_input() -> None:
    group = network_group(cayley_table("S3"))
    logits = np.random.default_rng(0).standard_normal((6, 6, 6))
    network = CallableNetwork(6, lambda a, b: logits[a, b])
    means = product_means(network, group)
    with pytest.raises(InputError, match=r"replacement logits: shape \[5, 5\]; \[6, 6\] would be right"):
        faithfulness(network, means, np.zeros((5, 5)))
    other = CallableNetwork(7, lambda a, b: np.zeros((len(a), 7)))
    with pytest.raises(InputError, match="network: of 7 elements; the mean logits are of 6"):
        faithfulness(other, means, np.zeros((6, 6)))
