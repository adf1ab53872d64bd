"""Attacks on certificates of dihedral and dicyclic groups by their definition: re-sealed, and refused."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from issued import issued

from certificates.checker import CertificateError, CertificateLimitError, check, digest

Document = dict[str, Any]


def certificate(name: str, arity: int = 2) -> Document:
    document: Document = json.loads(issued(name, arity))
    assert document["group"]["kind"] == "inversion"
    return document


def sealed(document: Document) -> bytes:
    return json.dumps(document | {"sha256": digest(document)}).encode()


def failed(document: Document) -> list[str]:
    """Facts that fail by themselves, not because another one does."""
    facts = check(sealed(document)).facts
    return [f.name for f in facts if f.status == "failed" and not f.detail.startswith("rests on")]


def place(document: Document, element: list[int]) -> int:
    found: int = document["group"]["representatives"].index(element)
    return found


def row(document: Document, descriptor: list[int]) -> int:
    found: int = document["characters"]["exponents"].index(descriptor)
    return found


def change(path: tuple[Any, ...], value: Any) -> Callable[[Document], None]:
    def forge(document: Document) -> None:
        node: Any = document
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = value

    return forge


def descriptor(old: list[int], new: list[int]) -> Callable[[Document], None]:
    def forge(document: Document) -> None:
        document["characters"]["exponents"][row(document, old)] = new

    return forge


def element(old: list[int], new: list[int]) -> Callable[[Document], None]:
    def forge(document: Document) -> None:
        document["group"]["representatives"][place(document, old)] = new

    return forge


def of_the_other_group(*keys: str) -> Callable[[Document], None]:
    """D6 with parts of Dic3 and the reverse: both have order 12, 6 classes of the same sizes."""

    def forge(document: Document) -> None:
        other = certificate("D6" if document["group"]["square"] else "Dic3")
        document.update({key: other[key] for key in keys})

    return forge


def twice_as_large(document: Document) -> None:
    document["group"] |= {"modulus": 12, "order": "24"}


def other_images(document: Document) -> None:
    """The cubes of the two classes of elements of order 4 exchanged."""
    image = document["power_maps"]["3"]
    x, y = place(document, [0, 1]), place(document, [1, 1])
    assert (image[x], image[y]) == (y, x)
    image[x], image[y] = x, y


def one_character_fewer(document: Document) -> None:
    document["characters"]["exponents"].pop()
    document["classes"].pop()
    document["group"]["representatives"].pop()
    document["indicators"].pop()
    for image in document["power_maps"].values():
        image.pop()
        image[:] = [min(target, len(image) - 1) for target in image]
    document["program"]["dual"].pop()
    document["program"]["rows"].pop()
    document["structure"]["classes"].pop()
    document["structure"]["orbits"].pop()


def swapped_sizes(document: Document) -> None:
    classes = document["classes"]
    classes[1]["size"], classes[2]["size"] = classes[2]["size"], classes[1]["size"]


FORGED: list[tuple[str, str, Callable[[Document], None]]] = [
    ("group", "Dic3", change(("group", "modulus"), 12)),
    ("group", "Dic3", change(("group", "order"), "24")),
    ("group", "Dic3", twice_as_large),  # 3 is not half of 12
    ("classes", "D6", twice_as_large),
    *(("group", "Dic3", change(("group", "square"), z)) for z in (1, 2, 4, 5)),
    *(("group", "D6", change(("group", "square"), z)) for z in (1, 2, 4, 5)),
    *(("group", "D5", change(("group", "square"), z)) for z in (1, 2, 3, 4)),
    ("character table", "Dic3", change(("group", "square"), 0)),
    ("character table", "D6", change(("group", "square"), 3)),
    ("classes", "Dic3", of_the_other_group("group", "characters")),
    ("classes", "D6", of_the_other_group("group", "characters")),
    ("indicators", "Dic3", of_the_other_group("group", "characters", "classes", "power_maps")),
    # z = 4 is even in both: the characters are the same, the group is not
    ("element orders", "Dic4", change(("group", "square"), 0)),
    ("indicators", "Dic4", change(("group", "square"), 0)),
    ("element orders", "D8", change(("group", "square"), 4)),
    ("indicators", "D8", change(("group", "square"), 4)),
    ("character table", "Dic3", descriptor([2], [1])),
    ("character table", "Dic3", descriptor([2], [5])),  # the same as [1]
    ("character table", "Dic3", descriptor([2], [0])),
    ("character table", "Dic3", descriptor([2], [3])),
    ("character table", "Dic3", descriptor([2], [0, 2])),
    ("character table", "Dic3", descriptor([2], [2, 0])),
    ("character table", "Dic3", descriptor([3, 1], [3, 0])),
    ("character table", "Dic3", descriptor([3, 1], [3])),
    ("character table", "Dic3", descriptor([0, 2], [0, 1])),
    ("character table", "D6", descriptor([3, 2], [3, 1])),
    ("character table", "Dic3", descriptor([0, 0], [0, 2])),
    ("classes", "Dic3", element([2, 0], [1, 0])),
    ("classes", "Dic3", element([2, 0], [5, 0])),
    ("classes", "Dic3", element([1, 1], [2, 1])),
    ("classes", "D6", element([1, 1], [4, 1])),
    ("classes", "Dic3", element([0, 0], [4, 0])),
    ("classes", "Dic3", swapped_sizes),
    ("classes", "Dic3", change(("classes", 5, "size"), "1")),
    ("classes", "Dic3", one_character_fewer),
    ("element orders", "Dic3", change(("classes", 5, "order"), 12)),
    ("element orders", "Dic4", change(("classes", 1, "order"), 4)),
    ("power maps", "Dic3", other_images),
    ("power maps", "Dic3", change(("power_maps", "2", 3), 0)),
    ("power maps", "Dic3", change(("power_maps", "5"), [0, 1, 2, 4, 3, 5])),
    ("indicators", "Dic3", change(("indicators", 5), 1)),
    ("indicators", "Dic3", change(("indicators", 2), 1)),
    ("indicators", "D6", change(("indicators", 5), -1)),
]


@pytest.mark.parametrize(
    ("fact", "name", "forge"),
    FORGED,
    ids=[f"{n}: {fact} of {name}" for n, (fact, name, _) in enumerate(FORGED)],
)
def test_a_forgery_fails_its_fact(fact: str, name: str, forge: Callable[[Document], None]) -> None:
    document = certificate(name)
    assert failed(document) == []
    forge(document)
    assert fact in failed(document)


def test_row_and_class_0_are_trivial() -> None:
    """All that is listed is right, but the identity and the trivial character do not come first."""
    document = certificate("D6")
    elements, characters = document["group"]["representatives"], document["characters"]["exponents"]
    elements[0], elements[1] = elements[1], elements[0]
    assert "classes" in failed(document)
    document = certificate("D6")
    characters = document["characters"]["exponents"]
    characters[0], characters[1] = characters[1], characters[0]
    assert "character table" in failed(document)


def test_nothing_of_the_program_is_proved_of_a_table_that_is_none() -> None:
    document = certificate("Dic3")
    document["group"]["square"] = 1
    facts = {fact.name: fact.status for fact in check(sealed(document)).facts}
    assert facts["group"] == facts["rows"] == facts["primal feasibility"] == facts["shares"] == "failed"
    assert set(facts) == {fact.name for fact in check(sealed(certificate("Dic3"))).facts}


# ---------------------------------------------------------------- true statements, otherwise written


@pytest.mark.parametrize(
    "forge",
    [
        descriptor([2], [4]),
        descriptor([1], [5]),
        element([2, 0], [4, 0]),
        element([0, 1], [2, 1]),
        element([1, 1], [5, 1]),
    ],
)
def test_another_name_of_the_same(forge: Callable[[Document], None]) -> None:
    document = certificate("Dic3")
    forge(document)
    assert failed(document) == []


def test_an_automorphism_may_be_applied() -> None:
    """`t -> at` exchanges the two classes of reflections, and the rows `[3, 0]` and `[3, 2]`."""
    document = certificate("D6")
    elements, characters = document["group"]["representatives"], document["characters"]["exponents"]
    x, y = place(document, [0, 1]), place(document, [1, 1])
    elements[x], elements[y] = elements[y], elements[x]
    i, j = row(document, [3, 0]), row(document, [3, 2])
    characters[i], characters[j] = characters[j], characters[i]
    assert failed(document) == []


@pytest.mark.parametrize(
    ("name", "modulus", "square", "elements", "characters"),
    [
        ("Z2", 1, 0, [[0, 0], [0, 1]], [[0, 0], [0, 2]]),
        (
            "Z4",
            2,
            1,
            [[0, 0], [1, 0], [0, 1], [1, 1]],
            [[0, 0], [0, 2], [1, 1], [1, 3]],
        ),
        ("V4", 2, 0, [[0, 0], [0, 1], [1, 0], [1, 1]], [[0, 0], [0, 2], [1, 0], [1, 2]]),
    ],
)
def test_groups_of_order_2_and_4_by_inversion(
    name: str, modulus: int, square: int, elements: list[list[int]], characters: list[list[int]]
) -> None:
    """The least groups of this form are abelian; what holds of their certificates holds of these."""
    document: Document = json.loads(issued(name))
    known = document["group"]["representatives"], document["characters"]["exponents"]
    document["group"] = {
        "kind": "inversion",
        "order": document["group"]["order"],
        "modulus": modulus,
        "square": square,
        "representatives": elements,
    }
    document["characters"] = {"exponents": characters}
    assert failed(document) == [], known
    if name != "Z2":
        document["group"]["square"] = 1 - square
        assert failed(document)


# ---------------------------------------------------------------- no certificate


@pytest.mark.parametrize(
    ("forge", "message"),
    [
        (change(("group", "square"), 6), "group.square: holds 6, which is not between 0 and 5"),
        (change(("group", "square"), -3), "group.square: holds -3"),
        (change(("group", "square"), "3"), "group.square"),
        (change(("group", "modulus"), 0), "group.modulus"),
        (change(("group", "modulus"), True), "group.modulus"),
        (change(("group", "degree"), 6), 'group: holds the unknown key "degree"'),
        (element([2, 0], [8, 0]), "holds 8, which is not between 0 and 5"),
        (element([2, 0], [2, 2]), "holds 2, which is not between 0 and 1"),
        (element([2, 0], [2]), "has 1 entries instead of 2"),
        (element([2, 0], [2, 0, 0]), "has 3 entries instead of 2"),
        (descriptor([2], [8]), "holds 8, which is not between 0 and 5"),
        (descriptor([2], [-4]), "holds -4, which is not between 0 and 5"),
        (descriptor([2], []), "has 0 entries instead of 2"),
        (descriptor([0, 2], [0, 6]), "holds 6, which is not between 0 and 3"),
        (descriptor([0, 2], [0, 2, 0]), "has 3 entries instead of 2"),
        (change(("characters",), {"values": [["1"] * 6] * 6}), "characters: lacks the key 'exponents'"),
        (change(("characters", "exponents"), [[0, 0]] * 5), "has 5 entries instead of 6"),
        (change(("group", "representatives"), [[0, 0]] * 5), "has 5 entries for 6 classes"),
        (change(("group", "kind"), "abelian"), "group: lacks the key 'invariants'"),
        (change(("group", "kind"), "inverted"), "is none of permutations, abelian, inversion, table"),
    ],
)
def test_another_shape_is_no_certificate(forge: Callable[[Document], None], message: str) -> None:
    document = certificate("Dic3")
    forge(document)
    with pytest.raises(CertificateError) as caught:
        check(sealed(document))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("forge", "message"),
    [
        (change(("group", "modulus"), 2001), "of order 2001; the checker's limit is 2000"),
        (change(("group", "modulus"), (1 << 31) - 1), "of order 2147483647; the checker's limit is 2000"),
        (change(("group", "representatives"), [[0, 0]] * 1004), "1004 entries; the checker's limit is 1003"),
        (change(("characters", "exponents"), [[0, 0]] * 1004), "1004 entries; the checker's limit is 1003"),
        (
            change(("classes",), [{"size": "1", "order": 1}] * 1004),
            "1004 entries; the checker's limit is 1003",
        ),
    ],
)
def test_limits_are_named_at_once(forge: Callable[[Document], None], message: str) -> None:
    document = certificate("Dic3")
    forge(document)
    start = time.perf_counter()
    with pytest.raises(CertificateLimitError) as caught:
        check(sealed(document))
    assert message in str(caught.value)
    assert time.perf_counter() - start < 1


def test_a_large_order_of_a_small_group_is_false() -> None:
    document = certificate("Dic3")
    document["group"]["order"] = "1" + "0" * 3000
    start = time.perf_counter()
    assert "group" in failed(document)
    assert time.perf_counter() - start < 1
