"""Which closed forms hold for a group, and what the exact program found for it, as statements to print.

The formulas themselves are in `theory.margins.formulas`. sympy is imported inside the functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from theory.errors import InputError
from theory.margins.formulas import (
    Statement,
    Value,
    abelian,
    affine,
    cost_of,
    cyclic,
    cyclic_margin,
    dicyclic,
    dihedral,
    extraspecial,
    extraspecial_two,
    frobenius,
    margin_of,
    plancherel,
    theorem9,
)
from theory.margins.typesetting import (
    display,
    fragment,
    latex,
    radical_fragment,
    text_fragment,
    text_latex,
)

if TYPE_CHECKING:
    from theory.characters.table import CharacterTable
    from theory.groups.naming import Atom
    from theory.margins.solution import MarginSolution

__all__ = ["Statement", "statements_for", "value_statements"]


def statements_for(table: CharacterTable, arity: int = 2) -> tuple[Statement, ...]:
    """The closed forms that hold for this table, each with its values, the most special first.

    Args:
        table: a character table; families are recognised by its name, the other hypotheses by its values.
        arity: number of factors `k >= 2`.

    Returns:
        Possibly no statement: then the linear program is all that is known.

    >>> from theory.characters.library import character_table
    >>> [statement.name for statement in statements_for(character_table("D4"))]
    ['Theorem 9 of Morwani et al.', 'Dihedral groups', 'Plancherel weights']
    """
    from theory.margins.plancherel import plancherel_optimal, theorem9_condition

    found: list[Statement] = []
    degrees: dict[str, Value] = {"n": table.order, "r": len(table.degrees), "d": table.degrees[1:]}
    if theorem9_condition(table, arity):
        found.append(theorem9().applied(degrees))
    found += _family_statements(table, arity)
    if plancherel_optimal(table, arity):
        kinds = tuple(1 if indicator == 1 else 2 for indicator in table.indicators[1:])
        found.append(plancherel().applied({**degrees, "nu": kinds, "k": arity}))
    return tuple(found)


def _family_statements(table: CharacterTable, arity: int) -> list[Statement]:
    if all(degree == 1 for degree in table.degrees):
        # the characters of order at most two are as many as the elements of order at most two
        real = sum(indicator == 1 for indicator in table.indicators)
        found = [abelian().applied({"n": table.order, "t": real, "k": arity})]
        if table.exponent == table.order:
            found.insert(0, cyclic().applied({"n": table.order, "k": arity}))
            if table.order % 2:
                found.insert(0, cyclic_margin().applied({"n": table.order, "k": arity}))
        return found
    atom = _single_atom(table.name)
    named = _of_atom(atom) if atom else None
    return [named[0].applied({**named[1], "k": arity})] if named else []


def _single_atom(name: str) -> Atom | None:
    from theory.groups.naming import parse

    try:
        factors = parse(name).factors
    except InputError:
        return None  # a file or an imported table: no family is known
    return factors[0] if len(factors) == 1 else None


def _of_atom(atom: Atom) -> tuple[Statement, dict[str, int]] | None:
    """The statement on the family of a nonabelian named group, and the parameters; None if there is none."""
    numbers = [parameter for parameter in atom.parameters if isinstance(parameter, int)]
    match atom.family, numbers:
        case ("D", [n]) | ("S", [3 as n]):
            return dihedral(), {"n": n}
        case "Dic", [n]:
            return dicyclic(), {"n": n}
        case "Q", [order]:
            return dicyclic(), {"n": order // 4}
        case "AGL", [1, q]:
            return affine(), {"q": q}
        case "A", [4]:
            return affine(), {"q": 4}
        case "Frobenius", [p, q]:
            return frobenius(), {"p": p, "q": q}
        case "Heis", [p] if p > 2:
            return extraspecial(), {"p": p, "m": 1}
        case "Heis", [2]:
            return extraspecial_two(), {"m": 1, "e": 0}
        case "Ex", [p, m] if p > 2:
            return extraspecial(), {"p": p, "m": m}
        case "Ex", [2, m]:
            return extraspecial_two(), {"m": m, "e": int(atom.parameters[-1] == "-")}
        case _:
            return None


def value_statements(solution: MarginSolution) -> tuple[Statement, Statement]:
    """What Theorem 12 gives for the solved group: `cost*` as a radical sum, and `gamma*`.

    >>> from theory.characters.library import character_table
    >>> from theory.margins.exact import solve
    >>> value_statements(solve(character_table("S3")))[0].latex
    '\\\\mathrm{cost}^{\\\\ast}(\\\\mathrm{S3},2) = \\\\frac{1}{6} + \\\\frac{2}{3}\\\\sqrt{2}'
    """
    import sympy

    table, arity = solution.table, solution.arity
    group = text_latex(table.name), text_fragment(table.name)
    hypothesis = "the linear program of this table, solved exactly"
    terms = [sympy.Rational(q.numerator, q.denominator) * sympy.sqrt(n) for n, q in solution.cost.terms]
    cost = sympy.Add(*terms)
    left_latex, left_mathml = cost_of(group, str(arity))
    first = Statement(
        "Cost",
        hypothesis,
        cost,
        "docs/theory.md, Theorem 12 and Corollary 19",
        f"{left_latex} = {solution.cost.latex()}",
        display(left_mathml, "<mo>=</mo>", radical_fragment(solution.cost)),
    )
    # gamma* = k! / ((k+1)^((k+1)/2) n^((k+1)/2) cost*)
    above = sympy.factorial(arity)
    half = sympy.Rational(arity + 1, 2)
    below = sympy.Integer(arity + 1) ** half * sympy.Integer(table.order) ** half
    prefactor = above / below
    left_latex, left_mathml = margin_of(group, str(arity))
    second = Statement(
        "Maximum margin",
        hypothesis,
        prefactor / cost,
        "docs/theory.md, Theorem 12",
        rf"{left_latex} = \frac{{{latex(prefactor)}}}{{{solution.cost.latex()}}}",
        display(
            left_mathml,
            "<mo>=</mo>",
            f"<mfrac>{fragment(prefactor)}{radical_fragment(solution.cost)}</mfrac>",
        ),
    )
    return first, second
