"""The irreducible characters: proved from the group, or checked as a table that came without one.

From a group (`check_characters`). Write `omega_R(C) = |C| chi_R(C) / chi_R(1)` for the stated rows. The
class sums span the centre of the group algebra, of dimension `c`, and `C_j^-1 C_i = sum_k N_jki C_k` with
`N_jki` the number of `x` in `C_j` with `x z_k` in `C_i` (write `z_k = x^-1 (x z_k)`). For a set `J` of
classes the checker counts `N_j`, `j` in `J`, in the group and shows exactly, for every row and every `i`,

    omega(C_j^-1) omega(C_i) = sum_k N_jki omega(C_k),     omega(1) = 1.

So the vector `omega_R` is a joint eigenvector of the matrices `N_j`, `j` in `J`, with eigenvalues
`omega_R(C_j^-1)`. The `c` true central characters form a basis of joint eigenvectors of these matrices, so
their joint eigenspaces have dimensions that add up to `c`, and each is spanned by the true ones in it. The
stated rows have pairwise distinct tuples of eigenvalues (their images in a finite field differ), so they
lie in `c` distinct joint eigenspaces; hence each has dimension one and is spanned by one true central
character, which equals `omega_R` since both are 1 at the identity. So the `omega_R` are exactly the central
characters, each once, and are linearly independent.

Degrees: the true ones satisfy `sum_R d_R^2 omega_R(C) = 0` for `C != 1` and `= n` at 1 (the regular
character). By independence this system has one solution in the `d_R^2`, so it is enough that the stated
`chi_R(1) > 0` satisfy it, in the form `sum_R chi_R(1) chi_R(C) = 0` and `sum_R chi_R(1)^2 = n`. Identities
are shown in a basis of `Z[zeta_e]`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from flint import fmpq, fmpz_mat, fmpz_poly

from certificates.checker.certificate import Certificate
from certificates.checker.cyclotomic import (
    Value,
    accumulate,
    common_field,
    conductor,
    cyclotomic_polynomial,
    integral_coordinates,
    is_zero,
    rational,
)
from certificates.checker.errors import Falsehood
from certificates.checker.groups import Classes
from certificates.checker.orbits import OrbitTable
from certificates.checker.tables import Table, ValueTable

__all__ = ["check_characters", "check_degrees", "check_indicators"]


def check_characters(table: ValueTable, classes: Classes) -> str:
    """Prove that the rows are the central characters of the group; see the module's docstring."""
    if any(value != 1 for value in table.values[0]):
        raise Falsehood("row 0 is not the trivial character")
    inverse = _inverse_classes(classes, table.orders)
    chosen = _separating(table)
    counts = {j: classes.products(j) for j in (inverse[j] for j in chosen)}
    for number in range(table.classes):
        _check_row(table, number, counts, inverse)
    return f"{table.classes} central characters, by the products of {len(chosen)} of the classes"


def _inverse_classes(classes: Classes, orders: Sequence[int]) -> tuple[int, ...]:
    return tuple(
        classes.class_of[classes.kind.power(g, m - 1)] if m > 1 else 0
        for g, m in zip(classes.representatives, orders, strict=True)
    )


def _separating(table: ValueTable) -> list[int]:
    """Classes on which the central characters are pairwise distinct: few and small ones, found greedily."""
    prime, c = table.embedding.prime, table.classes
    # omega_R(C) / |C| modulo a prime that divides no degree: distinct images prove distinct numbers
    inverses = [pow(row[0], -1, prime) for row in table.values]
    columns = [
        [
            table.embedding(row[column]) * inverse % prime
            for row, inverse in zip(table.values, inverses, strict=True)
        ]
        for column in range(c)
    ]
    images: list[tuple[int, ...]] = [()] * c
    chosen: list[int] = []
    while (known := len(set(images))) < c:
        gains = [len(set(zip(images, column, strict=True))) - known for column in columns]
        best = max(range(c), key=lambda column: (fmpq(gains[column], table.sizes[column]), -column))
        if gains[best] == 0:
            first = next(number for number, image in enumerate(images) if image in images[:number])
            raise Falsehood(f"rows {images.index(images[first])} and {first} give the same central character")
        images = [(*image, entry) for image, entry in zip(images, columns[best], strict=True)]
        chosen.append(best)
    return chosen


