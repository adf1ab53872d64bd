"""Laws on elements: of groups, of classes and characters, of representations; each refuses a forgery."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.groups.cayley_table import TableGroup
from theory.groups.construct import from_cayley_table
from theory.groups.finite_group import FiniteGroup
from theory.margins.exact import solve
from theory.representations.irreps import explicit_irreps
from theory.testing import (
    Representation,
    assert_drawn,
    groups,
    operation_of_group,
    representations,
    represented_groups,
    search,
    tabled_groups,
)
from theory.testing.law_search import Law
from theory.testing.laws.axioms import AXIOMS
from theory.testing.laws.representations import (
    REPRESENTATION_LAWS,
    Represented,
    attaining_network,
    fourier_round_trip,
    homomorphism,
    quaternionic_structure,
    schur_orthogonality,
    traces,
    unitarity,
)
from theory.testing.laws.tabled_groups import (
    GROUP_LAWS,
    TABLED_GROUP_LAWS,
    TabledGroup,
    centralisers,
    class_algebra,
    class_functions_are,
    counted_square_roots,
    faithful_action,
    galois_action,
    generation,
    inverse_of_product,
    lagrange,
    power_classes,
)
from theory.testing.representation_strategies import tabled
from theory.testing.subgroups import cayley_table, generated, normal_closure, quotient_table, subgroup_table
from theory.testing.tables import semidirect_table, symmetric_table

S3 = from_cayley_table(symmetric_table(3))
QUATERNION = from_cayley_table(
    # Q8 as Z4 with an outer element: i^a j^b, with j i = i^-1 j and j² = i²
    [
        [
            (a + (-c if b else c) + (2 if b and d else 0)) % 4 * 2 + (b + d) % 2
            for c in range(4)
            for d in range(2)
        ]
        for a in range(4)
        for b in range(2)
    ]
)


# groups


@settings(max_examples=40)
@given(groups(), st.data())
def test_drawn_groups_obey_the_laws_of_groups(group: FiniteGroup, data: st.DataObject) -> None:
    for axiom in AXIOMS:
        assert_drawn(axiom, operation_of_group(group), data)
    for law in GROUP_LAWS:
        assert_drawn(law, group, data)


@dataclass(frozen=True, eq=False)
class Forged(TableGroup):
    """A group with one lie."""

    lie: str = ""

    def inverse(self, elements: np.ndarray) -> np.ndarray:
        return elements if self.lie == "inverse" else super().inverse(elements)

    def permutations(self, elements: np.ndarray) -> np.ndarray:
        honest = super().permutations(elements)
        if self.lie == "left action":  # x -> g x puts gh before: an action from the other side
            return self.table[elements]
        return np.zeros_like(honest) + np.arange(self.order) if self.lie == "trivial action" else honest


def forged(lie: str, **changes: Any) -> Forged:
    parts = {"order": 6, "generators": S3.generators, "table": S3.table, "inverses": S3.inverses} | changes
    return Forged(name="S3", labels=S3.labels, lie=lie, **parts)


@pytest.mark.parametrize(
    ("law", "group", "reason"),
    [
        (inverse_of_product, forged("inverse"), "g = 1, h = 2: (gh)^-1 = "),
        (lagrange, forged("order", order=5), "g = 1: g^5 = 1"),
        (faithful_action, forged("left action"), "gh acts as"),
        (faithful_action, forged("trivial action"), "acts as the identity"),
        (generation, forged("generators", generators=(1,)), "is no product of the generators"),
    ],
    ids=lambda value: getattr(value, "lie", ""),
)
def test_a_law_of_groups_refuses_a_lie(law: Law[FiniteGroup, Any], group: Forged, reason: str) -> None:
    assert search(law, S3).counterexample is None
    found = search(law, group).counterexample
    assert found is not None
    assert reason in found


# groups with classes and characters


@settings(max_examples=25)
@given(tabled_groups(24), st.data())
def test_drawn_groups_obey_the_laws_of_classes_and_characters(
    subject: TabledGroup, data: st.DataObject
) -> None:
    for law in TABLED_GROUP_LAWS:
        assert_drawn(law, subject, data)


def wrong_class() -> TabledGroup:
    """S3 with a transposition and a 3-cycle in each other's class."""
    subject = tabled(S3)
    class_of = subject.classes.class_of.copy()
    first, second = (int(np.flatnonzero(class_of == column)[-1]) for column in (1, 2))
    class_of[[first, second]] = class_of[[second, first]]
    return replace(subject, classes=replace(subject.classes, class_of=class_of))


