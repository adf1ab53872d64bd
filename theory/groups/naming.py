"""The grammar of group names: `Z2^3xS3`, `PSL(2,7)`, `Z7:Z3`, files, and `gap:` expressions.

    expression = power ( "x" power )*        direct product
    power      = atom [ "^" count ]
    atom       = Zn | Dn | Dicn | Qm | V4 | Sn | An | Heis(p) | GL(n,q) | SL(n,q) | PSL(n,q) | PSp(n,q)
               | AGL(1,q) | M11 | M12 | Ex(p^(1+2n),+) | Ex(p^(1+2n),-) | Zp:Zq

Parsing builds nothing: orders come from formulas, so `S25` and `Z10^12` cost nothing. This module imports the
standard library only.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from math import factorial, prod
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from theory.arithmetic import is_prime, prime_power
from theory.errors import InputError, LimitError, UnknownNameError
from theory.groups.orders import group_order

if TYPE_CHECKING:
    from theory.groups.finite_group import FiniteGroup

__all__ = [
    "Atom",
    "GapExpression",
    "GroupExpression",
    "GroupFile",
    "GroupSource",
    "parse",
    "printable",
    "resolve",
]

Family = Literal[
    "Z", "D", "Dic", "Q", "V4", "S", "A", "Heis", "GL", "SL", "PSL", "PSp", "AGL", "M", "Ex", "Frobenius"
]
FILE_SUFFIXES = (".json", ".csv", ".npy")
DEGREE_LIMIT = 25  # of S_n and A_n: the partitions of 25 still give a table of 1,958 rows
FACTOR_LIMIT = 200
DIGIT_LIMIT = 15
TEXT_LIMIT = 2_000

_SHAPES: tuple[tuple[Family, re.Pattern[str]], ...] = (
    ("Frobenius", re.compile(r"Z([0-9]+)\s*:\s*Z([0-9]+)")),
    ("Z", re.compile(r"Z([0-9]+)")),
    ("Dic", re.compile(r"Dic([0-9]+)")),
    ("D", re.compile(r"D([0-9]+)")),
    ("Q", re.compile(r"Q([0-9]+)")),
    ("V4", re.compile(r"V4(?![0-9])")),
    ("S", re.compile(r"S([0-9]+)")),
    ("A", re.compile(r"A([0-9]+)")),
    ("Heis", re.compile(r"Heis\s*\(\s*([0-9]+)\s*\)")),
    ("GL", re.compile(r"GL\s*\(\s*([0-9]+)\s*,\s*([0-9]+)\s*\)")),
    ("SL", re.compile(r"SL\s*\(\s*([0-9]+)\s*,\s*([0-9]+)\s*\)")),
    ("PSL", re.compile(r"PSL\s*\(\s*([0-9]+)\s*,\s*([0-9]+)\s*\)")),
    ("PSp", re.compile(r"PSp\s*\(\s*([0-9]+)\s*,\s*([0-9]+)\s*\)")),
    ("AGL", re.compile(r"AGL\s*\(\s*([0-9]+)\s*,\s*([0-9]+)\s*\)")),
    ("M", re.compile(r"M([0-9]+)")),
    ("Ex", re.compile(r"Ex\s*\(\s*([0-9]+)\s*\^\s*\(\s*1\s*\+\s*([0-9]+)\s*\)\s*,\s*([+-])\s*\)")),
)
_SPELLINGS = {  # by their letters
    "Z": "Zn", "D": "Dn", "Dic": "Dicn", "Q": "Qm", "V": "V4", "S": "Sn", "A": "An", "Heis": "Heis(p)",
    "GL": "GL(n,q)", "SL": "SL(n,q)", "PSL": "PSL(n,q)", "PSp": "PSp(n,q)", "AGL": "AGL(1,q)",
    "M": "M11, M12", "Ex": "Ex(p^(1+2n),+|-)", "Zp:Zq": "Zp:Zq",
}  # fmt: skip
_OTHER_WORDS = {  # what other books and programs write
    "C": "Z", "Cyc": "Z", "Cyclic": "Z", "Symmetric": "S", "Alternating": "A", "Dihedral": "D",
    "Quaternion": "Q", "Dicyclic": "Dic", "Sym": "S", "Alt": "A", "Dih": "D", "Quat": "Q",
    "K": "V", "Sp": "PSp", "Heisenberg": "Heis", "Mathieu": "M", "ES": "Ex", "PGL": "PSL", "AffineGL": "AGL",
    "L": "PSL",
}  # fmt: skip


@dataclass(frozen=True)
class Atom:
    """One named group.

    Args:
        family: which family.
        parameters: the numbers of its name in order; for `Ex(p^(1+2n),e)` they are `(p, n, e)`.
    """

    family: Family
    parameters: tuple[int | str, ...]

    @property
    def name(self) -> str:
        """The canonical spelling, which parses to this atom."""
        match self.family:
            case "V4":
                return "V4"
            case "Frobenius":
                return "Z{}:Z{}".format(*self.parameters)
            case "Ex":
                p, n, sign = self.parameters
                return f"Ex({p}^(1+{2 * int(n)}),{sign})"
            case "Heis" | "GL" | "SL" | "PSL" | "PSp" | "AGL":
                return f"{self.family}({','.join(map(str, self.parameters))})"
            case _:
                return f"{self.family}{self.parameters[0]}"

    @property
    def order(self) -> int:
        return group_order(self.family, self.parameters)


@dataclass(frozen=True)
class GroupExpression:
    """A direct product of named groups.

    Args:
        text: as typed.
        factors: the atoms in order, powers written out.
    """

    text: str
    factors: tuple[Atom, ...]

    @property
    def order(self) -> int:
        return prod(atom.order for atom in self.factors)

    def build(self) -> FiniteGroup:
        """The group with its elements.

        Raises:
            LimitError: the order is beyond what is enumerated; decided before anything is allocated.
        """
        from theory.groups.families import build_product

        return build_product(self.factors, self.text)


@dataclass(frozen=True)
class GroupFile:
    """A file that holds a group; `path` as typed."""

    path: Path

    def build(self) -> FiniteGroup:
        from theory.groups.files import read_group

        return read_group(self.path)


@dataclass(frozen=True)
class GapExpression:
    """An expression for GAP, which runs code: this must come from the command line, never from a file."""

    expression: str

    def build(self) -> FiniteGroup:
        from theory.groups.gap import group

        return group(self.expression)


GroupSource = GroupExpression | GroupFile | GapExpression


def resolve(text: str) -> GroupSource:
    """What the user means: `gap:EXPR`, a file (by its suffix, or because it exists), or an expression.

    Raises:
        UnknownNameError: an atom is unknown; near names are suggested.
        InputError: the file does not exist, or the expression does not parse.
    """
    stripped = text.strip()
    if stripped.startswith("gap:"):
        expression = stripped.removeprefix("gap:").strip()
        if not expression:
            raise InputError("gap: no expression follows; write for example gap:SmallGroup(24,3)")
        return GapExpression(expression)
    if stripped.lower().endswith(FILE_SUFFIXES) or os.sep in stripped:
        return _file(stripped)
    try:
        return parse(text)
    except InputError:
        if len(stripped) < 256 and stripped.isprintable() and os.path.exists(stripped):
            return _file(stripped)
        raise


def printable(text: str, width: int = 80) -> str:
    """The text as one line for a message: control characters escaped, the middle of a long text left out."""
    line = text if text.isprintable() else repr(text)[1:-1]
    return line if len(line) <= width else f"{line[: width - 30]}...{line[-20:]}"


def _file(text: str) -> GroupFile:
    path = Path(text)
    shown = printable(text, 250)
    if "\0" in text or not path.exists():
        raise InputError(f"{shown}: no such file")
    if not path.is_file():
        raise InputError(f"{shown}: not a file; give a .json, .csv or .npy file or an expression such as S5")
    if path.suffix.lower() not in FILE_SUFFIXES:
        raise InputError(
            f"{shown}: unknown kind of file {path.suffix!r}; a group file ends in .json, .csv or .npy"
        )
    return GroupFile(path)


def parse(text: str) -> GroupExpression:
    """Parse an expression of the grammar above.

    >>> [atom.name for atom in parse("Z2^2 x S3").factors]
    ['Z2', 'Z2', 'S3']

    Raises:
        UnknownNameError, InputError, LimitError: one line with the position, counted from 1.
    """
    shown = printable(text)
    if not text.strip():
        raise InputError("the group is empty; write for example S5, Z2^3xS3 or PSL(2,7)")
    if len(text) > TEXT_LIMIT:
        raise LimitError(f"{shown}: {len(text):,} characters, the limit for an expression is {TEXT_LIMIT:,}")
    factors: list[Atom] = []
    position = _skip(text, 0)
    while True:
        atom, position = _atom(text, position, shown)
        count, position = _count(text, position, shown)
        if len(factors) + count > FACTOR_LIMIT:
            raise LimitError(f"{shown}: {len(factors) + count:,} direct factors, the limit is {FACTOR_LIMIT}")
        factors += [atom] * count
        if position == len(text):
            return GroupExpression(text, tuple(factors))
        if text[position] not in "x×":
            raise InputError(
                f"{shown}: unexpected {text[position]!r} at position {position + 1}; "
                "join factors by x, as in Z2^3xS3"
            )
        position = _skip(text, position + 1)


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _atom(text: str, position: int, shown: str) -> tuple[Atom, int]:
    for family, shape in _SHAPES:
        match = shape.match(text, position)
        if match is None:
            continue
        if any(len(group) > DIGIT_LIMIT for group in match.groups()):
            raise LimitError(
                f"{shown}: the number at position {position + 1} has more than {DIGIT_LIMIT} digits"
            )
        parameters = tuple(int(group) if group.isdecimal() else group for group in match.groups())
        if family == "Ex":
            parameters = _extraspecial_parameters(match.group(), *parameters)
        else:
            _REQUIREMENTS.get(family, _positive)(match.group(), *(int(p) for p in parameters))
        return Atom(family, parameters), _skip(text, match.end())
    raise _unknown(text, position, shown)


def _count(text: str, position: int, shown: str) -> tuple[int, int]:
    if text[position : position + 1] != "^":
        return 1, position
    position = _skip(text, position + 1)
    match = re.compile(r"[1-9][0-9]{0,5}(?![0-9])").match(text, position)
    if match is None:
        raise InputError(
            f"{shown}: the exponent at position {position + 1} is no positive count; write for example Z2^3"
        )
    return int(match.group()), _skip(text, match.end())


def _unknown(text: str, position: int, shown: str) -> InputError:
    from difflib import get_close_matches

    match = re.compile(r"x(?=[A-Z])|[A-Za-z]*\d*(\s*\([^()]*(\([^()]*\)[^()]*)*\))?").match(text, position)
    word = match.group() if match else ""
    if not word or word == "x":
        found = f"found {text[position]!r}" if position < len(text) else "the expression ends"
        return InputError(f"{shown}: a group name is missing at position {position + 1}: {found}")
    letters = re.match(r"[A-Za-z]*", word)
    stem = letters.group() if letters else ""
    near = [name for name in (*_SPELLINGS, *_OTHER_WORDS) if name.lower() == stem.lower()]
    near += get_close_matches(stem, [*_SPELLINGS, *_OTHER_WORDS], n=3, cutoff=0.6)
    suggestions: list[str] = []
    for name in near:
        suggestion = _respelled(_OTHER_WORDS.get(name, name), word[len(stem) :])
        if suggestion not in suggestions and suggestion != word:
            suggestions.append(suggestion)
    if suggestions:
        hint = f"did you mean {' or '.join(suggestions[:3])}?"
    else:
        hint = f"known names: {', '.join(_SPELLINGS.values())}; others as a file or as gap:EXPR"
    return UnknownNameError(f"{shown}: unknown group {printable(word)!r} at position {position + 1}; {hint}")


def _respelled(name: str, rest: str) -> str:
    """The known name with the user's numbers if that is in the grammar, else its general spelling."""
    compact = "".join(rest.split())
    numbers = ",".join(re.findall(r"\d+", rest))
    for candidate in (name + compact, name + numbers, f"{name}({numbers})"):
        if any(shape.fullmatch(candidate) for _, shape in _SHAPES):
            return candidate
    return _SPELLINGS[name]


