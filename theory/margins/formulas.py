"""Closed forms of the maximum margin, each with its hypothesis, as sympy expressions that print.

Each formula is proved in docs/theory.md and tested against the exact program. sympy is imported inside the
functions, so that nothing on the path of `gammastar margin` pays for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from theory.margins.typesetting import display, fragment, latex

__all__ = [
    "Statement",
    "abelian",
    "affine",
    "centred_memorising",
    "cyclic",
    "cyclic_margin",
    "dicyclic",
    "dihedral",
    "extraspecial",
    "extraspecial_two",
    "frobenius",
    "general",
    "memorising",
    "plancherel",
    "sparse_parity",
    "theorem9",
]

Value = int | tuple[int, ...]


@dataclass(frozen=True)
class Statement:
    """A formula with its hypothesis and its proof.

    Args:
        name: what the formula is about, e.g. "Dihedral groups".
        hypothesis: when it holds, in words.
        expression: the right-hand side, a sympy expression in the symbols that the hypothesis names.
        source: where it is proved, and where it was published if it was.
        latex: the formula `left = right` in LaTeX, without delimiters.
        mathml: the same as one `<math>` element of presentation MathML.
        values: the symbols' values at the group in question; a tuple lists `d_2, d_3, ...`. Empty in a
            general statement.
    """

    name: str
    hypothesis: str
    expression: Any
    source: str
    latex: str
    mathml: str
    values: tuple[tuple[str, Value], ...] = ()

    def at(self, values: Mapping[str, Value]) -> Any:
        """The right-hand side with numbers put in; exact, with sums written out and radicals expanded.

        >>> dihedral().at({"n": 4, "k": 2})
        3/8 + sqrt(2)/2
        """
        import sympy

        scalars: dict[Any, Any] = {}
        indexed: dict[Any, Any] = {}
        for symbol in self.expression.free_symbols:
            value = values.get(str(symbol))
            if isinstance(value, int):
                scalars[symbol] = sympy.Integer(value)
        for base in self.expression.atoms(sympy.IndexedBase):
            members = values[str(base)]
            assert isinstance(members, tuple)
            indexed |= {base[j]: sympy.Integer(value) for j, value in enumerate(members, start=2)}
        written_out = self.expression.subs(scalars).doit().subs(indexed)
        return sympy.expand(written_out)

    @property
    def value(self) -> Any:
        """The right-hand side at the group in question."""
        return self.at(dict(self.values))

    def applied(self, values: Mapping[str, Value]) -> Statement:
        """The same statement with the symbols' values at one group."""
        return replace(self, values=tuple(values.items()))


def _symbols(names: str) -> Any:
    import sympy

    return sympy.symbols(names, integer=True, positive=True)


def _kappa(k: Any) -> Any:
    """`2^((k-1)/2)`, the cost of a complex pair of degree one."""
    import sympy

    return 2 ** ((k - 1) / sympy.Integer(2))


def _statement(name: str, hypothesis: str, left: tuple[str, str], expression: Any, source: str) -> Statement:
    """A statement `left = expression`; `left` is given as LaTeX and as a MathML fragment."""
    return Statement(
        name,
        hypothesis,
        expression,
        source,
        f"{left[0]} = {latex(expression)}",
        display(left[1], "<mo>=</mo>", fragment(expression)),
    )


def cost_of(group: tuple[str, str], arity: str = "k") -> tuple[str, str]:
    """`cost*(group, arity)` in LaTeX and MathML; `group` is given in both."""
    return _star((r"\mathrm{cost}", "<mi>cost</mi>"), group, arity)


def margin_of(group: tuple[str, str], arity: str = "k") -> tuple[str, str]:
    return _star((r"\gamma", "<mi>γ</mi>"), group, arity)


def _star(function: tuple[str, str], group: tuple[str, str], arity: str) -> tuple[str, str]:
    kind = "mn" if arity.isdecimal() else "mi"
    arguments = f"{_OPEN}{group[1]}<mo>,</mo><{kind}>{arity}</{kind}>{_CLOSE}"
    return (
        rf"{function[0]}^{{\ast}}({group[0]},{arity})",
        f"<mrow><msup>{function[1]}<mo>∗</mo></msup><mrow>{arguments}</mrow></mrow>",
    )


