"""Every kind of bad group input is refused with one line that says what is wrong and where."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.errors import GapError, InputError, LimitError, UnknownNameError
from theory.groups import gap
from theory.groups.construct import (
    from_cayley_table,
    from_matrices,
    from_permutations,
    from_presentation,
    semidirect_product,
)
from theory.groups.naming import GapExpression, GroupExpression, GroupFile, parse, resolve

Z3 = [[0, 1, 2], [1, 2, 0], [2, 0, 1]]
# A Latin square with identity 0 that is not associative; no smaller one exists.
LOOP = [[0, 1, 2, 3, 4], [1, 0, 3, 4, 2], [2, 4, 0, 1, 3], [3, 2, 4, 0, 1], [4, 3, 1, 2, 0]]


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("C5", UnknownNameError, "C5: unknown group 'C5' at position 1; did you mean Z5?"),
        ("Z2xSym(5)", UnknownNameError, "unknown group 'Sym(5)' at position 4; did you mean S5?"),
        ("psl(2,7)", UnknownNameError, "did you mean PSL(2,7)?"),
        ("Heis7", UnknownNameError, "did you mean Heis(7)?"),
        ("Monster", UnknownNameError, "known names: Zn, Dn, Dicn, Qm, V4"),
        ("M13", UnknownNameError, "M11 and M12 are built in"),
        ("", InputError, "the group is empty"),
        ("Z2x", InputError, "Z2x: a group name is missing at position 4: the expression ends"),
        ("xZ2", InputError, "a group name is missing at position 1: found 'x'"),
        ("Z2yZ3", InputError, "unexpected 'y' at position 3; join factors by x"),
        ("Z2^0", InputError, "the exponent at position 4 is no positive count"),
        ("Z2^", InputError, "the exponent at position 4 is no positive count"),
        ("Z0", InputError, "Z0: the number must be at least 1"),
        ("Z2^300", LimitError, "300 direct factors, the limit is 200"),
        ("Z" + "9" * 5000, LimitError, "the limit for an expression is 2,000"),
        ("Z" + "9" * 20, LimitError, "more than 15 digits"),
        ("S26", LimitError, "S26: order 403,291,461,126,605,635,584,000,000, the limit is degree 25"),
        ("Q12", InputError, "a power of 2 from 8 on"),
        ("GL(2,6)", InputError, "GL(2,6): 6 is not a prime power, so there is no field of 6 elements"),
        ("PSp(3,3)", InputError, "the dimension of a symplectic space is even, not 3"),
        ("AGL(2,3)", InputError, "only AGL(1,q) is supported"),
        ("Heis(4)", InputError, "4 is not a prime"),
        ("Ex(4^(1+2),+)", InputError, "4 is not a prime"),
        ("Ex(2^(1+3),+)", InputError, "1+3 is not"),
        ("Z7:Z4", InputError, "4 does not divide 7 - 1 = 6"),
        ("Z9:Z2", InputError, "9 is not a prime"),
        ("nowhere.json", InputError, "nowhere.json: no such file"),
        ("./nowhere", InputError, "./nowhere: no such file"),
        ("no\nwhere.json", InputError, "no\\nwhere.json: no such file"),
        ("nul\0.json", InputError, "nul\\x00.json: no such file"),
        ("B" * 1900, UnknownNameError, "BBB: unknown group 'BBB"),
        ("gap:", InputError, "gap: no expression follows"),
    ],
)
def test_names(text: str, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        resolve(text)
    assert message in str(caught.value)
    assert_one_line(caught.value)


def assert_one_line(error: BaseException, start: str = "") -> None:
    assert str(error).startswith(start)
    assert "\n" not in str(error)
    assert 10 < len(str(error)) < 400


@given(st.text(alphabet="ZDSAQMGLPpxHeis0123456789^:(),+- ", max_size=20))
def test_any_text_parses_or_is_refused_in_one_line(text: str) -> None:
    try:
        expression = parse(text)
    except InputError as error:
        assert_one_line(error)
    else:
        again = "x".join(atom.name for atom in expression.factors)
        assert parse(again).factors == expression.factors
        assert expression.order >= 1


@given(st.text(max_size=20))
def test_any_text_at_all_is_refused_in_one_line(text: str) -> None:
    try:
        resolve(text)
    except InputError as error:
        assert_one_line(error)


def test_names_are_data_only() -> None:
    expression = resolve(" Z2 ^ 3 x S3 ")
    assert isinstance(expression, GroupExpression)
    assert expression.order == 48
    assert resolve("S25").order == 15511210043330985984000000
    assert resolve("Z10^12").order == 10**12
    assert resolve("gap: SmallGroup(8,3)") == GapExpression("SmallGroup(8,3)")


def test_huge_orders_of_given_generators_stop_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """A_299 from two cycles: neither its chain is finished, nor a level built that does not fit."""
    cycle, three = np.roll(np.arange(299), 1), np.r_[1, 2, 0, np.arange(3, 299)]
    generators = [cycle.tolist(), three.tolist()]
    with pytest.raises(LimitError, match=r"p: the order is above 10\^40, the limit for permutations"):
        from_permutations(generators, name="p")
    monkeypatch.setattr("theory.groups.schreier_sims.TRANSVERSAL_LIMIT", 150_000)
    with pytest.raises(LimitError, match=r"needs [\d,]+ entries beside 89,401 others, the limit is 150,000"):
        from_permutations(generators, name="p")


@pytest.mark.parametrize("name", ["S11", "Z10^12", "PSp(4,9)", "Z5000011"])
def test_groups_beyond_memory(name: str) -> None:
    expression = parse(name)
    with pytest.raises(LimitError, match=r"order [\d,]+ is beyond the limit of 5,000,000 elements"):
        expression.build()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (LOOP, "t: not a group: (1·1)·2 = 2 but 1·(1·2) = 4"),
        ([[0, 1], [1, 1]], "t: 'cayley_table' is not a Latin square: row 1 holds 1 twice"),
        ([[0, 1], [0, 1]], "t: 'cayley_table' is not a Latin square: column 0 holds 0 twice"),
        ([[0, 2, 1], [2, 1, 0], [1, 0, 2]], "t: not a group: no identity"),
        ([], "t: the Cayley table is empty"),
        ([[0, 1], [1]], "t: the Cayley table is not square: row 1 has 1 entries, not 2"),
        ([[0, 1, 0], [1, 0, 1]], "t: the Cayley table is not square: row 0 has 3 entries, not 2"),
        ([0, 1], "t: row 0 of the Cayley table is 0, not a row of 2 integers"),
        ([[0, 1.0], [1, 0]], "t: the entry 1.0 in row 0, column 1 is not an integer"),
        ([[0, True], [1, 0]], "t: the entry True in row 0, column 1 is not an integer"),
        ([[0, "1"], [1, 0]], "t: the entry '1' in row 0, column 1 is not an integer"),
        ([[0, None], [1, 0]], "t: the entry None in row 0, column 1 is not an integer"),
        ([[0, float("nan")], [1, 0]], "t: the entry nan in row 0, column 1 is not an integer"),
        ([[0, -1], [1, 0]], "t: the entry -1 in row 0, column 1 is outside 0..1 (or 1..2)"),
        ([[0, 2], [1, 0]], "t: the entry 2 in row 0, column 1 is outside 0..1 (or 1..2)"),
        ([[0, 10**40], [1, 0]], f"t: the entry {10**40} in row 0, column 1 is outside 0..1"[:50]),
        ([[0] * 4097] * 4097, "t: a Cayley table of order 4,097; the limit is 4,096 rows"),
        (np.array([[0.0, 1.0], [1.0, 0.0]]), "t: the entries are of type float64, not integers"),
        (np.array([[False, True], [True, False]]), "t: the entries are of type bool, not integers"),
    ],
)
def test_cayley_tables(table: object, message: str) -> None:
    with pytest.raises(InputError) as caught:
        from_cayley_table(table, name="t")
    assert str(caught.value).startswith(message)
    assert_one_line(caught.value)


def test_messages_use_the_users_names() -> None:
    with pytest.raises(InputError, match=r"t: not a group: \(a·a\)·b = b but a·\(a·b\) = d"):
        from_cayley_table(LOOP, labels=["e", "a", "b", "c", "d"], name="t")
    shifted = [[entry + 1 for entry in row] for row in LOOP]
    with pytest.raises(InputError, match=r"t: not a group: \(2·2\)·3 = 3 but 2·\(2·3\) = 5"):
        from_cayley_table(shifted, name="t")


@given(data=st.data())
def test_corrupted_tables_are_refused_with_a_true_witness(data: st.DataObject) -> None:
    """Any change of cells of a group's table that keeps a Latin square with identity breaks associativity."""
    name = data.draw(st.sampled_from(["Z6", "S3", "Q8", "D4", "Z2^3", "A4"]))
    group = parse(name).build()
    n = group.order
    table = group.multiply(np.arange(n)[:, None], np.arange(n)[None, :])
    kind = data.draw(st.sampled_from(["cell", "intercalate"]))
    if kind == "cell":
        row, column = data.draw(st.integers(0, n - 1)), data.draw(st.integers(0, n - 1))
        table[row, column] = (table[row, column] + data.draw(st.integers(1, n - 1))) % n
    else:
        # Swap the symbols of a 2x2 Latin subsquare away from the identity's row and column.
        squares = [
            (a, b, c, d)
            for a in range(1, n)
            for b in range(a + 1, n)
            for c in range(1, n)
            for d in range(c + 1, n)
            if table[a, c] == table[b, d] and table[a, d] == table[b, c]
        ]
        a, b, c, d = data.draw(st.sampled_from(squares))
        table[[a, b, a, b], [c, c, d, d]] = table[[b, a, b, a], [c, c, d, d]]
    with pytest.raises(InputError) as caught:
        from_cayley_table(table, name="t")
    message = str(caught.value)
    if kind == "intercalate":
        left, right = message.removeprefix("t: not a group: ").split(" but ")
        x, s, y = (int(word) for word in left.split(" = ")[0].replace("(", "").replace(")", "").split("·"))
        assert table[table[x, s], y] == int(left.split(" = ")[1])
        assert table[x, table[s, y]] == int(right.split(" = ")[1])
        assert table[table[x, s], y] != table[x, table[s, y]]
    else:
        assert "Latin square" in message