def _positive(name: str, *parameters: int) -> None:
    if any(parameter < 1 for parameter in parameters):
        raise InputError(f"{name}: the number must be at least 1")


def _small_degree(name: str, n: int) -> None:
    if not 1 <= n <= DEGREE_LIMIT:
        order = f"{factorial(n):,}" if n <= 30 else f"{n}!"
        requirement = (
            f"order {order}, the limit is degree {DEGREE_LIMIT}" if n else "the degree is at least 1"
        )
        raise LimitError(f"{name}: {requirement}")


def _quaternion(name: str, m: int) -> None:
    if m < 8 or m & (m - 1):
        raise InputError(f"{name}: the order of a generalised quaternion group is a power of 2 from 8 on")


def _heisenberg(name: str, p: int) -> None:
    if not is_prime(p):
        raise InputError(f"{name}: {p} is not a prime; Heis(p) is the group of order p^3 for a prime p")


def _linear(name: str, n: int, q: int) -> None:
    if n < 1:
        raise InputError(f"{name}: the dimension must be at least 1")
    if n > 20:
        raise LimitError(f"{name}: dimension {n}, the limit is 20")
    if prime_power(q) is None:
        raise InputError(f"{name}: {q} is not a prime power, so there is no field of {q} elements")


def _symplectic(name: str, n: int, q: int) -> None:
    _linear(name, n, q)
    if n % 2:
        raise InputError(f"{name}: the dimension of a symplectic space is even, not {n}")


