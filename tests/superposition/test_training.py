"""The trainer: gradients against autograd, Adam by hand, resuming bit for bit, and runs that diverge."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from empirics.superposition.samplers import Sampler, independent
from empirics.superposition.training import (
    DivergenceError,
    Recipe,
    batch_losses,
    evaluated_losses,
    gradients,
    initial_weights,
    train,
)
from theory.errors import InputError, UnknownNameError


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_gradients_are_those_of_autograd() -> None:
    weights = torch.randn(3, 2, 5, generator=generator(), dtype=torch.float64, requires_grad=True)
    bias = torch.randn(3, 5, generator=generator(1), dtype=torch.float64, requires_grad=True)
    inputs = torch.rand(3, 40, 5, generator=generator(2), dtype=torch.float64)
    importance = torch.tensor([1.0, 0.5, 2.0, 0.0, 1.0], dtype=torch.float64)
    outputs = torch.relu(torch.einsum("kmn,kml,kbl->kbn", weights, weights, inputs) + bias[:, None])
    loss = (importance * (inputs - outputs) ** 2).sum(-1).mean(1)
    by_weights, by_bias = torch.autograd.grad(loss.sum(), (weights, bias))
    found = gradients(weights.detach(), bias.detach(), inputs, importance)
    for ours, theirs in zip(found, (loss.detach(), by_weights, by_bias), strict=True):
        assert torch.allclose(ours, theirs, atol=1e-12)
    assert torch.allclose(batch_losses(weights.detach(), bias.detach(), inputs, importance), loss)


def test_the_first_step_of_adam_is_the_sign_of_the_gradient() -> None:
    weights = initial_weights(2, 2, 4, generator())
    sampler = independent((0.4, 0.8), 4)
    made = train(sampler, weights, Recipe(steps=1, batch=64, learning_rate=0.01), generator(3))
    _, slope, by_bias = gradients(weights, torch.zeros(2, 4), sampler(64, generator(3)), torch.ones(4))
    assert np.allclose(made.weights, weights - 0.01 * slope.sign(), atol=1e-6)
    assert np.allclose(made.bias, -0.01 * by_bias.sign(), atol=1e-6)


def test_a_dense_model_learns_principal_components() -> None:
    """n = m: nothing has to be given up, and the loss goes to 0."""
    sampler = independent((0.5, 1.0), 3)
    made = train(sampler, initial_weights(2, 3, 3, generator(1)), Recipe(steps=1500), generator(2))
    assert evaluated_losses(made, sampler, generator(4), 5_000).max() < 2e-3


def test_training_leaves_its_arguments_alone_and_repeats() -> None:
    weights = initial_weights(2, 2, 4, generator())
    before = weights.clone()
    recipe = Recipe(steps=30, batch=32)
    made = [train(independent((0.1, 0.5), 4), weights, recipe, generator(5)) for _ in range(2)]
    assert torch.equal(weights, before)
    assert np.array_equal(made[0].weights, made[1].weights)
    assert np.array_equal(made[0].bias, made[1].bias)
    assert not np.array_equal(made[0].weights, before)


class Stopped(Exception):
    """In the middle of a run."""


@pytest.mark.parametrize("optimiser", ["adam", "adamw", "sgd"])
def test_interrupted_runs_go_on_bit_for_bit(optimiser: str, tmp_path: Path) -> None:
    weights, sampler = initial_weights(2, 2, 5, generator()), independent((0.2, 0.6), 5)
    recipe = Recipe(steps=250, batch=16, optimiser=optimiser)
    whole = train(sampler, weights, recipe, generator(6))
    file = tmp_path / "state.safetensors"

    def stop(step: int, loss: float) -> None:
        if step == 200:
            raise Stopped

    with pytest.raises(Stopped):
        train(sampler, weights, recipe, generator(6), progress=stop, state_file=file, save_every=90)
    rest = train(sampler, weights, recipe, generator(99), state_file=file)
    assert np.array_equal(rest.weights, whole.weights)
    assert np.array_equal(rest.bias, whole.bias)


def test_states_of_other_runs_are_refused(tmp_path: Path) -> None:
    weights, sampler = initial_weights(1, 2, 3, generator()), independent((0.2,), 3)
    file = tmp_path / "state.safetensors"
    train(sampler, weights, Recipe(steps=5, batch=8), generator(), state_file=file)
    with pytest.raises(InputError, match="state of another run: batch 8, not 9"):
        train(sampler, weights, Recipe(steps=5, batch=9), generator(), state_file=file)
    file.write_bytes(b"nothing")
    with pytest.raises(InputError, match="no training state that can be read"):
        train(sampler, weights, Recipe(steps=5, batch=8), generator(), state_file=file)


def test_what_is_watched() -> None:
    steps: list[int] = []
    norms: list[float] = []

    def watch(step: int, weights: torch.Tensor, bias: torch.Tensor) -> None:
        steps.append(step)
        norms.append(float(weights.norm()))

    weights = initial_weights(1, 2, 3, generator(), scale=0.02)
    train(independent((0.2,), 3), weights, Recipe(steps=50, batch=8), generator(), watch=watch, every=20)
    assert steps == [0, 20, 40, 50]
    assert norms[0] == pytest.approx(float(weights.norm()))


def test_divergence_names_the_step() -> None:
    weights, sampler = initial_weights(2, 2, 4, generator()), independent((0.1, 0.9), 4)
    recipe = Recipe(steps=400, batch=32, learning_rate=50.0, optimiser="sgd", schedule="constant")
    with pytest.raises(DivergenceError, match=r"diverged by step 100: loss nan.*below 50"):
        train(sampler, weights, recipe, generator())


def test_a_model_worse_than_none_has_diverged() -> None:
    weights, sampler = initial_weights(1, 2, 4, generator()), independent((0.3,), 4)
    recipe = Recipe(steps=200, batch=32, learning_rate=1e-9)
    with pytest.raises(DivergenceError, match=r"model 0 diverged by step 100: loss \d+"):
        train(sampler, 20 * weights, recipe, generator())


def test_inputs_of_nothing_do_not_diverge() -> None:
    """At S = 1 the best loss is 0, and what Adam wobbles by is no divergence."""
    made = train(
        independent((0.0,), 4), initial_weights(1, 2, 4, generator()), Recipe(steps=300), generator()
    )
    assert made.losses[0] < 1e-3


def test_evaluated_losses_against_the_definition() -> None:
    weights = initial_weights(1, 2, 3, generator())
    sampler: Sampler = independent((0.5,), 3)
    made = train(sampler, weights, Recipe(steps=20, batch=8), generator())
    inputs = sampler(5_000, generator(9)).double().numpy()[0]
    outputs = np.maximum(inputs @ made.weights[0].T @ made.weights[0] + made.bias[0], 0)
    expected = ((inputs - outputs) ** 2).sum(1).mean()
    assert evaluated_losses(made, sampler, generator(9), 5_000)[0] == pytest.approx(expected, rel=1e-5)


def test_bad_recipes() -> None:
    with pytest.raises(InputError, match="0 steps"):
        Recipe(steps=0)
    with pytest.raises(InputError, match="learning rate nan"):
        Recipe(learning_rate=float("nan"))
    with pytest.raises(InputError, match="scale -1"):
        Recipe(scale=-1.0)
    with pytest.raises(UnknownNameError, match="optimiser 'lion': known are adam, adamw, sgd"):
        Recipe(optimiser="lion")
    with pytest.raises(UnknownNameError, match="schedule 'step'"):
        Recipe(schedule="step")
    with pytest.raises(InputError, match="m = 0"):
        initial_weights(1, 0, 3, generator())
