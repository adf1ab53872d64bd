"""The laws of every group backend: axioms without a table, faithful actions, relabelling, products."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.errors import InputError
from theory.groups.conjugacy import (
    centre,
    commutator_subgroup,
    conjugacy_classes,
    exponent,
    galois_orbits,
)
from theory.groups.construct import (
    direct_product,
    from_cayley_table,
    from_permutations,
    semidirect_product,
)
from theory.groups.finite_group import FiniteGroup
from theory.groups.naming import parse

ZOO = (
    "Z1 Z2 Z3 Z4 Z5 Z6 Z7 Z8 Z9 Z10 Z11 Z12 V4 S3 D4 Q8 A4 D5 SL(2,3) S4 A5 AGL(1,5) Heis(3) Z7:Z3 "
    "D1 D2 Dic1 Dic3 Q16 A2 S1 A6 S8 GL(2,3) GL(2,4) SL(2,9) PSL(2,8) PSL(3,3) PSL(2,31) PSp(4,3) AGL(1,9) "
    "M11 M12 Ex(2^(1+4),+) Ex(2^(1+4),-) Ex(3^(1+2),-) Ex(5^(1+2),+) Z2^3xS3 Q8xD4xZ3 Z2^16 Z5:Z4"
).split()


def semidirect_example() -> FiniteGroup:
    """Z3^2 : Q8, where Q8 acts as the matrices a = [[0,2],[1,0]], b = [[1,1],[1,2]] over GF(3)."""
    normal = parse("Z3^2").build()
    x = np.arange(9)
    u, v = x % 3, x // 3
    a = (v + 3 * (2 * u)) % 3 + 3 * (2 * u % 3)
    b = (u + v) % 3 + 3 * ((u + 2 * v) % 3)
    return semidirect_product(normal, parse("Q8").build(), [a.tolist(), b.tolist()], name="Z3^2:Q8")


def built(name: str) -> FiniteGroup:
    return semidirect_example() if name == "Z3^2:Q8" else parse(name).build()


NAMES = [*ZOO, "Z3^2:Q8"]
_CACHE: dict[str, FiniteGroup] = {}


def group_of(name: str) -> FiniteGroup:
    if name not in _CACHE:
        _CACHE[name] = built(name)
    return _CACHE[name]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=8)
@given(data=st.data())
def test_axioms(name: str, data: st.DataObject) -> None:
    group = group_of(name)
    index = st.integers(0, group.order - 1)
    triples = data.draw(st.lists(st.tuples(index, index, index), min_size=1, max_size=20))
    g, h, k = np.array(triples).T
    product = group.multiply
    assert np.array_equal(product(product(g, h), k), product(g, product(h, k)))
    one = np.zeros_like(g)
    assert np.array_equal(product(g, one), g)
    assert np.array_equal(product(one, g), g)
    assert not product(g, group.inverse(g)).any()
    assert not product(group.inverse(g), g).any()
    outer = product(g[:, None], h[None, :])
    assert outer.shape == (len(g), len(h))
    assert np.array_equal(outer.diagonal(), product(g, h))


@pytest.mark.parametrize("name", NAMES)
def test_permutations_are_a_faithful_action(name: str) -> None:
    group = group_of(name)
    rng = np.random.default_rng(5)
    g, h = rng.integers(0, group.order, (2, 50))
    act_g, act_h = (group.permutations(x).astype(np.int64) for x in (g, h))
    # (gh)[i] = h[g[i]]
    assert np.array_equal(group.permutations(group.multiply(g, h)), np.take_along_axis(act_h, act_g, axis=1))
    assert np.array_equal(np.sort(act_g, axis=1), np.broadcast_to(np.arange(act_g.shape[1]), act_g.shape))
    if group.order <= 20_000:
        images = group.permutations(np.arange(group.order))
        assert len(np.unique(images, axis=0)) == group.order


@pytest.mark.parametrize("name", NAMES)
def test_generators_generate(name: str) -> None:
    group = group_of(name)
    reached = np.zeros(group.order, dtype=bool)
    reached[0] = True
    frontier = np.array([0])
    while len(frontier):
        products = [group.multiply(frontier, np.array([s])) for s in group.generators]
        frontier = np.unique(np.concatenate([*products, frontier[:0]]))
        frontier = frontier[~reached[frontier]]
        reached[frontier] = True
    assert reached.all()


@pytest.mark.parametrize("name", NAMES)
def test_powers_and_orders(name: str) -> None:
    group = group_of(name)
    g = np.random.default_rng(6).integers(0, group.order, 30)
    power = np.zeros_like(g)
    orders = np.zeros_like(g)
    for exponent_ in range(1, 40):
        power = group.multiply(power, g)
        if exponent_ in (1, 2, 7, 39):
            assert np.array_equal(group.power(g, exponent_), power)
            assert np.array_equal(group.power(g, -exponent_), group.inverse(power))
        orders = np.where((power == 0) & (orders == 0), exponent_, orders)
    known = orders > 0
    assert np.array_equal(group.element_orders(g)[known], orders[known])
    assert (group.element_orders(g)[~known] >= 40).all()


@pytest.mark.parametrize("name", NAMES)
def test_classes(name: str) -> None:
    group = group_of(name)
    classes = conjugacy_classes(group)
    assert sum(classes.sizes) == group.order
    assert np.array_equal(np.bincount(classes.class_of), classes.sizes)
    least = list(zip(classes.orders, classes.sizes, classes.representatives.tolist(), strict=True))
    assert least == sorted(least)
    assert least[0] == (1, 1, 0)
    rng = np.random.default_rng(7)
    g, h = rng.integers(0, group.order, (2, 200))
    conjugate = group.multiply(group.inverse(h), group.multiply(g, h))
    assert np.array_equal(classes.class_of[conjugate], classes.class_of[g])
    for prime, images in classes.power_maps.items():
        powers = classes.class_of[group.power(g, prime)]
        assert np.array_equal(np.array(images)[classes.class_of[g]], powers)
    assert np.array_equal(np.array(classes.inverse)[classes.class_of[g]], classes.class_of[group.inverse(g)])


@pytest.mark.parametrize(
    "name", ["Z12", "Q8", "S4", "SL(2,3)", "A5", "Heis(3)", "Z7:Z3", "Z3^2:Q8", "Z2^3xS3"]
)
@settings(max_examples=10)
@given(seed=st.integers(0, 2**32 - 1))
def test_relabelling_changes_nothing(name: str, seed: int) -> None:
    group = group_of(name)
    elements = np.arange(group.order)
    table = group.multiply(elements[:, None], elements[None, :])
    new = np.random.default_rng(seed).permutation(group.order)
    relabelled = np.empty_like(table)
    relabelled[np.ix_(new, new)] = new[table]
    other = from_cayley_table(relabelled)
    assert other.element_name(0) == str(new[0])
    assert not other.multiply(np.array([0]), np.array([0])).any()
    mine, theirs = conjugacy_classes(group), conjugacy_classes(other)
    assert sorted(zip(mine.orders, mine.sizes, strict=True)) == sorted(
        zip(theirs.orders, theirs.sizes, strict=True)
    )
    assert len(commutator_subgroup(group, mine)) == len(commutator_subgroup(other, theirs))
    assert len(centre(mine)) == len(centre(theirs))
    assert len(galois_orbits(group, mine)) == len(galois_orbits(other, theirs))


def test_one_based_tables_and_names() -> None:
    swap = from_cayley_table([[2, 1], [1, 2]])
    assert [swap.element_name(g) for g in (0, 1)] == ["2", "1"]
    named = from_cayley_table([[0, 1], [1, 0]], labels=["e", "t"])
    assert named.element_name(1) == "t"


@given(
    generators=st.integers(1, 7).flatmap(
        lambda degree: st.lists(st.permutations(range(degree)), min_size=1, max_size=3)
    )
)
def test_random_permutation_groups(generators: list[list[int]]) -> None:
    """Schreier–Sims against closure under multiplication."""
    group = from_permutations(generators)
    closure = {tuple(range(len(generators[0])))}
    frontier = list(closure)
    while frontier:
        fresh = {tuple(s[i] for i in g) for g in frontier for s in generators} - closure
        closure |= fresh
        frontier = list(fresh)
    assert group.order == len(closure)
    images = group.permutations(np.arange(group.order))
    assert {tuple(row) for row in images.tolist()} == closure
    assert np.array_equal(group.index_of(images), np.arange(group.order))


def test_index_of_refuses_other_permutations() -> None:
    group = from_permutations(["(1,2,3)"])
    with pytest.raises(InputError, match=r"\(1,2\) is not an element of the group"):
        group.index_of(np.array([[1, 0, 2]]))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # exponent, centre, commutator subgroup, Galois orbits of classes
        ("S4", (12, 1, 12, 5)),
        ("Q8", (4, 2, 2, 5)),
        ("SL(2,3)", (12, 2, 8, 5)),
        ("A5", (30, 1, 60, 4)),
        ("Z12", (12, 12, 1, 6)),
        ("Heis(3)", (3, 3, 3, 6)),
        ("D5", (10, 1, 5, 3)),
        ("Z7:Z3", (21, 1, 7, 3)),
        ("M11", (1320, 1, 7920, 8)),
    ],
)
def test_structure(name: str, expected: tuple[int, int, int, int]) -> None:
    group = group_of(name)
    classes = conjugacy_classes(group)
    found = (
        exponent(classes),
        len(centre(classes)),
        len(commutator_subgroup(group, classes)),
        len(galois_orbits(group, classes)),
    )
    assert found == expected


def test_products_multiply_classes() -> None:
    factors = [parse(name).build() for name in ("S3", "Q8", "Z3")]
    product = direct_product(*factors)
    counts = [len(conjugacy_classes(factor)) for factor in factors]
    assert len(conjugacy_classes(product)) == np.prod(counts)
    assert product.name == "S3xQ8xZ3"
    assert product.element_name(0) == "((), 1, 1)"


def test_semidirect_product_with_trivial_complement() -> None:
    normal = parse("S3").build()
    group = semidirect_product(normal, parse("Z1").build(), [])
    assert group.order == 6
    assert len(conjugacy_classes(group)) == 3


def test_deterministic() -> None:
    first, second = parse("PSp(4,3)").build(), parse("PSp(4,3)").build()
    mine, theirs = conjugacy_classes(first), conjugacy_classes(second)
    assert first.generators == second.generators
    assert np.array_equal(mine.class_of, theirs.class_of)


def test_s10_is_enumerated() -> None:
    group = parse("S10").build()
    assert group.order == 3_628_800
    classes = conjugacy_classes(group)
    assert len(classes) == 42  # partitions of 10
    assert sum(classes.sizes) == group.order
    g = np.random.default_rng(1).integers(0, group.order, 1000)
    assert not group.multiply(g, group.inverse(g)).any()
    assert np.array_equal(group.index_of(group.permutations(g)), g)
