"""Characters of an abelian group: exponents instead of values, Galois orbits instead of single rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from math import gcd, lcm
from typing import Any

from flint import fmpq

from certificates.checker.cyclotomic import Embedding, RootSum, Value, prime_divisors
from certificates.checker.tables import Table

__all__ = ["AbelianTable"]


@dataclass(frozen=True, eq=False)
class AbelianTable(Table):
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

    def value(self, row: int, column: int) -> Value:
        pairs = zip(self._characters[row], self.elements[column], strict=True)
        return RootSum(self.conductor, ((sum(r * x for r, x in pairs) % self.conductor, fmpq(1)),))

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
    def _orbit_sums(self) -> tuple[tuple[int, ...], ...]:
        """`sum chi_R(x)` over each Galois orbit of rows, for one `x` of each orbit of elements.

        The orbit of a character of order `m` consists of its powers prime to `m`: the sum is Ramanujan's,
        `c_m(t) = mu(m/g) phi(m) / phi(m/g)`, `g = gcd(t, m)`, where `chi(x) = zeta_m^t`.
        """
        e = self.conductor
        elements = [self.elements[column] for column in _first_members(self.column_orbits)]
        axes = list(zip(*elements, strict=True))
        lines = []
        for row in _first_members(self.row_orbits):
            scaled = self._characters[row]
            m = e // gcd(e, *scaled)
            totals = [0] * len(elements)
            for r, axis in zip(scaled, axes, strict=True):
                if r:
                    totals = [t + r * x for t, x in zip(totals, axis, strict=True)]
            by_gcd = {d: _moebius(m // d) * _phi(m) // _phi(m // d) for d in range(1, m + 1) if m % d == 0}
            lines.append(tuple([by_gcd[gcd(t * m // e, m)] for t in totals]))
        return tuple(lines)

    def column_sums(self, weights: Mapping[int, Any]) -> list[tuple[int, dict[int, Any]]]:
        numbers = self.row_orbits
        by_orbit: dict[int, list[Any]] = {}
        for row in range(self.classes):
            # a row and its conjugate share their weight: Re chi = (chi + conj chi) / 2
            partner = self.conjugates[row]
            weight = (weights.get(row, fmpq(0)) + weights.get(partner, fmpq(0))) / 2
            by_orbit.setdefault(numbers[row], []).append(weight)
        if any(len(set(values)) > 1 for values in by_orbit.values()):
            return super().column_sums(weights)
        used = [(values[0], self._orbit_sums[orbit]) for orbit, values in by_orbit.items() if values[0] != 0]
        first = [
            sum((weight * line[q] for weight, line in used), fmpq(0)) for q in range(len(self._orbit_sums[0]))
        ]
        return [(1, {0: first[q]}) for q in self.column_orbits]

    def column_sum(self, weights: Mapping[int, Any], column: int) -> tuple[int, dict[int, Any]]:
        e, x = self.conductor, self.elements[column]
        collected: dict[int, Any] = {}
        for row, weight in weights.items():
            t = sum(map(int.__mul__, self._characters[row], x)) % e
            for place in (t, -t % e):
                collected[place] = collected.get(place, 0) + weight / 2
        return _lowered(e, collected)

    def row_sums(self, row: int, groups: Sequence[int], number: int) -> list[tuple[int, dict[int, Any]]]:
        if number == 0:
            return []
        if not self._are_unions(tuple(groups)):
            return self._pointwise_sums(row, groups, number)
        # the sum over an orbit of elements: |q| times the mean over the orbit of the row
        orbit = self.row_orbits[row]
        line, size = self._orbit_sums[orbit], self._row_orbit_sizes[orbit]
        totals = [fmpq(0)] * number
        for (group, q), count in self._union_counts(tuple(groups)).items():
            if group >= 0:
                totals[group] += fmpq(count * line[q], size)
        return [(1, {0: total}) for total in totals]

    @cached_property
    def _row_orbit_sizes(self) -> Mapping[int, int]:
        return Counter(self.row_orbits)

    @cached_property
    def _unions(self) -> dict[tuple[int, ...], Counter[tuple[int, int]]]:
        return {}

    def _union_counts(self, groups: tuple[int, ...]) -> Counter[tuple[int, int]]:
        if groups not in self._unions:
            self._unions[groups] = Counter(zip(groups, self.column_orbits, strict=True))
        return self._unions[groups]

    def _are_unions(self, groups: tuple[int, ...]) -> bool:
        """Whether every Galois orbit of elements lies in one group."""
        return len(self._union_counts(groups)) == len(set(self.column_orbits))

    def _pointwise_sums(
        self, row: int, groups: Sequence[int], number: int
    ) -> list[tuple[int, dict[int, Any]]]:
        e = self.conductor
        sums: list[dict[int, Any]] = [{} for _ in range(number)]
        for t, group in zip(self.pairing(row), groups, strict=True):
            if group >= 0:
                collected = sums[group]
                collected[t] = collected.get(t, 0) + 1
        return [_lowered(e, collected) for collected in sums]


def _first_members(orbits: Sequence[int]) -> list[int]:
    """The first member of each orbit, in the order of their numbers."""
    first: dict[int, int] = {}
    for member, orbit in enumerate(orbits):
        first.setdefault(orbit, member)
    return [first[orbit] for orbit in range(len(first))]


@cache
def _phi(m: int) -> int:
    for p in prime_divisors(m):
        m = m // p * (p - 1)
    return m


@cache
def _moebius(m: int) -> int:
    primes = prime_divisors(m)
    return 0 if any(m % (p * p) == 0 for p in primes) else (-1) ** len(primes)


def _lowered(e: int, collected: dict[int, Any]) -> tuple[int, dict[int, Any]]:
    """The same sum in the least field of roots of unity that holds its terms."""
    step = gcd(e, *collected)
    return e // step, {t // step: c for t, c in collected.items()}
