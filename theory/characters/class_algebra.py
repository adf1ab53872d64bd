"""The centre of the group algebra over GF(p): class matrices, and its primitive idempotents.

`K_j` is the sum of class `j`, `K_j K_r = sum_s a_jrs K_s`. The primitive idempotents are
`e_chi = (d_chi / n) sum_C chi(C^-1) K_C`. The idempotent `v = sum_chi e_chi` over any set of characters is a
cyclic
vector: if the eigenvalues `w_chi` of an element `A` of the centre are distinct on the set, then

    e_chi = q_chi(A) v / m'(w_chi),   m(x) = prod_chi (x - w_chi),   q_chi(x) = m(x) / (x - w_chi)

so that one sequence `v, vA, vA^2, ...` splits the whole set. Only the class matrices of the smallest classes
are computed, and more of them only until they separate the characters.

Sources: J. D. Dixon, Numer. Math. 10 (1967) 446-450; G. J. A. Schneider, J. Symb. Comput. 9 (1990) 601-606.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import numpy as np
from jaxtyping import Int

from theory.characters.modular import berlekamp_massey, krylov, multiply_modulo, quotients_by_roots
from theory.groups.conjugacy import ConjugacyClasses
from theory.groups.finite_group import FiniteGroup

__all__ = ["class_matrix", "split"]

_CHUNK = 2**20  # products formed at a time


def class_matrix(group: FiniteGroup, classes: ConjugacyClasses, j: int) -> Int[np.ndarray, "c c"]:
    """`a_jrs` at row `r`, column `s`: the number of pairs in `C_j x C_r` with a given product in `C_s`."""
    c = len(classes.sizes)
    # a_jrs = #{x in C_j : x^-1 z_s in C_r}, and x^-1 runs through the inverse class
    members = np.flatnonzero(classes.class_of == classes.inverse[j])
    matrix = np.zeros((c, c), dtype=np.int64)
    step = max(_CHUNK // c, 1)
    for start in range(0, len(members), step):
        products = group.multiply(members[start : start + step, None], classes.representatives[None, :])
        cells = classes.class_of[products].astype(np.int64) * c + np.arange(c)
        matrix += np.bincount(cells.ravel(), minlength=c * c).reshape(c, c)
    return matrix


def split(
    group: FiniteGroup, classes: ConjugacyClasses, start: Int[np.ndarray, " c"], count: int, p: int
) -> Int[np.ndarray, "count c"]:
    """The primitive idempotents modulo `p` whose sum is the idempotent `start`, in the order of their
    eigenvalues.

    Args:
        start: coefficients on the class sums.
        count: how many characters it is the sum of.
        p: a prime `p = 1 mod exponent`, above the order.
    """
    draw = Random(p)  # any seed gives the same set; a fixed one gives the same run
    functional = np.array([draw.randrange(1, p) for _ in start], dtype=np.int64)
    for matrix in _mixtures(group, classes, p, draw):
        rows = krylov(start, matrix, 2 * count, p)
        polynomial = berlekamp_massey(multiply_modulo(rows, functional[:, None], p)[:, 0], p)
        if len(polynomial) - 1 < count:
            continue  # two characters agree on these classes, or the dice fell badly: take more classes
        roots = _roots(polynomial, p)
        quotients, derivative = quotients_by_roots(polynomial, roots, p)
        scale = np.array([pow(int(value), -1, p) for value in derivative], dtype=np.int64)
        idempotents = multiply_modulo(quotients * scale[:, None] % p, rows[:count], p)
        # distinct eigenvalues on vectors that sum to the cyclic vector: these are the components of `start`
        assert ((multiply_modulo(idempotents, matrix, p) - roots[:, None] * idempotents) % p == 0).all()
        assert (idempotents.sum(axis=0) % p == start).all()
        assert idempotents.any(axis=1).all()
        return idempotents
    raise AssertionError("all class sums together separate the characters")


def _mixtures(
    group: FiniteGroup, classes: ConjugacyClasses, p: int, draw: Random
) -> Iterator[Int[np.ndarray, "c c"]]:
    """Random combinations of ever more class matrices, smallest classes first; then of all, many times."""
    c = len(classes.sizes)
    # a class and its inverse separate the same characters
    pending = [j for j in range(1, c) if j <= classes.inverse[j]]
    pending.sort(key=lambda j: (classes.sizes[j], j))
    budget = max(group.order // (8 * c), classes.sizes[pending[0]] if pending else 1)
    known: list[Int[np.ndarray, "c c"]] = []
    used = 0
    while pending:
        while pending and (used + classes.sizes[pending[0]] <= budget or not known):
            j = pending.pop(0)
            used += classes.sizes[j]
            known.append(class_matrix(group, classes, j))
        yield _combination(known, p, draw)
        budget *= 4
    for _ in range(64):
        yield _combination(known, p, draw)


def _combination(matrices: list[Int[np.ndarray, "c c"]], p: int, draw: Random) -> Int[np.ndarray, "c c"]:
    total = np.zeros_like(matrices[0])
    for matrix in matrices:
        total = (total + draw.randrange(1, p) * matrix) % p  # entries are at most n < p < 2^31
    return total


def _roots(polynomial: list[int], p: int) -> Int[np.ndarray, " d"]:
    from flint import nmod_poly

    found = sorted(int(root) for root, _ in nmod_poly(polynomial, p).roots())
    assert len(found) == len(polynomial) - 1, "p = 1 mod exponent: the eigenvalues lie in GF(p)"
    return np.array(found, dtype=np.int64)
