"""The group axioms hold on every drawn group's table and fail, each of them, on tables that break them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from theory.testing import (
    broken_cell_tables,
    cayley_tables,
    corrupted_tables,
    identityless_tables,
    loop_tables,
    operation_of_table,
    relabelled_tables,
    search,
    swapped_cell_tables,
)
from theory.testing.law_search import Law
from theory.testing.laws.axioms import (
    AXIOMS,
    associativity,
    cancellation,
    closure,
    identity,
    inverses,
    magma_generators,
)
from theory.testing.operations import Operation
from theory.testing.tables import product_table, relabelled, semidirect_table, symmetric_table

CYCLIC5 = np.add.outer(np.arange(5), np.arange(5)) % 5


def broken(table: np.ndarray, first: int = 0) -> dict[str, str]:
    """Counterexamples by axiom."""
    operation = operation_of_table(table, first=first)
    found = {axiom.name: search(axiom, operation).counterexample for axiom in AXIOMS}
    return {name: text for name, text in found.items() if text}


@settings(max_examples=50)
@given(st.one_of(cayley_tables(), relabelled_tables()))
def test_tables_of_groups_satisfy_the_axioms(table: np.ndarray) -> None:
    assert broken(table) == {}


@settings(max_examples=50)
@given(corrupted_tables())
def test_corrupted_tables_break_an_axiom(table: np.ndarray) -> None:
    assert broken(table)


@settings(max_examples=25)
@given(st.one_of(broken_cell_tables(), swapped_cell_tables()))
def test_a_wrong_cell_breaks_the_latin_square(table: np.ndarray) -> None:
    assert "Latin square" in broken(table)


@settings(max_examples=25)
@given(loop_tables())
def test_loops_break_associativity_alone_or_with_inverses(table: np.ndarray) -> None:
    assert {"associativity"} <= set(broken(table)) <= {"associativity", "inverses"}


@settings(max_examples=25)
@given(identityless_tables())
def test_division_tables_have_no_identity(table: np.ndarray) -> None:
    assert set(broken(table)) >= {"identity", "associativity"}
    assert not {"closure", "Latin square"} & set(broken(table))


def test_the_smallest_tables_are_small() -> None:
    """What hypothesis shrinks to: S3 is the least group that does not commute, loops begin at order 5."""
    few = settings(max_examples=30)
    assert len(find(cayley_tables(12), lambda table: (table != table.T).any(), settings=few)) == 6
    assert len(find(loop_tables(6), lambda table: True, settings=few)) == 5


# one forged table an axiom


def test_closure_refuses_a_foreign_product() -> None:
    table = CYCLIC5.copy()
    table[3, 4] = 7
    assert search(closure, operation_of_table(table)).counterexample == (
        "3·4 = 7 is none of the elements 0, ..., 4"
    )


def test_latin_square_names_the_cell() -> None:
    table = CYCLIC5.copy()
    table[3, 4] = 4
    assert broken(table)["Latin square"] == "3·1 = 3·4 = 4: row 3 holds 4 twice"
    table = CYCLIC5.copy()[:, [0, 1, 2, 3, 3]]
    assert broken(table)["Latin square"] == "0·3 = 0·4 = 3: row 0 holds 3 twice"
    rows = CYCLIC5.copy()[[0, 1, 2, 3, 3]]
    assert broken(rows)["Latin square"] == "3·0 = 4·0 = 3: column 0 holds 3 twice"


def test_identity_names_the_nearest() -> None:
    shifted = (CYCLIC5 + 1) % 5  # a group with the identity 4
    assert broken(shifted) == {}
    assert broken(np.subtract.outer(np.arange(5), np.arange(5)) % 5)["identity"] == (
        "no identity: the nearest to one is 0, but 0·1 = 4, not 1"
    )


def test_inverses_refuses_an_element_without() -> None:
    assert broken(np.maximum.outer(np.arange(3), np.arange(3)))["inverses"] == (
        "1 has no inverse: no h has 1·h = 0"
    )
    one_sided = np.array(
        [[0, 1, 2, 3, 4], [1, 2, 3, 4, 0], [2, 4, 0, 1, 3], [3, 0, 4, 2, 1], [4, 3, 1, 0, 2]]
    )
    assert broken(one_sided)["inverses"] == "1 has no inverse: 1·4 = 0 but 4·1 = 3"


def test_associativity_gives_the_smallest_triple_in_the_labels_of_the_user() -> None:
    loop = np.array([[0, 1, 2, 3, 4], [1, 2, 3, 4, 0], [2, 4, 0, 1, 3], [3, 0, 4, 2, 1], [4, 3, 1, 0, 2]])
    smallest = min(
        (
            (g, h, k)
            for g in range(5)
            for h in range(5)
            for k in range(5)
            if loop[loop[g, h], k] != loop[g, loop[h, k]]
        ),
        key=lambda triple: (max(triple), sum(triple), triple),
    )
    assert smallest == (1, 1, 1)
    assert broken(loop)["associativity"] == "(1·1)·1 = 4 but 1·(1·1) = 3"
    assert broken(loop + 1, first=1)["associativity"] == "(2·2)·2 = 5 but 2·(2·2) = 4"


# the decisions against the drawn cases and against brute force


@settings(max_examples=30)
@given(st.one_of(corrupted_tables(8), cayley_tables(8)))
def test_decisions_agree_with_all_cases(table: np.ndarray) -> None:
    n = len(table)
    wrong = [
        (g, h, k)
        for g in range(n)
        for h in range(n)
        for k in range(n)
        if table[table[g, h], k] != table[g, table[h, k]]
    ]
    decision = associativity.decide and associativity.decide(operation_of_table(table))
    assert decision is not None
    assert decision.failing[:1] == tuple(sorted(wrong, key=lambda t: (max(t), sum(t), t))[:1])


@pytest.mark.parametrize("axiom", [cancellation, inverses, identity, associativity], ids=lambda law: law.name)
def test_axioms_are_drawn_where_there_is_no_table(axiom: Law[Operation, object]) -> None:
    """Without a table, as for orders above 256, hypothesis draws, finds and shrinks."""
    table = np.subtract.outer(np.arange(7), np.arange(7)) % 7
    table[:, 3] = table[:, 4]
    operation = operation_of_table(table)
    drawn = Operation(operation.name, operation.order, operation.multiply, operation.label, None)
    finding = search(axiom, drawn)
    assert not finding.exhaustive
    assert finding.counterexample is not None
    honest = operation_of_table(CYCLIC5)
    drawn = Operation(honest.name, honest.order, honest.multiply, honest.label, None)
    assert search(axiom, drawn) == search(axiom, drawn)
    assert search(axiom, drawn).counterexample is None


def test_light_s_test_finds_a_wrong_cell_in_a_large_table() -> None:
    n = 300
    table = np.add.outer(np.arange(n), np.arange(n)) % n
    assert search(associativity, operation_of_table(table)).counterexample is None
    # exchanging two cells of a row breaks few of the 27 million triples
    table[200, 100], table[200, 101] = table[200, 101], table[200, 100]
    assert search(associativity, operation_of_table(table)).counterexample is not None


@settings(max_examples=30)
@given(st.one_of(cayley_tables(), loop_tables()))
def test_magma_generators_generate(table: np.ndarray) -> None:
    known = set(magma_generators(table))
    while True:
        products = {int(table[g, h]) for g in known for h in known}
        if products <= known:
            break
        known |= products
    assert known == set(range(len(table)))


def test_closure_is_drawn_without_a_table() -> None:
    operation = Operation("odd", 300, lambda left, right: left + right, str, None)
    assert search(closure, operation).counterexample is not None


# the tables themselves


def test_semidirect_tables_need_an_action() -> None:
    assert broken(semidirect_table(7, 3, 2)) == {}
    with pytest.raises(ValueError, match=r"3\^3 is not 1 modulo 7"):
        semidirect_table(7, 3, 3)


def test_relabelling_moves_products() -> None:
    table = symmetric_table(3)
    names = np.array([2, 0, 1, 5, 4, 3])
    moved = relabelled(table, names)
    assert all(moved[names[g], names[h]] == names[table[g, h]] for g in range(6) for h in range(6))


def test_product_tables_multiply_componentwise() -> None:
    table = product_table(symmetric_table(3), CYCLIC5)
    assert table[1 * 5 + 2, 2 * 5 + 4] == symmetric_table(3)[1, 2] * 5 + (2 + 4) % 5
