"""Characters of an abelian group: exponents instead of values, Galois orbits instead of single rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import gcd, lcm

from flint import fmpq

from certificates.checker.certificate import Certificate
from certificates.checker.cyclotomic import Embedding, RootSum, Value
from certificates.checker.errors import Falsehood
from certificates.checker.orbits import OrbitTable, first_members, ramanujan_sum

__all__ = ["AbelianTable", "check_abelian"]


def check_abelian(certificate: Certificate) -> AbelianTable:
    """The elements are all vectors of exponents, each once, and so are the characters.

    The group is `Z_(d_1) x ... x Z_(d_s)` by definition; its `n` characters are `x -> prod zeta_(d_i)^(r_i
    x_i)`.
    """
    group = certificate.group
    product = 1
    for d in group.invariants:
        product *= d
    if product != group.order:
        raise Falsehood(f"the invariants multiply to {product}, not {group.order}")
    if group.order == 1:
        raise Falsehood("the group is trivial: no label is wrong, and no margin is defined")
    for vectors, what in ((group.representatives, "element"), (certificate.exponents, "character")):
        # exponents are reduced, so n distinct vectors are all of them
        if len(set(vectors)) != group.order:
            raise Falsehood(f"{len(set(vectors))} distinct {what}s are listed, not {group.order}")
        if any(vectors[0]):
            raise Falsehood(f"{what} 0 is not the trivial one")
    return AbelianTable(group.invariants, group.representatives, certificate.exponents)


@dataclass(frozen=True, eq=False)
class AbelianTable(OrbitTable):
    """`G = Z_(d_1) x ... x Z_(d_s)`: `chi_r(x) = exp(2 pi i sum_i r_i x_i / d_i)`."""

    invariants: tuple[int, ...]
    elements: tuple[tuple[int, ...], ...]
    exponents: tuple[tuple[int, ...], ...]

    @cached_property
    def sizes(self) -> tuple[int, ...]:  # type: ignore[override]
        """Every class is one element."""
        return (1,) * len(self.elements)

    @cached_property
    def orders(self) -> tuple[int, ...]:  # type: ignore[override]
        """The order of `x`: the least `m` with `d_i | m x_i`."""
        e = self.conductor
        return tuple(e // gcd(e, *self._scaled(x)) for x in self.elements)

    @cached_property
    def conductor(self) -> int:
        return lcm(*self.invariants)

    def _scaled(self, vector: Sequence[int]) -> list[int]:
        """`r_i e / d_i`: then `sum_i (r_i e / d_i) x_i` modulo `e` is the exponent of `zeta_e`."""
        return [r * (self.conductor // d) for r, d in zip(vector, self.invariants, strict=True)]

    @cached_property
    def _characters(self) -> tuple[list[int], ...]:
        return tuple(self._scaled(r) for r in self.exponents)

    @cached_property
    def _axes(self) -> tuple[tuple[int, ...], ...]:
        return tuple(zip(*self.elements, strict=True))

    def degree(self, row: int) -> int:
        return 1

    def pairing(self, row: int) -> list[int]:
        """The exponents `t` of `chi_R(C) = zeta_e^t`, a column."""
        e = self.conductor
        totals = [0] * len(self.elements)
        for r, axis in zip(self._characters[row], self._axes, strict=True):
            if r:
                totals = [t + r * x for t, x in zip(totals, axis, strict=True)]
        return [t % e for t in totals]

    def conductor_of(self, rows: Sequence[int], columns: Sequence[int]) -> int:
        return self.conductor

    def separation_images(self, row: int, columns: Sequence[int], embedding: Embedding) -> list[int]:
        e, p = self.conductor, embedding.prime
        if p not in self._entries:
            self._entries[p] = [(2 - embedding.power(t, e) - embedding.power(-t, e)) % p for t in range(e)]
        entries = self._entries[p]
        exponents = self.pairing(row)
        return [entries[exponents[column]] for column in columns]

    @cached_property
    def _entries(self) -> dict[int, list[int]]:
        return {}

    def exponents_of(self, row: int, column: int) -> tuple[int, ...]:
        return (sum(map(int.__mul__, self._characters[row], self.elements[column])) % self.conductor,)

    def value(self, row: int, column: int) -> Value:
        (t,) = self.exponents_of(row, column)
        return RootSum(self.conductor, ((t, fmpq(1)),))

    def galois_rows(self, k: int) -> tuple[int, ...]:
        return self._multiplied(self.exponents, k)

    def galois_columns(self, k: int) -> tuple[int, ...]:
        return self._multiplied(self.elements, k)

    def power(self, k: int) -> tuple[int, ...]:
        """The class of `k x` (additively), a class, for any integer `k`."""
        return self._multiplied(self.elements, k)

    def _multiplied(self, vectors: Sequence[tuple[int, ...]], k: int) -> tuple[int, ...]:
        where = {vector: number for number, vector in enumerate(vectors)}
        return tuple(
            where[tuple(k * x % d for x, d in zip(v, self.invariants, strict=True))] for v in vectors
        )

    @cached_property
    def orbit_sums(self) -> tuple[tuple[int, ...], ...]:
        """Ramanujan's: the orbit of a character of order `m` consists of its powers prime to `m`."""
        e = self.conductor
        elements = [self.elements[column] for column in first_members(self.column_orbits)]
        axes = list(zip(*elements, strict=True))
        lines = []
        for row in first_members(self.row_orbits):
            scaled = self._characters[row]
            m = e // gcd(e, *scaled)
            totals = [0] * len(elements)
            for r, axis in zip(scaled, axes, strict=True):
                if r:
                    totals = [t + r * x for t, x in zip(totals, axis, strict=True)]
            by_gcd = {d: ramanujan_sum(m, d) for d in range(1, m + 1) if m % d == 0}
            lines.append(tuple([by_gcd[gcd(t * m // e, m)] for t in totals]))
        return tuple(lines)

    def indicator(self, row: int) -> int:
        """`chi(x^2) = (chi^2)(x)` sums to `n` if `chi^2 = 1`, to 0 otherwise."""
        return int(self.conjugates[row] == row)
