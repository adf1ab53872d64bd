"""Names of recovered groups: right for every family and numbering, absent rather than wrong."""

from __future__ import annotations

import numpy as np
import pytest
from tables import cayley_table

from empirics.circuits import identification
from empirics.circuits.identification import identify, is_isomorphic, small_group_id
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
    "S3 x S3": "S3 x S3",
    "Z2 x S3": "D6",
    "Z2 x S4": "S4 x Z2",
    "D4 x Z2^2": "D4 x Z2 x Z2",
    "SL(2,3) x Z4": "SL(2,3) x Z4",
    # central product of Q8 and Z4: neither a family nor a direct product of two
    "PAULI": None,
}


def pauli_table() -> np.ndarray:
    """The Pauli group `i^k X^x Z^z`, numbered `4k + 2x + z`; `Z^z X^x = (-1)^(xz) X^x Z^z`."""
    k, x, z = (part.ravel() for part in np.meshgrid(range(4), range(2), range(2), indexing="ij"))
    phase = k[:, None] + k + 2 * z[:, None] * x
    return phase % 4 * 4 + (x[:, None] ^ x) * 2 + (z[:, None] ^ z)


@pytest.mark.parametrize("expression", NAMES)
def test_names(expression: str) -> None:
    table = pauli_table() if expression == "PAULI" else cayley_table(expression)
    order = np.random.default_rng(len(table)).permutation(len(table))
    renumbered = np.argsort(order)[table[np.ix_(order, order)]]
    assert identify(network_group(renumbered)) == NAMES[expression]


@pytest.mark.parametrize(
    ("first", "second"), [("D4", "Q8"), ("S4", "SL(2,3)"), ("Dic3", "A4"), ("Z2 x S4", "Z2 x SL(2,3)")]
)
def test_groups_that_are_not_isomorphic(first: str, second: str) -> None:
    assert not is_isomorphic(resolve(first).build(), resolve(second).build())
    assert is_isomorphic(resolve(first).build(), resolve(first).build())


def test_a_product_of_every_abelian_group() -> None:
    """As many as products of partitions: 5 of order 16, 2 of order 12, 3 x 2 of order 72."""
    for order, count in ((16, 5), (12, 2), (72, 6), (2, 1), (7, 1)):
        names = list(identification._abelian(order))
        assert len(set(names)) == len(names) == count
        assert all(resolve(name).build().order == order for name in names)
        assert all(identify(network_group(cayley_table(name))) == name for name in names)


def test_the_search_gives_up_rather_than_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identification, "MOST_IMAGES", 1)
    assert identify(network_group(cayley_table("S4"))) is None


def test_an_isomorphism_is_found_for_any_numbering() -> None:
    """The same group by permutations and by its renumbered table; orders and class sizes alone also agree."""
    for expression in ("D4", "A4", "SL(2,3)", "S5"):
        table = cayley_table(expression)
        order = np.random.default_rng(8).permutation(len(table))
        renumbered = np.argsort(order)[table[np.ix_(order, order)]]
        assert is_isomorphic(resolve(expression).build(), network_group(renumbered).group)


@pytest.mark.requires("gap")
@pytest.mark.parametrize(
    ("expression", "number"),
    [
        ("S5", (120, 34)),
        pytest.param("Z113", (113, 1), marks=pytest.mark.slow),
        pytest.param("D61", (122, 1), marks=pytest.mark.slow),
        pytest.param("Z1", (1, 1), marks=pytest.mark.slow),
    ],
)
def test_numbers_in_the_library_of_small_groups(expression: str, number: tuple[int, int]) -> None:
    """shared/data/README.md, 2: the ids of the five checkpoints' tables."""
    assert small_group_id(network_group(cayley_table(expression))) == number


def test_gap_is_not_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert small_group_id(network_group(cayley_table("S3"))) is None
