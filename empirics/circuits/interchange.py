"""Transformers to and from TransformerLens: its names and shapes of tensors, and the settings of its model.

The names are those of `HookedTransformer.state_dict()`, which TransformerLens 4 calls the property format and
still reads by `convert_tl_checkpoint`. Buffers (`mask`, `IGNORE`) differ between its versions and are no
weights: they are neither written nor asked for. TransformerLens is not needed to write or read files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor

from empirics.circuits.loading import network_of_state
from empirics.circuits.transformer import TransformerNetwork
from empirics.files import write_bytes
from theory.errors import InputError

__all__ = [
    "from_transformer_lens",
    "save_for_transformer_lens",
    "transformer_lens_configuration",
    "transformer_lens_model",
    "transformer_lens_state",
]

BUFFERS = ("mask", "IGNORE")
# what would change the function and that `TransformerNetwork` has no place for
FOREIGN = (
    (r"blocks\.[1-9]\d*\.", "more than one layer"),
    (r"(.*\.)?ln(\d|_final)?\.", "LayerNorm"),
    (r".*\.rotary_", "rotary positions"),
    (r".*\.W_gate$", "a gated MLP"),
    (r".*\._W_[KV]$", "grouped heads"),
)


def transformer_lens_configuration(network: TransformerNetwork) -> dict[str, Any]:
    """The arguments of `HookedTransformerConfig` for a network; logits are those of the elements alone.

    Args:
        network: with ordinary attention.

    Raises:
        InputError: its attention is interpolated with a constant, which TransformerLens has no setting for.
    """
    if network.attention_share != 1:
        raise InputError(
            f"{network.source}: attention weights are mixed with a constant (attn_coeff "
            f"{network.attention_share:g}); TransformerLens has ordinary attention only, attn_coeff 1"
        )
    heads, d, size = network.query.shape
    return {
        "n_layers": 1,
        "d_model": d,
        "n_ctx": len(network.positions),
        "d_head": size,
        "n_heads": heads,
        "d_mlp": network.mlp_in.shape[1],
        "d_vocab": network.order + (network.equals is not None),
        "d_vocab_out": network.order,
        "act_fn": "relu",
        "normalization_type": None,
        "attention_dir": "causal",
        "positional_embedding_type": "standard",
        "device": "cpu",
    }


def transformer_lens_state(network: TransformerNetwork) -> dict[str, Tensor]:
    """The weights under TransformerLens' names, biases that are zero included, in double precision.

    Args:
        network: with ordinary attention; its `=` is the last token.

    Raises:
        InputError: as `transformer_lens_configuration`.
    """
    transformer_lens_configuration(network)
    rows = [network.left] if network.equals is None else [network.left, network.equals[None]]
    found = {
        "embed.W_E": torch.cat(rows),
        "pos_embed.W_pos": network.positions,
        "blocks.0.attn.W_Q": network.query,
        "blocks.0.attn.W_K": network.key,
        "blocks.0.attn.W_V": network.value,
        "blocks.0.attn.W_O": network.attention_output,
        "blocks.0.mlp.W_in": network.mlp_in,
        "blocks.0.mlp.b_in": network.mlp_in_bias,
        "blocks.0.mlp.W_out": network.mlp_out,
        "blocks.0.mlp.b_out": network.mlp_out_bias,
        "unembed.W_U": network.unembedding,
        "unembed.b_U": network.unembedding_bias,
    }
    for name, bias in zip("QKVO", network.attention_biases, strict=True):
        found[f"blocks.0.attn.b_{name}"] = bias
    return {name: tensor.detach().clone().contiguous() for name, tensor in found.items()}


def save_for_transformer_lens(path: Path, network: TransformerNetwork) -> None:
    """Write weights and settings into one safetensors file; the settings are JSON in its metadata, `config`.

    A `HookedTransformer(HookedTransformerConfig(**config))` reads it by `load_state_dict(load_file(path),
    strict=False)`, since buffers are not in it; `load_network` reads it too.

    Args:
        path: of the file, ending in `.safetensors`.
        network: with ordinary attention.

    Raises:
        InputError: another ending, a folder that cannot be written to, or no ordinary attention.
    """
    if path.suffix != ".safetensors":
        raise InputError(f"{path}: ends in {path.suffix or 'nothing'}; .safetensors would be right")
    config = json.dumps(transformer_lens_configuration(network))
    write_bytes(path, save(transformer_lens_state(network), {"config": config}))


def from_transformer_lens(state: Mapping[str, Tensor], source: str = "TransformerLens") -> TransformerNetwork:
    """The network of a `HookedTransformer.state_dict()`: one layer, ReLU, no LayerNorm, 2 or 3 positions.

    The activation is no tensor: that it is ReLU is taken on trust.

    Args:
        state: tensors by name.
        source: for messages.

    Raises:
        InputError: tensors that a one-layer transformer without LayerNorm does not have, or that do not fit.
    """
    for pattern, meaning in FOREIGN:
        found = next((name for name in state if re.match(pattern, name)), None)
        if found is not None:
            raise InputError(
                f"{source}: {found}: {meaning}; one layer of attention and ReLU MLP alone is right"
            )
    weights = {name: tensor for name, tensor in state.items() if not name.endswith(BUFFERS)}
    network = network_of_state(weights, source, "tl_transformer")
    assert isinstance(network, TransformerNetwork)
    return network


def transformer_lens_model(network: TransformerNetwork) -> Any:
    """The same network as a model of TransformerLens, in double precision, with its hooks and cache.

    Args:
        network: with ordinary attention.

    Returns:
        a `HookedTransformer` of version 2 or 3, a native `TransformerBridge` of version 4.

    Raises:
        InputError: TransformerLens is not installed, or of a version that names weights otherwise.
    """
    try:
        library = import_module("transformer_lens")
    except ImportError as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"TransformerLens: {reason}; pip install transformer_lens is right") from None
    settings = transformer_lens_configuration(network) | {"dtype": torch.float64, "init_weights": False}
    weights = transformer_lens_state(network)
    try:
        model = library.HookedTransformer(library.HookedTransformerConfig(**settings))
    except ImportError:  # what version 4 raises for the names it has dropped
        model, weights = _native_bridge(library, settings, weights)
    missing, unexpected = model.load_state_dict(weights, strict=False)
    wrong = [*unexpected, *(name for name in missing if not name.endswith(BUFFERS))]
    if wrong:
        raise InputError(f"TransformerLens: another name for {wrong[0]}; a version in 2..4 is right")
    return model


def _native_bridge(
    library: Any, settings: dict[str, Any], weights: dict[str, Tensor]
) -> tuple[Any, dict[str, Tensor]]:
    """A `TransformerBridge` with weights of its own, and ours under its names."""
    native = import_module("transformer_lens.model_bridge.sources.native")
    convert = import_module("transformer_lens.utilities.tl_checkpoint_conversion").convert_tl_checkpoint
    config = library.TransformerBridgeConfig(**settings, architecture="TransformerLensNative")
    return native.boot(config).double(), convert(weights, config)
