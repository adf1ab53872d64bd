"""Trainers: stopping and going on changes nothing, they climb, and they notice when they diverge."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch

from empirics.ascent import default_settings
from empirics.configuration import AscentSettings, Configuration, RecipeSettings, TaskName, differences
from empirics.forward import Problem
from empirics.networks import Activation, NetworkStack, initialise
from empirics.objectives import least_margins
from empirics.presets import PRESETS, paper_preset, preset
from empirics.runs import make_trainer
from empirics.trainer import DivergenceError
from theory.characters.library import character_table
from theory.errors import InputError, UnknownNameError
from theory.margins.exact import solve

Q8 = TaskName("group", "Q8", 2)
ASCENT = Configuration(
    Q8, Activation.POWER, 24, (0, 7), "ascent", AscentSettings(60, 0.05, 5.0, 30.0, 1e3), "cpu", 1, 20, 20
)
RECIPE = replace(
    ASCENT, method="paper", settings=RecipeSettings(60, 0.05, (20, 30), 1e-4, batch=16, scale=1.0)
)


def weights_of(stack: NetworkStack) -> torch.Tensor:
    return torch.cat([stack.input_weights.flatten(), stack.output_weights.flatten()])


@pytest.mark.parametrize("configuration", [ASCENT, RECIPE], ids=["ascent", "paper"])
def test_going_on_is_the_same_bit_for_bit(configuration: Configuration) -> None:
    torch.set_num_threads(1)
    task = configuration.task.build()
    whole, first, second = (make_trainer(task, configuration) for _ in range(3))
    whole.advance(60)
    first.advance(23)
    second.restore(first.state())
    second.advance(17)
    second.advance(100)  # more than there are
    assert second.step == second.total_steps == 60
    assert torch.equal(weights_of(whole.network()), weights_of(second.network()))
    assert not torch.equal(weights_of(whole.network()), weights_of(first.network()))


def test_the_recipe_is_gradient_descent() -> None:
    """Two steps against automatic differentiation of the literal loss, around a doubling."""
    settings = RecipeSettings(2, 0.05, (1,), 1e-2)
    configuration = replace(RECIPE, settings=settings, seeds=(3,))
    trainer = make_trainer(configuration.task.build(), configuration)
    start, task = trainer.network(), configuration.task.build()
    inner, outer = start.input_weights[0].double(), start.output_weights[0].double()
    table = torch.from_numpy(task.multiplication_table()).long().flatten()
    for rate in (0.05, 0.1):
        inner, outer = inner.detach().requires_grad_(), outer.detach().requires_grad_()
        sums = inner[0][:, :, None] + inner[1][:, None, :]
        logits = torch.einsum("mgh,mc->ghc", sums**2, outer).flatten(0, 1)
        norm = ((inner**2).sum((0, 2)) + (outer**2).sum(1)).pow(1.5).sum()
        loss = torch.nn.functional.cross_entropy(logits, table) + 1e-2 * norm
        slopes = torch.autograd.grad(loss, [inner, outer])
        inner, outer = inner - rate * slopes[0], outer - rate * slopes[1]
    trainer.advance(2)
    assert torch.allclose(trainer.network().input_weights[0].double(), inner, atol=1e-6)
    assert torch.allclose(trainer.network().output_weights[0].double(), outer, atol=1e-6)


def test_ascent_climbs_to_the_certified_maximum() -> None:
    task = TaskName("group", "Z5", 2).build()
    _, settings = default_settings(task)
    configuration = replace(
        ASCENT,
        task=TaskName("group", "Z5", 2),
        width=48,
        settings=AscentSettings(**settings | {"steps": 1500}),
    )
    trainer = make_trainer(task, configuration)
    trainer.advance(1500)
    gamma_star = solve(character_table("Z5")).gamma_star
    found = least_margins(Problem.of(task), trainer.network()) / gamma_star
    assert bool((found > 0.999).all())
    assert bool((found < 1 + 1e-5).all())  # the theorem, up to single precision


@pytest.mark.parametrize("configuration", [ASCENT, RECIPE], ids=["ascent", "paper"])
def test_divergence_is_noticed(configuration: Configuration) -> None:
    settings = replace(configuration.settings, learning_rate=1e30)
    trainer = make_trainer(configuration.task.build(), replace(configuration, settings=settings))
    with pytest.raises(DivergenceError, match=r"learning rate"):
        trainer.advance(60)


def test_a_configuration_comes_back() -> None:
    for configuration in (ASCENT, RECIPE):
        text = json.dumps(configuration.as_dict())
        assert Configuration.from_dict(json.loads(text)) == configuration
    assert differences(ASCENT, replace(ASCENT, width=3)) == ("width: 24 in the run, 3 wanted",)


@pytest.mark.parametrize(
    "change", [{"activation": "tanh"}, {"settings": {}}, {"nonsense": 1}, {"seeds": None}, {"task": []}]
)
def test_a_damaged_configuration_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(InputError, match="not the configuration of a run"):
        Configuration.from_dict(ASCENT.as_dict() | change)


# arXiv:2311.07568, appendix A, as the project's specification lists the numbers
PAPER = {
    "z71": ("Z71", 500, 40_000, 0.05, 10, 1e-4, None),
    "z71-relu": ("Z71", 500, 40_000, 0.05, 10, 1e-4, None),
    "z23": ("Z23", 500, 40_000, 0.05, 10, 1e-4, None),
    "s3": ("S3", 30, 50_000, 0.05, 15, 1e-7, None),
    "s4": ("S4", 200, 50_000, 0.05, 15, 1e-7, None),
    "s5": ("S5", 2_000, 75_000, 0.05, 8, 1e-5, 1_000),
    "parity-10-4": ("", 40, 30_000, 0.1, 0, 1e-3, None),
}


@pytest.mark.parametrize("name", PAPER)
def test_presets_are_the_papers(name: str) -> None:
    expression, width, steps, rate, doublings, regularisation, batch = PAPER[name]
    found = PRESETS[name]
    assert isinstance(found.settings, RecipeSettings)
    settings = found.settings
    assert (found.task.expression, found.width, settings.steps) == (expression, width, steps)
    assert (settings.learning_rate, len(settings.doublings)) == (rate, doublings)
    assert (settings.regularisation, settings.batch) == (regularisation, batch)
    assert (found.activation is Activation.RELU) == name.endswith("relu")


def test_unknown_presets_suggest_near_ones() -> None:
    with pytest.raises(UnknownNameError, match="did you mean z71"):
        preset("z17", Q8)
    assert paper_preset(TaskName("group", "Z71", 2)).name == "z71"


def test_initial_neurons_have_the_stated_size() -> None:
    stack = initialise(Q8.build(), 4_000, (1,), scale=2.0)
    assert abs(float(stack.squares().mean()) - 4.0) < 0.1
