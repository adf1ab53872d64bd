"""When the Plancherel weights are optimal: the condition of Theorem 9 and its general form, decided exactly.

The weights `a_R = d_R^2 / n` (twice that for a complex pair) leave every wrong class with margin exactly
one, by column orthogonality. Equality in every row of the dual program then forces

    y_C = -(|C| / n) sum_(R != 1) d_R s_R chi_R(C)      (sum over all complex irreps),

so the weights are optimal iff no `y_C` is negative. The members of a Galois orbit share `d_R` and `s_R`,
hence each `y_C` is a radical sum (docs/theory.md, Theorem 24).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from theory.characters.table import CharacterTable
from theory.margins.radicals import RadicalSum
from theory.margins.reduction import MergedProgram, apply, margin_program

__all__ = ["plancherel_optimal", "plancherel_pair", "theorem9_condition"]


def theorem9_condition(table: CharacterTable, arity: int = 2) -> bool | None:
    """The strict sign condition of arXiv:2311.07568, Theorem 9.

    `sum_(R != 1) d_R^1.5 chi_R(C) < 0` for every class `C != {1}`.

    Returns:
        None unless `arity` is 2 and every irrep is real (indicator +1), where the theorem does not apply.
    """
    if arity != 2 or any(indicator != 1 for indicator in table.indicators):
        return None
    merged, _ = apply(margin_program(table, arity))
    return all(weight.sign() > 0 for weight in _dual_weights(merged))


def plancherel_optimal(table: CharacterTable, arity: int = 2) -> bool:
    """Whether the Plancherel weights are optimal: `-sum_(R != 1) d_R s_R chi_R(C) >= 0` for every `C != {1}`.

    Not strict, and for irreps of every type and any arity.
    """
    merged, _ = apply(margin_program(table, arity))
    return all(weight.sign() >= 0 for weight in _dual_weights(merged))


def plancherel_pair(
    program: MergedProgram,
) -> tuple[tuple[Fraction, ...], tuple[RadicalSum, ...]] | None:
    """The Plancherel weights and their dual if these are strictly complementary optima, else None.

    Returns:
        `a`, a row orbit, and `y`, a class orbit, all positive.
    """
    dual = []
    for weight in _dual_weights(program):
        if weight.sign() <= 0:
            return None
        dual.append(weight)
    table, sizes = program.table, _orbit_sizes(program)
    primal = tuple(
        Fraction(size * table.degrees[irrep] ** 2, table.order)
        for irrep, size in zip(program.irreps, sizes, strict=True)
    )
    return primal, tuple(dual)


def _orbit_sizes(program: MergedProgram) -> list[int]:
    """Number of complex irreps in each row orbit."""
    size_of = {row: len(orbit) for orbit in program.table.row_orbits for row in orbit}
    return [size_of[irrep] for irrep in program.irreps]


def _dual_weights(program: MergedProgram) -> Iterator[RadicalSum]:
    """`sum of y_C` over each class orbit, one after the other, since a negative one settles the matter."""
    table = program.table
    size_of = {column: len(orbit) for orbit in table.class_orbits for column in orbit}
    # d_R s_R times the number of members: one term q sqrt(n) a row orbit
    weights = [
        (radicand, q * table.degrees[irrep] * size)
        for irrep, size, cost in zip(program.irreps, _orbit_sizes(program), program.costs, strict=True)
        for radicand, q in cost.terms
    ]
    whole = [(row, n, int(q) if q.denominator == 1 else q) for row, (n, q) in enumerate(weights)]
    for column, representative in enumerate(program.classes):
        sums: dict[int, int | Fraction] = {}
        for row, radicand, weight in whole:
            sums[radicand] = sums.get(radicand, 0) + weight * program.mean(row, column)
        scale = Fraction(-table.class_sizes[representative] * size_of[representative], table.order)
        yield RadicalSum.of_terms(sums) * scale
