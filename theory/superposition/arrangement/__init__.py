"""The hyperplane arrangement of a layer: characteristic polynomial, regions, and those that inputs reach."""

from theory.superposition.arrangement.census import Census, census
from theory.superposition.arrangement.enumeration import Regions, enumerate_regions
from theory.superposition.arrangement.hyperplanes import Arrangement, arrangement
from theory.superposition.arrangement.poset import (
    Characteristic,
    charpoly,
    charpoly_by_parts,
    flats,
    independent_parts,
)
from theory.superposition.arrangement.reached import Reached, reached

__all__ = [
    "Arrangement",
    "Census",
    "Characteristic",
    "Reached",
    "Regions",
    "arrangement",
    "census",
    "charpoly",
    "charpoly_by_parts",
    "enumerate_regions",
    "flats",
    "independent_parts",
    "reached",
]
