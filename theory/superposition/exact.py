"""The loss of a toy model by one of four methods, with what is known of its error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from theory.errors import InputError, LimitError, UnknownNameError
from theory.superposition.closed_form import float_loss, significant_entries
from theory.superposition.first_layers import first_layers
from theory.superposition.hybrid import hybrid_loss
from theory.superposition.model import ToyModel, check_sparsity
from theory.superposition.monte_carlo import monte_carlo_loss
from theory.superposition.rational import RationalLoss, rational_gram, rational_loss
from theory.superposition.supports import SupportTooLarge

__all__ = ["METHODS", "ExactLoss", "SupportTooLarge", "loss"]

METHODS = ("auto", "rational", "float", "hybrid", "mc")
AUTOMATIC_STATES = 3**12 * 12  # a few seconds
GRAM_LIMIT = 5_000  # features
LAYERS_LIMIT = 64  # layers with larger binomials say little, and are left out

Bound = Literal["exact", "rigorous", "estimate"]


@dataclass(frozen=True, eq=False)
class ExactLoss:
    """A loss and how well it is known.

    Args:
        total: `L = E sum_i I_i (x_i - x'_i)^2`.
        per_output: its summands.
        layers: `L_0`, `L_1`, ...: `L = sum_k p^k S^(n-k) L_k`; all `n + 1` for up to 64 features, else
            the first 65; `L_0` and `L_1` from methods that are not exact.
        error_bound: of the total.
        bound: what it is: `exact` (the error is 0, before rounding to a float), `rigorous`, or `estimate`: of
            the approximation (hybrid) or three standard errors (mc).
        method: that was used; never `auto`.
        fractions: the same as rational numbers, by method rational.
        standard_error: of the total, by method mc.
    """

    total: float
    per_output: tuple[float, ...]
    layers: tuple[float, ...]
    error_bound: float
    bound: Bound
    method: str
    fractions: RationalLoss | None = None
    standard_error: float | None = None


def loss(
    model: ToyModel,
    sparsity: float,
    method: str = "auto",
    generator: np.random.Generator | None = None,
    samples: int = 1_000_000,
) -> ExactLoss:
    """The loss of a model.

    `auto` takes `float` where it is done within seconds, and else `hybrid`.

    Args:
        model: its weights, bias and importances; floats are taken at their value.
        sparsity: `S`.
        method: one of `METHODS`.
        generator: of inputs, for `mc`.
        samples: of inputs, for `mc`.

    Raises:
        InputError: sparsity outside of [0, 1], or `mc` without a generator.
        UnknownNameError: no such method.
        LimitError: more than 5,000 features, by any method but `mc`.
        SupportTooLarge: an output reads more features than the method can do.
    """
    check_sparsity(sparsity)
    if method not in METHODS:
        raise UnknownNameError(f"method {method!r}: known are {', '.join(METHODS)}")
    if method == "mc":
        return _monte_carlo(model, sparsity, generator, samples)
    if model.features > GRAM_LIMIT:
        raise LimitError(
            f"{model.source}: {model.features:,} features; the limit of method {method} is {GRAM_LIMIT:,}; "
            "method mc would be right"
        )
    if method == "auto":
        method = "float" if _states(model) <= AUTOMATIC_STATES else "hybrid"
    run: dict[str, Callable[[ToyModel, float], ExactLoss]] = {
        "rational": _rational,
        "float": _float,
        "hybrid": _hybrid,
    }
    return run[method](model, sparsity)


def _states(model: ToyModel) -> float:
    """What method float would have to compute."""
    nonzero, _ = significant_entries(model)
    np.fill_diagonal(nonzero, True)
    return float((3.0 ** np.minimum(nonzero.sum(1), 100)).sum())


def _last_layer(model: ToyModel) -> int:
    return min(model.features, LAYERS_LIMIT)


def _rational(model: ToyModel, sparsity: float) -> ExactLoss:
    found = rational_loss(
        rational_gram(model.weights.tolist()),
        model.bias.tolist(),
        sparsity,
        model.importance.tolist(),
        _last_layer(model),
    )
    return ExactLoss(
        total=float(found.total),
        per_output=tuple(map(float, found.per_output)),
        layers=tuple(map(float, found.layers)),
        error_bound=0.0,
        bound="exact",
        method="rational",
        fractions=found,
    )


def _float(model: ToyModel, sparsity: float) -> ExactLoss:
    found = float_loss(model, sparsity, _last_layer(model))
    return ExactLoss(
        total=found.total,
        per_output=tuple(found.per_output.tolist()),
        layers=tuple(found.layers.tolist()),
        error_bound=found.error_bound,
        bound="rigorous",
        method="float",
    )


def _hybrid(model: ToyModel, sparsity: float) -> ExactLoss:
    found = hybrid_loss(model, sparsity)
    return ExactLoss(
        total=found.total,
        per_output=tuple(found.per_output.tolist()),
        layers=first_layers(model),
        error_bound=found.error_estimate,
        bound="estimate",
        method="hybrid",
    )


def _monte_carlo(
    model: ToyModel, sparsity: float, generator: np.random.Generator | None, samples: int
) -> ExactLoss:
    if generator is None:
        raise InputError(
            "method mc: a generator would be right, as in loss(..., generator=numpy.random.default_rng(0))"
        )
    found = monte_carlo_loss(model, sparsity, generator, samples)
    return ExactLoss(
        total=found.total,
        per_output=tuple(found.per_output.tolist()),
        layers=first_layers(model) if model.features <= GRAM_LIMIT else (),
        error_bound=3 * found.standard_error,
        bound="estimate",
        method="mc",
        standard_error=found.standard_error,
    )
