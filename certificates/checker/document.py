"""Reading a certificate: strict, and within the limits of the checker."""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

from certificates.checker import parity, shape
from certificates.checker.certificate import Bound, Certificate, Group, Interval, Orbit, Row
from certificates.checker.cyclotomic import RootSum, Value
from certificates.checker.errors import CertificateError, CertificateLimitError
from certificates.checker.radicals import Radical

__all__ = ["canonical", "digest", "parse", "read"]

KEYS = (
    *("format", "version", "arity", "group", "classes", "power_maps", "characters", "indicators"),
    *("program", "structure", "labels", "provenance", "sha256"),
)
FORMAT = "gammastar certificate"
VERSION = 1
ORDER_LIMIT = 100_000  # of a group given by permutations
CLASS_LIMIT = 120
ABELIAN_LIMIT = 2_000  # order of an abelian group given by its invariant factors
INVERSION_LIMIT = 2_000  # order of the cyclic subgroup of a dihedral or dicyclic group
INVERSION_CLASS_LIMIT = INVERSION_LIMIT // 2 + 3
TABLE_CLASS_LIMIT = 1_000
TABLE_ORDER_DIGITS = 200
DEGREE_LIMIT = 4_096
POINTS_LIMIT = {256: 50_000_000, DEGREE_LIMIT: 32_000_000}  # degree up to -> order times degree
ARITY_LIMIT = 100
CONDUCTOR_LIMIT = 10_000  # of one value


def canonical(document: dict[str, Any]) -> str:
    """The text of which the digest is taken: sorted keys, no spaces, ASCII, without `sha256`."""
    rest = {key: value for key, value in document.items() if key != "sha256"}
    return json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest(document: dict[str, Any]) -> str:
    """SHA-256 of the canonical rest of a document: against accidents, not against forgers."""
    return hashlib.sha256(canonical(document).encode()).hexdigest()


def read(source: dict[str, Any] | bytes | str | Path) -> Certificate | parity.ParityCertificate:
    """Parse a file, its bytes, or a document already loaded.

    Raises:
        CertificateError: with the file's name where there is one.
    """
    if isinstance(source, dict):
        try:
            return parse(json.dumps(source).encode())
        except (TypeError, ValueError, RecursionError) as error:
            if isinstance(error, CertificateError):
                raise
            raise CertificateError(f"not a certificate: {error}") from None
    if isinstance(source, bytes):
        return parse(source)
    try:
        with open(source, "rb") as stream:
            data = stream.read(shape.FILE_BYTES + 1)
    except OSError as error:
        raise CertificateError(f"{source}: cannot be read: {error.strerror or error}") from None
    try:
        return parse(data)
    except CertificateError as error:
        raise type(error)(f"{source}: {error}") from None


def parse(data: bytes) -> Certificate | parity.ParityCertificate:
    """The certificate in these bytes, plain or packed by gzip.

    Raises:
        CertificateError: not a certificate of this version.
        CertificateLimitError: beyond a limit of the checker.
    """
    loaded = shape.load(data)
    if type(loaded) is dict and loaded.get("format") == parity.FORMAT:
        return parity.parse(loaded, _sha256(loaded.get("sha256")), digest(loaded))
    document = shape.mapping(loaded, "", KEYS)
    shape.text(document["format"], "format", among=(FORMAT, parity.FORMAT))
    version = shape.index(document["version"], "version", 0, 1 << 31)
    if version != VERSION:
        shape.refuse("version", f"holds {version}; this checker reads version {VERSION}")
    if shape.index(document["arity"], "arity", 2, 1 << 31) > ARITY_LIMIT:
        raise CertificateLimitError(f"arity: {document['arity']}; the checker's limit is {ARITY_LIMIT}")
    for name in ("labels", "provenance"):
        if type(shape.free(document[name], name)) is not dict:
            shape.refuse(name, "is not an object")
    group = _group(document["group"])
    sizes, orders = _classes(document["classes"], group)
    c = len(sizes)
    if group.kind != "table" and len(group.representatives) != c:
        shape.refuse("group.representatives", f"has {len(group.representatives)} entries for {c} classes")
    values, exponents = _characters(document["characters"], group, c)
    return Certificate(
        arity=document["arity"],
        group=group,
        class_sizes=sizes,
        element_orders=orders,
        power_maps=_power_maps(document["power_maps"], c),
        values=values,
        exponents=exponents,
        indicators=shape.array(
            document["indicators"], "indicators", lambda v, at: shape.index(v, at, -1, 2), c
        ),
        sha256=_sha256(document["sha256"]),
        computed_sha256=digest(document),
        **_program(document["program"], c),
        **_structure(document["structure"], c, len(document["program"]["rows"])),
    )


