"""The linear program of the margin: rows, costs, both feasibilities, equal values, the exact maximum.

    cost* = min  sum_R a_R s_R   with  sum_R a_R (1 - X_R(C)) >= 1  for every class C != {1},  a >= 0
          = max  sum_C y_C       with  sum_C y_C (1 - X_R(C)) <= s_R  for every row R,         y >= 0

`X_R(C) = Re chi_R(C) / d_R`, `s_R = (d_R nu_R)^((k-1)/2)`, `nu_R = 1` for a real irrep and 2 otherwise, a
complex irrep and its conjugate one row. Weak duality: `sum_C y_C <= sum_C y_C sum_R a_R (1 - X_R(C)) <=
sum_R a_R s_R`; so a feasible pair of equal values proves both optimal. Only sums that occur in these lines
are formed, exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import factorial
from typing import Any

from flint import fmpq, fmpq_mat

from certificates.checker import radicals
from certificates.checker.certificate import Certificate
from certificates.checker.cyclotomic import prime_divisors, rational, sign
from certificates.checker.errors import CertificateLimitError, Falsehood
from certificates.checker.radicals import Radical
from certificates.checker.tables import Table

__all__ = [
    "Program",
    "check_dual",
    "check_gamma",
    "check_primal",
    "check_radicands",
    "check_rows",
    "check_values",
    "separations",
]

RADICAND_LIMIT = 1_000  # no optimum needs more than there are rows


@dataclass(frozen=True)
class Program:
    """The program of a table, from its degrees and indicators.

    Args:
        table: the characters.
        arity: `k`.
        indicators: Frobenius–Schur indicators, a row of the table.
        primes: primes that may divide radicands.
    """

    table: Table
    arity: int
    indicators: tuple[int, ...]
    primes: tuple[int, ...]

    @cached_property
    def rows(self) -> tuple[tuple[int, int], ...]:
        """Nontrivial rows of the table up to complex conjugation, each with its conjugate."""
        pairs = enumerate(self.table.conjugates)
        return tuple((row, conjugate) for row, conjugate in pairs if 0 < row <= conjugate)

    @cached_property
    def costs(self) -> tuple[Radical, ...]:
        """`s_R`, a row of the program."""
        costs = []
        for row, _ in self.rows:
            nu = 1 if self.indicators[row] == 1 else 2
            cost = radicals.half_power(self.table.degree(row) * nu, self.arity - 1, self.primes)
            if cost is None:
                raise Falsehood(f"the degree {self.table.degree(row)} of row {row} does not divide the order")
            costs.append(cost)
        return tuple(costs)

    @cached_property
    def orbits(self) -> tuple[int, ...]:
        """Number of the Galois orbit of each row of the program, counted by first appearance."""
        numbers: dict[int, int] = {}
        orbit = self.table.row_orbits
        # a pair's orbit is that of either member
        return tuple(numbers.setdefault(orbit[row], len(numbers)) for row, _ in self.rows)


def radicand_primes(certificate: Certificate) -> tuple[int, ...]:
    """Primes of `2 n (k+1)`: every radicand of this program is a product of some of them."""
    return tuple(sorted({2, *certificate.primes, *prime_divisors(certificate.arity + 1)}))


def check_radicands(certificate: Certificate, primes: Sequence[int]) -> None:
    """All radicands are squarefree, so that equal sums are those with equal terms."""
    distinct = len({m for radical in (certificate.cost, *certificate.dual) for m in radical})
    if distinct > RADICAND_LIMIT:
        raise CertificateLimitError(
            f"program: {distinct} different radicands; the checker's limit is {RADICAND_LIMIT}"
        )
    for place, radical in (
        ("the cost", certificate.cost),
        *((f"y of class {c}", y) for c, y in enumerate(certificate.dual)),
    ):
        for m in radical:
            if not radicals.is_squarefree(m, primes):
                raise Falsehood(
                    f"{place} holds the square root of {m}, no squarefree product of the primes {primes}"
                )


def check_rows(program: Program, certificate: Certificate) -> str:
    """The stated rows are the nontrivial irreps up to conjugation, in order, with their Galois orbits."""
    stated = tuple((row.character, row.conjugate) for row in certificate.rows)
    if stated != program.rows:
        raise Falsehood(f"the rows of the program are {_shown(program.rows)}, not {_shown(stated)}")
    for number, (row, orbit) in enumerate(zip(certificate.rows, program.orbits, strict=True)):
        if row.orbit != orbit:
            raise Falsehood(f"row {number} of the program lies in Galois orbit {orbit}, not {row.orbit}")
    orbits = len(set(program.orbits))
    return f"{len(stated)} row{'s' * (len(stated) != 1)} in {orbits} Galois orbit{'s' * (orbits != 1)}"


def _shown(pairs: Sequence[tuple[int, int]]) -> str:
    head = ", ".join(f"({row}, {conjugate})" for row, conjugate in pairs[:6])
    return head + (", ..." if len(pairs) > 6 else "")


def separations(program: Program, weights: Sequence[Any]) -> list[tuple[int, dict[int, Any]]]:
    """`sum_R a_R (1 - X_R(C))` for rational `a`, a class, as collected sums; the identity's is 0."""
    table = program.table
    scaled = {
        row: fmpq(weight) / table.degree(row)
        for (row, _), weight in zip(program.rows, weights, strict=True)
        if weight != 0
    }
    total = sum(weights, fmpq(0))
    result: list[tuple[int, dict[int, Any]]] = [(1, {})]
    for e, collected in table.column_sums(scaled)[1:]:
        negated = {t: -c for t, c in collected.items()}
        negated[0] = negated.get(0, 0) + total
        result.append((e, negated))
    return result


