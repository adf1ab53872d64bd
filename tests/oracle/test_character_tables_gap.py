"""Cyclotomic numbers, symmetric groups and imported tables against GAP."""

from __future__ import annotations

from fractions import Fraction
from math import gcd
from random import Random

import pytest

from theory.characters.cyclotomic import conductor, from_terms, terms_of
from theory.characters.gap import imported_table
from theory.characters.library import character_table
from theory.characters.symmetric import cycle_types, symmetric
from theory.errors import GapError, InputError, LimitError
from theory.groups.gap import run

pytestmark = pytest.mark.requires("gap")

MONSTER_ORDER = 808017424794512875886459904961710757005754368000000000


def _random_sums(count: int) -> list[tuple[int, dict[int, int]]]:
    """Sums of roots of unity; half of them lie in a subfield, being summed over a cyclic Galois group."""
    draw = Random(2026)
    sums = []
    for number in range(count):
        n = draw.choice(
            [1, 2, 3, 4, 5, 8, 9, 12, 15, 16, 20, 21, 24, 25, 27, 28, 30, 36, 45, 60, 63, 72, 105, 120]
        )
        terms = {draw.randrange(n): draw.choice([-2, -1, 1, 1, 3]) for _ in range(draw.randrange(1, 6))}
        if number % 2:
            unit = draw.choice([k for k in range(1, n + 1) if gcd(k, n) == 1])
            total: dict[int, int] = {}
            k = 1
            while True:
                for i, c in terms.items():
                    total[i * k % n] = total.get(i * k % n, 0) + c
                k = k * unit % n
                if k == 1 % n:
                    break
            terms = total
        sums.append((n, terms))
    return sums


def test_normal_forms_are_those_of_gap() -> None:
    sums = _random_sums(600)
    listed = ",".join(f"[{n},{[list(term) for term in terms.items()]}]" for n, terms in sums)
    answers = run(
        f"""
        Emit(List([{listed}], function(sum) local v, n;
          v := Sum(sum[2], term -> term[2] * E(sum[1])^term[1]); n := Conductor(v);
          return [n, CoeffsCyc(v, n)];
        end));
        """
    )
    for (n, terms), (expected_conductor, coefficients) in zip(sums, answers, strict=True):
        value = from_terms(n, terms)
        assert conductor(value) == expected_conductor
        assert terms_of(value) == tuple((i, Fraction(c)) for i, c in enumerate(coefficients) if c)


def test_symmetric_groups_are_those_of_gap() -> None:
    """GAP labels the columns of its generic table with cycle types and the rows with partitions."""
    degrees = range(2, 13)
    answers = run(
        """
        Emit(List([2..12], function(n) local t; t := CharacterTable("Symmetric", n);
          return [List(ClassParameters(t), x -> x[2]), SizesConjugacyClasses(t),
            List(Irr(t), ValuesOfClassFunction),
            List(PrimeDivisors(Size(t)), p -> PowerMap(t, p))];
        end));
        """
    )
    for n, (types, sizes, rows, power_maps) in zip(degrees, answers, strict=True):
        table = symmetric(n)
        place = {mu: column for column, mu in enumerate(cycle_types(n))}
        column_of = [place[tuple(mu)] for mu in types]
        assert [table.class_sizes[column] for column in column_of] == sizes
        assert {tuple(row[column] for column in column_of) for row in table.values} == set(map(tuple, rows))
        for image, expected in zip(table.power_maps.values(), power_maps, strict=True):
            assert [image[column] for column in column_of] == [column_of[target - 1] for target in expected]


def test_janko_group() -> None:
    table = imported_table('CharacterTable("J2")')
    assert table.order == 604_800
    assert table.labels == (
        "1a", "14a", "14b", "21a", "21b", "36a", "63a", "70a", "70b", "90a", "126a", "160a", "175a", "189a",
        "189b", "224a", "224b", "225a", "288a", "300a", "336a",
    )  # fmt: skip
    assert table.class_names[:5] == ("1A", "2A", "2B", "3A", "3B")
    assert table.realisation is None
    assert (1, 2) in table.row_orbits
    assert (3, 4) in table.row_orbits


def test_monster() -> None:
    """Conway et al., ATLAS of Finite Groups: 194 classes, and the two smallest faithful degrees."""
    table = character_table('gap:CharacterTable("M")')
    assert table.order == MONSTER_ORDER
    assert len(table.class_names) == 194
    assert table.degrees[:3] == (1, 196_883, 21_296_876)
    assert table.exponent == 1_165_654_792_878_376_600_800
    assert max(conductor(value) for value in table.alphabet) == 119
    assert table.source.startswith("GAP 4")
    assert table.indicators.count(0) == 194 - sum(
        row == conjugate for row, conjugate in enumerate(table.conjugate_rows)
    )


def test_mathieu_group_both_ways() -> None:
    """The library's table of M11 and ours from GAP's generators agree up to the order of the columns."""
    imported = imported_table('CharacterTable("M11")')
    computed = imported_table("MathieuGroup(11)")
    assert computed.source == "Burnside–Dixon"
    assert imported.labels == computed.labels
    assert imported.indicators == computed.indicators
    assert sorted(zip(imported.element_orders, imported.class_sizes, strict=True)) == sorted(
        zip(computed.element_orders, computed.class_sizes, strict=True)
    )
    assert sorted(sorted(map(str, row)) for row in imported.values) == sorted(
        sorted(map(str, row)) for row in computed.values
    )


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("3", "neither a group nor a character table"),
        pytest.param('CharacterTable("A5") mod 2', "a Brauer table modulo 2", marks=pytest.mark.slow),
    ],
)
def test_other_values_are_refused(expression: str, message: str) -> None:
    with pytest.raises(GapError, match=message) as refusal:
        imported_table(expression)
    assert "\n" not in str(refusal.value)


def test_too_many_classes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """GAP itself needs minutes to write such a table down, so its answer is put in here."""
    monkeypatch.setattr("theory.characters.gap.run", lambda program: ["classes", 2600])
    with pytest.raises(LimitError, match="2600 classes is beyond the limit of 2500"):
        imported_table('CharacterTable("Cyclic", 2600)')


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "order", "classes", "smallest"),
    [
        ("M24", 244_823_040, 26, 23),
        ("Co1", 4_157_776_806_543_360_000, 101, 276),
        ("Ly", 51_765_179_004_000_000, 53, 2480),
    ],
)
def test_sporadic_tables(name: str, order: int, classes: int, smallest: int) -> None:
    """Order, number of classes and smallest faithful degree as in the ATLAS."""
    table = imported_table(f'CharacterTable("{name}")')
    assert (table.order, len(table.class_names), table.degrees[1]) == (order, classes, smallest)


def test_imported_tables_are_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    """What GAP sends is put in here: the table of Z3, and the same with one row twice."""
    values = [[1, [0, 1, 1]], [3, [1, 1, 1]], [3, [2, 1, 1]]]
    head = ["table", 3, ["1A", "3A", "3B"], [1, 1, 1], [1, 3, 3], [[3, [1, 1, 1]]], values]
    monkeypatch.setattr(
        "theory.characters.gap.run", lambda program: [*head, [[1, 1, 1], [1, 2, 3], [1, 3, 2]], "GAP"]
    )
    assert imported_table("Z3").indicators == (1, 0, 0)
    monkeypatch.setattr(
        "theory.characters.gap.run", lambda program: [*head, [[1, 1, 1], [1, 2, 3], [1, 2, 3]], "GAP"]
    )
    with pytest.raises(InputError, match="gap:Z3: not a character table: "):
        imported_table("Z3")
