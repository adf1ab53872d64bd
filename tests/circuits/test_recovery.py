"""The group from a network's answers: real checkpoints, damaged tables, tables of no group."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from checkpoints import CHUGHTAI, FILES, checkpoint
from tables import cayley_table, loop_table

from empirics.circuits.networks import CallableNetwork
from empirics.circuits.recovery import first_failure, recover_group
from empirics.circuits.repair import repaired_table
from theory.errors import InputError

# shared/data/README.md: smallest top-2 logit gap, in single precision there
MARGINS = {
    "S5_MLP_seed1": 5.176,
    "S5_MLP_seed4": 12.407,
    "S5_T_seed1": 16.379,
    "C113_MLP_seed1": 5.611,
    "D61_MLP_seed1": 5.311,
}


def answering(table: np.ndarray) -> CallableNetwork:
    """A network that answers with a table."""
    return CallableNetwork(len(table), lambda a, b: np.eye(len(table))[table[a, b]])


@pytest.mark.requires("data")
@pytest.mark.parametrize("name", FILES)
def test_real_networks(data: Path, name: str) -> None:
    found = checkpoint(data, name)
    report = recover_group(found.network)
    if name == "low_precision":
        assert report.group is None
        assert report.failure is not None
        assert (report.failure.axiom, report.failure.violations) == ("Latin rows", 7)
        return
    assert report.failure is None
    assert report.entries_changed == 0
    assert report.group is not None
    if name in CHUGHTAI:
        assert report.smallest_margin == pytest.approx(MARGINS[name], abs=6e-4)
    degrees = {"S5": [1, 1, 4, 4, 5, 5, 6], "D6": [1, 1, *[2] * 30]}.get(name[:2], [1] * 113)
    assert sorted(report.group.characters.degrees) == degrees
    assert report.commutative == (len(degrees) == 113)
    assert report.centre_order == (113 if report.commutative else 1)


@pytest.mark.requires("data")
def test_seven_wrong_answers_are_repaired(data: Path) -> None:
    network = checkpoint(data, "low_precision").network
    report = recover_group(network, repair=True)
    integers = np.arange(113)
    assert np.array_equal(report.table, np.add.outer(integers, integers) % 113)
    assert (report.repaired, report.entries_changed) == (True, 7)
    wrong = {tuple(pair) for pair in np.argwhere(network.logits().argmax(-1) != report.table).tolist()}
    # shared/specs/circuits.md, 2.2
    assert wrong == {(15, 109), (25, 99), (64, 64), (91, 91), (99, 25), (102, 102), (109, 15)}


@pytest.mark.parametrize("expression", ["A5", "S5", "D61"])
@pytest.mark.parametrize("percent", [1, 10, 30, 60, 90])
@pytest.mark.parametrize("seed", [0, 1])
def test_overwritten_entries(expression: str, percent: int, seed: int) -> None:
    table = cayley_table(expression)
    generator = np.random.default_rng(seed)
    damaged = table.copy()
    places = generator.choice(table.size, table.size * percent // 100, replace=False)
    damaged.ravel()[places] = generator.integers(0, len(table), len(places))
    mended = repaired_table(damaged)
    accepted = mended is not None and first_failure(mended) is None
    if percent <= 30:
        assert accepted
    if percent == 90:
        assert not accepted
    assert not accepted or np.array_equal(mended, table)


def _failing_triples(table: np.ndarray) -> int:
    """Triple by triple."""
    elements = range(len(table))
    return sum(
        table[table[a, b], c] != table[a, table[b, c]] for a, b, c in product(elements, elements, elements)
    )


def test_a_loop_is_refused_with_the_number_of_triples() -> None:
    table = loop_table(7)
    failure = first_failure(table)
    assert failure is not None
    assert failure.axiom == "associativity"
    assert failure.violations == _failing_triples(table) > 0
    a, b, c = failure.witness
    assert table[table[a, b], c] != table[a, table[b, c]]
    assert recover_group(answering(table)).group is None


@pytest.mark.parametrize(
    ("change", "axiom"),
    [((0, 1, 0), "Latin rows"), (None, "identity")],
)
def test_first_failures(change: tuple[int, int, int] | None, axiom: str) -> None:
    table = cayley_table("Z5").copy()
    if change is None:
        table = table[[1, 2, 0, 4, 3]]  # a Latin square without an identity
    else:
        table[change[0], change[1]] = change[2]
    failure = first_failure(table)
    assert failure is not None
    assert failure.axiom == axiom


def test_every_group_of_the_zoo_is_a_group() -> None:
    for expression in ("Z1", "Z2", "Q8", "S4", "SL(2,3)", "Z7:Z3"):
        table = cayley_table(expression)
        assert first_failure(table) is None
        assert _failing_triples(table) == 0
        report = recover_group(answering(table))
        assert report.group is not None
        assert sum(report.element_orders.values()) == len(table)


def test_a_given_table() -> None:
    table = cayley_table("S3")
    damaged = table.copy()
    damaged[1, 2] = (table[1, 2] + 1) % 6
    network = answering(damaged)
    with pytest.raises(
        InputError, match=r"answers 97\.2222% of the pairs as the given table says, 1 otherwise"
    ):
        recover_group(network, table=table)
    report = recover_group(network, table=table, force=True)
    assert (report.entries_changed, report.given, report.repaired) == (1, True, False)
    with pytest.raises(InputError, match=r"shape \[5, 5\]; the network has 6 elements"):
        recover_group(network, table=cayley_table("Z5"))
    with pytest.raises(InputError, match="not a Latin square"):
        recover_group(network, table=damaged)
