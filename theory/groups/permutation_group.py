"""A permutation group whose elements are numbered by its stabiliser chain: no list, no hash, no table.

The chain `G = G_1 > ... > G_(m+1) = 1` writes every element as `u_m ... u_2 u_1`; the index is the mixed
radix number of the positions of the `u_j` in their transversals. Consecutive levels are fused into *blocks*
as long as the images of the base points of a block can be looked up in one array, so that finding the index
of an element takes one or two lookups instead of one for each level (M12 is a single block of 12·11·10·9·8
entries).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from jaxtyping import Integer

from theory.errors import InputError, LimitError
from theory.groups.finite_group import ELEMENT_LIMIT, FiniteGroup
from theory.groups.permutations import cycle_notation, permutation_orders, permutation_powers, point_dtype
from theory.groups.schreier_sims import StabiliserChain, stabiliser_chain

__all__ = ["PermutationGroup", "permutation_group"]

KEY_LIMIT = 2**17  # entries of a block's lookup array: 512 KiB of int32 stay in the cache
BLOCK_LIMIT = 2**22  # entries of a fused transversal
CHUNK = 2**17  # products formed at a time


@dataclass(frozen=True, eq=False)
class Block:
    """Consecutive levels of the chain as one: `H > K` with `K` the pointwise stabiliser in `H` of `points`.

    Args:
        points: the block's base points.
        transversal: one permutation for each coset of `K` in `H`, the identity first.
        inverses: their inverses.
        columns: the transversal transposed, so that the images of one point lie together.
        weights: for each base point, what its image adds to the key (0 outside its orbit).
        lookup: from keys to cosets; -1 where no coset has the key.
    """

    points: tuple[int, ...]
    transversal: Integer[np.ndarray, "cosets degree"]
    inverses: Integer[np.ndarray, "cosets degree"]
    columns: Integer[np.ndarray, "degree cosets"]
    weights: tuple[Integer[np.ndarray, " degree"], ...]
    lookup: Integer[np.ndarray, " keys"]


@dataclass(frozen=True, eq=False, repr=False)
class PermutationGroup(FiniteGroup):
    """A permutation group on `degree` points; `generators` are indices.

    - An element is `u_B ... u_2 u_1` (blocks, `u_B` acts first), its index `i_1 + n_1 (i_2 + n_2 (...))`.
    - Identity has index 0: row 0 of every transversal is the identity.
    """

    name: str
    order: int
    generators: tuple[int, ...]
    degree: int
    blocks: tuple[Block, ...]

    def multiply(
        self, left: Integer[np.ndarray, "*#b"], right: Integer[np.ndarray, "*#b"]
    ) -> Integer[np.ndarray, "*b"]:
        left, right = np.asarray(left), np.asarray(right)
        shape = np.broadcast_shapes(left.shape, right.shape)
        size = prod(shape)
        if size <= CHUNK or shape[0] == 1:
            return self._product(left, right, shape)
        result = np.empty(shape, dtype=np.int64)
        rows = max(CHUNK * shape[0] // size, 1)
        for start in range(0, shape[0], rows):
            part = slice(start, start + rows)
            g, h = (x[part] if x.ndim == len(shape) and x.shape[0] > 1 else x for x in (left, right))
            result[part] = self._product(g, h, result[part].shape)
        return result

    def inverse(self, elements: Integer[np.ndarray, "*b"]) -> Integer[np.ndarray, "*b"]:
        elements = np.asarray(elements)
        flat = elements.reshape(-1)
        result = np.empty(flat.shape, dtype=np.int64)
        for start in range(0, len(flat), CHUNK):
            digits = self._digits(flat[start : start + CHUNK])
            images = []
            for block in self.blocks:
                for point in block.points:
                    # (u_B ... u_1)^-1 = u_1^-1 ... u_B^-1, and u_1^-1 acts first
                    column: Integer[np.ndarray, " c"] = np.full(len(digits[0]), point, dtype=np.intp)
                    for other, digit in zip(self.blocks, digits, strict=True):
                        column = _entries(other.inverses, digit, column)
                    images.append(column)
            result[start : start + CHUNK] = self._index(images, (min(CHUNK, len(flat) - start),))
        return result.reshape(elements.shape)

    def permutations(self, elements: Integer[np.ndarray, " b"]) -> Integer[np.ndarray, "b degree"]:
        elements = np.asarray(elements)
        digits = [digit[:, None] for digit in self._digits(elements)]
        points = np.broadcast_to(np.arange(self.degree, dtype=np.intp), (len(elements), self.degree))
        return self._images(digits, points, len(self.blocks)).astype(point_dtype(self.degree))

    def element_name(self, element: int) -> str:
        return cycle_notation(self.permutations(np.array([element]))[0].tolist())

    def power(self, elements: Integer[np.ndarray, " b"], exponent: int) -> Integer[np.ndarray, " b"]:
        base = self.permutations(self.inverse(elements) if exponent < 0 else elements)
        return self._index_of(permutation_powers(base, abs(exponent)))

    def element_orders(self, elements: Integer[np.ndarray, " b"]) -> Integer[np.ndarray, " b"]:
        return permutation_orders(self.permutations(elements))

    def conjugation(self, by: int) -> Integer[np.ndarray, " n"]:
        if not self.blocks:
            return np.zeros(1, dtype=np.int64)
        s = self.permutations(np.array([by]))[0].astype(np.intp)
        before = np.argsort(s)
        top = self.blocks[0]
        cosets = len(top.transversal)
        rows = self.order // cosets
        prefixes, tables = [], []
        for number, block in enumerate(self.blocks):
            for point, weight in zip(block.points, block.weights, strict=True):
                # b^(s^-1 x s) = s[x[s^-1[b]]], and x = (u_B ... u_2) u_1: the prefix is all but the last step
                prefixes.append(self._all_prefixes(int(before[point])))
                tables.append(weight[s] if number == 0 else s)
        if rows > self.degree:  # each row of columns is used many times
            tables = [table[top.columns] for table in tables]
        result = np.empty((rows, cosets), dtype=np.int32)
        step = max(CHUNK // cosets, 1)
        for start in range(0, rows, step):
            images = []
            for prefix, table in zip(prefixes, tables, strict=True):
                part = prefix[start : start + step]
                images.append((table[part] if table.ndim == 2 else table[top.columns[part]]).reshape(-1))
            count = min(step, rows - start)
            index = self._index(images, (count * cosets,), weighted=len(top.points))
            result[start : start + step] = index.reshape(count, cosets)
        return result.reshape(-1)

    def index_of(self, images: Integer[np.ndarray, "b degree"]) -> Integer[np.ndarray, " b"]:
        """Indices of permutations, given as rows of images.

        Raises:
            InputError: a row is no element of the group.
        """
        images = np.asarray(images).astype(np.intp)
        indices = self._index_of(images)
        wrong = (indices < 0) | (indices >= self.order)
        wrong |= (self.permutations(np.where(wrong, 0, indices)) != images).any(axis=1)
        if wrong.any():
            row = images[int(np.argmax(wrong))].tolist()
            raise InputError(f"{self.name}: {cycle_notation(row)} is not an element of the group")
        return indices

    def _product(
        self, left: Integer[np.ndarray, "*#b"], right: Integer[np.ndarray, "*#b"], shape: tuple[int, ...]
    ) -> Integer[np.ndarray, "*b"]:
        left_digits, right_digits = self._digits(left), self._digits(right)
        images = []
        for depth, block in enumerate(self.blocks, start=1):
            for point in block.points:
                # (gh)[b] = h[g[b]]; the blocks below this one fix its base points
                image = self._images(left_digits, np.full(left.shape, point, dtype=np.intp), depth)
                images.append(self._images(right_digits, image, len(self.blocks)))
        return self._index(images, shape)

    def _digits(self, elements: Integer[np.ndarray, "*b"]) -> list[Integer[np.ndarray, "*b"]]:
        digits = []
        rest = np.asarray(elements).astype(np.intp)
        for block in self.blocks[:-1]:
            rest, digit = (np.asarray(part) for part in np.divmod(rest, len(block.transversal)))
            digits.append(np.asarray(digit))
        return [*digits, rest]

    def _images(
        self, digits: Sequence[Integer[np.ndarray, "*#b"]], points: Integer[np.ndarray, "*#b"], depth: int
    ) -> Integer[np.ndarray, "*b"]:
        """Images of the points under the product `u_depth ... u_1` of the blocks' elements."""
        for block, digit in zip(reversed(self.blocks[:depth]), reversed(digits[:depth]), strict=True):
            points = _entries(block.transversal, digit, points)
        return points

    def _all_prefixes(self, point: int) -> Integer[np.ndarray, " rows"]:
        """Images of one point under `u_B ... u_2` for all digits, the digit of block 2 running fastest."""
        images = np.array([point], dtype=np.intp)
        for block in reversed(self.blocks[1:]):
            images = block.columns[images].reshape(-1)
        return images

    def _index(
        self, images: Sequence[Integer[np.ndarray, "*#b"]], shape: tuple[int, ...], weighted: int = 0
    ) -> Integer[np.ndarray, "*b"]:
        """Sift: indices from images of the base points; the first `weighted` hold key weights already."""
        result = np.zeros(shape, dtype=np.int64)
        pending = list(images)
        scale = 1
        for block in self.blocks:
            here, pending = pending[: len(block.points)], pending[len(block.points) :]
            key: Integer[np.ndarray, "*b"] | int = 0
            for number, (weight, image) in enumerate(zip(block.weights, here, strict=True)):
                key = key + (image if number < weighted else weight[image])
            weighted = 0
            coset = np.asarray(block.lookup[key])
            # x = h u with h in the stabiliser: h = x u^-1, so b^h is the image of b^x under u^-1
            pending = [_entries(block.inverses, coset, image) for image in pending]
            result += coset * np.int64(scale)
            scale *= len(block.transversal)
        return result

    def _index_of(self, images: Integer[np.ndarray, "b degree"]) -> Integer[np.ndarray, " b"]:
        columns = [images[:, point] for block in self.blocks for point in block.points]
        return self._index(columns, (len(images),))


