"""A finite group as a set of indices with vectorised multiplication and inversion."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from jaxtyping import Integer

from theory.arithmetic import factorised

__all__ = ["ELEMENT_LIMIT", "FiniteGroup", "PermutationRealisation"]

ELEMENT_LIMIT = 5_000_000  # elements of a group that is enumerated


@dataclass(frozen=True)
class PermutationRealisation:
    """A faithful permutation action on `{0, ..., degree - 1}`: what a certificate writes down of a group.

    A permutation is the tuple of its images. The product `gh` acts by `g` first, then by `h` (GAP's
    convention): `(gh)[i] = h[g[i]]`.

    Args:
        degree: number of points.
        generators: permutations that generate the group.
        representatives: one permutation for each conjugacy class, in the order of the classes; empty when no
            character table goes with it.
    """

    degree: int
    generators: tuple[tuple[int, ...], ...]
    representatives: tuple[tuple[int, ...], ...] = ()


class FiniteGroup(ABC):
    """A group on the indices `0, ..., order - 1`, the identity at index 0.

    Subclasses compute products of whole index arrays; none of them needs a Cayley table. The order `n` is
    written `" n"` in shapes, a batch of any shape `"*b"`.
    """

    name: str
    order: int
    generators: tuple[int, ...]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}, order {self.order}>"

    @abstractmethod
    def multiply(
        self, left: Integer[np.ndarray, "*#b"], right: Integer[np.ndarray, "*#b"]
    ) -> Integer[np.ndarray, "*b"]:
        """Indices of the products `gh`, elementwise with numpy's broadcasting."""

    @abstractmethod
    def inverse(self, elements: Integer[np.ndarray, "*b"]) -> Integer[np.ndarray, "*b"]:
        """Indices of the inverses `g^-1`."""

    @abstractmethod
    def permutations(self, elements: Integer[np.ndarray, " b"]) -> Integer[np.ndarray, "b degree"]:
        """Images of each element under one fixed faithful permutation action (the same for all calls)."""

    @abstractmethod
    def element_name(self, element: int) -> str:
        """What a mathematician would write for this element, e.g. `(1,2)(3,4)` or `a^2 b`."""

    def power(self, elements: Integer[np.ndarray, " b"], exponent: int) -> Integer[np.ndarray, " b"]:
        """Indices of `g^exponent` for any integer exponent."""
        base = np.asarray(elements)
        if exponent < 0:
            base, exponent = self.inverse(base), -exponent
        result = np.zeros_like(base)
        while exponent:
            if exponent & 1:
                result = self.multiply(result, base)
            exponent >>= 1
            if exponent:
                base = self.multiply(base, base)
        return result

    def element_orders(self, elements: Integer[np.ndarray, " b"]) -> Integer[np.ndarray, " b"]:
        """The order of each element."""
        orders = np.ones(len(elements), dtype=np.int64)
        for prime, multiplicity in factorised(self.order):
            # The p-part of the order of g is the order of g^(n / p^e).
            part = self.power(elements, self.order // prime**multiplicity)
            while (alive := part != 0).any():
                orders[alive] *= prime
                part = self.power(part, prime)
        return orders

    def conjugation(self, by: int) -> Integer[np.ndarray, " n"]:
        """The map `x -> s^-1 x s` on all elements, in index order."""
        s = np.array([by])
        return self.multiply(self.inverse(s), self.multiply(np.arange(self.order), s))
