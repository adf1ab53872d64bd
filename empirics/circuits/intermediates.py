"""Every intermediate of a network by name: to look at, to replace, to ablate.

The names are those of `network.intermediates`, in the order in which a forward pass makes them. This is what
`run_with_cache` and hooks are in TransformerLens; for its own, `interchange.transformer_lens_model`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from empirics.circuits.losses import pair_losses
from empirics.circuits.networks import ROWS_BUDGET, WeightNetwork
from theory.errors import InputError, UnknownNameError

__all__ = ["Ablation", "ablate", "intermediates", "run_with"]

KINDS = ("mean", "zero", "resample")


@dataclass(frozen=True)
class Ablation:
    """What a network loses without a part.

    Args:
        name: of the intermediate.
        kind: what took its place.
        losses: cross-entropy over all pairs, a number a draw; one draw if nothing is drawn.
        accuracies: beside them.
    """

    name: str
    kind: str
    losses: tuple[float, ...]
    accuracies: tuple[float, ...]

    @property
    def loss(self) -> float:
        """Mean over draws."""
        return float(np.mean(self.losses))

    @property
    def accuracy(self) -> float:
        """Mean over draws."""
        return float(np.mean(self.accuracies))


def intermediates(
    network: WeightNetwork,
    first: Int[np.ndarray, " x"],
    second: Int[np.ndarray, " x"],
    names: tuple[str, ...] | None = None,
) -> dict[str, Float[np.ndarray, "x ..."]]:
    """Intermediates at some pairs, in double precision; the first axis is the pair.

    Args:
        network: to be run.
        first, second: elements `a` and `b`.
        names: which of `network.intermediates`; None for all.

    Raises:
        InputError: no such name, or numbers that are no elements.
    """
    wanted = network.intermediates if names is None else tuple(_known(network, name) for name in names)
    seen: dict[str, Tensor] = {}

    def record(name: str, value: Tensor) -> Tensor:
        if name in wanted:
            seen[name] = value
        return value

    _forward(network, *_pairs(network, first, second), record)
    return {name: seen[name].numpy().copy() for name in wanted}


def run_with(
    network: WeightNetwork,
    first: Int[np.ndarray, " x"],
    second: Int[np.ndarray, " x"],
    changes: Mapping[str, Callable[[Float[np.ndarray, "x ..."]], Float[np.ndarray, "x ..."]]],
) -> Float[np.ndarray, "x n"]:
    """Logits at some pairs when intermediates are replaced on the way.

    Args:
        network: to be run.
        first, second: elements `a` and `b`.
        changes: by name, from the value that arrives there to what takes its place.

    Raises:
        InputError: no such name, numbers that are no elements, or a replacement of another shape.
    """
    for name in changes:
        _known(network, name)

    def replace(name: str, value: Tensor) -> Tensor:
        if name not in changes:
            return value
        changed = np.asarray(changes[name](value.numpy().copy()), dtype=np.float64)
        if changed.shape != value.shape:
            raise InputError(
                f"{name}: a replacement of shape {list(changed.shape)}; {list(value.shape)} would be right"
            )
        return torch.from_numpy(np.ascontiguousarray(changed))

    return _forward(network, *_pairs(network, first, second), replace).numpy()


def ablate(
    network: WeightNetwork,
    table: Int[np.ndarray, "n n"],
    name: str,
    kind: str = "mean",
    part: tuple[int | slice | list[int], ...] = (),
    generator: np.random.Generator | None = None,
    draws: int = 5,
) -> Ablation:
    """The loss over all pairs when an intermediate, or a part of it, no longer says which pair it is.

    `mean` puts in its mean over all pairs, `zero` zeros, `resample` its value at another pair, every pair
    once: `(s(a), t(b))` for two random permutations `s`, `t` of the elements.

    Args:
        network: to be run.
        table: right answers, `ab` at `[a, b]`.
        name: one of `network.intermediates`.
        kind: what is put in.
        part: index behind the axis of pairs, such as `([3, 5],)` for two neurons of `hidden` or `(0,)` for
            the first head of `mixed`; empty for all of it.
        generator: for `resample`.
        draws: of permutations, for `resample`.

    Raises:
        InputError: no such name, kind or part; `resample` without a generator or draws.
    """
    _known(network, name)
    if kind not in KINDS:
        raise UnknownNameError(f"ablation {kind!r}: known are {', '.join(KINDS)}")
    if kind == "resample" and (generator is None or draws < 1):
        raise InputError("ablation by resampling: a generator and at least one draw would be right")
    n = network.order
    mean = _mean(network, name) if kind == "mean" else None
    identity = np.arange(n), np.arange(n)
    orders = [identity]
    if kind == "resample":
        assert generator is not None
        orders = [(generator.permutation(n), generator.permutation(n)) for _ in range(draws)]
    found = [_ablated(network, table, name, part, mean, kind, order) for order in orders]
    losses, accuracies = zip(*found, strict=True)
    return Ablation(name, kind, losses, accuracies)


def _ablated(
    network: WeightNetwork,
    table: Int[np.ndarray, "n n"],
    name: str,
    part: tuple[int | slice | list[int], ...],
    mean: Tensor | None,
    kind: str,
    order: tuple[Int[np.ndarray, " n"], Int[np.ndarray, " n"]],
) -> tuple[float, float]:
    """Loss and accuracy of one draw."""
    loss, right = 0.0, 0
    for first, second in _all_pairs(network):
        source = None
        if kind == "resample":
            source = _value(network, name, order[0][first], order[1][second])

        def put_in(here: str, value: Tensor, source: Tensor | None = source) -> Tensor:
            if here != name:
                return value
            other = torch.zeros_like(value) if mean is None else mean.expand_as(value)
            return _with_part(value, other if source is None else source, part, name)

        logits = _forward(network, first, second, put_in).numpy()
        answers = table[first, second]
        loss += float(pair_losses(logits[None], answers[None]).sum())
        right += int((logits.argmax(-1) == answers).sum())
    return loss / network.order**2, right / network.order**2


def _with_part(value: Tensor, other: Tensor, part: tuple[int | slice | list[int], ...], name: str) -> Tensor:
    changed, place = value.clone(), (slice(None), *part)
    try:
        changed[place] = other[place]
    except IndexError:
        shape = list(value.shape[1:])
        raise InputError(f"{name}: no part {part}; an index into {shape} would be right") from None
    return changed


def _value(
    network: WeightNetwork, name: str, first: Int[np.ndarray, " x"], second: Int[np.ndarray, " x"]
) -> Tensor:
    return torch.from_numpy(intermediates(network, first, second, (name,))[name])


def _mean(network: WeightNetwork, name: str) -> Tensor:
    """Over all pairs."""
    parts = [_value(network, name, *pairs).sum(0) for pairs in _all_pairs(network)]
    return torch.stack(parts).sum(0) / network.order**2


def _all_pairs(network: WeightNetwork) -> Iterator[tuple[Int[np.ndarray, " x"], Int[np.ndarray, " x"]]]:
    """All pairs, so many at once as can be held."""
    n = network.order
    widest = max(n, *network.output_map.shape, 4 * network.left.shape[1])
    step = max(1, ROWS_BUDGET // (n * widest))
    for start in range(0, n, step):
        rows = np.arange(start, min(start + step, n))
        yield np.repeat(rows, n), np.tile(np.arange(n), len(rows))


def _forward(
    network: WeightNetwork,
    first: Int[np.ndarray, " x"],
    second: Int[np.ndarray, " x"],
    hook: Callable[[str, Tensor], Tensor],
) -> Tensor:
    left, right = (torch.from_numpy(np.ascontiguousarray(elements)) for elements in (first, second))
    with torch.no_grad():
        return network.forward(network.left[left], network.right[right], hook)


def _pairs(
    network: WeightNetwork, first: Int[np.ndarray, " x"], second: Int[np.ndarray, " x"]
) -> tuple[Int[np.ndarray, " x"], Int[np.ndarray, " x"]]:
    pairs = np.asarray(first), np.asarray(second)
    for elements in pairs:
        if elements.ndim != 1 or elements.dtype.kind not in "iu" or len(elements) != len(pairs[0]):
            raise InputError("pairs: two arrays of integers of one length would be right")
        if len(elements) and not (elements.min() >= 0 and elements.max() < network.order):
            raise InputError(f"pairs: elements are numbers in 0..{network.order - 1}")
    return pairs


def _known(network: WeightNetwork, name: str) -> str:
    if name not in network.intermediates:
        raise UnknownNameError(
            f"intermediate {name!r}: a network in the layout {network.layout} has "
            f"{', '.join(network.intermediates)}"
        )
    return name
