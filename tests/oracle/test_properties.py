"""Properties read off character tables against GAP, which decides them in the groups themselves."""

from __future__ import annotations

import numpy as np
import pytest

from theory.characters.burnside_dixon import character_table_of
from theory.characters.library import character_table
from theory.characters.properties import PROPERTIES, chief_factors, faithful_degree, properties
from theory.groups.gap import run
from theory.groups.permutation_group import permutation_group

# definitions on elements and subgroups, not on characters
_PROGRAM = r"""
IsFrobenius := G -> Size(Centre(G)) = 1 and ForAny(NormalSubgroups(G),
  N -> 1 < Size(N) and Size(N) < Size(G) and
  ForAll(List(ConjugacyClasses(G), Representative),
    x -> IsOne(x) or not x in N or IsSubset(N, Centralizer(G, x))));;
IsRational := G -> ForAll(List(ConjugacyClasses(G), Representative),
  x -> ForAll(PrimeResidues(Order(x)), k -> IsConjugate(G, x, x^k)));;
IsReal := G -> ForAll(List(ConjugacyClasses(G), Representative), x -> IsConjugate(G, x, x^-1));;
Known := function(G) local series, faithful;
  series := ChiefSeries(G);
  faithful := List(Filtered(Irr(G), chi -> Size(KernelOfCharacter(chi)) = 1), chi -> chi[1]);
  Sort(faithful);
  return [List([IsAbelian, IsNilpotentGroup, IsSolvableGroup, IsSupersolvableGroup, IsPerfectGroup,
      IsSimpleGroup, IsPGroup, IsFrobenius, IsRational, IsReal], f -> f(G)),
    List([1 .. Length(series) - 1], j -> Size(series[j]) / Size(series[j + 1])), faithful];
end;;
Exported := function(n, i) local G, f, points;
  G := Image(IsomorphismPermGroup(SmallGroup(n, i)));
  points := [1..Maximum(1, LargestMovedPoint(G))];
  return [n, i, List(Concatenation([One(G)], GeneratorsOfGroup(G)), g -> List(points, p -> p^g - 1)),
    Known(G)];
end;;
"""


def disagreements(orders: list[int]) -> list[str]:
    """The groups of these orders on which GAP and we differ."""
    answers = run(
        f"{_PROGRAM} Emit(Concatenation(List({orders}, n -> List([1..NrSmallGroups(n)], "
        "i -> Exported(n, i)))));",
        timeout=300.0,
    )
    assert len(answers) >= len(orders)
    found = []
    for order, number, generators, (holds, factors, faithful) in answers:
        table = character_table_of(permutation_group(np.array(generators, dtype=np.int64), str(number)))
        expected = (
            tuple(name for name, true in zip(PROPERTIES, holds, strict=True) if true),
            tuple(sorted(factors)),
            faithful[0] if faithful else None,
        )
        ours = properties(table), chief_factors(table), faithful_degree(table)
        if ours != expected:
            found.append(f"SmallGroup({order},{number}): {ours}, GAP {expected}")
    return found


@pytest.mark.requires("gap")
def test_small_groups() -> None:
    assert disagreements([1, 8, 20, 21]) == []


@pytest.mark.slow
@pytest.mark.requires("gap")
@pytest.mark.parametrize("first", range(1, 101, 10))
def test_every_small_group(first: int) -> None:
    assert disagreements(list(range(first, first + 10))) == []


@pytest.mark.parametrize(
    ("name", "expected", "faithful"),
    [
        ("M11", "perfect simple", 10),
        ("S13", "rational real", 12),
        ("A9", "perfect simple", 8),
        ("Dic60", "solvable supersolvable real", 2),
        ("SL(2,5)", "perfect real", 2),
        ("AGL(1,64)", "solvable Frobenius", 63),
        ("D63", "solvable supersolvable Frobenius real", 2),
        ("D64", "nilpotent solvable supersolvable p-group real", 2),
    ],
)
def test_large_tables(name: str, expected: str, faithful: int) -> None:
    table = character_table(name)
    assert " ".join(properties(table)) == expected
    assert faithful_degree(table) == faithful


@pytest.mark.slow
@pytest.mark.requires("gap")
def test_the_monster() -> None:
    table = character_table('gap:CharacterTable("M")')
    assert properties(table) == ("perfect", "simple")
    assert faithful_degree(table) == 196883
