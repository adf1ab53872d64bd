"""Extremes found without a linear program: where they are known by hand, and refused where they are false."""

from __future__ import annotations

from fractions import Fraction

import pytest

from certificates import checker
from certificates.issue import canonical, issue
from theory.characters.cyclotomic import Cyclotomic, root
from theory.characters.library import character_table
from theory.margins import trades
from theory.margins.exact import solve
from theory.margins.face import Face
from theory.margins.radicals import ZERO, RadicalSum
from theory.margins.simple_points import SimplePoints
from theory.margins.solution import ClassStatus, IrrepStatus

HALF, THIRD = Fraction(1, 2), Fraction(1, 3)


def segment(*cover):
    """`{a >= 0 : a_0 + a_1 = 1, sum_i cover_i a_i >= 1}`."""
    one = RadicalSum(((1, Fraction(1)),))
    return Face(tuple((Fraction(1), value) for value in cover), (one, one), (one, ZERO), one)


def test_the_ends_of_a_segment():
    face = segment(Fraction(2), HALF)  # a_0 >= 1/3
    simple = SimplePoints(face, ((HALF, HALF),))
    highest = simple.highest(0)
    assert highest is not None
    assert (highest.value, highest.point) == (-1, (1, 0))
    assert -1 - Fraction(1, 1 << 59) < sum(highest.multipliers) <= -1
    assert simple.lowest(1) == (1, 0)
    assert simple.highest(1) is None  # a_0 = 0 lies outside
    assert simple.lowest(0) is None
    assert simple.touching(1) == (THIRD, 1 - THIRD)


def test_an_irrational_end():
    """`a_0 (1 - c) + a_1 (1 - c') = 1` for the cosines of a fifth and of two fifths of a turn."""
    values = [1 - (root(5, j) + root(5, -j)) * HALF for j in (1, 2)]
    found = SimplePoints(segment(*values), ((THIRD, 1 - THIRD),)).touching(1)
    assert found is not None
    assert found[0] + found[1] == 1
    assert values[0] * found[0] + values[1] * found[1] == 1
    assert all(isinstance(a, Cyclotomic) for a in found)


@pytest.mark.parametrize("start", [(HALF, THIRD), (HALF, HALF + Fraction(1, 10**30))])
def test_a_start_off_the_face_leads_nowhere(start):
    simple = SimplePoints(segment(Fraction(2), HALF), (start,))
    assert [simple.highest(0), simple.lowest(1), simple.touching(1)] == [None] * 3


@pytest.fixture
def no_program_on_irrational_faces(monkeypatch):
    minimum = trades.minimum

    def refusing(face, *arguments):
        assert face.is_rational, "a linear program on an irrational face"
        return minimum(face, *arguments)

    monkeypatch.setattr(trades, "minimum", refusing)


@pytest.mark.usefixtures("no_program_on_irrational_faces")
@pytest.mark.parametrize("n", [45, 101])
def test_dicyclic_groups_of_odd_order_have_the_face_worked_out_by_hand(n):
    """With `o`, `e` the irreps of degree 2 with `r` odd, even and `p` the complex pair.

    `a(o_j) + a(e_j) = 2/n` with each from 0 on, `p` from `1/n` to `1/2`, the sign character 0; all powers
    of `a^2` and `a^n` are tight, the other classes in some optimum.
    """
    solution = solve(character_table(f"Dic{n}"), 3)
    cost = float(solution.cost)
    assert solution.cost == Fraction(3 * n - 2, n)
    for irrep, status, share in zip(
        solution.rows, solution.structure.irreps, solution.structure.shares, strict=True
    ):
        if irrep.degree == 2:
            low, high, expected = 0.0, 2 / n * (4 if irrep.indicator == -1 else 2), IrrepStatus.POSSIBLE
        elif irrep.indicator == 0:
            low, high, expected = 2 / n, 1.0, IrrepStatus.REQUIRED
        else:
            low, high, expected = 0.0, 0.0, IrrepStatus.EXCLUDED
        assert status is expected
        assert (share.lower, share.upper) == pytest.approx((low / cost, high / cost), abs=1e-14)
    table = solution.table
    tight = [
        n % order == 0 or order == 2 for order in table.element_orders[1:]
    ]  # odd order or the central involution
    assert [status is ClassStatus.EVERY for status in solution.structure.classes[1:]] == tight
    assert ClassStatus.NONE not in solution.structure.classes
    document = issue(solution, expression=f"Dic{n}")
    assert len(canonical(document)) < 120_000
    assert checker.check(document).valid
