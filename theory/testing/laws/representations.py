"""Laws of explicit irreps and of the network built from them; floats, compared with one tolerance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
import numpy as np
from hypothesis.strategies import SearchStrategy
from jaxtyping import Complex

from theory.testing.law_search import Law, law
from theory.testing.laws.tabled_groups import TabledGroup

if TYPE_CHECKING:
    from theory.margins.solution import MarginSolution
    from theory.representations.irreps import Irrep

__all__ = [
    "REPRESENTATION_LAWS",
    "Represented",
    "attaining_network",
    "fourier_round_trip",
    "homomorphism",
    "quaternionic_structure",
    "schur_orthogonality",
    "traces",
    "unitarity",
]

TOLERANCE = 1e-10  # of numbers of size 1 in double precision, after sums of a few thousand terms
NETWORK_WORK = 10**9  # neurons times n^(k+1): up to here the network is evaluated on every input

Place = tuple[int, int]  # row, element
RowAndPair = tuple[int, int, int]
Entry = tuple[int, float, float]  # row, and the places of an entry as fractions of the degree


@dataclass(frozen=True, eq=False)
class Represented:
    """A group with the matrices of all its irreps, one a row of its table, and its solution if it has one."""

    tabled: TabledGroup
    irreps: tuple[Irrep, ...]
    solution: MarginSolution | None = None

    @cached_property
    def label(self) -> tuple[str, ...]:
        return tuple(f"R[{label}]" for label in self.tabled.table.labels)

    def name(self, element: int) -> str:
        return self.tabled.group.element_name(element)

    def matrix(self, row: int, element: int) -> Complex[np.ndarray, "d d"]:
        return np.asarray(self.irreps[row].matrices[element], dtype=complex)


def _row(subject: Represented) -> SearchStrategy[int]:
    return st.integers(0, len(subject.irreps) - 1)


def _element(subject: Represented) -> SearchStrategy[int]:
    return st.integers(0, subject.tabled.group.order - 1)


def _places(subject: Represented) -> SearchStrategy[Place]:
    return st.tuples(_row(subject), _element(subject))


def _row_and_pair(subject: Represented) -> SearchStrategy[RowAndPair]:
    return st.tuples(_row(subject), _element(subject), _element(subject))


def _far(error: float) -> bool:
    return not error <= TOLERANCE  # so that nan is far, too


@law("homomorphism", "R(g) R(h) = R(gh)", source="definition of a representation", cases=_row_and_pair)
def homomorphism(subject: Represented, case: RowAndPair) -> str | None:
    row, g, h = case
    product = int(subject.tabled.group.multiply(np.array([g]), np.array([h]))[0])
    found = subject.matrix(row, g) @ subject.matrix(row, h)
    error = float(np.abs(found - subject.matrix(row, product)).max())
    names = f"g = {subject.name(g)}, h = {subject.name(h)}"
    return f"{subject.label[row]}, {names}: R(g) R(h) − R(gh) = {error:.2g}" if _far(error) else None


@law("unitarity", "R(g) R(g)* = 1, and R(g) is real where ν = 1", source="the choice of basis", cases=_places)
def unitarity(subject: Represented, case: Place) -> str | None:
    row, g = case
    matrix = subject.matrix(row, g)
    error = float(np.abs(matrix @ matrix.conj().T - np.eye(len(matrix))).max())
    if subject.tabled.table.indicators[row] == 1:
        error = max(error, float(np.abs(matrix.imag).max()))
    return f"{subject.label[row]}, g = {subject.name(g)}: off by {error:.2g}" if _far(error) else None


@law("traces", "tr R(g) = χ_R(g)", source="definition of a character", cases=_places)
def traces(subject: Represented, case: Place) -> str | None:
    from theory.characters.cyclotomic import to_complex

    row, g = case
    expected = to_complex(subject.tabled.table.values[row][subject.tabled.class_of(g)])
    found = complex(np.trace(subject.matrix(row, g)))
    if not _far(abs(found - expected)):
        return None
    return f"{subject.label[row]}, g = {subject.name(g)}: trace {found:.12g}, character {expected:.12g}"


def _entries(subject: Represented) -> SearchStrategy[tuple[Entry, Entry]]:
    place = st.integers(0, 7).map(lambda eighth: eighth / 8)
    entry = st.tuples(_row(subject), place, place)
    return st.tuples(entry, entry)


@law(
    "Schur orthogonality",
    "(1/n) Σ_g R(g)_ij conj S(g)_kl = [R = S] [i = k] [j = l]/d",
    source="Serre, Linear Representations of Finite Groups, 2.2",
    cases=_entries,
)
def schur_orthogonality(subject: Represented, case: tuple[Entry, Entry]) -> str | None:
    places = []
    for row, vertical, horizontal in case:
        degree = subject.irreps[row].degree
        places.append((row, int(vertical * degree), int(horizontal * degree)))
    one, other = (np.asarray(subject.irreps[row].matrices)[:, i, j] for row, i, j in places)
    found = complex((one * other.conj()).mean())
    expected = 1 / subject.irreps[places[0][0]].degree if places[0] == places[1] else 0.0
    if not _far(abs(found - expected)):
        return None
    (row, i, j), (column, k, m) = places
    names = f"{subject.label[row]}_{i}{j} and {subject.label[column]}_{k}{m}"
    return f"the mean product of {names} is {found:.12g}, not {expected:.12g}"


@law(
    "quaternionic structure",
    "J conj(R(g)) = R(g) J and J conj(J) = −1 where ν = −1",
    source="Serre, Linear Representations of Finite Groups, 13.2",
    cases=_places,
)
def quaternionic_structure(subject: Represented, case: Place) -> str | None:
    row, g = case
    if subject.tabled.table.indicators[row] != -1:
        return None
    structure, matrix = subject.irreps[row].structure, subject.matrix(row, g)
    if structure is None:
        return f"{subject.label[row]} has ν = −1 but no J"
    error = float(np.abs(structure @ matrix.conj() - matrix @ structure).max())
    error = max(error, float(np.abs(structure @ structure.conj() + np.eye(len(matrix))).max()))
    return f"{subject.label[row]}, g = {subject.name(g)}: off by {error:.2g}" if _far(error) else None


def _functions(subject: Represented) -> SearchStrategy[dict[int, int]]:
    return st.dictionaries(_element(subject), st.integers(-4, 4), min_size=1, max_size=6)


@law(
    "Fourier round trip",
    "f(g) = (1/n) Σ_R d tr(R(g^-1) f^(R)) and Σ |f|² = (1/n) Σ_R d |f^(R)|², for every f on G",
    source="Serre, Linear Representations of Finite Groups, 6.2",
    cases=_functions,
)
def fourier_round_trip(subject: Represented, case: dict[int, int]) -> str | None:
    from theory.representations.fourier import fourier_transform, inverse_fourier_transform, plancherel_norm

    function = np.zeros(subject.tabled.group.order)
    for element, value in case.items():
        function[element] = value
    transforms = fourier_transform(function, subject.irreps)
    error = float(np.abs(inverse_fourier_transform(transforms, subject.irreps) - function).max())
    norm = float((function**2).sum())
    error = max(error, abs(plancherel_norm(transforms, subject.irreps) - norm) / max(norm, 1.0))
    if not _far(error):
        return None
    return f"f = {', '.join(f'{v} on {subject.name(g)}' for g, v in case.items())}: off by {error:.2g}"


def _no_network(subject: Represented) -> str | None:
    if subject.solution is None:
        return "the trivial group has no wrong label, hence no margin"
    work = _width(subject) * subject.tabled.group.order ** (subject.solution.arity + 1)
    return (
        f"{work:.2g} activations are beyond the limit of {NETWORK_WORK:.2g}" if work > NETWORK_WORK else None
    )


def _width(subject: Represented) -> int:
    """Neurons: real `2^(k-1) d^(k+1)`, complex pair `2^(2k-1) d^(k+1)`, quaternionic `2^(2k-2) d^(k+1)`."""
    solution = subject.solution
    assert solution is not None, "see _no_network"
    k = solution.arity
    doublings = {1: k - 1, 0: 2 * k - 1, -1: 2 * k - 2}
    used = [row for row, a in zip(solution.rows, solution.primal, strict=True) if a]
    return sum(2 ** doublings[row.indicator] * row.degree ** (k + 1) for row in used)


def _once(subject: Represented) -> SearchStrategy[None]:
    return st.none()


@law(
    "attained",
    "the explicit network's least margin over every input and wrong label is gamma*",
    source="docs/theory.md, the attaining network",
    cases=_once,
    unless=_no_network,
    most=1,
)
def attaining_network(subject: Represented, case: None) -> str | None:
    from theory.margins.network import build, evaluate

    assert subject.solution is not None, "see _no_network"
    found = evaluate(build(subject.solution, subject.tabled.group))
    if found.method == "every input" and not _far(abs(found.ratio - 1)) and found.width == _width(subject):
        return None
    return (
        f"{found.width} neurons reach {found.ratio!r} of gamma* on {found.method}, {_width(subject)} expected"
    )


REPRESENTATION_LAWS: tuple[Law[Represented, Any], ...] = (
    homomorphism,
    unitarity,
    traces,
    schur_orthogonality,
    quaternionic_structure,
    fourier_round_trip,
    attaining_network,
)
