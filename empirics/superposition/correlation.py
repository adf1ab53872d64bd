"""Where correlated and anticorrelated features go: angles inside and between sets, antipodal pairs, summands.

Statistics are over the better half of the seeds. Two features are linked if `|cos| > .15` and antipodal if
`cos < -.85`; only represented features, of norm .2 and more, have angles.

Source: Elhage et al., Toy Models of Superposition (2022), "Correlated and anticorrelated features"; the
question about more than two sets is Pfeifle's (2022-10-04).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Float, Int

from empirics.superposition.samplers import MODES, Sampler, copula, sampler_of
from empirics.superposition.training import Recipe, evaluated_losses, initial_weights, train
from theory.errors import InputError
from theory.superposition.geometry import WEAK_NORM, gram_components

__all__ = [
    "CONFIGURATIONS",
    "CorrelationStatistics",
    "Sets",
    "adjusted_rand",
    "copula_sweep",
    "correlation_table",
    "experiment",
    "pair_statistics",
    "statistics_line",
    "statistics_row",
    "table_verdict",
]

CONFIGURATIONS = ((2, 2, 2), (3, 2, 3), (3, 3, 5), (4, 3, 6), (3, 4, 6))  # sets, size, m
RECIPE = Recipe(steps=1500, batch=512, learning_rate=5e-3)
SEEDS = 16
LINKED, ANTIPODAL = 0.15, -0.85
EVALUATED = 20_000
PERMUTATIONS = 999

Partition = Callable[[Float[np.ndarray, "m n"], Int[np.ndarray, " k"]], Sequence[Sequence[int]]]


@dataclass(frozen=True)
class Sets:
    """Sets of features of one size, in `m` dimensions.

    Args:
        sets: how many.
        size: features of each.
        dimensions: `m`.
    """

    sets: int
    size: int
    dimensions: int

    def __post_init__(self) -> None:
        if self.sets < 2 or self.size < 2 or self.dimensions < 1:
            raise InputError(
                f"{self.sets} sets of {self.size} features in {self.dimensions} dimensions: "
                "at least 2 sets of 2 features in 1 dimension would be right"
            )

    @property
    def features(self) -> int:
        """`n`."""
        return self.sets * self.size

    @property
    def labels(self) -> Int[np.ndarray, " n"]:
        """The set of each feature."""
        return np.repeat(np.arange(self.sets), self.size)

    @property
    def chance(self) -> float:
        """How often two features drawn without replacement are of one set."""
        return (self.size - 1) / (self.features - 1)


@dataclass(frozen=True)
class CorrelationStatistics:
    """What the better half of the models says.

    Args:
        mode: of the sampler.
        models: how many are counted.
        loss: their mean.
        cosine_same, cosine_different: mean cosines inside a set and between sets.
        linked_same, linked_different: shares of linked pairs.
        antipodal: pairs, over all models.
        antipodal_same: those inside a set.
        antipodal_sets: those inside each set; in `mixed`, correlated sets come first.
        chance: share of all pairs that are inside a set.
        z: of `antipodal_same` against a binomial with `chance`; NaN without antipodal pairs.
        rand: mean adjusted Rand index of summands against sets.
        rand_p: of its mean under permutations of the features' sets.
    """

    mode: str
    models: int
    loss: float
    cosine_same: float
    cosine_different: float
    linked_same: float
    linked_different: float
    antipodal: int
    antipodal_same: int
    antipodal_sets: tuple[int, ...]
    chance: float
    z: float
    rand: float
    rand_p: float

    @property
    def share(self) -> float:
        """Of the antipodal pairs, those inside a set; NaN without any."""
        return self.antipodal_same / self.antipodal if self.antipodal else math.nan


def experiment(
    sets: Sets,
    mode: str,
    density: float,
    seed: int,
    seeds: int = SEEDS,
    recipe: Recipe = RECIPE,
    partition: Partition = gram_components,
    features: int | None = None,
    progress: Callable[[int, float], None] | None = None,
) -> CorrelationStatistics:
    """Train models of one configuration and read the better half.

    Args:
        sets: sizes.
        mode: `indep`, `corr`, `anti`, `mixed`.
        density: `p` of every feature.
        seed: of everything that is drawn.
        seeds: models, at least 2.
        recipe: of training.
        partition: from `W` and its represented features to summands.
        features: `n`, if it is known: then the sets must fill it.
        progress: called with the step and the mean loss.

    Raises:
        InputError: sizes that do not sum to `n`; `p size > 1` for `anti`; fewer than 2 seeds.
        UnknownNameError: a mode that is not known.
    """
    if features is not None and features != sets.features:
        raise InputError(
            f"{sets.sets} sets of {sets.size} features are {sets.features}, not n = {features}; "
            "sizes that sum to n would be right"
        )
    if seeds < 2:
        raise InputError(f"{seeds} seeds: at least 2, of which the better half counts, would be right")
    sampler = sampler_of(mode, [density] * seeds, sets.sets, sets.size)
    weights, losses = _better_half(sampler, sets, seed, seeds, recipe, progress)
    return _statistics(weights, losses, sets, mode, partition, np.random.default_rng(seed))


def copula_sweep(
    sets: Sets,
    density: float,
    correlations: Sequence[float],
    seed: int,
    seeds: int = SEEDS,
    recipe: Recipe = RECIPE,
) -> tuple[CorrelationStatistics, ...]:
    """The same with Gaussian copulas, one statistic a correlation `rho`; the mode is `rho=...`.

    Raises:
        InputError: as `experiment`, and a `rho` that no Gaussian has.
    """
    found = []
    for correlation in correlations:
        sampler = copula([density] * seeds, sets.sets, sets.size, correlation)
        weights, losses = _better_half(sampler, sets, seed, seeds, recipe, None)
        one = _statistics(weights, losses, sets, "", gram_components, np.random.default_rng(seed))
        found.append(replace(one, mode=f"rho={correlation:g}"))
    return tuple(found)


def pair_statistics(
    weights: Float[np.ndarray, "k m n"], sets: Sets
) -> tuple[dict[str, float], tuple[int, tuple[int, ...]]]:
    """Mean cosines and shares of linked pairs, inside (`same`) and between (`different`) sets; antipodes.

    Args:
        weights: models.
        sets: that the features belong to, in order.

    Returns:
        means by name, and how many pairs are antipodal, in all and inside each set. A mean over no pairs is
        NaN.
    """
    upper = np.triu(np.ones((sets.features, sets.features), dtype=bool), 1)
    same = sets.labels[:, None] == sets.labels
    norms = np.linalg.norm(weights, axis=1)
    units = weights / np.maximum(norms, 1e-12)[:, None]
    cosines = units.swapaxes(1, 2) @ units
    alive = norms >= WEAK_NORM
    pairs = upper & alive[:, :, None] & alive[:, None]
    means = {}
    for name, chosen in (("same", pairs & same), ("different", pairs & ~same)):
        values = cosines[chosen]
        means[f"cosine_{name}"] = float(values.mean()) if values.size else math.nan
        means[f"linked_{name}"] = float((np.abs(values) > LINKED).mean()) if values.size else math.nan
    antipodal: Bool[np.ndarray, "k n n"] = pairs & (cosines < ANTIPODAL)
    inside = [antipodal[:, own][:, :, own].sum() for own in np.split(np.arange(sets.features), sets.sets)]
    return means, (int(antipodal.sum()), tuple(map(int, inside)))


def adjusted_rand(
    partitions: Sequence[Int[np.ndarray, " n"]],
    labels: Int[np.ndarray, " n"],
    generator: np.random.Generator,
    permutations: int = PERMUTATIONS,
) -> tuple[float, float]:
    """The mean adjusted Rand index of some partitions against one, and its p-value.

    The null permutes `labels`, for each partition on its own; `p = (1 + #{null >= found}) / (1 +
    permutations)`, one-sided: small where the partitions agree with the labels better than by chance.

    Args:
        partitions: label vectors; a negative label is left out.
        labels: to compare with.
        generator: of the permutations.
        permutations: how many.
    """
    from sklearn.metrics import adjusted_rand_score

    kept = [(partition[partition >= 0], labels[partition >= 0]) for partition in partitions]
    kept = [(ours, theirs) for ours, theirs in kept if len(ours) > 1]
    if not kept:
        return math.nan, math.nan
    found = float(np.mean([adjusted_rand_score(theirs, ours) for ours, theirs in kept]))
    null = np.zeros(permutations)
    for ours, theirs in kept:
        null += _permuted_rand(ours, theirs, generator, permutations) / len(kept)
    return found, (1 + int((null >= found - 1e-12).sum())) / (1 + permutations)


def _permuted_rand(
    ours: Int[np.ndarray, " n"], theirs: Int[np.ndarray, " n"], generator: np.random.Generator, count: int
) -> Float[np.ndarray, " p"]:
    """Adjusted Rand indices under permutations: only the number of pairs together in both changes."""
    orders = np.stack([generator.permutation(len(theirs)) for _ in range(count)])
    first, second = np.triu_indices(len(ours), 1)
    together = ours[first] == ours[second]
    permuted = theirs[orders]
    pairs = permuted[:, first] == permuted[:, second]
    both = (pairs & together).sum(1)
    expected = together.sum() * pairs[0].sum() / len(first)
    most = (together.sum() + pairs[0].sum()) / 2
    return np.ones(count) if most == expected else (both - expected) / (most - expected)


def _better_half(
    sampler: Sampler,
    sets: Sets,
    seed: int,
    seeds: int,
    recipe: Recipe,
    progress: Callable[[int, float], None] | None,
) -> tuple[Float[np.ndarray, "k m n"], Float[np.ndarray, " k"]]:
    """Weights and losses of the models with the lower losses."""
    generator = torch.Generator().manual_seed(seed)
    weights = initial_weights(seeds, sets.dimensions, sets.features, generator, recipe.scale)
    models = train(sampler, weights, recipe, generator, progress=progress)
    losses = evaluated_losses(models, sampler, generator, EVALUATED)
    better = np.argsort(losses, kind="stable")[: seeds // 2]
    return models.weights[better], losses[better]


def _statistics(
    weights: Float[np.ndarray, "k m n"],
    losses: Float[np.ndarray, " k"],
    sets: Sets,
    mode: str,
    partition: Partition,
    generator: np.random.Generator,
) -> CorrelationStatistics:
    means, (antipodal, by_set) = pair_statistics(weights, sets)
    inside = sum(by_set)
    labels = [_summand_labels(weight, partition) for weight in weights]
    rand, rand_p = adjusted_rand(labels, sets.labels, generator)
    chance = sets.chance
    z = math.nan
    if antipodal:
        z = (inside - antipodal * chance) / math.sqrt(antipodal * chance * (1 - chance))
    return CorrelationStatistics(
        mode=mode,
        models=len(weights),
        loss=float(losses.mean()),
        **means,
        antipodal=antipodal,
        antipodal_same=inside,
        antipodal_sets=by_set,
        chance=chance,
        z=z,
        rand=rand,
        rand_p=rand_p,
    )


def _summand_labels(weights: Float[np.ndarray, "m n"], partition: Partition) -> Int[np.ndarray, " n"]:
    represented = np.flatnonzero(np.linalg.norm(weights, axis=0) >= WEAK_NORM)
    labels = np.full(weights.shape[1], -1)
    for number, block in enumerate(partition(weights, represented)):
        labels[list(block)] = number
    return labels


def correlation_table(
    shape: tuple[int | None, int | None, int | None],
    mode: str,
    density: float,
    seed: int,
    seeds: int = SEEDS,
    steps: int = RECIPE.steps,
    correlations: tuple[float, ...] = (),
    features: int | None = None,
    tell: Callable[[str], None] = lambda text: None,
) -> list[tuple[Sets, CorrelationStatistics]]:
    """One configuration or all five, one mode or `all` three, or Gaussian copulas.

    Args:
        shape: sets, size, `m`; all None for the five of `CONFIGURATIONS`.
        mode: as `experiment`, or `all`.
        density: `p`.
        seed: of everything.
        seeds: models a row.
        steps: of training.
        correlations: `rho` of copulas, in place of modes.
        features: `n`, if it is to be checked.
        tell: what is being done.

    Raises:
        InputError: a shape given in part; as `experiment`.
    """
    if any(part is None for part in shape) and any(part is not None for part in shape):
        raise InputError("correlation: --sets, --size and -m go together; all three or none would be right")
    shapes = CONFIGURATIONS if shape[0] is None else (shape,)
    recipe = replace(RECIPE, steps=steps)
    found = []
    for one in shapes:
        sets = Sets(*one)  # type: ignore[arg-type]
        if correlations:
            rows = copula_sweep(sets, density, correlations, seed, seeds, recipe)
            found += [(sets, row) for row in rows]
            continue
        for chosen in MODES if mode == "all" else (mode,):
            tell(f"{sets.sets} x {sets.size}, m = {sets.dimensions}, {chosen}")
            row = experiment(sets, chosen, density, seed, seeds, recipe, features=features)
            found.append((sets, row))
    return found


def statistics_row(sets: Sets, found: CorrelationStatistics) -> dict[str, object]:
    """As JSON."""
    return {**asdict(sets), **asdict(found), "share": found.share}


def statistics_line(sets: Sets, found: CorrelationStatistics) -> str:
    """For a terminal."""
    by_set = f" by set {list(found.antipodal_sets)}" if found.mode == "mixed" else ""
    return (
        f"{sets.sets}x{sets.size}, m={sets.dimensions} {found.mode:<6} "
        f"cos {found.cosine_same:+.2f}/{found.cosine_different:+.2f}  "
        f"linked {found.linked_same:.2f}/{found.linked_different:.2f}  "
        f"antipodal in set {found.antipodal_same}/{found.antipodal}{by_set} (chance {found.chance:.2f}, "
        f"z {found.z:+.1f})  Rand {found.rand:+.2f}, p {found.rand_p:.3f}"
    )


def table_verdict(found: Sequence[tuple[Sets, CorrelationStatistics]]) -> str:
    """One sentence about antipodal pairs, by mode."""
    parts = []
    for mode in dict.fromkeys(statistics.mode for _, statistics in found):
        rows = [statistics for _, statistics in found if statistics.mode == mode]
        pairs, inside = sum(row.antipodal for row in rows), sum(row.antipodal_same for row in rows)
        parts.append(f"{mode} {inside} of {pairs}")
    return f"antipodal pairs inside a set: {', '.join(parts)}"
