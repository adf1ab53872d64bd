"""Inputs of toy models: which features are active together, and how large they are.

A sampler is a function of a batch size and a generator and of nothing else. It draws for `K` models at once.
In all of them every feature is active with probability `p` and then uniform on [0, 1], so that its mean is
`p/2` whatever it goes together with. Features of one set stand next to each other.

Source: Elhage et al., Toy Models of Superposition (2022), "Correlated and anticorrelated features"; the mixed
sets and the Gaussian copula are this project's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from theory.errors import InputError, UnknownNameError

__all__ = [
    "MODES",
    "Sampler",
    "anticorrelated",
    "copula",
    "correlated",
    "independent",
    "mixed",
    "sampler_of",
]

Sampler = Callable[[int, torch.Generator], Float[Tensor, "K B n"]]
MODES = ("indep", "corr", "anti")


def independent(densities: Sequence[float], features: int) -> Sampler:
    """Every feature on its own; model `k` has density `densities[k]`.

    Args:
        densities: `p` of each of the `K` models.
        features: `n`.

    Raises:
        InputError: no model, no feature, or a density that is no probability.
    """
    _check(densities, features, 1)
    density = torch.tensor(densities, dtype=torch.float32)[:, None, None]
    scale = torch.where(density > 0, density, torch.ones(()))

    def draw(batch: int, generator: torch.Generator) -> Float[Tensor, "K B n"]:
        # Below p a uniform number is uniform on [0, p]: one draw says whether and how much.
        uniform = torch.rand(len(densities), batch, features, generator=generator)
        return torch.where(uniform < density, uniform / scale, 0)

    return draw


def correlated(densities: Sequence[float], sets: int, size: int) -> Sampler:
    """A set is active with probability `p`; then all its features are, with values of their own.

    Args:
        densities: `p` of each of the `K` models.
        sets: how many.
        size: features of each.

    Raises:
        InputError: as `independent`.
    """
    return mixed(densities, size, ("corr",) * sets)


def anticorrelated(densities: Sequence[float], sets: int, size: int) -> Sampler:
    """A set is active with probability `p size`; then exactly one of its features is.

    Raises:
        InputError: as `independent`, and if `p size` is above 1: the features could not keep their density.
    """
    return mixed(densities, size, ("anti",) * sets)


def mixed(densities: Sequence[float], size: int, modes: Sequence[str]) -> Sampler:
    """Sets of one size, each `indep`, `corr` or `anti`, independent of each other.

    Args:
        densities: `p` of each of the `K` models.
        size: features of each set.
        modes: of the sets, one each.

    Raises:
        InputError: as `independent`; an `anti` set with `p size` above 1.
        UnknownNameError: a mode that is not known.
    """
    for mode in modes:
        if mode not in MODES:
            raise UnknownNameError(f"mode {mode!r}: known are {', '.join(MODES)}")
    _check(densities, size, len(modes))
    if "anti" in modes and max(densities) * size > 1:
        raise InputError(
            f"anti: p size = {max(densities):g} * {size} = {max(densities) * size:g}, above 1: "
            f"exactly one of {size} features cannot be active so often; p at most {1 / size:g} would be right"
        )
    density = torch.tensor(densities, dtype=torch.float32)[:, None, None]
    kinds = torch.tensor([MODES.index(mode) for mode in modes])
    places = torch.arange(size)

    def draw(batch: int, generator: torch.Generator) -> Float[Tensor, "K B n"]:
        shape = (len(densities), batch, len(modes))
        once = torch.rand(*shape, generator=generator)
        own = torch.rand(*shape, size, generator=generator)
        values = torch.rand(*shape, size, generator=generator)
        threshold = density[..., None]
        # once lies in [0, 1]; the one active feature of an anti set is the number of its slice of length p
        chosen = (once[..., None] >= threshold * places) & (once[..., None] < threshold * (places + 1))
        together = (once[..., None] < threshold).expand_as(own)
        active = torch.where((kinds == MODES.index("corr"))[:, None], together, own < threshold)
        active = torch.where((kinds == MODES.index("anti"))[:, None], chosen, active)
        return torch.where(active, values, 0).flatten(2)

    return draw


def copula(densities: Sequence[float], sets: int, size: int, correlation: float) -> Sampler:
    """Activity by thresholds of Gaussians with one correlation `rho` inside a set and none between sets.

    A feature is active where its Gaussian is below the `p`-quantile: `rho = 0` is `independent`, `rho = 1` is
    `correlated`, and negative `rho` moves towards `anticorrelated` without reaching it.

    Args:
        densities: `p` of each of the `K` models.
        sets: how many.
        size: features of each.
        correlation: `rho`, from `-1/(size - 1)` to 1.

    Raises:
        InputError: as `independent`; a `rho` that no Gaussian has.
    """
    _check(densities, size, sets)
    lowest = -1 / (size - 1) if size > 1 else 0.0
    if not lowest - 1e-12 <= correlation <= 1:
        raise InputError(
            f"rho = {correlation:g}: {size} Gaussians have equal correlations in [{lowest:.4g}, 1]"
        )
    density = torch.tensor(densities, dtype=torch.float64)
    quantile = torch.special.ndtri(density).to(torch.float32)[:, None, None, None]
    # (1 - rho) Id + rho J has the eigenvalues 1 - rho and, on the mean, 1 + (size - 1) rho
    own = max(1 - correlation, 0.0) ** 0.5
    mean = max(1 + (size - 1) * correlation, 0.0) ** 0.5

    def draw(batch: int, generator: torch.Generator) -> Float[Tensor, "K B n"]:
        shape = (len(densities), batch, sets, size)
        normal = torch.randn(*shape, generator=generator)
        values = torch.rand(*shape, generator=generator)
        middle = normal.mean(-1, keepdim=True)
        related = own * (normal - middle) + mean * middle
        return torch.where(related < quantile, values, 0).flatten(2)

    return draw


def sampler_of(mode: str, densities: Sequence[float], sets: int, size: int) -> Sampler:
    """The sampler of a mode: `indep`, `corr`, `anti`, or `mixed`: half of the sets `corr`, the rest `anti`.

    Raises:
        InputError, UnknownNameError: as the samplers.
    """
    if mode == "mixed":
        if sets < 2:
            raise InputError(f"mixed: {sets} set; at least 2 would be right")
        half = sets // 2
        return mixed(densities, size, ("corr",) * half + ("anti",) * (sets - half))
    if mode not in MODES:
        raise UnknownNameError(f"mode {mode!r}: known are {', '.join(MODES)}, mixed")
    return mixed(densities, size, (mode,) * sets)


def _check(densities: Sequence[float], size: int, sets: int) -> None:
    if not densities:
        raise InputError("densities: none given; one a model would be right")
    for place, density in enumerate(densities):
        if not 0 <= density <= 1:  # NaN, too
            raise InputError(f"p[{place}] = {density:g}: a number in [0, 1] would be right")
    if size < 1 or sets < 1:
        raise InputError(f"{sets} sets of {size} features: at least one set of one feature would be right")
