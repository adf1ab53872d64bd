"""Every element as a short word, so that a representation of a few elements is one of the whole group."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log2
from typing import Any

import numpy as np
from jaxtyping import Inexact, Int

from theory.groups.finite_group import FiniteGroup

__all__ = ["ShortWords", "short_words", "spread"]


@dataclass(frozen=True, eq=False)
class ShortWords:
    """A tree of words in `letters`: every element but the identity is `parent * letters[step]`.

    Args:
        letters: elements that generate the group; the group's own generators come first.
        parent: index of the word without its last letter (0 for the identity).
        step: number of the last letter (0 for the identity).
        levels: elements by word length, `levels[0]` being the identity alone.
    """

    letters: Int[np.ndarray, " s"]
    parent: Int[np.ndarray, " n"]
    step: Int[np.ndarray, " n"]
    levels: tuple[Int[np.ndarray, " _"], ...]

    @property
    def longest(self) -> int:
        """The length of the longest word."""
        return len(self.levels) - 1


def short_words(group: FiniteGroup, generator: np.random.Generator) -> ShortWords:
    """Breadth-first words in the generators and `log2 n` random elements.

    The random letters are there for the rounding: with the generators alone a word in a cyclic group has
    length up to `n`, with them about `log n / log log n`.
    """
    n = group.order
    extra = generator.integers(0, n, size=ceil(log2(n))) if n > 2 else np.zeros(0, dtype=np.int64)
    letters = np.array(list(dict.fromkeys([*group.generators, *extra.tolist()])), dtype=np.int64)
    letters = letters[letters != 0]
    parent, step = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    seen = np.zeros(n, dtype=bool)
    seen[0] = True
    levels = [np.zeros(1, dtype=np.int64)]
    while levels[-1].size and not seen.all():
        frontier = levels[-1]
        products = np.asarray(
            group.multiply(np.repeat(frontier, letters.size), np.tile(letters, frontier.size))
        )
        fresh, first = np.unique(products, return_index=True)
        new = ~seen[fresh]
        fresh, first = fresh[new], first[new]
        seen[fresh] = True
        parent[fresh], step[fresh] = frontier[first // letters.size], first % letters.size
        levels.append(fresh)
    assert seen.all(), f"{group.name}: the generators reach {int(seen.sum())} of {n} elements"
    return ShortWords(letters, parent, step, tuple(levels))


def spread(words: ShortWords, letters: Inexact[np.ndarray, "s d d"]) -> Inexact[np.ndarray, "n d d"]:
    """The matrices of all elements from those of the letters: `R(parent * letter) = R(parent) R(letter)`."""
    degree = letters.shape[-1]
    matrices: np.ndarray[Any, Any] = np.empty((words.parent.size, degree, degree), dtype=letters.dtype)
    matrices[0] = np.eye(degree)
    for level in words.levels[1:]:
        matrices[level] = matrices[words.parent[level]] @ letters[words.step[level]]
    return matrices
