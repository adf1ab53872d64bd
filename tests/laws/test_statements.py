"""The closed forms of theory.margins.formulas against the exact linear program, and how they print."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import cache
from itertools import pairwise, product
from xml.etree import ElementTree

import pytest
import sympy

from theory.characters.library import character_table
from theory.margins import formulas
from theory.margins.exact import solve
from theory.margins.formulas import Statement
from theory.margins.radicals import RadicalSum
from theory.margins.solution import IrrepStatus, MarginSolution
from theory.margins.statements import statements_for, value_statements
from theory.margins.typesetting import display, fragment, radical_fragment, text_fragment, text_latex

FAMILIES: list[tuple[str, Callable[[], Statement], dict[str, int]]] = [
    *((f"Z{n}", formulas.cyclic, {"n": n}) for n in (2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 30)),
    ("V4", formulas.abelian, {"n": 4, "t": 4}),
    ("Z2xZ4", formulas.abelian, {"n": 8, "t": 4}),
    ("Z2^4", formulas.abelian, {"n": 16, "t": 16}),
    ("Z3^2", formulas.abelian, {"n": 9, "t": 1}),
    ("Z2xZ6xZ3", formulas.abelian, {"n": 36, "t": 4}),
    *((f"D{n}", formulas.dihedral, {"n": n}) for n in (3, 4, 5, 6, 7, 8, 9, 10, 15, 16)),
    ("S3", formulas.dihedral, {"n": 3}),
    *((f"Dic{n}", formulas.dicyclic, {"n": n}) for n in (2, 3, 4, 5, 6, 7, 9, 10)),
    ("Q8", formulas.dicyclic, {"n": 2}),
    ("Q16", formulas.dicyclic, {"n": 4}),
    ("Q32", formulas.dicyclic, {"n": 8}),
    *((f"Z{p}:Z{q}", formulas.frobenius, {"p": p, "q": q})
      for p, q in ((3, 2), (5, 2), (5, 4), (7, 2), (7, 3), (7, 6), (11, 5), (13, 3), (13, 4), (13, 12))),
    *((f"AGL(1,{q})", formulas.affine, {"q": q}) for q in (3, 4, 5, 7, 8, 9, 11)),
    ("A4", formulas.affine, {"q": 4}),
    ("Heis(3)", formulas.extraspecial, {"p": 3, "m": 1}),
    ("Heis(5)", formulas.extraspecial, {"p": 5, "m": 1}),
    ("Ex(3^(1+2),-)", formulas.extraspecial, {"p": 3, "m": 1}),
    ("Ex(2^(1+2),+)", formulas.extraspecial_two, {"m": 1, "e": 0}),
    ("Ex(2^(1+2),-)", formulas.extraspecial_two, {"m": 1, "e": 1}),
    ("Ex(2^(1+4),+)", formulas.extraspecial_two, {"m": 2, "e": 0}),
    ("Ex(2^(1+4),-)", formulas.extraspecial_two, {"m": 2, "e": 1}),
]  # fmt: skip
CATALOGUE = [getattr(formulas, name) for name in formulas.__all__ if name[0].islower()]
# Presentation MathML that browsers draw (MathML Core), and nothing else: no mfenced, no content elements.
DRAWN = frozenset(
    """math mrow mi mn mo mtext mfrac msqrt mroot msup msub msubsup munder mover munderover mtable mtr mtd
    mspace mstyle""".split()
)


@cache
def solved(name: str, arity: int) -> MarginSolution:
    return solve(character_table(name), arity)


def as_sympy(value: RadicalSum) -> sympy.Expr:
    return sympy.Add(*(sympy.Rational(q.numerator, q.denominator) * sympy.sqrt(n) for n, q in value.terms))


def same(statement: Statement, values: dict[str, int], exact: sympy.Expr) -> bool:
    """Whether a formula gives an exact number: equality of algebraic numbers, no decimals."""
    return bool(sympy.expand(statement.at(values) - exact) == 0)


@pytest.mark.parametrize("arity", [2, 3, 4, 5])
@pytest.mark.parametrize(("name", "family", "values"), FAMILIES, ids=[row[0] for row in FAMILIES])
def test_closed_form_is_the_value_of_the_program(
    name: str, family: Callable[[], Statement], values: dict[str, int], arity: int
) -> None:
    assert same(family(), {**values, "k": arity}, as_sympy(solved(name, arity).cost))


@pytest.mark.parametrize(("name", "family", "values"), FAMILIES[::5], ids=[row[0] for row in FAMILIES[::5]])
def test_a_wrong_closed_form_is_refused(
    name: str, family: Callable[[], Statement], values: dict[str, int]
) -> None:
    right = family()
    wrong = Statement(right.name, "", right.expression + sympy.Rational(1, 10**9), "", "", "")
    assert not same(wrong, {**values, "k": 2}, as_sympy(solved(name, 2).cost))


def test_a_formula_of_another_family_is_refused() -> None:
    """D4 and Q8 have equal characters; only the indicator tells their margins apart."""
    assert not same(formulas.dihedral(), {"n": 4, "k": 2}, as_sympy(solved("Q8", 2).cost))
    assert not same(formulas.cyclic(), {"n": 4, "k": 2}, as_sympy(solved("V4", 2).cost))


@pytest.mark.parametrize("arity", [2, 3, 4, 6])
@pytest.mark.parametrize("n", [3, 5, 7, 9, 15, 71])
def test_k_factors_on_a_cyclic_group_of_odd_order(n: int, arity: int) -> None:
    gamma = value_statements(solved(f"Z{n}", arity))[1].value
    assert same(formulas.cyclic_margin(), {"n": n, "k": arity}, sympy.radsimp(gamma))


def test_theorem_7_is_the_case_of_two_factors() -> None:
    p = 71
    assert same(formulas.cyclic_margin(), {"n": p, "k": 2}, sympy.sqrt(sympy.Rational(2, 27 * p)) / (p - 1))


@pytest.mark.parametrize(
    "name", ["S3", "D4", "D5", "S4", "S5", "V4", "S4xZ2", "AGL(1,4)xZ2", "A5", "S6", "Q8"]
)
def test_theorem_9_is_stated_exactly_where_it_holds(name: str) -> None:
    solution = solved(name, 2)
    stated = [s for s in statements_for(solution.table) if s.name.startswith("Theorem 9")]
    all_real = all(indicator == 1 for indicator in solution.table.indicators)
    d_sum = sum(row.degree ** sympy.Rational(5, 2) for row in solution.rows)
    if stated:
        assert all_real
        prefactor = 2 / (3 * sympy.sqrt(3 * solution.table.order))
        assert sympy.simplify(stated[0].value * sympy.expand(d_sum) / prefactor) == 1
        assert abs(float(stated[0].value) / solution.gamma_star - 1) < 1e-14
    elif all_real:
        assert (
            solution.cost
            < sum((r.cost * r.degree**2 for r in solution.rows), RadicalSum()) / solution.table.order
        )


def test_plancherel_statement_is_the_cost_wherever_it_is_made() -> None:
    made = 0
    for name, arity in product(
        ["Z12", "S4", "SL(2,3)", "A5", "S5", "Q8xZ2", "S3xS3", "PSL(2,7)", "M11"], [2, 3]
    ):
        solution = solved(name, arity)
        for statement in statements_for(solution.table, arity):
            if statement.name == "Plancherel weights":
                made += 1
                assert sympy.expand(statement.value - as_sympy(solution.cost)) == 0
    assert made >= 8


def test_dicyclic_groups_of_odd_index_leave_the_sign_out_from_three_factors_on() -> None:
    for name, arity in (("Dic3", 3), ("Dic5", 3), ("Dic3", 4), ("Dic7", 4)):
        solution = solved(name, arity)
        status = dict(zip((r.index for r in solution.rows), solution.structure.irreps, strict=True))
        sign = next(r for r in solution.rows if r.degree == 1 and r.indicator == 1)
        assert status[sign.index] is IrrepStatus.EXCLUDED
        if arity >= 4:
            assert all(status[r.index] is IrrepStatus.EXCLUDED for r in solution.rows if r.indicator == -1)


@pytest.mark.parametrize(
    ("name", "families"),
    [
        ("Z7", ["k factors on a cyclic group of odd order", "Cyclic groups", "Abelian groups"]),
        ("Z3xZ4", ["Cyclic groups", "Abelian groups"]),
        ("V4", ["Theorem 9 of Morwani et al.", "Abelian groups"]),
        ("D6", ["Theorem 9 of Morwani et al.", "Dihedral groups"]),
        ("Q16", ["Dicyclic groups"]),
        ("Z7:Z3", ["Frobenius groups"]),
        ("AGL(1,5)", ["Affine groups of the line"]),
        ("Heis(3)", ["Extraspecial groups of odd order"]),
        ("Ex(2^(1+4),-)", ["Extraspecial 2-groups"]),
        ("SL(2,3)", []),
    ],
)
def test_families_are_recognised(name: str, families: list[str]) -> None:
    found = [statement.name for statement in statements_for(character_table(name))]
    assert found == [*families, "Plancherel weights"]


def test_no_closed_form_is_claimed_for_a5() -> None:
    assert statements_for(character_table("A5")) == ()


@pytest.mark.parametrize("name", ["S3", "A5", "Q8", "Z5", "M11", "Z7:Z3"])
@pytest.mark.parametrize("arity", [2, 3])
def test_value_statements_are_what_the_program_found(name: str, arity: int) -> None:
    solution = solved(name, arity)
    cost, gamma = value_statements(solution)
    assert cost.value == as_sympy(solution.cost)
    assert float(sympy.N(gamma.value, 40)) == pytest.approx(solution.gamma_star, rel=1e-15)
    check = formulas.general().expression.subs(
        dict(
            zip(sympy.symbols("k n", integer=True, positive=True), (arity, solution.table.order), strict=True)
        )
    )
    assert sympy.simplify(check.subs(sympy.Symbol("c", positive=True), cost.value) / gamma.value) == 1


def test_the_memorising_networks_of_the_paper() -> None:
    n = 7
    plain = formulas.memorising().at({"n": n, "k": 2})
    assert plain == 2 / (3 * sympy.sqrt(3) * n**2)
    ratio = formulas.centred_memorising().at({"n": n, "k": 2}) / plain
    assert sympy.simplify(ratio - (1 - sympy.Rational(1, n)) ** sympy.Rational(-3, 2)) == 0


def test_sparse_parity_is_quoted_as_published() -> None:
    assert formulas.sparse_parity().at({"k": 2}) == 2 * sympy.sqrt(sympy.Rational(2, 27))


@pytest.mark.parametrize("name", ["Z6", "S3", "Q8", "A4", "D5"])
def test_monotone_facts(name: str) -> None:
    """docs/theory.md, Proposition 33."""
    costs = [solved(name, arity).cost for arity in (2, 3, 4)]
    assert all(not later < earlier for earlier, later in pairwise(costs))
    n = solved(name, 2).table.order
    assert not costs[0] < sympy_free_lower_bound(n)
    for other in ("Z2", "Z3", "S3"):
        both, one, two = (solved(group, 2).cost for group in (f"{name}x{other}", name, other))
        assert not both < one
        assert not both < two
        assert not one + two < both


def sympy_free_lower_bound(n: int) -> RadicalSum:
    return RadicalSum.of(n - 1) / n


@pytest.mark.parametrize(
    ("subgroup", "group"), [("Z5", "D5"), ("Q8", "SL(2,3)"), ("A4", "S4"), ("A5", "S5"), ("Z4", "Q8")]
)
def test_subgroups_cost_no_more(subgroup: str, group: str) -> None:
    """docs/theory.md, Proposition 33."""
    for arity in (2, 3):
        assert not solved(group, arity).cost < solved(subgroup, arity).cost


def checked_mathml(text: str) -> ElementTree.Element:
    """The element, if an XML parser reads it and browsers draw every tag; otherwise an exception."""
    root = ElementTree.fromstring(text)
    assert root.tag == "{http://www.w3.org/1998/Math/MathML}math"
    for element in root.iter():
        tag = element.tag.removeprefix("{http://www.w3.org/1998/Math/MathML}")
        assert tag in DRAWN, f"browsers do not draw <{tag}>"
        assert (element.text or "").strip() not in {"piecewise", "True", "False"}, "a function call of sympy"
    return root


@pytest.mark.parametrize("family", CATALOGUE, ids=lambda family: family.__name__)
def test_statements_print(family: Callable[[], Statement]) -> None:
    statement = family()
    root = checked_mathml(statement.mathml)
    assert "=" in [element.text for element in root.iter()]
    assert statement.latex.count("{") == statement.latex.count("}")
    assert statement.hypothesis
    assert statement.source.startswith("docs/theory.md, ")
    for symbol in statement.expression.free_symbols:
        if isinstance(symbol, sympy.Symbol):
            assert str(symbol) in statement.latex.replace(r"\nu", "nu")


@pytest.mark.parametrize("name", ["A5", "Ex(2^(1+4),-)", "Z2xS3"])
def test_value_statements_print(name: str) -> None:
    for statement in value_statements(solved(name, 2)):
        root = checked_mathml(statement.mathml)
        assert name in [element.text for element in root.iter()]
        assert statement.latex.count("{") - statement.latex.count(r"\{") == statement.latex.count(
            "}"
        ) - statement.latex.count(r"\}")


def test_hostile_names_stay_text() -> None:
    name = '<script>&"{}_$\\'
    root = checked_mathml(display(text_fragment(name)))
    assert [element.text for element in root.iter() if element.text] == [name]
    assert text_latex("a_b{c}") == r"\mathrm{a\_b\{c\}}"


@pytest.mark.parametrize(
    "text",
    [
        "<math><mn>1</mn></math>",  # no namespace: an SVG-like unknown element to an XML browser
        display("<mo>&InvisibleTimes;</mo>"),  # an entity that XML does not know
        display("<mfenced><mn>1</mn></mfenced>"),  # removed from MathML Core
        display("<apply><plus/></apply>"),  # content MathML
        display("<mi>piecewise</mi>"),
        display("<mn>1<mn>"),
    ],
)
def test_the_mathml_check_refuses(text: str) -> None:
    with pytest.raises((AssertionError, ElementTree.ParseError)):
        checked_mathml(text)


def test_radical_sums_print_term_by_term() -> None:
    value = RadicalSum.of_terms({1: 1, 2: -1, 3: 2})
    assert radical_fragment(value) == (
        "<mrow><mn>1</mn><mo>−</mo><msqrt><mn>2</mn></msqrt><mo>+</mo><mn>2</mn><msqrt><mn>3</mn></msqrt></mrow>"
    )
    assert radical_fragment(RadicalSum()) == "<mrow><mn>0</mn></mrow>"
    assert fragment(sympy.Symbol("x") * sympy.Symbol("y")).count("&") == 0


def test_no_sympy_at_import() -> None:
    program = "import sys, theory.margins.statements; sys.exit('sympy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
    planted = program.replace("; sys.exit", "; theory.margins.formulas.cyclic(); sys.exit")
    assert subprocess.run([sys.executable, "-c", planted], check=False).returncode == 1


def test_products_of_numerals_keep_their_dot() -> None:
    """`2 * 2^k` without a dot would read `22^k`."""
    k = sympy.Symbol("k", integer=True, positive=True)
    shown = fragment(sympy.Mul(2, sympy.Pow(2, k), evaluate=False) * 3)
    assert "<mo>·</mo><msup><mn>2</mn>" in shown
    assert "</mn><mn>" not in shown


def test_exponents_have_one_denominator() -> None:
    k = sympy.Symbol("k", integer=True, positive=True)
    assert fragment(3 ** ((k - 1) / sympy.Integer(2))).count("<mn>2</mn>") == 1
    assert r"\frac{k - 1}{2}" in formulas.cyclic().latex
