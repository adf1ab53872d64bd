"""MathML for the few shapes the report needs: exact numbers, groups as typed.

Every function returns markup that is safe to insert; whatever comes from outside is escaped here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm

from markupsafe import Markup, escape

__all__ = ["exact", "group", "scientific"]

_TERM = re.compile(r"([+-]?)\s*(?:(\d+)(?:/([1-9]\d*))?)?\s*(\*?)\s*(?:sqrt\((\d+)\))?\s*")
_RATIO = re.compile(r"(?P<above>.+?)/\((?P<below>.+)\)")
_ATOM = re.compile(r"(?P<name>[A-Z][a-z]*)(?P<index>\d+)|(?P<times> x )|\^(?P<power>\d+)")

_OTHER = re.compile(r"^gap:|\.(json|csv|npy)$", re.IGNORECASE)  # no name in the grammar: shown as typed


def _number(digits: int | str) -> str:
    return f"<mn>{digits}</mn>"


def _fraction(above: str, below: str) -> str:
    return f"<mfrac><mrow>{above}</mrow><mrow>{below}</mrow></mfrac>"


def _terms(text: str) -> list[tuple[Fraction, str | None]]:
    """The terms of a sum: rational coefficient and radicand."""
    terms: list[tuple[Fraction, str | None]] = []
    place = 0
    while place < len(text) or not terms:
        match = _TERM.match(text, place)
        if match is None or match.end() == place or not (match[2] or match[5]) or (terms and not match[1]):
            raise ValueError(f"{text!r} is not a sum of terms p/q*sqrt(n): it breaks off at {text[place:]!r}")
        size = Fraction(int(match[2] or 1), int(match[3] or 1))
        terms.append((-size if match[1] == "-" else size, match[5]))
        place = match.end()
    return terms


def _sum(terms: Sequence[tuple[Fraction, str | None]]) -> str:
    """A sum as MathML, `p/q sqrt(n)` with the root beside the fraction; a factor one is not written."""
    parts: list[str] = []
    for coefficient, radicand in terms:
        if coefficient < 0:
            parts.append("<mo>−</mo>")
        elif parts:
            parts.append("<mo>+</mo>")
        size = abs(coefficient)
        if radicand is None or size != 1:
            whole = _number(size.numerator)
            parts.append(whole if size.denominator == 1 else _fraction(whole, _number(size.denominator)))
        if radicand is not None:
            parts.append(f"<msqrt><mn>{radicand}</mn></msqrt>")
    return "".join(parts)


def _quotient(above: str, below: str) -> str:
    """A quotient with one fraction bar.

    `1/2700 sqrt(5) / (8/15 + 4/5 sqrt(3))` becomes `sqrt(5) / (720 (2 + 3 sqrt(3)))`.
    """
    divisors = _terms(below)
    # below = content * (a sum of coprime integers times roots)
    content = Fraction(
        gcd(*(size.numerator for size, _ in divisors)), lcm(*(size.denominator for size, _ in divisors))
    )
    ((size, radicand),) = _terms(above)
    factor = size / content
    primitive = [(size / content, root) for size, root in divisors]
    numerator = _sum([(Fraction(factor.numerator), radicand)])
    if len(primitive) == 1:
        return _fraction(numerator, _sum([(primitive[0][0] * factor.denominator, primitive[0][1])]))
    if factor.denominator == 1:
        return _fraction(numerator, _sum(primitive))
    brackets = f'<mo stretchy="false">(</mo>{_sum(primitive)}<mo stretchy="false">)</mo>'
    return _fraction(numerator, f'{_number(factor.denominator)}<mspace width="0.15em"/>{brackets}')


def exact(text: str) -> Markup:
    """An exact value, as the records write it, in MathML.

    Args:
        text: `8/15 + 4/5*sqrt(3)`, or a quotient `1/2700*sqrt(5)/(8/15 + 4/5*sqrt(3))`.

    >>> exact("-1/2*sqrt(3)")
    Markup('<mo>−</mo><mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac><msqrt><mn>3</mn></msqrt>')
    """
    ratio = _RATIO.fullmatch(text)
    if ratio is not None:
        return Markup(_quotient(ratio["above"], ratio["below"]))
    return Markup(_sum(_terms(text)))


def group(expression: str) -> Markup:
    """A group as typed, set as a mathematician would: `Z2^3 x A5` with index, power and times sign.

    >>> group("A5")
    Markup('A<sub>5</sub>')
    """
    if _OTHER.search(expression):
        return escape(expression)
    parts: list[Markup] = []
    place = 0
    for match in _ATOM.finditer(expression):
        parts.append(escape(expression[place : match.start()]))
        if match["times"]:
            parts.append(Markup(" × "))
        elif match["power"]:
            parts.append(Markup("<sup>{}</sup>").format(match["power"]))
        else:
            parts.append(Markup("{}<sub>{}</sub>").format(match["name"], match["index"]))
        place = match.end()
    return Markup("").join([*parts, escape(expression[place:])])


def scientific(value: float, digits: int = 16) -> Markup:
    """A float as MathML: `4.315708987694850 × 10⁻⁴` below a hundredth, plain decimals above.

    >>> scientific(0.25)
    Markup('<mn>0.25</mn>')
    """
    if value == 0 or 0.01 <= abs(value) < 1e6:
        return Markup(_number(f"{value:.{digits}g}"))
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    sign = "<mo>−</mo>" if exponent.startswith("-") else ""
    power = f"<msup><mn>10</mn><mrow>{sign}<mn>{abs(int(exponent))}</mn></mrow></msup>"
    return Markup(f"{_number(mantissa.rstrip('0').rstrip('.'))}<mo>×</mo>{power}")
