"""Persistent homology of feature directions: Vietoris-Rips, alpha complexes, and what a join looks like."""

from theory.superposition.topology.alpha import alpha
from theory.superposition.topology.bottleneck import bottleneck
from theory.superposition.topology.join_signature import JoinSignature, join_signature, predicted_bars
from theory.superposition.topology.persistence import Bar, persistence
from theory.superposition.topology.points import strong_columns
from theory.superposition.topology.rips import rips

__all__ = [
    "Bar",
    "JoinSignature",
    "alpha",
    "bottleneck",
    "join_signature",
    "persistence",
    "predicted_bars",
    "rips",
    "strong_columns",
]
