"""Characters on classes, by stated values or by the exponents of an abelian group; and the rows of the program."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from math import gcd, lcm
from typing import Any

from flint import fmpq

from certificates.checker.cyclotomic import (
    Embedding,
    RootSum,
    Value,
    accumulate,
    common_field,
    conductor,
    galois,
    is_zero,
    prime_divisors,
    split_prime,
    unit_generators,
)
from certificates.checker.errors import Falsehood

__all__ = ["AbelianTable", "Table", "ValueTable"]

PRIME_BITS = 61  # images modulo a prime of this size tell distinct numbers apart but for rare accidents


class Table(ABC):
    """Rows `R = 0..c-1` of characters on columns `C = 0..c-1` of classes; row and column 0 are trivial."""

    sizes: tuple[int, ...]
    orders: tuple[int, ...]

    @property
    def classes(self) -> int:
        """`c`."""
        return len(self.sizes)

    @property
    @abstractmethod
    def conductor(self) -> int:
        """An `e` with all values in `Q(zeta_e)`."""

    @abstractmethod
    def degree(self, row: int) -> int:
        """`d_R`."""

    @abstractmethod
    def value(self, row: int, column: int) -> Value:
        """`chi_R(C)`."""

    @abstractmethod
    def galois_rows(self, k: int) -> tuple[int, ...]:
        """The row `sigma_k chi_R`, a row; `k` prime to the conductor."""

    @abstractmethod
    def galois_columns(self, k: int) -> tuple[int, ...]:
        """The column with the values `sigma_k chi_R(C)`, a column."""

    @abstractmethod
    def column_sum(self, weights: Mapping[int, Any], column: int) -> tuple[int, dict[int, Any]]:
        """`sum_R w_R Re chi_R(C)` as a field and a sum collected in it."""

    def column_sums(self, weights: Mapping[int, Any]) -> list[tuple[int, dict[int, Any]]]:
        """`column_sum` of every column."""
        return [self.column_sum(weights, column) for column in range(self.classes)]

    @abstractmethod
    def row_sums(self, row: int, groups: Sequence[int], number: int) -> list[tuple[int, dict[int, Any]]]:
        """`sum chi_R(C)` over the classes of each group; `groups[C]` is the group of `C`, or -1."""

    def conductor_of(self, rows: Sequence[int], columns: Sequence[int]) -> int:
        """An `e` with the values of these rows on these columns in `Q(zeta_e)`."""
        return lcm(*{conductor(self.value(row, column)) for row in rows for column in columns})

    def separation_images(self, row: int, columns: Sequence[int], embedding: Embedding) -> list[int]:
        """`2 d_R (1 - X_R(C)) = 2 d_R - chi_R(C) - conj chi_R(C)` in the finite field, for these columns."""
        twice, p = 2 * self.degree(row), embedding.prime
        values = [self.value(row, column) for column in columns]
        return [(twice - embedding(value) - embedding(value, -1)) % p for value in values]

    @cached_property
    def conjugates(self) -> tuple[int, ...]:
        """The row of the complex conjugate character, a row."""
        return self.galois_rows(-1)

    @cached_property
    def row_orbits(self) -> tuple[int, ...]:
        """Number of the Galois orbit of each row, counted by first appearance."""
        return _orbits([self.galois_rows(k) for k in unit_generators(self.conductor)], self.classes)

    @cached_property
    def column_orbits(self) -> tuple[int, ...]:
        """Number of the Galois orbit of each class, counted by first appearance."""
        return _orbits([self.galois_columns(k) for k in unit_generators(self.conductor)], self.classes)


def _orbits(permutations: Sequence[Sequence[int]], points: int) -> tuple[int, ...]:
    """Orbits of a group of permutations, by union and find."""
    parent = list(range(points))

    def find(point: int) -> int:
        while parent[point] != point:
            parent[point] = parent[parent[point]]
            point = parent[point]
        return point

    for permutation in permutations:
        for point, image in enumerate(permutation):
            low, high = sorted((find(point), find(image)))
            parent[high] = low
    numbers: dict[int, int] = {}
    return tuple(numbers.setdefault(find(point), len(numbers)) for point in range(points))


class ValueTable(Table):
    """Stated values; distinct numbers carry distinct codes, so that rows and columns compare as tuples of integers."""

    def __init__(
        self, values: tuple[tuple[Value, ...], ...], sizes: tuple[int, ...], orders: tuple[int, ...]
    ) -> None:
        self.values, self.sizes, self.orders = values, sizes, orders
        for number, row in enumerate(values):
            if not isinstance(row[0], int) or row[0] < 1:
                raise Falsehood(f"row {number} has no positive integer as its degree")

    def degree(self, row: int) -> int:
        value: int = self.values[row][0]
        return value

    def value(self, row: int, column: int) -> Value:
        return self.values[row][column]

    @cached_property
    def conductor(self) -> int:
        return lcm(*{conductor(value) for row in self.values for value in row})

    @cached_property
    def embedding(self) -> Embedding:
        """A homomorphism of the ring of all values into a field of more than `2^61` elements."""
        return Embedding(self.conductor, split_prime(self.conductor, 1 << PRIME_BITS))

    @cached_property
    def _numbers(self) -> tuple[dict[Value, int], dict[int, list[tuple[Value, int]]]]:
        codes: dict[Value, int] = {}
        buckets: dict[int, list[tuple[Value, int]]] = {}
        distinct = 0
        for value in dict.fromkeys(value for row in self.values for value in row):
            code = self._find(value, buckets)
            if code is None:
                code, distinct = distinct, distinct + 1
                buckets.setdefault(self.embedding(value), []).append((value, code))
            codes[value] = code
        return codes, buckets

    def _find(self, value: Value, buckets: Mapping[int, list[tuple[Value, int]]]) -> int | None:
        """The code of an equal number: equal numbers have equal images; equal images are compared exactly."""
        for other, code in buckets.get(self.embedding(value), ()):
            e = common_field((conductor(value), conductor(other)))
            difference: dict[int, Any] = {}
            accumulate(difference, e, value)
            accumulate(difference, e, other, -1)
            if is_zero(e, difference):
                return code
        return None

    @cached_property
    def codes(self) -> tuple[tuple[int, ...], ...]:
        """The table with every value replaced by its code."""
        codes, _ = self._numbers
        return tuple(tuple([codes[value] for value in row]) for row in self.values)

    def _images(self, k: int) -> dict[int, int]:
        """The code of `sigma_k(v)` for the code of `v`; -1 if it is no value of the table."""
        codes, buckets = self._numbers
        images = {code: code for code in codes.values()}
        for value, code in codes.items():
            if isinstance(value, RootSum):
                image = galois(value, k)
                found = codes.get(image)
                found = self._find(image, buckets) if found is None else found
                images[code] = -1 if found is None else found
        return images

    def galois_rows(self, k: int) -> tuple[int, ...]:
        return self._match(self.codes, k, "row")

    def galois_columns(self, k: int) -> tuple[int, ...]:
        return self._match(tuple(zip(*self.codes, strict=True)), k, "column")

    def _match(self, lines: Sequence[tuple[int, ...]], k: int, what: str) -> tuple[int, ...]:
        images = self._images(k)
        where = {line: number for number, line in enumerate(lines)}
        if len(where) != len(lines):
            raise Falsehood(f"two {what}s of the character table are equal")
        found = [where.get(tuple([images[code] for code in line])) for line in lines]
        result = tuple(number for number in found if number is not None)
        if len(result) != len(lines):
            raise Falsehood(f"{what} {found.index(None)}: its image under zeta -> zeta^{k} is no {what} of the table")
        return result

    def column_sum(self, weights: Mapping[int, Any], column: int) -> tuple[int, dict[int, Any]]:
        e = common_field({conductor(self.values[row][column]) for row in weights})
        collected: dict[int, Any] = {}
        half = fmpq(1, 2)
        for row, weight in weights.items():
            value = self.values[row][column]
            if isinstance(value, RootSum):  # Re chi = (chi + conj chi) / 2
                accumulate(collected, e, value, weight * half)
                accumulate(collected, e, value, weight * half, -1)
            else:
                collected[0] = collected.get(0, 0) + weight * value
        return e, collected

    def row_sums(self, row: int, groups: Sequence[int], number: int) -> list[tuple[int, dict[int, Any]]]:
        fields = [1] * number
        for value, group in zip(self.values[row], groups, strict=True):
            if group >= 0 and isinstance(value, RootSum):
                fields[group] = common_field((fields[group], value.conductor))
        sums: list[dict[int, Any]] = [{} for _ in range(number)]
        for value, group in zip(self.values[row], groups, strict=True):
            if group >= 0:
                accumulate(sums[group], fields[group], value)
        return list(zip(fields, sums, strict=True))


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
        return tuple(where[tuple(k * x % d for x, d in zip(v, self.invariants, strict=True))] for v in vectors)

    @cached_property
    def _orbit_sums(self) -> tuple[tuple[int, ...], ...]:
        """`sum chi_R(x)` over each Galois orbit of rows (first index), for one `x` of each orbit of elements (second).

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
            # a row and its conjugate share their weight: the real part of their sum is the sum of their halves
            partner = self.conjugates[row]
            weight = (weights.get(row, fmpq(0)) + weights.get(partner, fmpq(0))) / 2
            by_orbit.setdefault(numbers[row], []).append(weight)
        if any(len(set(values)) > 1 for values in by_orbit.values()):
            return super().column_sums(weights)
        used = [(values[0], self._orbit_sums[orbit]) for orbit, values in by_orbit.items() if values[0] != 0]
        first = [sum((weight * line[q] for weight, line in used), fmpq(0)) for q in range(len(self._orbit_sums[0]))]
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

    def _pointwise_sums(self, row: int, groups: Sequence[int], number: int) -> list[tuple[int, dict[int, Any]]]:
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
    """The same sum in the field of the roots of unity that occur in it: all exponents divided by their divisor."""
    step = gcd(e, *collected)
    return e // step, {t // step: c for t, c in collected.items()}