@pytest.mark.parametrize(
    ("generators", "message"),
    [
        ([], "p: 'permutations' is empty"),
        ([[1, 0], [1, 2, 0]], "p: generator 1 has degree 3, generator 0 has degree 2"),
        ([[0, 0, 1]], "p: generator 0: not a permutation: 0 and 1 both go to 0"),
        ([[0, 3, 1]], "p: generator 0: not a permutation: the image of 1 is 3, outside 0..2"),
        ([[2, 1]], "p: generator 0 counts points from 1; lists of images count from 0"),
        ([[0, -1]], "p: generator 0: not a permutation: the image of 1 is -1"),
        ([[0, 1.5]], "p: generator 0: the image of 1 is 1.5, not an integer"),
        ([[0, True]], "p: generator 0: the image of 1 is True, not an integer"),
        ([5], "p: generator 0 is 5; give a list of images"),
        (["(1,2", "(1,2)"], "p: generator 0: '(1,2' is not in cycle notation"),
        (["(1,2)(2,3)"], "p: generator 0: '(1,2)(2,3)' holds 2 twice; cycles must be disjoint"),
        (["(0,1)"], "p: generator 0: cycle notation counts points from 1"),
        (["(1,999999)"], "p: generator 0: point 999999 is beyond the limit of 100,000 points"),
        (["(1,9999999999)"], "p: generator 0: a point of '(1,9999999999)' is beyond the limit"),
        (
            [f"({2 * i + 1},{2 * i + 2})" for i in range(150)],
            "p: the order is above 10^40, the limit for perm",
        ),
        (["(1,2)", [1, 0]], "p: give all permutations as lists of images or all as strings of cycles"),
        (
            ["(1,2)", "(1,2,3,4,5,6,7,8,9,10,11,12,13)"],
            "p: order 6,227,020,800 is beyond the limit of 5,000,000",
        ),
        (
            ["(" + ",".join(map(str, range(1, 9001))) + ")"],
            "p: an orbit of 9,000 of 9,000 points needs 81,000,000",
        ),
    ],
)
def test_permutations(generators: list, message: str) -> None:
    with pytest.raises(InputError) as caught:
        from_permutations(generators, name="p")
    assert str(caught.value).startswith(message)
    assert_one_line(caught.value)


