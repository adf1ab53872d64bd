"""Intermediates by name: each by hand from the weights, replacements, and the three ablations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from random_networks import random_perceptron
from tables import cayley_table

from empirics.circuits.architectures import Transformer
from empirics.circuits.intermediates import ablate, intermediates, run_with
from empirics.circuits.loading import network_of_state
from empirics.circuits.losses import network_loss
from empirics.circuits.networks import WeightNetwork
from empirics.circuits.transformer import TransformerNetwork
from theory.errors import InputError

FIRST, SECOND = np.repeat(np.arange(6), 6), np.tile(np.arange(6), 6)


def made(shapes: dict[str, tuple[int, ...]], seed: int) -> WeightNetwork:
    generator = torch.Generator().manual_seed(seed)
    return network_of_state(
        {name: torch.randn(shape, generator=generator) for name, shape in shapes.items()}, "test"
    )


def transformer() -> TransformerNetwork:
    network = made(Transformer(neurons=12, model_width=8, heads=2).shapes(6), 3)
    assert isinstance(network, TransformerNetwork)
    return network


def bilinear() -> WeightNetwork:
    return made({"left_embedding": (6, 5), "right_embedding": (6, 5), "readout": (5, 6)}, 4)


def one_hot() -> WeightNetwork:
    return made({"W_in": (5, 12), "b_in": (5,), "W_out": (6, 5), "b_out": (6,)}, 5)


NETWORKS = [transformer(), bilinear(), one_hot(), random_perceptron(6, 8, 5, 3)]


@pytest.mark.parametrize("network", NETWORKS, ids=lambda one: one.layout)
def test_every_name_is_shown_and_in_order(network: WeightNetwork) -> None:
    seen: list[str] = []

    def note(name: str, value: torch.Tensor) -> torch.Tensor:
        seen.append(name)
        return value

    network.forward(network.left, network.right, note)
    assert tuple(seen) == network.intermediates
    found = intermediates(network, FIRST, SECOND)
    assert tuple(found) == network.intermediates
    assert np.array_equal(found["logits"].reshape(6, 6, 6), network.logits())
    assert np.array_equal(found["hidden"].reshape(6, 6, -1), network.hidden())


def test_sums_of_perceptrons_are_their_summands() -> None:
    for network in (one_hot(), random_perceptron(6, 8, 5, 3)):
        found = intermediates(network, FIRST, SECOND, ("from_left", "from_right", "sums"))
        left, right = network.pre_activations  # type: ignore[attr-defined]
        assert np.allclose(found["from_left"], left[FIRST])
        assert np.allclose(found["from_right"], right[SECOND])
        assert np.allclose(found["sums"], left[FIRST] + right[SECOND])


def test_the_stream_of_a_transformer_adds_up() -> None:
    """With numpy, from the parts: what each line of the residual stream is made of."""
    network = transformer()
    found = intermediates(network, FIRST, SECOND)
    tokens = np.stack([FIRST, SECOND, np.full(36, 6)], 1)
    embedding = np.concatenate([network.left.numpy(), network.equals[None].numpy()])  # type: ignore[index]
    embedded = embedding[tokens] + network.positions.numpy()
    assert np.allclose(found["embedded"], embedded)
    assert np.allclose(found["pattern"].sum(-1), 1)
    weights = np.exp(found["scores"])
    assert np.allclose(found["pattern"], weights / weights.sum(-1, keepdims=True))
    mixed = sum(
        found["pattern"][:, :, place, None]
        * np.einsum("xd,hde->xhe", embedded[:, place], network.value.numpy())
        for place in range(3)
    )
    assert np.allclose(found["mixed"], mixed)
    assert np.allclose(found["residual_middle"], embedded[:, -1] + found["attention"])
    assert np.allclose(found["hidden"], np.maximum(found["sums"], 0))
    assert np.allclose(found["residual"], found["residual_middle"] + found["mlp"])
    assert np.allclose(found["logits"], found["residual"] @ network.unembedding.numpy())


def test_patching_from_another_pair() -> None:
    """With everything that reads the pair put in from elsewhere, the answer is the one given there."""
    network = transformer()
    there = intermediates(network, FIRST[::-1], SECOND[::-1])
    patched = run_with(network, FIRST, SECOND, {"residual_middle": lambda _: there["residual_middle"]})
    assert np.allclose(patched, there["logits"])
    assert not np.allclose(patched, network.logits().reshape(36, 6))
    same = run_with(network, FIRST, SECOND, {"hidden": lambda value: value})
    assert np.array_equal(same, network.logits().reshape(36, 6))


@pytest.mark.parametrize("chunk", [1, 2**25])
@pytest.mark.parametrize("network", NETWORKS, ids=lambda one: one.layout)
def test_ablations_of_neurons_by_hand(
    network: WeightNetwork, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Logits are linear in activations, so that each ablation is a difference of logits."""
    monkeypatch.setattr("empirics.circuits.intermediates.ROWS_BUDGET", chunk)
    table, chosen = np.array(cayley_table("S3")), [0, 3]
    hidden, logits = network.hidden(), network.logits()
    out = network.output_map[chosen]

    def loss(put_in: np.ndarray) -> float:
        changed = logits + (put_in - hidden[:, :, chosen]) @ out
        scores = torch.from_numpy(changed).flatten(0, 1)
        return torch.nn.functional.cross_entropy(scores, torch.from_numpy(table).flatten()).item()

    mean = hidden[:, :, chosen].mean((0, 1))
    part = (chosen,)
    assert ablate(network, table, "hidden", "mean", part).loss == pytest.approx(loss(mean))
    assert ablate(network, table, "hidden", "zero", part).loss == pytest.approx(loss(np.zeros(2)))
    found = ablate(network, table, "hidden", "resample", part, np.random.default_rng(7), draws=3)
    generator = np.random.default_rng(7)
    expected = []
    for _ in range(3):
        order = np.ix_(generator.permutation(6), generator.permutation(6))
        expected.append(loss(hidden[order][:, :, chosen]))
    assert found.losses == pytest.approx(expected)
    assert found.loss == pytest.approx(np.mean(expected))


