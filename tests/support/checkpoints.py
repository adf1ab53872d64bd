"""The networks that others trained, read once a process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from jaxtyping import Float
from reference_figures import S5_NAMES

from empirics.circuits.character_fit import CharacterFit, character_fit, key_irreps
from empirics.circuits.clusters import NeuronClusters, neuron_clusters
from empirics.circuits.directions import ProductMeans, product_means
from empirics.circuits.irreps import NetworkGroup, network_group
from empirics.circuits.loading import load_network
from empirics.circuits.losses import split_nanda, split_torch
from empirics.circuits.networks import WeightNetwork

CHUGHTAI = ("S5_MLP_seed1", "S5_MLP_seed4", "S5_T_seed1", "C113_MLP_seed1", "D61_MLP_seed1")
FILES = {
    "low_precision": "low_precision_mod_addition.pth",
    "no_wd": "mod_addition_no_wd_model.pth",
    **{name: f"{name}/model.pt" for name in CHUGHTAI},
}
# each network as a parameter; one transformer of the three is enough for the quick tests
EACH = [
    pytest.param(name, marks=pytest.mark.slow) if name in ("low_precision", "S5_T_seed1") else name
    for name in FILES
]


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A network with its logits and the group it was trained on."""

    name: str
    path: Path
    network: WeightNetwork
    group: NetworkGroup
    logits: Float[np.ndarray, "n n n"]


@cache
def checkpoint(data: Path, name: str) -> Checkpoint:
    """A network of the data pack; the true table of `low_precision` is given, since it makes 7 mistakes."""
    path = data / FILES[name]
    network = load_network(path)
    logits = network.logits()
    n = network.order
    table = logits.argmax(-1) if name != "low_precision" else np.add.outer(np.arange(n), np.arange(n)) % n
    return Checkpoint(name, path, network, network_group(table, name), logits)


@cache
def irrep_of(data: Path, name: str, word: str) -> int:
    """The number of the irrep that the data pack's tables call by a word."""
    group = checkpoint(data, name).group
    if word.startswith("k="):
        return group.irreps.index(word)
    degree, value = S5_NAMES[word] if name.startswith("S5") else (1, -1)
    classes = group.characters
    # transpositions are the involutions of the smallest class, in D61 the reflections
    involution = min(
        (size, column)
        for column, (size, order) in enumerate(zip(classes.class_sizes, classes.element_orders, strict=True))
        if order == 2
    )[1]
    found = [
        r
        for r in range(1, len(group.irreps))
        if group.irreps.degrees[r] == degree
        and classes.values[group.irreps.constituents[r][0]][involution] == value
    ]
    (number,) = found
    return number


@cache
def hidden(data: Path, name: str) -> Float[np.ndarray, "n n m"]:
    """The hidden activations of a network."""
    return checkpoint(data, name).network.hidden()


@cache
def clusters(data: Path, name: str) -> NeuronClusters:
    """Its neurons by irrep."""
    return neuron_clusters(hidden(data, name), checkpoint(data, name).group)


@cache
def fitted(data: Path, name: str) -> tuple[ProductMeans, CharacterFit, list[int]]:
    """Mean logits at every product, the character fit, and the key irreps."""
    found = checkpoint(data, name)
    means = product_means(found.network, found.group)
    fit = character_fit(means)
    return means, fit, key_irreps(fit)


@cache
def train_mask(data: Path, name: str) -> np.ndarray:
    """The pairs that a network was trained on (shared/data/README.md)."""
    order = checkpoint(data, name).group.order
    if name in CHUGHTAI:
        settings = json.loads((data / name / "cfg.json").read_text())
        return split_torch(order, settings["seed"], settings["frac_train"])
    return split_nanda(order, {"low_precision": 1, "no_wd": 0}[name], 0.3)
