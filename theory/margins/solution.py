"""The records a margin computation returns; certificate, network, report and command line read these."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from theory.characters.cyclotomic import Cyclotomic
from theory.characters.table import CharacterTable
from theory.margins.radicals import RadicalSum

__all__ = [
    "ClassStatus",
    "IrrepRow",
    "IrrepStatus",
    "LinearBound",
    "MarginSolution",
    "OptimalPoint",
    "ShareInterval",
    "Structure",
]


class IrrepStatus(Enum):
    """Which max-margin networks use an irrep."""

    REQUIRED = "required"  # positive in every optimal a
    POSSIBLE = "possible"  # positive in some optimal a, zero in another
    EXCLUDED = "excluded"  # zero in every optimal a


class ClassStatus(Enum):
    """In which max-margin networks the class-averaged margin of a conjugacy class equals gamma*."""

    EVERY = "every"
    SOME = "some"
    NONE = "none"


@dataclass(frozen=True)
class IrrepRow:
    """One row of the program: a nontrivial irrep, or a pair of complex conjugate ones.

    Args:
        index: row of the character table (the smaller one of a conjugate pair).
        conjugate: row of the complex conjugate character (`index` itself unless the irrep is complex).
        label: the table's label of `index`.
        degree: `d_R`, a Python integer of any size.
        indicator: Frobenius–Schur indicator, +1, 0 or -1.
        cost: `s_R = (d_R nu_R)^((k-1)/2)`, `nu_R = 1` if real, else 2.
        orbit: number of its Galois orbit among the rows, counted from 0 in order of first appearance.
    """

    index: int
    conjugate: int
    label: str
    degree: int
    indicator: int
    cost: RadicalSum
    orbit: int


@dataclass(frozen=True)
class LinearBound:
    """Multipliers `lambda_C` that prove a lower bound on a functional `sum_R c_R a_R` over the face F.

    `sum_C lambda_C (1 - X_R(C)) <= c_R` for every `R` in `B`, `lambda_C >= 0` for `C` not in `T` (free on
    `T`); then every `a` in `F` has `sum_R c_R a_R >= sum_C lambda_C`. An upper bound on `f` is a lower
    bound on `-f`.
    """

    multipliers: tuple[tuple[int, Fraction], ...]  # (class column of the table, lambda_C), only nonzero ones

    @property
    def value(self) -> Fraction:
        """The bound `sum_C lambda_C`."""
        return sum((value for _, value in self.multipliers), Fraction(0))


@dataclass(frozen=True)
class OptimalPoint:
    """An exact optimal `a`, one real cyclotomic number a row (rational ones as Fraction)."""

    values: tuple[Fraction | Cyclotomic, ...]


@dataclass(frozen=True)
class ShareInterval:
    """Extremes of the budget share `a_R s_R / cost*` (or of an orbit's sum) over the optimal face.

    `lower_point` and `upper_point` number the optimal points that attain the extremes; `lower_bound` (on
    `a_R` or the sum) and `upper_bound` (on its negative) prove that nothing lies outside, up to `2^-60`.
    All four are None where F is a single point, and for excluded irreps.
    """

    lower: float  # share, correctly rounded
    upper: float
    lower_point: int | None = None
    upper_point: int | None = None
    lower_bound: LinearBound | None = None
    upper_bound: LinearBound | None = None


@dataclass(frozen=True)
class Structure:
    """What holds in every max-margin network, with a witness for each statement.

    Args:
        irreps: status a row.
        shares: budget share interval a row.
        orbit_shares: budget share interval a Galois orbit (indexed by `IrrepRow.orbit`).
        classes: status a class column of the table; None for the identity.
        rank_prime: a prime modulo which the `T x B` matrix has full column rank, so that F is a point; None
            where none shows it. It is 1 modulo the conductor of every value of a character in B and divides
            neither 2 nor a degree: reduction is a ring homomorphism, whichever root of unity of that order
            is taken.
        points: exact optimal points that witness "not required", "some" and interval ends (empty if F is a
            point).
        slack_bounds: for classes with status `none` when F is no point: class column -> bound that proves
            `sum_R a_R (1 - X_R(C)) - 1 > 0` on F, as a lower bound on `sum_R a_R (1 - X_R(C))` that exceeds
            1.
        class_points: for one class of each Galois orbit with status `some`: class column -> number of a
            point that is tight there. Its conjugates show the same of the other members.
    """

    irreps: tuple[IrrepStatus, ...]
    shares: tuple[ShareInterval, ...]
    orbit_shares: tuple[ShareInterval, ...]
    classes: tuple[ClassStatus | None, ...]
    rank_prime: int | None
    points: tuple[OptimalPoint, ...] = ()
    slack_bounds: tuple[tuple[int, LinearBound], ...] = ()
    class_points: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, repr=False)
class MarginSolution:
    """The maximum margin of a group, exactly.

    `primal` and `dual` form a strictly complementary pair, both constant on Galois orbits: `a_R > 0`
    exactly for the rows in B (positive in some optimum) and `y_C > 0` exactly for the classes in T (tight
    in every optimum).

    Args:
        table: the character table.
        arity: number of factors `k >= 2`.
        rows: nontrivial irreps up to complex conjugation, in the table's order.
        primal: `a_R`, one rational a row.
        dual: `y_C`, one radical sum a class column of the table (zero at the identity, equal on `C` and
            `C^-1`).
        cost: `cost*(G,k) = sum_R a_R s_R = sum_C y_C`.
        gamma_star: `k! (k+1)^(-(k+1)/2) |G|^(-(k+1)/2) / cost*`, correctly rounded.
        gamma_star_exact: the same as a string such as `1/2700*sqrt(5)/(8/15 + 4/5*sqrt(3))`.
        structure: see `Structure`.
    """

    table: CharacterTable
    arity: int
    rows: tuple[IrrepRow, ...]
    primal: tuple[Fraction, ...]
    dual: tuple[RadicalSum, ...]
    cost: RadicalSum
    gamma_star: float
    gamma_star_exact: str
    structure: Structure

    def __repr__(self) -> str:
        return f"<MarginSolution {self.table.name}, arity {self.arity}, cost* = {self.cost}>"