def _affine(name: str, n: int, q: int) -> None:
    if n != 1:
        raise InputError(f"{name}: only AGL(1,q) is supported, not dimension {n}")
    _linear(name, n, q)


def _mathieu(name: str, n: int) -> None:
    if n not in (11, 12):
        raise UnknownNameError(
            f'{name}: unknown group; M11 and M12 are built in, others come as gap:CharacterTable("{name}")'
        )


def _frobenius(name: str, p: int, q: int) -> None:
    if not is_prime(p):
        raise InputError(f"{name}: {p} is not a prime; Zp:Zq is the Frobenius group for a prime p")
    if q < 2 or (p - 1) % q:
        raise InputError(
            f"{name}: {q} does not divide {p} - 1 = {p - 1}, so Z{q} has no faithful action on Z{p}"
        )


def _extraspecial_parameters(
    name: str, p: int | str, width: int | str, sign: int | str
) -> tuple[int | str, ...]:
    p, width = int(p), int(width)
    if not is_prime(p):
        raise InputError(f"{name}: {p} is not a prime; extraspecial groups have order p^(1+2n)")
    if width < 2 or width % 2:
        raise InputError(f"{name}: the order of an extraspecial group is p^(1+2n), n >= 1; 1+{width} is not")
    if width > 100:
        raise LimitError(f"{name}: order {p}^{1 + width}, the limit is exponent 101")
    return (p, width // 2, sign)


_REQUIREMENTS: dict[str, Callable[..., None]] = {
    "Q": _quaternion,
    "S": _small_degree,
    "A": _small_degree,
    "Heis": _heisenberg,
    "GL": _linear,
    "SL": _linear,
    "PSL": _linear,
    "PSp": _symplectic,
    "AGL": _affine,
    "M": _mathieu,
    "Frobenius": _frobenius,
}
