"""Galois automorphisms as permutations of the margin program, which carry witnesses to conjugates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from theory.arithmetic import unit_generators
from theory.characters.cyclotomic import Value
from theory.margins.reduction import MarginProgram
from theory.margins.solution import LinearBound

__all__ = ["GaloisAction"]


@dataclass(frozen=True, eq=False)
class GaloisAction:
    """Galois automorphisms as permutations of a program: `X_(sigma R)(C) = X_R(sigma C)`."""

    program: MarginProgram

    def units(self, start: int, of_rows: bool) -> dict[int, int]:
        """For each member of the orbit of a row (or column), a unit that takes `start` there."""
        table = self.program.table
        found, fresh = {start: 1}, [start]
        while fresh:
            here = fresh.pop()
            for generator in unit_generators(table.conductor):
                rows, columns = self._images(generator)
                image = (rows if of_rows else columns)[here]
                if image not in found:
                    found[image] = found[here] * generator % table.conductor
                    self._compose(found[here], generator)
                    fresh.append(image)
        return found

    def point(self, unit: int, point: Sequence[Value]) -> tuple[Value, ...]:
        """The point with `a'_(sigma R) = a_R`, optimal if `a` is."""
        moved = list(point)
        for row, image in enumerate(self._images(unit)[0]):
            moved[image] = point[row]
        return tuple(moved)

    def bound(self, unit: int, bound: LinearBound) -> LinearBound:
        """The multipliers `lambda'_C = lambda_(sigma C)` prove for `sigma R` what `lambda` does for `R`."""
        source = _inverse(self._images(unit)[1])
        return LinearBound(tuple(sorted((source[column], value) for column, value in bound.multipliers)))

    def _images(self, unit: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """`sigma R`, rows of the program, and `sigma C`, columns of the table."""
        if unit not in self._known:
            table = self.program.table
            rows = table.galois_rows(unit)
            numbers = (self._number_of[rows[row.index]] for row in self.program.rows)
            self._known[unit] = tuple(numbers), table.galois_columns(unit)
        return self._known[unit]

    def _compose(self, unit: int, generator: int) -> None:
        """Makes known the product of two units and its inverse: quicker than conjugating characters."""
        n = self.program.table.conductor
        product = unit * generator % n
        if product not in self._known:
            one, other = self._images(unit), self._images(generator)
            rows, columns = (tuple(after[i] for i in first) for first, after in zip(one, other, strict=True))
            self._known[product] = rows, columns
            self._known[pow(product, -1, n)] = _inverse(rows), _inverse(columns)

    @cached_property
    def _known(self) -> dict[int, tuple[tuple[int, ...], tuple[int, ...]]]:
        return {}

    @cached_property
    def _number_of(self) -> dict[int, int]:
        return {i: n for n, row in enumerate(self.program.rows) for i in (row.index, row.conjugate)}


def _inverse(permutation: Sequence[int]) -> tuple[int, ...]:
    result = [0] * len(permutation)
    for place, image in enumerate(permutation):
        result[image] = place
    return tuple(result)
