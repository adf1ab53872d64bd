"""Extraspecial groups `p^(1+2n)` of both types, and `Heis(p)`, by arithmetic with a cocycle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Integer

from theory.groups.finite_group import FiniteGroup

__all__ = ["ExtraspecialGroup", "extraspecial_group"]


@dataclass(frozen=True, eq=False, repr=False)
class ExtraspecialGroup(FiniteGroup):
    """Pairs `(v, c)`, `v` in `F_p^2n`, `c` in `F_p`, with `(v, c)(w, d) = (v + w, c + d + f(v, w))`.

    The cocycle is `f(v, w) = sum_i v_(2i+1) w_(2i)`, plus for the type `-` the term that makes the first
    pair of coordinates a quaternion group (`p = 2`: `v_0 w_0 + v_1 w_1`) or the group of exponent `p^2` (odd
    `p`: the carry of `v_0 + w_0`). A central product of such groups of order `p^3` (Gorenstein, *Finite
    Groups*, theorem 5.5.2).

    The index has the digits `c, v_0, ..., v_(2n-1)` in base `p`, `c` running fastest.
    """

    name: str
    order: int
    generators: tuple[int, ...]
    p: int
    n: int
    minus: bool

    def multiply(
        self, left: Integer[np.ndarray, "*#b"], right: Integer[np.ndarray, "*#b"]
    ) -> Integer[np.ndarray, "*b"]:
        c, v = self._coordinates(left)
        d, w = self._coordinates(right)
        coordinates = [np.asarray(a + b) for a, b in zip(v, w, strict=True)]
        return self._index(np.asarray(c + d + self._cocycle(v, w)), coordinates)

    def inverse(self, elements: Integer[np.ndarray, "*b"]) -> Integer[np.ndarray, "*b"]:
        c, v = self._coordinates(elements)
        back = [np.asarray(-a % self.p) for a in v]
        # (v, c)(-v, d) = (0, c + d + f(v, -v)), and f(0, 0) = 0
        return self._index(np.asarray(-c - self._cocycle(v, back)), back)

    def permutations(self, elements: Integer[np.ndarray, " b"]) -> Integer[np.ndarray, "b degree"]:
        """On the cosets of the subgroup `A` that has only even coordinates, of the plus pairs.

        `A` is abelian and meets the centre trivially. A normal subgroup that is not trivial meets the centre,
        so `A` contains none and the action is faithful.
        """
        elements = np.asarray(elements)
        zeroed = range(2 if self.minus else 0, 2 * self.n, 2)
        # A g holds exactly one element whose coordinates `zeroed` vanish; f(a, v) = 0 for a in A.
        point: Integer[np.ndarray, " points"] = np.zeros(1, dtype=np.int64)
        for place in range(1 + 2 * self.n):
            if place - 1 not in zeroed:
                point = (np.arange(self.p)[:, None] * self.p**place + point).reshape(-1)
        position = np.zeros(self.order, dtype=np.int64)
        position[point] = np.arange(len(point))
        products = self.multiply(point, elements[:, None])
        c, v = self._coordinates(products)
        return position[self._index(c, [np.zeros_like(a) if i in zeroed else a for i, a in enumerate(v)])]

    def element_name(self, element: int) -> str:
        c, v = self._coordinates(np.array(element))
        letters = [f"{letter}{i + 1}" for i in range(self.n) for letter in "xy"] if self.n > 1 else ["x", "y"]
        exponents = [*zip(letters, (int(a) for a in v), strict=True), ("z", int(c))]
        return " ".join(letter if e == 1 else f"{letter}^{e}" for letter, e in exponents if e) or "1"

    def _cocycle(
        self, v: list[Integer[np.ndarray, "*#b"]], w: list[Integer[np.ndarray, "*#b"]]
    ) -> Integer[np.ndarray, "*b"]:
        value = sum((v[i + 1] * w[i] for i in range(2, 2 * self.n, 2)), start=v[1] * w[0])
        if self.minus and self.p == 2:
            value = value + v[0] * w[0] + v[1] * w[1]
        elif self.minus:
            value = value + (v[0] + w[0]) // self.p
        return np.asarray(value)

    def _coordinates(
        self, elements: Integer[np.ndarray, "*b"]
    ) -> tuple[Integer[np.ndarray, "*b"], list[Integer[np.ndarray, "*b"]]]:
        rest, c = np.divmod(np.asarray(elements).astype(np.int64), self.p)
        v = []
        for _ in range(2 * self.n):
            rest, digit = np.divmod(rest, self.p)
            v.append(np.asarray(digit))
        return np.asarray(c), v

    def _index(
        self, c: Integer[np.ndarray, "*b"], v: list[Integer[np.ndarray, "*b"]]
    ) -> Integer[np.ndarray, "*b"]:
        result = c % self.p
        for place, digit in enumerate(v, start=1):
            result = result + digit % self.p * self.p**place
        return np.asarray(result)


def extraspecial_group(name: str, p: int, n: int, sign: str) -> ExtraspecialGroup:
    """The extraspecial group of order `p^(1+2n)` and type `+` or `-`."""
    generators = tuple(p**place for place in range(1, 2 * n + 1))
    return ExtraspecialGroup(name, p ** (1 + 2 * n), generators, p, n, sign == "-")
