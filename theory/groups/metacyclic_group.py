"""Metacyclic groups by arithmetic: cyclic, dihedral, dicyclic and Frobenius groups."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np
from jaxtyping import Integer

from theory.groups.finite_group import FiniteGroup

__all__ = ["MetacyclicGroup", "metacyclic_group"]


@dataclass(frozen=True, eq=False, repr=False)
class MetacyclicGroup(FiniteGroup):
    """`<a, b | a^m = 1, b^k = a^t, b^-1 a b = a^r>`, where `r^k = 1` and `r t = t` modulo `m`.

    The element `a^i b^j`, `0 <= i < m`, `0 <= j < k`, has index `i + m j`.

    Args:
        turns: `r^-j` modulo `m` for `j = 0..k-1`, since `b^j a b^-j = a^(r^-j)`.
    """

    name: str
    order: int
    generators: tuple[int, ...]
    m: int
    k: int
    r: int
    t: int
    turns: Integer[np.ndarray, " k"]

    def multiply(
        self, left: Integer[np.ndarray, "*#b"], right: Integer[np.ndarray, "*#b"]
    ) -> Integer[np.ndarray, "*b"]:
        j, i = np.divmod(np.asarray(left), self.m)
        v, u = np.divmod(np.asarray(right), self.m)
        # (a^i b^j)(a^u b^v) = a^(i + r^-j u) b^(j+v), and b^k = a^t is central in <b>
        carry, w = np.divmod(j + v, self.k)
        return np.asarray((i + self.turns[j] * u + self.t * carry) % self.m + self.m * w)

    def inverse(self, elements: Integer[np.ndarray, "*b"]) -> Integer[np.ndarray, "*b"]:
        j, i = np.divmod(np.asarray(elements), self.m)
        # (a^i b^j)^-1 = b^-j a^-i, and b^-j = b^(k-j) a^-t for j > 0
        minus_j = -j % self.k
        return np.asarray((self.turns[minus_j] * (-i - self.t * (j > 0))) % self.m + self.m * minus_j)

    def permutations(self, elements: Integer[np.ndarray, " b"]) -> Integer[np.ndarray, "b degree"]:
        """On the cosets of `<b>` when `t = 0` and that is faithful; else by right multiplication."""
        elements = np.asarray(elements)
        if self.k == 1:
            return (np.arange(self.m) + elements[:, None]) % self.m
        if self.t == 0 and len(np.unique(self.turns)) == self.k:
            # <b> a^x goes to <b> a^x a^i b^j = <b> b^-j a^(x+i) b^j = <b> a^((x+i) r^j)
            j, i = np.divmod(elements, self.m)
            return (np.arange(self.m) + i[:, None]) * self.turns[-j % self.k][:, None] % self.m
        return self.multiply(np.arange(self.order), elements[:, None])

    def element_name(self, element: int) -> str:
        j, i = divmod(element, self.m)
        parts = [letter if e == 1 else f"{letter}^{e}" for letter, e in (("a", i), ("b", j)) if e]
        return " ".join(parts) or "1"


def metacyclic_group(name: str, m: int, k: int = 1, r: int = 1, t: int = 0) -> MetacyclicGroup:
    """The metacyclic group with these parameters."""
    assert gcd(r, m) == 1
    assert pow(r, k, m) == 1 % m
    assert (r * t - t) % m == 0
    back = pow(r, -1, m)
    turns = [1 % m]
    for _ in range(k - 1):
        turns.append(turns[-1] * back % m)
    generators = ((1,) if m > 1 else ()) + ((m,) if k > 1 else ())
    return MetacyclicGroup(name, m * k, generators, m, k, r, t, np.array(turns, dtype=np.int64))
