"""Tables whose sums over Galois orbits are known by formula: what the program asks of them is rational.

The weights of a program and its dual are constant on Galois orbits as a rule. Then `sum_R w_R chi_R(C)` is
a sum of sums over orbits of rows, and these are integers. Likewise for columns: let `q` be the orbit of
`C`, `o` that of `R`. Each member of `q` is hit by `C -> sigma C` equally often, as is each member of `o` by
`R -> sigma R`, and `chi_R(sigma C) = sigma(chi_R(C)) = chi_(sigma R)(C)`. So the mean of `chi_R` over `q` is
that of `chi(C)` over `o`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from math import gcd
from typing import Any

from flint import fmpq

from certificates.checker.cyclotomic import accumulate, prime_divisors
from certificates.checker.tables import Table

__all__ = ["OrbitTable", "first_members", "lowered", "ramanujan_sum"]


class OrbitTable(Table):
    """A table with a formula for the sums of its rows over their Galois orbits."""

    @property
    @abstractmethod
    def orbit_sums(self) -> tuple[tuple[int, ...], ...]:
        """`sum chi_R(C)` over each Galois orbit of rows, for the first `C` of each orbit of columns."""

    @abstractmethod
    def exponents_of(self, row: int, column: int) -> tuple[int, ...]:
        """The value as a sum of `zeta_e^t`, `e` the conductor: these `t`."""

    @abstractmethod
    def indicator(self, row: int) -> int:
        """The Frobenius–Schur indicator of a row."""

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
        used = [(values[0], self.orbit_sums[orbit]) for orbit, values in by_orbit.items() if values[0] != 0]
        first = [
            sum((weight * line[q] for weight, line in used), fmpq(0)) for q in range(len(self.orbit_sums[0]))
        ]
        return [(1, {0: first[q]}) for q in self.column_orbits]

    def column_sum(self, weights: Mapping[int, Any], column: int) -> tuple[int, dict[int, Any]]:
        e = self.conductor
        collected: dict[int, Any] = {}
        for row, weight in weights.items():
            for t in self.exponents_of(row, column):
                for place in (t, -t % e):
                    collected[place] = collected.get(place, 0) + weight / 2
        return lowered(e, collected)

    def row_sums(self, row: int, groups: Sequence[int], number: int) -> list[tuple[int, dict[int, Any]]]:
        if number == 0:
            return []
        counts = self._union_counts(tuple(groups))
        if len(counts) != len(set(self.column_orbits)):  # some orbit of columns lies in several groups
            return self._pointwise_sums(row, groups, number)
        orbit = self.row_orbits[row]
        line, size = self.orbit_sums[orbit], self._row_orbit_sizes[orbit]
        totals = [fmpq(0)] * number
        for (group, q), count in counts.items():
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

    def _pointwise_sums(
        self, row: int, groups: Sequence[int], number: int
    ) -> list[tuple[int, dict[int, Any]]]:
        sums: list[dict[int, Any]] = [{} for _ in range(number)]
        for column, group in enumerate(groups):
            if group >= 0:
                accumulate(sums[group], self.conductor, self.value(row, column))
        return [lowered(self.conductor, collected) for collected in sums]


def first_members(orbits: Sequence[int]) -> list[int]:
    """The first member of each orbit, in the order of their numbers."""
    first: dict[int, int] = {}
    for member, orbit in enumerate(orbits):
        first.setdefault(orbit, member)
    return [first[orbit] for orbit in range(len(first))]


@cache
def ramanujan_sum(m: int, t: int) -> int:
    """`sum zeta_m^(ut)` over the `u` prime to `m`: `mu(m/g) phi(m) / phi(m/g)`, `g = gcd(t, m)`."""
    rest = m // gcd(t, m)
    return _moebius(rest) * _phi(m) // _phi(rest)


@cache
def _phi(m: int) -> int:
    for p in prime_divisors(m):
        m = m // p * (p - 1)
    return m


@cache
def _moebius(m: int) -> int:
    primes = prime_divisors(m)
    return 0 if any(m % (p * p) == 0 for p in primes) else (-1) ** len(primes)


def lowered(e: int, collected: dict[int, Any]) -> tuple[int, dict[int, Any]]:
    """The same sum in the least field of roots of unity that holds its terms."""
    step = gcd(e, *collected)
    return e // step, {t // step: c for t, c in collected.items()}
