"""No re-sealed mutation of a certificate is accepted unless what it states is true, by an independent oracle.

The oracle shares nothing with the checker or the prover: it lists the group's elements by brute force,
compares characters in floats with the definition, and finds costs, statuses and shares with scipy's linear
programs.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import itertools
import json
import math
import random
from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from issued import issued
from scipy.optimize import linprog

from certificates.checker import CertificateError, check, digest

PROVED = ["arity", "group", "classes", "power_maps", "characters", "indicators", "program", "structure"]
# every kind of group, rational and irrational, unique and degenerate optima (rational and irrational points)
BASES = [
    ("S3", 2),
    ("Z5", 2),
    ("Q8", 2),
    ("Q8", 3),
    ("A5", 2),
    ("Dic3", 3),
    ("D6", 3),
    ("D5 x D5", 3),
    ("Z2 x Z4", 2),
    ("SL(2,3)", 2),
]
KINDS = [
    *((name, arity, "own") for name, arity in BASES),
    ("Q8", 3, "permutations"),
    ("Dic3", 3, "permutations"),
    ("A5", 2, "table"),
    ("Dic3", 3, "table"),
    ("SL(2,5)", 2, "table"),
]
TOLERANCE = 1e-9  # of the float oracle; no stated share, cost or value comes closer to another by accident


def sealed(document: dict[str, Any]) -> dict[str, Any]:
    document["sha256"] = digest(document)
    return document


def accepted(document: dict[str, Any]) -> bool:
    try:
        return check(json.dumps(document).encode()).valid
    except CertificateError:
        return False


# ---------------------------------------------------------------- the oracle


def number(value: Any) -> complex:
    if isinstance(value, str):
        top, _, bottom = value.partition("/")
        return int(top) / int(bottom or 1)
    f = value["conductor"]
    return sum(number(c) * np.exp(2j * np.pi * t / f) for t, c in value["terms"])


def elements_of(group: dict[str, Any]) -> tuple[list[tuple[int, ...]], Any]:
    """All elements, by brute force, and the product."""
    if group["kind"] == "abelian":
        moduli = group["invariants"]

        def add(x: tuple[int, ...], y: tuple[int, ...]) -> tuple[int, ...]:
            return tuple((a + b) % d for a, b, d in zip(x, y, moduli, strict=True))

        return list(itertools.product(*map(range, moduli))), add

    if group["kind"] == "inversion":
        m, z = group["modulus"], group["square"]

        def product(x: tuple[int, ...], y: tuple[int, ...]) -> tuple[int, ...]:
            # a^i t^s a^j t^u: move t past a^j by t a = a^-1 t, one step after the other
            i, s, j, u = *x, *y
            for _ in range(j):
                i += -1 if s else 1
            return ((i + (z if s and u else 0)) % m, s ^ u)

        return list(itertools.product(range(m), range(2))), product

    def multiply(g: tuple[int, ...], h: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(h[i] for i in g)

    generators = [tuple(g) for g in group["generators"]]
    found = {tuple(range(group["degree"]))}
    while True:
        larger = found | {multiply(x, g) for x in found for g in generators}
        if larger == found:
            return sorted(found), multiply
        found = larger


def table_of(document: dict[str, Any]) -> np.ndarray[Any, Any]:
    group, characters = document["group"], document["characters"]
    if group["kind"] == "abelian":
        phase = [
            [
                sum(r * x / d for r, x, d in zip(row, element, group["invariants"], strict=True))
                for element in group["representatives"]
            ]
            for row in characters["exponents"]
        ]
        return np.exp(2j * np.pi * np.array(phase))
    if group["kind"] == "inversion":
        return np.array(
            [
                [trace_of(group, row, element) for element in group["representatives"]]
                for row in characters["exponents"]
            ]
        )
    return np.array([[number(value) for value in row] for row in characters["values"]])


def trace_of(group: dict[str, Any], descriptor: list[int], element: list[int]) -> complex:
    """Trace of the matrix of `a^x t^s`, by matrix products, in the representation of a descriptor."""
    m, (x, s), (r, *rest) = group["modulus"], element, descriptor
    root = np.exp(2j * np.pi * r / m)
    if rest:
        a, t = np.array([[root]]), np.array([[1j ** rest[0]]])
    else:
        a, t = np.diag([root, 1 / root]), np.array([[0, root ** group["square"]], [1, 0]])
    return complex(np.trace(np.linalg.matrix_power(a, x) @ np.linalg.matrix_power(t, s)))


def assert_group_is_true(document: dict[str, Any], table: np.ndarray[Any, Any]) -> None:
    group, classes = document["group"], document["classes"]
    elements, product = elements_of(group)
    n = len(elements)
    assert n == int(group["order"])
    identity = next(e for e in elements if product(e, e) == e)
    inverse = {g: next(h for h in elements if product(g, h) == identity) for g in elements}
    representatives = [tuple(g) for g in group["representatives"]]
    assert representatives[0] == identity
    orbit = [{product(product(inverse[x], g), x) for x in elements} for g in representatives]
    assert [len(members) for members in orbit] == [int(entry["size"]) for entry in classes]
    where = {g: number for number, members in enumerate(orbit) for g in members}
    assert len(where) == n == sum(map(len, orbit))
    for c, g in enumerate(representatives):
        powers = list(itertools.accumulate(itertools.repeat(g, n + 1), product))
        assert powers.index(identity) + 1 == classes[c]["order"]
        for p, image in document["power_maps"].items():
            assert where[powers[int(p) - 1]] == image[c]
    assert sorted(map(int, document["power_maps"])) == [
        p for p in range(2, n + 1) if n % p == 0 and all(p % q for q in range(2, p))
    ]
    # a row is an irreducible character iff chi(g) chi(h) = chi(1)/|C| sum over conjugates of h of chi(g h')
    for row in table:
        for i, g in enumerate(representatives):
            for j, members in enumerate(orbit):
                mean = sum(row[where[product(g, h)]] for h in members) / len(members)
                assert abs(row[i] * row[j] - row[0] * mean) < 1e-8 * abs(row[0]) ** 2 * n


def assert_table_is_true(document: dict[str, Any], table: np.ndarray[Any, Any]) -> None:
    n = int(document["group"]["order"])
    sizes = np.array([int(entry["size"]) for entry in document["classes"]])
    assert sizes.sum() == n
    assert np.allclose((table * sizes) @ table.conj().T, n * np.eye(len(sizes)))
    if n % 2 == 0:
        squares = document["power_maps"]["2"]
        assert np.allclose((table[:, squares] * sizes).sum(axis=1) / n, document["indicators"])


def value(radical: list[list[str]]) -> float:
    return math.fsum(number(q).real * math.sqrt(int(m)) for m, q in radical)


def extreme(target: np.ndarray[Any, Any], face: dict[str, Any], sense: int) -> float:
    result = linprog(sense * target, **face)
    assert result.status == 0
    return sense * result.fun


def assert_program_is_true(document: dict[str, Any], table: np.ndarray[Any, Any]) -> None:
    k, n = document["arity"], int(document["group"]["order"])
    program, structure = document["program"], document["structure"]
    rows = program["rows"]
    pairs = [(row["character"], row["conjugate"]) for row in rows]
    assert sorted({i for pair in pairs for i in pair}) == list(range(1, len(table)))
    assert all(np.allclose(table[i].conj(), table[j]) for i, j in pairs)
    degrees = table[[i for i, _ in pairs], 0].real
    doubled = np.array([1 if document["indicators"][i] == 1 else 2 for i, _ in pairs])
    costs = (degrees * doubled) ** ((k - 1) / 2)
    matrix = (1 - table[[i for i, _ in pairs]].real / degrees[:, None]).T[1:]  # classes x rows
    cost = linprog(costs, A_ub=-matrix, b_ub=-np.ones(len(matrix))).fun
    assert math.isclose(cost, value(program["cost"]), rel_tol=TOLERANCE)
    gamma = program["gamma_star"]
    stated = number(gamma["coefficient"]).real * math.sqrt(int(gamma["radicand"])) / value(program["cost"])
    assert math.isclose(stated, math.factorial(k) * ((k + 1) * n) ** (-(k + 1) / 2) / cost, rel_tol=TOLERANCE)
    weights, dual = (
        np.array([number(row["a"]).real for row in rows]),
        np.array([value(y) for y in program["dual"]]),
    )
    assert (weights >= 0).all()
    assert (dual >= 0).all()
    assert dual[0] == 0
    assert (matrix @ weights > 1 - TOLERANCE).all()
    assert (dual[1:] @ matrix < costs + TOLERANCE).all()
    assert math.isclose(weights @ costs, cost, rel_tol=TOLERANCE)
    # the optimal face: exact complementary slackness with the stated, now verified, pair
    support, tight = weights > 0, dual[1:] > 0
    face = {
        "A_ub": -matrix[~tight] if (~tight).any() else None,
        "b_ub": -np.ones((~tight).sum()) if (~tight).any() else None,
        "A_eq": matrix[tight],
        "b_eq": np.ones(tight.sum()),
        "bounds": [(0, None if used else 0) for used in support],
    }
    rank = np.linalg.matrix_rank(matrix[np.ix_(tight, support)])
    assert structure["unique"] == (rank == support.sum())
    assert sorted(row for orbit in structure["orbits"] for row in orbit["rows"]) == list(range(len(rows)))
    for orbit in structure["orbits"]:
        for members, key in [*(([row], "share") for row in orbit["rows"]), (orbit["rows"], "orbit_share")]:
            target = np.zeros(len(rows))
            target[members] = costs[members] / cost
            ends = [extreme(target, face, sense) for sense in (1, -1)]
            assert np.allclose(ends, [float(end) for end in orbit[key]], atol=1e-7)
            if key == "share":
                status = "excluded" if ends[1] < 1e-7 else "required" if ends[0] > 1e-7 else "possible"
                assert status == orbit["status"]
    assert structure["classes"][0] is None
    for column, status in enumerate(structure["classes"][1:]):
        slack = [extreme(matrix[column], face, sense) - 1 for sense in (1, -1)]
        assert status == ("every" if slack[1] < 1e-7 else "none" if slack[0] > 1e-7 else "some")


def assert_true(document: dict[str, Any]) -> None:
    table = table_of(document)
    if document["group"]["kind"] == "table":
        assert_table_is_true(document, table)
    else:
        assert_group_is_true(document, table)
        assert_table_is_true(document, table)
    assert_program_is_true(document, table)


@pytest.mark.parametrize(("name", "arity", "form"), KINDS)
def test_the_oracle_and_the_checker_agree_on_valid_certificates(name: str, arity: int, form: str) -> None:
    document = json.loads(issued(name, arity, form))
    assert accepted(document)
    assert_true(document)


# ---------------------------------------------------------------- mutations


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of all nodes of the proved part."""
    if isinstance(document, dict):
        inner = [(key, entry) for key, entry in document.items() if path or key in PROVED]
    elif isinstance(document, list):
        inner = list(enumerate(document))
    else:
        inner = []
    found = [path] if path else []
    for key, entry in inner:
        found += places(entry, (*path, key))
    return found


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


