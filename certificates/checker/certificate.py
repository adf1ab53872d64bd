"""The certificate as a record: every field typed, ranged and of the right length, nothing yet believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from certificates.checker.cyclotomic import Value
from certificates.checker.radicals import Radical

__all__ = ["Bound", "Certificate", "Group", "Interval", "Orbit", "Row"]


@dataclass(frozen=True)
class Group:
    """`kind` is permutations, abelian, inversion or table; other fields are empty where they do not apply."""

    kind: str
    order: int
    degree: int = 0
    generators: tuple[tuple[int, ...], ...] = ()
    representatives: tuple[tuple[int, ...], ...] = ()  # permutations, or exponents
    invariants: tuple[int, ...] = ()
    modulus: int = 0  # of the cyclic subgroup that is inverted
    square: int = 0  # t^2 = a^square


@dataclass(frozen=True)
class Row:
    """A row of the program: a character, its complex conjugate, its orbit, its weight `a_R`."""

    character: int
    conjugate: int
    orbit: int
    weight: Any


@dataclass(frozen=True)
class Bound:
    """Multipliers `lambda_C`, each class once."""

    multipliers: tuple[tuple[int, Any], ...]


@dataclass(frozen=True)
class Interval:
    """What proves the extremes of a share: optimal points, bounds on the sum and on its negative."""

    lower_point: int
    upper_point: int
    lower_bound: Bound
    upper_bound: Bound


@dataclass(frozen=True)
class Orbit:
    """A Galois orbit of rows: one status and interval for each member, one interval for their sum."""

    rows: tuple[int, ...]
    status: str
    share: tuple[Any, Any]
    orbit_share: tuple[Any, Any]
    share_witness: Interval | None
    orbit_witness: Interval | None


@dataclass(frozen=True)
class Certificate:
    """The document; of `values` and `exponents` (of an abelian group or an inversion) one is empty."""

    arity: int
    group: Group
    class_sizes: tuple[int, ...]
    element_orders: tuple[int, ...]
    power_maps: dict[int, tuple[int, ...]]
    values: tuple[tuple[Value, ...], ...]
    exponents: tuple[tuple[int, ...], ...]
    indicators: tuple[int, ...]
    rows: tuple[Row, ...]
    dual: tuple[Radical, ...]
    cost: Radical
    gamma_coefficient: Any
    gamma_radicand: int
    unique: bool
    points: tuple[tuple[Value, ...], ...]
    orbits: tuple[Orbit, ...]
    class_statuses: tuple[str | None, ...]
    slack_bounds: dict[int, Bound]
    sha256: str
    computed_sha256: str

    @property
    def table_parts(self) -> tuple[Any, ...]:
        """All that the facts about the group and its character table look at; hashable."""
        return (
            self.group,
            self.class_sizes,
            self.element_orders,
            tuple(self.power_maps.items()),
            self.values,
            self.exponents,
            self.indicators,
        )

    @property
    def order(self) -> int:
        """`n = |G|` as stated."""
        return self.group.order

    @property
    def primes(self) -> tuple[int, ...]:
        """The primes said to divide the order: the keys of the power maps."""
        return tuple(self.power_maps)