def _sha256(value: Any) -> str:
    written = shape.text(value, "sha256")
    if len(written) != 64 or set(written) - set("0123456789abcdef"):
        shape.refuse("sha256", "is not 64 hexadecimal digits in lower case")
    return written


def _limited(number: int, limit: int, place: str, what: str) -> None:
    if number > limit:
        raise CertificateLimitError(f"{place}: {what} {number}; the checker's limit is {limit}")


def _order(value: Any) -> int:
    order = shape.integer(value, "group.order")
    if order < 1:
        shape.refuse("group.order", f"holds {order}, not a positive integer")
    return order


def _group(value: Any) -> Group:
    kind = value.get("kind") if type(value) is dict else None
    if kind == "permutations":
        return _permutations(value)
    if kind == "abelian":
        value = shape.mapping(value, "group", ("kind", "order", "invariants", "representatives"))
        order = _order(value["order"])
        _limited(order, ABELIAN_LIMIT, "group.order", "an abelian group by invariant factors, of order")
        invariants = shape.array(
            value["invariants"],
            "group.invariants",
            lambda v, at: shape.index(v, at, 1, ABELIAN_LIMIT + 1),
            None,
            64,
        )
        vectors = _vectors(value["representatives"], "group.representatives", invariants)
        return Group("abelian", order, representatives=vectors, invariants=invariants)
    if kind == "table":
        value = shape.mapping(value, "group", ("kind", "order"))
        order = _order(value["order"])
        if order >= 10**TABLE_ORDER_DIGITS:
            raise CertificateLimitError(f"group.order: the checker's limit is {TABLE_ORDER_DIGITS} digits")
        return Group("table", order)
    if kind == "inversion":
        return _inversion(value)
    shape.refuse("group.kind", "is none of permutations, abelian, inversion, table")


def _inversion(value: Any) -> Group:
    value = shape.mapping(value, "group", ("kind", "order", "modulus", "square", "representatives"))
    order = _order(value["order"])
    modulus = shape.index(value["modulus"], "group.modulus", 1, 1 << 31)
    _limited(modulus, INVERSION_LIMIT, "group.modulus", "a cyclic subgroup that is inverted, of order")
    square = shape.index(value["square"], "group.square", 0, modulus)

    def element(entry: Any, at: str) -> tuple[int, ...]:
        return _below(entry, at, (modulus, 2))

    representatives = shape.array(
        value["representatives"], "group.representatives", element, None, INVERSION_CLASS_LIMIT
    )
    return Group("inversion", order, representatives=representatives, modulus=modulus, square=square)


