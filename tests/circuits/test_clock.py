"""Clock or pizza: published figures, exact clocks and pizzas, literal sums, what is not defined."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from checkpoints import FILES
from random_networks import random_perceptron
from tables import cayley_table

from empirics.circuits.circularity import circularity, cyclic_arrangement
from empirics.circuits.clock import (
    clock_reading,
    distance_irrelevance,
    gradient_symmetricity,
    product_spread,
    published_triples,
)
from empirics.circuits.irreps import NetworkGroup, network_group
from empirics.circuits.loading import load_network
from empirics.circuits.networks import CallableNetwork, UnavailableError
from empirics.circuits.transformer import TransformerNetwork
from theory.errors import InputError

# shared/specs/circuits.md, 2.10, and shared/data/README.md, 1: distance irrelevance, gradient symmetricity of
# 100 triples and of 5,000, circularity, label. The pizza pack's are also the published ones.
PUBLISHED = {
    "no_wd": (FILES["no_wd"], 0.6281, 0.3089, 0.1979, 0.9761, "clock"),
    "low_precision": (FILES["low_precision"], 0.9441, 0.2313, 0.1586, 0.9451, "clock"),
    "p99zdpze5l": ("pizza/p99zdpze5l/model.pt", 0.1717, 0.9937, None, 0.9978, "pizza"),
    "l8k1hzciux": ("pizza/l8k1hzciux/model.pt", 0.8483, 0.3336, None, 0.9989, "clock"),
}


def _integers(n: int) -> NetworkGroup:
    return network_group(np.add.outer(np.arange(n), np.arange(n)) % n)


def _transformer(n: int, seed: int, attention_share: float = 1.0) -> TransformerNetwork:
    """Random, with `=` at the last position."""
    generator = torch.Generator().manual_seed(seed)
    shapes = {
        "embed.W_E": (n + 1, 8),
        "pos_embed.W_pos": (3, 8),
        **{f"blocks.0.attn.W_{name}": (2, 8, 4) for name in "QKV"},
        "blocks.0.attn.W_O": (2, 4, 8),
        "blocks.0.mlp.W_in": (8, 16),
        "blocks.0.mlp.b_in": (16,),
        "blocks.0.mlp.W_out": (16, 8),
        "blocks.0.mlp.b_out": (8,),
        "unembed.W_U": (8, n),
    }
    state = {name: torch.randn(shape, generator=generator) / 2 for name, shape in shapes.items()}
    found = load_network(state, config={"attn_coeff": attention_share})
    assert isinstance(found, TransformerNetwork)
    return found


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", PUBLISHED)
def test_published_figures(data: Path, name: str) -> None:
    path, irrelevance, symmetricity, many, roundness, label = PUBLISHED[name]
    network = load_network(data / path)
    found = clock_reading(network, _integers(network.order), np.random.default_rng(0))
    assert found.distance_irrelevance == pytest.approx(irrelevance, abs=6e-5)
    assert found.gradient_symmetricity == pytest.approx(symmetricity, abs=6e-5)
    assert found.circularity == pytest.approx(roundness, abs=6e-5)
    assert (found.label, found.notes) == (label, ())
    assert found.symmetricity_many is not None
    assert found.symmetricity_error is not None
    # 100 draws have a standard deviation of .01 to .05 (spec 2.10), 5,000 a seventh of it
    assert 0 < found.symmetricity_error < 0.05 / 50**0.5 * 1.5
    if many is not None:
        # another 5,000 triples, which have the same error
        assert found.symmetricity_many == pytest.approx(many, abs=3 * 2**0.5 * found.symmetricity_error)


def _frobenius() -> np.ndarray:
    """Order 21, odd and not abelian: `x -> 2^k x + s` modulo 7."""
    elements = list(product(range(3), range(7)))
    return np.array(
        [
            [elements.index(((k + j) % 3, (pow(2, k, 7) * t + s) % 7)) for j, t in elements]
            for k, s in elements
        ]
    )


TABLES = {name: cayley_table(name) for name in ("Z1", "Z2", "Z7", "Z8", "S3", "Q8", "A4", "Z3 x Z3")}
TABLES["7:3"] = _frobenius()


@pytest.mark.parametrize("name", TABLES)
def test_pairs_have_names_in_odd_order_alone(name: str) -> None:
    """`distance_irrelevance` is defined where `(a, b) -> (ab, a b^-1)` is a bijection, by counting."""
    group = network_group(TABLES[name])
    n = group.order
    names = {(group.table[a, b], group.quotients[a, b]) for a in range(n) for b in range(n)}
    right = np.random.default_rng(0).standard_normal((n, n))
    assert (distance_irrelevance(right, group) is not None) == (len(names) == n * n)


@pytest.mark.parametrize("name", ["Z7", "Z3 x Z3", "7:3"])
def test_against_literal_columns(name: str) -> None:
    group = network_group(TABLES[name])
    n = group.order
    right = np.random.default_rng(1).standard_normal((n, n)) + 3
    columns: dict[int, list[float]] = {}
    products: dict[int, list[float]] = {}
    for a, b in product(range(n), repeat=2):
        columns.setdefault(int(group.quotients[a, b]), []).append(right[a, b])
        products.setdefault(int(group.table[a, b]), []).append(right[a, b])
    whole = np.std(right)
    mean = np.mean([np.std(values) for values in columns.values()])
    assert distance_irrelevance(right, group) == pytest.approx(mean / whole)
    mean = np.mean([np.std(values) for values in products.values()])
    assert product_spread(right, group) == pytest.approx(mean / whole)


@pytest.mark.parametrize("name", ["Z7", "7:3", "S3"])
def test_extremes(name: str) -> None:
    """A function of the product alone, one of the distance alone, and one of nothing."""
    group = network_group(TABLES[name])
    values = np.random.default_rng(2).standard_normal(group.order)
    odd = group.order % 2 == 1
    by_product, by_distance = values[group.table], values[group.quotients]
    assert product_spread(by_product, group) == pytest.approx(0, abs=1e-12)
    if odd:
        assert distance_irrelevance(by_product, group) == pytest.approx(1)
        assert distance_irrelevance(by_distance, group) == pytest.approx(0, abs=1e-12)
        assert product_spread(by_distance, group) == pytest.approx(1)
        assert np.isnan(distance_irrelevance(np.full_like(by_product, 0.1), group))
    assert np.isnan(product_spread(np.full_like(by_product, 0.1), group))


@pytest.mark.parametrize("n", [1, 2, 3, 7])
def test_published_triples_are_the_shuffle(n: int) -> None:
    everything = list(product(range(n), repeat=3))
    Random(42).shuffle(everything)
    assert [tuple(triple) for triple in published_triples(n).tolist()] == everything[:100]


def test_gradients_by_differences() -> None:
    """Central differences of the logits, one coordinate of one of the two embedded elements at a time."""
    network = _transformer(5, 0)
    triples = np.random.default_rng(3).integers(0, 5, (6, 3))
    step = 1e-6
    expected = []
    for a, b, c in triples.tolist():
        gradients = np.zeros((2, 8))
        for side, i, sign in product(range(2), range(8), (1, -1)):
            inputs = [network.left[[a]].clone(), network.right[[b]].clone()]
            inputs[side][0, i] += sign * step
            gradients[side, i] += sign * float(network.forward(*inputs)[0, c]) / (2 * step)
        lengths = np.linalg.norm(gradients, axis=1)
        expected.append(gradients[0] @ gradients[1] / lengths.prod())
    assert gradient_symmetricity(network, triples) == pytest.approx(expected, abs=1e-6)


def test_gradients_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    network = _transformer(4, 1)
    triples = published_triples(4)[:7]
    whole = gradient_symmetricity(network, triples)
    monkeypatch.setattr("empirics.circuits.clock.CHUNK", 3)
    assert gradient_symmetricity(network, triples) == pytest.approx(whole, rel=1e-12)
    assert gradient_symmetricity(network, triples[:0]).shape == (0,)


def test_constant_attention_is_symmetric() -> None:
    """Without attention weights `a` and `b` enter the last position by their sum: symmetricity is 1."""
    network = _transformer(5, 2, attention_share=0.0)
    found = clock_reading(network, _integers(5), np.random.default_rng(0), draws=50)
    assert (found.gradient_symmetricity, found.symmetricity_many) == pytest.approx((1, 1))
    assert found.symmetricity_error == pytest.approx(0, abs=1e-12)
    assert found.distance_irrelevance is not None
    # one of the two conditions of either label fails for a symmetric network that is irrelevant of distances
    assert found.label == ("pizza" if found.distance_irrelevance < 0.4 else "mixed")


def test_mean_and_error_are_of_the_drawn_triples() -> None:
    network = _transformer(5, 4)
    found = clock_reading(network, _integers(5), np.random.default_rng(9), draws=40)
    values = gradient_symmetricity(network, np.random.default_rng(9).integers(0, 5, (40, 3)))
    assert found.symmetricity_many == pytest.approx(values.mean())
    expected = np.sqrt(((values - values.mean()) ** 2).sum() / 39 / 40)
    assert found.symmetricity_error == pytest.approx(expected)


def test_a_network_without_gradients() -> None:
    """All logits equal: nothing is divided by nothing, and the reading says so."""
    network = _transformer(5, 3)
    dead = replace(network, unembedding=torch.zeros_like(network.unembedding))
    found = clock_reading(dead, _integers(5), np.random.default_rng(0), draws=10)
    assert np.isnan(gradient_symmetricity(dead, published_triples(5))).all()
    assert np.isnan([found.distance_irrelevance, found.product_spread, found.symmetricity_many]).all()
    assert found.label is None
    assert found.notes == (
        "distance irrelevance: the right logits are constant",
        "gradient symmetricity: the gradients are zero",
    )


def test_what_is_not_defined_is_said() -> None:
    group = network_group(TABLES["S3"])
    separate = clock_reading(random_perceptron(6, 4, 5, 0), group, np.random.default_rng(0))
    assert separate.notes == (
        "distance irrelevance: order 6 is even, (ab, a b^-1) names no pair; grouped by ab instead",
        "gradient symmetricity: not defined for separate embeddings",
        "circularity: the group is not cyclic",
    )
    assert (separate.distance_irrelevance, separate.gradient_symmetricity) == (None, None)
    assert (separate.circularity, separate.label) == (None, None)
    assert 0 < separate.product_spread < 1
    answers = CallableNetwork(7, lambda a, b: np.eye(7)[(a + b) % 7] * (1 + (a - b)[:, None] % 7))
    found = clock_reading(answers, _integers(7), np.random.default_rng(0))
    assert found.distance_irrelevance == pytest.approx(0, abs=1e-12)
    assert found.notes == ("gradient symmetricity: a callable has no weights to differentiate by",)
    assert (found.circularity, found.label) == (None, None)


def test_too_many_elements_for_the_published_shuffle(monkeypatch: pytest.MonkeyPatch) -> None:
    """The label then goes by the sample."""
    monkeypatch.setattr("empirics.circuits.clock.PUBLISHED_ORDER", 4)
    found = clock_reading(_transformer(5, 0), _integers(5), np.random.default_rng(0), draws=20)
    assert found.gradient_symmetricity is None
    assert found.label is not None
    assert found.notes == ("gradient symmetricity: 5^3 triples are too many for the published shuffle",)
    with pytest.raises(InputError, match="published triples: 5 elements; at most 4 would be right"):
        published_triples(5)


@pytest.mark.parametrize("n", [7, 8, 113])
def test_circles_are_circular(n: int) -> None:
    """Two circles fill four components; with the highest frequencies, (n-1)/2 among them (trap 1)."""
    x = 2 * np.pi * np.arange(n)[:, None] * np.array([1, (n - 1) // 2]) / n
    circles = np.concatenate([np.cos(x) * [3, 1], np.sin(x) * [3, 1]], axis=1)
    turned = np.linalg.qr(np.random.default_rng(0).standard_normal((6, 6)))[0][:4]
    assert circularity(circles @ turned + 5) == pytest.approx(1)
    # a single circle has two components: the third and fourth are rounding, and do not count
    assert circularity(circles[:, [0, 2]] @ turned[:2]) == pytest.approx(1)


def test_the_frequency_without_a_sine() -> None:
    """At n/2 the factor 2 of the other frequencies would make a circularity of 2."""
    alternating = np.array([[1.0], [-1.0]] * 4)
    assert circularity(alternating) == pytest.approx(1)
    assert circularity(np.array([[1.0], [-1.0]])) == pytest.approx(1)


@pytest.mark.parametrize("n", [9, 10])
def test_circularity_against_literal_sums(n: int) -> None:
    embedding = np.random.default_rng(n).standard_normal((n, 6))
    centred = embedding - embedding.mean(0)
    vectors = np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :4]
    shares = []
    for component in (centred @ vectors).T:
        best = 0.0
        for k in range(1, n // 2 + 1):
            transform = sum(component[x] * np.exp(-2j * np.pi * k * x / n) for x in range(n))
            best = max(best, (1 if 2 * k == n else 2) * abs(transform) ** 2 / (n * (component**2).sum()))
        shares.append(best)
    assert circularity(embedding) == pytest.approx(np.mean(shares))


def test_constant_embeddings_have_no_circles() -> None:
    assert np.isnan(circularity(np.full((5, 3), 0.1)))
    assert np.isnan(circularity(np.ones((1, 2))))


@pytest.mark.parametrize("n", [12, 13])
def test_numbering_makes_no_difference(n: int) -> None:
    """A cyclic group in another numbering is read along the powers of a generator."""
    network = _transformer(n, 5)
    plain = clock_reading(network, _integers(n), np.random.default_rng(0), draws=2)
    order = np.random.default_rng(1).permutation(n)
    place = np.argsort(order)
    renumbered = network_group(place[(order[:, None] + order) % n])
    arrangement = cyclic_arrangement(renumbered)
    assert arrangement is not None
    steps = np.diff(order[arrangement]) % n
    assert len(set(steps.tolist())) == 1
    assert sorted(arrangement.tolist()) == list(range(n))
    moved = network.with_embeddings(network.left.numpy()[order], network.right.numpy()[order])
    found = clock_reading(moved, renumbered, np.random.default_rng(0), draws=2)
    assert found.circularity == pytest.approx(plain.circularity)
    assert [cyclic_arrangement(network_group(TABLES[name])) for name in ("S3", "Z3 x Z3")] == [None, None]


def test_trivial_groups() -> None:
    for n in (1, 2):
        found = clock_reading(_transformer(n, 6), _integers(n), np.random.default_rng(0), draws=4)
        assert found.label is None


def test_bad_input() -> None:
    network, generator = _transformer(5, 7), np.random.default_rng(0)
    with pytest.raises(InputError, match="group: of order 7; the network has 5 elements"):
        clock_reading(network, _integers(7), generator)
    with pytest.raises(InputError, match="draws 1: a standard error needs at least 2"):
        clock_reading(network, _integers(5), generator, draws=1)
    with pytest.raises(InputError, match=r"right logits: shape \[4, 4\]; \[5, 5\] would be right"):
        distance_irrelevance(np.zeros((4, 4)), _integers(5))
    with pytest.raises(InputError, match=r"triples: entry 5; 0\.\.4 would be right"):
        gradient_symmetricity(network, np.array([[0, 5, 1]]))
    with pytest.raises(UnavailableError, match="not defined for separate embeddings"):
        gradient_symmetricity(random_perceptron(5, 4, 3, 0), np.array([[0, 1, 2]]))
