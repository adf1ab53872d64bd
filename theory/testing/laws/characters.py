"""Laws of character tables that need no group."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd
from typing import Any

import hypothesis.strategies as st
from hypothesis.strategies import SearchStrategy

from theory.characters.cyclotomic import Value, conductor, conjugate, from_terms, is_integral, terms_of
from theory.characters.table import CharacterTable
from theory.testing.law_search import Law, law

__all__ = [
    "CHARACTER_LAWS",
    "central_characters",
    "columns_orthogonal",
    "conjugation_character",
    "degrees",
    "fourier_inversion",
    "power_congruence",
    "roots_of_one",
    "rows_orthonormal",
    "square_roots",
    "symmetric_squares",
    "tensor_products",
    "vanishing",
]

Pair = tuple[int, int]
Place = tuple[int, int]  # row, column
ClassFunction = Sequence[Value]


def _rows(table: CharacterTable) -> SearchStrategy[int]:
    return st.integers(0, len(table.values) - 1)


def _columns(table: CharacterTable) -> SearchStrategy[int]:
    return st.integers(0, len(table.class_sizes) - 1)


def _row_pairs(table: CharacterTable) -> SearchStrategy[Pair]:
    return st.tuples(_rows(table), _rows(table))


def _row_triples(table: CharacterTable) -> SearchStrategy[tuple[int, int, int]]:
    return st.tuples(_rows(table), _rows(table), _rows(table))


def _column_pairs(table: CharacterTable) -> SearchStrategy[Pair]:
    return st.tuples(_columns(table), _columns(table))


def _places(table: CharacterTable) -> SearchStrategy[Place]:
    return st.tuples(_rows(table), _columns(table))


def inner(table: CharacterTable, f: ClassFunction, h: ClassFunction) -> Value:
    """`<f, h> = (1/n) sum_C |C| f(C) conj(h(C))`."""
    total: Value = 0
    for size, left, right in zip(table.class_sizes, f, h, strict=True):
        total = total + left * conjugate(right) * size
    return total * Fraction(1, table.order)


def _name(table: CharacterTable, row: int) -> str:
    return f"χ[{table.labels[row]}]"


def _no_multiplicity(table: CharacterTable, f: ClassFunction, what: str, row: int) -> str | None:
    """What is wrong if the class function does not hold an irrep a nonnegative integral number of times."""
    multiplicity = inner(table, f, table.values[row])
    if _is_integer(multiplicity) and multiplicity >= 0:  # type: ignore[operator]
        return None
    return f"{what} holds {_name(table, row)} {multiplicity} times"


def _is_integer(value: Value) -> bool:
    return isinstance(value, int | Fraction) and value == int(value)


@law(
    "row orthogonality",
    "(1/n) Σ_C |C| χ(C) conj ψ(C) = [χ = ψ]",
    source="Isaacs, Character Theory of Finite Groups, 2.14",
    cases=_row_pairs,
)
def rows_orthonormal(table: CharacterTable, case: Pair) -> str | None:
    first, second = case
    found = inner(table, table.values[first], table.values[second])
    if found == int(first == second):
        return None
    return f"⟨{_name(table, first)}, {_name(table, second)}⟩ = {found}, not {int(first == second)}"


@law(
    "column orthogonality",
    "Σ_χ χ(C) conj χ(D) = [C = D] n/|C|",
    source="Isaacs, Character Theory of Finite Groups, 2.18",
    cases=_column_pairs,
)
def columns_orthogonal(table: CharacterTable, case: Pair) -> str | None:
    first, second = case
    found: Value = 0
    for row in table.values:
        found = found + row[first] * conjugate(row[second])
    expected = Fraction(table.order, table.class_sizes[first]) if first == second else 0
    if found == expected:
        return None
    names = f"{table.class_names[first]} and {table.class_names[second]}"
    return f"classes {names}: Σ χ(C) conj χ(D) = {found}, not {expected}"


@law(
    "degrees",
    "d divides [G : Z(G)], and Σ d² = n",
    source="Isaacs, Character Theory of Finite Groups, 3.12 and 2.7",
    cases=_rows,
)
def degrees(table: CharacterTable, case: int) -> str | None:
    total = sum(degree**2 for degree in table.degrees)
    if total != table.order:
        return f"the squares of the degrees sum to {total}, not to {table.order}"
    central_index = table.order // sum(size == 1 for size in table.class_sizes)
    if table.degrees[case] < 1 or central_index % table.degrees[case]:
        return f"{_name(table, case)}: {table.degrees[case]} does not divide [G : Z(G)] = {central_index}"
    return None


@law(
    "tensor products",
    "χψ holds every irrep a nonnegative integral number of times",
    source="Isaacs, Character Theory of Finite Groups, chapter 4: χψ is a character",
    cases=_row_triples,
)
def tensor_products(table: CharacterTable, case: tuple[int, int, int]) -> str | None:
    first, second, part = case
    product = [a * b for a, b in zip(table.values[first], table.values[second], strict=True)]
    return _no_multiplicity(table, product, f"{_name(table, first)}·{_name(table, second)}", part)


@law(
    "symmetric and exterior squares",
    "(χ(C)² ± χ(C²))/2 hold every irrep a nonnegative integral number of times; ν(χ) = ⟨Sym², 1⟩ − ⟨Ext², 1⟩",
    source="Frobenius and Schur 1906; Isaacs, Character Theory of Finite Groups, chapter 4",
    cases=_row_pairs,
)
def symmetric_squares(table: CharacterTable, case: Pair) -> str | None:
    base, part = case
    row = table.values[base]
    squares = [row[table.power(column, 2)] for column in range(len(row))]
    parts = {
        sign: [(a * a + b * sign) * Fraction(1, 2) for a, b in zip(row, squares, strict=True)]
        for sign in (1, -1)
    }
    for sign, name in ((1, "symmetric"), (-1, "exterior")):
        wrong = _no_multiplicity(table, parts[sign], f"the {name} square of {_name(table, base)}", part)
        if wrong:
            return wrong
    trivial = table.values[0]
    indicator = inner(table, parts[1], trivial) - inner(table, parts[-1], trivial)
    if indicator == table.indicators[base]:
        return None
    return f"{_name(table, base)}: ⟨Sym², 1⟩ − ⟨Ext², 1⟩ = {indicator}, but ν = {table.indicators[base]}"


@law(
    "central characters",
    "|C| χ(C)/χ(1) is an algebraic integer",
    source="Isaacs, Character Theory of Finite Groups, 3.7",
    cases=_places,
)
def central_characters(table: CharacterTable, case: Place) -> str | None:
    row, column = case
    central = table.values[row][column] * Fraction(table.class_sizes[column], table.degrees[row])
    if is_integral(central):
        return None
    return f"{_name(table, row)}: |C| χ(C)/χ(1) = {central} on class {table.class_names[column]}"


@law(
    "power-map congruence",
    "χ(g^p) = χ(g)^p modulo p, for every prime p that divides n",
    source="the eigenvalues λ of R(g) have (Σ λ)^p = Σ λ^p modulo p",
    cases=_places,
)
def power_congruence(table: CharacterTable, case: Place) -> str | None:
    row, column = case
    for p, image in table.power_maps.items():
        value, target = table.values[row][column], table.values[row][image[column]]
        # (Σ c_i ζ^i)^p = Σ c_i ζ^(ip) modulo p: the p-th power is additive modulo p, and c^p = c for integers
        power: Value = 0
        for i, c in terms_of(value):
            power = power + from_terms(conductor(value), {i * p: c})
        if any(c % p for _, c in terms_of(power - target)):
            return (
                f"{_name(table, row)} on class {table.class_names[column]}: "
                f"χ(g^{p}) = {target}, χ(g)^{p} = {power} modulo {p}"
            )
    return None


@law(
    "square roots",
    "Σ_χ ν(χ) χ(C) is the number of square roots of an element of C",
    source="Frobenius and Schur 1906; Isaacs, Character Theory of Finite Groups, chapter 4",
    cases=_columns,
)
def square_roots(table: CharacterTable, case: int) -> str | None:
    found: Value = 0
    for row, indicator in zip(table.values, table.indicators, strict=True):
        found = found + row[case] * indicator
    squared = [table.power(column, 2) for column in range(len(table.class_sizes))]
    elements = sum(size for size, image in zip(table.class_sizes, squared, strict=True) if image == case)
    expected = Fraction(elements, table.class_sizes[case])
    if found == expected:
        return None
    return f"class {table.class_names[case]}: Σ ν χ = {found}, but its elements have {expected} square roots"


def _exponents(table: CharacterTable) -> SearchStrategy[int]:
    return st.sampled_from([m for m in range(1, min(table.exponent, 1000) + 1) if table.exponent % m == 0])


@law(
    "roots of one",
    "the number of g with g^m = 1 is a multiple of gcd(m, n)",
    source="Frobenius 1895; Isaacs and Robinson, Amer. Math. Monthly 99 (1992) 352",
    cases=_exponents,
)
def roots_of_one(table: CharacterTable, case: int) -> str | None:
    orders = zip(table.class_sizes, table.element_orders, strict=True)
    solutions = sum(size for size, order in orders if case % order == 0)
    divisor = gcd(case, table.order)
    return (
        None
        if solutions % divisor == 0
        else f"g^{case} = 1 has {solutions} solutions, no multiple of {divisor}"
    )


@law(
    "conjugation character",
    "Σ_C χ(C) is a nonnegative integer",
    source="Solomon 1961: it is the multiplicity of χ in G acting on itself by conjugation",
    cases=_rows,
)
def conjugation_character(table: CharacterTable, case: int) -> str | None:
    total: Value = 0
    for value in table.values[case]:
        total = total + value
    if _is_integer(total) and total >= 0:  # type: ignore[operator]
        return None
    return f"the values of {_name(table, case)} sum to {total}"


@law(
    "vanishing",
    "an irrep of degree above 1 has the value 0 somewhere",
    source="Burnside 1903; Isaacs, Character Theory of Finite Groups, 3.15",
    cases=_rows,
)
def vanishing(table: CharacterTable, case: int) -> str | None:
    if table.degrees[case] == 1 or 0 in table.values[case]:
        return None
    return f"{_name(table, case)} is nowhere 0"


def _functions_and_columns(table: CharacterTable) -> SearchStrategy[tuple[dict[int, int], int]]:
    values = st.dictionaries(_columns(table), st.integers(-6, 6), min_size=1, max_size=4)
    return st.tuples(values, _columns(table))


@law(
    "Fourier inversion",
    "f = Σ_χ ⟨f, χ⟩ χ for every class function f",
    source="Isaacs, Character Theory of Finite Groups, 2.8",
    cases=_functions_and_columns,
)
def fourier_inversion(table: CharacterTable, case: tuple[dict[int, int], int]) -> str | None:
    values, column = case
    found: Value = 0
    for row in table.values:
        # n ⟨f, χ⟩, for f that is zero but on a few classes
        coefficient: Value = 0
        for place, value in values.items():
            coefficient = coefficient + conjugate(row[place]) * (value * table.class_sizes[place])
        found = found + coefficient * row[column]
    expected = values.get(column, 0) * table.order
    if found == expected:
        return None
    shown = ", ".join(f"{value} on {table.class_names[place]}" for place, value in sorted(values.items()))
    return f"f = {shown}: n Σ ⟨f, χ⟩ χ is {found} on {table.class_names[column]}, not {expected}"


CHARACTER_LAWS: tuple[Law[CharacterTable, Any], ...] = (
    degrees,
    rows_orthonormal,
    columns_orthogonal,
    tensor_products,
    symmetric_squares,
    central_characters,
    power_congruence,
    square_roots,
    roots_of_one,
    conjugation_character,
    vanishing,
    fourier_inversion,
)
