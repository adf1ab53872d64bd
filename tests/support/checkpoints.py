"""The networks that others trained, read once a process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from jaxtyping import Float

from empirics.circuits.irreps import NetworkGroup, network_group
from empirics.circuits.loading import load_network
from empirics.circuits.networks import WeightNetwork

CHUGHTAI = ("S5_MLP_seed1", "S5_MLP_seed4", "S5_T_seed1", "C113_MLP_seed1", "D61_MLP_seed1")
FILES = {
    "low_precision": "low_precision_mod_addition.pth",
    "no_wd": "mod_addition_no_wd_model.pth",
    **{name: f"{name}/model.pt" for name in CHUGHTAI},
}


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
