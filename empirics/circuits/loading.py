"""Checkpoints of other people: the layout is recognised by names and shapes, and nothing in them is run."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import Tensor

from empirics.circuits.bilinear import BilinearNetwork
from empirics.circuits.networks import WeightNetwork
from empirics.circuits.perceptrons import OneHotPerceptron, SharedHiddenPerceptron
from empirics.circuits.transformer import TransformerNetwork
from theory.errors import InputError, LimitError, UnknownNameError

__all__ = ["LAYOUTS", "load_network", "network_of_state", "read_state"]

SIZE_LIMIT = 2**30  # bytes of a checkpoint
ORDER_LIMIT = 5_000
LFS = b"version https://git-lfs"
TORCH = (b"PK\x03\x04", b"\x80\x02")  # how files of torch.save begin: archives, and pickles before torch 1.6
LAYOUTS = (
    "chughtai_mlp",
    "onehot_mlp",
    "nanda_transformer",
    "tl_transformer",
    "bilinear",
    "gammastar",
)
NESTS = ("model", "state_dict", "model_state_dict")

# what tells a layout: names that only it has
_SIGNS = {
    "chughtai_mlp": {"W_x", "W_y", "W", "W_U"},
    "onehot_mlp": {"W_in", "W_out"},
    "bilinear": {"left_embedding", "right_embedding", "readout"},
    "gammastar": {"input_weights", "output_weights"},
    "tl_transformer": {"embed.W_E", "blocks.0.attn.W_Q", "unembed.W_U"},
}
# torch's Linear names for the two-layer network on one-hot inputs
_LINEAR_NAMES = (("fc1", "fc2"), ("layer1", "layer2"), ("linear1", "linear2"), ("0", "2"))


def load_network(
    source: str | Path | Mapping[str, Tensor],
    layout: str | None = None,
    config: Mapping[str, Any] | None = None,
) -> WeightNetwork:
    """A trained network from a checkpoint or a dictionary of tensors.

    Args:
        source: a file of `torch.save` or safetensors, or named tensors.
        layout: one of `LAYOUTS`; None to recognise it.
        config: what tensors do not say: `attn_coeff` of the networks of arXiv:2306.17844, `activation` of
            those of `gammastar train`. By default the file `config.json` or `cfg.json` beside the checkpoint.

    Raises:
        InputError: no checkpoint, or tensors that do not fit together; the message names the tensor.
        LimitError: too large.
    """
    if isinstance(source, Mapping):
        return network_of_state(source, "state", layout, config or {})
    path = Path(source)
    if config is None:
        config = _config_beside(path)
    return network_of_state(read_state(path), str(path), layout, config)


def read_state(path: Path) -> dict[str, Tensor]:
    """The tensors of a checkpoint, by name.

    Raises:
        InputError: missing, a git-lfs pointer, a pickle that needs code, or without tensors.
        LimitError: larger than 1 GiB.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(64)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    if size > SIZE_LIMIT:
        raise LimitError(f"{path}: {size:,} bytes; the limit for a checkpoint is {SIZE_LIMIT:,}")
    if head.startswith(LFS):
        raise InputError(
            f"{path}: a git-lfs pointer, not the checkpoint itself; fetch it with `git lfs pull`"
        )
    if path.suffix == ".safetensors":
        found = _safetensors(path)
    elif head.startswith(TORCH):
        found = _torch(path)
    else:
        raise InputError(f"{path}: not a checkpoint: neither a file of torch.save nor named .safetensors")
    for name in NESTS:
        if isinstance(found, Mapping) and isinstance(found.get(name), Mapping):
            found = found[name]
    tensors = {str(name): value for name, value in found.items() if isinstance(value, Tensor)}
    if not tensors:
        raise InputError(f"{path}: holds no named tensors; a state dict of one network would be right")
    return tensors


def _safetensors(path: Path) -> Mapping[str, Any]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise InputError(f"{path}: not a safetensors file: {_first_line(error)}") from None


def _torch(path: Path) -> Mapping[str, Any]:
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises whatever a damaged archive makes its parser raise
        if isinstance(error, UnpicklingError) and re.search("GLOBAL|Unsupported class", str(error)):
            raise InputError(
                f"{path}: a pickle that needs code to run, which is refused; save `model.state_dict()` alone"
            ) from None
        raise InputError(f"{path}: not a checkpoint: a damaged file of torch.save") from None
    if not isinstance(found, Mapping):
        raise InputError(
            f"{path}: holds a {type(found).__name__}; a dictionary of named tensors would be right"
        )
    return found


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:160]


def _config_beside(path: Path) -> dict[str, Any]:
    for name in ("config.json", "cfg.json"):
        beside = path.parent / name
        if beside.is_file() and beside.stat().st_size < 2**20:
            try:
                found = json.loads(beside.read_text(encoding="utf-8"))
            except ValueError:
                continue  # a file of that name that is not ours to judge
            return found if isinstance(found, dict) else {}
    return {}