def test_ablating_heads() -> None:
    network, table = transformer(), np.array(cayley_table("S3"))
    without = replace(
        network, attention_output=network.attention_output * torch.tensor([0.0, 1.0])[:, None, None]
    )
    assert ablate(network, table, "mixed", "zero", (0,)).loss == pytest.approx(network_loss(without, table))
    everything = ablate(network, table, "logits", "mean")
    assert everything.accuracy == pytest.approx(1 / 6)  # one answer for all pairs is right in a sixth


def test_bad_input() -> None:
    network, table = transformer(), np.array(cayley_table("S3"))
    with pytest.raises(InputError, match="intermediate 'hiden': a network in the layout tl_transformer has"):
        intermediates(network, FIRST, SECOND, ("hiden",))
    with pytest.raises(InputError, match="intermediate 'pre'"):
        run_with(network, FIRST, SECOND, {"pre": lambda value: value})
    with pytest.raises(InputError, match=r"hidden: a replacement of shape \[3\]; \[36, 12\] would be right"):
        run_with(network, FIRST, SECOND, {"hidden": lambda _: np.zeros(3)})
    with pytest.raises(InputError, match=r"elements are numbers in 0\.\.5"):
        intermediates(network, np.array([6]), np.array([0]))
    with pytest.raises(InputError, match="ablation 'median': known are mean, zero, resample"):
        ablate(network, table, "hidden", "median")
    with pytest.raises(InputError, match="a generator and at least one draw"):
        ablate(network, table, "hidden", "resample")
    with pytest.raises(InputError, match=r"mixed: no part \(2,\); an index into \[2, 4\] would be right"):
        ablate(network, table, "mixed", "zero", (2,))
