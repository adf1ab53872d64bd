"""Our own training runs: the same bits again, after kills too; files that load; networks that learn."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from empirics.circuits import training
from empirics.circuits.bilinear import BilinearNetwork
from empirics.circuits.losses import split_torch
from empirics.circuits.optimisation import Optimisation
from empirics.circuits.perceptrons import OneHotPerceptron
from empirics.circuits.recipes import Configuration, configuration_of, configure, differences
from empirics.circuits.training import checkpoint_steps, train
from empirics.circuits.training_record import TrainingRecord, load_record
from empirics.circuits.transformer import TransformerNetwork
from empirics.tasks import group_task
from empirics.trainer import DivergenceError
from theory.errors import InputError, LimitError

ARCHITECTURES = ("transformer", "onehot_mlp", "bilinear")
SMALL: dict[str, dict[str, Any]] = {
    "transformer": {"model_width": 8, "heads": 2, "neurons": 12, "fraction": 0.5},
    "onehot_mlp": {"neurons": 10, "batch": 7, "fraction": 0.6},
    "bilinear": {"neurons": 9, "fraction": 0.5, "batch": 5},
}


def small(architecture: str, steps: int = 40, group: str = "S3", **changes: Any) -> Configuration:
    settings = {**SMALL[architecture], "steps": steps, "checkpoints": 8, **changes}
    return configure(architecture, group, **settings)  # type: ignore[arg-type]


def weights_of(record: TrainingRecord) -> dict[int, bytes]:
    return {step: record.checkpoint(step).read_bytes() for step in record.steps}


def measured(record: TrainingRecord) -> list[dict[str, float]]:
    return [
        {name: value for name, value in asdict(one).items() if name != "seconds"}
        for one in record.measurements
    ]


def softmax(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max())
    return raised / raised.sum()


def naive_transformer(state: dict[str, np.ndarray], a: int, b: int) -> np.ndarray:
    """One input, every position, every head, as the definition of causal attention reads."""
    n = len(state["embed.W_E"]) - 1
    stream = [state["embed.W_E"][token] + state["pos_embed.W_pos"][at] for at, token in enumerate((a, b, n))]
    after = []
    for at in range(3):
        out = stream[at].copy()
        for query, key, value, output in zip(
            *(state[f"blocks.0.attn.W_{name}"] for name in "QKVO"), strict=True
        ):
            asked = stream[at] @ query
            scores = np.array([asked @ (stream[seen] @ key) for seen in range(at + 1)])
            shares = softmax(scores / np.sqrt(query.shape[1]))
            mixed = sum(share * (stream[seen] @ value) for seen, share in enumerate(shares))
            out += mixed @ output
        active = np.maximum(out @ state["blocks.0.mlp.W_in"] + state["blocks.0.mlp.b_in"], 0)
        after.append(out + active @ state["blocks.0.mlp.W_out"] + state["blocks.0.mlp.b_out"])
    return after[-1] @ state["unembed.W_U"]


def naive_one_hot(state: dict[str, np.ndarray], a: int, b: int) -> np.ndarray:
    n = len(state["W_out"])
    inputs = np.zeros(2 * n)
    inputs[a] = inputs[n + b] = 1
    return state["W_out"] @ np.maximum(state["W_in"] @ inputs + state["b_in"], 0) + state["b_out"]


def naive_bilinear(state: dict[str, np.ndarray], a: int, b: int) -> np.ndarray:
    left, right, readout = (state[name] for name in ("left_embedding", "right_embedding", "readout"))
    return sum(left[a, i] * right[b, i] * readout[i] for i in range(len(readout)))


NAIVE = {"transformer": naive_transformer, "onehot_mlp": naive_one_hot, "bilinear": naive_bilinear}


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_logits_are_those_of_the_definition(architecture: str) -> None:
    network, n = small(architecture).network(), 5
    generator = torch.Generator().manual_seed(3)
    # twice as large as at the start, biases included, so that no term is negligible
    state = {
        name: torch.randn(shape, generator=generator, dtype=torch.float64)
        for name, shape in network.shapes(n).items()
    }
    pairs = torch.cartesian_prod(torch.arange(n), torch.arange(n))
    found = network.logits(state, *pairs.T)
    arrays = {name: tensor.numpy() for name, tensor in state.items()}
    expected = np.array([NAIVE[architecture](arrays, int(a), int(b)) for a, b in pairs])
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_initial_weights_have_the_stated_size(architecture: str) -> None:
    network = configure(architecture, "Z5", steps=1, neurons=512).network()  # type: ignore[arg-type]
    state = network.initial(60, torch.Generator().manual_seed(0))
    variances = {
        "transformer": {"unembed.W_U": 1 / 61, "blocks.0.mlp.b_in": 0, "blocks.0.mlp.b_out": 0},
        "onehot_mlp": {"W_in": 1 / 360, "b_in": 1 / 360, "W_out": 1 / 1536, "b_out": 1 / 1536},
        "bilinear": {},
    }[architecture]
    usual = {"transformer": 1 / 128, "onehot_mlp": None, "bilinear": 1 / 512}[architecture]
    assert {name: tuple(tensor.shape) for name, tensor in state.items()} == network.shapes(60)
    for name, tensor in state.items():
        wanted = variances.get(name, usual)
        spread = 6 * wanted * np.sqrt(2 / tensor.numel())
        assert abs(float(tensor.square().mean()) - wanted) <= spread, name


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, TrainingRecord]:
    return {name: train(small(name), tmp_path_factory.mktemp(name) / "run") for name in ARCHITECTURES}


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_same_seed_same_bits(architecture: str, unbroken: dict[str, TrainingRecord], tmp_path: Path) -> None:
    again = train(small(architecture), tmp_path / "run")
    assert weights_of(again) == weights_of(unbroken[architecture])
    assert measured(again) == measured(unbroken[architecture])
    other = train(small(architecture, steps=2, seed=1), tmp_path / "other")
    assert weights_of(other)[0] != weights_of(again)[0]


class KilledError(BaseException):
    """What no handler of errors catches."""


@pytest.mark.parametrize(
    ("architecture", "moments"),
    [("onehot_mlp", (0, 1, 2, 3, 4, 11, 18)), ("transformer", (6, 15)), ("bilinear", (14,))],
)
def test_resume_after_a_kill_between_any_two_writes(
    architecture: str,
    moments: tuple[int, ...],
    unbroken: dict[str, TrainingRecord],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The folder is abandoned before the k-th write, for several k, and each time taken up to the end."""
    writes, limit = 0, 0
    store = {"write_bytes": training.write_bytes, "save_state": training.save_state}

    def counted(name: str) -> Any:
        def write(path: Path, content: Any) -> None:
            nonlocal writes
            if writes == limit:
                raise KilledError
            writes += 1
            store[name](path, content)

        return write

    for name in store:
        monkeypatch.setattr(training, name, counted(name))
    for limit in moments:
        directory, writes = tmp_path / str(limit), 0
        with pytest.raises(KilledError):
            train(small(architecture), directory)
        limit = -1
        resumed = train(small(architecture), directory, resume=True)
        assert weights_of(resumed) == weights_of(unbroken[architecture])
        assert measured(resumed) == measured(unbroken[architecture])


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("cut", [1, 4, 13, 39])
def test_optimisation_restores_between_any_two_steps(architecture: str, cut: int, tmp_path: Path) -> None:
    configuration = small(architecture)
    table = group_task("S3").multiplication_table()
    mask = split_torch(6, 0, configuration.fraction)
    whole, first, second = (Optimisation(configuration, table, mask) for _ in range(3))
    whole.advance(40)
    first.advance(cut)
    second.restore(first.state(0.0), tmp_path)
    second.advance(40 - cut)
    expected = whole.state(0.0)
    for name, tensor in second.state(0.0).tensors.items():
        assert torch.equal(tensor, expected.tensors[name]), name


