"""What every max-margin network has in common, decided exactly on the unmerged program.

Proofs: docs/theory.md, Theorem 20, Theorem 21, Theorem 23. A strictly complementary pair gives B, the irreps
positive in some optimum, and T, the classes tight in every optimum; both are stable under Galois
automorphisms. The optimal `a` are the face

    F = { a >= 0 :  a_R = 0 off B,  sum_B a_R (1 - X_R(C)) = 1 on T,  >= 1 off T }.

The strictly complementary `a` is a relative interior point, so F is a point iff the `T x B` matrix has full
column rank. Otherwise each weight is minimised and maximised over F. Members of a Galois orbit share their
extremes, since a Galois automorphism permutes rows and columns of the program: one member is solved, the
others get its witnesses permuted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import lcm

from flint import fmpz, nmod_mat

from theory.characters.cyclotomic import Cyclotomic, conductor, residue
from theory.margins.cyclotomic_system import element_of_order
from theory.margins.radicals import RadicalSum
from theory.margins.reduction import MarginProgram
from theory.margins.shares import orbit_sums, point_interval
from theory.margins.solution import ClassStatus, IrrepStatus, Structure
from theory.margins.trades import trades

__all__ = ["full_rank_prime", "structure"]

LARGEST_CONDUCTOR = 1 << 48  # nmod_mat takes primes below 2^64


def structure(
    program: MarginProgram, primal: Sequence[Fraction], dual: Sequence[RadicalSum], cost: RadicalSum
) -> Structure:
    """Statuses and intervals with their witnesses.

    Args:
        program: the unmerged program.
        primal: `a_R`, a row, and
        dual: `y_C`, a column of the table: a strictly complementary pair, constant on Galois orbits.
        cost: `cost*`.
    """
    used = [row for row, a in enumerate(primal) if a]
    tight = [column for column, y in enumerate(dual) if y]
    prime = full_rank_prime(program, used, tight)
    if prime is None:
        return trades(program, primal, dual, cost)
    points = [point_interval(a, row.cost, cost) for a, row in zip(primal, program.rows, strict=True)]
    sums = orbit_sums(program, primal)
    costs = {row.orbit: row.cost for row in program.rows}
    return Structure(
        irreps=tuple(IrrepStatus.REQUIRED if a else IrrepStatus.EXCLUDED for a in primal),
        shares=tuple(points),
        orbit_shares=tuple(point_interval(total, costs[orbit], cost) for orbit, total in enumerate(sums)),
        classes=(None, *(ClassStatus.EVERY if y else ClassStatus.NONE for y in dual[1:])),
        rank_prime=prime,
    )


def full_rank_prime(program: MarginProgram, rows: Sequence[int], columns: Sequence[int]) -> int | None:
    """A prime modulo which the `T x B` matrix `1 - X_R(C)` has full column rank, None if none shows it.

    Rank modulo a prime never exceeds the rank, and the prime is 1 modulo every conductor that occurs, so
    that reduction is a ring homomorphism whichever root of unity is taken. It divides neither `2` nor any
    degree.
    """
    table = program.table
    if len(rows) > len(columns):
        return None
    indices = [program.rows[row].index for row in rows]
    irrational = {
        id(value): value
        for index in indices
        for value in table.values[index]
        if isinstance(value, Cyclotomic)
    }
    n = lcm(*(conductor(value) for value in irrational.values()))
    if n > LARGEST_CONDUCTOR:
        return None
    everything = len(rows) == len(program.rows) and len(columns) == len(program.classes)
    candidates = _primes(n, 2 * table.order)
    for _ in range(2):
        prime = next(candidates)
        # With all rows and classes the matrix is regular modulo any prime that does not divide 2n: a relation
        # sum_R c_R (1 - X_R) = 0 off the identity says that f = sum_R c_R X_R is constant, hence f = 0,
        # hence c = 0.
        if everything or _rank(program, rows, columns, prime, n) == len(rows):
            return prime
    return None


def _primes(n: int, avoid: int) -> Iterator[int]:
    candidate = (1 << 31) // n * n + 1
    while True:
        candidate += n
        if fmpz(candidate).is_prime() and avoid % candidate:
            yield candidate


def _rank(program: MarginProgram, rows: Sequence[int], columns: Sequence[int], prime: int, n: int) -> int:
    table = program.table
    root = element_of_order(n, prime)
    known: dict[int, int] = {}

    def reduced(row: int, column: int) -> int:
        value = table.values[row][column]
        if isinstance(value, int):
            return value
        if id(value) not in known:
            known[id(value)] = residue(value, prime, root, n)
        return known[id(value)]

    lines = []
    for row in rows:
        irrep = program.rows[row]
        # 2 d_R (1 - X_R(C)) = 2 d_R - chi_R(C) - conj chi_R(C)
        lines.append(
            [
                (2 * irrep.degree - reduced(irrep.index, c) - reduced(irrep.conjugate, c)) % prime
                for c in columns
            ]
        )
    return int(nmod_mat(lines, prime).rank())
