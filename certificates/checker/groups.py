"""A permutation group from its generators: every element enumerated, every conjugacy class walked through.

A permutation is the sequence of its images; `gh` acts by `g` first: `(gh)[i] = h[g[i]]`. Up to degree 256 a
permutation is a `bytes`, and `bytes.translate` multiplies two of them in a fraction of a microsecond.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import lcm
from operator import itemgetter
from typing import Any

from certificates.checker.certificate import Certificate
from certificates.checker.cyclotomic import prime_divisors
from certificates.checker.errors import Falsehood

__all__ = ["Classes", "Permutations", "enumerate_group", "walk_classes"]

Permutation = Any  # bytes or tuple[int, ...]: hashable images


class Permutations(ABC):
    """Multiplication of permutations of one degree."""

    @staticmethod
    def of_degree(degree: int) -> Permutations:
        """The representation that suits the degree."""
        return _Bytes(degree) if degree <= 256 else _Tuples(degree)

    @abstractmethod
    def encode(self, images: Sequence[int]) -> Permutation:
        """The permutation with these images."""

    @abstractmethod
    def times(self, h: Permutation) -> Callable[[Permutation], Permutation]:
        """`g -> gh`."""

    def beside(self, h: Permutation) -> Callable[[Permutation], Permutation]:
        """`g -> gh` or `g -> hg`, whichever is faster: the two are conjugate, `hg = g^-1 (gh) g`."""
        return self.times(h)

    @abstractmethod
    def conjugation(self, s: Permutation) -> Callable[[Permutation], Permutation]:
        """`g -> s^-1 g s`."""

    def power(self, g: Permutation, exponent: int) -> Permutation:
        """`g^exponent` for an exponent of at least 1."""
        result = g
        for bit in bin(exponent)[3:]:
            result = self.times(result)(result)
            if bit == "1":
                result = self.times(g)(result)
        return result


class _Bytes(Permutations):
    def __init__(self, degree: int) -> None:
        self.padding = bytes(
            256 - degree
        )  # translate wants 256 entries; those beyond the degree are never read

    def encode(self, images: Sequence[int]) -> Permutation:
        return bytes(images)

    def times(self, h: Permutation) -> Callable[[Permutation], Permutation]:
        table = h + self.padding
        return lambda g: g.translate(table)  # i -> h[g[i]]

    def conjugation(self, s: Permutation) -> Callable[[Permutation], Permutation]:
        table, padding, inverse = s + self.padding, self.padding, bytes(_inverse(s))
        # first s^-1, then g, then s: i -> s[g[s^-1[i]]]
        return lambda g: inverse.translate(g.translate(table) + padding)


class _Tuples(Permutations):
    def __init__(self, degree: int) -> None:
        self.degree = degree

    def encode(self, images: Sequence[int]) -> Permutation:
        return tuple(images)

    def times(self, h: Permutation) -> Callable[[Permutation], Permutation]:
        image = h.__getitem__
        return lambda g: tuple(map(image, g))

    def beside(self, h: Permutation) -> Callable[[Permutation], Permutation]:
        return itemgetter(*h)  # (hg)[i] = g[h[i]]

    def conjugation(self, s: Permutation) -> Callable[[Permutation], Permutation]:
        image, through_inverse = s.__getitem__, itemgetter(*_inverse(s))
        return lambda g: tuple(map(image, through_inverse(g)))


def _inverse(g: Sequence[int]) -> list[int]:
    inverse = [0] * len(g)
    for point, image in enumerate(g):
        inverse[image] = point
    return inverse


def cycle_order(g: Sequence[int]) -> int:
    """Order of a permutation: the least common multiple of its cycle lengths."""
    seen = [False] * len(g)
    lengths = set()
    for start in range(len(g)):
        length, point = 0, start
        while not seen[point]:
            seen[point] = True
            point = g[point]
            length += 1
        lengths.add(length or 1)
    return lcm(*lengths)


def enumerate_group(certificate: Certificate) -> set[Permutation]:
    """All elements of the group that the generators generate.

    Closure under multiplication by the generators on one side, from the identity: in a finite group this is
    the subgroup that they generate.

    Raises:
        Falsehood: its order is not the stated one, or the group is trivial.
    """
    group = certificate.group
    kind = Permutations.of_degree(group.degree)
    identity = kind.encode(range(group.degree))
    steps = [kind.beside(kind.encode(g)) for g in group.generators]
    elements, fresh = {identity}, [identity]
    while fresh:
        reached: list[Permutation] = []
        for step in steps:  # one at a time: never more than twice the stated order in memory
            found = set(map(step, fresh)) - elements
            elements |= found
            reached += found
            if len(elements) > group.order:
                raise Falsehood(f"the generators generate more than the stated {group.order} elements")
        fresh = reached
    if len(elements) != group.order:
        raise Falsehood(f"the generators generate a group of order {len(elements)}, not {group.order}")
    if group.order == 1:
        raise Falsehood("the group is trivial: no label is wrong, and no margin is defined")
    return elements


@dataclass(frozen=True)
class Classes:
    """The conjugacy classes of an enumerated group.

    Args:
        kind: multiplication.
        representatives: one permutation a class.
        members: all elements of each class.
        class_of: element -> class.
    """

    kind: Permutations
    representatives: tuple[Permutation, ...]
    members: tuple[tuple[Permutation, ...], ...]
    class_of: dict[Permutation, int]

    def power(self, k: int) -> tuple[int, ...]:
        """The class of `g^k`, a class, for `k >= 1`."""
        return tuple(self.class_of[self.kind.power(g, k)] for g in self.representatives)

    def element_orders(self) -> tuple[int, ...]:
        """Order of the elements, a class."""
        return tuple(cycle_order(g) for g in self.representatives)

    def products(self, j: int) -> list[dict[int, int]]:
        """For each class `k`: `{i: number of x in C_j with x z_k in C_i}`, `z_k` representing `C_k`."""
        counts = []
        for z in self.representatives:
            # zx and xz lie in one class
            products = map(self.kind.beside(z), self.members[j])
            counts.append(dict(Counter(map(self.class_of.__getitem__, products))))
        return counts


def walk_classes(certificate: Certificate, elements: set[Permutation]) -> Classes:
    """The orbits of the representatives under conjugation, proved to be all conjugacy classes, each once.

    Raises:
        Falsehood: a representative lies outside the group or in an earlier class, a size is wrong, an
        element is in
            no class, or class 0 is not the identity.
    """
    group = certificate.group
    kind = Permutations.of_degree(group.degree)
    moves = [kind.conjugation(kind.encode(g)) for g in group.generators]
    class_of: dict[Permutation, int] = {}
    members = []
    representatives = tuple(kind.encode(g) for g in group.representatives)
    for number, g in enumerate(representatives):
        if g not in elements:
            raise Falsehood(f"representative {number} is no element of the group")
        if g in class_of:
            raise Falsehood(f"representatives {class_of[g]} and {number} are conjugate")
        orbit, fresh = [g], [g]
        class_of[g] = number
        while fresh:
            found = {move(x) for move in moves for x in fresh}
            fresh = [x for x in found if x not in class_of]
            class_of.update(dict.fromkeys(fresh, number))
            orbit += fresh
        if len(orbit) != certificate.class_sizes[number]:
            raise Falsehood(
                f"class {number} has {len(orbit)} elements, not {certificate.class_sizes[number]}"
            )
        members.append(tuple(orbit))
    if len(class_of) != group.order:
        raise Falsehood(f"{group.order - len(class_of)} elements lie in none of the {len(members)} classes")
    if list(representatives[0]) != list(range(group.degree)):
        raise Falsehood("class 0 is not the class of the identity")
    return Classes(kind, representatives, tuple(members), class_of)


def check_element_orders(certificate: Certificate, orders: tuple[int, ...]) -> None:
    """Compare the stated element orders with those computed."""
    for number, (stated, true) in enumerate(zip(certificate.element_orders, orders, strict=True)):
        if stated != true:
            raise Falsehood(f"the elements of class {number} have order {true}, not {stated}")


def check_power_maps(certificate: Certificate, power: Callable[[int], tuple[int, ...]]) -> None:
    """Compare the stated power maps, one for each prime divisor of the order, with those computed."""
    primes = prime_divisors(certificate.order)
    if certificate.primes != primes:
        raise Falsehood(
            f"the primes dividing {certificate.order} are {list(primes)}, not {list(certificate.primes)}"
        )
    for p, stated in certificate.power_maps.items():
        for number, (said, true) in enumerate(zip(stated, power(p), strict=True)):
            if said != true:
                raise Falsehood(f"power map {p} sends class {number} to class {true}, not {said}")