def test_state_is_stored_between_checkpoints(
    unbroken: dict[str, TrainingRecord], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "STATE_SECONDS", -1.0)
    monkeypatch.setattr(training, "FINITE_EVERY", 1)
    monkeypatch.setattr(training, "checkpoint_steps", lambda steps, _: (0, steps))
    interrupted, advance = tmp_path / "run", Optimisation.advance

    def stop_at_23(self: Optimisation, steps: int) -> None:
        if self.step == 23:
            raise KilledError
        advance(self, steps)

    with monkeypatch.context() as patched:
        patched.setattr(Optimisation, "advance", stop_at_23)
        with pytest.raises(KilledError):
            train(small("onehot_mlp"), interrupted)
    taken: list[int] = []
    monkeypatch.setattr(
        Optimisation, "advance", lambda self, steps: (taken.append(self.step), advance(self, steps))[1]
    )
    record = train(small("onehot_mlp"), interrupted, resume=True)
    assert taken[0] == 23
    assert record.steps == (0, 40)
    assert weights_of(record)[40] == weights_of(unbroken["onehot_mlp"])[40]


@pytest.mark.parametrize("architecture", ["transformer", "onehot_mlp"])
def test_checkpoints_load_as_networks_with_the_same_logits(
    architecture: str, unbroken: dict[str, TrainingRecord]
) -> None:
    record = unbroken[architecture]
    for step in (0, 40):
        network = record.network(step)
        state = {name: tensor.double() for name, tensor in _tensors(record.checkpoint(step)).items()}
        pairs = torch.cartesian_prod(torch.arange(6), torch.arange(6))
        expected = record.configuration.network().logits(state, *pairs.T)
        np.testing.assert_allclose(network.logits().reshape(36, 6), expected.numpy(), atol=1e-13)
    assert isinstance(record.network(), TransformerNetwork | OneHotPerceptron)
    assert record.network().layout == {"transformer": "tl_transformer"}.get(architecture, architecture)


