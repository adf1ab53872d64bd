"""`gammastar superposition loss`: the loss of a model, exactly or with what is known of its error."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from certificates.superposition.options import AsJson, Force, ModelFile, Output, Seed

if TYPE_CHECKING:
    from certificates.superposition.outcome import Outcome
    from theory.superposition.exact import ExactLoss
    from theory.superposition.model import ToyModel

__all__ = ["register"]

_MEANING = {
    "exact": "exact rational arithmetic, rounded once",
    "rigorous": "a bound, by running error analysis",
    "estimate": "an estimate, no bound",
}


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("loss")(_loss)


def _loss(
    file: ModelFile,
    sparsity: Annotated[
        float,
        typer.Option("--sparsity", "-S", metavar="S", help="Chance that a feature is 0.", show_default=False),
    ],
    importance: Annotated[
        Path | None,
        typer.Option(
            "--importance",
            metavar="FILE",
            help="I \\[n]: .npz or .safetensors with I, or a .json list; default: I in FILE, else ones.",
            show_default=False,
        ),
    ] = None,
    method: Annotated[
        str,
        typer.Option("--method", metavar="NAME", help="auto, rational, float, hybrid (wide models) or mc."),
    ] = "auto",
    samples: Annotated[
        int, typer.Option("--samples", metavar="N", help="Inputs that mc draws.", min=2, max=10**9)
    ] = 1_000_000,
    seed: Seed = 0,
    as_json: AsJson = False,
    output: Output = None,
    force: Force = False,
) -> None:
    """The loss E sum_i I_i (x_i - x'_i)^2, its layers by number of active features, and its error.

    Example: gammastar superposition loss model.npz --sparsity 0.9 --method rational
    """
    import numpy as np

    from certificates.superposition.outcome import begin, finish
    from theory.superposition.exact import loss
    from theory.superposition.importance import with_importance
    from theory.superposition.model import load_model

    started = begin(output, force)

    model = load_model(file)
    if importance is not None:
        model = with_importance(model, importance)
    found = loss(model, sparsity, method, np.random.default_rng(seed), samples)
    parameters = {
        "file": file,
        "sparsity": sparsity,
        "importance": importance,
        "method": method,
        "samples": samples if found.method == "mc" else None,
    }
    figures = {}
    if output is not None:
        from empirics.superposition.figures_loss import loss_figure

        figures = {"loss.png": loss_figure(found, sparsity)}
    finish(_outcome(model, found, parameters, seed, figures), started, as_json, output)


def _outcome(
    model: ToyModel, found: ExactLoss, parameters: dict[str, Any], seed: int, figures: dict[str, bytes]
) -> Outcome:
    from certificates.superposition.outcome import Outcome
    from theory.superposition.represented import represented

    shown = represented(model.weights)
    numbers = {
        "loss": found.total,
        "layers": found.layers,
        "error_bound": found.error_bound,
        "method": found.method,
        "bound": found.bound,
        "per_output": found.per_output,
        "standard_error": found.standard_error,
        "fraction": None if found.fractions is None else str(found.fractions.total),
        "represented": shown.features,
        "rank": shown.rank,
        "superposition": shown.superposition,
    }
    verdict = f"loss {found.total:.12g}"
    if found.bound != "exact":
        verdict += f" ± {found.error_bound:.1e}"
    lines = [f"method {found.method}: the error is {_MEANING[found.bound]}"]
    if found.layers:
        lines.append(
            "layers " + ", ".join(f"L_{k} = {layer:.6g}" for k, layer in enumerate(found.layers[:6]))
        )
    lines.append(
        f"{len(shown.features)} of {model.features} features represented (longer than {shown.threshold:g}), "
        f"of rank {shown.rank}: {'superposition' if shown.superposition else 'no superposition'}"
    )
    return Outcome(
        verb="loss",
        verdict=verdict,
        numbers=numbers,
        parameters={
            name: str(value) if isinstance(value, Path) else value for name, value in parameters.items()
        },
        seed=seed if found.method == "mc" else None,
        lines=tuple(lines),
        figures=figures,
    )