_OPEN, _CLOSE = '<mo stretchy="false">(</mo>', '<mo stretchy="false">)</mo>'
_G = ("G", "<mi>G</mi>")


def _named(name: str, index: str) -> tuple[str, str]:
    """A group such as `D_n` in LaTeX and MathML."""
    return (
        rf"\mathrm{{{name}}}_{{{index}}}",
        f'<msub><mi mathvariant="normal">{name}</mi><mi>{index}</mi></msub>',
    )


@cache
def general() -> Statement:
    """`gamma* = k! (k+1)^(-(k+1)/2) n^(-(k+1)/2) / cost*` (docs/theory.md, Theorem 12)."""
    import sympy

    k, n = _symbols("k n")
    cost = sympy.Symbol("c", positive=True)
    half = (k + 1) / sympy.Integer(2)
    return _statement(
        "Maximum margin",
        "G any finite group of order n ≥ 2, k ≥ 2 factors, c = cost*(G, k) the value of the linear program",
        margin_of(_G),
        sympy.factorial(k) / ((k + 1) ** half * n**half * cost),
        "docs/theory.md, Theorem 12",
    )


@cache
def abelian() -> Statement:
    """Abelian groups, any arity (docs/theory.md, Theorem 26)."""
    k, n, t = _symbols("k n t")
    return _statement(
        "Abelian groups",
        "G abelian of order n ≥ 2, t = the number of g in G with g² = 1, k ≥ 2",
        cost_of(_G),
        (t - 1 + _kappa(k) * (n - t)) / n,
        "docs/theory.md, Theorem 26",
    )


@cache
def cyclic() -> Statement:
    """Cyclic groups, any arity (docs/theory.md, Theorem 26)."""
    import sympy

    k, n = _symbols("k n")
    kappa = _kappa(k)
    return _statement(
        "Cyclic groups",
        "n ≥ 2, k ≥ 2",
        cost_of((r"\mathbb{Z}_{n}", "<msub><mi>ℤ</mi><mi>n</mi></msub>")),
        sympy.Piecewise(
            (kappa * (n - 1) / n, sympy.Eq(sympy.Mod(n, 2), 1)), ((1 + kappa * (n - 2)) / n, True)
        ),
        "docs/theory.md, Theorem 26",
    )


@cache
def cyclic_margin() -> Statement:
    """The margin of k factors on `Z_n`, n odd; Li et al. state it for primes (docs/theory.md, Theorem 26)."""
    import sympy

    k, n = _symbols("k n")
    return _statement(
        "k factors on a cyclic group of odd order",
        "n ≥ 3 odd, k ≥ 2",
        margin_of((r"\mathbb{Z}_{n}", "<msub><mi>ℤ</mi><mi>n</mi></msub>")),
        2
        * sympy.factorial(k)
        / ((2 * k + 2) ** ((k + 1) / sympy.Integer(2)) * (n - 1) * n ** ((k - 1) / sympy.Integer(2))),
        "docs/theory.md, Theorem 26; for prime n arXiv:2402.09469, for k = 2 arXiv:2311.07568, Theorem 7",
    )


@cache
def dihedral() -> Statement:
    """Dihedral groups, any arity (docs/theory.md, Theorem 27)."""
    import sympy

    k, n = _symbols("k n")
    kappa = _kappa(k)
    return _statement(
        "Dihedral groups",
        "D_n of order 2n, n ≥ 3, k ≥ 2",
        cost_of(_named("D", "n")),
        sympy.Piecewise(
            ((1 + 2 * kappa * (n - 1)) / (2 * n), sympy.Eq(sympy.Mod(n, 2), 1)),
            ((3 + 2 * kappa * (n - 2)) / (2 * n), True),
        ),
        "docs/theory.md, Theorem 27",
    )


