"""The groups that the grammar names, from textbook generators; the order is checked by the formula."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Integer

from theory.arithmetic import factorised
from theory.errors import LimitError
from theory.groups.central_extension import extraspecial_group
from theory.groups.finite_field import FiniteField, finite_field
from theory.groups.finite_group import ELEMENT_LIMIT, FiniteGroup
from theory.groups.matrix_action import projective_action, vector_action
from theory.groups.metacyclic_group import metacyclic_group
from theory.groups.naming import Atom
from theory.groups.permutation_group import PermutationGroup, permutation_group
from theory.groups.permutations import parse_cycles
from theory.groups.product_group import ProductGroup

__all__ = ["build", "build_product", "product_of"]

# Robert Wilson et al., ATLAS of Finite Group Representations; GAP's MathieuGroup(11), MathieuGroup(12).
_MATHIEU = {
    11: (11, "(1,2,3,4,5,6,7,8,9,10,11)", "(3,7,11,8)(4,10,5,6)"),
    12: (12, "(1,2,3,4,5,6,7,8,9,10,11)", "(3,7,11,8)(4,10,5,6)", "(1,12)(2,11)(3,6)(4,8)(5,9)(7,10)"),
}


def build_product(atoms: Sequence[Atom], name: str) -> FiniteGroup:
    """The direct product of the atoms.

    Raises:
        LimitError: the order is above 5,000,000; said before anything is allocated.
    """
    order = 1
    for atom in atoms:
        order *= atom.order
    if order > ELEMENT_LIMIT:
        shown = f"{order:,}" if order < 10**30 else f"about 10^{len(str(order)) - 1}"
        raise LimitError(
            f"{name}: order {shown} is beyond the limit of {ELEMENT_LIMIT:,} elements for a group "
            "that is enumerated"
        )
    return product_of([build(atom) for atom in atoms], name)


def product_of(factors: Sequence[FiniteGroup], name: str) -> FiniteGroup:
    """The direct product of built groups; a single factor is returned as it is."""
    if len(factors) == 1:
        return factors[0]
    generators: list[int] = []
    place = 1
    for factor in factors:
        generators += [place * g for g in factor.generators]
        place *= factor.order
    return ProductGroup(name, place, tuple(generators), tuple(factors))


def build(atom: Atom) -> FiniteGroup:
    """One named group."""
    name = atom.name
    first, *rest = atom.parameters or (0,)
    n = int(first)
    group: FiniteGroup
    match atom.family:
        case "Z":
            group = metacyclic_group(name, n)
        case "D":
            group = metacyclic_group(name, n, 2, -1 % n if n > 1 else 1)
        case "V4":
            group = metacyclic_group(name, 2, 2)
        case "Dic":
            group = metacyclic_group(name, 2 * n, 2, 2 * n - 1, n)
        case "Q":
            group = metacyclic_group(name, n // 2, 2, n // 2 - 1, n // 4)
        case "Frobenius":
            group = metacyclic_group(name, n, int(rest[0]), _element_of_order(n, int(rest[0])))
        case "Heis":
            group = extraspecial_group(name, n, 1, "+")
        case "Ex":
            group = extraspecial_group(name, n, int(rest[0]), str(rest[1]))
        case "S" | "A":
            group = permutation_group(_symmetric_generators(n, alternating=atom.family == "A"), name)
        case "M":
            degree, *cycles = _MATHIEU[n]
            group = permutation_group(np.array([_images(c, int(degree)) for c in cycles]), name)
        case _:
            group = _matrix_group(atom, n, int(rest[0]))
    assert group.order == atom.order, f"{name} came out with order {group.order}, not {atom.order}"
    return group


def _images(cycles: str | int, degree: int) -> list[int]:
    moved = parse_cycles(str(cycles), "generator")
    return [moved.get(point, point) for point in range(degree)]


def _symmetric_generators(n: int, *, alternating: bool) -> Integer[np.ndarray, "k n"]:
    """`(1,...,n), (1,2)`; for the alternating group `(1,2,3)` and the cycle of the last n or n - 1 points."""
    start = 1 if alternating and n % 2 == 0 else 0
    cycle = np.arange(n)
    cycle[start:] = np.roll(cycle[start:], -1)
    short = np.arange(n)
    width = 3 if alternating else 2
    if n < width:
        return short[None, :]
    short[:width] = np.roll(short[:width], -1)
    return np.stack([short, cycle])


def _element_of_order(p: int, q: int) -> int:
    """The least element of multiplicative order `q` modulo the prime `p`."""
    primes = [prime for prime, _ in factorised(q)]
    return next(
        r for r in range(2, p) if pow(r, q, p) == 1 and all(pow(r, q // prime, p) != 1 for prime in primes)
    )


def _matrix_group(atom: Atom, n: int, q: int) -> PermutationGroup:
    field = finite_field(q, atom.name)
    if atom.family == "AGL":
        points = np.arange(q)
        w = np.array(field.primitive_element)
        # x -> x + 1 generates the translations together with x -> w x
        return permutation_group(
            np.stack([field.add(points, np.array(1)), field.multiply(points, w)]), atom.name
        )
    if atom.family == "PSp":
        return permutation_group(projective_action(field, _symplectic(field, n), atom.name), atom.name)
    matrices = _special_linear(field, n)
    if atom.family == "GL":
        matrices.append(_diagonal(field, n, [field.primitive_element]))
    action = projective_action if atom.family == "PSL" else vector_action
    return permutation_group(action(field, matrices, atom.name), atom.name)


def _special_linear(field: FiniteField, n: int) -> list[Integer[np.ndarray, "n n"]]:
    """A transvection, a monomial matrix of a cycle of coordinates, and a torus element for `q = p^k`.

    The conjugates of the transvection by the two others generate all elementary matrices, hence SL(n, q).
    """
    if n == 1:
        return [np.ones((1, 1), dtype=np.int64)]
    transvection = np.eye(n, dtype=np.int64)
    transvection[0, 1] = 1
    cyclic = np.roll(np.eye(n, dtype=np.int64), 1, axis=1)
    if n % 2 == 0:  # an n-cycle is then odd: one sign makes the determinant one
        cyclic[n - 1] = cyclic[n - 1] * field.negative(1)
    matrices = [transvection, cyclic]
    if field.degree > 1:
        matrices.append(_diagonal(field, n, _torus(field)))
    return matrices


def _symplectic(field: FiniteField, n: int) -> list[Integer[np.ndarray, "n n"]]:
    """Generators of Sp(n, q) for the form `<e_i, f_i> = 1` on the basis `e_1, ..., e_m, f_1, ..., f_m`.

    Transvections to the two long roots of the first pair, the cyclic permutation of the pairs, one short
    root element and a torus element for `q = p^k`: their conjugates are all root elements.
    """
    m = n // 2
    identity = np.eye(n, dtype=np.int64)
    upper, lower = identity.copy(), identity.copy()
    upper[0, m] = 1
    lower[m, 0] = 1
    matrices = [upper, lower]
    if m > 1:
        permutation = [(i + 1) % m for i in range(m)] + [m + (i + 1) % m for i in range(m)]
        short = identity.copy()
        short[0, 1] = 1
        short[m + 1, m] = field.negative(1)
        matrices += [identity[permutation], short]
    if field.degree > 1:
        w, back = _torus(field)
        torus = identity.copy()
        torus[0, 0], torus[m, m] = w, back
        matrices.append(torus)
    return matrices


def _torus(field: FiniteField) -> list[int]:
    w = field.primitive_element
    return [w, int(field.inverse(np.array(w)))]


def _diagonal(field: FiniteField, n: int, entries: list[int]) -> Integer[np.ndarray, "n n"]:
    matrix = np.eye(n, dtype=np.int64)
    for place, entry in enumerate(entries):
        matrix[place, place] = entry
    return matrix