def test_bilinear_network_is_its_definition(unbroken: dict[str, TrainingRecord]) -> None:
    record = unbroken["bilinear"]
    state = {name: tensor.double() for name, tensor in _tensors(record.checkpoint(40)).items()}
    parts = [state[name] for name in ("left_embedding", "right_embedding", "readout")]
    network = BilinearNetwork("run", *parts)
    arrays = {name: tensor.numpy() for name, tensor in state.items()}
    expected = [[naive_bilinear(arrays, a, b) for b in range(6)] for a in range(6)]
    np.testing.assert_allclose(network.logits(), expected, atol=1e-13)
    np.testing.assert_allclose(network.hidden() @ network.output_map, expected, atol=1e-13)
    assert not network.output_bias.any()
    swapped = network.with_embeddings(network.embeddings[1], network.embeddings[0])
    np.testing.assert_allclose(swapped.logits(), np.swapaxes(network.logits(), 0, 1), atol=1e-13)


def test_bilinear_checkpoint_loads(unbroken: dict[str, TrainingRecord]) -> None:
    network = unbroken["bilinear"].network()
    assert isinstance(network, BilinearNetwork)
    state = _tensors(unbroken["bilinear"].checkpoint(40))
    assert torch.equal(network.readout, state["readout"].double())


def _tensors(path: Path) -> dict[str, torch.Tensor]:
    from safetensors.torch import load_file

    return load_file(path)