@pytest.mark.parametrize(
    ("matrices", "field", "message"),
    [
        ([[[1, 1], [1, 1]]], 3, "m: matrix 0 is singular over GF(3): rank 1, not 2"),
        ([[[1, 0], [0, 1]], [[3, 0], [0, 1]]], 3, "m: matrix 1 is singular over GF(3): rank 1, not 2"),
        ([[[1, 0], [0, 1]]], 6, "m: 6 is not a prime power, so there is no field of 6 elements"),
        ([[[1, 0], [0, 1]]], 1, "m: a field of 1 elements"),
        ([[[1, 0], [0, 1]]], 10**9 + 7, "m: a field of 1000000007 elements"),
        ([[[1, 0], [0, 1]]], "3", "m: 'field' is '3'; give the number of elements"),
        ([], 3, "m: 'matrices' is empty"),
        ([[[1, 0], [0]]], 3, "m: matrix 0: row 1 is not a list of 2 entries"),
        ([[[1, 0]]], 3, "m: matrix 0: row 0 is not a list of 1 entries"),
        ([[[1]], [[1, 0], [0, 1]]], 3, "m: matrix 1 is not a list of 1 rows like matrix 0"),
        ([[[1, 0], [0, 1.0]]], 3, "m: matrix 0: the entry 1.0 in row 1, column 1 is not an integer"),
        ([[[1, 0], [0, 4]]], 4, "m: matrix 0: the entry 4 in row 1, column 1 is outside 0..3"),
        ([5], 3, "m: matrix 0 has 0 rows"),
    ],
)
def test_matrices(matrices: list, field: int, message: str) -> None:
    with pytest.raises(InputError) as caught:
        from_matrices(matrices, field, name="m")
    assert str(caught.value).startswith(message)
    assert_one_line(caught.value)