def retabled(**changes: Any) -> TabledGroup:
    subject = tabled(S3)
    return replace(subject, table=replace(subject.table, **changes))


def with_row(row: int, *values: int) -> TabledGroup:
    rows = list(tabled(S3).table.values)
    rows[row] = values
    return retabled(values=tuple(rows))


def galois_broken() -> TabledGroup:
    """Z5 with the values of two characters on one class exchanged."""
    subject = tabled(from_cayley_table(np.add.outer(np.arange(5), np.arange(5)) % 5))
    rows = [list(row) for row in subject.table.values]
    rows[1][1], rows[2][1] = rows[2][1], rows[1][1]
    return replace(subject, table=replace(subject.table, values=tuple(map(tuple, rows))))


@pytest.mark.parametrize(
    ("law", "forgery", "reason"),
    [
        (class_functions_are, wrong_class, "are put into two classes"),
        (centralisers, wrong_class, "elements, but its class is said to hold"),
        (power_classes, lambda: retabled(power_maps={2: (0, 1, 2), 3: (0, 1, 0)}), "is in class 0, not 1"),
        (galois_action, galois_broken, "but σ_"),
        (class_algebra, lambda: with_row(2, 2, 0, 1), "is no homomorphism of the class algebra"),
        (counted_square_roots, lambda: with_row(2, 2, 1, -1), "square roots"),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_law_of_classes_refuses_a_forgery(
    law: Law[TabledGroup, Any], forgery: Callable[[], TabledGroup], reason: str
) -> None:
    assert search(law, tabled(S3)).counterexample is None
    found = search(law, forgery()).counterexample
    assert found is not None
    assert reason in found


# representations


@settings(max_examples=15)
@given(represented_groups(24), st.data())
def test_drawn_groups_obey_the_laws_of_representations(subject: Represented, data: st.DataObject) -> None:
    for law in REPRESENTATION_LAWS:
        assert_drawn(law, subject, data)


def represented(group: FiniteGroup) -> Represented:
    subject = tabled(group)
    return Represented(subject, explicit_irreps(group, subject.table), solve(subject.table))


def changed(group: FiniteGroup, change: Callable[[np.ndarray], np.ndarray], **more: Any) -> Represented:
    """The last irrep with other matrices."""
    subject = represented(group)
    last = subject.irreps[-1]
    return replace(
        subject, irreps=(*subject.irreps[:-1], replace(last, matrices=change(last.matrices), **more))
    )


def sheared(matrices: np.ndarray) -> np.ndarray:
    shear = np.array([[1.0, 1.0], [0.0, 1.0]])
    return np.linalg.inv(shear) @ matrices @ shear


@pytest.mark.parametrize(
    ("law", "forgery", "reason"),
    [
        (homomorphism, lambda: changed(S3, lambda m: -m), "R(g) R(h) − R(gh) = "),
        (homomorphism, lambda: changed(S3, lambda m: m * np.nan), "nan"),
        (unitarity, lambda: changed(S3, sheared), "R[2a], g = "),
        (traces, lambda: changed(S3, lambda m: np.broadcast_to(np.eye(2), m.shape)), "trace 2"),
        (schur_orthogonality, lambda: changed(S3, sheared), "the mean product of R[2a]_"),
        (
            quaternionic_structure,
            lambda: changed(QUATERNION, lambda m: m, structure=None),
            "has ν = −1 but no J",
        ),
        (
            quaternionic_structure,
            lambda: changed(QUATERNION, lambda m: m, structure=np.eye(2, dtype=complex)),
            "off by",
        ),
        (fourier_round_trip, lambda: changed(S3, lambda m: m * 0), "f = 1 on 0: off by"),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_law_of_representations_refuses_a_forgery(
    law: Law[Represented, Any], forgery: Callable[[], Represented], reason: str
) -> None:
    assert search(law, represented(S3), max_examples=30).counterexample is None
    assert search(law, represented(QUATERNION), max_examples=30).counterexample is None
    found = search(law, forgery(), max_examples=300).counterexample
    assert found is not None
    assert reason in found


def test_the_attaining_network_is_refused_if_gamma_is_another() -> None:
    subject = represented(S3)
    assert subject.solution is not None
    assert search(attaining_network, subject).counterexample is None
    wrong = replace(
        subject, solution=replace(subject.solution, gamma_star=subject.solution.gamma_star * 1.001)
    )
    found = search(attaining_network, wrong).counterexample
    assert found is not None
    assert found.startswith("18 neurons reach 0.999")


def test_every_law_is_forged() -> None:
    """The parametrised lists above name every law of their subjects."""
    tested = {inverse_of_product, lagrange, faithful_action, generation}
    assert {law.name for law in tested} == {law.name for law in GROUP_LAWS}
    tested_on_classes = {
        class_functions_are,
        centralisers,
        power_classes,
        galois_action,
        class_algebra,
        counted_square_roots,
    }
    assert {law.name for law in tested_on_classes} == {law.name for law in TABLED_GROUP_LAWS}
    tested_on_matrices = {
        homomorphism,
        unitarity,
        traces,
        schur_orthogonality,
        quaternionic_structure,
        fourier_round_trip,
        attaining_network,
    }
    assert {law.name for law in tested_on_matrices} == {law.name for law in REPRESENTATION_LAWS}


@settings(max_examples=15)
@given(represented_groups(24), st.data())
def test_drawn_representations_hold_what_they_say(subject: Represented, data: st.DataObject) -> None:
    drawn: Representation = data.draw(representations(subject))
    group, table = subject.tabled.group, subject.tabled.table
    g = data.draw(st.integers(0, group.order - 1))
    h = data.draw(st.integers(0, group.order - 1))
    product = int(group.multiply(np.array([g]), np.array([h]))[0])
    assert np.abs(drawn.matrices[g] @ drawn.matrices[h] - drawn.matrices[product]).max() < 1e-10
    for irrep, multiplicity in zip(subject.irreps, drawn.multiplicities, strict=True):
        character = np.trace(irrep.matrices, axis1=1, axis2=2)
        found = (np.trace(drawn.matrices, axis1=1, axis2=2) * character.conj()).mean()
        assert abs(found - multiplicity) < 1e-10, table.labels[irrep.row]


# subgroups and quotients by definition


def test_subgroups_and_quotients_of_s4() -> None:
    table = symmetric_table(4)
    transposition, double = 1, int(table[1, 6])  # (3,4) and (1,2)(3,4)
    assert generated(table, [transposition]).sum() == 2
    assert normal_closure(table, [transposition]).all()
    klein = normal_closure(table, [double])
    assert klein.sum() == 4
    assert len(quotient_table(table, klein)) == 6
    assert not (quotient_table(table, klein) == quotient_table(table, klein).T).all()  # S3
    assert subgroup_table(table, klein).tolist() == [[0, 1, 2, 3], [1, 0, 3, 2], [2, 3, 0, 1], [3, 2, 1, 0]]
    assert generated(table, []).sum() == 1
    with pytest.raises(ValueError, match="no normal subgroup"):
        quotient_table(table, generated(table, [transposition]))


@settings(max_examples=25)
@given(groups(24), st.data())
def test_quotients_and_subgroups_of_drawn_groups_are_groups(group: FiniteGroup, data: st.DataObject) -> None:
    table = cayley_table(group)
    element = data.draw(st.integers(0, group.order - 1))
    normal, small = normal_closure(table, [element]), generated(table, [element])
    quotient = from_cayley_table(quotient_table(table, normal))
    assert quotient.order * int(normal.sum()) == group.order
    assert from_cayley_table(subgroup_table(table, small)).order == int(
        group.element_orders(np.array([element]))[0]
    )


def test_the_frobenius_group_has_a_cyclic_quotient() -> None:
    table = semidirect_table(7, 3, 2)
    assert len(quotient_table(table, normal_closure(table, [3]))) == 3
