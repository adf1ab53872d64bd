"""What the census holds: its groups by collection, each with what GAP calls it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from theory.arithmetic import factorised

__all__ = ["FAMILIES", "POWER_LIMIT", "SPORADIC", "Subject", "families", "small_groups"]

LARGEST_N = 500  # of Z_n, D_n, Dic_n
LARGEST_DEGREE = 20  # of S_n, A_n
LARGEST_PSL, LARGEST_AGL = 61, 64
POWER_LIMIT = 10**6  # order of a direct power
ABELIAN_CLASSES = 1000  # conjugacy classes of a power of an abelian group
POWER_CLASSES = 169  # of one that is not abelian: beyond, D_n^2 takes minutes

# GAP's names in its table library (CTblLib 1.3.4): AllCharacterTableNames(IsSporadicSimple, true,
# IsDuplicateTable, false), and below the same of IsSimple, without what the families hold, cyclic groups
# and tables of more than 400 classes; a slow test asks GAP again.
SPORADIC = (
    "M11", "M12", "J1", "M22", "J2", "M23", "HS", "J3", "M24", "McL", "He", "Ru", "Suz", "ON", "Co3", "Co2",
    "Fi22", "HN", "Ly", "Th", "Fi23", "Co1", "J4", "F3+", "B", "M",
)  # fmt: skip
SIMPLE = (
    "2E6(2)", "2F4(2)'", "2F4(8)", "3D4(2)", "3D4(3)", "3D4(4)", "E6(2)", "F4(2)", "G2(3)", "G2(4)", "G2(5)",
    "L2(64)", "L2(67)", "L2(71)", "L2(73)", "L2(79)", "L2(81)", "L2(83)", "L2(89)", "L2(97)", "L2(101)",
    "L2(103)", "L2(107)", "L2(109)", "L2(113)", "L2(121)", "L2(125)", "L3(3)", "L3(4)", "L3(5)", "L3(7)",
    "L3(8)", "L3(9)", "L3(11)", "L4(3)", "L4(4)", "L4(5)", "L4(9)", "L5(2)", "L5(3)", "L6(2)", "L7(2)",
    "L8(2)", "O7(3)", "O7(5)", "O8+(2)", "O8+(3)", "O8-(2)", "O8-(3)", "O9(3)", "O10+(2)", "O10+(3)",
    "O10-(2)", "O10-(3)", "O12+(2)", "O12-(2)", "R(27)", "S4(4)", "S4(5)", "S4(7)", "S4(8)", "S4(9)",
    "S6(2)", "S6(3)", "S6(4)", "S6(5)", "S8(2)", "S8(3)", "S10(2)", "Sz(8)", "Sz(32)", "U3(3)", "U3(4)",
    "U3(5)", "U3(7)", "U3(8)", "U3(9)", "U3(11)", "U4(2)", "U4(3)", "U4(4)", "U4(5)", "U5(2)", "U5(3)",
    "U5(4)", "U6(2)", "U7(2)",
)  # fmt: skip


@dataclass(frozen=True)
class Subject:
    """One group of the census.

    Args:
        key: names it in files and addresses.
        collection: one of `records.COLLECTIONS`.
        expression: what one types for it.
        name: for people; "" where GAP's structure description is to be taken.
        table: a GAP expression for a group or a character table, the reference of our own table.
        group: a GAP expression for the group, to be identified where it is small; "" for none.
    """

    key: str
    collection: str
    expression: str
    name: str
    table: str
    group: str


def small_groups(counts: Sequence[int]) -> Iterator[Subject]:
    """Every group of order 1, 2, ..., given how many of each order there are."""
    for order, count in enumerate(counts, start=1):
        for number in range(1, count + 1):
            group = f"SmallGroup({order},{number})"
            yield Subject(f"sg-{order}-{number}", "small groups", f"gap:{group}", "", group, group)


def families(names: Sequence[str]) -> Iterator[Subject]:
    """The groups of some collections other than the small groups, in the order of the names."""
    for name in names:
        yield from FAMILIES[name]()


def _series(collection: str, letter: str, ns: Iterable[int], table: str, group: str) -> Iterator[Subject]:
    """A family with one parameter; `table` and `group` are GAP's words for it, with `{n}`, `{n2}` = 2n or
    `{n4}` = 4n in them."""
    for n in ns:
        name = f"{letter}{n}"
        gap = (word.format(n=n, n2=2 * n, n4=4 * n) for word in (table, group))
        yield Subject(name.lower(), collection, name, name, *gap)


def _psl() -> Iterator[Subject]:
    for q in _prime_powers(4, LARGEST_PSL):
        name = f"PSL(2,{q})"
        yield Subject(f"psl-2-{q}", "PSL(2,q)", name, name, name, name)


def _agl() -> Iterator[Subject]:
    for q in _prime_powers(3, LARGEST_AGL):
        name = f"AGL(1,{q})"
        # as matrices GAP takes ten times as long
        group = f"Image(IsomorphismPermGroup(SemidirectProduct(GL(1,{q}),GF({q})^1)))"
        yield Subject(f"agl-1-{q}", "AGL(1,q)", name, name, group, group)


def _extraspecial() -> Iterator[Subject]:
    for p in (2, 3, 5, 7):
        for n in (1, 2):
            for sign, word in (("+", "plus"), ("-", "minus")):
                name = f"Ex({p}^(1+{2 * n}),{sign})"
                group = f'ExtraspecialGroup({p ** (1 + 2 * n)},"{sign}")'
                key = f"ex-{p}-{1 + 2 * n}-{word}"
                yield Subject(key, "extraspecial", name, name, group, group)


@dataclass(frozen=True)
class _Factor:
    """A group whose powers are taken: its name, GAP's, its order and number of classes."""

    name: str
    group: str
    order: int
    classes: int


