"""E1 to E3: subspaces as points."""

from __future__ import annotations

import math

import numpy as np

from empirics.figures.palette import EXCLUDED, INK, MUTED, REQUIRED
from empirics.figures.stills import canvas, png
from empirics.superposition.claims.claim import TALK, Claim, Measured, judge
from theory.superposition.projectors import (
    chordal_distance,
    column_reduced,
    orthonormal_basis,
    plucker_coordinates,
    principal_sines,
    projector_radius,
    span_projector,
)

__all__ = ["column_reduction", "plucker_space", "radius_of_projectors"]

NUDGE = 1e-3
CASES = ((4, 2), (5, 1), (6, 4))


def column_reduction(generator: np.random.Generator) -> Claim:
    """E1: does a unique projector need column reduction?

    Args:
        generator: of bases and of the perturbation's direction.
    """
    spanning = np.eye(5)[:, [1, 3]]
    nudged = spanning + NUDGE * _direction(generator, spanning.shape)
    reduced = [column_reduced(one) for one in (spanning, nudged)]
    moved = float(np.linalg.norm(reduced[1] @ reduced[1].T - reduced[0] @ reduced[0].T))
    turned = float(np.linalg.norm(span_projector(nudged) - span_projector(spanning)))
    afterwards = float(np.linalg.norm(span_projector(reduced[1]) - span_projector(reduced[0])))
    basis = orthonormal_basis(generator.standard_normal((7, 3)))
    rotation = np.linalg.qr(generator.standard_normal((3, 3)))[0]
    other = basis @ rotation
    measured = (
        Measured("largest change of P = A Aᵀ over a change of orthonormal basis",
                 float(np.abs(other @ other.T - basis @ basis.T).max()), most=1e-14),
        Measured("column-reduced A Aᵀ moved, of a plane moved by 0.001", moved, least=100.0),
        Measured("the projector moved", turned, most=5 * NUDGE),
        Measured("orthonormalised after column reduction, moved", afterwards, most=5 * NUDGE),
    )  # fmt: skip
    return Claim(
        key="E1",
        title="Column reduction",
        source=TALK,
        said="The matrix A must be column-reduced for P = A Aᵀ to be unique.",
        statement="P = A Aᵀ is the same for every orthonormal basis A of a subspace, since (AQ)(AQ)ᵀ = A Aᵀ. "
        "Column reduction makes A unique, but it jumps where a pivot vanishes.",
        measured=measured,
        verdict=judge(measured, "corrected"),
        evidence="tests/superposition/test_claims.py::test_column_reduction",
        pictures={
            "How far a plane's representative moves when the plane moves by 0.001.": _bars(
                ("the plane", "projector", "reduced, then orthonormalised", "column-reduced A Aᵀ"),
                (NUDGE, turned, afterwards, moved),
            )
        },
    )


def _direction(generator: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    drawn = generator.standard_normal(shape)
    return drawn / np.abs(drawn).max()


def _bars(names: tuple[str, ...], values: tuple[float, ...]) -> bytes:
    figure, (axis,) = canvas(7.0, 2.3)
    places = np.arange(len(names))[::-1]
    axis.barh(places, values, color=[MUTED, REQUIRED, REQUIRED, EXCLUDED])
    axis.set_xscale("log")
    axis.set_yticks(places, names)
    for place, value in zip(places, values, strict=True):
        axis.annotate(f"{value:.2g}", (value, place), xytext=(4, 0), textcoords="offset points",
                      va="center", fontsize=8, color=INK)  # fmt: skip
    axis.set_xlabel("Frobenius norm of the difference")
    axis.margins(x=0.15)
    return png(figure)


def plucker_space(generator: np.random.Generator) -> Claim:
    """E2: in which projective space do Plücker coordinates live?

    Args:
        generator: of subspaces.
    """
    m, k = 5, 2
    count = len(plucker_coordinates(generator.standard_normal((m, k))))
    drawn = [plucker_coordinates(generator.standard_normal((m, k))) for _ in range(3 * count)]
    rank = int(np.linalg.matrix_rank(np.array(drawn)))
    measured = (
        Measured("coordinates of a plane in R⁵", count, math.comb(m, k), math.comb(m, k)),
        Measured("rank of many of them: the least linear space that holds all", rank, count, count),
        Measured("dimension of its projective space", rank - 1, math.comb(m, k) - 1, math.comb(m, k) - 1),
    )
    return Claim(
        key="E2",
        title="Plücker coordinates",
        source=TALK,
        said="Plücker coordinates are points of the projective space RP^C(m,k).",
        statement="C(m, k) homogeneous coordinates are points of the projective space of dimension "
        "C(m, k) − 1, and of no smaller one.",
        measured=measured,
        verdict=judge(measured, "corrected"),
        evidence="tests/superposition/test_claims.py::test_plucker_space",
    )


def radius_of_projectors(generator: np.random.Generator) -> Claim:
    """E3: on which sphere do projectors lie, and what is their distance?

    Args:
        generator: of subspaces.
    """
    radii, sines = [], []
    for m, k in CASES:
        bases = [orthonormal_basis(generator.standard_normal((m, k))) for _ in range(2)]
        first, second = (basis @ basis.T for basis in bases)
        radii.append(abs(projector_radius(first) - math.sqrt(m) / 2))
        root = math.sqrt(float((principal_sines(*bases) ** 2).sum()))
        sines.append(abs(chordal_distance(first, second) - root))
    measured = (
        Measured("largest | ‖P − I/2‖ − √m/2 | over (m, k) = (4, 2), (5, 1), (6, 4)", max(radii), most=1e-14),
        Measured("largest | ‖P − Q‖/√2 − √Σ sin² θ |", max(sines), most=1e-14),
    )
    return Claim(
        key="E3",
        title="The sphere of projectors",
        source=TALK,
        said="Projectors lie on a sphere of radius ½√m.",
        statement="All orthogonal projectors of R^m, of every rank k, have distance √m/2 from I/2, since 2P "
        "− I is orthogonal. The distance of two of one rank is ‖P − Q‖ = √2 √Σ sin² θ over principal "
        "angles θ.",
        measured=measured,
        verdict=judge(measured, "true"),
        evidence="tests/superposition/test_claims.py::test_radius_of_projectors",
    )
