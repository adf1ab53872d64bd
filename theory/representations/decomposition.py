r"""One irrep of any finite group from its character, by matrix coefficients.

If a subgroup's linear character occurs once in `R`, the vector `v` it fixes up to phase has the matrix
coefficient

    phi(g) = <v, R(g) v> = tr(R(g) P),      P = (1/o) sum_j conj(lambda(h))^j R(h)^j,

which the character alone gives: `phi(g) = (1/o) sum_j conj(lambda(h))^j chi(g h^j)` (J. D. Dixon,
*Computing irreducible representations of groups*, Math. Comp. 24 (1970), 707). The translates of `phi` span
a copy of `R` inside the functions on `G`; compressing the regular representation to an orthonormal basis
`B` of that space gives `R(g)`, with an error that is quadratic in the error of the space.

Where every eigenvalue of every element is multiple, `P` has rank `m > 1`, and a random Hermitian element `P
X P` of the corner `P M_d P` is split by Lanczos: its spectral projections have rank one. All of it happens
on functions `f_A(g) = tr(R(g) A)` with `R(x) A <-> f_A(g x)` and `tr(A* B) = (d/n) sum_g conj(f_A(g))
f_B(g)` (Schur), so nothing larger than `n x d` is ever stored.

A real irrep gets a real `phi` (only `lambda = 1` and `-1` are tried), hence orthogonal matrices.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Complex, Inexact, Int

from theory.groups.conjugacy import conjugacy_classes
from theory.groups.finite_group import FiniteGroup

__all__ = [
    "Eigenvalue",
    "compress",
    "invariant_basis",
    "least_multiple_eigenvalue",
    "matrix_coefficient",
    "polar",
]

# A spectral projection of the random corner element is used if its eigenvalue stands apart by this fraction
# of the spectrum's width divided by m; the worst of 20 draws is then far from the rounding error 1e-15 /
# gap.
SEPARATION = 0.2
DRAWS = 20


@dataclass(frozen=True, eq=False)
class Eigenvalue:
    """The eigenvalue `exp(2 pi i exponent / o)` of `R(h)`, with its multiplicity.

    Args:
        cycle: the powers `1, h, ..., h^(o-1)`.
        exponent: `l` in `lambda(h) = exp(2 pi i l / o)`.
        multiplicity: `m = (1/o) sum_j conj(lambda(h))^j chi(h^j) >= 1`.
    """

    cycle: Int[np.ndarray, " o"]
    exponent: int
    multiplicity: int


@lru_cache(maxsize=4)
def cycles(group: FiniteGroup) -> tuple[Int[np.ndarray, " _"], ...]:
    """The powers `1, h, h^2, ...` of the representative of each conjugacy class, in the group's order."""
    classes = conjugacy_classes(group)
    representatives = np.asarray(classes.representatives)
    found = [np.zeros_like(representatives)]
    for _ in range(1, max(classes.orders)):
        found.append(np.asarray(group.multiply(found[-1], representatives)))
    table = np.stack(found, axis=1)
    return tuple(row[:order] for row, order in zip(table, classes.orders, strict=True))


