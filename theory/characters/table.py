"""The character table of a finite group: classes, exact values, power maps; with or without its group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import gcd, lcm
from operator import mul
from typing import TYPE_CHECKING

from theory.arithmetic import factorised, unit_generators
from theory.characters.coding import coded, distinct_values
from theory.characters.cyclotomic import Cyclotomic, Value, conductor, galois, order_key, rational_mean

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Int, Shaped

    from theory.characters.realisation import Realisation

__all__ = ["CharacterTable", "GaloisError", "Verdict"]


@dataclass(frozen=True)
class Verdict:
    """A fact that `CharacterTable.verify` has proved."""

    fact: str
    detail: str


# Compared by identity: hashing millions of values would cost more than any cache gains.
@dataclass(frozen=True, eq=False, repr=False)
class CharacterTable:
    """Irreducible characters (rows) on conjugacy classes (columns); see `assembly` for the order of the rows.

    Args:
        name: as typed, for display.
        order: `n = |G|`.
        class_names: a representative as a mathematician writes it, `(1,2)(3,4)`, or a name such as `2A`.
        class_sizes: column 0 is the identity.
        element_orders: a class.
        power_maps: for every prime `p` that divides the order, the class of `g^p` for `g` in each class.
        values: `chi_R(C)`; row 0 is the trivial character; a rational value is an `int`.
        labels: `1a, 3a, 3b, ...`: degree and letters, in row order.
        realisation: the group itself, with class representatives in column order; None for a table without a
            group.
        source: where the table comes from: "Burnside–Dixon", "Murnaghan–Nakayama", "closed form", "GAP ...",
            "product".
    """

    name: str
    order: int
    class_names: tuple[str, ...]
    class_sizes: tuple[int, ...]
    element_orders: tuple[int, ...]
    power_maps: Mapping[int, tuple[int, ...]]
    values: tuple[tuple[int | Cyclotomic, ...], ...]
    labels: tuple[str, ...]
    realisation: Realisation | None
    source: str

    def __repr__(self) -> str:
        return f"<CharacterTable {self.name}, order {self.order}, {len(self.class_sizes)} classes>"

    @cached_property
    def degrees(self) -> tuple[int, ...]:
        """`d_R`, a row."""
        return tuple(row[0] if isinstance(row[0], int) else 0 for row in self.values)

    @cached_property
    def exponent(self) -> int:
        """Least common multiple of the element orders."""
        return lcm(*self.element_orders)

    @cached_property
    def centraliser_orders(self) -> tuple[int, ...]:
        """`n / |C|`, a class."""
        return tuple(self.order // size for size in self.class_sizes)

    @cached_property
    def is_rational(self) -> bool:
        """Whether every value is an integer."""
        return not any(isinstance(value, Cyclotomic) for row in self.values for value in row)

    @cached_property
    def conductor(self) -> int:
        """The least `N` with every value in `Q(zeta_N)`."""
        if self.is_rational:
            return 1
        return lcm(*{conductor(value) for value in self.alphabet})

    @cached_property
    def alphabet(self) -> tuple[int | Cyclotomic, ...]:
        """The distinct values, sorted by `order_key`."""
        return tuple(sorted(distinct_values(self.values), key=order_key))  # type: ignore[arg-type]

    @cached_property
    def rational_values(self) -> int:
        """How many of the values in `alphabet` are rational; they come first."""
        return sum(not isinstance(value, Cyclotomic) for value in self.alphabet)

    @cached_property
    def codes(self) -> Int[np.ndarray, "r c"]:
        """The table with each value replaced by its place in `alphabet`."""
        return coded(self.values, self.alphabet)

    @cached_property
    def integers(self) -> Shaped[np.ndarray, "r c"]:
        """The values of a rational table as one array: int64, or Python integers where they do not fit."""
        import numpy as np

        try:
            return np.array(self.values, dtype=np.int64)
        except OverflowError:
            return np.array(self.values, dtype=object)

    @cached_property
    def indicators(self) -> tuple[int, ...]:
        """Frobenius–Schur indicators `(1/n) sum_C |C| chi(C^2)`: +1 real, 0 complex, -1 quaternionic."""
        weights = [0] * len(self.class_sizes)
        for column, size in enumerate(self.class_sizes):
            weights[self.power(column, 2)] += size
        support = [(column, weight) for column, weight in enumerate(weights) if weight]
        if self.is_rational:
            total = self.order
            rows = self.integers[:, [column for column, _ in support]].tolist()
            sums = [sum(map(mul, row, [weight for _, weight in support])) for row in rows]
        else:  # the sum is rational, so each value may stand for its mean over the Galois group
            means = [rational_mean(value) for value in self.alphabet]
            scale = lcm(*(mean.denominator for mean in means))
            whole = [int(mean * scale) for mean in means]
            total = self.order * scale
            columns = self.codes[:, [column for column, _ in support]].tolist()
            heights = [weight for _, weight in support]
            sums = [sum(map(mul, [whole[code] for code in row], heights)) for row in columns]
        # verify() refuses the 2, which no table has
        return tuple(value // total if not value % total else 2 for value in sums)

    @cached_property
    def inverse_classes(self) -> tuple[int, ...]:
        """The class of `g^-1`, a class."""
        return tuple(self.power(column, -1) for column in range(len(self.class_sizes)))

    @cached_property
    def conjugate_rows(self) -> tuple[int, ...]:
        """The row of the complex conjugate character, a row."""
        return self.galois_rows(-1)

    @cached_property
    def row_orbits(self) -> tuple[tuple[int, ...], ...]:
        """Orbits of the Galois group on the rows, by first member."""
        return _orbits([self.galois_rows(k) for k in unit_generators(self.conductor)], len(self.values))

    @cached_property
    def class_orbits(self) -> tuple[tuple[int, ...], ...]:
        """Orbits of `g -> g^k`, `k` prime to the exponent, on the classes, by first member."""
        return _orbits(
            [self.galois_columns(k) for k in unit_generators(self.conductor)], len(self.class_sizes)
        )

    def power(self, column: int, exponent: int) -> int:
        """The class of `g^exponent` for `g` in the class `column` and any integer exponent.

        `g^(du)` with `d = gcd(exponent, m)`, `m` the order of `g`: the power maps give `g^d`, the Galois
        group the rest.
        """
        m = self.element_orders[column]
        d = gcd(exponent, m)
        for p, multiplicity in factorised(d):
            for _ in range(multiplicity):
                column = self.power_maps[p][column]
        # the column's conductors divide m/d: any unit of Q(zeta_N) that is u modulo m/d acts on it as u does
        unit = exponent if d == 1 else exponent // d % (m // d)
        if (unit - 1) % (m // d) == 0 or self.is_rational:
            return column
        return self.galois_columns(_unit_modulo(self.conductor, unit))[column]

    def galois_rows(self, k: int) -> tuple[int, ...]:
        """The row of `sigma_k chi`, `sigma_k: zeta -> zeta^k`, for each row; `k` prime to `conductor`."""
        return self._galois(k % self.conductor, "row")

    def galois_columns(self, k: int) -> tuple[int, ...]:
        """The class whose values are `sigma_k chi(C)`, for each class; `k` prime to `conductor`."""
        return self._galois(k % self.conductor, "column")

    def verify(self) -> tuple[Verdict, ...]:
        """Prove every fact about the table that can be proved without its group.

        Raises:
            InputError: naming the fact that fails and its place.
        """
        from theory.characters.verification import verify

        return verify(self)

    @cached_property
    def _actions(self) -> dict[tuple[int, str], tuple[int, ...]]:
        return {}

    def _galois(self, k: int, axis: str) -> tuple[int, ...]:
        if self.is_rational:
            return tuple(range(len(self.values)))
        if (k, axis) not in self._actions:
            import numpy as np

            lines = self.codes if axis == "row" else self.codes.T
            irrational: tuple[Value, ...] = self.alphabet[self.rational_values :]  # sorted to the end
            place = {value: code for code, value in enumerate(irrational, start=self.rational_values)}
            image = np.arange(len(self.alphabet), dtype=self.codes.dtype)
            # an image outside the alphabet is on no line: the lookup below names the line
            image[self.rational_values :] = [place.get(galois(value, k), -1) for value in irrational]
            moved = np.flatnonzero((lines >= self.rational_values).any(axis=1)).tolist()
            where = {lines[number].tobytes(): number for number in moved}
            found = list(range(len(lines)))
            for number in moved:
                target = where.get(image[lines[number]].tobytes())
                if target is None:
                    raise GaloisError(axis, number, k)
                found[number] = target
            self._actions[k, axis] = tuple(found)
        return self._actions[k, axis]


class GaloisError(ArithmeticError):
    """A line of the table whose Galois conjugate is no line of it: no group has this table."""

    def __init__(self, axis: str, number: int, k: int) -> None:
        super().__init__(
            f"the Galois conjugate of {axis} {number} under zeta -> zeta^{k} is no {axis} of the table"
        )
        self.axis, self.number, self.k = axis, number, k


def _unit_modulo(n: int, u: int) -> int:
    """`u` modulo the part of `n` that is prime to `u`, and 1 modulo the rest: one unit for many orders."""
    prime_to = n
    while (shared := gcd(u, prime_to)) > 1:
        prime_to //= shared
    rest = n // prime_to
    # 1 + rest (u - 1) / rest, the division modulo prime_to
    return (1 + rest * ((u - 1) * pow(rest, -1, prime_to) % prime_to)) % n


def _orbits(generators: Sequence[Sequence[int]], points: int) -> tuple[tuple[int, ...], ...]:
    seen: set[int] = set()
    orbits = []
    for start in range(points):
        if start in seen:
            continue
        orbit, fresh = {start}, [start]
        while fresh:
            point = fresh.pop()
            for image in (generator[point] for generator in generators):
                if image not in orbit:
                    orbit.add(image)
                    fresh.append(image)
        seen |= orbit
        orbits.append(tuple(sorted(orbit)))
    return tuple(orbits)
