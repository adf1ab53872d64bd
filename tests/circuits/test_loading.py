"""Foreign checkpoints are read to the published losses, and refused in one line when they are damaged."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from checkpoints import CHUGHTAI, checkpoint

from empirics.circuits.loading import load_network
from empirics.circuits.networks import CallableNetwork
from empirics.circuits.transformer import TransformerNetwork
from theory.errors import InputError

# shared/data/README.md
LOSSES = {
    "low_precision": 2.88805e-03,
    "no_wd": 1.11123e-07,
    "S5_MLP_seed1": 1.96804e-05,
    "S5_MLP_seed4": 2.03367e-06,
    "S5_T_seed1": 1.25837e-07,
    "C113_MLP_seed1": 2.05262e-05,
    "D61_MLP_seed1": 1.67753e-05,
}


def _pair_losses(logits: np.ndarray, table: np.ndarray) -> np.ndarray:
    highest = logits.max(-1, keepdims=True)
    log_sum = np.log(np.exp(logits - highest).sum(-1)) + highest[..., 0]
    return log_sum - np.take_along_axis(logits, table[..., None], 2)[..., 0]


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", LOSSES)
def test_losses(data: Path, name: str) -> None:
    found = checkpoint(data, name)
    loss = _pair_losses(found.logits, found.group.table).mean()
    assert loss == pytest.approx(LOSSES[name], rel=1e-4 / 2)


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", CHUGHTAI)
def test_losses_on_the_split(data: Path, name: str) -> None:
    found = checkpoint(data, name)
    settings = json.loads((found.path.parent / "cfg.json").read_text())
    summary = json.loads((found.path.parent / "summary_metrics.json").read_text())
    pairs = found.network.order**2
    generator = torch.Generator().manual_seed(settings["seed"])
    order = torch.randperm(pairs, generator=generator).numpy()
    losses = _pair_losses(found.logits, found.group.table).ravel()
    cut = int(settings["frac_train"] * pairs)
    assert losses[order[:cut]].mean() == pytest.approx(summary["train_loss"], rel=1e-5)
    assert losses[order[cut:]].mean() == pytest.approx(summary["test_loss"], rel=1e-5)


def _state(n: int = 5, seed: int = 0) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    shapes = {"W_x": (n, 6), "W_y": (n, 6), "W": (12, 4), "W_U": (4, n)}
    return {name: torch.randn(shape, generator=generator) for name, shape in shapes.items()}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"W_y": torch.zeros(4, 6)}, r"W_y has shape \[4, 6\], not \[5, 6\]"),
        ({"W_U": torch.full((4, 5), torch.nan)}, "W_U holds NaN"),
        ({"W": torch.zeros(11, 4)}, r"W has shape \[11, 4\], not \[12, any\]"),
    ],
)
def test_damaged_states(change: dict[str, torch.Tensor], message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_network(_state() | change)


def test_unknown_layout_names_what_is_there() -> None:
    with pytest.raises(InputError, match=r"none of the known layouts .* it holds foo"):
        load_network({"foo": torch.zeros(2)})


def test_lfs_pointer(tmp_path: Path) -> None:
    pointer = tmp_path / "model.pt"
    pointer.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 552927\n")
    with pytest.raises(InputError, match="git-lfs pointer"):
        load_network(pointer)


def test_pickle_with_code_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    torch.save({"hook": Path("x"), "W_x": torch.zeros(2, 2)}, path)
    with pytest.raises(InputError, match="needs code to run, which is refused"):
        load_network(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "neither a file of torch.save nor named .safetensors"),
        (b"not a zip", "neither a file of torch.save nor named .safetensors"),
        (b"PK\x03\x04" + b"0" * 90, "a damaged file of torch.save"),
        (b"\x80\x02" + b"0" * 90, "a damaged file of torch.save"),
        (b"\x80\x02]q\x00.", "a damaged file of torch.save"),
    ],
)
def test_damaged_files(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"model\.pt: not a checkpoint: {message}"):
        load_network(path)


def test_legacy_pickles_are_read(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    torch.save(_state(), path, _use_new_zipfile_serialization=False)
    assert np.array_equal(load_network(path).logits(), load_network(_state()).logits())


def test_half_precision_is_upcast() -> None:
    state = {name: value.half() for name, value in _state().items()}
    network = load_network(state)
    assert network.left.dtype == torch.float64
    assert network.logits().shape == (5, 5, 5)


def test_rows_are_rows() -> None:
    network = load_network(_state())
    assert np.array_equal(network.logits(slice(1, 3)), network.logits()[1:3])
    assert np.array_equal(network.hidden(slice(4, 5)), network.hidden()[4:5])


def test_one_hot_perceptron_is_the_linear_layer() -> None:
    n, m = 4, 3
    torch.manual_seed(1)
    model = torch.nn.Sequential(torch.nn.Linear(2 * n, m), torch.nn.ReLU(), torch.nn.Linear(m, n)).double()
    network = load_network(model.state_dict())
    inputs = torch.zeros(n, n, 2 * n, dtype=torch.float64)
    for a in range(n):
        inputs[a, :, a] = 1
        inputs[:, a, n + a] = 1
    assert np.allclose(network.logits(), model(inputs).detach().numpy(), atol=1e-12)


@pytest.mark.requires("data")
@pytest.mark.parametrize("run", ["p99zdpze5l", "l8k1hzciux"])
def test_interpolated_attention(data: Path, run: str) -> None:
    network = load_network(data / "pizza" / run / "model.pt")
    assert isinstance(network, TransformerNetwork)
    n = network.order
    assert np.array_equal(network.logits().argmax(-1), np.add.outer(np.arange(n), np.arange(n)) % n)


def test_callable_of_the_wrong_shape() -> None:
    network = CallableNetwork(3, lambda a, b: np.zeros((len(a), 4)))
    with pytest.raises(InputError, match="returns 4 logits an input, not 3"):
        network.logits()
