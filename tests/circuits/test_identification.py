"""Names of recovered groups: right for every family and numbering, absent rather than wrong."""

from __future__ import annotations

import numpy as np
import pytest
from tables import cayley_table

from empirics.circuits.identification import identify, is_isomorphic
from empirics.circuits.irreps import network_group
from theory.groups.naming import resolve

NAMES = {
    "Z1": "Z1",
    "Z12": "Z12",
    "Z2 x Z4": "Z2 x Z4",
    "Z6 x Z4": "Z2 x Z12",
    "Z2^3": "Z2 x Z2 x Z2",
    "S3": "S3",
    "D5": "D5",
    "D61": "D61",
    "Q8": "Dic2",
    "D4": "D4",
    "Dic3": "Dic3",
    "A4": "A4",
    "S5": "S5",
    "A5": "A5",
    "SL(2,3)": "SL(2,3)",
    "SL(2,5)": "SL(2,5)",
    "AGL(1,5)": "AGL(1,5)",
    "Z7:Z3": "Z7:Z3",
    "PSL(2,7)": "PSL(2,7)",
    "Heis(3)": "Heis(3)",
    "S3 x S3": None,
}


@pytest.mark.parametrize("expression", NAMES)
def test_names(expression: str) -> None:
    table = cayley_table(expression)
    order = np.random.default_rng(len(table)).permutation(len(table))
    renumbered = np.argsort(order)[table[np.ix_(order, order)]]
    assert identify(network_group(renumbered)) == NAMES[expression]


@pytest.mark.parametrize(
    ("first", "second"), [("D4", "Q8"), ("S4", "SL(2,3)"), ("Dic3", "A4"), ("Z2 x S4", "Z2 x SL(2,3)")]
)
def test_groups_that_are_not_isomorphic(first: str, second: str) -> None:
    assert not is_isomorphic(resolve(first).build(), resolve(second).build())
    assert is_isomorphic(resolve(first).build(), resolve(first).build())
