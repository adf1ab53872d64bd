"""Orders, classes and power maps against GAP."""

from __future__ import annotations

import pytest

from theory.errors import GapError, LimitError
from theory.groups import gap
from theory.groups.conjugacy import commutator_subgroup, conjugacy_classes, exponent, galois_orbits
from theory.groups.naming import parse

pytestmark = pytest.mark.requires("gap")

# Our name, and the group in GAP.
GROUPS = [
    *((f"Z{n}", f"CyclicGroup({n})") for n in range(2, 13)),
    ("Z1", "TrivialGroup()"),
    ("V4", "ElementaryAbelianGroup(4)"),
    *((f"S{n}", f"SymmetricGroup({n})") for n in (3, 4, 5, 6, 7)),
    *((f"A{n}", f"AlternatingGroup({n})") for n in (4, 5, 6, 7)),
    *((f"D{n}", f"DihedralGroup({2 * n})") for n in (4, 5, 12)),
    ("Q8", "QuaternionGroup(8)"),
    ("Q16", "QuaternionGroup(16)"),
    ("Dic3", "DicyclicGroup(12)"),
    ("Dic5", "DicyclicGroup(20)"),
    ("Heis(3)", 'ExtraspecialGroup(27,"+")'),
    ("Heis(5)", 'ExtraspecialGroup(125,"+")'),
    ("Ex(3^(1+2),-)", 'ExtraspecialGroup(27,"-")'),
    ("Ex(2^(1+4),+)", 'ExtraspecialGroup(32,"+")'),
    ("Ex(2^(1+4),-)", 'ExtraspecialGroup(32,"-")'),
    ("Ex(2^(1+6),-)", 'ExtraspecialGroup(128,"-")'),
    ("Z7:Z3", "SmallGroup(21,1)"),
    ("AGL(1,5)", "SmallGroup(20,3)"),
    ("AGL(1,8)", "SmallGroup(56,11)"),
    ("AGL(1,9)", "SmallGroup(72,39)"),
    ("GL(2,3)", "GL(2,3)"),
    ("GL(2,4)", "GL(2,4)"),
    ("GL(3,2)", "GL(3,2)"),
    ("SL(2,3)", "SL(2,3)"),
    ("SL(2,5)", "SL(2,5)"),
    ("SL(2,9)", "SL(2,9)"),
    ("PSL(2,7)", "PSL(2,7)"),
    ("PSL(2,9)", "PSL(2,9)"),
    ("PSL(3,3)", "PSL(3,3)"),
    ("PSL(3,4)", "PSL(3,4)"),
    ("PSL(2,31)", "PSL(2,31)"),
    ("PSp(4,3)", "PSp(4,3)"),
    ("PSp(2,8)", "PSp(2,8)"),
    ("M11", "MathieuGroup(11)"),
    ("M12", "MathieuGroup(12)"),
    ("Z2^3xS3", "DirectProduct(ElementaryAbelianGroup(8),SymmetricGroup(3))"),
]

# For each class: element order, size, for each prime dividing the order (order, size) of the power's class.
_PROGRAM = """
Signature := function(g) local classes, primes, of;
  classes := ConjugacyClasses(g);
  primes := Filtered(Set(Factors(Size(g))), p -> p > 1);
  of := x -> First(classes, c -> x in c);
  return [Size(g), Exponent(g), Size(DerivedSubgroup(g)), Length(RationalClasses(g)),
    List(classes, c -> Concatenation([Order(Representative(c)), Size(c)],
      Concatenation(List(primes, p -> [Order(Representative(c)^p), Size(of(Representative(c)^p))]))))];
end;;
Emit(List([%s], Signature));
"""


@pytest.fixture(scope="module")
def signatures() -> dict[str, list]:
    answer = gap.run(_PROGRAM % ", ".join(expression for _, expression in GROUPS), timeout=120.0)
    return dict(zip((name for name, _ in GROUPS), answer, strict=True))