def least_multiple_eigenvalue(
    group: FiniteGroup, character: Complex[np.ndarray, " n"], real: bool
) -> Eigenvalue:
    """The eigenvalue of least multiplicity among those of all elements, the least order first among equals.

    Args:
        character: the values of an irreducible character on all elements.
        real: try the eigenvalues 1 and -1 only.
    """
    best: Eigenvalue | None = None
    for cycle in cycles(group):
        order = cycle.size
        # m_l = (1/o) sum_j exp(-2 pi i l j / o) chi(h^j), for all l at once
        multiplicities = np.rint(np.fft.fft(character[cycle]).real / order).astype(np.int64)
        # lambda = 1, and lambda = -1 for even order, or all of them
        signs = range(0, order, order // 2 if order % 2 == 0 else order)
        exponents = signs if real else range(order)
        for exponent in exponents:
            found = Eigenvalue(cycle, exponent, int(multiplicities[exponent]))
            if found.multiplicity < 1:
                continue
            if best is None or (found.multiplicity, order) < (best.multiplicity, best.cycle.size):
                best = found
    assert best is not None, "the identity has the eigenvalue 1"
    return best


def matrix_coefficient(
    group: FiniteGroup,
    character: Complex[np.ndarray, " n"],
    eigenvalue: Eigenvalue,
    real: bool,
    generator: np.random.Generator,
) -> Inexact[np.ndarray, " n"]:
    """`phi(g) = <v, R(g) v>` for a unit vector `v` with `R(h) v = lambda(h) v`.

    Args:
        character: the values of `chi_R` on all elements.
        eigenvalue: where `v` lies.
        real: whether `R` is real; then `phi` is.
        generator: chooses `v` where the eigenvalue is multiple.
    """
    elements = np.arange(group.order)
    cycle = eigenvalue.cycle
    angles = 2 * np.pi * ((eigenvalue.exponent * np.arange(cycle.size)) % cycle.size) / cycle.size
    phases = np.exp(-1j * angles)
    if real:
        character, phases = character.real, phases.real.round()

    def project(function: Inexact[np.ndarray, " n"]) -> Inexact[np.ndarray, " n"]:
        # P A <-> (1/o) sum_j conj(lambda)^j f_A(g h^j)
        total = np.zeros(group.order, dtype=phases.dtype)
        for power, phase in zip(cycle, phases, strict=True):
            total += phase * function[group.multiply(elements, np.array(power))]
        return total / cycle.size

    corner = project(character)
    if eigenvalue.multiplicity == 1:
        return corner
    degree = round(character[0].real)
    best, widest = None, -1.0
    for _ in range(DRAWS):
        found = _rank_one(group, corner, project, degree, eigenvalue.multiplicity, generator)
        if found is not None and found[1] > widest:
            best, widest = found
        if widest * eigenvalue.multiplicity >= SEPARATION:
            break
    assert best is not None, f"{group.name}: no random corner element had simple spectrum in {DRAWS} draws"
    return best


def _rank_one(
    group: FiniteGroup,
    corner: Inexact[np.ndarray, " n"],
    project: Callable[[np.ndarray], np.ndarray],
    degree: int,
    multiplicity: int,
    generator: np.random.Generator,
) -> tuple[Inexact[np.ndarray, " n"], float] | None:
    """A rank-one spectral projection of a random `P X P`, and how far its eigenvalue stands apart.

    None if the Krylov space of `P` is too small, that is, if the spectrum of `P X P` is not simple.
    """
    n, m = group.order, multiplicity
    elements = np.arange(n)
    support = generator.integers(0, n, size=8 + 2 * m)
    weights = generator.standard_normal(support.size).astype(corner.dtype)
    if np.iscomplexobj(corner):
        weights = weights + 1j * generator.standard_normal(support.size)
    shifts = [np.asarray(group.multiply(elements, np.array(s))) for s in support]
    back = group.inverse(support)
    unshifts = [np.asarray(group.multiply(elements, np.array(s))) for s in back]

    def step(function: Inexact[np.ndarray, " n"]) -> Inexact[np.ndarray, " n"]:
        # P X A with X = sum_s w_s R(s) + conj(w_s) R(s)^*
        total = np.zeros_like(function)
        for weight, shift, unshift in zip(weights, shifts, unshifts, strict=True):
            total += weight * function[shift] + np.conj(weight) * function[unshift]
        return np.asarray(project(total))

    # tr(A* B) = (d/n) sum_g conj(f_A(g)) f_B(g)
    basis = np.zeros((m, n), dtype=corner.dtype)
    basis[0] = corner * np.sqrt(degree / n / m)  # tr P = m, so this row has norm one
    images = np.zeros_like(basis)
    for j in range(m):
        images[j] = step(basis[j])
        if j + 1 == m:
            break
        rest = images[j]
        for _ in range(2):  # once more: Lanczos loses orthogonality otherwise
            rest = rest - (basis[: j + 1].conj() @ rest) @ basis[: j + 1]
        norm = np.linalg.norm(rest)
        if norm < 1e-6 * np.linalg.norm(images[j]):
            return None
        basis[j + 1] = rest / norm
    values, vectors = np.linalg.eigh(basis.conj() @ images.T)
    gaps = np.full(m, np.inf)
    gaps[1:] = np.diff(values)
    gaps[:-1] = np.minimum(gaps[:-1], np.diff(values))
    chosen = int(np.argmax(gaps))
    projection = vectors[:, chosen] @ basis
    projection = projection / projection[0]  # f_Q(1) = tr Q = 1
    # Q >= 0 with tr Q = tr Q^2 = 1 has rank one
    if abs(degree / n * np.vdot(projection, projection).real - 1) > 1e-8:
        return None
    return projection, float(gaps[chosen] / (values[-1] - values[0]))


def invariant_basis(
    group: FiniteGroup, coefficient: Inexact[np.ndarray, " n"], degree: int
) -> Inexact[np.ndarray, "n d"]:
    """An orthonormal basis `B` of the space `{x -> <R(x) v, u>}`, on which left translation acts as `R`.

    Pivoted Cholesky of the kernel `K(x, y) = <R(x) v, R(y) v> = phi(x^-1 y)`; its factor `L` has `L* L =
    (n/d) 1`.

    Raises:
        AssertionError: if the kernel has not rank `d`, so `phi` is no matrix coefficient of an irrep of
            degree `d`.
    """
    n = group.order
    inverses = np.asarray(group.inverse(np.arange(n)))
    factor = np.zeros((n, degree), dtype=coefficient.dtype)
    remaining = np.ones(n)
    for j in range(degree):
        pivot = int(np.argmax(remaining))
        assert remaining[pivot] > 1e-9, (
            f"{group.name}: the matrix coefficient spans only {j} of {degree} dimensions"
        )
        column = coefficient[group.multiply(inverses, np.array(pivot))]
        column = column - factor[:, :j] @ factor[pivot, :j].conj()
        factor[:, j] = column / np.sqrt(remaining[pivot])
        remaining = np.maximum(remaining - np.abs(factor[:, j]) ** 2, 0.0)
    assert remaining.max() < 1e-6, f"{group.name}: the matrix coefficient spans more than {degree} dimensions"
    basis, _ = np.linalg.qr(factor)
    return np.asarray(basis)


def compress(
    group: FiniteGroup, basis: Inexact[np.ndarray, "n d"], elements: Int[np.ndarray, " s"]
) -> Inexact[np.ndarray, "s d d"]:
    """`R(g) = B* L(g) B` for the left regular representation `(L(g) f)(x) = f(g^-1 x)`, made unitary."""
    everything = np.arange(group.order)
    result = np.empty((elements.size, basis.shape[1], basis.shape[1]), dtype=basis.dtype)
    for i, inverse in enumerate(np.asarray(group.inverse(elements))):
        moved = basis[group.multiply(np.array(inverse), everything)]
        result[i] = basis.conj().T @ moved
    return polar(result)


def polar(matrices: Inexact[np.ndarray, "s d d"]) -> Inexact[np.ndarray, "s d d"]:
    """The unitary matrices next to nearly unitary ones: two Newton–Schulz steps `U <- U (3 - U* U) / 2`."""
    identity = np.eye(matrices.shape[-1])
    for _ in range(2):
        matrices = matrices @ (3 * identity - matrices.conj().transpose(0, 2, 1) @ matrices) / 2
    return matrices