def check_primal(program: Program, certificate: Certificate) -> list[int]:
    """Feasibility of `a`; the signs of `sum_R a_R (1 - X_R(C)) - 1`, a class (0 for the identity)."""
    weights = [row.weight for row in certificate.rows]
    for number, weight in enumerate(weights):
        if weight < 0:
            raise Falsehood(f"a of row {number} is {weight}, which is negative")
    signs = [0]
    for column, (e, collected) in enumerate(separations(program, weights)[1:], start=1):
        collected[0] -= 1
        signs.append(sign(e, collected))
        if signs[-1] < 0:
            raise Falsehood(f"sum_R a_R (1 - X_R(C)) is below 1 on class {column}")
    return signs


def check_dual(program: Program, certificate: Certificate) -> list[int]:
    """Feasibility of `y`; the sign of `s_R - sum_C y_C (1 - X_R(C))`, a row of the program.

    Classes of equal `y` and equal element order are summed first: for a `y` that is constant on Galois orbits
    `sum X_R(C)` over such a group is rational. What remains is a product of rational matrices, a radicand a
    column.
    """
    table, dual = program.table, certificate.dual
    if dual[0]:
        raise Falsehood("y of the identity is not 0")
    for column, y in enumerate(dual):
        if radicals.sign(y) < 0:
            raise Falsehood(f"y of class {column} is {radicals.text(y)}, which is negative")
    numbers: dict[Any, int] = {}
    groups = [
        numbers.setdefault((table.orders[c], tuple(sorted(y.items()))), len(numbers)) if y else -1
        for c, y in enumerate(dual)
    ]
    members = [groups.count(group) for group in range(len(numbers))]
    matrix = []
    for number, (row, _) in enumerate(program.rows):
        line = []
        for group, (e, collected) in enumerate(table.row_sums(row, groups, len(numbers))):
            total = rational(e, collected)
            if total is None:
                raise Falsehood(
                    f"y is not constant on Galois orbits: row {number} has an irrational sum over equal y"
                )
            line.append(members[group] - total / table.degree(row))
        matrix.append(line)
    return _slack_signs(program, matrix, [dict(terms) for _, terms in numbers])


def _slack_signs(program: Program, matrix: list[list[Any]], values: list[Radical]) -> list[int]:
    signs = []
    roots = sorted({m for y in values for m in y})
    coefficients = [[y.get(m, fmpq(0)) for m in roots] for y in values]
    used = fmpq_mat(matrix) * fmpq_mat(coefficients) if roots else None
    for number, cost in enumerate(program.costs):
        slack = dict(cost)
        if used is not None:
            radicals.add(
                slack, {m: used[number, at] for at, m in enumerate(roots) if used[number, at] != 0}, -1
            )
        signs.append(radicals.sign(slack))
        if signs[-1] < 0:
            raise Falsehood(f"sum_C y_C (1 - X_R(C)) exceeds s_R on row {number}")
    return signs


def check_values(program: Program, certificate: Certificate) -> str:
    """`sum_R a_R s_R = cost = sum_C y_C`."""
    primal: Radical = {}
    for row, cost in zip(certificate.rows, program.costs, strict=True):
        radicals.add(primal, cost, row.weight)
    dual: Radical = {}
    for y in certificate.dual:
        radicals.add(dual, y)
    for name, value in (("sum_R a_R s_R", primal), ("sum_C y_C", dual)):
        if value != certificate.cost:
            raise Falsehood(f"{name} is {radicals.text(value)}, not {radicals.text(certificate.cost)}")
    if radicals.sign(certificate.cost) <= 0:
        raise Falsehood("the cost is not positive")
    return f"cost* = {shortened(radicals.text(certificate.cost))}"


def shortened(text: str, length: int = 100) -> str:
    """Text cut to a length that fits a line."""
    return text if len(text) <= length else f"{text[: length - 4]} ..."


def check_gamma(program: Program, certificate: Certificate) -> str:
    """`gamma* = q sqrt(m) / cost` with `(q sqrt(m))^2 = k!^2 ((k+1) n)^-(k+1)`, `q > 0`, `m` squarefree."""
    k, n = certificate.arity, certificate.order
    q, m = certificate.gamma_coefficient, certificate.gamma_radicand
    if m < 1 or not radicals.is_squarefree(m, program.primes):
        raise Falsehood(f"the radicand {m} is no squarefree product of the primes {program.primes}")
    if q <= 0 or q * q * m != fmpq(factorial(k) ** 2, ((k + 1) * n) ** (k + 1)):
        raise Falsehood(f"{q}*sqrt({m}) is not k! ((k+1) n)^(-(k+1)/2) for k = {k}, n = {n}")
    return f"gamma* = {shortened(radicals.text({m: q}))} / cost*"