@pytest.mark.parametrize("name", [name for name, _ in GROUPS])
def test_classes_agree(name: str, signatures: dict[str, list]) -> None:
    order, exponent_, derived, rational, expected = signatures[name]
    atoms = parse(name)
    group = atoms.build()
    classes = conjugacy_classes(group)
    assert atoms.order == group.order == order
    assert exponent(classes) == exponent_
    assert len(commutator_subgroup(group, classes)) == derived
    assert len(galois_orbits(group, classes)) == rational
    mine = [
        [classes.orders[c], classes.sizes[c]]
        + [entry for images in classes.power_maps.values() for entry in _kind(classes, images[c])]
        for c in range(len(classes))
    ]
    assert sorted(mine) == sorted(expected)


def _kind(classes, c: int) -> tuple[int, int]:
    return classes.orders[c], classes.sizes[c]


# Groups of one order, told apart by GAP's small groups library.
IDENTIFIED = {
    "D4": [8, 3],
    "Q8": [8, 4],
    "Q16": [16, 9],
    "Dic3": [12, 1],
    "Heis(3)": [27, 3],
    "Ex(3^(1+2),-)": [27, 4],
    "Ex(2^(1+4),+)": [32, 49],
    "Ex(2^(1+4),-)": [32, 50],
    "SL(2,3)": [24, 3],
    "GL(2,3)": [48, 29],
    "AGL(1,8)": [56, 11],
    "AGL(1,9)": [72, 39],
    "Z7:Z3": [21, 1],
    "Z3xS3": [18, 3],
}


def test_isomorphism_types() -> None:
    """Our permutations, identified by GAP."""
    import numpy as np

    lists = []
    for name in IDENTIFIED:
        group = parse(name).build()
        images = group.permutations(np.array(group.generators)).astype(int) + 1
        lists.append("Group(" + ",".join(f"PermList({row})" for row in images.tolist()) + ")")
    assert gap.run(f"Emit(List([{','.join(lists)}], IdGroup));") == list(IDENTIFIED.values())


def test_import() -> None:
    assert gap.group("SL(2,3)").order == 24  # its nice monomorphism has a larger range


@pytest.mark.slow
@pytest.mark.parametrize(
    ("expression", "order"), [("SmallGroup(24,3)", 24), ("TrivialGroup()", 1), ("CyclicGroup(300)", 300)]
)
def test_imports(expression: str, order: int) -> None:
    assert gap.group(expression).order == order


@pytest.mark.parametrize(
    ("expression", "kind", "message"),
    [
        pytest.param("SL(2,Integers)", GapError, "the group is infinite", marks=pytest.mark.slow),
        pytest.param("5", GapError, "the value is not a group", marks=pytest.mark.slow),
        pytest.param(
            'CharacterTable("M11")', GapError, "a character table has no elements", marks=pytest.mark.slow
        ),
        ("Foo(3)", GapError, "must have a value"),
        (
            "SymmetricGroup(20)",
            LimitError,
            "order 2,432,902,008,176,640,000 is beyond the limit of 5,000,000",
        ),
        pytest.param("SmallGroup(24,3", GapError, "Syntax error", marks=pytest.mark.slow),
        pytest.param("1/0", GapError, "must not be zero", marks=pytest.mark.slow),
    ],
)
def test_refusals(expression: str, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message) as caught:
        gap.group(expression)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("gap:")


def test_timeout() -> None:
    with pytest.raises(GapError, match=r"no answer within 0\.5 seconds"):
        gap.run("while true do od;", timeout=0.5)


def test_values_survive_the_transport() -> None:
    assert gap.run('Emit([1, -7, 2^100, "a\\"b\\\\c", true, fail, [], [[2]], [1..3]]);') == [
        1, -7, 2**100, 'a"b\\c', True, None, [], [[2]], [1, 2, 3],
    ]  # fmt: skip


@pytest.mark.slow
def test_lines_beyond_the_longest_one_of_gap() -> None:
    assert gap.run("Emit([1..20000]);") == list(range(1, 20001))
