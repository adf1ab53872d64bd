"""Laws of explicit irreps: every property that `Irrep` promises, over the zoo and 20 groups beside it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import theory.representations.irreps as module
from theory.characters.library import character_table
from theory.characters.table import CharacterTable
from theory.errors import InputError, LimitError
from theory.groups.finite_group import FiniteGroup
from theory.groups.naming import resolve
from theory.representations.alignment import columns_of_elements, complex_values
from theory.representations.irreps import Irrep, explicit_irreps, homomorphism_residual
from theory.representations.quaternionic import quaternions

ZOO = [
    *(
        "Z1",
        "Z2",
        "Z3",
        "Z4",
        "Z5",
        "Z6",
        "Z7",
        "Z8",
        "Z9",
        "Z10",
        "Z11",
        "Z12",
        "V4",
        "S3",
        "D4",
        "Q8",
        "A4",
    ),
    *("D5", "SL(2,3)", "S4", "A5", "AGL(1,5)", "Heis(3)", "Z7:Z3"),
]
MORE = [
    *("Dic3", "Q16", "D50", "S5", "GL(2,3)", "SL(2,5)", "Ex(2^(1+4),+)", "Ex(2^(1+4),-)", "AGL(1,9)"),
    *(
        "PSL(2,7)",
        "AGL(1,13)",
        "Heis(5)",
        "Z11:Z5",
        "S3 x S3",
        "A4 x Q8",
        "D4 x Z5",
        "Z2^6",
        "Z5^3",
        "Q8 x D5",
    ),
    "Z3 x S4",
]
RESIDUAL = 1e-12  # the promise of the acceptance list; what comes out is below 1e-14


@cache
def irreps_of(name: str) -> tuple[FiniteGroup, CharacterTable, tuple[Irrep, ...]]:
    group, table = resolve(name).build(), character_table(resolve(name))
    return group, table, explicit_irreps(group, table)


@pytest.mark.parametrize("name", ZOO + MORE)
def test_homomorphism_over_all_pairs(name: str) -> None:
    group, table, irreps = irreps_of(name)
    assert group.order <= 200
    assert [irrep.row for irrep in irreps] == list(range(len(table.values)))
    assert sum(irrep.degree**2 for irrep in irreps) == group.order
    for irrep in irreps:
        assert irrep.residual_over == "all pairs"
        assert irrep.residual <= RESIDUAL
        assert homomorphism_residual(group, irrep.matrices, np.arange(group.order)) == irrep.residual


def test_twenty_groups_beside_the_zoo() -> None:
    assert len(ZOO) == 24
    assert len(set(MORE)) == 20
    assert not set(MORE) & set(ZOO)


@pytest.mark.parametrize("name", ZOO + MORE)
def test_orthogonal_or_unitary(name: str) -> None:
    _, _, irreps = irreps_of(name)
    for irrep in irreps:
        assert np.iscomplexobj(irrep.matrices) == (irrep.indicator != 1)
        squares = irrep.matrices @ irrep.matrices.conj().transpose(0, 2, 1)
        assert np.abs(squares - np.eye(irrep.degree)).max() <= RESIDUAL


@pytest.mark.parametrize("name", ZOO + MORE)
def test_traces_are_the_characters(name: str) -> None:
    group, table, irreps = irreps_of(name)
    values = complex_values(table)[:, columns_of_elements(group, table)]
    for irrep in irreps:
        traces = np.trace(irrep.matrices, axis1=1, axis2=2)
        assert np.abs(traces - values[irrep.row]).max() <= 1e-10 * irrep.degree


@pytest.mark.parametrize("name", ["S3", "Q8", "A5", "SL(2,3)", "Heis(3)", "Z7:Z3", "GL(2,3)", "Q8 x D5"])
def test_schur_orthogonality(name: str) -> None:
    """`sum_g conj(R(g)_ab) S(g)_cd = (n/d) [R = S] [a = c] [b = d]`: all entries of all irreps at once."""
    group, _, irreps = irreps_of(name)
    entries = np.concatenate(
        [irrep.matrices.reshape(group.order, -1) * np.sqrt(irrep.degree / group.order) for irrep in irreps],
        axis=1,
    )
    assert entries.shape == (group.order, group.order)
    assert np.abs(entries.conj().T @ entries - np.eye(group.order)).max() <= 1e-12


@pytest.mark.parametrize("name", ["Q8", "Q16", "Dic3", "SL(2,3)", "SL(2,5)", "Ex(2^(1+4),-)", "A4 x Q8"])
def test_quaternionic_structure(name: str) -> None:
    _, _, irreps = irreps_of(name)
    found = [irrep for irrep in irreps if irrep.indicator == -1]
    assert found
    for irrep in found:
        j = irrep.structure
        assert j is not None
        assert np.array_equal(j @ j.conj(), -np.eye(irrep.degree))
        assert np.array_equal(j @ irrep.matrices.conj() @ np.linalg.inv(j), irrep.matrices)


def test_only_quaternionic_irreps_have_a_structure() -> None:
    _, _, irreps = irreps_of("SL(2,3)")
    assert [irrep.structure is not None for irrep in irreps] == [irrep.indicator == -1 for irrep in irreps]


def test_entries_over_the_quaternions_multiply_as_matrices() -> None:
    group, _, irreps = irreps_of("SL(2,5)")
    irrep = next(irrep for irrep in irreps if irrep.indicator == -1 and irrep.degree == 6)
    q = quaternions(irrep.matrices)
    g, h = np.arange(group.order), (7 * np.arange(group.order) + 3) % group.order

    def times(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        (a, b, c, e), (p, r, s, t) = x, y
        return np.stack(
            [
                a @ p - b @ r - c @ s - e @ t,
                a @ r + b @ p + c @ t - e @ s,
                a @ s - b @ t + c @ p + e @ r,
                a @ t + b @ s - c @ r + e @ p,
            ]
        )

    assert np.abs(times(q[:, g], q[:, h]) - q[:, group.multiply(g, h)]).max() <= RESIDUAL
    assert np.allclose(2 * np.einsum("gxx->g", q[0]), np.trace(irrep.matrices, axis1=1, axis2=2))


def test_same_seed_same_matrices_and_rows_do_not_depend_on_one_another() -> None:
    group, table, irreps = irreps_of("SL(2,5)")
    (again,) = explicit_irreps(group, table, rows=[5])
    assert np.array_equal(again.matrices, irreps[5].matrices)
    (other,) = explicit_irreps(group, table, rows=[4], seed=1)
    assert other.residual <= RESIDUAL


def test_multiple_eigenvalues_are_split() -> None:
    """Every eigenvalue of every element of an extraspecial group is multiple: 4 times here."""
    group, table = resolve("Ex(2^(1+6),-)").build(), character_table(resolve("Ex(2^(1+6),-)"))
    (irrep,) = explicit_irreps(group, table, rows=[len(table.values) - 1])
    assert (irrep.degree, irrep.indicator) == (8, -1)
    assert irrep.residual <= RESIDUAL


def test_beyond_order_256_the_residual_over_letters_bounds_the_one_over_all_pairs() -> None:
    group, table = resolve("AGL(1,17)").build(), character_table(resolve("AGL(1,17)"))
    (irrep,) = explicit_irreps(group, table, rows=[len(table.values) - 1])
    assert irrep.degree == 16
    assert irrep.residual_over == "letters"
    assert irrep.residual <= RESIDUAL
    everything = homomorphism_residual(group, irrep.matrices, np.arange(group.order))
    assert irrep.residual <= everything <= irrep.norm_residual <= RESIDUAL


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["AGL(1,43)", "SL(2,5) x Q16", "Heis(11)", "A4^3", "D1000", "Ex(2^(1+10),+)", "S6", "PSL(2,13)"]
)
def test_orders_up_to_two_thousand(name: str) -> None:
    _, table, irreps = irreps_of(name)
    assert len(irreps) == len(table.values)
    assert max(irrep.residual for irrep in irreps) <= RESIDUAL


# Inputs that must be refused.


@pytest.mark.parametrize("name", ["S3", "Q8", "A5"])
def test_no_homomorphism_has_a_large_residual(name: str) -> None:
    group, _, irreps = irreps_of(name)
    matrices = irreps[-1].matrices.copy()
    everything = np.arange(group.order)
    assert homomorphism_residual(group, matrices[group.inverse(everything)], everything) > 0.1
    matrices[group.order - 1] *= 1 + 1e-9
    assert homomorphism_residual(group, matrices, everything) > 1e-10
    assert homomorphism_residual(group, 0 * matrices, everything) == 1.0  # R(1) is not 0


def test_table_of_another_group_is_refused() -> None:
    with pytest.raises(InputError, match="D4: this is not the character table of Q8"):
        explicit_irreps(resolve("Q8").build(), character_table(resolve("D4")))
    with pytest.raises(InputError, match="Z5: a table of order 5"):
        explicit_irreps(resolve("Z6").build(), character_table(resolve("Z5")))


def test_row_that_is_no_irreducible_character_is_refused() -> None:
    group, table, _ = irreps_of("S4")
    reducible = tuple(x + y for x, y in zip(table.values[1], table.values[2], strict=True))
    with pytest.raises(InputError, match="S4: this is not the character table of S4"):
        explicit_irreps(group, replace(table, values=(*table.values[:3], reducible, table.values[4])))


def test_wrong_matrices_never_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    group, table, _ = irreps_of("S4")
    right = module._matrices
    monkeypatch.setattr(module, "_matrices", lambda *arguments: right(*arguments) * (1 + 1e-8))
    with pytest.raises(InputError, match="S4: row 1a is no irreducible character of S4"):
        explicit_irreps(group, table)


def test_too_many_matrices_are_refused_before_any_work() -> None:
    table = character_table(resolve("S9"))
    with pytest.raises(
        LimitError, match=r"S9: explicit matrices for 362,880 elements take .* GiB, the limit is 2 GiB"
    ):
        explicit_irreps(resolve("S3").build(), table)


@pytest.mark.parametrize("name", ["S4", "SL(2,3)", "Z12", "Z7:Z3", "A4 x Q8"])
def test_columns_in_any_order(name: str) -> None:
    """A table whose classes are in another order than the group's is matched with the group."""
    group, table, _ = irreps_of(name)
    order = [0, *range(len(table.class_sizes) - 1, 0, -1)]
    back = {column: place for place, column in enumerate(order)}
    shuffled = replace(
        table,
        class_names=tuple(table.class_names[c] for c in order),
        class_sizes=tuple(table.class_sizes[c] for c in order),
        element_orders=tuple(table.element_orders[c] for c in order),
        power_maps={p: tuple(back[m[c]] for c in order) for p, m in table.power_maps.items()},
        values=tuple(tuple(row[c] for c in order) for row in table.values),
        realisation=None,
    )
    irreps = explicit_irreps(group, shuffled)
    assert max(irrep.residual for irrep in irreps) <= RESIDUAL
    columns = columns_of_elements(group, shuffled)
    squares = group.multiply(np.arange(group.order), np.arange(group.order))
    assert [shuffled.power(c, 2) for c in columns.tolist()] == columns[squares].tolist()
