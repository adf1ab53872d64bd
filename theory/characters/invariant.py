"""A short digest of a character table with its power maps, the same for every order of rows and columns."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import UInt64

if TYPE_CHECKING:
    from collections.abc import Iterable

    from theory.characters.table import CharacterTable

__all__ = ["table_invariant"]

DIGITS = 20  # of the digest, hexadecimal


def table_invariant(table: CharacterTable) -> str:
    """A digest of the order, values, class sizes, element orders and power maps of a table.

    - tables that differ by the order of rows and columns, by names and by labels have equal digests; so
      unequal digests prove that the tables, hence the groups, are different.
    - equal digests do not prove that tables are equal. The digest holds the stable colours of colour
      refinement: a line is coloured by the values on it with the colours of the lines it crosses there, a
      class also by its powers. That is less than isomorphism, and a colour is a 64-bit hash.

    Args:
        table: a character table; cost `O(r c)` a round, at most `r + c` rounds, in practice a handful.

    >>> from theory.characters.library import character_table
    >>> table_invariant(character_table("D4")) == table_invariant(character_table("Q8"))
    False
    """
    values = _hashes(map(str, table.alphabet))[table.codes]
    rows = values[:, 0]
    columns = _hashes(
        f"{size},{order}" for size, order in zip(table.class_sizes, table.element_orders, strict=True)
    )
    images = [(np.uint64(p), np.array(table.power_maps[p], dtype=np.intp)) for p in sorted(table.power_maps)]
    colours = 0
    # a round refines the partition; its classes are the same, in any order of lines, when it stops
    while colours < (found := len(np.unique(rows)) + len(np.unique(columns))):
        colours = found
        powers = columns
        for p, image in images:
            preimages = np.zeros_like(columns)
            np.add.at(preimages, image, _mixed(columns + p))
            powers = _mixed(powers * np.uint64(3) + _mixed(columns[image] + p) + _mixed(preimages))
        columns, rows = (
            _mixed(powers + _mixed(values + _mixed(rows)[:, None]).sum(axis=0, dtype=np.uint64)),
            _mixed(rows + _mixed(values + _mixed(powers)[None, :]).sum(axis=1, dtype=np.uint64)),
        )
    digest = hashlib.sha256(f"{table.order};{len(rows)};".encode())
    for line in (rows, columns):
        digest.update(np.sort(line).astype("<u8").tobytes())
    return digest.hexdigest()[:DIGITS]


def _hashes(texts: Iterable[str]) -> UInt64[np.ndarray, " k"]:
    """64 bits of each text."""
    found = b"".join(hashlib.sha256(text.encode()).digest()[:8] for text in texts)
    return np.frombuffer(found, dtype="<u8").astype(np.uint64)


def _mixed(words: UInt64[np.ndarray, "*shape"]) -> UInt64[np.ndarray, "*shape"]:
    """A bijection of 64-bit words that scatters them, so that sums tell multisets apart (splitmix64)."""
    words = words + np.uint64(0x9E3779B97F4A7C15)
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))
