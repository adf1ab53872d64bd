"""What is said on stderr before a training run that will take long or cannot attain the maximum."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from empirics.configuration import Configuration
    from theory.margins.solution import MarginSolution

__all__ = ["step_products", "warn"]

LONG = 2e11  # multiplications a step: about a second on two cores


def warn(configuration: Configuration, solution: MarginSolution) -> None:
    """Warn of a network too narrow to attain `gamma*`, and of steps that take long."""
    _width(configuration, solution)
    _size(configuration, solution)


def step_products(configuration: Configuration) -> float:
    """Multiplications of one training step, roughly: three contractions of inputs, neurons and labels."""
    from empirics.tasks import GroupTask

    task = configuration.task.build()
    inputs = float(getattr(configuration.settings, "batch", None) or task.inputs)
    labels = task.labels if isinstance(task, GroupTask) else task.bits + task.labels
    return 3 * inputs * labels * configuration.width * len(configuration.seeds)


def _size(configuration: Configuration, solution: MarginSolution) -> None:
    """Say so where a step over all inputs is long, and that mini-batches are there."""
    order, batch = solution.table.order, getattr(configuration.settings, "batch", None)
    products = step_products(configuration)
    if configuration.device == "cpu" and batch is None and products > LONG:
        print(
            f"warning: a step over all {order**solution.arity:,} inputs takes {products:.1e} multiplications "
            f"(all logits at once would need {4 * order ** (solution.arity + 1) / 2**30:,.1f} GiB; they are "
            "made in chunks); --method paper --batch 1000 takes shorter steps",
            file=sys.stderr,
        )


def _width(configuration: Configuration, solution: MarginSolution) -> None:
    """Say so where a network of this width may be unable to attain `gamma*`."""
    from theory.margins.attaining import block_width

    if configuration.activation.value != "power":
        return
    used = [row for row, weight in zip(solution.rows, solution.primal, strict=True) if weight]
    constructed = sum(block_width(row.degree, row.indicator, solution.arity) for row in used)
    # with margins equal on every class, fewer than n - 1 neurons or than d^(k+1) cannot (docs/theory.md)
    degrees = [row.degree for row in used if row.indicator >= 0]
    least = max([solution.table.order - 1, *(degree ** (solution.arity + 1) for degree in degrees)])
    if configuration.width < least and all(
        status is None or status.value == "every" for status in solution.structure.classes
    ):
        print(
            f"warning: {configuration.width} neurons cannot attain γ*: at least {least} are needed, "
            f"{constructed} are enough",
            file=sys.stderr,
        )
    elif configuration.width < solution.table.order // 2:
        print(
            f"warning: {configuration.width} neurons may be too few to attain γ*; {constructed} are enough",
            file=sys.stderr,
        )