def _entries(
    rows: Integer[np.ndarray, "r degree"], row: Integer[np.ndarray, "*#b"], column: Integer[np.ndarray, "*#b"]
) -> Integer[np.ndarray, "*b"]:
    """`rows[row, column]` through one flat index, which is faster than a pair of indices."""
    return np.asarray(rows.reshape(-1)[row * np.intp(rows.shape[1]) + column])


def permutation_group(generators: Integer[np.ndarray, "k degree"], name: str) -> PermutationGroup:
    """The group that the rows generate, each a permutation of the points `0, ..., degree - 1`.

    Raises:
        LimitError: the order is above 5,000,000; said before anything of that size is allocated.
    """
    degree = generators.shape[1]
    chain = stabiliser_chain(generators, name)
    if chain.order > ELEMENT_LIMIT:
        raise LimitError(
            f"{name}: order {chain.order:,} is beyond the limit of {ELEMENT_LIMIT:,} elements for a group "
            "that is enumerated; name it as a family (S12, Z2^20) or import its character table"
        )
    group = PermutationGroup(name, chain.order, (), degree, _blocks(chain))
    identity = np.arange(degree)
    distinct: dict[tuple[int, ...], None] = dict.fromkeys(
        tuple(row) for row in generators.tolist() if (np.array(row) != identity).any()
    )
    indices: tuple[int, ...] = ()
    if distinct:
        indices = tuple(group.index_of(np.array(list(distinct))).tolist())
    assert not group.blocks or group.index_of(identity[None, :])[0] == 0
    return PermutationGroup(name, chain.order, indices, degree, group.blocks)


