"""Semidirect products `N : H` from generators of `H` acting by automorphisms of `N`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Integer

from theory.errors import InputError, LimitError
from theory.groups.finite_group import ELEMENT_LIMIT, FiniteGroup
from theory.groups.permutations import validated

__all__ = ["SemidirectGroup", "semidirect_product"]


@dataclass(frozen=True, eq=False, repr=False)
class SemidirectGroup(FiniteGroup):
    """Elements `x h`, `x` in `N`, `h` in `H`, with index `x + |N| h`; `action[h, x] = h^-1 x h`."""

    name: str
    order: int
    generators: tuple[int, ...]
    normal: FiniteGroup
    complement: FiniteGroup
    action: Integer[np.ndarray, "h n"]

    def multiply(
        self, left: Integer[np.ndarray, "*#b"], right: Integer[np.ndarray, "*#b"]
    ) -> Integer[np.ndarray, "*b"]:
        h, x = self._parts(left)
        k, y = self._parts(right)
        # x h y k = x (h y h^-1) h k
        moved = np.asarray(self.action[self.complement.inverse(h), y], dtype=np.int64)
        return self.normal.multiply(x, moved) + self.normal.order * self.complement.multiply(h, k)

    def inverse(self, elements: Integer[np.ndarray, "*b"]) -> Integer[np.ndarray, "*b"]:
        h, x = self._parts(elements)
        # (x h)^-1 = h^-1 x^-1 = (h^-1 x^-1 h) h^-1
        moved = np.asarray(self.action[h, self.normal.inverse(x)], dtype=np.int64)
        return np.asarray(moved + self.normal.order * self.complement.inverse(h))

    def permutations(self, elements: Integer[np.ndarray, " b"]) -> Integer[np.ndarray, "b degree"]:
        """On the cosets of `H`, one for each element of `N`, and on the points of `H`: together faithful."""
        h, x = self._parts(elements)
        # H y goes to H y x h = H h^-1 (y x) h
        products = self.normal.multiply(np.arange(self.normal.order)[None, :], x[:, None])
        on_cosets = self.action[h[:, None], products].astype(np.int64)
        return np.concatenate(
            [on_cosets, self.complement.permutations(h) + np.int64(self.normal.order)], axis=1
        )

    def _parts(
        self, elements: Integer[np.ndarray, "*b"]
    ) -> tuple[Integer[np.ndarray, "*b"], Integer[np.ndarray, "*b"]]:
        h, x = np.divmod(np.asarray(elements), self.normal.order)
        return np.asarray(h), np.asarray(x)

    def element_name(self, element: int) -> str:
        h, x = divmod(element, self.normal.order)
        return f"({self.normal.element_name(x)}, {self.complement.element_name(h)})"


def semidirect_product(
    normal: FiniteGroup,
    complement: FiniteGroup,
    automorphisms: Sequence[Sequence[int]],
    *,
    name: str = "semidirect product",
) -> SemidirectGroup:
    """The semidirect product in which conjugation by the generators of `H` is the given automorphisms of `N`.

    Args:
        normal: `N`.
        complement: `H`.
        automorphisms: for each generator `s` of `H`, in order, the images `s^-1 x s` of all elements of `N`.

    Raises:
        InputError: an array is no automorphism of `N`, or the automorphisms do not satisfy the relations of
            `H`.
        LimitError: the order is above 5,000,000.
    """
    order = normal.order * complement.order
    if order > ELEMENT_LIMIT:
        raise LimitError(f"{name}: order {order:,} is beyond the limit of {ELEMENT_LIMIT:,} elements")
    if len(automorphisms) != len(complement.generators):
        raise InputError(
            f"{name}: {len(automorphisms)} automorphisms for {len(complement.generators)} generators; "
            "give one for each generator of the complement"
        )
    images = [_automorphism(normal, a, f"{name}: automorphism {i}") for i, a in enumerate(automorphisms)]
    action = np.zeros((complement.order, normal.order), dtype=np.min_scalar_type(normal.order - 1))
    action[0] = np.arange(normal.order)
    known = np.zeros(complement.order, dtype=bool)
    known[0] = True
    frontier = np.array([0])
    while len(frontier):
        fresh = []
        for s, automorphism in zip(complement.generators, images, strict=True):
            products = complement.multiply(frontier, np.array([s]))
            # (hs)^-1 x (hs) = s^-1 (h^-1 x h) s
            moved = automorphism[action[frontier]]
            old = known[products]
            if (action[products[old]] != moved[old]).any():
                raise InputError(
                    f"{name}: the automorphisms do not satisfy the relations of {complement.name}: "
                    "two words for one element act differently"
                )
            action[products[~old]] = moved[~old]
            known[products] = True
            fresh.append(products[~old])
        frontier = np.concatenate(fresh) if fresh else frontier[:0]
    generators = normal.generators + tuple(normal.order * s for s in complement.generators)
    return SemidirectGroup(name, order, generators, normal, complement, action)


def _automorphism(group: FiniteGroup, images: Sequence[int], where: str) -> Integer[np.ndarray, " n"]:
    if len(images) != group.order:
        raise InputError(f"{where}: {len(images)} images for a group of order {group.order}")
    phi = np.array(validated(images, where), dtype=np.int64)
    elements = np.arange(group.order)
    for s in group.generators:
        # phi(x s) = phi(x) phi(s) for all x and all generators s makes phi a homomorphism
        wrong = phi[group.multiply(elements, np.array([s]))] != group.multiply(phi, phi[[s]])
        if wrong.any():
            x = group.element_name(int(np.argmax(wrong)))
            raise InputError(
                f"{where}: not an automorphism: the product of {x} and {group.element_name(s)} does not go "
                "to the product of their images"
            )
    return phi
