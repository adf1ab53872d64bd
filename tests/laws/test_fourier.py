"""The Fourier transform: round trip, Plancherel, convolution, isotypic components, energies."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.characters.library import character_table
from theory.characters.table import CharacterTable
from theory.groups.finite_group import FiniteGroup
from theory.groups.naming import resolve
from theory.representations import (
    Irrep,
    energies,
    explicit_irreps,
    fourier_transform,
    inverse_fourier_transform,
    isotypic_component,
    plancherel_norm,
)

GROUPS = ["Z7", "V4", "S3", "Q8", "SL(2,3)", "Heis(3)", "A5", "Z7:Z3"]
TOLERANCE = 1e-10


@cache
def case(name: str) -> tuple[FiniteGroup, CharacterTable, tuple[Irrep, ...]]:
    group, table = resolve(name).build(), character_table(resolve(name))
    return group, table, explicit_irreps(group, table)


def draw(name: str, seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    n = case(name)[0].order
    return generator.standard_normal(n) + 1j * generator.standard_normal(n)


names, seeds = st.sampled_from(GROUPS), st.integers(0, 2**32 - 1)


@given(names, seeds)
def test_round_trip(name: str, seed: int) -> None:
    _, _, irreps = case(name)
    f = draw(name, seed)
    assert np.abs(inverse_fourier_transform(fourier_transform(f, irreps), irreps) - f).max() < TOLERANCE


@given(names, seeds)
def test_plancherel(name: str, seed: int) -> None:
    _, _, irreps = case(name)
    f = draw(name, seed)
    assert (
        abs(plancherel_norm(fourier_transform(f, irreps), irreps) - np.vdot(f, f).real) < TOLERANCE * f.size
    )


@given(names, seeds)
def test_convolution_becomes_a_product(name: str, seed: int) -> None:
    """`(f * h)(g) = sum_x f(x) h(x^-1 g)` has `hat(f * h)(R) = hat f(R) hat h(R)`, in this order."""
    group, _, irreps = case(name)
    f, h = draw(name, seed), draw(name, seed + 1)
    everything = np.arange(group.order)
    convolved = f @ h[group.multiply(group.inverse(everything)[:, None], everything[None, :])]
    triples = zip(*(fourier_transform(x, irreps) for x in (f, h, convolved)), strict=True)
    for left, right, both in triples:
        assert np.abs(left @ right - both).max() < TOLERANCE * group.order


@settings(max_examples=25)
@given(names, seeds)
def test_isotypic_components_are_the_terms_of_the_inverse_transform(name: str, seed: int) -> None:
    group, table, irreps = case(name)
    f = draw(name, seed)
    components = [isotypic_component(f, group, table, irrep.row) for irrep in irreps]
    assert np.abs(sum(components) - f).max() < TOLERANCE
    for irrep, transform, component in zip(irreps, fourier_transform(f, irreps), components, strict=True):
        term = inverse_fourier_transform((transform,), (irrep,))
        assert np.abs(component - term).max() < TOLERANCE
        again = isotypic_component(component, group, table, irrep.row)
        assert np.abs(again - component).max() < TOLERANCE


@settings(max_examples=25)
@given(names, seeds)
def test_energies_are_those_of_the_components(name: str, seed: int) -> None:
    group, table, irreps = case(name)
    f = np.stack([draw(name, seed), draw(name, seed + 1)])
    found = energies(f, group, table)
    assert found.shape == (2, len(irreps))
    assert np.abs(found.sum(-1) - (np.abs(f) ** 2).sum(-1)).max() < TOLERANCE * group.order
    for irrep in irreps:
        component = isotypic_component(f, group, table, irrep.row)
        assert np.abs(found[:, irrep.row] - (np.abs(component) ** 2).sum(-1)).max() < TOLERANCE * group.order


@pytest.mark.parametrize("name", GROUPS)
def test_delta_transforms_to_the_matrix(name: str) -> None:
    """`hat delta_g(R) = R(g)`: not its inverse, and not its transpose."""
    group, _, irreps = case(name)
    for g in range(0, group.order, 5):
        for irrep, transform in zip(irreps, fourier_transform(np.eye(group.order)[g], irreps), strict=True):
            assert np.array_equal(transform, irrep.matrices[g])


def test_a_missing_irrep_is_noticed() -> None:
    """The round trip and Plancherel fail without one irrep: they are no tautologies."""
    _, _, irreps = case("SL(2,3)")
    f = draw("SL(2,3)", 0)
    some = irreps[:-1]
    assert np.abs(inverse_fourier_transform(fourier_transform(f, some), some) - f).max() > 0.01
    assert plancherel_norm(fourier_transform(f, some), some) < np.vdot(f, f).real - 0.01