def _check_row(
    table: ValueTable, number: int, counts: dict[int, list[dict[int, int]]], inverse: Sequence[int]
) -> None:
    """`|C_j| chi(C_j^-1) |C_i| chi(C_i) = chi(1) sum_k N_jki |C_k| chi(C_k)` for one row, all `i`, `j`."""
    row, sizes, c = table.values[number], table.sizes, table.classes
    e = common_field({conductor(value) for value in row})
    weighted = [[size * x for x in _coordinates(e, value)] for size, value in zip(sizes, row, strict=True)]
    vectors = fmpz_mat(weighted)  # omega(C_k) chi(1), a class a line
    for j, count in counts.items():
        matrix = [[0] * c for _ in range(c)]
        for k, line in enumerate(count):
            for i, times in line.items():
                matrix[i][k] = times
        left = _times(e, vectors, row[inverse[j]]) * sizes[j]
        right = (fmpz_mat(matrix) * vectors) * row[0]
        if left != right:
            i = next(i for i in range(c) if any(left[i, t] != right[i, t] for t in range(left.ncols())))
            raise Falsehood(
                f"row {number} is not multiplicative on the product of classes {inverse[j]} and {i}"
            )


@cache
def _coordinates(e: int, value: Value) -> tuple[int, ...]:
    return tuple(integral_coordinates(e, value))


def _times(e: int, vectors: Any, value: Value) -> Any:
    """Each line of coordinates times one value: multiplied by the matrix of that multiplication."""
    if conductor(value) == 1:
        return vectors * int(value)
    modulus = fmpz_poly([int(x.p) for x in cyclotomic_polynomial(e).coeffs()])
    phi = modulus.degree()
    line, lines = fmpz_poly(list(_coordinates(e, value))), []
    for _ in range(phi):
        lines.append([int(line[t]) for t in range(phi)])
        line = line.left_shift(1) % modulus
    return vectors * fmpz_mat(lines)


def check_degrees(table: Table, order: int) -> str:
    """`sum_R d_R chi_R(C)` is `n` at the identity and 0 elsewhere."""
    weights = {row: table.degree(row) for row in range(table.classes)}
    total = sum(d * d for d in weights.values())
    if total != order:
        raise Falsehood(f"the squares of the degrees add up to {total}, not {order}")
    assert isinstance(table, ValueTable)
    for column in range(1, table.classes):
        values = [row[column] for row in table.values]
        e = common_field({conductor(value) for value in values})
        collected: dict[int, Any] = {}
        for row, value in enumerate(values):
            accumulate(collected, e, value, weights[row])
        if not is_zero(e, collected):
            raise Falsehood(f"sum_R chi_R(1) chi_R(C) is not 0 on class {column}")
    return "the regular character fixes them"


def check_indicators(table: Table, squares: Sequence[int], certificate: Certificate) -> str:
    """`(1/n) sum_C |C| chi(C^2)` is the stated indicator of every row, and 0 just where chi is not real."""
    n = certificate.order
    for row, stated in enumerate(certificate.indicators):
        if isinstance(table, OrbitTable):
            true: Any = table.indicator(row)
        else:
            collected: dict[int, Any] = {}
            e = common_field({conductor(table.value(row, square)) for square in squares})
            for size, square in zip(table.sizes, squares, strict=True):
                accumulate(collected, e, table.value(row, square), size)
            total = rational(e, collected)
            true = None if total is None else total / n
        if true != stated:
            raise Falsehood(f"row {row} has the Frobenius-Schur indicator {true}, not {stated}")
        if (stated == 0) == (table.conjugates[row] == row):
            raise Falsehood(f"row {row} has the indicator {stated} and the conjugate {table.conjugates[row]}")
    return "from the squares of the classes"
