"""`CharacterTable.verify` refuses a forged table for every fact that it names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from theory.characters.alternating import alternating
from theory.characters.closed_forms import abelian, cyclic, dicyclic, dihedral
from theory.characters.cyclotomic import Cyclotomic, root
from theory.characters.orthogonality import split_primes
from theory.characters.symmetric import symmetric
from theory.characters.table import CharacterTable
from theory.errors import InputError

FACTS = [
    "square",
    "class sizes",
    "integrality",
    "Galois action",
    "degrees",
    "column orthogonality",
    "row orthogonality",
    "power maps",
    "indicators",
]


def _with_value(table: CharacterTable, row: int, column: int, value: int | Cyclotomic) -> CharacterTable:
    rows = [list(line) for line in table.values]
    rows[row][column] = value
    return replace(table, values=tuple(map(tuple, rows)))


def _with_power(table: CharacterTable, p: int, column: int, target: int) -> CharacterTable:
    image = list(table.power_maps[p])
    image[column] = target
    return replace(table, power_maps={**table.power_maps, p: tuple(image)})


def _with_named_power(table: CharacterTable, p: int, name: str, power: str) -> CharacterTable:
    return _with_power(table, p, table.class_names.index(name), table.class_names.index(power))


def _with_order(table: CharacterTable, name: str, order: int) -> CharacterTable:
    orders = list(table.element_orders)
    orders[table.class_names.index(name)] = order
    return replace(table, element_orders=tuple(orders))


def _permuted(line: tuple[int, ...], a: int, b: int) -> tuple[int, ...]:
    swapped = list(line)
    swapped[a], swapped[b] = swapped[b], swapped[a]
    return tuple(swapped)


def _everything_zero(table: CharacterTable) -> CharacterTable:
    c = len(table.class_sizes)
    return replace(table, values=tuple((0,) * c for _ in range(c)))


S4, S5, S6 = symmetric(4), symmetric(5), symmetric(6)
Z5, Z7, Z9, Z4_Z2_Z3 = cyclic(5), cyclic(7), cyclic(9), abelian((4, 2, 3))
Q8, D4, D15 = dicyclic(2), dihedral(4), dihedral(15)
# columns of S4: (), (1,2)(3,4), (1,2), (1,2,3), (1,2,3,4); of Q8: 1, a^2, a, x, ax

FORGERIES: list[tuple[str, str, Callable[[], CharacterTable]]] = [
    ("missing row", "square", lambda: replace(S4, values=S4.values[:-1])),
    ("ragged row", "square", lambda: replace(S4, values=(*S4.values[:-1], S4.values[-1][:-1]))),
    ("class names missing", "square", lambda: replace(S4, class_names=S4.class_names[:-1])),
    ("element order missing", "square", lambda: replace(S4, element_orders=S4.element_orders[:-1])),
    ("label missing", "square", lambda: replace(S4, labels=S4.labels[:-1])),
    (
        "empty",
        "identity",
        lambda: replace(Z5, class_names=(), class_sizes=(), element_orders=(), labels=(), values=()),
    ),
    ("identity not first", "identity", lambda: replace(S4, class_sizes=_permuted(S4.class_sizes, 0, 1))),
    ("zeros", "trivial character", lambda: _everything_zero(S4)),
    (
        "trivial not first",
        "trivial character",
        lambda: replace(S4, values=(S4.values[1], S4.values[0], *S4.values[2:])),
    ),
    ("size no divisor", "class sizes", lambda: replace(S4, class_sizes=(1, 5, 4, 8, 6))),
    ("size zero", "class sizes", lambda: replace(S4, class_sizes=(1, 0, 6, 8, 6))),
    ("sizes short", "class sizes", lambda: replace(S4, class_sizes=(1, 3, 6, 8, 3))),
    ("order outside centraliser", "element orders", lambda: replace(S4, element_orders=(1, 2, 2, 3, 8))),
    ("two identities", "element orders", lambda: replace(S4, element_orders=(1, 1, 2, 3, 4))),
    ("no element of order 3", "element orders", lambda: replace(S4, element_orders=(1, 2, 2, 1, 4))),
    (
        "no class of order 3",
        "element orders",
        lambda: replace(S4, order=24, element_orders=(1, 2, 2, 4, 4), class_sizes=(1, 3, 6, 6, 8)),
    ),
    ("half an integer", "integrality", lambda: _with_value(Z5, 1, 1, root(5) / 2)),
    ("wrong field", "integrality", lambda: _with_value(Z5, 1, 1, root(7))),
    ("degree no divisor", "degrees", lambda: _with_value(S4, 4, 0, 5)),
    ("degree not positive", "degrees", lambda: _with_value(S4, 4, 0, -3)),
    ("degree irrational", "degrees", lambda: _with_value(Z5, 1, 0, root(5))),
    ("degrees too large", "degrees", lambda: _with_value(S4, 4, 0, 4)),
    ("conjugate missing", "Galois action", lambda: replace(Z5, values=(*Z5.values[:4], Z5.values[3]))),
    ("conjugate classes of unequal order", "Galois action", lambda: _with_order(D15, "r^3", 15)),
    ("value not conjugate", "Galois action", lambda: _with_value(Z5, 1, 1, root(5, 2))),
    ("wrong value", "column orthogonality", lambda: _with_value(S4, 3, 4, -3)),
    ("wrong sign", "column orthogonality", lambda: _with_value(S4, 1, 2, 1)),
    ("power map missing", "power maps", lambda: replace(S4, power_maps={2: S4.power_maps[2]})),
    (
        "power map of a stranger",
        "power maps",
        lambda: replace(S4, power_maps={**S4.power_maps, 5: (0, 1, 2, 3, 4)}),
    ),
    ("power map short", "power maps", lambda: replace(S4, power_maps={**S4.power_maps, 2: (0, 0, 0, 3)})),
    ("power map out of range", "power maps", lambda: _with_power(S4, 2, 4, 5)),
    ("power of the wrong order", "power maps", lambda: _with_power(S4, 2, 4, 0)),
    (
        "power whose centraliser is too small",
        "power maps",
        lambda: _with_named_power(S5, 3, "(1,2,3)(4,5)", "(1,2)(3,4)"),
    ),
    (
        "power not congruent",
        "power maps",
        lambda: _with_named_power(S6, 3, "(1,2,3)(4,5)", "(1,2)(3,4)(5,6)"),
    ),
    ("irrational power not congruent", "power maps", lambda: _with_named_power(Z9, 3, "1", "6")),
    (
        "powers that do not commute",
        "power maps",
        lambda: _with_named_power(Z4_Z2_Z3, 2, "(1,0,1)", "(0,1,2)"),
    ),
    (
        "power that the Galois group does not respect",
        "power maps",
        lambda: _with_named_power(abelian((8, 2)), 2, "(1,0)", "(2,1)"),
    ),
    ("another square with the same centraliser", "indicators", lambda: _with_power(S4, 2, 4, 2)),
    ("power not the Galois conjugate", "power maps", lambda: _with_power(Z7, 7, 1, 1)),
    ("powers swapped", "power maps", lambda: _with_power(abelian((2, 4)), 2, 4, 2)),
]


@pytest.mark.parametrize(
    ("fact", "forge"), [pytest.param(fact, forge, id=name) for name, fact, forge in FORGERIES]
)
def test_forgery_is_refused(fact: str, forge: Callable[[], CharacterTable]) -> None:
    with pytest.raises(InputError) as refusal:
        forge().verify()
    assert f"not a character table: {fact}: " in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("table", [S4, Z5, Q8, D4, symmetric(1)], ids=lambda table: table.name)
def test_a_true_table_gets_every_verdict(table: CharacterTable) -> None:
    assert [verdict.fact for verdict in table.verify()] == FACTS


def test_indicators_tell_equal_tables_apart() -> None:
    """D4 and Q8 have the same values; the squares in one put into the other are refused."""
    assert Q8.values == D4.values
    assert Q8.indicators != D4.indicators
    quaternion_squares = {2: (0, 0, 1, 1, 1)}
    assert Q8.power_maps == quaternion_squares
    with pytest.raises(InputError, match="power maps: 2-th power of class s"):
        replace(D4, power_maps=quaternion_squares).verify()
    forged = replace(D4, power_maps=quaternion_squares, element_orders=Q8.element_orders)
    assert forged.indicators == Q8.indicators  # now it is the table of Q8
    forged.verify()


def test_moved_squares_are_refused() -> None:
    """In `Z4 x Z4` a moved square fits all orders, centralisers and congruences.

    Moved for one element alone it contradicts the Galois action; moved for its inverse too, the indicators.
    """
    table = abelian((4, 4))
    squares = table.power_maps[2]
    order_four = [column for column, m in enumerate(table.element_orders) if m == 4]
    assert len(order_four) == 12
    for column in order_four:
        for target in {squares[other] for other in order_four} - {squares[column]}:
            alone = _with_power(table, 2, column, target)
            with pytest.raises(InputError, match=r"power maps: that of 2 and the Galois action of 3"):
                alone.verify()
            with pytest.raises(InputError, match=r"indicators: "):
                _with_power(alone, 2, table.inverse_classes[column], target).verify()


def test_large_conductor() -> None:
    """Where small primes are too rare one large prime proves orthogonality: A18 needs `Q(zeta_255255)`."""
    table = alternating(18)
    assert table.conductor == 255_255
    (prime,) = split_primes(table)
    assert prime > 2**50  # the exact float products end at about 2^23
    row, column = 5, 7
    value = table.values[row][column]
    assert isinstance(value, int)
    forged = _with_value(table, row, column, value + 6)
    with pytest.raises(InputError, match="column orthogonality: "):
        forged.verify()