def network_of_state(
    state: Mapping[str, Tensor],
    source: str,
    layout: str | None = None,
    config: Mapping[str, Any] | None = None,
) -> WeightNetwork:
    """The network of named tensors; see `load_network`."""
    if layout is not None and layout not in LAYOUTS:
        raise UnknownNameError(f"layout {layout!r}: known are {', '.join(LAYOUTS)}")
    reader = _Reader(_linear_names(state), source)
    kind = layout or _recognise(reader)
    if kind == "chughtai_mlp":
        return _shared_hidden(reader)
    if kind == "onehot_mlp":
        return _one_hot(reader)
    if kind == "bilinear":
        return _bilinear(reader)
    if kind == "gammastar":
        return _own(reader, (config or {}).get("activation", "power"))
    share = (config or {}).get("attn_coeff", 1)
    if not isinstance(share, int | float) or not 0 <= share <= 1:
        raise InputError(
            f"{source}: attn_coeff is {share!r} in its configuration; a number in 0..1 would be right"
        )
    return _transformer(reader, kind, float(share))


def _linear_names(state: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    for first, second in _LINEAR_NAMES:
        if f"{first}.weight" in state and f"{second}.weight" in state:
            renamed = {
                "W_in": state[f"{first}.weight"],
                "b_in": state.get(f"{first}.bias"),
                "W_out": state[f"{second}.weight"],
                "b_out": state.get(f"{second}.bias"),
            }
            return {name: value for name, value in renamed.items() if value is not None}
    return state


class _Reader:
    """Tensors by name, each checked when it is taken: its dimensions agree, its numbers are finite."""

    def __init__(self, state: Mapping[str, Tensor], source: str) -> None:
        self.state, self.source = state, source

    def take(self, name: str, shape: tuple[int | None, ...], meaning: str) -> Tensor:
        """A tensor in double precision; None in `shape` is any number."""
        if name not in self.state:
            raise InputError(f"{self.source}: no tensor {name} ({meaning}); it holds {self._names()}")
        value = self.state[name]
        fits = value.dim() == len(shape) and all(
            want is None or want == size for want, size in zip(shape, value.shape, strict=True)
        )
        if not fits:
            wanted = ", ".join("any" if want is None else str(want) for want in shape)
            raise InputError(
                f"{self.source}: {name} has shape {list(value.shape)}, not [{wanted}] ({meaning})"
            )
        if not (value.is_floating_point() and torch.isfinite(value).all()):
            raise InputError(f"{self.source}: {name} holds NaN or infinite values, or no real numbers")
        return value.detach().double()

    def matrix(self, name: str, shape: tuple[int, int], transposed: bool, meaning: str) -> Tensor:
        """A matrix of this shape that may be stored transposed."""
        if not transposed:
            return self.take(name, shape, meaning)
        return self.take(name, shape[::-1], meaning).t().contiguous()

    def optional(self, name: str, shape: tuple[int, ...], meaning: str) -> Tensor:
        """A tensor, zeros if there is none."""
        if name not in self.state:
            return torch.zeros(shape, dtype=torch.float64)
        return self.take(name, shape, meaning)

    def _names(self) -> str:
        names = sorted(self.state)
        return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def _recognise(reader: _Reader) -> str:
    for kind, names in _SIGNS.items():
        if names <= set(reader.state):
            if kind == "tl_transformer" and reader.state["blocks.0.attn.W_O"].dim() == 2:
                return "nanda_transformer"
            return kind
    raise InputError(
        f"{reader.source}: none of the known layouts ({', '.join(LAYOUTS)}): it holds {reader._names()}; "
        "wrap the network as a callable in Python otherwise"
    )


def _check_order(order: int, source: str) -> None:
    if order < 1:
        raise InputError(f"{source}: a network on no elements")
    if order > ORDER_LIMIT:
        raise LimitError(f"{source}: {order:,} elements; the limit is {ORDER_LIMIT:,}")


def _shared_hidden(reader: _Reader) -> SharedHiddenPerceptron:
    left = reader.take("W_x", (None, None), "[n, e]")
    n, e = left.shape
    _check_order(n, reader.source)
    right = reader.take("W_y", (n, e), "[n, e] as W_x")
    hidden = reader.take("W", (2 * e, None), "[2e, m]")
    output = reader.take("W_U", (hidden.shape[1], n), "[m, n]")
    return SharedHiddenPerceptron(reader.source, left, right, hidden, output)


def _one_hot(reader: _Reader) -> OneHotPerceptron:
    output = reader.take("W_out", (None, None), "[n, m]")
    n, m = output.shape
    _check_order(n, reader.source)
    inner = reader.take("W_in", (m, 2 * n), "[m, 2n]")
    return OneHotPerceptron(
        reader.source,
        inner[:, :n].T.contiguous(),
        inner[:, n:].T.contiguous(),
        output.T.contiguous(),
        reader.optional("b_out", (n,), "[n]"),
        reader.optional("b_in", (m,), "[m]"),
    )


def _bilinear(reader: _Reader) -> BilinearNetwork:
    left = reader.take("left_embedding", (None, None), "[n, m]")
    n, m = left.shape
    _check_order(n, reader.source)
    right = reader.take("right_embedding", (n, m), "[n, m]")
    return BilinearNetwork(reader.source, left, right, reader.take("readout", (m, n), "[m, n]"))


def _own(reader: _Reader, activation: object) -> OneHotPerceptron:
    """The first network of a run of `gammastar train` with two factors."""
    inner = reader.take("input_weights", (None, 2, None, None), "[networks, 2 factors, m, n]")
    _, _, m, n = inner.shape
    _check_order(n, reader.source)
    outer = reader.take("output_weights", (len(inner), m, n), "[networks, m, n]")
    if activation not in ("power", "relu"):
        raise InputError(f"{reader.source}: activation {activation!r} in config.json; power or relu is right")
    left, right = (inner[0, factor].t().contiguous() for factor in (0, 1))
    zeros = torch.zeros(n, dtype=torch.float64), torch.zeros(m, dtype=torch.float64)
    return OneHotPerceptron(
        reader.source, left, right, outer[0], *zeros,
        activation="square" if activation == "power" else "relu", layout="gammastar",
    )  # fmt: skip


def _transformer(reader: _Reader, kind: str, share: float) -> TransformerNetwork:
    transposed = kind == "nanda_transformer"
    embedding = reader.take("embed.W_E", (None, None), "the embedding")
    embedding = embedding.T if transposed else embedding
    vocabulary, d = embedding.shape
    positions = reader.take("pos_embed.W_pos", (None, d), "[positions, d_model]")
    if len(positions) not in (2, 3):
        raise InputError(
            f"{reader.source}: {len(positions)} positions; a, b and at most one = would be right"
        )
    n = vocabulary - (len(positions) == 3)
    _check_order(n, reader.source)
    parts = [_heads(reader, name, d, transposed) for name in "QKV"]
    heads, size = parts[0].shape[0], parts[0].shape[2]
    if transposed:
        # heads are stacked in the columns of W_O
        flat = reader.take("blocks.0.attn.W_O", (d, heads * size), "[d_model, heads d_head]")
        output = flat.T.reshape(heads, size, d)
    else:
        output = reader.take("blocks.0.attn.W_O", (heads, size, d), "[heads, d_head, d_model]")
    unembedding = reader.take("unembed.W_U", (d, None), "[d_model, vocabulary]")
    if unembedding.shape[1] not in (n, vocabulary):
        raise InputError(
            f"{reader.source}: unembed.W_U reads {unembedding.shape[1]} logits out, {n} elements are embedded"
        )
    width = reader.take("blocks.0.mlp.b_in", (None,), "[d_mlp]")
    m = len(width)
    return TransformerNetwork(
        source=reader.source,
        layout=kind,
        left=embedding[:n].contiguous(),
        right=embedding[:n].clone(),
        equals=embedding[n] if len(positions) == 3 else None,
        positions=positions,
        query=parts[0],
        key=parts[1],
        value=parts[2],
        attention_output=output,
        attention_biases=(
            *(reader.optional(f"blocks.0.attn.b_{name}", (heads, size), "a bias") for name in "QKV"),
            reader.optional("blocks.0.attn.b_O", (d,), "a bias"),
        ),  # type: ignore[arg-type]
        mlp_in=reader.matrix("blocks.0.mlp.W_in", (d, m), transposed, "into the MLP"),
        mlp_in_bias=width,
        mlp_out=reader.matrix("blocks.0.mlp.W_out", (m, d), transposed, "out of the MLP"),
        mlp_out_bias=reader.take("blocks.0.mlp.b_out", (d,), "[d_model]"),
        unembedding=unembedding[:, :n].contiguous(),
        unembedding_bias=reader.optional("unembed.b_U", (unembedding.shape[1],), "a bias")[:n],
        attention_share=share,
    )


def _heads(reader: _Reader, name: str, d: int, transposed: bool) -> Tensor:
    """`W_Q`, `W_K` or `W_V` as `[heads, d_model, d_head]`."""
    shape = (None, None, d) if transposed else (None, d, None)
    found = reader.take(f"blocks.0.attn.W_{name}", shape, "by head")
    return found.transpose(1, 2).contiguous() if transposed else found