def test_measurements_are_those_of_the_loaded_network(unbroken: dict[str, TrainingRecord]) -> None:
    record = unbroken["transformer"]
    mask = split_torch(6, 0, 0.5)
    assert np.array_equal(record.train_mask, mask)
    assert np.array_equal(record.table, group_task("S3").multiplication_table())
    logits = record.network(40).logits()
    chosen = np.take_along_axis(logits, record.table[..., None].astype(np.int64), 2)[..., 0]
    losses = np.log(np.exp(logits).sum(-1)) - chosen
    last = record.measurements[-1]
    assert last.train_loss == pytest.approx(losses[mask].mean(), rel=1e-5)
    assert last.test_loss == pytest.approx(losses[~mask].mean(), rel=1e-5)
    assert last.test_accuracy == (logits.argmax(-1) == record.table)[~mask].mean()
    tensors = _tensors(record.checkpoint(40)).values()
    squares = sum(float(tensor.double().square().sum()) for tensor in tensors)
    assert last.squared_weights == pytest.approx(squares, rel=1e-12)


def test_training_is_adamw(tmp_path: Path) -> None:
    """The same run with torch's modules and optimiser, tensor by tensor, in this test's own loop."""
    configuration = small("onehot_mlp", steps=30, batch=0, warmup=4, group="Z5")
    record = train(configuration, tmp_path / "run")
    state = _tensors(record.checkpoint(0))
    model = torch.nn.Sequential(torch.nn.Linear(10, 10), torch.nn.ReLU(), torch.nn.Linear(10, 5))
    names = {"0.weight": "W_in", "0.bias": "b_in", "2.weight": "W_out", "2.bias": "b_out"}
    model.load_state_dict({ours: state[theirs] for ours, theirs in names.items()})
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.5)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min(step / 4, 1))
    first, second = (torch.from_numpy(part) for part in np.nonzero(record.train_mask))
    eye = torch.eye(5)
    for _ in range(30):
        optimiser.zero_grad()
        logits = model(torch.cat([eye[first], eye[second]], 1))
        torch.nn.functional.cross_entropy(logits, (first + second) % 5).backward()
        optimiser.step()
        schedule.step()
    final = _tensors(record.checkpoint(30))
    for theirs, ours in names.items():
        torch.testing.assert_close(model.state_dict()[theirs], final[ours], rtol=1e-3, atol=1e-5)


def test_every_pair_once_an_epoch() -> None:
    configuration = small("onehot_mlp", group="Z5", batch=4, fraction=0.6)
    optimisation = Optimisation(
        configuration, group_task("Z5").multiplication_table(), split_torch(5, 0, 0.6)
    )
    epochs = []
    for _ in range(3):
        batches = []
        for _ in range(4):
            batches.append(optimisation._next_batch())
            optimisation.step += 1
        assert [len(batch) for batch in batches] == [4, 4, 4, 3]
        epochs.append(torch.cat(batches).tolist())
    assert all(sorted(epoch) == list(range(15)) for epoch in epochs)
    assert epochs[0] != epochs[1]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_memorising_lowers_the_train_loss(architecture: str, tmp_path: Path) -> None:
    sizes = {"neurons": 48, "batch": 0, "learning_rate": 1e-2, "weight_decay": 0.0}
    if architecture == "transformer":
        sizes["model_width"] = 16
    record = train(small(architecture, steps=300, group="A4", **sizes), tmp_path / "run")
    first, last = record.measurements[0], record.measurements[-1]
    assert first.train_loss == pytest.approx(np.log(12), rel=0.3)
    assert last.train_loss < 0.01 * first.train_loss
    assert last.train_accuracy == 1
    assert record.over


@pytest.mark.parametrize("steps", [1, 2, 3, 10, 79, 500, 40_000, 10**6])
def test_checkpoint_steps(steps: int) -> None:
    found = checkpoint_steps(steps)
    assert found[0] == 0
    assert found[-1] == steps
    assert list(found) == sorted(set(found))
    assert len(found) <= 80
    if steps >= 500:
        assert len(found) >= 60
        assert max(np.diff(found)) <= steps / 39 + 1  # even later
        assert found[:4] == (0, 1, 2, 3)  # dense early


