"""Finitely presented groups: relators parsed as data, cosets enumerated by sympy in a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Integer

from theory.errors import InputError, LimitError
from theory.groups.permutation_group import PermutationGroup
from theory.groups.regular_action import smaller_faithful_action

__all__ = ["COSET_LIMIT", "from_presentation", "parse_relator"]

COSET_LIMIT = 20_000
TIME_LIMIT = 30.0  # seconds
LETTER_LIMIT = 10_000  # of one relator written out
DEPTH_LIMIT = 50
_TOKEN = re.compile(r"\s*(?:(?P<name>[A-Za-z_]\w*)|(?P<number>\d+)|(?P<sign>[-^*=()\[\],])|(?P<other>\S))")

Word = list[int]  # letters: generator i is i + 1, its inverse -(i + 1)


def from_presentation(
    generators: Any,
    relators: Any,
    *,
    name: str = "presentation",
    timeout: float = TIME_LIMIT,
) -> PermutationGroup:
    """The group `<generators | relators>`, if the enumeration of its elements ends within the limits.

    Args:
        generators: names such as `a`, `b`, `x1`.
        relators: words that are trivial, such as `a^2`, `(a*b)^5`, `[a, b]`, or relations `a*b = b*a`.
            Products are written with `*` or a blank, powers with `^`, the identity as `1`.

    Raises:
        InputError: a name or relator does not parse.
        LimitError: more than 20,000 cosets, or 30 seconds: the group may be larger or infinite.
    """
    names = _generator_names(generators, name)
    if not isinstance(relators, Sequence) or isinstance(relators, str):
        raise InputError(f"{name}: 'relators' is {relators!r}; give a list such as ['a^2', 'b^3', '(a*b)^5']")
    words = [parse_relator(relator, names, f"{name}: relator {i}") for i, relator in enumerate(relators)]
    for index, generator in enumerate(names):
        if all(abs(letter) != index + 1 for word in words for letter in word):
            raise InputError(
                f"{name}: the generator {generator} occurs in no relator, so the group is infinite"
            )
    columns = _enumerate(names, words, name, timeout)
    regular = np.array(columns, dtype=np.intp)
    _check_relators(regular, words, relators, name)
    group = smaller_faithful_action(regular, name)
    # A regular action has as many points as the group has elements.
    assert group.order == regular.shape[1], f"{name}: {regular.shape[1]} cosets but order {group.order}"
    return group


def _generator_names(generators: Any, name: str) -> list[str]:
    if not isinstance(generators, Sequence) or isinstance(generators, str) or not generators:
        raise InputError(f"{name}: 'generators' is {generators!r}; give a list of names such as ['a', 'b']")
    for generator in generators:
        if not isinstance(generator, str) or not re.fullmatch(r"[A-Za-z_]\w{0,30}", generator, re.ASCII):
            raise InputError(
                f"{name}: {generator!r} is not a name of a generator; write letters such as a or x1"
            )
    if len(set(generators)) < len(generators):
        twice = next(g for g in generators if list(generators).count(g) > 1)
        raise InputError(f"{name}: the generator {twice} is listed twice")
    return list(generators)


def parse_relator(text: Any, generators: Sequence[str], where: str) -> Word:
    """The word of a relator; a relation `u = v` becomes `u v^-1`.

    >>> parse_relator("a*b = b*a", ["a", "b"], "relator")
    [1, 2, -1, -2]

    Raises:
        InputError, LimitError: one line that names the place in the text.
    """
    if not isinstance(text, str):
        raise InputError(f"{where} is {text!r}, not a string such as '(a*b)^5'")
    parser = _Parser(text, {g: i + 1 for i, g in enumerate(generators)}, where)
    word = parser.product(0)
    while parser.take("="):
        word = _reduced(word + _inverse(parser.product(0)))
    parser.expect_end()
    return word


@dataclass
class _Parser:
    """product = power+ ; power = base [^ [-] number] ; base = name | 1 | (product) | [product, product]."""

    text: str
    letters: dict[str, int]
    where: str
    position: int = 0

    def product(self, depth: int) -> Word:
        if depth > DEPTH_LIMIT:
            raise LimitError(f"{self.where}: brackets nested deeper than {DEPTH_LIMIT}")
        word = self.power(depth)
        while True:
            explicit = self.take("*")
            if not explicit and not self._starts_base():
                return word
            word = _reduced(word + self.power(depth))
            self._check_length(len(word))

    def power(self, depth: int) -> Word:
        word = self.base(depth)
        while self.take("^"):
            bracket = self.take("(")
            negative = self.take("-")
            kind, token = self._next()
            if kind != "number" or len(token) > 9:
                raise self._error("an integer exponent")
            self._advance()
            if bracket and not self.take(")"):
                raise self._error("')'")
            self._check_length(len(word) * int(token))
            word = _reduced((_inverse(word) if negative else word) * int(token))
        return word

    def base(self, depth: int) -> Word:
        kind, token = self._next()
        if kind == "name":
            if token not in self.letters:
                raise InputError(
                    f"{self.where}: {self.text[:80]!r} holds {token!r}, but the generators are "
                    f"{', '.join(self.letters)}; write products with *"
                )
            self._advance()
            return [self.letters[token]]
        if kind == "number" and token == "1":
            self._advance()
            return []
        if self.take("("):
            word = self.product(depth + 1)
            if not self.take(")"):
                raise self._error("')'")
            return word
        if self.take("["):
            first = self.product(depth + 1)
            if not self.take(","):
                raise self._error("',' in a commutator")
            second = self.product(depth + 1)
            if not self.take("]"):
                raise self._error("']'")
            return _reduced(_inverse(first) + _inverse(second) + first + second)
        raise self._error("a generator, 1, '(' or '['")

    def take(self, sign: str) -> bool:
        if self._next() == ("sign", sign):
            self._advance()
            return True
        return False

    def expect_end(self) -> None:
        if self._next() != ("end", ""):
            raise self._error("the end")

    def _starts_base(self) -> bool:
        kind, token = self._next()
        return kind in ("name", "number") or token in ("(", "[")

    def _next(self) -> tuple[str, str]:
        match = _TOKEN.match(self.text, self.position)
        return (str(match.lastgroup), match.group(str(match.lastgroup))) if match else ("end", "")

    def _advance(self) -> None:
        match = _TOKEN.match(self.text, self.position)
        self.position = match.end() if match else len(self.text)

    def _check_length(self, letters: int) -> None:
        if letters > LETTER_LIMIT:
            raise LimitError(
                f"{self.where}: {self.text[:40]!r} has {letters:,} letters, the limit is {LETTER_LIMIT:,}"
            )

    def _error(self, expected: str) -> InputError:
        kind, token = self._next()
        found = "the end" if kind == "end" else repr(token)
        return InputError(
            f"{self.where}: {self.text[:80]!r}: expected {expected} at position {self.position + 1}, "
            f"found {found}"
        )


def _inverse(word: Word) -> Word:
    return [-letter for letter in reversed(word)]


def _reduced(word: Word) -> Word:
    result: Word = []
    for letter in word:
        if result and result[-1] == -letter:
            result.pop()
        else:
            result.append(letter)
    return result


def _enumerate(names: Sequence[str], words: Sequence[Word], name: str, timeout: float) -> list[list[int]]:
    """Images of the cosets under each generator, from a process that is killed after the time limit."""
    request = json.dumps({"generators": len(names), "relators": words, "limit": COSET_LIMIT})
    try:
        done = subprocess.run(
            [sys.executable, "-m", "theory.groups.coset_worker"],
            input=request,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise LimitError(
            f"{name}: the coset enumeration did not end within {timeout:g} seconds; "
            "the group may be infinite, or other relators may help"
        ) from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise InputError(f"{name}: the coset enumeration failed: {last}")
    answer = json.loads(done.stdout)
    if answer is None:
        raise LimitError(
            f"{name}: the presentation does not collapse within {COSET_LIMIT:,} cosets; "
            "the group may be larger or infinite, or other relators may help"
        )
    columns: list[list[int]] = answer
    return columns


def _check_relators(
    columns: Integer[np.ndarray, "k n"], words: Sequence[Word], relators: Sequence[str], name: str
) -> None:
    """Every relator acts trivially on the cosets, and they are one orbit: checked on what sympy returned."""
    points = np.arange(columns.shape[1])
    assert (np.sort(columns, axis=1) == points).all()
    for word, relator in zip(words, relators, strict=True):
        image = points
        for letter in word:
            generator = columns[abs(letter) - 1]
            image = generator[image] if letter > 0 else np.argsort(generator)[image]
        assert (image == points).all(), f"{name}: {relator} does not act trivially"