def changed_scalar(value: Any, rng: random.Random) -> Any:
    if value is None:
        return rng.choice([0, [], {}, "none", "some"])
    if isinstance(value, bool):
        return rng.choice([not value, int(value), None])
    if isinstance(value, int):
        strange = [-value, True, str(value), None, 1 << 60]
        return rng.choice([value + 1, value - 1, 0, 2 * value, value // 2, 1, 2, rng.choice(strange)])
    if value in ("required", "possible", "excluded"):
        return rng.choice(["required", "possible", "excluded"])
    if value in ("every", "some", "none"):
        return rng.choice(["every", "some", "none", None])
    if set(value) <= set("-0123456789/"):
        top, _, bottom = value.partition("/")
        p, q = int(top), int(bottom or 1)
        choices = [
            f"{p + q}/{q}",
            f"{p - q}/{q}",
            str(-p),
            f"{2 * p}/{q}",
            f"{p}/{2 * q}",
            f"{p + 1}/{q}",
            "0",
            "1",
        ]
        fraction = rng.choice([*choices, rng.choice([f"{value} ", f"+{value}", int(top)])])
        return reduce_fraction(fraction) if isinstance(fraction, str) else fraction
    return rng.choice(["0", "1", "0.5", "1e3", value + "1", value[:-1], ""])


def reduce_fraction(text: str) -> str:
    try:
        return str(Fraction(text)) if "/" in text else text
    except (ValueError, ZeroDivisionError):  # deliberately malformed
        return text


def mutate(document: dict[str, Any], rng: random.Random) -> None:
    """Change one node of the proved part, by its type."""
    path = rng.choice(places(document))
    parent, key, node = at(document, path[:-1]), path[-1], at(document, path)
    if isinstance(node, list) and node:
        i, j = rng.randrange(len(node)), rng.randrange(len(node))
        kind = rng.randrange(9)
        if kind < 6:
            node[i], node[j] = node[j], node[i]
        elif kind == 6:
            del node[i]
        elif kind == 7:
            node.insert(j, copy.deepcopy(node[i]))
        else:
            parent[key] = rng.choice([[], node[::-1], node[0], None, {"0": node}])
    elif isinstance(node, dict) and node:
        name = rng.choice(list(node))
        other = rng.choice(list(node))
        kind = rng.randrange(4)
        if kind == 0:
            node[name], node[other] = node[other], node[name]
        elif kind == 1:
            del node[name]
        elif kind == 2:
            node["extra"] = node[name]
        else:
            parent[key] = rng.choice([None, [], "0", list(node.values())])
    else:
        parent[key] = changed_scalar(node, rng)


def swap_lines(document: dict[str, Any], rng: random.Random) -> None:
    """Swap two rows, or two columns, of one table, map or list that the others refer to."""
    lines = document["characters"].get("values") or document["characters"]["exponents"]
    i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
    what = rng.randrange(6)
    if what == 0:
        lines[i], lines[j] = lines[j], lines[i]
    elif what == 1:
        for line in lines:
            if len(line) > max(i, j):
                line[i], line[j] = line[j], line[i]
    else:
        targets = [
            document["classes"],
            document["indicators"],
            document["program"]["dual"],
            document["structure"]["classes"],
        ]
        targets += list(document["power_maps"].values())
        for target in targets if what == 2 else [rng.choice(targets)]:
            target[i], target[j] = target[j], target[i]


def scale(document: dict[str, Any], rng: random.Random) -> None:
    """Multiply `a`, `y`, the cost, or any of them together, by one rational."""
    factor = Fraction(rng.choice([2, 3, -1, 0]), rng.choice([1, 2, 3, 1000]))
    program = document["program"]

    def times(text: str) -> str:
        return str(Fraction(text) * factor)

    chosen = rng.randrange(1, 8)
    if chosen & 1:
        for row in program["rows"]:
            row["a"] = times(row["a"])
    if chosen & 2:
        program["dual"] = [[[m, times(q)] for m, q in y if factor] for y in program["dual"]]
    if chosen & 4:
        program["cost"] = [[m, times(q)] for m, q in program["cost"] if factor]


def transplant(document: dict[str, Any], rng: random.Random) -> None:
    """Take one part from another certificate: of the same order, or with an equal character table."""
    other = json.loads(issued(*rng.choice(DONORS)))
    part = rng.choice(
        [
            ("group",),
            ("group", "generators"),
            ("group", "representatives"),
            ("group", "square"),
            ("characters",),
            ("program",),
            ("structure",),
            ("power_maps",),
            ("indicators",),
        ]
    )
    if all(isinstance(at(x, part[:-1]), dict) and part[-1] in at(x, part[:-1]) for x in (document, other)):
        at(document, part[:-1])[part[-1]] = at(other, part)


DONORS = [
    ("S3", 2, "own"),
    ("Q8", 2, "own"),
    ("Q8", 2, "permutations"),
    ("D4", 2, "own"),
    ("Dic3", 3, "own"),
    ("D6", 3, "own"),
    ("A5", 2, "table"),
    ("Q8", 3, "own"),
]
ACTIONS = [mutate, mutate, mutate, mutate, swap_lines, scale, transplant]


@functools.cache
def seen() -> Counter[str]:
    return Counter()


@settings(max_examples=1500, database=None)
@given(base=st.sampled_from(KINDS), seed=st.integers(0, 2**32), steps=st.integers(1, 3))
def test_no_false_certificate_is_accepted(base: tuple[str, int, str], seed: int, steps: int) -> None:
    original = issued(*base)
    document, rng = json.loads(original), random.Random(seed)
    for _ in range(steps):
        with contextlib.suppress(LookupError, TypeError, ValueError, AttributeError, ZeroDivisionError):
            rng.choice(ACTIONS)(document, rng)  # a later step may find nothing left of the shape it changes
    sealed(document)
    if document == json.loads(original):
        seen()["unchanged"] += 1
    elif accepted(document):
        seen()["accepted"] += 1
        assert_true(document)
    else:
        seen()["refused"] += 1


def test_the_mutations_reach_the_checker() -> None:
    """Most mutations change something, and nearly all of these are refused."""
    counts = seen()
    if not counts:
        pytest.skip("the mutations did not run")
    assert counts["refused"] >= 1000