def _vectors(value: Any, place: str, invariants: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    return shape.array(value, place, lambda entry, at: _below(entry, at, invariants), None, ABELIAN_LIMIT)


def _below(value: Any, place: str, bounds: tuple[int, ...]) -> tuple[int, ...]:
    """An array of integers from 0 to below these bounds."""
    numbers: tuple[Any, ...] = shape.array(value, place, lambda v, at: v, len(bounds))
    return tuple(
        shape.index(v, f"{place}[{number}]", 0, bound)
        for number, (v, bound) in enumerate(zip(numbers, bounds, strict=True))
    )


def _permutations(value: Any) -> Group:
    keys = ("kind", "order", "degree", "generators", "representatives")
    value = shape.mapping(value, "group", keys)
    order = _order(value["order"])
    _limited(order, ORDER_LIMIT, "group.order", "a group by generators, of order")
    degree = shape.index(value["degree"], "group.degree", 1, 1 << 31)
    _limited(degree, DEGREE_LIMIT, "group.degree", "permutations of degree")
    points = next(limit for up_to, limit in POINTS_LIMIT.items() if degree <= up_to)
    _limited(order * degree, points, "group", "order times degree")

    def permutation(entry: Any, at: str) -> tuple[int, ...]:
        images = shape.array(entry, at, lambda v, inner: shape.index(v, inner, 0, degree), degree)
        if len(set(images)) != degree:
            shape.refuse(at, f"is no permutation of 0..{degree - 1}")
        return images

    generators = shape.array(value["generators"], "group.generators", permutation, None, 64)
    representatives = shape.array(
        value["representatives"], "group.representatives", permutation, None, CLASS_LIMIT
    )
    return Group("permutations", order, degree, generators, representatives)


def _classes(value: Any, group: Group) -> tuple[tuple[int, ...], tuple[int, ...]]:
    limit = {
        "permutations": CLASS_LIMIT,
        "abelian": ABELIAN_LIMIT,
        "inversion": INVERSION_CLASS_LIMIT,
        "table": TABLE_CLASS_LIMIT,
    }[group.kind]

    def one(entry: Any, at: str) -> tuple[int, int]:
        entry = shape.mapping(entry, at, ("size", "order"))
        size = shape.integer(entry["size"], f"{at}.size")
        order = shape.index(entry["order"], f"{at}.order", 1, shape.SAFE_INTEGER)
        if size < 1:
            shape.refuse(f"{at}.size", f"holds {size}, not a positive integer")
        return size, order

    pairs = shape.array(value, "classes", one, None, limit)
    if not pairs:
        shape.refuse("classes", "is empty; a group has at least the class of its identity")
    return tuple(size for size, _ in pairs), tuple(order for _, order in pairs)


def _power_maps(value: Any, c: int) -> dict[int, tuple[int, ...]]:
    if type(value) is not dict:
        shape.refuse("power_maps", "is not an object from primes to arrays of classes")
    maps = {
        shape.integer(key, "power_maps"): shape.array(
            entry, f"power_maps.{key[:20]}", lambda v, at: shape.index(v, at, 0, c), c
        )
        for key, entry in value.items()
    }
    if any(not 2 <= p <= shape.SAFE_INTEGER for p in maps):
        shape.refuse("power_maps", "has a key that is no prime below 2^53")
    return dict(sorted(maps.items()))


def _value(value: Any, place: str, *, integral: bool) -> Value:
    number = shape.integer if integral else shape.rational
    if type(value) is str:
        return number(value, place)
    entry = shape.mapping(value, place, ("conductor", "terms"))
    f = shape.index(entry["conductor"], f"{place}.conductor", 3, shape.SAFE_INTEGER)
    _limited(f, CONDUCTOR_LIMIT, f"{place}.conductor", "conductor")

    def term(pair: Any, at: str) -> tuple[int, Any]:
        if type(pair) is not list or len(pair) != 2:
            shape.refuse(at, 'is no pair such as [3, "-1"] of exponent and coefficient')
        coefficient = number(pair[1], at)
        if coefficient == 0:
            shape.refuse(at, "has the coefficient 0")
        return shape.index(pair[0], at, 0, f), coefficient

    terms = shape.array(entry["terms"], f"{place}.terms", term)
    if any(low[0] >= high[0] for low, high in pairwise(terms)):
        shape.refuse(f"{place}.terms", "does not list its exponents in ascending order")
    return RootSum(f, terms)


def _characters(
    value: Any, group: Group, c: int
) -> tuple[tuple[tuple[Value, ...], ...], tuple[tuple[int, ...], ...]]:
    if group.kind in ("abelian", "inversion"):
        entry = shape.mapping(value, "characters", ("exponents",))
        if group.kind == "abelian":
            exponents = _vectors(entry["exponents"], "characters.exponents", group.invariants)
        else:
            exponents = _descriptors(entry["exponents"], "characters.exponents", group.modulus)
        if len(exponents) != c:
            shape.refuse("characters.exponents", f"has {len(exponents)} entries instead of {c}")
        return (), exponents
    entry = shape.mapping(value, "characters", ("values",))
    known: dict[str, Any] = {}  # most values are integers that occur again and again

    def one(v: Any, at: str) -> Value:
        if type(v) is not str:
            return _value(v, at, integral=True)
        if v not in known:
            known[v] = _value(v, at, integral=True)
        return known[v]

    rows = shape.array(entry["values"], "characters.values", lambda row, at: shape.array(row, at, one, c), c)
    return rows, ()


def _descriptors(value: Any, place: str, modulus: int) -> tuple[tuple[int, ...], ...]:
    """Pairs `[r, v]` and singles `[r]`: see `certificates.checker.inversion`."""

    def descriptor(entry: Any, at: str) -> tuple[int, ...]:
        single = type(entry) is list and len(entry) == 1
        return _below(entry, at, (modulus,) if single else (modulus, 4))

    return shape.array(value, place, descriptor, None, INVERSION_CLASS_LIMIT)


def _radical(value: Any, place: str) -> Radical:
    def term(pair: Any, at: str) -> tuple[int, Any]:
        if type(pair) is not list or len(pair) != 2:
            shape.refuse(at, 'is no pair such as ["2", "1/3"] of radicand and coefficient')
        radicand, coefficient = shape.integer(pair[0], at), shape.rational(pair[1], at)
        if radicand < 1 or coefficient == 0:
            shape.refuse(at, "has a radicand below 1 or the coefficient 0")
        return radicand, coefficient

    terms = shape.array(value, place, term, None, 10_000)
    if any(low[0] >= high[0] for low, high in pairwise(terms)):
        shape.refuse(place, "does not list its radicands in ascending order")
    return dict(terms)


def _program(value: Any, c: int) -> dict[str, Any]:
    program = shape.mapping(value, "program", ("rows", "dual", "cost", "gamma_star"))

    def row(entry: Any, at: str) -> Row:
        entry = shape.mapping(entry, at, ("character", "conjugate", "orbit", "a"))
        character, conjugate, orbit = (
            shape.index(entry[key], f"{at}.{key}", 0, c) for key in ("character", "conjugate", "orbit")
        )
        return Row(character, conjugate, orbit, shape.rational(entry["a"], f"{at}.a"))

    gamma = shape.mapping(program["gamma_star"], "program.gamma_star", ("coefficient", "radicand"))
    return {
        "rows": shape.array(program["rows"], "program.rows", row, None, c),
        "dual": shape.array(program["dual"], "program.dual", _radical, c),
        "cost": _radical(program["cost"], "program.cost"),
        "gamma_coefficient": shape.rational(gamma["coefficient"], "program.gamma_star.coefficient"),
        "gamma_radicand": shape.integer(gamma["radicand"], "program.gamma_star.radicand"),
    }


def _structure(value: Any, c: int, r: int) -> dict[str, Any]:
    structure = shape.mapping(value, "structure", ("unique", "points", "orbits", "classes", "slack_bounds"))
    points = shape.array(
        structure["points"],
        "structure.points",
        lambda point, at: shape.array(point, at, lambda v, inner: _value(v, inner, integral=False), r),
        None,
        4 * c + 4,
    )

    def class_status(entry: Any, at: str) -> str | None:
        return None if entry is None else shape.text(entry, at, among=("every", "some", "none"))

    def slack(entry: Any, at: str) -> tuple[int, Bound]:
        entry = shape.mapping(entry, at, ("class", "multipliers"))
        return shape.index(entry["class"], f"{at}.class", 0, c), _bound(entry["multipliers"], at, c)

    slack_bounds = shape.array(structure["slack_bounds"], "structure.slack_bounds", slack, None, c)
    if len(dict(slack_bounds)) != len(slack_bounds):
        shape.refuse("structure.slack_bounds", "names a class twice")
    return {
        "unique": shape.boolean(structure["unique"], "structure.unique"),
        "points": points,
        "orbits": shape.array(
            structure["orbits"], "structure.orbits", lambda v, at: _orbit(v, at, c, r, len(points)), None, r
        ),
        "class_statuses": shape.array(structure["classes"], "structure.classes", class_status, c),
        "slack_bounds": dict(slack_bounds),
    }


def _bound(value: Any, place: str, c: int) -> Bound:
    def term(pair: Any, at: str) -> tuple[int, Any]:
        if type(pair) is not list or len(pair) != 2:
            shape.refuse(at, 'is no pair such as [3, "1/2"] of class and multiplier')
        return shape.index(pair[0], at, 1, c), shape.rational(pair[1], at)

    terms = shape.array(value, place, term, None, c)
    if any(low[0] >= high[0] for low, high in pairwise(terms)):
        shape.refuse(place, "does not list its classes in ascending order")
    return Bound(terms)


def _orbit(value: Any, place: str, c: int, r: int, points: int) -> Orbit:
    keys = ("rows", "status", "share", "orbit_share", "share_witness", "orbit_witness")
    entry = shape.mapping(value, place, keys)

    def interval(name: str) -> tuple[Any, Any]:
        low, high = shape.array(entry[name], f"{place}.{name}", shape.decimal, 2)
        return low, high

    def witness(name: str) -> Interval | None:
        if entry[name] is None:
            return None
        at = f"{place}.{name}"
        parts = shape.mapping(entry[name], at, ("lower_point", "upper_point", "lower_bound", "upper_bound"))
        return Interval(
            shape.index(parts["lower_point"], f"{at}.lower_point", 0, points),
            shape.index(parts["upper_point"], f"{at}.upper_point", 0, points),
            _bound(parts["lower_bound"], f"{at}.lower_bound", c),
            _bound(parts["upper_bound"], f"{at}.upper_bound", c),
        )

    rows = shape.array(entry["rows"], f"{place}.rows", lambda v, at: shape.index(v, at, 0, r), None, r)
    if not rows or any(low >= high for low, high in pairwise(rows)):
        shape.refuse(f"{place}.rows", "does not list at least one row, in ascending order")
    return Orbit(
        rows,
        shape.text(entry["status"], f"{place}.status", among=("required", "possible", "excluded")),
        interval("share"),
        interval("orbit_share"),
        witness("share_witness"),
        witness("orbit_witness"),
    )
