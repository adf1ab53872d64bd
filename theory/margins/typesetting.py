"""Formulas as LaTeX and as presentation MathML: what a browser draws offline, without a script.

sympy does both printings; its MathML gets repairs. Entities such as `&InvisibleTimes;` mean nothing to
an XML parser and become characters; `Piecewise` becomes a brace with rows; `Mod` becomes an operator;
minus is U+2212, a product before a numeral gets its dot, and brackets around flat content do not stretch. In
both, an exponent such as `k/2 - 1/2` becomes `(k - 1)/2`. The functions import sympy, which takes 0.6 s.
"""

from __future__ import annotations

import html
import re
from functools import cache
from typing import Any

from theory.margins.radicals import RadicalSum

__all__ = ["display", "fragment", "latex", "radical_fragment", "text_fragment", "text_latex"]

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
INVISIBLE_TIMES = "\N{INVISIBLE TIMES}"
_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_LATEX_ESCAPES = {
    "\\": r"\backslash ", "{": r"\{", "}": r"\}", "_": r"\_", "^": r"{\wedge}", "#": r"\#", "$": r"\$",
    "%": r"\%", "&": r"\&", "~": r"\sim ",
}  # fmt: skip


def latex(expression: Any) -> str:
    """A sympy expression in LaTeX, without the delimiters."""
    return str(_latex_printer().doprint(expression))


def fragment(expression: Any) -> str:
    """A sympy expression as one `<mrow>` of presentation MathML, without the `<math>` around it."""
    return f"<mrow>{_clean(_mathml_printer().doprint(expression))}</mrow>"


def display(*fragments: str) -> str:
    """Fragments side by side in one `<math>` element of their own line."""
    return f'<math xmlns="{NAMESPACE}" display="block"><mrow>{"".join(fragments)}</mrow></math>'


def text_latex(text: str) -> str:
    """Any text, such as the name of a group as typed, set upright in LaTeX."""
    escaped = "".join(_LATEX_ESCAPES.get(character, character) for character in text)
    return rf"\mathrm{{{escaped}}}"


def text_fragment(text: str) -> str:
    """Any text in MathML."""
    return f"<mtext>{html.escape(text, quote=False)}</mtext>"


def radical_fragment(value: RadicalSum) -> str:
    """A radical sum in MathML, its terms by ascending radicand as `str` has them.

    >>> radical_fragment(RadicalSum.of_terms({3: 2}))
    '<mrow><mn>2</mn><msqrt><mn>3</mn></msqrt></mrow>'
    """
    pieces: list[str] = []
    for radicand, coefficient in value.terms:
        if coefficient < 0 or pieces:
            pieces.append("<mo>\N{MINUS SIGN}</mo>" if coefficient < 0 else "<mo>+</mo>")
        size = abs(coefficient)
        if size.denominator != 1:
            pieces.append(f"<mfrac><mn>{size.numerator}</mn><mn>{size.denominator}</mn></mfrac>")
        elif size != 1 or radicand == 1:
            pieces.append(f"<mn>{size.numerator}</mn>")
        if radicand != 1:
            pieces.append(f"<msqrt><mn>{radicand}</mn></msqrt>")
    return f"<mrow>{''.join(pieces) or '<mn>0</mn>'}</mrow>"


def _clean(text: str) -> str:
    """Characters for named entities (but for XML's own five) and for the hyphen; dots before numerals."""

    def character(match: re.Match[str]) -> str:
        name = match.group(1)
        return match.group(0) if name in _XML_ENTITIES else html.unescape(match.group(0))

    text = re.sub(r"&(\w+);", character, text).replace("<mo>-</mo>", "<mo>\N{MINUS SIGN}</mo>")
    # 2 times 2^k must not read 22^k
    numeral = f"<mo>{INVISIBLE_TIMES}</mo>(?=(?:<mrow>|<msup>)*<mn>)"
    return re.sub(numeral, "<mo>\N{MIDDLE DOT}</mo>", text)


def _with_common_denominator(power: Any) -> Any:
    """The same power, its exponent written over one denominator; for printing only."""
    import sympy

    return sympy.Pow(power.base, sympy.together(power.exp), evaluate=False)


@cache
def _latex_printer() -> Any:
    from sympy.printing.latex import LatexPrinter

    class Printer(LatexPrinter):  # type: ignore[misc]  # sympy ships no types
        """LaTeX with exponents over one denominator."""

        def _print_Pow(self, power: Any) -> Any:
            return super()._print_Pow(_with_common_denominator(power))

    return Printer()


@cache
def _mathml_printer() -> Any:
    from sympy.printing.mathml import MathMLPresentationPrinter
    from sympy.printing.precedence import PRECEDENCE

    TIMES, POWER = PRECEDENCE["Mul"], PRECEDENCE["Pow"]

    class Printer(MathMLPresentationPrinter):  # type: ignore[misc]  # sympy ships no types
        """Presentation MathML of the few constructions that sympy prints as function calls."""

        def _node(self, tag: str, *children: Any) -> Any:
            node = self.dom.createElement(tag)
            for child in children:
                node.appendChild(self.dom.createTextNode(child) if isinstance(child, str) else child)
            return node

        def _print_Piecewise(self, expression: Any) -> Any:
            table = self._node("mtable")
            table.setAttribute("columnalign", "left")
            for value, condition in expression.args:
                words = "otherwise" if condition == True else "if\N{NO-BREAK SPACE}"  # noqa: E712  # sympy's true, not ours
                cells = [self._node("mtext", words)]
                if words != "otherwise":
                    cells.append(self._print(condition))
                table.appendChild(
                    self._node("mtr", self._node("mtd", self._print(value)), self._node("mtd", *cells))
                )
            return self._node("mrow", self._node("mo", "{"), table)

        def _print_Pow(self, power: Any) -> Any:
            above, below = _with_common_denominator(power).exp.as_numer_denom()
            if power.exp.is_Rational or below == 1 or power.exp.could_extract_minus_sign():
                return super()._print_Pow(power)
            exponent = self._node(
                "mrow",
                self.parenthesize(above, TIMES, strict=True),
                self._node("mo", "/"),
                self._print(below),
            )
            return self._node("msup", self.parenthesize(power.base, POWER), exponent)

        def parenthesize(self, item: Any, level: int, strict: bool = False) -> Any:
            node = super().parenthesize(item, level, strict)
            if not any(node.getElementsByTagName(tag) for tag in ("mfrac", "msup", "munderover", "mtable")):
                for bracket in node.childNodes:
                    if bracket.nodeName == "mo":
                        bracket.setAttribute("stretchy", "false")
            return node

        def _print_Mod(self, expression: Any) -> Any:
            left, right = expression.args
            return self._node("mrow", self._print(left), self._node("mo", "mod"), self._print(right))

    return Printer()
