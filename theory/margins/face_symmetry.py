"""Symmetries of a program or of its optimal face: permutations of rows and columns that keep coefficients.

A group with many automorphisms (a power of `Z_2` as a factor, say) has a program whose rows fall into a few
orbits; on a face, one linear program an orbit is enough, its witnesses are carried to the others. Symmetries
are looked for by colour refinement and a bounded search, and each is checked entry by entry: one that is
missed costs time, no more.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["FaceSymmetry", "Transversal", "transversals"]

MOST_BRANCHES = 48  # of one search
MOST_WASTED = 128  # branches of searches without result, before the orbits are taken as they are

_Colours: TypeAlias = "NDArray[np.int64]"


@dataclass(frozen=True)
class FaceSymmetry:
    """`M[rows[i], columns[j]] = M[i, j]` for all `i` and `j`."""

    rows: tuple[int, ...]
    columns: tuple[int, ...]

    def after(self, first: FaceSymmetry) -> FaceSymmetry:
        """The composite that applies `first` and then this one."""
        return FaceSymmetry(
            tuple(self.rows[i] for i in first.rows), tuple(self.columns[j] for j in first.columns)
        )


# for each index the least member of its orbit, and a symmetry that takes the latter to it
Transversal: TypeAlias = tuple[tuple[int, FaceSymmetry], ...]


def transversals(
    matrix: Sequence[Sequence[Hashable]], row_marks: Sequence[Hashable], column_marks: Sequence[Hashable]
) -> tuple[Transversal, Transversal]:
    """Orbits of rows and of columns under the symmetries that are found.

    Args:
        matrix: `M`.
        row_marks: a row; a symmetry keeps them, and
        column_marks: likewise.

    >>> rows, columns = transversals([[1, 2], [2, 1]], [0, 0], [0, 0])
    >>> [least for least, _ in rows], [least for least, _ in columns]
    ([0, 0], [0, 0])
    """
    search = _Search(matrix, row_marks, column_marks)
    height, width = len(row_marks), len(column_marks)
    generators: list[FaceSymmetry] = []
    rows = _transversal(height, generators, of_rows=True)
    wasted = 0
    for target in range(height):
        if rows[target][0] != target:
            continue
        for start in sorted({least for least, _ in rows[:target]}):
            if search.stable_rows[start] != search.stable_rows[target] or wasted > MOST_WASTED:
                continue
            found = search.symmetry(start, target)
            if found is None:
                wasted += MOST_BRANCHES - search.left
                continue
            generators.append(found)
            rows = _transversal(height, generators, of_rows=True)
            break
    return rows, _transversal(width, generators, of_rows=False)


def _transversal(size: int, generators: Sequence[FaceSymmetry], of_rows: bool) -> Transversal:
    result: dict[int, tuple[int, FaceSymmetry]] = {}
    height, width = (len(generators[0].rows), len(generators[0].columns)) if generators else (0, 0)
    identity = FaceSymmetry(tuple(range(height)), tuple(range(width)))
    for least in range(size):
        if least in result:
            continue
        result[least] = least, identity
        fresh = [least]
        while fresh:
            here = fresh.pop()
            for generator in generators:
                image = (generator.rows if of_rows else generator.columns)[here]
                if image not in result:
                    result[image] = least, generator.after(result[here][1])
                    fresh.append(image)
    return tuple(result[index] for index in range(size))


class _Search:
    def __init__(
        self,
        matrix: Sequence[Sequence[Hashable]],
        row_marks: Sequence[Hashable],
        column_marks: Sequence[Hashable],
    ) -> None:
        import numpy as np

        self.entries = np.array(_numbered([value for row in matrix for value in row]), dtype=np.uint64)
        self.entries = self.entries.reshape(len(row_marks), len(column_marks))
        self.rows = np.array(_numbered(row_marks), dtype=np.int64)
        self.columns = np.array(_numbered(column_marks), dtype=np.int64)
        self.left = 0

    @cached_property
    def stable_rows(self) -> list[int]:
        """Colours that tell rows of different orbits apart, as far as refinement can."""
        both = self.refined((self.rows, self.columns), (self.rows, self.columns))
        assert both is not None
        return [int(colour) for colour in both[0][0]]

    def symmetry(self, start: int, target: int) -> FaceSymmetry | None:
        """A symmetry that takes one row to another, None if the search finds none."""
        self.left = MOST_BRANCHES
        return self.matching((self.rows, self.columns), (self.rows, self.columns), start, [target])

    def matching(
        self,
        source: tuple[_Colours, _Colours],
        image: tuple[_Colours, _Colours],
        start: int,
        targets: Sequence[int],
    ) -> FaceSymmetry | None:
        """A symmetry that takes `start` to one of the targets and keeps the colours."""
        import numpy as np

        for target in targets:
            if not self.left:
                return None
            self.left -= 1
            one, other = source[0].copy(), image[0].copy()
            one[start] = other[target] = -1
            both = self.refined((one, source[1]), (other, image[1]))
            if both is None:
                continue
            refined, moved = both
            colours, sizes = np.unique(refined[0], return_counts=True)
            if (sizes == 1).all():
                found = self.checked(refined, moved)
            else:
                colour = colours[np.flatnonzero(sizes > 1)[np.argmin(sizes[sizes > 1])]]
                next_start = int(np.flatnonzero(refined[0] == colour)[0])
                candidates = [int(i) for i in np.flatnonzero(moved[0] == colour)]
                found = self.matching(refined, moved, next_start, candidates)
            if found is not None:
                return found
        return None

    def checked(
        self, source: tuple[_Colours, _Colours], image: tuple[_Colours, _Colours]
    ) -> FaceSymmetry | None:
        """The permutations that match colours, if they are a symmetry."""
        import numpy as np

        permutations = []
        for one, other in zip(source, image, strict=True):
            places = np.empty(len(one), dtype=np.int64)
            places[np.argsort(one, kind="stable")] = np.argsort(other, kind="stable")
            permutations.append(places)
        rows, columns = permutations
        same = (self.entries[np.ix_(rows, columns)] == self.entries).all()
        kept = (self.rows[rows] == self.rows).all() and (self.columns[columns] == self.columns).all()
        if not (same and kept):
            return None
        return FaceSymmetry(tuple(int(i) for i in rows), tuple(int(j) for j in columns))

    def refined(
        self, source: tuple[_Colours, _Colours], image: tuple[_Colours, _Colours]
    ) -> tuple[tuple[_Colours, _Colours], tuple[_Colours, _Colours]] | None:
        """Both colourings refined until neither gains colours, None where they tell the sides apart."""
        import numpy as np

        count = 0
        while True:
            rows, columns = [], []
            for (row, column), kind in ((source, 0), (image, 1)):
                rows.append(self.signatures(self.entries, column, row))
                columns.append(self.signatures(self.entries.T, row, column))
                assert kind == len(rows) - 1
            news = []
            for one, other in (rows, columns):
                if not np.array_equal(np.sort(one), np.sort(other)):
                    return None
                _, places = np.unique(np.concatenate([one, other]), return_inverse=True)
                news.append((places[: len(one)], places[len(one) :]))
            source, image = (news[0][0], news[1][0]), (news[0][1], news[1][1])
            reached = int(source[0].max() + source[1].max())
            if reached == count:
                return source, image
            count = reached

    @staticmethod
    def signatures(entries: Any, across: _Colours, own: _Colours) -> Any:
        """Hashes of the multisets of (entry, colour) along each line, and of the line's own colour."""
        import numpy as np

        pairs = _mixed(entries * np.uint64(0x10001) + (across + 1).astype(np.uint64)[None, :])
        return _mixed(pairs.sum(axis=1, dtype=np.uint64) ^ _mixed((own + 1).astype(np.uint64)))


def _mixed(words: Any) -> Any:
    """The finaliser of splitmix64 (Steele, Lea and Flood 2014), a fixed hash of 64-bit words."""
    import numpy as np

    words = words + np.uint64(0x9E3779B97F4A7C15)
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def _numbered(values: Sequence[Hashable]) -> list[int]:
    known: dict[Hashable, int] = {}
    by_address = {id(value): value for value in values}  # hashing a cyclotomic number is slow
    numbers = {address: known.setdefault(value, len(known)) for address, value in by_address.items()}
    return [numbers[id(value)] for value in values]
