"""Transformers go to TransformerLens and come back; where it is installed, its own model agrees with ours."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from checkpoints import checkpoint
from safetensors import safe_open
from safetensors.torch import load_file

from empirics.circuits.architectures import Transformer
from empirics.circuits.interchange import (
    from_transformer_lens,
    save_for_transformer_lens,
    transformer_lens_configuration,
    transformer_lens_model,
    transformer_lens_state,
)
from empirics.circuits.loading import load_network, network_of_state
from empirics.circuits.transformer import TransformerNetwork
from theory.errors import InputError

# names and shapes that HookedTransformer of TransformerLens 3.9 has for n_layers 1, d_model 8, n_heads 2,
# d_head 4, d_mlp 12, d_vocab 6, d_vocab_out 5, n_ctx 3, normalization_type None; without mask and IGNORE
HOOKED = {
    "embed.W_E": (6, 8),
    "pos_embed.W_pos": (3, 8),
    "blocks.0.attn.W_Q": (2, 8, 4),
    "blocks.0.attn.W_O": (2, 4, 8),
    "blocks.0.attn.b_Q": (2, 4),
    "blocks.0.attn.b_O": (8,),
    "blocks.0.attn.W_K": (2, 8, 4),
    "blocks.0.attn.W_V": (2, 8, 4),
    "blocks.0.attn.b_K": (2, 4),
    "blocks.0.attn.b_V": (2, 4),
    "blocks.0.mlp.W_in": (8, 12),
    "blocks.0.mlp.b_in": (12,),
    "blocks.0.mlp.W_out": (12, 8),
    "blocks.0.mlp.b_out": (8,),
    "unembed.W_U": (8, 5),
    "unembed.b_U": (5,),
}


def biased(seed: int = 0, positions: int = 3) -> TransformerNetwork:
    """On 5 elements, with every bias that a layout has."""
    generator = torch.Generator().manual_seed(seed)
    shapes = HOOKED if positions == 3 else {**HOOKED, "embed.W_E": (5, 8), "pos_embed.W_pos": (2, 8)}
    state = {name: torch.randn(shape, generator=generator) for name, shape in shapes.items()}
    network = load_network(state)
    assert isinstance(network, TransformerNetwork)
    return network


def test_names_and_shapes_are_those_of_hooked_transformer() -> None:
    found = transformer_lens_state(biased())
    assert {name: tuple(tensor.shape) for name, tensor in found.items()} == HOOKED


@pytest.mark.parametrize("positions", [2, 3])
def test_there_and_back(positions: int, tmp_path: Path) -> None:
    network = biased(1, positions)
    back = from_transformer_lens(transformer_lens_state(network))
    assert np.array_equal(back.logits(), network.logits())
    path = tmp_path / "model.safetensors"
    save_for_transformer_lens(path, network)
    assert np.array_equal(load_network(path).logits(), network.logits())
    with safe_open(path, "pt") as file:
        config = json.loads(file.metadata()["config"])
    assert config == transformer_lens_configuration(network)
    assert (config["d_vocab"], config["d_vocab_out"], config["n_ctx"]) == (3 + positions, 5, positions)


def test_export_is_a_copy() -> None:
    network = biased()
    before = network.logits()
    for tensor in transformer_lens_state(network).values():
        tensor.zero_()
    assert np.array_equal(network.logits(), before)


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", ["S5_T_seed1", "low_precision"])
def test_trained_networks_there_and_back(data: Path, name: str) -> None:
    """The second is stored in another layout, with a logit of `=` that is dropped."""
    network = checkpoint(data, name).network
    assert isinstance(network, TransformerNetwork)
    back = from_transformer_lens(transformer_lens_state(network))
    assert np.array_equal(back.logits(slice(0, 3)), network.logits(slice(0, 3)))


def test_buffers_of_any_version_are_passed_over() -> None:
    state = transformer_lens_state(biased())
    for mask in (torch.ones(3, 3, dtype=torch.bool).tril(), torch.zeros(0, 0, dtype=torch.bool)):
        buffers = {"blocks.0.attn.mask": mask, "blocks.0.attn.IGNORE": torch.tensor(-torch.inf)}
        found = from_transformer_lens({**state, **buffers})
        assert np.array_equal(found.logits(), biased().logits())


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("blocks.1.attn.W_Q", "more than one layer"),
        ("blocks.12.mlp.b_in", "more than one layer"),
        ("blocks.0.ln1.w", "LayerNorm"),
        ("ln_final.b", "LayerNorm"),
        ("blocks.0.attn.rotary_sin", "rotary positions"),
        ("blocks.0.mlp.W_gate", "a gated MLP"),
        ("blocks.0.attn._W_K", "grouped heads"),
    ],
)
def test_what_we_have_no_place_for_is_refused(name: str, meaning: str) -> None:
    state = {**transformer_lens_state(biased()), name: torch.zeros(1)}
    with pytest.raises(InputError, match=rf"^model: {name}: {meaning}; one layer .* is right$"):
        from_transformer_lens(state, "model")


def test_bad_exports(tmp_path: Path) -> None:
    mixed = replace(biased(), attention_share=0.5)
    with pytest.raises(InputError, match=r"attn_coeff 0\.5\); TransformerLens has ordinary attention only"):
        transformer_lens_state(mixed)
    with pytest.raises(InputError, match=r"ends in \.pt; \.safetensors would be right"):
        save_for_transformer_lens(tmp_path / "model.pt", biased())
    state = transformer_lens_state(biased())
    del state["blocks.0.mlp.W_in"]
    with pytest.raises(InputError, match=r"no tensor blocks\.0\.mlp\.W_in"):
        from_transformer_lens(state)


def test_without_the_library() -> None:
    try:
        import transformer_lens  # noqa: F401
    except ImportError:
        with pytest.raises(InputError, match="pip install transformer_lens is right"):
            transformer_lens_model(biased())
    else:
        assert transformer_lens_model(biased()).cfg.d_vocab_out == 5


def agrees(network: TransformerNetwork) -> None:
    n = network.order
    tokens = torch.cartesian_prod(torch.arange(n), torch.arange(n))
    if network.equals is not None:
        tokens = torch.cat([tokens, torch.full((n * n, 1), n)], 1)
    with torch.no_grad():
        logits, cache = transformer_lens_model(network).run_with_cache(tokens)
    ours, hidden = network.logits(), network.hidden()
    scale = np.abs(ours).max()
    assert np.abs(logits[:, -1].view(n, n, n).numpy() - ours).max() < 1e-12 * scale
    active = cache["blocks.0.mlp.hook_post"][:, -1].view(n, n, -1).numpy()
    assert np.abs(active - hidden).max() < 1e-12 * np.abs(hidden).max()


MISSING = "transformer_lens is an optional extra (pip install transformer_lens)"


@pytest.mark.parametrize("positions", [2, 3])
def test_transformer_lens_has_the_same_logits(positions: int) -> None:
    pytest.importorskip("transformer_lens", reason=MISSING)
    agrees(biased(2, positions))


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", ["S5_T_seed1", "no_wd"])
def test_transformer_lens_on_trained_networks(data: Path, name: str) -> None:
    pytest.importorskip("transformer_lens", reason=MISSING)
    network = checkpoint(data, name).network
    assert isinstance(network, TransformerNetwork)
    agrees(network)


def test_our_own_transformer_is_exported() -> None:
    """Biases that it does not have are written as zeros."""
    architecture = Transformer(12, 8, 2)
    weights = architecture.initial(5, torch.Generator().manual_seed(4))
    network = network_of_state(weights, "run")
    assert isinstance(network, TransformerNetwork)
    found = transformer_lens_state(network)
    assert {name: tuple(tensor.shape) for name, tensor in found.items()} == HOOKED
    for name in set(HOOKED) - set(weights):
        assert not found[name].any()
    for name, tensor in weights.items():
        assert torch.equal(found[name], tensor.double())


def test_file_is_read_by_safetensors(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_for_transformer_lens(path, biased(3))
    tensors = load_file(path)
    assert set(tensors) == set(HOOKED)
    assert all(tensor.dtype == torch.float64 for tensor in tensors.values())