def _blocks(chain: StabiliserChain) -> tuple[Block, ...]:
    blocks: list[Block] = []
    start = 0
    while start < len(chain.base):
        fused = chain.transversals[start]
        keys = len(fused)
        stop = start + 1
        while stop < len(chain.base):
            deeper = chain.transversals[stop]
            # The images of the next base point under the products u_2 u_1.
            orbit = _distinct(fused[:, _distinct(deeper[:, chain.base[stop]], chain.degree)], chain.degree)
            keys *= len(orbit)
            if keys > KEY_LIMIT or len(fused) * len(deeper) * chain.degree > BLOCK_LIMIT:
                break
            fused, stop = _fuse(fused, deeper), stop + 1
        blocks.append(_block(chain.base[start:stop], fused))
        start = stop
    return tuple(blocks)


def _distinct(points: Integer[np.ndarray, "*b"], degree: int) -> Integer[np.ndarray, " orbit"]:
    """The points that occur, ascending; unlike np.unique without sorting."""
    occurs = np.zeros(degree, dtype=bool)
    occurs[points] = True
    return np.flatnonzero(occurs)


def _fuse(
    upper: Integer[np.ndarray, "a degree"], deeper: Integer[np.ndarray, "b degree"]
) -> Integer[np.ndarray, "ab degree"]:
    """All products `u_2 u_1`, the position of `u_1` running fastest: `(u_2 u_1)[i] = u_1[u_2[i]]`."""
    columns = np.ascontiguousarray(upper.T)[deeper]  # [second, point, first]
    return columns.transpose(0, 2, 1).reshape(-1, upper.shape[1])


def _block(points: tuple[int, ...], transversal: Integer[np.ndarray, "cosets degree"]) -> Block:
    degree = transversal.shape[1]
    weights = []
    keys = np.zeros(len(transversal), dtype=np.intp)
    scale = 1
    for point in points:
        orbit = _distinct(transversal[:, point], degree)
        weight = np.full(degree, 0, dtype=np.intp)
        weight[orbit] = scale * np.arange(len(orbit))
        keys += weight[transversal[:, point]]
        weights.append(weight)
        scale *= len(orbit)
    lookup = np.full(scale, -1, dtype=np.int32)
    lookup[keys] = np.arange(len(transversal))
    inverses = np.empty_like(transversal)
    np.put_along_axis(inverses, transversal, np.arange(degree, dtype=np.intp)[None, :], axis=1)
    dtype = point_dtype(degree)
    small = transversal.astype(dtype)
    return Block(points, small, inverses.astype(dtype), np.ascontiguousarray(small.T), tuple(weights), lookup)
