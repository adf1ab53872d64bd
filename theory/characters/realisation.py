"""Groups that a character table carries, by their definition: abelian, dihedral, dicyclic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from theory.arithmetic import factorised
from theory.groups.finite_group import PermutationRealisation

__all__ = ["AbelianRealisation", "InversionRealisation", "Realisation", "as_permutations"]


@dataclass(frozen=True)
class AbelianRealisation:
    """The group `Z_(m_1) x ... x Z_(m_s)`, written additively.

    Args:
        invariants: the moduli `m_i >= 1`; they need not divide one another.
        representatives: one vector of exponents for each class (that is, element), in the order of the
            columns.
    """

    invariants: tuple[int, ...]
    representatives: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True)
class InversionRealisation:
    """A dihedral or dicyclic group `<a, t | a^m, t a t^-1 = a^-1, t^2 = a^z>`.

    Args:
        modulus: `m`.
        square: `z`, 0 for a dihedral group, `m/2` for a dicyclic one.
        representatives: `(x, s)` for `a^x t^s`, a class, in the order of the columns.
    """

    modulus: int
    square: int
    representatives: tuple[tuple[int, int], ...]


Realisation: TypeAlias = PermutationRealisation | AbelianRealisation | InversionRealisation


def as_permutations(realisation: Realisation) -> PermutationRealisation:
    """The same group as permutations.

    `Z_m` turns one cycle for each prime power that divides `m` exactly, a dihedral group acts on the corners
    of a polygon, a dicyclic group on itself from the right.
    """
    if isinstance(realisation, AbelianRealisation):
        return _abelian(realisation)
    if isinstance(realisation, InversionRealisation):
        return _inversion(realisation)
    return realisation


def _abelian(realisation: AbelianRealisation) -> PermutationRealisation:
    cycles: list[tuple[int, int]] = []  # (length q, which coordinate turns it)
    for coordinate, m in enumerate(realisation.invariants):
        cycles += [(p**multiplicity, coordinate) for p, multiplicity in factorised(m)]

    def permutation(vector: Sequence[int]) -> tuple[int, ...]:
        images: list[int] = []
        for q, coordinate in cycles:
            start = len(images)
            images += [start + (i + vector[coordinate]) % q for i in range(q)]
        return tuple(images) or (0,)

    units = [
        [int(i == j) for j in range(len(realisation.invariants))] for i in range(len(realisation.invariants))
    ]
    return PermutationRealisation(
        max(sum(q for q, _ in cycles), 1),
        tuple(permutation(unit) for unit, m in zip(units, realisation.invariants, strict=True) if m > 1)
        or ((0,),),
        tuple(permutation(vector) for vector in realisation.representatives),
    )


def _inversion(realisation: InversionRealisation) -> PermutationRealisation:
    m, z = realisation.modulus, realisation.square
    powers, others = tuple(range(m)), tuple(range(m, 2 * m))
    if z:  # a^k t^e is the point k + m e: a^k t a = a^(k-1) t, a^k t t = a^(k+z)
        inversion = others + _turned(powers, z)
    else:
        inversion, others = powers[:1] + powers[:0:-1], ()

    def element(x: int, s: int) -> tuple[int, ...]:
        turn = _turned(powers, x) + _turned(others, -x % m)
        return tuple([inversion[i] for i in turn]) if s else turn

    return PermutationRealisation(
        len(inversion),
        (element(1, 0), inversion),
        tuple(element(x, s) for x, s in realisation.representatives),
    )


def _turned(points: tuple[int, ...], k: int) -> tuple[int, ...]:
    """The images under `k` steps forward on a cycle; they share the integer objects of `points`."""
    return points[k:] + points[:k]
