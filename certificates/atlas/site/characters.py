"""The character table that a certificate holds, as the report draws it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any

from certificates.report.data import LARGEST_TABLE, Characters

if TYPE_CHECKING:
    from theory.characters.cyclotomic import Value

__all__ = ["characters_of"]


def characters_of(certificate: dict[str, Any], labels: Sequence[str] | None = None) -> Characters | None:
    """The table in a certificate; None where it is too large to draw, or not written out in it.

    Args:
        certificate: as parsed.
        labels: of the irreps, in its order; those of the certificate if not said.
    """
    from theory.characters.cyclotomic import to_complex

    if len(certificate["classes"]) > LARGEST_TABLE:
        return None
    values = _values(certificate)
    if values is None:
        return None
    decimals: dict[Value, float] = {}  # a table repeats a few values
    for value in {value for row in values for value in row}:
        decimals[value] = to_complex(value).real
    words = {value: str(value) for value in decimals}
    return Characters(
        labels=tuple(labels or certificate["labels"]["characters"]),
        values=tuple(tuple(words[value] for value in row) for row in values),
        ratios=tuple(
            # the identity is the first class
            tuple(decimals[value] / decimals[row[0]] for value in row)
            for row in values
        ),
    )


def _values(certificate: dict[str, Any]) -> list[list[Value]] | None:
    held = certificate["characters"]
    if "values" in held:
        known: dict[str, Value] = {}
        return [[_value(value, known) for value in row] for row in held["values"]]
    group = certificate["group"]
    if group["kind"] == "abelian":
        return _abelian(group["invariants"], group["representatives"], held["exponents"])
    if group["kind"] == "inversion":
        return _inversion(group["modulus"], group["representatives"], held["exponents"])
    return None


def _value(value: Any, known: dict[str, Value]) -> Value:
    """A value of the file; the same ones are read once."""
    from theory.characters.cyclotomic import from_terms

    text = str(value)
    if text not in known:
        if isinstance(value, dict):
            terms = {exponent: Fraction(c) for exponent, c in value["terms"]}
            known[text] = from_terms(value["conductor"], terms)
        else:
            number = Fraction(value)
            known[text] = number.numerator if number.denominator == 1 else number
    return known[text]


def _abelian(
    moduli: Sequence[int], elements: Sequence[Sequence[int]], exponents: Sequence[Sequence[int]]
) -> list[list[Value]]:
    """`chi_e(x) = exp(2 pi i sum_j e_j x_j / d_j)`."""
    from theory.characters.cyclotomic import root

    n = lcm(*moduli)
    return [
        [
            root(n, sum(e * x * (n // d) for e, x, d in zip(row, element, moduli, strict=True)) % n)
            for element in elements
        ]
        for row in exponents
    ]


def _inversion(
    m: int, elements: Sequence[tuple[int, int]], descriptors: Sequence[Sequence[int]]
) -> list[list[Value]]:
    """At `a^x t^s`: `zeta_m^(rx) i^(vs)` for `[r, v]`; for `[r]` a trace: see `certificates.checker`."""
    from theory.characters.cyclotomic import root

    def value(descriptor: Sequence[int], x: int, s: int) -> Value:
        r = descriptor[0]
        if len(descriptor) == 2:
            return root(m, r * x % m) * root(4, descriptor[1] * s % 4)
        return 0 if s else root(m, r * x % m) + root(m, -r * x % m)

    return [[value(descriptor, x, s) for x, s in elements] for descriptor in descriptors]
