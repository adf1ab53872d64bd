"""Bussmann's two-layer ReLU network on one-hot inputs, trained to add (shared/specs/circuits.md, 2.12)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool

from empirics.circuits.loading import load_network
from empirics.circuits.perceptrons import OneHotPerceptron

TRAIN_SHARE = 0.8
BATCH = 128


@dataclass(frozen=True, eq=False)
class TrainedAdder:
    """A network that was trained to add modulo `n`, and the pairs it was trained on."""

    network: OneHotPerceptron
    train: Bool[np.ndarray, "n n"]


def train_adder(n: int = 113, neurons: int = 100, epochs: int = 500, seed: int = 1) -> TrainedAdder:
    """AdamW at 3e-3 with weight decay .5, torch's default initialisation: a minute on one core."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = torch.nn.Sequential(
            torch.nn.Linear(2 * n, neurons), torch.nn.ReLU(), torch.nn.Linear(neurons, n)
        )
        first, second = torch.cartesian_prod(torch.arange(n), torch.arange(n)).T
        eye = torch.eye(n)
        inputs, labels = torch.cat([eye[first], eye[second]], 1), (first + second) % n
        train = torch.randperm(n * n)[: int(TRAIN_SHARE * n * n)]
        optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.5)
        for _ in range(epochs):
            for batch in train[torch.randperm(len(train))].split(BATCH):
                optimiser.zero_grad()
                torch.nn.functional.cross_entropy(model(inputs[batch]), labels[batch]).backward()
                optimiser.step()
    network = load_network(model.state_dict())
    assert isinstance(network, OneHotPerceptron)
    mask = np.zeros(n * n, dtype=bool)
    mask[train.numpy()] = True
    return TrainedAdder(network, mask.reshape(n, n))
