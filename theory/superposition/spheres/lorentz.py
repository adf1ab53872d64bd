"""How far apart two spheres are, hyperplanes among them, without pivots.

With `<s, s> = 1` in the Lorentz form, `|<s, t>|` is the cosine of the angle at which two spheres meet, 1 if
they touch or are equal, and the hyperbolic cosine of their inversive distance if they do not meet. Möbius
transformations are the isometries of the form, so they keep it (Hertrich-Jeromin, Introduction to Möbius
Differential Geometry, 2003).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from theory.errors import InputError
from theory.superposition.spheres.fit import SphereFamily
from theory.superposition.spheres.sphere import Sphere, lorentz_product

__all__ = ["SphereDistance", "cluster", "distance", "family_distance"]

TOUCHING = 1e-9


@dataclass(frozen=True)
class SphereDistance:
    """Two spheres, neither oriented.

    Args:
        product: `|<s, t>|`, which Möbius transformations keep; 1 for equal spheres and for tangent ones.
        chordal: the sine of the angle between the lines that the vectors `(c_0, c, c_last)` span: 0 only for
            equal spheres, so that one can cluster by it; rotations keep it, translations do not.
        relation: what the product means.
    """

    product: float
    chordal: float
    relation: Literal["equal", "tangent", "intersecting", "orthogonal", "disjoint"]

    @property
    def angle(self) -> float | None:
        """At which they meet, in radians; None if they do not."""
        return None if self.relation == "disjoint" else math.acos(min(1.0, self.product))

    @property
    def inversive(self) -> float:
        """`arcosh |<s, t>|` of disjoint spheres, else 0."""
        return math.acosh(self.product) if self.relation == "disjoint" else 0.0


def distance(first: Sphere, second: Sphere) -> SphereDistance:
    """The Lorentz product of two spheres, what it means, and the chordal distance.

    Raises:
        InputError: spheres of spaces of different dimensions.
    """
    _check_dimensions([first, second])
    product = abs(lorentz_product(first.vector, second.vector))
    chordal = float(_chordal(np.stack([first.vector, second.vector]))[0, 1])
    if chordal < TOUCHING:
        return SphereDistance(product, chordal, "equal")
    if abs(product - 1) < TOUCHING:
        return SphereDistance(product, chordal, "tangent")
    if product > 1:
        return SphereDistance(product, chordal, "disjoint")
    return SphereDistance(product, chordal, "orthogonal" if product < TOUCHING else "intersecting")


def family_distance(first: SphereFamily, second: SphereFamily) -> float:
    """The chordal distance of two `k`-spheres: `sqrt(sum sin^2)` of the angles between their families' spans.

    Raises:
        InputError: families of different sizes or in spaces of different dimensions.
    """
    if first.basis.shape != second.basis.shape:
        raise InputError(
            f"spheres: families of shapes {list(first.basis.shape)} and {list(second.basis.shape)}; equal "
            "ones, of spheres of one dimension in one space, would be right"
        )
    # sum sin^2 = |P - Q|_F^2 / 2; the residual of one basis in the other's span has no cancellation
    rest = second.basis - (second.basis @ first.basis.T) @ first.basis
    return float(np.linalg.norm(rest))


def cluster(spheres: Sequence[Sphere], tolerance: float) -> Int[np.ndarray, " s"]:
    """Labels by single linkage: spheres whose chordal distance is at most the tolerance belong together.

    Raises:
        InputError: no spheres, or of different dimensions.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    _check_dimensions(spheres)
    near = _chordal(np.stack([sphere.vector for sphere in spheres])) <= tolerance
    return np.asarray(connected_components(csr_matrix(near), directed=False)[1], dtype=np.int64)


def _chordal(vectors: Float[np.ndarray, "s v"]) -> Float[np.ndarray, "s s"]:
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    rest = unit[None] - (unit @ unit.T)[:, :, None] * unit[:, None]
    return np.linalg.norm(rest, axis=-1)


def _check_dimensions(spheres: Sequence[Sphere]) -> None:
    found = sorted({sphere.dimension for sphere in spheres})
    if len(found) != 1:
        raise InputError(f"spheres: of R^m for m = {found}; one m would be right")