def _factors() -> Iterator[_Factor]:
    for n in range(2, 32):
        yield _Factor(f"Z{n}", f"CyclicGroup({n})", n, n)
    for n in range(3, 32):
        yield _Factor(f"D{n}", f"DihedralGroup({2 * n})", 2 * n, (n + 3) // 2 if n % 2 else n // 2 + 3)
    for n in range(2, 17):
        yield _Factor(f"Dic{n}", f"DicyclicGroup({4 * n})", 4 * n, n + 3)
    for n, classes in ((4, 5), (5, 7), (6, 11)):
        yield _Factor(f"S{n}", f"SymmetricGroup({n})", (6, 24, 120, 720)[n - 3], classes)
    for n, order, classes in ((4, 12, 4), (5, 60, 5), (6, 360, 7)):
        yield _Factor(f"A{n}", f"AlternatingGroup({n})", order, classes)
    yield _Factor("SL(2,3)", "SL(2,3)", 24, 7)
    yield _Factor("Z7:Z3", "SmallGroup(21,1)", 21, 5)
    yield _Factor("Z5:Z4", "SmallGroup(20,3)", 20, 5)
    yield _Factor("PSL(2,7)", "PSL(2,7)", 168, 6)
    yield _Factor("PSL(2,8)", "PSL(2,8)", 504, 9)
    yield _Factor("PSL(2,11)", "PSL(2,11)", 660, 8)


def _powers() -> Iterator[Subject]:
    for factor in _factors():
        exponent = 2
        limit = ABELIAN_CLASSES if factor.classes == factor.order else POWER_CLASSES
        while factor.order**exponent <= POWER_LIMIT and factor.classes**exponent <= limit:
            name = f"{factor.name}^{exponent}"
            factors = ",".join([factor.group] * exponent)
            tables = ",".join(["t"] * exponent)
            table = (
                f"(function() local t; t:=CharacterTable({factor.group}); "
                f"return Iterated([{tables}],CharacterTableDirectProduct); end)()"
            )
            key = f"power-{_slug(factor.name)}-{exponent}"
            yield Subject(key, "direct powers", name, name, table, f"DirectProduct({factors})")
            exponent += 1


def _library(collection: str, names: Sequence[str]) -> Iterator[Subject]:
    for name in names:
        table = f'CharacterTable("{name}")'
        yield Subject(f"ct-{_slug(name)}", collection, f"gap:{table}", name, table, "")


def _slug(name: str) -> str:
    """A name as a part of a key.

    >>> _slug("SL(2,3)"), _slug("O10-(3)"), _slug("2F4(2)'")
    ('sl-2-3', 'o10minus-3', '2f4-2')
    """
    words = name.lower().replace("+", "plus").replace("-", "minus")
    return words.translate(str.maketrans("(,:'", "----", ")")).rstrip("-")


def _prime_powers(least: int, largest: int) -> Iterator[int]:
    return (q for q in range(least, largest + 1) if len(factorised(q)) == 1)


FAMILIES: dict[str, Callable[[], Iterator[Subject]]] = {
    "cyclic": lambda: _series(
        "cyclic", "Z", range(2, LARGEST_N + 1), 'CharacterTable("Cyclic",{n})', "CyclicGroup({n})"
    ),
    "dihedral": lambda: _series(
        "dihedral", "D", range(3, LARGEST_N + 1), 'CharacterTable("Dihedral",{n2})', "DihedralGroup({n2})"
    ),
    "dicyclic": lambda: _series(
        "dicyclic",
        "Dic",
        range(2, LARGEST_N + 1),
        'CharacterTable("Quaternionic",{n4})',
        "DicyclicGroup({n4})",
    ),
    "symmetric": lambda: _series(
        "symmetric",
        "S",
        range(3, LARGEST_DEGREE + 1),
        'CharacterTable("Symmetric",{n})',
        "SymmetricGroup({n})",
    ),
    "alternating": lambda: _series(
        "alternating",
        "A",
        range(4, LARGEST_DEGREE + 1),
        'CharacterTable("Alternating",{n})',
        "AlternatingGroup({n})",
    ),
    "PSL(2,q)": _psl,
    "AGL(1,q)": _agl,
    "extraspecial": _extraspecial,
    "direct powers": _powers,
    "sporadic": lambda: _library("sporadic", SPORADIC),
    "simple": lambda: _library("simple", SIMPLE),
}