def test_divergence_is_one_line_and_keeps_what_was(tmp_path: Path) -> None:
    """Every step multiplies the weights by `1 - 1000`."""
    message = r"^step \d+: .* no longer finite; a learning rate below 1000 keeps them so; \S+ keeps the .*$"
    with pytest.raises(DivergenceError, match=message):
        train(small("bilinear", steps=400, learning_rate=1000.0, weight_decay=1.0), tmp_path)
    record = load_record(tmp_path)
    assert not record.over
    for step in record.steps:
        assert all(bool(tensor.isfinite().all()) for tensor in _tensors(record.checkpoint(step)).values())


def test_folder_is_not_overwritten(unbroken: dict[str, TrainingRecord]) -> None:
    directory = unbroken["bilinear"].directory
    with pytest.raises(InputError, match="holds a run already"):
        train(small("bilinear"), directory)
    with pytest.raises(InputError, match=r"changed configuration: steps: 40 in the run, 41 wanted"):
        train(small("bilinear", steps=41), directory, resume=True)
    before = weights_of(unbroken["bilinear"])
    assert weights_of(train(small("bilinear"), directory, resume=True)) == before  # over: nothing to do


def test_damaged_folders(unbroken: dict[str, TrainingRecord], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no run: there is no config\.json"):
        load_record(tmp_path)
    configuration = small("bilinear", steps=3)
    record = train(configuration, tmp_path / "run")
    state = record.directory / "state.safetensors"
    other = unbroken["onehot_mlp"].directory / "state.safetensors"
    for content, message in (
        (b"nonsense", "not a whole safetensors file"),
        (other.read_bytes(), "a checkpoint of another run"),
    ):
        state.write_bytes(content)
        with pytest.raises(InputError, match=message):
            train(configuration, record.directory, resume=True)
    lines = record.directory / "metrics.jsonl"
    lines.write_text(lines.read_text() + '{"step": 9}\n')
    with pytest.raises(InputError, match="line 5 is no measurement"):
        load_record(record.directory)
    (record.directory / "config.json").write_text("[]")
    with pytest.raises(InputError, match=r"config\.json: not the configuration of a run"):
        load_record(record.directory)


def test_missing_checkpoints(tmp_path: Path) -> None:
    record = train(small("bilinear", steps=3), tmp_path)
    with pytest.raises(InputError, match=r"no checkpoint at step 7; 0\.\.3 has 4 of them"):
        record.network(7)
    record.checkpoint(2).unlink()
    with pytest.raises(InputError, match="checkpoint of step 2 is missing"):
        load_record(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"fraction": 1.0}, r"fraction 1\.0: a number between 0 and 1"),
        ({"fraction": float("nan")}, "fraction nan"),
        ({"steps": 0}, r"steps 0: an integer in 1\.\."),
        ({"steps": 2.5}, r"steps 2\.5: a value of kind int is right"),
        ({"learning_rate": -1.0}, "learning_rate -1.0: a number above 0, up to 1000"),
        ({"weight_decay": float("inf")}, "weight_decay inf"),
        ({"betas": (0.9, 1.0)}, r"betas 1\.0"),
        ({"betas": [0.9]}, r"betas \[0\.9\]: two numbers"),
        ({"batch": -3}, "batch -3"),
        ({"seed": -1}, "seed -1"),
        ({"neurons": 0}, "neurons 0"),
        ({"checkpoints": 3}, r"checkpoints 3: an integer in 4\.\."),
        ({"heads": 3}, "heads 3: a divisor of the model width 8"),
        ({"architecture": "lstm"}, "architecture 'lstm': known are transformer, onehot_mlp, bilinear"),
    ],
)
def test_configurations_out_of_range(change: dict[str, Any], message: str) -> None:
    document = asdict(small("transformer")) | change
    with pytest.raises(InputError, match=message):
        configuration_of(document)