@pytest.mark.parametrize(
    ("generators", "relators", "message"),
    [
        ([], ["a"], "f: 'generators' is []"),
        (["a", "a"], ["a"], "f: the generator a is listed twice"),
        (["a b"], ["a"], "f: 'a b' is not a name of a generator"),
        (["a"], "a^2", "f: 'relators' is 'a^2'"),
        (["a", "b"], ["a^2"], "f: the generator b occurs in no relator, so the group is infinite"),
        (
            ["a", "b"],
            ["ab"],
            "f: relator 0: 'ab' holds 'ab', but the generators are a, b; write products with *",
        ),
        (["a"], ["a^2", "(a"], "f: relator 1: '(a': expected ')' at position 3, found the end"),
        (["a"], ["a^"], "f: relator 0: 'a^': expected an integer exponent at position 3"),
        (["a"], ["a^2.5"], "f: relator 0: 'a^2.5': expected the end at position 4, found '.'"),
        (["a"], ["__import__('os')"], "f: relator 0: \"__import__('os')\" holds '__import__'"),
        (["a"], ["a^99999999"], "f: relator 0: 'a^99999999' has 99,999,999 letters, the limit is 10,000"),
        (["a"], ["(" * 60 + "a" + ")" * 60], "f: relator 0: brackets nested deeper than 50"),
        (["a"], [7], "f: relator 0 is 7, not a string"),
        (["a"], [""], "f: relator 0: '': expected a generator, 1, '(' or '[' at position 1, found the end"),
    ],
)
def test_presentations(generators: list, relators: list, message: str) -> None:
    with pytest.raises(InputError) as caught:
        from_presentation(generators, relators, name="f")
    assert str(caught.value).startswith(message)
    assert_one_line(caught.value)


def test_a_presentation_that_does_not_end_is_killed() -> None:
    with pytest.raises(LimitError, match=r"f: the coset enumeration did not end within 0\.2 seconds"):
        from_presentation(["a", "b"], ["a^2", "b^3"], name="f", timeout=0.2)


@pytest.mark.slow
def test_an_infinite_group_reaches_the_limit() -> None:
    with pytest.raises(LimitError, match="does not collapse within 20,000 cosets"):
        from_presentation(["a", "b"], ["a^2", "b^3"], name="f", timeout=300.0)


def test_presented_groups() -> None:
    icosahedral = from_presentation(["a", "b"], ["a^2", "b^3", "(a*b)^5"])
    assert icosahedral.order == 60
    # Over 200 elements the regular action gives way to one on cosets.
    dihedral = from_presentation(["r", "s"], ["r^150", "s^2", "s r s = r^-1"])
    assert (dihedral.order, dihedral.degree < 300) == (300, True)


def test_automorphisms() -> None:
    normal, complement = parse("Z7").build(), parse("Z3").build()
    with pytest.raises(InputError, match="1 automorphisms for 0 generators"):
        semidirect_product(normal, parse("Z1").build(), [list(range(7))])
    with pytest.raises(InputError, match="automorphism 0: not an automorphism: the product of"):
        semidirect_product(normal, complement, [[0, 2, 1, 3, 4, 5, 6]])
    with pytest.raises(InputError, match="automorphism 0: 3 images for a group of order 7"):
        semidirect_product(normal, complement, [[0, 1, 2]])
    with pytest.raises(InputError, match="do not satisfy the relations of Z3"):
        semidirect_product(normal, complement, [[-i % 7 for i in range(7)]])