@cache
def dicyclic() -> Statement:
    """Dicyclic and generalised quaternion groups, any arity (docs/theory.md, Theorem 28)."""
    import sympy

    k, n = _symbols("k n")
    kappa = _kappa(k)
    return _statement(
        "Dicyclic groups",
        "Dic_n of order 4n, n ≥ 2, k ≥ 2; the generalised quaternion group of order m is Dic_(m/4)",
        cost_of(_named("Dic", "n")),
        sympy.Piecewise(
            ((3 + 2 * kappa * (n - 2) + 2 * kappa**2 * n) / (4 * n), sympy.Eq(sympy.Mod(n, 2), 0)),
            ((4 * n - 3 + 2 * sympy.sqrt(2) * n) / (4 * n), sympy.Eq(k, 2)),
            (kappa * (3 * n - 2) / (2 * n), True),
        ),
        "docs/theory.md, Theorem 28",
    )


@cache
def frobenius() -> Statement:
    """The Frobenius groups `Z_p : Z_q`, any arity (docs/theory.md, Theorem 29)."""
    import sympy

    k, p, q = _symbols("k p q")
    kappa, half = _kappa(k), (k - 1) / sympy.Integer(2)
    return _statement(
        "Frobenius groups",
        "p prime, q ≥ 2 a divisor of p - 1, Z_q acting faithfully on Z_p, k ≥ 2",
        cost_of(
            (
                r"\mathbb{Z}_{p}\rtimes\mathbb{Z}_{q}",
                "<msub><mi>ℤ</mi><mi>p</mi></msub><mo>⋊</mo><msub><mi>ℤ</mi><mi>q</mi></msub>",
            )
        ),
        sympy.Piecewise(
            ((kappa * (q - 1) + q * (p - 1) * (2 * q) ** half) / (p * q), sympy.Eq(sympy.Mod(q, 2), 1)),
            ((1 + kappa * (q - 2) + q * (p - 1) * q**half) / (p * q), True),
        ),
        "docs/theory.md, Theorem 29",
    )


@cache
def affine() -> Statement:
    """The affine groups of a line, any arity (docs/theory.md, Theorem 29)."""
    import sympy

    k, q = _symbols("k q")
    kappa = _kappa(k)
    common = (q - 1) ** 2 * (q - 1) ** ((k - 1) / sympy.Integer(2))
    return _statement(
        "Affine groups of the line",
        "AGL(1, q) of order q (q - 1), q ≥ 3 a power of a prime, k ≥ 2",
        cost_of(
            (
                r"\mathrm{AGL}(1,q)",
                f"<mrow><mi>AGL</mi>{_OPEN}<mn>1</mn><mo>,</mo><mi>q</mi>{_CLOSE}</mrow>",
            )
        ),
        sympy.Piecewise(
            ((1 + kappa * (q - 3) + common) / (q * (q - 1)), sympy.Eq(sympy.Mod(q, 2), 1)),
            ((kappa * (q - 2) + common) / (q * (q - 1)), True),
        ),
        "docs/theory.md, Theorem 29",
    )


@cache
def extraspecial() -> Statement:
    """Extraspecial groups of odd order, the Heisenberg groups among them (docs/theory.md, Theorem 30)."""
    import sympy

    k, m, p = _symbols("k m p")
    return _statement(
        "Extraspecial groups of odd order",
        "G extraspecial of order p¹⁺²ᵐ, p an odd prime, k ≥ 2; Heisenberg groups have m = 1",
        cost_of(_G),
        ((p ** (2 * m) - 1) * _kappa(k) + (p - 1) * p ** (2 * m) * (2 * p**m) ** ((k - 1) / sympy.Integer(2)))
        / p ** (2 * m + 1),
        "docs/theory.md, Theorem 30",
    )