def test_configurations_through_json() -> None:
    for architecture in ARCHITECTURES:
        configuration = small(architecture)
        assert configuration_of(json.loads(json.dumps(asdict(configuration)))) == configuration
    document = asdict(small("bilinear"))
    for damaged in ({**document, "colour": 1}, {key: document[key] for key in list(document)[1:]}, {}):
        with pytest.raises(InputError, match="not the configuration of a run"):
            configuration_of(damaged)
    changed = replace(small("bilinear"), seed=4)
    assert differences(small("bilinear"), changed) == ("seed: 0 in the run, 4 wanted",)


def test_usual_settings() -> None:
    """The settings of arXiv:2301.05217 and of shared/specs/circuits.md, 2.12."""
    nanda = configure("transformer", "Z113")
    assert (nanda.model_width, nanda.heads, nanda.neurons) == (128, 4, 512)
    assert (nanda.learning_rate, nanda.weight_decay, nanda.betas) == (1e-3, 1.0, (0.9, 0.98))
    assert (nanda.fraction, nanda.batch) == (0.3, None)
    bussmann = configure("onehot_mlp", "Z113", epochs=500)
    assert (bussmann.neurons, bussmann.batch, bussmann.fraction) == (100, 128, 0.8)
    assert (bussmann.learning_rate, bussmann.weight_decay) == (3e-3, 0.5)
    assert bussmann.steps == 500 * 80  # 10,215 pairs in batches of 128
    with pytest.raises(InputError, match="colour: a run has no such setting"):
        configure("transformer", "Z5", colour="red")
    with pytest.raises(InputError, match="no train pair is left of 4"):
        Optimisation(
            configure("bilinear", "Z2", fraction=0.1), np.zeros((2, 2), np.int32), np.zeros((2, 2), bool)
        )
    with pytest.raises(LimitError, match=r"S6: 155,520 pairs a step, .* a batch of at most 93,206 pairs"):
        Optimisation(nanda_on_s6(), np.zeros((720, 720), np.int32), split_torch(720, 0, 0.3))


def nanda_on_s6() -> Configuration:
    return configure("transformer", "S6")


@pytest.mark.slow
def test_a_kill_from_outside(tmp_path: Path) -> None:
    """SIGKILL at whatever moment; the run is taken up by this process and ends in the same files."""
    configuration = small("onehot_mlp", steps=4000, group="A4")
    whole = train(configuration, tmp_path / "whole")
    program = (
        "import sys, json, pathlib; from empirics.circuits.recipes import configuration_of; "
        "from empirics.circuits.training import train; "
        "train(configuration_of(json.loads(sys.argv[1])), pathlib.Path(sys.argv[2]), resume=True)"
    )
    directory = tmp_path / "killed"
    command = [sys.executable, "-c", program, json.dumps(asdict(configuration)), str(directory)]
    for wait in (0.2, 0.5):
        child = subprocess.Popen(command, env={**os.environ, "OMP_NUM_THREADS": "1"})
        while child.poll() is None and not (directory / "state.safetensors").exists():
            time.sleep(0.01)
        time.sleep(wait)
        child.send_signal(signal.SIGKILL)
        child.wait()
    resumed = train(configuration, directory, resume=True)
    assert weights_of(resumed) == weights_of(whole)
    assert measured(resumed) == measured(whole)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("architecture", "settings"),
    [
        ("transformer", {"group": "Z23", "steps": 1500, "fraction": 0.8, "weight_decay": 2.0, "seed": 1}),
        ("onehot_mlp", {"group": "Z31", "steps": 20_000}),
        ("bilinear", {"group": "Z31", "steps": 3000}),
        ("bilinear", {"group": "S4", "steps": 2500, "fraction": 0.8}),
    ],
)
def test_grokking(architecture: str, settings: dict[str, Any], tmp_path: Path) -> None:
    """It memorises first and answers every pair it has not seen in the end."""
    record = train(configure(architecture, **settings), tmp_path / "run")  # type: ignore[arg-type]
    first_fit = next(one for one in record.measurements if one.train_accuracy == 1)
    assert first_fit.test_accuracy < 0.9
    assert record.measurements[-1].test_accuracy == 1