FILES: list[tuple[str, bytes, str]] = [
    ("g.json", b"\xff\xfe", "g.json: not UTF-8: byte 0xff at offset 0"),
    ("g.json", b"{", "g.json: not JSON:"),
    ("g.json", b"", "g.json: not JSON:"),
    ("g.json", b"[1]", "g.json: not a JSON object"),
    ("g.json", b"{}", "g.json: needs exactly one of the keys"),
    (
        "g.json",
        b'{"cayley_tabel": [[0]]}',
        "g.json: unknown key 'cayley_tabel'; did you mean 'cayley_table'?",
    ),
    ("g.json", b'{"gap": "SmallGroup(8,3)"}', "g.json: unknown key 'gap'"),
    ("g.json", b'{"cayley_table": 5}', "g.json: 'cayley_table' is int, not a list"),
    ("g.json", b'{"cayley_table": [[NaN]]}', "g.json: holds NaN, which is not a number"),
    (
        "g.json",
        b'{"cayley_table": [[0]], "cayley_table": [[0]]}',
        "g.json: the key 'cayley_table' occurs twice",
    ),
    (
        "g.json",
        b'{"cayley_table": [[' + b"9" * 5000 + b"]]}",
        "g.json: holds an integer of thousands of digits",
    ),
    ("g.json", b"[" * 100_000, "g.json: nested too deeply"),
    ("g.json", b'{"permutations": ["(1,2)"], "field": 3}', "g.json: the key 'field' belongs to 'matrices'"),
    ("g.json", b'{"permutations": ["(1,2)"], "matrices": []}', "g.json: needs exactly one of the keys"),
    ("g.json", b'{"matrices": [[[1]]]}', "g.json: 'matrices' needs 'field'"),
    ("g.json", b'{"presentation": ["a"]}', "g.json: 'presentation' needs the keys generators and relators"),
    (
        "g.json",
        json.dumps({"cayley_table": LOOP}).encode(),
        "g.json: not a group: (1·1)·2 = 2 but 1·(1·2) = 4",
    ),
    ("g.json", b'{"cayley_table": [["e"]], "elements": ["f"]}', "g.json: row 0 holds 'e', which 'elements'"),
    ("g.json", b'{"cayley_table": [[0]], "elements": ["f", "f"]}', "g.json: 'elements' names 'f' twice"),
    (
        "g.json",
        b'{"cayley_table": [[0]], "elements": ["f", "g"]}',
        "g.json: 2 element names for a table of 1 rows",
    ),
    ("t.csv", b"0,1\n1,x\n", "t.csv: line 2, column 2: 'x' is not an integer"),
    ("t.csv", b"0,1\n1,nan\n", "t.csv: line 2, column 2: 'nan' is not an integer"),
    ("t.csv", b"0,1\n1,0.5\n", "t.csv: line 2, column 2: '0.5' is not an integer"),
    ("t.csv", b"0,1\n1,\n", "t.csv: line 2, column 2: '' is not an integer"),
    (
        "t.csv",
        b"0,1\n1," + b"9" * 50 + b"\n",
        "t.csv: line 2, column 2: 99999999999999999999... has 50 digits",
    ),
    ("t.csv", b"0,1\n1\n", "t.csv: the Cayley table is not square: row 1 has 1 entries, not 2"),
    ("t.csv", b"0,-1\n1,0\n", "t.csv: the entry -1 in row 0, column 1 is outside 0..1"),
    ("t.csv", b"\n\n", "t.csv: the Cayley table is empty"),
    ("t.csv", b"0\x00,1", "t.csv: "),
    ("t.csv", b"\xe4,1", "t.csv: not UTF-8: byte 0xe4 at offset 0"),
    ("t.npy", b"", "t.npy: not a .npy file, or cut short"),
    ("t.npy", b"\x93NUMPY\x01\x00\x10\x00garbage header!!", "t.npy: not a .npy file, or cut short"),
]


@pytest.mark.parametrize(("name", "content", "message"), FILES)
def test_files(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    source = resolve(str(path))
    assert isinstance(source, GroupFile)
    with pytest.raises(InputError) as caught:
        source.build()
    assert str(caught.value).startswith(message)
    assert_one_line(caught.value)


SMALL = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 5),
    st.floats(),
    st.sampled_from(["", "a", "(1,2)", "(1 2 3)", "a^2"]),
)
JSON = st.recursive(SMALL, lambda inner: st.lists(inner, max_size=3), max_leaves=12)


