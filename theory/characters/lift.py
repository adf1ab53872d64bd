"""Character values from their residues modulo a prime, exactly.

For `g` of order `m`, `chi(g) = sum_k m_k zeta_m^k` with `m_k` the multiplicity of the eigenvalue `zeta_m^k`:

    m_k = (1/m) sum_(i < m) chi(g^i) zeta_m^(-ik)

The residues of the right side modulo `p = 1 mod m` give `m_k` modulo `p`, and `0 <= m_k <= d < p` makes it
unique.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np
from jaxtyping import Int

from theory.characters.cyclotomic import Cyclotomic, from_terms
from theory.characters.modular import multiply_modulo
from theory.groups.conjugacy import ConjugacyClasses
from theory.groups.finite_group import FiniteGroup

__all__ = ["ClassOrbit", "cyclic_orbits", "lifted_rows"]


@dataclass(frozen=True)
class ClassOrbit:
    """The classes of the generators of one cyclic subgroup, up to conjugacy.

    Args:
        powers: the class of `g^i` for `i = 0..m-1`.
        units: for each class of the orbit a unit `u` modulo `m` with `g^u` in it, as (class, unit); `(class
            of g, 1)` first.
    """

    powers: Int[np.ndarray, " m"]
    units: tuple[tuple[int, int], ...]


def cyclic_orbits(group: FiniteGroup, classes: ConjugacyClasses) -> tuple[ClassOrbit, ...]:
    """The orbits of `g -> g^u` on the classes, `u` prime to the order of `g`, by their first class."""
    assigned: set[int] = set()
    orbits = []
    for column, m in enumerate(classes.orders):
        if column in assigned:
            continue
        elements = np.zeros(1, dtype=np.int64)  # the identity has index 0
        step = classes.representatives[column : column + 1]
        while len(elements) < m:  # g^0..g^(2^t - 1), then times g^(2^t)
            elements = np.concatenate([elements, group.multiply(elements, step)])
            step = group.multiply(step, step)
        powers = classes.class_of[elements[:m]].astype(np.int64)
        units: dict[int, int] = {}
        for u in range(min(1, m - 1), m):
            if gcd(u, m) == 1:
                units.setdefault(int(powers[u]), u)
        assigned.update(units)
        orbits.append(ClassOrbit(powers, tuple(units.items())))
    return tuple(orbits)


def lifted_rows(
    residues: Int[np.ndarray, "r c"], orbits: tuple[ClassOrbit, ...], p: int, root: int, exponent: int
) -> list[tuple[int | Cyclotomic, ...]]:
    """The characters whose values reduce to the residues under `zeta_exponent -> root`.

    Args:
        residues: column 0 holds the degrees, which are below `p/2`.
    """
    degrees = residues[:, :1]
    assert (2 * degrees < p).all()
    columns: list[list[int | Cyclotomic]] = [[] for _ in range(residues.shape[1])]
    values: dict[tuple[int, tuple[tuple[int, int], ...]], int | Cyclotomic] = {}
    for orbit in orbits:
        if len(orbit.units) == 1:  # chi(g) is rational, and |chi(g)| <= d < p/2
            column = orbit.units[0][0]
            integers = np.where(2 * residues[:, column] > p, residues[:, column] - p, residues[:, column])
            assert (abs(integers) <= degrees[:, 0]).all()
            columns[column] = integers.tolist()
            continue
        m = len(orbit.powers)
        zeta = pow(root, exponent // m, p)
        powers = [1]
        for _ in range(m - 1):
            powers.append(powers[-1] * zeta % p)
        # m_k = (1/m) sum_i chi(g^i) zeta^(-ik)
        kernel = np.array(powers, dtype=np.int64)[-np.outer(np.arange(m), np.arange(m)) % m]
        spectrum = multiply_modulo(residues[:, orbit.powers], kernel, p) * pow(m, -1, p) % p
        assert (spectrum <= degrees).all()
        assert (spectrum.sum(axis=1) == degrees[:, 0]).all()
        for multiplicities in spectrum:
            support = np.flatnonzero(multiplicities)
            eigenvalues = list(zip(support.tolist(), multiplicities[support].tolist(), strict=True))
            for column, u in orbit.units:
                key = m, tuple(sorted((k * u % m, count) for k, count in eigenvalues))
                if key not in values:
                    found = from_terms(m, dict(key[1]))
                    assert not isinstance(found, float)
                    values[key] = found  # type: ignore[assignment]  # integer coefficients
                columns[column].append(values[key])
    return list(zip(*columns, strict=True))
