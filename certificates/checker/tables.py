"""Characters on classes, as the checker uses them, and those given by stated values."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from math import lcm
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
    split_prime,
    unit_generators,
)
from certificates.checker.errors import Falsehood

__all__ = ["Table", "ValueTable"]

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
    """Stated values; distinct numbers get distinct codes, so rows and columns compare as tuples."""

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
            raise Falsehood(
                f"{what} {found.index(None)}: its image under zeta -> zeta^{k} is no {what} of the table"
            )
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