@cache
def extraspecial_two() -> Statement:
    """Extraspecial 2-groups, `e = 0` for type + and `e = 1` for type - (docs/theory.md, Theorem 30)."""
    import sympy

    k, m = _symbols("k m")
    e = sympy.Symbol("e", integer=True, nonnegative=True)
    return _statement(
        "Extraspecial 2-groups",
        "G extraspecial of order 2¹⁺²ᵐ, e = 0 for type + and 1 for type -, k ≥ 2",
        cost_of(_G),
        (4**m - 1 + 4**m * 2 ** ((m + e) * (k - 1) / sympy.Integer(2))) / 2 ** (2 * m + 1),
        "docs/theory.md, Theorem 30",
    )


@cache
def plancherel() -> Statement:
    """The cost of the Plancherel weights, where they are optimal (docs/theory.md, Theorem 24)."""
    import sympy

    k, n, r = _symbols("k n r")
    j = sympy.Symbol("j", integer=True)
    d, nu = sympy.IndexedBase("d", positive=True), sympy.IndexedBase("nu", positive=True)
    terms = d[j] ** 2 * (d[j] * nu[j]) ** ((k - 1) / sympy.Integer(2))
    return _statement(
        "Plancherel weights",
        "the weights d²/n are optimal; d_1 = 1, d_2, ..., d_r are the degrees of all irreducible "
        "characters, ν_j = 1 for a real and 2 for a complex or quaternionic one",
        cost_of(_G),
        sympy.Sum(terms, (j, 2, r)) / n,
        "docs/theory.md, Theorem 24",
    )


@cache
def theorem9() -> Statement:
    """Theorem 9 of arXiv:2311.07568 (docs/theory.md, Corollary 25)."""
    import sympy

    n, r = _symbols("n r")
    j = sympy.Symbol("j", integer=True)
    d = sympy.IndexedBase("d", positive=True)
    return _statement(
        "Theorem 9 of Morwani et al.",
        "k = 2, all irreducible representations are real, and the sum over the nontrivial ones of "
        "d√d χ(C) is negative for every class C other than the identity; d_1 = 1, d_2, ..., d_r are "
        "the degrees",
        margin_of(_G, "2"),
        2 / (3 * sympy.sqrt(3 * n) * sympy.Sum(d[j] ** sympy.Rational(5, 2), (j, 2, r))),
        "docs/theory.md, Corollary 25; arXiv:2311.07568, Theorem 9",
    )


@cache
def memorising() -> Statement:
    """The normalised margin of the network of one-hot weights (docs/theory.md, Proposition 31)."""
    import sympy

    k, n = _symbols("k n")
    return _statement(
        "Memorising network",
        "one neuron with one-hot weights for each of the nᵏ inputs, k ≥ 2",
        (r"\gamma_{\mathrm{memorising}}", "<msub><mi>γ</mi><mtext>memorising</mtext></msub>"),
        sympy.factorial(k) / ((k + 1) ** ((k + 1) / sympy.Integer(2)) * n**k),
        "docs/theory.md, Proposition 31; for k = 2 arXiv:2311.07568, Appendix D",
    )


@cache
def centred_memorising() -> Statement:
    """The memorising network with centred weights (docs/theory.md, Proposition 31)."""
    import sympy

    k, n = _symbols("k n")
    return _statement(
        "Centred memorising network",
        "the memorising network with 1/n subtracted from each of its weights, k ≥ 2",
        (r"\gamma_{\mathrm{centred}}", "<msub><mi>γ</mi><mtext>centred</mtext></msub>"),
        memorising().expression * (1 - 1 / n) ** (-(k + 1) / sympy.Integer(2)),
        "docs/theory.md, Proposition 31",
    )


@cache
def sparse_parity() -> Statement:
    """The maximum margin of sparse parity (docs/theory.md, Proposition 32)."""
    import sympy

    k = _symbols("k")
    return _statement(
        "Sparse parity",
        "(n, k)-sparse parity, activation xᵏ; no task of groups",
        (r"\gamma^{\ast}", "<msup><mi>γ</mi><mo>∗</mo></msup>"),
        sympy.factorial(k) * sympy.sqrt(2 * (k + 1) ** (-(k + 1))),
        "docs/theory.md, Proposition 32; arXiv:2311.07568, Theorem 8",
    )
