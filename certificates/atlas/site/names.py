"""Names and numbers as the pages write them: plain text, escaped where it is inserted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from certificates.wording import SUPERSCRIPTS, decimals, grouped, powers_of_ten

__all__ = ["PROPERTY_WORDS", "amount", "file_size", "gain", "listed", "pretty", "shortened", "times"]

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
LONGEST_NUMBER = 15  # digits of an order in a table
SHOWN = 6  # labels of a list
LONGEST_CELL = 60  # characters of labels

# property -> what it says, for people
PROPERTY_WORDS = {
    "abelian": "its elements commute",
    "nilpotent": "a product of p-groups",
    "solvable": "built of abelian groups",
    "supersolvable": "its chief factors are of prime order",
    "perfect": "without an abelian quotient",
    "simple": "without a normal subgroup",
    "p-group": "of prime power order",
    "Frobenius": "a kernel on which a complement acts without fixed points",
    "rational": "all characters are rational",
    "real": "all characters are real",
}


def pretty(name: str) -> str:
    """A name as a mathematician writes it, in plain text.

    >>> pretty("C2 x (C3 : C4)"), pretty("S3^3"), pretty("PSL(2,7)")
    ('C₂ × (C₃ ⋊ C₄)', 'S₃³', 'PSL(2,7)')
    >>> pretty("Z7:Z3"), pretty("U3(3)"), pretty("Ex(5^(1+2),+)")
    ('Z₇ ⋊ Z₃', 'U₃(3)', 'Ex(5^(1+2),+)')
    >>> pretty('gap:SmallGroup(8,3)')
    'gap:SmallGroup(8,3)'
    """
    if name.startswith("gap:"):
        return name
    text = re.sub(r"(?<=[A-Za-z])(\d+)", lambda found: found[1].translate(_SUBSCRIPTS), name)
    text = re.sub(r"\^(\d+)", lambda found: found[1].translate(SUPERSCRIPTS), text)
    text = re.sub(r"\s*:\s*(?=[A-Z(])", " ⋊ ", text)
    return text.replace(" x ", " × ")


def amount(number: int) -> str:
    """A count or an order: digits in threes, powers of ten where there are too many.

    >>> amount(7200), amount(36288000).replace("\u202f", " "), amount(808017424794512875886459904961710757)
    ('7200', '36 288 000', '8.080·10³⁵')
    """
    if len(str(number)) > LONGEST_NUMBER:
        return powers_of_ten(Decimal(number), 4)  # exact where floats end
    return grouped(number)


def gain(value: float) -> str:
    """A structure gain to four digits.

    >>> gain(6.195), gain(1.0), gain(12345678.9)
    ('6.195', '1', '1.235·10⁷')
    """
    return powers_of_ten(value, 4) if value >= 1e6 else decimals(value, 4)


def times(count: int, one: str, many: str | None = None) -> str:
    """A number with its noun.

    >>> times(1, "class", "classes"), times(5, "group")
    ('1 class', '5 groups')
    """
    return f"{amount(count)} {one if count == 1 else many or one + 's'}"


def listed(labels: Sequence[str]) -> str:
    """Labels in a cell: all, or the first ones, and of a long one its beginning.

    >>> listed(["3a", "3b"]), listed([f"g^{i}" for i in range(1, 30)])
    ('3a, 3b', 'g^1, g^2, g^3, g^4, g^5, …')
    """
    shown = [shortened(label) for label in labels[: SHOWN if len(labels) <= SHOWN else SHOWN - 1]]
    while len(shown) > 1 and sum(map(len, shown)) > LONGEST_CELL:
        shown.pop()
    return ", ".join([*shown, *["…"] * (len(shown) < len(labels))])


def shortened(label: str, length: int = LONGEST_CELL) -> str:
    """A label, or its beginning.

    >>> shortened("(1,2)(3,4)", 8)
    '(1,2)(3…'
    """
    return label if len(label) <= length else f"{label[: length - 1]}…"


def file_size(count: int) -> str:
    """Bytes for people.

    >>> file_size(900), file_size(4_111_359), file_size(78_813)
    ('900 bytes', '4.1 MB', '79 kB')
    """
    if count < 1000:
        return f"{count} bytes"
    value, unit = (count / 1e6, "MB") if count >= 1e6 else (count / 1e3, "kB")
    return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"
