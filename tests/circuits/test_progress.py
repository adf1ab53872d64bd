"""Measures along a training: a series with a known schedule, a network that groks, one that memorises."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from random_networks import random_perceptron
from tables import cayley_table

from empirics.circuits import networks
from empirics.circuits import progress as module
from empirics.circuits.character_fit import character_fit
from empirics.circuits.clusters import neuron_clusters
from empirics.circuits.directions import product_means
from empirics.circuits.irreps import NetworkGroup, network_group
from empirics.circuits.losses import bias_corrected, cross_entropy, split_torch
from empirics.circuits.networks import CallableNetwork, TrainedNetwork
from empirics.circuits.perceptrons import OneHotPerceptron
from empirics.circuits.power import irrep_power
from empirics.circuits.progress import PHASE_RULE, Progress, progress, squared_weights
from empirics.circuits.transformer import TransformerNetwork
from theory.errors import InputError

# weight of what is learned by heart, of frequency 2, of frequency 5; at steps 0, 10, 20, ...
SCHEDULE = [(0, 0, 0), (4, 0, 0), (8, 0, 0), (6, 1, 0), (4, 2, 0), (2, 4, 1), (1, 6, 2), (0, 6, 2)]


@cache
def scheduled() -> tuple[NetworkGroup, np.ndarray, list[np.ndarray]]:
    """Z11, a train mask, and logits: train pairs by heart, wrong answers elsewhere, plus characters."""
    group = network_group(np.asarray(cayley_table("Z11")))
    n = group.order
    generator = np.random.default_rng(0)
    mask = generator.random((n, n)) < 0.4
    wrong = (group.table + generator.integers(1, n, (n, n))) % n
    by_heart = np.eye(n)[np.where(mask, group.table, wrong)]
    two, five = (group.irreps.characters[group.irreps.index(f"k={k}")][group.quotients] for k in (2, 5))
    noise = 1e-3 * generator.standard_normal((n, n, n))
    logits = [noise + m * by_heart + (u * two + v * five)[group.table] for m, u, v in SCHEDULE]
    return group, mask, logits


def series(logits: list[np.ndarray]) -> list[tuple[int, TrainedNetwork]]:
    """Callables at steps 0, 10, 20, ..."""
    return [
        (10 * number, CallableNetwork(len(one), lambda a, b, one=one: one[a, b]))
        for number, one in enumerate(logits)
    ]


def test_every_column_against_cubes() -> None:
    group, mask, logits = scheduled()
    found = progress(iter(series(logits)), group, mask)
    key = [group.irreps.index("k=2"), group.irreps.index("k=5")]
    assert list(found.key) == key
    assert found.steps.tolist() == [0, 10, 20, 30, 40, 50, 60, 70]
    for t, one in enumerate(logits):
        by_product = np.array([one[group.table == g].mean(0) for g in range(11)])
        cube = sum(group.projector(r) @ by_product for r in key)[group.table]
        corrected = bias_corrected(one, cube)
        fit = character_fit(product_means(CallableNetwork(11, lambda a, b, one=one: one[a, b]), group))
        character = sum(fit.coefficients[r] * group.irreps.characters[r] for r in key)[group.quotients]
        right = one.argmax(2) == group.table
        expected = {
            "train_loss": cross_entropy(one, group.table, mask),
            "test_loss": cross_entropy(one, group.table, ~mask),
            "train_accuracy": right[mask].mean(),
            "test_accuracy": right[~mask].mean(),
            "restricted": cross_entropy(corrected, group.table),
            "restricted_characters": cross_entropy(character[group.table], group.table),
            "excluded": cross_entropy(one - cube, group.table, mask),
            "agreement": (corrected.argmax(2) == one.argmax(2)).mean(),
            "similarities": fit.similarities,
        }
        for name, value in expected.items():
            assert getattr(found, name)[t] == pytest.approx(value), name
    # the pairs by heart are in no irrep alone, so that part of the variance only is explained until the end
    assert found.variance_explained[2] < 0.3
    assert found.variance_explained[-1] > 0.999
    for name in ("left_power", "right_power", "clustered", "squared_weights"):
        assert np.isnan(getattr(found, name)).all()


@pytest.mark.parametrize(
    ("train", "excluded", "test", "accuracy", "expected"),
    [
        # learned by heart, then a circuit (excess .1, .7, 2, 6 of at most 6), then tests: all three phases
        ([2, 0, 0, 0, 0], [2, 0.1, 0.7, 2, 6], [2, 6, 6, 2.9, 0], [0, 0, 0.2, 0.6, 1], (20, 30, 40)),
        # both at once, without memorisation: the highest test loss is the first
        ([2, 1, 0], [2, 3, 6], [2, 0.9, 0], [0, 0.99, 1], (10, 10, 10)),
        # by heart alone: the excess stays below log(11)/2
        ([2, 0, 0], [2, 0.5, 1.1], [2, 5, 9], [0, 0, 0], (None, None, None)),
        # the excess reaches it, tests never fall by half, however good the accuracy is
        ([2, 0, 0], [2, 0.5, 1.3], [2, 3, 1.6], [1, 1, 1], (10, None, None)),
        # a test loss that falls and rises again has fallen; an accuracy before that does not count
        ([2, 0, 0, 0], [2, 3, 3, 3], [2, 0.5, 4, 3], [1, 0.5, 0.5, 0.989], (10, 10, None)),
    ],
)
def test_phase_rule(
    train: list[float],
    excluded: list[float],
    test: list[float],
    accuracy: list[float],
    expected: tuple[int | None, ...],
) -> None:
    """Boundaries at steps 0, 10, 20, ... of curves on Z11, where half of log n is 1.199."""
    columns = {"train_loss": train, "excluded": excluded, "test_loss": test, "test_accuracy": accuracy}
    curves = {name: np.array(values, dtype=float) for name, values in columns.items()}
    found = module._phases(10 * np.arange(len(train)), curves, 11)
    assert (found.circuit_formation, found.clean_up, found.over) == expected
    assert found.memorisation == 0
    assert found.rule == PHASE_RULE


def test_phases_of_the_schedule() -> None:
    group, mask, logits = scheduled()
    found = progress(series(logits), group, mask)
    assert found.train_accuracy[2] == 1
    assert found.test_accuracy[2] == 0
    phases = found.phases
    assert phases.circuit_formation is not None
    assert phases.clean_up is not None
    assert phases.over is not None
    # nothing but what is by heart until step 20; from step 50 on the circuit outweighs what is left of it
    assert 20 < phases.circuit_formation <= phases.over
    assert 20 < phases.clean_up <= phases.over == 50
    # the order is by the first step with a similarity above .05, whatever it is before and after
    labels = [(group.irreps.labels[r], step) for r, step in found.appeared]
    for label, step in labels:
        above = found.similarities[:, group.irreps.index(label)] > 0.05
        assert step == 10 * int(np.flatnonzero(above)[0])
    assert [step for _, step in labels] == sorted(step for _, step in labels)


@cache
def trained(decay: float, steps: int, fraction: float, every: int = 25) -> Progress:
    """`(x_a + y_b)^2 W` on Z23 by AdamW on all train pairs: a second of training."""
    p, neurons = 23, 64
    table = np.asarray(cayley_table("Z23"))
    mask = split_torch(p, 0, fraction)
    generator = torch.Generator().manual_seed(0)
    shapes = ((p, neurons), (p, neurons), (neurons, p))
    left, right, out = weights = [
        (0.2 * torch.randn(s, generator=generator)).requires_grad_() for s in shapes
    ]
    a, b = (torch.from_numpy(index) for index in np.nonzero(mask))
    labels = torch.from_numpy(table[mask])
    optimiser = torch.optim.AdamW(weights, lr=1e-2, weight_decay=decay, betas=(0.9, 0.98))
    checkpoints = []
    for step in range(steps + 1):
        if step % every == 0:
            values = [w.detach().double().clone() for w in (left, right, out)]
            none = torch.zeros(p).double(), torch.zeros(neurons).double()
            checkpoints.append((step, OneHotPerceptron("trained", *values, *none, "square")))
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy((left[a] + right[b]).square() @ out, labels).backward()
        optimiser.step()
    return progress(checkpoints, network_group(table), mask)


def test_a_network_that_groks() -> None:
    """Spec 2.11: restricted loss falls first, excluded loss rises before the test loss falls."""
    found = trained(1.0, 750, 0.6)
    phases = found.phases
    assert phases.circuit_formation is not None
    assert phases.clean_up is not None
    assert phases.over is not None
    memorised = int(found.steps[(found.train_accuracy == 1).argmax()])
    assert phases.memorisation < phases.circuit_formation < phases.clean_up < phases.over
    assert memorised < phases.clean_up
    assert found.test_loss.max() > 1.2 * found.test_loss[0]  # it learns by heart before
    halved = int(found.steps[(found.restricted < found.restricted[0] / 2).argmax()])
    assert halved < phases.clean_up
    before = found.steps < phases.clean_up
    after_the_lowest = found.excluded[before][found.excluded[before].argmin() :]
    assert after_the_lowest[-1] > 1.1 * after_the_lowest[0]
    assert found.excluded[-1] > 100 * found.train_loss[-1]
    assert found.variance_explained[-1] > 0.6 > 0.1 > found.variance_explained[0]
    # power by irrep, clusters and weights are those of the checkpoint itself
    assert found.left_power.sum(1) == pytest.approx(1)
    assert found.similarities.shape == found.right_power.shape == (31, 12)


def test_a_network_that_memorises() -> None:
    """Trap 10 along a training: the restricted loss falls, yet nothing was learned but the train pairs."""
    found = trained(0.0, 300, 0.3, 50)
    assert found.train_accuracy[-1] == 1
    assert found.test_accuracy[-1] < 0.1
    assert found.restricted_characters[-1] < found.restricted_characters[0] / 2
    assert found.variance_explained[-1] < 0.2
    assert (found.phases.clean_up, found.phases.over) == (None, None)


def test_one_checkpoint_with_weights() -> None:
    group = network_group(np.asarray(cayley_table("S3")))
    network = random_perceptron(6, 8, 5, 0)
    mask = np.random.default_rng(0).random((6, 6)) < 0.5
    found = progress([(7, network)], group, mask, key_threshold=0.0, threshold=0.2)
    left, right = network.embeddings
    assert found.left_power[0] == pytest.approx(irrep_power(left, group))
    assert found.right_power[0] == pytest.approx(irrep_power(right, group))
    assert found.clustered[0] == (neuron_clusters(network, group, 0.2).label >= 0).sum()
    assert found.phases.memorisation == 7
    weights = (network.left, network.right, network.hidden_map, network.unembedding)
    assert found.squared_weights[0] == pytest.approx(sum((w.numpy() ** 2).sum() for w in weights))


def test_squared_weights_of_a_shared_embedding() -> None:
    """The one embedding of a transformer counts once, biases of attention count."""
    generator = torch.Generator().manual_seed(0)

    def draw(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    embedding = draw(3, 2)
    biases = (draw(1, 2), draw(1, 2), draw(1, 2), draw(2))
    rest = [draw(2), draw(3, 2), *(draw(1, 2, 2) for _ in range(4))]
    tail = [draw(2, 4), draw(4), draw(4, 2), draw(2), draw(2, 3), draw(3)]
    network = TransformerNetwork(
        "drawn", "tl_transformer", embedding, embedding.clone(), *rest, biases, *tail
    )
    expected = sum(float((w**2).sum()) for w in (embedding, *rest, *biases, *tail))
    assert squared_weights(network) == pytest.approx(expected)


def test_groups_too_large_to_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Logits that are not held are streamed, with the same result."""
    group, mask, logits = scheduled()
    runs = 0

    def answer(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        nonlocal runs
        runs += 1
        return logits[-1][a, b]

    last = [(0, CallableNetwork(11, answer))]
    held = progress(last, group, mask)
    assert runs == 2  # once for the key irreps, once for all measures
    monkeypatch.setattr(networks, "ROWS_BUDGET", 11**3 - 1)
    streamed = progress(last, group, mask)
    assert runs > 4
    for name in ("test_loss", "restricted", "excluded", "agreement"):
        assert getattr(streamed, name) == pytest.approx(getattr(held, name))
    # what one checkpoint shows at once is in the order of similarity
    assert [group.irreps.labels[r] for r, _ in held.appeared] == ["k=2", "k=5"]
    two, five = (group.irreps.characters[group.irreps.index(f"k={k}")][group.quotients] for k in (2, 5))
    found = progress(series([(two + 3 * five)[group.table]]), group, mask)
    assert [group.irreps.labels[r] for r, _ in found.appeared] == ["k=5", "k=2"]


def test_without_key_irreps() -> None:
    """A dead network has no similarities, no key irreps, and no phase but the first."""
    group, mask, _ = scheduled()
    found = progress(series([np.zeros((11, 11, 11))] * 2), group, mask)
    assert (found.key, found.appeared) == ((), ())
    assert np.isnan(found.similarities).all()
    assert found.excluded == pytest.approx(np.log(11))
    assert (found.phases.circuit_formation, found.phases.clean_up, found.phases.over) == (None, None, None)


def test_bad_input() -> None:
    group, mask, logits = scheduled()
    with pytest.raises(InputError, match="checkpoints: there are none"):
        progress([], group, mask)
    one = series(logits)
    with pytest.raises(InputError, match="checkpoints: step 0 after step 10; increasing would be right"):
        progress([one[1], one[0]], group, mask)
    with pytest.raises(InputError, match="checkpoints: step 0 after step 0"):
        progress([one[0], one[0]], group, mask)
    with pytest.raises(InputError, match="no test pairs"):
        progress(one, group, np.ones((11, 11), dtype=bool))
    with pytest.raises(InputError, match=r"train mask: shape \[121\]"):
        progress(one, group, mask.ravel())
    with pytest.raises(InputError, match="group: of order 6; the network has 11 elements"):
        progress(one, network_group(np.asarray(cayley_table("S3"))), np.tri(6, dtype=bool))
