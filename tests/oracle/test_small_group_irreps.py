"""Explicit irreps of groups from GAP's Small Groups Library: nothing is known of them but their elements."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from theory.characters.burnside_dixon import character_table_of
from theory.groups.finite_group import FiniteGroup
from theory.groups.gap import group as gap_group
from theory.margins.exact import solve
from theory.margins.network import build, evaluate
from theory.representations.irreps import explicit_irreps

pytestmark = pytest.mark.requires("gap")


@cache
def small_group(order: int, number: int) -> FiniteGroup:
    return gap_group(f"SmallGroup({order}, {number})")


@pytest.mark.parametrize(
    "identifier",
    [
        (96, 199),
        *(
            pytest.param(pair, marks=pytest.mark.slow)
            for pair in ((64, 15), (192, 762), (200, 16), (243, 32))
        ),
    ],
)
def test_residual_degrees_and_unitarity(identifier: tuple[int, int]) -> None:
    group = small_group(*identifier)
    irreps = explicit_irreps(group, character_table_of(group))
    assert group.order == identifier[0]
    assert sum(irrep.degree**2 for irrep in irreps) == group.order
    for irrep in irreps:
        assert irrep.residual <= 1e-12
        squares = irrep.matrices @ irrep.matrices.conj().transpose(0, 2, 1)
        assert np.abs(squares - np.eye(irrep.degree)).max() <= 1e-12


def test_a_group_with_all_three_types_attains_its_margin() -> None:
    group = small_group(96, 199)
    table = character_table_of(group)
    assert set(table.indicators) == {-1, 0, 1}
    evaluation = evaluate(build(solve(table), group))
    assert evaluation.method == "every input"
    assert abs(evaluation.ratio - 1) <= 1e-10
