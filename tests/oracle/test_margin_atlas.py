"""Margins of groups whose tables come from GAP's library; statuses and shares as the design states them."""

from __future__ import annotations

import pytest

from theory.characters.library import character_table
from theory.margins.exact import solve
from theory.margins.program import reference_cost
from theory.margins.solution import IrrepStatus


def rows_by_label(solution):
    structure = solution.structure
    return {
        row.label: (status, share, structure.orbit_shares[row.orbit])
        for row, status, share in zip(solution.rows, structure.irreps, structure.shares, strict=True)
    }


@pytest.mark.requires("gap")
def test_j2_members_of_an_orbit_can_be_traded():
    found = rows_by_label(solve(character_table('gap:CharacterTable("J2")')))
    used = {label for label, (status, _, _) in found.items() if status is not IrrepStatus.EXCLUDED}
    assert used == {"14a", "14b", "21a", "21b"}
    for label, total in [("14a", 0.13459), ("14b", 0.13459), ("21a", 0.86541), ("21b", 0.86541)]:
        status, share, orbit = found[label]
        assert status is IrrepStatus.POSSIBLE
        assert share.lower == 0.0
        assert share.upper == orbit.upper == orbit.lower
        assert round(orbit.lower, 5) == total


@pytest.mark.requires("gap")
def test_the_monster_needs_one_irrep():
    table = character_table('gap:CharacterTable("M")')
    solution = solve(table)
    assert str(solution.cost) == "4189/4096*sqrt(196883)"
    used = [row.degree for row, a in zip(solution.rows, solution.primal, strict=True) if a]
    assert used == [196883]
    assert float(solution.cost) == pytest.approx(reference_cost(table), rel=1e-9)


def test_m12_trades_two_orbits():
    found = rows_by_label(solve(character_table("M12")))
    for label in ("11a", "11b"):
        status, share, orbit = found[label]
        assert status is IrrepStatus.POSSIBLE
        assert (share.lower, share.upper) == (orbit.lower, orbit.upper) == (0.0, 1.0)


@pytest.mark.slow
@pytest.mark.requires("gap")
@pytest.mark.parametrize(
    "name",
    [
        "HS",
        "McL",
        "3.McL",
        "Suz",
        "O8+(2)",
        "W(E8)",
        "Co1",
        "Fi23",
        "HN",
        "2.B",
        "4_1.L3(4)",
        "12.M22",
        "S4(4)",
    ],
)
def test_atlas_groups_agree_with_cvxpy(name):
    table = character_table(f'gap:CharacterTable("{name}")')
    for arity in (2, 3):
        exact = float(solve(table, arity).cost)
        assert exact == pytest.approx(reference_cost(table, arity), rel=1e-8)
