"""Spheres through points and how far apart they are; points of least energy on a sphere."""

from theory.superposition.spheres.fit import SphereFamily, described, family, fit
from theory.superposition.spheres.interference import best_biases, biased_energy, coulomb_energy, relu_energy
from theory.superposition.spheres.lorentz import SphereDistance, cluster, distance, family_distance
from theory.superposition.spheres.sphere import Sphere
from theory.superposition.spheres.thomson import LeastEnergy, energies_of, thomson
from theory.superposition.spheres.through import through

__all__ = [
    "LeastEnergy",
    "Sphere",
    "SphereDistance",
    "SphereFamily",
    "best_biases",
    "biased_energy",
    "cluster",
    "coulomb_energy",
    "described",
    "distance",
    "energies_of",
    "family",
    "family_distance",
    "fit",
    "relu_energy",
    "thomson",
    "through",
]