@given(
    document=st.fixed_dictionaries(
        {},
        optional={
            "cayley_table": JSON,
            "permutations": JSON,
            "matrices": JSON,
            "field": st.one_of(JSON, st.sampled_from([2, 3, 4, 6])),
            "elements": JSON,
        },
    )
)
def test_any_document_is_a_group_or_is_refused_in_one_line(
    document: dict, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(document))
    try:
        group = resolve(str(path)).build()
    except InputError as error:
        assert_one_line(error, "any.json: ")
    else:
        assert not group.multiply(np.array([0]), np.array([0])).any()


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.array([[0.0]]), "t.npy: entries of type float64, not integers"),
        (np.array([[True]]), "t.npy: entries of type bool, not integers"),
        (np.array([0, 1]), "t.npy: an array of 1 dimensions, not a square table"),
        (np.array([[0, 1]]), "t.npy: the Cayley table is not square: row 0 has 2 entries, not 1"),
        (np.zeros((5000, 2), dtype=np.int8), "t.npy: a Cayley table of order 5,000"),
        (
            np.array([[0, 1], [1, 2**63]], dtype=np.uint64),
            "t.npy: the entry 9223372036854775808 in row 1, column 1",
        ),
        (np.array([[print]], dtype=object), "t.npy: holds Python objects"),
    ],
)
def test_npy_arrays(tmp_path: Path, array: np.ndarray, message: str) -> None:
    path = tmp_path / "t.npy"
    np.save(path, array, allow_pickle=True)
    with pytest.raises(InputError) as caught:
        resolve(str(path)).build()
    assert str(caught.value).startswith(message)
    assert_one_line(caught.value)


def test_npy_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "t.npy"
    np.save(path, np.zeros((50, 50), dtype=np.int64))
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(InputError, match="cut short"):
        resolve(str(path)).build()


def test_good_files(tmp_path: Path) -> None:
    def order(name: str, content: str) -> int:
        (tmp_path / name).write_text(content)
        return resolve(str(tmp_path / name)).build().order

    assert order("a.json", json.dumps({"cayley_table": Z3, "name": "Z3"})) == 3
    assert order("b.json", '{"cayley_table": [["e","t"],["t","e"]], "elements": ["e","t"]}') == 2
    assert order("c.json", '{"permutations": ["(1,2)", "(1,2,3)"]}') == 6
    assert order("d.json", '{"permutations": [[1,0,2],[1,2,0]]}') == 6
    assert order("e.json", '{"matrices": [[[1,1],[0,1]],[[0,-1],[1,0]]], "field": 5}') == 120
    assert order("f.json", '{"presentation": {"generators": ["a"], "relators": ["a^6"]}}') == 6
    assert order("g.csv", "0, 1\r\n1, 0\r\n\r\n") == 2
    assert order("h.csv", "\ufeff1,2\n2,1\n") == 2
    np.save(tmp_path / "t.npy", np.array(Z3, dtype=np.uint8))
    assert resolve(str(tmp_path / "t.npy")).build().order == 3


def test_a_folder_and_an_unknown_suffix(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a file"):
        resolve(str(tmp_path))
    (tmp_path / "group.txt").write_text("0")
    with pytest.raises(InputError, match=r"unknown kind of file '\.txt'"):
        resolve(str(tmp_path / "group.txt"))


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(2**26 + 1)
    with pytest.raises(LimitError, match=r"large\.json: 67,108,865 bytes, the limit for a group file"):
        resolve(str(path)).build()


def test_missing_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(GapError, match="apt-get install -y --no-install-recommends gap-core gap-smallgrp"):
        gap.run("Emit(1);")


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("exit 139", r"gap: stopped without an answer \(exit status 139\)"),
        ("echo 'Error, no memory'", "gap: no memory"),
        ("cat > /dev/null; echo '<<<gammastar-begin>>>1'", "stopped without an answer"),
        ("cat > /dev/null; echo '<<<gammastar-begin>>>hi<<<gammastar-end>>>'", "the answer is not what"),
        ("sleep 60", r"gap: no answer within 0\.3 seconds"),
    ],
)
def test_failing_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, message: str) -> None:
    program = tmp_path / "gap"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(GapError, match=message):
        gap.run("Emit(1);", timeout=0.3 if "sleep" in script else 30.0)
